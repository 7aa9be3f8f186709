use super::*;
use crate::domain::{
    Approval, Association, DayBudget, Issue, IssueState, ItemId, Origin, Outcome, Payload, RunEnd,
    RunFindings, RunState, label,
};
use crate::engine::testing::{Scene, sha, start};

const ISSUE: ItemId = ItemId::issue(1);

fn plan(actions: Vec<Action>) -> Plan {
    Plan {
        actions,
        ..Plan::default()
    }
}

fn reserve(scene: &Scene, run: &RunId) {
    let reservation = scene.rules.reservation(ISSUE, "claude");
    let runs = [(run.clone(), reservation)].into();
    let budget = DayBudget {
        runs,
        ..DayBudget::default()
    };
    scene.store.budgets().put("2026-11-21", &budget).unwrap();
}

fn run_count(scene: &Scene) -> u32 {
    let budget = scene.store.budgets().get("2026-11-21").unwrap();
    budget.unwrap_or_default().run_count()
}

#[test]
fn an_approval_that_was_given_since_the_plan_stays() {
    let scene = Scene::new();
    let approve = |head| {
        let approval = Approval {
            pr: 2,
            head: sha(head),
            by: "ann".to_owned(),
            at: start(),
            merge: false,
        };
        scene.store.approvals().put("pr-2", &approval).unwrap();
    };
    let drop_old = plan(vec![Action::DropApproval {
        pr: 2,
        head: sha('c'),
    }]);
    approve('d');
    let acted = scene.engine().act(&drop_old, true).unwrap();
    assert!(acted.done.is_empty());
    assert!(scene.store.approvals().get("pr-2").unwrap().is_some());
    approve('c');
    scene.engine().act(&drop_old, true).unwrap();
    assert!(scene.store.approvals().get("pr-2").unwrap().is_none());
}

/// An agent that nobody looks after any more.
fn at_work() -> RunState {
    RunState::Running {
        started: start(),
        deadline: start(),
        step: Step::Agent,
        supervisor: None,
        leader: None,
        agent_end: None,
    }
}

/// It died with its supervisor, or was stopped: what is known of its use is the least that it was.
#[test]
fn what_a_run_that_was_cut_off_had_used_counts() {
    for (reserved, known, counts) in [
        (2_000_000, Some(3_000_000), 3_000_000),
        (2_000_000, Some(1_000_000), 2_000_000),
        (2_000_000, None, 2_000_000),
        (0, Some(1_000_000), 1_000_000),
    ] {
        for is_stopped in [false, true] {
            let mut scene = with_issue();
            scene.rules.budget.usd_micros_per_run = reserved;
            scene.workers.spent.set((known.map(|n| n / 1_000), known));
            let run = scene.run(ISSUE, at_work());
            reserve(&scene, &run);
            // What its supervisor had found out before it died.
            let found = RunFindings {
                comment: Some("half done".to_owned()),
                ..RunFindings::default()
            };
            let lock = scene.store.own_run(&run).unwrap().unwrap();
            scene.store.put_findings(&run, &found, &lock).unwrap();
            drop(lock);
            let end = if is_stopped {
                Action::Cancel {
                    run: run.clone(),
                    reason: "stopped".to_owned(),
                }
            } else {
                Action::Crash {
                    run: run.clone(),
                    step: Some(Step::Agent),
                }
            };
            let judge = Action::Judge {
                run: run.clone(),
                intents: vec![],
                retry: Box::new(policy::after_success(None, &run, ISSUE, 1, start())),
                cooldowns: vec![],
                summary: String::new(),
            };
            let acted = scene.engine().act(&plan(vec![end, judge]), false).unwrap();
            assert_eq!(acted.problems, [""; 0]);
            let findings = scene.store.findings(&run).unwrap().unwrap();
            assert_eq!(findings.comment, found.comment);
            assert_eq!(findings.usd_micros, known);
            assert_eq!(findings.tokens, known.map(|n| n / 1_000));
            let budget = scene.store.budgets().get("2026-11-21").unwrap().unwrap();
            assert_eq!(budget.usd_micros(), counts, "{reserved} {known:?}");
            let retry = scene.store.retries().get("issue-1").unwrap().unwrap();
            assert_eq!(retry.usd_micros, counts);
        }
    }
}

#[test]
fn a_run_whose_agent_never_started_costs_nothing() {
    for (state, counts) in [
        (RunState::Reserved, 0),
        (RunState::Starting, 0),
        (at_work(), 1),
    ] {
        let scene = Scene::new();
        let run = scene.run(ISSUE, state);
        reserve(&scene, &run);
        let crash = Action::Crash { run, step: None };
        let acted = scene.engine().act(&plan(vec![crash]), true).unwrap();
        assert_eq!(acted.problems, [""; 0]);
        assert_eq!(run_count(&scene), counts);
    }
}

fn with_issue() -> Scene {
    let scene = Scene::new();
    let issue = Issue {
        number: 1,
        title: "t".to_owned(),
        state: IssueState::Open,
        labels: [label::READY.to_owned()].into(),
        author: "ann".to_owned(),
        association: Association::Owner,
        created: start(),
        updated: start(),
        digest: None,
        schedule: None,
    };
    let mut mirror = scene.store.mirror().unwrap();
    mirror.issues.insert(1, issue);
    mirror.base_sha = Some(sha('0'));
    scene.store.put_mirror(&mirror).unwrap();
    *scene.forge.mirror.borrow_mut() = mirror;
    scene
}

/// A long push or fetch holds `repo.git`. That is nothing that the item did, and no reason to leave the rest undone.
#[test]
fn a_busy_clone_is_no_failure_of_the_item_and_does_not_end_the_pass() {
    let scene = with_issue();
    let repo = scene.lock_elsewhere(LockName::Repo);
    let launch = Action::Launch {
        item: ISSUE,
        task: crate::domain::Task::Implement,
        agent: "claude".to_owned(),
        attempt: 1,
        start: sha('0'),
        merge: None,
    };
    let body = String::new();
    let intent = Intent::new(
        Origin::Pass,
        Some(ISSUE),
        Payload::Comment { body },
        String::new(),
        vec![],
        start(),
    );
    let enqueue = Action::Enqueue {
        intent: Box::new(intent),
        reason: String::new(),
    };
    let acted = scene
        .engine()
        .act(&plan(vec![launch, enqueue]), true)
        .unwrap();
    drop(repo);
    assert_eq!(
        (acted.done.len(), acted.problems.len()),
        (1, 1),
        "{acted:?}"
    );
    assert_eq!(run_count(&scene), 0);
    let snapshot = scene.engine().observe(false).unwrap();
    let judge = plan::plan(&snapshot, &scene.rules).unwrap();
    scene.engine().act(&judge, false).unwrap();
    let retry = scene.store.retries().get("issue-1").unwrap().unwrap();
    assert_eq!((retry.failures, retry.attempt), (0, 1));
    assert!(scene.store.leases().list().unwrap().is_empty());
}

#[test]
fn the_lease_of_an_archived_run_leaves_what_it_used() {
    let scene = Scene::new();
    let run = scene.run(ISSUE, RunState::Starting);
    reserve(&scene, &run);
    scene.store.archive_run(&run).unwrap();
    let release = Action::ReleaseLease { item: ISSUE, run };
    scene.engine().act(&plan(vec![release]), true).unwrap();
    assert_eq!(run_count(&scene), 1);
}

/// A follow-up still waits when its issue is closed and its run archived: what it needs must stay known as done.
#[test]
fn what_an_open_write_needs_is_not_forgotten() {
    let scene = with_issue();
    let first = scene.comment("first", ISSUE, &[]);
    let idle = scene.comment("idle", ISSUE, &[]);
    scene.engine().flush().unwrap();
    let second = scene.comment("second", ItemId::issue(2), &[&first]);
    let mut mirror = scene.store.mirror().unwrap();
    mirror.issues.get_mut(&1).unwrap().state = IssueState::Closed;
    scene.store.put_mirror(&mirror).unwrap();
    assert_eq!(scene.engine().would_sweep().unwrap().intents, 1);
    assert_eq!(scene.engine().sweep(true).unwrap().intents, 1);
    let outbox = scene.store.outbox().unwrap();
    assert!(outbox.find(&idle.id).unwrap().is_none());
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 1);
    assert_eq!(scene.find(&second.id).0, crate::store::Place::Done);
}

/// Nothing else removes them.
#[test]
fn old_budgets_and_confirmed_writes_without_an_item_go_in_the_end() {
    let scene = Scene::new();
    for day in [
        "2025-10-16",
        "2025-10-17",
        "2025-10-18",
        "2026-11-21",
        "note",
    ] {
        scene
            .store
            .budgets()
            .put(day, &DayBudget::default())
            .unwrap();
    }
    let payload = Payload::Comment {
        body: String::new(),
    };
    let intent = Intent::new(Origin::Pass, None, payload, "f".to_owned(), vec![], start());
    let outbox = scene.store.outbox().unwrap();
    outbox.enqueue(&intent).unwrap();
    scene.engine().flush().unwrap();
    let would = scene.engine().would_sweep().unwrap();
    let swept = scene.engine().sweep(true).unwrap();
    assert_eq!(would, swept);
    assert_eq!((swept.budgets, swept.intents), (1, 0));
    let days = ["2025-10-17", "2025-10-18", "2026-11-21", "note"];
    assert_eq!(scene.store.budgets().keys().unwrap(), days);

    scene.clock.step(jiff::SignedDuration::from_hours(30 * 24));
    assert_eq!(scene.engine().sweep(true).unwrap().intents, 0);
    scene.clock.step(jiff::SignedDuration::from_hours(1));
    assert_eq!(scene.engine().sweep(true).unwrap().intents, 1);
    assert!(outbox.find(&intent.id).unwrap().is_none());
}

#[test]
fn a_stop_holds_the_profile_also_where_its_name_was_taken_for_one_item() {
    let scene = Scene::new();
    let hold = crate::domain::Hold {
        name: "stop".to_owned(),
        reason: "wait for the design".to_owned(),
        by: "ann".to_owned(),
        at: start(),
        item: Some(ISSUE),
        rule: None,
    };
    scene.store.holds().put("stop", &hold).unwrap();
    let stop = |who: &str| scene.engine().ender().stop(who, "enough").held;
    assert!(stop("bob"));
    let held = scene.store.holds().get("stop").unwrap().unwrap();
    assert_eq!((held.item, held.by.as_str()), (None, "bob"));
    assert!(!stop("eve"));
}

/// It is planned first, because it is the oldest; the one place there is must not stay with it.
#[test]
fn an_item_that_cannot_be_read_leaves_its_place_to_others() {
    let mut scene = with_issue();
    scene.rules.limits.workers = 1;
    let mut mirror = scene.store.mirror().unwrap();
    let mut second = mirror.issues[&1].clone();
    (second.number, second.created) = (2, start() + jiff::SignedDuration::from_mins(1));
    mirror.issues.insert(2, second);
    *scene.forge.mirror.borrow_mut() = mirror;
    scene.forge.unreadable.borrow_mut().insert(1);
    let pass = || {
        scene.clock.step(jiff::SignedDuration::from_mins(1));
        let snapshot = scene.engine().observe(true).unwrap();
        let plan = plan::plan(&snapshot, &scene.rules).unwrap();
        let item = |action: &Action| match action {
            Action::Launch { item, .. } => Some(*item),
            _ => None,
        };
        let launches: Vec<ItemId> = plan.actions.iter().filter_map(item).collect();
        (launches, scene.engine().act(&plan, true).unwrap())
    };
    let (launches, acted) = pass();
    assert_eq!(launches, [ISSUE]);
    assert!(acted.problems[0].contains("60 pages"), "{acted:?}");
    let retry = scene.store.retries().get("issue-1").unwrap().unwrap();
    assert_eq!(
        (retry.failures, retry.dead_launches, retry.attempt),
        (0, 1, 0)
    );
    assert!(retry.reason.unwrap().contains("60 pages"));
    assert_eq!(pass().0, [ItemId::issue(2)]);
    // Read at last, it starts under the first number.
    scene.forge.unreadable.borrow_mut().clear();
    scene.clock.step(jiff::SignedDuration::from_mins(30));
    assert_eq!(pass().0, [ISSUE]);
}

#[test]
fn an_item_that_stays_unreadable_counts_from_the_third_time_on_and_is_not_given_up() {
    let scene = with_issue();
    scene.forge.unreadable.borrow_mut().insert(1);
    let mut failures = vec![];
    for _ in 0..12 {
        scene.clock.step(jiff::SignedDuration::from_hours(3));
        let snapshot = scene.engine().observe(true).unwrap();
        let plan = plan::plan(&snapshot, &scene.rules).unwrap();
        scene.engine().act(&plan, true).unwrap();
        let retry = scene.store.retries().get("issue-1").unwrap().unwrap();
        assert!(!retry.blocked && retry.next.is_some(), "{retry:?}");
        failures.push(retry.failures);
    }
    assert_eq!(failures, [0, 0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5]);
}

/// A day ends, and what an item may cost does not begin anew with the next one.
#[test]
fn what_an_item_has_cost_on_other_days_counts() {
    let launches = |usd_micros_per_item: u64| {
        let mut scene = with_issue();
        scene.rules.budget.usd_micros_per_item = usd_micros_per_item;
        let mut spent = scene.rules.reservation(ISSUE, "claude");
        spent.usd_micros = Some(15_000_000);
        let before = RunId::new("2026-11-20T12:00:00Z".parse().unwrap(), ISSUE, 1);
        let yesterday = DayBudget {
            runs: [(before, spent)].into(),
            ..DayBudget::default()
        };
        scene.store.budgets().put("2026-11-20", &yesterday).unwrap();
        let run = scene.run(
            ISSUE,
            RunState::Finished(RunEnd {
                started: None,
                ended: start(),
                outcome: Outcome::Cancelled {
                    reason: String::new(),
                },
            }),
        );
        let retry = Retry {
            usd_micros: 0,
            ..policy::after_success(None, &run, ISSUE, 1, start())
        };
        let judge = Action::Judge {
            run,
            intents: vec![],
            retry: Box::new(retry.clone()),
            cooldowns: vec![],
            summary: String::new(),
        };
        scene.engine().act(&plan(vec![judge]), false).unwrap();
        // A record that was planned before the run was judged.
        let set = Action::SetRetry {
            retry: Box::new(retry),
            reason: String::new(),
        };
        scene.engine().act(&plan(vec![set]), false).unwrap();
        let stored = scene.store.retries().get("issue-1").unwrap().unwrap();
        assert_eq!((stored.usd_micros, stored.runs), (15_000_000, 1));
        let snapshot = scene.engine().observe(false).unwrap();
        let planned = plan::plan(&snapshot, &scene.rules).unwrap();
        let mut actions = planned.actions.into_iter();
        actions.any(|action| matches!(action, Action::Launch { .. }))
    };
    assert!(launches(15_000_001));
    assert!(!launches(15_000_000));
}

/// The issue was closed after the push was confirmed: its pull request follows.
#[test]
fn what_a_confirmed_push_began_is_not_dropped() {
    for pushed in [false, true] {
        let scene = with_issue();
        let run = RunId::new(start(), ISSUE, 1);
        let origin = || Origin::Run(run.clone());
        let branch: crate::domain::BranchName = "agent/issue-1-a1".parse().unwrap();
        let push = Payload::Push {
            branch: branch.clone(),
            sha: sha('c'),
            expect: None,
        };
        let push = scene.enqueue(origin(), ISSUE, push, "push", &[]);
        if pushed {
            scene.engine().flush().unwrap();
        }
        let pull = Payload::Pr {
            head: branch,
            head_sha: sha('c'),
            base: "main".parse().unwrap(),
            title: String::new(),
            body: String::new(),
            draft: false,
        };
        let pull = scene.enqueue(origin(), ISSUE, pull, "pull", &[&push]);
        let reason = "issue/1 was closed".to_owned();
        let drop = Action::DropIntents {
            run: run.clone(),
            reason,
        };
        scene.engine().act(&plan(vec![drop]), false).unwrap();
        let left = scene.store.outbox().unwrap().find(&pull.id).unwrap();
        assert_eq!(left.is_some(), pushed);
    }
}

/// A forge tells changes by the second: on, off and on again in one is three writes.
#[test]
fn a_label_that_was_on_and_off_within_a_second_goes_on_again() {
    let scene = Scene::new();
    let engine = scene.engine();
    let wanted = |add: &[&str], remove: &[&str]| {
        let fact = format!("+{add:?} -{remove:?} seen {}", start());
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        let (add, remove) = (names(add), names(remove));
        let payload = Payload::Labels { add, remove };
        let (item, now) = (Some(ISSUE), crate::sys::Clock::now(&*scene.clock));
        let intent = Intent::new(Origin::Pass, item, payload, fact, vec![], now);
        plan(vec![Action::Enqueue {
            intent: Box::new(intent),
            reason: String::new(),
        }])
    };
    let on = wanted(&[label::RUNNING], &[]);
    let off = wanted(&[], &[label::RUNNING]);
    for (step, writes) in [(&on, 1), (&on, 0), (&off, 1), (&on, 1), (&on, 0), (&off, 1)] {
        let acted = engine.act(step, true).unwrap();
        assert_eq!(acted.done.len(), writes);
        assert_eq!(engine.flush().unwrap().sent.len(), writes);
        scene.clock.step(jiff::SignedDuration::from_millis(1));
    }
}
