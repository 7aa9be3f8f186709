//! What dead processes left behind, and runs that nobody wants.

use super::world::{World, ago, end, failed, implemented, judged, now, running, set, sha};
use crate::domain::{
    Action, BranchName, Cooldown, FailureClass, Gap, IssueState, ItemId, Lease, Life, Origin,
    Payload, Phase, PrState, RecordOf, RunId, RunState, Step, Unreadable, Wait, label,
};

const ISSUE: ItemId = ItemId::issue(1);

fn fresh() -> World {
    let mut world = World::new();
    world.issue(1);
    world
}

/// The words of the repairs and drops of a plan.
fn repairs(world: &World) -> Vec<String> {
    let word = |action: Action| match action {
        Action::ReleaseLease { .. } => Some("release".to_owned()),
        Action::Crash { step, .. } => Some(format!("crash {}", step.map_or("-", Step::as_str))),
        Action::Resume { .. } => Some("resume".to_owned()),
        Action::Cancel { reason, .. } => Some(format!("cancel: {reason}")),
        Action::DropIntents { .. } => Some("drop".to_owned()),
        Action::Judge { .. } => Some("judge".to_owned()),
        _ => None,
    };
    world.plan().actions.into_iter().filter_map(word).collect()
}

#[test]
fn every_state_that_a_dead_supervisor_leaves() {
    let dead = [
        (RunState::Reserved, "crash -"),
        (RunState::Starting, "crash -"),
        (running(Step::Setup), "crash setup"),
        (running(Step::Agent), "crash agent"),
        (running(Step::Collect), "resume"),
        (running(Step::Commit), "resume"),
        (running(Step::Verify), "resume"),
    ];
    for (state, repair) in dead {
        for life in [Life::Gone, Life::Orphaned] {
            let mut world = fresh();
            let run = world.run(ISSUE, 1, state.clone());
            world.life(&run, life);
            assert_eq!(repairs(&world), [repair], "{state:?} {life:?}");
            assert!(world.launched().is_empty());
        }
        let mut world = fresh();
        let run = world.run(ISSUE, 1, state.clone());
        world.snapshot.runs.get_mut(&run).unwrap().run.created = ago(1);
        world.life(&run, Life::Supervised);
        assert!(repairs(&world).is_empty(), "{state:?}");
    }
}

#[test]
fn a_run_whose_agent_can_go_on_with_its_session_does_so_a_few_times() {
    for (resumes, repair) in [(0, "resume"), (1, "resume"), (2, "crash agent")] {
        let mut world = fresh();
        let id = world.run(ISSUE, 1, running(Step::Agent));
        let view = world.snapshot.runs.get_mut(&id).unwrap();
        (view.session, view.run.resumes) = (true, resumes);
        assert_eq!(repairs(&world), [repair], "{resumes}");
        assert!(world.launched().is_empty());
    }
}

/// It is not started under a hold, and what it has done is not thrown away.
#[test]
fn a_run_that_was_interrupted_waits_for_a_hold_to_be_lifted() {
    for item in [None, Some(ISSUE)] {
        let mut world = fresh();
        let id = world.run(ISSUE, 1, running(Step::Agent));
        world.snapshot.runs.get_mut(&id).unwrap().session = true;
        world.hold("freeze", item);
        assert_eq!(repairs(&world), [""; 0]);
        assert!(
            matches!(world.wait(ISSUE), Wait::Hold { name, .. } if name == "freeze"),
            "{item:?}"
        );
        world.snapshot.holds.clear();
        assert_eq!(repairs(&world), ["resume"]);
        world.hold("other", Some(ItemId::issue(9)));
        assert_eq!(repairs(&world), ["resume"]);
    }
    // Its agent works on without a supervisor: that is no start. Nor is what comes after the agent's end.
    for (step, life) in [(Step::Agent, Life::Orphaned), (Step::Verify, Life::Gone)] {
        let mut world = fresh();
        let id = world.run(ISSUE, 1, running(step));
        world.snapshot.runs.get_mut(&id).unwrap().session = true;
        world.life(&id, life);
        world.hold("freeze", None);
        assert_eq!(repairs(&world), ["resume"], "{step:?}");
    }
    // What cannot go on is over.
    let mut world = fresh();
    let id = world.run(ISSUE, 1, running(Step::Agent));
    let view = world.snapshot.runs.get_mut(&id).unwrap();
    (view.session, view.run.resumes) = (true, 2);
    world.hold("freeze", None);
    assert_eq!(repairs(&world), ["crash agent"]);
}

/// Its session would meet the limit at once, and what it has done would be over.
#[test]
fn a_run_that_was_interrupted_waits_for_its_agent_to_wake() {
    let mut world = fresh();
    let id = world.run(ISSUE, 1, running(Step::Agent));
    let view = world.snapshot.runs.get_mut(&id).unwrap();
    view.session = true;
    let key = world.rules.agents.account_key(&view.run.agent);
    let until = now() + jiff::SignedDuration::from_hours(1);
    let sleep = |world: &mut World, key: &str, until| {
        let cooldown = Cooldown::new(key.to_owned(), until, "limit".to_owned(), now());
        world.snapshot.cooldowns.insert(key.to_owned(), cooldown);
    };
    sleep(&mut world, &key, until);
    // Another could start: the place that the run has is worth more than its session.
    assert_eq!(repairs(&world), ["resume"]);
    sleep(
        &mut world,
        "agent:codex",
        until + jiff::SignedDuration::from_hours(1),
    );
    assert_eq!(repairs(&world), [""; 0]);
    let wait = world.wait(ISSUE);
    assert!(
        matches!(&wait, Wait::Cooldown { key: on, until: at, .. } if *on == key && *at == until),
        "{wait:?}"
    );
    assert_eq!(wait.next(), Some(until));
    world.snapshot.cooldowns.get_mut(&key).unwrap().until = now();
    assert_eq!(repairs(&world), ["resume"]);
}

/// A supervisor counts the time in which the machine is awake; its deadline is one of the wall clock.
#[test]
fn a_machine_that_slept_does_not_lose_its_runs() {
    let asleep = |minutes: &[(i64, i64)]| {
        let mut world = fresh();
        let state = RunState::Running {
            started: ago(500),
            deadline: ago(470),
            step: Step::Agent,
            supervisor: None,
            leader: None,
            agent_end: None,
        };
        let run = world.run(ISSUE, 1, state);
        world.life(&run, Life::Supervised);
        let gap = |(from, to): &(i64, i64)| Gap {
            from: ago(*from),
            to: ago(*to),
        };
        world.snapshot.gaps = minutes.iter().map(gap).collect();
        world
    };
    assert_eq!(repairs(&asleep(&[])), ["crash agent"]);
    assert!(
        repairs(&asleep(&[(495, 0)])).is_empty(),
        "it has just woken"
    );
    assert!(
        repairs(&asleep(&[(495, 20)])).is_empty(),
        "it has time left"
    );
    assert_eq!(repairs(&asleep(&[(495, 60)])), ["crash agent"]);
    assert_eq!(
        repairs(&asleep(&[(900, 505)])),
        ["crash agent"],
        "before it began"
    );
    let hourly: Vec<_> = (0..8).map(|hour| (60 * hour + 59, 60 * hour)).collect();
    assert_eq!(repairs(&asleep(&hourly)), ["crash agent"]);

    let mut world = asleep(&[]);
    let id = world.snapshot.runs.keys().next().unwrap().clone();
    world.snapshot.runs.get_mut(&id).unwrap().session = true;
    assert_eq!(repairs(&world), ["resume"], "its agent can go on");
}

#[test]
fn a_run_that_kills_its_supervisors_is_not_resumed_for_ever() {
    let mut world = fresh();
    let run = world.run(ISSUE, 1, running(Step::Verify));
    let mut after = |resumes| {
        world.snapshot.runs.get_mut(&run).unwrap().run.resumes = resumes;
        repairs(&world)
    };
    // Its agent may have gone on twice before that.
    assert_eq!(after(6), ["resume"]);
    assert_eq!(after(7), ["crash verify"]);
}

#[test]
fn a_supervisor_that_is_stuck_is_ended() {
    let mut world = fresh();
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    world.snapshot.now = now() + jiff::SignedDuration::from_mins(34);
    assert!(repairs(&world).is_empty());
    world.snapshot.now = now() + jiff::SignedDuration::from_mins(36);
    assert_eq!(repairs(&world), ["crash agent"]);
}

/// A supervisor that never gets to its first step has no deadline yet.
#[test]
fn a_supervisor_that_never_begins_is_ended() {
    let mut world = fresh();
    let run = world.run(ISSUE, 1, RunState::Starting);
    world.life(&run, Life::Supervised);
    world.snapshot.runs.get_mut(&run).unwrap().run.created = ago(5);
    assert!(repairs(&world).is_empty());
    world.snapshot.runs.get_mut(&run).unwrap().run.created = ago(11);
    assert_eq!(repairs(&world), ["crash -"]);
}

#[test]
fn leases_of_runs_that_are_through_or_never_were_are_released() {
    let mut world = fresh();
    let lease = Lease {
        item: ISSUE,
        run: RunId::new(ago(1), ISSUE, 1),
        at: ago(1),
    };
    world.snapshot.leases.insert(ISSUE, lease);
    assert_eq!(repairs(&world), ["release"]);
    let mut world = fresh();
    world.run(ISSUE, 1, judged(implemented()));
    assert_eq!(repairs(&world), ["release"]);
    let mut world = fresh();
    world.run(ISSUE, 1, RunState::Finished(end(implemented())));
    assert_eq!(repairs(&world), ["judge"]);
}

#[test]
fn what_nobody_wants_is_cancelled_while_it_runs() {
    type Change = fn(&mut World);
    let changes: [(Change, &str); 3] = [
        (
            |w| w.issue_mut(1).state = IssueState::Closed,
            "cancel: issue/1 was closed",
        ),
        (
            |w| w.issue_mut(1).labels = set(&[label::READY, label::BLOCKED]),
            "cancel: `agent-blocked` was put on issue/1",
        ),
        (
            |w| w.issue_mut(1).labels.clear(),
            "cancel: issue/1 lost its intake label",
        ),
    ];
    for (change, cancel) in changes {
        let mut world = fresh();
        let run = world.run(ISSUE, 1, running(Step::Agent));
        world.life(&run, Life::Supervised);
        change(&mut world);
        assert_eq!(repairs(&world), [cancel]);
    }
    let mut world = fresh();
    world.pull(2, 1);
    let run = world.run(ItemId::pr(2), 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    assert!(repairs(&world).is_empty());
    world.pr_mut(2).head_sha = sha('e');
    assert_eq!(repairs(&world), ["cancel: the head of pr/2 moved"]);
    let mut world = fresh();
    world.hold("stop", None);
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    assert!(repairs(&world).is_empty(), "a hold ends nothing");
}

#[test]
fn writes_of_an_issue_that_is_closed_are_dropped_unless_the_push_was_sent() {
    let push = || Payload::Push {
        branch: BranchName::try_from("agent/issue-1-a1".to_owned()).unwrap(),
        sha: sha('c'),
        expect: None,
    };
    let mut world = fresh();
    let run = world.run(ISSUE, 1, judged(implemented()));
    world.snapshot.leases.clear();
    world.intent(Origin::Run(run), ISSUE, push());
    assert!(repairs(&world).is_empty());
    world.issue_mut(1).state = IssueState::Closed;
    assert_eq!(repairs(&world), ["drop"]);
    world.snapshot.intents[0].intent.phase = Phase::Dispatched;
    assert!(repairs(&world).is_empty());
}

#[test]
fn a_run_that_lives_without_a_record_keeps_its_item_and_its_number() {
    for life in [Life::Supervised, Life::Orphaned, Life::Gone] {
        let mut world = fresh();
        let run = world.run(ISSUE, 3, running(Step::Agent));
        world.snapshot.runs.clear();
        world.snapshot.unrecorded.insert(run.clone(), life);
        if life == Life::Gone {
            assert_eq!(repairs(&world), ["release"]);
            let again = world
                .plan()
                .actions
                .into_iter()
                .find_map(|action| match action {
                    Action::Launch { attempt, .. } => Some(attempt),
                    _ => None,
                });
            assert_eq!(again, Some(4));
            continue;
        }
        let keeps = |world: &World| {
            assert!(repairs(world).is_empty(), "{life:?}");
            assert!(world.launched().is_empty(), "{life:?}");
            assert_eq!(world.wait(ISSUE), Wait::Unrecorded { run: run.clone() });
        };
        keeps(&world);
        world.snapshot.leases.clear();
        keeps(&world);
        world.rules.limits.workers = 1;
        world.issue(2);
        assert!(world.launched().is_empty(), "it takes a slot");
    }
}

/// What nobody can read of decides nothing: neither that its run is over, nor that it is not.
#[test]
fn a_run_whose_record_cannot_be_read_keeps_its_item_and_its_number() {
    for life in [Life::Supervised, Life::Orphaned, Life::Gone] {
        let mut world = fresh();
        let run = world.run(ISSUE, 3, running(Step::Agent));
        world.snapshot.runs.clear();
        let of = RecordOf::Run {
            run: run.clone(),
            life,
        };
        let error = "`run.json` is damaged".to_owned();
        world.snapshot.unreadable.push(Unreadable {
            of,
            error: error.clone(),
        });
        world.issue(2);
        for leased in [true, false] {
            if !leased {
                world.snapshot.leases.clear();
            }
            assert!(repairs(&world).is_empty(), "{life:?}");
            assert_eq!(world.launched(), [ItemId::issue(2)], "{life:?}");
            let error = error.clone();
            assert_eq!(world.wait(ISSUE), Wait::Unreadable { error });
        }
        world.rules.limits.workers = 1;
        let is_taken = life != Life::Gone;
        assert_eq!(world.launched().is_empty(), is_taken, "its slot, {life:?}");
    }
}

/// Of an earlier life, of which nothing is left but what the forge shows.
#[test]
fn the_branch_of_a_closed_pull_request_is_not_used_again() {
    // Whoever may push names branches; the last of these are none of acp's.
    for (branch, next) in [
        ("agent/issue-1-a3", 4),
        ("agent/issue-1-a4294967295", 1),
        ("agent/issue-1-a4294967296", 1),
        ("agent/issue-1-a+3", 1),
        ("agent/issue-1-a03", 1),
        ("agent/issue-1-a3-mine", 1),
        ("agent/issue-11-a3", 1),
    ] {
        let mut world = fresh();
        let pr = world.pull(7, 1);
        pr.state = PrState::Closed;
        pr.head = branch.parse().unwrap();
        world.snapshot.runs.clear();
        let attempts = world.plan().actions.into_iter();
        let attempts: Vec<u32> = attempts
            .filter_map(|action| match action {
                Action::Launch { attempt, .. } => Some(attempt),
                _ => None,
            })
            .collect();
        assert_eq!(attempts, [next], "{branch}");
    }
}

/// Its tries are not known: a conclusion would count them anew, and write over what is there.
#[test]
fn a_run_is_not_judged_while_a_record_of_its_item_cannot_be_read() {
    let mut world = fresh();
    let ended = RunState::Finished(end(failed(FailureClass::Crashed)));
    let _run = world.run(ISSUE, 1, ended);
    assert_eq!(repairs(&world), ["judge"]);
    world.snapshot.unreadable.push(Unreadable {
        of: RecordOf::Item { item: ISSUE },
        error: "`issue-1.json` is damaged".to_owned(),
    });
    assert!(repairs(&world).is_empty());
    assert!(world.launched().is_empty());
}

/// A confirmed push is in the outbox no more: what is left of the publication follows it.
#[test]
fn the_pull_request_of_a_branch_that_was_pushed_is_not_dropped() {
    for pushed in [false, true] {
        let mut world = fresh();
        let run = world.run(ISSUE, 1, judged(implemented()));
        world.snapshot.leases.clear();
        let branch: BranchName = "agent/issue-1-a1".parse().unwrap();
        let push = Payload::Push {
            branch: branch.clone(),
            sha: sha('c'),
            expect: None,
        };
        let origin = Origin::Run(run);
        let push = world.intent(origin.clone(), ISSUE, push).intent.clone();
        let pull = Payload::Pr {
            head: branch,
            head_sha: sha('c'),
            base: "main".parse().unwrap(),
            title: String::new(),
            body: String::new(),
            draft: false,
        };
        world.intent(origin, ISSUE, pull).intent.needs = vec![push.id];
        if pushed {
            world.snapshot.intents.remove(0);
        }
        world.issue_mut(1).state = IssueState::Closed;
        let dropped = repairs(&world).contains(&"drop".to_owned());
        assert_eq!(dropped, !pushed, "{:?}", repairs(&world));
    }
}
