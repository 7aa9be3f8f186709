//! What a person should do about a failure: the last column of the table in `docs/agents.md`.

use crate::domain::{Cooldown, Outcome, Run, Snapshot, Standing, Wait};
use crate::policy;
use crate::store::Store;

/// About a run that failed; nothing about any other.
pub(super) fn of_run(run: &Run) -> Option<&'static str> {
    match &run.state.end()?.outcome {
        Outcome::Failed(failure) => Some(policy::consequence(failure.class).advice),
        _ => None,
    }
}

/// About what an agent sleeps for; nothing about a cooldown that no failure of an agent set.
pub(super) fn of_cooldown(cooldown: &Cooldown) -> Option<&'static str> {
    let class = cooldown.class?;
    Some(policy::consequence(class).advice)
}

/// About what an item waits for: the trouble of an agent, or the failure of its own last run.
pub(super) fn of_standing(
    standing: &Standing,
    snapshot: &Snapshot,
    store: &Store,
) -> Option<&'static str> {
    match &standing.wait {
        Wait::Cooldown { key, .. } => of_cooldown(snapshot.cooldowns.get(key)?),
        Wait::Retry { .. } | Wait::Blocked { reason: Some(_) } => {
            let last = snapshot.retries.get(&standing.item)?.last_run.as_ref()?;
            // A record that cannot be read is named by those who are about it.
            of_run(&store.run(last).ok()??)
        }
        _ => None,
    }
}
