//! Writes that a person gave up, and writes that were sent and are never seen.

use super::issues::code;
use super::world::{World, ago, end, implemented, now, sha};
use crate::domain::{
    Action, CheckState, Intent, IntentKind, ItemId, MergeMethod, Origin, Payload, PrState, RunId,
    RunState, VerifyResult, Wait, label,
};

const ISSUE: ItemId = ItemId::issue(1);
const PR: ItemId = ItemId::pr(2);

/// The judgement of a finished run, enqueued, and the run as it is then.
fn published(world: &mut World, run: &RunId) -> Vec<Intent> {
    let (intents, retry, _) = world.judgement();
    let view = world.snapshot.runs.get_mut(run).unwrap();
    let RunState::Finished(end) = view.run.state.clone() else {
        unreachable!("it was judged")
    };
    view.run.state = RunState::Judged { end, at: ago(9) };
    world.snapshot.leases.clear();
    world.snapshot.retries.insert(retry.item, retry);
    for intent in &intents {
        world.outstanding(intent.clone());
    }
    intents
}

fn finished() -> (World, RunId) {
    let mut world = World::new();
    world.issue(1);
    let run = world.run(ISSUE, 1, RunState::Finished(end(implemented())));
    world.touches(&run, "src/a.rs");
    world.findings(&run).verify = vec![VerifyResult {
        command: "true".to_owned(),
        passed: true,
        note: String::new(),
    }];
    (world, run)
}

/// What `outbox drop` leaves of an intent of that kind and of those that need it.
fn drop_kind(world: &mut World, kind: IntentKind) {
    let mut gone: Vec<_> = vec![];
    for view in &mut world.snapshot.intents {
        let needs = view.intent.needs.iter().any(|need| gone.contains(need));
        if view.intent.payload.kind() == kind || needs {
            gone.push(view.intent.id.clone());
            view.intent.dropped = Some("ann".to_owned());
            view.failed = true;
        }
    }
    assert!(!gone.is_empty());
}

/// What the flusher has sent is no longer outstanding.
fn send_kinds(world: &mut World, kinds: &[IntentKind]) {
    let sent = |kind| kinds.contains(&kind);
    world
        .snapshot
        .intents
        .retain(|view| !sent(view.intent.payload.kind()));
}

#[test]
fn a_dropped_publication_closes_its_run_and_is_not_tried_again() {
    for kind in [IntentKind::Push, IntentKind::Pr] {
        let (mut world, run) = finished();
        published(&mut world, &run);
        if kind == IntentKind::Pr {
            send_kinds(&mut world, &[IntentKind::Push, IntentKind::Check]);
        }
        drop_kind(&mut world, kind);
        let plan = world.plan();
        let set = world.retries_set();
        assert!(set[0].blocked && set[0].dropped, "{kind:?}");
        let closes =
            |action: &Action| matches!(action, Action::Close { run: id, .. } if *id == run);
        assert!(plan.actions.iter().any(closes), "{kind:?}");
        assert!(world.enqueued().is_empty(), "{:?}", world.enqueued());
        let wait = world.wait(ISSUE);
        assert!(
            matches!(&wait, Wait::Dropped { reason, .. } if reason.contains("ann dropped")),
            "{wait:?}"
        );
        // Carried out, it stays so.
        world.snapshot.runs.clear();
        world.snapshot.retries.insert(ISSUE, set[0].clone());
        assert!(
            world.plan().actions.is_empty(),
            "{:?}",
            world.plan().actions
        );
        assert_eq!(code(&world.wait(ISSUE)), "dropped");
        // `acp retry clear` starts anew.
        world.snapshot.retries.clear();
        assert_eq!(world.launched(), [ISSUE]);
    }
}

/// A judgement that was cut short goes on after the drop: what needs the dropped one goes too.
#[test]
fn what_is_enqueued_after_the_drop_is_dropped_as_well() {
    let (mut world, run) = finished();
    let intents = published(&mut world, &run);
    drop_kind(&mut world, IntentKind::Push);
    let pull = intents.iter().find(|i| i.payload.kind() == IntentKind::Pr);
    world.snapshot.intents.truncate(1);
    world.outstanding(pull.unwrap().clone());
    let drops =
        |action: &Action| matches!(action, Action::DropIntents { run: id, .. } if *id == run);
    assert!(world.plan().actions.iter().any(drops));
    assert!(world.retries_set().is_empty(), "not before that is done");
    assert_eq!(code(&world.wait(ISSUE)), "dropped");
}

/// It was opened all the same, by an earlier try or by a person.
#[test]
fn a_result_that_reached_the_forge_is_not_given_up() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let run = world.snapshot.runs.keys().next().unwrap().clone();
    let branch = world.pr_mut(2).head.clone();
    let payload = Payload::Push {
        branch,
        sha: sha('c'),
        expect: None,
    };
    world.intent(Origin::Run(run), ISSUE, payload);
    drop_kind(&mut world, IntentKind::Push);
    assert!(world.retries_set().is_empty());
    assert_eq!(code(&world.wait(PR)), "merging");
}

#[test]
fn a_dropped_fix_blocks_the_pull_request() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    world.check(2, "build", CheckState::Failure);
    let outcome = crate::domain::Outcome::UpdatedBranch { commit: sha('d') };
    let run = world.run(PR, 1, RunState::Finished(end(outcome)));
    world.touches(&run, "src/a.rs");
    published(&mut world, &run);
    drop_kind(&mut world, IntentKind::Push);
    let set = world.retries_set();
    assert!(set[0].dropped && set[0].item == PR);
    assert!(world.launched().is_empty());
    world.snapshot.runs.remove(&run);
    world.snapshot.retries.insert(PR, set[0].clone());
    assert_eq!(code(&world.wait(PR)), "dropped");
    assert!(world.launched().is_empty());
}

fn verified_pull() -> (World, RunId) {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let run = world.snapshot.runs.keys().next().unwrap().clone();
    world.findings(&run).verify = vec![VerifyResult {
        command: "true".to_owned(),
        passed: true,
        note: String::new(),
    }];
    (world, run)
}

#[test]
fn a_dropped_check_makes_a_person_look() {
    let (mut world, run) = verified_pull();
    assert_eq!(code(&world.wait(PR)), "checks", "it is on its way");
    let payload = Payload::Check {
        sha: sha('c'),
        name: "acp/verify".to_owned(),
        state: CheckState::Success,
        summary: String::new(),
    };
    world.intent(Origin::Run(run), ISSUE, payload);
    drop_kind(&mut world, IntentKind::Check);
    let wait = world.wait(PR);
    assert!(
        matches!(&wait, Wait::Human { reasons } if reasons[0].contains("ann dropped it")),
        "{wait:?}"
    );
    world.approve(2, 'c');
    assert_eq!(code(&world.wait(PR)), "merging");
}

#[test]
fn a_check_that_is_never_seen_makes_a_person_look() {
    let (mut world, run) = verified_pull();
    let view = world.snapshot.runs.get_mut(&run).unwrap();
    let RunState::Judged { at, .. } = &mut view.run.state else {
        unreachable!("it is judged")
    };
    *at = now() - jiff::SignedDuration::from_mins(61);
    assert_eq!(code(&world.wait(PR)), "human");
    let payload = Payload::Check {
        sha: sha('c'),
        name: "acp/verify".to_owned(),
        state: CheckState::Success,
        summary: String::new(),
    };
    world.intent(Origin::Run(run), ISSUE, payload);
    assert_eq!(code(&world.wait(PR)), "checks", "its turn is still to come");
}

#[test]
fn a_pull_request_that_is_never_seen_is_told() {
    let (mut world, run) = finished();
    published(&mut world, &run);
    world.snapshot.intents.clear();
    assert_eq!(code(&world.wait(ISSUE)), "unknown");
    let view = world.snapshot.runs.get_mut(&run).unwrap();
    let RunState::Judged { at, .. } = &mut view.run.state else {
        unreachable!("it is judged")
    };
    *at = now() - jiff::SignedDuration::from_mins(61);
    assert_eq!(world.wait(ISSUE), Wait::Lost { run });
}

#[test]
fn a_dropped_merge_is_left_to_a_person_until_the_head_moves() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let merge = world.enqueued().remove(0);
    assert_eq!(merge.payload.kind(), IntentKind::Merge);
    world.outstanding(merge);
    drop_kind(&mut world, IntentKind::Merge);
    assert!(world.enqueued().is_empty());
    let wait = world.wait(PR);
    assert!(
        matches!(
            &wait,
            Wait::Dropped {
                kind: IntentKind::Merge,
                ..
            }
        ),
        "{wait:?}"
    );
    let run = world.snapshot.runs.values_mut().next().unwrap();
    let RunState::Judged { end, .. } = &mut run.run.state else {
        unreachable!("it is judged")
    };
    end.outcome = crate::domain::Outcome::Implemented { commit: sha('e') };
    world.pr_mut(2).head_sha = sha('e');
    assert_eq!(code(&world.wait(PR)), "merging");
}

/// Branch protection, a missing review, a draft: the forge's words are the reason, and the same merge is not wanted again.
#[test]
fn a_merge_that_the_forge_refuses_is_told_and_not_repeated() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let merge = world.enqueued().remove(0);
    let view = world.outstanding(merge);
    view.failed = true;
    view.intent.last_error = Some("a review is required".to_owned());
    let wanted: Vec<IntentKind> = world
        .enqueued()
        .iter()
        .map(|intent| intent.payload.kind())
        .collect();
    assert_eq!(wanted, [IntentKind::Labels], "a person is asked, no more");
    let wait = world.wait(PR);
    assert!(
        matches!(&wait, Wait::WriteFailed { error, .. } if error == "a review is required"),
        "{wait:?}"
    );
    let head = sha('c');
    let method = MergeMethod::Squash;
    assert!(world.snapshot.intents.iter().all(|view| view.intent.payload
        == Payload::Merge {
            head: head.clone(),
            method
        }));
}

/// The forge is asked again once what it may have asked for is there, and not for ever.
#[test]
fn a_refused_merge_is_tried_again_when_reviews_or_checks_of_its_head_have_changed() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let refuse = |world: &mut World| {
        let enqueued = world.enqueued();
        let merge = enqueued
            .into_iter()
            .find(|intent| intent.payload.kind() == IntentKind::Merge);
        let view = world.outstanding(merge.unwrap());
        view.failed = true;
        view.intent.last_error = Some("a check is required".to_owned());
    };
    refuse(&mut world);
    assert_eq!(world.lane(PR), "human-review");
    assert_eq!(code(&world.wait(PR)), "write-failed");
    let labels = world.enqueued();
    assert!(
        matches!(&labels[..], [Intent { payload: Payload::Labels { add, .. }, .. }] if add.contains(label::HUMAN_REVIEW)),
        "{labels:?}"
    );
    for round in 0..4 {
        world.check(2, &format!("build {round}"), CheckState::Success);
        assert_eq!(world.lane(PR), "automerge", "round {round}");
        refuse(&mut world);
        assert_eq!(world.lane(PR), "human-review", "round {round}");
    }
    world.check(2, "one more", CheckState::Success);
    assert_eq!(world.lane(PR), "human-review");
    assert_eq!(code(&world.wait(PR)), "write-failed");
}

#[test]
fn a_dropped_merge_stays_dropped_when_checks_of_its_head_change() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let merge = world.enqueued().remove(0);
    world.outstanding(merge);
    drop_kind(&mut world, IntentKind::Merge);
    world.check(2, "build", CheckState::Success);
    assert_eq!(code(&world.wait(PR)), "dropped");
    assert!(world.enqueued().is_empty());
}

#[test]
fn a_dropped_close_does_not_start_the_issue_again() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    world.pr_mut(2).state = PrState::Merged { commit: None };
    let close = world.enqueued();
    let close = close
        .into_iter()
        .find(|i| i.payload.kind() == IntentKind::Close);
    world.outstanding(close.unwrap());
    drop_kind(&mut world, IntentKind::Close);
    world.snapshot.runs.clear();
    assert!(world.launched().is_empty());
    let wait = world.wait(ISSUE);
    assert!(
        matches!(
            &wait,
            Wait::Dropped {
                kind: IntentKind::Close,
                ..
            }
        ),
        "{wait:?}"
    );
}
