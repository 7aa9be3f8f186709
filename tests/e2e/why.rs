//! `acp why`: when what waits is looked at again, and the command that changes it, which does.

use acp::domain::{Cooldown, Intent};
use acp::store::Place;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::env::{Ended, NOW, TestEnv};
use crate::repo::{GOOD, texts};
use crate::state::{comment, now, send, store};

/// A profile whose clock stands still.
fn with_a_clock() -> TestEnv {
    let env = TestEnv::under(GOOD);
    env.var("ACP_TEST_NOW", NOW).var("ACP_TEST_SEED", "7")
}

/// Types the command that `why` names.
#[track_caller]
fn typed(env: &TestEnv, why: &Value) -> Ended {
    let command = why["command"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "acp", "{command}");
    env.acp(&words[1..]).ok()
}

/// Lets an intent wait until then.
fn put_off(env: &TestEnv, intent: &Intent, until: Timestamp) {
    let outbox = store(env).outbox().unwrap();
    let mut all = outbox.open_intents().unwrap().into_iter();
    let queued = all.find(|queued| queued.intent.id == intent.id).unwrap();
    let mut queued = outbox.claim(queued).unwrap().unwrap();
    queued.intent.next = Some(until);
    queued.intent.last_error = Some("the forge is away".to_owned());
    outbox.requeue(&queued).unwrap();
}

#[test]
fn a_write_that_waits_says_until_when_and_what_sends_it() {
    let env = with_a_clock();
    let need = comment(&env, "first", &[]);
    let intent = comment(&env, "second", &[&need]);
    let until = now() + SignedDuration::from_mins(5);
    put_off(&env, &intent, until);
    let why = env.why(intent.id.as_str());
    let expected = json!({
        "subject": intent.id, "lane": null, "code": "pending",
        "why": "it waits to be sent (comment issue/1): the forge is away",
        "next": until, "command": "acp outbox flush", "advice": null,
        "details": [format!("needs {}", need.id)], "url": null,
    });
    assert_eq!(why, expected);
    let shown = env.acp(&["why", intent.id.as_str()]).ok().stdout;
    assert!(
        shown.contains(&format!("\n  next: in 5 min ({until})\n")),
        "{shown}"
    );
    // A moment that is over is none to wait for.
    put_off(&env, &intent, now() - SignedDuration::from_secs(1));
    let why = env.why(intent.id.as_str());
    assert_eq!(
        (&why["code"], &why["next"]),
        (&"pending".into(), &Value::Null)
    );
    send(&env, &need, Place::Claimed);
    let why = env.why(need.id.as_str());
    assert_eq!(
        (&why["code"], &why["command"]),
        (&"claimed".into(), &"acp outbox flush".into())
    );
    assert!(
        why["why"].as_str().unwrap().contains("not confirmed"),
        "{why}"
    );
}

#[test]
fn a_write_that_failed_names_the_verb_that_brings_it_back_and_says_who_gave_it_up() {
    let env = with_a_clock();
    let intent = comment(&env, "first", &[]);
    send(&env, &intent, Place::Failed);
    let id = intent.id.as_str();
    let why = env.why(id);
    assert_eq!(why["code"], "failed", "{why}");
    let text = why["why"].as_str().unwrap();
    assert!(
        text.starts_with("it failed for good (comment issue/1): the forge said"),
        "{why}"
    );
    assert_eq!(why["command"], format!("acp outbox retry {id}"));
    let drops = format!("or `acp outbox drop {id}`: it is never sent");
    assert!(texts(&why["details"])[0].starts_with(&drops), "{why}");
    assert_eq!(why["next"], Value::Null);
    let _back = typed(&env, &why);
    assert_eq!(env.why(id)["code"], "pending");
    send(&env, &intent, Place::Failed);
    let _dropped = env.acp(&["outbox", "drop", id]).ok();
    let why = env.why(id);
    assert_eq!(
        (&why["code"], &why["why"], &why["command"]),
        (
            &"failed".into(),
            &"tester dropped it (comment issue/1)".into(),
            &"acp why issue/1".into()
        )
    );
}

#[test]
fn an_item_that_failed_says_when_it_is_tried_again_and_what_does_so_now() {
    let env = TestEnv::under_with("exit 3\n", "retry: { delays: [6h], attempts_max: 3 }\n");
    let _issue = env.issue("Fail");
    let before = Timestamp::now();
    let _idle = env.until_idle();
    let why = env.why("issue/1");
    assert_eq!(why["code"], "retry", "{why}");
    let next: Timestamp = why["next"].as_str().unwrap().parse().unwrap();
    let wait = next.duration_since(before);
    assert!(
        wait > SignedDuration::from_hours(3) && wait < SignedDuration::from_hours(10),
        "{why}"
    );
    assert_eq!(why["next"], env.data(&["retry", "list"])[0]["next"]);
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(env.why(&run)["next"], why["next"], "its item waits");
    assert_eq!(why["command"], "acp retry clear issue/1");
    let would = env.acp(&["retry", "clear", "issue/1", "--dry-run"]).ok();
    would.prints("issue/1: would be free of 1 failure; the next attempt is 2");
    would.says("it would be next: acp heartbeat");
    assert!(!would.stderr.contains("\nnext: ") && !would.stderr.starts_with("next: "));
    assert_eq!(env.why("issue/1"), why, "a dry run has changed nothing");
    typed(&env, &why).says("next: acp heartbeat");
    let why = env.why("issue/1");
    assert_eq!(
        (&why["code"], &why["next"]),
        (&"launching".into(), &Value::Null)
    );
}

/// It would be looked at, and wait on.
#[test]
fn nothing_is_due_before_the_limit_is_over_that_holds_it_back() {
    let env = TestEnv::under_with("exit 3\n", "retry: { delays: [1h], attempts_max: 3 }\n");
    let _issue = env.issue("Fail");
    let _idle = env.until_idle();
    let far = Timestamp::now() + SignedDuration::from_hours(5);
    let cool = |key: &str| {
        let cooldown = Cooldown::new(key.to_owned(), far, "limit".to_owned(), Timestamp::now());
        store(&env).put_cooldown(&cooldown).unwrap();
    };
    let before = env.why("issue/1");
    assert_eq!(before["code"], "retry");
    assert_ne!(before["next"], json!(far));
    for key in ["agent:command", "forge"] {
        cool(key);
        let why = env.why("issue/1");
        assert_eq!(why["next"], json!(far), "{key}: {why}");
        assert!(store(&env).remove_cooldown(key).unwrap());
    }
    assert_eq!(env.why("issue/1")["next"], before["next"]);
    cool("forge");
    let intent = comment(&env, "first", &[]);
    assert_eq!(env.why(intent.id.as_str())["next"], json!(far));
    put_off(&env, &intent, far - SignedDuration::from_hours(1));
    assert_eq!(env.why(intent.id.as_str())["next"], json!(far));
}

#[test]
fn an_item_whose_agent_cools_down_says_until_when_and_what_ends_that() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("Add work");
    let until = Timestamp::now() + SignedDuration::from_hours(2);
    let key = "agent:command".to_owned();
    let cooldown = Cooldown::new(key, until, "quota".to_owned(), Timestamp::now());
    store(&env).put_cooldown(&cooldown).unwrap();
    let _idle = env.until_idle();
    assert!(env.runs().is_empty());
    let why = env.why("issue/1");
    assert_eq!(
        (&why["code"], &why["next"], &why["command"]),
        (
            &"cooldown".into(),
            &json!(until),
            &"acp cooldown clear agent:command".into()
        ),
        "{why}"
    );
    let _ended = typed(&env, &why);
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
    assert_eq!(texts(&env.show("issue", 1)["labels"]), ["agent-ready"]);
}
