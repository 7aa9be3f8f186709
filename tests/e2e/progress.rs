//! The line that says what is waited for: at a terminal, and nowhere else.

use crate::env::TestEnv;
use crate::repo::GOOD;

const WAITS: &str = "passes until idle";
const DEMO: &str = "making a sample repository";

/// Takes long enough to be watched.
fn under_a_slow_agent() -> TestEnv {
    TestEnv::under(&format!("sleep 0.5\n{GOOD}"))
}

#[test]
fn who_watches_sees_what_is_waited_for() {
    let env = under_a_slow_agent();
    let _issue = env.issue("Add work");
    let seen = env.at_terminal("xterm", "heartbeat --until-idle", "").ok();
    seen.prints(WAITS);
    // It is taken away again: what stays is the result.
    let last = seen.stdout.rsplit("\x1b[").next().unwrap();
    assert!(
        last.contains("idle after") && !last.contains(WAITS),
        "{seen:?}"
    );
}

#[test]
fn programs_and_pipes_see_none() {
    for flags in ["--plain", "--json", "--no-progress"] {
        let env = under_a_slow_agent();
        let _issue = env.issue("Add work");
        let line = format!("heartbeat --until-idle {flags}");
        let seen = env.at_terminal("xterm", &line, "").ok();
        assert!(!seen.stdout.contains(WAITS), "{seen:?}");
        // What is said meanwhile comes there too: the terminal is both streams.
        seen.prints("agents run without a sandbox");
        let drawn = seen.stdout.contains('\u{1b}');
        assert!(!drawn || flags == "--no-progress", "{seen:?}");
    }
    let env = under_a_slow_agent();
    let _issue = env.issue("Add work");
    let piped = env.acp(&["heartbeat", "--until-idle"]).ok();
    assert!(
        !piped.stdout.contains(WAITS) && !piped.stderr.contains(WAITS),
        "{piped:?}"
    );
    assert!(!piped.stderr.contains('\u{1b}'), "{piped:?}");
}

#[test]
fn the_demonstration_shows_how_many_issues_are_done() {
    let env = TestEnv::new();
    let seen = env.at_terminal("xterm", "demo", "").ok();
    seen.prints(DEMO);
    for part in ["0/3", "3/3"] {
        seen.prints(part);
    }
}
