//! Why a timer could not be installed, changed or asked.

use crate::durable::DurableError;
use crate::proc::ProcError;

/// What can go wrong with a timer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A file of the timer could not be read or written.
    #[error(transparent)]
    File(#[from] DurableError),
    /// The program that manages timers did not do what it was asked.
    #[error("{manager} did not {doing}")]
    Manager {
        /// `systemctl`, `launchctl`, `crontab`.
        manager: &'static str,
        /// What it was asked to do.
        doing: &'static str,
        /// What became of it.
        source: ProcError,
    },
    /// This machine has no such thing.
    #[error("{0} is not on PATH")]
    NoManager(&'static str),
    /// A value cannot be written in a file of that kind.
    #[error("{what} cannot be written into a file of {kind}: {why}")]
    Unwritable {
        /// The value, in words.
        what: String,
        /// `systemd`, `launchd`, `cron`.
        kind: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// The file is of an acp with another home, or of nobody that acp knows.
    #[error("`{path}` belongs to something else: {why}")]
    Foreign {
        /// The file.
        path: String,
        /// How that is seen.
        why: &'static str,
    },
    /// `HOME` is not set.
    #[error("HOME is not set: there is no place for files of {0}")]
    NoPlace(&'static str),
}
