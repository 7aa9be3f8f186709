//! `acp heartbeat --loop`: passes without anything that starts them.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::env::TestEnv;
use crate::repo::GOOD;

#[test]
fn the_loop_tells_each_pass_on_a_line_and_ends_at_its_timeout() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("one");
    let args = [
        "heartbeat",
        "--loop",
        "--every",
        "1s",
        "--timeout",
        "4s",
        "--plain",
    ];
    let ended = env.acp(&args).ok();
    let lines: Vec<Vec<&str>> = ended
        .stdout
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(lines.len() >= 2 && lines.len() <= 5, "{ended:?}");
    for line in &lines {
        assert_eq!((line.len(), line[1]), (8, "ok"), "{line:?}");
    }
    // The first one starts the run, a later one draws its conclusion.
    assert_eq!(lines[0][4], "1");
    let later: usize = lines[1..]
        .iter()
        .map(|line| line[2].parse::<usize>().unwrap())
        .sum();
    assert!(later > 0, "{ended:?}");
    let status = env.data(&["status"]);
    assert!(status["last_pass"].is_string());
}

#[test]
fn one_signal_ends_the_loop_between_two_passes() {
    let env = TestEnv::under(GOOD);
    for signal in ["TERM", "INT"] {
        let args = ["heartbeat", "--loop", "--every", "1h", "--json"];
        let mut child = env
            .acp_command(&args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(first["schema"], "acp.heartbeat.turn/1");
        assert_eq!(first["data"]["pass"]["problems"], serde_json::json!([]));
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        assert!(child.wait().unwrap().success(), "{signal}");
        assert!(lines.next().is_none());
    }
}

#[test]
fn a_profile_that_breaks_meanwhile_is_told_and_one_that_is_broken_ends_it() {
    let env = TestEnv::under(GOOD);
    let args = ["heartbeat", "--loop", "--every", "1s", "--plain"];
    let mut child = env
        .acp_command(&args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _first = lines.next().unwrap().unwrap();
    let good = env.read("acp/config/profiles/web.yaml");
    env.write("acp/config/profiles/web.yaml", "schema: 1\nnonsense: 1\n");
    let result = |line: &str| line.split('\t').nth(1).unwrap().to_owned();
    let mut seen = lines.by_ref().map(|line| result(&line.unwrap())).take(20);
    assert!(seen.any(|word| word == "failed"));
    env.write("acp/config/profiles/web.yaml", &good);
    let mut seen = lines.by_ref().map(|line| result(&line.unwrap())).take(20);
    assert!(seen.any(|word| word == "ok"));
    child.kill().unwrap();
    let _status = child.wait().unwrap();
    env.write("acp/config/profiles/web.yaml", "schema: 1\nnonsense: 1\n");
    let _refused = env.acp(&args).with(78);
    let _both = env.acp(&["heartbeat", "--loop", "--until-idle"]).with(2);
    let _alone = env.acp(&["heartbeat", "--every", "1m"]).with(2);
}

#[test]
fn a_full_disk_behind_the_output_does_not_end_the_loop() {
    let env = TestEnv::under(GOOD);
    let full = std::fs::File::options().write(true).open("/dev/full");
    let args = ["heartbeat", "--loop", "--every", "1s", "--plain"];
    let mut child = env
        .acp_command(&args)
        .stdout(full.unwrap())
        .spawn()
        .unwrap();
    let last_pass = || {
        env.data(&["status"])["last_pass"]
            .as_str()
            .map(str::to_owned)
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..600 {
        seen.extend(last_pass());
        if seen.len() > 1 {
            break;
        }
        assert_eq!(child.try_wait().unwrap(), None, "after {seen:?}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    let _status = child.wait().unwrap();
    assert!(seen.len() > 1, "{seen:?}");
}
