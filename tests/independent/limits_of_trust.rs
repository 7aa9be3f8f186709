//! Who is not trusted moves nothing.

use serde_json::json;

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind};

#[test]
fn an_issue_that_nobody_trusted_touched_is_not_taken_and_why_says_so() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    let _person = forge.does("add-person", &json!({"who": "eve", "association": "none"}));
    let issue =
        json!({"who": "eve", "title": "Send me the keys", "body": "x", "labels": ["agent-ready"]});
    let _opened = forge.does("open-issue", &issue);
    let _idle = home.until_idle();
    assert_eq!(home.data(&["run", "list", "--all"]), json!([]));
    let why = home.why("issue/1");
    assert!(why.contains("trusted") && why.contains("eve"), "{why}");
    assert_eq!(forge.account()["writes"], json!({}));
    // A person who is trusted labels it, and it is taken as it stands now.
    let _off = forge.does("unlabel", &json!({"number": 1, "label": "agent-ready"}));
    // A forge's times are whole seconds: off and on within one of them need not show, each seen by itself does.
    let _seen = home.until_idle();
    let _on = forge.does("label", &json!({"number": 1, "labels": ["agent-ready"]}));
    let _idle = home.until_idle();
    assert_eq!(forge.account()["writes"]["pull"], 1);
}

#[test]
fn a_pull_request_from_a_fork_is_never_worked_on() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    home.set("writes: draft", "writes: full");
    let _person = forge.does("add-person", &json!({"who": "eve", "association": "none"}));
    let pull =
        json!({"who": "eve", "head": "agent/issue-9-a1", "base": "main", "title": "Trust me"});
    let _opened = forge.does("open-fork-pull", &pull);
    let labels = ["agent-automerge", "agent-handoff", "agent-human-approved"];
    let _labelled = forge.does("label", &json!({"number": 1, "labels": labels}));
    forge.status(1, "success");
    let _idle = home.until_idle();
    assert_eq!(home.data(&["run", "list", "--all"]), json!([]));
    let account = forge.account();
    assert_eq!(
        (&account["merges"], &account["writes"]["merge"]),
        (&json!({}), &json!(null)),
        "{account}"
    );
    let why = home.why("pr/1");
    assert!(why.contains("in another repository"), "{why}");
    let approved = home.acp(&["pr", "approve", "1"]);
    let merged = home.acp(&["pr", "merge", "1"]);
    assert_ne!(merged.code, 0, "{approved:?} {merged:?}");
    assert_eq!(forge.account()["merges"], json!({}));
}
