//! The whole loop, from an empty home to a merged change, on each forge.

use serde_json::{Value, json};

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind};

/// An agent that makes the change of issue 1, is blocked at every other issue, and looks at changes.
pub(crate) const OF_ALL_KINDS: &str = "case \"$ACP_ITEM\" in
issue/1) echo 'work for issue/1' > work.txt; acp report implemented;;
issue/*) acp report blocked --detail 'needs a key';;
*) echo 'I have read every line.' | acp report approved --comment-file -;;
esac\n";

/// Has what an agent makes checked, and looked at by another one.
#[track_caller]
pub(crate) fn check_and_review(home: &Home) {
    home.set("verify: []", "verify: [test -e README.md]");
    home.set("policy:\n", "policy:\n  merge: { reviews: 1 }\n");
}

/// The names of the labels of an item, sorted.
pub(crate) fn labels(forge: &Forge, number: u64) -> Vec<String> {
    let item = forge.read(&format!("/issues/{number}"));
    let labels = item["labels"].as_array().unwrap().iter();
    let mut names: Vec<String> = labels
        .map(|label| label["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Nothing was written twice, no set of labels was replaced, no limit was broken.
#[track_caller]
pub(crate) fn is_clean(account: &Value) {
    is_once(account);
    assert_eq!(account["violations"], json!({}), "{account}");
    assert_eq!(account["limits_broken"], 0, "{account}");
}

/// Nothing was written twice, and no set of labels was replaced.
#[track_caller]
pub(crate) fn is_once(account: &Value) {
    assert_eq!(account["written_twice"], json!([]), "{account}");
    assert_eq!(
        account["writes"]["labels-replaced"],
        Value::Null,
        "{account}"
    );
    let pulls = account["pulls_by_head"].as_object().unwrap();
    assert!(pulls.values().all(|count| *count == 1), "{account}");
}

/// A draft pull request first; then, when the policy allows merges and the checks are green, a merged one.
pub(crate) fn from_issue_to_merge(forge: &Forge, home: &Home) {
    let issue = forge.issue("Add work");
    let _labelled = forge.does(
        "label",
        &json!({"number": issue, "labels": ["of-a-person"]}),
    );
    forge.reset_account();
    let _idle = home.until_idle().says("idle after");
    let pull = forge.read("/pulls/2");
    let body = pull["body"].as_str().unwrap();
    assert!(
        body.contains("Closes #1") && body.contains("<!-- acp:"),
        "{body}"
    );
    assert!(
        body.contains("by run `") && body.contains("**Risk**: 0 (low)"),
        "{body}"
    );
    assert_eq!(pull["state"], "open");
    let title = pull["title"].as_str().unwrap();
    let draft = pull["draft"] == true;
    assert!(draft && title.ends_with("Add work"), "{pull}");
    assert_eq!(labels(forge, 1), ["agent-ready", "of-a-person"]);
    let account = forge.account();
    is_clean(&account);
    assert_eq!(account["writes"]["pull"], 1, "{account}");
    assert_eq!(
        account["merges"],
        json!({}),
        "drafts are not merged: {account}"
    );
    let why = home.why("pr/2");
    assert!(why.contains("a person must look"), "{why}");

    home.set("writes: draft", "writes: full");
    forge.status(2, "success");
    let _idle = home.until_idle();
    assert!(home.why("pr/2").contains("it is a draft"));
    // What was opened as a draft is a person's to let go.
    let _approved = home.acp(&["pr", "approve", "2"]).ok();
    let _idle = home.until_idle();
    let (pull, issue) = (forge.read("/pulls/2"), forge.read("/issues/1"));
    assert_eq!(
        (&pull["merged"], &issue["state"]),
        (&json!(true), &json!("closed"))
    );
    let account = forge.account();
    is_clean(&account);
    assert_eq!(account["writes"]["pull"], 1, "{account}");
    assert_eq!(account["merges"]["2"], 1, "{account}");
    assert_eq!(labels(forge, 1), ["agent-ready", "of-a-person"]);
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    let why = home.why("pr/2");
    assert!(why.starts_with("pr/2: it is merged\n"), "{why}");
    let page = home.data(&["pr", "show", "2"])["url"].clone();
    assert!(why.contains(page.as_str().unwrap()), "{why}");
    assert_eq!(branches(forge), "main\n", "a merged branch is removed");
}

/// The branches of the forge, a line each.
fn branches(forge: &Forge) -> String {
    let mut git = std::process::Command::new("git");
    git.arg("--git-dir").arg(forge.bare());
    git.args(["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
    String::from_utf8(git.output().unwrap().stdout).unwrap()
}

/// A second issue: with `writes: full` it is merged with nobody looking, once its check is green.
fn the_next_one_goes_through_alone(forge: &Forge, home: &Home) {
    let issue = forge.issue("More work");
    home.agent("echo more > more.txt\nacp report implemented\n");
    let _idle = home.until_idle();
    let number = issue + 1;
    assert_eq!(forge.read(&format!("/pulls/{number}"))["draft"], false);
    let waits = home.data(&["why", &format!("pr/{number}")]);
    assert_ne!(waits["state"], "merged", "{waits}");
    forge.status(number, "success");
    let _idle = home.until_idle();
    let account = forge.account();
    is_clean(&account);
    assert_eq!(account["merges"][number.to_string()], 1, "{account}");
    assert_eq!(forge.read(&format!("/issues/{issue}"))["state"], "closed");
}

#[test]
fn an_issue_on_github_becomes_a_merged_change_and_idle_costs_nothing() {
    let forge = Forge::start(Kind::Github);
    let home = Home::at(&forge, GOOD);
    from_issue_to_merge(&forge, &home);
    the_next_one_goes_through_alone(&forge, &home);
    let _last = home.until_idle();
    forge.reset_account();
    let stats = home.acp(&["heartbeat", "--stats"]).ok();
    assert!(
        stats.stdout.contains("1 request, ") && stats.stdout.contains("0 processes"),
        "{stats:?}"
    );
    let account = forge.account();
    assert_eq!(
        (&account["requests"], &account["charged"]),
        (&json!(1), &json!(0)),
        "{account}"
    );
    assert_eq!(account["by_status"], json!({"304": 1}));
}

#[test]
fn an_issue_on_gitea_becomes_a_merged_change_and_idle_asks_little() {
    let forge = Forge::start(Kind::Gitea);
    let home = Home::at(&forge, GOOD);
    from_issue_to_merge(&forge, &home);
    the_next_one_goes_through_alone(&forge, &home);
    let _last = home.until_idle();
    forge.reset_account();
    let _idle = home.acp(&["heartbeat"]).ok();
    let account = forge.account();
    // The listing; and both pull requests, which changed a moment ago.
    assert!(account["requests"].as_u64().unwrap() <= 3, "{account}");
}
