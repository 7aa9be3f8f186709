//! Processes of runs that are over.

use super::check::{Case, Finding};
use crate::store::is_held;

/// The most that are named.
const NAMED_MAX: usize = 10;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let layout = case.store.layout();
    let over = |run: &crate::domain::RunId| {
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
    if strays.is_empty() {
        return vec![Finding::ok(
            "strays",
            "no process is left of a run that is over",
        )];
    }
    strays
        .iter()
        .take(NAMED_MAX)
        .map(|(pid, run)| {
            let meaning =
                format!("process {pid} is of {run}, which is over: it should have been ended");
            Finding::warning("strays", meaning).mend(format!("kill {pid}"))
        })
        .collect()
}
