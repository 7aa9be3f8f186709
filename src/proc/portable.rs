//! Systems other than Linux: the process table comes from `ps`, identity is pid and start time to the second.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use crate::sys::{Clock, SystemClock};

use super::mark::{EndSignal, Row};
use super::start::os_pid;
use super::{Cmd, Quick};

/// The limits of one look at the process table.
const LOOK: Quick = Quick {
    deadline: Duration::from_secs(10),
    output_bytes_max: 8 * 1024 * 1024,
};

/// There is no cgroup.
#[derive(Debug)]
pub(super) struct Cgroup(Infallible);

/// Nobody is inside one.
pub(super) type Inside = Infallible;

impl Cgroup {
    pub(super) fn create(_name: &str) -> Option<Self> {
        None
    }

    pub(super) fn expect_entry() {}

    pub(super) fn find(_name: &str, _recorded: Option<&Path>) -> Option<Self> {
        None
    }

    pub(super) fn dir(&self) -> &Path {
        match self.0 {}
    }

    pub(super) fn enter(&self) -> Option<Inside> {
        match self.0 {}
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        match self.0 {}
    }

    pub(super) fn kill(&self) {
        match self.0 {}
    }

    pub(super) fn remove(&self, _clock: &dyn Clock) {
        match self.0 {}
    }
}

/// Orphans go to init.
pub(super) fn adopt_orphans() -> bool {
    false
}

pub(super) fn reap_orphans() {}

/// Start times are absolute, so no boot has to be named.
pub(super) fn boot_id() -> String {
    String::new()
}

pub(super) fn rows() -> Vec<Row> {
    list(&["-A"])
}

pub(super) fn row(pid: u32) -> Option<Row> {
    list(&["-p", &pid.to_string()])
        .into_iter()
        .find(|row| row.pid == pid)
}

/// The environment of a process is not shown reliably.
pub(super) fn has_variable(_pid: u32, _name: &OsStr, _value: &OsStr) -> bool {
    false
}

/// The same.
pub(super) fn variable(_pid: u32, _name: &OsStr) -> Option<OsString> {
    None
}

/// There are no such namespaces.
pub(super) fn is_namespace_init(_pid: u32) -> bool {
    false
}

pub(super) fn signal(pid: u32, start_ticks: u64, signal: EndSignal) -> bool {
    let same = row(pid).is_some_and(|row| row.start_ticks == start_ticks);
    match os_pid(pid) {
        Some(pid) if same => rustix::process::kill_process(pid, signal.raw()).is_ok(),
        _ => false,
    }
}

pub(super) fn exit_fd(_pid: u32) -> Option<OwnedFd> {
    None
}

pub(super) fn inheritable_fds() -> Vec<u32> {
    Vec::new()
}

fn list(which: &[&str]) -> Vec<Row> {
    let columns = "pid=,ppid=,pgid=,stat=,lstart=";
    let ps = Cmd::new("/bin/ps")
        .args(which.iter().copied())
        .args(["-o", columns])
        .env("LC_ALL", "C")
        .env("TZ", "UTC");
    let output = ps.capture(&LOOK, &SystemClock::new());
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().filter_map(parse).collect()
}

/// `pid ppid pgid stat Www Mmm dd hh:mm:ss yyyy`
fn parse(line: &str) -> Option<Row> {
    let mut words = line.split_whitespace();
    let mut id = || words.next()?.parse().ok();
    let (pid, parent, group) = (id()?, id()?, id()?);
    let alive = !words.next()?.starts_with(['Z', 'X']);
    let start: Vec<&str> = words.collect();
    // Only compared for equality, so the text itself, folded, is as good as the time (FNV-1a).
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let start_ticks = start.join(" ").bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    (!start.is_empty()).then_some(Row {
        pid,
        parent,
        group,
        session: 0,
        start_ticks,
        alive,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_ps_is_read() {
        let line = "  123     1   120 S+   Fri Nov 21 04:38:01 2025";
        let row = parse(line).unwrap();
        assert_eq!((row.pid, row.parent, row.group), (123, 1, 120));
        assert!(row.alive && !parse(&line.replace("S+", "Z")).unwrap().alive);
        let later = parse(&line.replace(":01", ":02")).unwrap();
        assert_ne!(row.start_ticks, later.start_ticks);
        assert_eq!(parse("1 2 3 S"), None);
    }
}
