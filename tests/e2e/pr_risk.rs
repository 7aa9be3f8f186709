//! `acp pr risk` without a forge.

use std::fmt::Write as _;
use std::fs;

use crate::env::{TestEnv, end};

#[track_caller]
fn git(env: &TestEnv, args: &[&str]) {
    let output = env.command("git").args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
}

/// A repository in `home` with a commit on `main` and one more on `work`.
fn repository(change: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    git(&env, &["init", "-q"]);
    env.write("home/README.md", "hello\n");
    git(&env, &["add", "README.md"]);
    git(&env, &["commit", "-qm", "first"]);
    git(&env, &["checkout", "-qb", "work"]);
    for (path, text) in change {
        env.write(&format!("home/{path}"), text);
    }
    git(&env, &["add", "-f", "."]);
    git(&env, &["commit", "-qm", "second"]);
    env
}

#[test]
fn a_small_change_is_low_and_a_forbidden_one_is_not() {
    let env = repository(&[("notes.md", "fine\n")]);
    let low = env
        .acp(&["pr", "risk", "--range", "main..work", "--max", "low"])
        .ok();
    assert!(low.stdout.starts_with("risk "), "{low:?}");
    assert!(low.stdout.contains("low ("), "{low:?}");
    let env = repository(&[
        ("apps/.env.local", "KEY=1\n"),
        (".github/workflows/ci.yml", "on: push\n"),
    ]);
    let args = ["pr", "risk", "--range", "main..work", "--max", "medium"];
    let high = env.acp(&args).with(1);
    assert!(
        high.stdout.contains("forbidden: apps/.env.local"),
        "{high:?}"
    );
    assert!(
        high.stdout.contains("protected: .github/workflows/ci.yml"),
        "{high:?}"
    );
    let json = env.acp(&[&args[..], &["--json"]].concat()).with(1).json();
    assert_eq!(json["schema"], "acp.pr.risk/1");
    let data = &json["data"];
    assert_eq!(
        (&data["within_max"], &data["files"]),
        (&false.into(), &2.into())
    );
    assert!(
        data["factors"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| { f["name"].is_string() && f["weight"].is_u64() && f["reason"].is_string() })
    );
    let without = env.acp(&["pr", "risk", "--range", "main.."]).ok();
    assert!(
        without.stdout.contains("forbidden"),
        "a question without a limit is no refusal"
    );
}

#[test]
fn the_repository_is_found_from_a_folder_a_worktree_and_a_bare_clone() {
    let env = repository(&[("src/deep/a.txt", "fine\n")]);
    git(&env, &["worktree", "add", "-q", "../tree", "work~0"]);
    git(&env, &["clone", "-q", "--bare", ".", "../bare.git"]);
    let score = |folder: &str| {
        let args = ["pr", "risk", "--range", "main..work", "--plain"];
        let output = env
            .acp_command(&args)
            .current_dir(env.path(folder))
            .output()
            .unwrap();
        assert!(output.status.success(), "{folder}: {output:?}");
        output.stdout
    };
    let plain = score("home");
    for folder in ["home/src/deep", "tree/src", "bare.git"] {
        assert_eq!(score(folder), plain, "{folder}");
    }
    assert!(String::from_utf8(plain).unwrap().starts_with("score\t"));
}

#[test]
fn wrong_ranges_are_told_apart() {
    let env = repository(&[("a", "b\n")]);
    let risk = |range: &str| env.acp(&["pr", "risk", "--range", range]);
    risk("main").with(2).says("main..HEAD");
    risk("main..absent").with(66).says("no commit `absent`");
    let _option = risk("--all..HEAD").with(2);
    let _option = env.acp(&["pr", "risk", "--range=--all..HEAD"]).with(66);
    let _none = env.acp(&["pr", "risk"]).with(2);
    let _both = env
        .acp(&["pr", "risk", "--range", "a..b", "--numstat", "-"])
        .with(2);
    let _max = env
        .acp(&["pr", "risk", "--range", "a..b", "--max", "high"])
        .with(2);
    let outside = env
        .acp_command(&["pr", "risk", "--range", "a..b"])
        .current_dir(env.path("tmp"))
        .output()
        .unwrap();
    assert_eq!(outside.status.code(), Some(66), "{outside:?}");
}

#[test]
fn a_numstat_is_scored_alone_and_a_broken_one_is_refused() {
    let env = TestEnv::new();
    let risk = |args: &[&str], input: &[u8]| {
        env.acp_with_input(&[&["pr", "risk", "--numstat", "-"], args].concat(), input)
    };
    let plain = risk(&["--plain"], b"1\t0\tnotes.md\n").ok().stdout;
    assert!(
        plain.contains("files\t1\n") && plain.contains("note\t"),
        "{plain}"
    );
    let _above = risk(&["--max", "0"], b"900\t900\tsecrets/key\n").with(1);
    let _broken = risk(&[], b"not a numstat\n").with(65);
    let file = env.path("home/numstat");
    fs::write(&file, "-\t-\timage.png\n").unwrap();
    let args = ["pr", "risk", "--numstat", file.to_str().unwrap()];
    let _scored = env.acp(&args).ok();
}

#[test]
fn hostile_names_of_files_do_not_reach_the_terminal() {
    let env = repository(&[("secrets/\u{1b}[2Jx\ny\t\u{202e}z", "1\n")]);
    for format in [&[][..], &["--plain"], &["--json"]] {
        let ended = env
            .acp(&[&["pr", "risk", "--range", "main..work"], format].concat())
            .ok();
        assert!(!ended.stdout.contains('\u{1b}'), "{ended:?}");
        assert!(ended.stdout.contains("secrets/"), "{ended:?}");
    }
}

#[test]
fn inside_a_run_it_works_without_a_forge() {
    let env = repository(&[("a", "b\n")]).var("ACP_RUN_ID", "20261121-031502-issue-12-a1");
    let _scored = env.acp(&["pr", "risk", "--range", "main..work"]).ok();
}

#[test]
fn a_range_costs_one_process() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = repository(&[("notes.md", "fine\n")]);
    let calls = env.path("calls");
    let script = format!(
        "#!/bin/sh\necho x >> '{}'\nPATH=\"${{PATH#*:}}\"\nexec git \"$@\"\n",
        calls.display()
    );
    let git = env.write("bin/git", &script);
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", env.path("bin").display());
    let env = env.var("PATH", &path);
    let low = env.acp(&["pr", "risk", "--range", "main..work"]).ok();
    assert!(low.stdout.contains("low ("), "{low:?}");
    assert_eq!(fs::read_to_string(&calls).unwrap(), "x\n");
}

/// A change whose list of files is longer than what is read of it: each name takes 100 bytes and more, twice.
#[test]
fn files_that_are_not_known_are_never_within() {
    let env = repository(&[("notes.md", "fine\n")]);
    let git_with = |args: &[&str], input: &str| {
        let mut command = env.command("git");
        let ended = end(command.args(args), input.as_bytes()).ok();
        ended.stdout.trim().to_owned()
    };
    let blob = git_with(&["hash-object", "-w", "--stdin"], "x\n");
    let mut tree = String::new();
    for number in 0..60_000 {
        writeln!(tree, "100644 blob {blob}\t{number:0>200}").unwrap();
    }
    let tree = git_with(&["mktree"], &tree);
    let commit = git_with(&["commit-tree", "-p", "main", "-m", "many", &tree], "");
    let range = format!("main..{commit}");
    let risk = |more: &[&str]| env.acp(&[&["pr", "risk", "--range", &range], more].concat());
    for max in ["100", "medium", "low"] {
        let above = risk(&["--max", max]).with(1);
        above.prints("risk unknown: high (files unknown)\n");
    }
    let plain = risk(&["--max", "100", "--plain"]).with(1).stdout;
    assert!(
        plain.starts_with("score\tunknown\nband\thigh\nwithin_max\tno\n"),
        "{plain}"
    );
    let data = &risk(&["--max", "100", "--json"]).with(1).json()["data"];
    assert_eq!(
        (&data["score"], &data["files"], &data["within_max"]),
        (&().into(), &().into(), &false.into())
    );
    let _no_limit = risk(&[]).ok();
}
