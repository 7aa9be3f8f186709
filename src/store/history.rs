//! Archived runs, bundles of unpublished work, and the disk budget of the former.

use std::path::PathBuf;

use super::{Store, StoreError};
use crate::domain::{Run, RunId};
use crate::durable::{self, crash_point};

/// A run in `history/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Its id.
    pub id: RunId,
    /// Its folder.
    pub folder: PathBuf,
}

/// What cutting the history to its budget removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryCut {
    /// Run folders removed.
    pub runs: usize,
    /// Bytes freed.
    pub bytes: u64,
}

impl Store {
    /// Moves a run's folder to `history/`. Its worktree must be gone or kept on purpose.
    pub fn archive_run(&self, id: &RunId) -> Result<(), StoreError> {
        // A supervisor that was killed has left it there.
        durable::remove_tree(&self.layout.door(id))?;
        durable::create_dirs(&self.layout.history())?;
        let to = self.layout.history().join(id.as_str());
        crash_point("history.before_move");
        durable::move_dir(&self.layout.run(id), &to)
    }

    /// Archived runs, oldest first.
    pub fn archived(&self) -> Result<Vec<Archived>, StoreError> {
        let names = durable::folder_names(&self.layout.history())?;
        let archived = |name: String| {
            let id = name.parse().ok()?;
            Some(Archived {
                id,
                folder: self.layout.history().join(name),
            })
        };
        Ok(names.into_iter().filter_map(archived).collect())
    }

    /// The record of an archived run; `None` when a person removed it.
    pub fn archived_run(&self, archived: &Archived) -> Result<Option<Run>, StoreError> {
        durable::read_record(&archived.folder.join("run.json"))
    }

    /// Removes the oldest archived runs until the rest fits. Bundles are never removed.
    pub fn cut_history(&self, bytes_max: u64) -> Result<HistoryCut, StoreError> {
        let (folders, cut) = self.history_beyond(bytes_max)?;
        for folder in folders {
            durable::remove_tree(&folder)?;
        }
        Ok(cut)
    }

    /// What [`Store::cut_history`] would remove, oldest first.
    pub fn history_beyond(&self, bytes_max: u64) -> Result<(Vec<PathBuf>, HistoryCut), StoreError> {
        let mut sized = vec![];
        for archived in self.archived()? {
            let bytes = durable::tree_bytes(&archived.folder)?;
            sized.push((archived, bytes));
        }
        let mut total: u64 = sized.iter().map(|(_, bytes)| bytes).sum();
        let (mut folders, mut cut) = (vec![], HistoryCut::default());
        for (archived, bytes) in sized {
            if total <= bytes_max {
                break;
            }
            folders.push(archived.folder);
            total -= bytes;
            cut = HistoryCut {
                runs: cut.runs + 1,
                bytes: cut.bytes + bytes,
            };
        }
        Ok((folders, cut))
    }
}
