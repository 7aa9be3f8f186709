//! Notices on their way to people, in a maildir of their own, and the record of what was told.

use jiff::Timestamp;

use super::{Layout, Store, StoreError};
use crate::domain::{IntentId, NewsBook, Notice, Phase};
use crate::durable::{self, Enqueued, Entry, Maildir, Place};

/// The record of what was told.
const FILE: &str = "news.json";

/// The notices of a profile. A queue beside the outbox: nothing that goes to a forge waits for one of them.
#[derive(Debug)]
pub struct Notices {
    mail: Maildir,
}

/// A notice with its place.
#[derive(Debug)]
pub struct QueuedNotice {
    /// The notice.
    pub notice: Notice,
    /// Where it is.
    pub place: Place,
    entry: Entry,
}

impl Notices {
    pub(super) fn new(layout: &Layout) -> Result<Self, StoreError> {
        Ok(Self {
            mail: Maildir::open(&layout.folder("notices"))?,
        })
    }

    /// Why notices in `place` cannot be read, one error for each.
    pub(super) fn errors(&self, place: Place) -> Vec<StoreError> {
        match self.mail.list(place) {
            Ok(entries) => entries.iter().filter_map(|e| read(e).err()).collect(),
            Err(error) => vec![error],
        }
    }

    /// Puts a notice into the queue unless it is already anywhere in it. `true`: it is new.
    pub fn enqueue(&self, notice: &Notice) -> Result<bool, StoreError> {
        let enqueued = self.mail.enqueue(notice.id.as_str(), |seq| {
            durable::encode_record(&Notice {
                seq,
                ..notice.clone()
            })
        })?;
        Ok(matches!(enqueued, Enqueued::New { .. }))
    }

    /// Whether nothing waits to be sent: one look at two folders.
    pub fn is_idle(&self) -> Result<bool, StoreError> {
        Ok(
            self.mail.list(Place::Pending)?.is_empty()
                && self.mail.list(Place::Claimed)?.is_empty(),
        )
    }

    /// The notices in these places, in order, but for those that cannot be read; those that are done come last, by the
    /// time at which they were taken.
    pub fn list(&self, places: &[Place]) -> Result<Vec<QueuedNotice>, StoreError> {
        let mut out: Vec<QueuedNotice> = vec![];
        for place in places {
            for entry in self.mail.list(*place)? {
                // Moved on since the folder was listed.
                let notice = match read(&entry) {
                    Ok(Some(notice)) => notice,
                    Ok(None) => continue,
                    Err(error) if error.is_unreadable() => continue,
                    Err(error) => return Err(error),
                };
                let place = *place;
                out.retain(|seen| seen.notice.id != notice.id);
                out.push(QueuedNotice {
                    notice,
                    place,
                    entry,
                });
            }
        }
        out.sort_by_key(|q| (q.place == Place::Done, q.notice.told, q.notice.seq));
        Ok(out)
    }

    /// One notice, wherever it is.
    pub fn find(&self, id: &IntentId) -> Result<Option<QueuedNotice>, StoreError> {
        let Some((place, entry)) = self.mail.find(id.as_str())? else {
            return Ok(None);
        };
        Ok(read(&entry)?.map(|notice| QueuedNotice {
            notice,
            place,
            entry,
        }))
    }

    /// Takes a pending notice; one that is claimed already stays so.
    pub fn claim(&self, queued: QueuedNotice) -> Result<Option<QueuedNotice>, StoreError> {
        if queued.place == Place::Claimed {
            return Ok(Some(queued));
        }
        let Some(entry) = self.mail.claim(&queued.entry)? else {
            return Ok(None);
        };
        Ok(Some(QueuedNotice {
            notice: queued.notice,
            place: Place::Claimed,
            entry,
        }))
    }

    /// Writes a claimed notice before it is sent.
    pub fn update(&self, queued: &QueuedNotice) -> Result<(), StoreError> {
        self.mail
            .update(&queued.entry, &durable::encode_record(&queued.notice))
    }

    /// The notifier took it.
    pub fn complete(&self, queued: &QueuedNotice) -> Result<(), StoreError> {
        self.mail
            .complete(&queued.entry, &durable::encode_record(&queued.notice))
            .map(drop)
    }

    /// It is given up.
    pub fn fail(&self, queued: &QueuedNotice) -> Result<(), StoreError> {
        self.mail
            .fail(&queued.entry, &durable::encode_record(&queued.notice))
            .map(drop)
    }

    /// Later again.
    pub fn requeue(&self, queued: &QueuedNotice) -> Result<(), StoreError> {
        self.mail
            .requeue(&queued.entry, &durable::encode_record(&queued.notice))
            .map(drop)
    }

    /// Puts a notice that was given up back in the queue, as if it had never been tried.
    pub fn retry(&self, mut queued: QueuedNotice, now: Timestamp) -> Result<(), StoreError> {
        queued.notice.phase = Phase::Prepared;
        queued.notice.attempts = 0;
        queued.notice.next = None;
        queued.notice.created = now;
        self.mail
            .retry(&queued.entry, &durable::encode_record(&queued.notice))
            .map(drop)
    }

    /// Removes a notice that was given up, or is not wanted.
    pub fn remove(&self, queued: &QueuedNotice) -> Result<(), StoreError> {
        self.mail.remove(&queued.entry).map(drop)
    }

    /// Clears up after a power cut, as the outbox does.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.mail.settle().map(drop)
    }
}

impl Store {
    /// What was told.
    pub fn news(&self) -> Result<NewsBook, StoreError> {
        let path = self.layout.root().join(FILE);
        Ok(durable::read_record(&path)?.unwrap_or_default())
    }

    /// Writes what was told. Needs the pass lock.
    pub fn put_news(&self, book: &NewsBook) -> Result<(), StoreError> {
        durable::create_dirs(self.layout.root())?;
        durable::write_record(&self.layout.root().join(FILE), book)
    }
}

fn read(entry: &Entry) -> Result<Option<Notice>, StoreError> {
    durable::read_record(&entry.path)
}
