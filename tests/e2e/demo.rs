//! `acp demo`: what a new user sees first.

use crate::env::TestEnv;

#[test]
fn one_issue_is_merged_one_waits_and_one_is_blocked() {
    let env = TestEnv::new();
    let shown = &env.acp(&["demo", "--json"]).ok().json()["data"];
    let results: Vec<&str> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["result"].as_str().unwrap())
        .collect();
    assert_eq!(results, ["merged", "waits for you", "blocked"]);
    assert!(
        shown["items"][1]["why"]
            .as_str()
            .unwrap()
            .contains("protected path")
    );
    assert!(
        shown["items"][2]["why"]
            .as_str()
            .unwrap()
            .contains("knows three languages")
    );
    assert!(
        shown["comment"]
            .as_str()
            .unwrap()
            .contains("2 attempts failed")
    );
    assert_eq!(
        std::fs::read_dir(env.path("tmp")).unwrap().count(),
        0,
        "nothing is left"
    );
    assert!(
        !env.path("acp/state").exists(),
        "the user's own state is not touched"
    );
}

#[test]
fn kept_it_can_be_looked_at_with_the_commands_that_it_prints() {
    let env = TestEnv::new();
    let shown = &env.acp(&["demo", "--keep", "--json"]).ok().json()["data"];
    let commands: Vec<&str> = shown["commands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    for wanted in ["why issue/2", "run show ", "pr risk "] {
        assert!(
            commands.iter().any(|c| c.contains(wanted)),
            "{wanted}: {commands:?}"
        );
    }
    for command in commands {
        let ended = env.command("sh").args(["-c", command]).output().unwrap();
        assert!(ended.status.success(), "{command}: {ended:?}");
    }
    assert_eq!(
        std::fs::read_dir(env.path("tmp")).unwrap().count(),
        0,
        "the last one removes it"
    );
}

#[test]
fn its_agent_does_nothing_outside_a_run() {
    let env = TestEnv::new();
    env.acp(&["demo-agent"]).with(2).says("inside a run");
}
