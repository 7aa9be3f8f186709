//! Ending runs because a person says so, with proof that nothing of them is left. Nothing that is broken beside a run
//! may keep it alive: what goes wrong with one is told and the others are ended all the same.

use std::collections::BTreeMap;

use super::{Desk, Engine, EngineError};
use crate::domain::{Hold, Life, Outcome, Run, RunEnd, RunEvent, RunFindings, RunId, RunState};
use crate::store::{Entry, Lock, LockName, Store, StoreError, crash_point};
use crate::sys::Clock;
use crate::worker::Workers;

/// The name of the hold that `stop` sets.
pub const STOP_HOLD: &str = Hold::STOP;

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The run.
    pub run: RunId,
    /// Processes of it that could not be ended.
    pub survivors: Vec<u32>,
    /// Its record is there and can be read.
    pub recorded: bool,
    /// What went wrong besides.
    pub problem: Option<String>,
}

impl Stopped {
    /// Whether nothing is left of it.
    pub fn is_proven(&self) -> bool {
        self.survivors.is_empty() && self.problem.is_none()
    }
}

/// What `stop` did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopReport {
    /// The hold was set now; else it was there already, or could not be set.
    pub held: bool,
    /// Runs that were under way, and those whose record cannot be read.
    pub runs: Vec<Stopped>,
    /// What went wrong with all of them, the hold last.
    pub problems: Vec<String>,
}

impl StopReport {
    /// Whether the hold stands and nothing is left of any run.
    pub fn is_proven(&self) -> bool {
        self.problems.is_empty() && self.runs.iter().all(Stopped::is_proven)
    }
}

/// Ends runs. It needs no rules, no forge and no git, so that it works also while one of those is what is broken.
#[derive(Clone, Copy)]
pub struct Ender<'a> {
    /// The state.
    pub store: &'a Store,
    /// Ends processes.
    pub workers: &'a dyn Workers,
    /// Time.
    pub clock: &'a dyn Clock,
    /// One line for a person who waits.
    pub say: &'a dyn Fn(&str),
}

impl Ender<'_> {
    /// Holds the profile, ends every run of it and proves that nothing is left.
    pub fn stop(&self, actor: &str, reason: &str) -> StopReport {
        let held = self.hold(actor, reason);
        let reason = format!("stopped by {actor}");
        let mut report = self.end_all("stop", &reason, Store::run_ids);
        match held {
            Ok(new) => report.held = new,
            Err(error) => report.problems.push(format!(
                "the hold could not be set, so the next pass may start runs again: {}",
                whole(&error)
            )),
        }
        report
    }

    /// Ends one run.
    pub fn stop_run(&self, id: &RunId, actor: &str) -> StopReport {
        self.end_all("run stop", &format!("stopped by {actor}"), |_| {
            Ok(vec![id.clone()])
        })
    }

    /// What [`Ender::stop`] would do now: whether it would set the hold, and which runs it would end. Changes nothing.
    ///
    /// # Errors
    /// When the holds or the folder of the runs cannot be read.
    pub fn would_stop(&self) -> Result<(bool, Vec<RunId>), EngineError> {
        let mut runs = self.store.run_ids()?;
        runs.retain(|id| self.would_stop_run(id));
        Ok((self.would_hold()?, runs))
    }

    /// Whether [`Ender::stop_run`] would find something of this run to end.
    pub fn would_stop_run(&self, id: &RunId) -> bool {
        match self.store.live_run(id) {
            Ok(Some(run)) => run.state.is_under_way(),
            Ok(None) => self.workers.life(id) != Life::Gone,
            Err(_) => true,
        }
    }

    fn would_hold(&self) -> Result<bool, StoreError> {
        // One of that name on an item alone holds nothing else.
        let hold = self.store.holds().get(STOP_HOLD)?;
        Ok(hold.is_none_or(|hold| hold.item.is_some()))
    }

    fn hold(&self, actor: &str, reason: &str) -> Result<bool, StoreError> {
        let holds = self.store.holds();
        let is_new = self.would_hold()?;
        if is_new {
            let hold = Hold {
                name: STOP_HOLD.to_owned(),
                reason: reason.to_owned(),
                by: actor.to_owned(),
                at: self.clock.now(),
                item: None,
                rule: None,
            };
            holds.put(STOP_HOLD, &hold)?;
            self.note(&Entry::new(hold.at, "hold.set").text(reason));
        }
        Ok(is_new)
    }

    /// What lives is ended before a pass that is at work is waited for, and once more when it is over: one that is
    /// between its look at the holds and a launch has started another one by then.
    fn end_all(
        &self,
        what: &str,
        reason: &str,
        which: impl Fn(&Store) -> Result<Vec<RunId>, StoreError>,
    ) -> StopReport {
        let mut ended = BTreeMap::new();
        let mut pass = self.store.try_lock(LockName::Pass, what);
        let mut problems = vec![];
        if !matches!(pass, Ok(Some(_))) {
            // What goes wrong here is tried again below.
            let _again = self.end_each(which(self.store), reason, &mut ended);
            pass = self.desk().pass_lock(what).map(Some);
        }
        problems.extend(pass.as_ref().err().map(|error| {
            let error = whole(error);
            format!("a pass may be about to start a run, which this would not see: {error}")
        }));
        if let Err(error) = self.end_each(which(self.store), reason, &mut ended) {
            problems.push(whole(&error));
        }
        if let Err(error) = self.store.journal().sync() {
            (self.say)(&format!("the journal could not be written: {error}"));
        }
        StopReport {
            held: false,
            runs: ended.into_values().collect(),
            problems,
        }
    }

    fn end_each(
        &self,
        ids: Result<Vec<RunId>, StoreError>,
        reason: &str,
        ended: &mut BTreeMap<RunId, Stopped>,
    ) -> Result<(), StoreError> {
        for id in ids? {
            if let Some(stopped) = self.end_one(&id, reason) {
                ended.insert(id, stopped);
            } else if let Some(before) = ended.get_mut(&id) {
                before.survivors.clear();
                before.problem = None;
            }
        }
        Ok(())
    }

    /// `None`: it is over.
    fn end_one(&self, id: &RunId, reason: &str) -> Option<Stopped> {
        let record = self.store.live_run(id);
        let recorded = matches!(record, Ok(Some(_)));
        let (survivors, problem) = match record {
            Ok(Some(run)) if run.state.is_under_way() => self.end_recorded(&run, reason),
            Ok(Some(_)) => return None,
            Ok(None) if self.workers.life(id) == Life::Gone => return None,
            Ok(None) | Err(_) => match self.workers.end_unrecorded(id) {
                Ok(ended) => (ended.survivors, None),
                Err(error) => (vec![], Some(whole(&error))),
            },
        };
        Some(Stopped {
            run: id.clone(),
            survivors,
            recorded,
            problem,
        })
    }

    fn end_recorded(&self, run: &Run, reason: &str) -> (Vec<u32>, Option<String>) {
        match self.workers.end(run) {
            Err(error) => (vec![], Some(whole(&error))),
            Ok(ended) if !ended.survivors.is_empty() => (ended.survivors, None),
            Ok(_) => {
                let noted = self.cancel(&run.id, reason);
                let problem = noted.err().map(|error| {
                    let error = whole(&error);
                    format!("nothing of it is left, but its end cannot be recorded: {error}")
                });
                (vec![], problem)
            }
        }
    }

    /// Takes a run under way from its dead or unwanted supervisor. `None`: somebody else has it, or it has moved on.
    pub(super) fn take(&self, id: &RunId) -> Result<Option<(Run, Lock)>, EngineError> {
        let Some(run) = self.store.live_run(id)? else {
            return Ok(None);
        };
        if !run.state.is_under_way() {
            return Ok(None);
        }
        let ended = self.workers.end(&run)?;
        if !ended.survivors.is_empty() {
            let pids: Vec<String> = ended.survivors.iter().map(u32::to_string).collect();
            let what = format!("ending {id}");
            let why = format!("these processes of it cannot be ended: {}", pids.join(", "));
            return Err(EngineError::Forbidden { what, why });
        }
        let Some(lock) = self.store.own_run(id)? else {
            return Ok(None);
        };
        let run = self
            .store
            .live_run(id)?
            .filter(|run| run.state.is_under_way());
        Ok(run.map(|run| (run, lock)))
    }

    pub(super) fn cancel(&self, id: &RunId, reason: &str) -> Result<Option<String>, EngineError> {
        let Some((run, lock)) = self.take(id)? else {
            return Ok(None);
        };
        self.end_run(
            run,
            &lock,
            Outcome::Cancelled {
                reason: reason.to_owned(),
            },
        )?;
        Ok(Some(format!("{id} cancelled: {reason}")))
    }

    /// Records the end of a run that no supervisor will record.
    pub(super) fn end_run(
        &self,
        mut run: Run,
        lock: &Lock,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        let started = match &run.state {
            RunState::Running { started, .. } => Some(*started),
            _ => None,
        };
        if matches!(run.state, RunState::Reserved | RunState::Starting) {
            self.desk().release_reservation(&run.id)?;
            crash_point("run.reservation_released");
        }
        self.keep_spend(&run, lock)?;
        let text = outcome.reason().unwrap_or_default();
        run.apply(RunEvent::Ended(RunEnd {
            started,
            ended: self.clock.now(),
            outcome,
        }))?;
        self.store.put_run(&run, lock)?;
        self.note(
            &Entry::new(self.clock.now(), "run.ended")
                .run(&run.id)
                .text(text),
        );
        Ok(())
    }

    /// Keeps what a run is known to have used with what its supervisor may have found out before it died.
    fn keep_spend(&self, run: &Run, lock: &Lock) -> Result<(), EngineError> {
        // What cannot be read is no reason to leave it unended: the reservation counts.
        let (tokens, usd_micros) = self.workers.spent(&run.id).unwrap_or_default();
        let Ok(known) = self.store.findings(&run.id) else {
            return Ok(());
        };
        if tokens.is_none() && usd_micros.is_none() {
            return Ok(());
        }
        let known = known.unwrap_or_default();
        let findings = RunFindings {
            tokens: tokens.or(known.tokens),
            usd_micros: usd_micros.or(known.usd_micros),
            ..known
        };
        Ok(self.store.put_findings(&run.id, &findings, lock)?)
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            store: self.store,
            clock: self.clock,
            say: self.say,
            dry_run: false,
        }
    }

    fn note(&self, entry: &Entry) {
        self.desk().note(entry);
    }
}

/// An error with what caused it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl Engine<'_> {
    /// What ends runs.
    pub fn ender(&self) -> Ender<'_> {
        Ender {
            store: self.store,
            workers: self.workers,
            clock: self.clock,
            say: self.say,
        }
    }

    /// Archives a run that is over because a person says so; returns what became of its worktree.
    ///
    /// # Errors
    /// `Forbidden` while it is at work or not judged yet.
    pub fn drop_run(&self, id: &RunId, actor: &str) -> Result<String, EngineError> {
        let _pass = self.pass_lock("run drop")?;
        let Some(run) = self.store.live_run(id)? else {
            return Ok("it is archived already".to_owned());
        };
        if run.state.is_under_way() || matches!(run.state, RunState::Finished(_)) {
            let what = format!("dropping {id}");
            let why = format!(
                "it is {}; a pass has to draw the conclusions first",
                run.state.as_str()
            );
            return Err(EngineError::Forbidden { what, why });
        }
        let closed = self.close(id, &format!("dropped by {actor}"))?;
        self.store.journal().sync()?;
        Ok(closed.unwrap_or_else(|| "another process is at it".to_owned()))
    }

    /// The lock of passes, waited for.
    pub fn pass_lock(&self, what: &str) -> Result<Lock, EngineError> {
        Ok(self.desk().pass_lock(what)?)
    }
}
