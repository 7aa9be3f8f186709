//! A forge that cannot be asked: what a pass does then, how it ends, and what it says.

use std::fs;

use crate::env::TestEnv;
use crate::repo::GOOD;

#[test]
fn a_pass_without_its_forge_starts_nothing_and_says_why() {
    let env = TestEnv::under(GOOD);
    let number = env.issue("Add a file");
    let item = format!("issue/{number}");
    // A pass that has seen it, and started nothing.
    let _held = env.acp(&["hold", "add", "wait", "--reason", "test"]).ok();
    let _seen = env.acp(&["heartbeat"]).ok();
    let _free = env.acp(&["hold", "clear", "wait"]).ok();

    let log = env.forge_repo().parent().unwrap().join("events.jsonl");
    let events = fs::read(&log).unwrap();
    fs::remove_file(&log).unwrap();
    for _ in 0..3 {
        let pass = env.acp(&["heartbeat", "--json"]).with(76).json();
        assert_eq!(pass["data"]["stale"]["kind"], "unreadable");
        assert!(pass["data"]["stale"]["synced"].is_string(), "{pass}");
        assert_eq!(pass["data"]["launched"], serde_json::json!([]));
    }
    env.acp(&["heartbeat"])
        .with(76)
        .says("nothing is started, merged or sent");
    let why = env.acp(&["why", &item, "--json"]).with(76).json();
    let why = &why["data"];
    assert_eq!(why["code"], "stale");
    assert!(why["why"].as_str().unwrap().contains("last answered at"));
    let journal = env.read("acp/state/web/journal.jsonl");
    assert_eq!(journal.matches("forge.away").count(), 1, "{journal}");

    fs::write(&log, events).unwrap();
    let _idle = env.until_idle();
    assert_eq!(env.why(&item)["code"], "closed");
    let journal = env.read("acp/state/web/journal.jsonl");
    assert_eq!(journal.matches("forge.back").count(), 1, "{journal}");
}
