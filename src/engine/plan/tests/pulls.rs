//! Where pull requests stand, and what they lead to.

use super::issues::code;
use super::world::{World, ago, end, failed, file, judged, kinds, now, running, set, sha};
use crate::domain::{
    Action, CheckState, FailureClass, Intent, ItemId, Mergeable, Origin, Outcome, Payload, PrState,
    ReviewAction, RunState, Step, Task, VerifyResult, Wait, Writes, label,
};

const PR: ItemId = ItemId::pr(2);

fn fresh() -> World {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    world
}

fn touches(world: &mut World, path: &str) {
    let facts = world.snapshot.facts.get_mut(&2).unwrap();
    facts.files = Some(vec![file(path)]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of all standings")]
fn every_standing_of_a_pull_request() {
    type Change = fn(&mut World);
    let table: &[(Change, &str, &str)] = &[
        (|_| {}, "automerge", "merging"),
        (|w| w.pr_mut(2).from_fork = true, "ignore", "fork"),
        (
            |w| {
                w.pr_mut(2).from_fork = true;
                w.pr_mut(2).labels = set(&[label::HANDOFF]);
                w.approve(2, 'c');
            },
            "ignore",
            "fork",
        ),
        (
            |w| w.pr_mut(2).head = "feature/x".parse().unwrap(),
            "ignore",
            "not-ours",
        ),
        (
            |w| w.pr_mut(2).labels = set(&[label::BLOCKED]),
            "blocked",
            "blocked",
        ),
        (|w| w.retry(PR).blocked = true, "blocked", "blocked"),
        (
            |w| drop(w.run(PR, 1, running(Step::Agent))),
            "pending",
            "running",
        ),
        (
            |w| w.check(2, "build", CheckState::Pending),
            "pending",
            "checks",
        ),
        (
            |w| w.pr_mut(2).mergeable = Mergeable::Unknown,
            "pending",
            "unknown",
        ),
        (|w| w.snapshot.facts.clear(), "pending", "unknown"),
        (
            |w| w.check(2, "build", CheckState::Failure),
            "fix",
            "launching",
        ),
        (
            |w| w.pr_mut(2).mergeable = Mergeable::No,
            "fix",
            "launching",
        ),
        (
            |w| w.pr_mut(2).labels = set(&[label::REPAIR_QUEUED]),
            "fix",
            "launching",
        ),
        (
            |w| w.rules.policy.merge.reviews = 1,
            "double-check-1",
            "launching",
        ),
        (|w| touches(w, "AGENTS.md"), "human-review", "human"),
        (
            |w| {
                touches(w, "AGENTS.md");
                w.approve(2, 'c');
            },
            "automerge",
            "merging",
        ),
        (
            |w| {
                touches(w, "AGENTS.md");
                w.approve(2, 'e');
            },
            "human-review",
            "human",
        ),
        (|w| touches(w, "x/.env"), "human-review", "merge-blocked"),
        (
            |w| {
                touches(w, "x/.env");
                w.approve(2, 'c');
            },
            "human-review",
            "merge-blocked",
        ),
        (
            |w| w.snapshot.facts.get_mut(&2).unwrap().files = None,
            "human-review",
            "human",
        ),
        (|w| w.pr_mut(2).head_sha = sha('e'), "human-review", "human"),
        (
            |w| w.rules.policy.writes = Writes::Draft,
            "automerge",
            "merge-by-hand",
        ),
        (|w| w.hold("stop", None), "automerge", "hold"),
        (|w| w.pr_mut(2).draft = true, "human-review", "human"),
    ];
    for (at, (change, lane, wait)) in table.iter().enumerate() {
        let mut world = fresh();
        change(&mut world);
        let standing = world.standing(PR);
        let found = (standing.lane.as_str(), code(&standing.wait));
        assert_eq!(found, (*lane, (*wait).to_owned()), "row {at}");
    }
}

#[test]
fn a_merge_names_the_head_that_was_judged_and_is_wanted_once() {
    let mut world = fresh();
    let enqueued = world.enqueued();
    assert_eq!(kinds(&enqueued), ["merge"]);
    let Payload::Merge { head, .. } = &enqueued[0].payload else {
        unreachable!()
    };
    assert_eq!(*head, sha('c'));
    world.outstanding(enqueued[0].clone());
    assert!(world.enqueued().is_empty());
    assert!(matches!(world.wait(PR), Wait::Writing { .. }));
    world.snapshot.intents[0].failed = true;
    assert!(matches!(world.wait(PR), Wait::WriteFailed { .. }));
}

#[test]
fn an_approved_draft_becomes_ready_first() {
    let mut world = fresh();
    world.pr_mut(2).draft = true;
    world.approve(2, 'c');
    assert_eq!(kinds(&world.enqueued()), ["ready", "labels"]);
}

#[test]
fn an_approval_of_another_head_is_dropped() {
    let mut world = fresh();
    world.approve(2, 'c');
    let dropped = |world: &World| {
        let actions = world.plan().actions;
        actions
            .iter()
            .any(|a| matches!(a, Action::DropApproval { .. }))
    };
    assert!(!dropped(&world));
    world.pr_mut(2).head_sha = sha('e');
    assert!(dropped(&world));
}

#[test]
fn a_conflict_is_fixed_on_a_merge_of_the_base() {
    let mut world = fresh();
    world.pr_mut(2).mergeable = Mergeable::No;
    let actions = world.plan().actions;
    let launch = actions.iter().find_map(|action| match action {
        Action::Launch { start, merge, .. } => Some((start.clone(), merge.clone())),
        _ => None,
    });
    assert_eq!(launch, Some((sha('c'), Some(sha('0')))));
}

/// A red pull request that three fix runs did not help.
fn beyond_fixing() -> World {
    let mut world = fresh();
    world.check(2, "build", CheckState::Failure);
    let retry = world.retry(PR);
    (retry.fixes, retry.attempt) = (3, 3);
    world
}

#[test]
fn fix_runs_are_limited() {
    let world = beyond_fixing();
    assert!(world.launched().is_empty());
    assert_eq!(kinds(&world.enqueued()), ["comment", "labels"]);
    assert!(world.retries_set()[0].blocked);
    assert!(matches!(world.wait(PR), Wait::Blocked { reason: Some(_) }));
}

/// The run that is judged in the same pass is of a later attempt, and the record of the block is written after its own.
#[test]
fn a_block_beside_a_judgement_keeps_the_number_of_the_attempt() {
    let mut world = beyond_fixing();
    let outcome = failed(FailureClass::Overloaded);
    world.run(PR, 4, RunState::Finished(end(outcome)));
    let set = world.retries_set();
    assert!(
        !set.is_empty() && set.iter().all(|retry| retry.blocked && retry.attempt == 4),
        "{set:?}"
    );
}

/// The record that says "blocked" must not come back in the pass that sees the label gone.
#[test]
fn a_label_that_a_person_took_off_lets_fix_runs_go_on() {
    let mut world = beyond_fixing();
    let retry = world.retry(PR);
    (retry.blocked, retry.label_seen) = (true, true);
    let set = world.retries_set();
    assert_eq!(set.len(), 1, "{set:?}");
    assert!(!set[0].blocked && set[0].fixes == 0);
    assert_eq!(world.launched(), [PR]);
}

/// A repair that a person asked for, of which one fix run has failed.
fn repair_asked() -> World {
    let mut world = fresh();
    world.pr_mut(2).labels = set(&[label::REPAIR_QUEUED]);
    let retry = world.retry(PR);
    (retry.fixes, retry.failures, retry.next) = (1, 1, Some(ago(-5)));
    world
}

#[test]
fn a_repair_that_failed_is_still_asked_for() {
    let mut world = repair_asked();
    assert_eq!(world.lane(PR), "fix");
    assert!(matches!(world.wait(PR), Wait::Retry { .. }));
    world.retry(PR).next = Some(ago(1));
    assert_eq!(world.launched(), [PR]);
}

/// The label stays on, because it belongs to people.
#[test]
fn only_a_fix_run_that_succeeded_and_was_told_answers_the_wish_for_a_repair() {
    let commit = sha('d');
    let told = "`agent-repair-queued` asks for a repair";
    for (outcome, reason, answered) in [
        (Outcome::NoChangeNeeded, told, true),
        (Outcome::UpdatedBranch { commit }, told, true),
        (Outcome::NoChangeNeeded, "the check `build` is red", false),
        (failed(FailureClass::TimedOut), told, false),
        (failed(FailureClass::Overloaded), told, false),
        (
            Outcome::Blocked {
                reason: "no".to_owned(),
            },
            told,
            false,
        ),
    ] {
        let mut world = repair_asked();
        let run = world.run(PR, 2, RunState::Finished(end(outcome.clone())));
        world.touches(&run, "src/a.rs");
        let reasons = vec![reason.to_owned()];
        world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Fix { reasons };
        let retry = world.judgement().1;
        assert_eq!(retry.repair_answered, answered, "{outcome:?}");
    }
}

#[test]
fn a_label_that_was_off_in_between_asks_again() {
    let mut world = repair_asked();
    world.retry(PR).repair_answered = true;
    assert_eq!(world.wait(PR), Wait::Merging);
    assert!(world.retries_set().is_empty());
    world.pr_mut(2).labels = set(&[]);
    let set_now = world.retries_set();
    assert_eq!(set_now.len(), 1);
    assert!(!set_now[0].repair_answered && set_now[0].fixes == 1);
    *world.retry(PR) = set_now[0].clone();
    world.retry(PR).next = None;
    world.pr_mut(2).labels = set(&[label::REPAIR_QUEUED]);
    assert_eq!(world.launched(), [PR]);
}

/// Blocked again on the same head: it must be said again, so it is another write.
#[test]
fn each_block_is_told() {
    let mut world = beyond_fixing();
    let ids = |world: &World| {
        world
            .enqueued()
            .iter()
            .map(|i| i.id.clone())
            .collect::<Vec<_>>()
    };
    let first = ids(&world);
    assert_eq!(ids(&world), first);
    world.retry(PR).attempt = 6;
    let second = ids(&world);
    assert!(first.iter().all(|id| !second.contains(id)));
}

#[test]
fn the_verify_result_of_the_head_is_waited_for() {
    let mut world = fresh();
    let run = world.snapshot.runs.keys().next().unwrap().clone();
    world.findings(&run).verify = vec![VerifyResult {
        command: "cargo test".to_owned(),
        passed: true,
        note: String::new(),
    }];
    assert!(matches!(world.wait(PR), Wait::Checks { .. }));
    world.check(2, "acp/verify", CheckState::Success);
    assert_eq!(world.wait(PR), Wait::Merging);
}

#[test]
fn a_label_that_could_not_be_written_holds_nothing_up() {
    let mut world = fresh();
    let (add, remove) = (set(&["x"]), set(&[]));
    let payload = Payload::Labels { add, remove };
    world.intent(Origin::Pass, PR, payload).failed = true;
    assert_eq!(world.wait(PR), Wait::Merging);
}

/// The push of a fix was refused: what needs it waits for a person, and that must be said.
#[test]
fn a_failed_write_that_others_need_is_named() {
    let mut world = fresh();
    let outcome = Outcome::UpdatedBranch { commit: sha('d') };
    let run = world.run(PR, 1, judged(outcome));
    world.snapshot.leases.clear();
    let push = Payload::Push {
        branch: "agent/issue-1-a1".parse().unwrap(),
        sha: sha('d'),
        expect: Some(sha('c')),
    };
    let push = world.intent(Origin::Run(run.clone()), PR, push);
    push.failed = true;
    let push = push.intent.clone();
    let comment = Intent::new(
        Origin::Run(run),
        Some(PR),
        Payload::Comment {
            body: String::new(),
        },
        "comment".to_owned(),
        vec![push.id.clone()],
        ago(5),
    );
    world.outstanding(comment);
    let Wait::WriteFailed { intent, .. } = world.wait(PR) else {
        unreachable!("{:?}", world.wait(PR))
    };
    assert_eq!(intent, push.id.to_string());
}

#[test]
fn runs_on_a_pull_request_close_with_it() {
    let closes = |world: &World| {
        let actions = world.plan().actions;
        actions
            .iter()
            .filter(|a| matches!(a, Action::Close { .. }))
            .count()
    };
    let mut world = fresh();
    world.run(PR, 1, judged(Outcome::NoChangeNeeded));
    world.snapshot.leases.clear();
    assert_eq!(closes(&world), 1, "it serves nothing");
    let mut world = fresh();
    let action = ReviewAction::ApproveAndMerge;
    world.run(PR, 1, judged(Outcome::Reviewed { action }));
    world.snapshot.leases.clear();
    assert_eq!(closes(&world), 0, "its review counts");
    world.pr_mut(2).state = PrState::Closed;
    assert_eq!(closes(&world), 2);
}

#[test]
fn a_finished_run_on_it_is_judged_before_anything_else_starts() {
    let mut world = fresh();
    world.check(2, "build", CheckState::Failure);
    world.run(PR, 1, RunState::Finished(end(Outcome::NoChangeNeeded)));
    assert!(world.launched().is_empty());
    assert!(matches!(world.wait(PR), Wait::Judging { .. }));
}

fn deletions(world: &World) -> Vec<Payload> {
    let payloads = world.enqueued().into_iter().map(|intent| intent.payload);
    payloads
        .filter(|payload| matches!(payload, Payload::DeleteBranch { .. }))
        .collect()
}

#[test]
fn the_branch_of_a_merged_pull_request_goes_only_if_it_is_ours_and_nobody_needs_it() {
    type Change = fn(&mut World);
    let table: &[(&str, Change, bool)] = &[
        ("merged", |_| {}, true),
        ("open", |w| w.pr_mut(2).state = PrState::Open, false),
        ("closed", |w| w.pr_mut(2).state = PrState::Closed, false),
        ("a fork", |w| w.pr_mut(2).from_fork = true, false),
        ("another head", |w| w.pr_mut(2).head_sha = sha('e'), false),
        (
            "another branch",
            |w| w.pr_mut(2).head = "agent/own".parse().unwrap(),
            false,
        ),
        (
            "no prefix of ours",
            |w| w.rules.repo.branch_prefix = "other/".to_owned(),
            false,
        ),
        ("no writes", |w| w.rules.policy.writes = Writes::Off, false),
        (
            "another pull request goes into it",
            |w| {
                let branch = w.pr_mut(2).head.clone();
                w.pull(4, 3).base = branch;
            },
            false,
        ),
    ];
    for (name, change, goes) in table {
        let mut world = fresh();
        world.pr_mut(2).state = PrState::Merged { commit: None };
        change(&mut world);
        let expected = Payload::DeleteBranch {
            branch: "agent/issue-1-a1".parse().unwrap(),
            expect: sha('c'),
        };
        let expected = if *goes { vec![expected] } else { vec![] };
        assert_eq!(deletions(&world), expected, "{name}");
    }
}

#[test]
fn a_branch_is_removed_before_its_run_is_closed_and_once() {
    let mut world = fresh();
    world.pr_mut(2).state = PrState::Merged { commit: None };
    let actions = world.plan().actions;
    let at = |wanted: fn(&Action) -> bool| actions.iter().position(wanted).unwrap();
    let removed = at(
        |a| matches!(a, Action::Enqueue { intent, .. } if matches!(intent.payload, Payload::DeleteBranch { .. })),
    );
    assert!(removed < at(|a| matches!(a, Action::Close { .. })));
    let before = world.enqueued();
    let removal = before
        .iter()
        .find(|intent| matches!(intent.payload, Payload::DeleteBranch { .. }));
    world.outstanding(removal.unwrap().clone());
    assert!(deletions(&world).is_empty());
}

/// What the forge is asked again soon is waited for; what it is not expected to answer any more is not.
#[test]
fn what_the_forge_is_asked_again_is_a_wait_of_its_own() {
    let in_seconds = |seconds| now() + jiff::SignedDuration::from_secs(seconds);
    for (mergeable, again, next, ends_in_a_minute) in [
        (Mergeable::Unknown, None, None, false),
        (Mergeable::Unknown, Some(0), Some(0), true),
        (Mergeable::Unknown, Some(60), Some(60), true),
        (Mergeable::Unknown, Some(61), Some(61), false),
        (Mergeable::Yes, Some(5), None, false),
    ] {
        let mut world = World::new();
        world.issue(1);
        world.pull(2, 1).mergeable = mergeable;
        if let Some(seconds) = again {
            world.snapshot.asked_again.insert(2, in_seconds(seconds));
        }
        let plan = world.plan();
        let standing = plan.standings.iter().find(|s| s.item == PR).unwrap();
        assert_eq!(standing.wait.next(), next.map(in_seconds), "{again:?}");
        let minute = std::time::Duration::from_mins(1);
        let ends = standing.wait.ends_within(now(), minute);
        assert_eq!(ends, ends_in_a_minute, "{again:?}");
    }
}
