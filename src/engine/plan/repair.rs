//! What a dead process left behind, and runs that nobody wants any more.

use jiff::{SignedDuration, Timestamp};

use super::view::{View, commit_of};
use crate::domain::{
    Action, Gap, IntentId, IntentKind, Issue, ItemId, ItemKind, Life, Phase, Plan, PullRequest,
    Run, RunState, RunView, Step, Wait, label,
};
use crate::policy::Awake;

/// How often a dead supervisor is replaced before its run counts as crashed, when the work of its agent is done; besides
/// what `retry.resumes_max` may have used up before.
const RESUMES_MAX: u32 = 5;

/// How long after its deadline, or after its launch when it has not begun, a living supervisor is taken for stuck and
/// ended. A supervisor counts the time in which the machine is awake, so what it may have slept comes on top.
const OVERDUE: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn plan(view: &View<'_>, plan: &mut Plan) {
    for lease in view.snapshot.leases.values() {
        let snapshot = view.snapshot;
        let settled = match snapshot.runs.get(&lease.run) {
            Some(run) => matches!(
                run.run.state,
                RunState::Judged { .. } | RunState::Closed { .. }
            ),
            // Where it had come to is not known.
            None if snapshot.unreadable_runs().any(|(run, _)| *run == lease.run) => false,
            // That nothing is known of a run does not mean that nothing of it lives.
            None => snapshot
                .unrecorded
                .get(&lease.run)
                .is_none_or(|life| *life == Life::Gone),
        };
        if settled {
            plan.actions.push(Action::ReleaseLease {
                item: lease.item,
                run: lease.run.clone(),
            });
        }
    }
    for run in view.snapshot.runs.values() {
        plan.actions.extend(repair(view, run));
        plan.actions.extend(unwanted_intents(view, run));
    }
}

fn repair(view: &View<'_>, run: &RunView) -> Option<Action> {
    let id = || run.run.id.clone();
    match &run.run.state {
        RunState::Reserved | RunState::Starting | RunState::Running { .. } => {}
        _ => return None,
    }
    if let Some(reason) = why_unwanted(view, &run.run) {
        return Some(Action::Cancel { run: id(), reason });
    }
    if held_up(view, run).is_some() {
        return None;
    }
    match &run.run.state {
        RunState::Running {
            started,
            deadline,
            step,
            ..
        } if run.life == Life::Supervised => {
            let goes_on = *step < Step::Collect && can_go_on(view, run);
            is_overdue(view, *started, *deadline).then(|| {
                if goes_on {
                    Action::Resume { run: id() }
                } else {
                    Action::Crash {
                        run: id(),
                        step: Some(*step),
                    }
                }
            })
        }
        _ if run.life == Life::Supervised => {
            let created = run.run.created;
            is_overdue(view, created, created).then(|| Action::Crash {
                run: id(),
                step: None,
            })
        }
        RunState::Running { step, .. }
            if *step >= Step::Collect
                && run.run.resumes < view.rules.retry.resumes_max.saturating_add(RESUMES_MAX) =>
        {
            Some(Action::Resume { run: id() })
        }
        RunState::Running { .. } if can_go_on(view, run) => Some(Action::Resume { run: id() }),
        RunState::Running { step, .. } => Some(Action::Crash {
            run: id(),
            step: Some(*step),
        }),
        _ => Some(Action::Crash {
            run: id(),
            step: None,
        }),
    }
}

/// Whether the agent of a run that was interrupted can go on with its session.
fn can_go_on(view: &View<'_>, run: &RunView) -> bool {
    run.session && run.run.resumes < view.rules.retry.resumes_max
}

/// What a run that was interrupted waits for, a hold or agents that all sleep: its own would go on with its session, and is
/// not started now. While anything of it lives it is at work, and no hold but that of a stop is against that.
pub(super) fn held_up(view: &View<'_>, run: &RunView) -> Option<Wait> {
    let interrupted = matches!(&run.run.state, RunState::Running { step, .. } if *step < Step::Collect)
        && run.life == Life::Gone;
    if !interrupted || !can_go_on(view, run) {
        return None;
    }
    if let Some(hold) = view.hold_on(run.run.item) {
        return Some(Wait::Hold {
            name: hold.name.clone(),
            reason: hold.reason.clone(),
        });
    }
    // Where another agent can start, the place that the run has is worth more than its session.
    let agents = view.rules.agents.in_order();
    let missing = &view.snapshot.agents_missing;
    let could_start =
        |name: &&str| !missing.contains_key(*name) && !matches!(view.awake(name), Awake::No { .. });
    if !agents.contains(&run.run.agent.as_str()) || agents.iter().any(could_start) {
        return None;
    }
    match view.awake(&run.run.agent) {
        Awake::No { key, until, reason } => Some(Wait::Cooldown { key, until, reason }),
        Awake::Yes | Awake::Trial { .. } => None,
    }
}

fn is_overdue(view: &View<'_>, begun: Timestamp, deadline: Timestamp) -> bool {
    let slept = Gap::slept(&view.snapshot.gaps, begun, view.now);
    view.now.duration_since(deadline).saturating_sub(slept) > OVERDUE
}

/// Why nobody wants what a run brings, or would bring.
pub(super) fn why_unwanted(view: &View<'_>, run: &Run) -> Option<String> {
    match run.item.kind {
        ItemKind::Issue => {
            let issue = view.snapshot.mirror.issues.get(&run.item.number)?;
            why_issue_unwanted(view, run, issue)
        }
        ItemKind::Pr => {
            let pr = view.snapshot.mirror.pulls.get(&run.item.number)?;
            why_pr_unwanted(run, pr)
        }
    }
}

fn why_issue_unwanted(view: &View<'_>, run: &Run, issue: &Issue) -> Option<String> {
    let item = ItemId::issue(issue.number);
    if !issue.is_open() {
        return Some(format!("{item} was closed"));
    }
    if issue.has(label::BLOCKED) {
        return Some(format!("`{}` was put on {item}", label::BLOCKED));
    }
    if view.trust.is_changed(issue.number) {
        return Some(format!(
            "the text of {item} was changed after it was approved"
        ));
    }
    let pinned = view.approved_digest(issue.number);
    if pinned.is_some_and(|digest| run.text.as_ref().is_some_and(|text| text != digest)) {
        return Some(format!("another text of {item} was approved since"));
    }
    (!view.is_wanted(issue)).then(|| format!("{item} lost its intake label"))
}

fn why_pr_unwanted(run: &Run, pr: &PullRequest) -> Option<String> {
    let item = ItemId::pr(pr.number);
    if !pr.is_open() {
        return Some(format!("{item} is not open any more"));
    }
    if pr.has(label::BLOCKED) {
        return Some(format!("`{}` was put on {item}", label::BLOCKED));
    }
    let own_push = commit_of(run) == Some(&pr.head_sha);
    (pr.head_sha != run.start && !own_push).then(|| format!("the head of {item} moved"))
}

/// Publishing intents of a judged run whose issue was closed, unlabelled or blocked before they were sent.
fn unwanted_intents(view: &View<'_>, run: &RunView) -> Option<Action> {
    if !matches!(run.run.state, RunState::Judged { .. }) {
        return None;
    }
    let reason = why_unwanted(view, &run.run)?;
    let publishing = [IntentKind::Push, IntentKind::Pr];
    let intents = view.intents_of_run(&run.run.id);
    let unsent = |kind| {
        let mut of_kind = intents.iter().filter(|i| i.intent.payload.kind() == kind);
        of_kind.all(|i| i.intent.phase == Phase::Prepared)
    };
    let waiting = intents
        .iter()
        .any(|i| publishing.contains(&i.intent.payload.kind()));
    // One that is confirmed is in the outbox no more, while its pull request waits for it there.
    let pushed = intents.iter().any(|i| {
        let arrived = |need: &IntentId| !intents.iter().any(|other| other.intent.id == *need);
        i.intent.payload.kind() == IntentKind::Pr && i.intent.needs.iter().any(arrived)
    });
    // Once the push was sent the pull request follows: a branch without one explains nothing to anybody.
    let unsent = !pushed && publishing.into_iter().all(unsent);
    (waiting && unsent && run.run.item.kind == ItemKind::Issue).then(|| Action::DropIntents {
        run: run.run.id.clone(),
        reason,
    })
}
