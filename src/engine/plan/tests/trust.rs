//! Texts that are approved, changed, or of nobody who is trusted.

use super::issues::code;
use super::world::{World, ago, implemented, judged, now, running, set};
use crate::domain::{
    Action, Association, ItemId, Labelled, Origin, Payload, PrState, Review, ReviewState, RunId,
    Step, TrustNote, Wait, label,
};

const ISSUE: ItemId = ItemId::issue(1);
const PR: ItemId = ItemId::pr(2);

/// An issue of somebody trusted with a pinned text.
fn pinned() -> World {
    let mut world = World::new();
    world.issue(1).digest = Some("one".to_owned());
    keep(&mut world);
    world
}

/// Keeps what the plan notes, as a pass does.
fn keep(world: &mut World) {
    for action in world.plan().actions {
        if let Action::Trust { notes } = action {
            for (number, note) in notes {
                world.snapshot.trust.put(number, note);
            }
        }
    }
}

fn notes(world: &World) -> Vec<(u64, TrustNote)> {
    let trust = |action: Action| match action {
        Action::Trust { notes } => Some(notes),
        _ => None,
    };
    let all = world.plan().actions.into_iter().filter_map(trust);
    all.flatten().collect()
}

fn edit(world: &mut World) {
    world.issue_mut(1).digest = Some("two".to_owned());
    world.issue_mut(1).updated = ago(1);
}

fn stands(world: &World, item: ItemId) -> (&'static str, String) {
    let standing = world.standing(item);
    (standing.lane.as_str(), code(&standing.wait))
}

#[test]
fn a_text_is_pinned_before_it_is_launched_and_noted_once() {
    let mut world = World::new();
    world.issue(1).digest = Some("one".to_owned());
    let actions = world.plan().actions;
    let at = |wanted: fn(&Action) -> bool| actions.iter().position(wanted).unwrap();
    let pin = at(|action| matches!(action, Action::Trust { .. }));
    assert!(pin < at(|action| matches!(action, Action::Launch { .. })));
    keep(&mut world);
    assert!(notes(&world).is_empty());
    world.issue_mut(1).labels.clear();
    assert_eq!(notes(&world), [(1, TrustNote::default())]);
}

#[test]
fn a_changed_text_is_sent_back_with_a_reason() {
    let mut world = pinned();
    edit(&mut world);
    assert!(world.launched().is_empty());
    let wait = Wait::TextChanged {
        approved_by: "ann".to_owned(),
        label: label::READY.to_owned(),
    };
    assert_eq!(world.wait(ISSUE), wait);
    // Seen without the label, and with it again, the text of then counts.
    world.issue_mut(1).labels.clear();
    keep(&mut world);
    world.issue_mut(1).labels = set(&[label::READY]);
    assert_eq!(world.launched(), [ISSUE]);
}

#[test]
fn a_newer_label_of_somebody_trusted_approves_the_new_text() {
    let mut world = pinned();
    edit(&mut world);
    let labelled = |minutes| Labelled {
        by: "ann".to_owned(),
        association: Association::Owner,
        at: ago(minutes),
    };
    world.snapshot.labelled.insert(1, Some(labelled(200)));
    assert!(world.launched().is_empty());
    world.snapshot.labelled.insert(1, Some(labelled(1)));
    assert_eq!(world.launched(), [ISSUE]);
}

#[test]
fn a_run_on_a_text_that_was_changed_is_cancelled_and_what_it_brought_is_not_published() {
    let mut world = pinned();
    let run = world.run(ISSUE, 1, running(Step::Agent));
    edit(&mut world);
    let why = "the text of issue/1 was changed after it was approved";
    assert_eq!(cancelled(&world), Some((run.clone(), why.to_owned())));

    let mut world = pinned();
    let run = world.run(ISSUE, 1, judged(implemented()));
    world.snapshot.leases.clear();
    let payload = Payload::Push {
        branch: "agent/issue-1-a1".parse().unwrap(),
        sha: super::world::sha('c'),
        expect: None,
    };
    world.intent(Origin::Run(run.clone()), ISSUE, payload);
    edit(&mut world);
    let drops =
        |action: &Action| matches!(action, Action::DropIntents { run: of, .. } if *of == run);
    assert!(world.plan().actions.iter().any(drops));
    world.snapshot.intents.clear();
    let closes = |action: &Action| matches!(action, Action::Close { run: of, .. } if *of == run);
    let actions = world.plan().actions;
    assert!(actions.iter().any(closes), "{actions:?}");
    assert!(world.enqueued().is_empty());
}

fn cancelled(world: &World) -> Option<(RunId, String)> {
    world
        .plan()
        .actions
        .into_iter()
        .find_map(|action| match action {
            Action::Cancel { run, reason } => Some((run, reason)),
            _ => None,
        })
}

/// Changed and approved again between two passes: what the old text asked for is not what is wanted now.
#[test]
fn a_run_on_an_older_approved_text_is_cancelled() {
    let mut world = pinned();
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.snapshot.runs.get_mut(&run).unwrap().run.text = Some("one".to_owned());
    assert_eq!(cancelled(&world), None);
    edit(&mut world);
    let labelled = Labelled {
        by: "ann".to_owned(),
        association: Association::Owner,
        at: ago(0),
    };
    world.snapshot.labelled.insert(1, Some(labelled));
    let why = "another text of issue/1 was approved since";
    assert_eq!(cancelled(&world), Some((run, why.to_owned())));
}

#[test]
fn a_pull_request_that_is_there_does_not_care_about_the_text() {
    let mut world = pinned();
    world.pull(2, 1);
    edit(&mut world);
    assert_eq!(stands(&world, ISSUE), ("pending", "has-pr".to_owned()));
    assert_eq!(world.lane(PR), "automerge");
    world.pr_mut(2).state = PrState::Merged { commit: None };
    world
        .issue_mut(1)
        .labels
        .insert(label::KEEP_OPEN.to_owned());
    // The next round would be launched on it.
    assert_eq!(
        stands(&world, ISSUE),
        ("blocked", "text-changed".to_owned())
    );
}

#[test]
fn what_is_gone_is_not_launched_until_it_shows_itself() {
    let mut world = World::new();
    let updated = world.issue(1).updated;
    world.pull(2, 9);
    let gone = TrustNote {
        gone: Some(updated),
        ..TrustNote::default()
    };
    world.snapshot.trust.put(1, gone.clone());
    assert_eq!(stands(&world, ISSUE), ("ignore", "gone".to_owned()));
    let of_pull = TrustNote {
        gone: Some(world.pr_mut(2).updated),
        ..gone
    };
    world.snapshot.trust.put(2, of_pull);
    assert_eq!(stands(&world, PR), ("ignore", "gone".to_owned()));
    assert!(world.launched().is_empty());
    world.pr_mut(2).updated = now();
    world.issue_mut(1).updated = now();
    assert_eq!(world.launched(), [ISSUE]);
    assert_eq!(world.lane(PR), "automerge");
    keep(&mut world);
    assert!(
        world.snapshot.trust.notes.is_empty(),
        "{:?}",
        world.snapshot.trust
    );
}

/// A stranger may call a branch of his own repository as acp calls its branches, and write what he likes into a text.
#[test]
fn a_fork_is_nothing_to_an_issue() {
    for state in [
        PrState::Open,
        PrState::Closed,
        PrState::Merged { commit: None },
    ] {
        let mut world = World::new();
        world.issue(1);
        world.pull(2, 1);
        world.pr_mut(2).from_fork = true;
        world.pr_mut(2).state = state.clone();
        world.snapshot.runs.clear();
        assert_eq!(world.launched(), [ISSUE], "{state:?}");
        assert!(world.retries_set().is_empty(), "{state:?}");
    }
}

#[test]
fn only_reviews_that_are_heeded_start_a_repair() {
    let review = |author: &str, association| Review {
        author: author.to_owned(),
        association,
        state: ReviewState::ChangesRequested,
        head: super::world::sha('c'),
        body: String::new(),
        created: ago(1),
    };
    for (author, association, lane) in [
        ("ann", Association::Member, "fix"),
        ("mallory", Association::None, "human-review"),
        ("acp", Association::Owner, "human-review"),
    ] {
        let mut world = World::new();
        world.pull(2, 1);
        world.snapshot.mirror.viewer = Some("acp".to_owned());
        world.pr_mut(2).reviews = vec![review(author, association)];
        assert_eq!(world.lane(PR), lane, "{author}");
        world.approve(2, 'c');
        let merges = lane == "human-review";
        assert_eq!(world.lane(PR) == "automerge", merges, "{author}");
    }
}
