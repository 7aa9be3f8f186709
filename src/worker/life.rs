//! What lives of a run, and ending it with a proof.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::{Life, Run, RunId, RunState};
use crate::durable;
use crate::proc::{self, ProcessMark};

use super::launch::LocalWorkers;
use super::record::process_mark;
use super::surroundings::SUPERVISE;
use super::{Ended, WorkerError, Workers as _};

/// How long a killed supervisor may take to vanish and let its lock go.
const VANISH_LIMIT: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// From TERM to KILL when the agent has no settings any more.
const GRACE_DEFAULT: Duration = Duration::from_secs(5);

/// What lives of a run. Two looks at locks; processes are only listed while they could tell more.
pub(super) fn of(workers: &LocalWorkers<'_>, id: &RunId) -> Life {
    let layout = workers.store.layout();
    // What cannot be looked at may live: nobody starts a second one.
    let held = |path: PathBuf| durable::is_held(&path).unwrap_or(true);
    if held(layout.alive_lock(id)) {
        return Life::Supervised;
    }
    if layout.held_by_agent(id).any(held) {
        return Life::Orphaned;
    }
    // Findings are written when every process has ended, and the record need not be read a second time.
    if layout.run(id).join("findings.json").exists() {
        return Life::Gone;
    }
    match workers.store.live_run(id) {
        Ok(Some(run)) if !run.state.is_under_way() => Life::Gone,
        // Also where the record is gone: the processes do not know that.
        Ok(run) => of_processes(workers, id, run.as_ref()),
        // What it says is not known either: the processes are.
        Err(error) if error.is_unreadable() => of_processes(workers, id, None),
        Err(_) => Life::Supervised,
    }
}

fn of_processes(workers: &LocalWorkers<'_>, id: &RunId, run: Option<&Run>) -> Life {
    if proc::members(&tree(workers, id, run)).is_empty() {
        Life::Gone
    } else {
        Life::Orphaned
    }
}

/// The supervisor first, so that it starts nothing more; then what it started. Without a record they are known by their
/// environment and their cgroup alone.
pub(super) fn end(
    workers: &LocalWorkers<'_>,
    id: &RunId,
    run: Option<&Run>,
) -> Result<Ended, WorkerError> {
    let clock = workers.clock;
    let begun = clock.monotonic();
    let supervisors = loop {
        let found = supervisors(workers, id, run);
        for mark in &found {
            proc::kill_pid(mark);
        }
        workers.reap();
        let waited = clock.monotonic().saturating_sub(begun);
        if (found.is_empty() && !is_supervised(workers, id)?) || waited > VANISH_LIMIT {
            break found;
        }
        clock.sleep(LOOK_EVERY);
    };
    let agents = &workers.rules.agents;
    let agent = run.map_or(&agents.use_, |run| &run.agent);
    let settings = agents.settings.get(agent);
    let grace = settings.map_or(GRACE_DEFAULT, |settings| settings.grace);
    let tree = tree(workers, id, run);
    let left = proc::end_tree(&tree, grace, clock);
    workers.end_container(id, agent)?;
    let mut survivors: Vec<u32> = supervisors.iter().map(|mark| mark.pid).collect();
    survivors.extend(left.pids);
    survivors.extend(proc::members(&tree));
    survivors.sort_unstable();
    survivors.dedup();
    let ended = Ended { survivors };
    if !ended.survivors.is_empty() {
        return Ok(ended);
    }
    // A process that was killed is out of the list before the kernel closes what it had open: on a busy machine much before.
    let begun = clock.monotonic();
    while let Some(path) = held_lock(workers, id)? {
        if clock.monotonic().saturating_sub(begun) > VANISH_LIMIT {
            let run = id.clone();
            return Err(WorkerError::Held { run, path });
        }
        clock.sleep(LOOK_EVERY);
    }
    Ok(ended)
}

fn held_lock(workers: &LocalWorkers<'_>, id: &RunId) -> Result<Option<PathBuf>, WorkerError> {
    let layout = workers.store.layout();
    for path in [layout.alive_lock(id)]
        .into_iter()
        .chain(layout.held_by_agent(id))
    {
        if durable::is_held(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn is_supervised(workers: &LocalWorkers<'_>, id: &RunId) -> Result<bool, WorkerError> {
    Ok(durable::is_held(&workers.store.layout().alive_lock(id))?)
}

/// The supervisor that the record names, and those that no record names yet.
fn supervisors(workers: &LocalWorkers<'_>, id: &RunId, run: Option<&Run>) -> Vec<ProcessMark> {
    let folder = workers.store.layout().run(id);
    let marked = proc::find_marked(SUPERVISE.as_ref(), folder.as_os_str());
    let mut found: Vec<ProcessMark> = marked.into_iter().filter_map(ProcessMark::of).collect();
    // The record may be newer than the caller's copy of it.
    let current = workers.store.live_run(id).ok().flatten();
    for state in [run, current.as_ref()].map(|run| run.map(|run| &run.state)) {
        if let Some(RunState::Running {
            supervisor: Some(id),
            ..
        }) = state
        {
            found.push(process_mark(id));
        }
    }
    let me = std::process::id();
    found.retain(|mark| mark.pid != me && mark.is_alive());
    found
}

fn tree(workers: &LocalWorkers<'_>, id: &RunId, run: Option<&Run>) -> proc::RunTree {
    let current = workers.store.live_run(id).ok().flatten();
    let leader = match current.as_ref().or(run).map(|run| &run.state) {
        Some(RunState::Running { leader, .. }) => leader.as_ref().map(process_mark),
        _ => None,
    };
    let agent = run.map_or(&workers.rules.agents.use_, |run| &run.agent);
    let in_container = workers.confiner().engine(agent).is_some();
    let tree = workers.around().tree_of(id).with_leader(leader);
    tree.with_leader_that_hands_on(in_container)
}
