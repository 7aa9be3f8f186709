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

/// An agent that takes too long and, told to end, says `LAST WORDS` first.
pub(crate) const LAST_WORDS: &str =
    "trap 'echo LAST WORDS; exit 0' TERM\n: > started\nwhile :; do sleep 0.1; done\n";

/// One pass with an agent that is told to end after `timeout`: it has the time to say its last words.
pub(crate) fn has_its_grace(env: &TestEnv, timeout: &str) {
    env.profile(|text| {
        let at = text.find("    command:\n").unwrap() + "    command:\n".len();
        let limits = format!("      timeout: {timeout}\n      grace: 8s\n");
        format!("{}{limits}{}", &text[..at], &text[at..])
    });
    env.issue("Take too long");
    let _idle = env.until_idle();
    assert!(log(env).contains("LAST WORDS"), "{}", log(env));
}

/// Sets up and verifies, where every command passes only when `look` does.
pub(crate) fn look_in_commands(env: &TestEnv, look: &str) {
    let lines = format!(
        "  setup: [\"{look} && echo set up > made.txt\"]\n  \
         verify: [\"{look} && test -s work.txt && test -s made.txt\"]\n"
    );
    env.set("  verify: []\n", &lines);
}
