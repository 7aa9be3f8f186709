use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::domain::{ItemId, Lease, MergeMethod, NewsKind, Origin, Payload, Priority};
use crate::engine::testing::{Scene, damage, quiet_program, sha, start};
use crate::notify::{Message, Notifier, NotifyError};
use crate::store::{Place, StoreError};

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
    let rules = quiet_program();
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

/// One file that is torn is about what it is about: everything else goes on, and it is named once.
#[test]
fn one_record_that_cannot_be_read_ends_no_pass() {
    let run = RunId::new(start(), ONE, 1);
    let files = [
        format!("runs/{run}/run.json"),
        "leases/issue-1.json".to_owned(),
        "cooldowns/agent.claude.json".to_owned(),
        "cooldowns/forge.json".to_owned(),
        "budget/2026-11-21.json".to_owned(),
        "holds/x.json".to_owned(),
        "holds/credential.json".to_owned(),
        "approvals/pr-2.json".to_owned(),
        "outbox/pending/000000000001-00000000000000aa.json".to_owned(),
        "forge/index.json".to_owned(),
    ];
    for file in files {
        let (scene, heard) = scene();
        if !file.starts_with("leases") {
            stray_lease(&scene);
        }
        let intent = scene.comment("a", ItemId::issue(9), &[]);
        scene.damage(&file);
        let report = pass(&scene, &heard).unwrap();
        assert_eq!(scene.find(&intent.id).0, Place::Done, "{file}");
        let told = 1 + report.problems.len();
        assert_eq!(heard.borrow().len(), told, "{file}");
        if file.starts_with("forge") {
            // It is listed anew.
            assert_eq!(report.problems, Vec::<String>::new());
            scene.store.mirror().unwrap();
            let kept = scene.store.layout().root().join(format!("{file}.damaged"));
            assert!(kept.exists());
            continue;
        }
        let [problem] = &report.problems[..] else {
            panic!("{file}: {:?}", report.problems)
        };
        assert!(problem.contains(&file), "{problem}");
        let lease = scene.store.leases().get(&ONE.slug());
        let is_kept = lease.is_err() || lease.unwrap().is_some();
        let is_about_run = file.starts_with("runs") || file.starts_with("leases");
        assert_eq!(is_kept, is_about_run, "{file}");
        // What only makes acp wait is made anew when there is a reason.
        let again = pass(&scene, &heard).unwrap();
        assert_eq!(heard.borrow().len(), told, "{file} is told once");
        let is_over = file.starts_with("cooldowns");
        assert_eq!(again.problems.is_empty(), is_over, "{file}");
    }
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

#[test]
fn a_pass_that_fails_tells_what_waits_and_that_it_failed_once() {
    let (scene, heard) = scene();
    scene.damage("trust.json");
    for _ in 0..3 {
        let error = pass(&scene, &heard).unwrap_err();
        assert!(
            matches!(error, EngineError::Store(StoreError::Damaged { .. })),
            "{error}"
        );
    }
    let told = heard.take();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].1, "waits");
    assert_eq!(told[1].0, Priority::Urgent);
    assert!(
        told[1].1.starts_with("p: passes fail: ") && told[1].1.contains("is damaged"),
        "{told:?}"
    );
}

#[test]
fn what_fails_again_much_later_is_told_again() {
    let (scene, heard) = scene();
    let again = |minutes: i64| {
        scene.clock.step(SignedDuration::from_mins(minutes));
        scene.damage("forge/repository.json");
        let _error = pass(&scene, &heard).unwrap_err();
        scene.store.forget_repository_note().unwrap();
        let _mended = pass(&scene, &heard).unwrap();
        heard.take().len()
    };
    assert_eq!(again(0), 2);
    assert_eq!(again(20), 0);
    let _still_good = pass(&scene, &heard).unwrap();
    assert_eq!(again(31), 1);
}

/// What cannot be sent keeps nobody from being told.
#[test]
fn a_flush_that_fails_is_told_and_is_the_error_of_the_pass() {
    let (scene, heard) = scene();
    let method = MergeMethod::Squash;
    let payload = Payload::Merge {
        head: sha('c'),
        method,
    };
    scene.enqueue(Origin::Pass, ItemId::pr(2), payload, "merge", &[]);
    // After the pass has read it, and before the flush does.
    let store = scene.store.clone();
    let meanwhile = move || damage(&store, "forge/repository.json");
    *scene.forge.before_sync.borrow_mut() = Some(Box::new(meanwhile));
    let error = pass(&scene, &heard).unwrap_err();
    assert!(error.to_string().contains("repository.json"), "{error}");
    let told = heard.take();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(scene.store.last_sweep().unwrap().is_some());
    let marked = scene.store.last_pass().unwrap().unwrap();
    assert!(marked.error.unwrap().contains("repository.json"));
}
