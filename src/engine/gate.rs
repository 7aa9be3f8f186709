//! Holds and gates, looked at once more when the turn of a write has come.

use super::flush::Typed;
use super::{Engine, EngineError};
use crate::domain::{Intent, ItemId, MergeVerdict, Origin, Payload, Phase, PullRequest, Writes};
use crate::store::{Place, Queued};

/// Whether a merge is still wanted when its turn has come.
pub(super) enum Gate {
    /// It is.
    Open,
    /// Not any more, and why.
    Shut(String),
    /// A person wanted it, and it may not be any more.
    Refused(String),
    /// A person wants it, and another holds it.
    Held(String),
    /// That cannot be told now, and why.
    Unknown(String),
}

/// Who wanted a merge that is about to be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    ByPass,
    ByPerson,
}

impl Asked {
    /// What a pass wanted goes without a word, for the next one decides anew. Whoever typed it is told.
    fn shut(self, reason: String) -> Gate {
        match self {
            Self::ByPass => Gate::Shut(reason),
            Self::ByPerson => Gate::Refused(reason),
        }
    }
}

/// The item of a merge whose gates are looked at before it is sent: all of them but the one that is just being typed.
fn gated(intent: &Intent, typed: Option<&Typed>) -> Option<(ItemId, Asked)> {
    let (Payload::Merge { .. }, Some(item)) = (&intent.payload, intent.item) else {
        return None;
    };
    match &intent.origin {
        Origin::Pass => Some((item, Asked::ByPass)),
        Origin::Verb { .. } if typed.is_none_or(|typed| typed.id != intent.id) => {
            Some((item, Asked::ByPerson))
        }
        Origin::Verb { .. } | Origin::Run(_) => None,
    }
}

impl Engine<'_> {
    /// Holds and gates of a merge are looked at again when it is sent: a person may have said no since it was planned, or
    /// since another typed it. What was typed a moment ago was judged a moment ago.
    pub(super) fn gate(&self, intent: &Intent, typed: Option<&Typed>) -> Result<Gate, EngineError> {
        // It may have waited for long: what passes have seen since counts.
        if let Payload::DeleteBranch { branch, .. } = &intent.payload
            && self.store.mirror()?.needs(branch)
        {
            let reason = format!("branch `{branch}` stays: an open pull request needs it");
            return Ok(Gate::Shut(reason));
        }
        let (Some((item, asked)), Payload::Merge { head, .. }) =
            (gated(intent, typed), &intent.payload)
        else {
            return Ok(Gate::Open);
        };
        if asked == Asked::ByPass && self.rules.policy.writes != Writes::Full {
            let reason = "`policy.writes` leaves merges to people";
            return Ok(Gate::Shut(reason.to_owned()));
        }
        if let Some(reason) = self.held(item)? {
            return Ok(match asked {
                Asked::ByPass => Gate::Shut(reason),
                Asked::ByPerson => Gate::Held(reason),
            });
        }
        let mut snapshot = self.observe(false)?;
        if let Some(stale) = snapshot.stale {
            return Ok(Gate::Unknown(stale.error));
        }
        // The merge itself is under way; it must not be what holds it back.
        snapshot.intents.retain(|view| view.intent.id != intent.id);
        let pr = snapshot.mirror.pulls.get(&item.number);
        let is_open = pr.is_some_and(PullRequest::is_open);
        if is_open && pr.is_some_and(|pr| pr.head_sha != *head) {
            return Ok(asked.shut("its head moved".to_owned()));
        }
        let decision = super::plan::merge_decision(&snapshot, self.rules, item.number)?;
        let Some(decision) = decision.filter(|_| is_open) else {
            return Ok(Gate::Shut("it is not open any more".to_owned()));
        };
        let reasons = decision.reasons.join("; ");
        Ok(match (decision.verdict, asked) {
            (MergeVerdict::Merge, _) => Gate::Open,
            // The next pass plans it anew; a person would have to type it anew.
            (MergeVerdict::Wait, Asked::ByPerson) => Gate::Unknown(reasons),
            _ => asked.shut(reasons),
        })
    }

    /// Whether it is known already that a hold keeps it: it is not taken up once more to find that out.
    pub(super) fn is_held_still(
        &self,
        queued: &Queued,
        typed: Option<&Typed>,
    ) -> Result<bool, EngineError> {
        let intent = &queued.intent;
        if queued.place != Place::Pending || intent.phase != Phase::Prepared {
            return Ok(false);
        }
        Ok(match gated(intent, typed) {
            Some((item, Asked::ByPerson)) => {
                let held = self.held(item)?;
                held.is_some() && held == intent.last_error
            }
            _ => false,
        })
    }

    /// The hold that keeps an item from being merged, in words.
    fn held(&self, item: ItemId) -> Result<Option<String>, EngineError> {
        let (holds, _) = self.store.all_holds()?;
        let hold = holds.into_values().find(|hold| hold.is_on(item));
        Ok(hold.map(|hold| format!("hold `{}`: {}", hold.name, hold.reason)))
    }
}
