//! A state folder that knows nothing of what an earlier one, or another machine, has left on the forge.

use std::fs;

use crate::env::TestEnv;
use crate::repo::GOOD;

/// The attempt's own word, so that no two of them build the same commit.
const NEXT: &str = "echo \"$ACP_RUN_ID\" > work.txt\nacp report implemented\n";

fn tip(env: &TestEnv, branch: &str) -> String {
    env.git_in(&env.forge_repo(), &["rev-parse", branch])
}

#[test]
fn a_new_life_takes_the_next_number_and_leaves_earlier_branches_alone() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: draft");
    let _merged = env.issue("Known");
    let _idle = env.until_idle();
    let theirs = tip(&env, "agent/issue-1-a1");
    // Of runs that came no further than their push.
    let branches = ["agent/issue-3-a1", "agent/issue-3-a4"];
    for branch in branches {
        let _made = env.git_in(&env.forge_repo(), &["branch", branch, &theirs]);
    }
    // Everything that acp keeps of the profile is gone; its forge and its profile are there.
    fs::remove_dir_all(env.path("acp/state/web")).unwrap();
    let again = env.issue("Worked on before");
    assert_eq!(again, 3);
    env.agent(NEXT);
    let _idle = env.until_idle();
    for branch in branches {
        assert_eq!(tip(&env, branch), theirs, "{branch}");
    }
    let runs = env.runs();
    assert_eq!(
        (runs.len(), &runs[0]["attempt"]),
        (1, &5.into()),
        "{runs:?}"
    );
    assert_ne!(tip(&env, "agent/issue-3-a5"), theirs);
    assert_eq!(env.why("issue/3")["code"], "has-pr");
    assert_eq!(env.why("issue/1")["code"], "has-pr");
}

/// The other machine was faster: the branch comes between the launch and the push.
#[test]
fn a_branch_that_another_machine_pushed_meanwhile_stays_and_the_way_on_is_named() {
    let env = TestEnv::under("");
    env.set("writes: full", "writes: draft");
    let forge = env.forge_repo();
    env.agent(&format!(
        "git -C '{}' branch agent/issue-1-a1 main\n{NEXT}",
        forge.display()
    ));
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let theirs = tip(&env, "main");
    assert_eq!(tip(&env, "agent/issue-1-a1"), theirs);
    let why = env.why("issue/1");
    assert_eq!(why["code"], "write-failed", "{why}");
    let text = why["why"].as_str().unwrap();
    let commands: Vec<&str> = text
        .split('`')
        .filter(|part| part.starts_with("acp "))
        .collect();
    assert_eq!(commands.len(), 2, "{text}");
    env.agent(NEXT);
    for command in commands {
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        let _typed = env.acp(&words).ok();
        let _idle = env.until_idle();
    }
    assert_eq!(tip(&env, "agent/issue-1-a1"), theirs);
    assert_eq!(env.why("issue/1")["code"], "has-pr", "{:?}", env.runs());
    assert_ne!(tip(&env, "agent/issue-1-a2"), theirs);
}

#[test]
fn the_first_clone_asks_git_once_for_its_version() {
    let env = TestEnv::under(GOOD);
    let (env, calls) = env.noting_git();
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
    let calls = fs::read_to_string(calls).unwrap();
    let asked = calls
        .lines()
        .filter(|call| call.ends_with("version"))
        .count();
    assert_eq!(asked, 1, "{calls}");
}
