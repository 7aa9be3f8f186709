//! Issues, comments and labels.

use acp::domain::{Applied, Association, IssueState, ItemId, ItemKind, Origin, Payload};
use acp::forge::ForgeError;

use crate::fixture::{
    Fixture, adopt_or_apply, apply, branch, close, comment, intent, intent_of, issue, marked,
    mirror, names, open, pull, refusal, relabel,
};

crate::suite!(items:
    an_issue_is_opened_with_its_labels_and_marker,
    adopting_leaves_one,
    numbers_are_shared_and_consecutive,
    comments_come_in_order_and_touch_the_item,
    a_persons_labels_stay,
    a_label_that_goes_on_off_and_on_again_within_a_second_is_seen_each_time,
    labels_are_bounded,
    closing_is_repeatable,
    titles_are_one_line,
    texts_are_bounded,
    what_is_not_there_is_missing,
    a_push_is_not_for_the_forge,
    ; kept_here:
    a_large_body_of_any_script_comes_back_whole,
    verbs_act_as_the_person,
);

fn an_issue_is_opened_with_its_labels_and_marker(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let intent = issue("Crash on start", "It crashes.", &["agent-ready", "ours"]);
    let number = open(forge, &intent);
    let text = forge.text(number).unwrap();
    assert_eq!(text.body, format!("It crashes.\n\n{}", intent.marker()));
    let listed = &mirror(forge).issues[&number];
    assert_eq!(listed.title, "Crash on start");
    assert_eq!(listed.labels, names(&["agent-ready", "ours"]));
    assert_eq!(listed.state, IssueState::Open);
    assert_eq!(
        (listed.author.as_str(), listed.association),
        ("acp", Association::Owner)
    );
}

fn adopting_leaves_one(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let opening = issue("One", "", &[]);
    let number = open(forge, &opening);
    let item = ItemId::issue(number);
    let saying = comment(item, "Looking at it.");
    let applied = apply(forge, &saying);
    for _ in 0..3 {
        assert_eq!(adopt_or_apply(forge, &opening), Applied::Opened { number });
        assert_eq!(adopt_or_apply(forge, &saying), applied);
    }
    assert_eq!(mirror(forge).issues.len(), 1);
    let text = forge.text(number).unwrap();
    assert_eq!(marked(&text, &opening.id), 1);
    assert_eq!(marked(&text, &saying.id), 1);
}

fn numbers_are_shared_and_consecutive(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    assert_eq!(open(forge, &issue("first", "", &[])), 1);
    assert_eq!(open(forge, &pull("work", &head, "")), 2);
    assert_eq!(open(forge, &issue("third", "", &[])), 3);
}

fn comments_come_in_order_and_touch_the_item(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("one", "text", &[]));
    let mut updated = mirror(forge).issues[&number].updated;
    let mut ids = vec![];
    for n in 0..5 {
        match apply(
            forge,
            &comment(ItemId::issue(number), &format!("number {n}")),
        ) {
            Applied::Commented { id } => ids.push(id),
            other => unreachable!("{other:?}"),
        }
        let now = mirror(forge).issues[&number].updated;
        assert!(now > updated, "{now} after {updated}");
        updated = now;
    }
    let text = forge.text(number).unwrap();
    let found: Vec<u64> = text.comments.iter().map(|c| c.id).collect();
    assert_eq!(found, ids);
    assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(text.comments[4].body.starts_with("number 4\n\n<!-- acp:"));
    assert_eq!(text.comments[4].author, "acp");
}

fn a_persons_labels_stay(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("one", "", &["agent-ready", "mine"]));
    let item = ItemId::issue(number);
    apply(forge, &relabel(item, &["agent-running"], &[]));
    apply(forge, &relabel(item, &["theirs"], &[]));
    apply(
        forge,
        &relabel(item, &["agent-blocked"], &["agent-running", "never there"]),
    );
    let labels = &mirror(forge).issues[&number].labels;
    assert_eq!(
        *labels,
        names(&["agent-ready", "agent-blocked", "mine", "theirs"])
    );
    // It is as wanted already: nothing changes, and it counts as done.
    let before = mirror(forge).issues[&number].updated;
    let again = relabel(item, &["theirs"], &["agent-running"]);
    assert_eq!(forge.find(&again).unwrap(), Some(Applied::Done));
    assert_eq!(forge.apply(&again).unwrap(), Applied::Done);
    assert_eq!(mirror(forge).issues[&number].updated, before);
}

/// Passes and people change their minds faster than the clocks of forges tick.
fn a_label_that_goes_on_off_and_on_again_within_a_second_is_seen_each_time(fixture: &dyn Fixture) {
    const LABEL: &str = "agent-blocked";
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let on_issue = ItemId::issue(open(forge, &issue("one", "", &["mine"])));
    let on_pull = ItemId::pr(open(forge, &pull("work", &head, "")));
    let mut known = mirror(forge);
    fixture.hold_clock();
    for item in [on_issue, on_pull] {
        for is_on in [true, false, true] {
            let change = if is_on {
                relabel(item, &[LABEL], &[])
            } else {
                relabel(item, &[], &[LABEL])
            };
            // Done already only if it is as wanted now, however often it was so before.
            apply(forge, &change);
            forge.sync(&mut known, &branch("main")).unwrap();
            let labels = match item.kind {
                ItemKind::Issue => &known.issues[&item.number].labels,
                ItemKind::Pr => &known.pulls[&item.number].labels,
            };
            assert_eq!(labels.contains(LABEL), is_on, "{item} {labels:?}");
        }
    }
    assert_eq!(
        known.issues[&on_issue.number].labels,
        names(&["mine", LABEL])
    );
    fixture.later();
    forge.sync(&mut known, &branch("main")).unwrap();
    assert_eq!(
        fixture.comparable(&known),
        fixture.comparable(&mirror(forge))
    );
}

fn labels_are_bounded(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let item = ItemId::issue(open(forge, &issue("one", "", &[])));
    for bad in ["", "a\tb", &"x".repeat(51)] {
        refusal(forge, &relabel(item, &[bad], &[]));
    }
    let many: Vec<String> = (0..101).map(|n| format!("label {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(refusal(forge, &relabel(item, &many, &[])).contains("101 labels"));
    apply(forge, &relabel(item, &many[..100], &[]));
}

fn closing_is_repeatable(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("one", "", &[]));
    apply(forge, &close(ItemId::issue(number)));
    assert_eq!(
        forge.apply(&close(ItemId::issue(number))).unwrap(),
        Applied::Done
    );
    assert_eq!(mirror(forge).issues[&number].state, IssueState::Closed);
}

fn a_large_body_of_any_script_comes_back_whole(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let body: String = "aé漢🦀\u{0}\u{202e}\"\\\n"
        .chars()
        .cycle()
        .take(65_536)
        .collect();
    let opening = issue("large", &body, &[]);
    let number = open(forge, &opening);
    let stored = forge.text(number).unwrap().body;
    assert_eq!(stored, format!("{body}\n\n{}", opening.marker()));
    // Its own text as the body of the same intent gets no second marker.
    let saying = comment(ItemId::issue(number), &body);
    apply(forge, &saying);
    assert_eq!(marked(&forge.text(number).unwrap(), &saying.id), 1);
}

fn titles_are_one_line(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    for (given, stored) in [
        ("two\nlines", "two lines"),
        ("bell\u{7}\r\n\tand tab", "bell and tab"),
        ("--force", "--force"),
        ("\u{202e}txt.exe", "\u{202e}txt.exe"),
        ("`$(rm -rf /)` #1", "`$(rm -rf /)` #1"),
        ("  spaces ", "spaces"),
    ] {
        let number = open(forge, &issue(given, "", &[]));
        assert_eq!(mirror(forge).issues[&number].title, stored);
    }
}

fn texts_are_bounded(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    assert!(refusal(forge, &issue(&"x".repeat(257), "", &[])).contains("257 characters"));
    assert!(refusal(forge, &issue("\n", "", &[])).contains("empty"));
    assert!(refusal(forge, &issue("x", &"x".repeat(65_537), &[])).contains("65537 characters"));
    let item = ItemId::issue(open(forge, &issue("one", "", &[])));
    assert!(refusal(forge, &comment(item, &"x".repeat(65_537))).contains("65537 characters"));
    assert_eq!(mirror(forge).issues.len(), 1);
}

fn what_is_not_there_is_missing(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("one", "", &[]));
    for item in [ItemId::issue(9), ItemId::pr(9), ItemId::pr(number)] {
        let tries = [comment(item, "x"), close(item), relabel(item, &["a"], &[])];
        for intent in tries {
            assert_eq!(forge.find(&intent).unwrap(), None);
            let error = forge.apply(&intent).unwrap_err();
            assert!(matches!(error, ForgeError::Missing { .. }), "{error}");
        }
    }
    assert!(matches!(forge.text(9), Err(ForgeError::Missing { .. })));
}

fn a_push_is_not_for_the_forge(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let tip = fixture.push("work", &[("a.txt", "a\n")]);
    let push = |sha: &acp::domain::Sha| {
        let payload = Payload::Push {
            branch: branch("work"),
            sha: sha.clone(),
            expect: None,
        };
        intent(None, payload)
    };
    assert_eq!(forge.find(&push(&tip)).unwrap(), Some(Applied::Done));
    assert_eq!(refusal(forge, &push(&tip)), "pushes go through git");
    let next = fixture.push("work", &[("a.txt", "b\n")]);
    assert_eq!(forge.find(&push(&tip)).unwrap(), None);
    assert_eq!(forge.branch(&branch("work")).unwrap(), Some(next));
    assert_eq!(forge.branch(&branch("absent")).unwrap(), None);
}

fn verbs_act_as_the_person(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("one", "", &[]));
    let origin = Origin::Verb {
        nonce: "n1".to_owned(),
        actor: "ann".to_owned(),
    };
    let payload = Payload::Comment {
        body: "me".to_owned(),
    };
    apply(
        forge,
        &intent_of(origin, Some(ItemId::issue(number)), payload),
    );
    assert_eq!(forge.text(number).unwrap().comments[0].author, "ann");
}
