//! Writes that a person types: enqueued like all others, then sent at once.

use std::collections::BTreeSet;
use std::time::Duration;

use super::flush::Typed;
use super::{Engine, EngineError, LOCK_WAIT};
use crate::domain::{Applied, Intent, IntentId, ItemId, Origin, Payload, Writes};
use crate::store::{LockName, Outbox, Place};

/// How often a verb looks whether another flusher is done.
const POLL: Duration = Duration::from_millis(20);

impl Engine<'_> {
    /// An intent of a verb that `actor` typed. The same verb typed twice is two intents.
    pub fn typed(
        &self,
        actor: &str,
        item: Option<ItemId>,
        payload: Payload,
        needs: Vec<IntentId>,
    ) -> Intent {
        let nonce = format!("{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64());
        let origin = Origin::Verb {
            nonce,
            actor: actor.to_owned(),
        };
        Intent::new(
            origin,
            item,
            payload,
            String::new(),
            needs,
            self.clock.now(),
        )
    }

    /// Enqueues a typed write and sends it, waiting up to 30 s for another flusher.
    ///
    /// # Errors
    /// `NotConfirmed` when it is still in the outbox afterwards, `WriteRefused` when it is in `failed/`, `Forbidden` when
    /// the profile lets nothing leave this machine.
    pub fn write(&self, intent: &Intent) -> Result<Applied, EngineError> {
        if self.rules.policy.writes == Writes::Off && self.forge.capabilities().remote {
            return Err(EngineError::Forbidden {
                what: format!("writing to {}", intent.target()),
                why: "`policy.writes` is `off` and the forge is not on this machine".to_owned(),
            });
        }
        let outbox = self.store.outbox()?;
        outbox.enqueue(intent)?;
        // It is on disk and may be on the forge: whatever fails from here on, nobody may think that it was not written.
        let sent = self.send_typed(&outbox, intent);
        let unknown = |error: &EngineError| EngineError::NotConfirmed {
            id: intent.id.clone(),
            target: intent.target(),
            why: error.to_string(),
        };
        let (stopped, failed) = match sent {
            Ok(stopped) => (stopped, None),
            Err(error) => (None, Some(unknown(&error))),
        };
        match (outcome(&outbox, intent, stopped), failed) {
            (Err(EngineError::NotConfirmed { .. }), Some(failed)) => Err(failed),
            (Err(EngineError::Store(error)), _) => Err(unknown(&error.into())),
            (outcome, _) => outcome,
        }
    }

    /// Sends a write that is in the outbox, or waits until another flusher has. `Some`: why nothing more can be sent.
    fn send_typed(&self, outbox: &Outbox, intent: &Intent) -> Result<Option<String>, EngineError> {
        let typed = Typed {
            id: intent.id.clone(),
            with: with_needs(outbox, intent)?,
        };
        let limit = self.clock.monotonic() + LOCK_WAIT;
        loop {
            if let Some(lock) = self.store.try_lock(LockName::Flush, "a typed write")? {
                let flushed = self.flush_held(outbox, Some(&typed));
                drop(lock);
                let flushed = flushed?;
                let stopped = flushed.stopped.map(|stale| stale.error);
                return Ok(flushed.closed.or(stopped));
            }
            let found = outbox.find(&intent.id)?;
            let is_settled = matches!(found, Some((Place::Done | Place::Failed, _)));
            if is_settled || self.clock.monotonic() >= limit {
                return Ok(None);
            }
            self.clock.sleep(POLL);
        }
    }
}

/// An intent, everything it needs, and what is before it in the order of its item.
fn with_needs(outbox: &Outbox, intent: &Intent) -> Result<BTreeSet<IntentId>, EngineError> {
    let mut only = BTreeSet::from([intent.id.clone()]);
    only.extend(intent.needs.iter().cloned());
    for queued in outbox.open_intents()?.into_iter().rev() {
        let before = intent.item.is_some() && queued.intent.item == intent.item;
        if before || only.contains(&queued.intent.id) {
            only.extend(queued.intent.needs.iter().cloned());
            only.insert(queued.intent.id);
        }
    }
    Ok(only)
}

fn outcome(
    outbox: &Outbox,
    intent: &Intent,
    stopped: Option<String>,
) -> Result<Applied, EngineError> {
    let (id, target) = (intent.id.clone(), intent.target());
    match outbox.find(&intent.id)? {
        Some((Place::Done, done)) => Ok(done.applied.unwrap_or(Applied::Done)),
        Some((Place::Failed, failed)) => {
            let why = failed.last_error.unwrap_or_default();
            Err(EngineError::WriteRefused { id, target, why })
        }
        Some((_, open)) => {
            let why = open
                .last_error
                .or(stopped)
                .unwrap_or_else(|| "the outbox is busy".to_owned());
            Err(EngineError::NotConfirmed { id, target, why })
        }
        None => {
            let why = "it was dropped".to_owned();
            Err(EngineError::WriteRefused { id, target, why })
        }
    }
}

#[cfg(test)]
#[path = "verb_tests.rs"]
mod tests;
