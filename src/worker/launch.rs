//! Starting supervisors: what a pass sees of workers.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::agent::{Agent, AgentTask};
use crate::domain::{Life, Network, Rules, Run, RunId};
use crate::durable::{self, crash_point};
use crate::proc::{self, Cmd, Detached};
use crate::sandbox::Backend;
use crate::store::{Lock, Store};
use crate::sys::{Clock, Env};

use super::confine::{self, Confiner};
use super::surroundings::{Surroundings, with_vars};
use super::{Ended, Proof, Unconfined, WorkerError, Workers, door, life, proof, record};

/// Real supervisors: `acp run supervise` in a process group of its own.
pub struct LocalWorkers<'a> {
    /// The profile's state.
    pub store: Store,
    /// The profile.
    pub rules: Rules,
    /// acp's own environment.
    pub env: &'a Env,
    /// Time.
    pub clock: &'a dyn Clock,
    /// The agents by name.
    pub agents: fn(&str) -> Option<&'static dyn Agent>,
    /// acp's own binary.
    pub acp: PathBuf,
    started: Mutex<Vec<Detached>>,
}

impl<'a> LocalWorkers<'a> {
    /// The workers of a profile.
    pub fn new(
        store: Store,
        rules: Rules,
        env: &'a Env,
        clock: &'a dyn Clock,
        agents: fn(&str) -> Option<&'static dyn Agent>,
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

    pub(super) fn confiner(&self) -> Confiner<'_> {
        Confiner {
            layout: self.store.layout(),
            env: self.env,
            clock: self.clock,
            rules: &self.rules,
        }
    }

    /// Ends what of a run is no process of its tree.
    pub(super) fn end_container(&self, run: &RunId, agent: &str) -> Result<(), WorkerError> {
        let key = self.around().key_of(run);
        confine::end_container(&self.confiner(), agent, &key)
    }

    /// The variables that an agent wants handed on; the supervisor of its run must have them first.
    fn pass_env(&self, agent: &str) -> &'static [&'static str] {
        let settings = self.rules.agents.settings.get(agent);
        let backend = (self.agents)(self.rules.agents.backend(agent));
        let (Some(backend), Some(settings)) = (backend, settings) else {
            return &[];
        };
        // Which they are does not depend on the run.
        let command = backend.command(&AgentTask {
            prompt: "",
            prompt_file: Path::new("prompt.md"),
            worktree: Path::new("."),
            settings,
            run: "",
            resume: None,
            usd_micros_max: None,
            confined: false,
        });
        command.map_or(&[], |command| command.pass_env)
    }

    /// Why no run of an agent could reach its model, where the profile lets it reach nothing else.
    fn unreachable(&self, agent: &str) -> Option<String> {
        let sandbox = &self.rules.sandbox;
        let settings = self.rules.agents.settings.get(agent)?;
        let backend = (self.agents)(self.rules.agents.backend(agent))?;
        if sandbox.network != Network::ModelHostOnly {
            return None;
        }
        let vars = self.around().handed_on(settings, self.pass_env(agent));
        door::places(backend, &vars, &sandbox.hosts).err()
    }
}

impl Workers for LocalWorkers<'_> {
    fn expect(&self) {
        proc::expect_supervisor();
    }

    fn start(&self, run: &Run, prompt: Option<&str>, alive: &mut Lock) -> Result<(), WorkerError> {
        let layout = self.store.layout();
        if let Some(prompt) = prompt {
            // A power cut also ends the only one that would read it.
            durable::write_quick(&layout.prompt(&run.id), prompt.as_bytes())?;
            crash_point("worker.prompt_written");
        }
        let settings = self.rules.agents.settings.get(&run.agent);
        let vars = self
            .around()
            .of_supervisor(run, settings, self.pass_env(&run.agent));
        let id = run.id.as_str();
        let args = ["run", "supervise", id, "--profile", run.profile.as_str()];
        let cmd = Cmd::new(&self.acp).args(args).dir(layout.run(&run.id));
        let cmd = with_vars(cmd, &vars);
        let log = layout.supervisor_log(&run.id);
        let alive = alive.share(&layout.alive_lock(&run.id))?;
        let child = proc::detach(&cmd, alive, &log).map_err(|error| {
            let run = run.id.clone();
            let why = error.to_string();
            WorkerError::Start { run, why }
        })?;
        crash_point("worker.detached");
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.push(child);
        Ok(())
    }

    fn life(&self, run: &RunId) -> Life {
        life::of(self, run)
    }

    fn session(&self, run: &Run) -> Result<Option<String>, WorkerError> {
        let agent = (self.agents)(self.rules.agents.backend(&run.agent));
        if !agent.is_some_and(|agent| agent.abilities().resume) {
            return Ok(None);
        }
        record::session(&self.store, &run.id)
    }

    fn spent(&self, run: &RunId) -> Result<(Option<u64>, Option<u64>), WorkerError> {
        record::spent(&self.store, run)
    }

    fn end(&self, run: &Run) -> Result<Ended, WorkerError> {
        self.reap();
        life::end(self, &run.id, Some(run))
    }

    fn end_unrecorded(&self, run: &RunId) -> Result<Ended, WorkerError> {
        self.reap();
        life::end(self, run, None)
    }

    fn reap(&self) {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.retain_mut(|child| !child.reap());
    }

    fn sandbox(&self, agent: &str) -> Result<Option<Unconfined>, WorkerError> {
        let confiner = self.confiner();
        let (backend, missing) = confiner.backend(agent).map_err(WorkerError::Sandbox)?;
        if let Some(why) = self.unreachable(agent) {
            return Err(WorkerError::Sandbox(why));
        }
        Ok(match missing {
            Some(why) => Some(Unconfined::NoSandbox(why)),
            None if backend == Backend::None => Some(Unconfined::ByName(confiner.by_name(agent))),
            None => None,
        })
    }

    fn prove_sandbox(&self, agent: &str) -> Result<Proof, WorkerError> {
        let why = self.unreachable(agent);
        let proof = why.map_or_else(|| proof::of(self, agent), Err);
        proof.map_err(WorkerError::Sandbox)
    }

    fn sandbox_missing(&self, agent: &str) -> Option<String> {
        let missing = self.confiner().expected(agent).err();
        missing.or_else(|| self.unreachable(agent))
    }

    fn login_changed(&self, agent: &str) -> Option<Timestamp> {
        let agents = &self.rules.agents;
        // Where another account keeps its login is not known here.
        let is_own = agents
            .pool
            .get(agent)
            .is_none_or(|entry| entry.account == entry.backend);
        let files = (self.agents)(agents.backend(agent)).filter(|_| is_own)?;
        let home = self.env.path("HOME")?;
        let changed = |name: &&str| {
            let file = home.join(name).metadata().ok()?;
            Timestamp::try_from(file.modified().ok()?).ok()
        };
        files.login().files.iter().filter_map(changed).max()
    }
}
