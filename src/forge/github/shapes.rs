//! What GitHub answers, as far as it is read, and what it means. Fields that an older or a newer version of the interface
//! leaves out are optional.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{
    Association, BranchName, Comment, Issue, IssueState, Mergeable, PrState, PullRequest, Review,
    ReviewState, Sha, schedule_line, text_digest,
};
use crate::forge::model::text::closes;
use crate::forge::remote::roles::{GHOST, association};

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct UserDoc {
    pub(super) id: u64,
    pub(super) login: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

/// The login of whoever wrote something; the account may be gone.
fn login(user: Option<&UserDoc>) -> String {
    user.map_or_else(|| GHOST.to_owned(), |user| user.login.clone())
}

/// A label, which old issues give as a plain name.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum LabelDoc {
    Name(String),
    Label { name: Option<String> },
}

pub(super) fn names(labels: Vec<LabelDoc>) -> BTreeSet<String> {
    let name = |label| match label {
        LabelDoc::Name(name) => Some(name),
        LabelDoc::Label { name } => name,
    };
    labels.into_iter().filter_map(name).collect()
}

/// An issue, or a pull request seen as one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct IssueDoc {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) labels: Vec<LabelDoc>,
    pub(super) user: Option<UserDoc>,
    pub(super) author_association: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    #[serde(default)]
    pub(super) draft: bool,
    pub(super) pull_request: Option<serde::de::IgnoredAny>,
}

impl IssueDoc {
    /// Its text; an issue without one has an empty one.
    pub(super) fn text(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}

/// A pull request as the listing of issues shows it: enough to see that it is another one than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PullSeen {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) open: bool,
    pub(super) draft: bool,
    pub(super) labels: BTreeSet<String>,
    pub(super) updated: Timestamp,
}

impl PullSeen {
    /// Whether it differs from what is known.
    pub(super) fn is_news(&self, known: &PullRequest) -> bool {
        known.updated < self.updated
            || known.is_open() != self.open
            || known.draft != self.draft
            || known.title != self.title
            || known.labels != self.labels
    }
}

/// An entry of the listing of issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Issue(Issue),
    Pull(PullSeen),
}

impl Seen {
    pub(super) fn updated(&self) -> Timestamp {
        match self {
            Self::Issue(issue) => issue.updated,
            Self::Pull(pull) => pull.updated,
        }
    }
}

impl From<IssueDoc> for Seen {
    fn from(doc: IssueDoc) -> Self {
        let open = doc.state == "open";
        let labels = names(doc.labels);
        if doc.pull_request.is_some() {
            return Self::Pull(PullSeen {
                number: doc.number,
                title: doc.title,
                open,
                draft: doc.draft,
                labels,
                updated: doc.updated_at,
            });
        }
        Self::Issue(Issue {
            number: doc.number,
            digest: Some(text_digest(&doc.title, doc.body.as_deref().unwrap_or(""))),
            schedule: doc.body.as_deref().and_then(schedule_line),
            title: doc.title,
            state: if open {
                IssueState::Open
            } else {
                IssueState::Closed
            },
            labels,
            author: login(doc.user.as_ref()),
            association: association(doc.author_association.as_deref()),
            created: doc.created_at,
            updated: doc.updated_at,
        })
    }
}

/// One end of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EndDoc {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) sha: Sha,
    pub(super) repo: Option<RepoIdDoc>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RepoIdDoc {
    pub(super) id: u64,
}

/// A pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PullDoc {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) node_id: String,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) draft: bool,
    #[serde(default)]
    pub(super) labels: Vec<LabelDoc>,
    pub(super) user: Option<UserDoc>,
    pub(super) author_association: Option<String>,
    pub(super) head: EndDoc,
    pub(super) base: EndDoc,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) merge_commit_sha: Option<Sha>,
    pub(super) mergeable: Option<bool>,
    pub(super) mergeable_state: Option<String>,
    pub(super) changed_files: Option<usize>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl PullDoc {
    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }

    pub(super) fn is_merged(&self) -> bool {
        self.merged_at.is_some()
    }

    pub(super) fn mergeable(&self) -> Mergeable {
        match self.mergeable {
            Some(true) => Mergeable::Yes,
            Some(false) => Mergeable::No,
            None => Mergeable::Unknown,
        }
    }

    /// Without checks and reviews, which are read apart. `mergeable` is left open: it is asked for together with the files.
    pub(super) fn into_domain(self) -> PullRequest {
        let same_repo = match (&self.head.repo, &self.base.repo) {
            (Some(head), Some(base)) => head.id == base.id,
            _ => false,
        };
        let state = match self.state.as_str() {
            "open" => PrState::Open,
            _ if self.is_merged() => PrState::Merged {
                commit: self.merge_commit_sha.clone(),
            },
            _ => PrState::Closed,
        };
        let (head, readable) = branch(&self.head.name);
        let (base, _) = branch(&self.base.name);
        PullRequest {
            number: self.number,
            closes: closes(self.body.as_deref().unwrap_or("")),
            title: self.title,
            state,
            draft: self.draft,
            head,
            head_sha: self.head.sha,
            base,
            base_sha: self.base.sha,
            from_fork: !same_repo || !readable,
            labels: names(self.labels),
            author: login(self.user.as_ref()),
            association: association(self.author_association.as_deref()),
            checks: vec![],
            reviews: vec![],
            mergeable: Mergeable::Unknown,
            created: self.created_at,
            updated: self.updated_at,
        }
    }
}

/// A branch, or a stand-in for a name that acp's own rules do not take; such a head is treated as one of a fork.
fn branch(name: &str) -> (BranchName, bool) {
    match name.parse() {
        Ok(name) => (name, true),
        Err(_) => (stand_in(), false),
    }
}

fn stand_in() -> BranchName {
    "unreadable-name"
        .parse()
        .unwrap_or_else(|_| unreachable!("it is a branch name"))
}

/// A comment on an issue or a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CommentDoc {
    pub(super) id: u64,
    pub(super) user: Option<UserDoc>,
    pub(super) author_association: Option<String>,
    pub(super) body: Option<String>,
    pub(super) created_at: Timestamp,
}

impl CommentDoc {
    pub(super) fn into_domain(self, own: u64) -> Comment {
        Comment {
            id: self.id,
            own: self.user.as_ref().is_some_and(|user| user.id == own),
            author: login(self.user.as_ref()),
            association: association(self.author_association.as_deref()),
            body: self.body.unwrap_or_default(),
            created: self.created_at,
        }
    }
}

/// A review.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReviewDoc {
    pub(super) id: u64,
    pub(super) user: Option<UserDoc>,
    pub(super) author_association: Option<String>,
    pub(super) body: Option<String>,
    pub(super) state: String,
    pub(super) commit_id: Option<Sha>,
    pub(super) submitted_at: Option<Timestamp>,
}

impl ReviewDoc {
    /// `None` for one that is not handed in yet, or of a commit that is gone. A dismissed one only remarks.
    pub(super) fn into_domain(self) -> Option<Review> {
        Some(Review {
            author: login(self.user.as_ref()),
            association: association(self.author_association.as_deref()),
            state: match self.state.as_str() {
                "APPROVED" => ReviewState::Approved,
                "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
                "PENDING" => return None,
                _ => ReviewState::Commented,
            },
            head: self.commit_id?,
            body: self.body.unwrap_or_default(),
            created: self.submitted_at?,
        })
    }
}

/// A page of check runs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CheckRunsDoc {
    pub(super) check_runs: Vec<CheckRunDoc>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CheckRunDoc {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) output: Option<OutputDoc>,
    pub(super) app: Option<AppDoc>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OutputDoc {
    pub(super) title: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AppDoc {
    pub(super) id: u64,
}

/// A page of the newest status of each name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct StatusesDoc {
    pub(super) statuses: Vec<StatusDoc>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct StatusDoc {
    pub(super) id: u64,
    pub(super) context: String,
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) updated_at: Option<Timestamp>,
}

/// A file of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FileDoc {
    pub(super) filename: String,
    pub(super) previous_filename: Option<String>,
    pub(super) status: String,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) patch: Option<String>,
    pub(super) sha: Option<String>,
}

/// Something that happened to an issue.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventDoc {
    pub(super) event: String,
    pub(super) actor: Option<UserDoc>,
    pub(super) label: Option<LabelDoc>,
    pub(super) created_at: Timestamp,
}

/// A repository.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RepoDoc {
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) archived: bool,
    #[serde(default = "yes")]
    pub(super) has_issues: bool,
    pub(super) permissions: Option<RoleDoc>,
}

/// What the account of the token may do in a repository. For an app all are false.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct RoleDoc {
    #[serde(default)]
    pub(super) pull: bool,
    #[serde(default)]
    pub(super) push: bool,
}

const fn yes() -> bool {
    true
}

/// Where a branch is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RefDoc {
    pub(super) object: ObjectDoc,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ObjectDoc {
    pub(super) sha: Sha,
}

/// Something that was made and has a number.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NumberDoc {
    pub(super) number: u64,
}

/// Something that was made and has an id.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct IdDoc {
    pub(super) id: u64,
}

/// What came of a merge.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MergedDoc {
    pub(super) sha: Option<Sha>,
}

/// What an account may do.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PermissionDoc {
    pub(super) permission: String,
    pub(super) role_name: Option<String>,
}

/// A rule that holds for a branch.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RuleDoc {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// An answer of the other interface.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GraphqlDoc {
    #[serde(default)]
    pub(super) errors: Vec<GraphqlErrorDoc>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct GraphqlErrorDoc {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) message: String,
}

/// What somebody is to the repository, from what they may do.
pub(super) fn role(doc: &PermissionDoc) -> Association {
    use crate::forge::remote::roles::permission;
    let by_role = doc.role_name.as_deref().map(permission);
    // A role of an organisation's own has a name that says nothing.
    match by_role {
        Some(Association::None) | None => permission(&doc.permission),
        Some(known) => known,
    }
}
