//! What a change touches: the facts that risk and scope rest on.

use serde::{Deserialize, Serialize};

/// What happened to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// New.
    Added,
    /// Changed in place (or its mode did).
    Modified,
    /// Gone.
    Deleted,
    /// Under another name now.
    Renamed,
    /// The three columns of a numstat do not say.
    Unknown,
}

/// One file of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Its path after the change (before it, for a deleted one), with `/` between folders.
    pub path: String,
    /// Its path before a rename or copy.
    pub old_path: Option<String>,
    /// What happened.
    pub kind: ChangeKind,
    /// Lines added; 0 for a binary file.
    pub insertions: u64,
    /// Lines removed; 0 for a binary file.
    pub deletions: u64,
    /// Whether git called it binary.
    pub binary: bool,
}

impl FileChange {
    /// Every name that the file has or had.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.path.as_str()).chain(self.old_path.as_deref())
    }
}

/// Something that looks like a secret in an added line. The value itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHit {
    /// The file.
    pub path: String,
    /// The name of the pattern, for example `github-token`.
    pub pattern: String,
}

/// What is known of a change from `base` to `head`. `None` is "not known", which never passes for "nothing".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DiffFacts {
    /// The files, when the list is complete.
    pub files: Option<Vec<FileChange>>,
    /// Whether an added line holds words that define a database schema.
    pub ddl: Option<bool>,
    /// Secrets in added lines.
    pub secrets: Option<Vec<SecretHit>>,
}
