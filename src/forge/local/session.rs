//! The forge under its lock: the only way to write.

use std::time::Duration;

use super::books::Books;
use super::event::Event;
use super::{LOCK, LocalForge, views};
use crate::durable::{self, DurableError, Lock, Rank, crash_point};
use crate::forge::ForgeError;

/// The lock is held for a few file operations, or one that moves a branch.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// A forge that is locked, with files that reflect the whole log and no unfinished merge.
pub(super) struct Session<'a> {
    pub(super) books: Books<'a>,
    _lock: Lock,
}

impl<'a> Session<'a> {
    /// Takes the lock and repairs what the last holder left undone. `what` is for whoever waits.
    pub(super) fn open(forge: &'a LocalForge, what: &str) -> Result<Self, ForgeError> {
        let path = forge.dir.join(LOCK);
        if !forge.dir.is_dir() {
            return Err(crate::forge::model::missing(format_args!(
                "the local forge `{}`",
                forge.dir.display()
            )));
        }
        let clock = forge.clock.as_ref();
        let lock = Lock::acquire(&path, Rank::Forge, what, LOCK_LIMIT, clock, &mut |_, _| {})?;
        let mut session = Self {
            books: Books::read(forge)?,
            _lock: lock,
        };
        session.repair()?;
        session.finish_merge()?;
        Ok(session)
    }

    /// Writes an event down. Once it is in the log it has happened, whatever becomes of the files.
    pub(super) fn commit(&mut self, mut event: Event) -> Result<(), ForgeError> {
        let books = &mut self.books;
        event.seq = books.index.seq + 1;
        crash_point("forge.before_event");
        books.index.end = books.forge.log.append_synced(&event)?;
        crash_point("forge.after_event");
        books.index.take(&event);
        books.tail.push(event);
        // A failure here must not look like one of the event: sent again, it would happen twice. The files are repaired
        // by the next one who takes the lock; until then readers lay the log over them.
        let _repaired_later = self.repair();
        Ok(())
    }

    fn repair(&mut self) -> durable::Result<()> {
        let books = &mut self.books;
        if books.tail.is_empty() {
            return Ok(());
        }
        let dir = &books.forge.dir;
        for folder in views::FOLDERS {
            durable::create_dirs(&dir.join(folder))?;
        }
        match views::reflect(dir, &books.tail) {
            Err(DurableError::Damaged { .. }) => {
                views::reflect(dir, &books.forge.log.read::<Event>(0)?.records)?;
            }
            reflected => reflected?,
        }
        crash_point("forge.after_files");
        books.index.store(dir)?;
        books.tail.clear();
        Ok(())
    }
}
