//! What is particular about GitHub: what it costs to ask, how late and how often its answers come, and what it refuses.

use acp::domain::{
    Applied, Association, CheckState, Intent, ItemId, MergeMethod, Mergeable, Mirror, ReviewVerdict,
};
use acp::forge::fake::{Fate, Knobs, Protection, Shot};
use acp::forge::{Forge as _, ForgeError};
use jiff::SignedDuration;

use crate::fixture::{
    Fixture as _, adopt_or_apply, apply, branch, check, close, comment, issue, listed, marked,
    merge, mirror, open, pull, pull_as, ready, refusal, relabel, review,
};
use crate::remote::{BOT, Remote, github_as};

fn sync(remote: &Remote, known: &mut Mirror) -> bool {
    remote.forge().sync(known, &branch("main")).unwrap()
}

/// A mirror after so much time that nothing is new to it.
fn settled(remote: &Remote) -> Mirror {
    let mut known = mirror(remote.forge());
    for _ in 0..3 {
        remote.later_by_an_hour();
        sync(remote, &mut known);
    }
    known
}

impl Remote {
    fn later_by_an_hour(&self) {
        self.wait(SignedDuration::from_hours(1));
    }

    fn shoot(&self, method: &str, path: &str, fate: Fate) {
        self.fake.shoot(Shot {
            method: method.to_owned(),
            path: path.to_owned(),
            fate,
            times: 1,
        });
    }

    /// What requests and charged requests `act` takes.
    fn cost(&self, act: impl FnOnce()) -> (u64, u64) {
        self.fake.take_account();
        act();
        let account = self.fake.take_account();
        (account.requests, account.charged)
    }
}

#[test]
fn an_idle_pass_is_one_request_that_costs_nothing() {
    let remote = Remote::github();
    for n in 0..5 {
        let title = format!("issue {n}");
        remote
            .fake
            .open_issue("ann", &title, "", &["agent-ready"])
            .unwrap();
    }
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(remote.forge(), &pull("work", &head, ""));
    remote.fake.set_check(&head, "ci", Some("success")).unwrap();
    let mut known = settled(&remote);
    assert_eq!(known.pulls[&pr].checks[0].state, CheckState::Success);
    let before = known.clone();
    for _ in 0..5 {
        remote.wait(SignedDuration::from_mins(1));
        assert_eq!(remote.cost(|| assert!(!sync(&remote, &mut known))), (1, 0));
    }
    assert_eq!(known, before);
    // Also right after a change, and also where nothing was ever written.
    let item = ItemId::issue(1);
    apply(remote.forge(), &comment(item, "x"));
    assert!(sync(&remote, &mut known));
    assert_eq!(remote.cost(|| assert!(!sync(&remote, &mut known))), (1, 0));
    let empty = Remote::github();
    let mut known = mirror(empty.forge());
    assert_eq!(empty.cost(|| assert!(!sync(&empty, &mut known))), (1, 0));
}

#[test]
fn changes_cost_as_much_as_there_are() {
    let remote = Remote::github();
    for n in 0..250 {
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "", &[]).unwrap();
    }
    let mut known = settled(&remote);
    assert_eq!(known.issues.len(), 250);
    for number in 1..=25 {
        remote.wait(SignedDuration::from_secs(1));
        remote.fake.label("ann", number, &["agent-ready"]).unwrap();
    }
    let (requests, charged) = remote.cost(|| assert!(sync(&remote, &mut known)));
    assert!(requests <= 3 && charged <= 3, "{requests} {charged}");
    assert!((1..=25).all(|n| known.issues[&n].has("agent-ready")));
    let whole = remote.comparable(&mirror(remote.forge()));
    assert_eq!(remote.comparable(&known), whole);
    let mut known = settled(&remote);
    for n in 0..3 {
        let name = format!("work-{n}");
        remote.push(&name, &[(&name, "a\n")]);
        let (head, base) = (branch(&name), branch("main"));
        remote
            .fake
            .open_pull("ann", &head, &base, "change", "")
            .unwrap();
    }
    let (requests, _) = remote.cost(|| assert!(sync(&remote, &mut known)));
    // The listing and, of each, itself, its reviews and both kinds of checks.
    assert!(requests <= 3 + 3 * 4 + 1, "{requests}");
    assert_eq!(known.pulls.len(), 3);
}

#[test]
fn the_end_of_a_check_is_seen_though_the_listing_is_as_before() {
    let remote = Remote::github();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(remote.forge(), &pull("work", &head, ""));
    remote.fake.set_check(&head, "ci", None).unwrap();
    let mut known = settled(&remote);
    assert_eq!(known.pulls[&pr].checks[0].state, CheckState::Pending);
    assert_eq!(remote.cost(|| assert!(!sync(&remote, &mut known))), (3, 0));
    remote.fake.set_check(&head, "ci", Some("failure")).unwrap();
    remote
        .fake
        .set_status("ann", &head, "lint", "success")
        .unwrap();
    assert!(sync(&remote, &mut known));
    let states: Vec<_> = known.pulls[&pr].checks.iter().map(|c| c.state).collect();
    assert_eq!(states, [CheckState::Failure, CheckState::Success]);
    // A red one is looked at now and then: somebody may run it again.
    remote.fake.set_check(&head, "ci", Some("success")).unwrap();
    assert!(!sync(&remote, &mut known));
    remote.later();
    assert!(sync(&remote, &mut known));
    assert_eq!(known.pulls[&pr].checks[0].state, CheckState::Success);
}

#[test]
fn many_pending_heads_take_turns() {
    let remote = Remote::github();
    let mut numbers = vec![];
    for n in 0..25 {
        let name = format!("work-{n}");
        let head = remote.push(&name, &[(&name, "a\n")]);
        numbers.push(open(remote.forge(), &pull(&name, &head, "")));
        remote.fake.set_check(&head, "ci", None).unwrap();
    }
    let mut known = settled(&remote);
    for (n, pr) in numbers.iter().enumerate() {
        assert_eq!(known.pulls[pr].checks.len(), 1, "{n}");
        let head = known.pulls[pr].head_sha.clone();
        remote.fake.set_check(&head, "ci", Some("success")).unwrap();
    }
    remote.wait(SignedDuration::from_mins(1));
    let (requests, _) = remote.cost(|| assert!(sync(&remote, &mut known)));
    assert!(requests <= 1 + 20 * 3 + 1, "{requests}");
    remote.wait(SignedDuration::from_mins(1));
    sync(&remote, &mut known);
    let green = |pr: &&u64| known.pulls[*pr].checks[0].state == CheckState::Success;
    assert_eq!(numbers.iter().filter(green).count(), 25);
}

#[test]
fn what_moves_while_it_is_listed_is_not_skipped() {
    let remote = Remote::github();
    for n in 0..320 {
        if n % 3 == 0 {
            remote.wait(SignedDuration::from_secs(1));
        }
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "", &[]).unwrap();
    }
    // Before each page somebody touches what was listed first, which so moves to the end.
    let (fake, clock) = (remote.fake.clone(), remote.clock.clone());
    let mut next = 1;
    remote.before_each(move |request| {
        if request.url.contains("/issues?") && next < 300 {
            for number in next..next + 40 {
                clock.step(SignedDuration::from_millis(100));
                fake.label("ann", number, &["moved"]).unwrap();
            }
            next += 40;
        }
    });
    let mut known = Mirror::default();
    sync(&remote, &mut known);
    assert_eq!(known.issues.len(), 320);
    sync(&remote, &mut known);
    remote.before_each(|_| {});
    sync(&remote, &mut known);
    let whole = remote.comparable(&mirror(remote.forge()));
    assert_eq!(remote.comparable(&known), whole);
}

#[test]
fn more_than_a_page_in_one_second_is_listed_whole() {
    let remote = Remote::github();
    let mut known = settled(&remote);
    for n in 0..230 {
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "", &[]).unwrap();
    }
    assert!(sync(&remote, &mut known));
    assert_eq!(known.issues.len(), 230);
}

#[test]
fn a_second_change_in_the_same_second_is_not_lost() {
    let remote = Remote::github();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(remote.forge(), &pull("work", &head, ""));
    let mut known = mirror(remote.forge());
    // The clock stands still between the look and the review.
    remote.fake.approve("ann", pr).unwrap();
    sync(&remote, &mut known);
    remote.fake.request_changes("ann", pr, "no").unwrap();
    remote.wait(SignedDuration::from_mins(1));
    sync(&remote, &mut known);
    assert_eq!(known.pulls[&pr].reviews.len(), 2);
}

#[test]
fn a_write_that_becomes_visible_late_is_still_listed() {
    for offset in [0, 3_600, -3_600] {
        let remote = Remote::github();
        remote.fake.set_knobs(Knobs {
            visible_within_ms: 5_000,
            clock_offset: offset,
            ..remote.fake.knobs()
        });
        let mut known = mirror(remote.forge());
        for n in 0..40 {
            let title = format!("issue {n}");
            remote.fake.open_issue("ann", &title, "", &[]).unwrap();
            remote.wait(SignedDuration::from_secs(1));
            sync(&remote, &mut known);
        }
        remote.later_by_an_hour();
        sync(&remote, &mut known);
        assert_eq!(known.issues.len(), 40, "{offset}");
    }
}

#[test]
fn what_was_deleted_or_transferred_goes_with_the_next_full_listing() {
    let remote = Remote::github();
    for n in 0..3 {
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "text", &[]).unwrap();
    }
    let mut known = settled(&remote);
    remote.fake.delete_issue(2).unwrap();
    remote.fake.transfer_issue(3, 4_002, 77).unwrap();
    sync(&remote, &mut known);
    for number in [2, 3] {
        let item = ItemId::issue(number);
        let error = remote.forge().apply(&comment(item, "x")).unwrap_err();
        assert!(matches!(error, ForgeError::Missing { .. }), "{error}");
        assert_eq!(remote.forge().find(&comment(item, "x")).unwrap(), None);
        let error = remote.forge().text(number).unwrap_err();
        assert!(matches!(error, ForgeError::Missing { .. }), "{error}");
    }
    remote.wait(SignedDuration::from_hours(25));
    assert!(sync(&remote, &mut known));
    assert_eq!(known.issues.keys().collect::<Vec<_>>(), [&1]);
}

/// Each kind that leaves a text, and how many of them there are.
fn texts(remote: &Remote) -> Vec<Intent> {
    let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let (theirs, base) = (branch("theirs"), branch("main"));
    let reviewed = remote.push("theirs", &[("b.txt", "b\n")]);
    let pr = remote
        .fake
        .open_pull("ann", &theirs, &base, "theirs", "")
        .unwrap();
    vec![
        issue("two", "text", &["agent-ready"]),
        comment(ItemId::issue(number), "hello"),
        pull("work", &head, "Closes #1"),
        review(pr, &reviewed, ReviewVerdict::RequestChanges),
    ]
}

#[test]
fn whatever_becomes_of_an_answer_there_is_one_text() {
    for fate in [
        Fate::LostAfter,
        Fate::LostBefore,
        Fate::ErrorAfter,
        Fate::BadGateway,
        Fate::NotSent,
        Fate::Unavailable,
        Fate::Html,
        Fate::Truncated,
    ] {
        let remote = Remote::github();
        remote.fake.set_knobs(Knobs {
            visible_within_ms: 3_000,
            ..remote.fake.knobs()
        });
        for mut intent in texts(&remote) {
            remote.wait(SignedDuration::from_secs(30));
            intent.dispatched = Some(acp::sys::Clock::now(&*remote.clock));
            remote.shoot("WRITE", "", fate);
            let first = remote.forge().apply(&intent);
            let not_sent = matches!(first, Err(ForgeError::Unavailable { .. }));
            let unknown = matches!(first, Err(ForgeError::Unknown { .. }));
            assert!(not_sent || unknown, "{fate:?} {first:?}");
            // Looked up until it would be visible, and only then sent again.
            remote.wait(SignedDuration::from_secs(30));
            let applied = adopt_or_apply(remote.forge(), &intent);
            remote.wait(SignedDuration::from_secs(30));
            assert_eq!(
                remote.forge().find(&intent).unwrap(),
                Some(applied),
                "{fate:?}"
            );
        }
        let account = remote.fake.account();
        assert!(account.written_twice().is_empty(), "{fate:?}");
        assert_eq!(account.by_marker.len(), 4, "{fate:?}");
    }
}

#[test]
fn a_write_that_was_delivered_twice_opens_one_pull_request() {
    let remote = Remote::github();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    remote.shoot("POST", "/pulls", Fate::Twice);
    let opening = pull("work", &head, "");
    let number = open(remote.forge(), &opening);
    assert_eq!(remote.fake.account().pulls_by_head["work"], 1);
    assert_eq!(
        remote.forge().apply(&opening).unwrap(),
        Applied::Opened { number }
    );
}

#[test]
fn a_marker_of_somebody_else_is_not_trusted() {
    let remote = Remote::github();
    let forge = remote.forge();
    let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    let item = ItemId::issue(number);
    let saying = comment(item, "hello");
    let forged = format!("hello\n\n{}", saying.marker());
    remote.fake.comment("eve", number, &forged).unwrap();
    assert_eq!(forge.find(&saying).unwrap(), None);
    let opening = issue("two", "", &[]);
    remote
        .fake
        .open_issue("eve", "two", &opening.marker(), &[])
        .unwrap();
    assert_eq!(forge.find(&opening).unwrap(), None);
    apply(forge, &saying);
    // A quotation of it further up in our own text says nothing either.
    let quoting = comment(item, "x");
    let quotation = format!("> {}\n\nno", quoting.marker());
    remote.fake.comment(BOT, number, &quotation).unwrap();
    assert_eq!(forge.find(&quoting).unwrap(), None);
    let text = forge.text(number).unwrap();
    assert_eq!(marked(&text, &saying.id), 2);
    let own: Vec<bool> = text.comments.iter().map(|c| c.own).collect();
    assert_eq!(own, [false, true, true]);
    assert_eq!(text.comments[0].association, Association::None);
}

#[test]
fn a_text_that_leaves_no_room_for_the_marker_is_cut() {
    let remote = Remote::github();
    let body: String = "aé漢🦀\u{202e}\"\\\n"
        .chars()
        .cycle()
        .take(65_536)
        .collect();
    let opening = issue("large", &body, &[]);
    let number = open(remote.forge(), &opening);
    let stored = remote.forge().text(number).unwrap().body;
    assert!(stored.ends_with(&opening.marker()) && stored.chars().count() == 65_536);
    let digest = mirror(remote.forge()).issues[&number].digest.clone();
    assert_eq!(digest, Some(acp::domain::text_digest("large", &stored)));
}

#[test]
fn many_comments_are_read_oldest_first() {
    let remote = Remote::github();
    let number = remote.fake.open_issue("ann", "one", "text", &[]).unwrap();
    for n in 0..230 {
        remote.fake.comment("ann", number, &n.to_string()).unwrap();
    }
    let text = remote.forge().text(number).unwrap();
    let bodies: Vec<String> = text.comments.iter().map(|c| c.body.clone()).collect();
    let expected: Vec<String> = (0..230).map(|n: u32| n.to_string()).collect();
    assert_eq!(bodies, expected);
}

#[test]
fn nobody_reviews_their_own() {
    let remote = Remote::github();
    let forge = remote.forge();
    let head = remote.push("ours", &[("a.txt", "a\n")]);
    let ours = open(forge, &pull("ours", &head, ""));
    let why = refusal(forge, &review(ours, &head, ReviewVerdict::Approve));
    assert!(why.contains("pull request of their own"), "{why}");
    let theirs = remote.push("theirs", &[("b.txt", "b\n")]);
    let (name, base) = (branch("theirs"), branch("main"));
    let pr = remote
        .fake
        .open_pull("ann", &name, &base, "theirs", "")
        .unwrap();
    let first = review(pr, &theirs, ReviewVerdict::RequestChanges);
    apply(forge, &first);
    apply(forge, &review(pr, &theirs, ReviewVerdict::Approve));
    adopt_or_apply(forge, &first);
    let reviews = listed(forge, pr).reviews;
    assert_eq!(reviews.len(), 2);
    assert_eq!(reviews[0].head, theirs);
    assert!(reviews[0].body.ends_with(&first.marker()));
}

#[test]
fn who_set_a_label_is_known_by_what_they_may_do() {
    let remote = Remote::github();
    let forge = remote.forge();
    let number = remote.fake.open_issue("eve", "one", "", &[]).unwrap();
    assert_eq!(forge.labelled(number, "agent-ready").unwrap(), None);
    remote.fake.label("ann", number, &["agent-ready"]).unwrap();
    let by_ann = forge.labelled(number, "agent-ready").unwrap().unwrap();
    assert_eq!(
        (by_ann.by.as_str(), by_ann.association),
        ("ann", Association::Collaborator)
    );
    remote.fake.unlabel("ann", number, "agent-ready").unwrap();
    assert_eq!(forge.labelled(number, "agent-ready").unwrap(), None);
    remote.fake.label("acme", number, &["agent-ready"]).unwrap();
    let by_owner = forge.labelled(number, "agent-ready").unwrap().unwrap();
    assert_eq!(by_owner.association, Association::Owner);
    remote
        .fake
        .add_person("helper[bot]", Association::Collaborator);
    remote.fake.unlabel("ann", number, "agent-ready").unwrap();
    remote
        .fake
        .label("helper[bot]", number, &["agent-ready"])
        .unwrap();
    let by_bot = forge.labelled(number, "agent-ready").unwrap().unwrap();
    assert_eq!(by_bot.association, Association::None);
}

#[test]
fn a_fork_is_told_apart_and_its_checks_are_not_read() {
    let remote = Remote::github();
    let (name, base) = (branch("main2"), branch("main"));
    let pr = remote
        .fake
        .open_fork_pull("eve", &name, &base, "gift", "")
        .unwrap();
    remote.requests();
    let found = listed(remote.forge(), pr);
    assert!(found.from_fork && found.checks.is_empty());
    let asked = remote.requests();
    assert!(
        !asked.iter().any(|line| line.contains("/commits/")),
        "{asked:?}"
    );
}

#[test]
fn whether_it_merges_may_be_unknown_and_files_belong_to_a_head() {
    let remote = Remote::github();
    let forge = remote.forge();
    let head = remote.push(
        "work",
        &[("a.txt", "a\nb\n"), ("db.sql", "create table t\n")],
    );
    let number = open(forge, &pull("work", &head, ""));
    let pr = listed(forge, number);
    remote.fake.set_knobs(Knobs {
        mergeable_unknown_reads: 1,
        ..remote.fake.knobs()
    });
    remote.push("main", &[("main.txt", "x\n")]);
    let pr_now = listed(forge, number);
    assert_eq!(forge.change(&pr_now).unwrap().mergeable, Mergeable::Unknown);
    let change = forge.change(&pr_now).unwrap();
    assert_eq!(change.mergeable, Mergeable::Yes);
    let files = change.diff.files.unwrap();
    assert_eq!(files.iter().map(|f| f.insertions).sum::<u64>(), 3);
    assert_eq!(
        (change.diff.ddl, change.diff.secrets),
        (Some(true), Some(vec![]))
    );
    remote.push("work", &[("a.txt", "evil\n")]);
    let moved = forge.change(&pr).unwrap().diff;
    assert_eq!((moved.files, moved.secrets), (None, None));
}

#[test]
fn a_refused_merge_says_whether_it_passes_by_itself() {
    let remote = Remote::github();
    let forge = remote.forge();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let merging = merge(pr, &head, MergeMethod::Squash);
    let protect = |protection: Protection| {
        remote.fake.protect(&branch("main"), Some(protection));
    };
    protect(Protection {
        checks: vec!["ci".to_owned()],
        ..Protection::default()
    });
    let error = forge.apply(&merging).unwrap_err();
    assert!(matches!(error, ForgeError::Unavailable { .. }), "{error}");
    remote.fake.set_check(&head, "ci", None).unwrap();
    let error = forge.apply(&merging).unwrap_err();
    assert!(matches!(error, ForgeError::Unavailable { .. }), "{error}");
    remote.fake.set_check(&head, "ci", Some("failure")).unwrap();
    let error = forge.apply(&merging).unwrap_err();
    assert!(matches!(error, ForgeError::Refused { .. }), "{error}");
    protect(Protection {
        reviews: 1,
        ..Protection::default()
    });
    let why = refusal(forge, &merging);
    assert!(why.contains("a person must approve it"), "{why}");
    protect(Protection {
        locked: true,
        ruleset: true,
        ..Protection::default()
    });
    refusal(forge, &merging);
    remote.fake.protect(&branch("main"), None);
    remote.fake.allow_methods(&[MergeMethod::Merge]);
    assert!(refusal(forge, &merging).contains("policy.merge.method"));
    remote.fake.allow_methods(&[MergeMethod::Squash]);
    apply(forge, &merging);
    let conflicting = remote.push("other", &[("base.txt", "mine\n")]);
    let pr = open(forge, &pull("other", &conflicting, ""));
    remote.make_conflict("other", "base.txt");
    let why = refusal(forge, &merge(pr, &conflicting, MergeMethod::Squash));
    assert!(why.contains("conflicts"), "{why}");
}

#[test]
fn making_ready_twice_is_no_error() {
    let remote = Remote::github();
    let forge = remote.forge();
    remote.fake.set_knobs(Knobs {
        ready_twice_is_an_error: true,
        ..remote.fake.knobs()
    });
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull_as("work", &head, "", true));
    remote.shoot("POST", "/graphql", Fate::Twice);
    forge.apply(&ready(pr)).unwrap();
    forge.apply(&ready(pr)).unwrap();
    assert!(!listed(forge, pr).draft);
    let other = remote.push("other", &[("b.txt", "b\n")]);
    let pr = open(forge, &pull_as("other", &other, "", true));
    apply(forge, &close(ItemId::pr(pr)));
    assert!(refusal(forge, &ready(pr)).contains("closed"));
}

#[test]
fn a_check_is_written_only_when_it_says_something_new() {
    let remote = Remote::github();
    let forge = remote.forge();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    apply(forge, &check(&head, "acp/verify", CheckState::Neutral));
    forge
        .apply(&check(&head, "acp/verify", CheckState::Neutral))
        .unwrap();
    assert_eq!(remote.fake.account().writes["status"], 1);
    apply(forge, &check(&head, "acp/verify", CheckState::Failure));
    assert_eq!(remote.fake.account().writes["status"], 2);
}

#[test]
fn a_renamed_archived_or_issueless_repository_is_no_error() {
    let remote = Remote::github();
    remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    let mut known = settled(&remote);
    remote.fake.archive(true);
    remote.wait(SignedDuration::from_hours(25));
    assert!(sync(&remote, &mut known) && known.repo.archived);
    let error = remote
        .forge()
        .apply(&comment(ItemId::issue(1), "x"))
        .unwrap_err();
    assert!(matches!(error, ForgeError::Forbidden { .. }), "{error}");
    remote.fake.archive(false);
    remote.fake.disable_issues(true);
    remote.wait(SignedDuration::from_hours(25));
    assert!(sync(&remote, &mut known) && known.repo.issues_off && !known.repo.archived);
    remote.fake.disable_issues(false);
    remote.wait(SignedDuration::from_hours(25));
    assert!(sync(&remote, &mut known) && !known.repo.issues_off);
    remote.fake.rename("acme", "gadgets");
    assert!(sync(&remote, &mut known));
    assert_eq!(known.repo.moved_to.as_deref(), Some("acme/gadgets"));
    assert!(!sync(&remote, &mut known));
    let mut fresh = Mirror::default();
    sync(&remote, &mut fresh);
    assert_eq!(fresh.repo.moved_to.as_deref(), Some("acme/gadgets"));
    remote.fake.rename("acme", "widgets");
    assert!(sync(&remote, &mut known) && known.repo.moved_to.is_none());
}

#[test]
fn a_lacking_credential_is_told_from_a_lacking_permission_and_from_a_limit() {
    let remote = Remote::github();
    let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    let saying = comment(ItemId::issue(number), "x");
    remote.fake.add_weak_token("weak", BOT, &["metadata=read"]);
    let weak = github_as(remote.wire.clone(), remote.clock.clone(), "weak");
    let error = weak.apply(&saying).unwrap_err();
    assert!(matches!(error, ForgeError::Forbidden { .. }), "{error}");
    let wrong = github_as(remote.wire.clone(), remote.clock.clone(), "wrong");
    let error = wrong
        .sync(&mut Mirror::default(), &branch("main"))
        .unwrap_err();
    assert!(matches!(error, ForgeError::Denied { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("`GITHUB_TOKEN`") && !text.contains("wrong"),
        "{text}"
    );
    remote.shoot("WRITE", "", Fate::Limited);
    let error = remote.forge().apply(&saying).unwrap_err();
    assert!(matches!(error, ForgeError::Limited { .. }), "{error}");
    remote.later();
    apply(remote.forge(), &saying);
}

#[test]
fn another_token_is_another_viewer_and_another_mark_is_no_mark() {
    let remote = Remote::github();
    let mut known = settled(&remote);
    assert_eq!(known.viewer.as_deref(), Some(BOT));
    remote.fake.add_token("second", "ann");
    let other = github_as(remote.wire.clone(), remote.clock.clone(), "second");
    other.sync(&mut known, &branch("main")).unwrap();
    assert_eq!(known.viewer.as_deref(), Some("ann"));
    remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    known.mark = "1234".to_owned();
    assert!(sync(&remote, &mut known));
    assert_eq!(known.issues.len(), 1);
}

#[test]
fn a_persons_label_that_came_between_survives() {
    let remote = Remote::github();
    let number = remote
        .fake
        .open_issue("ann", "one", "", &["agent-running"])
        .unwrap();
    let fake = remote.fake.clone();
    remote.before_each(move |request| {
        if request.method.writes() {
            fake.label("ann", number, &["theirs"]).unwrap();
        }
    });
    let item = ItemId::issue(number);
    apply(
        remote.forge(),
        &relabel(item, &["agent-blocked"], &["agent-running"]),
    );
    let labels = &mirror(remote.forge()).issues[&number].labels;
    assert_eq!(*labels, crate::fixture::names(&["agent-blocked", "theirs"]));
    assert_eq!(remote.fake.account().writes.get("labels-replaced"), None);
}
