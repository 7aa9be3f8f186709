//! Runs, and what claims and counts them: leases, worktrees, locks, attempts, budgets, the label that shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Flaw;
use crate::domain::{ItemId, Lease, Run, RunId, RunState};
use crate::store::{Inventory, RunFolder, Store};

/// What is wrong with each run by itself.
pub(super) fn check(found: &Inventory, flaws: &mut Vec<Flaw>) {
    let mut under_way: BTreeMap<ItemId, Vec<&RunId>> = BTreeMap::new();
    for (id, folder) in &found.runs {
        if found.archived.contains_key(id) {
            let meaning = "it is both at work and archived";
            flaws.push(Flaw::new("run-twice", id, meaning));
        }
        let Some(run) = &folder.run else {
            // One that cannot be read is named by itself.
            if !folder.has_record && lives(folder) {
                let meaning = "it lives and its record is gone: nobody will draw its conclusions";
                let stop = format!("run stop {id}");
                flaws.push(Flaw::new("run-without-record", id, meaning).mend(stop));
            } else if !folder.has_record {
                let meaning = "a launch died before it wrote its record";
                flaws.push(Flaw::new("run-without-record", id, meaning).mend("reconcile"));
            }
            continue;
        };
        if run.id != *id || id.item() != Some(run.item) {
            let meaning = format!("its record is that of {} at {}", run.id, run.item);
            flaws.push(Flaw::new("misnamed", id, meaning));
            continue;
        }
        if run.state.is_under_way() {
            under_way.entry(run.item).or_default().push(id);
            if !folder.alive {
                let left = if folder.agent {
                    ", and its agent still runs"
                } else {
                    ""
                };
                let meaning = format!("it is under way and nobody attends to it{left}");
                flaws.push(Flaw::new("run-unattended", id, meaning).mend("reconcile"));
            }
        } else if folder.agent {
            let meaning = "it is over, and a process of its agent still holds the lock";
            flaws.push(Flaw::new("process-left", id, meaning).mend(format!("run stop {id}")));
        }
        let has_worktree = matches!(run.state, RunState::Starting | RunState::Running { .. });
        if has_worktree && !found.worktrees.contains(id.as_str()) {
            let meaning = "its worktree is gone while it is under way";
            flaws.push(Flaw::new("worktree-gone", id, meaning).mend(format!("run stop {id}")));
        }
    }
    for (item, runs) in under_way.iter().filter(|(_, runs)| runs.len() > 1) {
        let ids: Vec<&str> = runs.iter().map(|id| id.as_str()).collect();
        let meaning = format!("{} runs are under way: {}", ids.len(), ids.join(", "));
        let last = ids.last().copied().unwrap_or_default();
        flaws.push(Flaw::new("two-runs", item, meaning).mend(format!("run stop {last}")));
    }
    for name in &found.worktrees {
        // Of an archived run it is kept on purpose, for a person to look at.
        let known = |id: RunId| found.runs.contains_key(&id) || found.archived.contains_key(&id);
        if !name.parse::<RunId>().is_ok_and(known) {
            let meaning =
                "a worktree of no run: nothing removes it, and what is in it may be the only copy";
            flaws.push(Flaw::new("worktree-without-run", name, meaning));
        }
    }
}

fn lives(folder: &RunFolder) -> bool {
    folder.alive || folder.agent
}

/// Whether leases, attempts, budgets and labels fit the runs.
pub(super) fn check_claims(found: &Inventory, now: Timestamp, flaws: &mut Vec<Flaw>) {
    for (_, lease) in &found.leases {
        flaws.extend(of_lease(found, lease));
    }
    let today = Store::day(now);
    for (id, folder) in &found.runs {
        let Some(run) = folder.run.as_ref().filter(|run| run.id == *id) else {
            continue;
        };
        let owed = run.state.is_under_way() || matches!(run.state, RunState::Finished(_));
        let has = |(_, lease): &(String, Lease)| lease.run == *id && lease.item == run.item;
        if owed && !found.leases.iter().any(has) {
            let meaning = format!(
                "it is {} and has no lease on {}: a second run could start there",
                run.state.as_str(),
                run.item
            );
            let verb = if run.state.is_under_way() {
                format!("run stop {id}")
            } else {
                "reconcile".to_owned()
            };
            flaws.push(Flaw::new("run-without-lease", id, meaning).mend(verb));
        }
        if owed {
            flaws.extend(of_budget(found, run, &today));
        }
    }
    attempts(found, flaws);
}

fn of_lease(found: &Inventory, lease: &Lease) -> Option<Flaw> {
    let Lease { item, run, .. } = lease;
    let folder = found.runs.get(run);
    // One that cannot be read is named by itself.
    let is_named =
        |folder: &RunFolder| folder.run.is_none() && (folder.has_record || lives(folder));
    if folder.is_some_and(is_named) {
        return None;
    }
    let Some(of) = folder.and_then(|folder| folder.run.as_ref()) else {
        let meaning = format!("its lease is held by {run}, which is not there");
        return Some(Flaw::new("lease-without-run", item, meaning).mend("reconcile"));
    };
    if of.item != *item {
        let meaning = format!("its lease is held by {run}, which works on {}", of.item);
        let clear = format!("lease clear {item}");
        return Some(Flaw::new("lease-of-other-item", item, meaning).mend(clear));
    }
    if matches!(of.state, RunState::Judged { .. } | RunState::Closed { .. }) {
        let meaning = format!("its lease is held by {run}, which is over");
        return Some(Flaw::new("lease-of-ended-run", item, meaning).mend("reconcile"));
    }
    None
}

/// A run that is at work counts against the budget of a day.
fn of_budget(found: &Inventory, run: &Run, today: &str) -> Option<Flaw> {
    let mut reserved = None;
    for (_, budget) in &found.budgets {
        reserved = reserved.or(budget.runs.get(&run.id));
    }
    let is_over = matches!(run.state, RunState::Finished(_));
    match reserved {
        // Whoever resets the day forgets what it has counted, runs at work included.
        None if Store::day(run.created) != today || is_over => None,
        None => {
            let meaning =
                "it is under way and in the budget of no day: what it costs is not counted";
            Some(Flaw::new("run-unbudgeted", &run.id, meaning).mend(format!("run stop {}", run.id)))
        }
        Some(reserved) if reserved.released && !is_over => {
            let meaning =
                "it is under way and its reservation was released: what it costs is not counted";
            Some(Flaw::new("run-unbudgeted", &run.id, meaning).mend(format!("run stop {}", run.id)))
        }
        Some(_) => None,
    }
}

/// The number of an attempt never repeats: the record of an item is not behind its runs.
fn attempts(found: &Inventory, flaws: &mut Vec<Flaw>) {
    let retries: BTreeMap<ItemId, u32> = found
        .retries
        .iter()
        .map(|(_, retry)| (retry.item, retry.attempt))
        .collect();
    let mut highest: BTreeMap<ItemId, &Run> = BTreeMap::new();
    // A run that is in `runs` is seen by whoever counts the next attempt.
    for run in found.archived.values().flatten() {
        let last = highest.entry(run.item).or_insert(run);
        if run.attempt > last.attempt {
            *last = run;
        }
    }
    for (item, run) in highest {
        let known = retries.get(&item).copied().unwrap_or(0);
        if known < run.attempt {
            let meaning = format!(
                "its record knows of {known} attempts and {} was attempt {}: a number, and with it a branch, would be used again",
                run.id, run.attempt
            );
            flaws.push(Flaw::new("attempt-forgotten", item, meaning));
        }
    }
}
