//! The world as one pass sees it: plain data, so that a plan can be made from a recorded one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Approval, BranchName, Cooldown, DayBudget, DiffFacts, Hold, Intent, Issue, ItemId, Labelled,
    Lease, PullRequest, Retry, Run, RunFindings, RunId, Sha, TrustBook,
};

/// What acp knows of a forge, kept in one index file and brought up to date by one incremental listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mirror {
    /// Where the next listing goes on: opaque to all but the forge that wrote it.
    pub mark: String,
    /// Issues by number.
    pub issues: BTreeMap<u64, Issue>,
    /// Pull requests by number.
    pub pulls: BTreeMap<u64, PullRequest>,
    /// The tip of the profile's base branch.
    pub base_sha: Option<Sha>,
    /// What holds for the repository as a whole.
    #[serde(default)]
    pub repo: RepoState,
    /// Login of the account that acp writes under, once the forge has said it.
    #[serde(default)]
    pub viewer: Option<String>,
    /// Heads for which acp has posted a check that was not seen yet: whoever brings this up to date asks for their checks
    /// whatever their turn. Told anew each time and not kept.
    #[serde(skip)]
    pub awaited: BTreeSet<Sha>,
}

impl Mirror {
    /// Whether an open pull request comes from a branch or goes into it: a forge closes it when that branch is removed.
    pub fn needs(&self, branch: &BranchName) -> bool {
        let mut open = self.pulls.values().filter(|pr| pr.is_open());
        open.any(|pr| pr.base == *branch || (!pr.from_fork && pr.head == *branch))
    }
}

/// Conditions of a repository that keep acp from working on it. The default is a repository like any other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RepoState {
    /// It is archived: nothing can be written to it.
    #[serde(default)]
    pub archived: bool,
    /// It has no issues.
    #[serde(default)]
    pub issues_off: bool,
    /// It was renamed or moved and is now called so.
    #[serde(default)]
    pub moved_to: Option<String>,
    /// acp's account may read it and not write to it.
    #[serde(default)]
    pub read_only: bool,
}

impl RepoState {
    /// Why acp's account may write nothing to it, which keeps from work only who has to write; `None`: it may.
    pub fn closed_to_account(&self) -> Option<String> {
        self.read_only.then(|| {
            "acp's account may only read the repository: give it the right to write".to_owned()
        })
    }

    /// Why nothing may be written to its issues, which keeps nothing else from it; `None`: it has them.
    pub fn closed_to_issues(&self) -> Option<String> {
        self.issues_off
            .then(|| "issues are turned off in the repository".to_owned())
    }

    /// Why nothing may be written to it by anybody; `None`: it takes writes.
    pub fn closed_to_writes(&self) -> Option<String> {
        if let Some(name) = &self.moved_to {
            return Some(format!("the repository is now called `{name}`"));
        }
        self.archived
            .then(|| "the repository is archived".to_owned())
    }
}

/// What lives of a run right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// Its supervisor lives.
    Supervised,
    /// Its supervisor is dead, a process of it lives.
    Orphaned,
    /// Nothing of it is known to live.
    Gone,
}

/// A run with what lives of it and, once it is over, what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunView {
    /// The record.
    pub run: Run,
    /// What lives.
    pub life: Life,
    /// What the supervisor found out; present once it is finished.
    pub findings: Option<RunFindings>,
    /// Its supervisor died while its agent worked, and a new one can go on with the agent's own session.
    #[serde(default)]
    pub session: bool,
    /// Tokens that its agent is known to have used by now; `None`: not known, or it is judged.
    #[serde(default)]
    pub tokens: Option<u64>,
    /// The same in micro-dollars.
    #[serde(default)]
    pub usd_micros: Option<u64>,
}

/// An intent that is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentView {
    /// The intent.
    pub intent: Intent,
    /// Whether it is in `failed/`.
    pub failed: bool,
}

/// Everything a plan rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub now: Timestamp,
    /// For jitter; the same snapshot gives the same plan.
    pub seed: u64,
    /// Issues and pull requests.
    pub mirror: Mirror,
    /// Runs that are not archived.
    pub runs: BTreeMap<RunId, RunView>,
    /// Folders of runs whose record is gone, or was never written, with what lives of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unrecorded: BTreeMap<RunId, Life>,
    /// Records that cannot be read. Everything goes on but what they are about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
    /// Claims.
    pub leases: BTreeMap<ItemId, Lease>,
    /// Tries and waits.
    pub retries: BTreeMap<ItemId, Retry>,
    /// Cooldowns by key.
    pub cooldowns: BTreeMap<String, Cooldown>,
    /// Holds by name.
    pub holds: BTreeMap<String, Hold>,
    /// Approvals by pull request.
    pub approvals: BTreeMap<u64, Approval>,
    /// Intents that are not confirmed, in the order of the outbox.
    pub intents: Vec<IntentView>,
    /// Today's budget.
    pub budget: DayBudget,
    /// Facts of open pull requests' diffs, for their present base and head.
    pub facts: BTreeMap<u64, DiffFacts>,
    /// When the forge is asked again about the pull requests of which it could not say everything yet, as long as an
    /// answer is expected.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_again: BTreeMap<u64, Timestamp>,
    /// Bytes free on the disk of the state folder; `None` when it cannot be told.
    pub disk_free: Option<u64>,
    /// Agents of the profile that cannot start, with the reason.
    pub agents_missing: BTreeMap<String, String>,
    /// The forge could not be asked: the mirror is that of an earlier pass. Nothing is launched, merged or decided from
    /// what it may have become.
    #[serde(default)]
    pub stale: Option<Stale>,
    /// What is kept about the approval of items.
    #[serde(default)]
    pub trust: TrustBook,
    /// Who put the intake label on an issue, of those that the forge was asked about now; `None`: it did not tell.
    #[serde(default)]
    pub labelled: BTreeMap<u64, Option<Labelled>>,
    /// Whether acp may review a pull request that it has opened itself.
    #[serde(default)]
    pub reviews_own: bool,
    /// When no pass ran for long, up to now.
    #[serde(default)]
    pub gaps: Vec<super::Gap>,
}

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What it is a record of.
    pub of: RecordOf,
    /// Which file it is, and what is wrong with it.
    pub error: String,
}

/// What a record is about, as the name of its file tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RecordOf {
    /// A run: its record, or what was found out about it.
    Run {
        /// The run.
        run: RunId,
        /// What lives of it.
        life: Life,
    },
    /// The claim on an item, or its tries and waits.
    Item {
        /// The item.
        item: ItemId,
    },
    /// What today has cost.
    Budget,
    /// A write that is not confirmed.
    Intent {
        /// Its id.
        id: String,
    },
    /// Anything else, of which the reading itself makes the best.
    Other,
}

/// Why a mirror is not up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// What kind of trouble it is.
    pub kind: StaleKind,
    /// What was tried and what came of it.
    pub error: String,
    /// When the forge last answered; `None`: it is not known.
    pub synced: Option<Timestamp>,
    /// The forge is not asked before this.
    pub next: Option<Timestamp>,
}

/// Kinds of trouble with a forge, by what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaleKind {
    /// It does not answer; it may the next time.
    Unreachable,
    /// It takes no calls for a while.
    Limited,
    /// It does not take the credential.
    Denied,
    /// It refuses the listing: a permission is lacking.
    Refused,
    /// There is no such repository, or none that the credential may see.
    Missing,
    /// It answers what cannot be read.
    Unreadable,
}

impl Snapshot {
    /// The run that holds the lease of an item, when there is one.
    pub fn run_of(&self, item: ItemId) -> Option<&RunView> {
        self.runs.get(&self.leases.get(&item)?.run)
    }

    /// The runs that live and have no record: their items are taken.
    pub fn unrecorded_living(&self) -> impl Iterator<Item = &RunId> {
        let living = self.unrecorded.iter();
        living
            .filter(|(_, life)| **life != Life::Gone)
            .map(|(id, _)| id)
    }

    /// The runs of which a record cannot be read, with what lives of them.
    pub fn unreadable_runs(&self) -> impl Iterator<Item = (&RunId, Life)> {
        self.unreadable
            .iter()
            .filter_map(|record| match &record.of {
                RecordOf::Run { run, life } => Some((run, *life)),
                _ => None,
            })
    }

    /// Why what today has cost is not known; `None`: it is.
    pub fn budget_unreadable(&self) -> Option<&str> {
        let mut all = self.unreadable.iter();
        let record = all.find(|record| matches!(record.of, RecordOf::Budget))?;
        Some(&record.error)
    }

    /// The one of them that works on an item.
    pub fn unrecorded_on(&self, item: ItemId) -> Option<&RunId> {
        self.unrecorded_living().find(|id| id.item() == Some(item))
    }
}
