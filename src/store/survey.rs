//! Looking through everything that is kept, for what cannot be read.

use super::{Place, Store, StoreError};
use crate::domain::{Run, RunFindings};
use crate::durable;

impl Store {
    /// Why records of this profile cannot be read: one error for each file that is damaged, too large, of a newer format,
    /// or refused by the operating system. Archived runs are looked at too. Changes nothing and takes no lock; what is
    /// moved meanwhile is passed over.
    pub fn unreadable(&self) -> Vec<StoreError> {
        let mut errors = self.leases().errors();
        errors.extend(self.retries().errors());
        errors.extend(self.cooldowns().errors());
        errors.extend(self.holds().errors());
        errors.extend(self.approvals().errors());
        errors.extend(self.budgets().errors());
        errors.extend(self.mirror().err());
        errors.extend(self.facts().err());
        errors.extend(self.repository_note().err());
        errors.extend(self.trust().err());
        errors.extend(self.last_pass().err());
        for folder in [self.layout.runs(), self.layout.history()] {
            let names = match durable::folder_names(&folder) {
                Ok(names) => names,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            for name in names {
                let run = folder.join(name);
                errors.extend(durable::read_record::<Run>(&run.join("run.json")).err());
                let findings = durable::read_record::<RunFindings>(&run.join("findings.json"));
                errors.extend(findings.err());
            }
        }
        match self.outbox() {
            Ok(outbox) => {
                for place in Place::ALL {
                    errors.extend(outbox.errors(place));
                }
            }
            Err(error) => errors.push(error),
        }
        errors
    }
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
