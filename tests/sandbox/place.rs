//! A repository under acp with a confined agent, and what lies around it that no agent may touch.

use crate::env::TestEnv;

/// The value that an escape would show.
pub(crate) const SECRET: &str = "sEcReT-5f1c";

/// A profile whose agent is this script, confined; `sandbox` is the rest of that group.
pub(crate) fn place(script: &str, sandbox: &str) -> TestEnv {
    let env = TestEnv::under(script)
        .var("ACP_SANDBOX", "bubblewrap")
        .var("GITHUB_TOKEN", SECRET)
        .var("SSH_AUTH_SOCK", "/run/agent.sock");
    let agent = env.path("agent.sh");
    let group = format!(
        "\nsandbox:\n  read: [\"{}\"]\n{sandbox}\nretry: {{ delays: [1ms], attempts_max: 1 }}\n",
        agent.display()
    );
    // The agent itself is the process that a sandbox waits for, not a shell around it.
    env.profile(|text| format!("{}{group}", text.replace("sh '", "exec sh '")));
    for file in [
        "home/.ssh/id_ed25519",
        "home/.config/gh/hosts.yml",
        "home/.netrc",
        "home/.gnupg/key",
        "home/notes.txt",
        "elsewhere/notes.txt",
        "acp/config/token",
        "acp/state/web/worktrees/20260101-000000-issue-99-a1/work.txt",
        "acp/state/web/runs/20260101-000000-issue-99-a1/agent.log",
    ] {
        env.write(file, &format!("{SECRET}\n"));
    }
    env
}

/// What the children of the newest run printed.
pub(crate) fn log(env: &TestEnv) -> String {
    let runs = env.runs();
    let newest = runs
        .iter()
        .filter_map(|run| run["run"].as_str().or(run["id"].as_str()))
        .max();
    let newest = newest.unwrap_or_else(|| panic!("no run in {runs:?}"));
    env.acp(&["run", "log", newest]).ok().stdout
}
