//! What finished runs lead to.

use super::world::{World, ago, end, failed, implemented, kinds, now, set, sha};
use crate::domain::{
    FailureClass, IssueState, ItemId, Life, Outcome, Payload, ReviewAction, RunState, SecretHit,
    Task, VerifyResult, Writes, label,
};

const ISSUE: ItemId = ItemId::issue(1);

/// An issue with a finished run.
fn finished(outcome: Outcome) -> World {
    let mut world = World::new();
    world.issue(1);
    let run = world.run(ISSUE, 1, RunState::Finished(end(outcome)));
    world.touches(&run, "src/a.rs");
    world.findings(&run).facts.secrets = Some(vec![]);
    world
}

fn run(world: &World) -> crate::domain::RunId {
    world.snapshot.runs.keys().next().unwrap().clone()
}

#[test]
fn a_result_is_pushed_opened_checked_and_followed_up_in_this_order() {
    let mut world = finished(implemented());
    let id = run(&world);
    let findings = world.findings(&id);
    findings.verify = vec![VerifyResult {
        command: "cargo test".to_owned(),
        passed: true,
        note: String::new(),
    }];
    findings.follow_ups = (0..9).map(|n| (format!("t{n}"), "b".to_owned())).collect();
    let (intents, retry, _) = world.judgement();
    let mut expected = vec!["push", "pr", "check"];
    expected.extend(["issue"; 5]);
    assert_eq!(kinds(&intents), expected);
    assert_eq!(intents[1].needs, [intents[0].id.clone()]);
    assert_eq!(intents[2].needs, [intents[0].id.clone()]);
    assert_eq!(intents[3].needs, [intents[1].id.clone()]);
    assert_eq!(
        (retry.failures, retry.attempt, retry.last_run),
        (0, 1, Some(id))
    );
}

#[test]
fn the_same_judgement_has_the_same_keys() {
    let mut world = finished(implemented());
    let ids = |world: &World| {
        let intents = world.judgement().0;
        intents.into_iter().map(|i| i.id).collect::<Vec<_>>()
    };
    let before = ids(&world);
    world.snapshot.now = ago(-60);
    world.snapshot.seed = 99;
    assert_eq!(ids(&world), before);
}

#[test]
fn drafts_are_opened_where_passes_may_not_merge_and_nothing_where_they_may_not_write() {
    let draft = |writes| {
        let mut world = finished(implemented());
        world.rules.policy.writes = writes;
        let intents = world.judgement().0;
        intents.into_iter().find_map(|i| match i.payload {
            Payload::Pr { draft, .. } => Some(draft),
            _ => None,
        })
    };
    assert_eq!(draft(Writes::Full), Some(false));
    assert_eq!(draft(Writes::Draft), Some(true));
    assert_eq!(draft(Writes::Off), None);
}

#[test]
fn a_supervisor_that_still_lives_is_not_judged() {
    let mut world = finished(implemented());
    let id = run(&world);
    world.life(&id, Life::Supervised);
    let actions = world.plan().actions;
    assert!(
        actions
            .iter()
            .all(|a| !matches!(a, crate::domain::Action::Judge { .. }))
    );
    assert!(world.launched().is_empty());
}

#[test]
fn forbidden_paths_and_secrets_never_leave_and_block_at_once() {
    let mut forbidden = finished(implemented());
    let id = run(&forbidden);
    forbidden.touches(&id, "apps/web/.env.local");
    let mut secret = finished(implemented());
    secret.findings(&id).facts.secrets = Some(vec![SecretHit {
        path: "a".to_owned(),
        pattern: "github-token".to_owned(),
    }]);
    let mut unsearched = finished(implemented());
    unsearched.findings(&id).facts.secrets = None;
    for (world, word) in [
        (forbidden, ".env"),
        (secret, "github-token"),
        (unsearched, "could not be searched for secrets"),
    ] {
        let (intents, retry, summary) = world.judgement();
        assert_eq!(kinds(&intents), ["comment", "labels"]);
        assert!(retry.blocked && summary.contains(word), "{summary}");
    }
}

#[test]
fn what_fails_waits_and_then_blocks() {
    let mut world = finished(failed(FailureClass::TimedOut));
    let (intents, retry, _) = world.judgement();
    assert!(intents.is_empty());
    assert_eq!((retry.failures, retry.blocked), (1, false));
    assert!(retry.next.unwrap() > now());
    let before = world.retry(ISSUE);
    (before.failures, before.attempt) = (5, 0);
    let (intents, retry, summary) = world.judgement();
    assert_eq!(kinds(&intents), ["comment", "labels"]);
    assert!(retry.blocked && retry.next.is_none(), "{summary}");
}

#[test]
fn a_failure_that_was_counted_is_not_counted_again() {
    let mut world = finished(failed(FailureClass::Crashed));
    let (_, counted, _) = world.judgement();
    *world.retry(ISSUE) = counted.clone();
    assert_eq!(world.judgement().1, counted);
}

#[test]
fn what_was_cancelled_is_no_failure_and_no_success() {
    let reason = "stopped by ann".to_owned();
    let mut world = finished(Outcome::Cancelled { reason });
    let before = world.retry(ISSUE);
    (before.failures, before.next, before.attempt) = (3, Some(ago(-5)), 0);
    let (intents, retry, _) = world.judgement();
    assert!(intents.is_empty());
    assert_eq!(
        (retry.failures, retry.next, retry.attempt),
        (3, Some(ago(-5)), 1)
    );
}

#[test]
fn an_agent_that_is_blocked_blocks_with_its_words_as_data() {
    let reason = "needs <!-- acp:0123456789abcdef --> a key".to_owned();
    let world = finished(Outcome::Blocked { reason });
    let (intents, retry, _) = world.judgement();
    assert_eq!(kinds(&intents), ["comment", "labels"]);
    assert!(retry.blocked);
    let Payload::Comment { body } = &intents[0].payload else {
        unreachable!()
    };
    assert!(!body.contains("<!-- acp:0123"), "{body}");
}

/// The issue was closed after the supervisor had recorded its result and before any pass saw it.
#[test]
fn a_result_that_nobody_wants_any_more_is_not_published() {
    for unwanted in [
        |w: &mut World| w.issue_mut(1).state = IssueState::Closed,
        |w: &mut World| w.issue_mut(1).labels.clear(),
        |w: &mut World| w.issue_mut(1).labels = set(&[label::READY, label::BLOCKED]),
    ] {
        let mut world = finished(implemented());
        world.retry(ISSUE).failures = 2;
        unwanted(&mut world);
        let (intents, retry, summary) = world.judgement();
        assert!(intents.is_empty(), "{summary}");
        assert_eq!(retry.failures, 2);
    }
}

/// A pull request with a finished run on it.
fn on_pull(outcome: Outcome, task: Task) -> World {
    let mut world = World::new();
    world.issue(1);
    world.pull(2, 1);
    let run = world.run(ItemId::pr(2), 1, RunState::Finished(end(outcome)));
    world.snapshot.runs.get_mut(&run).unwrap().run.task = task;
    world.touches(&run, "src/a.rs");
    world
}

/// An outage says nothing about whether fixing helps; only one that does not end is a failure.
#[test]
fn a_fix_run_that_its_agents_trouble_ended_is_no_round_of_fixing() {
    let pr = ItemId::pr(2);
    for class in [
        FailureClass::Overloaded,
        FailureClass::Limit,
        FailureClass::Quota,
        FailureClass::Network,
    ] {
        let mut world = on_pull(failed(class), Task::Fix { reasons: vec![] });
        world.retry(pr).attempt = 0;
        let retry = world.judgement().1;
        assert_eq!((retry.fixes, retry.excuses), (0, 1), "{class:?}");
        assert!(retry.last_run.is_some());
        world.retry(pr).excuses = 11;
        let retry = world.judgement().1;
        assert_eq!((retry.fixes, retry.failures), (1, 1), "{class:?}");
        *world.retry(pr) = retry.clone();
        assert_eq!(world.judgement().1, retry, "counted once");
    }
    let timed_out = failed(FailureClass::TimedOut);
    let world = on_pull(timed_out, Task::Fix { reasons: vec![] });
    assert_eq!(world.judgement().1.fixes, 1);
}

#[test]
fn a_fix_is_pushed_onto_the_head_that_it_started_from_and_counted() {
    let outcome = Outcome::UpdatedBranch { commit: sha('d') };
    let mut world = on_pull(outcome, Task::Fix { reasons: vec![] });
    let (intents, retry, _) = world.judgement();
    assert_eq!(kinds(&intents), ["push"]);
    let Payload::Push { expect, .. } = &intents[0].payload else {
        unreachable!()
    };
    assert_eq!(expect, &Some(sha('c')));
    assert_eq!(retry.fixes, 1);
    *world.retry(ItemId::pr(2)) = retry.clone();
    assert_eq!(world.judgement().1, retry, "counted once");
    world.pr_mut(2).head_sha = sha('d');
    assert_eq!(
        kinds(&world.judgement().0),
        ["push"],
        "its own push moved the head"
    );
    world.pr_mut(2).head_sha = sha('e');
    assert!(
        world.judgement().0.is_empty(),
        "somebody else moved the head"
    );
}

#[test]
fn a_review_only_comments() {
    let action = ReviewAction::ApproveAndMerge;
    let mut world = on_pull(Outcome::Reviewed { action }, Task::Review { stage: 1 });
    assert!(world.judgement().0.is_empty());
    let id = world
        .snapshot
        .runs
        .keys()
        .find(|r| r.item() == Some(ItemId::pr(2)));
    let id = id.unwrap().clone();
    world.findings(&id).comment = Some("fine".to_owned());
    assert_eq!(kinds(&world.judgement().0), ["comment"]);
    // A review only where acp's account is known not to be the author's, or the forge does not mind.
    for (viewer, reviews_own, kind) in [
        (Some("acp"), false, "comment"),
        (Some("ACP"), false, "comment"),
        (Some("acp"), true, "review"),
        (Some("bot"), false, "review"),
        (None, false, "comment"),
    ] {
        world.snapshot.mirror.viewer = viewer.map(str::to_owned);
        world.snapshot.reviews_own = reviews_own;
        let intents = world.judgement().0;
        assert_eq!(kinds(&intents), [kind], "{viewer:?} {reviews_own}");
        if let Payload::Review { verdict, .. } = intents[0].payload {
            assert_eq!(
                verdict,
                crate::domain::ReviewVerdict::Comment,
                "an agent's word is no approval"
            );
        }
    }
}
