//! What people do, and how the forge is set up: the changes that adapters have to live with. Nobody here needs a token,
//! and no limit holds.

use std::collections::BTreeSet;

use super::limits::Meter;
use super::state::{Gone, Protection, Role, Settings, State, Token, User};
use super::world::{IssueEdit, NewPull, Problem, PullEdit, Wish, World};
use super::{Account, Fake, Flavor, Knobs, Shot};
use crate::domain::{Association, BranchName, MergeMethod, Sha};

/// What the forge would not let a person do.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("the model refuses: {0}")]
pub struct Refusal(pub String);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(format!("{problem:?}"))
    }
}

type Done = Result<(), Refusal>;

impl Fake {
    fn person<T>(
        &self,
        act: impl FnOnce(&mut World<'_>) -> Result<T, Problem>,
    ) -> Result<T, Refusal> {
        let mut guard = self.lock();
        let mut world = self.world(&mut guard, false);
        world.follow_branches()?;
        let done = act(&mut world)?;
        world.follow_branches()?;
        Ok(done)
    }

    fn set<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.lock())
    }

    /// An account that may write here if it is an owner, member or collaborator. An existing one changes.
    pub fn add_person(&self, login: &str, association: Association) {
        let role = match association {
            Association::Owner => Role::Admin,
            Association::Member | Association::Collaborator => Role::Write,
            Association::None => Role::None,
        };
        let mut guard = self.lock();
        let created = self.world(&mut guard, false).now;
        let id = guard.user(login).map(|user| user.id);
        let id = id.unwrap_or_else(|| guard.id());
        let user = User {
            id,
            login: login.to_owned(),
            bot: login.ends_with("[bot]"),
            association,
            role,
            created,
        };
        guard.users.insert(login.to_lowercase(), user);
    }

    /// What an account may do, apart from what it is called.
    pub fn set_role(&self, login: &str, role: Role) {
        self.set(|state| {
            if let Some(user) = state.users.get_mut(&login.to_lowercase()) {
                user.role = role;
            }
        });
    }

    /// The number of an account.
    pub fn user_id(&self, login: &str) -> Option<u64> {
        self.set(|state| state.user(login).map(|user| user.id))
    }

    /// A credential of `login` that may do all that its owner may.
    pub fn add_token(&self, token: &str, login: &str) {
        self.insert_token(token, login, None, false);
    }

    /// A credential that may do only this, as `issues=write`, `pull_requests=write`, `contents=write`, `statuses=write`.
    pub fn add_weak_token(&self, token: &str, login: &str, may: &[&str]) {
        let may: BTreeSet<String> = may.iter().map(|&one| one.to_owned()).collect();
        self.insert_token(token, login, Some(may), false);
    }

    /// A credential of an app, which may write check runs.
    pub fn add_app_token(&self, token: &str, login: &str) {
        self.insert_token(token, login, None, true);
    }

    fn insert_token(&self, token: &str, login: &str, may: Option<BTreeSet<String>>, app: bool) {
        let login = login.to_owned();
        let value = Token { login, may, app };
        self.set(|state| state.tokens.insert(token.to_owned(), value));
    }

    /// Whose credential it is; for a server that guards git with it.
    pub fn login_of(&self, token: &str) -> Option<String> {
        self.set(|state| {
            let found = (!state.denied).then(|| state.tokens.get(token)).flatten();
            found.map(|token| token.login.clone())
        })
    }

    /// Whether git may push with it.
    pub fn may_push(&self, token: &str) -> bool {
        self.set(|state| {
            let found = state.tokens.get(token).filter(|_| !state.denied);
            found.is_some_and(|token| {
                let granted = token
                    .may
                    .as_ref()
                    .is_none_or(|may| may.contains("contents=write"));
                granted && state.role(&token.login) >= Role::Write && !state.settings.archived
            })
        })
    }

    /// Takes a credential back.
    pub fn revoke(&self, token: &str) {
        self.set(|state| state.tokens.remove(token));
    }

    /// 401 to everything from now on, or no longer.
    pub fn deny_all(&self, denied: bool) {
        self.set(|state| state.denied = denied);
    }

    /// Changes what goes wrong and how the forge behaves.
    pub fn set_knobs(&self, knobs: Knobs) {
        self.set(|state| state.knobs = knobs);
    }

    /// As it is set now.
    pub fn knobs(&self) -> Knobs {
        self.set(|state| state.knobs.clone())
    }

    /// What becomes of the next requests of one kind.
    pub fn shoot(&self, shot: Shot) {
        self.set(|state| state.shots.push_back(shot));
    }

    /// Forgets what was used of all limits.
    pub fn reset_limits(&self) {
        self.set(|state| state.meter = Meter::default());
    }

    /// What has been asked and written so far.
    pub fn account(&self) -> Account {
        self.set(|state| state.account.clone())
    }

    /// As [`Self::account`], and begins to count anew.
    pub fn take_account(&self) -> Account {
        self.set(|state| std::mem::take(&mut state.account))
    }

    /// Whether an organisation owns the repository; a person does to begin with.
    pub fn own_by_organization(&self, organization: bool) {
        self.settings(|settings| settings.owner_is_organization = organization);
    }

    /// Renames the repository; the old name redirects.
    pub fn rename(&self, owner: &str, name: &str) {
        self.settings(|settings| {
            let old = (settings.owner.clone(), settings.name.clone());
            settings.old_names.insert(old);
            let new = (owner.to_owned(), name.to_owned());
            settings.old_names.remove(&new);
            (settings.owner, settings.name) = new;
        });
    }

    /// The repository's name from the beginning, without a redirect.
    pub fn name(&self, owner: &str, name: &str) {
        self.settings(|settings| {
            (settings.owner, settings.name) = (owner.to_owned(), name.to_owned());
        });
    }

    /// `owner/name` as it is now.
    pub fn full_name(&self) -> String {
        self.set(|state| state.settings.full_name())
    }

    /// Makes it read-only, or not.
    pub fn archive(&self, archived: bool) {
        self.settings(|settings| settings.archived = archived);
    }

    /// Switches issues off, or on.
    pub fn disable_issues(&self, disabled: bool) {
        self.settings(|settings| settings.has_issues = !disabled);
    }

    /// Hides it from those without a role, or not.
    pub fn make_private(&self, private: bool) {
        self.settings(|settings| settings.private = private);
    }

    /// Which methods merges may use.
    pub fn allow_methods(&self, methods: &[MergeMethod]) {
        self.settings(|settings| {
            settings.allow_merge = methods.contains(&MergeMethod::Merge);
            settings.allow_squash = methods.contains(&MergeMethod::Squash);
            settings.allow_rebase = methods.contains(&MergeMethod::Rebase);
        });
    }

    /// Whether a merge removes its branch.
    pub fn delete_branch_on_merge(&self, deletes: bool) {
        self.settings(|settings| settings.delete_branch_on_merge = deletes);
    }

    fn settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut guard = self.lock();
        let now = self.world(&mut guard, false).now;
        change(&mut guard.settings);
        guard.settings.updated = now;
    }

    /// What a branch asks of merges; `None`: nothing.
    pub fn protect(&self, branch: &BranchName, protection: Option<Protection>) {
        self.set(|state| match protection {
            Some(protection) => state.protection.insert(branch.clone(), protection),
            None => state.protection.remove(branch),
        });
    }

    /// A label of the repository, or of the organisation that owns it.
    pub fn create_label(&self, name: &str, of_organization: bool) -> Result<u64, Refusal> {
        self.person(|world| Ok(world.create_label(name, "ededed", "", of_organization)?.id))
    }

    /// Opens an issue; its number.
    pub fn open_issue(
        &self,
        who: &str,
        title: &str,
        body: &str,
        labels: &[&str],
    ) -> Result<u64, Refusal> {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        self.person(|world| world.open_issue(who, title, body, &labels))
    }

    /// Changes title or body.
    pub fn edit_issue(
        &self,
        who: &str,
        number: u64,
        title: Option<&str>,
        body: Option<&str>,
    ) -> Done {
        let edit = IssueEdit {
            title,
            body,
            ..IssueEdit::default()
        };
        self.person(|world| world.edit_issue(who, number, &edit))
    }

    /// Closes an issue or a pull request.
    pub fn close(&self, who: &str, number: u64) -> Done {
        self.set_open(who, number, false)
    }

    /// Opens an issue or a pull request again.
    pub fn reopen(&self, who: &str, number: u64) -> Done {
        self.set_open(who, number, true)
    }

    fn set_open(&self, who: &str, number: u64, open: bool) -> Done {
        let issue = IssueEdit {
            open: Some(open),
            ..IssueEdit::default()
        };
        self.person(|world| {
            if world.pull(number).is_ok() {
                let edit = PullEdit { issue, base: None };
                return world.edit_pull(who, number, &edit);
            }
            world.edit_issue(who, number, &issue)
        })
    }

    /// Deletes an issue.
    pub fn delete_issue(&self, number: u64) -> Done {
        self.person(|world| world.remove_issue(number, Gone::Deleted))
    }

    /// Hands an issue to another repository, where it has this number.
    pub fn transfer_issue(&self, number: u64, repository: u64, new_number: u64) -> Done {
        let gone = Gone::Transferred {
            repository,
            number: new_number,
        };
        self.person(|world| world.remove_issue(number, gone))
    }

    /// Adds labels.
    pub fn label(&self, who: &str, number: u64, labels: &[&str]) -> Done {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        self.person(|world| {
            world.item(number)?;
            world.label(who, number, &labels);
            Ok(())
        })
    }

    /// Takes a label off.
    pub fn unlabel(&self, who: &str, number: u64, label: &str) -> Done {
        self.person(|world| world.unlabel(who, number, label))
    }

    /// Comments on an issue or a pull request; the comment's number.
    pub fn comment(&self, who: &str, number: u64, body: &str) -> Result<u64, Refusal> {
        self.person(|world| world.comment(who, number, body))
    }

    /// Changes a comment.
    pub fn edit_comment(&self, id: u64, body: &str) -> Done {
        self.person(|world| world.edit_comment(id, body))
    }

    /// Deletes a comment.
    pub fn delete_comment(&self, id: u64) -> Done {
        self.person(|world| world.delete_comment(id))
    }

    /// Pushes a new commit with these files to a branch, which may be new (it begins where the default branch is).
    pub fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> Result<Sha, Refusal> {
        self.person(|world| {
            let start = match world.repo.tip(branch)? {
                Some(tip) => Some(tip),
                None => world.repo.tip(&world.state.settings.default_branch)?,
            };
            let nonce = format!("{branch} {}", world.state.id());
            let sha = world.repo.commit(&nonce, start.as_ref(), files)?;
            world.repo.set(branch, Some(&sha))?;
            world.state.settings.pushed = world.now;
            Ok(sha)
        })
    }

    /// Removes a branch.
    pub fn delete_branch(&self, branch: &BranchName) -> Done {
        self.person(|world| Ok(world.repo.set(branch, None)?))
    }

    /// Opens a pull request from a branch of the repository; its number.
    pub fn open_pull(
        &self,
        who: &str,
        head: &BranchName,
        base: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<u64, Refusal> {
        let new = NewPull {
            title,
            body,
            head: head.as_str(),
            base: base.as_str(),
            draft: false,
        };
        self.person(|world| world.open_pull(who, &new))
    }

    /// Opens a pull request from a fork of `who`, whose branch gets one commit on top of the base; its number.
    pub fn open_fork_pull(
        &self,
        who: &str,
        branch: &BranchName,
        base: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<u64, Refusal> {
        self.person(|world| {
            let start = world.repo.tip(base)?;
            let nonce = format!("{who} {branch} {}", world.state.id());
            let sha =
                world
                    .repo
                    .commit(&nonce, start.as_ref(), &[("fork.txt", "by a stranger\n")])?;
            world
                .state
                .forks
                .insert((who.to_owned(), branch.clone()), sha);
            let head = format!("{who}:{branch}");
            let new = NewPull {
                title,
                body,
                head: &head,
                base: base.as_str(),
                draft: false,
            };
            world.open_pull(who, &new)
        })
    }

    /// Pushes to a branch of a fork.
    pub fn push_fork(&self, who: &str, branch: &BranchName) -> Result<Sha, Refusal> {
        self.person(|world| {
            let key = (who.to_owned(), branch.clone());
            let start = world.state.forks.get(&key).cloned();
            let nonce = format!("{who} {branch} {}", world.state.id());
            let sha = world
                .repo
                .commit(&nonce, start.as_ref(), &[("fork.txt", "again\n")])?;
            world.state.forks.insert(key, sha.clone());
            Ok(sha)
        })
    }

    /// Makes a pull request a draft, or ready: by its title where that is what tells.
    pub fn set_draft(&self, who: &str, number: u64, draft: bool) -> Done {
        let by_title = self.flavor == Flavor::Gitea;
        self.person(|world| {
            let title = world.item(number)?.title.clone();
            world.pull(number)?;
            if by_title {
                let bare = title.trim_start_matches("WIP: ");
                let title = if draft {
                    format!("WIP: {bare}")
                } else {
                    bare.to_owned()
                };
                let edit = IssueEdit {
                    title: Some(&title),
                    ..IssueEdit::default()
                };
                return world.edit_issue(who, number, &edit);
            }
            world.set_draft(who, number, draft);
            Ok(())
        })
    }

    /// Approves a pull request at its head.
    pub fn approve(&self, who: &str, number: u64) -> Result<u64, Refusal> {
        self.person(|world| world.review(who, number, "APPROVED", "", None))
    }

    /// Asks for changes of a pull request at its head.
    pub fn request_changes(&self, who: &str, number: u64, body: &str) -> Result<u64, Refusal> {
        self.person(|world| world.review(who, number, "CHANGES_REQUESTED", body, None))
    }

    /// Merges a pull request at whatever head it has, whatever the branch asks for.
    pub fn merge(&self, who: &str, number: u64, method: MergeMethod) -> Result<Sha, Refusal> {
        let wish = Wish {
            method,
            head: None,
            message: None,
            by_force: true,
            delete_branch: false,
        };
        self.person(|world| world.merge(who, number, &wish))
    }

    /// Writes a check run; without a conclusion it is in progress. Gitea has statuses only, so there it is one.
    pub fn set_check(&self, sha: &Sha, name: &str, conclusion: Option<&str>) -> Done {
        if self.flavor == Flavor::Gitea {
            let state = match conclusion {
                None => "pending",
                Some("success" | "neutral" | "skipped") => "success",
                Some(_) => "failure",
            };
            return self.set_status("acme", sha, name, state);
        }
        let status = if conclusion.is_some() {
            "completed"
        } else {
            "in_progress"
        };
        self.person(|world| {
            world
                .set_check(sha, name, status, conclusion, None)
                .map(|_| ())
        })
    }

    /// Writes a status: `success`, `failure`, `error`, `pending`.
    pub fn set_status(&self, who: &str, sha: &Sha, context: &str, state: &str) -> Done {
        self.person(|world| {
            world
                .set_status(who, sha, context, state, (None, None))
                .map(|_| ())
        })
    }
}
