//! Reviews by agents: one after the other, and what follows when one objects.

use super::world::{World, end, judged, kinds, set, sha};
use crate::domain::{
    Action, ItemId, Outcome, Payload, ReviewAction, RunId, RunState, Task, Wait, label,
};

const PR: ItemId = ItemId::pr(2);
const WORDS: &str = "src/a.rs:3: the lock is lost\n\nwhen the disk is full";

fn wanted(reviews: u8) -> World {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    world.rules.policy.merge.reviews = reviews;
    world
}

fn task(world: &World) -> Option<Task> {
    let mut actions = world.plan().actions.into_iter();
    actions.find_map(|action| match action {
        Action::Launch { task, .. } => Some(task),
        _ => None,
    })
}

fn passed() -> Outcome {
    let action = ReviewAction::AdvanceDoubleCheck2;
    Outcome::Reviewed { action }
}

fn objects() -> Outcome {
    let reason = "no error is handled".to_owned();
    Outcome::Blocked { reason }
}

/// A run that reviewed the head.
fn review(world: &mut World, attempt: u32, state: RunState) -> RunId {
    let run = world.run(PR, attempt, state);
    world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Review { stage: 1 };
    world.findings(&run).comment = Some(WORDS.to_owned());
    world.snapshot.leases.clear();
    run
}

#[test]
fn reviews_come_one_after_the_other_and_only_on_this_head() {
    let mut world = wanted(2);
    assert_eq!(task(&world), Some(Task::Review { stage: 1 }));
    let run = review(&mut world, 1, judged(passed()));
    assert_eq!(task(&world), Some(Task::Review { stage: 2 }));
    assert_eq!(world.lane(PR), "double-check-2");
    world.snapshot.runs.get_mut(&run).unwrap().run.start = sha('e');
    assert_eq!(task(&world), Some(Task::Review { stage: 1 }));
}

/// The label of the lane is set by the pass that launches the review, and taken off with the lane.
#[test]
fn the_label_says_which_review_is_due() {
    let labels = |world: &World| {
        let payloads = world.enqueued().into_iter().map(|intent| intent.payload);
        let of_labels = payloads.filter_map(|payload| match payload {
            Payload::Labels { add, remove } => Some((add, remove)),
            _ => None,
        });
        of_labels.collect::<Vec<_>>()
    };
    let (first, second) = (set(&[label::DOUBLE_CHECK_1]), set(&[label::DOUBLE_CHECK_2]));
    let none = set(&[]);
    let mut world = wanted(2);
    assert_eq!(labels(&world), [(first.clone(), none.clone())]);
    world.pr_mut(2).labels = first.clone();
    assert!(labels(&world).is_empty());
    review(&mut world, 1, judged(passed()));
    assert_eq!(labels(&world), [(second.clone(), first)]);
    world.pr_mut(2).labels = second.clone();
    review(&mut world, 2, judged(objects()));
    assert_eq!(world.lane(PR), "fix");
    assert_eq!(labels(&world), [(none, second)]);
    let actions = world.plan().actions;
    assert!(
        matches!(actions.last(), Some(Action::Launch { .. })),
        "launches come last: {actions:?}"
    );
}

#[test]
fn an_objection_is_told_to_people_and_to_the_run_that_repairs_it() {
    let mut world = wanted(1);
    let run = review(&mut world, 1, RunState::Finished(end(objects())));
    let (intents, retry, summary) = world.judgement();
    let told = match &intents[..] {
        [one] => match &one.payload {
            Payload::Review { body, .. } | Payload::Comment { body } => body.clone(),
            other => unreachable!("{other:?}"),
        },
        other => unreachable!("{:?}", kinds(other)),
    };
    assert!(told.starts_with("no error is handled\n\n"), "{told}");
    assert!(told.contains(WORDS), "{told}");
    assert!(!retry.blocked && retry.failures == 0, "{retry:?}");
    assert_eq!(summary, "the review objects: no error is handled");
    world.snapshot.runs.get_mut(&run).unwrap().run.state = judged(objects());
    assert_eq!(world.lane(PR), "fix");
    let Some(Task::Fix { reasons }) = task(&world) else {
        unreachable!("a fix run is launched")
    };
    let line = "an agent's review objects: no error is handled src/a.rs:3: the lock is lost when the disk is full";
    assert_eq!(reasons, [line]);
    let closes = |world: &World| {
        let mut actions = world.plan().actions.into_iter();
        actions.any(|action| matches!(action, Action::Close { .. }))
    };
    assert!(!closes(&world), "what it said is still needed");
    // Nobody wants reviews any more.
    world.rules.policy.merge.reviews = 0;
    assert_eq!(world.wait(PR), Wait::Merging);
}

/// A reason that was not given is the first line of the comment.
#[test]
fn words_that_are_the_reason_are_told_once() {
    let mut world = wanted(1);
    let reason = "src/a.rs:3: the lock is lost".to_owned();
    review(&mut world, 1, judged(Outcome::Blocked { reason }));
    let Some(Task::Fix { reasons }) = task(&world) else {
        unreachable!("a fix run is launched")
    };
    assert_eq!(
        reasons,
        ["an agent's review objects: src/a.rs:3: the lock is lost when the disk is full"]
    );
}

#[test]
fn what_was_repaired_or_found_right_is_reviewed_again() {
    let mut world = wanted(2);
    review(&mut world, 1, judged(passed()));
    review(&mut world, 2, judged(objects()));
    assert_eq!(world.lane(PR), "fix");
    // A fix run changed it: another head, and all reviews of it.
    let mut repaired = wanted(2);
    repaired.snapshot.runs = world.snapshot.runs.clone();
    repaired.pr_mut(2).head_sha = sha('e');

    assert_eq!(task(&repaired), Some(Task::Review { stage: 1 }));
    // A fix run found nothing to change: the review that objected is asked again.
    let answer = world.run(PR, 3, judged(Outcome::NoChangeNeeded));
    world.snapshot.leases.clear();
    assert_eq!(task(&world), Some(Task::Review { stage: 2 }));
    let closed = |world: &World| {
        let actions = world.plan().actions.into_iter();
        let runs = actions.filter_map(|action| match action {
            Action::Close { run, .. } => Some(run),
            _ => None,
        });
        runs.collect::<Vec<_>>()
    };
    assert!(closed(&world).is_empty(), "or it would be objected again");
    repaired.snapshot.runs = world.snapshot.runs.clone();
    assert_eq!(closed(&repaired), [answer]);
    review(&mut world, 4, judged(objects()));
    assert_eq!(world.lane(PR), "fix");
}

#[test]
fn fix_and_review_take_turns_only_so_often() {
    let mut world = wanted(1);
    review(&mut world, 7, judged(objects()));
    let retry = world.retry(PR);
    (retry.fixes, retry.attempt) = (3, 7);
    assert!(world.launched().is_empty());
    assert_eq!(kinds(&world.enqueued()), ["comment", "labels"]);
    let Wait::Blocked { reason: Some(why) } = world.wait(PR) else {
        unreachable!("it is blocked")
    };
    let told = "3 fix runs did not help: an agent's review objects: no error is handled";
    assert!(why.starts_with(told), "{why}");
    assert!(!world.enqueued().iter().any(
        |i| matches!(&i.payload, Payload::Labels { add, .. } if !add.contains(label::BLOCKED))
    ));
}
