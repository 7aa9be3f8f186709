//! The dashboard in Chromium, over the real binary: what a person sees, hears and does there, at the width of a screen and
//! of a phone. Needs what `tests/tools/install browser` installs, `node` and `chromium`. Screenshots are left in
//! `target/dashboard`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a failed unwrap is a failed test; what was said is shown when one fails; the environment serves other suites too"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files itself"
)]

#[path = "../e2e/env.rs"]
mod env;
#[path = "../e2e/repo.rs"]
mod repo;
#[path = "../e2e/state.rs"]
mod state;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use acp::domain::Cooldown;
use acp::store::Place;
use env::TestEnv;
use jiff::{SignedDuration, Timestamp};

/// A title that would be markup if anybody let it.
const HOSTILE: &str = "<img src=x onerror=alert(1)> & \"quotes\"";

/// The agent of these tests: fails, blocks, works until it is let go, or does what it was asked.
const AGENT: &str = r#"
echo "reading <b>$ACP_ITEM</b>"
case "$ACP_ITEM" in
    issue/1) echo one > one.txt; acp report implemented ;;
    issue/4) echo "no such API"; acp report blocked --detail "needs a decision" ;;
    issue/5) exit 3 ;;
    issue/7) n=0
        while ! test -e GO && test $n -lt 3000; do
            sleep 0.05; n=$((n + 1))
            if test -e SAY; then cat SAY; rm SAY; fi
        done
        acp report implemented ;;
    *) mkdir -p .github; echo 1 > ".github/x-$$.yml"; acp report implemented ;;
esac
"#;

/// A dashboard that is served, until it is dropped.
struct Served(Child, String);

impl Served {
    fn start(env: &TestEnv, more: &[&str]) -> Self {
        let args = [&["dashboard", "serve", "--port", "0"], more].concat();
        let mut child = env
            .acp_command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        Self(child, url.trim().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn target() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), |dir| root.join(dir))
}

/// Runs one script of this folder in the browser and shows what it says.
#[track_caller]
fn browse(env: &TestEnv, script: &str, url: &str) {
    let tools = target().join("test-tools/browser");
    assert!(
        tools.join("installed.json").exists(),
        "the browser's tools are missing: `tests/tools/install browser` installs them"
    );
    let shots = target().join("dashboard");
    std::fs::create_dir_all(&shots).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/dashboard")
        .join(script);
    let mut node = Command::new("node");
    // Chromium writes to HOME; acp is called as the test would call it.
    let acp = env.acp_command(&[]);
    node.env_clear().envs(
        acp.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = node
        .arg(script)
        .env("DASHBOARD_URL", url)
        .env("DASHBOARD_TOOLS", tools.join("package.json"))
        .env("DASHBOARD_SHOTS", shots)
        .env("ACP", acp.get_program())
        .current_dir(acp.get_current_dir().unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", output.status);
    assert!(
        said.ends_with("all is well\n"),
        "it did not come to its end"
    );
}

/// A profile with something in every section.
fn world() -> TestEnv {
    let env = TestEnv::under_with(AGENT, "");
    let _issue = env.issue("Add a changelog");
    let _idle = env.until_idle();
    env.set("writes: full", "writes: draft");
    let _issue = env.issue(HOSTILE);
    let _issue = env.issue("Decide about the exporter");
    let _issue = env.issue("A test that fails on Tuesdays");
    let _pass = env.passes_until("issue/3", "has-pr");
    let _pass = env.passes_until("issue/4", "blocked");
    let _pass = env.passes_until("issue/5", "retry");
    let _pass = env.passes_until("pr/6", "human");
    let until = Timestamp::now() + SignedDuration::from_hours(2);
    let key = "agent:claude:work".to_owned();
    let cooldown = Cooldown::new(key, until, HOSTILE.to_owned(), Timestamp::now());
    state::store(&env).put_cooldown(&cooldown).unwrap();
    // One write that was refused, and one that waits for it.
    let failed = state::comment(&env, "one", &[]);
    state::send(&env, &failed, Place::Failed);
    let _waits = state::comment(&env, "two", &[&failed]);
    env
}

#[test]
fn everything_is_shown_as_text_lives_filters_and_is_accessible() {
    let env = world();
    let served = Served::start(&env, &[]);
    browse(&env, "look.mjs", &served.1);
}

#[test]
fn a_person_acts_with_the_token_and_cannot_without() {
    let env = world();
    let served = Served::start(&env, &["--actions"]);
    browse(&env, "act.mjs", &served.1);
    assert_eq!(env.data(&["hold", "list"]), serde_json::json!([]));
    assert_ne!(env.why("pr/6")["code"], "human");
}
