//! Where every open issue stands.

use super::launch::{Candidate, Candidates};
use super::repair::held_up;
use super::trust;
use super::view::View;
use crate::domain::{
    Action, Intent, IntentKind, IntentView, Issue, IssueLane, ItemId, Lane, Plan, PrState,
    PullRequest, Retry, RunState, RunView, Schedule, Standing, Wait, label,
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
        let item = ItemId::issue(issue.number);
        plan.actions.extend(label_note(view, item));
        if let Some((lane, wait)) = standing(view, issue) {
            plan.standings.push(Standing {
                item,
                lane: Lane::Issue(lane),
                wait,
            });
        } else {
            wanted
                .issues
                .push(Candidate::on_issue(view, issue, lane_of(issue)));
        }
    }
}

/// The lane of an issue on which only room and time keep a run from starting. What its text says comes before its label.
fn lane_of(issue: &Issue) -> IssueLane {
    if issue.schedule.is_some() {
        IssueLane::Scheduled
    } else if issue.has(label::KEEP_OPEN) {
        IssueLane::Recurring
    } else {
        IssueLane::Implement
    }
}

/// `None`: only room is needed to start it.
fn standing(view: &View<'_>, issue: &Issue) -> Option<(IssueLane, Wait)> {
    let item = ItemId::issue(issue.number);
    if let Some(error) = view.unreadable_on(item) {
        let error = error.to_owned();
        return Some((IssueLane::Pending, Wait::Unreadable { error }));
    }
    if let Some(run) = view.snapshot.unrecorded_on(item) {
        let run = run.clone();
        return Some((IssueLane::Pending, Wait::Unrecorded { run }));
    }
    if let Some(run) = view.busy_run(item) {
        return Some((IssueLane::Pending, run_wait(view, run)));
    }
    if let Some(wait) = not_for_us(view, issue) {
        return Some((IssueLane::Ignore, wait));
    }
    if trust::is_gone(view, item) {
        return Some((IssueLane::Ignore, Wait::Gone));
    }
    let retry = view.retry(item);
    let gave_up = retry.filter(|retry| retry.blocked);
    if let Some(wait) = gave_up
        .filter(|_| !issue.has(label::BLOCKED))
        .and_then(dropped_wait)
    {
        return Some((IssueLane::Blocked, wait));
    }
    if issue.has(label::BLOCKED) || gave_up.is_some() {
        let reason = retry
            .filter(|retry| retry.blocked)
            .and_then(|retry| retry.reason.clone());
        return Some((IssueLane::Blocked, Wait::Blocked { reason }));
    }
    if let Some(wait) = close_wait(view, item) {
        return Some((IssueLane::Pending, wait));
    }
    if !has_pull(view, issue)
        && let Some(wait) = trust::doubt(view, issue)
    {
        return Some((IssueLane::Blocked, wait));
    }
    if let Some(wait) = result_wait(view, issue) {
        let lane = match wait {
            Wait::KeepOpen { .. } => IssueLane::Recurring,
            _ => IssueLane::Pending,
        };
        return Some((lane, wait));
    }
    let scheduled = schedule_wait(view, issue);
    if let Some(wait @ Wait::BadSchedule { .. }) = scheduled {
        return Some((lane_of(issue), wait));
    }
    // A run that came to nothing is tried again by its own waits, whatever the schedule says.
    let Some(retry) = retry.filter(|retry| is_unsettled(retry)) else {
        return scheduled.map(|wait| (lane_of(issue), wait));
    };
    let at = policy::due(retry, &view.rules.retry, view.now)?;
    let wait = Wait::Retry {
        failures: retry.failures,
        attempts_max: view.rules.retry.attempts_max,
        at,
        reason: retry.reason.clone(),
    };
    Some((lane_of(issue), wait))
}

/// Whether the last run of an item came to nothing.
const fn is_unsettled(retry: &Retry) -> bool {
    retry.failures > 0 || retry.dead_launches > 0 || retry.excuses > 0
}

/// Until when an issue waits by its schedule; `None`: it has none, or is due.
fn schedule_wait(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let schedule = issue.schedule.as_ref()?;
    let read = match Schedule::parse(schedule) {
        Ok(read) => read,
        Err(error) => {
            return Some(Wait::BadSchedule {
                schedule: schedule.clone(),
                reason: error.to_string(),
            });
        }
    };
    let retry = view.retry(ItemId::issue(issue.number));
    let started = retry.and_then(|retry| retry.started);
    let approved = view.approved_at(issue.number);
    let at = policy::scheduled_due(&read, approved, started, view.now)?;
    Some(Wait::Scheduled {
        schedule: schedule.clone(),
        at,
        alert: retry.and_then(|retry| retry.alert.clone()),
    })
}

fn not_for_us(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let intake = &view.rules.intake;
    if !intake.labels.iter().any(|wanted| issue.has(wanted)) {
        return Some(Wait::NotLabelled {
            labels: intake.labels.iter().cloned().collect(),
        });
    }
    trust::doubt(view, issue).filter(|wait| matches!(wait, Wait::NotTrusted { .. }))
}

/// Whether a pull request brings an issue already: what the text says now does not matter to it.
fn has_pull(view: &View<'_>, issue: &Issue) -> bool {
    let mut pulls = view.pulls_for(issue.number).iter();
    pulls.any(|pr| pr.is_open())
}

/// Its pull request is merged and its close is on the way: nothing is left to do for it.
fn close_wait(view: &View<'_>, item: ItemId) -> Option<Wait> {
    let of_item = view.intents_of(item).iter();
    let closes: Vec<&IntentView> = of_item
        .filter(|view| view.intent.payload.kind() == IntentKind::Close)
        .copied()
        .collect();
    let Some(first) = closes.first() else {
        let dropped = view.dropped_on(item, IntentKind::Close)?;
        return Some(dropped_write(dropped));
    };
    Some(match closes.iter().find(|view| !view.failed) {
        Some(_) => writing(view, &closes),
        None => Wait::WriteFailed {
            intent: first.intent.id.to_string(),
            error: first.intent.last_error.clone().unwrap_or_default(),
        },
    })
}

/// What an earlier run brought and what became of it.
fn result_wait(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let item = ItemId::issue(issue.number);
    let pulls = view.pulls_for(issue.number);
    if let Some(pr) = pulls.iter().find(|pr| pr.is_open()) {
        return Some(Wait::HasPr { pr: pr.number });
    }
    let merged = |pr: &&&PullRequest| matches!(pr.state, PrState::Merged { .. });
    if lane_of(issue) == IssueLane::Recurring
        && let Some(pr) = pulls.iter().filter(merged).max_by_key(|pr| pr.updated)
    {
        let started = view.retry(item).and_then(|retry| retry.started);
        if let Some(at) = policy::recurring_due(pr.updated, started, view.now) {
            let pr = pr.number;
            return Some(Wait::KeepOpen { pr, at });
        }
    }
    let kept = view
        .runs_of(item)
        .iter()
        .rev()
        .find(|run| holds_result(run))?;
    if let Some(dropped) = view.dropped_of_run(&kept.run.id, &PUBLICATION) {
        return Some(dropped_write(dropped));
    }
    let intents = view.intents_of_run(&kept.run.id);
    if let Some(failed) = intents.iter().find(|intent| intent.failed) {
        return Some(Wait::WriteFailed {
            intent: failed.intent.id.to_string(),
            error: failed.intent.last_error.clone().unwrap_or_default(),
        });
    }
    if !intents.is_empty() && view.may_write() {
        return Some(writing(view, intents));
    }
    // A pull request that is closed already, or not to be seen yet: `pull` closes the run when it is.
    if pulls.iter().any(|pr| pr.head == kept.run.branch) {
        return Some(Wait::Judging {
            run: kept.run.id.clone(),
        });
    }
    if view.may_write() && view.is_overdue(kept) {
        return Some(Wait::Lost {
            run: kept.run.id.clone(),
        });
    }
    if view.may_write() {
        return Some(Wait::Unknown {
            what: "the pull request cannot be seen on the forge yet".into(),
            next: None,
        });
    }
    Some(Wait::KeptHere {
        branch: kept.run.branch.to_string(),
    })
}

/// What brings a result to where people see it.
pub(super) const PUBLICATION: [IntentKind; 2] = [IntentKind::Push, IntentKind::Pr];

/// A write that a person gave up, as a wait.
pub(super) fn dropped_write(intent: &Intent) -> Wait {
    Wait::Dropped {
        kind: intent.payload.kind(),
        reason: dropped_text(intent),
    }
}

/// What was given up, and by whom.
pub(super) fn dropped_text(intent: &Intent) -> String {
    let by = intent.dropped.as_deref().unwrap_or("somebody");
    let kind = intent.payload.kind().as_str();
    format!("{by} dropped its {kind} ({})", intent.target())
}

/// The wait of an item that is blocked because its result was given up.
pub(super) fn dropped_wait(retry: &Retry) -> Option<Wait> {
    retry.dropped.then(|| Wait::Dropped {
        kind: IntentKind::Push,
        reason: retry.reason.clone().unwrap_or_default(),
    })
}

/// A judged run with a commit that is on its way to, or in, a pull request.
fn holds_result(run: &RunView) -> bool {
    matches!(run.run.state, RunState::Judged { .. }) && super::view::run_commit(run).is_some()
}

/// Writes on their way, as a wait. While the forge takes no calls none of them can be sent.
pub(super) fn writing(view: &View<'_>, intents: &[&IntentView]) -> Wait {
    let first = intents.iter().find(|intent| !intent.failed);
    let next = first.and_then(|intent| intent.intent.next);
    Wait::Writing {
        count: intents.iter().filter(|intent| !intent.failed).count(),
        next: next.max(view.forge_cools_until()),
        error: first.and_then(|intent| intent.intent.last_error.clone()),
    }
}

/// A run under way, or over and not judged, as a wait.
pub(super) fn run_wait(view: &View<'_>, run: &RunView) -> Wait {
    if let Some(wait) = held_up(view, run) {
        return wait;
    }
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

/// Notes that the label has arrived on an item, or that a person took it off.
pub(super) fn label_note(view: &View<'_>, item: ItemId) -> Option<Action> {
    let (retry, reason) = if let Some(freed) = view.freed(item) {
        freed.clone()
    } else {
        let retry = view.retry(item)?;
        let arrived =
            retry.blocked && !retry.label_seen && view.is_labelled(item, label::BLOCKED)?;
        let seen = Retry {
            label_seen: true,
            ..retry.clone()
        };
        arrived.then_some((seen, "`agent-blocked` has arrived on the item"))?
    };
    Some(Action::SetRetry {
        retry: Box::new(retry),
        reason: reason.to_owned(),
    })
}
