//! Quick children of acp itself: bounded output, a deadline, no thread.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::process::Signal;

use crate::sys::Clock;

use super::start::{self, Child, Streams, has_input, is_ready};
use super::{Cmd, Exit, ProcError};

/// Bytes per read.
const CHUNK_BYTES: usize = 16 * 1024;
/// What is still read from a pipe that a grandchild keeps open after the child's exit.
const REST_BYTES_MAX: usize = 1024 * 1024;
/// How often a child is looked at whose end cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Between TERM and KILL at the deadline; git uses it to remove its lock files.
const GRACE: Duration = Duration::from_secs(1);
/// How long a killed child may take to vanish.
const KILL_WAIT: Duration = Duration::from_secs(2);
/// How much of standard error goes into a message.
const TAIL_BYTES: usize = 2000;

/// The limits of a quick child.
#[derive(Debug, Clone, Copy)]
pub struct Quick {
    /// How long it may take.
    pub deadline: Duration,
    /// How much of each of its outputs is kept; the rest is read and dropped.
    pub output_bytes_max: usize,
}

/// What a quick child gave.
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended.
    pub status: Exit,
    /// What it wrote to standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// Whether one of the outputs was longer than the limit.
    pub truncated: bool,
}

impl Cmd {
    /// Runs it with nothing on standard input and returns what it gave, whatever its exit status.
    pub fn capture(&self, limits: &Quick, clock: &dyn Clock) -> Result<Output, ProcError> {
        run(self, None, limits, clock)
    }

    /// Runs it with `input` on standard input and returns what it gave, whatever its exit status.
    pub fn capture_with_input(
        &self,
        input: &[u8],
        limits: &Quick,
        clock: &dyn Clock,
    ) -> Result<Output, ProcError> {
        run(self, Some(input), limits, clock)
    }

    /// Runs it and returns its standard output; anything but a complete output and exit 0 is an error.
    pub fn read(&self, limits: &Quick, clock: &dyn Clock) -> Result<Vec<u8>, ProcError> {
        complete(self, limits, self.capture(limits, clock)?)
    }

    /// As [`Cmd::read`], with `input` on standard input.
    pub fn read_with_input(
        &self,
        input: &[u8],
        limits: &Quick,
        clock: &dyn Clock,
    ) -> Result<Vec<u8>, ProcError> {
        complete(self, limits, self.capture_with_input(input, limits, clock)?)
    }
}

fn complete(cmd: &Cmd, limits: &Quick, output: Output) -> Result<Vec<u8>, ProcError> {
    let shown = || cmd.shown();
    if !output.status.ok() {
        let from = output.stderr.len().saturating_sub(TAIL_BYTES);
        let tail = String::from_utf8_lossy(&output.stderr[from..]);
        return Err(ProcError::Failed {
            shown: shown(),
            exit: output.status,
            stderr_tail: tail.trim().to_owned(),
        });
    }
    if output.truncated {
        return Err(ProcError::OutputTooLarge {
            shown: shown(),
            limit_bytes: limits.output_bytes_max,
        });
    }
    Ok(output.stdout)
}

fn run(
    cmd: &Cmd,
    input: Option<&[u8]>,
    limits: &Quick,
    clock: &dyn Clock,
) -> Result<Output, ProcError> {
    let begun = clock.monotonic();
    let lost = |source| ProcError::Io {
        shown: cmd.shown(),
        source,
    };
    let (mut talk, streams) = Talk::open(input, limits.output_bytes_max).map_err(lost)?;
    let child = start::start(cmd, streams, || None)?;
    let left = || {
        limits
            .deadline
            .saturating_sub(clock.monotonic().saturating_sub(begun))
    };
    let ended = converse(&mut talk, &child, &left).and_then(|in_time| {
        let exited = in_time && child.wait_exit(left(), clock);
        exited.then(|| child.reap()).transpose()
    });
    match ended {
        Ok(Some(Some(status))) => Ok(talk.output(status)),
        Ok(_) => {
            end_group(&child, clock);
            Err(ProcError::TimedOut {
                shown: cmd.shown(),
                after: limits.deadline,
            })
        }
        Err(source) => {
            end_group(&child, clock);
            Err(lost(source))
        }
    }
}

/// Reads and writes until the child has exited or closed its outputs; `false` when time is up before.
fn converse(talk: &mut Talk<'_>, child: &Child, left: &dyn Fn() -> Duration) -> io::Result<bool> {
    while talk.is_open() {
        let remaining = left();
        if remaining.is_zero() {
            return Ok(false);
        }
        let wait = match child.exit_fd() {
            Some(_) => remaining,
            None => remaining.min(LOOK_EVERY),
        };
        let quiet = talk.turn(child.exit_fd(), wait)?;
        if child.has_exited() {
            talk.rest()?;
            return Ok(true);
        }
        if quiet && wait == remaining {
            return Ok(false);
        }
    }
    Ok(true)
}

fn end_group(child: &Child, clock: &dyn Clock) {
    child.signal_group(Signal::TERM);
    child.wait_exit(GRACE, clock);
    child.signal_group(Signal::KILL);
    child.wait_exit(KILL_WAIT, clock);
    // Reported as timed out already; what cannot be reaped now is reaped when the next child starts.
    drop(child.reap());
}

/// Our ends of a child's standard streams.
struct Talk<'a> {
    out: Intake,
    err: Intake,
    feed: Option<(PipeWriter, &'a [u8])>,
}

impl<'a> Talk<'a> {
    fn open(input: Option<&'a [u8]>, max: usize) -> io::Result<(Self, Streams)> {
        let (out, stdout) = start::pipe()?;
        let (err, stderr) = start::pipe()?;
        let (mut feed, mut stdin) = (None, None);
        if let Some(bytes) = input {
            let (theirs, ours) = start::pipe()?;
            rustix::io::ioctl_fionbio(&ours, true)?;
            stdin = Some(theirs.into());
            feed = Some((ours, bytes));
        }
        let talk = Self {
            out: Intake::new(out, max),
            err: Intake::new(err, max),
            feed,
        };
        let (stdout, stderr) = (stdout.into(), stderr.into());
        let streams = Streams {
            stdin,
            stdout,
            stderr,
        };
        Ok((talk, streams))
    }

    fn is_open(&self) -> bool {
        self.out.pipe.is_some() || self.err.pipe.is_some()
    }

    /// Waits for the first thing to do and does it; `true` when nothing came within `wait`.
    fn turn(&mut self, exit: Option<&OwnedFd>, wait: Duration) -> io::Result<bool> {
        let (out, err, write) = {
            let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(4);
            let read = |pipe| PollFd::new(pipe, PollFlags::IN);
            let out = push(&mut fds, self.out.pipe.as_ref().map(read));
            let err = push(&mut fds, self.err.pipe.as_ref().map(read));
            let feed = self.feed.as_ref();
            let feed = feed.map(|(pipe, _)| PollFd::new(pipe, PollFlags::OUT));
            let write = push(&mut fds, feed);
            push(&mut fds, exit.map(|fd| PollFd::new(fd, PollFlags::IN)));
            match start::poll(&mut fds, wait) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(false),
                Err(e) => return Err(e),
            }
            let ready = |at: Option<usize>| at.is_some_and(|at| is_ready(&fds[at]));
            (ready(out), ready(err), ready(write))
        };
        if out {
            self.out.take()?;
        }
        if err {
            self.err.take()?;
        }
        if write {
            self.write()?;
        }
        Ok(false)
    }

    fn write(&mut self) -> io::Result<()> {
        let Some((pipe, bytes)) = &mut self.feed else {
            return Ok(());
        };
        match pipe.write(bytes) {
            Ok(n) => *bytes = &bytes[n..],
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => *bytes = &[],
            Err(e) if is_transient(&e) => {}
            Err(e) => return Err(e),
        }
        if bytes.is_empty() {
            self.feed = None;
        }
        Ok(())
    }

    /// Reads what the child left in the pipes; a grandchild that keeps writing is not waited for.
    fn rest(&mut self) -> io::Result<()> {
        self.out.rest()?;
        self.err.rest()
    }

    fn output(self, status: Exit) -> Output {
        Output {
            status,
            truncated: self.out.dropped || self.err.dropped,
            stdout: self.out.kept,
            stderr: self.err.kept,
        }
    }
}

/// Adds `fd`, if there is one, and says where it stands.
fn push<'fd>(fds: &mut Vec<PollFd<'fd>>, fd: Option<PollFd<'fd>>) -> Option<usize> {
    fds.push(fd?);
    Some(fds.len() - 1)
}

fn is_transient(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// One output of the child and what is kept of it.
struct Intake {
    pipe: Option<PipeReader>,
    kept: Vec<u8>,
    max: usize,
    dropped: bool,
}

impl Intake {
    fn new(pipe: PipeReader, max: usize) -> Self {
        Self {
            pipe: Some(pipe),
            kept: Vec::new(),
            max,
            dropped: false,
        }
    }

    /// Reads once; the end of the stream closes the pipe.
    fn take(&mut self) -> io::Result<usize> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(0);
        };
        let mut chunk = [0; CHUNK_BYTES];
        let n = match pipe.read(&mut chunk) {
            Ok(n) => n,
            Err(e) if is_transient(&e) => return Ok(0),
            Err(e) => return Err(e),
        };
        if n == 0 {
            self.pipe = None;
        }
        let room = self.max.saturating_sub(self.kept.len()).min(n);
        self.kept.extend_from_slice(&chunk[..room]);
        self.dropped |= room < n;
        Ok(n)
    }

    fn rest(&mut self) -> io::Result<()> {
        let mut read = 0;
        while read < REST_BYTES_MAX && self.pipe.as_ref().is_some_and(has_input) {
            read += self.take()?;
        }
        Ok(())
    }
}
