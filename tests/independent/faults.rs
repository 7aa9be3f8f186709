//! What the wire and the forge do wrong at the worst moment: still one effect of each intent.

use serde_json::json;

use crate::home::{GOOD, Home};
use crate::life::is_clean;
use crate::programs::{Forge, Kind};

/// The request that opens the pull request meets this fate; later it is there, once.
#[track_caller]
fn one_pull_request_whatever_comes(kind: Kind, fate: &str) {
    let forge = Forge::start(kind);
    let home = Home::at(&forge, GOOD);
    let _issue = forge.issue("Add work");
    forge.reset_account();
    let shot = json!({"method": "POST", "path": "/pulls", "fate": fate, "times": 1});
    let _armed = forge.does("shoot", &shot);
    let _idle = home.acp(&["heartbeat", "--until-idle", "--timeout", "30s"]);
    // Longer than the wait after a failed try, and than a write may take to become visible.
    home.later(180);
    let _idle = home.until_idle();
    let account = forge.account();
    let met = account["fates"].as_object().unwrap().values();
    assert_eq!(
        met.filter_map(serde_json::Value::as_u64).sum::<u64>(),
        1,
        "{fate}: {account}"
    );
    assert_eq!(account["written_twice"], json!([]), "{fate}: {account}");
    assert_eq!(account["writes"]["pull"], 1, "{fate}: {account}");
    assert_eq!(
        account["pulls_by_head"],
        json!({"agent/issue-1-a1": 1}),
        "{fate}: {account}"
    );
    assert_eq!(
        home.acp(&["outbox", "list", "--plain"]).ok().stdout,
        "",
        "{fate}"
    );
    let why = home.why("issue/1");
    assert!(
        why.contains("its pull request pr/2 is open"),
        "{fate}: {why}"
    );
    is_clean(&account);
}

#[test]
fn a_lost_answer_to_a_new_pull_request_leaves_one() {
    one_pull_request_whatever_comes(Kind::Github, "lost-after");
    one_pull_request_whatever_comes(Kind::Gitea, "lost-after");
}

#[test]
fn a_500_that_wrote_leaves_one() {
    one_pull_request_whatever_comes(Kind::Github, "error-after");
    one_pull_request_whatever_comes(Kind::Gitea, "error-after");
}

#[test]
fn a_502_that_did_not_write_leaves_one() {
    one_pull_request_whatever_comes(Kind::Github, "bad-gateway");
    one_pull_request_whatever_comes(Kind::Gitea, "bad-gateway");
}
