//! Whether the writes on their way fit each other, their folders, and the items that they are for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Flaw, SWEEP_OVERDUE};
use crate::domain::{IntentId, ItemKind, Mirror, Origin, Phase};
use crate::store::{Filed, Inventory, LockName, Place};

pub(super) fn check(found: &Inventory, now: Timestamp, flaws: &mut Vec<Flaw>) {
    let mut places: BTreeMap<&IntentId, Vec<Place>> = BTreeMap::new();
    for filed in &found.intents {
        places
            .entry(&filed.intent.id)
            .or_default()
            .push(filed.place);
    }
    for (id, places) in places.iter().filter(|(_, places)| places.len() > 1) {
        let names: Vec<&str> = places.iter().map(|place| place.name()).collect();
        let meaning = format!(
            "it is in {}: after a power cut the last of them holds, and the next flush clears the others",
            names.join(" and ")
        );
        flaws.push(Flaw::new("intent-twice", id, meaning).mend("outbox flush"));
    }
    let flushing = found.held.contains(LockName::Flush.as_str());
    for filed in &found.intents {
        flaws.extend(of_name(filed));
        flaws.extend(of_place(filed, flushing));
        if filed.place != Place::Done && filed.intent.dropped.is_none() {
            let missing = filed.intent.needs.iter();
            for need in missing.filter(|need| !places.contains_key(need)) {
                let meaning = format!("it needs {need}, which is nowhere: it waits for ever");
                let drop = format!("outbox drop {}", filed.id);
                flaws.push(Flaw::new("need-missing", &filed.id, meaning).mend(drop));
            }
        }
    }
    circles(found, flaws);
    flaws.extend(forgettable(found, now));
}

/// The name of the file agrees with what is in it.
fn of_name(filed: &Filed) -> Option<Flaw> {
    let intent = &filed.intent;
    let wrong = filed.id != intent.id.as_str()
        || !intent.key.starts_with(intent.id.as_str())
        || filed.seq.is_some_and(|seq| seq != intent.seq);
    wrong.then(|| {
        let meaning = format!(
            "its file in outbox/{} holds the intent {} with the number {}",
            filed.place.name(),
            intent.id,
            intent.seq
        );
        Flaw::new("misnamed", &filed.id, meaning)
    })
}

/// The folder agrees with how far the intent is.
fn of_place(filed: &Filed, flushing: bool) -> Option<Flaw> {
    let (id, phase) = (&filed.id, filed.intent.phase);
    match filed.place {
        Place::Claimed if !flushing => {
            let meaning = if phase == Phase::Dispatched {
                "a flush died after it was sent: the next one looks on the forge whether it arrived"
            } else {
                "a flush died over it"
            };
            Some(Flaw::new("claim-left", id, meaning).mend("outbox flush"))
        }
        Place::Done if phase != Phase::Confirmed => {
            let meaning = "it is put away as done and was never confirmed";
            Some(Flaw::new("done-unconfirmed", id, meaning))
        }
        Place::Failed if phase == Phase::Confirmed => {
            let meaning = "it is put away as failed and was confirmed";
            Some(Flaw::new("failed-confirmed", id, meaning).mend(format!("outbox retry {id}")))
        }
        _ => None,
    }
}

/// Intents that need each other are never sent.
fn circles(found: &Inventory, flaws: &mut Vec<Flaw>) {
    let open = || found.intents.iter().filter(|f| f.place != Place::Done);
    let mut left: BTreeMap<&IntentId, Vec<&IntentId>> = open()
        .map(|filed| (&filed.intent.id, filed.intent.needs.iter().collect()))
        .collect();
    // What needs nothing that is left is taken out until nothing more can be.
    loop {
        let free: BTreeSet<&IntentId> = left
            .iter()
            .filter(|(_, needs)| !needs.iter().any(|need| left.contains_key(need)))
            .map(|(id, _)| *id)
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|id, _| !free.contains(id));
    }
    for id in left.keys() {
        let meaning = "it needs, through others, itself: it waits for ever";
        flaws.push(Flaw::new("needs-circle", id, meaning).mend(format!("outbox drop {id}")));
    }
}

/// Confirmed intents that a sweep forgets, when no sweep was made for long.
fn forgettable(found: &Inventory, now: Timestamp) -> Option<Flaw> {
    let swept = found.last_sweep?;
    if now.duration_since(swept).abs() <= SWEEP_OVERDUE {
        return None;
    }
    let mirror = found.mirror.as_ref()?;
    let past = |filed: &&Filed| {
        let over = match &filed.intent.origin {
            Origin::Run(run) => !found.runs.contains_key(run),
            Origin::Pass | Origin::Verb { .. } => true,
        };
        filed.place == Place::Done && over && is_closed(mirror, filed)
    };
    let count = found.intents.iter().filter(past).count();
    (count > 0).then(|| {
        let meaning = format!(
            "{count} confirmed writes are older than their items, and the last sweep was at {swept}"
        );
        Flaw::new("done-leftover", "outbox/done", meaning).mend("sweep")
    })
}

fn is_closed(mirror: &Mirror, filed: &Filed) -> bool {
    filed.intent.item.is_some_and(|item| {
        let number = item.number;
        match item.kind {
            ItemKind::Issue => mirror.issues.get(&number).is_some_and(|i| !i.is_open()),
            ItemKind::Pr => mirror.pulls.get(&number).is_some_and(|pr| !pr.is_open()),
        }
    })
}
