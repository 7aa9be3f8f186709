//! `acp outbox`.

use acp::store::{LockName, Place};

use crate::env::{TestEnv, names};
use crate::state::{comment, send, store, with_profile};

#[test]
fn an_empty_outbox_is_success_and_touches_nothing() {
    let env = with_profile();
    for args in [&["outbox", "flush"][..], &["outbox", "list"]] {
        let ended = env.acp(args).ok();
        assert_eq!(ended.stdout, "");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
    let flush = env.acp(&["outbox", "flush", "--json"]).ok();
    assert_eq!(flush.json()["schema"], "acp.outbox.flush/1");
    assert_eq!(flush.json()["data"]["sent"], serde_json::json!([]));
    assert_eq!(flush.stderr, "");
    let list = env.acp(&["outbox", "list", "--json"]).ok().json();
    assert_eq!(list["data"], serde_json::json!([]));
    assert_eq!(names(&env.path("acp")), ["config"]);
}

#[test]
fn an_empty_outbox_is_flushed_whatever_the_profile_says() {
    let env = TestEnv::new();
    env.write("acp/config/profiles/web.yaml", "no profile at all");
    let _nothing = env.acp(&["outbox", "flush"]).ok();
    env.acp(&["outbox", "flush", "--profile", "other"])
        .with(66)
        .says("`web`");
    TestEnv::new()
        .acp(&["outbox", "flush"])
        .with(66)
        .says("acp init");
}

#[test]
fn open_writes_are_listed_in_order_and_done_ones_when_asked_for() {
    let env = with_profile();
    let first = comment(&env, "first", &[]);
    let second = comment(&env, "second", &[&first]);
    let third = comment(&env, "third", &[]);
    send(&env, &first, Place::Done);
    send(&env, &second, Place::Failed);
    let list = env.acp(&["outbox", "list", "--plain"]).ok().stdout;
    assert_eq!(
        list,
        format!(
            "{}\tfailed\tcomment\tissue/1\tdispatched\t2\t\tthe forge said \u{fffd}[31mno\n\
             {}\tpending\tcomment\tissue/1\tprepared\t0\t\t\n",
            second.id, third.id
        )
    );
    let all = env.acp(&["outbox", "list", "--done", "--json"]).ok().json();
    let all = all["data"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(
        (&all[0]["place"], &all[0]["item"]),
        (&"done".into(), &"issue/1".into())
    );
    let human = env.acp(&["outbox", "list"]).ok().stdout;
    assert!(
        human.starts_with("ID") && !human.contains('\u{1b}'),
        "{human}"
    );
}

#[test]
fn one_write_is_shown_whole_and_harmless() {
    let env = with_profile();
    let need = comment(&env, "need", &[]);
    let intent = comment(&env, "a body\nwith \u{1b}[2J lines", &[&need]);
    let human = env.acp(&["outbox", "show", intent.id.as_str()]).ok().stdout;
    assert!(human.contains("a body\nwith \u{fffd}[2J lines"), "{human}");
    assert!(
        human.contains(need.id.as_str()) && human.contains("<!-- acp:"),
        "{human}"
    );
    let json = env
        .acp(&["outbox", "show", intent.id.as_str(), "--json"])
        .ok()
        .json();
    assert_eq!(
        json["data"]["payload"]["body"],
        "a body\nwith \u{1b}[2J lines"
    );
    assert_eq!(json["data"]["place"], "pending");
    let plain = env
        .acp(&["outbox", "show", intent.id.as_str(), "--plain"])
        .ok();
    assert!(
        plain
            .stdout
            .starts_with(&format!("id\t{}\nplace\tpending\n", intent.id))
    );
    let _unknown = env.acp(&["outbox", "show", "0123456789abcdef"]).with(66);
    let _no_id = env.acp(&["outbox", "show", "12"]).with(2);
}

#[test]
fn a_failed_write_goes_back_to_its_place() {
    let env = with_profile();
    let first = comment(&env, "first", &[]);
    let second = comment(&env, "second", &[]);
    send(&env, &first, Place::Failed);
    let dry = env
        .acp(&["outbox", "retry", first.id.as_str(), "--dry-run", "--plain"])
        .ok();
    assert!(dry.stdout.ends_with("\tdry-run\n"), "{dry:?}");
    let outbox = store(&env).outbox().unwrap();
    assert_eq!(outbox.find(&first.id).unwrap().unwrap().0, Place::Failed);
    let retried = env.acp(&["outbox", "retry", first.id.as_str()]).ok();
    retried.says("acp outbox flush");
    let open = outbox.open_intents().unwrap();
    let ids: Vec<_> = open.iter().map(|queued| &queued.intent.id).collect();
    assert_eq!(ids, [&first.id, &second.id]);
    assert!(open.iter().all(|queued| queued.place == Place::Pending));
    let due = env.acp(&["outbox", "flush", "--dry-run", "--plain"]).ok();
    assert_eq!(due.stdout.lines().count(), 2, "{due:?}");
}

#[test]
fn a_drop_names_all_that_go_and_refuses_what_may_have_happened() {
    let env = with_profile();
    let first = comment(&env, "first", &[]);
    let second = comment(&env, "second", &[&first]);
    let sent = comment(&env, "sent", &[]);
    send(&env, &first, Place::Failed);
    send(&env, &sent, Place::Pending);
    env.acp(&["outbox", "drop", sent.id.as_str()])
        .with(77)
        .says("acp outbox flush");
    let dropped = env
        .acp(&["outbox", "drop", first.id.as_str(), "--json"])
        .ok()
        .json();
    let changed = dropped["data"]["changed"].as_array().unwrap();
    let subjects: Vec<&str> = changed
        .iter()
        .map(|c| c["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, [first.id.as_str(), second.id.as_str()]);
    assert_eq!(wanted(&env), std::slice::from_ref(&sent.id));
    env.acp(&["outbox", "drop", first.id.as_str()])
        .with(77)
        .says("dropped it");
    env.acp(&["outbox", "retry", first.id.as_str()])
        .with(77)
        .says("dropped it");
    let all = env
        .acp(&["outbox", "list", "--done", "--plain"])
        .ok()
        .stdout;
    assert_eq!(all.matches("\tdropped\t").count(), 2, "{all}");
}

#[test]
fn a_change_waits_for_the_flusher() {
    let env = with_profile();
    let intent = comment(&env, "first", &[]);
    let store = store(&env);
    let lock = store
        .try_lock(LockName::Flush, "a flusher")
        .unwrap()
        .unwrap();
    let mut drop_it = env.acp_command(&["outbox", "drop", intent.id.as_str()]);
    let mut child = drop_it.stdout(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(150));
    assert!(child.try_wait().unwrap().is_none());
    assert_eq!(store.outbox().unwrap().open_intents().unwrap().len(), 1);
    drop(lock);
    assert!(child.wait().unwrap().success());
    assert!(wanted(&env).is_empty());
}

/// What is in the outbox and was not given up.
fn wanted(env: &TestEnv) -> Vec<acp::domain::IntentId> {
    let open = store(env).outbox().unwrap().open_intents().unwrap();
    let wanted = open.into_iter().filter(|q| q.intent.dropped.is_none());
    wanted.map(|queued| queued.intent.id).collect()
}

/// Runs a verb that dies at a crash point.
fn dies_at(env: &TestEnv, point: &str, args: &[&str]) {
    let mut command = env.acp_command(args);
    command.env("ACP_TEST_CRASH", point);
    let status = command.output().unwrap().status;
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(6),
        "{point}"
    );
}

#[test]
fn a_killed_retry_leaves_it_failed_and_a_killed_drop_leaves_none_without_its_need() {
    let env = with_profile();
    let first = comment(&env, "first", &[]);
    let second = comment(&env, "second", &[&first]);
    let third = comment(&env, "third", &[&second]);
    send(&env, &first, Place::Failed);
    let outbox = store(&env).outbox().unwrap();
    let id = first.id.as_str();
    dies_at(&env, "desk.before_retry", &["outbox", "retry", id]);
    assert_eq!(outbox.find(&first.id).unwrap().unwrap().0, Place::Failed);
    for left in [2, 1, 0] {
        dies_at(&env, "desk.intent_dropped", &["outbox", "drop", id]);
        let all = [first.id.clone(), second.id.clone(), third.id.clone()];
        assert_eq!(wanted(&env), all[..left]);
    }
}

/// A profile with its local forge, made from a checkout.
fn with_forge() -> TestEnv {
    let env = TestEnv::new();
    let git = |args: &[&str]| {
        let done = env.command("git").args(args).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    let web = env.path("web");
    let web = web.to_str().unwrap();
    git(&["init", "-q", web]);
    env.write("web/README.md", "web\n");
    git(&["-C", web, "add", "."]);
    git(&["-C", web, "commit", "-qm", "first"]);
    let init = ["init", "--repo", web, "--agent-command", "true", "--yes"];
    let _made = env.acp(&init).ok();
    env
}

#[test]
fn a_flush_sends_what_waits_once_and_says_so() {
    let env = with_forge();
    let _issue = env
        .acp(&["issue", "create", "--title", "One", "--body", "x"])
        .ok();
    let intent = comment(&env, "from a run", &[]);
    let sent = env.acp(&["outbox", "flush", "--json"]).ok().json();
    assert_eq!(sent["data"]["sent"][0]["id"], intent.id.as_str());
    assert_eq!(sent["data"]["sent"][0]["error"], serde_json::Value::Null);
    let shown = env.acp(&["issue", "show", "1"]).ok().stdout;
    assert_eq!(shown.matches("from a run").count(), 1, "{shown}");
    let again = env.acp(&["outbox", "flush", "--plain"]).ok();
    assert_eq!(again.stdout, "");
    let done = env
        .acp(&["outbox", "list", "--done", "--plain"])
        .ok()
        .stdout;
    assert!(
        done.contains(&format!("{}\tdone\tcomment", intent.id)),
        "{done}"
    );
}

#[test]
fn a_write_to_what_is_not_there_fails_and_can_be_given_up() {
    let env = with_forge();
    let intent = comment(&env, "nowhere", &[]);
    let flushed = env.acp(&["outbox", "flush"]).ok().stdout;
    assert!(flushed.contains("not yet"), "{flushed}");
    let list = env.acp(&["outbox", "list", "--plain"]).ok().stdout;
    assert!(list.contains("\tfailed\t"), "{list}");
    let _dropped = env.acp(&["outbox", "drop", intent.id.as_str()]).ok();
    assert_eq!(env.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
}

#[test]
fn a_flush_beside_another_flusher_is_success() {
    let env = with_forge();
    comment(&env, "x", &[]);
    let flusher = store(&env).try_lock(LockName::Flush, "another").unwrap();
    let busy = env.acp(&["outbox", "flush", "--json"]).ok().json();
    assert_eq!(busy["data"]["busy"], true);
    env.acp(&["outbox", "flush"]).ok().says("another flusher");
    drop(flusher);
}
