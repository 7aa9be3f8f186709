//! What can end a pass or a verb.

use crate::domain::{IllegalMove, IntentId};
use crate::forge::ForgeError;
use crate::policy::BadPattern;
use crate::store::StoreError;
use crate::vcs::VcsError;
use crate::worker::WorkerError;

/// A pass or verb that did not come to its end.
#[derive(thiserror::Error, Debug)]
pub enum EngineError {
    /// The state folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The forge.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The clone.
    #[error(transparent)]
    Vcs(#[from] VcsError),
    /// Starting or ending a run.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// A path pattern of the profile.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// A record in a state that cannot take what happened.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// A typed write that is not confirmed yet: it is in the outbox and must not be repeated.
    #[error("the write `{id}` to {target} is not confirmed yet: {why}")]
    NotConfirmed {
        /// The intent.
        id: IntentId,
        /// What it writes to.
        target: String,
        /// Why not.
        why: String,
    },
    /// A typed write that the forge refused.
    #[error("the write `{id}` to {target} was refused: {why}")]
    WriteRefused {
        /// The intent, in `failed/`.
        id: IntentId,
        /// What it writes to.
        target: String,
        /// The forge's reason.
        why: String,
    },
    /// The policy forbids it.
    #[error("{what} is not allowed: {why}")]
    Forbidden {
        /// What was asked for.
        what: String,
        /// Why not.
        why: String,
    },
    /// There is no such thing.
    #[error("there is no {what}")]
    Missing {
        /// What was asked for.
        what: String,
    },
    /// The forge could not be asked, and an answer from before is not good enough.
    #[error("{}", .0.error)]
    Away(crate::domain::Stale),
    /// The prompt could not be made: its template is wrong.
    #[error("cannot make the prompt of {run}: {why}")]
    Prompt {
        /// The run.
        run: crate::domain::RunId,
        /// Why.
        why: String,
    },
}

/// Why there is no prompt.
#[derive(thiserror::Error, Debug)]
pub enum PromptFailure {
    /// The template is wrong or cannot be read: which file, and what is wrong with it.
    #[error("{0}")]
    Template(String),
    /// What the prompt says of the state.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EngineError {
    /// A stable word for what went wrong, whatever it went wrong on.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Store(StoreError::Io { .. }) => "disk",
            Self::Store(StoreError::Busy { .. }) => "busy",
            Self::Store(StoreError::Order { .. }) | Self::Move(_) => "bug",
            Self::Store(StoreError::Damaged { .. }) => "damaged",
            Self::Store(StoreError::Newer { .. }) => "newer",
            Self::Store(StoreError::TooLarge { .. }) => "too-large",
            Self::Forge(_) | Self::Away(_) => "forge",
            Self::Vcs(_) => "clone",
            Self::Worker(_) => "worker",
            Self::Pattern(_) => "profile",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::WriteRefused { .. } => "refused",
            Self::Forbidden { .. } => "forbidden",
            Self::Missing { .. } => "missing",
            Self::Prompt { .. } => "prompt",
        }
    }
}
