//! Ending runs because a person says so, with proof that nothing of them is left.

use super::{Engine, EngineError};
use crate::domain::{Hold, RunId, RunState};
use crate::store::Entry;

/// The name of the hold that `stop` sets.
pub const STOP_HOLD: &str = "stop";

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The run.
    pub run: RunId,
    /// Processes of it that could not be ended; empty is the proof.
    pub survivors: Vec<u32>,
}

/// What `stop` did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopReport {
    /// The hold was set now; else it was there already.
    pub held: bool,
    /// Runs that were under way.
    pub runs: Vec<Stopped>,
}

impl StopReport {
    /// Whether nothing is left of any run.
    pub fn is_proven(&self) -> bool {
        self.runs.iter().all(|run| run.survivors.is_empty())
    }
}

impl Engine<'_> {
    /// Holds the profile first, then ends every run of it and proves that nothing is left.
    pub fn stop(&self, actor: &str, reason: &str) -> Result<StopReport, EngineError> {
        let holds = self.store.holds();
        // One of that name on an item alone holds nothing else.
        let held = holds.get(STOP_HOLD)?.is_none_or(|hold| hold.item.is_some());
        if held {
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
        let mut report = StopReport { held, runs: vec![] };
        // A pass that is between its look at the holds and a launch has to be over first.
        let _pass = self.pass_lock("stop")?;
        for id in self.store.run_ids()? {
            if let Some(stopped) = self.stop_run_held(&id, &format!("stopped by {actor}"))? {
                report.runs.push(stopped);
            }
        }
        self.store.journal().sync()?;
        Ok(report)
    }

    /// Ends one run.
    pub fn stop_run(&self, id: &RunId, actor: &str) -> Result<Option<Stopped>, EngineError> {
        let _pass = self.pass_lock("run stop")?;
        let stopped = self.stop_run_held(id, &format!("stopped by {actor}"))?;
        self.store.journal().sync()?;
        Ok(stopped)
    }

    fn stop_run_held(&self, id: &RunId, reason: &str) -> Result<Option<Stopped>, EngineError> {
        let Some(run) = self
            .store
            .live_run(id)?
            .filter(|run| run.state.is_under_way())
        else {
            return Ok(None);
        };
        let ended = self.workers.end(&run)?;
        if ended.survivors.is_empty() {
            self.cancel(id, reason)?;
        }
        Ok(Some(Stopped {
            run: id.clone(),
            survivors: ended.survivors,
        }))
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
    pub fn pass_lock(&self, what: &str) -> Result<crate::store::Lock, EngineError> {
        Ok(self.desk().pass_lock(what)?)
    }
}
