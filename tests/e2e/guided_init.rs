//! `acp init` at a terminal, and with all that a script can say.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::env::{Ended, TestEnv, end};
use crate::repo::{CHECKOUT, GOOD, texts};

/// `acp init` at a terminal of its own, with these lines typed.
fn typed(env: &TestEnv, args: &str, lines: &str) -> Ended {
    let call = format!("'{}' init {args}", env!("CARGO_BIN_EXE_acp"));
    let mut command = env.command("script");
    command
        .env("TERM", "dumb")
        .args(["--quiet", "--return", "--command", &call, "/dev/null"])
        .stdin(Stdio::piped());
    end(&mut command, lines.as_bytes())
}

/// Programs with the names of agents, and no others of that name.
fn with_agents(names: &[&str]) -> TestEnv {
    let env = TestEnv::repo();
    for name in names {
        let path = env.write(&format!("bin/{name}"), "#!/bin/sh\nexit 0\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    env.var("PATH", &path)
}

fn profile(env: &TestEnv) -> String {
    env.read("acp/config/profiles/web.yaml")
}

#[test]
fn a_person_is_asked_little_and_sees_the_profile_before_it_is_written() {
    let env = with_agents(&["claude", "codex"]);
    env.write(&format!("{CHECKOUT}/Cargo.toml"), "");
    // The second agent; the command that was found; a remote; no issues; yes.
    let said = typed(&env, "", "2\n\n\nn\ny\n").ok();
    for words in [
        "Which agent shall do the work?",
        "when this succeeds: cargo test",
        "Add a git remote",
        "Open 2 issues",
        "use: codex",
        "Write this to",
        "acp service install --every 1m",
    ] {
        assert!(said.stdout.contains(words), "{words}: {said:?}");
    }
    assert!(profile(&env).contains("use: codex"));
    assert_eq!(env.git(&["remote"]), "acp");
    let before = env.everything();
    let again = typed(&env, "", "").ok();
    assert!(again.stdout.contains("left as it is"), "{again:?}");
    assert!(
        !again.stdout.contains('?'),
        "nothing is asked again: {again:?}"
    );
    assert!(env.everything() == before);
}

#[test]
fn an_answer_of_a_person_counts_as_a_flag_does() {
    let env = with_agents(&["claude"]);
    // No command to check with; no remote; issues to begin with; yes.
    let said = typed(&env, "", "make check\nn\ny\ny\n").ok();
    assert!(profile(&env).contains("- make check"), "{said:?}");
    assert_eq!(env.git(&["remote"]), "");
    let issues = env.data(&["issue", "list"]);
    assert_eq!(issues.as_array().unwrap().len(), 3, "{issues}");
    let env = with_agents(&[]);
    let said = typed(&env, "--no-remote", "sh agent.sh\n-\n\ny\n").ok();
    assert!(profile(&env).contains("shell: sh agent.sh"), "{said:?}");
    assert!(profile(&env).contains("verify: []"), "{said:?}");
}

#[test]
fn where_issues_live_is_asked_when_origin_tells_a_forge() {
    let env = with_agents(&["claude"]);
    let _remote = env.git(&["remote", "add", "origin", "git@github.com:o/r.git"]);
    let said = typed(&env, "", "local\n-\n\n\ny\n").ok();
    assert!(
        said.stdout.contains("github: o/r, where `origin` is"),
        "{said:?}"
    );
    assert!(profile(&env).contains("kind: local"), "{said:?}");
    // The one that is offered first needs a token.
    let env = with_agents(&["claude"]);
    let _remote = env.git(&["remote", "add", "origin", "git@github.com:o/r.git"]);
    let said = typed(&env, "", "\n-\n").with(77);
    assert!(said.stdout.contains("there is no token"), "{said:?}");
    assert!(!env.path("acp/config/profiles/web.yaml").exists());
}

#[test]
fn no_and_no_answer_write_nothing() {
    let env = with_agents(&["claude"]);
    let before = env.everything();
    for lines in ["", "-\n", "-\n\n\nn\n", "-\nmaybe\nmaybe\nmaybe\n"] {
        let said = typed(&env, "", lines).with(1);
        assert!(
            said.stdout.contains("nothing was written"),
            "{lines:?}: {said:?}"
        );
        assert!(env.everything() == before, "{lines:?}");
    }
}

#[test]
fn a_script_says_everything_by_flags() {
    let env = with_agents(&["claude"]);
    env.write(&format!("{CHECKOUT}/pyproject.toml"), "[tool.pytest]\n");
    env.write(&format!("{CHECKOUT}/uv.lock"), "");
    let found = env.data(&["init", "--yes", "--dry-run"]);
    assert_eq!(texts(&found["verify"]), ["uv run pytest"]);
    let args = [
        "init",
        "--yes",
        "--setup",
        "true",
        "--no-verify",
        "--label",
        "go",
        "--writes",
        "off",
    ];
    let made = env.data(&args);
    assert_eq!(
        (&made["created"], &made["verify"]),
        (&true.into(), &serde_json::json!([]))
    );
    let shown = env.acp(&["profile", "show", "--plain"]).ok().stdout;
    for line in [
        "repo.setup\t[\"true\"]\tprofile",
        "intake.labels\t[\"go\"]\tprofile",
        "policy.writes\t\"off\"\tprofile",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    env.acp(&["init", "--no-verify", "--verify", "x"])
        .with(2)
        .says("--no-verify");
}

#[test]
fn the_forge_of_origin_is_named_and_taken_only_when_it_is_asked_for() {
    let env = with_agents(&["claude"]);
    let _remote = env.git(&["remote", "add", "origin", "https://github.com/o/r"]);
    let auto = ["init", "--dry-run", "--forge", "auto", "--offline"];
    let made = env.data(&auto);
    assert_eq!(
        (&made["forge"], &made["repo"]),
        (&"github".into(), &"o/r".into())
    );
    env.acp(&["init", "--yes"]).ok().says("--forge auto");
    assert!(profile(&env).contains("kind: local"));
    let env = with_agents(&["claude"]);
    assert_eq!(
        env.data(&["init", "--dry-run", "--forge", "auto"])["forge"],
        "local"
    );
}

#[test]
fn starter_issues_are_opened_once_whatever_was_interrupted() {
    let env = TestEnv::repo();
    let args = [
        "init",
        "--yes",
        "--agent-command",
        "true",
        "--starter-issues",
    ];
    // The first write of an issue dies after it is on disk, before it was sent.
    let mut dying = env.acp_command(&args);
    let died = end(dying.env("ACP_TEST_CRASH", "flush.dispatched"), b"");
    assert_ne!(died.code, 0, "{died:?}");
    let made = env.data(&args);
    let _idle = env.acp(&["outbox", "flush"]).ok();
    let again = env.data(&args);
    assert_eq!(texts(&again["starter_issues"]), Vec::<&str>::new());
    let issues = env.data(&["issue", "list", "--all"]);
    let titles: Vec<&str> = issues
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles.len(), 3, "{made}: {titles:?}");
    let hidden = [
        "init",
        "--yes",
        "--forge",
        "github",
        "--slug",
        "o/r",
        "--offline",
    ];
    let refused = [&hidden[..], &["--profile", "x", "--starter-issues"]].concat();
    env.acp(&refused).with(2).says("local forge");
    assert!(!env.path("acp/config/profiles/x.yaml").exists());
}

#[test]
fn a_local_forge_that_is_missing_is_made_again() {
    let env = TestEnv::under(GOOD);
    fs::remove_dir_all(env.path("acp/state/forge")).unwrap();
    env.acp(&["issue", "list"]).with(66).says("acp init");
    env.acp(&["init", "--yes"]).ok().says("was missing");
    let _issue = env.issue("Say hello");
}
