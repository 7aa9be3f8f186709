//! The one place where a process comes into being, and the handle on it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::sys::{Clock, stats};

use super::os::{self, Inside};
use super::{Cmd, Exit, ProcError, find};

/// How long to wait between looks at a child whose end cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The children that this process started itself and has not reaped; all its other children were left to it.
///
/// Held while a child is started: so no child exists without being listed, no other child is started while this
/// process is inside a run's cgroup (but for an [`Entry`](super::Entry) that has begun), and no pipe is open that a child
/// could inherit.
static STARTED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn started() -> MutexGuard<'static, BTreeSet<u32>> {
    STARTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this process started `pid` itself and has not reaped it.
pub(super) fn is_ours(pid: u32) -> bool {
    started().contains(&pid)
}

/// A pipe that no child inherits.
pub(super) fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let _none_starts = started();
    io::pipe()
}

/// What the standard streams of a child are.
pub(super) struct Streams {
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

impl Streams {
    /// Both outputs into one file.
    pub(super) fn joined(stdin: File, out: impl Into<OwnedFd>) -> io::Result<Self> {
        let stdout = out.into();
        let stderr = stdout.try_clone()?;
        let stdin = Some(stdin.into());
        Ok(Self {
            stdin,
            stdout,
            stderr,
        })
    }
}

/// Starts `cmd` as the leader of a new process group, where `enter` brings this process for that moment.
pub(super) fn start(
    cmd: &Cmd,
    streams: Streams,
    enter: impl FnOnce() -> Option<Inside>,
) -> Result<Child, ProcError> {
    let program = find::program_of(cmd).ok_or_else(|| not_found(cmd))?;
    let expression = expression(cmd, program, streams);
    let mut started = started();
    let handle = {
        let _inside = enter();
        expression.start()
    };
    // With it goes our copy of the child's ends of the pipes.
    drop(expression);
    let handle = handle.map_err(|source| start_error(cmd, source))?;
    stats::PROCESSES.add_one();
    let pid = handle.pids().first().copied().unwrap_or_default();
    started.insert(pid);
    drop(started);
    let exit_fd = os::exit_fd(pid);
    Ok(Child {
        handle,
        pid,
        exit_fd,
    })
}

fn expression(cmd: &Cmd, program: PathBuf, streams: Streams) -> duct::Expression {
    let mut e = duct::cmd(program, cmd.arguments())
        .unchecked()
        .stdout_file(streams.stdout)
        .stderr_file(streams.stderr)
        .before_spawn(|command| {
            command.process_group(0);
            Ok(())
        });
    e = match streams.stdin {
        Some(file) => e.stdin_file(file),
        None => e.stdin_null(),
    };
    if let Some(dir) = cmd.folder() {
        e = e.dir(dir);
    }
    if cmd.is_cleared() {
        let set = |(name, value): (_, Option<_>)| value.map(|value| (name, value));
        return e.full_env(cmd.variables().filter_map(set));
    }
    for (name, value) in cmd.variables() {
        e = match value {
            Some(value) => e.env(name, value),
            None => e.env_remove(name),
        };
    }
    e
}

fn not_found(cmd: &Cmd) -> ProcError {
    ProcError::NotFound {
        program: cmd.program().to_string_lossy().into_owned(),
    }
}

/// The system says "not found" for a missing program, a missing interpreter and a missing folder alike.
fn start_error(cmd: &Cmd, source: io::Error) -> ProcError {
    let program = cmd.program().to_string_lossy().into_owned();
    if let Some(dir) = cmd.folder().filter(|dir| !dir.is_dir()) {
        let text = format!("there is no folder {}", dir.display());
        let source = io::Error::new(io::ErrorKind::NotFound, text);
        return ProcError::CouldNotStart { program, source };
    }
    let missing = find::program_of(cmd).is_none_or(|file| !file.exists());
    if source.kind() == io::ErrorKind::NotFound && missing {
        return ProcError::NotFound { program };
    }
    ProcError::CouldNotStart { program, source }
}

/// A started child. As long as it is not reaped its pid, and so the id of its group, is not given to another process.
#[derive(Debug)]
pub(super) struct Child {
    handle: duct::Handle,
    pid: u32,
    exit_fd: Option<OwnedFd>,
}

impl Child {
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Readable once the child has exited, where the system has such a thing.
    pub(super) fn exit_fd(&self) -> Option<&OwnedFd> {
        self.exit_fd.as_ref()
    }

    /// Whether it has exited; does not reap it.
    pub(super) fn has_exited(&self) -> bool {
        let Some(pid) = os_pid(self.pid) else {
            return true;
        };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match rustix::process::waitid(WaitId::Pid(pid), look) {
            Ok(status) => status.is_some(),
            Err(rustix::io::Errno::INTR) => false,
            // Already reaped.
            Err(_) => true,
        }
    }

    /// Waits at most `limit` for its exit; does not reap it.
    pub(super) fn wait_exit(&self, limit: Duration, clock: &dyn Clock) -> bool {
        let start = clock.monotonic();
        loop {
            if self.has_exited() {
                return true;
            }
            let left = limit.saturating_sub(clock.monotonic().saturating_sub(start));
            if left.is_zero() {
                return false;
            }
            let Some(fd) = &self.exit_fd else {
                clock.sleep(left.min(LOOK_EVERY));
                continue;
            };
            let mut fds = [PollFd::new(fd, PollFlags::IN)];
            if matches!(poll(&mut fds, left), Ok(0)) {
                return self.has_exited();
            }
        }
    }

    /// Signals the whole group. Only right while the child is not reaped.
    pub(super) fn signal_group(&self, signal: Signal) {
        if let Some(pid) = os_pid(self.pid) {
            // The group may be gone already.
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }

    /// Reaps it if it has exited.
    pub(super) fn reap(&self) -> io::Result<Option<Exit>> {
        let status = self.handle.try_wait()?.map(|output| output.status);
        if status.is_some() {
            started().remove(&self.pid);
        }
        Ok(status.map(Exit::from))
    }
}

/// `poll`, with an interruption as an event of its own.
pub(super) fn poll(fds: &mut [PollFd<'_>], timeout: Duration) -> io::Result<usize> {
    let timeout = Timespec::try_from(timeout).unwrap_or_default();
    Ok(rustix::event::poll(fds, Some(&timeout))?)
}

/// Whether something can be read, or the other end is closed.
pub(super) fn is_ready(fd: &PollFd<'_>) -> bool {
    !fd.revents().is_empty()
}

/// A pid as system calls take it; `None` for what is no process id.
pub(super) fn os_pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok().filter(|pid| *pid > 1)?)
}

/// Whether a descriptor has something to read at this moment.
pub(super) fn has_input(fd: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::IN)];
    poll(&mut fds, Duration::ZERO).is_ok_and(|n| n > 0)
}
