//! The outbox: intents in a maildir.

use super::{Layout, StoreError};
use crate::domain::{Intent, IntentId, IntentView};
use crate::durable::{self, Enqueued, Entry, Maildir, Place};

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

impl Outbox {
    pub(super) fn new(layout: &Layout) -> Result<Self, StoreError> {
        Ok(Self {
            mail: Maildir::open(&layout.folder("outbox"))?,
        })
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

    /// All intents that are not confirmed, in order.
    pub fn open_intents(&self) -> Result<Vec<Queued>, StoreError> {
        let mut out = vec![];
        for place in [Place::Claimed, Place::Pending, Place::Failed] {
            for entry in self.mail.list(place)? {
                // A flusher may move a file between the listing and the read; it is then met in its next place, or done.
                if let Some(intent) = read(&entry)? {
                    out.push(Queued {
                        intent,
                        place,
                        entry,
                    });
                }
            }
        }
        out.sort_by_key(|queued| queued.intent.seq);
        out.dedup_by(|a, b| a.intent.id == b.intent.id);
        Ok(out)
    }

    /// The same for a snapshot.
    pub fn views(&self) -> Result<Vec<IntentView>, StoreError> {
        let view = |queued: Queued| IntentView {
            failed: queued.place == Place::Failed,
            intent: queued.intent,
        };
        Ok(self.open_intents()?.into_iter().map(view).collect())
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
        durable::remove_file(&queued.entry.path).map(drop)
    }

    /// Confirmed intents.
    pub fn done(&self) -> Result<Vec<Intent>, StoreError> {
        let mut out = vec![];
        for entry in self.mail.list(Place::Done)? {
            out.extend(read(&entry)?);
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
