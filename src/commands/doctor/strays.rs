//! Processes of runs that are over.

use super::check::{Case, Finding};
use crate::domain::RunId;
use crate::store::is_held;

/// The most that are named.
const NAMED_MAX: usize = 10;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let layout = case.store.layout();
    let over = |run: &RunId| {
        // Whoever still attends to it ends its processes; what cannot be looked at may be attended to.
        let attended = is_held(&layout.alive_lock(run)).unwrap_or(true);
        let state = case.store.live_run(run).ok().flatten().map(|run| run.state);
        !attended && state.is_none_or(|state| !state.is_under_way())
    };
    let mut strays = case
        .ground
        .machine
        .processes_of_runs(&layout.folder("worktrees"));
    strays.retain(|(_, run)| over(run));
    let of_process = strays.iter().map(|(pid, run)| {
        let meaning =
            format!("process {pid} is of {run}, which is over: it should have been ended");
        Finding::warning("strays", meaning).mend(format!("kill {pid}"))
    });
    // One that took its environment off is still known by its standard input.
    let named = |run: &RunId| strays.iter().any(|(_, of)| of == run);
    let runs = case.store.run_ids().unwrap_or_default();
    let unnamed = runs.iter().filter(|run| over(run) && !named(run));
    let of_lock = unnamed.filter_map(|run| {
        let mut locks = layout.held_by_agent(run);
        let held = locks.find(|lock| is_held(lock).unwrap_or(false))?;
        let name = held.file_name().unwrap_or_default().display();
        let meaning = format!("something of {run}, which is over, still has its `{name}` open");
        Some(Finding::warning("strays", meaning).mend(case.acp(&format!("run stop {run}"))))
    });
    let found: Vec<Finding> = of_process.chain(of_lock).take(NAMED_MAX).collect();
    if found.is_empty() {
        let meaning = "no process is left of a run that is over";
        return vec![Finding::ok("strays", meaning)];
    }
    found
}
