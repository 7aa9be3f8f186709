//! What a forge refuses: each ends as a reason that a person can read, with few requests.

use serde_json::json;

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind};

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
    for screen in [&["why", "issue/1"][..], &["status"]] {
        let _said = home
            .acp(screen)
            .ok()
            .says("the token from `GH_TOKEN` was refused");
    }

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
