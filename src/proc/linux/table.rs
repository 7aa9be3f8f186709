//! The processes of the machine, as `/proc` lists them, and signals to exactly one of them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::sync::OnceLock;

use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

use crate::proc::mark::{EndSignal, Row};
use crate::proc::start::os_pid;

/// Close-on-exec in the octal flags of `/proc/<pid>/fdinfo/<fd>`.
const CLOEXEC: u32 = 0o2_000_000;

/// Which boot this is; empty when the system hides it.
pub(in crate::proc) fn boot_id() -> String {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id");
        text.unwrap_or_default().trim().to_owned()
    })
    .clone()
}

/// Every process, also dead ones that nobody has reaped.
pub(in crate::proc) fn rows() -> Vec<Row> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(row)
        .collect()
}

/// The process that has `pid` now.
pub(in crate::proc) fn row(pid: u32) -> Option<Row> {
    parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state ppid pgrp session …`; the name may hold anything, also parentheses and newlines.
fn parse(stat: &[u8]) -> Option<Row> {
    let open = stat.iter().position(|b| *b == b'(')?;
    let close = stat.iter().rposition(|b| *b == b')')?;
    let text = |part: &[u8]| Some(std::str::from_utf8(part).ok()?.trim().to_owned());
    let pid = text(stat.get(..open)?)?.parse().ok()?;
    let rest = text(stat.get(close + 1..)?)?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // Field n of proc_pid_stat(5) is at n - 3 here.
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let id = |at: usize| u32::try_from(number(at)?).ok();
    Some(Row {
        pid,
        parent: id(1)?,
        group: id(2)?,
        session: id(3)?,
        start_ticks: number(19)?,
        alive: !matches!(*fields.first()?, "Z" | "X" | "x"),
    })
}

/// Whether the environment that `pid` was started with has `name=value`. Not for processes of other users.
pub(in crate::proc) fn has_variable(pid: u32, name: &OsStr, value: &OsStr) -> bool {
    let Ok(environ) = fs::read(format!("/proc/{pid}/environ")) else {
        return false;
    };
    let wanted = [name.as_bytes(), b"=", value.as_bytes()].concat();
    environ.split(|b| *b == 0).any(|entry| entry == wanted)
}

/// The value of `name` in the environment that `pid` was started with. Not for processes of other users.
pub(in crate::proc) fn variable(pid: u32, name: &OsStr) -> Option<OsString> {
    let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let start = [name.as_bytes(), b"="].concat();
    let entry = environ
        .split(|b| *b == 0)
        .find(|entry| entry.starts_with(&start))?;
    Some(OsString::from_vec(entry[start.len()..].to_vec()))
}

/// Whether `pid` is the first process of a pid namespace below this one: everything in there ends with it.
pub(in crate::proc) fn is_namespace_init(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    let mut numbers = numbers.unwrap_or_default().split_whitespace();
    numbers.next().is_some() && numbers.next_back() == Some("1")
}

/// Signals `pid` if it is still the process that started at `start_ticks`.
pub(in crate::proc) fn signal(pid: u32, start_ticks: u64, signal: EndSignal) -> bool {
    let same = || row(pid).is_some_and(|row| row.start_ticks == start_ticks);
    let Some(os_pid) = os_pid(pid) else {
        return false;
    };
    match pidfd_open(os_pid, PidfdFlags::empty()) {
        // The descriptor stands for one process for ever: when the start still matches now, it is the right one.
        Ok(fd) => same() && pidfd_send_signal(&fd, signal.raw()).is_ok(),
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
            same() && rustix::process::kill_process(os_pid, signal.raw()).is_ok()
        }
        Err(_) => false,
    }
}

/// A descriptor that is readable once `pid`, an unreaped child, has exited.
pub(in crate::proc) fn exit_fd(pid: u32) -> Option<OwnedFd> {
    pidfd_open(os_pid(pid)?, PidfdFlags::empty()).ok()
}

/// The descriptors that a child of this process would inherit besides its standard streams.
pub(in crate::proc) fn inheritable_fds() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc/self/fdinfo") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2 && survives_exec(*fd).unwrap_or(false))
        .collect()
}

fn survives_exec(fd: u32) -> Option<bool> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
    Some(flags & CLOEXEC == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = b"42 (a) Z 1 (\n) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 6 7 8\n";
        let row = parse(stat).unwrap();
        assert_eq!((row.pid, row.parent, row.group, row.session), (42, 7, 8, 9));
        assert_eq!((row.start_ticks, row.alive), (12345, true));
        assert_eq!(parse(b"42 (a"), None);
    }

    #[test]
    fn this_process_is_listed() {
        let me = std::process::id();
        let mine = row(me).unwrap();
        assert!(mine.alive && rows().contains(&mine));
    }
}
