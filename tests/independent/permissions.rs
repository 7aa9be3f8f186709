//! What acp's account may do changes while it works, and accounts that are no people.

use serde_json::json;

use crate::home::{GOOD, Home};
use crate::life::{from_issue_to_merge, is_clean};
use crate::programs::{Forge, Kind};

/// Somebody takes the right to write away while an agent works, and gives it back.
#[test]
fn a_right_to_write_that_is_lost_is_said_and_nothing_is_lost_with_it() {
    for kind in [Kind::Github, Kind::Gitea] {
        let forge = Forge::start(kind);
        let home = Home::at(&forge, GOOD);
        let _issue = forge.issue("Add work");
        let _launched = home.acp(&["heartbeat"]).ok().says("launched");
        let _lost = forge.does("set-role", &json!({"who": "acp-bot", "role": "read"}));
        forge.reset_account();
        let words = "may only read the repository";
        let _told = home
            .acp(&["heartbeat", "--until-idle", "--timeout", "30s"])
            .says(words);
        let _said = home.acp(&["status"]).ok().says(words);
        assert!(home.why("issue/1").contains(words));
        let waiting = home.data(&["outbox", "list"]);
        let waiting = waiting.as_array().unwrap();
        let kinds: Vec<&str> = waiting
            .iter()
            .filter_map(|one| one["kind"].as_str())
            .collect();
        assert!(
            kinds.contains(&"push") && kinds.contains(&"pr"),
            "{kinds:?}"
        );
        assert!(
            waiting.iter().all(|one| one["place"] != "failed"),
            "{waiting:?}"
        );
        let refused = home.acp(&["issue", "create", "--no-label", "--title", "One"]);
        let _refused = refused.with(75).says(words);
        for _ in 0..10 {
            let _pass = home.acp(&["heartbeat"]);
        }
        let account = forge.account();
        assert_eq!(account["writes"], json!({}), "{account}");
        assert!(account["requests"].as_u64().unwrap() <= 60, "{account}");

        let _given = forge.does("set-role", &json!({"who": "acp-bot", "role": "write"}));
        home.later(11 * 60);
        let _idle = home.until_idle();
        let account = forge.account();
        let writes = &account["writes"];
        assert_eq!(
            (&writes["pull"], &writes["issue"]),
            (&json!(1), &json!(1)),
            "{account}"
        );
        assert_eq!(account["written_twice"], json!([]), "{account}");
        assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    }
}

/// An installation of an app is no person: it may not ask who it is, writes check runs, and its tokens live for an hour.
#[test]
fn an_app_does_the_whole_loop_and_goes_on_with_its_next_token() {
    let forge = Forge::start(Kind::Github);
    let (first, next) = ("ghs-of-this-hour-41", "ghs-of-the-next-42");
    let add = |token: &str| {
        let _added = forge.does("add-app-token", &json!({"token": token, "who": "acp-bot"}));
    };
    add(first);
    let home = Home::with_token(&forge, GOOD, first);
    from_issue_to_merge(&forge, &home);
    let account = forge.account();
    assert_eq!(account["by_status"]["401"], json!(null), "{account}");

    // What it wrote with the old one is still its own.
    let _issue = forge.issue("More work");
    home.agent("echo more > more.txt\nacp report implemented\n");
    let _launched = home.acp(&["heartbeat"]).ok().says("launched");
    let _over = forge.does("revoke", &json!({"token": first}));
    add(next);
    home.token(next);
    let _idle = home.until_idle();
    forge.status(4, "success");
    let _idle = home.until_idle();
    let account = forge.account();
    is_clean(&account);
    assert_eq!(account["merges"]["4"], 1, "{account}");
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    assert_eq!(home.data(&["hold", "list"]), json!([]));
}
