//! What a forge refuses: each ends as a reason that a person can read, with few requests.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind};

/// How long at most until a change is seen that shares its second with another one.
const SEEN_WITHIN: Duration = Duration::from_secs(90);

/// From one look at whether it is seen to the next.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Ten passes with nothing new cost at most this many requests in all.
#[track_caller]
fn passes_ask_little(forge: &Forge, home: &Home, most: u64) {
    forge.reset_account();
    for _ in 0..10 {
        let _pass = home.acp(&["heartbeat"]);
    }
    let account = forge.account();
    assert!(account["requests"].as_u64().unwrap() <= most, "{account}");
    assert_eq!(account["writes"], json!({}), "{account}");
}

#[test]
fn a_refused_token_stops_the_profile_and_a_new_one_lets_it_go_on() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    let _issue = forge.issue("Add work");
    let _launched = home.acp(&["heartbeat"]).ok().says("launched");
    let _revoked = forge.does("revoke", &json!({"token": crate::programs::TOKEN}));
    // The agent works on; what it did is collected, and waits.
    let stopped = home
        .acp(&["heartbeat", "--until-idle", "--timeout", "30s"])
        .with(77);
    assert_eq!(stopped.stderr.matches("refused").count(), 1, "{stopped:?}");
    assert!(stopped.stderr.contains("GH_TOKEN"), "{stopped:?}");
    passes_ask_little(&forge, &home, 2);
    let waiting = home.data(&["outbox", "list"]);
    let waiting = waiting.as_array().unwrap().iter();
    let kinds: Vec<&str> = waiting.filter_map(|one| one["kind"].as_str()).collect();
    assert!(
        kinds.contains(&"push") && kinds.contains(&"pr"),
        "what it wants is kept: {kinds:?}"
    );
    let _said = home
        .acp(&["status"])
        .ok()
        .says("the token from `GH_TOKEN` was refused");
    let why = home.acp(&["why", "issue/1"]).with(77);
    assert!(
        why.stdout.contains("the token from `GH_TOKEN` was refused"),
        "{why:?}"
    );

    let _added = forge.does(
        "add-token",
        &json!({"token": "tok-of-tomorrow-11", "who": "acp-bot"}),
    );
    home.token("tok-of-tomorrow-11");
    let _cleared = home.acp(&["hold", "clear", "credential"]).ok();
    let _idle = home.until_idle();
    let account = forge.account();
    assert_eq!(account["writes"]["pull"], 1, "{account}");
    assert_eq!(account["written_twice"], json!([]), "{account}");
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
}

#[test]
fn an_archived_repository_is_said_and_nothing_is_started() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    let _idle = home.until_idle();
    let _issue = forge.issue("Add work");
    let _archived = forge.does("archive", &json!({"on": true}));
    // What no listing of changes shows is found by the listing of everything, once a day.
    home.later(25 * 3600);
    let _pass = home.acp(&["heartbeat", "--until-idle", "--timeout", "20s"]);
    let why = home.why("issue/1");
    assert!(why.contains("archived"), "{why}");
    assert_eq!(home.data(&["run", "list", "--all"]), json!([]));
    assert_eq!(forge.account()["writes"], json!({}));
    let _opened = forge.does("archive", &json!({"on": false}));
    home.later(50 * 3600);
    let _idle = home.until_idle();
    assert_eq!(forge.account()["writes"]["pull"], 1);
}

#[test]
fn a_renamed_repository_is_said_with_its_new_name_and_nothing_is_sent() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    let _issue = forge.issue("Add work");
    home.set("writes: draft", "writes: off");
    let _idle = home.acp(&["heartbeat", "--until-idle", "--timeout", "20s"]);
    let _renamed = forge.does("rename", &json!({"owner": "acme", "name": "gadgets"}));
    home.set("writes: off", "writes: draft");
    let _idle = home.acp(&["heartbeat", "--until-idle", "--timeout", "20s"]);
    let why = home.why("issue/1");
    assert!(why.contains("acme/gadgets"), "{why}");
    passes_ask_little(&forge, &home, 30);
}

#[test]
fn a_protected_branch_that_refuses_the_merge_is_a_reason_and_no_loop() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    home.set("writes: draft", "writes: full");
    let rule = json!({"reviews": 2, "ruleset": true});
    let _protected = forge.does("protect", &json!({"branch": "main", "rule": rule}));
    let _issue = forge.issue("Add work");
    let _idle = home.until_idle();
    forge.status(2, "success");
    let _idle = home.until_idle();
    assert_eq!(forge.account()["merges"], json!({}));
    let why = home.why("pr/2");
    assert!(why.contains("review"), "{why}");
    passes_ask_little(&forge, &home, 40);
}

/// No listing shows it: the write that is refused does, and every screen says so from then on.
#[test]
fn an_archived_repository_is_said_as_soon_as_a_write_is_refused() {
    for kind in [Kind::Github, Kind::Gitea] {
        let forge = Forge::start(kind);
        let home = Home::at(&forge, GOOD);
        let _issue = forge.issue("Add work");
        let _launched = home.acp(&["heartbeat"]).ok().says("launched");
        let _archived = forge.does("archive", &json!({"on": true}));
        let _told = home
            .acp(&["heartbeat", "--until-idle", "--timeout", "30s"])
            .says("nothing can be sent: the repository is archived");
        assert!(home.why("issue/1").contains("archived"));
        let _said = home.acp(&["status"]).ok().says("archived");
        let waiting = home.data(&["outbox", "list"]);
        let failed = |one: &serde_json::Value| one["place"] == "failed";
        assert!(!waiting.as_array().unwrap().is_empty());
        assert!(!waiting.as_array().unwrap().iter().any(failed), "{waiting}");
        passes_ask_little(&forge, &home, 30);
        let _opened = forge.does("archive", &json!({"on": false}));
        home.later(11 * 60);
        let _idle = home.until_idle();
        let account = forge.account();
        assert_eq!(account["writes"]["pull"], 1, "{account}");
        assert_eq!(account["written_twice"], json!([]), "{account}");
        assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    }
}

/// There is no issue that could say it.
#[test]
fn a_typed_write_to_an_archived_or_renamed_repository_says_which_it_is() {
    for (what, change, words) in [
        ("archive", json!({"on": true}), "the repository is archived"),
        (
            "rename",
            json!({"owner": "acme", "name": "gadgets"}),
            "the repository is now called `acme/gadgets`",
        ),
    ] {
        let forge = Forge::start(Kind::Github);
        let home = Home::at(&forge, GOOD);
        let _idle = home.until_idle();
        let _changed = forge.does(what, &change);
        let _refused = home
            .acp(&["issue", "create", "--title", "One"])
            .with(75)
            .says(words);
        let _said = home.acp(&["status"]).ok().says(words);
        let _told = home.acp(&["heartbeat"]).ok().says(words);
        let json = home.data(&["status"]);
        assert_eq!(json["closed"], words, "{json}");
    }
}

/// Asked again only when there is something new to be said: here a person's review.
#[test]
fn a_refused_merge_is_tried_again_when_what_it_rests_on_changes() {
    for kind in [Kind::Github, Kind::Gitea] {
        let forge = Forge::start(kind);
        let home = Home::at(&forge, GOOD);
        home.set("writes: draft", "writes: full");
        let rule = json!({"reviews": 1});
        let _protected = forge.does("protect", &json!({"branch": "main", "rule": rule}));
        let _issue = forge.issue("Add work");
        let _idle = home.until_idle();
        forge.status(2, "success");
        let _idle = home.until_idle();
        assert_eq!(forge.account()["merges"], json!({}));
        let why = home.why("pr/2");
        assert!(why.contains("review") || why.contains("approval"), "{why}");
        let _shown = home.acp(&["why", "pr/2"]).ok().says("/acme/widgets/pull");
        passes_ask_little(&forge, &home, 40);
        // Something new that does not help: one more try, and the reason stays.
        forge.status(2, "success");
        passes_ask_little(&forge, &home, 60);
        let _approved = forge.does("approve", &json!({"number": 2, "who": "acme"}));
        // A change in the second of the one before shows in no listing; such a pull request is read once more seconds later,
        // however many passes a machine makes meanwhile.
        let mut account = forge.account();
        let begun = Instant::now();
        while account["merges"]["2"] != 1 && begun.elapsed() < SEEN_WITHIN {
            let _idle = home.until_idle();
            account = forge.account();
            // A forge limits those who ask without a pause, and acp keeps to that.
            std::thread::sleep(LOOK_EVERY);
        }
        assert_eq!(account["merges"]["2"], 1, "{account}");
    }
}

/// Issues are switched off while an agent works on one, and on again: one reason everywhere, no loop, and nothing is lost.
#[test]
fn a_repository_without_issues_is_said_and_its_writes_wait() {
    for kind in [Kind::Github, Kind::Gitea] {
        let forge = Forge::start(kind);
        let home = Home::at(&forge, "acp report blocked --detail 'needs a key'\n");
        let _issue = forge.issue("Add work");
        let _launched = home.acp(&["heartbeat"]).ok().says("launched");
        let _off = forge.does("disable-issues", &json!({"on": true}));
        let _pass = home.acp(&["heartbeat", "--until-idle", "--timeout", "30s"]);
        let words = "issues are turned off in the repository";
        let why = home.data(&["why", "issue/1"]);
        assert!(why["why"].as_str().unwrap().contains(words), "{why}");
        let _status = home.acp(&["status"]).ok().says(words);
        let doctor = home.acp(&["doctor"]);
        assert!(
            doctor.stdout.contains("issues are switched off"),
            "{doctor:?}"
        );
        let waiting = home.data(&["outbox", "list"]);
        let waiting = waiting.as_array().unwrap();
        assert!(
            !waiting.is_empty() && waiting.iter().all(|one| one["place"] != "failed"),
            "{kind:?}: {waiting:?}"
        );
        passes_ask_little(&forge, &home, 30);
        assert_eq!(
            home.data(&["run", "list", "--all"])
                .as_array()
                .unwrap()
                .len(),
            1
        );

        let _on = forge.does("disable-issues", &json!({"on": false}));
        home.later(11 * 60);
        let _idle = home.until_idle();
        let account = forge.account();
        assert_eq!(account["writes"]["comment"], 1, "{account}");
        assert_eq!(account["written_twice"], json!([]), "{account}");
        let labels = crate::life::labels(&forge, 1);
        assert_eq!(labels, ["agent-blocked", "agent-ready"]);
        assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    }
}

/// A branch that nobody may merge into: the reason is the forge's, and lifting the rule does not bring a storm.
#[test]
fn a_locked_branch_keeps_the_merge_for_a_person() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    home.set("writes: draft", "writes: full");
    let rule = json!({"locked": true});
    let _protected = forge.does("protect", &json!({"branch": "main", "rule": rule}));
    let _issue = forge.issue("Add work");
    let _idle = home.until_idle();
    forge.status(2, "success");
    let _idle = home.until_idle();
    let why = home.data(&["why", "pr/2"]);
    assert_eq!(why["code"], "write-failed", "{why}");
    passes_ask_little(&forge, &home, 40);
    let _freed = forge.does("protect", &json!({"branch": "main"}));
    passes_ask_little(&forge, &home, 40);
    // Its rules are in no listing: a person says so.
    let _merged = home.acp(&["pr", "merge", "2"]).ok();
    assert_eq!(forge.account()["merges"]["2"], 1);
}
