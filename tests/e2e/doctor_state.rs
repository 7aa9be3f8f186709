//! What `acp doctor` says of locks and of a disk that is full.

use std::process::Command;

use acp::store::LockName;
use jiff::{SignedDuration, Timestamp};

use crate::doctor::{doctor, has};
use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::state::store;

#[test]
fn a_lock_that_is_held_for_long_is_named_with_its_holder() {
    let env = TestEnv::under(GOOD);
    let store = store(&env);
    let _pass = store
        .try_lock(LockName::Pass, "acp heartbeat")
        .unwrap()
        .unwrap();
    has(&doctor(&env, &[], 0), "locks", "ok", "", "");
    let later = Timestamp::now() + SignedDuration::from_mins(20);
    let env = env.var("ACP_TEST_NOW", &later.to_string());
    let me = std::process::id();
    let meaning = format!("`acp heartbeat` (process {me} on ");
    let ended = doctor(&env, &[], 0);
    has(
        &ended,
        "locks",
        "warning",
        &meaning,
        &format!("ps -fp {me}"),
    );
    has(
        &ended,
        "locks",
        "warning",
        "has held the lock `pass` for 20 min",
        "ps",
    );
}

/// A child of the process that took it may hold it on.
#[test]
fn a_lock_whose_taker_is_gone_fails_and_who_holds_it_can_be_found() {
    let env = TestEnv::under(GOOD);
    let store = store(&env);
    let _flush = store
        .try_lock(LockName::Flush, "acp outbox flush")
        .unwrap()
        .unwrap();
    let mut gone = Command::new("true").spawn().unwrap();
    let pid = gone.id().to_string();
    assert!(gone.wait().unwrap().success());
    let file = "acp/state/web/locks/flush.lock";
    let me = std::process::id().to_string();
    let text = env.read(file);
    assert!(text.contains(&me), "{text}");
    env.write(file, &text.replace(&me, &pid));
    let ended = doctor(&env, &[], 1);
    let meaning = format!(
        "the lock `flush` is held, though process {pid} (`acp outbox flush`), which took it, is gone"
    );
    let command = format!("fuser -v {}", env.path(file).display());
    has(&ended, "locks", "failed", &meaning, &command);
}

#[test]
fn a_disk_with_less_room_than_is_wanted_fails() {
    let env = TestEnv::under_with(GOOD, "limits: { disk_free_min: 1000TB }\n");
    let meaning = "are free and `limits.disk_free_min` is 909.4 TiB: nothing is launched";
    has(
        &doctor(&env, &[], 1),
        "disk",
        "failed",
        meaning,
        "acp sweep",
    );
    // It is as it says.
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    assert!(env.runs().is_empty(), "{:?}", env.runs());
}
