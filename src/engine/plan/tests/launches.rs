//! Which candidates start, and what holds back the others.

use super::world::{World, ago, end, now, running, set};
use crate::domain::{
    Action, CheckState, Cooldown, CooldownChange, Failure, FailureClass, ItemId, Life, Outcome,
    Reservation, RunId, RunState, Step, Wait, label,
};

fn issues(count: u64) -> World {
    let mut world = World::new();
    for number in 1..=count {
        world.issue(number);
    }
    world
}

/// Adds an open pull request that needs a fix.
fn red_pull(world: &mut World, number: u64) {
    let issue = number + 100;
    world.pull(number, issue);
    world.check(number, "build", CheckState::Failure);
}

fn numbers(items: &[ItemId]) -> Vec<u64> {
    items.iter().map(|item| item.number).collect()
}

#[test]
fn workers_and_launches_of_a_pass_are_limited_and_the_oldest_goes_first() {
    let mut world = issues(6);
    world.issue_mut(5).created = ago(100_000);
    assert_eq!(numbers(&world.launched()), [5, 1, 2, 3]);
    assert!(matches!(
        world.wait(ItemId::issue(6)),
        Wait::Capacity { max: 4, .. }
    ));
    world.rules.limits.launches_per_pass = 2;
    assert_eq!(numbers(&world.launched()), [5, 1]);
    assert_eq!(world.wait(ItemId::issue(2)), Wait::LaunchLimit { max: 2 });
    world.rules.limits.workers = 1;
    assert_eq!(numbers(&world.launched()), [5]);
}

#[test]
fn what_runs_takes_room_also_when_its_supervisor_is_dead() {
    for life in [Life::Supervised, Life::Orphaned, Life::Gone] {
        let mut world = issues(3);
        world.rules.limits.workers = 2;
        let run = world.run(ItemId::issue(1), 1, running(Step::Agent));
        world.life(&run, life);
        assert_eq!(numbers(&world.launched()), [2], "{life:?}");
    }
}

#[test]
fn pull_requests_go_first_and_keep_a_slot() {
    let mut world = issues(4);
    red_pull(&mut world, 50);
    red_pull(&mut world, 51);
    world.rules.limits.workers = 3;
    world.rules.limits.pr = 1;
    assert_eq!(
        world.launched(),
        [ItemId::pr(50), ItemId::issue(1), ItemId::issue(2)]
    );
    assert!(matches!(
        world.wait(ItemId::pr(51)),
        Wait::Capacity { max: 1, .. }
    ));
}

#[test]
fn the_reserved_slot_stays_free_for_a_pull_request_that_only_waits_for_launches() {
    let mut world = issues(4);
    red_pull(&mut world, 50);
    world.rules.limits.workers = 2;
    world.rules.limits.launches_per_pass = 0;
    assert!(world.launched().is_empty());
    world.rules.limits.launches_per_pass = 4;
    assert_eq!(world.launched(), [ItemId::pr(50), ItemId::issue(1)]);
    world.hold("pr", Some(ItemId::pr(50)));
    assert_eq!(
        world.launched(),
        [ItemId::issue(1), ItemId::issue(2)],
        "a held pull request keeps nothing free"
    );
}

#[test]
fn heavy_items_share_their_slots() {
    let mut world = issues(3);
    for number in [1, 2] {
        world.issue_mut(number).labels.extend(set(&[label::HEAVY]));
    }
    assert_eq!(numbers(&world.launched()), [1, 3]);
    assert!(
        matches!(world.wait(ItemId::issue(2)), Wait::Capacity { limit, .. } if limit == "limits.heavy")
    );
}

#[test]
fn an_exclusive_item_waits_for_all_others_and_then_runs_alone() {
    let mut world = issues(3);
    world.issue_mut(3).labels.extend(set(&[label::EXCLUSIVE]));
    assert_eq!(numbers(&world.launched()), [3]);
    assert_eq!(
        world.wait(ItemId::issue(1)),
        Wait::Exclusive {
            item: ItemId::issue(3)
        }
    );
    let run = world.run(ItemId::issue(1), 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    assert!(world.launched().is_empty(), "the others end first");
    assert!(matches!(
        world.wait(ItemId::issue(2)),
        Wait::Exclusive { .. }
    ));
    let mut world = issues(3);
    world.issue_mut(3).labels.extend(set(&[label::EXCLUSIVE]));
    let run = world.run(ItemId::issue(3), 1, running(Step::Agent));
    world.life(&run, Life::Supervised);
    assert!(world.launched().is_empty(), "it runs alone");
}

/// A slot is kept free for pull requests, and these wait for an exclusive issue: not both at once.
#[test]
fn an_exclusive_issue_does_not_wait_for_a_slot_that_pull_requests_leave_to_it() {
    let mut world = issues(2);
    red_pull(&mut world, 50);
    world.issue_mut(2).labels.extend(set(&[label::EXCLUSIVE]));
    world.rules.limits.workers = 1;
    assert_eq!(world.launched(), [ItemId::issue(2)]);
    assert!(matches!(
        world.wait(ItemId::pr(50)),
        Wait::Exclusive { item } if item == ItemId::issue(2)
    ));
}

/// Exclusive means: while it is startable. One that cannot start must not stop everything else.
#[test]
fn an_exclusive_item_that_is_held_lets_the_others_go() {
    let mut world = issues(3);
    world.issue_mut(3).labels.extend(set(&[label::EXCLUSIVE]));
    world.hold("later", Some(ItemId::issue(3)));
    assert_eq!(numbers(&world.launched()), [1, 2]);
}

#[test]
fn the_budget_of_the_day_counts_what_this_pass_starts() {
    let mut world = issues(4);
    world.rules.budget.runs_per_day = 3;
    let item = ItemId::issue(9);
    let reservation = Reservation {
        item,
        agent: "claude".to_owned(),
        backend: None,
        model: None,
        reserved_usd_micros: 0,
        reserved_tokens: 0,
        usd_micros: None,
        tokens: None,
        released: false,
    };
    let run = RunId::new(ago(60), item, 1);
    world.snapshot.budget.runs.insert(run, reservation);
    assert_eq!(numbers(&world.launched()), [1, 2]);
    let Wait::Budget { until, .. } = world.wait(ItemId::issue(3)) else {
        unreachable!()
    };
    assert_eq!(until.to_string(), "2026-11-22T00:00:00Z");
}

#[test]
fn an_item_costs_no_more_than_it_may_with_its_pull_request_and_on_all_days() {
    let (issue, pr) = (ItemId::issue(1), ItemId::pr(2));
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    world.pr_mut(2).labels.extend(set(&[label::REPAIR_QUEUED]));
    world.rules.budget.usd_micros_per_item = 15_000_000;
    world.retry(issue).usd_micros = 10_000_000;
    assert_eq!(world.launched(), [pr]);
    world.retry(pr).usd_micros = 5_000_000;
    assert!(world.launched().is_empty());
    assert!(matches!(world.wait(pr), Wait::Spent { .. }));
    // Somebody else's money.
    world.retry(issue).usd_micros = 0;
    world.retry(ItemId::issue(7)).usd_micros = 50_000_000;
    assert_eq!(world.launched(), [pr]);
    // Runs and tokens in the same way.
    world.rules.budget.runs_per_item = 3;
    world.retry(issue).runs = 1;
    world.retry(pr).runs = 1;
    assert_eq!(world.launched(), [pr]);
    world.retry(pr).runs = 2;
    assert!(world.launched().is_empty());
    assert_eq!(
        world.wait(pr),
        Wait::Spent {
            limit: "runs_per_item: 3 of 3 used".to_owned()
        }
    );
    world.rules.budget.runs_per_item = 4;
    world.rules.budget.tokens_per_item = 1_000;
    world.rules.budget.tokens_per_run = 100;
    world.retry(issue).tokens = 400;
    world.retry(pr).tokens = 500;
    assert_eq!(world.launched(), [pr]);
    world.retry(pr).tokens = 501;
    assert!(world.launched().is_empty());
    let limit = "tokens_per_item: 901 of 1000 used, and a run reserves 100".to_owned();
    assert_eq!(world.wait(pr), Wait::Spent { limit });
}

/// The agent of the first launch.
fn agent(world: &World) -> Option<String> {
    let mut actions = world.plan().actions.into_iter();
    actions.find_map(|action| match action {
        Action::Launch { agent, .. } => Some(agent),
        _ => None,
    })
}

/// The changes of cooldowns that the plan's judgements make.
fn cooldown_changes(world: &World) -> Vec<CooldownChange> {
    let changes = |action| match action {
        Action::Judge { cooldowns, .. } => cooldowns,
        _ => vec![],
    };
    world.plan().actions.into_iter().flat_map(changes).collect()
}

/// The pass that learns of a limit already takes the next agent, for the item itself and for all others.
#[test]
fn an_agent_at_its_limit_is_followed_by_the_next_one_in_the_same_pass() {
    let mut world = issues(2);
    let limit = Failure {
        reset: Some(now() + jiff::SignedDuration::from_hours(3)),
        ..Failure::new(FailureClass::Limit, "5 hours".to_owned())
    };
    let run = world.run(
        ItemId::issue(1),
        1,
        RunState::Finished(end(Outcome::Failed(limit))),
    );
    world.retry(ItemId::issue(1)).failures = 5;
    world.retry(ItemId::issue(1)).attempt = 0;
    let actions = world.plan().actions;
    let order: Vec<String> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Judge { .. } => Some("judge".to_owned()),
            Action::Launch {
                item,
                agent,
                attempt,
                ..
            } => Some(format!("{item} {agent} {attempt}")),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["judge", "issue/1 codex 2", "issue/2 codex 1"]);
    let (intents, retry, summary) = world.judgement();
    assert!(intents.is_empty(), "{summary}");
    assert_eq!(
        (retry.failures, retry.blocked, retry.next),
        (5, false, None)
    );
    let changes = cooldown_changes(&world);
    let [CooldownChange::Set(set)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (set.key.as_str(), set.runs.as_slice()),
        ("agent:claude", &[run.clone()][..])
    );
    // A pass that died after it had written the cooldown does not count the run again.
    world
        .snapshot
        .cooldowns
        .insert(set.key.clone(), set.clone());
    assert_eq!(cooldown_changes(&world), []);
    assert_eq!(agent(&world).as_deref(), Some("codex"));
    // At its time the first one is back by itself.
    world.snapshot.runs.remove(&run);
    world.snapshot.leases.clear();
    world.snapshot.now = set.until - jiff::SignedDuration::from_secs(1);
    assert_eq!(agent(&world).as_deref(), Some("codex"));
    world.snapshot.now = set.until;
    assert_eq!(agent(&world).as_deref(), Some("claude"));
}

/// The twelfth time in a row counts: the item waits as after any failure and is not given to the next agent at once.
#[test]
fn an_item_whose_agents_always_have_trouble_is_not_tried_again_at_once() {
    let trouble = Failure::new(FailureClass::NotLoggedIn, "no".to_owned());
    let launched = |excuses: u32, failures: u32| {
        let mut world = issues(1);
        let end = end(Outcome::Failed(trouble.clone()));
        let _run = world.run(ItemId::issue(1), 20, RunState::Finished(end));
        let retry = world.retry(ItemId::issue(1));
        (retry.attempt, retry.excuses, retry.failures) = (0, excuses, failures);
        let actions = world.plan().actions;
        let launches = |action: &Action| matches!(action, Action::Launch { .. });
        let (_, retry, _) = world.judgement();
        (actions.iter().any(launches), retry.failures, retry.blocked)
    };
    assert_eq!(launched(10, 0), (true, 0, false));
    assert_eq!(launched(11, 0), (false, 1, false));
    assert_eq!(launched(12, 5), (false, 6, true));
}

#[test]
fn when_all_sleep_the_item_waits_for_the_first_to_wake() {
    let mut world = issues(1);
    for (name, hours) in [("claude", 3), ("codex", 1)] {
        let key = format!("agent:{name}");
        let until = now() + jiff::SignedDuration::from_hours(hours);
        let cooldown = Cooldown::new(key.clone(), until, "limit".to_owned(), now());
        world.snapshot.cooldowns.insert(key, cooldown);
    }
    let Wait::Cooldown { key, until, .. } = world.wait(ItemId::issue(1)) else {
        panic!("{:?}", world.wait(ItemId::issue(1)));
    };
    assert_eq!(key, "agent:codex");
    assert_eq!(until, now() + jiff::SignedDuration::from_hours(1));
}

#[test]
fn an_agent_that_could_not_do_an_item_comes_last_for_that_item() {
    let mut world = issues(2);
    world.retry(ItemId::issue(1)).avoid = set(&["claude"]);
    let agents = |world: &World| {
        let launch = |action| match action {
            Action::Launch { agent, .. } => Some(agent),
            _ => None,
        };
        let all: Vec<String> = world
            .plan()
            .actions
            .into_iter()
            .filter_map(launch)
            .collect();
        all
    };
    assert_eq!(agents(&world), ["codex", "claude"]);
    world.rules.agents.fallback.clear();
    assert_eq!(agents(&world), ["claude", "claude"], "better than none");
}

#[test]
fn a_half_open_breaker_lets_one_run_try() {
    let mut world = issues(3);
    world.rules.agents.fallback.clear();
    let key = "breaker:claude".to_owned();
    let cooldown = Cooldown {
        times: 3,
        class: Some(FailureClass::Crashed),
        ..Cooldown::new(key.clone(), ago(1), "3 in a row".to_owned(), ago(16))
    };
    world.snapshot.cooldowns.insert(key.clone(), cooldown);
    assert_eq!(numbers(&world.launched()), [1]);
    assert!(matches!(
        world.wait(ItemId::issue(2)),
        Wait::Capacity { max: 1, .. }
    ));
    let trial = world.run(ItemId::issue(1), 1, running(Step::Agent));
    world.life(&trial, Life::Supervised);
    world.snapshot.runs.get_mut(&trial).unwrap().run.created = now();
    assert_eq!(numbers(&world.launched()), [0; 0], "the trial is under way");
    world.snapshot.cooldowns.get_mut(&key).unwrap().until =
        now() + jiff::SignedDuration::from_mins(5);
    assert!(matches!(
        world.wait(ItemId::issue(2)),
        Wait::Cooldown { .. }
    ));
}

#[test]
fn the_first_agent_that_can_start_is_taken() {
    let mut world = issues(1);
    assert_eq!(agent(&world).as_deref(), Some("claude"));
    let cooldown = Cooldown::new(
        "agent:claude".to_owned(),
        now() + jiff::SignedDuration::from_hours(1),
        "quota".to_owned(),
        ago(1),
    );
    world
        .snapshot
        .cooldowns
        .insert("agent:claude".to_owned(), cooldown);
    assert_eq!(agent(&world).as_deref(), Some("codex"));
    let missing = ("codex".to_owned(), "not on PATH".to_owned());
    world.snapshot.agents_missing.extend([missing]);
    assert_eq!(agent(&world), None);
    assert!(matches!(
        world.wait(ItemId::issue(1)),
        Wait::Cooldown { .. }
    ));
    world
        .snapshot
        .cooldowns
        .get_mut("agent:claude")
        .unwrap()
        .until = ago(1);
    assert_eq!(agent(&world).as_deref(), Some("claude"));
    world
        .snapshot
        .agents_missing
        .insert("claude".to_owned(), "gone".to_owned());
    assert!(matches!(world.wait(ItemId::issue(1)), Wait::NoAgent { .. }));
}

/// The clock was a year ahead when the cooldown was set.
#[test]
fn a_cooldown_that_no_rule_can_have_set_counts_as_over() {
    let mut world = issues(1);
    let ahead = now() + jiff::SignedDuration::from_hours(24 * 365);
    let cooldown = Cooldown::new("agent:claude".to_owned(), ahead, "quota".to_owned(), ahead);
    world
        .snapshot
        .cooldowns
        .insert("agent:claude".to_owned(), cooldown);
    world.rules.agents.fallback.clear();
    assert_eq!(numbers(&world.launched()), [1]);
}
