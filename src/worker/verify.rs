//! Shell lines of the profile as children of a run: setup and verify. They execute what the agent wrote.

use std::time::Duration;

use crate::domain::VerifyResult;
use crate::durable::crash_point;
use crate::proc::{Cmd, Ended, Report, RunTree, Verdict, Watch};

use super::agent::{Log, agent_lock, record_leader};
use super::record::Record;
use super::supervise::Worker;
use super::surroundings::with_vars;
use super::{Child, WorkerError};

const SHELL: &str = "/bin/sh";

/// Runs every verify line of the profile. One that fails does not keep the others from being run.
pub(super) fn all(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
) -> Result<Vec<VerifyResult>, WorkerError> {
    let begun = worker.ctx.clock.monotonic();
    let time = worker.verify_time();
    let mut results = vec![];
    for line in &worker.ctx.rules.repo.verify {
        let passed = worker.ctx.clock.monotonic().saturating_sub(begun);
        let left = time.saturating_sub(passed);
        results.push(if left.is_zero() {
            VerifyResult {
                command: line.clone(),
                passed: false,
                note: "was not run: no time was left".to_owned(),
            }
        } else {
            run_line(worker, record, line, left)?
        });
        crash_point("worker.between_verify_commands");
    }
    Ok(results)
}

/// Runs one line to its end.
pub(super) fn run_line(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
    line: &str,
    time: Duration,
) -> Result<VerifyResult, WorkerError> {
    let run = record.run.clone();
    let vars = worker.around.of_commands(&run, &worker.settings);
    let cmd = Cmd::new(SHELL)
        .args(["-c", line])
        .dir(worker.around.layout.worktree(&run.id));
    let cmd = match worker.confined(&run, with_vars(cmd, &vars), &[], &vars, None) {
        Ok(cmd) => cmd,
        Err(why) => {
            return Ok(VerifyResult {
                command: line.to_owned(),
                passed: false,
                note: format!("was not run: {why}"),
            });
        }
    };
    let mut log = Log::open(worker, &run)?;
    log.header(&format!("acp: {line}"));
    let child = Child {
        cmd,
        stdin: agent_lock(worker, &run)?,
        limits: log.limits(worker, time),
        log: &mut log.file,
        redact: &worker.redact,
    };
    let mut follow = Follow {
        record,
        error: None,
    };
    let mut tree = worker.tree(&run);
    let report = worker
        .ctx
        .children
        .run(child, &mut tree, worker.ctx.clock, &mut follow);
    worker.end_container(&run)?;
    if let Some(error) = follow.error {
        return Err(error);
    }
    if let Ended::Exited(status) = report.ended
        && let Some(why) = worker.confiner().cannot_start(&run.agent, status)
    {
        return Ok(VerifyResult {
            command: line.to_owned(),
            passed: false,
            note: format!("was not run: {why}"),
        });
    }
    let result = VerifyResult {
        command: line.to_owned(),
        passed: report.ended == Ended::Exited(0) && report.survivors.is_empty(),
        note: note(&report, time),
    };
    log.header(&format!("acp: `{line}` {}", result.note));
    Ok(result)
}

fn note(report: &Report, time: Duration) -> String {
    let how = match &report.ended {
        Ended::CouldNotStart { reason } => format!("did not start: {reason}"),
        Ended::Exited(status) => format!("exited with {status}"),
        Ended::Signaled(signal) => format!("was ended by signal {signal}"),
        Ended::TimedOut => format!("took longer than {} s", time.as_secs()),
        Ended::Stalled => "was silent for too long".to_owned(),
        Ended::OutputLimit => "wrote too much".to_owned(),
        Ended::StepLimit | Ended::Cancelled => "was ended".to_owned(),
    };
    match report.survivors.len() {
        0 => how,
        n => format!("{how}; {n} of its processes cannot be ended"),
    }
}

struct Follow<'r, 's> {
    record: &'r mut Record<'s>,
    error: Option<WorkerError>,
}

impl Watch for Follow<'_, '_> {
    fn started(&mut self, tree: &RunTree) {
        self.error = record_leader(self.record, tree).err();
    }

    fn line(&mut self, _line: &str) -> Verdict {
        Verdict::Continue
    }

    fn cancelled(&mut self) -> bool {
        self.error.is_some()
    }
}
