//! Where every open issue stands.

use super::launch::{Candidate, Candidates};
use super::view::View;
use crate::domain::{
    Action, Issue, IssueLane, ItemId, Lane, Plan, PrState, PullRequest, RunState, RunView,
    Standing, Wait, label,
};
use crate::policy;

pub(super) fn plan(view: &View<'_>, plan: &mut Plan, wanted: &mut Candidates) {
    for issue in view
        .snapshot
        .mirror
        .issues
        .values()
        .filter(|issue| issue.is_open())
    {
        plan.actions.extend(label_note(view, issue));
        let item = ItemId::issue(issue.number);
        if let Some((lane, wait)) = standing(view, issue) {
            plan.standings.push(Standing {
                item,
                lane: Lane::Issue(lane),
                wait,
            });
        } else {
            let lane = Lane::Issue(IssueLane::Implement);
            wanted.issues.push(Candidate::implement(view, issue, lane));
        }
    }
}

/// `None`: only room is needed to start it.
fn standing(view: &View<'_>, issue: &Issue) -> Option<(IssueLane, Wait)> {
    let item = ItemId::issue(issue.number);
    if let Some(run) = view.active_run(item) {
        return Some((IssueLane::Pending, run_wait(run)));
    }
    if let Some(wait) = not_for_us(view, issue) {
        return Some((IssueLane::Ignore, wait));
    }
    let retry = view.snapshot.retries.get(&item);
    let gave_up = retry.filter(|retry| retry.blocked && !freed(retry, issue));
    if issue.has(label::BLOCKED) || gave_up.is_some() {
        let reason = retry
            .filter(|retry| retry.blocked)
            .and_then(|retry| retry.reason.clone());
        return Some((IssueLane::Blocked, Wait::Blocked { reason }));
    }
    if let Some(wait) = result_wait(view, issue) {
        return Some((IssueLane::Pending, wait));
    }
    let retry = retry.filter(|retry| retry.failures > 0)?;
    let at = policy::due(retry, &view.rules.retry, view.now)?;
    let wait = Wait::Retry {
        failures: retry.failures,
        attempts_max: view.rules.retry.attempts_max,
        at,
        reason: retry.reason.clone(),
    };
    Some((IssueLane::Implement, wait))
}

fn not_for_us(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let intake = &view.rules.intake;
    if !intake.labels.iter().any(|wanted| issue.has(wanted)) {
        return Some(Wait::NotLabelled {
            labels: intake.labels.iter().cloned().collect(),
        });
    }
    let trusted =
        intake.trusted.contains(&issue.association) || intake.users.contains(&issue.author);
    (!trusted).then(|| Wait::NotTrusted {
        author: issue.author.clone(),
    })
}

/// What an earlier run brought and what became of it.
fn result_wait(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let item = ItemId::issue(issue.number);
    let pulls = view.pulls_for(issue.number);
    if let Some(pr) = pulls.iter().find(|pr| pr.is_open()) {
        return Some(Wait::HasPr { pr: pr.number });
    }
    if issue.has(label::KEEP_OPEN)
        && let Some(pr) = pulls
            .iter()
            .find(|pr| matches!(pr.state, PrState::Merged { .. }))
    {
        return Some(Wait::KeepOpen { pr: pr.number });
    }
    let kept = view
        .runs_of(item)
        .iter()
        .rev()
        .find(|run| holds_result(run))?;
    let intents = view.intents_of_run(&kept.run.id);
    if let Some(failed) = intents.iter().find(|intent| intent.failed) {
        return Some(Wait::WriteFailed {
            intent: failed.intent.id.to_string(),
            error: failed.intent.last_error.clone().unwrap_or_default(),
        });
    }
    if !intents.is_empty() {
        return Some(writing(view, intents));
    }
    // A pull request that is closed already, or not to be seen yet: `pull` closes the run when it is.
    if pulls.iter().any(|pr| pr.head == kept.run.branch) {
        return Some(Wait::Judging {
            run: kept.run.id.clone(),
        });
    }
    if view.may_write() {
        return Some(Wait::Unknown {
            what: "the pull request cannot be seen on the forge yet".into(),
        });
    }
    Some(Wait::KeptHere {
        branch: kept.run.branch.to_string(),
    })
}

/// A judged run with a commit that is on its way to, or in, a pull request.
fn holds_result(run: &RunView) -> bool {
    matches!(run.run.state, RunState::Judged { .. }) && super::view::run_commit(run).is_some()
}

/// Writes on their way, as a wait. While the forge takes no calls none of them can be sent.
pub(super) fn writing(view: &View<'_>, intents: &[&crate::domain::IntentView]) -> Wait {
    let first = intents.iter().find(|intent| !intent.failed);
    let next = first.and_then(|intent| intent.intent.next);
    Wait::Writing {
        count: intents.iter().filter(|intent| !intent.failed).count(),
        next: next.max(view.forge_cools_until()),
        error: first.and_then(|intent| intent.intent.last_error.clone()),
    }
}

/// A run under way, or over and not judged, as a wait.
pub(super) fn run_wait(run: &RunView) -> Wait {
    let id = run.run.id.clone();
    match &run.run.state {
        RunState::Running { deadline, step, .. } => Wait::Running {
            run: id,
            step: step.as_str().to_owned(),
            deadline: Some(*deadline),
        },
        RunState::Finished(_) => Wait::Judging { run: id },
        state => Wait::Running {
            run: id,
            step: state.as_str().to_owned(),
            deadline: None,
        },
    }
}

/// `agent-blocked` was there and is gone: a person wants another try.
fn freed(retry: &crate::domain::Retry, issue: &Issue) -> bool {
    retry.label_seen && !issue.has(label::BLOCKED)
}

/// Notes that the label arrived, or that a person took it off.
fn label_note(view: &View<'_>, issue: &Issue) -> Option<Action> {
    note(view, ItemId::issue(issue.number), issue.has(label::BLOCKED))
}

/// The same for a pull request.
pub(super) fn pull_label_note(view: &View<'_>, pr: &PullRequest) -> Option<Action> {
    note(view, ItemId::pr(pr.number), pr.has(label::BLOCKED))
}

fn note(view: &View<'_>, item: ItemId, labelled: bool) -> Option<Action> {
    let retry = view.snapshot.retries.get(&item)?;
    if !retry.blocked {
        return None;
    }
    let set = |retry: crate::domain::Retry, reason: &str| {
        Some(Action::SetRetry {
            retry: Box::new(retry),
            reason: reason.to_owned(),
        })
    };
    match (retry.label_seen, labelled) {
        (false, true) => set(
            crate::domain::Retry {
                label_seen: true,
                ..retry.clone()
            },
            "`agent-blocked` has arrived on the item",
        ),
        (true, false) => set(
            crate::domain::Retry {
                blocked: false,
                label_seen: false,
                failures: 0,
                fixes: 0,
                reason: None,
                next: None,
                set: view.now,
                ..retry.clone()
            },
            "a person took `agent-blocked` off: failures count from zero",
        ),
        _ => None,
    }
}
