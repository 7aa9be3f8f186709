//! The kind of work an item is ready for.

use serde::{Deserialize, Serialize};

/// Where an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueLane {
    /// An agent may implement it.
    Implement,
    /// An agent looks at it by a schedule, and reports.
    Scheduled,
    /// An agent may implement it, again and again.
    Recurring,
    /// A run or an intent of it is under way, or its pull request is open.
    Pending,
    /// acp gave up, a person set the label, or its text was changed after it was approved.
    Blocked,
    /// Not for acp: closed, not labelled, not trusted.
    Ignore,
}

/// Where a pull request stands, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrLane {
    /// Not ours, or not open.
    Ignore,
    /// A person must change something first.
    Blocked,
    /// A run, an intent or a check is under way.
    Pending,
    /// An agent should repair it.
    Fix,
    /// First agent review.
    #[serde(rename = "double-check-1")]
    DoubleCheck1,
    /// Second agent review.
    #[serde(rename = "double-check-2")]
    DoubleCheck2,
    /// A person must look.
    HumanReview,
    /// May be merged.
    Automerge,
}

impl PrLane {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Blocked => "blocked",
            Self::Pending => "pending",
            Self::Fix => "fix",
            Self::DoubleCheck1 => "double-check-1",
            Self::DoubleCheck2 => "double-check-2",
            Self::HumanReview => "human-review",
            Self::Automerge => "automerge",
        }
    }
}

impl IssueLane {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Implement => "implement",
            Self::Scheduled => "scheduled",
            Self::Recurring => "recurring",
            Self::Pending => "pending",
            Self::Blocked => "blocked",
            Self::Ignore => "ignore",
        }
    }
}
