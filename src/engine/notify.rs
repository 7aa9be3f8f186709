//! Sending notices: at least once each, within a time of its own, and never in the way of anything else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Engine, EngineError, LOCK_WAIT};
use crate::domain::{IntentId, News, Notice, Phase, Priority};
use crate::notify::{Message, NotifyError};
use crate::policy;
use crate::store::{LockName, Notices, Place, QueuedNotice, crash_point};
use crate::sys::local;

/// Waits after the first, second, … try; the last one repeats.
const DELAYS: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(3),
];
/// The longest that any wait is believed: a vendor's word, or a time that a clock has set.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(7);
/// Tries of one notice.
const TRIES_MAX: u32 = 10;
/// How long a notice is tried before it is given up: after that it is no news.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// What all sending of one pass may take. A try that has begun is not cut off by it.
const TIME_MAX: Duration = Duration::from_secs(15);
/// How long a notice that was taken is kept.
const KEEP_DONE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long one that was given up is kept.
const KEEP_FAILED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The same message within this time is told once.
const SAME_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// How often a verb looks whether another sender is done.
const POLL: Duration = Duration::from_millis(50);

/// One notice that was dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldTo {
    /// The notice afterwards.
    pub notice: Notice,
    /// Why it was not taken.
    pub error: Option<String>,
    /// It is given up.
    pub failed: bool,
}

/// What sending came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sending {
    /// Another sender is at work.
    pub busy: bool,
    /// Notices that were dealt with.
    pub told: Vec<ToldTo>,
    /// Notices that wait.
    pub waiting: usize,
    /// When the first of them is due.
    pub next: Option<Timestamp>,
    /// Why the journal does not tell of it.
    pub unnoted: Option<String>,
}

/// What a message of a person came to at one notifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It was taken.
    Taken(Notice),
    /// It waits, and why.
    Waits(Notice, String),
    /// It is given up, and why.
    Failed(Notice, String),
    /// The same was told not long ago.
    Before(Notice),
}

impl Engine<'_> {
    /// Sends the notices that are due, if no other sender is at work. An empty queue costs a look at two folders.
    pub fn send_notices(&self) -> Result<Sending, EngineError> {
        let notices = self.store.notices()?;
        if notices.is_idle()? {
            return Ok(Sending::default());
        }
        let Some(lock) = self.store.try_lock(LockName::Notify, "notices")? else {
            return Ok(Sending {
                busy: true,
                ..Sending::default()
            });
        };
        let sending = self.send_held(&notices, None);
        drop(lock);
        sending
    }

    /// Sends `only`, or everything that is due. The caller holds the senders' lock.
    fn send_held(
        &self,
        notices: &Notices,
        only: Option<&BTreeSet<IntentId>>,
    ) -> Result<Sending, EngineError> {
        notices.settle()?;
        let end = self.clock.monotonic() + TIME_MAX;
        let mut sending = Sending::default();
        let mut queue = notices.list(&[Place::Pending, Place::Claimed])?;
        let mut asleep = self.asleep(&queue);
        // A notifier that does not answer costs time: those that do come first.
        let tried: BTreeSet<String> = queue
            .iter()
            .filter(|queued| queued.notice.attempts > 0)
            .map(|queued| queued.notice.to.clone())
            .collect();
        queue.sort_by_key(|queued| (tried.contains(&queued.notice.to), queued.notice.seq));
        for queued in queue {
            let notice = &queued.notice;
            if only.is_some_and(|only| !only.contains(&notice.id)) {
                continue;
            }
            let until = self.quiet(notice).max(asleep.get(&notice.to).copied());
            if until.is_some() || self.clock.monotonic() >= end {
                sending.wait(until);
                continue;
            }
            let Some(told) = self.send_notice(notices, queued)? else {
                continue;
            };
            if told.error.is_some() && !told.failed {
                // The others to it wait as this one does: it is asked once.
                sending.wait(told.notice.next);
                let next = told.notice.next.unwrap_or_else(|| self.clock.now());
                asleep.insert(told.notice.to.clone(), next);
            }
            sending.told.push(told);
        }
        if !sending.told.is_empty() {
            sending.unnoted = self.keep_notes();
            self.forget_old(notices)?;
        }
        Ok(sending)
    }

    /// Notifiers that are left alone because one of their notices waits after a try, and until when.
    fn asleep(&self, queue: &[QueuedNotice]) -> BTreeMap<String, Timestamp> {
        let now = self.clock.now();
        let mut asleep = BTreeMap::<String, Timestamp>::new();
        for queued in queue {
            let next = queued.notice.next.filter(|next| {
                // Further ahead than any wait: the clock was set back.
                *next > now && next.duration_since(now) <= WAIT_MAX
            });
            if let Some(next) = next {
                let until = asleep.entry(queued.notice.to.clone()).or_insert(next);
                *until = next.max(*until);
            }
        }
        asleep
    }

    /// Until when it waits for the end of quiet hours.
    fn quiet(&self, notice: &Notice) -> Option<Timestamp> {
        if notice.news.priority == Priority::Urgent {
            return None;
        }
        policy::quiet_until(self.rules.notify.quiet, &local(self.clock.now()))
    }

    fn send_notice(
        &self,
        notices: &Notices,
        queued: QueuedNotice,
    ) -> Result<Option<ToldTo>, EngineError> {
        let Some(mut queued) = notices.claim(queued)? else {
            return Ok(None);
        };
        crash_point("notify.claimed");
        // It was taken, and whoever sent it died before it was put away.
        if queued.notice.phase == Phase::Confirmed {
            notices.complete(&queued)?;
            return Ok(None);
        }
        let Some(notifier) = (self.notifier)(&queued.notice.to) else {
            let why = format!(
                "the profile has no notifier `{}` any more",
                queued.notice.to
            );
            return self.give_up(notices, queued, why).map(Some);
        };
        if queued.notice.attempts >= TRIES_MAX {
            let why = "whoever sent it died each time".to_owned();
            return self.give_up(notices, queued, why).map(Some);
        }
        queued.notice.phase = Phase::Dispatched;
        queued.notice.attempts += 1;
        notices.update(&queued)?;
        crash_point("notify.dispatched");
        let answer = notifier.send(&Message {
            id: &queued.notice.id,
            profile: &self.rules.id,
            news: &queued.notice.news,
            at: queued.notice.created,
        });
        crash_point("notify.answered");
        let (why, after, phase) = match answer {
            Ok(()) => return self.taken(notices, queued).map(Some),
            Err(NotifyError::Refused { why }) => {
                return self.give_up(notices, queued, why).map(Some);
            }
            Err(NotifyError::Later { why, after }) => (why, after, Phase::Prepared),
            Err(NotifyError::Lost { why }) => (why, None, Phase::Dispatched),
        };
        let now = self.clock.now();
        let over = now.duration_since(queued.notice.created) >= GIVE_UP_AFTER;
        if over || queued.notice.attempts >= TRIES_MAX {
            return self.give_up(notices, queued, why).map(Some);
        }
        queued.notice.phase = phase;
        queued.notice.last_error = Some(why.clone());
        queued.notice.next = Some(self.next_notice(&queued.notice, after));
        notices.requeue(&queued)?;
        self.note_notice("notice.delayed", &queued.notice, &why);
        Ok(Some(ToldTo {
            notice: queued.notice,
            error: Some(why),
            failed: false,
        }))
    }

    fn next_notice(&self, notice: &Notice, after: Option<Duration>) -> Timestamp {
        let tries = usize::try_from(notice.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let delay = DELAYS[tries.min(DELAYS.len() - 1)];
        // What the other side says counts, also when it is sooner.
        let wait = after.unwrap_or(delay);
        let now = self.clock.now();
        now.checked_add(wait).unwrap_or(now)
    }

    fn taken(&self, notices: &Notices, mut queued: QueuedNotice) -> Result<ToldTo, EngineError> {
        queued.notice.phase = Phase::Confirmed;
        queued.notice.told = Some(self.clock.now());
        queued.notice.last_error = None;
        queued.notice.next = None;
        notices.complete(&queued)?;
        self.note_notice("notice.told", &queued.notice, "");
        Ok(ToldTo {
            notice: queued.notice,
            error: None,
            failed: false,
        })
    }

    fn give_up(
        &self,
        notices: &Notices,
        mut queued: QueuedNotice,
        why: String,
    ) -> Result<ToldTo, EngineError> {
        queued.notice.last_error = Some(why.clone());
        notices.fail(&queued)?;
        self.note_notice("notice.failed", &queued.notice, &why);
        Ok(ToldTo {
            notice: queued.notice,
            error: Some(why),
            failed: true,
        })
    }

    fn forget_old(&self, notices: &Notices) -> Result<(), EngineError> {
        let now = self.clock.now();
        for queued in notices.list(&[Place::Failed, Place::Done])? {
            let (since, keep) = match queued.place {
                Place::Done => (queued.notice.told, KEEP_DONE),
                _ => (Some(queued.notice.created), KEEP_FAILED),
            };
            if since.is_some_and(|at| now.duration_since(at) > keep) {
                notices.remove(&queued)?;
            }
        }
        Ok(())
    }

    /// Tells at once what a person or a script says, waiting up to 30 s for another sender. What was said in the last half
    /// hour is not said again, unless with `again`.
    ///
    /// # Errors
    /// The state folder.
    pub fn say_news(
        &self,
        news: &News,
        to: Option<&str>,
        again: bool,
    ) -> Result<Vec<Said>, EngineError> {
        let notices = self.store.notices()?;
        let now = self.clock.now();
        // A time that is still to come is a mistake of the clock.
        let is_same = |notice: &Notice| {
            let age = now.duration_since(notice.created);
            let lately = !age.is_negative() && age <= SAME_WITHIN;
            notice.news.fingerprint == news.fingerprint && !again && lately
        };
        // What was given up was not told.
        let known = notices.list(&[Place::Pending, Place::Claimed, Place::Done])?;
        let (mut said, mut fresh) = (vec![], vec![]);
        for notice in self.notices_of(news, now) {
            if to.is_some_and(|to| to != notice.to) {
                continue;
            }
            let same =
                |queued: &&QueuedNotice| queued.notice.to == notice.to && is_same(&queued.notice);
            if let Some(before) = known.iter().find(same) {
                said.push(Said::Before(before.notice.clone()));
            } else {
                self.queue_one(&notice)?;
                fresh.push(notice);
            }
        }
        let only: BTreeSet<IntentId> = fresh.iter().map(|notice| notice.id.clone()).collect();
        if !only.is_empty() {
            // It is said where it fails.
            let _problem = self.keep_notes();
            self.send_these(&notices, &only)?;
        }
        for notice in fresh {
            said.push(self.what_became_of(&notices, notice)?);
        }
        Ok(said)
    }

    fn send_these(&self, notices: &Notices, only: &BTreeSet<IntentId>) -> Result<(), EngineError> {
        let limit = self.clock.monotonic() + LOCK_WAIT;
        loop {
            if let Some(lock) = self.store.try_lock(LockName::Notify, "a typed notice")? {
                let sent = self.send_held(notices, Some(only));
                drop(lock);
                return sent.map(drop);
            }
            if self.clock.monotonic() >= limit {
                return Ok(());
            }
            self.clock.sleep(POLL);
        }
    }

    fn what_became_of(&self, notices: &Notices, notice: Notice) -> Result<Said, EngineError> {
        let Some(queued) = notices.find(&notice.id)? else {
            return Ok(Said::Failed(notice, "too many notices wait".to_owned()));
        };
        let why = queued.notice.last_error.clone();
        Ok(match queued.place {
            Place::Done => Said::Taken(queued.notice),
            Place::Failed => Said::Failed(queued.notice, why.unwrap_or_default()),
            Place::Pending | Place::Claimed => {
                let quiet = self.quiet(&queued.notice);
                let quiet = quiet.map(|until| format!("quiet hours until {until}"));
                let why = why.or(quiet);
                let why = why.unwrap_or_else(|| "another notice to it waits".to_owned());
                Said::Waits(queued.notice, why)
            }
        })
    }
}

impl Sending {
    fn wait(&mut self, next: Option<Timestamp>) {
        self.waiting += 1;
        self.next = match (self.next, next) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;
