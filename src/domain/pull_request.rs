//! Pull requests, checks and reviews as a forge gives them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::issue::nobody;
use super::{Association, BranchName, DiffFacts, Sha};

/// Where a pull request is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrState {
    /// Waits for checks, reviews, a merge.
    Open,
    /// Merged; `commit` is what the base branch got.
    Merged {
        /// The commit on the base branch, when the forge says so.
        commit: Option<Sha>,
    },
    /// Closed without a merge.
    Closed,
}

/// Whether the head can be merged into the base without a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mergeable {
    /// It can.
    Yes,
    /// It conflicts.
    No,
    /// The forge does not know yet; never read as either.
    Unknown,
}

/// What is known of a pull request's change for its present base and head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// What it touches.
    pub diff: DiffFacts,
    /// Whether it merges without a conflict.
    pub mergeable: Mergeable,
}

/// What a check said about one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// Green.
    Success,
    /// Red.
    Failure,
    /// Not finished.
    Pending,
    /// Finished and says nothing: skipped, cancelled by design, neutral.
    Neutral,
}

/// One check of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name, unique for a commit.
    pub name: String,
    /// What it said.
    pub state: CheckState,
    /// One line for people.
    pub summary: String,
}

/// What a review asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    /// Agrees.
    Approved,
    /// Wants another head.
    ChangesRequested,
    /// Only remarks.
    Commented,
}

/// A review of one head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Login of the reviewer.
    pub author: String,
    /// What the reviewer is to the repository.
    #[serde(default = "nobody")]
    pub association: Association,
    /// What it asks for.
    pub state: ReviewState,
    /// The head that was looked at.
    pub head: Sha,
    /// Markdown as written.
    pub body: String,
    /// When.
    pub created: Timestamp,
}

/// A pull request without its text: what a plan is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its title, as written by whoever opened it.
    pub title: String,
    /// Where it is in its life.
    pub state: PrState,
    /// Whether it is a draft.
    pub draft: bool,
    /// The branch that holds the change.
    pub head: BranchName,
    /// The commit at the tip of `head`.
    pub head_sha: Sha,
    /// The branch it goes into.
    pub base: BranchName,
    /// The commit at the tip of `base`.
    pub base_sha: Sha,
    /// Whether `head` lives in another repository; such a head is never run and never pushed to.
    pub from_fork: bool,
    /// Labels, sorted.
    pub labels: BTreeSet<String>,
    /// Login of the author.
    pub author: String,
    /// What the author is to the repository.
    #[serde(default = "nobody")]
    pub association: Association,
    /// The issue that its text says it closes, when it names exactly one.
    pub closes: Option<u64>,
    /// Checks of `head_sha`.
    pub checks: Vec<Check>,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Whether it can be merged.
    pub mergeable: Mergeable,
    /// When it was opened.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

impl PullRequest {
    /// Whether the label is on it.
    pub fn has(&self, label: &str) -> bool {
        self.labels.contains(label)
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state == PrState::Open
    }
}
