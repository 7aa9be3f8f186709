use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::domain::{ItemId, Lease, NewsKind, NotifierKind, NotifierRules, Priority};
use crate::engine::testing::{Scene, start};
use crate::notify::{Message, Notifier, NotifyError};
use crate::store::Place;

const HEARTBEAT: Pass = Pass {
    verb: "heartbeat",
    launches: true,
    flushes: true,
    dry_run: false,
};

const ONE: ItemId = ItemId::issue(1);

/// Priority and title of what was told.
type Heard = Rc<RefCell<Vec<(Priority, String)>>>;

struct Ear(Heard);

impl Notifier for Ear {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let (priority, title) = (message.news.priority, message.news.title.clone());
        self.0.borrow_mut().push((priority, title));
        Ok(())
    }

    fn unready(&self) -> Option<String> {
        None
    }
}

/// A scene with one notifier, and one notice that waits for it.
fn scene() -> (Scene, Heard) {
    let mut scene = Scene::new();
    let rules = NotifierRules {
        kind: NotifierKind::Command,
        priority: Priority::Low,
        url: None,
        topic: None,
        chat: None,
        token: None,
        address: None,
        recipients: vec![],
        sender: None,
        argv: vec![],
    };
    scene.rules.notify.to.insert("a".to_owned(), rules);
    let (kind, title) = (NewsKind::Message, "waits".to_owned());
    let news = crate::domain::News::new(kind, None, Priority::Urgent, "", title, String::new());
    for notice in scene.engine().notices_of(&news, start()) {
        assert!(scene.engine().queue_one(&notice).unwrap());
    }
    (scene, Heard::default())
}

fn pass(scene: &Scene, heard: &Heard) -> Result<PassReport, EngineError> {
    scene.clock.step(SignedDuration::from_mins(1));
    let ear = |_: &str| Some(Box::new(Ear(Rc::clone(heard))) as Box<dyn Notifier>);
    let engine = Engine {
        notifier: &ear,
        ..scene.engine()
    };
    engine.pass(HEARTBEAT)
}

/// A lease that no run has, which a pass gives back.
fn stray_lease(scene: &Scene) {
    let run = RunId::new(start(), ONE, 1);
    let (item, at) = (ONE, start());
    let lease = Lease { item, run, at };
    scene.store.leases().put(&ONE.slug(), &lease).unwrap();
}

#[test]
fn without_a_journal_everything_is_sent_and_told_all_the_same() {
    let (scene, heard) = scene();
    let intent = scene.comment("a", ONE, &[]);
    stray_lease(&scene);
    scene.break_journal();
    let report = pass(&scene, &heard).unwrap();
    assert_eq!(report.done.len(), 1, "{:?}", report.done);
    assert_eq!(scene.find(&intent.id).0, Place::Done);
    assert_eq!(heard.borrow().len(), 1);
    let [problem] = &report.problems[..] else {
        panic!("{:?}", report.problems)
    };
    assert!(problem.contains("journal.jsonl"), "{problem}");
    let marked = scene.store.last_pass().unwrap().unwrap();
    assert_eq!(marked.error.as_ref(), Some(problem));
    // Also where nothing was done before something is sent, and where the forge comes and goes.
    scene.comment("b", ONE, &[]);
    let (tried, why) = ("list".to_owned(), "no".to_owned());
    let away = crate::forge::ForgeError::Unavailable { tried, why };
    scene.forge.sync.borrow_mut().push_back(away);
    for _ in 0..2 {
        let report = pass(&scene, &heard).unwrap();
        assert_eq!(report.problems, std::slice::from_ref(problem));
    }
    assert_eq!(scene.forge.calls.borrow().last().unwrap(), "apply b");
}
