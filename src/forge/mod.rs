//! Where issues and pull requests live. The port that passes work with; adapters are one file or folder each.

#[cfg(any(test, feature = "test-hooks"))]
pub mod fake;
pub mod gitea;
pub mod github;
pub mod local;
mod model;
pub mod remote;
#[cfg(any(test, feature = "test-hooks"))]
pub mod sim;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

pub use crate::domain::ChangeFacts;
use crate::domain::{
    Applied, BranchName, Comment, Intent, ItemId, Labelled, Mirror, PullRequest, RepoState, Sha,
};
use crate::sys::Secret;

/// What kind of forge an adapter speaks to, where kinds differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// `local`, `github`, `gitea`.
    pub kind: &'static str,
    /// How late a write may become visible to a listing. An intent whose answer was lost is looked up until this much
    /// time has passed since it was sent, and only then sent again.
    pub visible_within: Duration,
    /// Whether calls cross a network: counted as requests, bounded by deadlines.
    pub remote: bool,
    /// Whether acp writes under an account that may also review its own pull requests.
    pub reviews_own: bool,
}

/// Where git fetches from and pushes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitRemote {
    /// A bare repository on this machine.
    Path(PathBuf),
    /// A repository behind HTTP, where git asks for a name and a password.
    Http {
        /// The address, without a name or a password in it.
        url: String,
        /// The name.
        username: String,
        /// The password, which reaches git by a credential helper and by nothing else.
        password: Secret,
    },
}

/// The text of an item, read only when a run or a person needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The title as it is now.
    pub title: String,
    /// Markdown as written.
    pub body: String,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
}

/// A call to a forge that did not end well. The variants are the decisions that follow, not the protocol's numbers.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum ForgeError {
    /// There is no such thing.
    #[error("{what} does not exist on the forge")]
    Missing {
        /// What was asked for.
        what: String,
    },
    /// The forge understood and said no; the same call will not succeed until a person changes something. What passes by
    /// itself (required checks that are not finished, a base branch that just moved) is [`Self::Unavailable`].
    #[error("the forge refused to {tried}: {why}")]
    Refused {
        /// What was tried.
        tried: String,
        /// Its reason.
        why: String,
    },
    /// Nothing was written, and a later try may succeed.
    #[error("the forge could not {tried}: {why}")]
    Unavailable {
        /// What was tried.
        tried: String,
        /// The reason.
        why: String,
    },
    /// The answer was lost: it may have been written.
    #[error("the answer to {tried} was lost: {why}")]
    Unknown {
        /// What was tried.
        tried: String,
        /// The reason.
        why: String,
    },
    /// Too many calls.
    #[error("the forge allows no more calls until {until}")]
    Limited {
        /// When calls are allowed again.
        until: Timestamp,
    },
    /// The credential itself is missing, malformed, expired or revoked: no call at all will succeed with it.
    #[error("the forge does not know who wants to {tried}: {why}")]
    Denied {
        /// What was tried.
        tried: String,
        /// Where the credential comes from and what the forge said of it, never the credential.
        why: String,
    },
    /// The credential is good and lacks a permission for this call; others may succeed. A rate limit is [`Self::Limited`].
    #[error("not allowed to {tried}: {why}")]
    Forbidden {
        /// What was tried.
        tried: String,
        /// The permission that is missing, when it is known.
        why: String,
    },
    /// An answer, or a file of the local forge, that cannot be read.
    #[error("cannot read {what}: {why}")]
    Unreadable {
        /// What was read.
        what: String,
        /// The reason.
        why: String,
    },
    /// This machine failed: a full disk, a missing permission.
    #[error("cannot {tried}: {why}")]
    Io {
        /// What was tried.
        tried: String,
        /// The reason.
        why: String,
        /// Whether the disk is full.
        disk_full: bool,
    },
}

/// A forge. Reading never writes; the only way to write is [`Forge::apply`] with an intent that is already on disk.
pub trait Forge {
    /// What kind it is.
    fn capabilities(&self) -> Capabilities;

    /// Brings `mirror` up to date with one incremental listing. `Ok(false)`: nothing has changed. An archived repository,
    /// disabled issues and a new name are no errors: [`Mirror::repo`](Mirror) says them.
    ///
    /// # Errors
    /// The mirror is then in no state to be used.
    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError>;

    /// What holds for the repository as a whole, read from the forge itself: what a write was refused for may be that.
    /// A forge on this machine is open to all.
    fn repository(&self) -> Result<RepoState, ForgeError> {
        Ok(RepoState::default())
    }

    /// The address at which people see an item. `None`: they see it with acp alone.
    fn page(&self, _item: ItemId) -> Option<String> {
        None
    }

    /// Title, body and comments of an issue or a pull request; they share one sequence of numbers.
    fn text(&self, number: u64) -> Result<Text, ForgeError>;

    /// Who put `label` on the issue `number` last. `None`: it is not on it, or the forge does not tell who did.
    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError>;

    /// What a pull request changes, for exactly the base and head that it names.
    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError>;

    /// The tip of a branch, read from the forge itself.
    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError>;

    /// Whether `intent` has already happened, and what came of it. What a second delivery of its own request wrote once more
    /// is taken back, here as in [`Self::apply`].
    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError>;

    /// Makes `intent` happen. Pushes are not for the forge: `Vcs::push` does them.
    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError>;

    /// Where git fetches from and pushes to.
    fn remote(&self) -> GitRemote;
}
