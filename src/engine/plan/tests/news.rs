//! What people are told about a world.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::world::{World, ago, now, running};
use crate::domain::{
    Cooldown, FailureClass, Hold, HoldRule, ItemId, NewsKind, Priority, Stale, StaleKind, Step,
    label,
};
use crate::policy;

const ONE: ItemId = ItemId::issue(1);

fn told(world: &World, moved: Timestamp) -> Vec<(NewsKind, Option<ItemId>, Priority, String)> {
    let news = policy::news(&world.snapshot, &world.plan(), &world.rules, moved);
    news.into_iter()
        .map(|news| {
            let text = format!("{}\n{}", news.title, news.body);
            (news.kind, news.item, news.priority, text)
        })
        .collect()
}

fn kinds(world: &World) -> Vec<(NewsKind, Option<ItemId>)> {
    let all = told(world, now()).into_iter();
    all.map(|(kind, item, ..)| (kind, item)).collect()
}

#[test]
fn work_that_goes_on_is_no_news() {
    let mut world = World::new();
    assert_eq!(kinds(&world), []);
    world.issue(1);
    world.issue(2).labels.clear();
    world.hold("pause", None);
    assert_eq!(kinds(&world), []);
    world.snapshot.holds.clear();
    world.run(ONE, 1, running(Step::Agent));
    assert_eq!(kinds(&world), []);
}

#[test]
fn an_item_that_waits_for_a_person_is_told_with_what_to_type() {
    let mut world = World::new();
    world.pull(7, 1);
    world.rules.policy.paths.protected = vec!["*.yml".to_owned()];
    let facts = world.snapshot.facts.get_mut(&7).unwrap();
    facts.files = Some(vec![super::world::file("ci.yml")]);
    let all = told(&world, now());
    assert_eq!(all.len(), 1, "{all:?}");
    let (kind, item, priority, text) = &all[0];
    assert_eq!(
        (*kind, *item, *priority),
        (NewsKind::PersonNeeded, Some(ItemId::pr(7)), Priority::High)
    );
    assert!(
        text.starts_with("p: pr/7 waits for you: Pull 7\n"),
        "{text}"
    );
    assert!(text.contains("acp pr approve 7"), "{text}");
    world.approve(7, 'c');
    assert_eq!(kinds(&world), []);
}

#[test]
fn what_acp_blocked_is_told_and_what_a_person_blocked_is_not() {
    let mut world = World::new();
    world.issue(1).labels.insert(label::BLOCKED.to_owned());
    assert_eq!(kinds(&world), []);
    let retry = world.retry(ONE);
    retry.blocked = true;
    retry.label_seen = true;
    retry.reason = Some("it \u{1b}[2J cannot\nbe done".to_owned());
    let all = told(&world, now());
    assert_eq!((all[0].0, all[0].1), (NewsKind::Blocked, Some(ONE)));
    let text = &all[0].3;
    assert!(text.contains("it [2J cannot be done\nTake"), "{text:?}");
}

#[test]
fn logins_are_urgent_and_breakers_are_told_once_for_each_backend() {
    let mut world = World::new();
    world.hold("credential", None);
    let hold: &mut Hold = world.snapshot.holds.get_mut("credential").unwrap();
    hold.rule = Some(HoldRule::Credential { next_check: now() });
    let until = now() + SignedDuration::from_mins(30);
    for (key, class) in [
        ("agent:claude", Some(FailureClass::NotLoggedIn)),
        ("agent:codex", Some(FailureClass::Quota)),
        ("breaker:codex", None),
    ] {
        let cooldown = Cooldown {
            class,
            times: 3,
            ..Cooldown::new(key.to_owned(), until, "no".to_owned(), ago(1))
        };
        world.snapshot.cooldowns.insert(key.to_owned(), cooldown);
    }
    let all: Vec<_> = told(&world, now())
        .into_iter()
        .map(|(kind, _, priority, _)| (kind, priority))
        .collect();
    assert_eq!(
        all,
        [
            (NewsKind::Login, Priority::Urgent),
            (NewsKind::Login, Priority::Urgent),
            (NewsKind::Breaker, Priority::High),
        ]
    );
    // What is over is no news.
    for cooldown in world.snapshot.cooldowns.values_mut() {
        cooldown.until = ago(0);
    }
    assert_eq!(kinds(&world), [(NewsKind::Login, None)]);
}

#[test]
fn a_budget_is_told_at_80_and_at_100_percent_of_a_day() {
    let mut world = World::new();
    world.rules.budget.runs_per_day = 5;
    let mut fingerprints = vec![];
    for runs in 1..=6 {
        let item = ItemId::issue(runs);
        let id = crate::domain::RunId::new(ago(1), item, 1);
        let reservation = world.rules.reservation(item, "claude");
        world.snapshot.budget.runs.insert(id, reservation);
        let plan = world.plan();
        let news = policy::news(&world.snapshot, &plan, &world.rules, now());
        fingerprints.extend(news.first().map(|n| (runs, n.fingerprint.clone())));
        let is_high = news.first().map(|n| n.priority == Priority::High);
        assert_eq!(
            is_high,
            [None, Some(false), Some(true)][usize::from(runs >= 4) + usize::from(runs >= 5)]
        );
    }
    let at = |runs: u64| &fingerprints.iter().find(|f| f.0 == runs).unwrap().1;
    assert_ne!(at(4), at(5));
    assert_eq!(at(5), at(6));
}

#[test]
fn a_standstill_is_told_only_while_there_is_work_and_nothing_runs() {
    let mut world = World::new();
    world.rules.notify.stalled_after = Duration::from_hours(6);
    let long_ago = ago(6 * 60);
    let stalled = |world: &World, moved| {
        let all = told(world, moved);
        all.iter().any(|(kind, ..)| *kind == NewsKind::Stalled)
    };
    assert!(!stalled(&world, long_ago), "without work");
    world.issue(1);
    assert!(stalled(&world, long_ago));
    assert!(!stalled(&world, ago(6 * 60 - 1)));
    world.rules.notify.stalled_after = Duration::ZERO;
    assert!(!stalled(&world, long_ago), "switched off");
    world.rules.notify.stalled_after = Duration::from_hours(6);
    world.run(ItemId::issue(2), 1, running(Step::Agent));
    assert!(!stalled(&world, long_ago), "a run is at work");
    world.snapshot.runs.clear();
    world.snapshot.leases.clear();
    world.issue_mut(1).labels.clear();
    assert!(!stalled(&world, long_ago), "the only issue is nobody's");
}

#[test]
fn what_keeps_everything_from_starting_is_told_once() {
    let mut world = World::new();
    for number in 1..=9 {
        world.issue(number);
    }
    world.snapshot.disk_free = Some(0);
    assert_eq!(kinds(&world), [(NewsKind::PersonNeeded, None)]);
    world.snapshot.disk_free = None;
    for agent in ["claude", "codex"] {
        let why = "it is not on PATH".to_owned();
        world.snapshot.agents_missing.insert(agent.to_owned(), why);
    }
    assert_eq!(kinds(&world), [(NewsKind::PersonNeeded, None)]);
    world.snapshot.agents_missing.clear();
    world.snapshot.stale = Some(Stale {
        kind: StaleKind::Missing,
        error: "no such repository".to_owned(),
        synced: None,
        next: None,
    });
    let all = told(&world, now());
    assert_eq!(
        (all[0].0, all[0].2),
        (NewsKind::PersonNeeded, Priority::Urgent)
    );
    world.snapshot.stale.as_mut().unwrap().kind = StaleKind::Unreachable;
    assert_eq!(
        kinds(&world),
        [],
        "a forge that is away comes back by itself"
    );
}
