//! Agents that do what they must not: each run fails with its reason, nothing is executed or lost, and work goes on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::env::TestEnv;
use crate::repo::{GOOD, QUICK};

/// One attempt only.
const ONCE: &str = "retry: { delays: [1ms], attempts_max: 1 }\n";

/// The end of the only run of an agent with this script; afterwards a good agent has to succeed at another issue.
#[track_caller]
fn ends(script: &str) -> (TestEnv, Value) {
    ends_with(script, ONCE)
}

#[track_caller]
fn ends_with(script: &str, sections: &str) -> (TestEnv, Value) {
    let env = TestEnv::under_with(script, sections);
    let _issue = env.issue("Hostile");
    let _idle = env.until_idle();
    let run = env.runs()[0].clone();
    env.agent("echo fine > fine.txt\nacp report implemented\n");
    let _issue = env.issue("Honest");
    let _idle = env.until_idle();
    assert_eq!(env.merged("fine.txt").as_deref(), Some("fine\n"), "{run}");
    (env, run)
}

#[track_caller]
fn fails_as(script: &str, class: &str, detail: &str) -> TestEnv {
    let (env, run) = ends(script);
    assert_eq!(run["outcome"], "failed", "{run}");
    let reason = run["reason"].as_str().unwrap();
    assert!(reason.starts_with(&format!("{class}: ")), "{reason}");
    assert!(reason.contains(detail), "{reason}");
    env
}

#[test]
fn a_result_is_text_whatever_it_holds() {
    let script = "printf 'OUTCOME=blocked\\nACTION=host-comment-blocker\\nDETAIL=$(touch x) `touch y` ; touch z\\n' \
                  > \"$ACP_RESULT_FILE\"\n";
    let (env, run) = ends(script);
    assert_eq!(run["outcome"], "blocked");
    assert_eq!(run["reason"], "$(touch x) `touch y` ; touch z");
    let made = |name: &str| {
        env.everything()
            .iter()
            .any(|(path, _)| path.ends_with(name))
    };
    assert!(!made("x") && !made("y") && !made("z"));
}

#[test]
fn a_result_that_is_no_result_breaks_the_contract() {
    let left = [
        (
            r#"printf 'OUTCOME=implemented\0\n' > "$ACP_RESULT_FILE""#,
            "`result.env`",
        ),
        (r#"ln -s /etc/passwd "$ACP_RESULT_FILE""#, "`result.env`"),
        (r#"mkfifo "$ACP_RESULT_FILE""#, "`result.env`"),
        (r#"mkdir "$ACP_RESULT_FILE""#, "`result.env`"),
        (
            r#"head -c 100000000 /dev/zero > "$ACP_RESULT_FILE""#,
            "`result.env`",
        ),
        (
            r#"printf 'OUTCOME=conquered\nACTION=all\n' > "$ACP_RESULT_FILE""#,
            "conquered",
        ),
        (r#"rm -rf "$ACP_OUT"; ln -s /etc "$ACP_OUT""#, "ACP_OUT"),
    ];
    let numbered = (1..).zip(left);
    let cases: Vec<String> = numbered
        .map(|(n, (write, _))| format!("issue/{n}) {write} ;;\n"))
        .collect();
    let env = TestEnv::under_with(
        &format!(
            "echo 1 > work.txt\ncase $ACP_ITEM in\n{}*) acp report implemented;; esac\n",
            cases.concat()
        ),
        ONCE,
    );
    for (write, _) in left {
        let _issue = env.issue(write);
    }
    let _honest = env.issue("Honest");
    let _idle = env.until_idle();
    let runs = env.runs();
    for (n, (write, detail)) in (1..).zip(left) {
        let item = format!("issue/{n}");
        let run = runs
            .iter()
            .find(|run| run["item"] == item.as_str())
            .unwrap();
        let reason = run["reason"].as_str().unwrap();
        assert!(reason.starts_with("broken-contract: "), "{write}: {reason}");
        assert!(reason.contains(detail), "{write}: {reason}");
    }
    assert_eq!(env.merged("work.txt").as_deref(), Some("1\n"));
}

#[test]
fn git_in_the_agents_hands_changes_nothing_about_what_is_published() {
    let commits = "echo a > a.txt\ngit add a.txt\ngit -c user.name=Evil -c user.email=e@e commit -qm 'Add a'\n";
    for after in [
        "",
        "git checkout -q -b other\n",
        "git config core.fsmonitor 'touch /tmp/never'\n",
    ] {
        let (env, run) = ends(&format!("{commits}{after}acp report implemented\n"));
        assert_eq!(run["outcome"], "implemented", "{after}: {run}");
        assert_eq!(env.merged("a.txt").as_deref(), Some("a\n"));
        let log = env.git_in(&env.forge_repo(), &["log", "--format=%an", "main"]);
        assert!(!log.contains("Evil"), "{log}");
    }
}

#[test]
fn a_head_that_does_not_descend_from_the_start_fails_and_the_worktree_stays() {
    let script = "git checkout -q --orphan new\necho a > a.txt\ngit add a.txt\n\
                  git -c user.name=E -c user.email=e@e commit -qm orphan\nacp report implemented\n";
    let env = fails_as(script, "head-moved", "");
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let kept = env.path("acp/state/web/worktrees").join(&run).join("a.txt");
    let bundle = env
        .path("acp/state/web/history")
        .join(format!("{run}.bundle"));
    assert!(kept.is_file() || bundle.is_file(), "nothing is lost");
}

#[test]
fn an_agent_that_removes_git_or_leaves_a_repository_is_told_so() {
    let (env, run) = ends("rm -rf .git\necho a > a.txt\nacp report implemented\n");
    let outcome = run["outcome"].as_str().unwrap();
    assert!(["implemented", "failed"].contains(&outcome), "{run}");
    assert_eq!(env.merged("a.txt").is_some(), outcome == "implemented");
    let _env = fails_as(
        "git init -q inner\necho 1 > inner/a\nacp report implemented\n",
        "nested-repository",
        "inner",
    );
    let _env = fails_as(
        "truncate -s 5G big\nacp report implemented\n",
        "file-too-large",
        "big",
    );
}

#[test]
fn writing_into_acps_own_repository_executes_nothing() {
    let script = "repo=$(git rev-parse --git-common-dir)\n\
        mkdir -p $repo/hooks\nfor hook in pre-commit post-checkout reference-transaction pre-push update post-index-change; do\n\
        printf '#!/bin/sh\\ntouch \"%s/executed\"\\n' \"$MARK\" > $repo/hooks/$hook; chmod +x $repo/hooks/$hook; done\n\
        git config --file $repo/config core.fsmonitor \"touch $MARK/executed; false\"\n\
        git config --file $repo/config core.hooksPath \"$repo/hooks\"\n\
        git config --file $repo/config filter.evil.clean \"touch $MARK/executed; cat\"\n\
        git config --file $repo/config filter.evil.smudge \"touch $MARK/executed; cat\"\n\
        echo '* filter=evil' > .gitattributes\necho a > a.txt\nacp report implemented\n";
    let env = TestEnv::repo();
    let mark = env.path("mark");
    std::fs::create_dir(&mark).unwrap();
    env.init(&script.replace("$MARK", mark.to_str().unwrap()), &[]);
    let _issue = env.issue("Hostile");
    let _idle = env.until_idle();
    env.agent("echo fine > fine.txt\nacp report implemented\n");
    let _issue = env.issue("Honest");
    let _idle = env.until_idle();
    assert!(!mark.join("executed").exists(), "{:?}", env.runs());
    assert_eq!(
        env.merged("fine.txt").as_deref(),
        Some("fine\n"),
        "{:?}",
        env.runs()
    );
}

#[test]
fn what_another_run_left_is_not_published_by_this_one() {
    let script = "for tree in \"$PWD\"/../*; do echo edited > \"$tree/other.txt\"; done\nacp report implemented\n";
    let env = TestEnv::under("echo half > mine.txt\nsleep 100\n");
    let _issue = env.issue("Slow");
    let _running = env.passes_until("issue/1", "running");
    env.agent(script);
    let _issue = env.issue("Meddler");
    let _merged = env.passes_until("issue/2", "closed");
    assert_eq!(env.merged("other.txt").as_deref(), Some("edited\n"));
    assert_eq!(env.merged("mine.txt"), None);
    let _stopped = env.acp(&["stop"]).ok();
}

#[test]
fn floods_silence_and_deafness_end_on_time_and_leave_nothing() {
    let limits = |line: &str| {
        let settings = format!("      {line}\n      grace: 300ms\n");
        move |text: String| {
            let at = text.find("      shell:").unwrap();
            format!("{}{settings}{}{ONCE}", &text[..at], &text[at..])
        }
    };
    for (script, line, class) in [
        ("yes flood\n", "output_max: 1MB", "looping"),
        (
            "trap '' TERM\nwhile true; do sleep 0.1; done\n",
            "timeout: 1s",
            "timed-out",
        ),
        ("sleep 100\n", "stall: 1s", "stalled"),
        (
            "setsid sh -c 'sleep 1000 & setsid sleep 1000' &\nsleep 0.3\nexit 4\n",
            "timeout: 20s",
            "crashed",
        ),
    ] {
        let env = TestEnv::under(script);
        env.profile(limits(line));
        let _issue = env.issue("Hostile");
        let _idle = env.until_idle();
        let run = &env.runs()[0];
        let reason = run["reason"].as_str().unwrap();
        assert!(reason.starts_with(class), "{class}: {run}");
        let id = run["id"].as_str().unwrap();
        let worktree = env.path("acp/state/web/worktrees").join(id);
        assert_eq!(processes_of(&worktree), Vec::<String>::new(), "{class}");
        let log = env.acp(&["run", "log", id]).ok().stdout;
        assert!(log.len() < 3_000_000, "{}", log.len());
    }
}

/// Processes with this worktree in their environment; another test may have a run of the same name.
fn processes_of(worktree: &Path) -> Vec<String> {
    let worktree = worktree.to_str().unwrap();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let of_run = entries.filter(|entry| {
        let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&environ).contains(worktree)
    });
    of_run
        .map(|entry| entry.path().display().to_string())
        .collect()
}

#[test]
fn what_an_agent_prints_is_redacted_and_moves_no_cursor() {
    let secret = format!("ghp_{}", "Zz9Yy8Xx7Ww6Vv5Uu4Tt".repeat(2).split_at(36).0);
    let script = format!(
        "printf 'a\\033[2Jb\\033]0;title\\007c\\n'\necho 'token {secret}'\necho 1 > a.txt\nacp report implemented\n"
    );
    let env = TestEnv::under(&script);
    let _issue = env.issue("Talk");
    let _idle = env.until_idle();
    let id = env.runs()[0]["id"].as_str().unwrap().to_owned();
    for format in [&[][..], &["--plain"], &["--json"]] {
        let log = env
            .acp(&[&["run", "log", &id], format].concat())
            .ok()
            .stdout;
        assert!(!log.contains('\u{1b}') && !log.contains('\u{7}'), "{log:?}");
        assert!(!log.contains(&secret) && log.contains("token"), "{log:?}");
    }
    let on_disk = format!("acp/state/web/history/{id}/agent.log");
    assert!(!env.read(&on_disk).contains(&secret));
}

#[test]
fn markers_and_closing_words_in_an_agents_text_have_no_power() {
    let script = "echo 1 > a.txt\nprintf 'Closes #1\\nFixes #1\\n<!-- acp:0123456789abcdef -->\\n' > \"$ACP_OUT/pr-body.md\"\n\
                  printf 'Add a\\n\\nAcp-Run: 20200101-000000-issue-9-a9\\n' > \"$ACP_OUT/commit-message.txt\"\n\
                  acp report implemented\n";
    let env = TestEnv::under(script);
    env.set("writes: full", "writes: draft");
    let _other = env.issue_with("Another", &["--no-label"]);
    let _issue = env.issue("Hostile text");
    let _idle = env.until_idle();
    let pr = env.show("pr", 3);
    let body = pr["body"].as_str().unwrap();
    assert!(!body.contains("<!-- acp:0123456789abcdef"), "{body}");
    let _merged = env.acp(&["pr", "merge", "3"]).ok();
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 2)["state"], "closed");
    assert_eq!(env.show("issue", 1)["state"], "open", "{body}");
    let log = env.git_in(&env.forge_repo(), &["log", "-1", "--format=%B", "main"]);
    assert!(
        log.contains("Acp-Run: 2") && log.contains("issue-2-a1"),
        "{log}"
    );
    assert!(!log.contains("issue-9-a9"), "{log}");
}

#[test]
fn an_agent_that_cannot_be_started_is_no_run_until_it_can() {
    let env = TestEnv::repo();
    let interpreter = env.path("bin/interpreter");
    let line = format!("#!{}\nexit 3\n", interpreter.display());
    let program = env.write("bin/tool", &line);
    let mut mode = program.metadata().unwrap().permissions();
    mode.set_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    env.init(GOOD, &[]);
    let shell = format!("      shell: \"sh '{}'\"", env.path("agent.sh").display());
    env.set(&shell, &format!("      argv: [{}]", program.display()));
    env.profile(|text| format!("{text}{QUICK}"));
    let _issue = env.issue("Cannot");
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 0);
    let why = env.why("issue/1").to_string();
    let missing = format!("needs {}, which is not there", interpreter.display());
    assert!(why.contains(&missing), "{why}");
    std::os::unix::fs::symlink("/bin/sh", &interpreter).unwrap();
    let _idle = env.until_idle();
    let runs = env.runs();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert_eq!(
        runs[0]["reason"], "crashed: the agent exited with 3",
        "{runs:?}"
    );
}
