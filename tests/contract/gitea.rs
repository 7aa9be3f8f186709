//! What is particular about Gitea: what it costs to ask, labels with numbers, drafts by title, and what "cannot be merged"
//! may mean.

use acp::domain::{
    Applied, Association, CheckState, Intent, ItemId, MergeMethod, Mergeable, Mirror, ReviewState,
    ReviewVerdict,
};
use acp::forge::fake::{Fate, Knobs, Protection, Role, Shot};
use acp::forge::{Forge as _, ForgeError};
use jiff::SignedDuration;

use crate::fixture::{
    Fixture as _, adopt_or_apply, apply, branch, close, comment, issue, listed, marked, merge,
    mirror, open, pull, pull_as, ready, refusal, relabel, review,
};
use crate::remote::{BOT, Remote};

fn sync(remote: &Remote, known: &mut Mirror) -> bool {
    remote.forge().sync(known, &branch("main")).unwrap()
}

fn whole(remote: &Remote) -> Mirror {
    remote.comparable(&mirror(remote.forge()))
}

/// A mirror after so much time that nothing is new to it.
fn settled(remote: &Remote) -> Mirror {
    let mut known = mirror(remote.forge());
    for _ in 0..2 {
        remote.wait(SignedDuration::from_hours(1));
        sync(remote, &mut known);
    }
    known
}

fn shoot(remote: &Remote, method: &str, path: &str, fate: Fate) {
    remote.fake.shoot(Shot {
        method: method.to_owned(),
        path: path.to_owned(),
        fate,
        times: 1,
    });
}

/// How many requests `act` takes.
fn requests(remote: &Remote, act: impl FnOnce()) -> u64 {
    remote.fake.take_account();
    act();
    remote.fake.take_account().requests
}

#[test]
fn an_idle_pass_is_one_small_request() {
    let remote = Remote::gitea();
    for n in 0..120 {
        remote.wait(SignedDuration::from_mins(1));
        let title = format!("issue {n}");
        remote
            .fake
            .open_issue("ann", &title, "", &["agent-ready"])
            .unwrap();
    }
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(remote.forge(), &pull("work", &head, ""));
    remote
        .fake
        .set_status("ann", &head, "ci", "success")
        .unwrap();
    let mut known = settled(&remote);
    assert_eq!(known.pulls[&pr].checks[0].state, CheckState::Success);
    let before = known.clone();
    for _ in 0..4 {
        remote.wait(SignedDuration::from_mins(1));
        assert_eq!(requests(&remote, || assert!(!sync(&remote, &mut known))), 1);
    }
    assert_eq!(known, before);
    // A push to the base is in no listing: it is seen within 10 minutes, and at once with the next change.
    let tip = remote.push("main", &[("b.txt", "b\n")]);
    assert!(!sync(&remote, &mut known));
    assert_ne!(known.base_sha, Some(tip.clone()));
    let mut later = known.clone();
    remote.fake.comment("ann", 1, "now").unwrap();
    assert!(sync(&remote, &mut known));
    assert_eq!(known.base_sha, Some(tip.clone()));
    remote.wait(SignedDuration::from_mins(10));
    assert!(sync(&remote, &mut later));
    assert_eq!(later.base_sha, Some(tip.clone()));
    assert_eq!(later.pulls[&pr].base_sha, tip);
}

#[test]
fn changes_cost_as_much_as_there_are() {
    let remote = Remote::gitea();
    for n in 0..250 {
        remote.wait(SignedDuration::from_secs(1));
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "", &[]).unwrap();
    }
    let mut known = settled(&remote);
    assert_eq!(known.issues.len(), 250);
    for number in 1..=25 {
        remote.wait(SignedDuration::from_secs(1));
        remote.fake.label("ann", number, &["agent-ready"]).unwrap();
    }
    // The listing, the base, the repository, that acp is not told who the one author is, and who may write.
    let n = requests(&remote, || assert!(sync(&remote, &mut known)));
    assert!(n <= 5, "{n}");
    assert!((1..=25).all(|n| known.issues[&n].has("agent-ready")));
    assert_eq!(known.issues[&1].association, Association::Collaborator);
    assert_eq!(remote.comparable(&known), whole(&remote));
    for n in 0..3 {
        let name = format!("work-{n}");
        let head = remote.push(&name, &[(&name, "a\n")]);
        open(remote.forge(), &pull(&name, &head, ""));
    }
    let n = requests(&remote, || assert!(sync(&remote, &mut known)));
    assert!(n <= 2 + 3 * 3, "{n}");
    assert_eq!(remote.comparable(&known), whole(&remote));
}

#[test]
fn what_changes_while_it_is_listed_is_not_skipped() {
    let remote = Remote::gitea();
    for n in 0..320 {
        if n % 3 == 0 {
            remote.wait(SignedDuration::from_secs(1));
        }
        let title = format!("issue {n}");
        remote.fake.open_issue("ann", &title, "", &[]).unwrap();
    }
    let mut known = settled(&remote);
    for number in 100..=260 {
        remote.fake.label("ann", number, &["first"]).unwrap();
    }
    // Before each page somebody touches what would have stood on a page before, and opens something more.
    let (fake, clock) = (remote.fake.clone(), remote.clock.clone());
    let mut next = 320;
    remote.before_each(move |request| {
        if request.url.contains("/issues?") && next > 280 {
            clock.step(SignedDuration::from_secs(40));
            for number in next - 10..next {
                fake.label("ann", number, &["moved"]).unwrap();
            }
            fake.open_issue("ann", "more", "", &[]).unwrap();
            next -= 10;
        }
    });
    sync(&remote, &mut known);
    remote.before_each(|_| {});
    sync(&remote, &mut known);
    assert_eq!(remote.comparable(&known), whole(&remote));
}

/// What was opened before something else and becomes visible after it, while nobody looks for a minute.
#[test]
fn a_late_write_is_listed_however_seldom_it_is_looked() {
    let remote = Remote::gitea();
    let in_time = remote.fake.knobs();
    for n in 0..20 {
        let mut known = settled(&remote);
        remote.fake.set_knobs(Knobs {
            visible_within_ms: 25_000,
            ..in_time.clone()
        });
        let late = format!("late {n}");
        remote.fake.open_issue("ann", &late, "", &[]).unwrap();
        remote.fake.set_knobs(in_time.clone());
        remote.wait(SignedDuration::from_secs(1));
        remote.fake.open_issue("ann", "in time", "", &[]).unwrap();
        for seconds in [1, 60] {
            remote.wait(SignedDuration::from_secs(seconds));
            sync(&remote, &mut known);
        }
        assert!(known.issues.values().any(|issue| issue.title == late));
    }
}

#[test]
fn what_was_deleted_goes_with_the_next_full_listing() {
    let remote = Remote::gitea();
    let one = remote.fake.open_issue("ann", "one", "", &[]).unwrap();
    remote.fake.open_issue("ann", "two", "", &[]).unwrap();
    let mut known = settled(&remote);
    remote.fake.delete_issue(one).unwrap();
    remote.wait(SignedDuration::from_hours(25));
    assert!(sync(&remote, &mut known));
    assert_eq!(known.issues.keys().copied().collect::<Vec<_>>(), [2]);
}

/// One intent of each kind that leaves a text, and what else is needed for it.
fn texts(remote: &Remote) -> Vec<Intent> {
    let number = remote.fake.open_issue("ann", "first", "", &[]).unwrap();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let theirs = remote.push("theirs", &[("b.txt", "b\n")]);
    let pr = remote
        .fake
        .open_pull("ann", &branch("theirs"), &branch("main"), "change", "")
        .unwrap();
    vec![
        issue("opened", "text", &["agent-ready", "new"]),
        pull("work", &head, "Closes #1"),
        comment(ItemId::issue(number), "hello"),
        review(pr, &theirs, ReviewVerdict::Approve),
    ]
}

#[test]
fn a_write_whose_answer_is_lost_happens_once() {
    for fate in [
        Fate::LostAfter,
        Fate::Late,
        Fate::ErrorAfter,
        Fate::LostBefore,
        Fate::BadGateway,
    ] {
        for late in [0, 3_000] {
            let remote = Remote::gitea();
            for wanted in texts(&remote) {
                remote.fake.set_knobs(Knobs {
                    visible_within_ms: late,
                    ..remote.fake.knobs()
                });
                let path = match &wanted.payload {
                    acp::domain::Payload::Issue { .. } => "/issues",
                    acp::domain::Payload::Pr { .. } => "/pulls",
                    acp::domain::Payload::Comment { .. } => "/comments",
                    _ => "/reviews",
                };
                let once = |remote: &Remote| remote.forge().apply(&wanted);
                if wanted.item.is_none() {
                    // The labels first, so that it is the opening that is hit.
                    let labels = ["agent-ready", "new"];
                    for label in labels {
                        let _there = remote.fake.create_label(label, false);
                    }
                }
                shoot(&remote, "POST", path, fate);
                let error = once(&remote).unwrap_err();
                assert!(matches!(error, ForgeError::Unknown { .. }), "{error}");
                remote.wait(SignedDuration::from_mins(3));
                let applied = adopt_or_apply(remote.forge(), &wanted);
                remote.wait(SignedDuration::from_secs(10));
                assert_eq!(remote.forge().find(&wanted).unwrap(), Some(applied));
            }
            let account = remote.fake.account();
            assert!(account.written_twice().is_empty(), "{fate:?}");
        }
    }
}

#[test]
fn under_faults_of_every_kind_each_intent_has_one_effect() {
    crate::github::writing::assert_one_effect_under_faults(&Remote::gitea());
}

#[test]
fn markers_of_others_are_not_ours() {
    let remote = Remote::gitea();
    let number = remote.fake.open_issue("ann", "first", "", &[]).unwrap();
    let saying = comment(ItemId::issue(number), "hello");
    let text = format!("hello\n\n{}", saying.marker());
    remote.fake.comment("eve", number, &text).unwrap();
    assert_eq!(remote.forge().find(&saying).unwrap(), None);
    let opening = issue("opened", "x", &[]);
    let text = format!("x\n\n{}", opening.marker());
    remote.fake.open_issue("eve", "opened", &text, &[]).unwrap();
    assert_eq!(remote.forge().find(&opening).unwrap(), None);
    apply(remote.forge(), &opening);
    apply(remote.forge(), &saying);
    assert_eq!(marked(&remote.forge().text(number).unwrap(), &saying.id), 2);
}

#[test]
fn labels_go_by_number_and_a_persons_stay() {
    let remote = Remote::gitea();
    remote.fake.set_knobs(Knobs {
        label_names: false,
        ..remote.fake.knobs()
    });
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
        &relabel(item, &["agent-blocked", "brand new"], &["agent-running"]),
    );
    remote.before_each(|_| {});
    let labels = &mirror(remote.forge()).issues[&number].labels;
    let expected = crate::fixture::names(&["agent-blocked", "brand new", "theirs"]);
    assert_eq!(*labels, expected);
    let writes = remote.fake.account().writes;
    assert_eq!(writes.get("labels-replaced"), None);
    // Known by now: one request to look, one to write.
    let second = remote.fake.open_issue("ann", "two", "", &[]).unwrap();
    let labelling = relabel(ItemId::issue(second), &["agent-blocked"], &[]);
    let n = requests(&remote, || {
        remote.forge().apply(&labelling).unwrap();
    });
    assert_eq!(n, 2);
}

#[test]
fn who_put_a_label_on_is_told_by_the_history() {
    let remote = Remote::gitea();
    let number = remote.fake.open_issue("eve", "wish", "", &[]).unwrap();
    assert_eq!(
        remote.forge().labelled(number, "agent-ready").unwrap(),
        None
    );
    remote.fake.label("eve", number, &["agent-ready"]).unwrap();
    remote.wait(SignedDuration::from_secs(5));
    remote.fake.unlabel("ann", number, "agent-ready").unwrap();
    remote.wait(SignedDuration::from_secs(5));
    remote.fake.label("ann", number, &["agent-ready"]).unwrap();
    remote.fake.label("eve", number, &["other"]).unwrap();
    let labelled = remote
        .forge()
        .labelled(number, "agent-ready")
        .unwrap()
        .unwrap();
    assert_eq!(
        (labelled.by.as_str(), labelled.association),
        ("ann", Association::Collaborator)
    );
    let other = remote.forge().labelled(number, "other").unwrap().unwrap();
    assert_eq!(
        (other.by.as_str(), other.association),
        ("eve", Association::None)
    );
}

#[test]
fn a_draft_is_a_title_that_people_do_not_see() {
    let remote = Remote::gitea();
    let forge = remote.forge();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let number = open(forge, &pull_as("work", &head, "", true));
    let pr = listed(forge, number);
    assert!(pr.draft && pr.title == "Change from work", "{}", pr.title);
    assert_eq!(forge.text(number).unwrap().title, "Change from work");
    shoot(&remote, "PATCH", "/pulls", Fate::Twice);
    apply(forge, &ready(number));
    let pr = listed(forge, number);
    assert!(!pr.draft && pr.title == "Change from work");
    let other = remote.push("other", &[("b.txt", "b\n")]);
    let number = open(forge, &pull_as("other", &other, "", true));
    apply(forge, &close(ItemId::pr(number)));
    assert!(refusal(forge, &ready(number)).contains("closed"));
}

#[test]
fn not_mergeable_is_no_conflict_until_it_is_certain() {
    let remote = Remote::gitea();
    let forge = remote.without_objects();
    let head = remote.push("work", &[("base.txt", "mine\n")]);
    let number = open(&forge, &pull_as("work", &head, "", true));
    remote.make_conflict("work", "base.txt");
    let asked = |wait| {
        remote.wait(SignedDuration::from_mins(wait));
        let mut known = Mirror::default();
        forge.sync(&mut known, &branch("main")).unwrap();
        let first = forge.change(&known.pulls[&number]).unwrap().mergeable;
        // The same mirror, later.
        remote.wait(SignedDuration::from_mins(11));
        forge.sync(&mut known, &branch("main")).unwrap();
        (
            first,
            forge.change(&known.pulls[&number]).unwrap().mergeable,
        )
    };
    // A draft is never called mergeable.
    assert_eq!(asked(60), (Mergeable::Unknown, Mergeable::Unknown));
    forge.apply(&ready(number)).unwrap();
    assert_eq!(asked(0), (Mergeable::Unknown, Mergeable::No));
    // With the commits at hand, it is known at once.
    let pr = listed(remote.forge(), number);
    assert_eq!(remote.forge().change(&pr).unwrap().mergeable, Mergeable::No);
    let why = refusal(remote.forge(), &merge(number, &head, MergeMethod::Squash));
    assert!(why.contains("conflicts with main"), "{why}");
}

#[test]
fn the_files_of_a_change_are_known_with_what_is_added() {
    let remote = Remote::gitea();
    let forge = remote.forge();
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let files: Vec<(String, String)> = (0..60)
        .map(|n| (format!("f{n:02}.txt"), format!("line {n}\n")))
        .collect();
    let mut files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let secret = format!("{token}\n");
    files.push(("s.txt", &secret));
    files.push(("t.sql", "create table t (a int);\n"));
    let head = remote.push("work", &files);
    let number = open(forge, &pull("work", &head, ""));
    let pr = listed(forge, number);
    let change = forge.change(&pr).unwrap();
    assert_eq!(change.diff.files.as_ref().map(Vec::len), Some(62));
    assert_eq!(change.diff.ddl, Some(true));
    let secrets = change.diff.secrets.unwrap();
    assert_eq!((secrets.len(), secrets[0].path.as_str()), (1, "s.txt"));
    remote.push("work", &[("a.txt", "evil\n")]);
    let moved = forge.change(&pr).unwrap();
    assert_eq!(
        (moved.diff.files, moved.mergeable),
        (None, Mergeable::Unknown)
    );
}

#[test]
fn a_refused_merge_says_whether_it_passes_by_itself() {
    let remote = Remote::gitea();
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
    remote
        .fake
        .set_status("ann", &head, "ci", "failure")
        .unwrap();
    let error = forge.apply(&merging).unwrap_err();
    assert!(matches!(error, ForgeError::Refused { .. }), "{error}");
    protect(Protection {
        reviews: 1,
        ..Protection::default()
    });
    let why = refusal(forge, &merging);
    assert!(why.contains("more approvals"), "{why}");
    remote.fake.protect(&branch("main"), None);
    remote.fake.allow_methods(&[MergeMethod::Merge]);
    let why = refusal(forge, &merging);
    assert!(why.contains("does not allow this method"), "{why}");
    remote.fake.allow_methods(&[MergeMethod::Squash]);
    // Its answer is lost, and so it is looked for.
    shoot(&remote, "POST", "/merge", Fate::LostAfter);
    let error = forge.apply(&merging).unwrap_err();
    assert!(matches!(error, ForgeError::Unknown { .. }), "{error}");
    let applied = adopt_or_apply(forge, &merging);
    assert!(matches!(applied, Applied::Merged { commit: Some(_) }));
    // Where the branch is now says nothing of where it was merged.
    remote.push("work", &[("b.txt", "later\n")]);
    assert_eq!(adopt_or_apply(forge, &merging), applied);
    assert_eq!(remote.fake.account().merges[&pr], 1);
}

#[test]
fn nobody_reviews_their_own_and_strangers_have_no_vote() {
    let remote = Remote::gitea();
    let forge = remote.forge();
    let head = remote.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let why = refusal(forge, &review(pr, &head, ReviewVerdict::Approve));
    assert!(why.contains("their own"), "{why}");
    apply(forge, &review(pr, &head, ReviewVerdict::Comment));
    remote.fake.approve("eve", pr).unwrap();
    remote.fake.approve("ann", pr).unwrap();
    let states: Vec<_> = listed(forge, pr).reviews.iter().map(|r| r.state).collect();
    assert_eq!(
        states,
        [
            ReviewState::Commented,
            ReviewState::Commented,
            ReviewState::Approved
        ]
    );
}

#[test]
fn a_strangers_fork_is_never_taken_for_a_branch() {
    let remote = Remote::gitea();
    let pr = remote
        .fake
        .open_fork_pull("eve", &branch("work"), &branch("main"), "gift", "Closes #1")
        .unwrap();
    assert!(listed(remote.forge(), pr).from_fork);
    // The repository's own branch of that name has no pull request.
    let head = remote.push("work", &[("a.txt", "a\n")]);
    open(remote.forge(), &pull("work", &head, ""));
}

#[test]
fn many_pull_requests_are_read_by_pages() {
    let remote = Remote::gitea();
    let mut heads = vec![];
    for n in 0..60 {
        let name = format!("work-{n}");
        let head = remote.push(&name, &[(&name, "a\n")]);
        let pr = remote
            .fake
            .open_pull("ann", &branch(&name), &branch("main"), "change", "")
            .unwrap();
        if n < 50 {
            remote.fake.close("ann", pr).unwrap();
        }
        heads.push((pr, head));
    }
    remote.wait(SignedDuration::from_mins(1));
    let mut known = Mirror::default();
    let n = requests(&remote, || assert!(sync(&remote, &mut known)));
    // Who, the repository, the base, two pages of each listing, and reviews and checks of what is open.
    assert!(n <= 3 + 4 + 2 * 10, "{n}");
    assert_eq!(known.pulls.len(), 60);
    assert!(
        heads
            .iter()
            .all(|(pr, head)| known.pulls[pr].head_sha == *head)
    );
}

/// Gitea tells only administrators what others may do. Everybody is told who may be assigned, which are those who may write.
#[test]
fn who_may_write_is_known_to_a_token_without_administration() {
    let remote = Remote::gitea();
    remote.fake.set_role(BOT, Role::Write);
    remote.fake.add_person("eve", Association::None);
    for author in ["ann", "eve", "acme"] {
        let labels = ["agent-ready"];
        remote.fake.open_issue(author, "one", "", &labels).unwrap();
    }
    let associations = |known: &Mirror| {
        let all = known.issues.values().map(|issue| issue.association);
        all.collect::<Vec<_>>()
    };
    let known = mirror(remote.forge());
    let told = [
        Association::Collaborator,
        Association::None,
        Association::Owner,
    ];
    assert_eq!(associations(&known), told);
    let by = remote.forge().labelled(2, "agent-ready").unwrap().unwrap();
    assert_eq!((by.by.as_str(), by.association), ("eve", Association::None));
    // Asked for one by one no more than once, whoever turns up.
    let account = remote.fake.take_account();
    let asked = |account: &acp::forge::fake::Account, end: &str| {
        let of = account
            .by_route
            .iter()
            .filter(|(route, _)| route.ends_with(end));
        of.map(|(_, count)| *count).sum::<u64>()
    };
    assert_eq!(asked(&account, "/permission"), 1, "{:?}", account.by_route);
    assert_eq!(asked(&account, "/assignees"), 1, "{:?}", account.by_route);
}
