//! What Gitea answers, as far as it is read. Fields that a version leaves out or answers with null are as if empty.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// Null as if it were left out.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What a listing tells apart by its number.
pub(super) trait Keyed {
    /// The number.
    fn key(&self) -> u64;
}

macro_rules! keyed {
    ($($name:ident: $field:ident),* $(,)?) => {
        $(impl Keyed for $name {
            fn key(&self) -> u64 {
                self.$field
            }
        })*
    };
}

keyed!(Issue: number, Pull: number, Label: id, Comment: id, Review: id, Event: id, Status: id, Commit: key, File: key);

/// An account. A deleted one has a negative number.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) id: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) login: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Label {
    pub(super) id: u64,
    pub(super) name: String,
}

/// An issue; a listing and `/issues/N` give pull requests in this form too.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Issue {
    pub(super) number: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
    pub(super) state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) labels: Vec<Label>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) user: User,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    #[serde(default)]
    pub(super) pull_request: Option<PullMeta>,
}

/// Present in an issue that is a pull request.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct PullMeta {}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
    pub(super) state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) labels: Vec<Label>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) user: User,
    /// Left out by servers that tell it by the title alone.
    #[serde(default)]
    pub(super) draft: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) merged: bool,
    #[serde(default)]
    pub(super) merge_commit_sha: Option<String>,
    /// `false` also while it is being worked out, and for drafts.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) mergeable: bool,
    #[serde(default)]
    pub(super) changed_files: Option<u64>,
    pub(super) head: Side,
    pub(super) base: Side,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl Pull {
    /// Whether it is neither closed nor merged.
    pub(super) fn is_open(&self) -> bool {
        self.state == "open" && !self.merged
    }
}

/// One end of a pull request.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Side {
    #[serde(default, rename = "ref", deserialize_with = "or_default")]
    pub(super) branch: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) sha: String,
    /// The number of the repository; `None` or negative when it is gone.
    #[serde(default)]
    pub(super) repo_id: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) user: User,
    pub(super) created_at: Timestamp,
}

/// An entry of a timeline.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Event {
    pub(super) id: u64,
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub(super) kind: String,
    /// Of a label: `1` when it was put on, empty when it was taken off.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) user: User,
    #[serde(default)]
    pub(super) label: Option<Label>,
    pub(super) created_at: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Review {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) body: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) commit_id: String,
    /// Whether the reviewer may write to the repository, so that it counts.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) official: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) dismissed: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) user: User,
    #[serde(default)]
    pub(super) submitted_at: Option<Timestamp>,
}

/// The latest status of each context of a commit.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Combined {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) statuses: Vec<Status>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Status {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) context: String,
    #[serde(default, rename = "status", deserialize_with = "or_default")]
    pub(super) word: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) creator: User,
}

/// A file of a change.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "FileRaw")]
pub(super) struct File {
    /// Of the name.
    key: u64,
    pub(super) filename: String,
    pub(super) previous_filename: String,
    pub(super) status: String,
    pub(super) additions: u64,
    pub(super) deletions: u64,
}

#[derive(Deserialize)]
struct FileRaw {
    filename: String,
    #[serde(default, deserialize_with = "or_default")]
    previous_filename: String,
    #[serde(default, deserialize_with = "or_default")]
    status: String,
    #[serde(default, deserialize_with = "or_default")]
    additions: u64,
    #[serde(default, deserialize_with = "or_default")]
    deletions: u64,
}

impl From<FileRaw> for File {
    fn from(raw: FileRaw) -> Self {
        Self {
            key: key_of(&raw.filename),
            filename: raw.filename,
            previous_filename: raw.previous_filename,
            status: raw.status,
            additions: raw.additions,
            deletions: raw.deletions,
        }
    }
}

/// A number for a name. Should two names ever have the same, one is missing and the list does not count as whole.
fn key_of(name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Branch {
    pub(super) commit: BranchCommit,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct BranchCommit {
    pub(super) id: String,
}

/// A commit of a pull request.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "CommitRaw")]
pub(super) struct Commit {
    key: u64,
    pub(super) message: String,
}

#[derive(Deserialize)]
struct CommitRaw {
    sha: String,
    commit: CommitText,
}

#[derive(Deserialize)]
struct CommitText {
    #[serde(default, deserialize_with = "or_default")]
    message: String,
}

impl From<CommitRaw> for Commit {
    fn from(raw: CommitRaw) -> Self {
        Self {
            key: key_of(&raw.sha),
            message: raw.commit.message,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repository {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) full_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) archived: bool,
    #[serde(default)]
    pub(super) has_issues: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) permissions: Permissions,
}

/// What the account of the token may do.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Permissions {
    #[serde(default)]
    pub(super) admin: bool,
    #[serde(default)]
    pub(super) push: bool,
    #[serde(default)]
    pub(super) pull: bool,
}

/// What another account may do.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Collaborator {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) permission: String,
}

/// A name that git keeps for a commit.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) object: ReferenceObject,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReferenceObject {
    pub(super) sha: String,
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
