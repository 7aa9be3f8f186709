//! How risky a change is, and what may be done with it.

use serde::{Deserialize, Serialize};

/// The bands of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskBand {
    /// At most 30.
    Low,
    /// At most 70.
    Medium,
    /// Above.
    High,
}

impl RiskBand {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskFactor {
    /// The factor's name, as the profile's weights spell it.
    pub name: String,
    /// What it adds.
    pub weight: u32,
    /// Why it fired.
    pub reason: String,
}

/// The score of a change with everything that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskScore {
    /// 0 to 100; `None` when the files are not known: a person must look.
    pub score: Option<u32>,
    /// The band of the score; `high` when it is not known.
    pub band: RiskBand,
    /// What fired.
    pub factors: Vec<RiskFactor>,
    /// What was noticed and adds nothing.
    pub notes: Vec<String>,
    /// Protected paths that are touched.
    pub protected: Vec<String>,
    /// Forbidden paths that are touched.
    pub forbidden: Vec<String>,
}

/// What may be done with a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeVerdict {
    /// Merge.
    Merge,
    /// A person must say yes first.
    Ask,
    /// Not until the head or the profile changes.
    Block,
    /// Something is under way.
    Wait,
}

/// The verdict with every reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeDecision {
    /// The verdict.
    pub verdict: MergeVerdict,
    /// Why, one line each, most important first.
    pub reasons: Vec<String>,
}
