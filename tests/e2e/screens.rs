//! `acp status` and `acp board`: what they show, on which width, and that they only look.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use acp::domain::Cooldown;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::state::{now, store};

const HOSTILE: [&str; 4] = [
    "esc\u{1b}[2J\u{1b}]0;title\u{7}bell",
    "user\u{202e}gpj.exe \u{200b}\u{feff}hidden",
    "日本語のとても長い題名です 🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
    "<img src=x onerror=alert(1)> [a](b) | `c` @everyone",
];

/// One merged issue, one that waits for a person, one that fails, and one each whose titles want to be more than text.
fn busy() -> TestEnv {
    let env = TestEnv::under(GOOD);
    let _merged = env.issue("Merged");
    let _idle = env.until_idle();
    env.set("writes: full", "writes: draft");
    env.agent("mkdir -p .github; echo 1 > .github/x.yml; acp report implemented\n");
    let long = format!("{} {}", HOSTILE[0], "x".repeat(220));
    let _waits = env.issue(&long);
    let _idle = env.until_idle();
    env.agent("exit 3\n");
    for title in HOSTILE {
        let _fails = env.issue(title);
    }
    // They wait five minutes after the first failure.
    let _pass = env.acp(&["heartbeat", "--until-idle", "--timeout", "5s"]);
    let _held = env.acp(&["hold", "add", "deploy", "--reason", HOSTILE[1]]);
    env
}

#[test]
fn screens_only_look() {
    let env = busy();
    let before = env.everything();
    for line in [
        "status",
        "status --plain",
        "board",
        "board --plain",
        "why issue/3",
        "issue list --all",
        "pr list --all",
        "run list --all",
        "outbox list",
        "lease list",
        "retry list --all",
        "cooldown list",
        "hold list",
        "agent list",
        "profile list",
        "budget show",
        "usage",
        "fsck",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let shown = env.acp(&args).ok();
        assert!(env.everything() == before, "{line}");
        let text = format!("{}{}", shown.stdout, shown.stderr);
        let hostile = ['\u{1b}', '\u{202e}', '\u{7}', '\u{200b}'];
        assert!(!text.contains(hostile), "{line}: {text}");
    }
}

#[test]
fn plain_screens_fit_forty_columns() {
    let env = busy();
    for verb in ["status", "board"] {
        let plain = env.acp(&[verb, "--plain"]).ok().stdout;
        assert!(plain.lines().count() > 8, "{plain}");
        for line in plain.lines() {
            assert!(line.chars().count() <= 40 && line.contains(": "), "{line}");
        }
    }
}

#[test]
fn status_shows_what_waits_for_a_person_first_and_then_what_failed() {
    let env = busy();
    let human = env.acp(&["status"]).ok().stdout;
    let at = |text: &str| {
        human
            .find(text)
            .unwrap_or_else(|| panic!("no `{text}` in {human}"))
    };
    assert!(at("HOLD deploy") < at("Waiting for you"));
    assert!(at("Waiting for you") < at("Failed, tried again"));
    assert!(at("Failed, tried again") < at("runs today: "));
    let status = env.data(&["status"]);
    let failed = status["failed"].as_array().unwrap();
    assert_eq!(failed.len(), HOSTILE.len(), "{status}");
    assert_eq!(failed[0]["failures"], 1);
    assert!(failed[0]["run"].is_string() && failed[0]["reason"].is_string());
    assert_eq!(status["waiting_for_you"][0]["item"], "pr/4");
    assert!(
        status["next"].is_string() && status["stale"].is_null(),
        "{status}"
    );
    assert_eq!(status["budget"]["usd_micros"], 0);
}

#[test]
fn what_runs_is_shown_with_its_age_and_last_sign_of_life() {
    let env = TestEnv::under_with(
        "touch began\nsleep 100\n",
        "budget: { usd_per_day: 10, usd_per_run: 2.5 }\n",
    );
    let _issue = env.issue("Slow");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "began");
    let status = env.data(&["status"]);
    let run = &status["running"][0];
    assert_eq!(
        (&run["item"], &run["step"], &run["agent"]),
        (&"issue/1".into(), &"agent".into(), &"command".into())
    );
    // Nothing is known of what it has used: what is set aside for it stands in brackets.
    assert_eq!(
        (
            &run["usd_micros"],
            &run["tokens"],
            &run["reserved_usd_micros"]
        ),
        (&Value::Null, &Value::Null, &2_500_000.into())
    );
    assert!(
        run["last_sign"].is_string() && run["started"].is_string(),
        "{run}"
    );
    let human = env.acp(&["status"]).ok().stdout;
    assert!(
        human.contains("Running") && human.contains(" ago"),
        "{human}"
    );
    let row = |env: &TestEnv| -> Vec<String> {
        let human = env.acp(&["status"]).ok().stdout;
        let row = human.lines().find(|line| line.starts_with("issue/1 "));
        row.unwrap().split_whitespace().map(str::to_owned).collect()
    };
    let id = run["run"].as_str().unwrap();
    let cells = row(&env);
    assert_eq!(cells[..3], ["issue/1", "agent", "command"], "{cells:?}");
    assert_eq!(cells[cells.len() - 2..], ["($2.50)", id], "{cells:?}");
    let board = env.data(&["board"]);
    assert_eq!(board["queue"]["active_tasks"], 1);
    assert_eq!(board["usage"]["active_workers"], 1);
    assert_eq!(board["runtime_health"]["dispatcher"], "healthy");
    let _stopped = env.acp(&["stop"]).ok();
}

/// An agent that says what it has used, and then works for long.
const SPENDS: &str = r#"
    echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":0.75,"usage":{"input_tokens":1234}}'
    echo $PPID > pid; mv pid supervisor
    sleep 100
"#;

/// Screens tell it while the agent works; and nothing of it is lost when agent and supervisor die.
#[test]
fn what_a_run_at_work_has_used_is_shown_and_survives_its_supervisor() {
    let env = TestEnv::under_with(GOOD, "budget: { usd_per_day: 10, usd_per_run: 0.8 }\n");
    env.program("claude", &format!("cat > /dev/null\n{SPENDS}"));
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", env.path("bin").display());
    let env = env.var("PATH", &path);
    env.profile(|text| {
        let (before, rest) = text.split_once("\nagents:\n").unwrap();
        let (_, after) = rest.split_once("\n\n").unwrap();
        format!("{before}\nagents: {{ use: claude }}\nretry: {{ delays: [1h] }}\n\n{after}")
    });
    let _issue = env.issue("Slow");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "supervisor");
    // Its supervisor reads what it prints a moment later.
    let looks = (0..200).map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        env.data(&["status"])
    });
    let mut known = looks.filter(|status| !status["running"][0]["usd_micros"].is_null());
    let status = known.next().unwrap();
    let spent = |of: &Value| (of["usd_micros"].clone(), of["tokens"].clone());
    let known = (json!(750_000), json!(1_234));
    assert_eq!(spent(&status["running"][0]), known, "{status}");
    // The larger of that and of what was set aside is what counts.
    let counts = (json!(800_000), json!(1_234));
    assert_eq!(spent(&status["budget"]), counts, "{status}");
    let run = status["running"][0]["run"].as_str().unwrap().to_owned();
    let human = env.acp(&["status"]).ok().stdout;
    let row = human.lines().find(|line| line.starts_with("issue/1 "));
    assert!(row.unwrap().contains("$0.75"), "{human}");
    let shown = || env.data(&["run", "show", &run]);
    assert_eq!(spent(&shown()), known);
    let page = env.data(&["dashboard", "snapshot"]);
    assert_eq!(spent(&page["runs"][0]), known, "{page}");
    let human = env.acp(&["run", "show", &run]).ok().stdout;
    assert!(human.contains("$0.75") && human.contains("1234"), "{human}");

    let mut files = env.all_files("acp/state/web/worktrees").into_iter();
    let file = files.find(|(path, _)| path.ends_with("supervisor"));
    let pid = String::from_utf8(file.unwrap().1).unwrap();
    let mut kill = env.command("kill");
    let _killed = kill.args(["-KILL", pid.trim()]).status().unwrap();
    let _judged = env.passes_until("issue/1", "retry");
    let ended = shown();
    assert_eq!(ended["outcome"], "failed", "{ended}");
    assert!(
        ended["reason"].as_str().unwrap().starts_with("interrupted"),
        "{ended}"
    );
    assert_eq!(spent(&ended), known);
    assert_eq!(spent(&env.data(&["status"])["budget"]), counts);
}

#[test]
fn what_cools_down_is_shown_with_its_end() {
    let env = TestEnv::under(GOOD).var("ACP_TEST_NOW", crate::env::NOW);
    let store = store(&env);
    let until = now() + SignedDuration::from_hours(2);
    let put = |key: &str, until, reason: &str| {
        let cooldown = Cooldown::new(key.to_owned(), until, reason.to_owned(), now());
        store.put_cooldown(&cooldown).unwrap();
    };
    put("agent:claude:work", until, "limit: \u{1b}[31mfive hours");
    // Over, and only counting: neither holds anything back.
    put(
        "agent:codex",
        now() - SignedDuration::from_hours(1),
        "limit",
    );
    put("breaker:claude", until, "1 in a row");
    let status = env.data(&["status"]);
    assert_eq!(
        status["cooldowns"],
        json!([{ "key": "agent:claude:work", "until": until.to_string(), "reason": "limit: \u{1b}[31mfive hours", "advice": null }])
    );
    assert_eq!(status["next"], until.to_string());
    let human = env.acp(&["status"]).ok().stdout;
    assert!(
        human.contains(
            "\nCooling down\nagent:claude:work, again in 2 h: limit: \u{fffd}[31mfive hours\n"
        ),
        "{human}"
    );
    assert!(human.contains("\nnext due: in 2 h\n"), "{human}");
    let plain = env.acp(&["status", "--plain"]).ok().stdout;
    assert!(plain.contains("\ncool: agent:claude:work\n"), "{plain}");
    assert_eq!(plain.matches("cool: ").count(), 1, "{plain}");
}

#[test]
fn the_board_has_the_keys_of_its_kind() {
    let env = busy();
    let json = env.acp(&["board", "--json"]).ok().json();
    assert_eq!(json["schema"], "acp.board/1");
    let board = &json["data"];
    for (section, keys) in [
        (
            "release_state",
            "main_sha implementation_branch_sha ga_tag_exists latest_release ga_status",
        ),
        (
            "soak",
            "t0 elapsed_seconds required_seconds progress_percent result earliest_full_check",
        ),
        (
            "runtime_health",
            "launchd_loaded launchd_expected dispatcher dashboard notifier doctor",
        ),
        (
            "queue",
            "repos_enabled active_tasks stuck_tasks need_approval orphan_commands pending_commands",
        ),
        (
            "signals",
            "new_critical_errors known_historical_errors alert_storm budget_sane logs_searchable",
        ),
        ("ga_gates", "passed total blocked recommendation"),
        (
            "usage",
            "runs_total runs_today runs_last_hour active_workers by_role by_auth_mode \
             estimated_cost_today_usd estimated_cost_total_usd note",
        ),
    ] {
        for key in keys.split_whitespace() {
            assert!(
                board[section].get(key).is_some(),
                "no {section}.{key}: {board}"
            );
        }
    }
    assert!(board["generated_at"].is_string());
    assert_eq!(board["queue"]["need_approval"], 1);
    assert_eq!(board["signals"]["new_critical_errors"], HOSTILE.len());
    assert_eq!(
        board["usage"]["by_role"]["command"],
        board["usage"]["runs_today"]
    );
    let blocked = board["ga_gates"]["blocked"].to_string();
    assert!(blocked.contains("no hold on the profile"), "{blocked}");
}

#[test]
fn the_board_as_a_document_is_one_file_in_which_titles_are_text() {
    let env = busy();
    let before = env.all_files("acp");
    let file = env.path("home/board.md");
    let file = file.to_str().unwrap();
    let dry = env.acp(&["board", "--md", file, "--dry-run"]).ok();
    dry.says("would write");
    assert!(!env.path("home/board.md").exists());
    env.acp(&["board", "--md", file]).ok().says("wrote");
    assert!(env.all_files("acp") == before);
    let text = env.read("home/board.md");
    assert!(
        text.starts_with("# Status board\n") && text.contains("\n## Queue\n"),
        "{text}"
    );
    assert!(text.contains("- `acp pr approve 4`"), "{text}");
    assert!(
        !text.contains(['\u{1b}', '\u{202e}']) && !text.contains("<img"),
        "{text}"
    );
    let again = env.acp(&["board", "--md", file]).ok();
    assert_eq!(again.stdout, "");
    assert_eq!(crate::env::names(&env.path("home")), ["board.md", "web"]);
}

#[test]
fn with_several_profiles_each_is_shown_and_a_broken_one_hides_no_other() {
    let env = TestEnv::under(GOOD);
    env.init(GOOD, &["--profile", "second", "--no-remote"]);
    let json = env.acp(&["status", "--json"]).ok().json();
    assert_eq!(json["schema"], "acp.status.all/1");
    let names: Vec<&str> = json["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["profile"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["second", "web"]);
    let one = env
        .acp(&["status", "--json", "--profile", "web"])
        .ok()
        .json();
    assert_eq!(one["data"]["profile"], "web");
    env.write("acp/config/profiles/broken.yaml", "schema: 1\nworkerz: 3\n");
    let human = env.acp(&["status"]).ok().stdout;
    assert!(human.contains("broken\ncannot be looked at"), "{human}");
    let plain = env.acp(&["status", "--plain"]).ok().stdout;
    assert_eq!(plain.matches("profile: ").count(), 3, "{plain}");
    let board = env.data(&["board"]);
    assert_eq!(board["profiles"].as_array().unwrap().len(), 3);
    assert_eq!(board["queue"]["repos_enabled"], 2);
    let _alone = env.acp(&["status", "--profile", "broken"]).with(78);
}

#[test]
fn a_watched_screen_is_shown_again_and_ends_with_the_interrupt() {
    let env = TestEnv::under(GOOD);
    let _wrong = env.acp(&["status", "--watch=0"]).with(2);
    let mut watch = env
        .interruptible(&["status", "--watch=1", "--plain"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut screens = 0;
    for line in lines.map(Result::unwrap) {
        assert!(!line.contains('\u{1b}'), "{line}");
        screens += usize::from(line == "profile: web");
        if screens == 2 {
            break;
        }
    }
    assert_eq!(screens, 2);
    let interrupt = rustix::process::Signal::INT;
    let pid = rustix::process::Pid::from_child(&watch);
    rustix::process::kill_process(pid, interrupt).unwrap();
    // 130, as a shell calls it.
    assert_eq!(watch.wait().unwrap().signal(), Some(interrupt.as_raw()));
}
