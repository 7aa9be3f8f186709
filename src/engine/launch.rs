//! Starting a run: lease, budget, record, worktree, supervisor, in this order, each step durable before the next.

use super::{Engine, EngineError};
use crate::domain::{
    Action, BranchName, Failure, FailureClass, ItemId, ItemKind, Lease, Outcome, Run, RunEvent,
    RunId, RunState, Sandbox, Sha, Task,
};
use crate::store::{Entry, Lock, StoreError, crash_point};

impl Engine<'_> {
    /// Carries out one launch. `None`: something came in between, and the next plan knows better.
    pub(super) fn launch(&self, action: &Action) -> Result<Option<RunId>, EngineError> {
        let Action::Launch {
            item,
            task,
            agent,
            attempt,
            start,
            merge,
        } = action
        else {
            return Ok(None);
        };
        let held = self.store.holds().list()?;
        if held
            .iter()
            .any(|(_, hold)| hold.item.is_none_or(|held| held == *item))
        {
            return Ok(None);
        }
        if self.silence()?.is_some() {
            return Ok(None);
        }
        // Read before anything is claimed: a forge that does not answer costs no attempt.
        let text = match self.forge.text(item.number) {
            Ok(text) => text,
            Err(error) => {
                self.heed(&error)?;
                return Err(error.into());
            }
        };
        let run = self.draft(*item, task, agent, *attempt, start, merge.as_ref())?;
        let prompt = (self.prompt)(&run, &text).map_err(|why| EngineError::Prompt {
            run: run.id.clone(),
            why,
        })?;
        self.say_sandbox(agent)?;
        let Some(lock) = self.claim(&run)? else {
            return Ok(None);
        };
        match self.begin(run.clone(), &prompt, lock) {
            Ok(()) => Ok(Some(run.id)),
            Err(error) => Err(error),
        }
    }

    /// Said once for a profile: there is no sandbox yet, so `auto` means none.
    fn say_sandbox(&self, agent: &str) -> Result<(), EngineError> {
        let settings = self.rules.agents.settings.get(agent);
        let expected = settings.is_some_and(|settings| settings.sandbox == Sandbox::Auto);
        if expected && self.store.first_time("no-sandbox")? {
            (self.say)(
                "agents run without a sandbox in this version (`sandbox: auto` means none): \
                 they can read and change what your account can",
            );
        }
        Ok(())
    }

    fn draft(
        &self,
        item: ItemId,
        task: &Task,
        agent: &str,
        attempt: u32,
        start: &Sha,
        merge: Option<&Sha>,
    ) -> Result<Run, EngineError> {
        let now = self.clock.now();
        let mirror = self.store.mirror()?;
        let missing = || EngineError::Missing {
            what: item.to_string(),
        };
        let (title, branch) = match item.kind {
            ItemKind::Issue => {
                let issue = mirror.issues.get(&item.number).ok_or_else(missing)?;
                let name = format!(
                    "{}{}-a{attempt}",
                    self.rules.repo.branch_prefix,
                    item.slug()
                );
                let branch = BranchName::try_from(name).map_err(|_| missing())?;
                (issue.title.clone(), branch)
            }
            ItemKind::Pr => {
                let pr = mirror.pulls.get(&item.number).ok_or_else(missing)?;
                (pr.title.clone(), pr.head.clone())
            }
        };
        Ok(Run {
            id: RunId::new(now, item, attempt),
            profile: self.rules.id.clone(),
            item,
            task: task.clone(),
            agent: agent.to_owned(),
            attempt,
            title,
            branch,
            base: self.rules.repo.base.clone(),
            start: start.clone(),
            merge: merge.cloned(),
            created: now,
            resumes: 0,
            state: RunState::Reserved,
        })
    }

    /// Lease, budget and record.
    fn claim(&self, run: &Run) -> Result<Option<Lock>, EngineError> {
        let leases = self.store.leases();
        if leases.get(&run.item.slug())?.is_some() || self.store.live_run(&run.id)?.is_some() {
            return Ok(None);
        }
        let lease = Lease {
            item: run.item,
            run: run.id.clone(),
            at: run.created,
        };
        leases.put(&run.item.slug(), &lease)?;
        crash_point("launch.leased");
        let reserved = self.desk().reserve(run, self.rules);
        if !matches!(reserved, Ok(true)) {
            leases.remove(&run.item.slug())?;
            return Ok(reserved.map(|_| None)?);
        }
        crash_point("launch.reserved");
        let Some(lock) = self.store.own_run(&run.id)? else {
            return Ok(None);
        };
        crash_point("launch.owned");
        self.store.put_run(run, &lock)?;
        self.note(
            &Entry::new(run.created, "run.launched")
                .run(&run.id)
                .text(run.task.as_str()),
        );
        Ok(Some(lock))
    }

    /// Worktree and supervisor. A failure here is the end of the run, so that the wait after it is kept.
    fn begin(&self, mut run: Run, prompt: &str, lock: Lock) -> Result<(), EngineError> {
        if let Err(error) = self.open_worktree(&run) {
            return self.could_not_start(run, &lock, error);
        }
        crash_point("launch.worktree");
        run.apply(RunEvent::WorktreeReady)?;
        self.store.put_run(&run, &lock)?;
        crash_point("launch.starting");
        let id = run.id.clone();
        if let Err(error) = self.workers.start(&run, Some(prompt), lock) {
            let Some(lock) = self.store.own_run(&id)? else {
                return Err(error.into());
            };
            return self.could_not_start(run, &lock, error.into());
        }
        Ok(())
    }

    fn open_worktree(&self, run: &Run) -> Result<(), EngineError> {
        let _repo = self.repo_lock()?;
        self.vcs.prepare()?;
        let path = self.store.layout().worktree(&run.id);
        Ok(self
            .vcs
            .add_worktree(&path, &run.start, run.merge.as_ref())?)
    }

    fn could_not_start(
        &self,
        run: Run,
        lock: &Lock,
        error: EngineError,
    ) -> Result<(), EngineError> {
        let detail = error.to_string();
        let outcome = if matches!(error, EngineError::Store(StoreError::Busy { .. })) {
            // Somebody else was at work: nothing that the item did.
            Outcome::Cancelled { reason: detail }
        } else {
            let class = FailureClass::LaunchDied;
            Outcome::Failed(Failure::new(class, detail))
        };
        self.end_run(run, lock, outcome)?;
        Err(error)
    }
}
