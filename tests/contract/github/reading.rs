//! What reading costs, and what it does not miss.

use acp::domain::{Association, CheckState, ItemId, Mergeable, Mirror};
use acp::forge::fake::Knobs;
use acp::forge::{Forge as _, ForgeError};
use jiff::SignedDuration;

use super::{settled, sync};
use crate::fixture::{Fixture as _, apply, branch, comment, listed, mirror, open, pull};
use crate::remote::{BOT, Remote, github_as};

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
fn a_second_change_in_the_same_second_that_becomes_visible_late_is_not_lost() {
    let remote = Remote::github();
    let mut known = mirror(remote.forge());
    for n in 0..20 {
        let branch = format!("work-{n}");
        let head = remote.push(&branch, &[("a.txt", "a\n")]);
        let pr = open(remote.forge(), &pull(&branch, &head, ""));
        remote.fake.approve("ann", pr).unwrap();
        sync(&remote, &mut known);
        let in_time = remote.fake.knobs();
        remote.fake.set_knobs(Knobs {
            visible_within_ms: 25_000,
            ..in_time.clone()
        });
        remote.fake.request_changes("ann", pr, "no").unwrap();
        remote.fake.set_knobs(in_time);
        for seconds in [6, 60] {
            remote.wait(SignedDuration::from_secs(seconds));
            sync(&remote, &mut known);
        }
        assert_eq!(known.pulls[&pr].reviews.len(), 2, "pr/{pr}");
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
