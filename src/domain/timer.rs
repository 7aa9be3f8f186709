//! A timer that starts the passes of a profile, as it was installed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What of this machine starts the passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimerKind {
    /// A user unit of systemd and its timer.
    Systemd,
    /// A launch agent of macOS.
    Launchd,
    /// Lines in the user's crontab.
    Cron,
}

impl TimerKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Systemd, Self::Launchd, Self::Cron];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
            Self::Cron => "cron",
        }
    }
}

/// Everything that the text of a timer is made from, so that it can be made again and compared with what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// What runs it.
    pub kind: TimerKind,
    /// Seconds from one pass to the next.
    pub every_s: u64,
    /// acp's binary, as an absolute path.
    pub program: PathBuf,
    /// The variables that a pass gets. Never a secret.
    pub vars: BTreeMap<String, String>,
    /// Where the passes of kinds that have no log of their own write.
    pub log: PathBuf,
    /// Whether a pass and its children may gain no privileges by executing a program: helpers with the setuid bit work
    /// only without it.
    pub confined: bool,
    /// Whether it is to start passes; `service stop` takes that away.
    pub on: bool,
    /// When it was installed, or last changed.
    pub installed: Timestamp,
}

impl Timer {
    /// From one pass to the next.
    pub const fn every(&self) -> Duration {
        Duration::from_secs(self.every_s)
    }
}
