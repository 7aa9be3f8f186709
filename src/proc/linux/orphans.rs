//! Processes whose parents are dead come to the supervisor instead of to init.

use std::fs;

use rustix::process::{WaitOptions, getpid, set_child_subreaper, waitpid};

use crate::proc::start::{is_ours, os_pid};

use super::table;

/// From now on the orphans among this process's descendants become its children; `false` where that is not possible.
pub(in crate::proc) fn adopt_orphans() -> bool {
    set_child_subreaper(Some(getpid())).is_ok()
}

/// Reaps the orphans that have exited: each by its pid, since a wait for any child would take the exit status of the
/// leader away from the one who waits for it.
pub(in crate::proc) fn reap_orphans() {
    for pid in children() {
        let dead = || table::row(pid).is_some_and(|row| !row.alive);
        if !is_ours(pid)
            && dead()
            && let Some(pid) = os_pid(pid)
        {
            // It may have been reaped in between.
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }
}

fn children() -> Vec<u32> {
    listed_children().unwrap_or_else(|| {
        let me = std::process::id();
        let rows = table::rows().into_iter();
        rows.filter(|row| row.parent == me)
            .map(|row| row.pid)
            .collect()
    })
}

/// The kernel's own list, where it has one: much cheaper than a look at every process.
fn listed_children() -> Option<Vec<u32>> {
    let mut out = Vec::new();
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let path = thread.ok()?.path().join("children");
        match fs::read_to_string(path) {
            Ok(list) => out.extend(
                list.split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            ),
            // A thread that just ended has no list; a kernel without lists has none for any thread.
            Err(_) if thread_is_gone() => {}
            Err(_) => return None,
        }
    }
    Some(out)
}

/// Whether the kernel keeps such lists, so that a missing one means a thread that has ended.
fn thread_is_gone() -> bool {
    fs::exists("/proc/thread-self/children").unwrap_or(false)
}
