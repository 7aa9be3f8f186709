//! One child of a run from its start until nothing of it is left.

use std::error::Error as _;
use std::fs::File;
use std::io::{PipeReader, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::Signal;

use crate::sys::Clock;

use super::os::{self, Inside};
use super::pump::Pump;
use super::redact::Redactor;
use super::start::{self, Child, Streams};
use super::tree::{Hunt, RunTree};
use super::{Cmd, Exit, ProcError, ProcessMark};

/// How often [`Watch::cancelled`] is asked.
const TICK: Duration = Duration::from_millis(200);
/// The same where the end of a child cannot be waited for.
const SHORT_TICK: Duration = Duration::from_millis(20);
/// How often orphans that have exited are reaped while the child runs.
const REAP_EVERY: Duration = Duration::from_secs(2);
/// How long helpers may take to notice that the leader has exited, before they count as left behind.
const SETTLE: Duration = Duration::from_millis(300);
/// Between two looks while they settle.
const SETTLE_EVERY: Duration = Duration::from_millis(10);
/// How long the output is read after everything has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a killed leader may take to vanish.
const KILL_WAIT: Duration = Duration::from_secs(2);

/// One at a time in a process: the orphans of two runs, and its own place in a cgroup, could not be told apart.
static ALONE: Mutex<()> = Mutex::new(());

/// What a child of a run may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long it may take in all.
    pub deadline: Duration,
    /// How long it may be silent.
    pub stall: Option<Duration>,
    /// Between TERM and KILL.
    pub grace: Duration,
    /// How much it may write before it is ended.
    pub output_bytes_max: u64,
    /// How much of that the log keeps; what is beyond is dropped and counted.
    pub log_bytes_max: u64,
    /// How many steps it may take, as [`Watch::line`] counts them.
    pub steps_max: Option<u64>,
}

/// How a child of a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It did not start.
    CouldNotStart {
        /// Why.
        reason: String,
    },
    /// It exited with this code.
    Exited(i32),
    /// A signal that acp did not send ended it.
    Signaled(i32),
    /// Its time was up.
    TimedOut,
    /// It was silent for too long.
    Stalled,
    /// It wrote too much.
    OutputLimit,
    /// It took too many steps.
    StepLimit,
    /// [`Watch::cancelled`] said so.
    Cancelled,
}

/// What became of a child of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// How it ended.
    pub ended: Ended,
    /// How many of its processes outlived it and had to be ended.
    pub left_behind: u32,
    /// Its processes that could not be ended.
    pub survivors: Vec<u32>,
    /// What it wrote.
    pub output_bytes: u64,
    /// What of that is not in the log.
    pub dropped_bytes: u64,
    /// Why the log is incomplete, when writing it failed.
    pub log_failed: Option<String>,
    /// From before its start until nothing was left.
    pub duration: Duration,
}

/// What a line of output means for the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Go on, and count one step against [`Limits::steps_max`].
    Step,
    /// End it, for this reason.
    End(Ended),
}

/// Follows a child of a run.
pub trait Watch {
    /// It has started: the moment to record [`RunTree::leader`] and [`RunTree::cgroup`], so that its processes can be
    /// found after a crash.
    fn started(&mut self, _tree: &RunTree) {}
    /// It wrote `line`: without secrets, without the newline, cut at 1 MiB. Also called while it is being ended, when
    /// the verdict changes nothing any more.
    fn line(&mut self, line: &str) -> Verdict;
    /// Whether it is to be ended, asked about every 200 ms.
    fn cancelled(&mut self) -> bool;
}

/// Starts `cmd` with `stdin`, usually a locked file, and attends to it until nothing of it is left.
///
/// Both outputs go line by line through `redact` to `log` and `watch`. When the child exits or a limit is reached,
/// every process that belongs to `tree` is ended: TERM, the grace, KILL, until none is left. A second call in the same
/// process waits for the first.
#[expect(
    clippy::too_many_arguments,
    reason = "what a run is made of; a struct of borrowed halves would hide which of them change"
)]
pub fn supervise(
    cmd: &Cmd,
    stdin: File,
    log: &mut dyn Write,
    redact: &Redactor,
    limits: &Limits,
    tree: &mut RunTree,
    clock: &dyn Clock,
    watch: &mut dyn Watch,
) -> Report {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = clock.monotonic();
    let adopts = os::adopt_orphans();
    tree.set_leader(None);
    let mut cgroup = None;
    let enter = || {
        let entered = tree.enter();
        cgroup = entered.cgroup;
        entered.inside
    };
    let (child, pipe) = match open(cmd, stdin, enter) {
        Ok(opened) => opened,
        Err(error) => {
            if let Some(cgroup) = &cgroup {
                cgroup.remove(clock);
            }
            return never_started(&error, clock.monotonic().saturating_sub(begun));
        }
    };
    tree.set_leader(ProcessMark::of(child.pid()));
    watch.started(tree);
    let mut pump = Pump::new(pipe, log, redact, limits);
    let reason = attend(&child, &mut pump, limits, begun, clock, watch);
    let mut hunt = Hunt::new(tree, cgroup.as_ref(), adopts);
    if reason.is_none() {
        settle(&mut hunt, &mut pump, clock, watch);
    }
    let mut ending = hunt.end(limits.grace, clock, &mut |wait| {
        pump.drain(wait, clock, watch);
    });
    let exit = bury(&child, clock);
    pump.finish(LAST_WORDS, clock, watch);
    os::reap_orphans();
    if exit.is_none() && !ending.survivors.contains(&child.pid()) {
        ending.survivors.push(child.pid());
    }
    ending.left_behind.remove(&child.pid());
    Report {
        ended: reason.unwrap_or_else(|| own_end(exit)),
        left_behind: u32::try_from(ending.left_behind.len()).unwrap_or(u32::MAX),
        survivors: ending.survivors,
        output_bytes: pump.output_bytes(),
        dropped_bytes: pump.dropped_bytes(),
        log_failed: pump.log_failed(),
        duration: clock.monotonic().saturating_sub(begun),
    }
}

fn open(
    cmd: &Cmd,
    stdin: File,
    enter: impl FnOnce() -> Option<Inside>,
) -> Result<(Child, PipeReader), ProcError> {
    let lost = |source| ProcError::Io {
        shown: cmd.shown(),
        source,
    };
    let (pipe, theirs) = start::pipe().map_err(lost)?;
    let streams = Streams::joined(stdin, theirs).map_err(lost)?;
    Ok((start::start(cmd, streams, enter)?, pipe))
}

fn never_started(error: &ProcError, duration: Duration) -> Report {
    let cause = error.source().map(|source| format!(": {source}"));
    let reason = format!("{error}{}", cause.unwrap_or_default());
    Report {
        ended: Ended::CouldNotStart { reason },
        left_behind: 0,
        survivors: Vec::new(),
        output_bytes: 0,
        dropped_bytes: 0,
        log_failed: None,
        duration,
    }
}

/// Follows the child; `None` once it has exited, else why it is to be ended. The end of its output is not its end.
fn attend(
    child: &Child,
    pump: &mut Pump<'_>,
    limits: &Limits,
    begun: Duration,
    clock: &dyn Clock,
    watch: &mut dyn Watch,
) -> Option<Ended> {
    let tick = if child.exit_fd().is_some() {
        TICK
    } else {
        SHORT_TICK
    };
    // All relative to the start.
    let passed = || clock.monotonic().saturating_sub(begun);
    let (mut heard, mut look, mut reap) = (Duration::ZERO, Duration::ZERO, REAP_EVERY);
    loop {
        if child.has_exited() {
            return None;
        }
        let now = passed();
        let left = limits.deadline.saturating_sub(now);
        let silent = now.saturating_sub(heard);
        let patience = limits
            .stall
            .map_or(tick, |stall| stall.saturating_sub(silent));
        if left.is_zero() {
            return Some(Ended::TimedOut);
        }
        if patience.is_zero() {
            return Some(Ended::Stalled);
        }
        if now >= look {
            look = now + TICK;
            if watch.cancelled() {
                return Some(Ended::Cancelled);
            }
        }
        if now >= reap {
            reap = now + REAP_EVERY;
            os::reap_orphans();
        }
        let wait = tick.min(look.saturating_sub(now)).min(left).min(patience);
        if pump.wait(child.exit_fd(), wait, clock) {
            let intake = pump.take(watch);
            if intake.bytes > 0 {
                heard = passed();
            }
            if intake.end.is_some() {
                return intake.end;
            }
        }
    }
}

/// Gives helpers that end by themselves when the leader exits a moment to do so.
fn settle(hunt: &mut Hunt<'_>, pump: &mut Pump<'_>, clock: &dyn Clock, watch: &mut dyn Watch) {
    let begun = clock.monotonic();
    while !hunt.find().is_empty() && clock.monotonic().saturating_sub(begun) < SETTLE {
        pump.drain(SETTLE_EVERY, clock, watch);
        os::reap_orphans();
    }
}

/// Takes the leader's exit status. Should it still live, because no process could be listed, its group is killed.
fn bury(child: &Child, clock: &dyn Clock) -> Option<Exit> {
    if !child.has_exited() {
        child.signal_group(Signal::KILL);
        child.wait_exit(KILL_WAIT, clock);
    }
    child.reap().ok().flatten()
}

fn own_end(exit: Option<Exit>) -> Ended {
    match exit {
        Some(Exit::Code(code)) => Ended::Exited(code),
        Some(Exit::Signal(signal)) => Ended::Signaled(signal),
        // It was seen to exit, but someone else took its status.
        None => Ended::Signaled(0),
    }
}
