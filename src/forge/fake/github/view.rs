//! Objects as GitHub writes them, with every field that its description requires.

use super::super::exchange::Ask;
use super::super::json::{Obj, array, quoted};
use super::super::state::{
    CheckRun, Comment, Event, Item, Label, Pull, Review, Role, Settings, State, Status, User,
};
use super::super::world::{Mergeability, World};
use super::mark;
use crate::domain::{Association, BranchName, Sha};
use crate::forge::fake::repository::ChangedFile;

const USER: [(&str, &str); 12] = [
    ("url", ""),
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("avatar_url", "/avatar"),
    ("html_url", "/profile"),
];

const REPOSITORY: [(&str, &str); 38] = [
    ("url", ""),
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("svn_url", ""),
];

/// Writes objects for one request.
pub(super) struct View<'a> {
    root: &'a str,
    site: &'a str,
    pub(super) state: &'a State,
    /// Whether the version of 2026-03-10 was asked for, which has fewer fields.
    lean: bool,
    viewer: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn new(world: &'a World<'_>, ask: &'a Ask<'_>) -> Self {
        Self {
            root: &ask.root,
            site: &ask.site,
            state: world.state,
            lean: ask.headers.get("x-github-api-version") == Some("2026-03-10"),
            viewer: ask.viewer.as_ref().map(|v| v.login.as_str()),
        }
    }

    /// The address of the repository's interface.
    pub(super) fn here(&self) -> String {
        let settings = &self.state.settings;
        format!("{}/repos/{}/{}", self.root, settings.owner, settings.name)
    }

    fn page(&self) -> String {
        let settings = &self.state.settings;
        format!("{}/{}/{}", self.site, settings.owner, settings.name)
    }

    pub(super) fn user(&self, login: &str) -> String {
        match self.state.user(login) {
            Some(user) => self.user_object(user).end(),
            None => "null".to_owned(),
        }
    }

    /// The address of an account: the brackets in the name of an app's account are escaped.
    fn account(&self, login: &str) -> String {
        let name = login.replace('[', "%5B").replace(']', "%5D");
        format!("{}/users/{name}", self.root)
    }

    pub(super) fn user_object(&self, user: &User) -> Obj {
        let base = self.account(&user.login);
        let of = &self.state.settings;
        let organization = of.owner_is_organization && of.owner == user.login;
        let kind = match (user.bot, organization) {
            (true, _) => "Bot",
            (false, true) => "Organization",
            (false, false) => "User",
        };
        Obj::new()
            .text("login", &user.login)
            .num("id", user.id)
            .text("node_id", mark("U", user.id))
            .text("gravatar_id", "")
            .addresses(&base, &USER)
            .text("type", kind)
            .flag("site_admin", false)
    }

    /// An account in full, as it stands by itself.
    pub(super) fn own_user(&self, user: &User) -> String {
        self.user_object(user)
            .opt("name", Some(&user.login))
            .opt("company", None::<&str>)
            .opt("blog", Some(""))
            .opt("location", None::<&str>)
            .opt("email", None::<&str>)
            .raw("hireable", "null")
            .opt("bio", None::<&str>)
            .num("public_repos", 1)
            .num("public_gists", 0)
            .num("followers", 0)
            .num("following", 0)
            .time("created_at", user.created)
            .time("updated_at", user.created)
            .end()
    }

    fn bare_repository(&self, owner: &str, id: u64, fork: bool) -> Obj {
        let of = &self.state.settings;
        let full = format!("{owner}/{}", of.name);
        let base = format!("{}/repos/{full}", self.root);
        let site = self.site;
        Obj::new()
            .num("id", id)
            .text("node_id", mark("R", id))
            .text("name", &of.name)
            .text("full_name", &full)
            .flag("private", of.private)
            .raw("owner", self.user(owner))
            .text("html_url", format!("{site}/{full}"))
            .opt("description", None::<&str>)
            .flag("fork", fork)
            .addresses(&base, &REPOSITORY)
    }

    /// A repository as it stands in other objects and by itself.
    pub(super) fn repository(&self, fork: Option<&str>) -> String {
        let of = &self.state.settings;
        let owner = fork.unwrap_or(&of.owner);
        let id = fork.map_or(of.id, |who| {
            of.id + self.state.user(who).map_or(1, |u| u.id)
        });
        self.repository_object(owner, id, fork.is_some(), of).end()
    }

    fn repository_object(&self, owner: &str, id: u64, fork: bool, of: &Settings) -> Obj {
        let full = format!("{owner}/{}", of.name);
        let open = self
            .state
            .items
            .values()
            .filter(|slot| slot.truth().open)
            .count() as u64;
        let role = self.viewer.map_or(Role::None, |who| self.state.role(who));
        let may = Obj::new()
            .flag("admin", role >= Role::Admin)
            .flag("maintain", role >= Role::Admin)
            .flag("push", role >= Role::Write)
            .flag("triage", role >= Role::Triage)
            .flag("pull", true)
            .end();
        let site = self.site;
        let mut out = self.bare_repository(owner, id, fork);
        if self.viewer.is_some() {
            out = out.raw("permissions", may);
        }
        out.text("clone_url", format!("{site}/{full}.git"))
            .text("git_url", format!("git://localhost/{full}.git"))
            .text("ssh_url", format!("git@localhost:{full}.git"))
            .shown("default_branch", &of.default_branch)
            .num("forks", 0)
            .num("forks_count", 0)
            .flag("has_issues", of.has_issues)
            .flag("has_projects", false)
            .flag("has_wiki", false)
            .flag("has_pages", false)
            .flag("has_downloads", false)
            .flag("has_discussions", false)
            .opt("homepage", None::<&str>)
            .opt("language", None::<&str>)
            .flag("archived", of.archived)
            .flag("disabled", false)
            .text("visibility", if of.private { "private" } else { "public" })
            .opt("mirror_url", None::<&str>)
            .num("open_issues", open)
            .num("open_issues_count", open)
            .raw("license", "null")
            .time("pushed_at", of.pushed)
            .time("created_at", of.created)
            .time("updated_at", of.updated)
            .num("size", 1)
            .num("stargazers_count", 0)
            .num("watchers", 0)
            .num("watchers_count", 0)
            .num("network_count", 0)
            .num("subscribers_count", 0)
            .flag("allow_merge_commit", of.allow_merge)
            .flag("allow_squash_merge", of.allow_squash)
            .flag("allow_rebase_merge", of.allow_rebase)
            .flag("allow_auto_merge", false)
            .flag("delete_branch_on_merge", of.delete_branch_on_merge)
    }

    pub(super) fn label(&self, label: &Label) -> String {
        let name = super::super::exchange::encode(&label.name);
        Obj::new()
            .num("id", label.id)
            .text("node_id", mark("LA", label.id))
            .text("url", format!("{}/labels/{name}", self.here()))
            .text("name", &label.name)
            .text("color", &label.color)
            .flag("default", false)
            .text("description", &label.description)
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

    fn association(&self, login: &str) -> &'static str {
        match self.state.user(login).map(|user| user.association) {
            Some(Association::Owner) => "OWNER",
            Some(Association::Member) => "MEMBER",
            Some(Association::Collaborator) => "COLLABORATOR",
            Some(Association::None) | None => "NONE",
        }
    }

    pub(super) fn issue(&self, item: &Item) -> String {
        let here = self.here();
        let base = format!("{here}/issues/{}", item.number);
        let word = if item.pull.is_some() {
            "pull"
        } else {
            "issues"
        };
        let kind = if item.pull.is_some() { "PR" } else { "I" };
        let mut out = Obj::new()
            .addresses(
                &base,
                &[
                    ("url", ""),
                    ("labels_url", "/labels{/name}"),
                    ("comments_url", "/comments"),
                    ("events_url", "/events"),
                    ("timeline_url", "/timeline"),
                ],
            )
            .text("repository_url", &here)
            .text(
                "html_url",
                format!("{}/{word}/{}", self.page(), item.number),
            )
            .num("id", item.id)
            .text("node_id", mark(kind, item.number))
            .num("number", item.number)
            .text("title", &item.title)
            .raw("user", self.user(&item.author))
            .raw("labels", self.labels(&item.labels))
            .text("state", if item.open { "open" } else { "closed" })
            .opt("state_reason", item.reason.as_ref())
            .flag("locked", false)
            .raw("assignees", "[]")
            .raw("milestone", "null")
            .num("comments", item.comments)
            .time("created_at", item.created)
            .time("updated_at", item.updated)
            .opt_time("closed_at", item.closed)
            .text("author_association", self.association(&item.author))
            .opt("active_lock_reason", None::<&str>)
            .opt("body", (!item.body.is_empty()).then_some(&item.body))
            .raw("performed_via_github_app", "null");
        if let Some(who) = &item.closed_by {
            out = out.raw("closed_by", self.user(who));
        }
        if !self.lean {
            out = out.raw("assignee", "null");
        }
        let Some(pull) = &item.pull else {
            return out.end();
        };
        let page = format!("{}/pull/{}", self.page(), item.number);
        let of_pull = Obj::new()
            .text("url", format!("{here}/pulls/{}", item.number))
            .addresses(
                &page,
                &[
                    ("html_url", ""),
                    ("diff_url", ".diff"),
                    ("patch_url", ".patch"),
                ],
            )
            .opt_time("merged_at", pull.merged.as_ref().map(|m| m.at));
        out.flag("draft", pull.draft)
            .raw("pull_request", of_pull.end())
            .end()
    }

    fn end_of(&self, fork: Option<&str>, name: &BranchName, sha: &Sha) -> String {
        let owner = fork.unwrap_or(&self.state.settings.owner);
        Obj::new()
            .text("label", format!("{owner}:{name}"))
            .shown("ref", name)
            .shown("sha", sha)
            .raw("user", self.user(owner))
            .raw("repo", self.repository(fork))
            .end()
    }

    fn links_of_pull(&self, number: u64, statuses: &str) -> String {
        let (here, page) = (self.here(), format!("{}/pull/{number}", self.page()));
        let (own, issue) = (
            format!("{here}/pulls/{number}"),
            format!("{here}/issues/{number}"),
        );
        let link = |address: &str| Obj::new().text("href", address).end();
        Obj::new()
            .raw("self", link(&own))
            .raw("html", link(&page))
            .raw("issue", link(&issue))
            .raw("comments", link(&format!("{issue}/comments")))
            .raw("review_comments", link(&format!("{own}/comments")))
            .raw(
                "review_comment",
                link(&format!("{here}/pulls/comments{{/number}}")),
            )
            .raw("commits", link(&format!("{own}/commits")))
            .raw("statuses", link(statuses))
            .end()
    }

    /// A pull request as a listing has it.
    pub(super) fn pull(&self, item: &Item, pull: &Pull) -> Obj {
        let (here, page) = (self.here(), format!("{}/pull/{}", self.page(), item.number));
        let (own, issue) = (
            format!("{here}/pulls/{}", item.number),
            format!("{here}/issues/{}", item.number),
        );
        let statuses = format!("{here}/statuses/{}", pull.head_sha);
        let links = self.links_of_pull(item.number, &statuses);
        let merged = pull.merged.as_ref();
        let mut out = Obj::new()
            .addresses(
                &own,
                &[
                    ("url", ""),
                    ("commits_url", "/commits"),
                    ("review_comments_url", "/comments"),
                ],
            )
            .num("id", item.id)
            .text("node_id", mark("PR", item.number))
            .addresses(
                &page,
                &[
                    ("html_url", ""),
                    ("diff_url", ".diff"),
                    ("patch_url", ".patch"),
                ],
            )
            .addresses(&issue, &[("issue_url", ""), ("comments_url", "/comments")])
            .text(
                "review_comment_url",
                format!("{here}/pulls/comments{{/number}}"),
            )
            .text("statuses_url", &statuses)
            .num("number", item.number)
            .text("state", if item.open { "open" } else { "closed" })
            .flag("locked", false)
            .text("title", &item.title)
            .raw("user", self.user(&item.author))
            .opt("body", (!item.body.is_empty()).then_some(&item.body))
            .time("created_at", item.created)
            .time("updated_at", item.updated)
            .opt_time("closed_at", item.closed)
            .opt_time("merged_at", merged.map(|m| m.at))
            .raw("assignees", "[]")
            .raw("requested_reviewers", "[]")
            .raw("requested_teams", "[]")
            .raw("labels", self.labels(&item.labels))
            .raw("milestone", "null")
            .flag("draft", pull.draft)
            .raw(
                "head",
                self.end_of(pull.fork.as_deref(), &pull.head, &pull.head_sha),
            )
            .raw("base", self.end_of(None, &pull.base, &pull.base_sha))
            .raw("_links", links)
            .text("author_association", self.association(&item.author))
            .raw("auto_merge", "null");
        if !self.lean {
            out = out
                .raw("assignee", "null")
                .opt("merge_commit_sha", merged.map(|m| m.commit.as_str()));
        }
        out
    }

    /// A pull request by itself.
    pub(super) fn whole_pull(
        &self,
        item: &Item,
        pull: &Pull,
        can: Mergeability,
        files: &[ChangedFile],
    ) -> String {
        let sum = |of: fn(&ChangedFile) -> u64| files.iter().map(of).sum();
        let merged = pull.merged.as_ref();
        let clean = match can.clean {
            None => "null",
            Some(true) => "true",
            Some(false) => "false",
        };
        self.pull(item, pull)
            .flag("merged", merged.is_some())
            .raw("mergeable", clean)
            .raw("rebaseable", clean)
            .text("mergeable_state", can.state)
            .raw(
                "merged_by",
                merged.map_or("null".to_owned(), |m| self.user(&m.by)),
            )
            .num("comments", item.comments)
            .num("review_comments", 0)
            .flag("maintainer_can_modify", false)
            .num("commits", 1)
            .num("additions", sum(|f| f.change.insertions))
            .num("deletions", sum(|f| f.change.deletions))
            .num("changed_files", files.len() as u64)
            .end()
    }

    pub(super) fn comment(&self, comment: &Comment) -> String {
        let here = self.here();
        let page = format!("{}/issues/{}", self.page(), comment.number);
        Obj::new()
            .text("url", format!("{here}/issues/comments/{}", comment.id))
            .text("html_url", format!("{page}#issuecomment-{}", comment.id))
            .text("issue_url", format!("{here}/issues/{}", comment.number))
            .num("id", comment.id)
            .text("node_id", mark("IC", comment.id))
            .raw("user", self.user(&comment.author))
            .time("created_at", comment.created)
            .time("updated_at", comment.updated)
            .text("author_association", self.association(&comment.author))
            .text("body", &comment.body)
            .raw("performed_via_github_app", "null")
            .end()
    }

    pub(super) fn event(&self, event: &Event) -> String {
        let out = Obj::new()
            .num("id", event.id)
            .text("node_id", mark("EV", event.id))
            .text("url", format!("{}/issues/events/{}", self.here(), event.id))
            .raw("actor", self.user(&event.actor))
            .text("event", event.kind)
            .opt("commit_id", None::<&str>)
            .opt("commit_url", None::<&str>)
            .time("created_at", event.at)
            .raw("performed_via_github_app", "null");
        let Some(name) = &event.label else {
            return out.end();
        };
        let color = self
            .state
            .labels
            .get(&name.to_lowercase())
            .map_or("ededed", |l| &l.color);
        let label = Obj::new().text("name", name).text("color", color).end();
        out.raw("label", label).end()
    }

    pub(super) fn review(&self, number: u64, review: &Review) -> String {
        let own = format!("{}/pulls/{number}", self.here());
        let page = format!(
            "{}/pull/{number}#pullrequestreview-{}",
            self.page(),
            review.id
        );
        let link = |address: &str| Obj::new().text("href", address).end();
        let links = Obj::new()
            .raw("html", link(&page))
            .raw("pull_request", link(&own))
            .end();
        Obj::new()
            .num("id", review.id)
            .text("node_id", mark("PRR", review.id))
            .raw("user", self.user(&review.author))
            .text("body", &review.body)
            .text("state", review.state)
            .text("html_url", &page)
            .text("pull_request_url", &own)
            .raw("_links", links)
            .time("submitted_at", review.at)
            .shown("commit_id", &review.commit)
            .text("author_association", self.association(&review.author))
            .end()
    }

    /// A status; `whole` with who wrote it.
    pub(super) fn status(&self, sha: &Sha, status: &Status, whole: bool) -> String {
        let out = Obj::new()
            .text("url", format!("{}/statuses/{sha}", self.here()))
            .text(
                "avatar_url",
                format!("{}/avatar", self.account(&status.creator)),
            )
            .num("id", status.id)
            .text("node_id", mark("SC", status.id))
            .text("state", &status.state)
            .opt("description", status.description.as_ref())
            .opt("target_url", status.target.as_ref())
            .text("context", &status.context)
            .time("created_at", status.at)
            .time("updated_at", status.at);
        if whole {
            return out.raw("creator", self.user(&status.creator)).end();
        }
        out.end()
    }

    pub(super) fn check_run(&self, sha: &Sha, run: &CheckRun) -> String {
        let own = format!("{}/check-runs/{}", self.here(), run.id);
        let output = Obj::new()
            .opt("title", run.title.as_ref())
            .opt("summary", run.title.as_ref())
            .opt("text", None::<&str>)
            .num("annotations_count", 0)
            .text("annotations_url", format!("{own}/annotations"))
            .end();
        Obj::new()
            .num("id", run.id)
            .text("node_id", mark("CR", run.id))
            .shown("head_sha", sha)
            .text("name", &run.name)
            .text("external_id", "")
            .text("url", &own)
            .text("html_url", &own)
            .text("details_url", &own)
            .text("status", &run.status)
            .opt("conclusion", run.conclusion.as_ref())
            .time("started_at", run.started)
            .opt_time("completed_at", run.completed)
            .raw("output", output)
            .raw("check_suite", "null")
            .raw("app", "null")
            .raw("pull_requests", "[]")
            .end()
    }

    pub(super) fn file(&self, sha: &Sha, file: &ChangedFile) -> String {
        use crate::domain::ChangeKind;
        let change = &file.change;
        let status = match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Deleted => "removed",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Modified | ChangeKind::Unknown => "modified",
        };
        let path = super::super::exchange::encode(&change.path);
        let mut out = Obj::new()
            .shown("sha", sha)
            .text("filename", &change.path)
            .text("status", status)
            .num("additions", change.insertions)
            .num("deletions", change.deletions)
            .num("changes", change.insertions + change.deletions)
            .text("blob_url", format!("{}/blob/{sha}/{path}", self.page()))
            .text("raw_url", format!("{}/raw/{sha}/{path}", self.page()))
            .text(
                "contents_url",
                format!("{}/contents/{path}?ref={sha}", self.here()),
            );
        if let Some(patch) = &file.patch {
            out = out.raw("patch", quoted(patch));
        }
        if let Some(old) = &change.old_path {
            out = out.text("previous_filename", old);
        }
        out.end()
    }
}
