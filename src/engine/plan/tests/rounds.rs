//! Issues that are never done: by the clock, and again after each merge.

use super::world::{World, ago, end, failed, judged, kinds, now, running, set};
use crate::domain::{
    Action, ApprovedBy, Association, FailureClass, ItemId, NewsKind, Outcome, Payload, Pin,
    PrState, RunState, Step, Task, TrustNote, Wait, label,
};
use crate::policy;

const ISSUE: ItemId = ItemId::issue(1);

/// One issue with this schedule, approved an hour ago.
fn scheduled(schedule: &str) -> World {
    let mut world = World::new();
    let issue = world.issue(1);
    issue.schedule = Some(schedule.to_owned());
    issue.digest = Some("text".to_owned());
    let pin = Pin {
        digest: Some("text".to_owned()),
        why: ApprovedBy::Author,
        by: "ann".to_owned(),
        association: Association::Owner,
        at: ago(60),
        labelled: None,
        seen: issue.updated,
    };
    let note = TrustNote {
        pin: Some(pin),
        ..TrustNote::default()
    };
    world.snapshot.trust.put(1, note);
    world
}

fn reported(alert: bool) -> Outcome {
    let summary = "two \u{1b}[31mtests\nare slow".to_owned();
    Outcome::Reported { alert, summary }
}

fn tasks(world: &World) -> Vec<Task> {
    let task = |action: Action| match action {
        Action::Launch { task, .. } => Some(task),
        _ => None,
    };
    world.plan().actions.into_iter().filter_map(task).collect()
}

fn merged(world: &mut World, minutes: i64) {
    let pr = world.pull(2, 1);
    pr.state = PrState::Merged { commit: None };
    pr.updated = ago(minutes);
    let run = world.snapshot.runs.keys().next().unwrap().clone();
    world.snapshot.runs.remove(&run);
}

#[test]
fn a_schedule_starts_a_run_when_it_is_due_and_says_when_that_is() {
    let mut world = scheduled("every 6h");
    assert_eq!(
        (world.lane(ISSUE), tasks(&world)),
        ("scheduled", vec![Task::Scheduled])
    );
    world.retry(ISSUE).started = Some(ago(59));
    let wait = Wait::Scheduled {
        schedule: "every 6h".to_owned(),
        at: ago(59 - 360),
        alert: None,
    };
    assert_eq!(
        (world.lane(ISSUE), world.wait(ISSUE)),
        ("scheduled", wait.clone())
    );
    assert_eq!(wait.next(), Some(ago(59 - 360)));
    let day = std::time::Duration::from_hours(24);
    assert!(
        !wait.ends_within(now(), day),
        "it keeps nobody from being idle"
    );
    assert!(tasks(&world).is_empty());
    world.retry(ISSUE).started = Some(ago(61));
    assert_eq!(tasks(&world), [Task::Scheduled], "it was approved since");
    // At noon, approved at eleven.
    let world = scheduled("0 12 * * *");
    assert_eq!(tasks(&world), [Task::Scheduled]);
    let world = scheduled("1 12 * * *");
    assert!(matches!(world.wait(ISSUE), Wait::Scheduled { at, .. } if at == ago(-1)));
}

#[test]
fn a_schedule_that_cannot_be_read_starts_nothing_and_says_why() {
    let world = scheduled("now and then");
    let Wait::BadSchedule { schedule, reason } = world.wait(ISSUE) else {
        panic!("{:?}", world.wait(ISSUE));
    };
    assert_eq!(
        (world.lane(ISSUE), schedule.as_str()),
        ("scheduled", "now and then")
    );
    assert!(reason.contains("every 6h"), "{reason}");
    assert!(tasks(&world).is_empty());
    let news = policy::news(&world.snapshot, &world.plan(), &world.rules, now());
    assert_eq!(news[0].kind, NewsKind::PersonNeeded);
}

#[test]
fn a_schedule_gives_way_to_all_that_keeps_any_issue_from_starting() {
    type Change = fn(&mut World);
    let table: &[(Change, &str)] = &[
        (|w| w.issue_mut(1).labels.clear(), "ignore"),
        (
            |w| w.issue_mut(1).labels.extend(set(&[label::BLOCKED])),
            "blocked",
        ),
        (
            |w| w.issue_mut(1).digest = Some("other".to_owned()),
            "blocked",
        ),
        (|w| drop(w.run(ISSUE, 1, running(Step::Agent))), "pending"),
        (|w| w.retry(ISSUE).blocked = true, "blocked"),
        (|w| w.hold("stop", None), "scheduled"),
        (
            |w| {
                let retry = w.retry(ISSUE);
                (retry.failures, retry.next, retry.started) = (1, Some(ago(-3)), Some(ago(500)));
            },
            "scheduled",
        ),
    ];
    for (at, (change, lane)) in table.iter().enumerate() {
        let mut world = scheduled("every 6h");
        change(&mut world);
        assert_eq!(world.lane(ISSUE), *lane, "{at}");
        assert!(tasks(&world).is_empty(), "{at}");
    }
}

#[test]
fn a_run_that_came_to_nothing_is_tried_again_before_the_schedule_says_so() {
    let mut world = scheduled("every 6h");
    let retry = world.retry(ISSUE);
    (retry.failures, retry.next, retry.started) = (1, Some(ago(1)), Some(ago(20)));
    assert_eq!(tasks(&world), [Task::Scheduled]);
    let retry = world.retry(ISSUE);
    (retry.failures, retry.excuses) = (0, 1);
    assert_eq!(tasks(&world), [Task::Scheduled]);
    world.retry(ISSUE).excuses = 0;
    assert!(tasks(&world).is_empty());
}

#[test]
fn scheduled_runs_have_slots_of_their_own() {
    let mut world = scheduled("every 6h");
    for number in 2..=9 {
        world.issue(number);
    }
    world.issue_mut(2).schedule = Some("every 1h".to_owned());
    world.rules.limits.launches_per_pass = 9;
    let started = world.launched();
    assert_eq!(
        started.len(),
        5,
        "four workers and one by the clock: {started:?}"
    );
    let full = Wait::Capacity {
        limit: "limits.scheduled".to_owned(),
        max: 1,
    };
    assert_eq!(world.wait(ItemId::issue(2)), full);
    world.rules.limits.scheduled = 2;
    assert_eq!(world.launched().len(), 6);
    // One that is at work takes no worker's slot and one of its own.
    let run = world.run(ISSUE, 1, running(Step::Agent));
    world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Scheduled;
    assert_eq!(world.launched().len(), 5);
    world.rules.limits.scheduled = 0;
    assert_eq!(world.launched().len(), 4);
    // Nothing runs beside what is exclusive.
    world
        .issue_mut(5)
        .labels
        .insert(label::EXCLUSIVE.to_owned());
    assert!(world.launched().is_empty());
}

#[test]
fn a_report_is_one_comment_and_never_a_change() {
    let mut world = scheduled("every 6h");
    let run = world.run(ISSUE, 4, RunState::Finished(end(reported(false))));
    world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Scheduled;
    world.touches(&run, "src/a.rs");
    world.findings(&run).comment = Some("All @everyone. Closes #3".to_owned());
    world.findings(&run).follow_ups = vec![("More".to_owned(), "b".to_owned())];
    world.retry(ISSUE).alert = Some("old".to_owned());
    let (intents, retry, summary) = world.judgement();
    assert_eq!(kinds(&intents), ["comment", "issue"]);
    let Payload::Comment { body } = &intents[0].payload else {
        panic!("it is a comment");
    };
    assert!(
        body.starts_with("### Report\n\nAll ") && !body.contains("@everyone"),
        "{body}"
    );
    assert!(!body.contains("Closes #3"), "{body}");
    assert!(
        body.contains("The run changed 1 file.") && body.contains("history/"),
        "{body}"
    );
    assert_eq!(
        (retry.failures, retry.started, retry.alert),
        (0, Some(ago(20)), None)
    );
    assert!(summary.starts_with("comments its report: two"), "{summary}");
    let again = world.judgement().0;
    assert_eq!(
        again[0].id, intents[0].id,
        "judged twice it is written once"
    );
    // Judged, it is over, and the next one is hours away.
    let state = judged(reported(false));
    world.snapshot.runs.get_mut(&run).unwrap().run.state = state;
    world.snapshot.leases.clear();
    world.retry(ISSUE).started = Some(ago(20));
    let plan = world.plan();
    assert!(
        plan.actions
            .iter()
            .any(|a| matches!(a, Action::Close { .. })),
        "{plan:?}"
    );
    assert_eq!(world.lane(ISSUE), "scheduled");
}

#[test]
fn an_alert_is_kept_and_told_until_all_is_well() {
    let mut world = scheduled("every 6h");
    let run = world.run(ISSUE, 4, RunState::Finished(end(reported(true))));
    world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Scheduled;
    world.findings(&run).facts.files = Some(vec![]);
    let (intents, retry, _) = world.judgement();
    let Payload::Comment { body } = &intents[0].payload else {
        panic!("it is a comment");
    };
    assert!(
        body.starts_with("### Alert\n\ntwo ") && !body.contains("changed"),
        "{body}"
    );
    let alert = "two [31mtests are slow".to_owned();
    assert_eq!(retry.alert.as_ref(), Some(&alert));
    world.snapshot.runs.clear();
    world.snapshot.leases.clear();
    let of = world.retry(ISSUE);
    (of.alert, of.started) = (Some(alert.clone()), Some(ago(20)));
    let told = |world: &World| {
        let news = policy::news(&world.snapshot, &world.plan(), &world.rules, now());
        news.into_iter()
            .map(|news| (news.kind, news.item, news.body, news.fingerprint))
            .collect::<Vec<_>>()
    };
    let first = told(&world);
    assert_eq!(
        (first.len(), first[0].0, first[0].1),
        (1, NewsKind::PersonNeeded, Some(ISSUE))
    );
    assert!(first[0].2.starts_with(&alert), "{first:?}");
    assert!(matches!(
        world.wait(ISSUE),
        Wait::Scheduled { alert: Some(_), .. }
    ));
    // The next run at work, or one that failed, ends no alert; another finding is other news.
    world.run(ISSUE, 5, running(Step::Agent));
    assert_eq!(told(&world), first);
    world.retry(ISSUE).alert = Some("worse".to_owned());
    assert_ne!(told(&world)[0].3, first[0].3);
    world.snapshot.runs.clear();
    world.snapshot.leases.clear();
    world.issue_mut(1).labels.clear();
    assert!(told(&world).is_empty());
}

#[test]
fn a_failure_of_a_scheduled_run_counts_as_any_other_and_keeps_the_alert() {
    let mut world = scheduled("every 6h");
    let run = world.run(
        ISSUE,
        4,
        RunState::Finished(end(failed(FailureClass::TimedOut))),
    );
    world.snapshot.runs.get_mut(&run).unwrap().run.task = Task::Scheduled;
    world.retry(ISSUE).alert = Some("a fire".to_owned());
    let (intents, retry, _) = world.judgement();
    assert_eq!((intents.len(), retry.failures), (0, 1));
    assert!(retry.next.is_some() && retry.alert.is_some() && retry.started == Some(ago(20)));
    world.rules.retry.attempts_max = 1;
    let (intents, retry, _) = world.judgement();
    assert_eq!(
        (kinds(&intents), retry.blocked),
        (vec!["comment", "labels"], true)
    );
}

#[test]
fn an_issue_that_stays_open_has_its_next_round_an_hour_after_the_merge() {
    let mut world = World::new();
    world.issue(1).labels.extend(set(&[label::KEEP_OPEN]));
    assert_eq!(
        (world.lane(ISSUE), tasks(&world)),
        ("recurring", vec![Task::Implement])
    );
    merged(&mut world, 59);
    let wait = Wait::KeepOpen { pr: 2, at: ago(-1) };
    assert_eq!((world.lane(ISSUE), world.wait(ISSUE)), ("recurring", wait));
    world.pr_mut(2).updated = ago(60);
    assert_eq!(tasks(&world), [Task::Implement]);
    assert!(world.enqueued().is_empty(), "it is not closed");
    // The forge's clock is behind: the own one keeps the pause.
    world.retry(ISSUE).started = Some(ago(30));
    assert_eq!(
        world.wait(ISSUE),
        Wait::KeepOpen {
            pr: 2,
            at: ago(-30)
        }
    );
    // With a line as well it goes by the clock.
    world.issue_mut(1).schedule = Some("every 1h".to_owned());
    assert_eq!(world.lane(ISSUE), "scheduled");
}

#[test]
fn recurring_issues_take_turns_and_come_after_what_can_be_done() {
    let mut world = World::new();
    for number in 1..=3 {
        world.issue(number).labels.extend(set(&[label::KEEP_OPEN]));
    }
    world.issue(4);
    world.retry(ItemId::issue(1)).started = Some(ago(200));
    world.retry(ItemId::issue(2)).started = Some(ago(900));
    world.retry(ItemId::issue(3)).started = Some(ago(500));
    let numbers = |world: &World| {
        world
            .launched()
            .iter()
            .map(|i| i.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&world), [4, 2]);
    world.rules.limits.recurring = 3;
    assert_eq!(numbers(&world), [4, 2, 3, 1]);
    world.rules.limits.recurring = 1;
    world.run(ItemId::issue(2), 2, running(Step::Agent));
    let full = Wait::Capacity {
        limit: "limits.recurring".to_owned(),
        max: 1,
    };
    assert_eq!(
        (numbers(&world), world.wait(ItemId::issue(1))),
        (vec![4], full)
    );
}

#[test]
fn the_next_round_asks_for_an_approved_text_again() {
    let mut world = scheduled("x");
    let issue = world.issue_mut(1);
    issue.schedule = None;
    issue.labels.extend(set(&[label::KEEP_OPEN]));
    issue.digest = Some("other".to_owned());
    merged(&mut world, 600);
    assert!(matches!(world.wait(ISSUE), Wait::TextChanged { .. }));
    assert!(tasks(&world).is_empty());
}
