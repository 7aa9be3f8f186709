//! Starting a run: lease, budget, record, supervisor, worktree, in this order, the claims durable before anything starts.
//!
//! The supervisor starts while the worktree is made, and waits for the run's `launch.lock`, which the pass has until the
//! record says `starting`. A pass that dies lets go of it too, and its supervisor finds a record that says `reserved`:
//! it ends without having done anything.

use super::{Engine, EngineError, PromptFailure, plan};
use crate::domain::{
    Action, BranchName, Failure, FailureClass, ItemId, ItemKind, Lease, Mirror, Outcome, Plan, Run,
    RunEvent, RunId, RunState, Snapshot, Task, schedule_line,
};
use crate::forge::{ForgeError, Text};
use crate::policy;
use crate::store::{Entry, Lock, StoreError, crash_point};
use crate::worker::Unconfined;

/// What was said once: that this machine has no sandbox.
pub const NO_SANDBOX: &str = "no-sandbox";
/// What was said once: that a setting leaves runs unconfined.
pub const UNCONFINED: &str = "unconfined";

/// What an agent would be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The word of the task.
    pub task: String,
    /// The agent that the next pass would start; `None`: it would start none now.
    pub agent: Option<String>,
    /// The whole text.
    pub text: String,
}

/// What a pass has of a run that it launches.
struct Claim {
    /// The right to write the run.
    alive: Lock,
    /// The run's supervisor waits until this is gone.
    launch: Lock,
}

impl Engine<'_> {
    /// Carries out one launch. `None`: something came in between, and the next plan knows better.
    pub(super) fn launch(&self, action: &Action) -> Result<Option<RunId>, EngineError> {
        let mut action = action.clone();
        let Action::Launch {
            item,
            agent,
            attempt,
            ..
        } = &mut action
        else {
            return Ok(None);
        };
        // A number never repeats, also where the record of the item is lost.
        let last = self.store.last_attempt(*item)?;
        *attempt = (*attempt).max(last + 1);
        let (item, agent) = (*item, agent.clone());
        let (held, _) = self.store.all_holds()?;
        if held.values().any(|hold| hold.is_on(item)) {
            return Ok(None);
        }
        if self.silence()?.is_some() {
            return Ok(None);
        }
        self.workers.expect();
        let is_new = last == 0 && self.store.retries().get(&item.slug())?.is_none();
        if is_new && item.kind == ItemKind::Issue {
            *attempt = (*attempt).max(self.first_free(item));
        }
        // Read before anything is claimed: a forge that does not answer costs no attempt.
        let mirror = self.store.mirror()?;
        let approved = match self.approved_text(item, &mirror) {
            Ok(Some(approved)) => approved,
            Ok(None) => return Ok(None),
            Err(error) => {
                if is_about_item(&error) {
                    self.wait_to_read(&action, &error)?;
                }
                return Err(error);
            }
        };
        let Some(mut run) = self.draft(&mirror, &action)? else {
            return Ok(None);
        };
        if item.kind == ItemKind::Issue && self.listed_otherwise(item, &mirror, &approved.text)? {
            return Ok(None);
        }
        // As it was read and approved: the listing may be older.
        run.title.clone_from(&approved.text.title);
        run.text = approved.digest;
        let prompt = match self.prompt_for(&run, &approved.text) {
            Ok(prompt) => prompt,
            Err(error) => {
                self.wait_to_read(&action, &error)?;
                return Err(error);
            }
        };
        self.look_at_sandbox(&agent)?;
        let Some(claim) = self.claim(&run)? else {
            return Ok(None);
        };
        let id = run.id.clone();
        self.begin(run, &prompt, claim)?;
        Ok(Some(id))
    }

    /// The number of the first attempt at an issue of which this machine knows nothing yet. An earlier life of acp, or one
    /// on another machine, may have branches for it on the forge: they stay as they are.
    fn first_free(&self, item: ItemId) -> u32 {
        let prefix = &self.rules.repo.branch_prefix;
        let look = || -> Result<u32, EngineError> {
            let _repo = self.repo_lock()?;
            // All branches come with the clone.
            self.vcs.prepare()?;
            let taken = self
                .vcs
                .forge_branches(&format!("{prefix}{}-a", item.slug()))?;
            let attempts = taken
                .iter()
                .filter_map(|b| plan::attempt_of(b, prefix, item));
            Ok(attempts.max().unwrap_or(0))
        };
        // The launch itself comes to the same end, and tells it.
        look().unwrap_or(0) + 1
    }

    /// Whether the listing knows of another schedule than the text says: an earlier acp made it, which did not look for one.
    /// Then everything is listed anew.
    fn listed_otherwise(
        &self,
        item: ItemId,
        mirror: &Mirror,
        text: &Text,
    ) -> Result<bool, EngineError> {
        let listed = mirror.issues.get(&item.number);
        let listed = listed.and_then(|issue| issue.schedule.as_deref());
        if listed == schedule_line(&text.body).as_deref() {
            return Ok(false);
        }
        (self.say)(&format!(
            "{item}: its schedule is not the listed one: everything is listed anew with the next pass"
        ));
        let mark = String::new();
        self.store.put_mirror(&Mirror {
            mark,
            ..mirror.clone()
        })?;
        Ok(true)
    }

    /// An item that cannot be read, or a template that is wrong, would be planned first again and again, in the place of
    /// others that could start.
    fn wait_to_read(&self, action: &Action, error: &EngineError) -> Result<(), EngineError> {
        let Action::Launch { item, attempt, .. } = action else {
            return Ok(());
        };
        let now = self.clock.now();
        let reason = format!("it could not be launched: {error}");
        let retries = self.store.retries();
        let before = retries.get(&item.slug())?;
        let retry = policy::after_unread(
            before.as_ref(),
            &RunId::new(now, *item, *attempt),
            *item,
            *attempt,
            reason.clone(),
            &self.rules.retry,
            now,
            self.rng.next_u64(),
        );
        retries.put(&item.slug(), &retry)?;
        self.note(&Entry::new(now, "retry.set").item(*item).text(&reason));
        Ok(())
    }

    /// Before anything is claimed: with a sandbox that is named and does not work nothing starts. That runs are unconfined
    /// is said once for a profile; because a person wants it so, and because there is none on this machine, are two things.
    fn look_at_sandbox(&self, agent: &str) -> Result<(), EngineError> {
        let (mark, why) = match self.workers.sandbox(agent)? {
            None => return Ok(()),
            Some(Unconfined::NoSandbox(why)) => (NO_SANDBOX, why),
            Some(Unconfined::ByName(why)) => (UNCONFINED, why),
        };
        if self.store.first_time(mark)? {
            (self.say)(&format!(
                "agents run without a sandbox: they can read and change what your account can. {why}"
            ));
        }
        Ok(())
    }

    /// What the agent of a run is asked, from the text of its item.
    fn prompt_for(&self, run: &Run, text: &Text) -> Result<String, EngineError> {
        (self.prompt)(run, text).map_err(|failure| match failure {
            PromptFailure::Template(why) => EngineError::Prompt {
                run: run.id.clone(),
                why,
            },
            PromptFailure::Store(error) => error.into(),
        })
    }

    /// What an agent would be asked about an item now, made as for a launch.
    ///
    /// # Errors
    /// `Missing` when there is no such item, `Forbidden` when nothing is to be done about the pull request, and those of
    /// the forge.
    pub fn preview(
        &self,
        item: ItemId,
        snapshot: &Snapshot,
        plan: &Plan,
    ) -> Result<Preview, EngineError> {
        let of_item =
            |action: &&Action| matches!(action, Action::Launch { item: on, .. } if *on == item);
        let missing = || EngineError::Missing {
            what: item.to_string(),
        };
        let planned = plan.actions.iter().find(of_item);
        let is_planned = planned.is_some();
        let action = match (planned, item.kind) {
            (Some(action), _) => action.clone(),
            (None, ItemKind::Issue) => {
                let retry = snapshot.retries.get(&item);
                let issue = snapshot.mirror.issues.get(&item.number);
                let by_clock = issue.is_some_and(|issue| issue.schedule.is_some());
                Action::Launch {
                    item,
                    task: if by_clock {
                        Task::Scheduled
                    } else {
                        Task::Implement
                    },
                    agent: self.rules.agents.use_.clone(),
                    attempt: retry.map_or(0, |retry| retry.attempt) + 1,
                    start: snapshot.mirror.base_sha.clone().ok_or_else(missing)?,
                    merge: None,
                }
            }
            (None, ItemKind::Pr) => {
                if !snapshot.mirror.pulls.contains_key(&item.number) {
                    return Err(missing());
                }
                let what = format!("showing what is asked about {item}");
                let why = "no agent would be started on it now: `acp why` says what it waits for";
                let why = why.to_owned();
                return Err(EngineError::Forbidden { what, why });
            }
        };
        let mut run = self.draft(&snapshot.mirror, &action)?.ok_or_else(missing)?;
        let text = self.for_agent(item, self.forge.text(item.number)?, &snapshot.mirror);
        run.title.clone_from(&text.title);
        Ok(Preview {
            task: run.task.as_str().to_owned(),
            agent: is_planned.then(|| run.agent.clone()),
            text: self.prompt_for(&run, &text)?,
        })
    }

    /// The record of the run that a launch would begin.
    fn draft(&self, mirror: &Mirror, action: &Action) -> Result<Option<Run>, EngineError> {
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
        let (item, attempt) = (*item, *attempt);
        let now = self.clock.now();
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
        Ok(Some(Run {
            id: RunId::new(now, item, attempt),
            profile: self.rules.id.clone(),
            item,
            task: task.clone(),
            agent: agent.clone(),
            attempt,
            title,
            branch,
            base: self.rules.repo.base.clone(),
            start: start.clone(),
            merge: merge.clone(),
            created: now,
            text: None,
            resumes: 0,
            state: RunState::Reserved,
        }))
    }

    /// Lease, budget and record.
    fn claim(&self, run: &Run) -> Result<Option<Claim>, EngineError> {
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
        let Some(alive) = self.store.own_run(&run.id)? else {
            return Ok(None);
        };
        let Some(launch) = self.store.hold_launch(&run.id, &alive)? else {
            return Ok(None);
        };
        crash_point("launch.owned");
        self.store.put_run(run, &alive)?;
        self.note(
            &Entry::new(run.created, "run.launched")
                .run(&run.id)
                .text(run.task.as_str()),
        );
        Ok(Some(Claim { alive, launch }))
    }

    /// Supervisor and worktree. A failure here is the end of the run, so that the wait after it is kept.
    fn begin(&self, mut run: Run, prompt: &str, claim: Claim) -> Result<(), EngineError> {
        let Claim { mut alive, launch } = claim;
        let started = self.workers.start(&run, Some(prompt), &mut alive);
        let begun = started.map_err(EngineError::from).and_then(|()| {
            crash_point("launch.supervisor");
            self.open_worktree(&run)
        });
        if let Err(error) = begun {
            return self.could_not_start(run, &alive, error);
        }
        crash_point("launch.worktree");
        run.apply(RunEvent::WorktreeReady)?;
        self.store.put_run_step(&run, &alive)?;
        crash_point("launch.starting");
        drop(launch);
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
        self.ender().end_run(run, lock, outcome)?;
        Err(error)
    }
}

/// Whether the forge could be asked, and what it says of this one item cannot be used.
fn is_about_item(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Forge(
            ForgeError::Unreadable { .. }
                | ForgeError::Refused { .. }
                | ForgeError::Forbidden { .. }
        )
    )
}
