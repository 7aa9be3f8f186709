//! A forge that cannot be asked, and a repository that takes no work.

use jiff::SignedDuration;

use super::issues::code;
use super::world::{World, ago, end, failed, now, running};
use crate::domain::{
    Action, FailureClass, ItemId, Plan, RepoState, RunState, Stale, StaleKind, Step, Wait,
};

const ISSUE: ItemId = ItemId::issue(1);
const PR: ItemId = ItemId::pr(2);

fn away(world: &mut World) {
    world.snapshot.stale = Some(Stale {
        kind: StaleKind::Unreachable,
        error: "no route".to_owned(),
        synced: Some(ago(30)),
        next: None,
    });
}

/// Everything that a plan may hold: a launch, a merge, labels, repairs, a judgement.
fn full() -> World {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 10);
    world.issue(3);
    world.run(ItemId::issue(3), 1, running(Step::Agent));
    world.issue(4);
    let failure = end(failed(FailureClass::Crashed));
    world.run(ItemId::issue(4), 1, RunState::Finished(failure));
    world
}

fn words(plan: &Plan) -> Vec<&'static str> {
    let word = |action: &Action| match action {
        Action::Launch { .. } => "launch",
        Action::Enqueue { .. } => "enqueue",
        Action::Crash { .. } => "crash",
        Action::Judge { .. } => "judge",
        _ => "other",
    };
    plan.actions.iter().map(word).collect()
}

#[test]
fn on_an_old_sight_only_what_is_about_this_machine_is_done() {
    let mut world = full();
    let with = words(&world.plan());
    assert!(
        with.contains(&"launch") && with.contains(&"enqueue"),
        "{with:?}"
    );
    away(&mut world);
    assert_eq!(words(&world.plan()), ["crash", "judge"]);
    assert_eq!(code(&world.wait(ISSUE)), "stale");
    assert_eq!(code(&world.wait(PR)), "stale");
    assert_eq!(code(&world.wait(ItemId::issue(3))), "running");
}

/// An approval of a head that the old sight does not show is none of a head that is gone.
#[test]
fn an_approval_survives_an_old_sight() {
    let mut world = full();
    world.approve(2, 'd');
    away(&mut world);
    assert_eq!(words(&world.plan()), ["crash", "judge"]);
}

#[test]
fn a_repository_that_takes_no_writes_is_the_reason_of_every_item() {
    let archived = RepoState {
        archived: true,
        ..RepoState::default()
    };
    let moved = RepoState {
        moved_to: Some("new/name".to_owned()),
        ..RepoState::default()
    };
    for (state, says) in [(archived, "archived"), (moved, "new/name")] {
        let mut world = full();
        world.snapshot.mirror.repo = state;
        let plan = world.plan();
        assert_eq!(words(&plan), ["crash", "judge"]);
        for item in [ISSUE, PR] {
            let wait = world.wait(item);
            assert!(
                matches!(&wait, Wait::Repository { reason } if reason.contains(says)),
                "{wait:?}"
            );
        }
        assert_eq!(code(&world.wait(ItemId::issue(3))), "running");
    }
}

#[test]
fn without_issues_pull_requests_go_on() {
    let mut world = full();
    world.snapshot.mirror.repo.issues_off = true;
    let plan = world.plan();
    assert!(!words(&plan).contains(&"launch"));
    assert_eq!(code(&world.wait(ISSUE)), "repository");
    assert_eq!(code(&world.wait(PR)), "merging");
    let on_issue = |action: &Action| match action {
        Action::Enqueue { intent, .. } => intent.item == Some(ISSUE),
        _ => false,
    };
    assert!(!plan.actions.iter().any(on_issue));
}

/// The clock went back: a cooldown further ahead than a limit can be holds nothing up.
#[test]
fn a_cooldown_of_the_forge_that_no_rule_can_have_set_is_over() {
    for (hours, waits) in [(1, true), (24 * 40, false)] {
        let mut world = World::new();
        world.issue(1);
        world.pull(2, 1);
        let until = now() + SignedDuration::from_hours(hours);
        let cooldown =
            crate::domain::Cooldown::new("forge".to_owned(), until, String::new(), now());
        world
            .snapshot
            .cooldowns
            .insert("forge".to_owned(), cooldown);
        let body = String::new();
        let payload = crate::domain::Payload::Comment { body };
        world.intent(crate::domain::Origin::Pass, PR, payload);
        assert_eq!(world.wait(PR).next(), waits.then_some(until), "{hours}");
    }
}

/// What waits to be sent waits for the forge, and that is the reason that a person needs.
#[test]
fn a_write_on_its_way_waits_for_a_forge_that_takes_no_calls() {
    let mut world = full();
    let body = String::new();
    let payload = crate::domain::Payload::Comment { body };
    world.intent(crate::domain::Origin::Pass, PR, payload);
    assert_eq!(code(&world.wait(PR)), "writing");
    away(&mut world);
    world.snapshot.stale.as_mut().unwrap().kind = StaleKind::Denied;
    let wait = world.wait(PR);
    assert!(
        matches!(&wait, Wait::Stale { error, .. } if error == "no route"),
        "{wait:?}"
    );
}

/// Who sends nothing needs no right to write.
#[test]
fn an_account_that_may_only_read_does_for_a_profile_without_writes() {
    let mut world = full();
    world.snapshot.mirror.repo.read_only = true;
    assert_eq!(words(&world.plan()), ["crash", "judge"]);
    assert_eq!(code(&world.wait(ISSUE)), "repository");
    world.rules.policy.writes = crate::domain::Writes::Off;
    assert!(words(&world.plan()).contains(&"launch"));
}
