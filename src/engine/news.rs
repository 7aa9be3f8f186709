//! Deciding what is told, and putting it in the queue of notices so that no crash loses or repeats it.

use jiff::Timestamp;

use super::{Engine, EngineError};
use crate::domain::{News, NewsBook, Notice, Plan, Snapshot, Told};
use crate::policy;
use crate::store::{Entry, LockName, Place, StoreError, crash_point};
use crate::sys::local;

/// Notices that wait at once. What comes on top is not told, and the journal says so.
const WAITING_MAX: usize = 200;

impl Engine<'_> {
    /// Queues what is new and worth telling. Needs the pass lock. Writes nothing while nothing has changed.
    ///
    /// What was decided is written down first, with its text and its time; the id of a notice rests on both. So a pass that
    /// dies in between is taken up by the next one, with the same notices.
    pub(super) fn tell(
        &self,
        snapshot: &Snapshot,
        plan: &Plan,
        moved: Timestamp,
    ) -> Result<(), EngineError> {
        if self.rules.notify.to.is_empty() {
            return Ok(());
        }
        let before = self.store.news()?;
        let book = self.decide(&before, snapshot, plan, moved);
        self.write_down(&before, book)
    }

    /// What the next pass would tell, one for each notifier that wants to hear of it. Writes nothing.
    pub(super) fn would_tell(
        &self,
        snapshot: &Snapshot,
        plan: &Plan,
        moved: Timestamp,
    ) -> Result<Vec<Notice>, EngineError> {
        if self.rules.notify.to.is_empty() {
            return Ok(vec![]);
        }
        let book = self.decide(&self.store.news()?, snapshot, plan, moved);
        let pending = book.told.values().filter_map(|told| {
            let news = told.pending.as_ref()?;
            Some(self.notices_of(news, told.at))
        });
        Ok(pending.flatten().collect())
    }

    /// The book as this pass leaves it, with what is new in it.
    fn decide(
        &self,
        before: &NewsBook,
        snapshot: &Snapshot,
        plan: &Plan,
        moved: Timestamp,
    ) -> NewsBook {
        let found = policy::news(snapshot, plan, self.rules, moved);
        let (now, known) = (snapshot.now, snapshot.stale.is_none());
        let book = policy::book(before, &found, known, &self.rules.notify, now);
        let mut book = book.unwrap_or_else(|| before.clone());
        let here = local(now);
        let digest = policy::digest_news(&book, snapshot, plan, self.rules, &here);
        if let Some((day, news)) = digest {
            book.digest_day = Some(day);
            book.for_digest.clear();
            let told = Told {
                at: now,
                gone: Some(now),
                pending: Some(news.clone()),
            };
            book.told.insert(news.fingerprint, told);
        } else if let Some(day) = policy::digests_begin(&book, &self.rules.notify, &here) {
            book.digest_day = Some(day);
        }
        book
    }

    /// Queues once that passes end with an error, for as long as they do. What else is so is not known then and stays as it
    /// was told.
    pub(super) fn tell_failure(&self, verb: &str, error: &EngineError) -> Result<(), EngineError> {
        // Who waits in vain for a lock is told by the exit code, and the next pass waits again.
        let is_busy = matches!(error, EngineError::Store(StoreError::Busy { .. }));
        if is_busy || self.rules.notify.to.is_empty() {
            return Ok(());
        }
        // Whoever has it is another pass, with an end of its own.
        let Some(_pass) = self.store.try_lock(LockName::Pass, verb)? else {
            return Ok(());
        };
        let before = self.store.news()?;
        let found = [policy::failed_pass(
            self.rules,
            error.kind(),
            &error.to_string(),
        )];
        let now = self.clock.now();
        match policy::book(&before, &found, false, &self.rules.notify, now) {
            Some(book) => self.write_down(&before, book),
            None => self.queue(before),
        }
    }

    fn write_down(&self, before: &NewsBook, book: NewsBook) -> Result<(), EngineError> {
        if book != *before {
            self.store.put_news(&book)?;
            crash_point("news.decided");
        }
        self.queue(book)
    }

    fn queue(&self, mut book: NewsBook) -> Result<(), EngineError> {
        let mut queued = false;
        for told in book.told.values_mut() {
            if let Some(news) = told.pending.take() {
                queued = true;
                for notice in self.notices_of(&news, told.at) {
                    self.queue_one(&notice)?;
                    crash_point("news.queued");
                }
            }
        }
        if queued {
            self.store.put_news(&book)?;
            // It is said where it fails.
            let _problem = self.keep_notes();
        }
        Ok(())
    }

    /// One for each notifier that wants to hear of it.
    pub(super) fn notices_of(&self, news: &News, at: Timestamp) -> Vec<Notice> {
        let wants = self.rules.notify.to.iter();
        wants
            .filter(|(_, rules)| news.priority >= rules.priority)
            .map(|(name, _)| Notice::new(name, news.clone(), at))
            .collect()
    }

    /// `false`: it is there already, or too many wait.
    pub(super) fn queue_one(&self, notice: &Notice) -> Result<bool, EngineError> {
        let notices = self.store.notices()?;
        let waiting = notices.list(&[Place::Pending, Place::Claimed])?.len();
        let is_new = waiting < WAITING_MAX && notices.enqueue(notice)?;
        let what = match (is_new, waiting) {
            (true, _) => "notice.queued",
            (false, WAITING_MAX..) => "notice.dropped",
            (false, _) => return Ok(false),
        };
        self.note_notice(what, notice, "");
        Ok(is_new)
    }

    pub(super) fn note_notice(&self, what: &str, notice: &Notice, why: &str) {
        let mut entry = Entry::new(self.clock.now(), what);
        entry.item = notice.news.item;
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {why}")
        };
        let (to, title) = (&notice.to, &notice.news.title);
        self.note(&entry.text(format!("{} to {to} ({title}){why}", notice.id)));
    }
}
