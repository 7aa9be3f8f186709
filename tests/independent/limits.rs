//! What a forge's limits look like to a person, and that all processes of a user keep to them together.

use jiff::Timestamp;
use serde_json::json;

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind, TOKEN};

/// How a forge says that it takes no more calls.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    /// `Retry-After` of 15 minutes.
    Secondary,
    /// All calls of the hour are used.
    Primary,
}

const RETRY_AFTER: i64 = 900;
const CALLS_AN_HOUR: u64 = 7;

/// From here on the forge turns calls away.
fn impose(forge: &Forge, limit: Limit) {
    match limit {
        Limit::Secondary => {
            let _set = forge.does("knobs", &json!({"retry_after": RETRY_AFTER}));
            let _armed = forge.does("shoot", &json!({"method": "GET", "fate": "limited"}));
        }
        // More than that was asked in this hour.
        Limit::Primary => {
            let _set = forge.does("knobs", &json!({"primary_limit": CALLS_AN_HOUR}));
        }
    }
}

fn lift(forge: &Forge) {
    let _set = forge.does("knobs", &json!({"primary_limit": 5000}));
    let _reset = forge.does("reset-limits", &json!({}));
}

/// `why` names the limit and its end, as `cooldown list` does, and no look costs a call.
#[track_caller]
fn a_limit_is_shown_with_its_end(kind: Kind, limit: Limit) {
    let forge = Forge::start(kind);
    let home = Home::at(&forge, GOOD);
    let _issue = forge.issue("Add work");
    let _idle = home.until_idle();
    // Known, and not begun.
    let hold = ["hold", "add", "pause", "--reason", "to look"];
    let _held = home.acp(&hold).ok();
    assert_eq!(forge.issue("More work"), 3);
    let _seen = home.acp(&["heartbeat"]).ok();
    let _cleared = home.acp(&["hold", "clear", "pause"]).ok();
    impose(&forge, limit);
    let begun = Timestamp::now();
    let _limited = home.acp(&["heartbeat"]).with(75);
    forge.reset_account();

    let list = home.data(&["cooldown", "list"]);
    // The profile's own, and that of all profiles of the user.
    let [own, row] = &list.as_array().unwrap()[..] else {
        panic!("one limit: {list}");
    };
    let host = forge.url.trim_start_matches("http://");
    assert_eq!(
        (&own["key"], &own["until"], &row["key"]),
        (
            &json!("forge"),
            &row["until"],
            &json!(format!("limit:{host}"))
        ),
        "{list}"
    );
    let reason = match limit {
        Limit::Secondary => "the forge asks for a pause".to_owned(),
        Limit::Primary => format!("all {CALLS_AN_HOUR} calls of this hour are used"),
    };
    let told = row["reason"].as_str().unwrap();
    assert!(told.starts_with(&reason), "{row}");
    let until: Timestamp = row["until"].as_str().unwrap().parse().unwrap();
    let wait = until.duration_since(begun).as_secs();
    let expected = match limit {
        Limit::Secondary => RETRY_AFTER..=RETRY_AFTER + 30,
        // Of the hour that began with the first call.
        Limit::Primary => 60 * 55..=60 * 60,
    };
    assert!(expected.contains(&wait), "{wait} of {expected:?}");

    let line = json!(format!("calls to {host} wait until {until}: {reason}"));
    let why = |item: &str, code: i32| {
        let why = home.acp(&["why", item, "--json"]).with(code);
        let why: serde_json::Value = serde_json::from_str(&why.stdout).unwrap();
        let details = why["data"]["details"].as_array().unwrap();
        assert!(details.contains(&line), "{line} in {item}: {why}");
        why["data"].clone()
    };
    // What would go on waits for the forge.
    let waits = why("issue/3", 75);
    assert_eq!(waits["next"], row["until"], "{waits}");
    let words = waits["why"].as_str().unwrap();
    assert!(words.contains("the forge cannot be asked"), "{waits}");
    let human = home.acp(&["why", "issue/3"]).with(75);
    let _human = human.says("\n  next: ").says(&format!("({until})"));
    // What waits for a person waits for that still.
    let waits = why("pr/2", 0);
    assert_eq!(waits["next"], json!(null), "{waits}");
    for _ in 0..5 {
        let _limited = home.acp(&["heartbeat"]).with(75);
    }
    assert_eq!(forge.account()["requests"], 0, "{limit:?}");

    // Its time has come: all goes on, and nothing is said of it any more.
    lift(&forge);
    home.later(wait + 1);
    let _idle = home.until_idle();
    let list = home.data(&["cooldown", "list"]);
    let mut rows = list.as_array().unwrap().iter();
    assert!(rows.all(|row| row["over"] == true), "{list}");
    assert!(!home.why("pr/2").contains("wait until"));
    assert_eq!(forge.account()["writes"]["pull"], 1, "of issue/3");
}

#[test]
fn a_pause_that_github_asks_for_is_named_with_its_end() {
    a_limit_is_shown_with_its_end(Kind::Github, Limit::Secondary);
}

#[test]
fn an_hour_whose_calls_are_used_up_is_named_with_its_end() {
    a_limit_is_shown_with_its_end(Kind::Github, Limit::Primary);
}

#[test]
fn a_pause_that_gitea_asks_for_is_named_with_its_end() {
    a_limit_is_shown_with_its_end(Kind::Gitea, Limit::Secondary);
}

/// Two profiles of one user wait to write to one account, and two processes send it at the same time: the forge, which refuses
/// what comes within a second of the last write, refuses nothing.
#[test]
fn two_processes_of_one_user_keep_their_writes_apart_together() {
    const EACH: usize = 3;
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    let folder = "acp/config/profiles";
    let own = std::fs::read_to_string(home.path(&format!("{folder}/web.yaml"))).unwrap();
    std::fs::write(home.path(&format!("{folder}/web2.yaml")), own).unwrap();
    let profiles = ["web", "web2"];
    // While the token is refused, what was typed waits.
    let _revoked = forge.does("revoke", &json!({"token": TOKEN}));
    for profile in profiles {
        for n in 0..EACH {
            let title = format!("{n} of {profile}");
            let args = ["issue", "create", "--no-label", "--title", &title];
            let _waits = home
                .acp(&[&args[..], &["--profile", profile]].concat())
                .with(75)
                .says("was refused");
        }
    }
    let _back = forge.does("add-token", &json!({"token": TOKEN, "who": "acp-bot"}));
    for profile in profiles {
        let _cleared = home
            .acp(&["hold", "clear", "credential", "--profile", profile])
            .ok();
    }
    let _strict = forge.does("knobs", &json!({"refuse_hasty_writes": true}));
    forge.reset_account();
    let waiting = |profile: &str| {
        let list = home.data(&["outbox", "list", "--profile", profile]);
        list.as_array().unwrap().len()
    };
    assert_eq!(profiles.map(waiting), [EACH; 2]);
    // A flush that would have to wait for long ends; a heartbeat waits for what it left.
    let rounds: [&[&str]; 2] = [
        &["outbox", "flush"],
        &["heartbeat", "--until-idle", "--timeout", "2m"],
    ];
    for round in rounds {
        let start = |profile: &str| {
            let mut acp = home.command(env!("CARGO_BIN_EXE_acp"));
            acp.args(round)
                .args(["--profile", profile])
                .spawn()
                .unwrap()
        };
        for mut process in profiles.map(start) {
            let _ended = process.wait().unwrap();
        }
    }
    assert_eq!(profiles.map(waiting), [0; 2]);
    let account = forge.account();
    assert_eq!(account["writes"]["issue"], 2 * EACH, "{account}");
    assert_eq!(account["violations"], json!({}), "{account}");
    assert_eq!(account["written_twice"], json!([]), "{account}");
    let refused = account["by_status"].as_object().unwrap().keys();
    let refused: Vec<&String> = refused.filter(|status| status.as_str() >= "400").collect();
    assert!(refused.is_empty(), "{account}");
    // Both kept one account, in which no write is within a second of another.
    let ledger = std::fs::read_to_string(home.path("acp/state/forge-limits.json")).unwrap();
    let ledger: serde_json::Value = serde_json::from_str(&ledger).unwrap();
    let accounts = ledger["accounts"].as_object().unwrap();
    let [account] = &accounts.values().collect::<Vec<_>>()[..] else {
        panic!("one account: {ledger}");
    };
    let times = account["used"]["content"].as_array().unwrap().iter();
    let times: Vec<i64> = times.map(|at| at.as_i64().unwrap()).collect();
    assert!(times.len() >= 2 * EACH, "{ledger}");
    assert!(
        times.windows(2).all(|two| two[1] - two[0] >= 1000),
        "{ledger}"
    );
}
