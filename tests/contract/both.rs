//! What holds for both forges behind HTTP, and what a forge on this machine cannot have: lost answers, late writes, times
//! in whole seconds, credentials.

use acp::domain::{CheckState, Issue, ItemId, Mirror};
use acp::forge::fake::{Fate, Flavor, Knobs, Shot};
use acp::forge::{Forge, ForgeError};
use jiff::SignedDuration;

use crate::fixture::{
    Fixture as _, adopt_or_apply, apply, branch, check, comment, issue, marked, mirror, open, pull,
};
use crate::remote::{BOT, Remote, gitea_as, github_as};

/// A forge, where it says that its token is from, and the adapter as another process with another token.
struct Kind {
    remote: Remote,
    token: &'static str,
    with_token: fn(&Remote, &str) -> Box<dyn Forge>,
}

fn both() -> [Kind; 2] {
    [
        Kind {
            remote: Remote::github(),
            token: "`GITHUB_TOKEN`",
            with_token: |remote, token| {
                let (wire, clock) = (remote.wire.clone(), remote.clock.clone());
                Box::new(github_as(wire, clock, token))
            },
        },
        Kind {
            remote: Remote::gitea(),
            token: "`GITEA_TOKEN`",
            with_token: |remote, token| Box::new(gitea_as(remote, token, None)),
        },
    ]
}

fn sync(remote: &Remote, known: &mut Mirror) -> bool {
    remote.forge().sync(known, &branch("main")).unwrap()
}

fn shoot(remote: &Remote, method: &str, path: &str, fate: Fate) {
    remote.fake.shoot(Shot {
        method: method.to_owned(),
        path: path.to_owned(),
        fate,
        times: 1,
    });
}

#[test]
fn a_second_change_in_the_same_second_is_not_lost() {
    for Kind { remote, .. } in both() {
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
}

#[test]
fn a_write_that_becomes_visible_late_is_still_listed() {
    for (offset, step) in [0, 3_600, -3_600]
        .into_iter()
        .flat_map(|offset| [700, 1_000].map(|step| (offset, step)))
    {
        for Kind { remote, .. } in both() {
            remote.fake.set_knobs(Knobs {
                visible_within_ms: if step == 700 { 3_000 } else { 5_000 },
                clock_offset: offset,
                ..remote.fake.knobs()
            });
            let mut known = mirror(remote.forge());
            for n in 0..40 {
                let title = format!("issue {n}");
                let number = remote.fake.open_issue("ann", &title, "", &[]).unwrap();
                remote.wait(SignedDuration::from_millis(step));
                sync(&remote, &mut known);
                remote.fake.label("ann", number, &["agent-ready"]).unwrap();
                remote.wait(SignedDuration::from_millis(step));
                sync(&remote, &mut known);
            }
            remote.wait(SignedDuration::from_secs(10));
            sync(&remote, &mut known);
            assert_eq!(known.issues.len(), 40, "{offset}");
            let whole = remote.comparable(&mirror(remote.forge()));
            assert_eq!(remote.comparable(&known), whole, "{offset}");
        }
    }
}

#[test]
fn a_renamed_archived_or_issueless_repository_is_no_error() {
    const DAY: SignedDuration = SignedDuration::from_hours(25);
    for Kind { remote, .. } in both() {
        remote.fake.open_issue("ann", "one", "", &[]).unwrap();
        let mut known = mirror(remote.forge());
        remote.fake.archive(true);
        remote.wait(DAY);
        assert!(sync(&remote, &mut known) && known.repo.archived);
        let refused = remote.forge().apply(&comment(ItemId::issue(1), "x"));
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("archived"), "{refused}");
        remote.fake.archive(false);
        remote.fake.disable_issues(true);
        remote.wait(DAY);
        assert!(sync(&remote, &mut known) && known.repo.issues_off && !known.repo.archived);
        remote.fake.disable_issues(false);
        remote.wait(DAY);
        assert!(sync(&remote, &mut known) && !known.repo.issues_off);
        assert_eq!(known.issues.len(), 1);
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
}

#[test]
fn a_check_is_written_only_when_it_says_something_new() {
    for Kind { remote, .. } in both() {
        let forge = remote.forge();
        let head = remote.push("work", &[("a.txt", "a\n")]);
        let says = |state| check(&head, "acp/verify", state);
        apply(forge, &says(CheckState::Neutral));
        forge.apply(&says(CheckState::Neutral)).unwrap();
        assert_eq!(remote.fake.account().writes["status"], 1);
        apply(forge, &says(CheckState::Failure));
        assert_eq!(remote.fake.account().writes["status"], 2);
    }
}

#[test]
fn a_lacking_credential_is_told_from_a_lacking_permission_and_from_a_limit() {
    for kind in both() {
        let remote = &kind.remote;
        let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
        let saying = comment(ItemId::issue(number), "x");
        remote.fake.add_weak_token("weak", BOT, &["metadata=read"]);
        let weak = (kind.with_token)(remote, "weak");
        let error = weak.apply(&saying).unwrap_err();
        assert!(matches!(error, ForgeError::Forbidden { .. }), "{error}");
        let is_gitea = kind.token.contains("GITEA");
        let named = error.to_string().contains("write:issue");
        assert!(named || !is_gitea, "{error}");
        let wrong = (kind.with_token)(remote, "wrong");
        let error = wrong.sync(&mut Mirror::default(), &branch("main"));
        let error = error.unwrap_err();
        assert!(matches!(error, ForgeError::Denied { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(kind.token) && !text.contains("wrong"),
            "{text}"
        );
        shoot(remote, "WRITE", "", Fate::Limited);
        let error = remote.forge().apply(&saying).unwrap_err();
        assert!(matches!(error, ForgeError::Limited { .. }), "{error}");
        remote.later();
        apply(remote.forge(), &saying);
    }
}

/// The first one stays, and the other one is taken back as soon as the answer is there.
#[test]
fn a_text_that_was_delivered_twice_stands_once() {
    for Kind { remote, .. } in both() {
        let forge = remote.forge();
        let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
        let saying = comment(ItemId::issue(number), "hello");
        shoot(&remote, "POST", "/comments", Fate::Twice);
        apply(forge, &saying);
        let text = forge.text(number).unwrap();
        assert_eq!((marked(&text, &saying.id), text.comments.len()), (1, 1));
        let opening = issue("two", "Please.", &[]);
        shoot(&remote, "POST", "/issues", Fate::Twice);
        let number = open(forge, &opening);
        let issues = mirror(forge).issues;
        let still_open = issues.values().filter(|issue| issue.is_open());
        let still_open: Vec<u64> = still_open.map(|issue| issue.number).collect();
        assert_eq!((issues.len(), still_open), (3, vec![1, number]));
    }
}

/// A text of every kind of character, as long as GitHub takes: it arrives, and only where the marker needs the room its end is cut.
#[test]
fn a_text_as_long_as_a_forge_takes_arrives() {
    let kinds = "aé漢🦀\u{202e}\u{200d}\u{301}\"\\\n\t<&>\u{feff}\u{fffd}";
    let body: String = kinds.chars().cycle().take(65_536).collect();
    for Kind { remote, .. } in both() {
        let forge = remote.forge();
        let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
        let head = remote.push("work", &[("a.txt", "a\n")]);
        let (saying, opening) = (
            comment(ItemId::issue(number), &body),
            issue("large", &body, &[]),
        );
        let offering = pull("work", &head, &body);
        apply(forge, &saying);
        let (issue, pr) = (open(forge, &opening), open(forge, &offering));
        let said = forge.text(number).unwrap().comments[0].body.clone();
        let texts = [
            (said, saying),
            (forge.text(issue).unwrap().body, opening),
            (forge.text(pr).unwrap().body, offering),
        ];
        let is_whole = remote.fake.flavor() == Flavor::Gitea;
        for (stored, intent) in texts {
            assert!(stored.ends_with(&intent.marker()), "{:?}", intent.item);
            let same = body.chars().zip(stored.chars());
            let same = same.take_while(|(wanted, there)| wanted == there).count();
            let least = if is_whole { 65_536 } else { 65_536 - 200 };
            assert!(same >= least, "the same up to {same}");
        }
    }
}

/// Somebody rewrites what acp has opened before acp, whose answer was lost, has looked: the marker is gone with the text.
#[test]
fn an_issue_whose_text_was_replaced_is_not_opened_again() {
    for Kind { remote, .. } in both() {
        let forge = remote.forge();
        remote.wait(SignedDuration::from_hours(1));
        // Of the same account and title, and older.
        remote.fake.open_issue(BOT, "Tidy up", "", &[]).unwrap();
        remote.wait(SignedDuration::from_hours(1));
        let mut opening = issue("Tidy up", "Please.", &[]);
        opening.dispatched = Some(acp::sys::Clock::now(&*remote.clock));
        assert_eq!(forge.find(&opening).unwrap(), None);
        shoot(&remote, "POST", "/issues", Fate::LostAfter);
        let lost = forge.apply(&opening).unwrap_err();
        assert!(matches!(lost, ForgeError::Unknown { .. }), "{lost}");
        let number = *mirror(forge).issues.keys().last().unwrap();
        // Meanwhile somebody else opens one with that title too.
        let other = remote.fake.open_issue("ann", "Tidy up", "", &[]).unwrap();
        remote
            .fake
            .edit_issue("acme", number, None, Some("Another text."))
            .unwrap();
        remote.wait(SignedDuration::from_mins(1));
        let applied = adopt_or_apply(forge, &opening);
        assert_eq!(applied, acp::domain::Applied::Opened { number });
        assert_eq!(remote.fake.account().writes["issue"], 1);
        assert!(mirror(forge).issues.values().all(Issue::is_open));
        assert!(other > number);
    }
}
