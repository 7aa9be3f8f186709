//! Profiles and records that are wrong, damaged or from a later version, clocks that go back, homes that are not there.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;

use serde_json::Value;

use crate::env::TestEnv;
use crate::repo::{GOOD, QUICK};

#[test]
fn a_typo_in_a_limit_stops_every_verb_with_a_suggestion() {
    let env = TestEnv::under_with(GOOD, "limits: { workres: 1 }\n");
    for verb in ["heartbeat", "status", "reconcile"] {
        let wrong = env.acp(&[verb]).with(78);
        wrong.says("limits.workres");
        wrong.says("`workers`");
        wrong.says("web.yaml:");
    }
    let error = env.acp(&["status", "--json"]).with(78).json_error();
    assert_eq!(error["kind"], "config");
}

#[test]
fn profiles_that_cannot_be_read_are_refused_quickly() {
    let bomb: String = (0..30)
        .map(|n| match n {
            0 => "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(),
            _ => format!(
                "a{n}: &a{n} [{}]\n",
                vec![format!("*a{}", n - 1); 9].join(",")
            ),
        })
        .collect();
    let deep = format!("limits: {}", "[".repeat(100_000));
    for (text, said) in [
        (bomb.as_str(), "web.yaml"),
        (&deep, "web.yaml"),
        ("schema: 2\n", "schema"),
        ("schema: 1\nschema: 1\n", "web.yaml"),
        ("\u{0}", "web.yaml"),
        ("- a\n", "web.yaml"),
        ("limits: { workers: -1 }\n", "limits.workers"),
        (
            "limits: { workers: 99999999999999999999 }\n",
            "limits.workers",
        ),
        ("policy: { merge: { auto_max: 101 } }\n", "auto_max"),
    ] {
        let env = TestEnv::under(GOOD);
        env.write("acp/config/profiles/web.yaml", text);
        env.acp(&["heartbeat"]).with(78).says(said);
    }
    let env = TestEnv::under(GOOD);
    fs::write(env.path("acp/config/profiles/web.yaml"), b"a: \xff").unwrap();
    let _refused = env.acp(&["heartbeat"]).with(78);
}

/// What is in this file instead, and how every verb of the loop then ends; the file must stay as it is.
#[track_caller]
fn with_record(env: &TestEnv, file: &str, text: &str, said: &str) {
    let before = fs::read(env.path(file)).unwrap();
    env.write(file, text);
    let name = file.rsplit('/').next().unwrap();
    for verb in [&["heartbeat"][..], &["status"], &["reconcile"]] {
        let ended = env.acp(verb).with(65);
        let told = format!("{}{}", ended.stdout, ended.stderr);
        assert!(told.contains(name) && told.contains(said), "{ended:?}");
        assert_eq!(env.read(file), text, "{verb:?} wrote over {file}");
    }
    fs::write(env.path(file), before).unwrap();
}

#[test]
fn damaged_and_newer_records_are_named_and_never_overwritten() {
    let env = TestEnv::under("acp report blocked --detail no\n");
    env.set("writes: full", "writes: draft");
    let _issue = env.issue("Blocked");
    env.agent(GOOD);
    let _issue = env.issue("Open");
    let _idle = env.until_idle();
    let run = env.data(&["run", "list"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let records = [
        format!("acp/state/web/runs/{run}/run.json"),
        "acp/state/web/retries/issue-1.json".to_owned(),
        "acp/state/web/forge/index.json".to_owned(),
    ];
    for file in &records {
        let newer = r#"{"format":99,"from":"the future"}"#;
        with_record(&env, file, newer, "newer");
        if !file.ends_with("index.json") {
            for damaged in ["", "{", "[]", "{\"format\":1}", "\u{0}\u{0}\u{0}\u{0}"] {
                with_record(&env, file, damaged, "");
            }
        }
    }
    env.acp(&["heartbeat"]).ok().says("");
    let _idle = env.until_idle();
}

/// The agent of the first issue waits, and acp can read no more what it is at.
#[test]
fn one_torn_run_keeps_its_own_item_and_every_other_goes_on() {
    let waits = "touch began\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.1; done\n";
    let env = TestEnv::under(waits);
    let _one = env.issue("One");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "began");
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    env.agent(GOOD);
    let _two = env.issue("Two");
    for torn in [
        "{\"format\":9}",
        "",
        "\u{0}\u{0}",
        "{\"format\":1,\"id\":\"2026",
    ] {
        env.write(&format!("acp/state/web/runs/{run}/run.json"), torn);
        for verb in ["heartbeat", "reconcile", "status"] {
            let ended = env.acp(&[verb]).with(65);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("acp fsck"), "{verb}: {said}");
            let named = said.matches("run.json").count();
            assert!(named == 1 || verb == "status", "{verb}: {said}");
            assert!(said.contains(&run), "{verb}: {said}");
        }
    }
    for _ in 0..200 {
        let _pass = env.acp(&["heartbeat"]).with(65);
        if env.merged("work.txt").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    assert!(env.merged("work.txt").is_some(), "the second issue is done");
    let why = env.acp(&["why", "issue/1", "--json"]).with(65).json();
    assert_eq!(why["data"]["code"], "unreadable");
    assert_eq!(why["data"]["command"], "acp fsck");
    let of_one = || {
        let of = |folder| match env.path(folder) {
            folder if folder.is_dir() => crate::env::names(&folder),
            _ => vec![],
        };
        let all = [of("acp/state/web/runs"), of("acp/state/web/history")].concat();
        let of_one = |name: &&String| name.contains("issue-1-") && !name.ends_with(".bundle");
        all.iter().filter(of_one).count()
    };
    assert_eq!(of_one(), 1, "it is not started a second time");
    let found = env.acp(&["fsck", "--plain"]).with(1).stdout;
    let lines: Vec<&str> = found.lines().collect();
    let [line] = lines[..] else { panic!("{found}") };
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!(fields[1], "unreadable");
    let acp = format!("{} ", env!("CARGO_BIN_EXE_acp"));
    let line = fields[4].replace("acp ", &acp);
    let mended = env.command("sh").args(["-c", &line]).output().unwrap();
    assert!(mended.status.success(), "{mended:?}");
    env.write("home/go", "");
    env.agent("echo one > one.txt\nacp report implemented\n");
    let _idle = env.until_idle();
    assert!(env.merged("one.txt").is_some(), "{:?}", env.runs());
    assert_eq!(of_one(), 2);
}

#[test]
fn a_damaged_run_says_what_to_do_and_others_can_still_be_stopped() {
    let env = TestEnv::under("sleep 100\n");
    let _issue = env.issue("One");
    let _running = env.passes_until("issue/1", "running");
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let file = format!("acp/state/web/runs/{run}/run.json");
    let good = env.read(&file);
    env.write(&file, "{");
    let status = env.acp(&["status"]).with(65);
    status.prints("run.json");
    status.prints("acp fsck");
    env.write(&file, &good);
    let _stopped = env.acp(&["stop"]).ok();
}

#[test]
fn a_clock_that_goes_back_an_hour_neither_stalls_nor_repeats() {
    let at = |env: TestEnv, time: &str| env.var("ACP_TEST_NOW", time);
    let env = at(
        TestEnv::under_with("exit 3\n", QUICK),
        "2026-11-21T12:00:00Z",
    );
    let _issue = env.issue("Fail once");
    let _retry = {
        let _pass = env.pass();
        env.wait_for("acp/state/web/runs", "run.json");
        let mut why = Value::Null;
        for _ in 0..100 {
            let _pass = env.acp(&["reconcile"]).ok();
            why = env.why("issue/1");
            if why["code"] != "running" && why["code"] != "judging" {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        why
    };
    env.agent(GOOD);
    let env = at(env, "2026-11-21T11:00:00Z");
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed", "{:?}", env.runs());
    let runs = env.runs();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert_eq!(env.pulls().len(), 1);
    assert!(
        env.show("issue", 1)["comments"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let env = at(env, "2026-11-21T10:00:00Z");
    let quiet = env.acp(&["heartbeat", "--plain"]).ok();
    assert_eq!(quiet.stdout, "");
}

#[test]
fn a_wait_that_lies_too_far_ahead_after_the_clock_went_back_is_due() {
    let env = TestEnv::under_with("exit 3\n", "retry: { delays: [30m], attempts_max: 3 }\n")
        .var("ACP_TEST_NOW", "2026-11-21T12:00:00Z");
    let _issue = env.issue("Fail once");
    let _retry = env.passes_until("issue/1", "retry");
    env.agent(GOOD);
    let env = env.var("ACP_TEST_NOW", "2026-11-21T12:01:00Z");
    assert_eq!(env.why("issue/1")["code"], "retry");
    let env = env.var("ACP_TEST_NOW", "2026-11-21T06:00:00Z");
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
}

#[test]
fn without_a_home_or_with_one_that_is_no_folder_the_error_names_it() {
    let env = TestEnv::repo();
    let bare = |args: &[&str]| {
        let output = env
            .acp_command(args)
            .env_remove("HOME")
            .env_remove("ACP_HOME")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    for args in [&["status"][..], &["init", "--yes"], &["heartbeat"]] {
        let (code, said) = bare(args);
        assert_eq!(code, Some(78), "{args:?}: {said}");
        assert!(said.contains("ACP_HOME"), "{said}");
    }
    let file = env.write("file", "not a folder");
    let env = env.var("ACP_HOME", file.to_str().unwrap());
    env.acp(&["init", "--yes", "--agent-command", "true"])
        .with(74)
        .says("file");
    assert_eq!(env.read("file"), "not a folder");
    let nowhere = env.var("ACP_HOME", "/proc/acp");
    nowhere
        .acp(&["init", "--yes", "--agent-command", "true"])
        .with(74)
        .says("/proc/acp");
}

#[test]
fn a_forge_or_repository_that_is_gone_is_named() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("T");
    let forge = env.path("acp/state/forge/local/web");
    fs::rename(&forge, env.path("elsewhere")).unwrap();
    for args in [
        &["heartbeat"][..],
        &["status"],
        &["issue", "create", "--title", "T"],
    ] {
        let gone = env.acp(args).with(66);
        gone.says("forge/local/web");
        gone.says("hint: ");
    }
    fs::rename(env.path("elsewhere"), &forge).unwrap();
    let _idle = env.until_idle();
    fs::remove_dir_all(env.path("acp/state/web/repo.git")).unwrap();
    let _issue = env.issue("T2");
    env.agent("echo again > again.txt\nacp report implemented\n");
    let _idle = env.until_idle();
    assert!(
        env.merged("again.txt").is_some(),
        "the clone is only a copy"
    );
}

#[test]
fn an_interrupted_wait_leaves_nothing_half_done() {
    let env = TestEnv::under(
        "touch began\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.1; done\necho 1 > a\nacp report implemented\n",
    );
    let _issue = env.issue("T");
    let mut waiting = env
        .acp_command(&["heartbeat", "--until-idle"])
        .spawn()
        .unwrap();
    env.wait_for("acp/state/web/worktrees", "began");
    let pid = waiting.id().to_string();
    // Not an interrupt: whoever runs the tests in the background has those ignored, and children inherit that.
    let _sent = env.command("kill").args(["-TERM", &pid]).status().unwrap();
    let ended = waiting.wait().unwrap();
    assert!(
        ended.code() == Some(143) || ended.signal() == Some(15),
        "{ended:?}"
    );
    let _go = env.write("home/go", "");
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 1, "the run went on by itself");
    assert!(env.merged("a").is_some());
}
