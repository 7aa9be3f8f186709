//! The run's record while its supervisor works, and what else it writes down for a successor.

use serde::{Deserialize, Serialize};

use crate::domain::{
    Outcome, ProcessId, Run, RunEnd, RunEvent, RunFindings, RunId, RunState, Step,
};
use crate::durable::{self, Versioned, crash_point};
use crate::proc::ProcessMark;
use crate::store::{Lock, Store};

use super::WorkerError;

/// What the agent said about itself while it ran. Written before its end is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Usage {
    pub(super) tokens: Option<u64>,
    pub(super) usd_micros: Option<u64>,
    pub(super) steps: u64,
    /// What explains a poor result.
    pub(super) notes: Vec<String>,
    /// The agent's own session, as soon as it has named it.
    #[serde(default)]
    pub(super) session: Option<String>,
    /// Tools that were refused to it.
    #[serde(default)]
    pub(super) denied: Vec<String>,
}

/// What is settled before the verify commands run. They execute what the agent wrote, so nothing is read again after them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    pub(super) outcome: Outcome,
    pub(super) findings: RunFindings,
}

impl Versioned for Usage {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "usage";
}

impl Versioned for Settled {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "settled";
}

/// The record of a run, and the right to write it.
pub(super) struct Record<'a> {
    store: &'a Store,
    alive: &'a Lock,
    pub(super) run: Run,
}

impl<'a> Record<'a> {
    pub(super) fn new(store: &'a Store, alive: &'a Lock, run: Run) -> Self {
        Self { store, alive, run }
    }

    /// Moves the run on, durably.
    pub(super) fn apply(&mut self, event: RunEvent) -> Result<(), WorkerError> {
        self.run.apply(event)?;
        self.store.put_run(&self.run, self.alive)?;
        Ok(())
    }

    /// Moves the run on by several events at once: no reader sees it in between. A power cut may undo it until the next
    /// record, which follows as soon as a child is started.
    pub(super) fn begin(
        &mut self,
        events: impl IntoIterator<Item = RunEvent>,
    ) -> Result<(), WorkerError> {
        for event in events {
            self.run.apply(event)?;
        }
        self.store.put_run_step(&self.run, self.alive)?;
        Ok(())
    }

    pub(super) fn step(&mut self, step: Step) -> Result<(), WorkerError> {
        self.apply(RunEvent::StepBegan(step))
    }

    /// Counts that the agent goes on with its session once more; durable before it does.
    pub(super) fn goes_on(&mut self) -> Result<(), WorkerError> {
        self.run.resumes += 1;
        Ok(self.store.put_run(&self.run, self.alive)?)
    }

    /// The step under way.
    pub(super) fn step_now(&self) -> Option<Step> {
        match &self.run.state {
            RunState::Running { step, .. } => Some(*step),
            _ => None,
        }
    }

    /// Writes findings and end, in this order: a finished run has findings.
    pub(super) fn finish(
        &mut self,
        outcome: Outcome,
        findings: &RunFindings,
        now: jiff::Timestamp,
    ) -> Result<(), WorkerError> {
        crash_point("worker.before_findings");
        self.store
            .put_findings(&self.run.id, findings, self.alive)?;
        crash_point("worker.before_finished");
        let started = match &self.run.state {
            RunState::Running { started, .. } => Some(*started),
            _ => None,
        };
        let end = RunEnd {
            started,
            ended: now,
            outcome,
        };
        self.apply(RunEvent::Ended(end))?;
        crash_point("worker.finished");
        Ok(())
    }

    pub(super) fn usage(&self) -> Result<Usage, WorkerError> {
        Ok(durable::read_record(&self.file("usage.json"))?.unwrap_or_default())
    }

    pub(super) fn put_usage(&self, usage: &Usage) -> Result<(), WorkerError> {
        Ok(durable::write_record(&self.file("usage.json"), usage)?)
    }

    pub(super) fn settled(&self) -> Result<Option<Settled>, WorkerError> {
        Ok(durable::read_record(&self.file("settled.json"))?)
    }

    pub(super) fn put_settled(&self, settled: &Settled) -> Result<(), WorkerError> {
        Ok(durable::write_record(&self.file("settled.json"), settled)?)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.store.layout().run(&self.run.id).join(name)
    }
}

/// The session that a run's agent has named, as its supervisor wrote it down.
pub(super) fn session(store: &Store, run: &RunId) -> Result<Option<String>, WorkerError> {
    let usage = durable::read_record::<Usage>(&store.layout().run(run).join("usage.json"))?;
    Ok(usage.and_then(|usage| usage.session))
}

/// What a run's agent has used, as far as its supervisor has written it down.
pub(super) fn spent(store: &Store, run: &RunId) -> Result<(Option<u64>, Option<u64>), WorkerError> {
    let usage = durable::read_record::<Usage>(&store.layout().run(run).join("usage.json"))?;
    Ok(usage.map_or((None, None), |usage| (usage.tokens, usage.usd_micros)))
}

/// A process as records name it.
pub(super) fn process_id(mark: &ProcessMark) -> ProcessId {
    ProcessId {
        pid: mark.pid,
        start_ticks: mark.start_ticks,
        boot_id: mark.boot_id.clone(),
    }
}

/// The same the other way round.
pub(super) fn process_mark(id: &ProcessId) -> ProcessMark {
    ProcessMark {
        pid: id.pid,
        start_ticks: id.start_ticks,
        boot_id: id.boot_id.clone(),
    }
}
