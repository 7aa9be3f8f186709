//! What is left of a plan when the forge cannot be asked, or when its repository takes no work.

use super::view::View;
use crate::domain::{Action, ItemKind, Plan, Wait};

pub(super) fn plan(view: &View<'_>, plan: &mut Plan) {
    let repo = &view.snapshot.mirror.repo;
    let closed = repo.closed_to_writes().or_else(|| {
        // An account that may only read does for whoever sends nothing.
        repo.closed_to_account().filter(|_| view.may_write())
    });
    if view.snapshot.stale.is_some() || closed.is_some() {
        plan.actions.retain(is_local);
    }
    let no_issues = repo.closed_to_issues();
    if no_issues.is_some() {
        let on_issue = |action: &Action| match action {
            Action::Launch { item, .. } => item.kind == ItemKind::Issue,
            Action::Enqueue { intent, .. } => intent.is_about_issue(),
            _ => false,
        };
        plan.actions.retain(|action| !on_issue(action));
    }
    for standing in &mut plan.standings {
        // What waits to be sent, or to be merged, waits for the forge.
        let to_forge = matches!(standing.wait, Wait::Writing { .. } | Wait::Merging);
        if let Some(away) = view.away().filter(|_| to_forge) {
            standing.wait = away;
        }
        let of_issues = no_issues
            .as_ref()
            .filter(|_| standing.item.kind == ItemKind::Issue);
        // What runs is told as it is: its result stays on this machine until it can be sent.
        let at_work = matches!(
            standing.wait,
            Wait::Running { .. }
                | Wait::Judging { .. }
                | Wait::Unrecorded { .. }
                | Wait::Unreadable { .. }
        );
        if let Some(reason) = closed.as_ref().or(of_issues).filter(|_| !at_work) {
            standing.wait = Wait::Repository {
                reason: reason.clone(),
            };
        }
    }
}

/// Whether an action is about this machine alone, and as right on an old sight of the forge as on a new one. What was
/// decided from that sight was decided by the pass that had it; what it has become since nobody knows.
const fn is_local(action: &Action) -> bool {
    matches!(
        action,
        Action::ReleaseLease { .. }
            | Action::Crash { .. }
            | Action::Resume { .. }
            | Action::Cancel { .. }
            | Action::Judge { .. }
    )
}
