//! The format of every stored record. Raising a number needs a migration and a committed fixture of the old format.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Approval, Cooldown, DayBudget, Hold, Intent, Lease, Mirror, NewsBook, Notice, RepoState, Retry,
    Run, RunFindings, Stale, Timer, TrustBook,
};
use crate::durable::Versioned;

macro_rules! record {
    ($type:ty, $name:literal, $format:literal) => {
        impl Versioned for $type {
            const FORMAT: u32 = $format;
            const NAME: &'static str = $name;
        }
    };
}

record!(Run, "run", 1);
record!(RunFindings, "findings", 1);
record!(Lease, "lease", 1);
record!(Retry, "retry", 1);
record!(Cooldown, "cooldown", 1);
record!(Hold, "hold", 1);
record!(Approval, "approval", 1);
record!(DayBudget, "budget", 1);
record!(Intent, "intent", 1);
record!(Mirror, "mirror", 1);
record!(LastPass, "last-pass", 1);
record!(Timer, "timer", 1);
record!(TrustBook, "trust", 1);
record!(NewsBook, "news", 1);
record!(Notice, "notice", 1);
record!(super::FactsBook, "facts", 1);
record!(RepoState, "repository", 1);

/// When a pass last ran to its end: for people, and for the check that passes still happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPass {
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Which verb.
    pub verb: String,
    /// How many actions it carried out.
    pub actions: u32,
    /// What went wrong, when something did.
    pub error: Option<String>,
    /// When the forge last answered.
    #[serde(default)]
    pub synced: Option<Timestamp>,
    /// Why the forge could not be asked, when it could not.
    #[serde(default)]
    pub stale: Option<Stale>,
    /// When something last moved, as far as passes were there to see it.
    #[serde(default)]
    pub moved: Option<Timestamp>,
    /// When no pass ran for long before this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<crate::domain::Gap>,
}
