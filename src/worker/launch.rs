//! Starting supervisors: what a pass sees of workers.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::agent::{Agent, AgentTask};
use crate::domain::{Life, Rules, Run};
use crate::durable::{self, crash_point};
use crate::proc::{self, Cmd, Detached};
use crate::store::{Lock, Store};
use crate::sys::{Clock, Env};

use super::WorkerError;
use super::life::{self, Ended};
use super::surroundings::{Surroundings, with_vars};

/// The processes of runs, as a pass sees them.
pub trait Workers {
    /// Starts a supervisor that begins with `prompt`, and hands it the run's lock. When this fails the lock is free again
    /// and nothing runs.
    fn start(&self, run: &Run, prompt: &str, alive: Lock) -> Result<(), WorkerError>;

    /// Starts a supervisor that goes on with a run whose last one died after the agent's end.
    fn resume(&self, run: &Run, alive: Lock) -> Result<(), WorkerError>;

    /// What lives of a run. What cannot be told counts as supervised: it is left alone.
    fn life(&self, run: &Run) -> Life;

    /// Ends every process of a run and proves that none is left. The caller does not hold the run's lock yet, because that
    /// it can be taken is part of the proof.
    fn end(&self, run: &Run) -> Result<Ended, WorkerError>;

    /// Takes note of supervisors that this process started and that have ended, so that they do not stay as zombies.
    fn reap(&self);
}

/// Real supervisors: `acp run supervise` in a process group of its own.
pub struct LocalWorkers<'a> {
    /// The profile's state.
    pub store: &'a Store,
    /// The profile.
    pub rules: &'a Rules,
    /// acp's own environment.
    pub env: &'a Env,
    /// Time.
    pub clock: &'a dyn Clock,
    /// The agents by name.
    pub agents: &'a dyn Fn(&str) -> Option<&'static dyn Agent>,
    /// acp's own binary.
    pub acp: PathBuf,
    started: Mutex<Vec<Detached>>,
}

impl<'a> LocalWorkers<'a> {
    /// The workers of a profile.
    pub fn new(
        store: &'a Store,
        rules: &'a Rules,
        env: &'a Env,
        clock: &'a dyn Clock,
        agents: &'a dyn Fn(&str) -> Option<&'static dyn Agent>,
        acp: PathBuf,
    ) -> Self {
        Self {
            store,
            rules,
            env,
            clock,
            agents,
            acp,
            started: Mutex::new(vec![]),
        }
    }

    pub(super) fn around(&self) -> Surroundings<'_> {
        Surroundings {
            layout: self.store.layout(),
            env: self.env,
            acp: &self.acp,
            token: self.rules.forge.token.as_ref(),
        }
    }

    /// The variables that the run's agent wants handed on; its supervisor must have them first.
    fn pass_env(&self, run: &Run) -> &'static [&'static str] {
        let settings = self.rules.agents.settings.get(&run.agent);
        let (Some(agent), Some(settings)) = ((self.agents)(&run.agent), settings) else {
            return &[];
        };
        let command = agent.command(&AgentTask {
            prompt: "",
            prompt_file: &self.store.layout().prompt(&run.id),
            worktree: &self.store.layout().worktree(&run.id),
            settings,
            run: run.id.as_str(),
        });
        command.map_or(&[], |command| command.pass_env)
    }
}

impl Workers for LocalWorkers<'_> {
    fn start(&self, run: &Run, prompt: &str, alive: Lock) -> Result<(), WorkerError> {
        durable::write_atomic(&self.store.layout().prompt(&run.id), prompt.as_bytes())?;
        crash_point("launch.prompt_written");
        self.resume(run, alive)
    }

    fn resume(&self, run: &Run, alive: Lock) -> Result<(), WorkerError> {
        let layout = self.store.layout();
        let settings = self.rules.agents.settings.get(&run.agent);
        let around = self.around();
        let vars = around.of_supervisor(run, settings, self.pass_env(run));
        let args = [
            "run",
            "supervise",
            run.id.as_str(),
            "--profile",
            run.profile.as_str(),
        ];
        let cmd = Cmd::new(&self.acp).args(args).dir(layout.run(&run.id));
        let cmd = with_vars(cmd, &vars);
        let child = proc::detach(&cmd, alive.into_file(), &layout.supervisor_log(&run.id))?;
        crash_point("launch.detached");
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.push(child);
        Ok(())
    }

    fn life(&self, run: &Run) -> Life {
        life::of(self, run)
    }

    fn end(&self, run: &Run) -> Result<Ended, WorkerError> {
        self.reap();
        life::end(self, run)
    }

    fn reap(&self) {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.retain_mut(|child| !child.reap());
    }
}
