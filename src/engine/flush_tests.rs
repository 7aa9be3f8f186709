use jiff::SignedDuration;

use super::*;
use crate::domain::Cooldown;
use crate::domain::{IntentKind, MergeMethod, Origin, PrState, PullRequest, RunId, Writes};
use crate::engine::testing::{Scene, open_pull, sha, start};
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
        ["apply first", "repository", "apply same item"]
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
    for day in 0..=3 {
        assert_eq!(scene.find(&intent.id).0, Place::Pending, "{day}");
        scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
        scene.engine().flush().unwrap();
        scene.clock.step(SignedDuration::from_hours(24));
    }
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

/// It waited over a long weekend for a credential, for `policy.writes`, or for the machine to be switched on again.
#[test]
fn a_time_in_which_nothing_was_tried_is_no_time_of_tries() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    for _ in 0..3 {
        scene.clock.step(SignedDuration::from_hours(100));
        scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
        scene.engine().flush().unwrap();
        let (place, kept) = scene.find(&intent.id);
        assert_eq!(place, Place::Pending);
        assert_eq!(kept.first_tried, Some(scene.clock.now()));
    }
}

/// A limit is no write's own failure, however often it is met.
#[test]
fn a_limit_never_fails_a_write() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    scene.forge.apply.borrow_mut().push_back(Err(unavailable()));
    scene.engine().flush().unwrap();
    for _ in 0..5 {
        scene.clock.step(SignedDuration::from_hours(20));
        let until = scene.clock.now() + SignedDuration::from_mins(1);
        let limited = ForgeError::Limited { until };
        scene.forge.apply.borrow_mut().push_back(Err(limited));
        assert_eq!(scene.engine().flush().unwrap().sent.len(), 1);
        assert_eq!(scene.find(&intent.id).0, Place::Pending);
    }
    scene.clock.step(SignedDuration::from_hours(1));
    scene.engine().flush().unwrap();
    assert_eq!(scene.find(&intent.id).0, Place::Done);
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

/// A person merges what the forge did not let acp merge, or acp does it later for another reason: nobody has to drop what was
/// refused before.
#[test]
fn a_refused_merge_is_settled_once_the_pull_request_is_merged() {
    let scene = Scene::new();
    let merge = typed_merge(&scene);
    let other = scene.comment("other", ItemId::pr(2), &[]);
    let refusals = [Err(refused()), Err(refused())];
    scene.forge.apply.borrow_mut().extend(refusals);
    scene.engine().flush().unwrap();
    let pass = || {
        let snapshot = scene.engine().observe(true).unwrap();
        scene.engine().flush_after(Some(&snapshot)).unwrap();
    };
    let pulls = |state: PrState| {
        let pull = PullRequest {
            state,
            ..open_pull(2)
        };
        scene.forge.mirror.borrow_mut().pulls.insert(2, pull);
    };
    for state in [PrState::Open, PrState::Closed] {
        pulls(state);
        pass();
        assert_eq!(scene.find(&merge.id).0, Place::Failed);
    }
    let commit = Some(sha('e'));
    pulls(PrState::Merged {
        commit: commit.clone(),
    });
    pass();
    let (place, settled) = scene.find(&merge.id);
    assert_eq!((place, settled.phase), (Place::Done, Phase::Confirmed));
    assert_eq!(settled.applied, Some(Applied::Merged { commit }));
    assert_eq!(
        scene.find(&other.id).0,
        Place::Failed,
        "only the merge has happened"
    );
    let (journal, _) = scene.store.journal().read().unwrap();
    let journal = format!("{journal:?}");
    assert_eq!(journal.matches("intent.superseded").count(), 1, "{journal}");
    pass();
}

/// A pull request that nothing speaks against, and a merge of it that ann typed and that was not sent.
fn typed_merge(scene: &Scene) -> Intent {
    let pr = open_pull(2);
    let approval = crate::domain::Approval {
        pr: 2,
        head: pr.head_sha.clone(),
        by: "ann".to_owned(),
        at: start(),
        merge: true,
    };
    scene.store.approvals().put("pr-2", &approval).unwrap();
    scene.forge.mirror.borrow_mut().pulls.insert(2, pr);
    let (nonce, actor) = ("1".to_owned(), "ann".to_owned());
    let (head, method) = (sha('c'), MergeMethod::Squash);
    let payload = Payload::Merge { head, method };
    let origin = Origin::Verb { nonce, actor };
    scene.enqueue(origin, ItemId::pr(2), payload, "merge", &[])
}

fn hold(scene: &Scene, item: Option<ItemId>) {
    let hold = crate::domain::Hold {
        name: "stop".to_owned(),
        reason: "not now".to_owned(),
        by: "bob".to_owned(),
        at: start(),
        item,
        rule: None,
    };
    scene.store.holds().put("stop", &hold).unwrap();
}

fn applied(scene: &Scene) -> Vec<String> {
    let calls = scene.forge.calls.borrow();
    let writes = calls.iter().filter(|call| call.starts_with("apply"));
    writes.cloned().collect()
}

#[test]
fn a_typed_merge_that_waits_is_not_made_under_a_later_hold() {
    let scene = Scene::new();
    let intent = typed_merge(&scene);
    let after = scene.comment("after it", ItemId::pr(2), &[]);
    let needs_it = scene.comment("needs it", ItemId::pr(2), &[&intent]);
    hold(&scene, None);
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 2);
    let flushed = scene.engine().flush().unwrap();
    assert!(flushed.sent.is_empty(), "it is not taken up again");
    assert_eq!((flushed.waiting, flushed.next), (2, None));
    assert_eq!(applied(&scene), ["apply after it"]);
    assert_eq!(scene.find(&after.id).0, Place::Done);
    let (place, kept) = scene.find(&intent.id);
    assert_eq!((place, kept.phase), (Place::Pending, Phase::Prepared));
    assert_eq!(kept.last_error.as_deref(), Some("hold `stop`: not now"));
    let snapshot = scene.engine().observe(false).unwrap();
    let plan = crate::engine::plan::plan(&snapshot, &scene.rules).unwrap();
    let standing = plan.standings.iter().find(|s| s.item == ItemId::pr(2));
    let wait = &standing.unwrap().wait;
    assert!(
        matches!(wait, crate::domain::Wait::Hold { name, .. } if name == "stop"),
        "{wait:?}"
    );
    scene.store.holds().remove("stop").unwrap();
    scene.engine().flush().unwrap();
    assert_eq!(
        applied(&scene)[1..],
        ["apply merge".to_owned(), "apply needs it".to_owned()]
    );
    assert_eq!(scene.find(&needs_it.id).0, Place::Done);
}

/// It was sent, its answer was lost, and it did not arrive.
#[test]
fn a_typed_merge_that_was_lost_is_not_repeated_under_a_hold() {
    let scene = Scene::new();
    let intent = typed_merge(&scene);
    die_in(&scene, &intent, Phase::Dispatched);
    hold(&scene, Some(ItemId::pr(2)));
    scene.engine().flush().unwrap();
    scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), ["find merge"]);
    assert_eq!(scene.find(&intent.id).1.phase, Phase::Prepared);
    hold(&scene, Some(ItemId::pr(3)));
    scene.engine().flush().unwrap();
    assert_eq!(applied(&scene), ["apply merge"]);
}

#[test]
fn a_typed_merge_that_waited_is_judged_again_when_it_is_sent() {
    use crate::domain::{Check, CheckState, PrState};
    type Change = fn(&mut PullRequest);
    fn check(state: CheckState) -> Vec<Check> {
        vec![Check {
            name: "ci".to_owned(),
            state,
            summary: String::new(),
        }]
    }
    let table: [(Change, Option<(Place, &str)>); 4] = [
        (
            |pr| pr.head_sha = sha('d'),
            Some((Place::Failed, "its head moved")),
        ),
        (
            |pr| pr.checks = check(CheckState::Failure),
            Some((Place::Failed, "red check")),
        ),
        (
            |pr| pr.checks = check(CheckState::Pending),
            Some((Place::Pending, "not finished")),
        ),
        (|pr| pr.state = PrState::Closed, None),
    ];
    for (row, (change, expected)) in table.into_iter().enumerate() {
        let scene = Scene::new();
        let intent = typed_merge(&scene);
        change(scene.forge.mirror.borrow_mut().pulls.get_mut(&2).unwrap());
        scene.engine().flush().unwrap();
        assert!(applied(&scene).is_empty(), "row {row}");
        let found = scene.store.outbox().unwrap().find(&intent.id).unwrap();
        let Some((place, words)) = expected else {
            assert!(found.is_none(), "row {row}");
            continue;
        };
        let (at, kept) = found.unwrap();
        assert_eq!(at, place, "row {row}");
        let why = kept.last_error.unwrap();
        assert!(why.contains(words), "row {row}: {why}");
    }
}

/// Whoever types it under a hold means it, and says nothing about what another typed before.
#[test]
fn a_merge_is_sent_under_a_hold_by_the_verb_that_types_it_and_by_no_other() {
    let scene = Scene::new();
    let waits = typed_merge(&scene);
    hold(&scene, None);
    let engine = scene.engine();
    let body = String::new();
    let comment = engine.typed("bob", waits.item, Payload::Comment { body }, vec![]);
    engine.write(&comment).unwrap();
    assert_eq!(scene.find(&waits.id).0, Place::Pending);
    let merge = engine.typed("bob", waits.item, waits.payload.clone(), vec![]);
    engine.write(&merge).unwrap();
    assert_eq!(applied(&scene), ["apply ", "apply "]);
    assert_eq!(scene.find(&waits.id).0, Place::Pending);
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

fn removal(scene: &Scene) -> Intent {
    let payload = Payload::DeleteBranch {
        branch: "agent/issue-1-a1".parse().unwrap(),
        expect: sha('c'),
    };
    scene.enqueue(Origin::Pass, ItemId::pr(2), payload, "merged", &[])
}

const REMOVE: &str = "remove agent/issue-1-a1";

fn git_error(make: impl FnOnce(String, String) -> VcsError) -> Result<Pushed, VcsError> {
    Err(make(
        "remove the branch".to_owned(),
        "git said so".to_owned(),
    ))
}

#[test]
fn a_merged_branch_is_removed_once() {
    let scene = Scene::new();
    let intent = removal(&scene);
    scene.engine().flush().unwrap();
    scene.engine().flush().unwrap();
    assert_eq!(*scene.forge.calls.borrow(), [REMOVE]);
    let (place, intent) = scene.find(&intent.id);
    assert_eq!((place, intent.applied), (Place::Done, Some(Applied::Done)));
}

/// Somebody goes on there: it stays, nothing waits for it, and the journal says so.
#[test]
fn a_branch_that_moved_is_left_alone() {
    let scene = Scene::new();
    let intent = removal(&scene);
    let later = scene.comment("after it", ItemId::pr(2), &[]);
    let found = Some(sha('d'));
    let moved = Ok(Pushed::Moved { found });
    scene.forge.removals.borrow_mut().push_back(moved);
    let sent = scene.engine().flush().unwrap().sent;
    let words = "stays: it is at ddddddd";
    assert!(sent[0].error.as_ref().unwrap().contains(words), "{sent:?}");
    assert!(!sent[0].failed);
    let outbox = scene.store.outbox().unwrap();
    assert!(outbox.find(&intent.id).unwrap().is_none());
    assert_eq!(scene.find(&later.id).0, Place::Done);
    let (journal, _) = scene.store.journal().read().unwrap();
    let journal = format!("{journal:?}");
    assert!(journal.contains("intent.dropped") && journal.contains(words));
}

#[test]
fn a_branch_that_is_gone_already_is_as_good_as_removed() {
    let scene = Scene::new();
    let intent = removal(&scene);
    let gone = Ok(Pushed::Moved { found: None });
    scene.forge.removals.borrow_mut().push_back(gone);
    let sent = scene.engine().flush().unwrap().sent;
    assert_eq!(sent[0].error, None);
    assert_eq!(scene.find(&intent.id).0, Place::Done);
}

#[test]
fn a_removal_that_is_refused_is_told_and_not_tried_again() {
    let scene = Scene::new();
    let intent = removal(&scene);
    let refused = git_error(|tried, why| VcsError::Refused { tried, why });
    scene.forge.removals.borrow_mut().push_back(refused);
    scene.engine().flush().unwrap();
    scene.engine().flush().unwrap();
    // The repository is asked whether it takes anything at all.
    assert_eq!(*scene.forge.calls.borrow(), [REMOVE, "repository"]);
    let (place, intent) = scene.find(&intent.id);
    assert_eq!(place, Place::Failed);
    assert!(intent.last_error.unwrap().contains("git said so"));
}

/// Whether it is gone is a question of state: it is looked up by asking for its removal again, which finds it gone.
#[test]
fn a_removal_whose_answer_was_lost_settles() {
    for again in [Ok(Pushed::Done), Ok(Pushed::Moved { found: None })] {
        let scene = Scene::new();
        let intent = removal(&scene);
        let lost = git_error(|tried, why| VcsError::Unknown { tried, why });
        scene.forge.removals.borrow_mut().extend([lost, again]);
        scene.engine().flush().unwrap();
        assert_eq!(scene.find(&intent.id).1.phase, Phase::Dispatched);
        scene.clock.step(SignedDuration::from_secs(3));
        scene.engine().flush().unwrap();
        scene.clock.step(SignedDuration::from_hours(1));
        assert_eq!(scene.engine().flush().unwrap(), Flushed::default());
        assert_eq!(*scene.forge.calls.borrow(), [REMOVE, "find merged", REMOVE]);
    }
}

/// The flusher died after the branch was removed, or before: the next one asks and finds out.
#[test]
fn a_flusher_that_died_over_a_removal_leaves_one_that_settles() {
    for (phase, calls) in [
        (Phase::Prepared, &[REMOVE][..]),
        (Phase::Dispatched, &["find merged", REMOVE]),
        (Phase::Confirmed, &[]),
    ] {
        let scene = Scene::new();
        let intent = removal(&scene);
        die_in(&scene, &intent, phase);
        scene.engine().flush().unwrap();
        assert_eq!(*scene.forge.calls.borrow(), calls, "{phase:?}");
        assert_eq!(scene.find(&intent.id).0, Place::Done, "{phase:?}");
    }
}

/// What was refused is as good as it was, what is behind it is not tried, and the next pass begins with the reason.
#[test]
fn a_write_to_a_repository_that_was_just_archived_waits_with_all_others() {
    let scene = Scene::new();
    let first = scene.comment("a", ONE, &[]);
    scene.comment("b", TWO, &[]);
    let (tried, why) = tried();
    let forbidden = ForgeError::Forbidden { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(forbidden));
    scene.forge.repo.borrow_mut().archived = true;
    let flushed = scene.engine().flush().unwrap();
    let reason = Some("the repository is archived");
    assert_eq!(flushed.closed.as_deref(), reason);
    let (place, intent) = scene.find(&first.id);
    assert_eq!((place, intent.phase), (Place::Pending, Phase::Prepared));
    assert_eq!((intent.attempts, intent.last_error), (0, None));
    // Before a pass has seen it, too.
    assert_eq!(scene.engine().flush().unwrap().closed.as_deref(), reason);
    assert_eq!(*scene.forge.calls.borrow(), ["apply a", "repository"]);

    let told = |scene: &Scene| {
        let seen = scene.engine().observe(true).unwrap();
        seen.mirror.repo.closed_to_writes()
    };
    scene.forge.mirror.borrow_mut().repo.archived = true;
    assert_eq!(told(&scene).as_deref(), reason);
    assert_eq!(scene.store.repository_note().unwrap(), None);
    scene.forge.mirror.borrow_mut().repo.archived = false;
    assert_eq!(told(&scene), None);
    scene
        .store
        .put_mirror(&scene.forge.mirror.borrow())
        .unwrap();
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 2);
}

#[test]
fn writes_wait_for_an_account_that_lost_its_right_to_write() {
    let scene = Scene::new();
    let intent = scene.comment("a", ONE, &[]);
    let (tried, why) = tried();
    let forbidden = ForgeError::Forbidden { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(forbidden));
    scene.forge.repo.borrow_mut().read_only = true;
    let flushed = scene.engine().flush().unwrap();
    assert!(flushed.closed.unwrap().contains("may only read"));
    assert_eq!(scene.find(&intent.id).0, Place::Pending);
}

/// The forge was away for long, and meanwhile somebody opened another pull request from the branch.
#[test]
fn a_branch_that_an_open_pull_request_needs_by_now_stays() {
    for (head, base) in [("agent/issue-1-a1", "main"), ("next", "agent/issue-1-a1")] {
        let scene = Scene::new();
        let intent = removal(&scene);
        let mut mirror = crate::domain::Mirror::default();
        let pr = PullRequest {
            head: head.parse().unwrap(),
            base: base.parse().unwrap(),
            ..open_pull(7)
        };
        mirror.pulls.insert(7, pr.clone());
        scene.store.put_mirror(&mirror).unwrap();
        let sent = scene.engine().flush().unwrap().sent;
        let error = sent[0].error.as_ref().unwrap();
        assert!(error.contains("needs it"), "{error}");
        assert!(scene.forge.calls.borrow().is_empty());
        assert!(
            scene
                .store
                .outbox()
                .unwrap()
                .find(&intent.id)
                .unwrap()
                .is_none()
        );
        // A fork may call its branch as it likes.
        let fork = PullRequest {
            from_fork: true,
            base: "main".parse().unwrap(),
            ..pr
        };
        mirror.pulls.insert(7, fork);
        scene.store.put_mirror(&mirror).unwrap();
        removal(&scene);
        scene.engine().flush().unwrap();
        assert_eq!(*scene.forge.calls.borrow(), [REMOVE]);
    }
}
