//! Marks that may be lost: when a pass last ran, when everything was last looked through.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::{LastPass, Store, StoreError};
use crate::domain::{Gap, RunId};
use crate::durable;

impl Store {
    /// Notes a pass that ended. Not synced: an idle pass costs no fsync, and a lost mark only makes the last pass look older.
    pub fn mark_pass(&self, last: &LastPass) -> Result<(), StoreError> {
        let path = self.layout.root().join("last-pass.json");
        durable::write_quick(&path, &durable::encode_record(last))
    }

    /// Notes a pass that came to no good end. What the one before knew of the forge stays.
    pub fn mark_failed_pass(
        &self,
        verb: &str,
        began: Timestamp,
        ended: Timestamp,
        error: &str,
    ) -> Result<(), StoreError> {
        let gaps = self.gaps(began)?;
        let before = self.last_pass()?;
        let same = before.as_ref().filter(|last| last.began == began);
        self.mark_pass(&LastPass {
            began,
            ended,
            verb: verb.to_owned(),
            actions: same.map_or(0, |last| last.actions),
            error: Some(error.to_owned()),
            synced: before.as_ref().and_then(|last| last.synced),
            moved: before.as_ref().and_then(|last| last.moved),
            stale: before.and_then(|last| last.stale),
            gaps,
        })
    }

    /// When no pass ran for long, up to `now`.
    pub fn gaps(&self, now: Timestamp) -> Result<Vec<Gap>, StoreError> {
        let last = self.last_pass()?;
        Ok(last.map_or_else(Vec::new, |last| Gap::noted(&last.gaps, last.ended, now)))
    }

    /// The last pass that ended. A mark that a power cut has torn is a lost one.
    pub fn last_pass(&self) -> Result<Option<LastPass>, StoreError> {
        match durable::read_record(&self.layout.root().join("last-pass.json")) {
            Err(StoreError::Damaged { .. }) => Ok(None),
            read => read,
        }
    }

    /// Puts a damaged file away under the name `FILE.damaged`, because what it held can be made again; `false`: it is another
    /// trouble, and stays. Needs the lock under which it is written.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn put_away(&self, error: &StoreError) -> Result<bool, StoreError> {
        let (StoreError::Damaged { path, .. } | StoreError::TooLarge { path, .. }) = error else {
            return Ok(false);
        };
        let mut to = path.clone().into_os_string();
        to.push(".damaged");
        let to = PathBuf::from(to);
        durable::remove_file(&to)?;
        durable::move_dir(path, &to)?;
        Ok(true)
    }

    /// When everything was last looked through.
    pub fn last_sweep(&self) -> Result<Option<Timestamp>, StoreError> {
        let bytes = durable::read_file(&self.layout.root().join("last-sweep"), 64)?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(text.and_then(|text| text.trim().parse().ok()))
    }

    /// Notes that everything was looked through.
    pub fn mark_sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        durable::write_quick(
            &self.layout.root().join("last-sweep"),
            now.to_string().as_bytes(),
        )
    }

    /// Whether something that is said once has not been said yet; from now on it has.
    pub fn first_time(&self, what: &str) -> Result<bool, StoreError> {
        let said = self.layout.folder("said");
        durable::create_dirs(&said)?;
        durable::publish(&said.join(what), b"")
    }

    /// Removes temporary files that a killed process left in the folders of records.
    pub fn sweep_leftovers(&self, older: Duration, now: Timestamp) -> Result<usize, StoreError> {
        let mut removed = 0;
        for folder in self.record_folders()? {
            removed += durable::sweep_leftovers(&folder, older, now)?;
        }
        Ok(removed)
    }

    /// The temporary files that [`Store::sweep_leftovers`] would remove.
    pub fn leftovers(&self, older: Duration, now: Timestamp) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = vec![];
        for folder in self.record_folders()? {
            found.extend(durable::leftovers(&folder, older, now)?);
        }
        Ok(found)
    }

    /// Every folder in which acp writes records.
    fn record_folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut folders = vec![self.layout.root().to_owned()];
        for name in durable::folder_names(self.layout.root())? {
            if ["repo.git", "worktrees"].contains(&name.as_str()) {
                continue;
            }
            let folder = self.layout.root().join(&name);
            if ["runs", "outbox", "notices", "history"].contains(&name.as_str()) {
                let below = durable::folder_names(&folder)?;
                folders.extend(below.into_iter().map(|below| folder.join(below)));
            }
            folders.push(folder);
        }
        Ok(folders)
    }

    /// Removes the folder of a run that never had a record. One that has lost it is archived: what its agent printed may be
    /// all that is known of it, and its number stays used.
    pub fn forget_run(&self, id: &RunId) -> Result<(), StoreError> {
        let Some(lock) = self.own_run(id)? else {
            return Ok(());
        };
        if self.live_run(id)?.is_none() && self.layout.prompt(id).exists() {
            self.archive_run(id)?;
        } else if self.live_run(id)?.is_none() {
            durable::remove_tree(&self.layout.run(id))?;
        }
        drop(lock);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Home;

    #[test]
    fn a_torn_mark_is_a_lost_one() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&"p".parse().unwrap()));
        durable::create_dirs(store.layout.root()).unwrap();
        for torn in [&b""[..], b"{\"form", b"\0\0\0"] {
            for name in ["last-pass.json", "last-sweep"] {
                durable::write_quick(&store.layout.root().join(name), torn).unwrap();
            }
            assert_eq!(store.last_pass().unwrap(), None);
            assert_eq!(store.last_sweep().unwrap(), None);
        }
    }
}
