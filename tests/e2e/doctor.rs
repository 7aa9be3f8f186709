//! `acp doctor`: what is wrong is found, named, and ends with 1 when it matters.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::env::{Ended, TestEnv};
use crate::remote_init::{Server, TOKEN};
use crate::repo::GOOD;
use crate::service;

/// The state, meaning and command of each finding of that name.
fn found(ended: &Ended, name: &str) -> Vec<(String, String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let json = ended.json();
    assert_eq!(json["schema"], "acp.doctor/1");
    let of_name = json["data"].as_array().unwrap().iter();
    of_name
        .filter(|finding| finding["name"] == name)
        .map(|f| (text(f, "state"), text(f, "meaning"), text(f, "command")))
        .collect()
}

/// There is a finding of this name and state whose meaning and command hold these words.
#[track_caller]
pub(crate) fn has(ended: &Ended, name: &str, state: &str, meaning: &str, command: &str) {
    let all = found(ended, name);
    let is = |(s, m, c): &(String, String, String)| {
        s == state && m.contains(meaning) && c.contains(command)
    };
    assert!(
        all.iter().any(is),
        "no {state} {name} `{meaning}` `{command}` in {ended:?}"
    );
}

/// What no command mends: a name, and words of the meaning.
const WITHOUT_A_COMMAND: &[(&str, &str)] = &[
    // A person has said that acp writes nothing there.
    ("labels", "so acp makes none"),
    ("processes", "this system has neither cgroups nor /proc"),
];

#[track_caller]
pub(crate) fn doctor(env: &TestEnv, more: &[&str], code: i32) -> Ended {
    let ended = env.acp(&[&["doctor", "--json"], more].concat()).with(code);
    for finding in ended.json()["data"].as_array().unwrap() {
        if finding["state"] == "warning" || finding["state"] == "failed" {
            can_be_mended(finding);
        }
    }
    ended
}

/// It names one command, and if that is one of acp's, it is a call of this acp.
#[track_caller]
fn can_be_mended(finding: &Value) {
    let meaning = finding["meaning"].as_str().unwrap();
    let excused =
        |(name, words): &(&str, &str)| finding["name"] == *name && meaning.contains(words);
    if WITHOUT_A_COMMAND.iter().any(excused) {
        return assert!(
            finding["command"].is_null(),
            "an exception too many: {finding}"
        );
    }
    let command = finding["command"].as_str().unwrap_or_default();
    assert!(
        !command.trim().is_empty() && !command.contains('\n'),
        "{finding}"
    );
    let is_one_call = command.starts_with("acp ") && !command.contains(['\'', '"', '&', '|']);
    if is_one_call {
        let parsed = acp::cli::tree().try_get_matches_from(command.split(' '));
        parsed.unwrap_or_else(|error| panic!("{command}: {error}"));
    }
}

fn mode(env: &TestEnv, path: &str, mode: u32) {
    fs::set_permissions(env.path(path), fs::Permissions::from_mode(mode)).unwrap();
}

fn mode_of(env: &TestEnv, path: &str) -> u32 {
    env.path(path).metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_sound_machine_has_nothing_that_failed_and_nothing_is_touched() {
    let env = TestEnv::under(GOOD);
    let _number = env.issue("one");
    let _idle = env.until_idle();
    let before = env.everything();
    let ended = doctor(&env, &[], 0);
    for name in [
        "git", "config", "state", "disk", "profile", "records", "forge", "base", "agent", "runs",
        "locks", "outbox", "holds",
    ] {
        has(&ended, name, "ok", "", "");
    }
    assert_eq!(env.everything(), before);
    // What was merged is only on the forge.
    has(
        &ended,
        "checkout",
        "warning",
        "only the forge has",
        "pull acp main",
    );
    let plain = env.acp(&["doctor", "--plain"]).ok();
    assert!(
        plain.stdout.starts_with("\tgit\tok\tgit version "),
        "{plain:?}"
    );
    assert!(
        plain
            .stdout
            .lines()
            .all(|line| line.split('\t').count() == 5)
    );
    let human = env.acp(&["doctor"]).ok();
    assert!(
        human.stdout.starts_with("machine\n  ok       git"),
        "{human:?}"
    );
    assert!(human.stdout.contains("\nweb\n") && human.stdout.contains(" 0 failed"));
}

#[test]
fn without_a_profile_the_machine_is_looked_at_and_nothing_is_made() {
    let env = TestEnv::new();
    let ended = doctor(&env, &[], 0);
    has(&ended, "git", "ok", "git version", "");
    has(&ended, "profiles", "warning", "no profile", "acp init");
    assert_eq!(crate::env::names(&env.path("acp")), [""; 0]);
    let _no_such = env.acp(&["doctor", "--profile", "nope"]).with(66);
}

#[test]
fn folders_that_are_open_to_others_are_named_and_closed() {
    let env = TestEnv::under(GOOD);
    mode(&env, "acp/state", 0o755);
    let ended = doctor(&env, &[], 0);
    has(&ended, "state", "warning", "mode 0755", "chmod go= ");
    // In a folder that is closed nobody else gets at it.
    mode(&env, "acp/config/profiles/web.yaml", 0o666);
    let _closed = doctor(&env, &[], 0);
    mode(&env, "acp/config", 0o711);
    let ended = doctor(&env, &[], 1);
    has(&ended, "config", "failed", "what acp executes", "web.yaml");
    let would = env.acp(&["doctor", "--fix", "--dry-run"]).with(1);
    would.says("would close `");
    assert_eq!(mode_of(&env, "acp/state"), 0o755);
    env.acp(&["doctor", "--fix"]).ok().says("closed `");
    assert_eq!(mode_of(&env, "acp/state"), 0o700);
    assert_eq!(mode_of(&env, "acp/config/profiles/web.yaml"), 0o600);
    has(&doctor(&env, &[], 0), "state", "ok", "", "");
}

#[test]
fn a_git_that_is_too_old_or_missing_fails() {
    let env = TestEnv::under(GOOD);
    let script = env.write("old/git", "#!/bin/sh\necho git version 2.30.1\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", env.path("old").display());
    let env = env.var("PATH", &path);
    let ended = doctor(&env, &[], 1);
    has(
        &ended,
        "git",
        "failed",
        "git 2.38 or newer",
        "git --version",
    );
    let env = env.var("PATH", "/nonexistent");
    has(&doctor(&env, &[], 1), "git", "failed", "not on PATH", "");
}

#[test]
fn every_record_that_cannot_be_read_is_named() {
    let env = TestEnv::under(GOOD);
    env.write("acp/state/web/holds/later.json", "{\"format\":99}");
    env.write("acp/state/web/leases/broken.json", "{\"form");
    let ended = doctor(&env, &[], 1);
    has(&ended, "records", "failed", "later.json", "type -a acp");
    has(
        &ended,
        "records",
        "failed",
        "broken.json` is damaged",
        "broken.json.damaged",
    );
    assert_eq!(found(&ended, "records").len(), 2);
}

#[test]
fn a_profile_that_is_wrong_does_not_hide_the_rest() {
    let env = TestEnv::under(GOOD);
    fs::copy(
        env.path("acp/config/profiles/web.yaml"),
        env.path("acp/config/profiles/other.yaml"),
    )
    .unwrap();
    env.profile(|text| format!("{text}\nlimits: {{ workres: 1 }}\n"));
    let hold = [
        "hold",
        "add",
        "lunch",
        "--reason",
        "noon",
        "--profile",
        "web",
    ];
    let _held = env.acp(&hold).ok();
    let ended = doctor(&env, &[], 1);
    has(
        &ended,
        "profile",
        "failed",
        "limits.workres",
        "acp profile check web",
    );
    let clear = "acp hold clear lunch --profile web";
    has(&ended, "holds", "warning", "`lunch`", clear);
    has(&ended, "profile", "ok", "local", "");
    // The other one alone is sound.
    let _sound = doctor(&env, &["--profile", "other"], 0);
}

#[test]
fn an_agent_that_is_not_there_and_a_checkout_that_went_on_are_said() {
    let env = TestEnv::under(GOOD);
    env.commit("more.txt", "more\n");
    let ended = doctor(&env, &[], 0);
    has(
        &ended,
        "checkout",
        "warning",
        "1 commit of `main`",
        "push acp main",
    );
    env.profile(|text| text.replace("use: command", "use: claude"));
    let env = env.var("PATH", "/usr/bin:/bin");
    let ended = doctor(&env, &[], 1);
    has(
        &ended,
        "agent",
        "failed",
        "claude cannot start",
        "acp profile show web",
    );
    env.profile(|text| text.replace("use: claude", "use: command\n  fallback: [claude]"));
    has(
        &doctor(&env, &[], 0),
        "agent",
        "warning",
        "claude cannot start, others can",
        "acp agent probe claude",
    );
}

#[test]
fn a_clock_that_went_back_and_a_run_without_a_supervisor_are_said() {
    let env = TestEnv::under(GOOD);
    let _number = env.issue("one");
    let _idle = env.until_idle();
    // The run as it was in the middle of it, with nobody at it.
    let run = crate::env::names(&env.path("acp/state/web/runs")).pop();
    let run = run.or_else(|| crate::env::names(&env.path("acp/state/web/history")).pop());
    let run = run.unwrap();
    let folder = ["runs", "history"]
        .into_iter()
        .map(|shelf| format!("acp/state/web/{shelf}/{run}"))
        .find(|folder| env.path(folder).is_dir())
        .unwrap();
    let mut record: Value = serde_json::from_str(&env.read(&format!("{folder}/run.json"))).unwrap();
    record["state"] = serde_json::json!({ "state": "starting" });
    env.write(
        &format!("acp/state/web/runs/{run}/run.json"),
        &record.to_string(),
    );
    let ended = doctor(&env, &[], 0);
    has(
        &ended,
        "runs",
        "warning",
        "nobody attends to it",
        "acp reconcile",
    );
    let env = env.var("ACP_TEST_NOW", "2020-01-01T00:00:00Z");
    let ended = doctor(&env, &[], 0);
    has(&ended, "clock", "warning", "in the future", "");
}

/// A profile of a forge at `server`, made without asking it.
fn remote(server: &Server) -> TestEnv {
    let env = TestEnv::repo().var("GH_TOKEN", TOKEN);
    let args = crate::remote_init::init(server, &["--slug", "o/r", "--offline", "--base", "trunk"]);
    let _made = env.acp(&args).ok();
    env
}

#[test]
fn what_a_forge_says_against_it_is_told_in_words() {
    let server = Server::start("");
    let env = remote(&server);
    let trunk = "{\"ref\":\"refs/heads/trunk\",\"object\":{\"type\":\"commit\",\
                 \"sha\":\"0123456789012345678901234567890123456789\"}}";
    server.set("/repos/o/r/git/ref/heads/trunk", 200, "", trunk);
    let ended = doctor(&env, &[], 0);
    has(&ended, "forge", "ok", "the token from `GH_TOKEN` is", "");
    has(&ended, "permissions", "unknown", "push branches", "");
    has(
        &ended,
        "labels",
        "warning",
        "agent-ready",
        "acp doctor --fix",
    );
    assert!(!ended.stdout.contains(TOKEN));
    let reads = |head: &String| head.starts_with("GET ");
    assert!(server.seen().iter().all(reads));

    server.set(
        "/repos/o/r",
        200,
        "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
        "{\"full_name\":\"o/new\",\"archived\":true,\"has_issues\":false,\"default_branch\":\"trunk\",\
         \"permissions\":{\"push\":false,\"pull\":true}}",
    );
    let ended = doctor(&env, &[], 1);
    has(&ended, "repository", "failed", "called `o/new` now", "");
    has(
        &ended,
        "repository",
        "failed",
        "is archived",
        "acp hold add",
    );
    has(
        &ended,
        "repository",
        "warning",
        "issues are switched off",
        "gh repo edit o/new --enable-issues",
    );
    has(
        &ended,
        "permissions",
        "failed",
        "may not: push branches",
        "",
    );
    has(&ended, "clock", "warning", "behind", "");
    server.set("/user", 401, "", "{\"message\":\"Bad credentials\"}");
    has(&doctor(&env, &[], 1), "forge", "failed", "was refused", "");
    server.set("/user", 403, "Retry-After: 900\r\n", "{}");
    has(
        &doctor(&env, &[], 0),
        "forge",
        "unknown",
        "no more calls until",
        "cooldown",
    );
    has(
        &doctor(&env, &[], 0),
        "limits",
        "warning",
        "takes calls again",
        "cooldown",
    );
}

#[test]
fn a_forge_that_is_away_fails_and_the_rest_is_still_told() {
    let server = Server::start("");
    let env = remote(&server);
    drop(server);
    let ended = doctor(&env, &[], 1);
    has(&ended, "forge", "failed", "could not", "acp doctor");
    has(&ended, "records", "ok", "", "");
    has(&ended, "agent", "ok", "", "");
}

#[test]
fn a_token_that_all_can_read_is_named_and_closed() {
    let server = Server::start("");
    let env = remote(&server);
    let token = env.write("secret/token", "from-the-file\n");
    mode(&env, "secret/token", 0o644);
    let kind = "  kind: github\n";
    let more = format!("{kind}  token: {{ file: \"{}\" }}\n", token.display());
    env.set(kind, &more);
    let ended = doctor(&env, &[], 1);
    has(
        &ended,
        "token",
        "failed",
        "every user of this machine",
        "chmod 600 ",
    );
    let _mended = env.acp(&["doctor", "--fix"]);
    assert_eq!(mode_of(&env, "secret/token"), 0o600);
    assert_eq!(found(&doctor(&env, &[], 1), "token"), []);
    fs::remove_file(&token).unwrap();
    let ended = doctor(&env, &[], 1);
    has(&ended, "token", "failed", "there is no file", "umask 077");
    // The command does mend it.
    let (_, _, command) = found(&ended, "token").remove(0);
    let typed = crate::env::end(env.command("sh").args(["-c", &command]), b"from-the-file\n");
    assert_eq!((typed.code, mode_of(&env, "secret/token")), (0, 0o600));
    assert_eq!(found(&doctor(&env, &[], 1), "token"), []);
    fs::remove_file(&token).unwrap();
    fs::remove_dir(env.path("secret")).unwrap();
    env.write("secret", "no folder");
    let ended = doctor(&env, &[], 1);
    has(
        &ended,
        "token",
        "failed",
        "secret/token",
        "acp profile show web",
    );
}

/// The model of a forge, until it is dropped.
struct Model(Child, String);

impl Model {
    fn start(more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_acp-fake-forge"))
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        Self(child, line.trim().to_owned())
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}

#[test]
fn labels_that_are_missing_are_made_once() {
    for (kind, flag) in [("github", None), ("gitea", Some("--gitea"))] {
        let model = Model::start(&flag.into_iter().collect::<Vec<_>>());
        let env = TestEnv::repo()
            .var("GH_TOKEN", "fake-token")
            .var("GITEA_TOKEN", "fake-token");
        let args = [
            "init",
            "--yes",
            "--forge",
            kind,
            "--agent-command",
            "true",
            "--base-url",
            &model.1,
            "--slug",
            "acme/widgets",
            "--offline",
            "--base",
            "main",
        ];
        let _made = env.acp(&args).ok();
        let ended = doctor(&env, &[], 0);
        has(&ended, "base", "ok", "`main` exists", "");
        has(
            &ended,
            "labels",
            "warning",
            "agent-ready",
            "acp doctor --fix",
        );
        let would = env.acp(&["doctor", "--fix", "--dry-run"]).ok();
        would.says("would make the labels agent-ready");
        has(
            &doctor(&env, &[], 0),
            "labels",
            "warning",
            "agent-ready",
            "",
        );
        let fixed = env.acp(&["doctor", "--fix"]).ok();
        fixed.says("made the labels agent-ready, agent-running");
        has(&doctor(&env, &[], 0), "labels", "ok", "", "");
        let again = env.acp(&["doctor", "--fix"]).ok();
        assert!(!again.stderr.contains("label"), "{again:?}");
        assert!(
            env.read("acp/state/web/journal.jsonl")
                .contains("labels.made")
        );
        // Where nothing may leave this machine, nothing does.
        env.set("writes: draft", "writes: off");
        env.set("\npolicy:", "\nintake: { labels: [another] }\npolicy:");
        let ended = doctor(&env, &["--fix"], 0);
        has(&ended, "labels", "warning", "acp makes none", "");
    }
}

#[test]
fn a_timer_that_is_missing_older_or_does_not_run_is_told() {
    let env = service::with("systemctl", service::SYSTEMCTL);
    has(
        &doctor(&env, &[], 0),
        "timer",
        "warning",
        "no timer starts passes",
        "acp service install",
    );
    let _pass = env.acp(&["heartbeat"]).ok();
    has(
        &doctor(&env, &[], 0),
        "timer",
        "ok",
        "none of acp's own",
        "",
    );
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let unit = env.path("home/.config/systemd/user/acp-web.timer");
    let good = fs::read(&unit).unwrap();
    fs::write(&unit, "# an older text\n").unwrap();
    has(
        &doctor(&env, &[], 0),
        "timer",
        "warning",
        "is not what this acp would write",
        "acp service install",
    );
    fs::write(&unit, good).unwrap();
    fs::remove_file(env.path("standin/on")).unwrap();
    has(
        &doctor(&env, &[], 1),
        "timer",
        "failed",
        "does not run",
        "acp service install",
    );
}

#[test]
fn a_timer_of_an_acp_that_moved_is_told_and_one_that_is_gone_put_back() {
    let env = service::with("systemctl", service::SYSTEMCTL);
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let unit = env.path("home/.config/systemd/user/acp-web.timer");
    let record = env.read("acp/state/web/timer.json");
    let mut moved: Value = serde_json::from_str(&record).unwrap();
    moved["program"] = "/opt/acp-0.0.1/acp".into();
    env.write("acp/state/web/timer.json", &moved.to_string());
    has(
        &doctor(&env, &[], 1),
        "timer",
        "failed",
        "not there any more",
        "acp service install",
    );
    moved["program"] = "/bin/sh".into();
    env.write("acp/state/web/timer.json", &moved.to_string());
    has(
        &doctor(&env, &[], 0),
        "timer",
        "warning",
        "another acp than this one",
        "acp service install",
    );
    env.write("acp/state/web/timer.json", &record);
    for file in ["acp-web.timer", "acp-web.service"] {
        fs::remove_file(env.path("home/.config/systemd/user").join(file)).unwrap();
    }
    has(
        &doctor(&env, &[], 1),
        "timer",
        "failed",
        "is gone",
        "acp service install",
    );
    env.acp(&["doctor", "--fix"])
        .ok()
        .says("put the timer of `web` back");
    assert!(unit.exists() && env.path("standin/on").exists());
    let _stopped = env.acp(&["service", "stop"]).ok();
    has(
        &doctor(&env, &[], 0),
        "timer",
        "warning",
        "was stopped",
        "acp service start",
    );
}

#[test]
fn a_process_of_a_run_that_is_over_is_named() {
    let env = TestEnv::under(GOOD);
    let out = env.path("acp/state/web/worktrees/20261121-031502-issue-12-a1/.acp");
    let mut left = Command::new("sleep")
        .arg("600")
        .env("ACP_OUT", out)
        .spawn()
        .unwrap();
    let ended = doctor(&env, &[], 0);
    let pid = left.id().to_string();
    left.kill().unwrap();
    let _status = left.wait().unwrap();
    has(
        &ended,
        "strays",
        "warning",
        "20261121-031502-issue-12-a1, which is over",
        &format!("kill {pid}"),
    );
    has(&doctor(&env, &[], 0), "strays", "ok", "", "");
    // One that took its environment off, of a run whose agent reads its task from standard input.
    let run = "20261121-031502-issue-12-a1";
    let prompt = env.write(&format!("acp/state/web/runs/{run}/prompt.md"), "Do it.");
    let held = fs::File::open(&prompt).unwrap();
    held.lock().unwrap();
    let mut left = Command::new("sleep")
        .arg("600")
        .env_clear()
        .stdin(held)
        .spawn()
        .unwrap();
    let ended = doctor(&env, &[], 1);
    left.kill().unwrap();
    let _status = left.wait().unwrap();
    let meaning = format!("something of {run}, which is over, still has its `prompt.md` open");
    has(
        &ended,
        "strays",
        "warning",
        &meaning,
        &format!("run stop {run}"),
    );
    has(&doctor(&env, &[], 0), "strays", "ok", "", "");
}

#[test]
fn a_login_that_others_can_read_is_closed() {
    let env = TestEnv::under(GOOD);
    env.write("home/.netrc", "machine h login l password p\n");
    mode(&env, "home/.netrc", 0o644);
    mode(&env, "home", 0o755);
    has(
        &doctor(&env, &[], 0),
        "secrets",
        "warning",
        "mode 0644",
        "chmod 600 ",
    );
    // In a folder that is closed nobody else gets at it.
    mode(&env, "home", 0o700);
    has(&doctor(&env, &[], 0), "secrets", "ok", "", "");
    mode(&env, "home", 0o755);
    let _mended = env.acp(&["doctor", "--fix"]).ok();
    assert_eq!(mode_of(&env, "home/.netrc"), 0o600);
}

#[test]
fn an_agent_that_nobody_logged_in_is_told_how_and_one_with_a_login_its_version() {
    let env = TestEnv::under(GOOD);
    let script = env.write("bin/codex", "#!/bin/sh\necho codex-cli 9.9.9\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        env.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let env = env.var("PATH", &path);
    env.set("use: command", "use: codex");
    has(
        &doctor(&env, &[], 0),
        "agent",
        "warning",
        "nothing shows that somebody has logged it in",
        "codex login",
    );
    env.write("home/.codex/auth.json", "{}");
    has(
        &doctor(&env, &[], 0),
        "agent",
        "ok",
        "codex can start (codex-cli 9.9.9)",
        "",
    );
}

#[test]
fn the_sandbox_is_tried_from_inside() {
    let env = TestEnv::under(GOOD);
    has(
        &doctor(&env, &[], 0),
        "sandbox",
        "warning",
        "unconfined",
        "",
    );
    let env = env.var("ACP_SANDBOX", "bubblewrap");
    env.write("home/.ssh/id", "a key");
    has(
        &doctor(&env, &[], 0),
        "sandbox",
        "ok",
        "bubblewrap: tried",
        "",
    );
    assert!(!env.path("acp/state/web/sandbox-trial").exists());
}

/// A sandbox that shows everything to what it should confine is one that does not keep its promise.
#[test]
fn a_sandbox_that_confines_nothing_fails() {
    let env = TestEnv::under(GOOD);
    env.program(
        "bwrap",
        "while [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"",
    );
    let path = format!(
        "{}:{}",
        env.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let env = env.var("PATH", &path).var("ACP_SANDBOX", "bubblewrap");
    env.write("home/.ssh/id", "a key");
    let ended = doctor(&env, &[], 1);
    for promise in [
        "ssh keys cannot be read",
        "acp's configuration cannot be read",
        "nothing can be left outside the worktree",
    ] {
        let meaning = format!("bubblewrap does not keep its promise: {promise}");
        has(
            &ended,
            "sandbox",
            "failed",
            &meaning,
            "acp profile show web",
        );
    }
    assert!(
        found(&ended, "sandbox")
            .iter()
            .all(|(state, ..)| state == "failed")
    );
    assert!(!env.path("acp/state/web/sandbox-trial").exists());
    assert!(!env.path("acp/state/web/sandbox-trial.escaped").exists());
}

#[test]
fn a_report_holds_no_secret_and_no_words_of_issues() {
    let body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";
    let bare = "0123456789abcdef0123456789abcdef01234567";
    let aws = "IOSFODNN7EXAMPLE";
    let planted: Vec<String> = acp::proc::TOKENS
        .iter()
        .map(|shape| {
            let body = if shape.name == acp::proc::AWS_KEY {
                aws
            } else {
                body
            };
            format!("{}{body}", shape.prefix)
        })
        .collect();
    let env = TestEnv::under(GOOD).var("SOME_API_KEY", bare);
    let lines = planted.join("\n# ");
    let more = format!(
        "# {lines}\n# -----BEGIN RSA PRIVATE KEY-----\n# MIIEsecretkeymaterial\n# -----END RSA PRIVATE KEY-----\n\
         # Authorization: Bearer abc.def.ghi\n# https://me:hunter22@git.example.org/x\n# {bare}\n"
    );
    env.profile(|text| format!("{text}{more}"));
    let _pass = env.acp(&["heartbeat"]).ok();
    let reason = format!("the zebra said {} and {bare}", planted[0]);
    let _held = env.acp(&["hold", "add", "mine", "--reason", &reason]).ok();
    let report = env.path("report.txt");
    let file = report.to_str().unwrap();
    let _dry = env.acp(&["doctor", "--dry-run", "--report", file]).ok();
    assert!(!report.exists());
    let _alone = env.acp(&["doctor", "--with-text"]).with(2);
    for with_text in [false, true] {
        let mut args = vec!["doctor", "--report", file];
        args.extend(with_text.then_some("--with-text"));
        env.acp(&args).ok().says("read it before you send it");
        let text = env.read("report.txt");
        let others = ["MIIEsecretkeymaterial", "hunter22", "abc.def.ghi", bare].map(str::to_owned);
        for secret in planted.iter().chain(&others) {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
        for part in [
            "## versions",
            "git version 2",
            "## profile web",
            "schema: 1",
            "## journal of web",
            "hold.set",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(!text.contains(env.path("home").to_str().unwrap()), "{text}");
        let (_, journal) = text.split_once("## journal of web").unwrap();
        assert_eq!(journal.contains("zebra"), with_text, "{journal}");
        assert_eq!(mode_of(&env, "report.txt"), 0o600);
    }
}
