//! Supervisors: started by a pass, played later, killed at any point. Their locks are the real ones.

use std::path::Path;

use acp::agent::{self, Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd};
use acp::domain::{AgentEnd, AgentSettings, Failure, FailureClass, Life, Run, RunId};
use acp::durable::{self, crash_point};
use acp::policy::{Awake, awake};
use acp::store::{Lock, Store};
use acp::worker::{Ended, SupervisorCtx, WorkerError, Workers, supervise};

use crate::world::{Ports, World};

impl Workers for Ports<'_> {
    fn start(&self, run: &Run, prompt: Option<&str>, alive: &mut Lock) -> Result<(), WorkerError> {
        if self.0.chance(15) {
            let (run, why) = (run.id.clone(), "no more processes".to_owned());
            return Err(WorkerError::Start { run, why });
        }
        if let Some(prompt) = prompt {
            durable::write_atomic(&self.0.store.layout().prompt(&run.id), prompt.as_bytes())?;
            crash_point("sim.prompt_written");
            self.check_launch(run);
        }
        self.0
            .say(format!("{} starts: {}", run.id, run.task.as_str()));
        let path = self.0.store.layout().alive_lock(&run.id);
        let alive = Lock::handed_over(alive.share(&path)?, &path)?.unwrap();
        let before = self.0.waiting.borrow_mut().insert(run.id.clone(), alive);
        assert!(before.is_none(), "{} has two supervisors", run.id);
        crash_point("sim.detached");
        Ok(())
    }

    fn life(&self, run: &RunId) -> Life {
        let layout = self.0.store.layout();
        if durable::is_held(&layout.alive_lock(run)).unwrap() {
            Life::Supervised
        } else if durable::is_held(&layout.agent_lock(run)).unwrap()
            || durable::is_held(&layout.prompt(run)).unwrap()
        {
            Life::Orphaned
        } else {
            Life::Gone
        }
    }

    fn end(&self, run: &Run) -> Result<Ended, WorkerError> {
        self.end_unrecorded(&run.id)
    }

    fn end_unrecorded(&self, run: &RunId) -> Result<Ended, WorkerError> {
        let mut at_work = self.0.at_work.borrow_mut();
        if let Some((_, killed)) = at_work.iter_mut().find(|(id, _)| id == run) {
            // It dies, but not before this call is over.
            *killed = true;
            return Ok(Ended { survivors: vec![7] });
        }
        drop(at_work);
        if self.0.chance(20) {
            return Ok(Ended { survivors: vec![8] });
        }
        drop(self.0.waiting.borrow_mut().remove(run).map(Lock::into_file));
        crash_point("sim.supervisor_killed");
        drop(self.0.orphans.borrow_mut().remove(run));
        Ok(Ended::default())
    }

    fn reap(&self) {}
}

impl Ports<'_> {
    fn check_launch(self, run: &Run) {
        let mut book = self.0.book.borrow_mut();
        let began = *self.0.began.borrow().last().unwrap();
        for (name, (held, since)) in &book.holds {
            let covers = held.is_none_or(|held| held == run.item);
            assert!(
                !covers || *since > began,
                "{} is launched under the hold `{name}`",
                run.id
            );
        }
        let before = book
            .attempts
            .insert((run.item, run.attempt), run.id.clone());
        assert!(
            before.is_none(),
            "{} is an attempt that {before:?} was",
            run.id
        );
        let cooldowns = self.0.store.all_cooldowns().unwrap();
        let now = self.0.now();
        let asleep = awake(&cooldowns, &self.0.rules.agents, &run.agent, now);
        assert!(
            !matches!(asleep, Awake::No { .. }),
            "{} is launched into a known limit: {asleep:?}",
            run.id
        );
        let day = Store::day(run.created);
        let runs = book.launched_on.entry(day.clone()).or_default();
        runs.push(run.id.clone());
        // A run that ended before its supervisor began has cost nothing and is given back.
        let costs = |id: &&RunId| {
            let run = self.0.store.run(id).unwrap();
            let end = run.as_ref().and_then(|run| run.state.end());
            end.is_none_or(|end| end.started.is_some())
        };
        let runs = runs.iter().filter(costs).count();
        let most = self.0.rules.budget.runs_per_day as usize;
        assert!(runs <= most, "{runs} runs on {day}, {most} are allowed");
        book.counts.launches += 1;
    }
}

impl World {
    /// Plays the supervisor of a run to its end or its death.
    pub(crate) fn supervise(&self, id: &RunId) {
        let Some(alive) = self.waiting.borrow_mut().remove(id) else {
            return;
        };
        self.at_work.borrow_mut().push((id.clone(), false));
        let done = self.process(&format!("supervisor of {id}"), |_| {
            let ports = Ports(self);
            let agents = |_: &str| -> Option<&'static dyn Agent> { Some(&SimAgent) };
            let ctx = SupervisorCtx {
                store: &self.store,
                vcs: &ports,
                agents: &agents,
                children: &ports,
                clock: self.clock.as_ref(),
                env: &self.env,
                rules: &self.rules,
                acp: Path::new("/opt/acp/acp"),
            };
            supervise(&ctx, id, &alive)
        });
        if let Some(Err(error)) = done {
            self.say(format!("  the supervisor gave up: {error}"));
            self.book.borrow_mut().died_since_rest = true;
        }
        let _ended = self.at_work.borrow_mut().pop();
        drop(alive);
    }
}

/// The agent of the simulation: `limit` is its word for a limit that is over after so many seconds of which it knows the
/// time, `overloaded` for trouble of which it knows none, and `login` for what only a person can mend.
struct SimAgent;

impl Agent for SimAgent {
    fn name(&self) -> &'static str {
        "command"
    }
    fn about(&self) -> &'static str {
        "does what a seed says"
    }
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }
    fn login(&self) -> Login {
        Login::default()
    }
    fn program(&self, settings: &AgentSettings) -> Option<String> {
        settings.argv.first().cloned()
    }
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        agent::by_name("command").unwrap().command(task)
    }
    fn read_line(&self, line: &str, _: &jiff::Zoned) -> Vec<AgentEvent> {
        let failure = match line.split_once(' ') {
            Some(("limit", until)) => Failure {
                reset: Some(until.parse().unwrap()),
                ..Failure::new(FailureClass::Limit, "the window is used up".to_owned())
            },
            None if line == "login" => {
                Failure::new(FailureClass::NotLoggedIn, "the login is over".to_owned())
            }
            _ => Failure::new(FailureClass::Overloaded, "529".to_owned()),
        };
        vec![AgentEvent::Verdict(Err(failure))]
    }
    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        match verdict {
            Some(Err(failure)) => AgentEnd::Failed(failure.clone()),
            _ => agent::by_name("command").unwrap().judge(end, None),
        }
    }
}
