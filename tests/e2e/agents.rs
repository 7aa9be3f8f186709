//! How the agents are, what they are asked, and what they have used.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use acp::domain::{Cooldown, DayBudget, ItemId, Reservation, RunId};
use jiff::SignedDuration;

use crate::env::TestEnv;
use crate::state::{now, store};

/// A program of that name on PATH, which says this to `--version` and does nothing else.
fn program(env: &TestEnv, name: &str, body: &str) {
    let path = env.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{body}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn with_agents() -> TestEnv {
    let env = TestEnv::new();
    let bin = env.path("bin").display().to_string();
    let env = env.var("PATH", &format!("{bin}:/usr/bin:/bin"));
    env.write(
        "acp/config/profiles/web.yaml",
        "schema: 1\nforge: { kind: local }\nagents:\n  use: claude\n  fallback: [work, command]\n  settings:\n    \
         work: { backend: claude, model: opus }\n    command: { argv: [my-agent] }\n",
    );
    program(
        &env,
        "claude",
        "echo '2.9.9 (Claude)'; echo \"$ANTHROPIC_API_KEY\" >&2",
    );
    env
}

#[test]
fn agents_are_listed_with_what_keeps_them_from_working() {
    let env = with_agents();
    let list = |env: &TestEnv| {
        let list = env.acp(&["agent", "list", "--plain"]).ok().stdout;
        let rows = list.lines().map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            format!("{} {} {} {}", fields[0], fields[2], fields[3], fields[5])
        });
        rows.take(3).collect::<Vec<_>>()
    };
    assert_eq!(
        list(&env),
        [
            "claude used not-logged-in 2.9.9 (Claude)",
            "work used not-logged-in 2.9.9 (Claude)",
            "command used not-found ",
        ]
    );
    env.write("home/.claude/.credentials.json", "{\"token\":\"geheim\"}");
    program(&env, "my-agent", "touch \"$HOME/started\"");
    let until = now() + SignedDuration::from_hours(2);
    let key = "agent:claude:work".to_owned();
    let cooldown = Cooldown::new(key, until, "limit: 5 hours".to_owned(), now());
    store(&env).put_cooldown(&cooldown).unwrap();
    assert_eq!(
        list(&env),
        [
            "claude used ready 2.9.9 (Claude)",
            "work used cooling 2.9.9 (Claude)",
            "command used ready ",
        ]
    );
    assert!(
        !env.path("home/started").exists(),
        "no program of a person's own is run"
    );
    let json = env.acp(&["agent", "list", "--json"]).ok().json();
    assert_eq!(json["data"][1]["until"], until.to_string());
    let human = env.acp(&["agent", "list"]).ok().stdout;
    assert!(human.contains("cooling in 2 h"), "{human}");
}

#[test]
fn a_probe_names_what_shows_a_login_and_never_what_is_in_it() {
    let env = with_agents().var("ANTHROPIC_API_KEY", "sk-ant-geheim");
    env.write("home/.claude/.credentials.json", "{\"token\":\"geheim\"}");
    for format in [None, Some("--plain"), Some("--json")] {
        let args: Vec<&str> = ["agent", "probe", "work"]
            .into_iter()
            .chain(format)
            .collect();
        let probe = env.acp(&args).ok();
        assert!(!format!("{probe:?}").contains("geheim"), "{probe:?}");
        assert!(probe.stdout.contains("ANTHROPIC_API_KEY"), "{probe:?}");
    }
    let json = env.acp(&["agent", "probe", "work", "--json"]).ok().json();
    assert_eq!(json["data"]["model"], "opus");
    assert_eq!(
        json["data"]["login"],
        serde_json::json!(["ANTHROPIC_API_KEY", "~/.claude/.credentials.json"])
    );
    assert_eq!(
        json["data"]["abilities"],
        serde_json::json!({ "structured": true, "resume": true, "cost": true, "sandbox": false })
    );
    let plain = env.acp(&["agent", "probe", "work", "--plain"]).ok().stdout;
    assert!(
        plain.contains("\ncan\tstructured output, resume, cost\n"),
        "{plain}"
    );
    let gone = env.acp(&["agent", "probe", "codex", "--json"]).with(69);
    let can = &gone.json()["data"]["abilities"];
    let expected =
        serde_json::json!({ "structured": true, "resume": true, "cost": false, "sandbox": true });
    assert_eq!(*can, expected);
    let gone = env.acp(&["agent", "probe", "command", "--plain"]).with(69);
    assert!(
        gone.stdout.contains("why\t`my-agent` is not on PATH"),
        "{gone:?}"
    );
    env.acp(&["agent", "probe", "nobody"])
        .with(66)
        .says("claude");
}

/// Agents whose real programs no test starts.
#[test]
fn the_other_agents_are_found_with_version_login_and_whether_they_were_tried() {
    let env = with_agents();
    let login = [
        (
            "openclaw",
            "openclaw",
            ".openclaw/openclaw.json",
            "2026.9.6",
        ),
        ("kilo", "kilo", ".config/kilo/kilo.json", "7.7.7"),
        ("crush", "crush", ".config/crush/crush.json", "never"),
        // It has no login: that there is an Ollama shows in its folder.
        ("ollama", "codex", ".ollama", "never"),
    ];
    for (name, started, file, tried) in login {
        let probe = |code| env.acp(&["agent", "probe", name, "--plain"]).with(code);
        let line = |text: &str, key: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once('\t'));
            let found = lines.find(|(found, _)| *found == key);
            found.map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        assert_eq!(line(&probe(69).stdout, "state"), "not-found");
        program(&env, started, &format!("echo '{name} 9.9.9'"));
        assert_eq!(line(&probe(0).stdout, "state"), "not-logged-in");
        env.write(&format!("home/{file}"), "{}");
        let ready = probe(0).stdout;
        assert_eq!(line(&ready, "state"), "ready");
        assert_eq!(line(&ready, "version"), format!("{name} 9.9.9"));
        assert_eq!(line(&ready, "login"), format!("~/{file}"));
        assert_eq!(line(&ready, "tried with"), tried);
        let list = env.acp(&["agent", "list"]).ok().stdout;
        let row = list
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        assert!(row.unwrap().trim_end().ends_with(tried), "{list}");
    }
}

#[test]
fn what_was_used_is_summed_up_and_what_is_not_known_is_in_no_sum() {
    let env = with_agents();
    let store = store(&env);
    let used = |number, model: Option<&str>, usd_micros, tokens| {
        let item = ItemId::issue(number);
        let reservation = Reservation {
            item,
            agent: "work".to_owned(),
            backend: Some("claude".to_owned()),
            model: model.map(str::to_owned),
            reserved_usd_micros: 9_000_000,
            reserved_tokens: 9,
            usd_micros,
            tokens,
            released: false,
        };
        (RunId::new(now(), item, 1), reservation)
    };
    let put = |day: &str, runs: Vec<(RunId, Reservation)>| {
        let budget = DayBudget {
            runs: runs.into_iter().collect(),
            ..DayBudget::default()
        };
        store.budgets().put(day, &budget).unwrap();
    };
    put(
        "2026-11-21",
        vec![
            used(1, Some("opus"), Some(500_000), Some(10)),
            used(2, None, None, Some(5)),
        ],
    );
    put("2026-11-20", vec![used(1, Some("opus"), None, None)]);
    put("2026-10-01", vec![used(3, None, Some(7), Some(7))]);
    let by = |what: &str| env.acp(&["usage", "--by", what, "--plain"]).ok().stdout;
    assert_eq!(
        by("day"),
        "2026-11-20\t1\t\t1\t\t1\n2026-11-21\t2\t15\t0\t500000\t1\n"
    );
    assert_eq!(by("backend"), "claude\t3\t15\t1\t500000\t2\n");
    assert_eq!(
        by("model"),
        "claude (its own default)\t1\t5\t0\t\t1\nclaude opus\t2\t10\t1\t500000\t1\n"
    );
    assert_eq!(
        by("item"),
        "issue/1\t2\t10\t1\t500000\t1\nissue/2\t1\t5\t0\t\t1\n"
    );
    let json = env.acp(&["usage", "--json"]).ok().json();
    assert_eq!(json["schema"], "acp.usage/1");
    assert_eq!(json["data"][0]["usd_micros"], serde_json::Value::Null);
    assert_eq!(json["data"][0]["usd_unknown"], 1);
    env.acp(&["usage"]).ok().says("2 runs cost is not known");
    let all = env
        .acp(&["usage", "--days", "60", "--by", "backend", "--plain"])
        .ok()
        .stdout;
    assert_eq!(all, "claude\t4\t22\t1\t500007\t2\n");
    let _too_far = env.acp(&["usage", "--days", "500"]).with(2);
}

#[test]
fn the_prompt_that_is_shown_is_the_one_that_an_agent_gets() {
    let env = TestEnv::under("cp \"$ACP_PROMPT_FILE\" the-prompt.md; acp report implemented");
    let number = env.issue_with("Say hello", &["--body", "In English."]);
    assert_eq!(number, 1);
    let shown = env.data(&["prompt", "show", "issue/1"]);
    let text = shown["prompt"].as_str().unwrap();
    assert!(text.contains("In English."), "{text}");
    assert_eq!(shown["agent"], "command");
    let _idle = env.until_idle();
    let asked = env.merged("the-prompt.md").unwrap();
    // All but the run's own name is the same.
    let rest = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("-issue-1-a1"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(rest(text), rest(&asked));
    let _none = env.acp(&["prompt", "show", "issue/99"]).with(66);
}

#[test]
fn a_profile_has_templates_of_its_own_and_a_wrong_one_is_named() {
    let env = TestEnv::under("cp \"$ACP_PROMPT_FILE\" the-prompt.md; acp report implemented");
    let file = "acp/config/profiles/web/templates/implement.md.j2";
    env.write(
        file,
        "Ours, for {{ item }}: {{ title }}\n\n{{ contract }}\n",
    );
    let _issue = env.issue("Say hello");
    let shown = env.data(&["prompt", "show", "issue/1"]);
    let ours = "Ours, for issue/1: Say hello\n";
    assert!(shown["prompt"].as_str().unwrap().starts_with(ours));
    let _idle = env.until_idle();
    let asked = env.merged("the-prompt.md").unwrap();
    assert!(asked.starts_with(ours), "{asked}");

    for (wrong, said) in [
        ("{{ no_such_value }}", "undefined value"),
        ("{% if %}", "syntax error"),
    ] {
        env.write(file, wrong);
        let number = env.issue("Say more");
        let item = format!("issue/{number}");
        env.acp(&["prompt", "show", &item]).with(78).says(file);
        let pass = env.pass();
        let problems = pass["problems"].to_string();
        assert!(problems.contains(file) && problems.contains(said), "{pass}");
        // It waits, so that others start; nothing was tried, and no run is there.
        let why = env.why(&item);
        assert_eq!(why["code"], "retry", "{why}");
        assert!(why["why"].as_str().unwrap().contains(file), "{why}");
        assert_eq!(env.runs().len(), 1);
    }
    env.write(file, "Right again\n\n{{ contract }}\n");
    let number = env.issue("Say it");
    let shown = env.data(&["prompt", "show", &format!("issue/{number}")]);
    assert!(shown["prompt"].as_str().unwrap().starts_with("Right again"));
}

#[test]
fn a_tiny_task_is_done_in_the_sandbox_of_the_profile() {
    let env = TestEnv::under("head -c 3000000 /dev/zero > hello.bin && acp report implemented");
    let _done = env.acp(&["agent", "test", "command"]).ok();
    // Not more is allowed to the trial than to a run.
    env.profile(|text| format!("{text}\nsandbox: {{ file_size: 1MB }}\n"));
    let tested = env.acp(&["agent", "test", "command", "--plain"]).with(1);
    assert!(tested.stdout.contains("outcome\tfailed"), "{tested:?}");
}

#[test]
fn a_tiny_task_shows_whether_an_agent_works_and_touches_nothing_else() {
    let env = TestEnv::under("echo hello > hello.txt; acp report implemented");
    let before = env.everything();
    let tested = env.data(&["agent", "test", "command"]);
    assert_eq!(tested["outcome"], "implemented", "{tested}");
    assert_eq!(tested["usd_micros"], serde_json::Value::Null);
    env.agent("exit 3");
    let failed = env.acp(&["agent", "test", "command", "--plain"]).with(1);
    assert!(failed.stdout.contains("class\tcrashed"), "{failed:?}");
    // Its log went with the scratch folder.
    assert!(!failed.stdout.contains("acp run log"), "{failed:?}");
    let gone = env.acp(&["agent", "test", "codex", "--plain"]).with(1);
    assert!(gone.stdout.contains("why\t"), "{gone:?}");
    let _nobody = env.acp(&["agent", "test", "nobody"]).with(66);
    let changed: Vec<_> = env
        .everything()
        .into_iter()
        .filter(|file| !before.contains(file) && !file.0.ends_with("web.yaml"))
        .map(|(path, _)| path)
        .collect();
    assert!(changed.is_empty(), "{changed:?}");
}
