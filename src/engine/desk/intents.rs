//! Writes that a person sends again or gives up. Both hold the flusher's lock: what is being sent is neither.

use std::collections::BTreeSet;

use super::Desk;
use crate::domain::{Intent, IntentId, Origin, Phase};
use crate::engine::EngineError;
use crate::store::{Entry, LockName, Outbox, Place, Queued, crash_point};

impl Desk<'_> {
    /// Puts a failed intent back in the queue with all its tries and all its time; one that waits becomes due at once.
    /// What it may have written is still looked up before it is sent.
    ///
    /// # Errors
    /// `Missing` when there is no such intent, `Forbidden` when it is confirmed.
    pub fn retry_intent(&self, id: &IntentId, actor: &str) -> Result<Intent, EngineError> {
        let _flush = self.change_lock(LockName::Flush, "outbox retry")?;
        let outbox = self.settled_outbox()?;
        let mut queued = open(&outbox, id, "sending")?;
        if queued.place == Place::Failed {
            // Tries and the time until acp gives up count from here.
            queued.intent.first_tried = None;
        }
        queued.intent.attempts = 0;
        queued.intent.next = None;
        queued.intent.last_error = None;
        if self.dry_run {
            return Ok(queued.intent);
        }
        crash_point("desk.before_retry");
        outbox.retry(&queued)?;
        self.changed(&self.entry("intent.retried", &queued.intent, actor))?;
        Ok(queued.intent)
    }

    /// Gives up an intent and all that need it, in the order of the outbox. What a person typed is removed; what a pass or
    /// a run wanted stays in `failed/` as given up, so that no pass wants it again.
    ///
    /// # Errors
    /// `Missing` when there is no such intent, `Forbidden` when it, or one that needs it, happened or may have happened.
    pub fn drop_intent(&self, id: &IntentId, actor: &str) -> Result<Vec<Intent>, EngineError> {
        let _flush = self.change_lock(LockName::Flush, "outbox drop")?;
        let outbox = self.settled_outbox()?;
        open(&outbox, id, "dropping")?;
        let dropped = with_dependents(outbox.open_intents()?, id);
        if let Some(sent) = dropped.iter().find(|queued| may_have_happened(queued)) {
            let why = format!(
                "`{}` was sent and its answer is not known yet: `acp outbox flush` looks it up",
                sent.intent.id
            );
            let what = format!("dropping `{id}`");
            return Err(EngineError::Forbidden { what, why });
        }
        if !self.dry_run {
            // The last ones first: a kill in between leaves no intent whose need is gone.
            for queued in dropped.iter().rev() {
                // Told before it is done: a write that was wanted never vanishes without a word.
                self.note(&self.entry("intent.dropped", &queued.intent, actor));
                match queued.intent.origin {
                    Origin::Verb { .. } => outbox.remove(queued)?,
                    Origin::Run(_) | Origin::Pass => outbox.give_up(queued, actor)?,
                }
                crash_point("desk.intent_dropped");
            }
            self.store.journal().sync()?;
        }
        Ok(dropped.into_iter().map(|queued| queued.intent).collect())
    }

    fn settled_outbox(&self) -> Result<Outbox, EngineError> {
        let outbox = self.store.outbox()?;
        if !self.dry_run {
            outbox.settle()?;
        }
        Ok(outbox)
    }

    fn entry(&self, what: &str, intent: &Intent, actor: &str) -> Entry {
        let entry = Entry::new(self.clock.now(), what).intent(&intent.id);
        let kind = intent.payload.kind().as_str();
        Entry {
            item: intent.item,
            ..entry.text(format!("{kind} {} by {actor}", intent.target()))
        }
    }
}

/// One that is neither confirmed nor gone.
fn open(outbox: &Outbox, id: &IntentId, doing: &str) -> Result<Queued, EngineError> {
    let mut all = outbox.open_intents()?.into_iter();
    if let Some(queued) = all.find(|queued| queued.intent.id == *id) {
        let Some(by) = &queued.intent.dropped else {
            return Ok(queued);
        };
        let what = format!("{doing} `{id}`");
        let why = match queued.intent.item {
            Some(item) => format!("{by} dropped it: `acp why {item}` says what to do now"),
            None => format!("{by} dropped it"),
        };
        return Err(EngineError::Forbidden { what, why });
    }
    if outbox.is_done(id)? {
        let what = format!("{doing} `{id}`");
        let why = "it has happened already".to_owned();
        return Err(EngineError::Forbidden { what, why });
    }
    let what = format!("intent `{id}` in the outbox");
    Err(EngineError::Missing { what })
}

/// Whether it was sent with an answer that nobody knows. What failed has an answer, or a person has to find it.
fn may_have_happened(queued: &Queued) -> bool {
    queued.place != Place::Failed && queued.intent.phase != Phase::Prepared
}

/// An intent and all that need it, directly or not. A need is always older, so one look in order finds them all.
fn with_dependents(all: Vec<Queued>, id: &IntentId) -> Vec<Queued> {
    let mut gone = BTreeSet::from([id.clone()]);
    let mut out = vec![];
    for queued in all.into_iter().filter(|q| q.intent.dropped.is_none()) {
        let needs_one = queued.intent.needs.iter().any(|need| gone.contains(need));
        if needs_one || queued.intent.id == *id {
            gone.insert(queued.intent.id.clone());
            out.push(queued);
        }
    }
    out
}
