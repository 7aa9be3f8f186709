//! What the test itself remembers, to compare with what the world holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use acp::domain::{Intent, IntentId, ItemId, Retry, RunId, Sha};

/// Facts that only somebody who has watched all along can know.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) counts: Counts,
    /// Issues that had the intake label at some time.
    pub(crate) ever_labelled: BTreeSet<u64>,
    /// Issues whose pull request a person opened again: two may be open then.
    pub(crate) reopened: BTreeSet<u64>,
    /// Holds with the moment since which they stand.
    pub(crate) holds: BTreeMap<String, (Option<ItemId>, u64)>,
    /// Whether the verb that set the hold of `acp stop` died.
    pub(crate) is_stop_unsure: bool,
    /// Heads that a person has said yes to.
    pub(crate) approved: BTreeSet<(u64, Sha)>,
    /// Commits that a supervisor built.
    pub(crate) built: BTreeSet<Sha>,
    /// What a commit touches.
    pub(crate) paths: BTreeMap<Sha, Vec<String>>,
    /// The run of every attempt that was started.
    pub(crate) attempts: BTreeMap<(ItemId, u32), RunId>,
    /// Runs started, by day.
    pub(crate) launched_on: BTreeMap<String, Vec<RunId>>,
    /// Every intent that was ever seen in the outbox, as it was seen last.
    pub(crate) intents: BTreeMap<IntentId, Seen>,
    /// Judged runs that were counted here.
    pub(crate) counted: BTreeSet<RunId>,
    /// Failures in a row of each item, counted from the runs' own ends.
    pub(crate) failures: BTreeMap<ItemId, u32>,
    /// Launches in a row that died before their agent began.
    pub(crate) dead_launches: BTreeMap<ItemId, u32>,
    /// Items that could not be read for a launch, of which that may have been counted too.
    pub(crate) unread: BTreeSet<ItemId>,
    /// Processes that died over what they had to note, or before they could: that the forge takes no calls, maybe.
    pub(crate) died_untold: u64,
    /// Runs in a row that their agent's trouble ended.
    pub(crate) excuses: BTreeMap<ItemId, u32>,
    /// Items that acp had given up when it was looked last.
    pub(crate) given_up: BTreeSet<ItemId>,
    /// Texts of issues that were written after the text before them was pinned, and that nobody has approved since.
    pub(crate) unapproved: BTreeMap<u64, BTreeSet<String>>,
    /// Issues that somebody trusted has put the intake label on.
    pub(crate) trusted_label: BTreeSet<u64>,
    /// Issues that were labelled since a pass looked at them: until a pass has looked, the text may change under the label.
    pub(crate) window: BTreeSet<u64>,
    /// Whether a label that is none of acp's was on an item when somebody last put it on or took it off.
    pub(crate) labels: BTreeMap<(ItemId, &'static str), bool>,
    /// Heads that acp asked the forge to merge.
    pub(crate) merge_asked: BTreeSet<(u64, Sha)>,
    /// Pull requests that somebody else has tried to merge.
    pub(crate) merged_by_people: BTreeSet<u64>,
    /// A process has died since a pass went through.
    pub(crate) died_since_rest: bool,
    /// The power has failed since the intents were looked at.
    pub(crate) power_failed: bool,
}

impl Book {
    /// An item that cannot be read for a launch counts without a run.
    pub(crate) fn note_unread(&mut self, retry: &Retry) {
        let reason = retry.reason.as_deref().unwrap_or_default();
        if reason.starts_with("it could not be launched") {
            self.unread.insert(retry.item);
        } else if retry.failures == 0 && retry.dead_launches == 0 {
            self.unread.remove(&retry.item);
        }
    }

    /// The intake label was put on an issue, by somebody trusted or by nobody knows whom.
    pub(crate) fn relabelled(&mut self, issue: u64, trusted: bool) {
        self.unapproved.remove(&issue);
        self.window.insert(issue);
        if trusted {
            self.trusted_label.insert(issue);
        }
    }

    /// Whether no pass has looked at an issue since it was labelled.
    pub(crate) fn in_window(&self, issue: u64) -> bool {
        self.window.contains(&issue)
    }
}

/// An intent as it was seen last.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) intent: Intent,
    pub(crate) done: bool,
    /// Whoever enqueued it may have died before it was durable, and no pass has gone through since.
    pub(crate) unsure: bool,
}

/// How much has happened: that the test bites is to be seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) seeds: u64,
    pub(crate) passes: u64,
    pub(crate) launches: u64,
    pub(crate) crashes: u64,
    pub(crate) writes: u64,
    pub(crate) lost: u64,
    pub(crate) adopted: u64,
    pub(crate) foreign: u64,
    pub(crate) meddled: u64,
    pub(crate) verbs: u64,
    pub(crate) merges: u64,
    pub(crate) removed: u64,
    pub(crate) merges_asked: u64,
    pub(crate) merges_unsure: u64,
    pub(crate) limits: u64,
    pub(crate) rest_passes: u64,
    pub(crate) power_cuts: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.passes += other.passes;
        self.launches += other.launches;
        self.crashes += other.crashes;
        self.writes += other.writes;
        self.lost += other.lost;
        self.adopted += other.adopted;
        self.foreign += other.foreign;
        self.meddled += other.meddled;
        self.verbs += other.verbs;
        self.merges += other.merges;
        self.removed += other.removed;
        self.merges_asked += other.merges_asked;
        self.merges_unsure += other.merges_unsure;
        self.limits += other.limits;
        self.rest_passes += other.rest_passes;
        self.power_cuts += other.power_cuts;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} seeds: {} passes and {} until they came to rest, {} runs launched, {} processes died, {} writes sent, \
             {} answers lost, {} writes adopted, {} foreign edits, {} steps in the middle of another, {} typed verbs, \
             {} merges, {} asked for and {} of these without an answer, {} branches removed, {} agents at a limit, {} power cuts",
            self.seeds,
            self.passes,
            self.rest_passes,
            self.launches,
            self.crashes,
            self.writes,
            self.lost,
            self.adopted,
            self.foreign,
            self.meddled,
            self.verbs,
            self.merges,
            self.merges_asked,
            self.merges_unsure,
            self.removed,
            self.limits,
            self.power_cuts,
        )
    }
}
