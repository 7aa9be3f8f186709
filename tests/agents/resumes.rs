//! The machine dies under a real agent: its own session goes on, with everything that it had done.

use crate::kinds;
use crate::world::World;

/// The second turn never ends by itself. Whoever began anew would do the first one again, and hang in the second.
const SCRIPT: &str = "@model run echo 'half of it' > half.txt\n@model run touch waits; tail -f /dev/null\n\
                      @model run echo 'made by the model' > work.txt\n@model run acp report implemented\n@model say All done.";

fn resumes(agent: &str) {
    let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
    world.issue(SCRIPT);
    world.until_there_is("waits");
    world.crash();
    let asked = world.calls();
    let run = world.until_idle();
    assert_eq!(run.outcome, "implemented", "{run:?}");
    assert_eq!(run.resumes, 1, "{run:?}");
    assert_eq!(world.merged_file("half.txt"), "half of it");
    assert_eq!(world.merged_file("work.txt"), "made by the model");
    let runs = world.json(&["run", "list", "--all"]);
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "{runs}");
    // Two turns before, and no more than the other three after it.
    assert!(
        world.calls() - asked <= 4,
        "{} calls after {asked}",
        world.calls()
    );
    // A turn is 1240 tokens (Anthropic's: 1640). None is paid twice.
    let per_turn = if agent == "claude" { 1640 } else { 1240 };
    let paid = run.tokens.unwrap();
    assert!(
        paid <= world.calls() * per_turn,
        "{paid} tokens, {} calls",
        world.calls()
    );
    world.nothing_is_left();
}

#[test]
fn claude() {
    resumes("claude");
}

/// It saves its settings by a rename, which cannot be in a sandbox that shows the one file; then it writes into the file.
#[test]
fn claudes_settings_outlive_its_sandbox_and_nothing_in_them_is_lost() {
    let world = World::new("claude", "ok", &kinds::limits("claude", "ok"));
    world.home(".claude.json", "{\"mine\":1,\"numStartups\":3}");
    let run = world.run(&kinds::good_script("claude"));
    assert_eq!(run.outcome, "implemented", "{run:?}");
    let saved: serde_json::Value = serde_json::from_str(&world.read_home(".claude.json")).unwrap();
    assert_eq!(saved["mine"], 1, "{saved}");
    assert_ne!(saved["userID"], serde_json::Value::Null, "{saved}");
}

#[test]
fn codex() {
    resumes("codex");
}

/// The first turn is done, and then every call of the program fails, its own tries included, until it gives up. acp waits
/// and has it go on where it was; the first turn is not done again.
fn goes_on_after_the_network(agent: &str, mode: &str, calls: u64) {
    let world = World::new(agent, mode, &kinds::limits(agent, mode));
    let run = world.run(
        "@model run echo 'half of it' >> half.txt\n@model run echo 'made by the model' > work.txt\n\
         @model run acp report implemented\n@model say All done.",
    );
    assert_eq!(run.outcome, "implemented", "{run:?}");
    assert_eq!(world.merged_file("half.txt"), "half of it");
    assert_eq!(world.merged_file("work.txt"), "made by the model");
    assert_eq!(world.calls(), calls, "{run:?}");
    let runs = world.json(&["run", "list", "--all"]);
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "{runs}");
    let log = world.acp(&["run", "log", runs[0]["id"].as_str().unwrap()]);
    let went_on = log
        .matches("the network failed; the session goes on")
        .count();
    assert_eq!(went_on, 1, "{log}");
    world.nothing_is_left();
}

/// Four answers, and two calls that fail: one, and its own second try.
#[test]
fn claude_after_the_network_failed() {
    goes_on_after_the_network("claude", "away3", 6);
}

/// Each of its two tries at a stream is two calls.
#[test]
fn codex_after_the_network_failed() {
    goes_on_after_the_network("codex", "away5", 8);
}
