//! The completion scripts, in the shells themselves. `tests/run` installs fish and zsh.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use acp::domain::{Hold, Run, RunState};

use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::state::{now, run_id, store, with_profile};

/// A profile `web` with a hold, in a folder where `acp` is on PATH.
fn with_names() -> TestEnv {
    let env = with_profile();
    store(&env)
        .holds()
        .put(
            "vacation",
            &Hold {
                name: "vacation".to_owned(),
                reason: "back on Monday".to_owned(),
                by: "tester".to_owned(),
                at: now(),
                item: None,
                rule: None,
            },
        )
        .unwrap();
    fs::create_dir_all(store(&env).layout().run(&run_id(7))).unwrap();
    on_path(env)
}

fn on_path(env: TestEnv) -> TestEnv {
    fs::create_dir(env.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_acp"), env.path("bin/acp")).unwrap();
    let path = format!(
        "{}:{}",
        env.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    env.var("PATH", &path)
}

fn script(name: &str) -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/completions/").to_owned() + name
}

#[track_caller]
fn said(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stdout}{stderr}");
    assert_eq!(stderr, "", "{stdout}");
    stdout.lines().map(str::to_owned).collect()
}

/// What `acp complete` offers, without the words about it.
fn offered(env: &TestEnv, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let ended = env.acp(&[&["complete", "--"][..], &words].concat()).ok();
    assert_eq!(ended.stderr, "", "{line}");
    let value = |line: &str| line.split('\t').next().unwrap().to_owned();
    ended.stdout.lines().map(value).collect()
}

/// What each shell makes of these lines, which end where the cursor is.
const LINES: &[(&str, &[&str])] = &[
    ("acp hol", &["hold"]),
    ("acp hold ", &["list", "add", "clear"]),
    ("acp hold clear va", &["vacation"]),
    ("acp --profile we", &["web"]),
    ("acp run show 2026", &["20261121-031502-issue-7-a1"]),
    (
        "acp run show --profile web 2026",
        &["20261121-031502-issue-7-a1"],
    ),
    ("acp init --forge gi", &["github", "gitea"]),
    ("acp run show none", &[]),
];

#[test]
fn bash_completes_verbs_flags_and_what_is_there() {
    let env = with_names();
    // As readline calls it: the command, the word at the cursor as bash splits it, the word before.
    let call = r#"source "$1"; COMP_LINE=$2; COMP_POINT=${#COMP_LINE}; last=${COMP_LINE##*[ =:]}
        _acp acp "$last" x; ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}""#;
    let bash = |line: &str| {
        said(env.command("bash").args([
            "--norc",
            "--noprofile",
            "-uc",
            call,
            "bash",
            &script("acp.bash"),
            line,
        ]))
    };
    for (line, wanted) in LINES {
        assert_eq!(bash(line), *wanted, "{line}");
    }
    // Only the part that bash replaces.
    assert_eq!(bash("acp status --profile=we"), ["web"]);
    let registered = said(env.command("bash").args([
        "--norc",
        "-c",
        "source \"$1\"; complete -p acp",
        "bash",
        &script("acp.bash"),
    ]));
    assert!(registered[0].contains("-F _acp acp"), "{registered:?}");
}

#[test]
fn fish_completes_verbs_flags_and_what_is_there() {
    let env = with_names();
    let fish = |line: &str| {
        let call = format!("source {}; complete -C {line:?}", script("acp.fish"));
        said(env.command("fish").args(["--no-config", "-c", &call]))
    };
    for (line, wanted) in LINES {
        let values: Vec<String> = fish(line)
            .iter()
            .map(|line| line.split('\t').next().unwrap().to_owned())
            .collect();
        assert_eq!(values, *wanted, "{line}");
    }
    assert_eq!(fish("acp hold clear va"), ["vacation\tback on Monday"]);
    assert_eq!(fish("acp status --profile=we"), ["--profile=web"]);
    // Files are the shell's own.
    env.write("home/body.md", "");
    assert_eq!(fish("acp issue create --body-file bo"), ["body.md"]);
}

#[test]
fn zsh_completes_verbs_flags_and_what_is_there() {
    let env = with_names();
    // A shell at a terminal of its own: the line is typed, then a key shows what it has become.
    let call = r#"zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1=; unsetopt beep; autoload -Uz compinit; compinit -u -D; source $1"
        zpty -w z 'shown() { zle -I; print -r -- "<""<$BUFFER>"">"; exit }; zle -N shown; bindkey "^X" shown; print "<""ready"">"'
        zpty -r z seen '*<ready>*' || exit 1
        zpty -w -n z "$2"$'\t\x18'
        zpty -r z seen '*<<*>>*' || exit 1
        seen=${seen##*<<}; print -r -- "${seen%%>>*}""#;
    let zsh = |line: &str| {
        let lines = said(env.command("zsh").env("TERM", "dumb").args([
            "-f",
            "-c",
            call,
            "zsh",
            &script("_acp"),
            line,
        ]));
        lines.join("\n")
    };
    for (line, wanted) in [
        ("acp hol", "acp hold "),
        ("acp hold cl", "acp hold clear "),
        ("acp hold clear va", "acp hold clear vacation "),
        ("acp status --profile=we", "acp status --profile=web "),
        (
            "acp run show 2026",
            "acp run show 20261121-031502-issue-7-a1 ",
        ),
        ("acp init --forge gith", "acp init --forge github "),
        ("acp run show none", "acp run show none"),
    ] {
        assert_eq!(zsh(line), wanted, "{line}");
    }
}

#[test]
fn values_come_from_the_forge_and_the_state_and_nothing_is_written() {
    let env = TestEnv::under(GOOD);
    let title = "Say \u{1b}[31mhello\tand\nbye";
    let _issue = env.issue("Say hello");
    let _odd = env.acp(&[
        "issue",
        "create",
        "--title",
        title,
        "--label",
        "x;$(reboot)",
    ]);
    let _idle = env.until_idle();
    let before = env.everything();
    assert!(offered(&env, "issue show ").contains(&"1".to_owned()));
    assert!(
        offered(&env, "pr show ")
            .iter()
            .any(|n| n.parse::<u64>().is_ok())
    );
    let runs = offered(&env, "run log ");
    assert!(runs.iter().any(|id| id.contains("issue-1-a1")), "{runs:?}");
    assert!(offered(&env, "why ").len() >= runs.len());
    let labels = offered(&env, "issue label 1 --add ");
    assert!(labels.contains(&"agent-ready".to_owned()), "{labels:?}");
    assert!(labels.iter().all(|label| !label.contains(['$', ';', ' '])));
    let shown = env
        .acp(&["complete", "--", "issue", "show", ""])
        .ok()
        .stdout;
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    assert!(
        shown.lines().all(|line| line.split('\t').count() <= 2),
        "{shown:?}"
    );
    assert!(env.everything() == before);
}

#[test]
fn nothing_is_said_where_something_is_wrong() {
    let env = TestEnv::new();
    assert!(offered(&env, "run show ").is_empty(), "no profile");
    env.write("acp/config/profiles/bad.yaml", "schema: 1\nlimitz: {}\n");
    assert!(offered(&env, "issue show ").is_empty(), "a broken profile");
    assert_eq!(offered(&env, "profile check "), ["bad"]);
    assert!(offered(&env, "--profile ../x run show ").is_empty());
    assert_eq!(offered(&env, "hol"), ["hold"]);
    let env = TestEnv::in_run("issue/12");
    env.write("acp/config/profiles/web.yaml", crate::state::PROFILE);
    assert!(offered(&env, "profile show ").is_empty(), "inside a run");
}

#[test]
fn a_run_that_is_over_is_not_offered_to_be_stopped() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("Say hello");
    let _idle = env.until_idle();
    let store = store(&env);
    let runs: Vec<Run> = store
        .run_ids()
        .unwrap()
        .iter()
        .filter_map(|id| store.live_run(id).unwrap())
        .collect();
    assert!(
        runs.iter()
            .all(|run| !matches!(run.state, RunState::Running { .. }))
    );
    assert!(offered(&env, "run stop ").is_empty());
}
