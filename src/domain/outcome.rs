//! How a run ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Sha;

/// The classes of failure. The words are stable: scripts and retry rules read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The agent's program was not found or could not be started.
    CouldNotStart,
    /// A setup command of the profile failed.
    SetupFailed,
    /// The agent's process, or its own structured output, failed without a reason that acp knows.
    Crashed,
    /// The agent was ended by a signal that acp did not send.
    Killed,
    /// The time for the run was over.
    TimedOut,
    /// No output for too long.
    Stalled,
    /// More turns, tool calls, output, tokens or money than allowed, or the same call over and over.
    Looping,
    /// The agent gave up because a tool was refused to it.
    RefusedTool,
    /// A limit of the account that ends by itself: a window of hours or a week, or too many requests.
    Limit,
    /// The account's quota is used up, and no time is known at which it comes back.
    Quota,
    /// The agent has no login, or one that has expired.
    NotLoggedIn,
    /// The login is good and may not do this: an account that is blocked, a region, an organisation's policy.
    NotAllowed,
    /// Nobody pays: no credit, no card.
    Billing,
    /// The task does not fit into the model's context.
    ContextTooLong,
    /// There is no such model, or not for this account.
    ModelUnavailable,
    /// The provider has trouble of its own.
    Overloaded,
    /// The provider cannot be reached.
    Network,
    /// The agent ended and what it printed is not what it prints when it ends.
    BrokenOutput,
    /// No result file, and no facts to infer one from.
    NoResult,
    /// The result file is not what the contract allows.
    BrokenContract,
    /// The result claims a change and there is none.
    NothingDone,
    /// HEAD of the worktree no longer descends from where the run started.
    HeadMoved,
    /// The worktree holds another repository.
    NestedRepository,
    /// A file is too large to publish.
    FileTooLarge,
    /// Conflict markers were left in a file.
    ConflictLeft,
    /// A result or worktree could not be read.
    Unreadable,
    /// The machine or the supervisor died before the agent's end.
    Interrupted,
    /// The launch died, or something that it needs failed, before the agent began: nothing was tried.
    LaunchDied,
}

impl FailureClass {
    /// All of them, in the order of the table in the documents.
    pub const ALL: &[Self] = &[
        Self::CouldNotStart,
        Self::SetupFailed,
        Self::Crashed,
        Self::Killed,
        Self::TimedOut,
        Self::Stalled,
        Self::Looping,
        Self::RefusedTool,
        Self::Limit,
        Self::Quota,
        Self::NotLoggedIn,
        Self::NotAllowed,
        Self::Billing,
        Self::ContextTooLong,
        Self::ModelUnavailable,
        Self::Overloaded,
        Self::Network,
        Self::BrokenOutput,
        Self::NoResult,
        Self::BrokenContract,
        Self::NothingDone,
        Self::HeadMoved,
        Self::NestedRepository,
        Self::FileTooLarge,
        Self::ConflictLeft,
        Self::Unreadable,
        Self::Interrupted,
        Self::LaunchDied,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CouldNotStart => "could-not-start",
            Self::SetupFailed => "setup-failed",
            Self::Crashed => "crashed",
            Self::Killed => "killed",
            Self::TimedOut => "timed-out",
            Self::Stalled => "stalled",
            Self::Looping => "looping",
            Self::RefusedTool => "refused-tool",
            Self::Limit => "limit",
            Self::Quota => "quota",
            Self::NotLoggedIn => "not-logged-in",
            Self::NotAllowed => "not-allowed",
            Self::Billing => "billing",
            Self::ContextTooLong => "context-too-long",
            Self::ModelUnavailable => "model-unavailable",
            Self::Overloaded => "overloaded",
            Self::Network => "network",
            Self::BrokenOutput => "broken-output",
            Self::NoResult => "no-result",
            Self::BrokenContract => "broken-contract",
            Self::NothingDone => "nothing-done",
            Self::HeadMoved => "head-moved",
            Self::NestedRepository => "nested-repository",
            Self::FileTooLarge => "file-too-large",
            Self::ConflictLeft => "conflict-left",
            Self::Unreadable => "unreadable",
            Self::Interrupted => "interrupted",
            Self::LaunchDied => "launch-died",
        }
    }

    /// Whether the worktree must stay as it is for a person, because a commit of it could lose or hide something.
    pub fn keeps_worktree(self) -> bool {
        matches!(
            self,
            Self::HeadMoved | Self::NestedRepository | Self::FileTooLarge | Self::Unreadable
        )
    }
}

/// How much of an agent what stands in its way is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All agents of the profile with the same backend and account.
    Account,
    /// Those of them that also have the same model.
    Model,
}

/// A failure with its circumstances in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class.
    pub class: FailureClass,
    /// One line for people.
    pub detail: String,
    /// When what stands in the way is over, where the agent said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Timestamp>,
    /// How much of the agent it is about, where the agent said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

impl Failure {
    /// A failure of which no end is known.
    pub const fn new(class: FailureClass, detail: String) -> Self {
        Self {
            class,
            detail,
            reset: None,
            scope: None,
        }
    }
}

/// What a review run wishes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewAction {
    /// On to the second review.
    AdvanceDoubleCheck2,
    /// Merge it.
    ApproveAndMerge,
    /// A person should look.
    AwaitHumanReview,
}

/// What came out of a run, after the host has checked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// A commit that implements the issue.
    Implemented {
        /// The commit that the host built.
        commit: Sha,
    },
    /// A commit on top of a pull request's head.
    UpdatedBranch {
        /// The commit that the host built.
        commit: Sha,
    },
    /// The agent found nothing to change on a pull request.
    NoChangeNeeded,
    /// A review passed.
    Reviewed {
        /// What the reviewer wishes for.
        action: ReviewAction,
    },
    /// A scheduled task has looked.
    Reported {
        /// A person should know.
        alert: bool,
        /// What it found, in one line, as text.
        summary: String,
    },
    /// The agent says that it cannot go on.
    Blocked {
        /// Its reason, as text.
        reason: String,
    },
    /// It failed.
    Failed(Failure),
    /// It was ended on purpose; no failure.
    Cancelled {
        /// By what or whom.
        reason: String,
    },
}

impl Outcome {
    /// The stable word for lists.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Implemented { .. } => "implemented",
            Self::UpdatedBranch { .. } => "updated-branch",
            Self::NoChangeNeeded => "no-change-needed",
            Self::Reviewed { .. } => "approved-local-review-passed",
            Self::Reported { .. } => "reported",
            Self::Blocked { .. } => "blocked",
            Self::Failed(_) => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether nobody followed its agent to the end: what is known of its use is the least that it can have been.
    pub fn is_cut_off(&self) -> bool {
        match self {
            Self::Cancelled { .. } => true,
            Self::Failed(failure) => failure.class == FailureClass::Interrupted,
            _ => false,
        }
    }

    /// Why, in one line, where there is something to say.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Blocked { reason } | Self::Cancelled { reason } => Some(reason.clone()),
            Self::Reported { summary, .. } => Some(summary.clone()),
            Self::Failed(failure) => {
                Some(format!("{}: {}", failure.class.as_str(), failure.detail))
            }
            _ => None,
        }
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// When the supervisor began; `None` when it never did.
    pub started: Option<Timestamp>,
    /// When it was over.
    pub ended: Timestamp,
    /// What came out.
    pub outcome: Outcome,
}
