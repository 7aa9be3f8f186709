//! `acp init` at a terminal, and with all that a script can say.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::env::{Ended, TestEnv, end};
use crate::repo::{CHECKOUT, GOOD, texts};
use crate::service::{CRONTAB, SYSTEMCTL};

/// `acp init` at a terminal of its own, with these lines typed.
fn typed(env: &TestEnv, args: &str, lines: &str) -> Ended {
    env.at_terminal("dumb", &format!("init {args}"), lines)
}

/// Programs with the names of agents, and no others of that name.
fn with_agents(names: &[&str]) -> TestEnv {
    let env = TestEnv::repo();
    for name in names {
        let path = env.write(&format!("bin/{name}"), "#!/bin/sh\nexit 0\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Whichever of the two this machine has: a stand-in answers for it.
    for (name, script) in [("systemctl", SYSTEMCTL), ("crontab", CRONTAB)] {
        let path = env.write(&format!("bin/{name}"), script);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let standin = env.write("standin/calls", "");
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    let standin = standin.parent().unwrap().to_owned();
    env.var("PATH", &path)
        .var("STANDIN", standin.to_str().unwrap())
}

fn profile(env: &TestEnv) -> String {
    env.read("acp/config/profiles/web.yaml")
}

#[test]
fn a_person_is_asked_little_and_sees_the_profile_before_it_is_written() {
    let env = with_agents(&["claude", "codex"]);
    env.write(&format!("{CHECKOUT}/Cargo.toml"), "");
    // The second agent; the command that was found; a remote; no issues; no timer; yes.
    let said = typed(&env, "", "2\n\n\nn\n\ny\n").ok();
    for words in [
        "Which agent shall do the work?",
        "when this succeeds: cargo test",
        "Add a git remote",
        "Open 2 issues",
        "Start a pass every minute by",
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
    // A command to check with; no remote; issues to begin with; a timer; yes.
    let said = typed(&env, "", "make check\nn\ny\ny\ny\n").ok();
    assert!(said.stdout.contains("timer: a pass every 60 s"), "{said:?}");
    assert!(!said.stdout.contains("service install"), "{said:?}");
    assert_eq!(env.data(&["service", "status"])[0]["every_s"], 60);
    assert!(profile(&env).contains("- make check"), "{said:?}");
    assert_eq!(env.git(&["remote"]), "");
    let issues = env.data(&["issue", "list"]);
    assert_eq!(issues.as_array().unwrap().len(), 3, "{issues}");
    let env = with_agents(&[]);
    let said = typed(&env, "--no-remote --no-timer", "sh agent.sh\n-\n\ny\n").ok();
    assert!(profile(&env).contains("shell: sh agent.sh"), "{said:?}");
    assert!(profile(&env).contains("verify: []"), "{said:?}");
}

#[test]
fn work_starts_from_the_branch_that_is_checked_out_whatever_its_name() {
    let env = TestEnv::repo();
    let _renamed = env.git(&["branch", "-m", "trunk"]);
    env.init(GOOD, &[]);
    assert!(profile(&env).contains("base: trunk"), "{}", profile(&env));
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let tips = ["refs/heads/main", "refs/heads/trunk"];
    let args = [&["for-each-ref", "--format=%(refname)"], &tips[..]].concat();
    assert_eq!(env.git_in(&env.forge_repo(), &args), tips[1]);
    let work = env.git_in(&env.forge_repo(), &["show", "trunk:work.txt"]);
    assert_eq!(work, "work for issue/1");
    // Without a branch nothing is guessed.
    let env = TestEnv::repo();
    let _detached = env.git(&["checkout", "-q", "--detach"]);
    env.acp(&["init", "--yes", "--agent-command", "true"])
        .with(2)
        .says("--base BRANCH");
    assert!(!env.path("acp/config/profiles/web.yaml").exists());
}

#[test]
fn where_issues_live_is_asked_when_origin_tells_a_forge() {
    let env = with_agents(&["claude"]);
    let _remote = env.git(&["remote", "add", "origin", "git@github.com:o/r.git"]);
    let said = typed(&env, "", "local\n-\n\n\n\ny\n").ok();
    assert!(
        said.stdout.contains("github: o/r, where `origin` is"),
        "{said:?}"
    );
    assert!(profile(&env).contains("kind: local"), "{said:?}");
    // The one that is offered first needs a token.
    let env = with_agents(&["claude"]);
    let _remote = env.git(&["remote", "add", "origin", "git@github.com:o/r.git"]);
    let said = typed(&env, "", "\n-\n\n").with(77);
    assert!(said.stdout.contains("there is no token"), "{said:?}");
    assert!(!env.path("acp/config/profiles/web.yaml").exists());
}

#[test]
fn no_and_no_answer_write_nothing() {
    let env = with_agents(&["claude"]);
    let before = env.everything();
    for lines in ["", "-\n", "-\n\n\ny\nn\n", "-\nmaybe\nmaybe\nmaybe\n"] {
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

/// The timer is only ever what was asked for: by the flag here, by an answer above.
#[test]
fn a_timer_is_installed_when_it_is_asked_for_and_goes_with_the_profile() {
    let env = with_agents(&["claude"]);
    let _quiet = env.data(&["init", "--yes", "--profile", "other", "--no-remote"]);
    assert!(!env.path("acp/state/other/timer.json").exists());
    let before = env.everything();
    let args = ["init", "--yes", "--timer", "5m", "--dry-run"];
    let dry = env.data(&args);
    assert_eq!(dry["timer"]["every_s"], 300, "{dry}");
    assert!(!texts(&dry["timer"]["files"]).is_empty(), "{dry}");
    let said = env.acp(&args).ok().stdout;
    assert!(
        said.contains("# would start a pass every 5 min by"),
        "{said}"
    );
    assert!(env.everything() == before);

    let made = env.data(&args[..4]);
    assert_eq!(
        (&made["created"], &made["timer"]["every_s"]),
        (&true.into(), &300.into()),
        "{made}"
    );
    let timer = || env.read("acp/state/web/timer.json");
    let installed = timer();
    // Again: nothing new, with the flag and without it.
    for more in [&args[..4], &args[..2]] {
        let again = env.data(more);
        assert_eq!(again["created"], false, "{again}");
        assert_eq!(timer(), installed);
    }
    env.acp(&["init", "--timer", "1m", "--no-timer"])
        .with(2)
        .says("--no-timer");
    env.acp(&["init", "--timer", "1s"]).with(2).says("from 10s");

    let dry = env.data(&["profile", "remove", "web", "--dry-run"]);
    let names_it = |said: &serde_json::Value| {
        let removed = texts(&said["removed"]);
        removed
            .iter()
            .any(|path| path.contains("acp-web") || path.contains("crontab"))
    };
    assert!(names_it(&dry), "{dry}");
    assert_eq!(timer(), installed);
    let removed = env.data(&["profile", "remove", "web"]);
    assert!(names_it(&removed), "{removed}");
    assert!(!env.path("acp/state/web/timer.json").exists());
    let left = fs::read_to_string(env.path("standin/table")).unwrap_or_default();
    assert!(!left.contains("acp"), "{left}");
    assert!(!env.path("home/.config/systemd/user/acp-web.timer").exists());
}

#[test]
fn a_timer_that_cannot_be_is_said_before_anything_is_written_or_with_how_to_go_on() {
    let env = with_agents(&["claude"]);
    for name in ["systemctl", "crontab"] {
        env.write(&format!("bin/{name}"), "#!/bin/sh\necho no >&2\nexit 1\n");
    }
    let failed = env.acp(&["init", "--yes", "--timer", "1m"]);
    assert_ne!(failed.code, 0, "{failed:?}");
    failed.says("`acp service install --profile web` tries the timer again");
    assert!(env.path("acp/config/profiles/web.yaml").exists());

    let git = env.command("sh").args(["-c", "command -v git"]).output();
    let git = String::from_utf8(git.unwrap().stdout).unwrap();
    fs::create_dir(env.path("only")).unwrap();
    std::os::unix::fs::symlink(git.trim(), env.path("only/git")).unwrap();
    let only = env.path("only").display().to_string();
    let env = env.var("PATH", &only);
    let args = ["init", "--yes", "--timer", "1m", "--profile", "none"];
    env.acp(&args)
        .with(69)
        .says("neither systemd nor launchd nor cron");
    assert!(!env.path("acp/config/profiles/none.yaml").exists());
    // Without the flag it is no reason to stop, and what works here is said.
    let said = env.acp(&["init", "--yes", "--profile", "none"]).ok().stdout;
    assert!(said.contains("acp heartbeat --loop --every 1m"), "{said}");
}
