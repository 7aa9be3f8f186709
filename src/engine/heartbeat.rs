//! One turn of the loop, and turning until nothing moves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Engine, EngineError, Flushed, Sending, Swept, plan};
use crate::domain::{
    Notice, Plan, RecordOf, Run, RunId, RunState, Snapshot, Stale, StaleKind, Unreadable, Wait,
};
use crate::policy;
use crate::store::{Entry, LastPass, Lock, LockName, crash_point};

/// A pass that takes longer than this is stuck: whoever finds the lock held that long says so.
pub const PASS_AGE_MAX: SignedDuration = SignedDuration::from_mins(15);

/// The pause between two passes of `--until-idle` while something is under way.
const BEAT: Duration = Duration::from_millis(100);

/// The same while the forge does not answer.
const BEAT_AWAY: Duration = Duration::from_secs(5);

/// How often at most `--until-idle` asks a forge on another machine while nothing moves on this one: an answer that says
/// "as before" is a request too, and requests a minute are limited.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Which parts of the loop to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The verb's name, for the mark of the last pass.
    pub verb: &'static str,
    /// Start runs.
    pub launches: bool,
    /// Send what is in the outbox, and clear up.
    pub flushes: bool,
    /// Show the plan and change nothing.
    pub dry_run: bool,
}

/// What a pass did.
#[derive(Debug, Clone, Default)]
pub struct PassReport {
    /// Another pass is at work: since when, and what it is.
    pub skipped: Option<String>,
    /// The other pass has been at it for longer than a pass may take.
    pub stuck: bool,
    /// What the plan rests on.
    pub snapshot: Option<Snapshot>,
    /// The plan.
    pub plan: Plan,
    /// What was carried out, in words.
    pub done: Vec<String>,
    /// What could not be carried out.
    pub problems: Vec<String>,
    /// Runs launched.
    pub launched: Vec<RunId>,
    /// What was sent.
    pub flushed: Flushed,
    /// What was cleared up.
    pub swept: Swept,
    /// What people were told.
    pub sending: Sending,
    /// What people would be told: only of a pass that changes nothing.
    pub news: Vec<Notice>,
    /// Milliseconds by phase, in order.
    pub phases: Vec<(&'static str, f64)>,
}

impl PassReport {
    /// Why nothing can be written to the repository, by what this pass was told.
    pub fn closed(&self) -> Option<String> {
        let flushed = self.flushed.closed.clone();
        flushed.or_else(|| {
            let snapshot = self.snapshot.as_ref()?;
            snapshot.mirror.repo.closed_to_writes()
        })
    }

    /// The same problem in several phases is told once.
    fn add_problem(&mut self, problem: Option<String>) {
        let is_new = |problem: &String| !self.problems.contains(problem);
        let problem = problem.filter(is_new);
        self.problems.extend(problem);
    }

    /// Why the forge could not be asked, or stopped taking calls while something was sent.
    pub fn stale(&self) -> Option<&Stale> {
        let seen = self.snapshot.as_ref().and_then(|s| s.stale.as_ref());
        seen.or(self.flushed.stopped.as_ref())
    }
}

impl PassReport {
    /// The first time at which another pass does what this one, which saw `seen`, could not do yet.
    fn due_after(&self, seen: &Snapshot) -> Option<Timestamp> {
        let waits = self.plan.standings.iter();
        let ahead = waits
            .filter_map(|standing| standing.wait.next())
            .filter(|at| *at > seen.now);
        // What one pass had no room to ask is asked at once.
        let asked = seen.asked_again.values().copied();
        ahead.chain(asked).chain(self.flushed.next).min()
    }
}

/// One line for each record that cannot be read.
fn unreadable(snapshot: &Snapshot) -> Vec<String> {
    let line = |record: &Unreadable| {
        let about = match &record.of {
            RecordOf::Run { run, .. } => format!("{run}: nothing is done with it or its item"),
            RecordOf::Item { item } => format!("{item}: nothing is done with it"),
            RecordOf::Budget => "budget: nothing starts today".to_owned(),
            RecordOf::Intent { id } => format!("intent {id}: it is not sent"),
            RecordOf::Other => return record.error.clone(),
        };
        format!("{about}: {}", record.error)
    };
    snapshot.unreadable.iter().map(line).collect()
}

/// Whether anything on this machine that plans rest on is another than it was.
fn moves_here(before: &Snapshot, now: &Snapshot) -> bool {
    // The steps of a run that goes on are nobody's business but its supervisor's.
    let runs = |snapshot: &Snapshot| -> Vec<_> {
        let runs = snapshot.runs.iter();
        runs.map(|(id, view)| (id.clone(), view.run.state.is_under_way(), view.life))
            .collect()
    };
    runs(before) != runs(now)
        || before.intents != now.intents
        || before.approvals != now.approvals
        || before.holds != now.holds
        || before.leases != now.leases
        || before.retries != now.retries
        || before.cooldowns != now.cooldowns
}

/// Whether everything that acp can do by itself is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idle {
    /// It is; the next time that something is due, when there is one.
    Yes(Option<Timestamp>),
    /// It is not.
    No,
}

impl Engine<'_> {
    /// One pass. A pass that is under way elsewhere makes this one a skip, which is success.
    pub fn pass(&self, pass: Pass) -> Result<PassReport, EngineError> {
        if pass.dry_run {
            return self.dry_run();
        }
        let Some(lock) = self.store.try_lock(LockName::Pass, pass.verb)? else {
            return Ok(self.skipped());
        };
        let began = self.clock.now();
        let done = self.pass_held(pass, began, lock);
        if let Err(error) = &done {
            // It comes to its end with this error whether it can be noted and told or not.
            let (ended, text) = (self.clock.now(), error.to_string());
            let _lost = self.store.mark_failed_pass(pass.verb, began, ended, &text);
            if pass.flushes {
                let _untold = self.tell_failure(pass.verb, error);
                // Who looks after the machine hears of what was to be told before, too.
                let _unsent = self.send_notices();
            }
        }
        done
    }

    fn dry_run(&self) -> Result<PassReport, EngineError> {
        let snapshot = self.observe(false)?;
        let plan = plan::plan(&snapshot, self.rules)?;
        let last = self.store.last_pass()?;
        let moved = self.last_moved(last.as_ref(), false, snapshot.now);
        let news = self.would_tell(&snapshot, &plan, moved)?;
        Ok(PassReport {
            problems: unreadable(&snapshot),
            snapshot: Some(snapshot),
            plan,
            news,
            ..PassReport::default()
        })
    }

    fn skipped(&self) -> PassReport {
        let holder = self.store.lock_holder(LockName::Pass);
        let stuck = holder
            .as_ref()
            .is_some_and(|h| self.clock.now().duration_since(h.since) > PASS_AGE_MAX);
        let text = holder.map_or("another pass is at work".to_owned(), |h| {
            format!(
                "`{}` (process {}) is at work since {}",
                h.command, h.pid, h.since
            )
        });
        PassReport {
            skipped: Some(text),
            stuck,
            ..PassReport::default()
        }
    }

    fn pass_held(
        &self,
        pass: Pass,
        began: Timestamp,
        lock: Lock,
    ) -> Result<PassReport, EngineError> {
        let mut watch = Watch {
            clock: self.clock,
            last: self.clock.monotonic(),
            phases: vec![],
        };
        self.workers.reap();
        let before = self.store.last_pass()?;
        let snapshot = self.observe(true)?;
        let unnoted = self.note_contact(before.as_ref(), snapshot.stale.as_ref());
        watch.lap("observe");
        let plan = plan::plan(&snapshot, self.rules)?;
        watch.lap("plan");
        crash_point("pass.planned");
        let mut acted = self.act(&plan, pass.launches)?;
        acted.problems.splice(0..0, unreadable(&snapshot));
        let noted = !acted.done.is_empty() || !acted.problems.is_empty();
        let unnoted = unnoted.or_else(|| noted.then(|| self.keep_notes()).flatten());
        acted.problems.extend(unnoted);
        watch.lap("act");
        let moved = self.last_moved(before.as_ref(), !acted.done.is_empty(), snapshot.now);
        // Who cannot be told is no reason to end a pass.
        if let Err(error) = self.tell(&snapshot, &plan, moved) {
            acted.problems.push(format!("telling people: {error}"));
        }
        self.mark(&LastPass {
            began,
            ended: self.clock.now(),
            verb: pass.verb.to_owned(),
            actions: u32::try_from(acted.done.len()).unwrap_or(u32::MAX),
            error: acted.problems.first().cloned(),
            synced: match &snapshot.stale {
                None => Some(snapshot.now),
                Some(stale) => stale.synced,
            },
            stale: snapshot.stale.clone(),
            moved: Some(moved),
            gaps: snapshot.gaps.clone(),
        })?;
        drop(lock);
        let mut report = PassReport {
            snapshot: Some(snapshot),
            plan,
            done: acted.done,
            problems: acted.problems,
            launched: acted.launched,
            ..PassReport::default()
        };
        if pass.flushes {
            crash_point("pass.before_flush");
            // What cannot be sent is no reason not to clear up: that may be what helps.
            let flushed = self.flush_after(report.snapshot.as_ref());
            watch.lap("flush");
            let swept = self.sweep(false);
            watch.lap("sweep");
            report.flushed = flushed?;
            report.swept = swept?;
            report.add_problem(report.flushed.unnoted.clone());
            match self.send_notices() {
                Ok(sending) => {
                    report.add_problem(sending.unnoted.clone());
                    report.sending = sending;
                }
                Err(error) => report.problems.push(format!("telling people: {error}")),
            }
            watch.lap("notify");
        }
        report.phases = watch.phases;
        Ok(report)
    }

    /// When something last moved, by the mark of the last pass and whether this one moves anything.
    fn last_moved(&self, before: Option<&LastPass>, moves: bool, now: Timestamp) -> Timestamp {
        let moved = before.and_then(|last| last.moved);
        let looked = before.map(|last| last.ended);
        policy::last_moved(moved, looked, moves, self.period(), now)
    }

    /// From one pass to the next, where a timer starts them. What it was installed with matters here for nothing but a gap.
    fn period(&self) -> Option<Duration> {
        let timer = self.store.timer().ok()??;
        timer.on.then(|| timer.every())
    }

    /// The only write of an idle pass; it may be lost.
    fn mark(&self, last: &LastPass) -> Result<(), EngineError> {
        Ok(self.store.mark_pass(last)?)
    }

    /// Tells the journal once that the forge is away, and once that it is back. A limit and a credential have lines of
    /// their own.
    fn note_contact(&self, before: Option<&LastPass>, stale: Option<&Stale>) -> Option<String> {
        let told = |stale: &&Stale| !matches!(stale.kind, StaleKind::Limited | StaleKind::Denied);
        let before = before.and_then(|last| last.stale.as_ref()).filter(told);
        let entry = match (before.map(|b| b.kind), stale) {
            (Some(_), None) => ("forge.back", "it answers again".to_owned()),
            (kind, Some(now)) if told(&now) && kind != Some(now.kind) => {
                ("forge.away", now.error.clone())
            }
            _ => return None,
        };
        self.note(&Entry::new(self.clock.now(), entry.0).text(entry.1));
        self.keep_notes()
    }

    /// Passes until nothing moves by itself within `timeout`, or until `timeout` is over.
    /// `each` hears of every pass. Returns the next time that something is due.
    pub fn until_idle(
        &self,
        pass: Pass,
        timeout: Duration,
        each: &mut dyn FnMut(&PassReport),
    ) -> Result<Idle, EngineError> {
        let end = self.clock.monotonic() + timeout;
        loop {
            let report = self.pass(pass)?;
            each(&report);
            let left = end.saturating_sub(self.clock.monotonic());
            if report.skipped.is_none()
                && let Idle::Yes(next) = self.idle(&report, left)
            {
                return Ok(Idle::Yes(next));
            }
            if left.is_zero() {
                return Ok(Idle::No);
            }
            if report.stale().is_some() {
                self.clock.sleep(BEAT_AWAY.min(left));
            } else {
                self.clock.sleep(BEAT.min(left));
                self.await_news(&report, end)?;
            }
        }
    }

    /// Waits, at most until `end`, for something that a pass after `report` could go by: what this machine knows has become
    /// another, something falls due, or the forge was not asked for [`ASK_EVERY`]. A forge on this machine is always news, and
    /// so is a pass that did something.
    fn await_news(&self, report: &PassReport, end: Duration) -> Result<(), EngineError> {
        let Some(seen) = &report.snapshot else {
            return Ok(());
        };
        let moved = !report.done.is_empty() || !report.flushed.sent.is_empty();
        if moved || !self.forge.capabilities().remote {
            return Ok(());
        }
        let due = report.due_after(seen);
        let end = end.min(self.clock.monotonic() + ASK_EVERY);
        loop {
            let left = end.saturating_sub(self.clock.monotonic());
            let is_due = due.is_some_and(|at| at <= self.clock.now());
            if left.is_zero() || is_due || moves_here(seen, &self.remember()?) {
                return Ok(());
            }
            self.clock.sleep(BEAT.min(left));
        }
    }

    /// No live run, none that is over and not judged, nothing planned, no intent due, and no wait of acp's own that ends
    /// within `left`.
    pub fn idle(&self, report: &PassReport, left: Duration) -> Idle {
        let Some(snapshot) = &report.snapshot else {
            return Idle::No;
        };
        let standings = &report.plan.standings;
        let is_waiting = |run: &Run| {
            let mut on_it = standings.iter().filter(|s| s.item == run.item);
            on_it.any(|s| matches!(s.wait, Wait::Hold { .. } | Wait::Cooldown { .. }))
        };
        // A run that is finished is judged once its supervisor has let go of its lock: until then nothing is planned for
        // it. One that was interrupted may wait for a hold to be lifted, or for its agent.
        let live = snapshot.runs.values().map(|view| &view.run).any(|run| {
            (run.state.is_under_way() && !is_waiting(run))
                || matches!(run.state, RunState::Finished(_))
        });
        let busy = !report.plan.actions.is_empty() || !report.flushed.sent.is_empty();
        let now = snapshot.now;
        let within = |at: Timestamp| {
            at.duration_since(now) <= SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX)
        };
        let soon = report
            .plan
            .standings
            .iter()
            .any(|s| s.wait.ends_within(now, left));
        let due = report.flushed.busy || report.flushed.next.is_some_and(within);
        let away = report.stale().is_some_and(|stale| match stale.kind {
            StaleKind::Unreachable | StaleKind::Unreadable => true,
            StaleKind::Limited => stale.next.is_some_and(within),
            // These wait for a person.
            StaleKind::Denied | StaleKind::Refused | StaleKind::Missing => false,
        });
        if live || busy || soon || due || away {
            return Idle::No;
        }
        let waits = report
            .plan
            .standings
            .iter()
            .filter_map(|standing| standing.wait.next());
        let away = report.stale().and_then(|stale| stale.next);
        Idle::Yes(waits.chain(report.flushed.next).chain(away).min())
    }
}

/// Laps of a pass.
struct Watch<'a> {
    clock: &'a dyn crate::sys::Clock,
    last: Duration,
    phases: Vec<(&'static str, f64)>,
}

impl Watch<'_> {
    fn lap(&mut self, name: &'static str) {
        let now = self.clock.monotonic();
        self.phases
            .push((name, now.saturating_sub(self.last).as_secs_f64() * 1000.0));
        self.last = now;
    }
}

#[cfg(test)]
#[path = "heartbeat_tests.rs"]
mod tests;
