//! Pull requests, reviews and checks.

use acp::domain::{Applied, CheckState, ItemId, PrState, ReviewState, ReviewVerdict};
use acp::forge::ForgeError;

use crate::fixture::{
    Fixture, adopt_or_apply, apply, branch, check, close, listed, mirror, open, pull, pull_as,
    ready, refusal, review,
};

crate::suite!(pulls:
    a_pull_request_names_its_branches_and_issue,
    a_head_must_be_where_it_was_decided,
    there_is_one_open_pull_request_for_a_branch,
    a_closed_one_makes_room,
    a_draft_is_made_ready,
    checks_belong_to_a_commit,
    facts_are_those_of_one_pair_of_commits,
    ; kept_here:
    reviews_are_kept_in_order,
);

fn a_pull_request_names_its_branches_and_issue(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("agent/issue-1-a1", &[("a.txt", "a\n")]);
    let base = forge.branch(&branch("main")).unwrap().unwrap();
    let number = open(
        forge,
        &pull("agent/issue-1-a1", &head, "Adds a.\n\nCloses #1"),
    );
    let pr = listed(forge, number);
    assert_eq!(
        (pr.head.as_str(), pr.base.as_str()),
        ("agent/issue-1-a1", "main")
    );
    assert_eq!((&pr.head_sha, &pr.base_sha), (&head, &base));
    assert_eq!((pr.closes, pr.draft, pr.from_fork), (Some(1), false, false));
    assert_eq!((pr.state, pr.author.as_str()), (PrState::Open, "acp"));
    let two = fixture.push("two", &[("b.txt", "b\n")]);
    let number = open(forge, &pull("two", &two, "Fixes #1, resolves #2"));
    assert_eq!(listed(forge, number).closes, None);
}

fn a_head_must_be_where_it_was_decided(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let next = fixture.push("work", &[("a.txt", "b\n")]);
    let why = refusal(forge, &pull("work", &head, ""));
    assert_eq!(why, format!("head moved: expected {head}, found {next}"));
    let absent = forge.apply(&pull("absent", &head, "")).unwrap_err();
    assert!(matches!(absent, ForgeError::Missing { .. }), "{absent}");
    let main = forge.branch(&branch("main")).unwrap().unwrap();
    refusal(forge, &pull("main", &main, ""));
    assert!(mirror(forge).pulls.is_empty());
}

fn there_is_one_open_pull_request_for_a_branch(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let opening = pull("work", &head, "");
    let number = open(forge, &opening);
    // The same intent again is the same pull request, whoever asks.
    assert_eq!(forge.apply(&opening).unwrap(), Applied::Opened { number });
    // Another intent for the same branch is refused, but finds what is there.
    let other = pull("work", &head, "");
    assert_eq!(
        forge.find(&other).unwrap(),
        Some(Applied::Opened { number })
    );
    assert!(refusal(forge, &other).contains(&format!("pr/{number}")));
    // With other commits on the branch it is no longer what that intent wanted.
    fixture.push("work", &[("a.txt", "b\n")]);
    assert_eq!(forge.find(&other).unwrap(), None);
    assert_eq!(
        forge.find(&opening).unwrap(),
        Some(Applied::Opened { number })
    );
    assert_eq!(mirror(forge).pulls.len(), 1);
}

fn a_closed_one_makes_room(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let first = open(forge, &pull("work", &head, ""));
    apply(forge, &close(ItemId::pr(first)));
    assert_eq!(listed(forge, first).state, PrState::Closed);
    let second = open(forge, &pull("work", &head, ""));
    assert_ne!(first, second);
    fixture.push("work", &[("a.txt", "b\n")]);
    assert_eq!(
        listed(forge, first).head_sha,
        head,
        "a closed one stays as it was"
    );
}

fn a_draft_is_made_ready(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let number = open(forge, &pull_as("work", &head, "", true));
    assert!(listed(forge, number).draft);
    let readying = ready(number);
    apply(forge, &readying);
    assert_eq!(forge.apply(&readying).unwrap(), Applied::Done);
    assert!(!listed(forge, number).draft);
}

fn reviews_are_kept_in_order(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let number = open(forge, &pull("work", &head, ""));
    let first = review(number, &head, ReviewVerdict::RequestChanges);
    apply(forge, &first);
    apply(forge, &review(number, &head, ReviewVerdict::Approve));
    adopt_or_apply(forge, &first);
    let reviews = listed(forge, number).reviews;
    let states: Vec<ReviewState> = reviews.iter().map(|r| r.state).collect();
    assert_eq!(
        states,
        [ReviewState::ChangesRequested, ReviewState::Approved]
    );
    assert!(reviews[0].body.ends_with(&first.marker()));
    assert_eq!(reviews[0].head, head);
}

fn checks_belong_to_a_commit(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    apply(forge, &check(&head, "acp/verify", CheckState::Pending));
    let number = open(forge, &pull("work", &head, ""));
    let states = || -> Vec<CheckState> {
        let checks = listed(forge, number).checks;
        checks.iter().map(|check| check.state).collect()
    };
    assert_eq!(states(), [CheckState::Pending]);
    apply(forge, &check(&head, "acp/verify", CheckState::Success));
    apply(forge, &check(&head, "lint", CheckState::Failure));
    assert_eq!(states(), [CheckState::Success, CheckState::Failure]);
    fixture.push("work", &[("a.txt", "b\n")]);
    assert_eq!(states(), [], "a new head has not been checked");
}

fn facts_are_those_of_one_pair_of_commits(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("base.txt", "changed\n")]);
    let number = open(forge, &pull("work", &head, ""));
    let before = listed(forge, number);
    assert_eq!(
        forge.change(&before).unwrap().mergeable,
        acp::domain::Mergeable::Yes
    );
    fixture.make_conflict("work", "base.txt");
    let after = listed(forge, number);
    assert_ne!(before.base_sha, after.base_sha);
    assert_eq!(
        forge.change(&after).unwrap().mergeable,
        acp::domain::Mergeable::No
    );
}
