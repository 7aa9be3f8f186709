//! What a day may cost and has cost.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ItemId, RunId};

/// What one run has reserved and, once known, spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The item.
    pub item: ItemId,
    /// The agent.
    pub agent: String,
    /// Its backend, where the agent has another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// Its model, when not its own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Reserved micro-dollars.
    pub reserved_usd_micros: u64,
    /// Reserved tokens.
    pub reserved_tokens: u64,
    /// Spent micro-dollars; unknown is `None`, and then the reservation counts.
    pub usd_micros: Option<u64>,
    /// Spent tokens; unknown is `None`.
    pub tokens: Option<u64>,
    /// The run never started its agent: it counts as nothing.
    #[serde(default)]
    pub released: bool,
}

/// What runs of an item have used, on one day or on several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ItemUse {
    /// Runs.
    pub runs: u32,
    /// Tokens.
    pub tokens: u64,
    /// Micro-dollars.
    pub usd_micros: u64,
}

impl ItemUse {
    /// The larger of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            runs: self.runs.max(other.runs),
            tokens: self.tokens.max(other.tokens),
            usd_micros: self.usd_micros.max(other.usd_micros),
        }
    }
}

impl std::iter::Sum for ItemUse {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            runs: sum.runs.saturating_add(one.runs),
            tokens: sum.tokens.saturating_add(one.tokens),
            usd_micros: sum.usd_micros.saturating_add(one.usd_micros),
        })
    }
}

/// One UTC day of one profile. A run belongs to the day it started on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayBudget {
    /// By run.
    pub runs: BTreeMap<RunId, Reservation>,
    /// Limits of which it was told that little is left, so that it is told once.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub noticed: BTreeSet<String>,
}

impl DayBudget {
    /// Runs that count.
    pub fn run_count(&self) -> u32 {
        u32::try_from(self.counting().count()).unwrap_or(u32::MAX)
    }

    /// Micro-dollars spent, or reserved where the cost is not known.
    pub fn usd_micros(&self) -> u64 {
        self.counting()
            .map(|r| r.usd_micros.unwrap_or(r.reserved_usd_micros))
            .sum()
    }

    /// Tokens spent, or reserved where the number is not known.
    pub fn tokens(&self) -> u64 {
        self.counting()
            .map(|r| r.tokens.unwrap_or(r.reserved_tokens))
            .sum()
    }

    /// What runs of one item have used, or reserved where that is not known.
    pub fn used_by(&self, item: ItemId) -> ItemUse {
        let of_item = self.counting().filter(|r| r.item == item);
        of_item
            .map(|r| ItemUse {
                runs: 1,
                tokens: r.tokens.unwrap_or(r.reserved_tokens),
                usd_micros: r.usd_micros.unwrap_or(r.reserved_usd_micros),
            })
            .sum()
    }

    /// What a run that is not settled is known to have used by now: where that is more than it reserved, it counts at once.
    pub fn count_at_work(&mut self, run: &RunId, tokens: Option<u64>, usd_micros: Option<u64>) {
        let unsettled = |r: &&mut Reservation| r.tokens.is_none() && r.usd_micros.is_none();
        if let Some(one) = self.runs.get_mut(run).filter(unsettled) {
            one.reserved_tokens = one.reserved_tokens.max(tokens.unwrap_or(0));
            one.reserved_usd_micros = one.reserved_usd_micros.max(usd_micros.unwrap_or(0));
        }
    }

    fn counting(&self) -> impl Iterator<Item = &Reservation> {
        self.runs.values().filter(|r| !r.released)
    }
}
