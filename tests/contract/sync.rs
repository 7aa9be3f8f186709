//! Listings.

use std::time::Instant;

use acp::domain::{
    CheckState, ItemId, MergeMethod, Mergeable, Mirror, Payload, PrState, ReviewVerdict,
};

use crate::fixture::{
    Fixture, Local, apply, branch, check, close, comment, issue, merge, mirror, open, pull,
    pull_as, ready, relabel, review,
};

crate::suite!(sync:
    each_kind_of_change_shows_once,
    branches_are_followed,
    whether_it_merges_is_kept_for_the_same_commits,
    ; kept_here:
    a_deleted_branch_keeps_its_last_commit,
);

/// Syncs: whether anything changed, having checked that it said so, and that an incremental listing and one from scratch
/// agree.
#[track_caller]
fn changes(fixture: &dyn Fixture, known: &mut Mirror) -> bool {
    let before = known.clone();
    let said = fixture.forge().sync(known, &branch("main")).unwrap();
    let changed = fixture.comparable(&before) != fixture.comparable(known);
    assert!(said || *known == before);
    assert!(said || !changed);
    let all = fixture.comparable(&mirror(fixture.forge()));
    assert_eq!(fixture.comparable(known), all);
    assert!(!fixture.forge().sync(known, &branch("main")).unwrap());
    changed
}

fn each_kind_of_change_shows_once(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let mut known = Mirror::default();
    assert!(changes(fixture, &mut known), "the base branch");
    let number = open(forge, &issue("one", "", &["agent-ready"]));
    assert!(changes(fixture, &mut known));
    let item = ItemId::issue(number);
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    assert!(!changes(fixture, &mut known), "a branch that nothing names");
    let pr = open(
        forge,
        &pull_as("work", &head, &format!("Closes #{number}"), true),
    );
    assert!(changes(fixture, &mut known));
    let own_review = forge.capabilities().reviews_own || !forge.capabilities().remote;
    for intent in [
        comment(item, "hello"),
        relabel(item, &["agent-running"], &["agent-ready"]),
        relabel(ItemId::pr(pr), &["agent-handoff"], &[]),
        comment(ItemId::pr(pr), "hello"),
        review(pr, &head, ReviewVerdict::Approve),
        check(&head, "acp/verify", CheckState::Success),
        ready(pr),
        merge(pr, &head, MergeMethod::Squash),
    ] {
        if matches!(intent.payload, Payload::Review { .. }) && !own_review {
            continue;
        }
        apply(forge, &intent);
        assert!(changes(fixture, &mut known), "{intent:?}");
    }
    assert!(!known.issues[&number].is_open());
    let other = open(forge, &issue("two", "", &[]));
    apply(forge, &close(ItemId::issue(other)));
    assert!(changes(fixture, &mut known));
    assert_eq!(known.pulls[&pr].checks.len(), 1);
}

fn branches_are_followed(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    apply(forge, &check(&head, "acp/verify", CheckState::Success));
    let pr = open(forge, &pull("work", &head, ""));
    let mut known = mirror(forge);
    let next = fixture.push("work", &[("a.txt", "b\n")]);
    apply(forge, &check(&next, "acp/verify", CheckState::Failure));
    assert!(changes(fixture, &mut known));
    assert_eq!(known.pulls[&pr].head_sha, next);
    assert_eq!(known.pulls[&pr].checks[0].state, CheckState::Failure);
    let main = fixture.push("main", &[("b.txt", "b\n")]);
    fixture.later();
    assert!(changes(fixture, &mut known));
    assert_eq!(known.pulls[&pr].base_sha, main);
    assert_eq!(known.base_sha, Some(main));
}

fn a_deleted_branch_keeps_its_last_commit(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let mut known = mirror(forge);
    fixture.delete("work");
    assert!(!forge.sync(&mut known, &branch("main")).unwrap());
    assert_eq!(known.pulls[&pr].head_sha, head);
    assert_eq!(known.pulls[&pr].state, PrState::Open);
}

fn whether_it_merges_is_kept_for_the_same_commits(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let mut known = mirror(forge);
    assert_eq!(known.pulls[&pr].mergeable, Mergeable::Unknown);
    known.pulls.get_mut(&pr).unwrap().mergeable = Mergeable::Yes;
    apply(forge, &relabel(ItemId::pr(pr), &["x"], &[]));
    forge.sync(&mut known, &branch("main")).unwrap();
    assert_eq!(known.pulls[&pr].mergeable, Mergeable::Yes);
    fixture.push("main", &[("b.txt", "b\n")]);
    fixture.later();
    forge.sync(&mut known, &branch("main")).unwrap();
    assert_eq!(known.pulls[&pr].mergeable, Mergeable::Unknown);
}

#[test]
fn a_log_that_was_replaced_is_read_anew() {
    let local = Local::new();
    let forge = local.forge();
    open(forge, &issue("kept", "", &[]));
    let copy = local.dir.join("events.copy");
    std::fs::copy(local.dir.join("events.jsonl"), &copy).unwrap();
    open(forge, &issue("lost", "", &[]));
    let mut known = mirror(forge);
    assert_eq!(known.issues.len(), 2);
    // A backup is put back.
    std::fs::remove_file(local.dir.join("events.jsonl")).unwrap();
    std::fs::copy(&copy, local.dir.join("events.jsonl")).unwrap();
    assert!(changes(&local, &mut known));
    assert_eq!(known.issues.len(), 1);
    assert_eq!(open(forge, &issue("next", "", &[])), 2);
    assert_eq!(mirror(forge).issues[&2].title, "next");
}

#[test]
fn an_idle_listing_starts_no_process_and_syncs_no_file() {
    use acp::sys::stats;
    let local = Local::new();
    let forge = local.forge();
    let head = local.push("work", &[("a.txt", "a\n")]);
    open(forge, &pull("work", &head, ""));
    let mut known = mirror(forge);
    // Other tests of this binary count too, so only a quiet moment can be asked for.
    let quiet = (0..1000).any(|_| {
        let before = (stats::PROCESSES.get(), stats::FSYNCS.get());
        assert!(!forge.sync(&mut known, &branch("main")).unwrap());
        before == (stats::PROCESSES.get(), stats::FSYNCS.get())
    });
    assert!(quiet);
}

#[test]
#[ignore = "measures; run it alone on a release build"]
fn ten_thousand_issues_are_listed() {
    let local = Local::new();
    let forge = local.forge();
    let body = "text ".repeat(100);
    for n in 0..10_000 {
        forge
            .apply(&issue(&format!("issue {n}"), &body, &["agent-ready"]))
            .unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "this measures")]
    let now = Instant::now;
    let start = now();
    let mut known = mirror(forge);
    let all = start.elapsed();
    let start = now();
    assert!(!forge.sync(&mut known, &branch("main")).unwrap());
    println!("from scratch {all:?}, idle {:?}", start.elapsed());
    assert_eq!(known.issues.len(), 10_000);
}
