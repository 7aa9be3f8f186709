//! Timers that start passes: files for systemd or launchd, or lines in a crontab, and the programs that read them.
//!
//! A timer starts `acp heartbeat` and nothing else. Its text is made from a [`Timer`] alone, so that the same installation
//! twice changes nothing and what is there can be compared with what would be written. It never holds a secret.
//!
//! To add a kind: a file here that implements [`ServiceManager`], a word in [`TimerKind`], and its line in
//! `cli/wire/service.rs`.

pub mod cron;
mod error;
pub mod launchd;
mod program;
pub mod systemd;

use std::path::PathBuf;

use crate::domain::{ProfileId, Timer, TimerKind};

pub use error::ServiceError;
pub use program::Programs;

/// The arguments of a pass that a timer starts: silent as long as nothing moves, so that no log grows by itself.
fn pass_arguments(profile: &ProfileId) -> [&str; 4] {
    ["heartbeat", "--plain", "--profile", profile.as_str()]
}

/// A file of a timer as it should be; for cron the lines in the crontab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitText {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// What an installation did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Installed {
    /// Files that were written, by path; empty when all was as it should be.
    pub written: Vec<PathBuf>,
    /// Whether the manager had to be told.
    pub told: bool,
}

/// What a manager says of a timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Files that are missing or say something else than they should, by path.
    pub stale: Vec<PathBuf>,
    /// Whether none of its files is there.
    pub absent: bool,
    /// Whether it starts passes at the moment; why that cannot be told.
    pub active: Result<bool, String>,
    /// What else keeps passes from being started, with the command that mends it.
    pub obstacle: Option<(String, String)>,
}

/// Something of this machine that starts passes.
pub trait ServiceManager {
    /// Which.
    fn kind(&self) -> TimerKind;

    /// The files of a timer, in order. Pure.
    ///
    /// # Errors
    /// A value cannot be written there.
    fn texts(&self, profile: &ProfileId, timer: &Timer) -> Result<Vec<UnitText>, ServiceError>;

    /// Writes what differs and sets the timer going, or leaves it stopped when it is not [`Timer::on`].
    ///
    /// # Errors
    /// Nothing was written when the manager does not answer at all; else a repetition goes on where this one stopped.
    fn install(&self, profile: &ProfileId, timer: &Timer) -> Result<Installed, ServiceError>;

    /// Stops the timer and removes its files; what runs goes on. `false`: there was nothing.
    ///
    /// # Errors
    /// A file could not be removed, or the manager told.
    fn remove(&self, profile: &ProfileId) -> Result<bool, ServiceError>;

    /// Looks at it; changes nothing.
    ///
    /// # Errors
    /// Its files cannot be read.
    fn look(&self, profile: &ProfileId, timer: &Timer) -> Result<Look, ServiceError>;

    /// The last `lines` of what its passes printed.
    ///
    /// # Errors
    /// The log cannot be read.
    fn log(&self, profile: &ProfileId, timer: &Timer, lines: usize)
    -> Result<String, ServiceError>;
}
