//! What is the same for every verb: version, help, wrong calls, errors as JSON, the guard inside a run.

use std::process::Stdio;

use crate::env::TestEnv;

#[test]
fn version_is_one_line_and_needs_nothing() {
    let env = TestEnv::new();
    let expected = format!("acp {}\n", env!("CARGO_PKG_VERSION"));
    for flag in ["--version", "-V"] {
        assert_eq!(env.acp(&[flag]).ok().stdout, expected);
    }
    let bare = env.acp_command(&["--version"]).env_clear().output();
    assert_eq!(bare.unwrap().stdout, expected.as_bytes());
}

#[test]
fn help_is_an_answer_and_no_call_is_a_wrong_one() {
    let env = TestEnv::new();
    for args in [&["--help"][..], &["help"], &["-h"]] {
        let help = env.acp(args).ok();
        assert!(help.stdout.contains("report"), "{help:?}");
        assert!(help.stderr.is_empty());
    }
    let verb = env.acp(&["help", "report", "verify"]).ok();
    assert!(verb.stdout.contains("record whether it passed"), "{verb:?}");
    assert!(env.acp(&[]).with(2).stdout.is_empty());
    assert!(env.acp(&["report"]).with(2).stdout.is_empty());
}

#[test]
fn a_wrong_verb_or_flag_gets_a_suggestion() {
    let env = TestEnv::new();
    env.acp(&["completion", "bash"]).with(2).says("completions");
    env.acp(&["report", "implementd"])
        .with(2)
        .says("implemented");
    env.acp(&["man", "--no-progres"])
        .with(2)
        .says("--no-progress");
}

#[test]
fn a_verb_of_another_place_or_tool_is_told_where_it_is() {
    let env = TestEnv::new();
    env.acp(&["isue", "list"]).with(2).says("'issue'");
    env.acp(&["list"]).with(2).says("`acp issue list`");
    env.acp(&["merge", "3"]).with(2).says("`acp pr merge 3`");
    env.acp(&["issue", "merge", "3"])
        .with(2)
        .says("`acp pr merge 3`");
    env.acp(&["ps"]).with(2).says("`acp run list`");
    let json = env.acp(&["--json", "merge", "3"]).with(2).json_error();
    assert!(json["hints"].to_string().contains("`acp pr merge 3`"));
    for (item, told) in [
        ("3", "`issue/12` or `pr/12`"),
        ("bug/3", "an issue is written"),
        ("mr/3", "a pull request is written"),
        ("epic/3", "no other kinds"),
    ] {
        env.acp(&["lease", "clear", item]).with(2).says(told);
    }
}

#[test]
fn help_has_topics_beside_the_verbs() {
    let env = TestEnv::new();
    let codes = env.acp(&["help", "exit-codes"]).ok().stdout;
    assert!(codes.contains("128+n  signal") && codes.contains("acp.error/1"));
    let state = env.acp(&["help", "state"]).ok().stdout;
    let document = std::fs::read_to_string("docs/state.md").unwrap();
    assert_eq!(state, document);
    let profile = env.acp(&["help", "profile"]).ok().stdout;
    assert!(profile.contains("acp profile") && profile.contains("  limits.workers: a number"));
    assert!(env.acp(&["help"]).ok().stdout.contains("exit-codes"));
    env.acp(&["help", "sttae"])
        .with(2)
        .says("exit-codes, state, profile");
    let in_run = TestEnv::in_run("issue/12");
    let _works = in_run.acp(&["help", "exit-codes"]).ok();
}

#[test]
fn with_json_every_error_is_one_object_on_standard_error() {
    let env = TestEnv::new();
    let wrong = env
        .acp(&["--json", "completion", "bash"])
        .with(2)
        .json_error();
    assert_eq!(wrong["kind"], "usage");
    assert!(wrong["message"].as_str().unwrap().contains("completion"));
    assert!(wrong["hints"].to_string().contains("completions"));
    assert_eq!(wrong["retry_at"], serde_json::Value::Null);
    let outside = env
        .acp(&["report", "implemented", "--json"])
        .with(2)
        .json_error();
    assert!(outside["message"].as_str().unwrap().contains("ACP_OUT"));
}

#[test]
fn global_flags_go_before_and_after_the_verb_and_exclude_each_other() {
    let env = TestEnv::new();
    let before = env.acp(&["--json", "man"]).ok().json();
    let after = env.acp(&["man", "--json"]).ok().json();
    assert_eq!(before, after);
    assert_eq!(before["schema"], "acp.man/1");
    env.acp(&["--plain", "man", "--json"]).with(2).json_error();
    env.acp(&["--plain", "--json", "man"]).with(2).json_error();
}

#[test]
fn a_reader_that_leaves_early_is_no_error_and_a_full_disk_is_one() {
    let env = TestEnv::new();
    for args in [&["completions", "zsh"][..], &["--help"], &["--version"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = env.acp_command(args).stdout(writer).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}: {ended:?}");
        assert!(ended.stderr.is_empty(), "{ended:?}");
    }
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let ended = env
            .acp_command(&["completions", "zsh"])
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(74), "{ended:?}");
    }
}

#[test]
fn inside_a_run_only_what_agents_need_works() {
    let env = TestEnv::in_run("issue/12");
    for args in [&["completions", "bash"][..], &["man"], &["--json", "man"]] {
        let ended = env.acp(args).with(77);
        assert_eq!(ended.stdout, "");
    }
    env.acp(&["man"]).with(77).says("acp report");
    let _help = env.acp(&["--help"]).ok();
    let _help = env.acp(&["help", "report"]).ok();
    let _version = env.acp(&["--version"]).ok();
    let _report = env.acp(&["report", "implemented"]).ok();
}

#[test]
fn a_hostile_environment_is_shown_harmless() {
    let env = TestEnv::in_run("issue/12").var("ACP_RUN_ID", "a\u{1b}[2J\u{202e}b");
    let ended = env.acp(&["man"]).with(77);
    assert!(!ended.stderr.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
    let bad = TestEnv::in_run("issue/\u{1b}[31m12");
    let ended = bad.acp(&["report", "implemented"]).with(2);
    assert!(!ended.stderr.contains('\u{1b}'), "{ended:?}");
    let argument = TestEnv::new().acp(&["man\u{1b}[2J"]).with(2);
    assert!(!argument.stderr.contains('\u{1b}'), "{argument:?}");
}

#[test]
fn a_bug_is_one_line_with_a_place_and_exit_70() {
    let env = TestEnv::new().var("ACP_TEST_PANIC", "broken \u{1b}[2J invariant");
    let bug = env.acp(&["man"]).with(70);
    assert_eq!(bug.stdout, "");
    bug.says("error: this is a bug in acp (src/cli/wire/mod.rs:");
    bug.says("hint: ");
    assert!(!bug.stderr.contains('\u{1b}') && bug.stderr.lines().count() == 2);
}

#[test]
fn time_and_randomness_of_a_test_must_be_readable() {
    for (name, value) in [("ACP_TEST_NOW", "yesterday"), ("ACP_TEST_SEED", "x")] {
        let env = TestEnv::new().var(name, value);
        env.acp(&["man"]).with(2).says(name);
    }
}
