use jiff::SignedDuration;

use super::*;
use crate::domain::{
    Association, FailureClass, Intent, Issue, IssueState, ItemId, Lease, Outcome, Phase, RunEnd,
    RunState, Wait, label,
};
use crate::engine::testing::{Scene, sha, start};
use crate::engine::{Idle, Pass, PassReport};
use crate::store::Place;
use crate::sys::Clock as _;

const HEARTBEAT: Pass = Pass {
    verb: "heartbeat",
    launches: true,
    flushes: true,
    dry_run: false,
};

const ONE: ItemId = ItemId::issue(1);

fn call() -> (String, String) {
    ("list what has changed".to_owned(), "no".to_owned())
}

fn unavailable() -> ForgeError {
    let (tried, why) = call();
    ForgeError::Unavailable { tried, why }
}

fn denied() -> ForgeError {
    let (tried, why) = call();
    ForgeError::Denied { tried, why }
}

/// An issue that would be launched on, as an earlier pass saw it.
fn scene() -> Scene {
    let scene = Scene::new();
    let issue = Issue {
        number: 1,
        title: "One".to_owned(),
        state: IssueState::Open,
        labels: [label::READY.to_owned()].into(),
        author: "ann".to_owned(),
        association: Association::Owner,
        created: start(),
        updated: start(),
        digest: None,
        schedule: None,
    };
    let mirror = Mirror {
        issues: [(1, issue)].into(),
        base_sha: Some(sha('0')),
        ..Mirror::default()
    };
    scene.store.put_mirror(&mirror).unwrap();
    *scene.forge.mirror.borrow_mut() = mirror;
    scene
}

fn fail_sync(scene: &Scene, errors: impl IntoIterator<Item = ForgeError>) {
    scene.forge.sync.borrow_mut().extend(errors);
}

#[track_caller]
fn pass(scene: &Scene) -> PassReport {
    scene.engine().pass(HEARTBEAT).unwrap()
}

fn words(scene: &Scene) -> Vec<String> {
    let (entries, _) = scene.store.journal().read().unwrap();
    entries.into_iter().map(|entry| entry.what).collect()
}

fn syncs(scene: &Scene) -> usize {
    let calls = scene.forge.calls.borrow();
    calls.iter().filter(|call| *call == "sync").count()
}

/// A finished run that failed, with its lease.
fn failed_run(scene: &Scene) -> crate::domain::RunId {
    let failure = crate::domain::Failure::new(FailureClass::Crashed, "no".to_owned());
    let end = RunEnd {
        started: Some(start()),
        ended: start(),
        outcome: Outcome::Failed(failure),
    };
    let run = scene.run(ONE, RunState::Finished(end));
    let lease = Lease {
        item: ONE,
        run: run.clone(),
        at: start(),
    };
    scene.store.leases().put(&ONE.slug(), &lease).unwrap();
    run
}

#[test]
fn a_forge_that_is_away_stops_neither_repairs_nor_judgements() {
    let errors = [
        unavailable(),
        ForgeError::Limited {
            until: start() + SignedDuration::from_mins(5),
        },
        ForgeError::Unreadable {
            what: "a page".to_owned(),
            why: "odd".to_owned(),
        },
        denied(),
    ];
    for error in errors {
        let scene = scene();
        let run = failed_run(&scene);
        fail_sync(&scene, [error.clone()]);
        let report = pass(&scene);
        assert!(report.stale().is_some(), "{error}");
        let run = scene.store.live_run(&run).unwrap().unwrap();
        assert_eq!(run.state.as_str(), "judged", "{error}");
        assert!(scene.store.leases().list().unwrap().is_empty());
        let retry = scene.store.retries().get("issue-1").unwrap().unwrap();
        assert_eq!(retry.failures, 1, "{error}");
    }
}

#[test]
fn nothing_starts_on_an_old_sight_and_why_says_so() {
    let scene = scene();
    pass(&scene);
    let seen = scene.clock.now();
    assert_eq!(words(&scene), ["issue.trust", "run.launched", "run.ended"]);
    let scene = self::scene();
    // A pass that saw the forge, with nothing to launch under a hold.
    let hold = Hold {
        name: "stop".to_owned(),
        reason: String::new(),
        by: String::new(),
        at: start(),
        item: None,
        rule: None,
    };
    scene.store.holds().put("stop", &hold).unwrap();
    pass(&scene);
    scene.store.holds().remove("stop").unwrap();
    scene.clock.step(SignedDuration::from_mins(10));
    fail_sync(&scene, [unavailable()]);
    let report = pass(&scene);
    assert!(report.launched.is_empty() && report.problems.is_empty());
    let wait = &report.plan.standings[0].wait;
    assert!(
        matches!(wait, Wait::Stale { synced: Some(at), .. } if *at == seen),
        "{wait:?}"
    );
    assert!(report.plan.actions.is_empty());
}

/// One line when it goes and one when it comes back, however many passes lie between.
#[test]
fn the_journal_hears_once_that_the_forge_is_away() {
    let scene = scene();
    scene.forge.mirror.borrow_mut().issues.clear();
    fail_sync(&scene, [unavailable(), unavailable(), unavailable()]);
    for _ in 0..5 {
        pass(&scene);
        scene.clock.step(SignedDuration::from_mins(1));
    }
    assert_eq!(words(&scene), ["forge.away", "forge.back"]);
}

#[test]
fn a_forge_that_is_away_is_not_asked_again_for_every_write() {
    let scene = scene();
    scene.comment("a", ONE, &[]);
    fail_sync(&scene, [unavailable()]);
    let report = pass(&scene);
    assert_eq!((report.flushed.sent.len(), report.flushed.waiting), (0, 1));
    assert_eq!(scene.engine().idle(&report, Duration::ZERO), Idle::No);
}

#[test]
fn a_rate_limit_is_a_cooldown_in_which_no_request_is_made() {
    let scene = scene();
    let until = start() + SignedDuration::from_mins(30);
    scene.comment("a", ONE, &[]);
    fail_sync(&scene, [ForgeError::Limited { until }]);
    for _ in 0..6 {
        let report = pass(&scene);
        assert_eq!(
            report.stale().map(|s| (s.kind, s.next)),
            Some((StaleKind::Limited, Some(until)))
        );
        scene.clock.step(SignedDuration::from_mins(4));
    }
    assert_eq!(*scene.forge.calls.borrow(), ["sync"]);
    assert_eq!(words(&scene), ["cooldown.set"]);
    scene.clock.step(SignedDuration::from_mins(7));
    assert_eq!(pass(&scene).flushed.sent.len(), 1);
}

/// A time too far ahead is cut, so that it is kept and not taken for a mistake of the clock.
#[test]
fn a_limit_without_end_is_kept_for_a_day() {
    let scene = scene();
    let until = start() + SignedDuration::from_hours(24 * 30);
    fail_sync(&scene, [ForgeError::Limited { until }]);
    pass(&scene);
    scene.clock.step(SignedDuration::from_hours(23));
    pass(&scene);
    assert_eq!(syncs(&scene), 1);
    scene.clock.step(SignedDuration::from_hours(2));
    pass(&scene);
    assert_eq!(syncs(&scene), 2);
}

#[test]
fn a_credential_that_is_refused_holds_the_profile_once_and_is_probed_rarely() {
    let scene = scene();
    let intent = scene.comment("a", ONE, &[]);
    fail_sync(&scene, std::iter::repeat_n(denied(), 3));
    for minute in 0..40 {
        let report = pass(&scene);
        let stale = report.stale().unwrap();
        assert_eq!(stale.kind, StaleKind::Denied, "minute {minute}");
        assert_eq!(
            scene.engine().idle(&report, Duration::ZERO),
            Idle::Yes(stale.next),
            "a person must act"
        );
        scene.clock.step(SignedDuration::from_mins(1));
    }
    assert_eq!(
        syncs(&scene),
        3,
        "one at once and one each quarter of an hour"
    );
    assert_eq!(words(&scene), ["hold.set"]);
    let (place, kept) = scene.find(&intent.id);
    assert_eq!(
        (place, kept.attempts, kept.phase),
        (Place::Pending, 0, Phase::Prepared)
    );
    // The credential is good again: the next probe lifts the hold and all goes on.
    scene.clock.step(SignedDuration::from_mins(15));
    let report = pass(&scene);
    assert_eq!(report.stale(), None);
    assert_eq!(report.flushed.sent.len(), 1);
    assert!(scene.store.holds().list().unwrap().is_empty());
    assert_eq!(words(&scene)[1], "hold.cleared");
}

#[test]
fn a_credential_that_is_refused_while_sending_harms_no_write() {
    let scene = scene();
    scene.forge.mirror.borrow_mut().issues.clear();
    let intents: Vec<Intent> = (1..4)
        .map(|n| scene.comment("a", ItemId::issue(n), &[]))
        .collect();
    scene.forge.apply.borrow_mut().push_back(Err(denied()));
    let report = pass(&scene);
    assert_eq!(report.stale().unwrap().kind, StaleKind::Denied);
    assert_eq!(*scene.forge.calls.borrow(), ["sync", "apply a"]);
    for intent in &intents {
        let (place, kept) = scene.find(&intent.id);
        assert_eq!(place, Place::Pending);
        let before = Intent {
            seq: kept.seq,
            ..intent.clone()
        };
        assert_eq!(kept, before);
    }
    assert_eq!(words(&scene), ["hold.set"]);
    scene.engine().flush().unwrap();
    assert_eq!(scene.forge.calls.borrow().len(), 2, "a flush asks nothing");
    scene
        .engine()
        .desk()
        .clear_hold(CREDENTIAL_HOLD, "ann")
        .unwrap();
    assert_eq!(pass(&scene).flushed.sent.len(), 3);
}

#[test]
fn a_permission_that_is_lacking_fails_that_write_alone() {
    let scene = scene();
    scene.forge.mirror.borrow_mut().issues.clear();
    let first = scene.comment("a", ONE, &[]);
    scene.comment("b", ItemId::issue(2), &[]);
    let (tried, why) = (
        "comment".to_owned(),
        "the token lacks `issues: write`".to_owned(),
    );
    let forbidden = ForgeError::Forbidden { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(forbidden));
    let report = pass(&scene);
    assert_eq!(report.stale(), None);
    let (place, failed) = scene.find(&first.id);
    assert_eq!(place, Place::Failed);
    assert!(failed.last_error.unwrap().contains("issues: write"));
    assert_eq!(report.flushed.sent.len(), 2);
    assert!(scene.store.cooldowns().list().unwrap().is_empty());
    assert!(scene.store.holds().list().unwrap().is_empty());
}

/// A hold of that name that a person has set is that person's.
#[test]
fn the_name_of_the_hold_is_kept_for_it() {
    let scene = scene();
    let hold = Hold {
        name: CREDENTIAL_HOLD.to_owned(),
        reason: String::new(),
        by: "ann".to_owned(),
        at: start(),
        item: None,
        rule: None,
    };
    assert!(scene.engine().desk().add_hold(hold).is_err());
}

/// The clock went back: a check that lies further ahead than the rule allows is due.
#[test]
fn a_check_that_lies_too_far_ahead_is_due() {
    let scene = scene();
    fail_sync(&scene, [denied()]);
    pass(&scene);
    scene.clock.step(-SignedDuration::from_hours(1));
    assert_eq!(pass(&scene).stale(), None);
}
