//! Telling people: the port, and one adapter for each kind of notifier. What is told, and when, is decided elsewhere
//! (`policy::news`); how a notice survives a crash is the engine's part (`engine::notify`). docs/notifications.md.

pub mod command;
pub mod discord;
pub mod email;
mod exchange;
pub mod ntfy;
pub mod slack;
pub mod telegram;
mod text;
pub mod webhook;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{IntentId, News, ProfileId};
use crate::sys::Secret;

/// The longest that one try of one notifier may take.
pub const SEND_LIMIT: Duration = Duration::from_secs(8);

/// News as a notifier gets it. Its text comes from outside: no notifier may take any of it for an order.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The same for each try of the same notice.
    pub id: &'a IntentId,
    /// The profile that it is from.
    pub profile: &'a ProfileId,
    /// What it says.
    pub news: &'a News,
    /// When it was decided to tell it.
    pub at: Timestamp,
}

/// Why a notifier did not take a message. No text here holds a secret.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum NotifyError {
    /// Not now, and it was surely not taken.
    #[error("{why}")]
    Later {
        /// The reason.
        why: String,
        /// Not before that, as the other side says.
        after: Option<Duration>,
    },
    /// The answer was lost: it may have been taken.
    #[error("{why}")]
    Lost {
        /// The reason.
        why: String,
    },
    /// It will never be taken as it is; a person has to change something.
    #[error("{why}")]
    Refused {
        /// The reason.
        why: String,
    },
}

/// Where news goes.
pub trait Notifier {
    /// Delivers one message. Takes at most [`SEND_LIMIT`], and a little more to end a program.
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError>;

    /// Why it cannot work as it is set up; sends nothing.
    fn unready(&self) -> Option<String>;
}

/// A secret that is looked for each time it is needed: a notifier that is not called needs none.
pub struct Hidden(Box<dyn Fn() -> Result<Secret, String> + Send + Sync>);

impl Hidden {
    /// A secret that `find` looks for. Its error says where it looked, without a value.
    pub fn new(find: impl Fn() -> Result<Secret, String> + Send + Sync + 'static) -> Self {
        Self(Box::new(find))
    }

    fn get(&self) -> Result<Secret, NotifyError> {
        // It may be a variable that this shell lacks, or a program that was locked: the next pass may have it.
        (self.0)().map_err(|why| NotifyError::Later { why, after: None })
    }

    fn missing(&self) -> Option<String> {
        (self.0)().err()
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(***)")
    }
}

#[cfg(test)]
mod tests;
