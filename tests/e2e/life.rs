//! The whole life: a repository is put under control, an issue becomes a merged change, a person pulls it.

use crate::env::TestEnv;
use crate::repo::{CHECKOUT, GOOD, texts};

#[test]
fn an_issue_becomes_a_merged_change_that_a_person_pulls() {
    let env = TestEnv::under(GOOD);
    let made = env.acp(&["issue", "create", "--title", "Add work"]).ok();
    assert_eq!(made.stdout, "issue/1\n");
    let idle = env.until_idle();
    assert!(idle.stdout.contains("idle after"), "{idle:?}");
    let _pulled = env.git(&["pull", "-q", "acp", "main"]);
    assert_eq!(
        env.read(&format!("{CHECKOUT}/work.txt")),
        "work for issue/1\n"
    );
    let message = env.git(&["log", "-1", "--format=%an%n%B"]);
    assert!(message.starts_with("acp\nAdd work (#2)\n"), "{message}");
    assert!(message.contains("\nAcp-Run: "), "{message}");
    let (issue, pr) = (env.show("issue", 1), env.show("pr", 2));
    assert_eq!(issue["state"], "closed");
    assert_eq!(pr["merged"], true);
    assert!(pr["body"].as_str().unwrap().contains("Closes #1"));
    assert_eq!(env.runs()[0]["outcome"], "implemented");
    assert_eq!(env.git(&["status", "--porcelain"]), "");
    let quiet = env.acp(&["heartbeat", "--plain"]).ok();
    assert_eq!(quiet.stdout, "", "nothing is left to do");
}

#[test]
fn a_second_init_changes_nothing() {
    let env = TestEnv::under(GOOD);
    let before = env.everything();
    let again = env.acp(&["init", "--yes", "--agent-command", "other"]).ok();
    again.says("left as it is");
    assert!(env.everything() == before);
    assert_eq!(env.data(&["init", "--yes"])["created"], false);
}

#[test]
fn a_second_checkout_of_the_same_name_is_not_wired_to_the_first() {
    let env = TestEnv::under(GOOD);
    let _other = env.git(&["clone", "-q", ".", "../other/web"]);
    let other = env.path("home/other/web");
    let repo = ["init", "--yes", "--repo", other.to_str().unwrap()];
    env.acp(&repo).with(2).says("--profile ID");
    assert_eq!(env.git_in(&other, &["remote"]), "origin");
    let made = env.data(&[&repo[..], &["--profile", "web2"]].concat());
    assert_eq!(
        (&made["created"], &made["repo"]),
        (&true.into(), &"web2".into())
    );
}

#[test]
fn a_dry_run_of_every_verb_writes_nothing() {
    let env = TestEnv::repo();
    let before = env.everything();
    let shown = env.acp(&["init", "--dry-run", "--agent-command", "x"]).ok();
    assert!(shown.stdout.contains("kind: local"), "{shown:?}");
    assert!(env.everything() == before);
    env.init(GOOD, &[]);
    let _issue = env.issue("Add work");
    env.agent("echo x > .env\nacp report blocked --detail 'cannot'\n");
    let _idle = env.until_idle();
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let before = env.everything();
    for line in [
        "issue create --title T",
        "issue comment 1 --body B",
        "issue label 1 --add x",
        "issue close 1",
        "heartbeat",
        "reconcile",
        "sweep",
        "stop",
        "init --yes",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        for format in [&[][..], &["--plain"], &["--json"]] {
            let args = [&args[..], &["--dry-run"], format].concat();
            let said = env.acp(&args).ok();
            assert!(env.everything() == before, "{args:?}: {said:?}");
        }
    }
    let _dropped = env.acp(&["run", "drop", &run, "--dry-run"]).ok();
    let _stopped = env.acp(&["run", "stop", &run, "--dry-run"]).ok();
    assert!(env.everything() == before);
}

#[test]
fn a_person_starts_an_issue_and_has_one_tried_again() {
    let env = TestEnv::under_with("exit 3\n", "retry: { delays: [6h] }\n");
    let _issue = env.issue_with("Add work", &["--no-label"]);
    let _idle = env.until_idle();
    assert_eq!(env.runs(), [serde_json::Value::Null; 0]);
    let _missing = env.acp(&["issue", "start", "7"]).with(66);
    let before = env.everything();
    let would = env.acp(&["issue", "start", "1", "--dry-run"]).ok();
    would.prints("it gets the label `agent-ready`");
    assert!(env.everything() == before);
    let started = env.data(&["issue", "start", "1"]);
    let run = started["run"].as_str().unwrap().to_owned();
    let _idle = env.until_idle();
    assert_eq!(env.why("issue/1")["code"], "retry");
    env.agent(GOOD);
    let _missing = env
        .acp(&["run", "retry", "20200101-000000-issue-1-a1"])
        .with(66);
    let would = env.acp(&["run", "retry", &run, "--dry-run"]).ok();
    would.prints("would be free of 1 failure; the next attempt is 2");
    assert_eq!(env.why("issue/1")["code"], "retry");
    env.acp(&["run", "retry", &run])
        .ok()
        .prints("free of 1 failure");
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 2);
    env.acp(&["issue", "start", "1"]).with(77).says("closed");
    let _none = env.acp(&["run", "retry", &run]).with(66);
}

#[test]
fn a_held_profile_starts_nothing_by_hand_either() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("Add work");
    let _held = env.acp(&["stop"]).ok();
    let held = env.acp(&["issue", "start", "1"]).with(75);
    held.says("acp why issue/1");
    assert!(held.stdout.contains("hold"), "{held:?}");
}

#[test]
fn an_issue_that_follows_another_names_it() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("Add work");
    let _none = env
        .acp(&["issue", "follow-up", "9", "--title", "More"])
        .with(66);
    let line = [
        "issue",
        "follow-up",
        "1",
        "--title",
        "More",
        "--body",
        "And the rest.",
    ];
    let made = env.acp(&line).ok();
    assert_eq!(made.stdout, "issue/2\n");
    let shown = env.data(&["issue", "show", "2"]);
    let body = shown["body"].as_str().unwrap();
    assert!(
        body.starts_with("Follow-up of #1.\n\nAnd the rest.\n"),
        "{body}"
    );
    assert_eq!(shown["labels"], serde_json::json!(["agent-ready"]));
}

#[test]
fn looking_writes_nothing() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("Add work");
    let before = env.everything();
    for line in [
        "issue list",
        "issue show 1",
        "pr list --all",
        "run list",
        "why issue/1",
        "status",
        "heartbeat --dry-run",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let _shown = env.acp(&args).ok();
        assert!(env.everything() == before, "{line}");
    }
}

#[test]
fn the_checkout_gets_one_remote_and_with_no_remote_nothing() {
    let env = TestEnv::repo();
    let config = env.read(&format!("{CHECKOUT}/.git/config"));
    env.init(GOOD, &["--no-remote"]);
    assert_eq!(env.read(&format!("{CHECKOUT}/.git/config")), config);
    assert_eq!(env.git(&["remote"]), "");
    let made = env.data(&["init", "--yes"]);
    assert_eq!(env.git(&["remote"]), "acp");
    assert_eq!(made["remote"], env.forge_repo().to_str().unwrap());
    assert_eq!(env.git(&["remote", "get-url", "acp"]), made["remote"]);
}

#[test]
fn the_profile_is_named_after_the_folder_whatever_that_is() {
    for (folder, id) in [
        ("My Täst repo", "my-t-st-repo"),
        ("a.b_c", "a.b_c"),
        ("-x-", "x"),
    ] {
        let env = TestEnv::repo();
        std::fs::rename(env.path(CHECKOUT), env.path("home").join(folder)).unwrap();
        let path = env.path("home").join(folder);
        let path = path.to_str().unwrap();
        let made = env.data(&["init", "--yes", "--repo", path, "--agent-command", "true"]);
        assert_eq!(made["profile"], id);
        let _issue = env.issue("T");
        assert!(env.path("acp/state/forge/local").join(id).is_dir());
        assert_eq!(env.git_in(path.as_ref(), &["fetch", "acp"]), "");
    }
    let env = TestEnv::repo();
    std::fs::rename(env.path(CHECKOUT), env.path("home/日本")).unwrap();
    let repo = env.path("home/日本");
    let args = ["init", "--yes", "--repo", repo.to_str().unwrap()];
    env.acp(&args).with(2).says("--profile ID");
}

#[test]
fn work_in_a_folder_with_spaces_and_unicode_is_merged() {
    let env = TestEnv::repo();
    let odd = env.path("home/ein Täst 日本 'x'");
    std::fs::rename(env.path(CHECKOUT), &odd).unwrap();
    let home = env.path("acp home ü");
    let env = env.var("ACP_HOME", home.to_str().unwrap());
    env.init(GOOD, &["--profile", "odd", "--repo", odd.to_str().unwrap()]);
    let _issue = env.issue("Add wörk");
    let _idle = env.until_idle();
    let _pulled = env.git_in(&odd, &["pull", "-q", "acp", "main"]);
    assert!(odd.join("work.txt").is_file());
}

#[test]
fn what_cannot_be_put_under_control_is_named_and_nothing_is_written() {
    let env = TestEnv::repo();
    let fresh = env.path("home/fresh");
    std::fs::create_dir(&fresh).unwrap();
    let _made = env.git_in(&fresh, &["init", "-q"]);
    std::fs::create_dir(env.path("home/plain")).unwrap();
    let _detached = env.git(&["checkout", "-q", "--detach"]);
    let before = env.everything();
    let init = |folder: &str, more: &[&str]| {
        let repo = env.path("home").join(folder);
        let args = ["init", "--yes", "--repo", repo.to_str().unwrap()];
        env.acp(&[&args[..], more].concat())
    };
    init("plain", &[]).with(66).says("git init");
    init("absent", &[]).with(66).says("no folder");
    init("fresh", &[]).with(65).says("no commit yet");
    init("web", &[]).with(2).says("--base BRANCH");
    init("web", &["--base", "absent"])
        .with(66)
        .says("no branch `absent`");
    init("web", &["--base=--all"]).with(2).says("--all");
    init("web", &["--profile", "../x"]).with(2).says("../x");
    let remote = ["--forge", "github", "--slug", "o/n", "--base", "main"];
    init("web", &remote).with(77).says("there is no token");
    let remote = ["--forge", "gitea", "--slug", "o/n", "--base", "main"];
    init("web", &remote).with(2).says("base_url");
    let remote = ["--forge", "github", "--base", "main"];
    init("web", &remote).with(2).says("--slug OWNER/NAME");
    env.acp(&["init", "--base", "main"]).with(2).says("--yes");
    assert!(env.everything() == before);
    let _made = init("web", &["--base", "main"]).ok();
}

#[test]
fn a_script_finds_the_fields_it_relies_on() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: draft");
    let _issue = env.issue_with("Add work", &["--label", "agent-ready", "--label", "x"]);
    let _idle = env.until_idle();
    for (args, more) in [
        (&["issue", "list"][..], &[][..]),
        (
            &["pr", "list"],
            &["head", "base", "head_sha", "draft", "merged", "risk"],
        ),
    ] {
        let list = env.data(args);
        let show = env.show(args[0], list[0]["number"].as_u64().unwrap());
        for field in ["number", "title", "state", "labels", "lane"]
            .iter()
            .chain(more)
        {
            assert!(!list[0][*field].is_null(), "{field}: {list}");
            assert_eq!(list[0][*field], show[*field], "{field}");
        }
    }
    assert_eq!(
        texts(&env.data(&["issue", "list"])[0]["labels"]),
        ["agent-ready", "x"]
    );
    let run = &env.runs()[0];
    for (field, value) in [
        ("item", "issue/1"),
        ("agent", "command"),
        ("state", "judged"),
        ("outcome", "implemented"),
    ] {
        assert_eq!(run[field], value, "{run}");
    }
    assert!(run["id"].as_str().unwrap().ends_with("-issue-1-a1"));
    assert_eq!((&run["attempt"], &run["reason"]), (&1.into(), &().into()));
    assert!(run["started"].is_string() && run["ended"].is_string());
}

#[test]
fn until_idle_ends_with_75_at_its_timeout_and_the_run_goes_on() {
    let env = TestEnv::under(
        "while [ ! -e \"$ACP_OUT/go\" ]; do sleep 0.05; done\necho 1 > a\nacp report implemented\n",
    );
    let _issue = env.issue("Slow");
    let args = ["heartbeat", "--until-idle", "--timeout", "500ms"];
    let late = env.acp(&args).with(75);
    assert!(late.stdout.contains("not idle yet"), "{late:?}");
    let run = env.data(&["run", "list"])[0].clone();
    assert_eq!(run["state"], "running");
    let tree = format!("acp/state/web/worktrees/{}", run["id"].as_str().unwrap());
    env.write(&format!("{tree}/.acp/go"), "");
    let idle = env.data(&["heartbeat", "--until-idle"]);
    assert_eq!((&idle["idle"], &idle["next"]), (&true.into(), &().into()));
    assert_eq!(env.merged("a").unwrap(), "1\n");
}
