use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::*;
use crate::domain::{NewsKind, QuietHours};
use crate::engine::testing::{Scene, quiet_program};
use crate::notify::{Notifier, SEND_LIMIT};
use crate::store::crash::{Crash, disarm, simulate_after};
use crate::sys::{Clock as _, StepClock};

/// What notifiers were called with, and what they answer.
#[derive(Default)]
struct Script {
    /// Name and title of each call.
    calls: RefCell<Vec<String>>,
    /// Ids of each call.
    ids: RefCell<Vec<String>>,
    /// Answers by name, in order; then everything is taken.
    answers: RefCell<BTreeMap<String, VecDeque<NotifyError>>>,
    /// Those that never answer: each call costs all the time that it may take.
    silent: RefCell<BTreeSet<String>>,
}

struct Scripted(String, Rc<Script>, Rc<StepClock>);

impl Notifier for Scripted {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let call = format!("{} {}", self.0, message.news.title);
        self.1.calls.borrow_mut().push(call);
        self.1.ids.borrow_mut().push(message.id.to_string());
        if self.1.silent.borrow().contains(&self.0) {
            self.2.sleep(SEND_LIMIT);
            return Err(later());
        }
        let mut answers = self.1.answers.borrow_mut();
        answers
            .get_mut(&self.0)
            .and_then(VecDeque::pop_front)
            .map_or(Ok(()), Err)
    }

    fn unready(&self) -> Option<String> {
        None
    }
}

impl Script {
    fn answer(&self, name: &str, error: NotifyError) {
        let mut answers = self.answers.borrow_mut();
        answers.entry(name.to_owned()).or_default().push_back(error);
    }

    fn taken(&self) -> Vec<String> {
        self.calls.take()
    }
}

fn later() -> NotifyError {
    let why = "not now".to_owned();
    NotifyError::Later { why, after: None }
}

fn scene(names: &[&str]) -> (Scene, Rc<Script>) {
    let mut scene = Scene::new();
    for name in names {
        let rules = quiet_program();
        scene.rules.notify.to.insert((*name).to_owned(), rules);
    }
    (scene, Rc::new(Script::default()))
}

fn with<T>(scene: &Scene, script: &Rc<Script>, work: impl FnOnce(Engine<'_>) -> T) -> T {
    let make = |name: &str| {
        let known = scene.rules.notify.to.contains_key(name);
        known.then(|| {
            let notifier = Scripted(name.to_owned(), Rc::clone(script), Rc::clone(&scene.clock));
            Box::new(notifier) as Box<dyn Notifier>
        })
    };
    work(Engine {
        notifier: &make,
        ..scene.engine()
    })
}

fn news(title: &str, priority: Priority) -> News {
    let (kind, body) = (NewsKind::Message, String::new());
    News::new(kind, None, priority, title, title.to_owned(), body)
}

fn queue(scene: &Scene, script: &Rc<Script>, title: &str, priority: Priority) {
    let now = scene.clock.now();
    with(scene, script, |engine| {
        for notice in engine.notices_of(&news(title, priority), now) {
            assert!(engine.queue_one(&notice).unwrap());
        }
    });
}

fn send(scene: &Scene, script: &Rc<Script>) -> Sending {
    with(scene, script, |engine| engine.send_notices().unwrap())
}

fn places(scene: &Scene) -> Vec<(Place, u32, Option<String>)> {
    let all = scene.store.notices().unwrap().list(&Place::ALL).unwrap();
    all.into_iter()
        .map(|q| (q.place, q.notice.attempts, q.notice.last_error))
        .collect()
}

fn step(scene: &Scene, seconds: i64) {
    scene.clock.step(SignedDuration::from_secs(seconds));
}

#[test]
fn one_that_fails_is_asked_once_and_holds_up_no_other() {
    let (scene, script) = scene(&["a", "b"]);
    for title in ["1", "2", "3"] {
        queue(&scene, &script, title, Priority::Normal);
    }
    script.answer("a", later());
    let sending = send(&scene, &script);
    assert_eq!(script.taken(), ["a 1", "b 1", "b 2", "b 3"]);
    assert_eq!((sending.told.len(), sending.waiting), (4, 3));
    assert_eq!(send(&scene, &script).told, []);
    queue(&scene, &script, "4", Priority::Normal);
    send(&scene, &script);
    assert_eq!(script.taken(), ["b 4"], "a is left alone for its wait");
    step(&scene, 31);
    queue(&scene, &script, "5", Priority::Normal);
    send(&scene, &script);
    assert_eq!(script.taken(), ["b 5", "a 1", "a 2", "a 3", "a 4", "a 5"]);
    assert!(scene.store.notices().unwrap().is_idle().unwrap());
}

/// Each of three that hang costs 8 s: a pass is not held up by all of them, and from their first try on they come last.
#[test]
fn those_that_never_answer_cost_a_pass_little_and_come_after_the_others() {
    let (scene, script) = scene(&["hangs-1", "hangs-2", "hangs-3", "works"]);
    for name in ["hangs-1", "hangs-2", "hangs-3"] {
        script.silent.borrow_mut().insert(name.to_owned());
    }
    let timed = || {
        let start = scene.clock.monotonic();
        let sending = send(&scene, &script);
        let took = scene.clock.monotonic().saturating_sub(start);
        assert!(took < TIME_MAX + SEND_LIMIT, "{took:?}");
        (sending, script.taken())
    };
    queue(&scene, &script, "1", Priority::Normal);
    let (sending, calls) = timed();
    assert_eq!(calls, ["hangs-1 1", "hangs-2 1"]);
    assert_eq!((sending.told.len(), sending.waiting), (2, 4));
    // The others are left alone for their wait.
    assert_eq!(timed().1, ["hangs-3 1", "works 1"]);
    // From now on the one that answers is the first, however many notices of the others are older.
    step(&scene, 31);
    queue(&scene, &script, "2", Priority::Normal);
    let (sending, calls) = timed();
    assert_eq!(calls, ["works 2", "hangs-1 1", "hangs-2 1"]);
    assert!(sending.waiting > 0, "{sending:?}");
    assert!(!scene.store.notices().unwrap().is_idle().unwrap());
}

#[test]
fn the_digest_of_the_day_is_told_once_by_the_first_pass_after_its_time() {
    let (mut scene, script) = scene(&["a", "b"]);
    let here = local(scene.clock.now());
    let minute = u16::try_from(i16::from(here.hour()) * 60 + i16::from(here.minute())).unwrap();
    // In a quarter of an hour by the clock of this machine.
    scene.rules.notify.digest = Some((minute + 15) % (24 * 60));
    let pass = || {
        with(&scene, &script, |engine| {
            let snapshot = engine.observe(true).unwrap();
            let plan = crate::domain::Plan::default();
            engine.tell(&snapshot, &plan, snapshot.now).unwrap();
            engine.send_notices().unwrap();
        });
        script.taken()
    };
    let digest = |name: &str| format!("{name} {}: the day", scene.rules.id);
    assert_eq!(pass(), [""; 0], "its time has not come");
    step(&scene, 14 * 60);
    assert_eq!(pass(), [""; 0]);
    for _day in 0..2 {
        step(&scene, 2 * 60);
        assert_eq!(pass(), [digest("a"), digest("b")]);
        assert_eq!(pass(), [""; 0], "once a day");
        step(&scene, (24 * 60 - 2) * 60);
        assert_eq!(pass(), [""; 0]);
    }
}

#[test]
fn a_vendor_that_says_when_is_asked_then_and_not_before() {
    let (scene, script) = scene(&["a"]);
    queue(&scene, &script, "1", Priority::Normal);
    script.answer(
        "a",
        NotifyError::Later {
            why: "429".to_owned(),
            after: Some(Duration::from_mins(5)),
        },
    );
    send(&scene, &script);
    step(&scene, 299);
    assert_eq!(send(&scene, &script).told, []);
    step(&scene, 1);
    assert_eq!(send(&scene, &script).told.len(), 1);
    assert_eq!(script.taken().len(), 2);
}

#[test]
fn tries_and_time_are_bounded() {
    let (scene, script) = scene(&["a"]);
    queue(&scene, &script, "1", Priority::Normal);
    for _ in 0..TRIES_MAX {
        script.answer("a", later());
        send(&scene, &script);
        step(&scene, 3 * 3600 + 1);
    }
    // Ten tries would take longer than a day: it is over before.
    let calls = script.taken().len();
    assert!((8..=10).contains(&calls), "{calls}");
    assert_eq!(places(&scene)[0].0, Place::Failed);
    assert_eq!(places(&scene)[0].2.as_deref(), Some("not now"));
    send(&scene, &script);
    assert_eq!(script.taken().len(), 0);
}

#[test]
fn a_refusal_is_final_and_a_lost_answer_is_not() {
    let (scene, script) = scene(&["a"]);
    let refused = NotifyError::Refused {
        why: "it answered with 404".to_owned(),
    };
    queue(&scene, &script, "1", Priority::Normal);
    script.answer("a", refused);
    let sending = send(&scene, &script);
    assert!(sending.told[0].failed);
    assert_eq!(places(&scene)[0].0, Place::Failed);
    queue(&scene, &script, "2", Priority::Normal);
    let why = "cut".to_owned();
    script.answer("a", NotifyError::Lost { why });
    send(&scene, &script);
    step(&scene, 31);
    send(&scene, &script);
    assert_eq!(script.taken(), ["a 1", "a 2", "a 2"]);
    let ids = script.ids.take();
    assert_eq!(
        ids[1], ids[2],
        "whoever takes it can see that it is the same"
    );
    assert_eq!(places(&scene).len(), 2);
}

#[test]
fn quiet_hours_hold_all_but_the_urgent() {
    let (mut scene, script) = scene(&["a"]);
    let minute = |at: Timestamp| {
        let local = local(at);
        u16::try_from(i16::from(local.hour()) * 60 + i16::from(local.minute())).unwrap()
    };
    let now = minute(scene.clock.now());
    scene.rules.notify.quiet = Some(QuietHours {
        from: now,
        to: (now + 60) % (24 * 60),
    });
    queue(&scene, &script, "1", Priority::High);
    queue(&scene, &script, "2", Priority::Urgent);
    let sending = send(&scene, &script);
    assert_eq!(script.taken(), ["a 2"]);
    assert_eq!(sending.waiting, 1);
    assert!(sending.next.is_some());
    step(&scene, 3600);
    send(&scene, &script);
    assert_eq!(script.taken(), ["a 1"]);
}

#[test]
fn a_notifier_that_is_gone_from_the_profile_is_said() {
    let (mut scene, script) = scene(&["a"]);
    queue(&scene, &script, "1", Priority::Normal);
    scene.rules.notify.to.clear();
    assert!(send(&scene, &script).told[0].failed);
    let error = places(&scene)[0].2.clone().unwrap();
    assert!(error.contains("no notifier `a`"), "{error}");
}

#[test]
fn what_is_said_twice_is_told_once_within_half_an_hour() {
    let (scene, script) = scene(&["a", "b"]);
    let say = |again| {
        with(&scene, &script, |engine| {
            engine
                .say_news(&news("1", Priority::Normal), None, again)
                .unwrap()
        })
    };
    assert!(say(false).iter().all(|said| matches!(said, Said::Taken(_))));
    assert!(
        say(false)
            .iter()
            .all(|said| matches!(said, Said::Before(_)))
    );
    assert_eq!(script.taken().len(), 2);
    step(&scene, 1);
    assert!(say(true).iter().all(|said| matches!(said, Said::Taken(_))));
    step(&scene, 1801);
    assert!(say(false).iter().all(|said| matches!(said, Said::Taken(_))));
    script.answer("a", later());
    step(&scene, 1801);
    let said = say(false);
    assert!(
        said.iter()
            .any(|said| matches!(said, Said::Waits(_, why) if why == "not now"))
    );
}

#[test]
fn old_notices_are_forgotten() {
    let (scene, script) = scene(&["a"]);
    queue(&scene, &script, "1", Priority::Normal);
    send(&scene, &script);
    step(&scene, 8 * 24 * 3600);
    queue(&scene, &script, "2", Priority::Normal);
    send(&scene, &script);
    assert_eq!(places(&scene).len(), 1);
}

/// Whatever is killed and whenever: what was decided is told at least once, and only the call itself may be repeated.
#[test]
fn a_crash_at_any_point_loses_nothing_and_repeats_at_most_the_call() {
    let mut points = 0;
    loop {
        points += 1;
        let (scene, script) = scene(&["a", "b"]);
        let mut snapshot = with(&scene, &script, |engine| engine.observe(true).unwrap());
        snapshot.stale = Some(crate::domain::Stale {
            kind: crate::domain::StaleKind::Missing,
            error: "gone".to_owned(),
            synced: None,
            next: None,
        });
        let work = |engine: Engine<'_>| {
            engine
                .tell(&snapshot, &crate::domain::Plan::default(), snapshot.now)
                .unwrap();
            engine.send_notices().unwrap();
        };
        simulate_after(points);
        let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            with(&scene, &script, work);
        }));
        disarm();
        let died = died.is_err_and(|payload| payload.is::<Crash>());
        for _ in 0..2 {
            with(&scene, &script, work);
        }
        let calls = script.taken();
        let of = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
        assert!(
            (1..=2).contains(&of("a")) && (1..=2).contains(&of("b")),
            "{points}: {calls:?}"
        );
        assert!(calls.len() <= 3, "{points}: {calls:?}");
        let ids: BTreeSet<String> = script.ids.take().into_iter().collect();
        assert_eq!(ids.len(), 2, "{points}");
        assert!(
            places(&scene)
                .iter()
                .all(|(place, ..)| *place == Place::Done)
        );
        if !died {
            break;
        }
    }
    assert!(points > 20, "{points}");
}

#[test]
fn nothing_to_tell_costs_nothing() {
    let (scene, script) = scene(&["a"]);
    let tell = |engine: Engine<'_>| {
        let snapshot = engine.observe(true).unwrap();
        let before = crate::sys::stats::FSYNCS.get();
        engine
            .tell(&snapshot, &crate::domain::Plan::default(), snapshot.now)
            .unwrap();
        assert_eq!(engine.send_notices().unwrap(), Sending::default());
        crate::sys::stats::FSYNCS.get() - before
    };
    // Other tests of this process sync too; one quiet moment is enough.
    let quiet = (0..1000).any(|_| with(&scene, &script, tell) == 0);
    assert!(quiet);
    assert!(!scene.store.layout().root().join("news.json").exists());
    assert!(!scene.store.layout().root().join("notices").exists());
}

#[test]
fn what_could_not_be_told_is_said_again() {
    let (scene, script) = scene(&["a"]);
    let say = || {
        with(&scene, &script, |engine| {
            let said = engine.say_news(&news("1", Priority::Normal), None, false);
            said.unwrap().remove(0)
        })
    };
    let why = "no such channel".to_owned();
    script.answer("a", NotifyError::Refused { why });
    assert!(matches!(say(), Said::Failed(..)));
    step(&scene, 1);
    assert!(matches!(say(), Said::Taken(_)));
    step(&scene, 1);
    assert!(matches!(say(), Said::Before(_)));
    // The clock was wrong when it was told.
    step(&scene, -3600);
    assert!(matches!(say(), Said::Taken(_)));
}
