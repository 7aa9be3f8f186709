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

#[test]
fn a_person_reads_a_table_and_that_nothing_was_left() {
    // A machine on which git was never told who its user is.
    let env = TestEnv::new().var("GIT_CONFIG_GLOBAL", "/dev/null");
    let said = env.acp(&["demo"]).ok();
    let lines: Vec<Vec<&str>> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["ISSUE", "TITLE", "RESULT", "PR", "WHY"]);
    for (item, result) in [
        ("issue/1", " merged "),
        ("issue/2", " waits for you "),
        ("issue/3", " blocked "),
    ] {
        let row = said.stdout.lines().find(|line| line.starts_with(item));
        assert!(row.is_some_and(|row| row.contains(result)), "{said:?}");
    }
    for words in [
        "\nThe comment on the blocked issue\n  ### Blocked\n",
        " s, without a server and without a network.\n",
        "\nAll of it is gone again; `acp demo --keep` leaves it in place to look at.\n",
    ] {
        said.prints(words);
    }
    assert!(!said.stdout.contains("<!--"), "{said:?}");
    assert_eq!(said.stderr, "", "no progress where nobody watches");
    assert_eq!(std::fs::read_dir(env.path("tmp")).unwrap().count(), 0);
}

#[test]
fn an_installed_agent_does_the_work_when_it_is_named() {
    let env = TestEnv::with_programs();
    env.write("home/.claude/.credentials.json", "{}");
    let script = "cat > /dev/null\necho \"$ACP_ITEM\" >> \"$HOME/asked\"\n\
                  echo work > \"$(echo \"$ACP_ITEM\" | tr / -).txt\"\nacp report implemented > /dev/null\n\
                  echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}'";
    env.program("claude", script);
    let said = env.acp(&["demo", "--agent", "claude"]).ok();
    assert_eq!(said.stdout.matches(" merged ").count(), 3, "{said:?}");
    // Such an agent speaks to its provider.
    assert!(!said.stdout.contains("without a network"), "{said:?}");
    said.prints("\nThree issues in ");
    let asked = env.read("home/asked");
    let asked: std::collections::BTreeSet<&str> = asked.lines().collect();
    assert_eq!(
        asked,
        ["issue/1", "issue/2", "issue/3"].into_iter().collect()
    );
}
