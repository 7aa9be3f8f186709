use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::domain::{
    Hold, Intent, IntentId, ItemId, Lease, Origin, Payload, Phase, Reservation, Retry, Run, RunEnd,
    RunState, Task,
};
use crate::engine::testing::NoWorkers;
use crate::store::{Home, Place};
use crate::sys::StepClock;

struct World {
    _root: TempDir,
    store: Store,
    clock: StepClock,
}

fn silent(_: &str) {}

fn at() -> Timestamp {
    "2026-11-21T03:15:02Z".parse().unwrap()
}

impl World {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        let layout = Home::below(root.path()).layout(&"p".parse().unwrap());
        Self {
            store: Store::new(layout),
            clock: StepClock::new(at()),
            _root: root,
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            store: &self.store,
            clock: &self.clock,
            say: &silent,
            dry_run: false,
        }
    }

    fn dry(&self) -> Desk<'_> {
        Desk {
            dry_run: true,
            ..self.desk()
        }
    }

    /// Enqueues a comment on an issue.
    fn intent(&self, fact: &str, needs: &[&Intent]) -> Intent {
        let payload = Payload::Comment {
            body: String::new(),
        };
        let needs = needs.iter().map(|need| need.id.clone()).collect();
        let item = Some(ItemId::issue(1));
        let intent = Intent::new(Origin::Pass, item, payload, fact.to_owned(), needs, at());
        assert!(self.store.outbox().unwrap().enqueue(&intent).unwrap());
        intent
    }

    /// Moves it on as a flusher does.
    fn send(&self, intent: &Intent, end: Place) {
        let outbox = self.store.outbox().unwrap();
        let mut all = outbox.open_intents().unwrap().into_iter();
        let queued = all.find(|queued| queued.intent.id == intent.id).unwrap();
        let mut queued = outbox.claim(queued).unwrap().unwrap();
        queued.intent.phase = Phase::Dispatched;
        queued.intent.dispatched = Some(self.clock.now());
        queued.intent.attempts = 4;
        queued.intent.last_error = Some("no".to_owned());
        queued.intent.next = Some(at() + SignedDuration::from_mins(10));
        outbox.update(&queued).unwrap();
        match end {
            Place::Pending => outbox.requeue(&queued).unwrap(),
            Place::Claimed => {}
            Place::Failed => outbox.fail(&queued).unwrap(),
            Place::Done => outbox.complete(&queued).unwrap(),
        }
    }

    fn places(&self) -> Vec<(IntentId, Place)> {
        let open = self.store.outbox().unwrap().open_intents().unwrap();
        open.into_iter().map(|q| (q.intent.id, q.place)).collect()
    }

    fn run(&self, number: u64, state: RunState) -> RunId {
        let item = ItemId::issue(number);
        let id = RunId::new(at(), item, 1);
        let run = Run {
            id: id.clone(),
            profile: "p".parse().unwrap(),
            item,
            task: Task::Implement,
            agent: "claude".to_owned(),
            attempt: 1,
            title: String::new(),
            branch: "agent/x".parse().unwrap(),
            base: "main".parse().unwrap(),
            start: "a".repeat(40).parse().unwrap(),
            merge: None,
            created: at(),
            text: None,
            resumes: 0,
            state,
        };
        let lock = self.store.own_run(&id).unwrap().unwrap();
        self.store.put_run(&run, &lock).unwrap();
        id
    }

    fn lease(&self, number: u64, run: &RunId) {
        let item = ItemId::issue(number);
        let lease = Lease {
            item,
            run: run.clone(),
            at: at(),
        };
        self.store.leases().put(&item.slug(), &lease).unwrap();
    }

    fn reserve(&self, runs: &[&RunId]) {
        let reservation = |run: &&RunId| Reservation {
            item: run.item().unwrap(),
            agent: "claude".to_owned(),
            backend: None,
            model: None,
            reserved_usd_micros: 1,
            reserved_tokens: 1,
            usd_micros: None,
            tokens: None,
            released: false,
        };
        let runs = runs
            .iter()
            .map(|r| ((*r).clone(), reservation(r)))
            .collect();
        let budget = DayBudget {
            runs,
            ..DayBudget::default()
        };
        self.store.budgets().put("2026-11-21", &budget).unwrap();
    }

    fn run_count(&self) -> u32 {
        let budget = self.store.budgets().get("2026-11-21").unwrap();
        budget.unwrap().run_count()
    }
}

fn end() -> RunEnd {
    RunEnd {
        started: None,
        ended: at(),
        outcome: crate::domain::Outcome::NoChangeNeeded,
    }
}

fn hold(name: &str, item: Option<ItemId>) -> Hold {
    Hold {
        name: name.to_owned(),
        reason: "because".to_owned(),
        by: "ann".to_owned(),
        at: at(),
        item,
        rule: None,
    }
}

#[test]
fn a_retried_intent_is_due_has_all_its_tries_and_is_still_looked_up() {
    let world = World::new();
    let intent = world.intent("a", &[]);
    world.send(&intent, Place::Failed);
    world.clock.step(SignedDuration::from_hours(100));
    let shown = world.dry().retry_intent(&intent.id, "ann").unwrap();
    assert_eq!(world.places(), [(intent.id.clone(), Place::Failed)]);
    let retried = world.desk().retry_intent(&intent.id, "ann").unwrap();
    assert_eq!(shown, retried);
    let (place, stored) = world
        .store
        .outbox()
        .unwrap()
        .find(&intent.id)
        .unwrap()
        .unwrap();
    assert_eq!((place, &stored), (Place::Pending, &retried));
    assert_eq!((stored.attempts, stored.next), (0, None));
    assert_eq!(stored.phase, Phase::Dispatched);
    // What it may have written is looked for from then on.
    assert_eq!(stored.created, intent.created);
    assert_eq!(stored.first_tried, None);
    let again = world.desk().retry_intent(&intent.id, "ann").unwrap();
    assert_eq!(again, retried);
}

#[test]
fn what_has_happened_is_neither_retried_nor_dropped() {
    let world = World::new();
    let intent = world.intent("a", &[]);
    world.send(&intent, Place::Done);
    let (desk, id) = (world.desk(), &intent.id);
    assert!(matches!(
        desk.retry_intent(id, "ann"),
        Err(EngineError::Forbidden { .. })
    ));
    assert!(matches!(
        desk.drop_intent(id, "ann"),
        Err(EngineError::Forbidden { .. })
    ));
    let unknown = "0123456789abcdef".parse().unwrap();
    assert!(matches!(
        desk.drop_intent(&unknown, "ann"),
        Err(EngineError::Missing { .. })
    ));
}

#[test]
fn a_drop_takes_all_that_need_it_and_nothing_else() {
    let world = World::new();
    let push = world.intent("push", &[]);
    let other = world.intent("other", &[]);
    let pull = world.intent("pull", &[&push]);
    let check = world.intent("check", &[&pull]);
    world.send(&push, Place::Failed);
    let ids: Vec<IntentId> = [&push, &pull, &check].map(|i| i.id.clone()).into();
    let shown = world.dry().drop_intent(&push.id, "ann").unwrap();
    assert_eq!(world.places().len(), 4);
    let dropped = world.desk().drop_intent(&push.id, "ann").unwrap();
    assert_eq!(shown, dropped);
    let of: Vec<IntentId> = dropped.into_iter().map(|intent| intent.id).collect();
    assert_eq!(of, ids);
    let gone = ids.into_iter().map(|id| (id, Place::Failed));
    let mut places = world.places();
    places.sort();
    let mut expected: Vec<_> = gone.chain([(other.id.clone(), Place::Pending)]).collect();
    expected.sort();
    assert_eq!(places, expected);
    let outbox = world.store.outbox().unwrap();
    for intent in [&push, &pull, &check] {
        assert!(!outbox.enqueue(intent).unwrap(), "no pass wants it again");
        let (_, kept) = outbox.find(&intent.id).unwrap().unwrap();
        assert_eq!(kept.dropped.as_deref(), Some("ann"));
        for refused in [
            world.desk().retry_intent(&intent.id, "ann").map(drop),
            world.desk().drop_intent(&intent.id, "ann").map(drop),
        ] {
            assert!(refused.unwrap_err().to_string().contains("ann dropped it"));
        }
    }
}

#[test]
fn what_a_person_typed_and_dropped_is_gone() {
    let world = World::new();
    let (nonce, actor) = ("1".to_owned(), "ann".to_owned());
    let body = String::new();
    let intent = Intent::new(
        Origin::Verb { nonce, actor },
        Some(ItemId::issue(1)),
        Payload::Comment { body },
        String::new(),
        vec![],
        at(),
    );
    world.store.outbox().unwrap().enqueue(&intent).unwrap();
    world.desk().drop_intent(&intent.id, "ann").unwrap();
    assert!(world.places().is_empty());
}

#[test]
fn what_may_have_happened_is_not_dropped() {
    for end in [Place::Pending, Place::Claimed] {
        let world = World::new();
        let intent = world.intent("a", &[]);
        world.send(&intent, end);
        let refused = world.desk().drop_intent(&intent.id, "ann").unwrap_err();
        assert!(
            refused.to_string().contains("acp outbox flush"),
            "{refused}"
        );
        assert_eq!(world.places(), [(intent.id, end)]);
    }
}

#[test]
fn a_lease_is_cleared_only_when_its_run_is_through() {
    let running = RunState::Running {
        started: at(),
        deadline: at(),
        step: crate::domain::Step::Agent,
        supervisor: None,
        leader: None,
        agent_end: None,
    };
    for (state, kept) in [
        (RunState::Reserved, true),
        (running, true),
        (RunState::Finished(end()), true),
        (
            RunState::Judged {
                end: end(),
                at: at(),
            },
            false,
        ),
    ] {
        let world = World::new();
        let run = world.run(1, state);
        world.lease(1, &run);
        world.reserve(&[&run]);
        let cleared = world
            .desk()
            .clear_lease(ItemId::issue(1), "ann", &NoWorkers::default());
        assert_eq!(cleared.is_err(), kept, "{cleared:?}");
        assert_eq!(world.store.leases().list().unwrap().is_empty(), !kept);
        assert_eq!(world.run_count(), 1, "what it used still counts");
    }
}

#[test]
fn the_lease_of_a_run_that_never_was_takes_its_reservation_with_it() {
    let world = World::new();
    let run = RunId::new(at(), ItemId::issue(1), 1);
    world.lease(1, &run);
    world.reserve(&[&run]);
    world
        .dry()
        .clear_lease(ItemId::issue(1), "ann", &NoWorkers::default())
        .unwrap();
    assert_eq!(world.run_count(), 1);
    world
        .desk()
        .clear_lease(ItemId::issue(1), "ann", &NoWorkers::default())
        .unwrap();
    assert_eq!(world.run_count(), 0);
    assert!(matches!(
        world
            .desk()
            .clear_lease(ItemId::issue(1), "ann", &NoWorkers::default()),
        Err(EngineError::Missing { .. })
    ));
}

/// Eight at once, twenty starts, room for five: exactly five may, whatever it is that is limited.
#[test]
fn parallel_starts_never_pass_the_limit_of_the_day() {
    for (budget, near) in [
        ("runs_per_day: 5", "runs_per_day: 4 of 5 used"),
        (
            "tokens_per_day: 599, tokens_per_run: 100",
            "tokens_per_day: 500 of 599 used",
        ),
        (
            "usd_per_day: 10, usd_per_run: 2",
            "usd_per_day: $8.00 of $10.00 used",
        ),
    ] {
        race(budget, near);
    }
}

/// Starts twenty runs at once; `near` is what is said once when most of the day is used.
#[track_caller]
fn race(budget: &str, near: &str) {
    let world = World::new();
    let id = world.store.layout().root().file_name().unwrap();
    let id = id.to_string_lossy().into_owned();
    let text = format!("schema: 1\nforge: {{ kind: local }}\nbudget: {{ {budget} }}\n");
    let path = Path::new("p.yaml");
    let env = crate::sys::Env::default();
    let profile = crate::profile::load_text(&id.parse().unwrap(), path, &text, &env);
    let rules = profile.unwrap().rules;
    let clock = crate::sys::SystemClock::new();
    let next = std::sync::atomic::AtomicU64::new(1);
    let started = std::sync::atomic::AtomicU32::new(0);
    let said = std::sync::Mutex::new(vec![]);
    let race = || {
        loop {
            let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            if number > 20 {
                break;
            }
            let item = ItemId::issue(number);
            let run = Run {
                id: RunId::new(at(), item, 1),
                profile: rules.id.clone(),
                item,
                task: Task::Implement,
                agent: "claude".to_owned(),
                attempt: 1,
                title: String::new(),
                branch: "agent/a".parse().unwrap(),
                base: "main".parse().unwrap(),
                start: "0".repeat(40).parse().unwrap(),
                merge: None,
                created: at(),
                text: None,
                resumes: 0,
                state: RunState::Reserved,
            };
            let say = |line: &str| said.lock().unwrap().push(line.to_owned());
            let desk = Desk {
                store: &world.store,
                clock: &clock,
                say: &say,
                dry_run: false,
            };
            if desk.reserve(&run, &rules).unwrap() {
                started.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(race);
        }
    });
    assert_eq!(started.into_inner(), 5, "{budget}");
    let days = world.store.budgets().list().unwrap();
    let counted: u32 = days.iter().map(|(_, day)| day.run_count()).sum();
    assert_eq!(counted, 5, "{budget}");
    let limits = &rules.budget;
    let reserved = |of: fn(&DayBudget) -> u64| days.iter().map(|(_, day)| of(day)).sum::<u64>();
    assert_eq!(reserved(DayBudget::tokens), 5 * limits.tokens_per_run);
    assert_eq!(
        reserved(DayBudget::usd_micros),
        5 * limits.usd_micros_per_run
    );
    let said = said.into_inner().unwrap();
    let told = said.iter().filter(|line| line.contains(near));
    assert_eq!(told.count(), 1, "{said:?}");
}

#[test]
fn a_cleared_retry_keeps_its_attempt_and_the_run_that_was_counted() {
    let world = World::new();
    let item = ItemId::issue(1);
    let retry = Retry {
        item,
        attempt: 6,
        failures: 6,
        last_run: Some(RunId::new(at(), item, 6)),
        reason: Some("no".to_owned()),
        next: Some(at()),
        set: at(),
        blocked: true,
        label_seen: true,
        fixes: 2,
        repair_answered: false,
        dropped: false,
        dead_launches: 0,
        usd_micros: 0,
        tokens: 0,
        runs: 0,
        excuses: 0,
        avoid: BTreeSet::new(),
        started: None,
        alert: None,
    };
    world.store.retries().put(&item.slug(), &retry).unwrap();
    let (before, after) = world.desk().clear_retry(item, "ann").unwrap();
    assert_eq!(before, retry);
    assert_eq!(
        world.store.retries().get(&item.slug()).unwrap(),
        Some(after.clone())
    );
    assert_eq!((after.attempt, after.last_run), (6, retry.last_run));
    assert_eq!((after.failures, after.fixes, after.next), (0, 0, None));
    assert!(!after.blocked && !after.label_seen);
    assert!(world.desk().clear_retry(ItemId::pr(9), "ann").is_err());
}

#[test]
fn a_hold_needs_no_lock_and_never_replaces_another() {
    let world = World::new();
    let pass = world.desk().pass_lock("a pass").unwrap();
    assert!(world.dry().add_hold(hold("stop", None)).unwrap().1);
    assert!(world.store.holds().list().unwrap().is_empty());
    assert!(world.desk().add_hold(hold("stop", None)).unwrap().1);
    assert!(!world.desk().add_hold(hold("stop", None)).unwrap().1);
    let narrower = hold("stop", Some(ItemId::issue(1)));
    assert!(matches!(
        world.desk().add_hold(narrower.clone()),
        Err(EngineError::Forbidden { .. })
    ));
    drop(pass);
    world.desk().clear_hold("stop", "ann").unwrap();
    assert!(
        world.desk().add_hold(narrower).is_err(),
        "`acp stop` means the whole profile by it"
    );
    assert!(world.desk().clear_hold("stop", "ann").is_err());
}

#[test]
fn a_reset_day_counts_only_what_is_under_way() {
    let world = World::new();
    let live = world.run(1, RunState::Starting);
    let over = world.run(
        2,
        RunState::Judged {
            end: end(),
            at: at(),
        },
    );
    let archived = RunId::new(at(), ItemId::issue(3), 1);
    world.reserve(&[&live, &over, &archived]);
    let reset: BTreeSet<RunId> = world
        .dry()
        .reset_budget("ann")
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(world.run_count(), 3);
    assert_eq!(reset, BTreeSet::from([over, archived]));
    world.desk().reset_budget("ann").unwrap();
    assert_eq!(world.run_count(), 1);
    assert!(world.desk().reset_budget("ann").unwrap().is_empty());
}
