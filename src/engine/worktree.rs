//! Worktrees of runs that are over. Nothing that exists only there is removed before it is bundled.

use super::{Engine, EngineError};
use crate::domain::{Failure, Outcome, Run};
use crate::store::{Entry, Lock, LockName, StoreError, crash_point};
use crate::vcs::{VcsError, WorktreeLeft};

impl Engine<'_> {
    /// Removes the worktree of a run that is over, after saving what is nowhere else. Returns a note when it was kept or
    /// saved.
    pub(super) fn clear_worktree(&self, run: &Run) -> Result<Option<String>, EngineError> {
        let path = self.store.layout().worktree(&run.id);
        match self.vcs.worktree(&path) {
            WorktreeLeft::Nothing => return Ok(None),
            WorktreeLeft::Remains => {
                let _repo = self.repo_lock()?;
                self.vcs.remove_worktree(&path)?;
                return Ok(None);
            }
            WorktreeLeft::Files => {}
        }
        let outcome = run.state.end().map(|end| &end.outcome);
        if let Some(Outcome::Failed(Failure { class, .. })) = outcome
            && class.keeps_worktree()
        {
            return Ok(Some(stays(&path)));
        }
        let _repo = self.repo_lock()?;
        self.vcs.prepare()?;
        if run.state.end().is_some_and(|end| end.started.is_none()) {
            // Nothing of the run's ever ran in it. It may be half checked out, which would look like somebody's change.
            self.vcs.remove_worktree(&path)?;
            return Ok(None);
        }
        let published = super::plan::commit_of(run);
        let bundle = self.store.layout().bundle(&run.id);
        let index = self.store.run_folder(&run.id).join("index");
        crash_point("worktree.before_rescue");
        let rescued = self
            .vcs
            .rescue(&run.id, &path, &index, &run.start, published, &bundle);
        let saved = match rescued {
            // However the run ended: what cannot be saved as a whole is not removed.
            Err(VcsError::Unfit { detail, .. }) => {
                return Ok(Some(format!("{}: {detail}", stays(&path))));
            }
            rescued => rescued?,
        };
        crash_point("worktree.before_remove");
        self.vcs.remove_worktree(&path)?;
        let Some(saved) = saved else { return Ok(None) };
        let note = format!("unpublished work is in {}", saved.display());
        self.note(
            &Entry::new(self.clock.now(), "worktree.bundled")
                .run(&run.id)
                .text(&note),
        );
        Ok(Some(note))
    }

    /// The lock for everything that changes `repo.git` or its worktrees.
    pub(super) fn repo_lock(&self) -> Result<Lock, StoreError> {
        let mut waiting = |_: &std::path::Path, holder: Option<&crate::store::Holder>| {
            let who = holder.map_or("another process".to_owned(), |h| format!("`{}`", h.command));
            (self.say)(&format!("waiting for {who} to let go of repo.git"));
        };
        self.store.lock(
            LockName::Repo,
            "repo.git",
            super::LOCK_WAIT,
            self.clock,
            &mut waiting,
        )
    }
}

fn stays(worktree: &std::path::Path) -> String {
    format!("its worktree stays for a person: {}", worktree.display())
}
