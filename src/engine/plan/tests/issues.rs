//! Where issues stand.

use super::world::{World, ago, failed, implemented, judged, kinds, now, running, set};
use crate::domain::{
    Action, Association, FailureClass, IssueState, ItemId, ItemKind, Origin, Payload, PrState,
    Step, Wait, Writes, label,
};

const ISSUE: ItemId = ItemId::issue(1);

fn fresh() -> World {
    let mut world = World::new();
    world.issue(1);
    world
}

/// The lane, and the code of the wait.
fn stands(world: &World) -> (&'static str, String) {
    let standing = world.standing(ISSUE);
    (standing.lane.as_str(), code(&standing.wait))
}

pub(super) fn code(wait: &Wait) -> String {
    serde_json::to_value(wait).unwrap()["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of all standings")]
fn every_standing_of_an_issue() {
    type Change = fn(&mut World);
    let table: &[(Change, &str, &str)] = &[
        (|_| {}, "implement", "launching"),
        (|w| w.issue_mut(1).labels.clear(), "ignore", "not-labelled"),
        (
            |w| w.issue_mut(1).association = Association::None,
            "ignore",
            "not-trusted",
        ),
        (
            |w| {
                w.issue_mut(1).association = Association::None;
                w.rules.intake.users = set(&["ann"]);
            },
            "implement",
            "launching",
        ),
        (
            |w| w.issue_mut(1).labels.extend(set(&[label::BLOCKED])),
            "blocked",
            "blocked",
        ),
        (|w| w.retry(ISSUE).blocked = true, "blocked", "blocked"),
        (
            |w| {
                let retry = w.retry(ISSUE);
                (retry.blocked, retry.label_seen, retry.failures) = (true, true, 6);
            },
            "implement",
            "launching",
        ),
        (
            |w| {
                let retry = w.retry(ISSUE);
                (retry.failures, retry.set) = (1, now());
                retry.next = Some(ago(-5));
            },
            "implement",
            "retry",
        ),
        (
            |w| {
                let retry = w.retry(ISSUE);
                (retry.failures, retry.next) = (1, Some(ago(1)));
            },
            "implement",
            "launching",
        ),
        (
            // The clock was set back: no rule gives a wait of a month.
            |w| {
                let retry = w.retry(ISSUE);
                (retry.failures, retry.next) = (1, Some(ago(-60 * 24 * 30)));
            },
            "implement",
            "launching",
        ),
        (
            |w| drop(w.run(ISSUE, 1, running(Step::Agent))),
            "pending",
            "running",
        ),
        (
            |w| {
                w.pull(2, 1);
            },
            "pending",
            "has-pr",
        ),
        (
            |w| {
                w.pull(2, 1).state = PrState::Merged { commit: None };
                w.issue_mut(1).labels.extend(set(&[label::KEEP_OPEN]));
            },
            "recurring",
            "keep-open",
        ),
        (
            |w| {
                w.rules.policy.writes = Writes::Off;
                w.run(ISSUE, 1, judged(implemented()));
            },
            "pending",
            "kept-here",
        ),
        (|w| w.hold("stop", None), "implement", "hold"),
        (
            |w| w.hold("mine", Some(ItemId::issue(2))),
            "implement",
            "launching",
        ),
        (
            |w| w.snapshot.mirror.base_sha = None,
            "implement",
            "no-base",
        ),
        (|w| w.snapshot.disk_free = Some(5), "implement", "disk"),
        (|w| w.snapshot.disk_free = None, "implement", "launching"),
    ];
    for (at, (change, lane, wait)) in table.iter().enumerate() {
        let mut world = fresh();
        change(&mut world);
        let expected = (*lane, (*wait).to_owned());
        assert_eq!(stands(&world), expected, "row {at}");
    }
}

#[test]
fn a_closed_issue_stands_nowhere() {
    let mut world = fresh();
    world.issue(1).state = IssueState::Closed;
    assert!(world.plan().standings.is_empty());
    assert!(world.plan().actions.is_empty());
}

#[test]
fn writes_of_a_result_on_their_way_and_a_failed_one() {
    let mut world = fresh();
    let run = world.run(ISSUE, 1, judged(implemented()));
    world.snapshot.leases.clear();
    let payload = Payload::Comment {
        body: String::new(),
    };
    world.intent(Origin::Run(run), ISSUE, payload).intent.next = Some(ago(-1));
    assert!(matches!(
        world.wait(ISSUE),
        Wait::Writing {
            count: 1,
            next: Some(_),
            ..
        }
    ));
    world.snapshot.intents[0].failed = true;
    assert!(matches!(world.wait(ISSUE), Wait::WriteFailed { .. }));
}

/// A merged pull request leaves the issue open until the close has been sent. Work on it is done.
#[test]
fn an_issue_whose_close_is_on_its_way_is_not_worked_on_again() {
    let mut world = fresh();
    world.pull(2, 1).state = PrState::Merged { commit: None };
    world.snapshot.runs.clear();
    let reason = "pr/2 is merged".to_owned();
    world.intent(Origin::Pass, ISSUE, Payload::Close { reason });
    assert!(world.launched().is_empty());
    assert!(matches!(world.wait(ISSUE), Wait::Writing { .. }));
    world.snapshot.intents[0].failed = true;
    assert!(world.launched().is_empty());
    assert!(matches!(world.wait(ISSUE), Wait::WriteFailed { .. }));
}

#[test]
fn a_label_that_a_person_took_off_starts_the_count_anew_in_the_same_pass() {
    let mut world = fresh();
    let retry = world.retry(ISSUE);
    (
        retry.blocked,
        retry.label_seen,
        retry.failures,
        retry.attempt,
    ) = (true, true, 6, 6);
    retry.next = Some(ago(-5));
    let set = world.retries_set();
    assert_eq!(set.len(), 1);
    assert!(!set[0].blocked && !set[0].label_seen && set[0].failures == 0);
    assert_eq!(world.launched(), [ISSUE]);
    let attempts: Vec<u32> = world
        .plan()
        .actions
        .into_iter()
        .filter_map(|action| match action {
            Action::Launch { attempt, .. } => Some(attempt),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [7], "an attempt's number only grows");
}

#[test]
fn the_arrival_of_the_label_is_noted_once() {
    let mut world = fresh();
    world.retry(ISSUE).blocked = true;
    assert!(world.retries_set().is_empty());
    world.issue_mut(1).labels.extend(set(&[label::BLOCKED]));
    assert!(world.retries_set()[0].label_seen);
    world.retry(ISSUE).label_seen = true;
    assert!(world.retries_set().is_empty());
}

#[test]
fn a_merged_pull_request_closes_issue_and_run() {
    let mut world = fresh();
    world.pull(2, 1).state = PrState::Merged { commit: None };
    assert_eq!(kinds(&world.enqueued()), ["push", "close"]);
    let closes = |w: &World| {
        let actions = w.plan().actions;
        actions
            .iter()
            .filter(|a| matches!(a, Action::Close { .. }))
            .count()
    };
    assert_eq!(closes(&world), 1);
    assert!(world.launched().is_empty());
    world.issue_mut(1).labels.extend(set(&[label::KEEP_OPEN]));
    assert_eq!(
        kinds(&world.enqueued()),
        ["push"],
        "its branch goes all the same"
    );
    assert_eq!(closes(&world), 1);
}

#[test]
fn a_pull_request_that_a_person_closed_blocks_its_issue() {
    let mut world = fresh();
    world.pull(2, 1).state = PrState::Closed;
    assert_eq!(kinds(&world.enqueued()), ["comment", "labels"]);
    let set = world.retries_set();
    assert!(set[0].blocked && set[0].item == ISSUE);
    assert!(world.launched().is_empty());
}

#[test]
fn runs_close_when_nothing_is_left_to_do_for_them() {
    let closed = |world: &World| {
        let actions = world.plan().actions;
        actions.iter().any(|a| matches!(a, Action::Close { .. }))
    };
    let mut world = fresh();
    let run = world.run(ISSUE, 1, judged(failed(FailureClass::TimedOut)));
    world.snapshot.leases.clear();
    assert!(closed(&world));
    let payload = Payload::Comment {
        body: String::new(),
    };
    world.intent(Origin::Run(run), ISSUE, payload);
    assert!(!closed(&world), "its comment is on its way");
    let mut world = fresh();
    world.pull(2, 1);
    assert!(!closed(&world));
    let mut world = fresh();
    let run = world.run(ISSUE, 1, judged(implemented()));
    world.touches(&run, "src/a.rs");
    world.snapshot.leases.clear();
    assert!(!closed(&world), "its pull request is not to be seen yet");
    world.issue_mut(1).labels.clear();
    assert!(closed(&world), "nobody wants it any more");
}

#[test]
fn every_open_item_stands_somewhere_exactly_once() {
    let mut world = fresh();
    for number in 2..20 {
        world.issue(number);
    }
    world.pull(30, 2);
    world.pull(31, 3).from_fork = true;
    world.run(ItemId::issue(4), 1, running(Step::Verify));
    let mut items: Vec<ItemId> = world.plan().standings.iter().map(|s| s.item).collect();
    items.sort();
    assert_eq!(items.len(), 21);
    items.dedup();
    assert_eq!(items.len(), 21);
    assert!(items.iter().any(|item| item.kind == ItemKind::Pr));
}

/// The label of the block shows late, or a person takes it off: what must not leave this machine stays here all the same.
#[test]
fn what_was_refused_is_not_published_while_its_issue_looks_wanted() {
    let mut world = fresh();
    let run = world.run(ISSUE, 1, judged(implemented()));
    world.touches(&run, "web/.env");
    world.snapshot.leases.clear();
    assert!(world.enqueued().is_empty(), "{:?}", world.enqueued());
    let actions = world.plan().actions;
    assert!(
        actions
            .iter()
            .any(|a| matches!(a, Action::Close { run: id, reason } if *id == run && reason.contains(".env"))),
        "{actions:?}"
    );
}
