use super::*;
use crate::engine::testing::Scene;
use crate::forge::ForgeError;

fn comment(scene: &Scene) -> Intent {
    let body = String::new();
    let item = Some(ItemId::issue(1));
    scene
        .engine()
        .typed("ann", item, Payload::Comment { body }, vec![])
}

#[test]
fn a_write_that_happened_is_success_whatever_fails_after_it() {
    let scene = Scene::new();
    scene.break_journal();
    let intent = comment(&scene);
    assert_eq!(scene.engine().write(&intent).unwrap(), Applied::Done);
    assert_eq!(scene.find(&intent.id).0, Place::Done);
}

/// Whoever takes it for failed types it again.
#[test]
fn a_write_of_which_nobody_knows_is_not_called_a_failure() {
    let scene = Scene::new();
    scene.damage("forge/index.json");
    let intent = comment(&scene);
    let error = scene.engine().write(&intent).unwrap_err();
    let EngineError::NotConfirmed { id, why, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*id, intent.id);
    assert!(why.contains("is damaged"), "{why}");
    assert_eq!(scene.find(&intent.id).0, Place::Pending);
}

#[test]
fn a_write_that_was_refused_says_so_also_when_something_fails_after_it() {
    let scene = Scene::new();
    scene.break_journal();
    let (tried, why) = ("comment".to_owned(), "no".to_owned());
    let refused = ForgeError::Refused { tried, why };
    scene.forge.apply.borrow_mut().push_back(Err(refused));
    let error = scene.engine().write(&comment(&scene)).unwrap_err();
    assert!(matches!(error, EngineError::WriteRefused { .. }), "{error}");
}
