use std::time::Duration;

use super::*;
use crate::domain::{Approval, Check, CheckState, Origin, Payload};
use crate::engine::testing::{Scene, open_pull as pull, sha, start};
use crate::engine::{Idle, Pass, PassReport};
use crate::sys::Clock as _;

/// A flusher that is done between two looks must leave a trace in one of them: else a second run starts on the old head.
#[test]
fn a_write_that_lands_meanwhile_is_seen_on_its_way_or_on_the_forge() {
    let scene = Scene::new();
    let intent = scene.comment("a", ItemId::pr(2), &[]);
    let store = scene.store.clone();
    let complete = move || {
        let outbox = store.outbox().unwrap();
        let queued = outbox.open_intents().unwrap().remove(0);
        let queued = outbox.claim(queued).unwrap().unwrap();
        outbox.complete(&queued).unwrap();
    };
    *scene.forge.before_sync.borrow_mut() = Some(Box::new(complete));
    let snapshot = scene.engine().observe(false).unwrap();
    let ids: Vec<_> = snapshot
        .intents
        .iter()
        .map(|view| &view.intent.id)
        .collect();
    assert_eq!(ids, [&intent.id]);
}

/// Merges wait for it, and no listing says that it is there.
#[test]
fn a_check_that_was_posted_is_looked_for_until_it_is_seen_or_an_hour_has_passed() {
    let mut scene = Scene::new();
    scene.forge.remote = true;
    scene.rules.repo.verify = vec!["make test".to_owned()];
    let mut pr = pull(2);
    scene.forge.mirror.borrow_mut().pulls.insert(2, pr.clone());
    let awaited = |scene: &Scene| {
        let snapshot = scene.engine().observe(true).unwrap();
        assert!(snapshot.mirror.awaited.is_empty());
        scene.store.put_mirror(&snapshot.mirror).unwrap();
        scene.forge.awaited.take()
    };
    assert!(awaited(&scene).is_empty());
    let check = Check {
        name: "acp/verify".to_owned(),
        state: CheckState::Success,
        summary: String::new(),
    };
    let payload = Payload::Check {
        sha: pr.head_sha.clone(),
        name: check.name.clone(),
        state: check.state,
        summary: String::new(),
    };
    scene.enqueue(Origin::Pass, ItemId::pr(2), payload, "a", &[]);
    assert!(awaited(&scene).is_empty(), "it is not posted yet");
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 1);
    assert_eq!(awaited(&scene), [pr.head_sha.clone()].into());
    scene.clock.step(jiff::SignedDuration::from_mins(61));
    assert!(awaited(&scene).is_empty());
    scene.clock.step(jiff::SignedDuration::from_mins(-2));
    assert_eq!(awaited(&scene), [pr.head_sha.clone()].into());
    pr.checks.push(check);
    scene.forge.mirror.borrow_mut().pulls.insert(2, pr);
    awaited(&scene);
    assert!(awaited(&scene).is_empty(), "it is seen");
}

/// A yes that is given to a head that this listing does not show yet is not taken for one to a head that is gone.
#[test]
fn an_approval_is_never_newer_than_the_listing() {
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(2, pull(2));
    let approval = |head| Approval {
        pr: 2,
        head: sha(head),
        by: "ann".to_owned(),
        at: start(),
        merge: false,
    };
    let store = scene.store.clone();
    let approve = move || store.approvals().put("pr-2", &approval('d')).unwrap();
    *scene.forge.before_sync.borrow_mut() = Some(Box::new(approve));
    let snapshot = scene.engine().observe(false).unwrap();
    assert!(snapshot.approvals.is_empty());
    let plan = crate::engine::plan::plan(&snapshot, &scene.rules).unwrap();
    assert!(
        plan.actions
            .iter()
            .all(|action| !matches!(action, crate::domain::Action::DropApproval { .. }))
    );
}

/// One pull request that cannot be read is one that a person must look at, not the end of every pass.
#[test]
fn a_change_that_cannot_be_read_leaves_the_others_alone() {
    let what = || "the change".to_owned();
    let errors = [
        ForgeError::Missing { what: what() },
        ForgeError::Unreadable {
            what: what(),
            why: "odd".to_owned(),
        },
        ForgeError::Refused {
            tried: what(),
            why: "too large".to_owned(),
        },
    ];
    for error in errors {
        let scene = Scene::new();
        for number in [2, 3] {
            scene
                .forge
                .mirror
                .borrow_mut()
                .pulls
                .insert(number, pull(number));
        }
        scene
            .forge
            .mirror
            .borrow_mut()
            .pulls
            .get_mut(&3)
            .unwrap()
            .head_sha = sha('d');
        scene
            .forge
            .change
            .borrow_mut()
            .push_back(Err(error.clone()));
        let snapshot = scene.engine().observe(false).unwrap();
        let known: Vec<u64> = snapshot.facts.keys().copied().collect();
        assert_eq!(known, [3], "{error}");
    }
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(2, pull(2));
    let denied = ForgeError::Denied {
        tried: what(),
        why: "expired".to_owned(),
    };
    scene.forge.change.borrow_mut().push_back(Err(denied));
    let stale = scene.engine().observe(false).unwrap().stale;
    assert_eq!(
        stale.map(|stale| stale.kind),
        Some(crate::domain::StaleKind::Denied),
        "that is about all of them"
    );
}

/// Those that the forge cannot answer yet must not keep all others from being asked about.
#[test]
fn questions_go_round() {
    let scene = Scene::new();
    for number in 1..=30 {
        let mut pr = pull(number);
        pr.head_sha = format!("{number:040x}").parse().unwrap();
        scene.forge.mirror.borrow_mut().pulls.insert(number, pr);
    }
    let unanswered = std::iter::repeat_with(|| Ok(not_yet())).take(25);
    scene.forge.change.borrow_mut().extend(unanswered);
    let snapshot = scene.engine().observe(true).unwrap();
    assert!(snapshot.facts.is_empty());
    assert!(
        snapshot
            .mirror
            .pulls
            .values()
            .all(|pr| pr.mergeable == Mergeable::Unknown)
    );
    scene.clock.step(jiff::SignedDuration::from_secs(1));
    let snapshot = scene.engine().observe(true).unwrap();
    let known: Vec<u64> = snapshot.facts.keys().copied().collect();
    let expected: Vec<u64> = (1..=20).chain(26..=30).collect();
    assert_eq!(known, expected, "the five that waited came first");
    scene.clock.step(jiff::SignedDuration::from_secs(1));
    assert_eq!(scene.engine().observe(true).unwrap().facts.len(), 30);
}

#[test]
fn a_forge_that_leaves_three_questions_unanswered_is_asked_no_more() {
    let scene = Scene::new();
    for number in 1..=9 {
        let mut pr = pull(number);
        pr.head_sha = format!("{number:040x}").parse().unwrap();
        scene.forge.mirror.borrow_mut().pulls.insert(number, pr);
    }
    let unavailable = || {
        let (tried, why) = ("read a change".to_owned(), "502".to_owned());
        Err(ForgeError::Unavailable { tried, why })
    };
    let no_answers = std::iter::repeat_with(unavailable).take(3);
    scene.forge.change.borrow_mut().extend(no_answers);
    assert!(scene.engine().observe(true).unwrap().facts.is_empty());
    scene.clock.step(jiff::SignedDuration::from_secs(1));
    assert_eq!(scene.engine().observe(true).unwrap().facts.len(), 9);
}

/// Who looks again every second costs a forge on another machine nothing, and waits for nobody.
#[test]
fn what_is_remembered_of_a_distant_forge_is_what_the_last_pass_knew() {
    let mut scene = Scene::new();
    scene.forge.remote = true;
    let known = Mirror {
        pulls: [(2, pull(2))].into(),
        ..Mirror::default()
    };
    scene.store.put_mirror(&known).unwrap();
    scene.forge.mirror.borrow_mut().pulls.insert(3, pull(3));
    let _held = scene.lock_elsewhere(crate::store::LockName::Pass);
    let snapshot = scene.engine().remember().unwrap();
    assert_eq!(snapshot.mirror, known);
    assert_eq!(snapshot.stale, None);
    assert!(scene.forge.calls.borrow().is_empty());
    crate::engine::plan::plan(&snapshot, &scene.rules).unwrap();
}

#[test]
fn a_forge_on_this_machine_is_seen_as_it_is_now() {
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(3, pull(3));
    let what = "the change".to_owned();
    let unasked = ForgeError::Missing { what };
    scene.forge.change.borrow_mut().push_back(Err(unasked));
    let snapshot = scene.engine().remember().unwrap();
    assert_eq!(
        snapshot.mirror.pulls.keys().copied().collect::<Vec<_>>(),
        [3]
    );
    // Reading a listing is cheap, reading a change is not.
    assert_eq!(scene.forge.change.borrow().len(), 1);
}

/// Whoever logs in again need not end the cooldown by hand; a login from before it says nothing.
#[test]
fn an_agent_that_was_not_logged_in_is_awake_once_its_login_has_changed() {
    let scene = Scene::new();
    let at = |minutes| start() + jiff::SignedDuration::from_mins(minutes);
    let key = scene.rules.agents.account_key(&scene.rules.agents.use_);
    let sleeps = |class| Cooldown {
        class: Some(class),
        ..Cooldown::new(key.clone(), at(60), "401".to_owned(), at(0))
    };
    let left = |class, login, keep| {
        scene.store.put_cooldown(&sleeps(class)).unwrap();
        scene.workers.login.set(login);
        let seen = scene.engine().observe(keep).unwrap().cooldowns;
        (seen.len(), scene.store.all_cooldowns().unwrap().len())
    };
    let out = FailureClass::NotLoggedIn;
    assert_eq!(left(out, None, true), (1, 1));
    assert_eq!(left(out, Some(at(-1)), true), (1, 1));
    assert_eq!(left(FailureClass::Limit, Some(at(1)), true), (1, 1));
    assert_eq!(
        left(out, Some(at(1)), false),
        (0, 1),
        "a look writes nothing"
    );
    assert_eq!(left(out, Some(at(1)), true), (0, 0));
}

fn not_yet() -> crate::domain::ChangeFacts {
    crate::domain::ChangeFacts {
        diff: DiffFacts::default(),
        mergeable: Mergeable::Unknown,
    }
}

const PASS: Pass = Pass {
    verb: "heartbeat",
    launches: true,
    flushes: false,
    dry_run: false,
};

/// Whoever stops before the forge has said whether it conflicts leaves a pull request that could be merged.
#[test]
fn nothing_is_idle_while_the_forge_is_asked_again() {
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(1, pull(1));
    let answers = std::iter::repeat_with(|| Ok(not_yet())).take(4);
    scene.forge.change.borrow_mut().extend(answers);
    let mut last = None;
    let each = &mut |report: &PassReport| last.clone_from(&report.snapshot);
    let idle = scene
        .engine()
        .until_idle(PASS, Duration::from_mins(1), each);
    assert_eq!(idle.unwrap(), Idle::No, "its merge waits to be sent");
    let last = last.unwrap();
    assert_eq!(last.mirror.pulls[&1].mergeable, Mergeable::Yes);
    assert!(last.asked_again.is_empty() && scene.forge.change.borrow().is_empty());
}

/// It is asked ever less often, so that whoever waits a minute is told when it is asked again.
#[test]
fn a_forge_that_never_knows_is_asked_ever_less_often() {
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(1, pull(1));
    let endless = || {
        let answers = std::iter::repeat_with(|| Ok(not_yet())).take(100);
        *scene.forge.change.borrow_mut() = answers.collect();
    };
    endless();
    let idle = scene
        .engine()
        .until_idle(PASS, Duration::from_mins(1), &mut |_| {});
    let asked = 100 - scene.forge.change.borrow().len();
    let Ok(Idle::Yes(Some(next))) = idle else {
        panic!("{idle:?}")
    };
    assert!(next > scene.clock.now(), "{next}");
    assert!((5..=12).contains(&asked), "asked {asked} times in a minute");
    endless();
    for _ in 0..48 {
        scene.clock.step(jiff::SignedDuration::from_mins(30));
        scene.engine().pass(PASS).unwrap();
    }
    let asked = 100 - scene.forge.change.borrow().len();
    assert!((40..=48).contains(&asked), "asked {asked} times in a day");
    let report = scene.engine().pass(PASS).unwrap();
    let idle = scene.engine().idle(&report, Duration::from_hours(1));
    assert_eq!(idle, Idle::Yes(None), "no answer is expected any more");
}

fn running() -> RunState {
    RunState::Running {
        started: start(),
        deadline: start() + jiff::SignedDuration::from_hours(1),
        step: Step::Agent,
        supervisor: None,
        leader: None,
        agent_end: None,
    }
}

/// An agent works for minutes: "as before" is a request too.
#[test]
fn a_distant_forge_is_asked_now_and_then_while_a_run_goes_on() {
    let asked = |remote| {
        let mut scene = Scene::new();
        scene.forge.remote = remote;
        scene.run(ItemId::issue(1), running());
        scene.workers.looks.set(u32::MAX);
        let idle = scene
            .engine()
            .until_idle(PASS, Duration::from_mins(1), &mut |_| {});
        assert_eq!(idle.unwrap(), Idle::No);
        scene.forge.calls.borrow().len()
    };
    let (distant, here) = (asked(true), asked(false));
    assert!((10..=13).contains(&distant), "{distant} in a minute");
    assert!(here > 500, "{here} in a minute");
}

/// Nor does the end of the run wait for the forge's turn.
#[test]
fn what_moves_here_is_dealt_with_at_once() {
    let mut scene = Scene::new();
    scene.forge.remote = true;
    scene.run(ItemId::issue(1), running());
    scene.workers.looks.set(20);
    let mut passes = vec![];
    let each = &mut |report: &PassReport| {
        passes.push((scene.clock.now().duration_since(start()), report.done.len()));
    };
    let _idle = scene
        .engine()
        .until_idle(PASS, Duration::from_secs(10), each)
        .unwrap();
    let (at, done) = passes[1];
    assert!(done > 0, "{passes:?}");
    let soon = jiff::SignedDuration::from_secs(1)..jiff::SignedDuration::from_secs(3);
    assert!(soon.contains(&at), "{passes:?}");
    // What followed from it was not waited for either.
    assert!(
        passes[2].0 - at < jiff::SignedDuration::from_secs(1),
        "{passes:?}"
    );
}
