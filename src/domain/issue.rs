//! Issues and comments as a forge gives them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

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
    /// [`text_digest`] of its title and body, when the listing gave the text: an approval of the text is pinned to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// [`super::schedule_line`] of its body, when the listing gave the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

/// What tells one text of an item from another: the first 16 hex digits of a sha256 over title and body, as written.
pub fn text_digest(title: &str, body: &str) -> String {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    hash.update(title.len().to_le_bytes());
    hash.update(title);
    hash.update(body);
    let digest = hash.finalize();
    digest.iter().take(8).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
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
    /// What the author is to the repository.
    #[serde(default = "nobody")]
    pub association: Association,
    /// Whether the account that acp writes under wrote it.
    #[serde(default)]
    pub own: bool,
    /// Markdown as written.
    pub body: String,
    /// When it was written.
    pub created: Timestamp,
}

/// What is not said is not trusted.
pub(super) const fn nobody() -> Association {
    Association::None
}

/// Who put a label on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// Login.
    pub by: String,
    /// What that account is to the repository.
    pub association: Association,
    /// When, by the forge's clock.
    pub at: Timestamp,
}
