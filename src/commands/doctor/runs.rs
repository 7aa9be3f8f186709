//! Runs that nobody looks after, and runs that should be over.

use super::check::{Case, Finding};
use super::records::unreadable;
use crate::domain::{Run, RunState};
use crate::store::is_held;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let ids = match case.store.run_ids() {
        Ok(ids) => ids,
        Err(error) => return vec![unreadable(case, "runs", &error)],
    };
    let mut found = vec![];
    let mut under_way = 0;
    for id in ids {
        let layout = case.store.layout();
        let alive = is_held(&layout.alive_lock(&id)).unwrap_or(false);
        let agent = layout
            .held_by_agent(&id)
            .any(|lock| is_held(&lock).unwrap_or(false));
        let run = match case.store.live_run(&id) {
            Ok(Some(run)) if run.state.is_under_way() => run,
            Ok(None) | Err(_) if alive || agent => {
                let meaning = format!("{id} lives and its record is gone or damaged");
                let stop = case.acp(&format!("run stop {id}"));
                found.push(Finding::failed("runs", meaning).mend(stop));
                continue;
            }
            // One that is over is nobody's concern, and a damaged one is named by the check of the records.
            Ok(_) | Err(_) => continue,
        };
        under_way += 1;
        found.extend(of_run(case, &run, alive, agent));
    }
    if found.is_empty() {
        found.push(Finding::ok("runs", format!("{under_way} under way")));
    }
    found
}

fn of_run(case: &Case, run: &Run, alive: bool, agent: bool) -> Option<Finding> {
    let id = &run.id;
    if !alive {
        let left = if agent {
            ", and its agent still runs"
        } else {
            ""
        };
        let meaning = format!(
            "{id} is under way and nobody attends to it{left}: the next pass goes on with it or ends it, unless it waits, which `acp why {}` tells",
            run.item
        );
        return Some(Finding::warning("runs", meaning).mend(case.acp("reconcile")));
    }
    match run.state {
        RunState::Running { deadline, .. } if deadline < case.ground.machine.now() => {
            let meaning = format!("{id} should have ended by {deadline}");
            let stop = case.acp(&format!("run stop {id}"));
            Some(Finding::warning("runs", meaning).mend(stop))
        }
        _ => None,
    }
}
