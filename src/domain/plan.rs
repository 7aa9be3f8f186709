//! What a pass will do, and why every item stands where it stands.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    CooldownChange, Intent, IntentKind, IssueLane, ItemId, PrLane, Retry, RiskScore, RunId, Sha,
    Step as RunStep, Task, TrustNote,
};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// A lease whose run was never recorded: a launch died before its first step.
    ReleaseLease {
        /// The item.
        item: ItemId,
        /// The run that never was.
        run: RunId,
    },
    /// The supervisor died after the agent's end: start one that goes on.
    Resume {
        /// The run.
        run: RunId,
    },
    /// The supervisor died before the agent's end: end what lives of it, then call it crashed.
    Crash {
        /// The run.
        run: RunId,
        /// In which step.
        step: Option<RunStep>,
    },
    /// End a run that nobody wants any more.
    Cancel {
        /// The run.
        run: RunId,
        /// Why.
        reason: String,
    },
    /// Draw the conclusions from a finished run.
    Judge {
        /// The run.
        run: RunId,
        /// What is written because of it.
        intents: Vec<Intent>,
        /// The retry record of the item afterwards.
        retry: Box<Retry>,
        /// What it means for the agent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cooldowns: Vec<CooldownChange>,
        /// What it amounts to, for the journal and for people.
        summary: String,
    },
    /// Start a run.
    Launch {
        /// The item.
        item: ItemId,
        /// What the agent is asked to do.
        task: Task,
        /// The agent.
        agent: String,
        /// The attempt's number.
        attempt: u32,
        /// The commit to start from.
        start: Sha,
        /// The base commit to merge in first.
        merge: Option<Sha>,
    },
    /// Write something.
    Enqueue {
        /// The intent.
        intent: Box<Intent>,
        /// Why.
        reason: String,
    },
    /// Intents that nobody wants any more and that were not sent yet.
    DropIntents {
        /// Of which run.
        run: RunId,
        /// Why.
        reason: String,
    },
    /// Note what was seen: `agent-blocked` arrived, or a person took it off and failures count from zero.
    SetRetry {
        /// The retry record afterwards.
        retry: Box<Retry>,
        /// What was seen.
        reason: String,
    },
    /// Note what was approved, and what the forge said about it.
    Trust {
        /// The notes afterwards, by number; an empty one is dropped.
        notes: std::collections::BTreeMap<u64, TrustNote>,
    },
    /// An approval whose head is gone.
    DropApproval {
        /// The pull request.
        pr: u64,
        /// The head that was approved; a yes to another one stays.
        head: Sha,
    },
    /// Nothing is left to do for a run: archive it and drop its worktree.
    Close {
        /// The run.
        run: RunId,
        /// Why.
        reason: String,
    },
}

/// Why an item does not move, or what it is about to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Wait {
    /// Nothing holds it: this pass launches it.
    Launching {
        /// The task's word.
        task: String,
    },
    /// Nothing holds it: this pass merges it.
    Merging,
    /// It is closed.
    Closed,
    /// It is merged.
    Merged,
    /// No intake label.
    NotLabelled {
        /// The labels of which it needs one.
        labels: Vec<String>,
    },
    /// Its author is nobody that the profile trusts, and nobody trusted put the intake label on it.
    NotTrusted {
        /// The author.
        author: String,
        /// Who put the label on it, when the forge tells.
        labelled_by: Option<String>,
        /// The intake label that is on it.
        label: String,
    },
    /// Its text is not the one that was approved.
    TextChanged {
        /// Who approved the text that it had.
        approved_by: String,
        /// The intake label that is on it.
        label: String,
    },
    /// It is not on the forge any more: deleted, or moved to another repository.
    Gone,
    /// A pull request from another repository: never run, never pushed to, never merged by a pass.
    Fork,
    /// A pull request that acp did not open and was not handed.
    NotOurs,
    /// `agent-blocked` is on it, or acp has asked for it.
    Blocked {
        /// Why, when acp knows.
        reason: Option<String>,
    },
    /// A run is at work.
    Running {
        /// The run.
        run: RunId,
        /// The step, or the state's word.
        step: String,
        /// When it will be ended whatever it does.
        deadline: Option<Timestamp>,
    },
    /// A run lives whose record is gone: nobody will draw its conclusions, and nothing else starts while it lives.
    Unrecorded {
        /// The run.
        run: RunId,
    },
    /// A record that it rests on cannot be read: nothing starts on it, and nothing is decided, on what nobody knows.
    Unreadable {
        /// Which file it is, and what is wrong with it.
        error: String,
    },
    /// A run is over; the next pass draws the conclusions.
    Judging {
        /// The run.
        run: RunId,
    },
    /// Its pull request is open.
    HasPr {
        /// The pull request.
        pr: u64,
    },
    /// Writes of it are on their way.
    Writing {
        /// How many.
        count: usize,
        /// When the first is tried again.
        next: Option<Timestamp>,
        /// Why the last try failed.
        error: Option<String>,
    },
    /// A write of it failed for good.
    WriteFailed {
        /// The intent.
        intent: String,
        /// Why.
        error: String,
    },
    /// A person gave up a write that it needs to move.
    Dropped {
        /// The kind of write.
        kind: IntentKind,
        /// What was given up, and by whom.
        reason: String,
    },
    /// Its pull request was sent long ago and is not to be found.
    Lost {
        /// The run that it brings.
        run: RunId,
    },
    /// Waits after a failure, or after launches that died: then none is counted yet.
    Retry {
        /// How many failures in a row.
        failures: u32,
        /// How many are allowed.
        attempts_max: u32,
        /// Until when.
        at: Timestamp,
        /// Why the last one failed.
        reason: Option<String>,
    },
    /// Something that it needs is cooling down.
    Cooldown {
        /// What.
        key: String,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// A hold.
    Hold {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The forge cannot be asked: nothing starts or merges on what it was like before.
    Stale {
        /// What was tried and what came of it.
        error: String,
        /// When the forge last answered.
        synced: Option<Timestamp>,
        /// It is not asked before this.
        next: Option<Timestamp>,
    },
    /// The repository as a whole keeps acp from working on it.
    Repository {
        /// Why.
        reason: String,
    },
    /// No agent of the profile can start.
    NoAgent {
        /// Why, for each.
        reason: String,
    },
    /// The budget of the day is used up.
    Budget {
        /// Which limit.
        limit: String,
        /// When the next day begins.
        until: Timestamp,
    },
    /// What the item may cost is used up, on whatever days; only a person lets it go on.
    Spent {
        /// The limit: its name in `budget`, a colon, and the numbers.
        limit: String,
    },
    /// All slots are taken.
    Capacity {
        /// Which limit.
        limit: String,
        /// How large it is.
        max: u32,
    },
    /// The pass has launched as much as it may; the next one goes on.
    LaunchLimit {
        /// How many a pass may launch.
        max: u32,
    },
    /// An exclusive item comes first.
    Exclusive {
        /// Which.
        item: ItemId,
    },
    /// Too little disk is free.
    Disk {
        /// Bytes free.
        free: u64,
        /// Bytes needed.
        need: u64,
    },
    /// The work is done and `policy.writes` keeps it here.
    KeptHere {
        /// The branch of acp's own clone that holds it.
        branch: String,
    },
    /// Its pull request was merged, it stays open on purpose, and rests until the next round.
    KeepOpen {
        /// The pull request.
        pr: u64,
        /// When it is due.
        at: Timestamp,
    },
    /// Its schedule says when the next run is due.
    Scheduled {
        /// The schedule, as written.
        schedule: String,
        /// When it is due.
        at: Timestamp,
        /// What its last report wants a person to know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alert: Option<String>,
    },
    /// Its schedule cannot be read.
    BadSchedule {
        /// The schedule, as written.
        schedule: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The tip of the base branch is not known.
    NoBase,
    /// Checks are not finished.
    Checks {
        /// Their names.
        pending: Vec<String>,
    },
    /// A person must say yes.
    Human {
        /// Why.
        reasons: Vec<String>,
    },
    /// It can be merged, but passes may not do it.
    MergeByHand {
        /// The value of `policy.writes`.
        writes: String,
    },
    /// It cannot be merged until the head or the profile changes.
    MergeBlocked {
        /// Why.
        reasons: Vec<String>,
    },
    /// Whether it can be merged is not known yet.
    Unknown {
        /// What is not known.
        what: Cow<'static, str>,
        /// When the forge is asked again, while an answer is expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Timestamp>,
    },
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The item.
    pub item: ItemId,
    /// Its lane.
    pub lane: Lane,
    /// Why it does not move, or what it is about to do.
    pub wait: Wait,
}

/// The lane of an item of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Lane {
    /// Of an issue.
    Issue(IssueLane),
    /// Of a pull request.
    Pr(PrLane),
}

impl Lane {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issue(lane) => lane.as_str(),
            Self::Pr(lane) => lane.as_str(),
        }
    }
}

/// What a pass will do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// In the order in which it is done.
    pub actions: Vec<Action>,
    /// Every open item, and closed ones that still have work.
    pub standings: Vec<Standing>,
    /// Risk of every open pull request that is ours.
    pub risks: std::collections::BTreeMap<u64, RiskScore>,
}

impl Wait {
    /// When acp looks at it again by itself, when that is known.
    pub fn next(&self) -> Option<Timestamp> {
        match self {
            Self::Retry { at, .. } | Self::Scheduled { at, .. } | Self::KeepOpen { at, .. } => {
                Some(*at)
            }
            Self::Cooldown { until, .. } | Self::Budget { until, .. } => Some(*until),
            Self::Writing { next, .. } | Self::Stale { next, .. } | Self::Unknown { next, .. } => {
                *next
            }
            Self::Running { deadline, .. } => *deadline,
            _ => None,
        }
    }

    /// Whether it is a wait of acp's own that ends by time alone.
    pub fn ends_within(&self, now: Timestamp, limit: Duration) -> bool {
        let own = matches!(
            self,
            Self::Retry { .. }
                | Self::Cooldown { .. }
                | Self::Writing { .. }
                | Self::Unknown { next: Some(_), .. }
        );
        let limit = jiff::SignedDuration::try_from(limit).unwrap_or(jiff::SignedDuration::MAX);
        own && self.next().is_none_or(|at| at.duration_since(now) <= limit)
    }
}
