//! The outbox: intents in a maildir.

use std::collections::BTreeMap;

use super::{Layout, StoreError};
use crate::domain::{Intent, IntentId, IntentView};
use crate::durable::{self, Enqueued, Entry, Maildir, Place};

/// The order of looking for open intents: that in which they move, and once more where a delayed one goes back to. In any
/// other order one that is moved in between is missed.
const LOOKS: [Place; 4] = [
    Place::Pending,
    Place::Claimed,
    Place::Failed,
    Place::Pending,
];

/// How often everything is looked at again when one was moved while it was being read.
const LOOKS_MAX: u32 = 3;

/// Why intents cannot be read, by id.
pub type Unread = BTreeMap<String, StoreError>;

/// The intents of a profile.
#[derive(Debug)]
pub struct Outbox {
    mail: Maildir,
}

/// An intent that is not confirmed, with its place in the maildir.
#[derive(Debug)]
pub struct Queued {
    /// The intent.
    pub intent: Intent,
    /// Where it is.
    pub place: Place,
    entry: Entry,
}

/// An intent as it is filed, for a look at whether the name of its file agrees with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The folder.
    pub place: Place,
    /// The id in the name of the file.
    pub id: String,
    /// The number there; a confirmed one has none.
    pub seq: Option<u64>,
    /// The intent.
    pub intent: Intent,
}

impl Outbox {
    pub(super) fn new(layout: &Layout) -> Result<Self, StoreError> {
        Ok(Self {
            mail: Maildir::open(&layout.folder("outbox"))?,
        })
    }

    /// The intents in `place` that can be read, each with the id and number in the name of its file, and one error for
    /// each that cannot.
    pub(super) fn sort_out(&self, place: Place) -> (Vec<Filed>, Vec<StoreError>) {
        let (mut found, mut errors) = (vec![], vec![]);
        let entries = self.mail.list(place).unwrap_or_else(|error| {
            errors.push(error);
            vec![]
        });
        for entry in entries {
            match read(&entry) {
                Ok(Some(intent)) => found.push(Filed {
                    place,
                    id: entry.id,
                    seq: entry.seq,
                    intent,
                }),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        (found, errors)
    }

    /// Puts an intent into the outbox unless its key is already anywhere in it, confirmed ones included.
    /// `true`: it is new.
    pub fn enqueue(&self, intent: &Intent) -> Result<bool, StoreError> {
        let enqueued = self.mail.enqueue(intent.id.as_str(), |seq| {
            durable::encode_record(&Intent {
                seq,
                ..intent.clone()
            })
        })?;
        Ok(matches!(enqueued, Enqueued::New { .. }))
    }

    /// Whether nothing at all waits to be sent: one look at two folders.
    pub fn is_idle(&self) -> Result<bool, StoreError> {
        Ok(
            self.mail.list(Place::Pending)?.is_empty()
                && self.mail.list(Place::Claimed)?.is_empty(),
        )
    }

    /// All intents that are not confirmed, in order. A flusher may move them meanwhile. One that cannot be read stays where
    /// it is, and under its key: [`Self::views`] names it.
    pub fn open_intents(&self) -> Result<Vec<Queued>, StoreError> {
        Ok(self.open_intents_while(&mut || {})?.0)
    }

    /// `meanwhile` is called before each look at a folder. Those that cannot be read come second, by id.
    fn open_intents_while(
        &self,
        meanwhile: &mut dyn FnMut(),
    ) -> Result<(Vec<Queued>, Unread), StoreError> {
        let (mut found, mut unread) = (BTreeMap::new(), Unread::new());
        for _ in 0..LOOKS_MAX {
            let lost = self.look(&mut found, &mut unread, meanwhile)?;
            let mut is_gone = true;
            for id in lost.iter().filter(|id| !found.contains_key(*id)) {
                is_gone &= matches!(self.mail.find(id)?, None | Some((Place::Done, _)));
            }
            if is_gone {
                break;
            }
        }
        let mut out: Vec<Queued> = found.into_values().collect();
        out.sort_by_key(|queued| queued.intent.seq);
        Ok((out, unread))
    }

    /// Looks at every folder; returns the ids of intents that were moved before they could be read.
    fn look(
        &self,
        found: &mut BTreeMap<String, Queued>,
        unread: &mut Unread,
        meanwhile: &mut dyn FnMut(),
    ) -> Result<Vec<String>, StoreError> {
        let mut lost = vec![];
        found.clear();
        unread.clear();
        for (at, place) in LOOKS.into_iter().enumerate() {
            meanwhile();
            for entry in self.mail.list(place)? {
                // Back in `pending`, or a copy there that a power cut has left: what was seen elsewhere counts.
                if at == LOOKS.len() - 1 && found.contains_key(&entry.id) {
                    continue;
                }
                let id = entry.id.clone();
                let intent = match read(&entry) {
                    Ok(Some(intent)) => intent,
                    Ok(None) => {
                        lost.push(id);
                        continue;
                    }
                    Err(error) if error.is_unreadable() => {
                        unread.insert(id, error);
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let queued = Queued {
                    intent,
                    place,
                    entry,
                };
                found.insert(id, queued);
            }
        }
        Ok(lost)
    }

    /// The same for a snapshot, and those that cannot be read, by id.
    pub fn views(&self) -> Result<(Vec<IntentView>, Unread), StoreError> {
        let view = |queued: Queued| IntentView {
            failed: queued.place == Place::Failed,
            intent: queued.intent,
        };
        let (open, unread) = self.open_intents_while(&mut || {})?;
        Ok((open.into_iter().map(view).collect(), unread))
    }

    /// One intent, wherever it is; confirmed ones included.
    pub fn find(&self, id: &IntentId) -> Result<Option<(Place, Intent)>, StoreError> {
        let Some((place, entry)) = self.mail.find(id.as_str())? else {
            return Ok(None);
        };
        Ok(read(&entry)?.map(|intent| (place, intent)))
    }

    /// Whether an intent is confirmed.
    pub fn is_done(&self, id: &IntentId) -> Result<bool, StoreError> {
        Ok(matches!(
            self.mail.find(id.as_str())?,
            Some((Place::Done, _))
        ))
    }

    /// Takes a pending intent for this flusher; one that is claimed already stays so.
    pub fn claim(&self, queued: Queued) -> Result<Option<Queued>, StoreError> {
        if queued.place == Place::Claimed {
            return Ok(Some(queued));
        }
        let Some(entry) = self.mail.claim(&queued.entry)? else {
            return Ok(None);
        };
        Ok(Some(Queued {
            intent: queued.intent,
            place: Place::Claimed,
            entry,
        }))
    }

    /// Writes a claimed intent's new phase before something is done about it.
    pub fn update(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail
            .update(&queued.entry, &durable::encode_record(&queued.intent))
    }

    /// It happened.
    pub fn complete(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail
            .complete(&queued.entry, &durable::encode_record(&queued.intent))
            .map(drop)
    }

    /// It cannot happen as it is; a person looks.
    pub fn fail(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail
            .fail(&queued.entry, &durable::encode_record(&queued.intent))
            .map(drop)
    }

    /// A person gives it up: it stays where failed ones are, with that person's name, and nothing puts it in again. A
    /// crash in between leaves it with the name where it is; the flusher then puts it away.
    pub fn give_up(&self, queued: &Queued, by: &str) -> Result<(), StoreError> {
        let intent = Intent {
            dropped: Some(by.to_owned()),
            ..queued.intent.clone()
        };
        let body = durable::encode_record(&intent);
        match queued.place {
            Place::Failed => self.mail.update(&queued.entry, &body),
            _ => self.mail.fail(&queued.entry, &body).map(drop),
        }
    }

    /// Later again.
    pub fn requeue(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail
            .requeue(&queued.entry, &durable::encode_record(&queued.intent))
            .map(drop)
    }

    /// Puts a failed intent back in the queue, at its old place in the order.
    pub fn retry(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail
            .retry(&queued.entry, &durable::encode_record(&queued.intent))
            .map(drop)
    }

    /// Removes an intent that was never sent, or that a person gives up.
    pub fn remove(&self, queued: &Queued) -> Result<(), StoreError> {
        self.mail.remove(&queued.entry).map(drop)
    }

    /// Clears up after a power cut: an intent that it left under several names keeps the one that tells most. Called before
    /// intents are sent, given up or forgotten.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.mail.settle().map(drop)
    }

    /// Confirmed intents. One that cannot be read stays: its key is taken all the same.
    pub fn done(&self) -> Result<Vec<Intent>, StoreError> {
        let mut out = vec![];
        for entry in self.mail.list(Place::Done)? {
            match read(&entry) {
                Ok(intent) => out.extend(intent),
                Err(error) if error.is_unreadable() => {}
                Err(error) => return Err(error),
            }
        }
        out.sort_by_key(|intent| intent.seq);
        Ok(out)
    }

    /// Forgets a confirmed intent whose item is closed and whose run is archived.
    pub fn forget(&self, id: &IntentId) -> Result<(), StoreError> {
        self.mail.forget_done(id.as_str()).map(drop)
    }
}

fn read(entry: &Entry) -> Result<Option<Intent>, StoreError> {
    durable::read_record(&entry.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemId, Origin, Payload};
    use crate::store::{Home, Store};

    fn store(root: &std::path::Path) -> Store {
        Store::new(Home::below(root).layout(&"p".parse().unwrap()))
    }

    fn intent(fact: &str) -> Intent {
        let payload = Payload::Comment {
            body: String::new(),
        };
        let item = Some(ItemId::issue(1));
        let now = jiff::Timestamp::UNIX_EPOCH;
        Intent::new(Origin::Pass, item, payload, fact.to_owned(), vec![], now)
    }

    /// A snapshot without it would let a pass believe that it is through.
    #[test]
    fn an_intent_that_is_moved_between_two_looks_is_not_missed() {
        for back in [false, true] {
            for at in 0..LOOKS.len() {
                let root = tempfile::tempdir().unwrap();
                let outbox = store(root.path()).outbox().unwrap();
                outbox.enqueue(&intent("a")).unwrap();
                let queued = outbox.open_intents().unwrap().remove(0);
                let mut claimed = None;
                let mut pending = Some(queued);
                if back {
                    claimed = outbox.claim(pending.take().unwrap()).unwrap();
                }
                let mut looks = 0;
                let found = outbox.open_intents_while(&mut || {
                    if looks == at {
                        match (pending.take(), claimed.take()) {
                            (Some(queued), _) => drop(outbox.claim(queued).unwrap().unwrap()),
                            (_, Some(queued)) => outbox.requeue(&queued).unwrap(),
                            _ => {}
                        }
                    }
                    looks += 1;
                });
                assert_eq!(found.unwrap().0.len(), 1, "back: {back}, before look {at}");
            }
        }
    }

    /// A power cut can leave both names of a claimed intent; the claimed one may tell of a dispatch.
    #[test]
    fn a_claimed_intent_is_the_truth_beside_a_pending_copy() {
        let root = tempfile::tempdir().unwrap();
        let outbox = store(root.path()).outbox().unwrap();
        outbox.enqueue(&intent("a")).unwrap();
        let mut queued = outbox.open_intents().unwrap().remove(0);
        let pending = queued.entry.path.clone();
        let copy = durable::read_file(&pending, 4096).unwrap().unwrap();
        queued = outbox.claim(queued).unwrap().unwrap();
        queued.intent.attempts = 3;
        outbox.update(&queued).unwrap();
        durable::write_atomic(&pending, &copy).unwrap();
        let open = outbox.open_intents().unwrap();
        assert_eq!(open.len(), 1);
        outbox.settle().unwrap();
        assert!(!pending.exists() && queued.entry.path.exists());
        assert_eq!(
            (open[0].place, open[0].intent.attempts),
            (Place::Claimed, 3)
        );
    }
}
