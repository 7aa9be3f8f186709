//! Notices that a person sends again or gives up.

use super::Desk;
use crate::domain::{IntentId, Notice};
use crate::engine::EngineError;
use crate::store::{Entry, LockName, Place, QueuedNotice};

impl Desk<'_> {
    /// Puts a notice that was given up back in the queue with all its tries; one that waits becomes due at once.
    ///
    /// # Errors
    /// `Missing` when there is no such notice, `Forbidden` when it was taken.
    pub fn retry_notice(&self, id: &IntentId, actor: &str) -> Result<Notice, EngineError> {
        let _lock = self.change_lock(LockName::Notify, "notify retry")?;
        let queued = self.open_notice(id, "sending")?;
        let notice = queued.notice.clone();
        if !self.dry_run {
            self.store.notices()?.retry(queued, self.clock.now())?;
            self.changed(&self.about(&notice, "notice.retried", actor))?;
        }
        Ok(notice)
    }

    /// Removes a notice that waits or was given up.
    ///
    /// # Errors
    /// As [`Self::retry_notice`].
    pub fn drop_notice(&self, id: &IntentId, actor: &str) -> Result<Notice, EngineError> {
        let _lock = self.change_lock(LockName::Notify, "notify drop")?;
        let queued = self.open_notice(id, "dropping")?;
        let notice = queued.notice.clone();
        if !self.dry_run {
            // Told before it is done: nothing that was to be told vanishes without a word.
            self.changed(&self.about(&notice, "notice.dropped", actor))?;
            self.store.notices()?.remove(&queued)?;
        }
        Ok(notice)
    }

    fn open_notice(&self, id: &IntentId, doing: &str) -> Result<QueuedNotice, EngineError> {
        let notices = self.store.notices()?;
        if !self.dry_run {
            notices.settle()?;
        }
        match notices.find(id)? {
            None => Err(EngineError::Missing {
                what: format!("notice `{id}`"),
            }),
            Some(queued) if queued.place == Place::Done => Err(EngineError::Forbidden {
                what: format!("{doing} `{id}`"),
                why: "it was taken already".to_owned(),
            }),
            Some(queued) => Ok(queued),
        }
    }

    fn about(&self, notice: &Notice, what: &str, actor: &str) -> Entry {
        let mut entry = Entry::new(self.clock.now(), what);
        entry.item = notice.news.item;
        let (to, title) = (&notice.to, &notice.news.title);
        entry.text(format!("{} to {to} ({title}) by {actor}", notice.id))
    }
}
