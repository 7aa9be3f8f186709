//! One turn of the loop, and turning until nothing moves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Engine, EngineError, Flushed, Sending, Swept, plan};
use crate::domain::{Plan, RunId, RunState, Snapshot, Stale, StaleKind};
use crate::policy;
use crate::store::{Entry, LastPass, Lock, LockName, crash_point};

/// A pass that takes longer than this is stuck: whoever finds the lock held that long says so.
pub const PASS_AGE_MAX: SignedDuration = SignedDuration::from_mins(15);

/// The pause between two passes of `--until-idle` while something is under way.
const BEAT: Duration = Duration::from_millis(100);

/// The same while the forge does not answer.
const BEAT_AWAY: Duration = Duration::from_secs(5);

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

    /// Why the forge could not be asked, or stopped taking calls while something was sent.
    pub fn stale(&self) -> Option<&Stale> {
        let seen = self.snapshot.as_ref().and_then(|s| s.stale.as_ref());
        seen.or(self.flushed.stopped.as_ref())
    }
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
        match self.store.try_lock(LockName::Pass, pass.verb)? {
            Some(lock) => {
                let began = self.clock.now();
                let done = self.pass_held(pass, began, lock);
                if let Err(error) = &done {
                    // It comes to its end with this error whether it can be noted or not.
                    let ended = self.clock.now();
                    let _lost =
                        self.store
                            .mark_failed_pass(pass.verb, began, ended, &error.to_string());
                }
                done
            }
            None => Ok(self.skipped()),
        }
    }

    fn dry_run(&self) -> Result<PassReport, EngineError> {
        let snapshot = self.observe(false)?;
        let plan = plan::plan(&snapshot, self.rules)?;
        Ok(PassReport {
            snapshot: Some(snapshot),
            plan,
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
        self.note_contact(before.as_ref(), snapshot.stale.as_ref())?;
        watch.lap("observe");
        let plan = plan::plan(&snapshot, self.rules)?;
        watch.lap("plan");
        crash_point("pass.planned");
        let mut acted = self.act(&plan, pass.launches)?;
        if !acted.done.is_empty() || !acted.problems.is_empty() {
            self.store.journal().sync()?;
        }
        watch.lap("act");
        let moved = policy::last_moved(
            before.as_ref().and_then(|last| last.moved),
            before.as_ref().map(|last| last.ended),
            !acted.done.is_empty(),
            snapshot.now,
        );
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
            report.flushed = self.flush_after(report.snapshot.as_ref())?;
            watch.lap("flush");
            report.swept = self.sweep(false)?;
            watch.lap("sweep");
            match self.send_notices() {
                Ok(sending) => report.sending = sending,
                Err(error) => report.problems.push(format!("telling people: {error}")),
            }
            watch.lap("notify");
        }
        report.phases = watch.phases;
        Ok(report)
    }

    /// The only write of an idle pass; it may be lost.
    fn mark(&self, last: &LastPass) -> Result<(), EngineError> {
        Ok(self.store.mark_pass(last)?)
    }

    /// Tells the journal once that the forge is away, and once that it is back. A limit and a credential have lines of
    /// their own.
    fn note_contact(
        &self,
        before: Option<&LastPass>,
        stale: Option<&Stale>,
    ) -> Result<(), EngineError> {
        let told = |stale: &&Stale| !matches!(stale.kind, StaleKind::Limited | StaleKind::Denied);
        let before = before.and_then(|last| last.stale.as_ref()).filter(told);
        let entry = match (before.map(|b| b.kind), stale) {
            (Some(_), None) => ("forge.back", "it answers again".to_owned()),
            (kind, Some(now)) if told(&now) && kind != Some(now.kind) => {
                ("forge.away", now.error.clone())
            }
            _ => return Ok(()),
        };
        self.note(&Entry::new(self.clock.now(), entry.0).text(entry.1));
        Ok(self.store.journal().sync()?)
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
            let beat = match report.stale() {
                Some(_) => BEAT_AWAY,
                None => BEAT,
            };
            self.clock.sleep(beat.min(left));
        }
    }

    /// No live run, none that is over and not judged, nothing planned, no intent due, and no wait of acp's own that ends
    /// within `left`.
    pub fn idle(&self, report: &PassReport, left: Duration) -> Idle {
        let Some(snapshot) = &report.snapshot else {
            return Idle::No;
        };
        // A run that is finished is judged once its supervisor has let go of its lock: until then nothing is planned for it.
        let live = snapshot.runs.values().any(|run| {
            run.run.state.is_under_way() || matches!(run.run.state, RunState::Finished(_))
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
