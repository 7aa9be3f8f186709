use super::*;
use crate::domain::Mirror;
use crate::engine::testing::Scene;

const ISSUE: ItemId = ItemId::issue(1);
const PULL: ItemId = ItemId::pr(2);
const REASON: &str = "issues are turned off in the repository";

/// The forge answers that the issue is not there, and says of the repository that issues are off.
fn switched_off(scene: &Scene) {
    let what = "issue/1".to_owned();
    let missing = ForgeError::Missing { what };
    scene.forge.apply.borrow_mut().push_back(Err(missing));
    scene.forge.repo.borrow_mut().issues_off = true;
}

/// What the next pass notes.
fn know(scene: &Scene, issues_off: bool) {
    let mut mirror = Mirror::default();
    mirror.repo.issues_off = issues_off;
    scene.store.put_mirror(&mirror).unwrap();
    scene.store.forget_repository_note().unwrap();
}

#[test]
fn writes_to_issues_wait_while_issues_are_off_and_all_others_are_sent() {
    let scene = Scene::new();
    let first = scene.comment("first", ISSUE, &[]);
    scene.comment("second", ISSUE, &[]);
    scene.comment("needs it", PULL, &[&first]);
    scene.comment("other", ItemId::pr(3), &[]);
    switched_off(&scene);
    let flushed = scene.engine().flush().unwrap();
    let calls = ["apply first", "repository", "apply other"];
    assert_eq!(*scene.forge.calls.borrow(), calls);
    assert_eq!((flushed.closed, flushed.waiting), (None, 3));
    let (place, intent) = scene.find(&first.id);
    assert_eq!(place, Place::Pending);
    assert_eq!((intent.phase, intent.attempts), (Phase::Prepared, 0));
    assert_eq!(intent.last_error.as_deref(), Some(REASON));

    // Before a pass has seen it, and after one has, nothing is asked for them.
    for _ in 0..2 {
        assert_eq!(scene.engine().flush().unwrap().sent, []);
        know(&scene, true);
    }
    assert_eq!(*scene.forge.calls.borrow(), calls);

    know(&scene, false);
    assert_eq!(scene.engine().flush().unwrap().sent.len(), 3);
    assert!(scene.store.outbox().unwrap().is_idle().unwrap());
}

/// Its answer was lost, and then nobody can look whether it arrived.
#[test]
fn a_write_to_an_issue_that_may_have_arrived_is_looked_up_once_issues_are_on() {
    let scene = Scene::new();
    let saying = scene.comment("a", ISSUE, &[]);
    let (tried, why) = ("comment".to_owned(), "lost".to_owned());
    let lost = ForgeError::Unknown { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(lost));
    scene.engine().flush().unwrap();
    scene.clock.step(SignedDuration::from_secs(3));
    let gone = "issue/1".to_owned();
    let gone = ForgeError::Missing { what: gone };
    scene.forge.find.borrow_mut().push_back(Err(gone));
    scene.forge.repo.borrow_mut().issues_off = true;
    scene.engine().flush().unwrap();
    let (place, intent) = scene.find(&saying.id);
    assert_eq!((place, intent.phase), (Place::Pending, Phase::Dispatched));
    scene.engine().flush().unwrap();
    know(&scene, false);
    let there = Applied::Commented { id: 7 };
    scene.forge.find.borrow_mut().push_back(Ok(Some(there)));
    let sent = scene.engine().flush().unwrap().sent;
    assert!(sent[0].adopted, "{sent:?}");
    let calls = ["apply a", "find a", "repository", "find a"];
    assert_eq!(*scene.forge.calls.borrow(), calls);
}
