//! The labels that acp keeps.

use super::world::{World, file, running, set};
use crate::domain::{
    Action, Intent, IntentKind, ItemId, Life, Origin, Payload, Step, Writes, label,
};

const ISSUE: ItemId = ItemId::issue(1);

/// What is added and removed, by item.
fn changes(world: &World) -> Vec<(ItemId, Vec<String>, Vec<String>)> {
    let change = |intent: Intent| match intent.payload {
        Payload::Labels { add, remove } => Some((
            intent.item.unwrap(),
            add.into_iter().collect(),
            remove.into_iter().collect(),
        )),
        _ => None,
    };
    world.enqueued().into_iter().filter_map(change).collect()
}

fn owned(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

#[test]
fn running_follows_the_run() {
    let mut world = World::new();
    world.issue(1);
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    assert_eq!(changes(&world), [(ISSUE, owned(&[label::RUNNING]), vec![])]);
    world.issue_mut(1).labels.extend(set(&[label::RUNNING]));
    assert!(changes(&world).is_empty());
    world.snapshot.runs.clear();
    world.snapshot.leases.clear();
    world.hold("stop", None);
    assert_eq!(changes(&world), [(ISSUE, vec![], owned(&[label::RUNNING]))]);
}

#[test]
fn what_is_on_its_way_is_not_wanted_again_and_a_change_of_mind_is() {
    let mut world = World::new();
    world.issue(1);
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    let wanted = world.enqueued().remove(0);
    world.outstanding(wanted);
    assert!(changes(&world).is_empty());
    world.snapshot.runs.clear();
    world.snapshot.leases.clear();
    world.hold("stop", None);
    assert_eq!(changes(&world), [(ISSUE, vec![], owned(&[label::RUNNING]))]);
}

/// The same write is not accepted again, so planning it would only keep acp from ever being idle.
#[test]
fn a_label_that_failed_is_not_planned_again_until_the_item_changes() {
    let mut world = World::new();
    world.issue(1);
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    let wanted = world.enqueued().remove(0);
    world.outstanding(wanted).failed = true;
    assert!(world.plan().actions.is_empty());
    world.issue_mut(1).updated = super::world::ago(1);
    assert_eq!(world.enqueued().len(), 1);
}

#[test]
fn labels_of_the_lane_and_of_an_approval() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let pr = ItemId::pr(2);
    world.snapshot.facts.get_mut(&2).unwrap().files = Some(vec![file("AGENTS.md")]);
    assert_eq!(
        changes(&world),
        [(pr, owned(&[label::HUMAN_REVIEW]), vec![])]
    );
    world.pr_mut(2).labels = set(&[label::HUMAN_REVIEW, "mine"]);
    assert!(changes(&world).is_empty());
    world.approve(2, 'c');
    assert_eq!(
        changes(&world),
        [(
            pr,
            owned(&[label::HUMAN_APPROVED]),
            owned(&[label::HUMAN_REVIEW])
        )]
    );
    world.rules.policy.writes = Writes::Off;
    assert!(changes(&world).is_empty());
}

#[test]
fn labels_of_people_are_never_removed() {
    let mut world = World::new();
    world.issue(1).labels = set(&[label::READY, label::KEEP_OPEN, "mine", label::EXCLUSIVE]);
    world.pull(2, 1).labels = set(&[label::HANDOFF, label::REPAIR_QUEUED, "mine", label::BLOCKED]);
    let removed = |action: &Action| match action {
        Action::Enqueue { intent, .. } => match &intent.payload {
            Payload::Labels { remove, .. } => !remove.is_empty(),
            _ => false,
        },
        _ => false,
    };
    assert!(!world.plan().actions.iter().any(removed));
}

/// The policy was `draft` when it was opened: a person has to let it go, and the label says so until then.
#[test]
fn a_draft_that_a_person_must_let_go_asks_by_its_label() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1).draft = true;
    let pr = ItemId::pr(2);
    let asks = (pr, owned(&[label::HUMAN_REVIEW]), vec![]);
    assert_eq!(changes(&world), [asks]);
    world.pr_mut(2).labels = set(&[label::HUMAN_REVIEW]);
    assert!(changes(&world).is_empty());
    world.approve(2, 'c');
    let (approved, review) = ([label::HUMAN_APPROVED], [label::HUMAN_REVIEW]);
    assert_eq!(changes(&world), [(pr, owned(&approved), owned(&review))]);
}

/// The pass that decided it may have died before it had the labels taken off, and a merged pull request is not looked at again.
#[test]
fn a_merge_of_a_pass_on_its_way_takes_the_label_of_the_lane_off() {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1).labels = set(&[label::HUMAN_REVIEW, label::HUMAN_APPROVED]);
    world.snapshot.facts.get_mut(&2).unwrap().files = Some(vec![file("AGENTS.md")]);
    world.approve(2, 'c');
    let taken_off = [(ItemId::pr(2), vec![], owned(&[label::HUMAN_REVIEW]))];
    assert_eq!(changes(&world), taken_off);
    let mut all = world.enqueued().into_iter();
    let merge = all.find(|intent| intent.payload.kind() == IntentKind::Merge);
    world.outstanding(merge.unwrap());
    assert_eq!(changes(&world), taken_off);
    world.snapshot.intents[0].intent.origin = Origin::Verb {
        nonce: "n".to_owned(),
        actor: "tester".to_owned(),
    };
    assert!(changes(&world).is_empty(), "by hand it keeps what it has");
}
