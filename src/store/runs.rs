//! Run folders: the record, the findings, and the lock that says who may write them.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Store, StoreError};
use crate::domain::{ItemId, Run, RunFindings, RunId};
use crate::durable::{self, Lock, crash_point};

impl Store {
    /// The ids of all runs that are not archived, oldest first.
    pub fn run_ids(&self) -> Result<Vec<RunId>, StoreError> {
        let names = durable::folder_names(&self.layout.runs())?;
        Ok(names
            .into_iter()
            .filter_map(|name| name.parse().ok())
            .collect())
    }

    /// The highest attempt at an item that a folder is named after, archived or not; 0: none.
    pub fn last_attempt(&self, item: ItemId) -> Result<u32, StoreError> {
        let mut names = durable::folder_names(&self.layout.runs())?;
        names.extend(durable::folder_names(&self.layout.history())?);
        // Looked for before anything is read as an id: there may be thousands.
        let part = format!("-{}-", item.slug());
        let named = names.iter().filter(|name| name.contains(&part));
        let ids = named.filter_map(|name| name.parse::<RunId>().ok());
        let of_item = ids.filter(|id| id.item() == Some(item));
        let attempts = of_item.filter_map(|id| id.attempt());
        Ok(attempts.max().unwrap_or(0))
    }

    /// The record of a run, archived or not. `None` when a launch died before it was written.
    pub fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError> {
        match durable::read_record(&self.layout.run(id).join("run.json"))? {
            Some(run) => Ok(Some(run)),
            None => durable::read_record(&self.layout.history().join(id.as_str()).join("run.json")),
        }
    }

    /// The record of a run that is not archived.
    pub fn live_run(&self, id: &RunId) -> Result<Option<Run>, StoreError> {
        durable::read_record(&self.layout.run(id).join("run.json"))
    }

    /// Takes the right to write a run: its `alive.lock`. `None`: its supervisor, or another pass, has it.
    /// The file stays empty, because it becomes the supervisor's standard input.
    pub fn own_run(&self, id: &RunId) -> Result<Option<Lock>, StoreError> {
        durable::create_dirs(&self.layout.run(id))?;
        Lock::try_acquire_empty(&self.layout.alive_lock(id))
    }

    /// Has the supervisor of a run wait until the lock is dropped, or until the process that has it is gone. `None`: another
    /// process makes the run's worktree.
    pub fn hold_launch(&self, id: &RunId, _owned: &Lock) -> Result<Option<Lock>, StoreError> {
        Lock::try_acquire_empty(&self.layout.launch_lock(id))
    }

    /// Waits until nobody makes the run's worktree any more.
    pub fn wait_for_launch(&self, id: &RunId) -> Result<(), StoreError> {
        durable::wait_until_free(&self.layout.launch_lock(id))
    }

    /// Writes the record of a run. The proof is the run's `alive.lock`.
    pub fn put_run(&self, run: &Run, _owned: &Lock) -> Result<(), StoreError> {
        durable::write_record(&self.layout.run(&run.id).join("run.json"), run)?;
        crash_point("run.written");
        Ok(())
    }

    /// As [`Store::put_run`], for a step after which a power cut may bring the record of the step before it back: one that
    /// nothing but processes hangs on, which are gone then too. The next write makes it durable.
    pub fn put_run_step(&self, run: &Run, _owned: &Lock) -> Result<(), StoreError> {
        durable::write_record_synced(&self.layout.run(&run.id).join("run.json"), run)?;
        crash_point("run.written");
        Ok(())
    }

    /// What the supervisor found out.
    pub fn findings(&self, id: &RunId) -> Result<Option<RunFindings>, StoreError> {
        durable::read_record(&self.run_folder(id).join("findings.json"))
    }

    /// Writes what the supervisor found out. The proof is the run's `alive.lock`.
    pub fn put_findings(
        &self,
        id: &RunId,
        findings: &RunFindings,
        _owned: &Lock,
    ) -> Result<(), StoreError> {
        durable::write_record(&self.layout.run(id).join("findings.json"), findings)
    }

    /// The end of what the children of a run printed, at most `limit_bytes`, with the length of all of it. `None`: nothing
    /// was printed.
    pub fn log_tail(
        &self,
        id: &RunId,
        limit_bytes: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        durable::read_tail(&self.run_folder(id).join("agent.log"), limit_bytes)
    }

    /// When a run last gave a sign of life: something was printed or recorded. `None` when there is nothing yet.
    pub fn last_sign(&self, id: &RunId) -> Option<Timestamp> {
        let folder = self.layout.run(id);
        let changed = |name: &str| {
            let meta = folder.join(name).symlink_metadata().ok()?;
            Timestamp::try_from(meta.modified().ok()?).ok()
        };
        let newest = ["agent.log", "run.json", "usage.json"];
        newest.into_iter().filter_map(changed).max()
    }

    /// The folder of a run, archived or not.
    pub fn run_folder(&self, id: &RunId) -> PathBuf {
        let live = self.layout.run(id);
        if live.is_dir() {
            live
        } else {
            self.layout.history().join(id.as_str())
        }
    }
}
