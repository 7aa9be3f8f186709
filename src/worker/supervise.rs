//! The body of a supervisor: setup, agent, collect, commit, verify, each recorded before the next begins.
//!
//! A supervisor that dies before the agent's end is recorded leaves a crashed run, unless its agent can go on with its own
//! session. From the end on every step can be repeated, and a new supervisor goes on from the one that the record names.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::agent::Agent;
use crate::domain::{
    AgentEnd, AgentSettings, Failure, FailureClass, Hold, Outcome, Rules, Run, RunEvent,
    RunFindings, RunId, RunState, Step,
};
use crate::durable::crash_point;
use crate::proc::{Cmd, ProcessMark, Redactor, RunTree};
use crate::sandbox::{Backend, LocalDisk, Way};
use crate::store::{Lock, Store};
use crate::sys::{Clock, Env};
use crate::vcs::Vcs;

use super::confine::{self, Confiner, Shown};
use super::record::{self, Record, Settled, process_id, process_mark};
use super::surroundings::{Surroundings, Vars};
use super::{Children, WorkerError, agent, collect, verify};

/// A quarter of a run's time is there for its verify commands, on top of what setup and agent may take.
const VERIFY_SHARE: u32 = 4;

/// What commands may print in a run whose agent the profile no longer names, in bytes: as the built-in profile has it.
const STAND_IN_OUTPUT_BYTES_MAX: u64 = 50_000_000;

/// Everything that a supervisor works with.
pub struct SupervisorCtx<'a> {
    /// The profile's state.
    pub store: &'a Store,
    /// acp's own clone.
    pub vcs: &'a dyn Vcs,
    /// The agents by name.
    pub agents: &'a dyn Fn(&str) -> Option<&'static dyn Agent>,
    /// How children are started.
    pub children: &'a dyn Children,
    /// Time.
    pub clock: &'a dyn Clock,
    /// acp's own environment.
    pub env: &'a Env,
    /// The profile.
    pub rules: &'a Rules,
    /// acp's own binary: its folder is last on an agent's PATH.
    pub acp: &'a Path,
}

impl SupervisorCtx<'_> {
    fn around(&self) -> Surroundings<'_> {
        Surroundings {
            layout: self.store.layout(),
            env: self.env,
            acp: self.acp,
            token: self.rules.forge.token.as_ref(),
        }
    }

    fn confiner(&self) -> Confiner<'_> {
        Confiner {
            layout: self.store.layout(),
            env: self.env,
            clock: self.clock,
            rules: self.rules,
        }
    }
}

/// Attends to a run until it is finished. `alive` is the run's lock: the right to write it.
///
/// # Errors
/// Only where a successor may fare better: files or git of this machine failed, or processes cannot be ended. What went
/// wrong with the run itself is its outcome.
pub fn supervise(ctx: &SupervisorCtx<'_>, id: &RunId, alive: &Lock) -> Result<(), WorkerError> {
    let disk = LocalDisk::default();
    let run = ctx.store.live_run(id)?;
    // Only while its worktree is made: one that is gone on with may have left processes, which are ended first.
    if let Some(run) = run.filter(|run| run.state == RunState::Reserved) {
        get_ready(ctx, &run, &disk);
        crash_point("worker.expected");
    }
    ctx.store.wait_for_launch(id)?;
    let run = ctx.store.live_run(id)?;
    let run = run.ok_or_else(|| WorkerError::NoRun(id.clone()))?;
    // Whoever was to make the worktree is gone, or has ended the run: a pass sees to it.
    if run.state == RunState::Reserved || run.state.end().is_some() {
        return Ok(());
    }
    let resumes = is_resumed(&run)?;
    let settings = ctx.rules.agents.settings.get(&run.agent).cloned();
    let is_known = settings.is_some();
    let settings = settings.unwrap_or_else(stand_in);
    check_session(ctx, &run)?;
    let now = ctx.clock.now();
    let deadline = deadline(&run, now, &settings);
    let mut record = Record::new(ctx.store, alive, run);
    let begun = RunEvent::Supervised {
        at: now,
        deadline,
        supervisor: Some(process_id(&ProcessMark::of_self())),
    };
    // With nothing to set up, the agent's step begins in the same moment.
    let next =
        (!resumes && ctx.rules.repo.setup.is_empty()).then_some(RunEvent::StepBegan(Step::Agent));
    record.begin(std::iter::once(begun).chain(next))?;
    crash_point("worker.supervised");
    let worker = Worker::new(ctx, settings, &record.run, disk);
    if resumes {
        worker.end_leftovers(&record.run)?;
    } else if !is_known {
        let agent = &record.run.agent;
        let outcome = could_not_start(format!(
            "the profile has no settings for the agent `{agent}`"
        ));
        return worker.finish(&mut record, outcome, &RunFindings::default());
    }
    worker.steps(&mut record)
}

/// Begins what takes its time and needs no worktree.
fn get_ready(ctx: &SupervisorCtx<'_>, run: &Run, disk: &LocalDisk) {
    // Whether it works is looked at again before anything starts. A trial of it is no part of the run, so it comes first.
    let backend = ctx.confiner().backend(&run.agent);
    ctx.children.expect(&ctx.around().tree_of(&run.id));
    if let Ok((Backend::Bubblewrap(_) | Backend::Seatbelt(_), _)) = backend {
        disk.look_ahead();
    }
}

/// Whether the run is gone on with, rather than begun.
fn is_resumed(run: &Run) -> Result<bool, WorkerError> {
    match &run.state {
        RunState::Starting => Ok(false),
        RunState::Running { step, .. } if *step >= Step::Agent => Ok(true),
        state => Err(WorkerError::NotStartable {
            run: run.id.clone(),
            state: state.as_str(),
        }),
    }
}

/// In the middle of the agent's work a run goes on only with the agent's own session: a fresh agent would work on what
/// another one left half done.
fn check_session(ctx: &SupervisorCtx<'_>, run: &Run) -> Result<(), WorkerError> {
    let RunState::Running {
        step: Step::Agent, ..
    } = &run.state
    else {
        return Ok(());
    };
    let agent = (ctx.agents)(ctx.rules.agents.backend(&run.agent));
    let can = agent.is_some_and(|agent| agent.abilities().resume);
    if can && record::session(ctx.store, &run.id)?.is_some() {
        return Ok(());
    }
    Err(WorkerError::NotStartable {
        run: run.id.clone(),
        state: run.state.as_str(),
    })
}

/// One supervisor at work on one run.
pub(super) struct Worker<'a> {
    pub(super) ctx: &'a SupervisorCtx<'a>,
    pub(super) around: Surroundings<'a>,
    pub(super) settings: AgentSettings,
    pub(super) redact: Redactor,
    disk: LocalDisk,
    /// What was left of the run's time when this supervisor began, and when that was by the monotonic clock.
    time: (Duration, Duration),
}

impl<'a> Worker<'a> {
    fn new(
        ctx: &'a SupervisorCtx<'a>,
        settings: AgentSettings,
        run: &Run,
        disk: LocalDisk,
    ) -> Self {
        let around = ctx.around();
        let redact = around.redactor();
        let total = whole_time(&settings);
        // The wall clock may have been set in between: never more than a whole run's time.
        let left = match &run.state {
            RunState::Running { deadline, .. } => deadline.duration_since(ctx.clock.now()),
            _ => SignedDuration::ZERO,
        };
        let left = Duration::try_from(left)
            .unwrap_or(Duration::ZERO)
            .min(total);
        Self {
            ctx,
            around,
            settings,
            redact,
            disk,
            time: (left, ctx.clock.monotonic()),
        }
    }

    /// What is left for setup and agent.
    pub(super) fn time_left(&self) -> Duration {
        self.all_time_left()
            .saturating_sub(self.settings.timeout / VERIFY_SHARE)
    }

    /// What is left for a verify step that begins now; its own share at least, whoever used up the rest.
    pub(super) fn verify_time(&self) -> Duration {
        self.all_time_left()
            .max(self.settings.timeout / VERIFY_SHARE)
    }

    fn all_time_left(&self) -> Duration {
        let (left, since) = self.time;
        left.saturating_sub(self.ctx.clock.monotonic().saturating_sub(since))
    }

    /// `cmd` as this run's children are confined.
    ///
    /// # Errors
    /// Why it must not be started.
    pub(super) fn confined(
        &self,
        run: &Run,
        cmd: Cmd,
        login: &[&str],
        vars: &Vars,
        way: Option<Way>,
    ) -> Result<Cmd, String> {
        let (backend, _) = self.confiner().backend(&run.agent)?;
        let shown = Shown {
            key: &self.around.key(run),
            login,
            vars,
            worktree: &self.around.layout.worktree(&run.id),
            way,
            disk: &self.disk,
        };
        confine::confined(cmd, &backend, &self.around, &self.ctx.rules.sandbox, &shown)
    }

    /// Whether this run's children are confined by acp, so that an agent need not do it again.
    pub(super) fn is_confined(&self, run: &Run) -> bool {
        let found = self.confiner().backend(&run.agent);
        found.is_ok_and(|(backend, _)| backend != Backend::None)
    }

    /// Ends what of a run is no process of its tree.
    pub(super) fn end_container(&self, run: &Run) -> Result<(), WorkerError> {
        confine::end_container(&self.confiner(), &run.agent, &self.around.key(run))
    }

    pub(super) fn confiner(&self) -> Confiner<'_> {
        self.ctx.confiner()
    }

    fn end_leftovers(&self, run: &Run) -> Result<(), WorkerError> {
        let tree = self.tree(run);
        let left = self
            .ctx
            .children
            .end(&tree, self.settings.grace, self.ctx.clock);
        self.end_container(run)?;
        if left.is_empty() {
            return Ok(());
        }
        Err(WorkerError::Survivors {
            run: run.id.clone(),
            pids: left.pids,
        })
    }

    pub(super) fn tree(&self, run: &Run) -> RunTree {
        let leader = match &run.state {
            RunState::Running { leader, .. } => leader.as_ref().map(process_mark),
            _ => None,
        };
        let in_container = self.confiner().engine(&run.agent).is_some();
        let tree = self.around.tree(run).with_leader(leader);
        tree.with_leader_that_hands_on(in_container)
    }

    fn steps(&self, record: &mut Record<'_>) -> Result<(), WorkerError> {
        loop {
            let RunState::Running {
                step,
                agent_end,
                started,
                ..
            } = record.run.state.clone()
            else {
                return Ok(());
            };
            match step {
                Step::Setup => self.setup(record)?,
                Step::Agent => {
                    crash_point("worker.before_agent");
                    agent::step(self, record)?;
                }
                Step::Collect | Step::Commit => {
                    let end = agent_end.unwrap_or(AgentEnd::Well);
                    self.settle(record, end, started)?;
                }
                Step::Verify => self.verify(record)?,
            }
        }
    }

    fn setup(&self, record: &mut Record<'_>) -> Result<(), WorkerError> {
        if let Some(outcome) = self.reason_not_to_start(&record.run, false) {
            return self.finish(record, outcome, &RunFindings::default());
        }
        let lines = self.ctx.rules.repo.setup.clone();
        agent::make_out(self, &record.run)?;
        for line in &lines {
            let time = self.time_left();
            let result = verify::run_line(self, record, line, time)?;
            if !result.passed {
                let failure = Failure::new(
                    FailureClass::SetupFailed,
                    format!("`{line}` {}", result.note),
                );
                return self.finish(record, Outcome::Failed(failure), &RunFindings::default());
            }
        }
        crash_point("worker.set_up");
        record.step(Step::Agent)
    }

    /// Looked at before anything is started: a folder that is gone, and a stop that came while the run was launched. An
    /// agent that `goes_on` was at work: of all holds only that of a stop ends such a run.
    pub(super) fn reason_not_to_start(&self, run: &Run, goes_on: bool) -> Option<Outcome> {
        if !self.around.layout.worktree(&run.id).is_dir() {
            return Some(launch_died("its worktree is gone"));
        }
        let reason = match self.ctx.store.all_holds() {
            Ok((holds, _)) => {
                let ends = |hold: &Hold| hold.is_on(run.item) && (!goes_on || hold.is_stop());
                let hold = holds.into_values().find(ends)?;
                format!("hold `{}`: {}", hold.name, hold.reason)
            }
            Err(error) => format!("holds cannot be read: {error}"),
        };
        Some(Outcome::Cancelled { reason })
    }

    /// Collect and commit: from what the agent left to an outcome. Ends the run, or leaves it to be verified.
    fn settle(
        &self,
        record: &mut Record<'_>,
        end: AgentEnd,
        started: Timestamp,
    ) -> Result<(), WorkerError> {
        let mut settled = collect::settle(self, record, end, started)?;
        let usage = record.usage()?;
        settled.findings.tokens = usage.tokens;
        settled.findings.usd_micros = usage.usd_micros;
        let to_verify = settled.findings.commit.is_some() && !self.ctx.rules.repo.verify.is_empty();
        if !to_verify {
            return self.finish(record, settled.outcome, &settled.findings);
        }
        record.put_settled(&settled)?;
        crash_point("worker.settled");
        record.step(Step::Verify)
    }

    fn verify(&self, record: &mut Record<'_>) -> Result<(), WorkerError> {
        let Some(Settled {
            outcome,
            mut findings,
        }) = record.settled()?
        else {
            let failure = Failure::new(
                FailureClass::Unreadable,
                "what the run had settled before its checks is gone".to_owned(),
            );
            return self.finish(record, Outcome::Failed(failure), &RunFindings::default());
        };
        crash_point("worker.before_verify");
        findings.verify = verify::all(self, record)?;
        self.finish(record, outcome, &findings)
    }

    pub(super) fn finish(
        &self,
        record: &mut Record<'_>,
        outcome: Outcome,
        findings: &RunFindings,
    ) -> Result<(), WorkerError> {
        record.finish(outcome, findings, self.ctx.clock.now())
    }
}

/// When a pass may take this supervisor for stuck. A successor keeps the deadline of the first, but always gets the time
/// that checks have a right to, however long the machine was off. One that goes on with a session has its time anew.
fn deadline(run: &Run, now: Timestamp, settings: &AgentSettings) -> Timestamp {
    let whole = later(now, whole_time(settings));
    match &run.state {
        RunState::Running { deadline, step, .. } if *step >= Step::Collect => {
            let share = later(now, settings.timeout / VERIFY_SHARE);
            (*deadline).clamp(share, whole)
        }
        _ => whole,
    }
}

/// What a run may take in all: setup and agent the timeout, and then its checks.
fn whole_time(settings: &AgentSettings) -> Duration {
    settings.timeout + settings.timeout / VERIFY_SHARE
}

pub(super) fn could_not_start(detail: String) -> Outcome {
    let class = FailureClass::CouldNotStart;
    Outcome::Failed(Failure::new(class, detail))
}

/// What the launch made for the run is gone: no fault of the agent, which need not sleep for it.
pub(super) fn launch_died(detail: &str) -> Outcome {
    let class = FailureClass::LaunchDied;
    Outcome::Failed(Failure::new(class, detail.to_owned()))
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Settings for a run whose agent the profile no longer names: enough to end it in order.
fn stand_in() -> AgentSettings {
    AgentSettings {
        model: None,
        argv: vec![],
        shell: None,
        args: vec![],
        env: vec![],
        timeout: Duration::from_mins(30),
        stall: Duration::from_mins(1),
        grace: Duration::from_secs(5),
        output_bytes_max: STAND_IN_OUTPUT_BYTES_MAX,
        steps_max: 0,
        sandbox: crate::domain::Sandbox::Auto,
    }
}
