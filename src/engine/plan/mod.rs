//! From a snapshot to a plan, purely: the same snapshot and rules give the same plan, with a reason for every item.

mod issue;
mod judge;
mod labels;
mod launch;
mod pull;
mod repair;
mod view;

use crate::domain::{Plan, Rules, Snapshot};
use crate::policy::BadPattern;

pub use pull::merge_decision;
pub(super) use view::FORGE_COOLDOWN;
pub use view::commit_of;

/// What `snapshot` asks for under `rules`.
///
/// # Errors
/// A path pattern of the profile that cannot be read; `profile` refuses those when it loads.
pub fn plan(snapshot: &Snapshot, rules: &Rules) -> Result<Plan, BadPattern> {
    let view = view::View::new(snapshot, rules);
    let mut plan = Plan::default();
    repair::plan(&view, &mut plan);
    judge::plan(&view, &mut plan)?;
    let mut wanted = launch::Candidates::default();
    pull::plan(&view, &mut plan, &mut wanted)?;
    issue::plan(&view, &mut plan, &mut wanted);
    labels::plan(&view, &mut plan);
    launch::plan(&view, &mut plan, wanted);
    // What is in the outbox already, failed or not, is not asked for again: a plan without an effect is no plan.
    plan.actions.retain(|action| !view.is_outstanding(action));
    Ok(plan)
}
