use jiff::SignedDuration;

use super::*;
use crate::domain::Cooldown;
use crate::domain::{IntentKind, MergeMethod, Origin, RunId, Writes};
use crate::engine::testing::{Scene, sha, start};
use crate::sys::Clock as _;

const ONE: ItemId = ItemId::issue(1);
const TWO: ItemId = ItemId::issue(2);

fn tried() -> (String, String) {
    ("comment".to_owned(), "no".to_owned())
}

fn unavailable() -> ForgeError {
    let (tried, why) = tried();
    ForgeError::Unavailable { tried, why }
}

fn refused() -> ForgeError {
    let (tried, why) = tried();
    ForgeError::Refused { tried, why }
}

/// Moves an intent to `claimed/` in a phase, as a flusher leaves it that dies.
fn die_in(scene: &Scene, intent: &Intent, phase: Phase) {
    let outbox = scene.store.outbox().unwrap();
    let mut all = outbox.open_intents().unwrap().into_iter();
    let queued = all.find(|queued| queued.intent.id == intent.id).unwrap();
    let mut queued = outbox.claim(queued).unwrap().unwrap();
    queued.intent.phase = phase;
    queued.intent.dispatched = Some(scene.clock.now());
    outbox.update(&queued).unwrap();
}

#[test]
fn what_waits_is_sent_in_order_and_once() {
    let scene = Scene::new();
    for (fact, item) in [("a", ONE), ("b", TWO), ("c", ONE)] {
        scene.comment(fact, item, &[]);
    }
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 3);
    assert_eq!(scene.engine().flush().unwrap(), Flushed::default());
    assert_eq!(
        *scene.forge.calls.borrow(),
        ["apply a", "apply b", "apply c"]
    );
}

#[test]
fn one_that_waits_holds_up_its_item_and_those_that_need_it_only() {
    let scene = Scene::new();
    let first = scene.comment("first", ONE, &[]);
    scene.comment("same item", ONE, &[]);
    scene.comment("needs it", TWO, &[&first]);
    scene.comment("other", ItemId::issue(3), &[]);
    scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
    let flushed = scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), ["apply first", "apply other"]);
    assert_eq!(flushed.next, Some(start() + SignedDuration::from_secs(2)));
    scene.clock.step(SignedDuration::from_secs(3));
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 3);
}

#[test]
fn one_that_failed_holds_up_only_those_that_need_it() {
    let scene = Scene::new();
    let first = scene.comment("first", ONE, &[]);
    let second = scene.comment("needs it", ONE, &[&first]);
    scene.comment("needs that", TWO, &[&second]);
    scene.comment("same item", ONE, &[]);
    scene.forge.apply.borrow_mut().push_back(Err(refused()));
    scene.engine().flush().unwrap();
    scene.engine().flush().unwrap();
    assert_eq!(
        *scene.forge.calls.borrow(),
        ["apply first", "apply same item"]
    );
    assert_eq!(scene.find(&first.id).0, Place::Failed);
    scene
        .engine()
        .desk()
        .retry_intent(&first.id, "ann")
        .unwrap();
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 3);
}

#[test]
fn a_lost_answer_is_looked_up_before_it_is_sent_again() {
    let mut scene = Scene::new();
    scene.forge.visible_within = Duration::from_mins(1);
    let intent = scene.comment("a", ONE, &[]);
    let (tried, why) = tried();
    let lost = ForgeError::Unknown { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(lost));
    scene.engine().flush().unwrap();
    assert_eq!(scene.find(&intent.id).1.phase, Phase::Dispatched);
    scene.clock.step(SignedDuration::from_secs(5));
    scene.engine().flush().unwrap();
    scene.clock.step(SignedDuration::from_secs(60));
    scene.engine().flush().unwrap();
    assert_eq!(
        *scene.forge.calls.borrow(),
        ["apply a", "find a", "find a", "apply a"]
    );
    let found = scene.comment("b", ONE, &[]);
    die_in(&scene, &found, Phase::Dispatched);
    let applied = Applied::Commented { id: 4 };
    scene
        .forge
        .find
        .borrow_mut()
        .push_back(Ok(Some(applied.clone())));
    let sent = scene.engine().flush().unwrap().sent;
    assert!(sent[0].adopted);
    assert_eq!(scene.find(&found.id).1.applied, Some(applied));
}

/// The call arrived and its answer cannot be read, or this machine failed while it was under way: nobody can say that
/// nothing was written.
#[test]
fn an_answer_that_cannot_be_read_is_a_lost_one() {
    let errors = [
        ForgeError::Unreadable {
            what: "the answer".to_owned(),
            why: "cut off".to_owned(),
        },
        ForgeError::Io {
            tried: "write".to_owned(),
            why: "disk full".to_owned(),
            disk_full: true,
        },
    ];
    for error in errors {
        let scene = Scene::new();
        let intent = scene.comment("a", ONE, &[]);
        scene.forge.apply.borrow_mut().push_back(Err(error.clone()));
        scene.engine().flush().unwrap();
        assert_eq!(scene.find(&intent.id).1.phase, Phase::Dispatched, "{error}");
        scene.clock.step(SignedDuration::from_mins(1));
        scene
            .forge
            .find
            .borrow_mut()
            .push_back(Ok(Some(Applied::Done)));
        scene.engine().flush().unwrap();
        assert_eq!(*scene.forge.calls.borrow(), ["apply a", "find a"]);
    }
}

/// The flusher died between the note that it happened and the move to `done/`.
#[test]
fn a_confirmed_write_is_never_sent_again() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    die_in(&scene, &intent, Phase::Confirmed);
    scene.engine().flush().unwrap();
    assert!(scene.forge.calls.borrow().is_empty());
    assert_eq!(scene.find(&intent.id).0, Place::Done);
}

#[test]
fn a_write_that_never_gets_through_ends_in_failed_and_a_retry_starts_its_time_anew() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    scene.clock.step(SignedDuration::from_hours(73));
    scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
    scene.engine().flush().unwrap();
    assert_eq!(scene.find(&intent.id).0, Place::Failed);
    scene
        .engine()
        .desk()
        .retry_intent(&intent.id, "ann")
        .unwrap();
    scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
    scene.engine().flush().unwrap();
    assert_eq!(scene.find(&intent.id).0, Place::Pending);
}

/// It was sent while the clock was a year ahead.
#[test]
fn a_clock_that_was_set_back_costs_one_wait() {
    let mut scene = Scene::new();
    scene.forge.visible_within = Duration::from_mins(1);
    scene.clock.step(SignedDuration::from_hours(24 * 365));
    let intent = scene.comment("a", ONE, &[]);
    die_in(&scene, &intent, Phase::Dispatched);
    scene.clock.step(SignedDuration::from_hours(-24 * 365));
    for _ in 0..3 {
        scene.engine().flush().unwrap();
        scene.clock.step(SignedDuration::from_secs(61));
    }
    assert_eq!(scene.find(&intent.id).0, Place::Done);
}

#[test]
fn a_rate_limit_stops_everything_until_it_is_over_and_no_longer() {
    let scene = Scene::new();
    scene.comment("a", ONE, &[]);
    scene.comment("b", TWO, &[]);
    let until = start() + SignedDuration::from_hours(1);
    let limited = ForgeError::Limited { until };
    scene.forge.apply.borrow_mut().push_back(Err(limited));
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 1);
    let waits = scene.engine().flush().unwrap();
    assert_eq!(
        (waits.sent.len(), waits.waiting, waits.next),
        (0, 2, Some(until))
    );
    scene.clock.step(SignedDuration::from_mins(61));
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 2);
    // The clock was ahead when the next one was set.
    let until = start() + SignedDuration::from_hours(24 * 365);
    let cooldown = Cooldown::new("forge".to_owned(), until, String::new(), until);
    scene.store.cooldowns().put("forge", &cooldown).unwrap();
    scene.comment("c", ONE, &[]);
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 1);
}

fn merge_intent(scene: &Scene) -> Intent {
    let (head, method) = (sha('c'), MergeMethod::Squash);
    let payload = Payload::Merge { head, method };
    scene.enqueue(Origin::Pass, ItemId::pr(2), payload, "merge", &[])
}

#[test]
fn a_merge_that_the_gates_no_longer_allow_is_dropped_unsent() {
    let scene = Scene::new();
    let intent = merge_intent(&scene);
    assert_eq!(intent.payload.kind(), IntentKind::Merge);
    scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), ["sync"], "it is not open");
    let outbox = scene.store.outbox().unwrap();
    assert!(outbox.find(&intent.id).unwrap().is_none());
}

/// `policy.writes: off` was set after a pass had enqueued something.
#[test]
fn writes_off_keeps_here_what_passes_wanted_and_sends_what_a_person_typed() {
    let mut scene = Scene::new();
    scene.rules.policy.writes = Writes::Off;
    scene.comment("a", ONE, &[]);
    let run = Origin::Run(RunId::new(start(), ONE, 1));
    let body = String::new();
    scene.enqueue(run, ONE, Payload::Comment { body }, "b", &[]);
    let flushed = scene.engine().flush().unwrap();
    assert_eq!(
        (flushed.sent.len(), flushed.waiting, flushed.next),
        (0, 2, None)
    );
    let nonce = "1".to_owned();
    let actor = "ann".to_owned();
    let body = String::new();
    let typed = Origin::Verb { nonce, actor };
    scene.enqueue(typed, TWO, Payload::Comment { body }, "c", &[]);
    scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), ["apply c"]);
    scene.rules.policy.writes = Writes::Draft;
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 2);
}

#[test]
fn only_one_flusher_is_at_work() {
    let scene = Scene::new();
    scene.comment("a", ONE, &[]);
    let lock = scene.lock_elsewhere(LockName::Flush);
    assert!(scene.engine().flush().unwrap().busy);
    drop(lock);
    assert!(!scene.engine().flush().unwrap().busy);
}

/// Whether a merge may still be cannot be told from an old sight: it waits.
#[test]
fn a_merge_waits_while_the_forge_cannot_be_asked() {
    let scene = Scene::new();
    let intent = merge_intent(&scene);
    scene.forge.sync.borrow_mut().push_back(unavailable());
    scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), ["sync"]);
    let (place, kept) = scene.find(&intent.id);
    assert_eq!((place, kept.phase), (Place::Pending, Phase::Prepared));
    assert!(kept.next.is_some());
}

#[test]
fn a_forge_that_is_not_reached_three_times_in_a_row_is_left_alone() {
    let scene = Scene::new();
    for number in 1..=8 {
        scene.comment(&format!("{number}"), ItemId::issue(number), &[]);
    }
    let answers = [
        Err(unavailable()),
        Err(unavailable()),
        Ok(Applied::Done),
        Err(unavailable()),
        Err(unavailable()),
        Err(unavailable()),
    ];
    scene.forge.apply.borrow_mut().extend(answers);
    let flushed = scene.engine().flush().unwrap();
    assert_eq!(flushed.sent.len(), 6);
    assert_eq!(flushed.stopped, None);
    scene.clock.step(SignedDuration::from_mins(1));
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 7);
}

/// Nothing is sent to it, and nothing fails for it.
#[test]
fn writes_wait_for_an_archived_repository() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    let mut mirror = crate::domain::Mirror::default();
    mirror.repo.archived = true;
    scene.store.put_mirror(&mirror).unwrap();
    let flushed = scene.engine().flush().unwrap();
    assert_eq!(
        flushed.closed.as_deref(),
        Some("the repository is archived")
    );
    assert!(scene.forge.calls.borrow().is_empty());
    assert_eq!(scene.find(&intent.id).0, Place::Pending);
}

#[test]
fn a_write_that_was_given_up_halfway_is_put_away_and_not_sent() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    let outbox = scene.store.outbox().unwrap();
    let queued = outbox.open_intents().unwrap().remove(0);
    let mut queued = outbox.claim(queued).unwrap().unwrap();
    queued.intent.dropped = Some("ann".to_owned());
    outbox.update(&queued).unwrap();
    scene.engine().flush().unwrap();
    assert!(scene.forge.calls.borrow().is_empty());
    assert_eq!(scene.find(&intent.id).0, Place::Failed);
}
