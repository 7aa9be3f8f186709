//! Looking through everything that is kept: what cannot be read, and all the rest at once for a look at whether it
//! agrees with itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::outbox::Filed;
use super::{LockName, Place, Store, StoreError};
use crate::domain::{
    Approval, Cooldown, DayBudget, Hold, Lease, Mirror, Retry, Run, RunFindings, RunId,
};
use crate::durable::{self, Versioned};

/// What a bundle of git begins with.
const BUNDLE_HEADS: [&[u8]; 2] = [b"# v2 git bundle\n", b"# v3 git bundle\n"];

/// The state of a profile as it lies on disk, with what cannot be read beside it.
#[derive(Debug, Default)]
pub struct Inventory {
    /// One error for each file that is damaged, too large, of a newer format, or refused by the operating system.
    pub unreadable: Vec<StoreError>,
    /// Folders in `runs/`.
    pub runs: BTreeMap<RunId, RunFolder>,
    /// Folders in `history/`; `None` when there is no record in one that can be read.
    pub archived: BTreeMap<RunId, Option<Run>>,
    /// Folders in `worktrees/`.
    pub worktrees: BTreeSet<String>,
    /// Bundles in `history/` by the name of their run, and whether each begins as a bundle does.
    pub bundles: BTreeMap<String, bool>,
    /// Records by the name of their file, without the ending.
    pub leases: Vec<(String, Lease)>,
    /// Likewise.
    pub retries: Vec<(String, Retry)>,
    /// Likewise; colons of the key are dots in the name.
    pub cooldowns: Vec<(String, Cooldown)>,
    /// Likewise.
    pub holds: Vec<(String, Hold)>,
    /// Likewise.
    pub approvals: Vec<(String, Approval)>,
    /// Likewise.
    pub budgets: Vec<(String, DayBudget)>,
    /// Intents in all places.
    pub intents: Vec<Filed>,
    /// What is known of the forge; `None` when it cannot be read.
    pub mirror: Option<Mirror>,
    /// Temporary files that a killed process left.
    pub temporary: Vec<std::path::PathBuf>,
    /// When everything was last looked through.
    pub last_sweep: Option<Timestamp>,
    /// Locks that are held.
    pub held: BTreeSet<&'static str>,
}

/// The folder of a run that is not archived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFolder {
    /// Its record; `None` when there is none that can be read.
    pub run: Option<Run>,
    /// Whether a file is in the place of the record.
    pub has_record: bool,
    /// Whether its supervisor holds its lock.
    pub alive: bool,
    /// Whether a process of it holds the lock of its agent.
    pub agent: bool,
}

impl Store {
    /// Why records of this profile cannot be read: one error for each file that is damaged, too large, of a newer format,
    /// or refused by the operating system. Archived runs are looked at too. Changes nothing and takes no lock; what is
    /// moved meanwhile is passed over.
    pub fn unreadable(&self) -> Vec<StoreError> {
        let mut found = Inventory::default();
        self.take_records(&mut found);
        self.take_runs(&mut found);
        self.take_intents(&mut found);
        found.unreadable
    }

    /// Everything, read without a lock: a pass that is at work meanwhile may be seen in the middle of what it does.
    /// Temporary files count when they are older than `leftover_age`.
    pub fn inventory(&self, leftover_age: Duration, now: Timestamp) -> Inventory {
        let mut found = Inventory::default();
        // What leads to runs and writes before these: what moves on meanwhile is then seen twice, and never not at all.
        self.take_records(&mut found);
        self.take_runs(&mut found);
        self.take_intents(&mut found);
        let errors = &mut found.unreadable;
        let journal = self.journal().read().map(drop);
        errors.extend(journal.err());
        let names = durable::folder_names(&self.layout.root().join("worktrees"));
        found.worktrees = keep(names, errors).into_iter().collect();
        found.bundles = self.bundles(errors);
        found.temporary = keep(self.leftovers(leftover_age, now), errors);
        found.last_sweep = keep(self.last_sweep(), errors);
        for name in LockName::ALL {
            if self.lock_holder(name).is_some() {
                found.held.insert(name.as_str());
            }
        }
        found
    }

    fn take_records(&self, found: &mut Inventory) {
        fn keep<T: Versioned>(
            shelf: &super::Shelf<T>,
            errors: &mut Vec<StoreError>,
        ) -> Vec<(String, T)> {
            let (records, bad) = shelf.sort_out();
            errors.extend(bad);
            records
        }
        let errors = &mut found.unreadable;
        found.leases = keep(&self.leases(), errors);
        found.retries = keep(&self.retries(), errors);
        found.cooldowns = keep(&self.cooldowns(), errors);
        found.holds = keep(&self.holds(), errors);
        found.approvals = keep(&self.approvals(), errors);
        found.budgets = keep(&self.budgets(), errors);
        match self.mirror() {
            Ok(mirror) => found.mirror = Some(mirror),
            Err(error) => errors.push(error),
        }
        errors.extend(self.facts().err());
        errors.extend(self.repository_note().err());
        errors.extend(self.trust().err());
        errors.extend(self.news().err());
        errors.extend(self.last_pass().err());
        errors.extend(self.timer().err());
    }

    fn take_runs(&self, found: &mut Inventory) {
        let mut errors = vec![];
        let read = |folder: &std::path::Path, errors: &mut Vec<StoreError>| -> Option<Run> {
            let run = durable::read_record::<Run>(&folder.join("run.json"));
            let findings = durable::read_record::<RunFindings>(&folder.join("findings.json"));
            errors.extend(findings.err());
            keep(run, errors)
        };
        for name in keep(durable::folder_names(&self.layout.runs()), &mut errors) {
            let folder = self.layout.runs().join(&name);
            let run = read(&folder, &mut errors);
            let Ok(id) = name.parse::<RunId>() else {
                continue;
            };
            let held = |lock: &std::path::Path| durable::is_held(lock).unwrap_or(false);
            let folder = RunFolder {
                run,
                has_record: folder.join("run.json").exists(),
                alive: held(&self.layout.alive_lock(&id)),
                agent: self.layout.held_by_agent(&id).any(|lock| held(&lock)),
            };
            found.runs.insert(id, folder);
        }
        for name in keep(durable::folder_names(&self.layout.history()), &mut errors) {
            let run = read(&self.layout.history().join(&name), &mut errors);
            if let Ok(id) = name.parse() {
                found.archived.insert(id, run);
            }
        }
        found.unreadable.extend(errors);
    }

    fn take_intents(&self, found: &mut Inventory) {
        match self.outbox() {
            Ok(outbox) => {
                for place in Place::ALL {
                    let (intents, errors) = outbox.sort_out(place);
                    found.intents.extend(intents);
                    found.unreadable.extend(errors);
                }
            }
            Err(error) => found.unreadable.push(error),
        }
        match self.notices() {
            Ok(notices) => {
                for place in Place::ALL {
                    found.unreadable.extend(notices.errors(place));
                }
            }
            Err(error) => found.unreadable.push(error),
        }
    }

    fn bundles(&self, errors: &mut Vec<StoreError>) -> BTreeMap<String, bool> {
        let names = keep(durable::file_names(&self.layout.history()), errors);
        let mut bundles = BTreeMap::new();
        for name in names {
            let Some(run) = name.strip_suffix(".bundle") else {
                continue;
            };
            match durable::read_start(&self.layout.history().join(&name), 16) {
                Ok(Some(start)) => {
                    bundles.insert(run.to_owned(), BUNDLE_HEADS.contains(&start.as_slice()));
                }
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        bundles
    }
}

/// What was read, or nothing and the reason why.
fn keep<T: Default>(read: Result<T, StoreError>, errors: &mut Vec<StoreError>) -> T {
    read.unwrap_or_else(|error| {
        errors.push(error);
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Intent, ItemId, Origin, Payload, ProfileId};
    use crate::store::Home;
    use jiff::Timestamp;

    #[test]
    fn every_file_that_cannot_be_read_is_named_once() {
        let dir = tempfile::tempdir().unwrap();
        let id: ProfileId = "web".parse().unwrap();
        let store = Store::new(Home::below(dir.path()).layout(&id));
        assert!(store.unreadable().is_empty());
        let payload = Payload::Comment {
            body: "hello".to_owned(),
        };
        let now = Timestamp::UNIX_EPOCH;
        let item = Some(ItemId::issue(1));
        let intent = Intent::new(Origin::Pass, item, payload, "f".into(), vec![], now);
        assert!(store.outbox().unwrap().enqueue(&intent).unwrap());
        assert!(store.unreadable().is_empty());

        let newer = br#"{"format":99}"#;
        let pending = durable::file_names(&store.layout().folder("outbox/pending")).unwrap();
        let files = [
            "holds/x.json".to_owned(),
            "leases/y.json".to_owned(),
            "trust.json".to_owned(),
            "runs/20261121-031502-issue-12-a1/run.json".to_owned(),
            "history/20261121-031502-issue-13-a1/run.json".to_owned(),
            format!("outbox/pending/{}", pending[0]),
        ];
        for file in &files {
            let path = store.layout().root().join(file);
            durable::create_dirs(path.parent().unwrap()).unwrap();
            durable::write_atomic(&path, newer).unwrap();
        }
        let errors = store.unreadable();
        assert_eq!(errors.len(), files.len(), "{errors:?}");
        for file in &files {
            let names = |error: &&StoreError| matches!(error, StoreError::Newer { path, .. } if path.ends_with(file));
            assert_eq!(errors.iter().filter(names).count(), 1, "{file}: {errors:?}");
        }
    }
}
