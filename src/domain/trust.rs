//! What was approved, by whom, and what acp was told about it: kept for as long as the intake label is on an issue.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Association;

/// Why the text of an issue counts as approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApprovedBy {
    /// Somebody who is trusted wrote it, and the intake label is on it.
    Author,
    /// Somebody who is trusted put the intake label on it.
    Label,
}

/// The text of an issue as it was when it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// [`super::text_digest`] of title and body; `None`: the forge lists no texts, and the first launch pins what it reads.
    pub digest: Option<String>,
    /// Why it counts as approved.
    pub why: ApprovedBy,
    /// Login of whoever wrote it, or put the label on it.
    pub by: String,
    /// What that account was to the repository.
    pub association: Association,
    /// When acp pinned it, by acp's clock.
    pub at: Timestamp,
    /// When the label was put on, by the forge's clock.
    pub labelled: Option<Timestamp>,
    /// As of which change of the issue its text was last seen to be this one, by the forge's clock.
    pub seen: Timestamp,
}

/// The last answer to the question who put the intake label on an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The change of the issue that it was asked for, by the forge's clock.
    pub updated: Timestamp,
    /// When, by acp's clock.
    pub at: Timestamp,
    /// How often it was asked for this change.
    pub tries: u32,
    /// Who did; `None`: the forge did not tell.
    pub by: Option<String>,
}

/// What is kept about the approval of one item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrustNote {
    /// The approved text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// The digest of what a launch read instead of the approved text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// The last answer of the forge on who put the label on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The item was not on the forge when its text was read; it is as of this change of it, by the forge's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Timestamp>,
}

impl TrustNote {
    /// Whether there is nothing to be kept.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The notes of all items, by number; issues and pull requests share one sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrustBook {
    /// By number.
    pub notes: BTreeMap<u64, TrustNote>,
}

impl TrustBook {
    /// Puts a note in the place of the one that is there; an empty one removes it.
    pub fn put(&mut self, number: u64, note: TrustNote) {
        if note.is_empty() {
            self.notes.remove(&number);
        } else {
            self.notes.insert(number, note);
        }
    }
}
