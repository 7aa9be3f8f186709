//! Each verb that looks or writes: for people, for pipes, for programs, and one way in which it fails.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::repo::{GOOD, texts};

/// Output with everything that differs from test to test replaced.
fn plain(env: &TestEnv, args: &[&str]) -> String {
    let text = env.acp(args).ok().stdout;
    let text = text.replace(env.path("").to_str().unwrap(), "$ENV/");
    let mut out = String::new();
    let word = |c: char| c.is_ascii_alphanumeric() || "-:.".contains(c);
    for piece in text.split_inclusive(|c| !word(c)) {
        let token = piece.trim_end_matches(|c| !word(c));
        let rest = &piece[token.len()..];
        out.push_str(&normal(token));
        out.push_str(rest);
    }
    out
}

fn normal(token: &str) -> String {
    let hex = token.len() >= 10 && token.chars().all(|c| c.is_ascii_hexdigit());
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let time = token.len() >= 20 && token.ends_with('Z') && digits(&token[..4]);
    let run = token.split('-').take(2).all(digits) && token.contains("-issue-");
    match token {
        _ if time => "TIME".to_owned(),
        _ if run => format!("RUN{}", &token[15..]),
        _ if hex => "HEX".to_owned(),
        _ => token.to_owned(),
    }
}

/// One merged issue and one that waits with its pull request.
fn two() -> TestEnv {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue_with("First", &["--body", "Do it."]);
    let _idle = env.until_idle();
    env.set("writes: full", "writes: draft");
    env.agent("mkdir -p .github; echo 1 > .github/x.yml; acp report implemented\n");
    let _issue = env.issue("Second");
    let _idle = env.until_idle();
    env
}

#[test]
fn lists_in_three_formats() {
    let env = two();
    assert_eq!(
        plain(&env, &["issue", "list", "--all", "--plain"]),
        "1\tclosed\t\tagent-ready\tFirst\n3\topen\tpending\tagent-ready\tSecond\n"
    );
    let human = plain(&env, &["issue", "list"]);
    let head: Vec<&str> = human.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["ISSUE", "STATE", "LANE", "TITLE", "WHY"]);
    assert!(human.contains("its pull request pr/4 is open"), "{human}");
    assert_eq!(
        plain(&env, &["pr", "list", "--all", "--plain"]),
        "2\tmerged\t\t\tagent/issue-1-a1\t\tFirst\n\
         4\topen\thuman-review\t40\tagent/issue-3-a1\tagent-human-review\tSecond\n"
    );
    let human = plain(&env, &["pr", "list"]);
    assert!(human.contains("open (draft)"), "{human}");
    assert_eq!(
        plain(&env, &["run", "list", "--all", "--plain"]),
        "RUN-issue-1-a1\tissue/1\tcommand\t1\tclosed\timplemented\tTIME\tTIME\t\n\
         RUN-issue-3-a1\tissue/3\tcommand\t1\tjudged\timplemented\tTIME\tTIME\t\n"
    );
    assert_eq!(
        env.data(&["run", "list", "--all", "--item", "issue/3"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let _wrong = env.acp(&["run", "list", "--item", "issue3"]).with(2);
    let none = TestEnv::under(GOOD);
    for noun in ["issue", "pr", "run"] {
        let empty = none.acp(&[noun, "list"]).ok();
        assert!(
            empty.stdout.is_empty() && empty.stderr.starts_with("no "),
            "{empty:?}"
        );
        assert_eq!(none.data(&[noun, "list"]), json!([]));
        assert_eq!(none.acp(&[noun, "list", "--plain"]).ok().stdout, "");
    }
}

#[test]
fn showing_an_issue_and_a_pull_request() {
    let env = two();
    let issue = plain(&env, &["issue", "show", "1"]);
    let expected =
        "issue/1  First\nclosed, opened by tester\nlabels: agent-ready\npull request: pr/2\n";
    assert!(issue.starts_with(expected), "{issue}");
    assert!(
        issue.contains("\nDo it.\n") && !issue.contains("<!--"),
        "{issue}"
    );
    let pr = plain(&env, &["pr", "show", "4"]);
    assert!(
        pr.starts_with("pr/4  Second\nopen draft, lane human-review, opened by acp\n"),
        "{pr}"
    );
    for part in ["labels: agent-human-review", ".github/x.yml", "Closes #3"] {
        assert!(pr.contains(part), "{part}: {pr}");
    }
    let lines = plain(&env, &["pr", "show", "4", "--plain"]);
    assert!(
        lines.contains("draft\tyes\n") && lines.contains("base\tmain\n"),
        "{lines}"
    );
    for (noun, list) in [("issue", "acp issue list"), ("pr", "acp pr list")] {
        let missing = env.acp(&[noun, "show", "99"]).with(66);
        missing.says(&format!("there is no {noun}/99"));
        missing.says(list);
        let error = env
            .acp(&[noun, "show", "99", "--json"])
            .with(66)
            .json_error();
        assert_eq!(error["kind"], "missing");
        let _wrong = env.acp(&[noun, "show", &format!("{noun}/1")]).with(2);
    }
}

#[test]
fn writing_on_an_item_says_what_changed_and_an_unknown_item_is_refused() {
    let env = two();
    for (noun, number) in [("issue", "3"), ("pr", "4")] {
        let item = format!("{noun}/{number}");
        let said = env
            .acp(&[noun, "comment", number, "--body", "Look <b>here</b>"])
            .ok();
        assert!(said.stdout.contains(&item), "{said:?}");
        let args = [noun, "comment", number, "--body-file", "-"];
        let _said = env.acp_with_input(&args, "zwei\n".as_bytes()).ok();
        let args = [
            noun, "label", number, "--add", "x", "--add", "y z", "--json",
        ];
        let written = env.acp(&args).ok().json();
        assert_eq!(written["schema"], format!("acp.{noun}.label/1"));
        assert_eq!(written["data"]["item"], item.as_str());
        let _label = env.acp(&[noun, "label", number, "--remove", "x"]).ok();
        let shown = env.data(&[noun, "show", number]);
        assert!(
            texts(&shown["labels"]).contains(&"y z") && !texts(&shown["labels"]).contains(&"x")
        );
        let bodies: Vec<&Value> = shown["comments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| &c["author"])
            .collect();
        assert_eq!(bodies, ["tester", "tester"]);
        for args in [
            &["comment", "99", "--body", "b"][..],
            &["label", "99", "--add", "l"],
            &["close", "99"],
        ] {
            env.acp(&[&[noun], args].concat())
                .with(66)
                .says(&format!("there is no {noun}/99"));
        }
        let _empty = env.acp(&[noun, "comment", number, "--body", " "]).with(2);
        let _nothing = env.acp(&[noun, "label", number]).with(2);
        let _both = env
            .acp(&[noun, "label", number, "--add", "a", "--remove", "a"])
            .with(2);
        let _closed = env.acp(&[noun, "close", number]).ok();
        assert_eq!(env.data(&[noun, "show", number])["state"], "closed");
    }
}

#[test]
fn approving_and_merging_what_cannot_be_says_why() {
    let env = two();
    for verb in ["approve", "merge"] {
        env.acp(&["pr", verb, "99"]).with(66).says("pr/99");
        env.acp(&["pr", verb, "2"])
            .with(77)
            .says("pr/2 is merged already");
    }
    let approved = env.data(&["pr", "approve", "4"]);
    assert_eq!(
        (&approved["item"], &approved["by"]),
        (&"pr/4".into(), &"tester".into())
    );
    let risk = env.acp(&["pr", "risk", "4", "--json"]).ok().json();
    assert_eq!(risk["schema"], "acp.pr.risk/1");
    assert_eq!(risk["data"]["protected"], json!([".github/x.yml"]));
    let merged = env.data(&["pr", "merge", "4"]);
    assert_eq!(
        (&merged["item"], &merged["done"]),
        (&"pr/4".into(), &true.into())
    );
    assert_eq!(
        merged["commit"],
        env.git_in(&env.forge_repo(), &["rev-parse", "main"])
    );
}

#[test]
fn a_run_is_shown_logged_stopped_and_dropped() {
    let env = TestEnv::under("echo started\necho half > half.txt\nsleep 100\n");
    let _issue = env.issue("Long");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "half.txt");
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let shown = env.data(&["run", "show", &run]);
    assert_eq!(
        (&shown["state"], &shown["step"]),
        (&"running".into(), &"agent".into())
    );
    assert!(
        env.acp(&["run", "log", &run])
            .ok()
            .stdout
            .contains("started")
    );
    let why = env.why(&run);
    assert_eq!(why["command"], format!("acp run log {run}"));
    env.acp(&["run", "drop", &run])
        .with(77)
        .says("acp run stop");
    let stopped = env.data(&["run", "stop", &run]);
    assert_eq!(
        (&stopped["was_running"], &stopped["survivors"]),
        (&true.into(), &json!([]))
    );
    let again = env.acp(&["run", "stop", &run]).ok();
    assert!(again.stdout.contains("not at work"), "{again:?}");
    let _closed = env.acp(&["issue", "close", "1"]).ok();
    env.acp(&["run", "drop", &run])
        .with(77)
        .says("acp reconcile");
    let _judged = env.acp(&["reconcile"]).ok();
    let _dropped = env.acp(&["run", "drop", &run]).ok();
    assert!(
        env.path(&format!("acp/state/web/history/{run}.bundle"))
            .is_file()
    );
    for verb in ["show", "log", "stop", "drop"] {
        env.acp(&["run", verb, "20200101-000000-issue-9-a9"])
            .with(66)
            .says("acp run list");
        let _garbage = env.acp(&["run", verb, "../../etc"]).with(2);
    }
}

#[test]
fn stop_ends_everything_and_holds_the_profile() {
    let env = TestEnv::under("setsid sleep 100 & sleep 100\n");
    let (_one, _two) = (env.issue("One"), env.issue("Two"));
    let _pass = env.pass();
    let _running = env.passes_until("issue/2", "running");
    let stopped = env.data(&["stop", "--reason", "enough"]);
    assert_eq!(
        (&stopped["proven"], &stopped["new_hold"]),
        (&true.into(), &true.into())
    );
    assert_eq!(stopped["runs"].as_array().unwrap().len(), 2);
    let _idle = env.until_idle();
    assert!(env.data(&["run", "list"]).as_array().unwrap().is_empty());
    let why = env.why("issue/1");
    assert_eq!(
        (&why["code"], &why["command"]),
        (&"hold".into(), &"acp hold clear stop".into())
    );
    assert!(why["why"].as_str().unwrap().contains("enough"), "{why}");
    let again = env.acp(&["stop"]).ok();
    assert!(again.stdout.contains("`acp hold clear`"), "{again:?}");
    let status = env.acp(&["status", "--plain"]).ok().stdout;
    assert!(status.contains("hold: stop\n"), "{status}");
}

#[test]
fn a_pass_in_every_format_and_a_recorded_one_gives_the_same_plan() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("First");
    let file = env.path("snapshot.json");
    let file = file.to_str().unwrap();
    let dry = env.data(&["heartbeat", "--dry-run", "--record", file]);
    assert_eq!(
        dry["actions"],
        json!([
            "note what is approved of issue/1",
            "launch command on issue/1: implement, attempt 1"
        ])
    );
    assert_eq!(dry["plan"][0]["action"], "trust");
    assert_eq!(dry["plan"][1]["action"], "launch");
    assert_eq!(
        env.data(&["heartbeat", "--replay", file])["plan"],
        dry["plan"]
    );
    let human = env.acp(&["heartbeat", "--dry-run"]).ok().stdout;
    assert!(human.contains("would launch command on issue/1"), "{human}");
    let _idle = env.until_idle();
    let replayed = env.data(&["heartbeat", "--replay", file]);
    assert_eq!(
        (&replayed["plan"], &replayed["dry_run"]),
        (&dry["plan"], &true.into())
    );
    assert_eq!(env.runs().len(), 1, "a replay starts nothing");
    let idle = env.data(&["heartbeat", "--stats"]);
    assert_eq!(
        (&idle["stats"]["processes"], &idle["stats"]["fsyncs"]),
        (&0.into(), &0.into())
    );
    let stats = env.acp(&["heartbeat", "--stats", "--plain"]).ok().stdout;
    assert!(
        stats.starts_with("requests\t0\nprocesses\t0\nfsyncs\t0\nphase\tobserve\t"),
        "{stats}"
    );
    let broken = env.write("broken.json", "{");
    env.acp(&["heartbeat", "--replay", broken.to_str().unwrap()])
        .with(65)
        .says("broken.json");
    env.acp(&["heartbeat", "--replay", "/absent"])
        .with(66)
        .says("/absent");
    let _wrong = env.acp(&["heartbeat", "--timeout", "5s"]).with(2);
    let _wrong = env
        .acp(&["heartbeat", "--until-idle", "--timeout", "5"])
        .with(2);
}

#[test]
fn reconcile_judges_and_neither_launches_nor_sends() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("First");
    assert_eq!(env.data(&["reconcile"])["launched"], json!([]));
    assert!(env.runs().is_empty());
    let _pass = env.pass();
    env.wait_for("acp/state/web/runs", "findings.json");
    let mut judged = Value::Null;
    for _ in 0..100 {
        judged = env.acp(&["reconcile", "--json"]).ok().json();
        if judged["data"]["actions"].to_string().contains("publishes") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    assert_eq!(judged["schema"], "acp.reconcile/1");
    assert_eq!(judged["data"]["sent"], json!([]));
    assert!(env.pulls().is_empty());
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
}

#[test]
fn why_knows_items_runs_and_writes() {
    let env = two();
    let line = plain(&env, &["why", "issue/1"]);
    assert_eq!(line, "issue/1: it is closed\n");
    assert_eq!(
        plain(&env, &["why", "pr/2", "--plain"]),
        "pr/2\t\tmerged\tit is merged\t\t\t\n"
    );
    let pr = env.why("pr/4");
    assert_eq!(
        (&pr["subject"], &pr["lane"]),
        (&"pr/4".into(), &"human-review".into())
    );
    let run = env.runs()[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(env.why(&run)["code"], "judged");
    let shown = env.data(&["run", "show", &run]);
    let intent = shown["intents"][0]["id"].as_str().unwrap();
    let why = env.why(intent);
    assert_eq!(
        (&why["code"], &why["command"]),
        (&"done".into(), &Value::Null)
    );
    for missing in [
        "issue/99",
        "pr/99",
        "pr/1",
        "20200101-000000-issue-9-a9",
        "0123456789abcdef",
    ] {
        env.acp(&["why", missing]).with(66).says("there is no ");
    }
    for garbage in [
        "",
        "issue",
        "issue/",
        "issue/0",
        "issue/-1",
        "ISSUE/1",
        "1",
        "pr/1/2",
        "issue/99999999999999999999",
    ] {
        let wrong = env.acp(&["why", garbage]).with(2);
        wrong.says("issue/12");
    }
    let _option = env.acp(&["why", "--all"]).with(2);
}

#[test]
fn status_fits_a_narrow_screen_and_tells_what_waits_for_whom() {
    let env = two();
    let human = env.acp(&["status"]).ok().stdout;
    assert!(
        human.contains("acp pr approve 4") && human.contains("runs today: 2"),
        "{human}"
    );
    let plain = env.acp(&["status", "--plain"]).ok().stdout;
    assert!(plain.contains("you: pr/4 human-review\n"), "{plain}");
    for line in plain.lines() {
        assert!(line.chars().count() <= 40 && line.contains(": "), "{line}");
    }
    let narrow = env
        .acp_command(&["issue", "list"])
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    assert!(narrow.status.success());
    assert_eq!(
        env.acp(&["status", "--json"]).ok().json()["schema"],
        "acp.status/1"
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_error_for_any_list() {
    let env = two();
    for args in [
        &["issue", "list"][..],
        &["run", "list", "--all", "--json"],
        &["status"],
        &["heartbeat"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = env
            .acp_command(args)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}: {ended:?}");
    }
}

#[test]
fn sweep_says_what_it_removed() {
    let env = two();
    let said = env.acp(&["sweep"]).ok().stdout;
    assert!(said.contains("removed "), "{said}");
    let swept = env.data(&["sweep"]);
    assert_eq!(
        (&swept["busy"], &swept["worktrees"]),
        (&false.into(), &0.into())
    );
    assert!(
        env.acp(&["sweep", "--plain"])
            .ok()
            .stdout
            .starts_with("worktrees\t0\n")
    );
    let _idle = env.until_idle();
}

#[test]
fn a_dry_sweep_names_what_the_next_one_removes() {
    let env = TestEnv::under("acp report blocked --detail no\n");
    let _issue = env.issue("Cannot be done");
    let _launched = env.acp(&["heartbeat"]).ok();
    let judged = (0..400).any(|_| {
        let _pass = env.acp(&["reconcile"]).ok();
        let is_over = env.runs()[0]["state"] == "judged";
        if !is_over {
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        is_over
    });
    assert!(judged, "{:?}", env.runs());
    let _sent = env.acp(&["outbox", "flush"]).ok();
    env.write("acp/state/web/.tmp-left", "half");
    let old = ["-d", "2020-01-01", "acp/state/web/.tmp-left"];
    let mut touch = env.command("touch");
    let touched = touch.args(old).current_dir(env.path("")).status();
    assert!(touched.unwrap().success());
    let before = env.everything();
    let mut would = env.data(&["sweep", "--dry-run"]);
    let said = env.acp(&["sweep", "--dry-run"]).ok();
    assert!(
        said.stdout
            .contains("would remove 1 worktree, 1 leftover file"),
        "{said:?}"
    );
    assert!(env.everything() == before);
    would["dry_run"] = false.into();
    let mut swept = env.data(&["sweep"]);
    // What git made of it is known only afterwards.
    swept["notes"] = would["notes"].clone();
    assert_eq!(would, swept);
}

#[test]
fn the_parts_of_a_pass_say_what_they_cost() {
    let env = TestEnv::under(GOOD);
    let none = env.data(&["outbox", "flush", "--stats"]);
    assert_eq!(none["stats"]["fsyncs"], 0, "{none}");
    let _issue = env.issue("Add work");
    let idle = env
        .acp(&["heartbeat", "--until-idle", "--stats", "--json"])
        .ok()
        .json();
    let phases = idle["data"]["stats"]["phases"].as_array().unwrap().clone();
    let names: Vec<&str> = phases
        .iter()
        .map(|phase| phase["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["observe", "plan", "act", "flush", "sweep", "notify"]
    );
    let swept = env.acp(&["sweep", "--stats"]).ok();
    assert!(swept.stdout.contains("0 requests, "), "{swept:?}");
    assert!(env.data(&["sweep"])["stats"].is_null());
    let file = env.path("snapshot.json");
    let file = file.to_str().unwrap();
    let recorded = env.data(&["reconcile", "--record", file, "--stats"]);
    assert!(recorded["stats"]["phases"].is_array(), "{recorded}");
    let replayed = env.data(&["reconcile", "--replay", file]);
    assert_eq!(replayed["standings"], recorded["standings"]);
}

#[test]
fn without_a_profile_every_verb_says_how_to_get_one_and_with_two_which() {
    let env = TestEnv::repo();
    for line in [
        "issue list",
        "heartbeat",
        "status",
        "why issue/1",
        "stop",
        "sweep",
        "run list",
        "pr list",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        env.acp(&args).with(66).says("acp init");
    }
    env.init(GOOD, &[]);
    env.init(GOOD, &["--profile", "second", "--no-remote"]);
    let env = env.var("PWD", "/");
    let outside = |args: &[&str]| env.acp_command(args).current_dir("/").output().unwrap();
    let which = outside(&["issue", "list"]);
    assert_eq!(which.status.code(), Some(2), "{which:?}");
    let said = String::from_utf8(which.stderr).unwrap();
    assert!(
        said.contains("--profile") && said.contains("second") && said.contains("web"),
        "{said}"
    );
    assert!(
        outside(&["issue", "list", "--profile", "second"])
            .status
            .success()
    );
    env.acp(&["issue", "list", "--profile", "third"])
        .with(66)
        .says("third");
    env.acp(&["issue", "list", "--profile", "../x"])
        .with(2)
        .says("../x");
}

#[test]
fn a_launch_costs_two_processes() {
    let env = TestEnv::under("exit 1");
    env.issue("The first one makes the clone");
    let _idle = env.until_idle();
    env.issue("Another");
    let pass = env.data(&["heartbeat", "--stats"]);
    // The files of the worktree, the supervisor. git has told its version when the clone was made.
    assert_eq!(pass["stats"]["processes"], 2, "{pass}");
    let _idle = env.until_idle();
}
