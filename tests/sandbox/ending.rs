//! Confined processes are found and ended like all others.

use std::fs;
use std::time::{Duration, Instant};

use crate::env::TestEnv;
use crate::machine::can_confine;
use crate::place::{LAST_WORDS, has_its_grace, place};

/// Ignores TERM and leaves a process in a session of its own with an environment of its own.
const STUBBORN: &str =
    "trap '' TERM\n(setsid env -i sleep 600 &)\n: > started\nwhile :; do sleep 1; done\n";

/// The pids of everything on this machine whose working folder is in the test's worktrees.
fn inside(env: &TestEnv) -> Vec<String> {
    let worktrees = env.path("acp/state/web/worktrees");
    let mut found = vec![];
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let stands = fs::read_link(entry.path().join("cwd"));
        if stands.is_ok_and(|folder| folder.starts_with(&worktrees)) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[track_caller]
fn assert_empty(env: &TestEnv) {
    let begun = Instant::now();
    while !inside(env).is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            inside(env)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn begun(script: &str) -> TestEnv {
    let env = place(script, "");
    env.issue("Go on for ever");
    let _pass = env.acp(&["heartbeat"]).ok();
    env.wait_for("acp/state/web/worktrees", "started");
    assert!(inside(&env).len() >= 3, "{:?}", inside(&env));
    env
}

#[test]
fn stop_ends_what_ignores_it_and_what_ran_away() {
    if !can_confine("stop") {
        return;
    }
    let env = begun(STUBBORN);
    let _stopped = env.acp(&["stop"]).ok();
    assert_empty(&env);
}

#[test]
fn nothing_inside_outlives_the_supervisor() {
    if !can_confine("the supervisor's end") {
        return;
    }
    let env = begun(STUBBORN);
    let run = env.runs()[0].to_string();
    let record = env
        .all_files("acp/state/web/runs")
        .into_iter()
        .find(|(path, bytes)| path.ends_with("run.json") && !bytes.is_empty())
        .unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record.1).unwrap();
    let text = record.to_string();
    let pid = text
        .split("\"supervisor\":{")
        .nth(1)
        .unwrap_or_else(|| panic!("{text} {run}"));
    let pid = pid.split("\"pid\":").nth(1).unwrap();
    let pid: String = pid.chars().take_while(char::is_ascii_digit).collect();
    assert!(
        env.command("kill")
            .args(["-9", &pid])
            .status()
            .unwrap()
            .success()
    );
    // No pass has looked yet: the kernel ends them.
    assert_empty(&env);
    let _stopped = env.acp(&["stop"]).ok();
}

#[test]
fn a_confined_agent_has_its_grace() {
    if !can_confine("the grace") {
        return;
    }
    let env = place(LAST_WORDS, "");
    has_its_grace(&env, "2s");
    assert_empty(&env);
}
