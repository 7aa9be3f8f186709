//! Issues, pull requests and what hangs on them, with their text: what is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Check, Comment, Issue, PullRequest, Sha, label};

/// An issue with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct IssueDoc {
    /// All but the text.
    pub(in crate::forge) issue: Issue,
    /// Markdown, with the marker of the intent that wrote it.
    pub(in crate::forge) body: String,
}

/// A pull request with its text. `checks` and `mergeable` of it are never stored: checks belong to a commit, and whether
/// it merges is asked anew for each pair of base and head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct PullDoc {
    /// All but the text.
    pub(in crate::forge) pr: PullRequest,
    /// Markdown, with the marker of the intent that wrote it.
    pub(in crate::forge) body: String,
}

/// A comment and the item that it is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct CommentDoc {
    /// The item's number.
    pub(in crate::forge) number: u64,
    /// The comment.
    pub(in crate::forge) comment: Comment,
}

/// All checks of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct ChecksDoc {
    /// The commit.
    pub(in crate::forge) sha: Sha,
    /// Its checks, in the order in which they first came.
    pub(in crate::forge) checks: Vec<Check>,
}

/// How a label looks and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct LabelDoc {
    /// RGB in hex.
    pub(in crate::forge) color: String,
    /// One line for people.
    pub(in crate::forge) description: String,
}

/// All labels by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::forge) struct LabelsDoc {
    /// Name and looks.
    pub(in crate::forge) labels: BTreeMap<String, LabelDoc>,
}

impl LabelsDoc {
    /// The vocabulary of acp.
    pub(in crate::forge) fn vocabulary() -> Self {
        let labels = label::ALL.iter().map(|(name, color, description)| {
            let doc = LabelDoc {
                color: (*color).to_owned(),
                description: (*description).to_owned(),
            };
            ((*name).to_owned(), doc)
        });
        Self {
            labels: labels.collect(),
        }
    }
}

/// One whole object, as it is after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "kebab-case")]
pub(in crate::forge) enum Object {
    /// An issue.
    Issue(IssueDoc),
    /// A pull request.
    Pull(PullDoc),
    /// One comment; the others of its item stay.
    Comment(CommentDoc),
    /// The checks of a commit.
    Checks(ChecksDoc),
    /// All labels.
    Labels(LabelsDoc),
}
