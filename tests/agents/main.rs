//! The real coding agents, each through whole heartbeats of the real binary on a local forge, against a model provider on
//! the loopback: a success that is merged, and every way to fail, with its class, within its limits, with no process left.
//!
//! `tests/tools/install agents` installs the programs; without them every test here fails and says so.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "what acp printed is shown when a test fails; what is not tested is said aloud"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]
#![cfg(target_os = "linux")]

mod alone;
mod kinds;
mod looks;
#[path = "../sandbox/machine.rs"]
mod machine;
#[path = "../fakes/model/mod.rs"]
mod model;
mod resumes;
mod world;

use world::World;

/// The agent does what the issue says, and the change is merged.
fn merged(agent: &str, mode: &str) {
    let world = World::new(agent, mode, &kinds::limits(agent, mode));
    let run = world.run(&kinds::good_script(agent));
    assert_eq!(run.outcome, "implemented", "{run:?}");
    assert_eq!(world.merged_file("work.txt"), "made by the model");
    assert!(run.tokens.is_some_and(|tokens| tokens > 0), "{run:?}");
    assert_eq!(run.usd_micros.is_some(), kinds::says_cost(agent), "{run:?}");
    world.nothing_is_left();
}

/// The provider behaves as `mode` says, and the run fails with this class.
fn fails(agent: &str, mode: &str, class: &str) {
    let world = World::new(agent, mode, &kinds::limits(agent, mode));
    let run = world.run(&kinds::good_script(agent));
    assert_eq!(run.class(), class, "{run:?}");
    assert!(world.calls() > 0 || mode == "refused", "no model was asked");
    assert!(run.took < kinds::longest(agent, mode), "{run:?}");
    if class == "stalled" {
        assert!(run.took >= kinds::STALL, "{run:?}");
    }
    world.nothing_is_left();
}

/// The agent makes the same call for ever and is ended at its limit of steps.
fn loops(agent: &str) {
    let world = World::new(agent, "ok", &kinds::few_steps(agent));
    let run = world.run("@model loop echo again");
    assert_eq!(run.class(), "looping", "{run:?}");
    assert!(run.reason.contains("more than 6 steps"), "{run:?}");
    // The step that is one too many is seen, and what was printed with it.
    assert!((7..=8).contains(&run.steps), "{run:?}");
    assert!(run.took < kinds::longest(agent, "ok"), "{run:?}");
    world.nothing_is_left();
}

/// The agent makes the same call for ever, sees that itself and stops; what it says of its end does not matter.
fn stops_itself(agent: &str, says: &str) {
    let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
    let run = world.run("@model loop echo again");
    assert_eq!(run.class(), "looping", "{run:?}");
    assert!(run.reason.contains(says), "{run:?}");
    assert!(run.took < kinds::longest(agent, "ok"), "{run:?}");
    world.nothing_is_left();
}

macro_rules! merged {
    ($($test:ident: $agent:literal $mode:literal;)*) => {
        mod is_merged { $(#[test] fn $test() { super::merged($agent, $mode); })* }
    };
}

macro_rules! fails {
    ($($test:ident: $agent:literal $mode:literal => $class:literal;)*) => {
        mod fails_as { $(#[test] fn $test() { super::fails($agent, $mode, $class); })* }
    };
}

merged! {
    claude: "claude" "ok";
    claude_after_a_stream_that_was_cut: "claude" "cut";
    claude_after_one_limit: "claude" "429once";
    codex: "codex" "ok";
    codex_slowly: "codex" "slow";
    opencode: "opencode" "ok";
    gemini: "gemini" "ok";
    pi: "pi" "ok";
    qwen: "qwen" "ok";
    ollama_through_codex: "ollama" "ok";
}

fails! {
    claude_429: "claude" "429" => "limit";
    claude_quota: "claude" "429quota" => "limit";
    claude_401: "claude" "401" => "not-logged-in";
    claude_403: "claude" "403" => "not-allowed";
    claude_credit: "claude" "400credit" => "billing";
    claude_context: "claude" "400ctx" => "context-too-long";
    claude_model: "claude" "404model" => "model-unavailable";
    claude_500: "claude" "500" => "overloaded";
    claude_529: "claude" "529" => "overloaded";
    claude_refused: "claude" "refused" => "network";
    claude_html: "claude" "html" => "network";
    claude_hang: "claude" "hang" => "stalled";

    codex_429: "codex" "429" => "limit";
    codex_usage_limit: "codex" "429usage" => "limit";
    codex_quota: "codex" "429quota" => "quota";
    codex_401: "codex" "401" => "not-logged-in";
    codex_403: "codex" "403" => "not-allowed";
    codex_context: "codex" "400ctx" => "context-too-long";
    codex_model: "codex" "404model" => "model-unavailable";
    codex_500: "codex" "500" => "overloaded";
    codex_503: "codex" "503" => "overloaded";
    codex_refused: "codex" "refused" => "network";
    codex_cut: "codex" "cut" => "network";
    codex_hang: "codex" "hang" => "stalled";

    opencode_429: "opencode" "429" => "limit";
    opencode_401: "opencode" "401" => "not-logged-in";
    opencode_403: "opencode" "403" => "not-allowed";
    opencode_context: "opencode" "400ctx" => "context-too-long";

    gemini_429: "gemini" "429" => "limit";
    gemini_quota: "gemini" "429quota" => "quota";
    gemini_401: "gemini" "401" => "not-logged-in";
    gemini_403: "gemini" "403" => "not-allowed";
    gemini_context: "gemini" "400ctx" => "context-too-long";
    gemini_503: "gemini" "503" => "overloaded";
    gemini_refused: "gemini" "refused" => "network";
    gemini_cut: "gemini" "cut" => "network";
    gemini_hang: "gemini" "hang" => "stalled";

    pi_429: "pi" "429" => "limit";
    pi_quota: "pi" "429quota" => "quota";
    pi_401: "pi" "401" => "not-logged-in";
    pi_403: "pi" "403" => "not-allowed";
    pi_context: "pi" "400ctx" => "context-too-long";
    pi_500: "pi" "500" => "overloaded";
    pi_refused: "pi" "refused" => "network";
    pi_html: "pi" "html" => "broken-output";
    pi_hang: "pi" "hang" => "stalled";
    pi_cut_late: "pi" "cutlate" => "network";

    qwen_401: "qwen" "401" => "not-logged-in";
    qwen_403: "qwen" "403" => "not-allowed";
    qwen_context: "qwen" "400ctx" => "context-too-long";
    qwen_refused: "qwen" "refused" => "network";
    qwen_hang: "qwen" "hang" => "stalled";
}

#[test]
fn when_claude_is_at_its_limit_codex_takes_the_item_in_the_same_loop() {
    let limits = |agent| kinds::limits(agent, "ok");
    let world = World::of(&[
        ("claude", "429quota", &limits("claude")),
        ("codex", "ok", &limits("codex")),
    ]);
    let last = world.run(&kinds::good_script("codex"));
    assert_eq!(last.outcome, "implemented", "{last:?}");
    assert_eq!(world.merged_file("work.txt"), "made by the model");
    let runs = world.json(&["run", "list", "--all"]);
    let mut ends: Vec<String> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| format!("{} {} {}", run["attempt"], run["agent"], run["outcome"]))
        .collect();
    ends.sort();
    let (claude, codex) = ("1 \"claude\" \"failed\"", "2 \"codex\" \"implemented\"");
    assert_eq!(ends, [claude, codex]);
    let asleep = world.json(&["cooldown", "list"]);
    assert_eq!(asleep[0]["key"], "agent:claude", "{asleep}");
    // Nothing launches into the limit that is known now.
    let asked = world.calls();
    world.issue("@model run echo again > work.txt\n@model run acp report implemented");
    world.work();
    assert_eq!(world.merged_file("work.txt"), "again");
    assert_eq!(world.calls(), asked);
    world.nothing_is_left();
}

mod goes_round_in_circles {
    #[test]
    fn claude() {
        super::loops("claude");
    }

    #[test]
    fn codex() {
        super::loops("codex");
    }

    #[test]
    fn pi() {
        super::loops("pi");
    }

    #[test]
    fn gemini() {
        super::stops_itself("gemini", "Loop detected");
    }

    #[test]
    fn qwen() {
        super::stops_itself("qwen", "Loop detection halted the run");
    }
}

/// These try again for minutes without a word, and the limit of silence is what ends them. All at once, because they wait.
#[test]
fn what_tries_again_in_silence_is_ended_by_the_limit_of_silence() {
    std::thread::scope(|all| {
        for (agent, mode, class) in [
            ("qwen", "429", "stalled"),
            ("qwen", "429quota", "stalled"),
            ("qwen", "500", "stalled"),
            ("qwen", "cut", "network"),
            ("opencode", "429quota", "stalled"),
            ("opencode", "500", "stalled"),
            ("opencode", "refused", "stalled"),
            ("opencode", "hang", "stalled"),
        ] {
            all.spawn(move || fails(agent, mode, class));
        }
    });
}

/// Money that a program tells only with its last word is a limit that it keeps itself: the fourth answer is one too many.
#[test]
fn claude_keeps_the_limit_of_money_itself() {
    let world = World::new("claude", "ok", &kinds::limits("claude", "ok"));
    world.also("budget: { usd_per_run: 0.02 }");
    let run = world.run("@model loop echo again");
    assert_eq!(run.class(), "looping", "{run:?}");
    assert!(
        run.reason.contains("spent more than usd_per_run"),
        "{run:?}"
    );
    assert!(run.reason.contains("maximum budget"), "{run:?}");
    assert_eq!(
        (world.calls(), run.usd_micros),
        (4, Some(24_640)),
        "{run:?}"
    );
    world.nothing_is_left();
}

/// Those that tell after each answer what it has used, tokens or money, are ended in the middle of their work.
#[test]
fn what_tells_what_it_uses_while_it_works_is_ended_by_that() {
    const TOKENS: (&str, &str) = ("tokens_per_run: 3000", "used more than tokens_per_run");
    const MONEY: (&str, &str) = ("usd_per_run: 0.0025", "spent more than usd_per_run");
    const CALLS: u64 = 12;
    std::thread::scope(|all| {
        for (agent, (limit, says)) in [
            ("claude", TOKENS),
            ("opencode", TOKENS),
            ("opencode", MONEY),
            ("pi", TOKENS),
            ("pi", MONEY),
            ("qwen", TOKENS),
        ] {
            all.spawn(move || {
                let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
                world.also(&format!("budget: {{ {limit} }}"));
                let lines = (1..CALLS).map(|n| format!("@model run echo {n} >> work.txt\n"));
                let run = world.run(&lines.collect::<String>());
                assert_eq!(run.class(), "looping", "{agent}: {run:?}");
                assert!(run.reason.contains(says), "{agent}: {run:?}");
                // The third answer is one too many; on a busy machine some more are asked for before the program is ended, and
                // some ask for a title of their own besides.
                let calls = world.calls();
                assert!(
                    (2..CALLS - 2).contains(&calls),
                    "{agent}: {calls} calls, {run:?}"
                );
                assert!(run.took < kinds::longest(agent, "ok"), "{run:?}");
                world.nothing_is_left();
            });
        }
    });
}

#[test]
fn a_limit_that_says_when_it_ends_is_recorded_with_that_time() {
    for agent in ["claude", "codex"] {
        let mode = if agent == "claude" {
            "429quota"
        } else {
            "429usage"
        };
        let world = World::new(agent, mode, &kinds::limits(agent, mode));
        let run = world.run(&kinds::good_script(agent));
        let wait = run.reset_secs.unwrap();
        assert!((3400..=3660).contains(&wait), "{agent}: {wait} s, {run:?}");
    }
}

/// Each in the way in which its own settings keep it from a command.
#[test]
fn a_tool_that_is_refused_is_the_reason_of_a_run_without_a_result() {
    let denied = |what: &str| format!("{{\"permissions\":{{\"deny\":[\"{what}\"]}}}}");
    for (agent, file, text, tool) in [
        ("claude", ".claude/settings.json", denied("Bash(acp:*)"), "Bash"),
        ("qwen", ".qwen/settings.json", denied("ShellTool(acp)"), "run_shell_command"),
        (
            "gemini",
            ".gemini/policies/deny.toml",
            "[[rule]]\ntoolName = \"run_shell_command\"\ncommandPrefix = \"acp\"\ndecision = \"deny\"\npriority = 999\n".to_owned(),
            "run_shell_command",
        ),
        (
            "codex",
            ".codex/rules/default.rules",
            "prefix_rule(pattern = [\"acp\"], decision = \"forbidden\")\n".to_owned(),
            "exec_command",
        ),
        ("opencode", ".config/opencode/opencode.json", String::new(), "bash"),
    ] {
        let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
        let text = if agent == "opencode" {
            let mut own: serde_json::Value = serde_json::from_str(&world.read_home(file)).unwrap();
            own["permission"] = serde_json::json!({ "bash": { "*": "allow", "acp *": "deny" } });
            own.to_string()
        } else {
            text
        };
        world.home(file, &text);
        let run = world.run("@model run acp report implemented\n@model say I could not.");
        assert_eq!(run.class(), "refused-tool", "{agent}: {run:?}");
        assert!(run.reason.contains(tool), "{agent}: {run:?}");
        world.nothing_is_left();
    }
}

#[test]
fn a_stream_that_is_always_cut_is_ended_at_the_limit_of_steps() {
    let world = World::new("opencode", "cut", &kinds::few_steps("opencode"));
    let run = world.run("@model loop echo again");
    // It depends on whether the last step was a call or the turn that broke off.
    assert!(["network", "looping"].contains(&run.class()), "{run:?}");
    world.nothing_is_left();
}
