//! What tells a process from a later one with the same pid.

use std::ffi::{OsStr, OsString};

use serde::{Deserialize, Serialize};

use super::os;

/// A process, and not another one that got its pid later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessMark {
    /// Its pid.
    pub pid: u32,
    /// When it started, in the system's own unit.
    pub start_ticks: u64,
    /// Which boot of the machine that was.
    pub boot_id: String,
}

/// The two signals that end a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSignal {
    /// Asks it to end.
    Term,
    /// Ends it.
    Kill,
}

impl EndSignal {
    pub(super) fn raw(self) -> rustix::process::Signal {
        match self {
            Self::Term => rustix::process::Signal::TERM,
            Self::Kill => rustix::process::Signal::KILL,
        }
    }
}

impl ProcessMark {
    /// This process.
    pub fn of_self() -> Self {
        let pid = std::process::id();
        Self::of(pid).unwrap_or_else(|| Self {
            pid,
            start_ticks: 0,
            boot_id: os::boot_id(),
        })
    }

    /// The process that has `pid` now.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self {
            pid,
            start_ticks: os::row(pid)?.start_ticks,
            boot_id: os::boot_id(),
        })
    }

    /// Whether it lives: same pid, same start, same boot, and not a zombie.
    pub fn is_alive(&self) -> bool {
        self.boot_id == os::boot_id()
            && os::row(self.pid).is_some_and(|row| row.alive && row.start_ticks == self.start_ticks)
    }
}

/// Sends `signal` to exactly this process; `false` when it is gone or may not be signalled.
pub fn signal_pid(mark: &ProcessMark, signal: EndSignal) -> bool {
    mark.is_alive() && os::signal(mark.pid, mark.start_ticks, signal)
}

/// Ends exactly this process; `false` when it is gone or may not be signalled.
pub fn kill_pid(mark: &ProcessMark) -> bool {
    signal_pid(mark, EndSignal::Kill)
}

/// The live processes that were started with `name=value` in their environment. Only Linux shows them.
pub fn find_marked(name: &OsStr, value: &OsStr) -> Vec<u32> {
    let me = std::process::id();
    os::rows()
        .into_iter()
        .filter(|row| row.alive && row.pid != me && os::has_variable(row.pid, name, value))
        .map(|row| row.pid)
        .collect()
}

/// The live processes that were started with `name` in their environment, with its value. Only Linux shows them.
pub fn find_with(name: &OsStr) -> Vec<(u32, OsString)> {
    let me = std::process::id();
    os::rows()
        .into_iter()
        .filter(|row| row.alive && row.pid != me)
        .filter_map(|row| Some((row.pid, os::variable(row.pid, name)?)))
        .collect()
}

/// One process as the system lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) group: u32,
    /// 0 where the system does not say.
    pub(super) session: u32,
    pub(super) start_ticks: u64,
    /// Neither dead nor a zombie.
    pub(super) alive: bool,
}
