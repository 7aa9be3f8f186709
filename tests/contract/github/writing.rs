//! One write, one effect; and what is refused.

use acp::domain::{Applied, Association, CheckState, Intent, ItemId, MergeMethod, ReviewVerdict};
use acp::forge::fake::{Fate, Knobs, Protection};
use acp::forge::{Forge as _, ForgeError};
use acp::sys::Clock as _;
use jiff::SignedDuration;

use crate::fixture::{
    Fixture as _, adopt_or_apply, apply, branch, check, close, comment, issue, listed, marked,
    merge, mirror, names, open, pull, pull_as, ready, refusal, relabel, review,
};
use crate::remote::{BOT, Remote, github_as};

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
        Fate::Late,
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
            intent.dispatched = Some(remote.clock.now());
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

/// What the outbox does with one intent until it is confirmed: look for what was sent and may have arrived, send what was
/// not sent.
fn confirm(remote: &Remote, intent: &mut Intent) -> Applied {
    for _ in 0..200 {
        remote.wait(SignedDuration::from_secs(61));
        let found = match intent.dispatched {
            Some(_) => remote.forge().find(intent),
            None => Ok(None),
        };
        let result = match found {
            Ok(Some(applied)) => return applied,
            Ok(None) => {
                intent.dispatched = Some(remote.clock.now());
                remote.forge().apply(intent)
            }
            Err(_) => continue,
        };
        match result {
            Ok(applied) => return applied,
            Err(ForgeError::Unavailable { .. } | ForgeError::Limited { .. }) => {
                intent.dispatched = None;
            }
            Err(ForgeError::Unknown { .. } | ForgeError::Unreadable { .. }) => {}
            Err(other) => unreachable!("{other}"),
        }
    }
    unreachable!("{intent:?}")
}

#[test]
fn under_faults_of_every_kind_each_intent_has_one_effect() {
    assert_one_effect_under_faults(&Remote::github());
}

/// Twenty pull requests are opened, talked about and merged while all goes wrong that may go wrong.
pub(crate) fn assert_one_effect_under_faults(remote: &Remote) {
    remote.fake.set_knobs(Knobs {
        not_sent: 50,
        lost_before: 60,
        lost_after: 120,
        late: 60,
        bad_gateway: 60,
        unavailable: 40,
        error_after: 120,
        html: 40,
        truncated: 40,
        limited: 40,
        visible_within_ms: 5_000,
        clock_offset: 3_600,
        ..remote.fake.knobs()
    });
    let item = ItemId::issue(remote.fake.open_issue("ann", "one", "", &[]).unwrap());
    let mut wanted = 0;
    for n in 0..20 {
        let name = format!("work-{n}");
        let head = remote.push(&name, &[(&name, "a\n")]);
        let mut opening = pull_as(&name, &head, "", true);
        let Applied::Opened { number: pr } = confirm(remote, &mut opening) else {
            unreachable!("a pull request is opened");
        };
        for mut intent in [
            issue(&name, "", &["agent-ready"]),
            comment(item, &name),
            comment(ItemId::pr(pr), &name),
            relabel(item, &[&name], &[]),
            check(&head, "acp/verify", CheckState::Success),
            ready(pr),
            merge(pr, &head, MergeMethod::Squash),
        ] {
            confirm(remote, &mut intent);
        }
        wanted += 4;
    }
    let account = remote.fake.account();
    assert!(
        account.written_twice().is_empty(),
        "{:?}",
        account.by_marker
    );
    assert_eq!(account.by_marker.len(), wanted);
    assert_eq!(account.merges.len(), 20);
    assert!(
        account
            .merges
            .values()
            .chain(account.pulls_by_head.values())
            .all(|n| *n == 1)
    );
    assert!(account.fates.len() >= 8, "{:?}", account.fates);
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
    assert_eq!(*labels, names(&["agent-blocked", "theirs"]));
    assert_eq!(remote.fake.account().writes.get("labels-replaced"), None);
}

/// An installation of an app is no person, and `GET /user` is closed to it: its account is the one that its texts bear.
#[test]
fn an_app_knows_its_own_texts() {
    let remote = Remote::github();
    remote.fake.add_person("ci[bot]", Association::Collaborator);
    remote.fake.add_app_token("app", "ci[bot]");
    let app = github_as(remote.wire.clone(), remote.clock.clone(), "app");
    let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    remote.fake.take_account();
    let mut known = mirror(&app);
    assert_eq!(known.viewer.as_deref(), Some("ci[bot]"));
    let asked = remote.fake.take_account().by_route;
    assert_eq!(asked.get("POST /graphql"), Some(&1), "{asked:?}");
    let saying = comment(ItemId::issue(number), "x");
    remote.shoot("POST", "/comments", Fate::LostAfter);
    let error = app.apply(&saying).unwrap_err();
    assert!(matches!(error, ForgeError::Unknown { .. }), "{error}");
    let found = app.find(&saying).unwrap();
    assert!(
        matches!(found, Some(Applied::Commented { .. })),
        "{found:?}"
    );
    let text = app.text(number).unwrap();
    assert!(text.comments[0].own);
    // Another process learns it from the mirror.
    let other = github_as(remote.wire.clone(), remote.clock.clone(), "app");
    remote.fake.take_account();
    other.sync(&mut known, &branch("main")).unwrap();
    let asked = remote.fake.take_account().by_route;
    assert_eq!(asked.get("POST /graphql"), None, "{asked:?}");
}

/// Where an account may not set a status, a check run says the same, and only what is new is written.
#[test]
fn who_may_set_no_status_writes_a_check_run() {
    let remote = Remote::github();
    remote.fake.set_knobs(Knobs {
        check_runs_by_anyone: true,
        ..remote.fake.knobs()
    });
    let may = ["checks=write"];
    remote.fake.add_weak_token("checks", BOT, &may);
    let app = github_as(remote.wire.clone(), remote.clock.clone(), "checks");
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(remote.forge(), &pull("work", &head, ""));
    let states = [
        CheckState::Pending,
        CheckState::Failure,
        CheckState::Success,
        CheckState::Neutral,
    ];
    remote.fake.take_account();
    for state in states {
        let says = || check(&head, "acp/verify", state);
        apply(&app, &says());
        app.apply(&says()).unwrap();
        let checks = listed(remote.forge(), pr).checks;
        let seen: Vec<_> = checks.iter().map(|c| (c.name.as_str(), c.state)).collect();
        assert_eq!(seen, [("acp/verify", state)]);
    }
    let asked = remote.fake.take_account().by_route;
    let written: u64 = asked
        .iter()
        .filter(|(route, _)| route.starts_with("POST ") && route.ends_with("/check-runs"))
        .map(|(_, times)| *times)
        .sum();
    assert_eq!(written, 4, "{asked:?}");
}

/// The other interface names the app's account and may leave out its number, which its page tells.
#[test]
fn an_app_whose_number_is_not_told_looks_it_up() {
    let remote = Remote::github();
    remote.fake.set_knobs(Knobs {
        viewer_id: false,
        ..remote.fake.knobs()
    });
    remote.fake.add_person("ci[bot]", Association::Collaborator);
    remote.fake.add_app_token("app", "ci[bot]");
    let app = github_as(remote.wire.clone(), remote.clock.clone(), "app");
    let number = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    remote.fake.take_account();
    apply(&app, &comment(ItemId::issue(number), "x"));
    assert!(app.text(number).unwrap().comments[0].own);
    let asked = remote.fake.take_account().by_route;
    assert_eq!(asked.get("GET /users/{}"), Some(&1), "{asked:?}");
}
