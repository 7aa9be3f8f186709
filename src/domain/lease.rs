//! What holds work back or claims it: leases, retries, cooldowns, holds, approvals.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FailureClass, ItemId, ItemUse, RunId, Sha};

/// The claim of a run on an item: while it is there, no other run starts on the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The item.
    pub item: ItemId,
    /// The run.
    pub run: RunId,
    /// Since when.
    pub at: Timestamp,
}

/// How often work on an item was tried, and when it may be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a record of independent facts, each with a name of its own on disk"
)]
pub struct Retry {
    /// The item.
    pub item: ItemId,
    /// The last attempt's number; only grows.
    pub attempt: u32,
    /// Failures in a row since the last success or since a person cleared them.
    pub failures: u32,
    /// The last run that was counted, so that counting it twice changes nothing.
    pub last_run: Option<RunId>,
    /// Why the last one failed.
    pub reason: Option<String>,
    /// Not before this.
    pub next: Option<Timestamp>,
    /// When the wait was set; a `next` further ahead of it than the rule allows counts as due.
    pub set: Timestamp,
    /// acp gave up after this many failures and asked for `agent-blocked`; a person who takes the label off starts anew.
    pub blocked: bool,
    /// `agent-blocked` was seen on the item after acp asked for it: only then does its absence mean that a person took it off.
    #[serde(default)]
    pub label_seen: bool,
    /// How many fix runs of this pull request count: not those that their agent's trouble ended.
    #[serde(default)]
    pub fixes: u32,
    /// A fix run did what `agent-repair-queued` asks for, as the label is set now: it stays on, because it belongs to people.
    #[serde(default)]
    pub repair_answered: bool,
    /// It is blocked because a person dropped what its run was about to publish: nobody is told on the forge, and no label
    /// that is taken off frees it.
    #[serde(default)]
    pub dropped: bool,
    /// Launches in a row that died before their agent began. The first few are no failures.
    #[serde(default)]
    pub dead_launches: u32,
    /// Runs in a row that failed for a reason that the item has nothing to do with. The first few are no failures.
    #[serde(default)]
    pub excuses: u32,
    /// What runs of this item have cost on all days that are kept, in micro-dollars, as of the last one that was judged.
    #[serde(default)]
    pub usd_micros: u64,
    /// Their tokens, in the same way.
    #[serde(default)]
    pub tokens: u64,
    /// How many they were.
    #[serde(default)]
    pub runs: u32,
    /// Agents that could not do it and of which others may be able to; they come last.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub avoid: BTreeSet<String>,
    /// When the last run that was judged had been launched, of an issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// What the last report of a scheduled issue wants a person to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
}

impl Retry {
    /// Whether it keeps the next attempt waiting: a failure, a wait, or that acp gave up.
    pub fn holds_back(&self) -> bool {
        self.failures > 0 || self.next.is_some() || self.blocked
    }

    /// What runs of the item have used, as of the last one that was judged.
    pub const fn used(&self) -> ItemUse {
        ItemUse {
            runs: self.runs,
            tokens: self.tokens,
            usd_micros: self.usd_micros,
        }
    }

    /// The same record with this use.
    #[must_use]
    pub fn with_used(self, used: ItemUse) -> Self {
        let ItemUse {
            runs,
            tokens,
            usd_micros,
        } = used;
        Self {
            usd_micros,
            tokens,
            runs,
            ..self
        }
    }
}

/// A time before which something is not tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldown {
    /// What: `forge`, `agent:BACKEND`, `agent:BACKEND:ACCOUNT`, `agent:BACKEND:ACCOUNT:MODEL`, `breaker:BACKEND`.
    pub key: String,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// When it was set.
    pub set: Timestamp,
    /// Which failure of an agent set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<FailureClass>,
    /// How often in a row, without a success in between.
    #[serde(default)]
    pub times: u32,
    /// The last runs that were counted for it, so that counting one twice changes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunId>,
}

impl Cooldown {
    /// One that no run has set.
    pub const fn new(key: String, until: Timestamp, reason: String, set: Timestamp) -> Self {
        Self {
            key,
            until,
            reason,
            set,
            class: None,
            times: 0,
            runs: vec![],
        }
    }
}

/// What the judgement of a run does to a cooldown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum CooldownChange {
    /// It is so from now on.
    Set(Cooldown),
    /// It is over.
    Clear {
        /// Its key.
        key: String,
    },
}

impl CooldownChange {
    /// The key of the cooldown.
    pub fn key(&self) -> &str {
        match self {
            Self::Set(cooldown) => &cooldown.key,
            Self::Clear { key } => key,
        }
    }
}

/// A stop that only a person, or its own stated rule, lifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its name: `stop`, or what a person chose.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The item that is held; `None` holds the whole profile.
    pub item: Option<ItemId>,
    /// What lifts it by itself; `None`: only a person does.
    #[serde(default)]
    pub rule: Option<HoldRule>,
}

impl Hold {
    /// The name of the hold of `acp stop`, which also ends what runs; any other lets it come to its end.
    pub const STOP: &'static str = "stop";

    /// Whether it keeps this item from starting.
    pub fn is_on(&self, item: ItemId) -> bool {
        self.item.is_none_or(|held| held == item)
    }

    /// Whether it is that of `acp stop`.
    pub fn is_stop(&self) -> bool {
        self.name == Self::STOP && self.item.is_none()
    }
}

/// When a hold is lifted without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum HoldRule {
    /// Once the forge takes the credential again.
    Credential {
        /// The forge is not asked before this.
        next_check: Timestamp,
    },
}

/// A person's yes to one head of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The pull request.
    pub pr: u64,
    /// The head that was approved.
    pub head: Sha,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// `pr merge`: merge at once, also where passes may not.
    #[serde(default)]
    pub merge: bool,
}
