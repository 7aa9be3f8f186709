//! `acp report`, as an agent in a shell uses it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::env::{NOW, TestEnv, names};

fn lines(env: &TestEnv, file: &str) -> Vec<serde_json::Value> {
    env.read(file)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_outcome_writes_its_legal_pair() {
    let approved = "approved-local-review-passed";
    for (item, args, outcome, action) in [
        (
            "issue/12",
            &["implemented"][..],
            "implemented",
            "host-publish-issue-pr",
        ),
        (
            "issue/12",
            &["blocked", "--detail", "no"],
            "blocked",
            "host-comment-blocker",
        ),
        (
            "issue/12",
            &["reported"],
            "reported",
            "host-comment-scheduled-report",
        ),
        (
            "issue/12",
            &["reported", "--alert"],
            "reported",
            "host-comment-scheduled-alert",
        ),
        (
            "pr/3",
            &["updated-branch"],
            "updated-branch",
            "host-push-pr-branch",
        ),
        (
            "pr/3",
            &["no-change-needed"],
            "no-change-needed",
            "host-refresh-pr-state",
        ),
        (
            "pr/3",
            &["blocked", "--detail", "no"],
            "blocked",
            "host-comment-pr-blocker",
        ),
        ("pr/3", &["approved"], approved, "host-approve-and-merge"),
        (
            "pr/3",
            &["approved", "--next", "second-review"],
            approved,
            "host-advance-double-check-2",
        ),
        (
            "pr/3",
            &["approved", "--next", "human"],
            approved,
            "host-await-human-review",
        ),
    ] {
        let env = TestEnv::in_run(item);
        let ended = env.acp(&[&["report"], args].concat()).ok();
        assert!(ended.stdout.contains(outcome), "{ended:?}");
        let result = env.read("out/result.env");
        assert!(result.contains(&format!("OUTCOME={outcome}\n")), "{result}");
        assert!(result.contains(&format!("ACTION={action}\n")), "{result}");
        assert_eq!(names(&env.path("out")), ["result.env"]);
    }
}

#[test]
fn what_a_run_at_that_item_cannot_end_with_is_refused() {
    for (item, args) in [
        ("pr/3", &["implemented"][..]),
        ("pr/3", &["reported"]),
        ("issue/12", &["approved"]),
        ("issue/12", &["updated-branch"]),
        ("issue/12", &["blocked"]),
        ("somewhere", &["implemented"]),
    ] {
        let env = TestEnv::in_run(item);
        let ended = env.acp(&[&["report"], args].concat()).with(2);
        assert!(ended.stderr.starts_with("error: "), "{ended:?}");
        assert!(names(&env.path("out")).is_empty());
    }
}

#[test]
fn it_needs_only_acp_out_and_outside_a_run_it_is_a_wrong_call() {
    let env = TestEnv::in_run("issue/1");
    let mut bare = env.acp_command(&["report", "implemented"]);
    let bare = bare.env_clear().env("ACP_OUT", env.path("out"));
    assert_eq!(bare.output().unwrap().status.code(), Some(0));
    let outside = TestEnv::new();
    outside
        .acp(&["report", "implemented"])
        .with(2)
        .says("only inside a run");
    for out in ["out", "/does/not/exist", "/etc/hostname"] {
        let env = TestEnv::in_run("issue/1").var("ACP_OUT", out);
        let _refused = env.acp(&["report", "implemented"]).with(2);
    }
    assert!(
        names(&outside.path("acp")).is_empty(),
        "no state is touched"
    );
}

#[test]
fn details_and_comments_are_text_whatever_they_hold() {
    let env = TestEnv::in_run("issue/12");
    let hostile = "$(touch /tmp/x) `id`\nOUTCOME=implemented \"quoted\"";
    let comment = "# Why\n\n$(rm -rf /)\n";
    let args = [
        "report",
        "blocked",
        "--detail",
        hostile,
        "--comment-file",
        "-",
    ];
    let _said = env.acp_with_input(&args, comment.as_bytes()).ok();
    let result = env.read("out/result.env");
    assert_eq!(
        result,
        "ACTION=host-comment-blocker\n\
         DETAIL=$(touch /tmp/x) `id` OUTCOME=implemented \"quoted\"\nOUTCOME=blocked\n"
    );
    assert_eq!(env.read("out/issue-comment.md"), comment);
    let file = env.write("home/c.md", "fine");
    let pr = TestEnv::in_run("pr/3");
    let args = [
        "report",
        "updated-branch",
        "--comment-file",
        file.to_str().unwrap(),
    ];
    let _said = pr.acp(&args).ok();
    assert_eq!(pr.read("out/pr-comment.md"), "fine");
}

#[test]
fn a_comment_that_cannot_be_read_leaves_no_result() {
    let env = TestEnv::in_run("issue/12");
    let big = env.write("home/big.md", &"x".repeat(61 * 1024));
    fs::write(env.path("home/binary"), b"a\xff\0").unwrap();
    for (file, code) in [
        ("absent.md", 66),
        (big.to_str().unwrap(), 65),
        ("binary", 65),
        ("/", 74),
    ] {
        let args = ["report", "implemented", "--comment-file", file];
        let _refused = env.acp(&args).with(code);
        assert!(names(&env.path("out")).is_empty(), "{file}");
    }
    let long = "x".repeat(70 * 1024);
    let _refused = env
        .acp(&["report", "implemented", "--detail", &long])
        .with(2);
    assert!(names(&env.path("out")).is_empty());
}

#[test]
fn links_in_the_folder_are_replaced_and_never_followed() {
    let env = TestEnv::in_run("issue/12");
    let victim = env.write("home/victim", "precious");
    for name in ["result.env", "verification.jsonl", "follow-ups.jsonl"] {
        symlink(&victim, env.path("out").join(name)).unwrap();
    }
    let _said = env.acp(&["report", "implemented"]).ok();
    assert!(
        env.path("out/result.env")
            .symlink_metadata()
            .unwrap()
            .is_file()
    );
    let mode = env.path("out/result.env").metadata().unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let _refused = env.acp(&["report", "verify", "--", "true"]).with(65);
    let body = env.write("home/b.md", "b");
    let follow = ["report", "follow-up", "--title", "t", "--body-file"];
    let args = [&follow[..], &[body.to_str().unwrap()]].concat();
    let _refused = env.acp(&args).with(65);
    assert_eq!(env.read("home/victim"), "precious");
}

#[test]
fn verify_ends_as_its_command_and_records_how() {
    let env = TestEnv::in_run("issue/12");
    let pass = env.acp(&[
        "report",
        "verify",
        "--",
        "sh",
        "-c",
        "echo out; echo err >&2",
    ]);
    let pass = pass.ok();
    pass.says("err");
    pass.says("recorded: pass");
    assert_eq!(pass.stdout, "out\n");
    let _fail = env
        .acp(&[
            "report", "verify", "--note", "flaky", "--", "sh", "-c", "exit 7",
        ])
        .with(7);
    let _killed = env
        .acp(&["report", "verify", "--", "sh", "-c", "kill -9 $$"])
        .with(137);
    let _absent = env
        .acp(&["report", "verify", "--", "no-such-program"])
        .with(127);
    let records = lines(&env, "out/verification.jsonl");
    let of = |key: &str| records.iter().map(|r| r[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("status"), ["pass", "fail", "fail", "fail"]);
    assert_eq!(records[1]["command"], "sh -c 'exit 7'");
    assert_eq!(records[1]["note"], "flaky");
    assert!(records[0].get("note").is_none());
    assert!(records[0]["timestamp"].as_str().unwrap() >= &NOW[..10]);
    let _no_command = env.acp(&["report", "verify"]).with(2);
    let _dry = env
        .acp(&["report", "verify", "--dry-run", "--", "false"])
        .ok();
    assert_eq!(lines(&env, "out/verification.jsonl").len(), 4);
}

#[test]
fn follow_ups_are_few_and_titled_on_one_line() {
    let env = TestEnv::in_run("issue/12");
    let ask = |title: &str| {
        let args = ["report", "follow-up", "--title", title, "--body-file", "-"];
        env.acp_with_input(&args, b"Because\nof this")
    };
    for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
        let _refused = ask(bad).with(2);
    }
    for n in 0..5 {
        let _asked = ask(&format!(" number {n} ")).ok();
    }
    ask("one more").with(77).says("5 follow-up issues");
    let records = lines(&env, "out/follow-ups.jsonl");
    assert_eq!(records.len(), 5);
    assert_eq!(records[4]["title"], "number 4");
    assert_eq!(records[4]["body"], "Because\nof this");
}

#[test]
fn json_and_plain_say_what_was_written() {
    let env = TestEnv::in_run("issue/12");
    let json = env.acp(&["report", "implemented", "--json"]).ok().json();
    assert_eq!(json["schema"], "acp.report/1");
    assert_eq!(json["data"]["action"], "host-publish-issue-pr");
    let plain = env.acp(&["report", "implemented", "--plain"]).ok().stdout;
    assert_eq!(plain, "implemented\thost-publish-issue-pr\n");
    let other = TestEnv::in_run("issue/12");
    let dry = other.acp(&["report", "implemented", "--dry-run"]).ok();
    assert!(!dry.stdout.is_empty());
    assert!(names(&other.path("out")).is_empty());
}

#[test]
fn a_crash_while_writing_leaves_no_half_result_and_a_second_try_works() {
    let env = TestEnv::in_run("issue/12").var("ACP_TEST_CRASH", "atomic.before_rename");
    let _aborted = env.acp(&["report", "implemented"]).with(134);
    assert!(!env.path("out/result.env").exists());
    let env = env.var("ACP_TEST_CRASH", "");
    let _said = env.acp(&["report", "implemented"]).ok();
    assert!(env.read("out/result.env").contains("OUTCOME=implemented"));
}
