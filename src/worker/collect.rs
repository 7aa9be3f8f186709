//! From what an agent left to an outcome: what it claims counts only as far as the host sees it.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::contract::{Claim, ContractKind, ResultFile};
use crate::domain::{
    AgentEnd, DiffFacts, Failure, FailureClass, Outcome, Run, RunFindings, Sha, Step, Task,
};
use crate::durable::crash_point;
use crate::store::LockName;
use crate::vcs::{Built, CommitSpec, VcsError};

use super::WorkerError;
use super::out_folder::{self, Left, MESSAGE_CHARS_MAX, publishable};
use super::record::{Record, Settled};
use super::supervise::Worker;

/// How long to wait for a pass that fetches.
const REPO_LOCK_LIMIT: Duration = Duration::from_mins(10);
/// Characters of an agent's reason.
const REASON_CHARS_MAX: usize = 2_000;

/// What follows from the agent's words alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// It is over.
    Over(Outcome),
    /// It has looked and reports. What it has changed all the same is only counted.
    Looked(Outcome),
    /// It claims a change, which has to be there.
    Commit {
        /// Nobody said so; there are only facts.
        inferred: bool,
    },
}

/// Reads what the agent left, builds the commit that it claims, and says what came out.
pub(super) fn settle(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
    end: AgentEnd,
    started: Timestamp,
) -> Result<Settled, WorkerError> {
    let over = |outcome| Settled {
        outcome,
        findings: RunFindings::default(),
    };
    if let AgentEnd::Failed(failure) = end {
        return Ok(over(Outcome::Failed(failure)));
    }
    let run = record.run.clone();
    let out = worker.around.out(&run);
    let left = match out_folder::read(&out, run.item.kind, &worker.redact) {
        Ok(left) => left,
        Err(failure) => return Ok(over(Outcome::Failed(failure))),
    };
    let mut findings = RunFindings {
        comment: left.comment.clone(),
        pr_body: left.pr_body.clone(),
        follow_ups: left.follow_ups.clone(),
        ..RunFindings::default()
    };
    crash_point("worker.collected");
    let outcome = match next(&run.task, &left, &|text| {
        publishable(text, &worker.redact, REASON_CHARS_MAX)
    }) {
        Next::Over(outcome) => outcome,
        Next::Looked(outcome) => match commit(worker, record, &left, started)? {
            Err(failure) => Outcome::Failed(failure),
            Ok(built) => {
                findings.facts = match built.commit {
                    Some(_) => built.facts,
                    None => DiffFacts {
                        files: Some(vec![]),
                        ..DiffFacts::default()
                    },
                };
                outcome
            }
        },
        Next::Commit { inferred } => {
            findings.inferred = inferred;
            let built = commit(worker, record, &left, started)?;
            outcome_of(&run.task, built, inferred, &mut findings)
        }
    };
    let outcome = for_want_of_tools(outcome, &record.usage()?.denied);
    Ok(Settled { outcome, findings })
}

/// An agent that was refused tools and did nothing gave up because of that.
fn for_want_of_tools(outcome: Outcome, denied: &[String]) -> Outcome {
    let nothing = [FailureClass::NoResult, FailureClass::NothingDone];
    match outcome {
        Outcome::Failed(failure) if !denied.is_empty() && nothing.contains(&failure.class) => {
            let detail = format!("{}; it was refused: {}", failure.detail, denied.join(", "));
            Outcome::Failed(Failure::new(FailureClass::RefusedTool, detail))
        }
        outcome => outcome,
    }
}

/// What an agent that ended well says, or what its silence amounts to.
pub(super) fn next(task: &Task, left: &Left, clean: &dyn Fn(&str) -> String) -> Next {
    let failed = |class, detail: String| Next::Over(Outcome::Failed(Failure::new(class, detail)));
    let Some(result) = &left.result else {
        let may_be_inferred = !matches!(task, Task::Review { .. } | Task::Scheduled);
        if may_be_inferred && left.verified {
            return Next::Commit { inferred: true };
        }
        let detail = "it left no result, and no passing checks from which one could be inferred";
        return failed(FailureClass::NoResult, detail.into());
    };
    match result.claim(ContractKind::of(task)) {
        Err(error) => failed(FailureClass::BrokenContract, error.to_string()),
        Ok(Claim::Implemented | Claim::UpdatedBranch) => Next::Commit { inferred: false },
        Ok(Claim::NoChangeNeeded) => Next::Over(Outcome::NoChangeNeeded),
        Ok(Claim::Approved(action)) => Next::Over(Outcome::Reviewed { action }),
        Ok(Claim::Blocked) => Next::Over(Outcome::Blocked {
            reason: clean(&reason(result, left)),
        }),
        Ok(Claim::Reported { alert }) => Next::Looked(Outcome::Reported {
            alert,
            summary: clean(&reason(result, left)),
        }),
    }
}

fn reason(result: &ResultFile, left: &Left) -> String {
    let first_line = |text: &String| {
        let mut lines = text.lines().map(str::trim);
        lines.find(|line| !line.is_empty()).map(str::to_owned)
    };
    let detail = result.detail().map(str::to_owned);
    let said = detail.or_else(|| left.comment.as_ref().and_then(first_line));
    said.unwrap_or_else(|| "it said nothing more".to_owned())
}

/// The commit, or why the worktree must not be published.
fn commit(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
    left: &Left,
    date: Timestamp,
) -> Result<Result<Built, Failure>, WorkerError> {
    if record.step_now() < Some(Step::Commit) {
        record.step(Step::Commit)?;
    }
    crash_point("worker.before_commit");
    let built = build(worker, &record.run, left.message.as_deref(), date)?;
    crash_point("worker.committed");
    Ok(built)
}

fn build(
    worker: &Worker<'_>,
    run: &Run,
    message: Option<&str>,
    date: Timestamp,
) -> Result<Result<Built, Failure>, WorkerError> {
    let layout = worker.around.layout;
    if !layout.worktree(&run.id).is_dir() {
        let class = FailureClass::Unreadable;
        let detail = "its worktree is gone".to_owned();
        return Ok(Err(Failure::new(class, detail)));
    }
    let clock = worker.ctx.clock;
    let what = "acp run supervise";
    let _repo =
        worker
            .ctx
            .store
            .lock(LockName::Repo, what, REPO_LOCK_LIMIT, clock, &mut |_, _| {})?;
    let built = worker.ctx.vcs.build_commit(&CommitSpec {
        run: &run.id,
        worktree: &layout.worktree(&run.id),
        index: &layout.run(&run.id).join("index"),
        start: &run.start,
        merge: run.merge.as_ref(),
        message,
        clean: &|text| publishable(text, &worker.redact, MESSAGE_CHARS_MAX),
        fallback: &run.title,
        date,
    });
    let built = match built {
        Ok(built) => built,
        Err(VcsError::Unfit { class, detail }) => return Ok(Err(Failure::new(class, detail))),
        Err(error) => return Err(error.into()),
    };
    crash_point("worker.built");
    // What is never published needs no branch: the bundle is made from the worktree.
    if let Some(sha) = built
        .commit
        .as_ref()
        .filter(|_| run.task != Task::Scheduled)
    {
        worker.ctx.vcs.keep(&run.branch, sha)?;
    }
    Ok(Ok(built))
}

fn outcome_of(
    task: &Task,
    built: Result<Built, Failure>,
    inferred: bool,
    findings: &mut RunFindings,
) -> Outcome {
    let built = match built {
        Ok(built) => built,
        Err(failure) => return Outcome::Failed(failure),
    };
    let Some(commit) = built.commit else {
        let (class, detail) = if inferred {
            (
                FailureClass::NoResult,
                "it left neither a result nor a change",
            )
        } else {
            (
                FailureClass::NothingDone,
                "it claims a change, and no file has changed",
            )
        };
        let detail = detail.to_owned();
        return Outcome::Failed(Failure::new(class, detail));
    };
    findings.commit = Some(commit.clone());
    findings.subject = Some(built.subject);
    findings.facts = built.facts;
    published(task, commit)
}

fn published(task: &Task, commit: Sha) -> Outcome {
    match task {
        Task::Fix { .. } => Outcome::UpdatedBranch { commit },
        Task::Implement | Task::Scheduled | Task::Review { .. } => Outcome::Implemented { commit },
    }
}
