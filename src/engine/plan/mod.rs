//! From a snapshot to a plan, purely: the same snapshot and rules give the same plan, with a reason for every item.

mod issue;
mod judge;
mod labels;
mod launch;
mod pull;
mod repair;
mod repository;
mod review;
mod trust;
mod view;

use std::collections::BTreeSet;

use crate::domain::{Action, Plan, RecordOf, Rules, Snapshot};
use crate::policy::BadPattern;

pub(super) use judge::VERIFY_CHECK;
pub(super) use labels::once_more;
pub use pull::merge_decision;
pub use view::commit_of;
pub(super) use view::{FORGE_COOLDOWN, FORGE_COOLDOWN_MAX, attempt_of};

/// What `snapshot` asks for under `rules`.
///
/// # Errors
/// A path pattern of the profile that cannot be read; `profile` refuses those when it loads.
pub fn plan(snapshot: &Snapshot, rules: &Rules) -> Result<Plan, BadPattern> {
    let view = view::View::new(snapshot, rules);
    let mut plan = Plan::default();
    repair::plan(&view, &mut plan);
    judge::plan(&view, &mut plan)?;
    trust::plan(&view, &mut plan);
    let mut wanted = launch::Candidates::default();
    pull::plan(&view, &mut plan, &mut wanted)?;
    issue::plan(&view, &mut plan, &mut wanted);
    // Labels go by where everything stands, also what is launched; launches come last.
    let mut launches = Plan::default();
    launch::plan(&view, &mut launches, wanted);
    plan.standings.append(&mut launches.standings);
    labels::plan(&view, &mut plan);
    plan.actions.append(&mut launches.actions);
    repository::plan(&view, &mut plan);
    drop_known(&view, &mut plan);
    Ok(plan)
}

/// A write that is in the outbox already is not taken by it again, be it on its way or failed. To plan it would only say
/// that something is left to do where nothing is.
fn drop_known(view: &view::View<'_>, plan: &mut Plan) {
    let intents = view.snapshot.intents.iter();
    let known: BTreeSet<&str> = intents.map(|view| view.intent.id.as_str()).collect();
    let unreadable = view.snapshot.unreadable.iter();
    let unreadable = unreadable.filter_map(|record| match &record.of {
        RecordOf::Intent { id } => Some(id.as_str()),
        _ => None,
    });
    let known: BTreeSet<&str> = known.into_iter().chain(unreadable).collect();
    if !known.is_empty() {
        plan.actions.retain(|action| match action {
            Action::Enqueue { intent, .. } => !known.contains(intent.id.as_str()),
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests;
