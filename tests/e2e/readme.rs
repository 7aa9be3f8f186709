//! The README, followed word by word by somebody who has nothing but a repository: its blocks are taken out and run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::env::TestEnv;

/// The agent that stands in for a real one: it does what the issue of the README asks for. It also changes a file that
/// the built-in policy protects, so that the README's words on a change that waits for a person come true.
const AGENT: &str = "#!/bin/sh\nset -e\ncat > task.txt\ngrep -q 'bonjour()' task.txt\nrm task.txt\n\
    printf '\\ndef bonjour():\\n    return \"Bonjour\"\\n' >> src/greet.py\n\
    printf 'from greet import bonjour\\nassert bonjour() == \"Bonjour\"\\n' > tests/test_bonjour.py\n\
    echo 'Greetings are functions without arguments.' >> AGENTS.md\n\
    acp report implemented\n";

/// The blocks of a section of a document, in order.
fn blocks(document: &str, section: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let (_, after) = text.split_once(&format!("\n{section}\n")).unwrap();
    let section = after.split("\n## ").next().unwrap();
    let section = section.split("\n### ").next().unwrap();
    let mut blocks = vec![];
    for (at, part) in section.split("\n```").enumerate() {
        if at % 2 == 1 {
            blocks.push(part.strip_prefix("sh\n").unwrap().to_owned());
        }
    }
    blocks
}

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An empty home, a repository somewhere else, and its clone in `~/src/yours`.
fn newcomer() -> TestEnv {
    let env = TestEnv::new()
        .var("ACP_TEST_NOW", "")
        .var("ACP_TEST_SEED", "");
    let upstream = env.path("upstream");
    executable(&upstream.join("scripts/agent.sh"), AGENT);
    for (file, text) in [
        ("src/greet.py", "def hello():\n    return \"Hello\"\n"),
        (
            "tests/test_hello.py",
            "from greet import hello\nassert hello() == \"Hello\"\n",
        ),
        ("AGENTS.md", "Keep it small.\n"),
        (
            "Makefile",
            "test:\n\tfor t in tests/*.py; do PYTHONPATH=src python3 $$t || exit 1; done\n",
        ),
    ] {
        executable(&upstream.join(file), text);
    }
    let git = |folder: &Path, args: &[&str]| {
        let ended = env
            .command("git")
            .current_dir(folder)
            .args(args)
            .output()
            .unwrap();
        assert!(ended.status.success(), "{args:?}: {ended:?}");
    };
    git(&upstream, &["init", "-q"]);
    git(&upstream, &["add", "."]);
    git(&upstream, &["commit", "-qm", "first"]);
    fs::create_dir(env.path("home/src")).unwrap();
    git(
        &env.path("home/src"),
        &["clone", "-q", upstream.to_str().unwrap(), "yours"],
    );
    // Building takes minutes and is done: what `cargo install` would put into its place is put there.
    let cargo = format!(
        "#!/bin/sh\n[ \"$*\" = 'install --path .' ] || exit 9\nmkdir -p ~/.cargo/bin\nln -s '{}' ~/.cargo/bin/acp\n",
        env!("CARGO_BIN_EXE_acp")
    );
    executable(&env.path("bin/cargo"), &cargo);
    env
}

/// A shell of the newcomer's.
fn shell(env: &TestEnv, script: &str) -> Command {
    let path = format!(
        "{}:{}:/usr/local/bin:/usr/bin:/bin",
        env.path("bin").display(),
        env.path("home/.cargo/bin").display()
    );
    let mut bash = env.command("bash");
    bash.env_remove("ACP_HOME")
        .env("PATH", path)
        .current_dir(env.path("home"))
        .args(["--norc", "-euxo", "pipefail", "-c", script]);
    bash
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let ended = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&ended.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    println!("{stdout}{stderr}");
    assert!(ended.status.success(), "{stdout}{stderr}");
    stdout
}

#[test]
fn whoever_follows_the_readme_ends_with_a_merged_pull_request() {
    let env = newcomer();
    let blocks = blocks("README.md", "## Five minutes on your own repository");
    assert_eq!(blocks.len(), 5, "{blocks:#?}");
    let mut script = blocks.join("\n");
    for (written, meant) in [
        // The README says what a script adds, and how another program becomes the agent.
        (
            "\nacp init ",
            "\nacp init --yes --agent-command './scripts/agent.sh' ",
        ),
        // The name of a run, as the line before it has shown it.
        (
            "acp run log RUN",
            "acp run log \"$(acp run list --all --plain | cut -f 1)\"",
        ),
    ] {
        assert_eq!(script.matches(written).count(), 1, "{written}: {script}");
        script = script.replace(written, meant);
    }
    let said = succeeds(&mut shell(&env, &script));
    for words in [
        "issue/1",
        "profile yours written",
        "a change is checked with: make test",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let merged = succeeds(&mut shell(&env, "cd ~/src/yours; acp pr show 2 --json"));
    let merged: serde_json::Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged["data"]["state"], "merged", "{merged}");
    let work = fs::read_to_string(env.path("home/src/yours/src/greet.py")).unwrap();
    assert!(work.contains("def bonjour()"), "{work}");
}

#[test]
fn the_risk_of_a_change_is_told_as_the_readme_says() {
    let env = newcomer();
    let blocks = blocks("README.md", "## The risk of a change, without any forge");
    let [hook, pipe] = blocks.as_slice() else {
        panic!("{blocks:#?}");
    };
    let acp = env.path("home/.cargo/bin/acp");
    fs::create_dir_all(acp.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_acp"), &acp).unwrap();
    executable(&env.path("home/src/yours/.git/hooks/pre-push"), hook);
    let low = "cd ~/src/yours; echo fine > notes.md; git add .; git commit -qm notes; git push -q origin HEAD:more\n";
    let _pushed = succeeds(&mut shell(&env, low));
    let scored = succeeds(&mut shell(&env, &format!("cd ~/src/yours\n{pipe}")));
    let scored: serde_json::Value = serde_json::from_str(&scored).unwrap();
    assert_eq!(scored["schema"], "acp.pr.risk/1");
    let high = "cd ~/src/yours; echo KEY=1 > .env; git add -f .; git commit -qm key; ! git push -q origin HEAD:worse\n";
    let _refused = succeeds(&mut shell(&env, high));
    assert!(!env.path("upstream/.git/refs/heads/worse").exists());
}

#[test]
fn completions_and_manual_pages_are_where_the_readme_puts_them() {
    let env = newcomer();
    let blocks = blocks("README.md", "### Completions, manual pages, releases");
    let script = format!("cargo install --path .\n{}", blocks.concat());
    let _said = succeeds(&mut shell(&env, &script));
    for (file, holds) in [
        (
            ".local/share/bash-completion/completions/acp",
            "complete -F _acp acp",
        ),
        (".local/share/man/man1/acp-init.1", ".TH acp-init 1"),
    ] {
        let text = env.read(&format!("home/{file}"));
        assert!(text.contains(holds), "{file}: {text}");
    }
}
