//! Merges that were refused, of pull requests that somebody has merged since.

use super::{Engine, EngineError};
use crate::domain::{Applied, Intent, IntentKind, ItemKind, Mirror, Phase, PrState, Snapshot};
use crate::store::{Entry, LockName, Place};

impl Engine<'_> {
    /// Confirms what waits in `failed/` for a person although it has happened: what was wanted is there, whoever did it. Costs
    /// nothing unless there is such a merge.
    pub(super) fn settle_merges(&self, seen: &Snapshot) -> Result<(), EngineError> {
        let is_past = |intent: &Intent| merged_by(intent, &seen.mirror).is_some();
        if !seen
            .intents
            .iter()
            .any(|view| view.failed && is_past(&view.intent))
        {
            return Ok(());
        }
        let Some(_flush) = self.store.try_lock(LockName::Flush, "outbox flush")? else {
            return Ok(());
        };
        let outbox = self.store.outbox()?;
        let open = outbox.open_intents()?.into_iter();
        for mut queued in open.filter(|queued| queued.place == Place::Failed) {
            let Some(applied) = merged_by(&queued.intent, &seen.mirror) else {
                continue;
            };
            queued.intent.phase = Phase::Confirmed;
            queued.intent.applied = Some(applied);
            queued.intent.next = None;
            outbox.complete(&queued)?;
            let intent = &queued.intent;
            let mut entry = Entry::new(self.clock.now(), "intent.superseded").intent(&intent.id);
            entry.item = intent.item;
            let error = intent.last_error.as_deref().unwrap_or("it failed");
            let text = format!("merge {}: merged since; {error}", intent.target());
            self.note(&entry.text(text));
        }
        // It is said where it fails; what waits is sent all the same.
        let _problem = self.keep_notes();
        Ok(())
    }
}

/// What has come of an intent that wanted a pull request merged. `None`: it is not merged, or no merge was wanted, or a
/// person gave it up and it stays under its key.
fn merged_by(intent: &Intent, mirror: &Mirror) -> Option<Applied> {
    let item = intent.item.filter(|item| item.kind == ItemKind::Pr)?;
    if intent.payload.kind() != IntentKind::Merge || intent.dropped.is_some() {
        return None;
    }
    match &mirror.pulls.get(&item.number)?.state {
        PrState::Merged { commit } => Some(Applied::Merged {
            commit: commit.clone(),
        }),
        PrState::Open | PrState::Closed => None,
    }
}
