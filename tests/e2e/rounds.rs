//! Issues that are never done, by the real binary: one by the clock, and one that stays open.

use jiff::{SignedDuration, Timestamp};

use crate::env::{TestEnv, end};
use crate::repo::GOOD;
use crate::state::store;

const LOOKS: &str = "echo 'All is **well**, @everyone.' | acp report reported --comment-file -\n";
const ALERTS: &str =
    "echo dirt > dirt.txt\nacp report reported --alert --detail 'The disk is full'\n";

/// Moves the start of the last run of issue/1 into the past.
fn started_hours_ago(env: &TestEnv, hours: i64) {
    let retries = store(env).retries();
    let mut retry = retries.get("issue-1").unwrap().unwrap();
    retry.started = Some(Timestamp::now() - SignedDuration::from_hours(hours));
    // A start before the approval would be due at once.
    let mut book = store(env).trust().unwrap();
    let note = book.notes.get_mut(&1).unwrap();
    note.pin.as_mut().unwrap().at = Timestamp::now() - SignedDuration::from_hours(hours + 1);
    store(env).put_trust(&book).unwrap();
    retries.put("issue-1", &retry).unwrap();
}

#[test]
fn a_scheduled_issue_is_looked_at_by_the_clock_and_commented_once_for_each_run() {
    let env = TestEnv::under(LOOKS);
    let body = "Look after the disk.\n\nAgent schedule: every 6h";
    let number = env.issue_with("Look", &["--body", body, "--label", "agent-ready"]);
    assert_eq!(number, 1);
    let prompt = env.data(&["prompt", "show", "issue/1"])["prompt"].clone();
    let prompt = prompt.as_str().unwrap();
    assert!(prompt.starts_with("# Look at issue/1\n"), "{prompt}");
    let planned = env.why("issue/1");
    assert_eq!(
        (&planned["lane"], &planned["code"]),
        (&"scheduled".into(), &"launching".into())
    );
    let _idle = env.until_idle();
    let why = env.why("issue/1");
    assert_eq!(
        (&why["lane"], &why["code"]),
        (&"scheduled".into(), &"scheduled".into())
    );
    assert!(why["why"].as_str().unwrap().contains("every 6h"), "{why}");
    assert!(why["next"].is_string(), "{why}");
    let issue = env.show("issue", 1);
    assert_eq!(
        (&issue["state"], &issue["lane"]),
        (&"open".into(), &"scheduled".into())
    );
    assert_eq!(issue["labels"].as_array().unwrap(), &["agent-ready"]);
    let comments = issue["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 1, "{issue}");
    let text = comments[0]["body"].as_str().unwrap();
    assert!(
        text.starts_with("### Report\n\nAll is **well**") && !text.contains("@everyone"),
        "{text}"
    );
    assert!(env.pulls().is_empty());
    assert_eq!(env.runs()[0]["outcome"], "reported");
    // Nothing happens before its time, and then once, however much was missed.
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 1);
    env.agent(ALERTS);
    started_hours_ago(&env, 48);
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 2);
    let comments = env.show("issue", 1)["comments"].clone();
    assert_eq!(comments.as_array().unwrap().len(), 2, "{comments}");
    let text = comments[1]["body"].as_str().unwrap();
    assert!(text.starts_with("### Alert\n\nThe disk is full"), "{text}");
    assert!(text.contains("The run changed 1 file."), "{text}");
    assert_eq!(env.merged("dirt.txt"), None);
    let files = env.all_files("acp/state/web/history");
    let bundles = files
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|e| e == "bundle"));
    assert_eq!(bundles.count(), 1, "what it changed is kept");
    let status = env.data(&["status"]);
    assert_eq!(status["waiting_for_you"][0]["item"], "issue/1", "{status}");
    assert!(
        env.git_in(&env.forge_repo(), &["branch", "--list", "agent/*"])
            .is_empty()
    );
    // All is well again: nobody has to look.
    env.agent(LOOKS);
    started_hours_ago(&env, 7);
    let _idle = env.until_idle();
    assert_eq!(
        env.data(&["status"])["waiting_for_you"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let _sound = env.acp(&["fsck"]).ok();
}

#[test]
fn a_schedule_that_cannot_be_read_is_said_and_nothing_runs() {
    let env = TestEnv::under(LOOKS);
    let _issue = env.issue_with("Look", &["--body", "Agent schedule: every sometimes"]);
    let _idle = env.until_idle();
    assert!(env.runs().is_empty());
    let why = env.why("issue/1");
    assert_eq!(why["code"], "bad-schedule", "{why}");
    let text = why["why"].as_str().unwrap();
    assert!(
        text.contains("`every sometimes`") && text.contains("every 6h"),
        "{text}"
    );
}

#[test]
fn an_issue_that_stays_open_comes_again_an_hour_after_its_merge() {
    let env = TestEnv::under(GOOD);
    let labels = ["--label", "agent-ready", "--label", "agent-keep-open"];
    let _issue = env.issue_with("Tidy", &labels);
    assert_eq!(env.why("issue/1")["lane"], "recurring");
    let _idle = env.until_idle();
    let pull = env.show("pr", 2);
    assert_eq!(pull["merged"], true, "{pull}");
    assert!(pull["body"].as_str().unwrap().contains("Refs #1"));
    assert_eq!(env.show("issue", 1)["state"], "open");
    let why = env.why("issue/1");
    assert_eq!(
        (&why["lane"], &why["code"]),
        (&"recurring".into(), &"keep-open".into()),
        "{why}"
    );
    assert!(why["next"].is_string(), "{why}");
    assert_eq!(env.runs().len(), 1);
    let later = (Timestamp::now() + SignedDuration::from_mins(70)).to_string();
    let mut command = env.acp_command(&["why", "issue/1", "--json"]);
    let then = end(command.env("ACP_TEST_NOW", later), b"").ok().json();
    assert_eq!(then["data"]["code"], "launching", "{then}");
}
