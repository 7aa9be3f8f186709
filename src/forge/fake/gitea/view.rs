//! Objects as Gitea writes them.

use super::super::exchange::{Ask, encode};
use super::super::json::{Obj, array, quoted};
use super::super::state::{Comment, Event, Item, Label, Pull, Review, Role, State, Status, User};
use super::super::world::World;
use crate::domain::{BranchName, ChangeKind, Sha};
use crate::forge::fake::repository::ChangedFile;

/// Writes objects for one request.
pub(super) struct View<'a> {
    root: &'a str,
    site: &'a str,
    state: &'a State,
    viewer: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn new(world: &'a World<'_>, ask: &'a Ask<'_>) -> Self {
        Self {
            root: &ask.root,
            site: &ask.site,
            state: world.state,
            viewer: ask.viewer.as_ref().map(|v| v.login.as_str()),
        }
    }

    pub(super) fn here(&self) -> String {
        format!("{}/repos/{}", self.root, self.state.settings.full_name())
    }

    fn page(&self) -> String {
        format!("{}/{}", self.site, self.state.settings.full_name())
    }

    pub(super) fn user(&self, login: &str) -> String {
        self.state
            .user(login)
            .map_or("null".to_owned(), |user| self.user_object(user))
    }

    pub(super) fn user_object(&self, user: &User) -> String {
        Obj::new()
            .num("id", user.id)
            .text("login", &user.login)
            .text("login_name", "")
            .num("source_id", 0)
            .text("full_name", "")
            .text("email", format!("{}@noreply.localhost", user.login))
            .text("avatar_url", format!("{}/avatars/{}", self.site, user.id))
            .text("html_url", format!("{}/{}", self.site, user.login))
            .text("language", "")
            .flag("is_admin", false)
            .text("last_login", "0001-01-01T00:00:00Z")
            .time("created", user.created)
            .flag("restricted", false)
            .flag("active", true)
            .flag("prohibit_login", false)
            .text("location", "")
            .text("website", "")
            .text("description", "")
            .text("visibility", "public")
            .num("followers_count", 0)
            .num("following_count", 0)
            .num("starred_repos_count", 0)
            .end()
    }

    pub(super) fn repository(&self, fork: Option<&str>) -> String {
        let of = &self.state.settings;
        let owner = fork.unwrap_or(&of.owner);
        let full = format!("{owner}/{}", of.name);
        let id = fork.map_or(of.id, |who| {
            of.id + self.state.user(who).map_or(1, |u| u.id)
        });
        let role = self.viewer.map_or(Role::None, |who| self.state.role(who));
        let may = Obj::new()
            .flag("admin", role >= Role::Admin)
            .flag("push", role >= Role::Write)
            .flag("pull", true)
            .end();
        Obj::new()
            .num("id", id)
            .raw("owner", self.user(owner))
            .text("name", &of.name)
            .text("full_name", &full)
            .text("description", "")
            .flag("empty", false)
            .flag("private", of.private)
            .flag("fork", fork.is_some())
            .flag("template", false)
            .flag("mirror", false)
            .num("size", 1)
            .text("language", "")
            .text("html_url", format!("{}/{full}", self.site))
            .text("url", format!("{}/repos/{full}", self.root))
            .text("clone_url", format!("{}/{full}.git", self.site))
            .text("ssh_url", format!("git@localhost:{full}.git"))
            .shown("default_branch", &of.default_branch)
            .flag("archived", of.archived)
            .time("created_at", of.created)
            .time("updated_at", of.updated)
            .raw("permissions", may)
            .flag("has_issues", of.has_issues)
            .flag("has_pull_requests", true)
            .flag("has_wiki", false)
            .flag("allow_merge_commits", of.allow_merge)
            .flag("allow_rebase", of.allow_rebase)
            .flag("allow_rebase_explicit", of.allow_rebase)
            .flag("allow_squash_merge", of.allow_squash)
            .flag(
                "default_delete_branch_after_merge",
                of.delete_branch_on_merge,
            )
            .text("object_format_name", "sha1")
            .end()
    }

    pub(super) fn label(&self, label: &Label) -> String {
        let owner = &self.state.settings.owner;
        let base = if label.of_organization {
            format!("{}/orgs/{owner}", self.root)
        } else {
            self.here()
        };
        Obj::new()
            .num("id", label.id)
            .text("name", &label.name)
            .flag("exclusive", false)
            .flag("is_archived", false)
            .text("color", &label.color)
            .text("description", &label.description)
            .text("url", format!("{base}/labels/{}", label.id))
            .end()
    }

    pub(super) fn labels<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> String {
        let known = |name: &String| self.state.labels.get(&name.to_lowercase());
        array(
            names
                .into_iter()
                .filter_map(known)
                .map(|label| self.label(label)),
        )
    }

    fn common(&self, item: &Item, out: Obj) -> Obj {
        out.num("id", item.id)
            .num("number", item.number)
            .raw("user", self.user(&item.author))
            .text("title", &item.title)
            .text("body", &item.body)
            .raw("labels", self.labels(&item.labels))
            .raw("milestone", "null")
            .raw("assignee", "null")
            .raw("assignees", "null")
            .text("state", if item.open { "open" } else { "closed" })
            .flag("is_locked", false)
            .num("comments", item.comments)
            .time("created_at", item.created)
            .time("updated_at", item.updated)
            .opt_time("closed_at", item.closed)
            .raw("due_date", "null")
            .num("pin_order", 0)
    }

    pub(super) fn issue(&self, item: &Item) -> String {
        let of = &self.state.settings;
        let word = if item.pull.is_some() {
            "pulls"
        } else {
            "issues"
        };
        let repository = Obj::new()
            .num("id", of.id)
            .text("name", &of.name)
            .text("owner", &of.owner)
            .text("full_name", of.full_name())
            .end();
        let out = Obj::new()
            .text("url", format!("{}/issues/{}", self.here(), item.number))
            .text(
                "html_url",
                format!("{}/{word}/{}", self.page(), item.number),
            )
            .text("original_author", "")
            .num("original_author_id", 0)
            .text("ref", "")
            .raw("assets", "[]")
            .raw("repository", repository);
        let out = self.common(item, out);
        let Some(pull) = &item.pull else {
            return out.raw("pull_request", "null").end();
        };
        let of_pull = Obj::new()
            .flag("merged", pull.merged.is_some())
            .opt_time("merged_at", pull.merged.as_ref().map(|m| m.at))
            .flag("draft", is_draft(&item.title))
            .text("html_url", format!("{}/pulls/{}", self.page(), item.number))
            .end();
        out.raw("pull_request", of_pull).end()
    }

    fn end_of(&self, fork: Option<&str>, name: &BranchName, sha: &Sha) -> String {
        let of = &self.state.settings;
        let id = fork.map_or(of.id, |who| {
            of.id + self.state.user(who).map_or(1, |u| u.id)
        });
        Obj::new()
            .shown("label", name)
            .shown("ref", name)
            .shown("sha", sha)
            .num("repo_id", id)
            .raw("repo", self.repository(fork))
            .end()
    }

    /// A pull request. `base` is where its base branch is now; `can` whether it can be merged, as far as is known.
    pub(super) fn pull(
        &self,
        item: &Item,
        pull: &Pull,
        base: &Sha,
        can: bool,
        files: Option<&[ChangedFile]>,
    ) -> String {
        let page = format!("{}/pulls/{}", self.page(), item.number);
        let merged = pull.merged.as_ref();
        let out = Obj::new()
            .text("url", &page)
            .text("html_url", &page)
            .text("diff_url", format!("{page}.diff"))
            .text("patch_url", format!("{page}.patch"));
        let mut out = self
            .common(item, out)
            .flag("draft", is_draft(&item.title))
            .raw("requested_reviewers", "null")
            .num("review_comments", 0)
            .flag("mergeable", can && !is_draft(&item.title))
            .flag("merged", merged.is_some())
            .opt_time("merged_at", merged.map(|m| m.at))
            .opt("merge_commit_sha", merged.map(|m| m.commit.as_str()))
            .raw(
                "merged_by",
                merged.map_or("null".to_owned(), |m| self.user(&m.by)),
            )
            .flag("allow_maintainer_edit", false)
            .raw("base", self.end_of(None, &pull.base, base))
            .raw(
                "head",
                self.end_of(pull.fork.as_deref(), &pull.head, &pull.head_sha),
            )
            .shown("merge_base", &pull.base_sha)
            .num("flow", 0);
        if let Some(files) = files {
            let sum = |of: fn(&ChangedFile) -> u64| files.iter().map(of).sum();
            out = out
                .num("additions", sum(|f| f.change.insertions))
                .num("deletions", sum(|f| f.change.deletions))
                .num("changed_files", files.len() as u64);
        }
        out.end()
    }

    pub(super) fn comment(&self, comment: &Comment) -> String {
        let number = comment.number;
        let is_pull = self.state.pulls.contains(&number);
        let page = self.page();
        let (issue, pull) = if is_pull {
            (String::new(), format!("{page}/pulls/{number}"))
        } else {
            (format!("{page}/issues/{number}"), String::new())
        };
        Obj::new()
            .num("id", comment.id)
            .text(
                "html_url",
                format!("{issue}{pull}#issuecomment-{}", comment.id),
            )
            .text("pull_request_url", &pull)
            .text("issue_url", &issue)
            .raw("user", self.user(&comment.author))
            .text("original_author", "")
            .num("original_author_id", 0)
            .text("body", &comment.body)
            .raw("assets", "[]")
            .time("created_at", comment.created)
            .time("updated_at", comment.updated)
            .end()
    }

    /// An event of the timeline. One of a label says by its body whether it was put on or taken off.
    pub(super) fn event(&self, number: u64, event: &Event) -> String {
        let kind = match event.kind {
            "labeled" | "unlabeled" => "label",
            "closed" => "close",
            "reopened" => "reopen",
            "merged" => "merge_pull",
            other => other,
        };
        let out = Obj::new()
            .num("id", event.id)
            .text("type", kind)
            .text("html_url", format!("{}/issues/{number}", self.page()))
            .text("issue_url", format!("{}/issues/{number}", self.page()))
            .text("pull_request_url", "")
            .raw("user", self.user(&event.actor))
            .text("body", if event.kind == "labeled" { "1" } else { "" })
            .time("created_at", event.at)
            .time("updated_at", event.at);
        let Some(name) = &event.label else {
            return out.raw("label", "null").end();
        };
        let label = self.state.labels.get(&name.to_lowercase());
        out.raw("label", label.map_or("null".to_owned(), |l| self.label(l)))
            .end()
    }

    /// A comment as the timeline has it.
    pub(super) fn comment_event(&self, comment: &Comment) -> String {
        let mut out = self.comment(comment);
        out.pop();
        out.push_str(",\"type\":\"comment\",\"label\":null}");
        out
    }

    pub(super) fn review(&self, number: u64, review: &Review, head: &Sha) -> String {
        let page = format!("{}/pulls/{number}", self.page());
        let state = match review.state {
            "CHANGES_REQUESTED" => "REQUEST_CHANGES",
            "COMMENTED" => "COMMENT",
            other => other,
        };
        Obj::new()
            .num("id", review.id)
            .raw("user", self.user(&review.author))
            .raw("team", "null")
            .text("state", state)
            .text("body", &review.body)
            .shown("commit_id", &review.commit)
            .flag("stale", review.commit != *head)
            .flag("official", self.state.role(&review.author) >= Role::Write)
            .flag("dismissed", false)
            .num("comments_count", 0)
            .time("submitted_at", review.at)
            .time("updated_at", review.at)
            .text("html_url", format!("{page}#issuecomment-{}", review.id))
            .text("pull_request_url", &page)
            .end()
    }

    pub(super) fn status(&self, sha: &Sha, status: &Status) -> String {
        Obj::new()
            .num("id", status.id)
            .text("status", &status.state)
            .text("target_url", status.target.as_deref().unwrap_or_default())
            .text(
                "description",
                status.description.as_deref().unwrap_or_default(),
            )
            .text("url", format!("{}/statuses/{sha}", self.here()))
            .text("context", &status.context)
            .raw("creator", self.user(&status.creator))
            .time("created_at", status.at)
            .time("updated_at", status.at)
            .end()
    }

    pub(super) fn file(&self, sha: &Sha, file: &ChangedFile) -> String {
        let change = &file.change;
        let status = match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Deleted => "deleted",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Modified | ChangeKind::Unknown => "changed",
        };
        let path = encode(&change.path);
        let out = Obj::new()
            .text("filename", &change.path)
            .text("status", status)
            .num("additions", change.insertions)
            .num("deletions", change.deletions)
            .num("changes", change.insertions + change.deletions)
            .text(
                "html_url",
                format!("{}/src/commit/{sha}/{path}", self.page()),
            )
            .text(
                "contents_url",
                format!("{}/contents/{path}?ref={sha}", self.here()),
            )
            .text(
                "raw_url",
                format!("{}/raw/commit/{sha}/{path}", self.page()),
            );
        match &change.old_path {
            Some(old) => out.raw("previous_filename", quoted(old)).end(),
            None => out.end(),
        }
    }
}

/// Whether a title says that the pull request is not ready.
pub(super) fn is_draft(title: &str) -> bool {
    let title = title.trim_start().to_lowercase();
    title.starts_with("wip:") || title.starts_with("[wip]")
}
