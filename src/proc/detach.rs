//! A process that outlives acp: the supervisor of a run.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::Path;

use super::os;
use super::start::{self, Child, Streams};
use super::{Cmd, ProcError, ProcessMark, find};

/// What closes descriptors that acp was given and cannot close itself: the shell redirects those of one digit.
const SHELL: (&str, &str) = ("/bin/sh", "-c");
/// Redirects all; `p` so that it reads no file that the environment names.
const BIG_SHELL: (&str, &str) = ("/bin/bash", "-pc");

/// A process on its own. Dropping this leaves it running.
#[derive(Debug)]
pub struct Detached {
    /// Its pid, which is also its process group.
    pub pid: u32,
    /// What tells it from a later process with this pid.
    pub mark: ProcessMark,
    child: Child,
}

impl Detached {
    /// Takes note of its exit: whether it has ended. A launcher that lives on leaves no zombie when it asks sometimes.
    pub fn reap(&mut self) -> bool {
        !matches!(self.child.reap(), Ok(None))
    }
}

/// Starts `cmd` in a process group of its own, with `stdin`, usually a locked file whose lock it so takes over, and
/// with both outputs appended to `log`.
pub fn detach(cmd: &Cmd, stdin: File, log: &Path) -> Result<Detached, ProcError> {
    let lost = |source| ProcError::Io {
        shown: cmd.shown(),
        source,
    };
    let log = OpenOptions::new().create(true).append(true).open(log);
    let streams = log.and_then(|log| Streams::joined(stdin, log));
    let child = start::start(&closing_fds(cmd), streams.map_err(lost)?, || None)?;
    let pid = child.pid();
    let mark = ProcessMark::of(pid).unwrap_or_else(|| ProcessMark {
        pid,
        start_ticks: 0,
        boot_id: os::boot_id(),
    });
    Ok(Detached { pid, mark, child })
}

/// Says that a process that is soon detached will call [`supervise`](super::supervise): within some 20 ms its child starts
/// sooner. Changes nothing when it does not; not for a process that supervises itself.
pub fn expect_supervisor() {
    os::Cgroup::expect_entry();
}

/// `flock file acp heartbeat` in a crontab hands acp an open, locked descriptor. A process that lives for hours must
/// not keep it: the next tick would wait for a lock that nobody seems to hold. The pid stays that of the command.
fn closing_fds(cmd: &Cmd) -> Cmd {
    let mut fds = os::inheritable_fds();
    let (shell, option) = if fds.iter().any(|fd| *fd > 9) && Path::new(BIG_SHELL.0).exists() {
        BIG_SHELL
    } else {
        fds.retain(|fd| *fd <= 9);
        SHELL
    };
    let program = find::program_of(cmd);
    let (false, Some(program)) = (fds.is_empty(), program) else {
        return cmd.clone();
    };
    let redirections: Vec<String> = fds.iter().map(|fd| format!("{fd}>&-")).collect();
    let script = format!("exec \"$@\" {}", redirections.join(" "));
    let mut args: Vec<OsString> = [option, &script, "acp"].map(Into::into).to_vec();
    args.push(program.into());
    args.extend_from_slice(cmd.arguments());
    cmd.wrapped(shell.into(), args)
}
