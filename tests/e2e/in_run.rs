//! What an agent finds around it, and what it cannot do: seen by an agent itself, in what it leaves in `ACP_OUT`.

use crate::env::TestEnv;

/// Runs this script as the agent of one issue and gives what it printed into `ACP_OUT/seen`, which it also commits.
fn seen(env: &TestEnv, script: &str) -> String {
    let line = format!("( {script} ) > seen.txt 2>&1\nacp report implemented\n");
    env.init(&line, &[]);
    let _issue = env.issue("Look around");
    let _idle = env.until_idle();
    env.merged("seen.txt").unwrap()
}

#[test]
fn inside_a_run_every_verb_but_report_ends_with_77() {
    let env = TestEnv::repo();
    let script = "for verb in init heartbeat status 'why issue/1' stop 'issue list' 'issue create --title x' \
         'run list' reconcile sweep 'pr list' 'pr approve 1' 'pr merge 1' 'pr risk 1' 'completions bash' man; do\n\
         acp $verb >/dev/null 2>&1; echo \"$verb: $?\"; done\n\
         ACP_HOME=/tmp ACP_RUN_ID= acp --version; acp help report >/dev/null; echo \"help: $?\"\n\
         acp pr risk --range HEAD..HEAD >/dev/null; echo \"risk: $?\"\n";
    let seen = seen(&env, script);
    let (refused, allowed): (Vec<&str>, Vec<&str>) =
        seen.lines().partition(|line| line.ends_with(": 77"));
    assert_eq!(refused.len(), 16, "{seen}");
    let version = format!("acp {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(allowed, [version.as_str(), "help: 0", "risk: 0"]);
    assert_eq!(
        env.data(&["issue", "list", "--all"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn the_environment_of_an_agent_holds_no_credential_and_no_way_to_acps_state() {
    let env = TestEnv::repo()
        .var("GH_TOKEN", "secret-1")
        .var("GITHUB_TOKEN", "secret-2")
        .var("GITEA_TOKEN", "secret-3")
        .var("SSH_AUTH_SOCK", "/tmp/agent.sock")
        .var("AWS_SECRET_ACCESS_KEY", "secret-4")
        .var("ACP_PROFILE", "web");
    let seen = seen(&env, "env");
    let names: Vec<&str> = seen
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    for absent in [
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GITEA_TOKEN",
        "SSH_AUTH_SOCK",
        "AWS_SECRET_ACCESS_KEY",
        "ACP_HOME",
    ] {
        assert!(!names.contains(&absent), "{absent}: {seen}");
    }
    assert!(!names.iter().any(|name| name.starts_with("GIT_")), "{seen}");
    for present in [
        "ACP_RUN_ID",
        "ACP_ITEM",
        "ACP_PROFILE",
        "ACP_OUT",
        "ACP_PROMPT_FILE",
        "ACP_RESULT_FILE",
        "PATH",
        "HOME",
    ] {
        assert!(names.contains(&present), "{present}: {seen}");
    }
    assert!(!seen.contains("secret-"), "{seen}");
}

#[test]
fn the_task_comes_on_standard_input_and_in_a_file_and_names_the_issue() {
    let env = TestEnv::repo();
    env.write(
        "agent.sh",
        "cat > stdin.txt\ncmp stdin.txt \"$ACP_PROMPT_FILE\" && acp report implemented\n",
    );
    let line = format!("sh '{}'", env.path("agent.sh").display());
    let _made = env.acp(&["init", "--yes", "--agent-command", &line]).ok();
    let _issue = env.issue_with("Add a greeting", &["--body", "It says `hello`."]);
    let _idle = env.until_idle();
    let prompt = env.merged("stdin.txt").unwrap();
    for part in ["Add a greeting", "It says `hello`.", "acp report"] {
        assert!(prompt.contains(part), "{prompt}");
    }
}
