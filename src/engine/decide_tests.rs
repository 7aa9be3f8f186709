use super::*;
use crate::domain::Mirror;
use crate::engine::testing::{Scene, open_pull, sha};

/// A pull request whose head has moved since somebody looked at it.
fn moved() -> (Scene, Sha) {
    let scene = Scene::new();
    let mut mirror = Mirror::default();
    mirror.pulls.insert(2, open_pull(2));
    *scene.forge.mirror.borrow_mut() = mirror;
    let seen = scene.engine().open_pull(2).unwrap().unwrap().head_sha;
    let mut mirror = scene.forge.mirror.borrow_mut();
    mirror.pulls.get_mut(&2).unwrap().head_sha = sha('d');
    drop(mirror);
    (scene, seen)
}

#[track_caller]
fn nothing_is_stored<T: std::fmt::Debug>(scene: &Scene, result: Result<T, EngineError>) {
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::Forbidden { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("ddddddd instead of ccccccc"), "{text}");
    assert!(scene.store.approvals().list().unwrap().is_empty());
    assert!(scene.store.outbox().unwrap().is_idle().unwrap());
}

#[test]
fn a_yes_is_to_the_head_that_was_looked_at_and_to_no_later_one() {
    let (scene, seen) = moved();
    let yes = scene.engine().approve(2, "ann", Some(&seen));
    nothing_is_stored(&scene, yes);
    assert_eq!(
        scene.engine().approve(2, "ann", None).unwrap(),
        Some(sha('d'))
    );
    let stored = scene.store.approvals().get("pr-2").unwrap().unwrap();
    assert_eq!(stored.head, sha('d'));
}

#[test]
fn a_merge_is_of_the_head_that_was_looked_at_and_of_no_later_one() {
    let (scene, seen) = moved();
    nothing_is_stored(&scene, scene.engine().may_merge(2, "ann", Some(&seen)));
    nothing_is_stored(&scene, scene.engine().merge(2, "ann", Some(&seen)));
    scene.engine().merge(2, "ann", Some(&sha('d'))).unwrap();
    let stored = scene.store.approvals().get("pr-2").unwrap().unwrap();
    assert_eq!((stored.head, stored.merge), (sha('d'), true));
}
