//! Writes that failed.

use super::check::{Case, Finding};
use crate::store::Place;

/// The most that are named.
const NAMED_MAX: usize = 10;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    // What cannot be read is named by the check of the records.
    let open = case.store.outbox().and_then(|outbox| outbox.open_intents());
    let Ok(open) = open else {
        return vec![];
    };
    let failed: Vec<_> = open
        .iter()
        .filter(|queued| queued.place == Place::Failed && queued.intent.dropped.is_none())
        .collect();
    if failed.is_empty() {
        return vec![Finding::ok("outbox", format!("{} waiting", open.len()))];
    }
    let mut found: Vec<Finding> = failed
        .iter()
        .take(NAMED_MAX)
        .map(|queued| {
            let intent = &queued.intent;
            let meaning = format!(
                "the write {} ({} {}) failed and waits for you",
                intent.id,
                intent.payload.kind().as_str(),
                intent.target()
            );
            let look = case.acp(&format!("why {}", intent.id));
            Finding::warning("outbox", meaning).mend(look)
        })
        .collect();
    if failed.len() > NAMED_MAX {
        let meaning = format!("{} more writes failed", failed.len() - NAMED_MAX);
        found.push(Finding::warning("outbox", meaning).mend(case.acp("outbox list")));
    }
    found
}
