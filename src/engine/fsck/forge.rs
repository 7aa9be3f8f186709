//! Whether what is kept of the forge is what the forge says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Flaw;
use crate::domain::{ItemId, Mirror, Payload, label};
use crate::store::{Inventory, Place};

/// What of an item is compared: everything else may change without the forge saying so.
#[derive(Debug, PartialEq, Eq)]
struct Seen<'a> {
    title: &'a str,
    state: String,
    labels: &'a BTreeSet<String>,
    head: Option<&'a str>,
    updated: Timestamp,
}

/// Where `known`, what the last pass knew, contradicts `listed`, everything that the forge lists now. What is newer on
/// the forge is no contradiction.
pub fn against_forge(known: &Mirror, listed: &Mirror) -> Vec<Flaw> {
    let (known, listed) = (items(known), items(listed));
    let mut flaws = vec![];
    for (item, before) in &known {
        let Some(now) = listed.get(item) else {
            let meaning = "it is known and the forge does not list it: it was deleted or moved, and the listing of everything, once a day, will show it";
            flaws.push(Flaw::new("not-on-forge", item, meaning));
            continue;
        };
        if before.updated == now.updated && before != now {
            let meaning = format!(
                "what is known of it is not what the forge says, though both are as of {}: {}",
                now.updated,
                difference(before, now)
            );
            flaws.push(Flaw::new("mirror-wrong", item, meaning));
        }
        if before.updated > now.updated {
            let meaning = format!(
                "what is known of it is as of {}, and the forge says {}: the forge was put back to an older state",
                before.updated, now.updated
            );
            flaws.push(Flaw::new("mirror-ahead", item, meaning));
        }
    }
    flaws
}

/// Open items that wear `agent-running` on the forge while no run is at work on them, and no write that would take it off is
/// on its way.
pub fn labels_of_runs(found: &Inventory, listed: &Mirror) -> Vec<Flaw> {
    let issues = listed.issues.values().filter(|issue| issue.is_open());
    let pulls = listed.pulls.values().filter(|pull| pull.is_open());
    let wear = issues
        .filter(|issue| issue.labels.contains(label::RUNNING))
        .map(|issue| ItemId::issue(issue.number))
        .chain(
            pulls
                .filter(|pull| pull.labels.contains(label::RUNNING))
                .map(|pull| ItemId::pr(pull.number)),
        );
    let at_work = |item: ItemId| {
        let mut runs = found.runs.values().filter_map(|folder| folder.run.as_ref());
        runs.any(|run| run.item == item && run.state.is_under_way())
    };
    let on_its_way = |item: ItemId| {
        let mut open = found
            .intents
            .iter()
            .filter(|filed| filed.place != Place::Done);
        open.any(|filed| {
            filed.intent.item == Some(item)
                && matches!(filed.intent.payload, Payload::Labels { .. })
        })
    };
    wear.filter(|item| !at_work(*item) && !on_its_way(*item))
        .map(|item| {
            let meaning = "it wears `agent-running` on the forge, and no run is at work on it";
            Flaw::new("label-without-run", item, meaning).mend("heartbeat")
        })
        .collect()
}

fn items(mirror: &Mirror) -> BTreeMap<ItemId, Seen<'_>> {
    let issues = mirror.issues.values().map(|issue| {
        let seen = Seen {
            title: &issue.title,
            state: format!("{:?}", issue.state),
            labels: &issue.labels,
            head: None,
            updated: issue.updated,
        };
        (ItemId::issue(issue.number), seen)
    });
    let pulls = mirror.pulls.values().map(|pr| {
        let seen = Seen {
            title: &pr.title,
            state: format!("{:?}", pr.state),
            labels: &pr.labels,
            head: Some(pr.head_sha.as_str()),
            updated: pr.updated,
        };
        (ItemId::pr(pr.number), seen)
    });
    issues.chain(pulls).collect()
}

fn difference(before: &Seen<'_>, now: &Seen<'_>) -> String {
    let mut parts = vec![];
    if before.title != now.title {
        parts.push("its title");
    }
    if before.state != now.state {
        parts.push("its state");
    }
    if before.labels != now.labels {
        parts.push("its labels");
    }
    if before.head != now.head {
        parts.push("its head");
    }
    parts.join(", ")
}
