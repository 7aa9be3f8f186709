//! The step in which the agent runs.

use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use crate::agent::{Agent, AgentCommand, AgentEvent, AgentTask, ProcessEnd, Spending, last_word};
use crate::domain::{
    AgentEnd, BudgetRules, Failure, FailureClass, Outcome, Run, RunEvent, RunFindings,
};
use crate::durable::{self, DurableError, Lock, crash_point};
use crate::proc::{Cmd, Ended, Limits, Report, RunTree, Verdict, Watch};
use crate::sys::{Clock, local};

use super::door::OpenDoor;
use super::guard::{Circle, is_session, overspent};
use super::record::{Record, Usage, process_id};
use super::supervise::{Worker, could_not_start, launch_died};
use super::surroundings::with_vars;
use super::{Child, WorkerError, out_folder};

/// The most that `agent.log` keeps of all children of a run together.
pub(super) const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// No prompt is larger.
const PROMPT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Notes of an agent that are kept, and how long one may be.
const NOTES_MAX: usize = 20;
const NOTE_CHARS_MAX: usize = 300;

/// How long an agent that has said that it is done may go on in silence: what it left running would keep it for ever.
const DONE_GRACE: Duration = Duration::from_mins(1);
/// Waits before an agent whose network failed goes on with its session; the last one repeats.
const NETWORK_WAITS: [Duration; 2] = [Duration::from_secs(15), Duration::from_mins(1)];
/// What an agent has used is written down at most so often while it works: often enough for a screen, seldom enough for a
/// disk. A crash loses what it used since, which its end, or the session that goes on, mostly tells all the same.
const SPEND_EVERY: Duration = Duration::from_secs(5);
/// What stands before the task of an agent that goes on with its session.
const GO_ON: &str = "You were interrupted while you worked on the task below, and this is the same session. \
                     The files are as you left them: go on from there.\n\n";
/// The task of an agent that goes on, where the file that held it is lost.
const TASK_OF_SESSION: &str = "The task is the one that this session began with.\n";

/// Runs the agent and records its end; or ends the run, when it must not start any more. After a failure of the network it
/// goes on with its own session, where it can.
pub(super) fn step(worker: &Worker<'_>, record: &mut Record<'_>) -> Result<(), WorkerError> {
    let resumes_max = worker.ctx.rules.retry.resumes_max;
    loop {
        let (agent, command) = match prepare(worker, record)? {
            Ok(prepared) => prepared,
            Err(outcome) => return finish_unstarted(worker, record, outcome),
        };
        let (end, usage) = match attempt(worker, record, agent, &command)? {
            Ok(ended) => ended,
            Err(why) => return finish_unstarted(worker, record, could_not_start(why)),
        };
        record.put_usage(&usage)?;
        crash_point("worker.usage_written");
        let resumes = record.run.resumes;
        let at = usize::try_from(resumes).unwrap_or(usize::MAX);
        let wait = NETWORK_WAITS[at.min(NETWORK_WAITS.len() - 1)];
        let is_network =
            matches!(&end, AgentEnd::Failed(failure) if failure.class == FailureClass::Network);
        let goes_on = is_network
            && resumes < resumes_max
            && usage.session.is_some()
            && agent.abilities().resume
            && worker.time_left() > wait * 2;
        if !goes_on {
            record.apply(RunEvent::AgentEnded(end))?;
            crash_point("worker.agent_end_recorded");
            return Ok(());
        }
        record.goes_on()?;
        Log::open(worker, &record.run)?.header(&format!(
            "acp: the network failed; the session goes on in {} s",
            wait.as_secs()
        ));
        worker.ctx.clock.sleep(wait);
    }
}

/// What a start of the agent may spend in a run that has cost `spent` before it. Never nothing, which could mean no limit.
fn money_left(rules: &BudgetRules, spent: Option<u64>) -> Option<u64> {
    let max = Some(rules.usd_micros_per_run).filter(|max| *max > 0)?;
    Some(max.saturating_sub(spent.unwrap_or(0)).max(1))
}

/// Ends a run whose agent is not started, or not once more: what earlier starts have used is known.
fn finish_unstarted(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
    outcome: Outcome,
) -> Result<(), WorkerError> {
    let usage = record.usage()?;
    let findings = RunFindings {
        tokens: usage.tokens,
        usd_micros: usage.usd_micros,
        ..RunFindings::default()
    };
    worker.finish(record, outcome, &findings)
}

/// One start of the agent, followed to its end. The inner error is why it must not be started.
fn attempt(
    worker: &Worker<'_>,
    record: &mut Record<'_>,
    agent: &'static dyn Agent,
    command: &AgentCommand,
) -> Result<Result<(AgentEnd, Usage), String>, WorkerError> {
    let mut follow = Follow::new(worker, record, agent)?;
    let report = match start(worker, &mut follow, agent, command)? {
        Ok(report) => report,
        Err(why) => return Ok(Err(why)),
    };
    let Follow {
        mut usage,
        verdict,
        error,
        last_line,
        broken,
        retrying,
        ..
    } = follow;
    if let Some(error) = error {
        return Err(error);
    }
    usage.notes.truncate(NOTES_MAX);
    let end = judge(worker, agent, &report, (verdict.as_ref(), broken), &usage);
    let end = with_retry(end, &report.ended, retrying.map(|(_, failure)| failure));
    let end = with_last_line(end, last_line);
    crash_point("worker.agent_ended");
    Ok(Ok((end, usage)))
}

/// `ACP_OUT` as an agent finds it.
pub(super) fn make_out(worker: &Worker<'_>, run: &Run) -> Result<(), WorkerError> {
    let prompt = prompt(worker, run)?.unwrap_or_default();
    out_folder::make_fresh(&worker.around.out(run), &prompt)
}

fn prompt(worker: &Worker<'_>, run: &Run) -> Result<Option<Vec<u8>>, WorkerError> {
    let path = worker.around.layout.prompt(&run.id);
    Ok(durable::read_file(&path, PROMPT_BYTES_MAX)?)
}

type Prepared = (&'static dyn Agent, AgentCommand);

/// Everything up to the start; the inner error is why there is none.
fn prepare(
    worker: &Worker<'_>,
    record: &Record<'_>,
) -> Result<Result<Prepared, Outcome>, WorkerError> {
    let run = &record.run;
    let cannot = |detail: String| Ok(Err(could_not_start(detail)));
    let Some(agent) = (worker.ctx.agents)(worker.ctx.rules.agents.backend(&run.agent)) else {
        return cannot(format!("there is no agent `{}`", run.agent));
    };
    let out = worker.around.out(run);
    let usage = record.usage()?;
    let session = usage.session.filter(|_| agent.abilities().resume);
    // It was not synced: a power cut may have taken it, and left nothing or zeros. The session knows its task.
    let is_blank = |text: &String| text.chars().all(|c| c == '\0' || c.is_whitespace());
    let text = prompt(worker, run)?.and_then(|text| String::from_utf8(text).ok());
    let text = text.filter(|text| !is_blank(text));
    let known = session.is_some().then(|| TASK_OF_SESSION.to_owned());
    let Some(mut prompt) = text.or(known) else {
        return Ok(Err(launch_died("its prompt is gone")));
    };
    // Again after setup: that may have taken its time, and executed what the repository holds.
    if let Some(outcome) = worker.reason_not_to_start(run, session.is_some()) {
        return Ok(Err(outcome));
    }
    if session.is_none() {
        make_out(worker, run)?;
    } else if !prompt.starts_with(GO_ON) {
        prompt.insert_str(0, GO_ON);
        durable::write_quick(&worker.around.layout.prompt(&run.id), prompt.as_bytes())?;
    }
    let command = agent.command(&AgentTask {
        prompt: &prompt,
        prompt_file: &out.join("prompt.md"),
        worktree: &worker.around.layout.worktree(&run.id),
        settings: &worker.settings,
        run: run.id.as_str(),
        resume: session.as_deref(),
        usd_micros_max: money_left(&worker.ctx.rules.budget, usage.usd_micros),
        confined: worker.is_confined(run),
    });
    match command {
        Ok(command) => Ok(Ok((agent, command))),
        Err(reason) => cannot(reason),
    }
}

/// The inner error is why it must not be started.
fn start(
    worker: &Worker<'_>,
    follow: &mut Follow<'_, '_>,
    agent: &dyn Agent,
    command: &AgentCommand,
) -> Result<Result<Report, String>, WorkerError> {
    let run = follow.record.run.clone();
    let settings = &worker.settings;
    let vars = worker
        .around
        .of_agent(&run, settings, &command.env, command.pass_env);
    let cmd = Cmd::new(&command.program)
        .args(&command.args)
        .dir(worker.around.layout.worktree(&run.id));
    if agent.abilities().resume && worker.is_confined(&run) {
        make_session_folders(worker, agent)?;
    }
    let door = match OpenDoor::of(worker, &run, agent, &vars) {
        Ok(door) => door,
        Err(why) => return Ok(Err(why)),
    };
    let way = door.as_ref().map(|door| door.way(worker));
    let cmd = with_vars(cmd, &vars);
    let cmd = match worker.confined(&run, cmd, agent.login().home, &vars, way) {
        Ok(cmd) => cmd,
        Err(why) => return Ok(Err(why)),
    };
    let mut log = Log::open(worker, &run)?;
    for name in worker.around.refused(settings) {
        log.header(&format!("acp: `{name}` is not handed to agents"));
    }
    log.header(&format!("acp: agent `{}`", run.agent));
    let limits = Limits {
        stall: Some(settings.stall),
        ..log.limits(worker, worker.time_left())
    };
    let child = Child {
        cmd,
        stdin: if command.prompt_on_stdin {
            durable::lock_for_reading(&worker.around.layout.prompt(&run.id))?
        } else {
            agent_lock(worker, &run)?
        },
        log: &mut log.file,
        redact: &worker.redact,
        limits,
    };
    let mut tree = worker.tree(&run);
    let report = worker
        .ctx
        .children
        .run(child, &mut tree, worker.ctx.clock, follow);
    worker.end_container(&run)?;
    for place in door.map(OpenDoor::close).unwrap_or_default() {
        log.header(&format!("acp: {place} was refused to the agent"));
    }
    let engine = |status| worker.confiner().cannot_start(&run.agent, status);
    if let Ended::Exited(status) = report.ended
        && let Some(why) = engine(status)
    {
        return Ok(Err(why));
    }
    Ok(Ok(report))
}

/// Makes the folders in which an agent keeps its sessions, as it would itself: what is not there before a sandbox is made
/// ends with it, and the session with that.
fn make_session_folders(worker: &Worker<'_>, agent: &dyn Agent) -> Result<(), WorkerError> {
    let login = agent.login();
    let Some(home) = worker.ctx.env.path("HOME").filter(|home| home.is_dir()) else {
        return Ok(());
    };
    for folder in login.folders() {
        durable::create_dirs(&home.join(folder))?;
    }
    Ok(())
}

/// The empty locked file that shows, as a standard input, that a process of the run lives.
pub(super) fn agent_lock(worker: &Worker<'_>, run: &Run) -> Result<File, WorkerError> {
    let path = worker.around.layout.agent_lock(&run.id);
    let lock = Lock::try_acquire_empty(&path)?;
    let busy = || DurableError::Busy {
        path,
        holder: None,
        waited: Duration::ZERO,
    };
    Ok(lock.ok_or_else(busy)?.into_file())
}

/// The log of all children of a run.
pub(super) struct Log {
    pub(super) file: File,
    used: u64,
}

impl Log {
    pub(super) fn open(worker: &Worker<'_>, run: &Run) -> Result<Self, WorkerError> {
        let path = worker.around.layout.agent_log(&run.id);
        let file = durable::open_log(&path)?;
        let used = file.metadata().map_or(0, |meta| meta.len());
        Ok(Self { file, used })
    }

    /// A line of acp's own. A full disk keeps nobody from working.
    pub(super) fn header(&mut self, line: &str) {
        let _not_logged = writeln!(self.file, "--- {line}");
    }

    /// Limits of a child that may take `time`, and write what the log still has room for.
    pub(super) fn limits(&self, worker: &Worker<'_>, time: Duration) -> Limits {
        Limits {
            deadline: time,
            stall: None,
            grace: worker.settings.grace,
            output_bytes_max: worker.settings.output_bytes_max,
            log_bytes_max: LOG_BYTES_MAX.saturating_sub(self.used),
            steps_max: None,
        }
    }
}

/// Follows the agent: records its process, counts its steps, keeps what it says of itself.
struct Follow<'r, 's> {
    record: &'r mut Record<'s>,
    agent: &'static dyn Agent,
    steps_max: u64,
    budget: BudgetRules,
    usage: Usage,
    /// What earlier starts of the agent in this run have used: their sum is what counts.
    before: (Option<u64>, Option<u64>),
    /// This start goes on with the session of an earlier one.
    goes_on: bool,
    spending: Spending,
    /// What is written down of its use, and when that was, on the monotonic clock.
    written: (Option<u64>, Option<u64>),
    written_at: Option<Duration>,
    circle: Circle,
    /// The limit that it broke.
    broken: Option<String>,
    verdict: Option<Result<(), Failure>>,
    /// Its verdict is its last word so far: it has not worked on since.
    has_ended: bool,
    /// When its last line came, on the monotonic clock.
    heard: Duration,
    /// Since when it gets no further, on the monotonic clock, and why.
    retrying: Option<(Duration, Failure)>,
    stall: Duration,
    clock: &'r dyn Clock,
    /// The last line that it printed, for the failure of an agent that says nothing else.
    last_line: Option<String>,
    /// Why it was ended: the record could not be written.
    error: Option<WorkerError>,
}

impl<'r, 's> Follow<'r, 's> {
    fn new(
        worker: &Worker<'r>,
        record: &'r mut Record<'s>,
        agent: &'static dyn Agent,
    ) -> Result<Self, WorkerError> {
        let usage = record.usage()?;
        Ok(Self {
            record,
            agent,
            steps_max: worker.settings.steps_max,
            budget: worker.ctx.rules.budget.clone(),
            before: (usage.tokens, usage.usd_micros),
            goes_on: usage.session.is_some() && agent.abilities().resume,
            written: (usage.tokens, usage.usd_micros),
            written_at: None,
            usage,
            spending: Spending::default(),
            circle: Circle::default(),
            broken: None,
            verdict: None,
            has_ended: false,
            heard: worker.ctx.clock.monotonic(),
            retrying: None,
            stall: worker.settings.stall,
            clock: worker.ctx.clock,
            last_line: None,
            error: None,
        })
    }

    fn hear(&mut self, event: AgentEvent) {
        self.spending.hear(&event);
        self.spend();
        match event {
            AgentEvent::Step => {
                self.retrying = None;
                self.usage.steps += 1;
                if self.steps_max > 0 && self.usage.steps > self.steps_max {
                    self.breaks(format!("more than {} steps", self.steps_max));
                }
            }
            AgentEvent::Call(call) => {
                if let Some(circle) = self.circle.add(&call) {
                    self.breaks(circle);
                }
            }
            AgentEvent::Retrying(failure) => {
                let since = self.retrying.take().map(|(since, _)| since);
                let since = since.unwrap_or_else(|| self.clock.monotonic());
                self.retrying = Some((since, failure));
            }
            AgentEvent::Session(name) => self.session(name),
            AgentEvent::Note(note) if self.usage.notes.len() < NOTES_MAX => {
                let note = note.chars().take(NOTE_CHARS_MAX).collect();
                self.usage.notes.push(note);
            }
            AgentEvent::Denied(tool) if self.usage.denied.len() < NOTES_MAX => {
                let tool = tool.chars().take(NOTE_CHARS_MAX).collect();
                self.usage.denied.push(tool);
            }
            AgentEvent::Verdict(said) => {
                self.verdict = Some(last_word(self.verdict.take(), said));
            }
            AgentEvent::Spent { .. } => self.retrying = None,
            AgentEvent::Note(_)
            | AgentEvent::Denied(_)
            | AgentEvent::Usage { .. }
            | AgentEvent::SessionUsage { .. } => {}
        }
    }

    /// What this start has used so far, and all before it.
    fn spend(&mut self) {
        let usage = &mut self.usage;
        (usage.tokens, usage.usd_micros) = if self.goes_on {
            self.spending.on_top_of(self.before)
        } else {
            let sum = |before: Option<u64>, now: Option<u64>| match (before, now) {
                (None, None) => None,
                (before, now) => Some(before.unwrap_or(0).saturating_add(now.unwrap_or(0))),
            };
            let now = &self.spending;
            let (before_tokens, before_usd) = self.before;
            (
                sum(before_tokens, now.tokens()),
                sum(before_usd, now.usd_micros()),
            )
        };
        let usage = &self.usage;
        let Some(over) = overspent(usage.tokens, usage.usd_micros, &self.budget) else {
            return;
        };
        // More than was reserved: passes count it from now on, not only when the run is settled.
        if self.broken.is_none()
            && let Err(error) = self.record.put_usage(&self.usage)
        {
            self.error = Some(error);
        }
        self.breaks(over);
    }

    /// Writes down what has changed since the last time, when that is long enough ago.
    fn keep_spend(&mut self) {
        let spent = (self.usage.tokens, self.usage.usd_micros);
        if self.written == spent {
            return;
        }
        let now = self.clock.monotonic();
        let is_early = |at: Duration| now.saturating_sub(at) < SPEND_EVERY;
        if self.written_at.is_some_and(is_early) {
            return;
        }
        self.written_at = Some(now);
        // A disk that is full now may have room when the agent ends, and only then it has to.
        if self.record.put_usage(&self.usage).is_ok() {
            self.written = spent;
            crash_point("worker.spend_written");
        }
    }

    /// The first limit that is broken is the reason.
    fn breaks(&mut self, limit: String) {
        self.broken.get_or_insert(limit);
    }

    /// Written down as soon as it is seen: after a crash of the machine nothing else tells it.
    fn session(&mut self, name: String) {
        if !is_session(&name) || self.usage.session.as_ref() == Some(&name) {
            return;
        }
        self.usage.session = Some(name);
        self.goes_on = false;
        match self.record.put_usage(&self.usage) {
            Ok(()) => crash_point("worker.session_written"),
            Err(error) => self.error = Some(error),
        }
    }
}

impl Watch for Follow<'_, '_> {
    fn started(&mut self, tree: &RunTree) {
        self.error = record_leader(self.record, tree).err();
    }

    fn line(&mut self, line: &str) -> Verdict {
        let words = line.trim();
        if !words.is_empty() && !words.starts_with('{') {
            self.last_line = Some(words.chars().take(NOTE_CHARS_MAX).collect());
        }
        self.heard = self.clock.monotonic();
        let now = local(self.clock.now());
        let events = self.agent.read_line(line, &now);
        self.has_ended = match ends(&events, self.usage.session.as_deref()) {
            Some(ends) => ends,
            None => self.has_ended,
        };
        for event in events {
            self.hear(event);
        }
        self.keep_spend();
        let stuck = |since: Duration| self.clock.monotonic().saturating_sub(since) > self.stall;
        if self
            .retrying
            .as_ref()
            .is_some_and(|(since, _)| stuck(*since))
        {
            return Verdict::End(Ended::Stalled);
        }
        // An agent that has said its last word has nothing left to be kept from. Some say one and work on all the same.
        if self.broken.is_some() && !self.has_ended {
            return Verdict::End(Ended::StepLimit);
        }
        Verdict::Continue
    }

    fn cancelled(&mut self) -> bool {
        self.keep_spend();
        let is_done = self.has_ended && matches!(self.verdict, Some(Ok(())));
        let silent = || self.clock.monotonic().saturating_sub(self.heard) > DONE_GRACE;
        self.error.is_some() || (is_done && silent())
    }
}

/// Whether a line is an agent's last word, or shows that it works; `None`: neither. The bill that comes with the last word
/// is no work, and the name of the session that comes with it neither; one that is `known` begins another turn, which may
/// think for long before anything else is heard of it.
fn ends(events: &[AgentEvent], known: Option<&str>) -> Option<bool> {
    let is_work = |event: &AgentEvent| match event {
        AgentEvent::Session(name) => Some(name.as_str()) == known,
        AgentEvent::Step
        | AgentEvent::Call(_)
        | AgentEvent::Spent { .. }
        | AgentEvent::Retrying(_) => true,
        _ => false,
    };
    let has_verdict = events
        .iter()
        .any(|event| matches!(event, AgentEvent::Verdict(_)));
    (has_verdict || events.iter().any(is_work)).then_some(has_verdict)
}

/// Writes down whom to look for when this supervisor dies.
pub(super) fn record_leader(record: &mut Record<'_>, tree: &RunTree) -> Result<(), WorkerError> {
    crash_point("worker.child_started");
    let leader = tree.leader().map(process_id);
    record.apply(RunEvent::ChildStarted(leader))?;
    crash_point("worker.child_recorded");
    Ok(())
}

/// A bare exit status says little: the last line of output says more.
fn with_last_line(end: AgentEnd, last_line: Option<String>) -> AgentEnd {
    match (end, last_line) {
        (AgentEnd::Failed(failure), Some(line))
            if matches!(failure.class, FailureClass::Crashed | FailureClass::Killed) =>
        {
            let detail = format!("{}, its last words: {line}", failure.detail);
            AgentEnd::Failed(Failure { detail, ..failure })
        }
        (end, _) => end,
    }
}

/// An agent that was ended while it tried the same again and again did not stall by itself: its own reason says more.
fn with_retry(end: AgentEnd, ended: &Ended, retrying: Option<Failure>) -> AgentEnd {
    match (end, ended, retrying) {
        (
            AgentEnd::Failed(ended),
            Ended::Stalled | Ended::TimedOut | Ended::StepLimit,
            Some(said),
        ) => {
            let detail = format!("{}; it kept trying: {}", ended.detail, said.detail);
            AgentEnd::Failed(Failure { detail, ..said })
        }
        (end, ..) => end,
    }
}

/// What the agent's end amounts to.
fn judge(
    worker: &Worker<'_>,
    agent: &dyn Agent,
    report: &Report,
    (verdict, broken): (Option<&Result<(), Failure>>, Option<String>),
    usage: &Usage,
) -> AgentEnd {
    let settings = &worker.settings;
    let failed = |class, detail: String| AgentEnd::Failed(Failure::new(class, detail));
    let end = match &report.ended {
        Ended::CouldNotStart { reason } => failed(FailureClass::CouldNotStart, reason.clone()),
        Ended::Exited(status) => agent.judge(ProcessEnd::Exited(*status), verdict),
        Ended::Signaled(signal) => agent.judge(ProcessEnd::Signaled(*signal), verdict),
        Ended::TimedOut => failed(
            FailureClass::TimedOut,
            format!("setup and agent took longer than {:?}", settings.timeout),
        ),
        Ended::Stalled => failed(
            FailureClass::Stalled,
            format!("no output for {:?}", settings.stall),
        ),
        Ended::OutputLimit => failed(
            FailureClass::Looping,
            format!("more than {} bytes of output", settings.output_bytes_max),
        ),
        Ended::StepLimit => failed(
            FailureClass::Looping,
            broken.unwrap_or_else(|| "a limit of its stream".to_owned()),
        ),
        // Only one that was done is ended like this, and where a record cannot be written this is not reached.
        Ended::Cancelled => agent.judge(ProcessEnd::Exited(0), verdict),
    };
    let end = match end {
        // Its files may still change under the commit.
        AgentEnd::Well if !report.survivors.is_empty() => failed(
            FailureClass::Crashed,
            format!("processes of it cannot be ended: {:?}", report.survivors),
        ),
        end => end,
    };
    match end {
        AgentEnd::Failed(mut failure) if !usage.notes.is_empty() => {
            failure.detail = format!("{} ({})", failure.detail, usage.notes.join("; "));
            AgentEnd::Failed(failure)
        }
        end => end,
    }
}
