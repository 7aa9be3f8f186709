use super::*;
use crate::domain::{Approval, PrState};
use crate::engine::testing::{Scene, sha, start};

fn pull(number: u64) -> PullRequest {
    PullRequest {
        number,
        title: String::new(),
        state: PrState::Open,
        draft: false,
        head: format!("agent/issue-{number}-a1").parse().unwrap(),
        head_sha: sha('c'),
        base: "main".parse().unwrap(),
        base_sha: sha('0'),
        from_fork: false,
        labels: std::collections::BTreeSet::new(),
        author: "acp".to_owned(),
        association: crate::domain::Association::Owner,
        closes: None,
        checks: vec![],
        reviews: vec![],
        mergeable: Mergeable::Unknown,
        created: start(),
        updated: start(),
    }
}

/// A flusher that is done between two looks must leave a trace in one of them: else a second run starts on the old head.
#[test]
fn a_write_that_lands_meanwhile_is_seen_on_its_way_or_on_the_forge() {
    let scene = Scene::new();
    let intent = scene.comment("a", ItemId::pr(2), &[]);
    let store = scene.store.clone();
    let complete = move || {
        let outbox = store.outbox().unwrap();
        let queued = outbox.open_intents().unwrap().remove(0);
        let queued = outbox.claim(queued).unwrap().unwrap();
        outbox.complete(&queued).unwrap();
    };
    *scene.forge.before_sync.borrow_mut() = Some(Box::new(complete));
    let snapshot = scene.engine().observe(false).unwrap();
    let ids: Vec<_> = snapshot
        .intents
        .iter()
        .map(|view| &view.intent.id)
        .collect();
    assert_eq!(ids, [&intent.id]);
}

/// A yes that is given to a head that this listing does not show yet is not taken for one to a head that is gone.
#[test]
fn an_approval_is_never_newer_than_the_listing() {
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(2, pull(2));
    let approval = |head| Approval {
        pr: 2,
        head: sha(head),
        by: "ann".to_owned(),
        at: start(),
        merge: false,
    };
    let store = scene.store.clone();
    let approve = move || store.approvals().put("pr-2", &approval('d')).unwrap();
    *scene.forge.before_sync.borrow_mut() = Some(Box::new(approve));
    let snapshot = scene.engine().observe(false).unwrap();
    assert!(snapshot.approvals.is_empty());
    let plan = crate::engine::plan::plan(&snapshot, &scene.rules).unwrap();
    assert!(
        plan.actions
            .iter()
            .all(|action| !matches!(action, crate::domain::Action::DropApproval { .. }))
    );
}

/// One pull request that cannot be read is one that a person must look at, not the end of every pass.
#[test]
fn a_change_that_cannot_be_read_leaves_the_others_alone() {
    let what = || "the change".to_owned();
    let errors = [
        ForgeError::Missing { what: what() },
        ForgeError::Unreadable {
            what: what(),
            why: "odd".to_owned(),
        },
        ForgeError::Refused {
            tried: what(),
            why: "too large".to_owned(),
        },
    ];
    for error in errors {
        let scene = Scene::new();
        for number in [2, 3] {
            scene
                .forge
                .mirror
                .borrow_mut()
                .pulls
                .insert(number, pull(number));
        }
        scene
            .forge
            .mirror
            .borrow_mut()
            .pulls
            .get_mut(&3)
            .unwrap()
            .head_sha = sha('d');
        scene
            .forge
            .change
            .borrow_mut()
            .push_back(Err(error.clone()));
        let snapshot = scene.engine().observe(false).unwrap();
        let known: Vec<u64> = snapshot.facts.keys().copied().collect();
        assert_eq!(known, [3], "{error}");
    }
    let scene = Scene::new();
    scene.forge.mirror.borrow_mut().pulls.insert(2, pull(2));
    let denied = ForgeError::Denied {
        tried: what(),
        why: "expired".to_owned(),
    };
    scene.forge.change.borrow_mut().push_back(Err(denied));
    assert!(
        scene.engine().observe(false).is_err(),
        "that is about all of them"
    );
}
