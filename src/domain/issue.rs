//! Issues and comments as a forge gives them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueState {
    /// Work may be done on it.
    Open,
    /// Finished or refused.
    Closed,
}

/// What somebody is to the repository, as the forge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Association {
    /// Owns it.
    Owner,
    /// Member of the organisation that owns it.
    Member,
    /// May push to it.
    Collaborator,
    /// Anyone else.
    None,
}

/// An issue without its text: what a plan is made from. The text is read only when a run needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// Its title, as written by whoever opened it.
    pub title: String,
    /// Open or closed.
    pub state: IssueState,
    /// Labels, sorted.
    pub labels: BTreeSet<String>,
    /// Login of the author.
    pub author: String,
    /// What the author is to the repository.
    pub association: Association,
    /// When it was opened.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

impl Issue {
    /// Whether the label is on it.
    pub fn has(&self, label: &str) -> bool {
        self.labels.contains(label)
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state == IssueState::Open
    }
}

/// A comment on an issue or a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The forge's number of the comment.
    pub id: u64,
    /// Login of the author.
    pub author: String,
    /// Markdown as written.
    pub body: String,
    /// When it was written.
    pub created: Timestamp,
}
