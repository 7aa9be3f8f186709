//! What the forge knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::account::Account;
use super::knobs::{Knobs, Shot};
use super::limits::Meter;
use super::repository::ChangedFile;
use crate::domain::{Association, BranchName, Sha};

/// What somebody may do in the repository, each including what is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Nothing that not anybody may do.
    None,
    /// Read a private repository.
    Read,
    /// Labels, and closing what others opened.
    Triage,
    /// Push and merge.
    Write,
    /// Settings.
    Admin,
}

impl Role {
    /// As the forges call it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// An account.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) bot: bool,
    pub(super) association: Association,
    pub(super) role: Role,
    pub(super) created: Timestamp,
}

/// A credential.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) login: String,
    /// What it may do, as `issues=write`; `None`: all that its owner may.
    pub(super) may: Option<BTreeSet<String>>,
    /// Whether it is an app's, which may write check runs.
    pub(super) app: bool,
}

/// The repository's settings.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the forge's own settings"
)]
pub(super) struct Settings {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) owner_is_organization: bool,
    pub(super) private: bool,
    pub(super) archived: bool,
    pub(super) has_issues: bool,
    pub(super) default_branch: BranchName,
    pub(super) delete_branch_on_merge: bool,
    pub(super) allow_merge: bool,
    pub(super) allow_squash: bool,
    pub(super) allow_rebase: bool,
    /// Names that it had; they redirect.
    pub(super) old_names: BTreeSet<(String, String)>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) pushed: Timestamp,
}

impl Settings {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// What a branch asks of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the forge's own settings"
)]
pub struct Protection {
    /// Checks or statuses that must be good.
    pub checks: Vec<String>,
    /// Whether the head must have all of the base.
    pub up_to_date: bool,
    /// How many approvals.
    pub reviews: u32,
    /// Whether a push takes approvals back.
    pub dismiss_stale: bool,
    /// A ruleset instead of a protected branch: other words, and listed by `rules/branches`.
    pub ruleset: bool,
    /// Nobody may merge or push, whatever there is.
    pub locked: bool,
}

/// A label of the repository.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) color: String,
    pub(super) description: String,
    pub(super) of_organization: bool,
}

/// Why an issue is not here any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gone {
    Deleted,
    /// It is another repository's now.
    Transferred {
        repository: u64,
        number: u64,
    },
}

/// An issue or a pull request.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) number: u64,
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) open: bool,
    pub(super) reason: Option<String>,
    pub(super) labels: BTreeSet<String>,
    pub(super) author: String,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) closed: Option<Timestamp>,
    pub(super) closed_by: Option<String>,
    pub(super) comments: u64,
    pub(super) pull: Option<Pull>,
    pub(super) gone: Option<Gone>,
}

/// What a pull request has more.
#[derive(Debug, Clone)]
pub(super) struct Pull {
    pub(super) head: BranchName,
    pub(super) head_sha: Sha,
    pub(super) base: BranchName,
    /// The base's tip when the head was last pushed.
    pub(super) base_sha: Sha,
    pub(super) draft: bool,
    pub(super) merged: Option<Merged>,
    /// Whose fork the head is in; `None`: the repository itself.
    pub(super) fork: Option<String>,
}

/// A merge that was made.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) commit: Sha,
}

/// A comment on an item.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
}

/// What happened to an item, with who did it.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: u64,
    pub(super) actor: String,
    pub(super) kind: &'static str,
    pub(super) label: Option<String>,
    pub(super) at: Timestamp,
    pub(super) visible: Timestamp,
}

/// A review of a pull request.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) author: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`.
    pub(super) state: &'static str,
    pub(super) body: String,
    pub(super) commit: Sha,
    pub(super) at: Timestamp,
    pub(super) visible: Timestamp,
}

/// A status of a commit.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) id: u64,
    pub(super) creator: String,
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) target: Option<String>,
    pub(super) at: Timestamp,
}

/// A check run of a commit.
#[derive(Debug, Clone)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    /// What its output says in one line.
    pub(super) title: Option<String>,
    pub(super) started: Timestamp,
    pub(super) completed: Option<Timestamp>,
}

/// An object with two faces: as it is, and as it is still shown for a while.
#[derive(Debug)]
pub(super) struct Slot<T> {
    truth: Arc<T>,
    /// Until when something older is shown, and what; `None` inside: nothing yet.
    shown: Option<(Timestamp, Option<Arc<T>>)>,
}

impl<T: Clone> Slot<T> {
    pub(super) fn new(value: T, now: Timestamp, visible: Timestamp) -> Self {
        Self {
            truth: Arc::new(value),
            shown: (visible > now).then_some((visible, None)),
        }
    }

    /// As it is.
    pub(super) fn truth(&self) -> &T {
        &self.truth
    }

    /// As it is shown.
    pub(super) fn seen(&self, now: Timestamp) -> Option<&T> {
        match &self.shown {
            Some((visible, old)) if *visible > now => old.as_deref(),
            _ => Some(&self.truth),
        }
    }

    /// To change it; what was shown stays so until `visible`.
    pub(super) fn change(&mut self, now: Timestamp, visible: Timestamp) -> &mut T {
        match &mut self.shown {
            Some((until, _)) if *until > now => *until = visible.max(*until),
            shown if visible > now => *shown = Some((visible, Some(Arc::clone(&self.truth)))),
            shown => *shown = None,
        }
        Arc::make_mut(&mut self.truth)
    }
}

/// What is known of whether a pull request can be merged.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) base: Sha,
    pub(super) head: Sha,
    pub(super) reads: u32,
    pub(super) answer: Option<bool>,
}

/// All of it.
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) protection: BTreeMap<BranchName, Protection>,
    /// By login in lower case.
    pub(super) users: BTreeMap<String, User>,
    pub(super) tokens: BTreeMap<String, Token>,
    /// By name in lower case.
    pub(super) labels: BTreeMap<String, Label>,
    pub(super) items: BTreeMap<u64, Slot<Item>>,
    /// By the time of the last change, as it is.
    pub(super) by_update: BTreeSet<(Timestamp, u64)>,
    pub(super) pulls: BTreeSet<u64>,
    pub(super) open_pulls: BTreeSet<u64>,
    pub(super) comments: BTreeMap<u64, Slot<Comment>>,
    pub(super) comments_of: BTreeMap<u64, Vec<u64>>,
    pub(super) events: BTreeMap<u64, Vec<Event>>,
    pub(super) reviews: BTreeMap<u64, Vec<Review>>,
    pub(super) statuses: BTreeMap<Sha, Vec<Status>>,
    pub(super) check_runs: BTreeMap<Sha, Vec<CheckRun>>,
    /// Branches of forks, by owner and name.
    pub(super) forks: BTreeMap<(String, BranchName), Sha>,
    pub(super) probes: BTreeMap<u64, Probe>,
    pub(super) diffs: BTreeMap<(Sha, Sha), Arc<Vec<ChangedFile>>>,
    pub(super) next_number: u64,
    pub(super) next_id: u64,
    pub(super) knobs: Knobs,
    pub(super) shots: VecDeque<Shot>,
    pub(super) meter: Meter,
    pub(super) account: Account,
    pub(super) denied: bool,
}

impl State {
    /// A number that nothing else has.
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_lowercase())
    }

    pub(super) fn role(&self, login: &str) -> Role {
        self.user(login).map_or(Role::None, |user| user.role)
    }
}
