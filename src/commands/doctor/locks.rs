//! Locks that are held for too long, or by processes that are gone.

use super::check::{Case, Finding};
use crate::engine::PASS_AGE_MAX;
use crate::store::LockName;
use crate::ui::words::span;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let now = case.ground.machine.now();
    let mut found = vec![];
    for name in LockName::ALL {
        let Some(holder) = case.store.lock_holder(name) else {
            continue;
        };
        let (word, pid, host) = (name.as_str(), holder.pid, &holder.host);
        let age = now.duration_since(holder.since);
        if holder.is_here() && !case.ground.machine.is_alive(pid) {
            let meaning = format!(
                "the lock `{word}` is held, though process {pid} (`{}`), which took it, is gone",
                holder.command
            );
            let file = case.store.layout().locks().join(format!("{word}.lock"));
            let command = format!("fuser -v {}", super::words::shell(&file));
            found.push(Finding::failed("locks", meaning).mend(command));
        } else if age > PASS_AGE_MAX {
            let meaning = format!(
                "`{}` (process {pid} on {host}) has held the lock `{word}` for {}",
                holder.command,
                span(age.as_secs().unsigned_abs())
            );
            found.push(Finding::warning("locks", meaning).mend(format!("ps -fp {pid}")));
        }
    }
    if found.is_empty() {
        found.push(Finding::ok("locks", "none is held for too long"));
    }
    found
}
