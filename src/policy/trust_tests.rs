use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::IssueState;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap()
}

fn intake(trusted: &[Association], users: &[&str]) -> IntakeRules {
    IntakeRules {
        labels: BTreeSet::from([label::READY.to_owned()]),
        trusted: trusted.iter().copied().collect(),
        users: users.iter().map(|user| (*user).to_owned()).collect(),
    }
}

fn usual() -> IntakeRules {
    use Association::{Collaborator, Member, Owner};
    intake(&[Owner, Member, Collaborator], &["Eve", "robot[bot]"])
}

fn trusted(intake: &IntakeRules) -> Trusted<'_> {
    Trusted {
        intake,
        viewer: Some("acp-bot"),
    }
}

/// Of somebody of this kind, labelled, changed last at minute 0.
fn issue(author: &str, association: Association) -> Issue {
    Issue {
        number: 1,
        title: "T".to_owned(),
        state: IssueState::Open,
        labels: BTreeSet::from([label::READY.to_owned()]),
        author: author.to_owned(),
        association,
        created: at(-10),
        updated: at(0),
        digest: Some("one".to_owned()),
        schedule: None,
    }
}

fn stranger() -> Issue {
    issue("mallory", Association::None)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer of the forge may tell nothing"
)]
fn by(login: &str, association: Association, minute: i64) -> Option<Labelled> {
    Some(Labelled {
        by: login.to_owned(),
        association,
        at: at(minute),
    })
}

fn edited(mut issue: Issue, digest: &str, minute: i64) -> Issue {
    issue.digest = Some(digest.to_owned());
    issue.updated = at(minute);
    issue
}

/// Judges, and keeps the note as a pass would.
fn judge(issue: &Issue, note: &mut TrustNote, answer: Option<&Option<Labelled>>) -> Standing {
    let intake = usual();
    let regard = regard(issue, note, answer, &trusted(&intake), at(5));
    if let Some(new) = regard.note {
        *note = new;
    }
    regard.standing
}

fn changed(by: &str) -> Standing {
    Standing::Changed { by: by.to_owned() }
}

#[test]
fn who_is_trusted() {
    use Association::{Collaborator, Member, None, Owner};
    let intake = usual();
    for (login, association, expected) in [
        ("ann", Owner, true),
        ("ann", Member, true),
        ("ann", Collaborator, true),
        ("mallory", None, false),
        ("eve", None, true),
        ("EVE", None, true),
        ("dependabot[bot]", Member, false),
        ("Dependabot[BOT]", Owner, false),
        ("robot[bot]", None, true),
        ("bot", Owner, true),
        ("", Owner, false),
        (" ", Owner, false),
        ("acp-bot", None, false),
    ] {
        assert_eq!(
            trusted(&intake).person(login, association),
            expected,
            "{login} {association:?}"
        );
    }
    let nobody = self::intake(&[], &[]);
    assert!(!trusted(&nobody).person("ann", Owner));
    let own = by("ACP-bot", None, 0).unwrap();
    assert!(trusted(&nobody).labeller(&own), "a person typed it");
    assert!(
        !Trusted {
            viewer: Option::None,
            ..trusted(&nobody)
        }
        .labeller(&own)
    );
}

#[test]
fn which_words_reach_an_agent() {
    let intake = usual();
    let comment = |author: &str, association, own, body: &str| Comment {
        id: 1,
        author: author.to_owned(),
        association,
        own,
        body: body.to_owned(),
        created: at(0),
    };
    let marked = "done\n\n<!-- acp:0123456789abcdef -->\n";
    for (author, association, own, body, remote, local) in [
        ("ann", Association::Owner, false, "hi", true, true),
        ("eve", Association::None, false, "hi", true, true),
        ("mallory", Association::None, false, "hi", false, false),
        ("ann", Association::Owner, true, "hi", false, false),
        ("acp-bot", Association::Owner, false, "hi", false, false),
        ("ann", Association::Owner, false, marked, false, true),
        (
            "ann",
            Association::Owner,
            false,
            "> <!-- acp:0123456789abcdef -->",
            true,
            true,
        ),
        (
            "ann",
            Association::Owner,
            false,
            "<!-- acp:0123456789abcdef -->\nno",
            true,
            true,
        ),
        ("mallory", Association::None, false, marked, false, false),
    ] {
        let comment = comment(author, association, own, body);
        let hears = |marked| trusted(&intake).hears(&comment, marked);
        assert_eq!((hears(false), hears(true)), (remote, local), "{comment:?}");
    }
}

#[test]
fn an_issue_of_somebody_trusted_is_pinned_at_first_sight() {
    let mut note = TrustNote::default();
    let ann = issue("ann", Association::Member);
    assert_eq!(judge(&ann, &mut note, None), Standing::Approved);
    let pin = note.pin.clone().unwrap();
    assert_eq!(
        (pin.digest.as_deref(), pin.why, pin.by.as_str()),
        (Some("one"), ApprovedBy::Author, "ann")
    );
    let before = note.clone();
    assert_eq!(judge(&ann, &mut note, None), Standing::Approved);
    assert_eq!(note, before, "an idle pass has nothing to note");
    let later = edited(ann.clone(), "one", 3);
    assert_eq!(judge(&later, &mut note, None), Standing::Approved);
    assert_eq!(note.pin.as_ref().unwrap().seen, at(3));
    let mut silent = ann;
    silent.digest = None;
    let mut none = TrustNote::default();
    assert_eq!(judge(&silent, &mut none, None), Standing::Approved);
    assert!(none.is_empty(), "its text is pinned when it is read");
}

#[test]
fn an_issue_of_a_stranger_needs_a_trusted_label() {
    for (answer, standing) in [
        (None, Standing::NotTrusted),
        (Some(None), Standing::NotTrusted),
        (
            Some(by("mallory", Association::None, 0)),
            Standing::NotTrusted,
        ),
        (
            Some(by("triage[bot]", Association::Member, 0)),
            Standing::NotTrusted,
        ),
        (Some(by("ann", Association::Owner, 0)), Standing::Approved),
        (
            Some(by("acp-bot", Association::None, 0)),
            Standing::Approved,
        ),
    ] {
        let mut note = TrustNote::default();
        assert_eq!(
            judge(&stranger(), &mut note, answer.as_ref()),
            standing,
            "{answer:?}"
        );
        assert_eq!(note.pin.is_some(), standing == Standing::Approved);
        // What was answered is known the next time.
        assert_eq!(judge(&stranger(), &mut note, None), standing, "{answer:?}");
    }
}

#[test]
fn a_changed_text_needs_a_newer_trusted_label() {
    for first in [issue("ann", Association::Owner), stranger()] {
        let answer = by("ann", Association::Owner, 0);
        let mut note = TrustNote::default();
        assert_eq!(judge(&first, &mut note, Some(&answer)), Standing::Approved);
        let pinned = note.pin.clone();
        let second = edited(first.clone(), "two", 2);
        assert_eq!(judge(&second, &mut note, None), changed("ann"));
        // The label that was there before says nothing about the new text; nor does one of a stranger.
        for old in [
            None,
            by("ann", Association::Owner, 0),
            by("mallory", Association::None, 9),
        ] {
            assert_eq!(
                judge(&second, &mut note, Some(&old)),
                changed("ann"),
                "{old:?}"
            );
            assert_eq!(note.pin, pinned);
        }
        let newer = by("eve", Association::None, 3);
        let relabelled = edited(first.clone(), "two", 3);
        assert_eq!(
            judge(&relabelled, &mut note, Some(&newer)),
            Standing::Approved
        );
        let pin = note.pin.clone().unwrap();
        assert_eq!(
            (pin.digest.as_deref(), pin.by.as_str()),
            (Some("two"), "eve")
        );
        assert_eq!(note.asked, None);
        // Changed back it is still another text than the approved one.
        assert_eq!(
            judge(&edited(first, "one", 4), &mut note, None),
            changed("eve")
        );
    }
}

#[test]
fn a_text_that_a_launch_found_changed_stays_so_until_it_is_labelled_anew() {
    let ann = issue("ann", Association::Owner);
    let mut note = TrustNote::default();
    judge(&ann, &mut note, None);
    note.read = Some("two".to_owned());
    assert_eq!(judge(&ann, &mut note, None), changed("ann"));
    assert_eq!(
        judge(&edited(ann.clone(), "one", 2), &mut note, None),
        changed("ann")
    );
    let newer = by("ann", Association::Owner, 3);
    assert_eq!(
        judge(&edited(ann, "two", 3), &mut note, Some(&newer)),
        Standing::Approved
    );
    assert_eq!(note.read, None);
}

#[test]
fn whoever_loses_the_trust_takes_the_approval_along() {
    let mut note = TrustNote::default();
    let answer = by("eve", Association::None, 0);
    judge(&stranger(), &mut note, Some(&answer));
    let without = intake(&[Association::Owner], &[]);
    let standing = |issue: &Issue, note: &TrustNote, intake: &IntakeRules| {
        regard(issue, note, None, &trusted(intake), at(6)).standing
    };
    assert_eq!(standing(&stranger(), &note, &usual()), Standing::Approved);
    assert_eq!(standing(&stranger(), &note, &without), Standing::NotTrusted);
    let mut note = TrustNote::default();
    judge(&issue("bob", Association::Member), &mut note, None);
    assert_eq!(
        standing(&issue("bob", Association::Member), &note, &without),
        Standing::NotTrusted
    );
    assert_eq!(
        standing(&issue("bob", Association::None), &note, &usual()),
        Standing::NotTrusted
    );
}

/// Asks as passes do, every minute of a week, and counts.
#[expect(
    clippy::ref_option,
    reason = "an answer of the forge, as it is handed over"
)]
fn asked_in_a_week(issue: &Issue, note: &mut TrustNote, answer: &Option<Labelled>) -> u32 {
    let intake = usual();
    let mut asked = 0;
    for minute in 0..7 * 24 * 60 {
        if wants_answer(issue, note, &trusted(&intake), at(minute)) {
            asked += 1;
            let regard = regard(issue, note, Some(answer), &trusted(&intake), at(minute));
            *note = regard.note.unwrap_or_else(|| note.clone());
        }
    }
    asked
}

#[test]
fn the_forge_is_asked_only_where_it_may_help_and_only_so_often() {
    let ann = by("ann", Association::Owner, 0);
    let mallory = by("mallory", Association::None, 0);
    let mut unlabelled = stranger();
    unlabelled.labels.clear();
    let mut blocked = stranger();
    blocked.labels.insert(label::BLOCKED.to_owned());
    let mut closed = stranger();
    closed.state = IssueState::Closed;
    for (issue, answer, times) in [
        (issue("ann", Association::Owner), &ann, 0),
        (unlabelled, &ann, 0),
        (blocked, &ann, 0),
        (closed, &ann, 0),
        (stranger(), &ann, 1),
        (stranger(), &mallory, TRIES_MAX),
        (stranger(), &None, TRIES_MAX),
    ] {
        let mut note = TrustNote::default();
        assert_eq!(
            asked_in_a_week(&issue, &mut note, answer),
            times,
            "{issue:?}"
        );
        assert_eq!(asked_in_a_week(&issue, &mut note, answer), 0, "{issue:?}");
        // Once the issue has changed it is another question, where it was one at all.
        let later = Issue {
            updated: at(1),
            ..issue
        };
        let again = if times == 1 { 0 } else { times };
        assert_eq!(
            asked_in_a_week(&later, &mut note, answer),
            again,
            "{later:?}"
        );
    }
}

#[test]
fn what_is_gone_is_so_until_it_shows_itself() {
    let mut note = TrustNote {
        gone: Some(at(0)),
        ..TrustNote::default()
    };
    assert!(is_gone(&note, at(0)));
    assert!(!is_gone(&note, at(1)));
    let ann = issue("ann", Association::Owner);
    judge(&ann, &mut note, None);
    assert_eq!(note.gone, Some(at(0)));
    judge(&edited(ann, "one", 1), &mut note, None);
    assert_eq!(note.gone, None);
}

#[derive(Debug, Clone)]
enum Deed {
    Edit(u8),
    Comment,
    Label(bool),
    Look,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        (0_u8..12).prop_map(Deed::Edit),
        Just(Deed::Comment),
        any::<bool>().prop_map(Deed::Label),
        Just(Deed::Look),
        Just(Deed::Look),
    ];
    proptest::collection::vec(deed, 0..40)
}

proptest! {
    /// Whatever happens in whatever order: a look approves a stranger's text only if it stood there when somebody trusted set
    /// the label, or at the first look after that.
    #[test]
    fn no_text_is_approved_that_nobody_trusted_could_have_meant(deeds in deeds()) {
        let intake = usual();
        let mut issue = stranger();
        let mut note = TrustNote::default();
        let mut labelled: Option<Labelled> = None;
        // The texts that a trusted label may have been meant for: those up to the first look after it.
        let mut meant: BTreeSet<String> = BTreeSet::new();
        let mut looked = true;
        for (minute, deed) in deeds.into_iter().enumerate() {
            let minute = i64::try_from(minute).unwrap() + 1;
            match deed {
                Deed::Edit(text) => {
                    issue = edited(issue, &text.to_string(), minute);
                    if !looked {
                        meant.insert(text.to_string());
                    }
                }
                Deed::Comment => issue.updated = at(minute),
                Deed::Label(trusted) => {
                    let (who, association) = if trusted { ("ann", Association::Owner) } else { ("mallory", Association::None) };
                    labelled = by(who, association, minute);
                    issue.updated = at(minute);
                    if trusted {
                        meant.extend(issue.digest.clone());
                        looked = false;
                    }
                }
                Deed::Look => {
                    let trusted = trusted(&intake);
                    let ask = wants_answer(&issue, &note, &trusted, at(minute));
                    let found = regard(&issue, &note, ask.then_some(&labelled), &trusted, at(minute));
                    if found.standing == Standing::Approved {
                        prop_assert!(meant.contains(issue.digest.as_ref().unwrap()), "{issue:?} {note:?}");
                    }
                    note = found.note.unwrap_or(note);
                    looked = true;
                }
            }
        }
    }
}
