//! What the policy decides, through the binary: who is asked, what is blocked, what is tried again.

use acp::domain::Cooldown;
use acp::store::{Home, Store};

use crate::env::{TestEnv, names};
use crate::repo::{CHECKOUT, GOOD, QUICK, texts};

const WORKTREES: &str = "acp/state/web/worktrees";
const PROTECTED: &str = "mkdir -p .github/workflows\necho 'on: push' > .github/workflows/ci.yml\nacp report implemented\n";

fn labels(env: &TestEnv, noun: &str, number: u64) -> Vec<String> {
    let shown = env.show(noun, number);
    texts(&shown["labels"])
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Everything of the state folder but what belongs to the agent itself.
fn states_holding(env: &TestEnv, secret: &str) -> Vec<String> {
    let files = env.all_files("acp").into_iter();
    let ours = files.filter(|(path, _)| !path.components().any(|c| c.as_os_str() == "worktrees"));
    let holding = ours.filter(|(_, bytes)| {
        bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    });
    holding
        .map(|(path, _)| path.display().to_string())
        .collect()
}

#[test]
fn a_protected_path_waits_for_a_person_and_is_merged_after_the_yes() {
    let env = TestEnv::under(PROTECTED);
    let _issue = env.issue("Add CI");
    let _idle = env.until_idle();
    let why = env.why("pr/2");
    assert_eq!(
        (&why["lane"], &why["code"]),
        (&"human-review".into(), &"human".into())
    );
    assert!(
        why["why"]
            .as_str()
            .unwrap()
            .contains(".github/workflows/ci.yml"),
        "{why}"
    );
    assert_eq!(why["command"], "acp pr approve 2");
    assert!(labels(&env, "pr", 2).contains(&"agent-human-review".to_owned()));
    let would = env.acp(&["pr", "approve", "2", "--dry-run"]).ok();
    assert!(would.stdout.contains("would be approved at"), "{would:?}");
    assert_eq!(env.why("pr/2")["command"], "acp pr approve 2");
    let said = env.acp(&["pr", "approve", "2"]).ok();
    assert!(said.stdout.contains("approved at"), "{said:?}");
    let _idle = env.until_idle();
    assert_eq!(env.show("pr", 2)["merged"], true);
    assert!(env.merged(".github/workflows/ci.yml").is_some());
    assert!(!labels(&env, "pr", 2).contains(&"agent-human-review".to_owned()));
}

#[test]
fn a_push_by_a_person_takes_the_approval_away_and_asks_again() {
    let env = TestEnv::under(PROTECTED);
    let _issue = env.issue("Add CI");
    let _idle = env.until_idle();
    let _approved = env.acp(&["pr", "approve", "2"]).ok();
    let head = env.show("pr", 2)["head"].as_str().unwrap().to_owned();
    let _fetched = env.git(&["fetch", "-q", "acp"]);
    let _there = env.git(&["checkout", "-q", "-b", "mine", &format!("acp/{head}")]);
    env.commit("mine.txt", "a person was here\n");
    let _pushed = env.git(&["push", "-q", "acp", &format!("mine:{head}")]);
    let _idle = env.until_idle();
    let (pr, why) = (env.show("pr", 2), env.why("pr/2"));
    assert_eq!(
        (&pr["merged"], &pr["approved_by"]),
        (&false.into(), &().into())
    );
    assert!(
        !texts(&pr["labels"]).contains(&"agent-human-approved"),
        "{pr}"
    );
    assert_eq!(why["code"], "human", "{why}");
    let _approved = env.acp(&["pr", "approve", "2"]).ok();
    let _idle = env.until_idle();
    assert_eq!(env.merged("mine.txt").unwrap(), "a person was here\n");
}

#[test]
fn a_forbidden_path_blocks_with_one_comment_and_nothing_is_pushed() {
    let env = TestEnv::under("echo KEY=1 > .env\nacp report implemented\n");
    let _issue = env.issue("Add settings");
    let _idle = env.until_idle();
    let _again = env.until_idle();
    let (issue, why) = (env.show("issue", 1), env.why("issue/1"));
    assert_eq!(
        (&issue["lane"], &why["code"]),
        (&"blocked".into(), &"blocked".into())
    );
    assert!(why["why"].as_str().unwrap().contains(".env"), "{why}");
    assert!(
        texts(&issue["labels"]).contains(&"agent-blocked"),
        "{issue}"
    );
    let comments = issue["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 1, "{issue}");
    assert!(
        comments[0]["body"].as_str().unwrap().contains(".env"),
        "{issue}"
    );
    assert!(env.pulls().is_empty());
    let branches = env.git_in(&env.forge_repo(), &["branch", "--format=%(refname:short)"]);
    assert_eq!(branches, "main");
    assert_eq!(env.runs().len(), 1, "it is not tried again");
}

#[test]
fn a_secret_in_the_change_blocks_and_its_value_is_nowhere() {
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0".repeat(2).split_at(36).0);
    let script = format!(
        "echo 'token = \"{secret}\"' > settings.txt\necho {secret}\nacp report implemented\n"
    );
    let env = TestEnv::under(&script);
    let _issue = env.issue("Add settings");
    let _idle = env.until_idle();
    let why = env.why("issue/1");
    assert_eq!(why["code"], "blocked", "{why}");
    assert!(
        why["why"].as_str().unwrap().contains("settings.txt"),
        "{why}"
    );
    assert_eq!(
        env.show("issue", 1)["comments"].as_array().unwrap().len(),
        1
    );
    assert!(env.pulls().is_empty());
    assert_eq!(states_holding(&env, &secret), Vec::<String>::new());
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let log = env.acp(&["run", "log", &run]).ok().stdout;
    assert!(
        !log.contains(&secret) && log.contains("implemented"),
        "{log}"
    );
}

#[test]
fn a_red_check_starts_a_repair_and_the_repaired_change_is_merged() {
    let env = TestEnv::repo();
    let script = "if [ -e work.txt ]; then echo 1 > repaired; acp report updated-branch;\n\
                  else echo 1 > work.txt; acp report implemented; fi\n";
    env.init(script, &["--verify", "test -e repaired"]);
    let _issue = env.issue("Add work");
    let red = env.passes_until("issue/1", "has-pr");
    assert!(red["why"].as_str().unwrap().contains("pr/2"), "{red}");
    let _idle = env.until_idle();
    let (pr, runs) = (env.show("pr", 2), env.runs());
    assert_eq!(pr["merged"], true, "{pr} {runs:?}");
    let outcomes: Vec<&str> = runs
        .iter()
        .map(|run| run["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["implemented", "updated-branch"]);
    assert_eq!(runs[1]["item"], "pr/2");
    let checks = pr["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 1, "of its head: {pr}");
    assert_eq!(
        (&checks[0]["name"], &checks[0]["state"]),
        (&"acp/verify".into(), &"success".into())
    );
    assert!(env.merged("repaired").is_some());
}

#[test]
fn a_check_that_stays_red_blocks_the_pull_request_after_three_repairs() {
    let env = TestEnv::repo();
    let script = "date +%N >> work.txt\nif [ \"$ACP_ITEM\" = issue/1 ]; then acp report implemented; else acp report updated-branch; fi\n";
    env.init(script, &["--verify", "false"]);
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    let (pr, why) = (env.show("pr", 2), env.why("pr/2"));
    assert_eq!(
        (&pr["merged"], &why["lane"]),
        (&false.into(), &"blocked".into()),
        "{why}"
    );
    assert_eq!(env.runs().len(), 4);
    assert_eq!(pr["checks"][0]["state"], "failure");
    env.acp(&["pr", "merge", "2"]).with(77).says("acp/verify");
}

#[test]
fn a_conflict_starts_a_repair_that_sees_both_sides() {
    let script = "if [ \"$ACP_ITEM\" = issue/1 ]; then echo agent > README.md; acp report implemented;\n\
                  else grep -q '<<<<<<<' README.md && echo both > README.md; acp report updated-branch; fi\n";
    let env = TestEnv::under(script);
    env.set("writes: full", "writes: draft");
    let _issue = env.issue("Change the readme");
    let _idle = env.until_idle();
    env.commit("README.md", "person\n");
    let _pushed = env.git(&["push", "-q", "acp", "main"]);
    let _idle = env.until_idle();
    let runs = env.runs();
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert_eq!(runs[1]["outcome"], "updated-branch", "{runs:?}");
    let _merged = env.acp(&["pr", "merge", "2"]).ok();
    assert_eq!(env.merged("README.md").unwrap(), "both\n");
}

#[test]
fn with_writes_draft_only_a_person_merges() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: draft");
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    let pr = env.show("pr", 2);
    assert_eq!((&pr["draft"], &pr["state"]), (&true.into(), &"open".into()));
    let _approved = env.acp(&["pr", "approve", "2"]).ok();
    let _idle = env.until_idle();
    let why = env.why("pr/2");
    assert_eq!(
        (&why["code"], &why["command"]),
        (&"merge-by-hand".into(), &"acp pr merge 2".into())
    );
    let merged = env.acp(&["pr", "merge", "2"]).ok();
    assert!(merged.stdout.contains("git pull acp main"), "{merged:?}");
    assert!(env.merged("work.txt").is_some());
    let pr = env.show("pr", 2);
    assert_eq!((&pr["draft"], &pr["merged"]), (&false.into(), &true.into()));
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
    env.acp(&["pr", "merge", "2"])
        .with(77)
        .says("pr/2 is merged already");
}

#[test]
fn with_writes_off_the_work_stays_on_its_branch_here() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: off");
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    assert!(env.pulls().is_empty());
    let why = env.why("issue/1");
    assert_eq!(why["code"], "kept-here", "{why}");
    let branches = env.git_in(
        &env.path("acp/state/web/repo.git"),
        &["branch", "--list", "agent/*"],
    );
    assert!(branches.contains("agent/issue-1-a1"), "{branches}");
    assert_eq!(
        env.git_in(&env.forge_repo(), &["branch", "--list", "agent/*"]),
        ""
    );
    assert!(
        env.show("issue", 1)["comments"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

/// What cannot be saved as a whole is not removed, however the run ended; and that is about this run alone.
#[test]
fn a_worktree_that_cannot_be_saved_stays_and_stops_nothing_else() {
    let env = TestEnv::under_with("git init -q dep; echo x > dep/x; exit 3\n", QUICK);
    let _issue = env.issue("Fail");
    let idle = env.until_idle();
    let said = format!("{}{}", idle.stdout, idle.stderr);
    let why = "the worktree holds another repository: `dep/.git`";
    assert!(said.contains(why), "{said}");
    let runs = env.runs();
    let reasons: Vec<_> = runs.iter().map(|run| &run["reason"]).collect();
    assert_eq!(reasons, ["crashed: the agent exited with 3"; 2]);
    for run in &runs {
        let id = run["id"].as_str().unwrap();
        let kept = env.read(&format!("{WORKTREES}/{id}/dep/x"));
        assert_eq!((kept.as_str(), &run["state"]), ("x\n", &"closed".into()));
    }
    env.agent(GOOD);
    let _other = env.issue("Add work");
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 2)["state"], "closed");
    assert_eq!(names(&env.path(WORKTREES)).len(), 2);
}

#[test]
fn failures_are_tried_again_then_blocked_with_one_comment_and_a_person_starts_anew() {
    let env = TestEnv::under_with("exit 3\n", QUICK);
    let _issue = env.issue("Fail");
    let _idle = env.until_idle();
    let issue = env.show("issue", 1);
    assert!(
        texts(&issue["labels"]).contains(&"agent-blocked"),
        "{issue}"
    );
    assert_eq!(issue["comments"].as_array().unwrap().len(), 1, "{issue}");
    let runs = env.runs();
    let tries: Vec<_> = runs
        .iter()
        .map(|run| run["attempt"].as_u64().unwrap())
        .collect();
    assert_eq!(tries, [1, 2]);
    assert_eq!(runs[1]["reason"], "crashed: the agent exited with 3");
    let why = env.why("issue/1");
    assert_eq!(why["command"], "acp issue label 1 --remove agent-blocked");
    // What a person should do about it is said wherever somebody may look first.
    let advice = "look at `acp run log`";
    assert_eq!(why["advice"], advice, "{why}");
    let run = runs[1]["id"].as_str().unwrap();
    let shown = env.acp(&["run", "show", run]).ok().stdout;
    assert!(
        shown.contains(&format!("\nadvice    {advice}\n")),
        "{shown}"
    );
    assert_eq!(env.why(run)["advice"], advice);
    let status = env.data(&["status"]);
    assert_eq!(status["waiting_for_you"][0]["advice"], advice, "{status}");
    let told = format!("What a person should do: {advice}.");
    let comment = issue["comments"][0]["body"].as_str().unwrap();
    assert!(comment.contains(&told), "{comment}");
    env.agent(GOOD);
    let command: Vec<&str> = why["command"]
        .as_str()
        .unwrap()
        .split(' ')
        .skip(1)
        .collect();
    let _labelled = env.acp(&command).ok();
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
    assert_eq!(
        env.runs()[2]["attempt"],
        3,
        "an attempt's number only grows"
    );
}

#[test]
fn an_agent_that_gives_up_blocks_at_once_with_its_reason() {
    let env = TestEnv::under("acp report blocked --detail 'needs a key'\n");
    let _issue = env.issue("Impossible");
    let _idle = env.until_idle();
    let issue = env.show("issue", 1);
    assert_eq!(env.runs().len(), 1);
    assert_eq!(issue["lane"], "blocked");
    assert!(
        issue["comments"][0]["body"]
            .as_str()
            .unwrap()
            .contains("needs a key"),
        "{issue}"
    );
}

#[test]
fn a_closed_issue_ends_its_run() {
    for away in [
        &["issue", "close", "1"][..],
        &["issue", "label", "1", "--remove", "agent-ready"],
        &["issue", "label", "1", "--add", "agent-blocked"],
    ] {
        let env = TestEnv::under("echo half > work.txt\nsleep 100\n");
        let _issue = env.issue("Long");
        let _running = env.passes_until("issue/1", "running");
        env.wait_for("acp/state/web/worktrees", "work.txt");
        let _away = env.acp(away).ok();
        let _idle = env.until_idle();
        let run = &env.runs()[0];
        assert_eq!(run["outcome"], "cancelled", "{away:?} {run}");
        assert!(env.data(&["run", "list"]).as_array().unwrap().is_empty());
        assert!(env.pulls().is_empty());
        let bundle = format!(
            "acp/state/web/history/{}.bundle",
            run["id"].as_str().unwrap()
        );
        assert!(env.path(&bundle).is_file(), "what was not finished is kept");
    }
}

#[test]
fn an_issue_without_a_label_is_left_alone_until_it_gets_one() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue_with("Not yet", &["--no-label"]);
    let _other = env.issue_with("Other", &["--label", "bug"]);
    let _idle = env.until_idle();
    assert!(env.runs().is_empty());
    let why = env.why("issue/1");
    assert_eq!(
        (&why["lane"], &why["code"]),
        (&"ignore".into(), &"not-labelled".into())
    );
    assert_eq!(why["command"], "acp issue label 1 --add agent-ready");
    let _labelled = env
        .acp(&["issue", "label", "1", "--add", "agent-ready"])
        .ok();
    let _idle = env.until_idle();
    assert_eq!(env.show("issue", 1)["state"], "closed");
    assert_eq!(env.show("issue", 2)["state"], "open");
}

#[test]
fn an_exclusive_issue_works_alone() {
    let env = TestEnv::under("sleep 100\n");
    let _issue = env.issue_with(
        "Alone",
        &["--label", "agent-ready", "--label", "agent-exclusive"],
    );
    let _issue = env.issue("After it");
    let _pass = env.pass();
    assert_eq!(env.data(&["run", "list"]).as_array().unwrap().len(), 1);
    let why = env.why("issue/2");
    assert_eq!(
        (&why["code"], &why["command"]),
        (&"exclusive".into(), &"acp why issue/1".into())
    );
    let _stopped = env.acp(&["stop"]).ok();
}

#[test]
fn limits_hold_back_what_does_not_fit_and_why_says_so() {
    let env = TestEnv::under_with("sleep 100\n", "limits: { workers: 1 }\n");
    let (_first, _second) = (env.issue("One"), env.issue("Two"));
    let _pass = env.pass();
    let _pass = env.pass();
    assert_eq!(env.data(&["run", "list"]).as_array().unwrap().len(), 1);
    let why = env.why("issue/2");
    assert_eq!(why["code"], "capacity", "{why}");
    assert!(
        why["why"].as_str().unwrap().contains("limits.workers is 1"),
        "{why}"
    );
    let _stopped = env.acp(&["stop"]).ok();
    let env = TestEnv::under_with(GOOD, "budget: { runs_per_day: 1 }\n");
    let (_first, _second) = (env.issue("One"), env.issue("Two"));
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 1);
    let why = env.why("issue/2");
    assert_eq!(why["code"], "budget", "{why}");
    assert!(
        why["next"].as_str().unwrap().ends_with("T00:00:00Z"),
        "{why}"
    );
}

/// What an item may use, on whatever days; the others go on.
#[test]
fn an_item_that_has_used_what_it_may_waits_for_a_person_and_others_go_on() {
    let failing = "if [ $ACP_ITEM = issue/1 ]; then exit 3; fi\necho work > work.txt\nacp report implemented\n";
    let many = "retry: { delays: [1ms], attempts_max: 5 }\n";
    for (limit, says) in [
        ("runs_per_item: 2", "runs_per_item: 2 of 2 used"),
        (
            "tokens_per_item: 250, tokens_per_run: 100",
            "tokens_per_item: 200 of 250 used, and a run reserves 100",
        ),
    ] {
        let env = TestEnv::under_with(failing, &format!("{many}budget: {{ {limit} }}\n"));
        let _fails = env.issue("One");
        let _idle = env.until_idle();
        assert_eq!(env.runs().len(), 2, "{limit}");
        let why = env.why("issue/1");
        assert_eq!(why["code"], "spent", "{why}");
        let text = why["why"].as_str().unwrap();
        let name = limit.split(':').next().unwrap();
        assert!(
            text.contains(says) && text.contains(&format!("`budget.{name}`")),
            "{why}"
        );
        let shown = env.acp(&["budget", "show"]).ok().stdout;
        assert!(shown.contains("an item 2"), "{shown}");
        let _works = env.issue("Two");
        let _idle = env.until_idle();
        assert_eq!(env.why("issue/2")["code"], "closed");
        assert_eq!(env.runs().len(), 3, "{limit}");
    }
}

/// At 80 % of a limit of the day it is told once, at 100 % nothing starts any more.
#[test]
fn the_budget_of_the_day_is_told_when_little_is_left_and_stops_all_when_none_is() {
    let own_file = "echo work > \"$(echo \"$ACP_ITEM\" | tr / -).txt\"\nacp report implemented\n";
    let env = TestEnv::under_with(
        own_file,
        "limits: { workers: 1 }\nbudget: { runs_per_day: 5 }\n",
    );
    for title in ["One", "Two", "Three", "Four", "Five", "Six"] {
        let _issue = env.issue(title);
    }
    let idle = env.until_idle();
    assert_eq!(env.runs().len(), 5);
    let notice = "nearly used: runs_per_day: 4 of 5 used";
    let said = format!("{}{}", idle.stdout, idle.stderr);
    assert_eq!(said.matches(notice).count(), 1, "{said}");
    let journal = env.read("acp/state/web/journal.jsonl");
    assert_eq!(journal.matches("budget.near").count(), 1);
    let why = env.why("issue/6");
    assert_eq!(why["code"], "budget", "{why}");
    let _again = env.until_idle();
    assert_eq!(env.runs().len(), 5);
}

/// What a run has cost takes the place of what was set aside for it, so that the day holds as many as it can pay for.
#[test]
fn money_of_the_day_is_settled_with_what_runs_really_cost() {
    let env = TestEnv::with_programs();
    env.write("home/.claude/.credentials.json", "{}");
    let body = "cat > /dev/null\necho work > \"$(echo \"$ACP_ITEM\" | tr / -).txt\"\nacp report implemented > /dev/null\n\
                echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"total_cost_usd\":0.1}'";
    env.program("claude", body);
    let _init = env.acp(&["init", "--yes", "--agent", "claude"]).ok();
    env.profile(|text| {
        format!(
            "{text}\nlimits: {{ workers: 1 }}\nbudget: {{ usd_per_day: 1, usd_per_run: 0.75 }}\n"
        )
    });
    for title in ["One", "Two", "Three", "Four", "Five"] {
        let _issue = env.issue(title);
    }
    let _idle = env.until_idle();
    // After three there are 70 cents left, and 75 would have to be set aside.
    assert_eq!(env.runs().len(), 3, "{:?}", env.runs());
    let why = env.why("issue/4");
    assert_eq!(why["code"], "budget", "{why}");
    assert!(
        why["why"].as_str().unwrap().contains("usd_per_day"),
        "{why}"
    );
}

/// Nobody has to end the cooldown by hand.
/// What a person should do about an agent that is not logged in.
const LOG_IN: &str = "log in again, then `acp cooldown clear`";

#[test]
fn an_agent_that_was_logged_out_is_tried_again_as_soon_as_somebody_logs_in() {
    let env = TestEnv::with_programs();
    env.write("home/.claude/.credentials.json", "{}");
    let refused = "cat > /dev/null\necho '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\
                   \"api_error_status\":401,\"result\":\"Not logged in\"}'\nexit 1";
    env.program("claude", refused);
    let _init = env.acp(&["init", "--yes", "--agent", "claude"]).ok();
    let _issue = env.issue("Add work");
    for _ in 0..2 {
        let _idle = env.until_idle();
        assert_eq!(env.runs().len(), 1, "{:?}", env.runs());
        let why = env.why("issue/1");
        assert_eq!(why["code"], "cooldown", "{why}");
        assert_eq!(why["advice"], LOG_IN, "{why}");
    }
    let why = env.acp(&["why", "issue/1"]).ok().stdout;
    assert!(why.contains(&format!("\n  do:   {LOG_IN}\n")), "{why}");
    let status = env.data(&["status"]);
    assert_eq!(status["cooldowns"][0]["advice"], LOG_IN, "{status}");
    let status = env.acp(&["status"]).ok().stdout;
    let told = format!("    do: {LOG_IN}\n");
    assert_eq!(status.matches(&told).count(), 1, "{status}");
    env.write("home/.claude/.credentials.json", "{\"token\":1}");
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 2, "{:?}", env.runs());
    let journal = env.read("acp/state/web/journal.jsonl");
    assert!(journal.contains("the login of `claude` has changed"));
}

#[test]
fn three_failures_in_a_row_open_the_breaker_and_the_journal_says_so_once() {
    let env = TestEnv::under_with("exit 3\n", &format!("{QUICK}limits: {{ workers: 1 }}\n"));
    for title in ["One", "Two", "Three"] {
        let _issue = env.issue(title);
    }
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 3, "{:?}", env.runs());
    let journal = env.read("acp/state/web/journal.jsonl");
    let opened: Vec<&str> = journal
        .lines()
        .filter(|line| line.contains("breaker.opened"))
        .collect();
    assert_eq!(opened.len(), 1, "{journal}");
    assert!(opened[0].contains("breaker:command until "), "{opened:?}");
    let status = env.data(&["status"]);
    let cooldown = &status["cooldowns"][0];
    let expected = ("breaker:command", "look at `acp run log`");
    let told = (&cooldown["key"], &cooldown["advice"]);
    assert_eq!(told, (&expected.0.into(), &expected.1.into()), "{status}");
}

#[test]
fn a_missing_agent_launches_nothing_and_counts_no_attempt() {
    let env = TestEnv::repo();
    let args = ["init", "--yes", "--agent", "claude"];
    env.acp(&args).ok().says("claude");
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    assert!(env.runs().is_empty());
    let why = env.why("issue/1");
    assert_eq!(why["code"], "no-agent", "{why}");
    assert!(
        why["why"].as_str().unwrap().contains("not on PATH"),
        "{why}"
    );
    env.write("bin/claude", "#!/bin/sh\nexit 3\n");
    let _run = env
        .command("chmod")
        .args(["+x"])
        .arg(env.path("bin/claude"))
        .status();
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    let env = env.var("PATH", &path);
    let _idle = env.until_idle();
    assert_eq!(env.runs()[0]["attempt"], 1);
    assert!(env.read(&format!("{CHECKOUT}/README.md")).contains("hello"));
}

/// The machine goes away while claude works in a session of its own, as if by the power.
fn interrupted() -> TestEnv {
    let env = TestEnv::with_programs();
    env.write("home/.claude/.credentials.json", "{}");
    let body = r#"cat > /dev/null
case "$*" in
*"--resume s-1"*)
    echo more >> work.txt
    acp report implemented > /dev/null
    echo '{"type":"result","subtype":"success","is_error":false}' ;;
*)
    echo work > work.txt
    echo '{"type":"system","subtype":"init","session_id":"s-1"}'
    echo $PPID $$ > "$ACP_OUT/pids"
    exec sleep 100 ;;
esac"#;
    env.program("claude", body);
    let _init = env.acp(&["init", "--yes", "--agent", "claude"]).ok();
    let _issue = env.issue("Add work");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "pids");
    env.wait_for("acp/state/web/runs", "usage.json");
    let files = env.all_files("acp/state/web/worktrees");
    let pids = files.iter().find(|(path, _)| path.ends_with("pids"));
    let pids = String::from_utf8(pids.unwrap().1.clone()).unwrap();
    let mut kill = env.command("kill");
    let _killed = kill.arg("-KILL").args(pids.split_whitespace()).status();
    env
}

/// It is idle while it waits for `code`, and goes on once the words `over` are typed. What was done is not lost.
fn waits_and_goes_on(env: &TestEnv, code: &str, over: &[&str]) {
    let _idle = env.until_idle();
    let why = env.why("issue/1");
    assert_eq!((&why["code"], env.runs().len()), (&code.into(), 1), "{why}");
    assert!(env.runs()[0]["outcome"].is_null(), "{:?}", env.runs());
    let _over = env.acp(over).ok();
    let _idle = env.until_idle();
    assert_eq!(env.merged("work.txt").as_deref(), Some("work\nmore\n"));
    assert_eq!(env.runs().len(), 1);
    let shown = env.data(&["run", "show", env.runs()[0]["id"].as_str().unwrap()]);
    assert_eq!(shown["resumes"], 1, "{shown}");
}

/// A person wants nothing to start.
#[test]
fn a_run_that_was_interrupted_waits_under_a_hold_and_goes_on_after_it() {
    let env = interrupted();
    let hold = ["hold", "add", "freeze", "--reason", "to look"];
    let _held = env.acp(&hold).ok();
    waits_and_goes_on(&env, "hold", &["hold", "clear", "freeze"]);
}

/// Its session would meet the limit of its account at once.
#[test]
fn a_run_that_was_interrupted_waits_for_its_agent_to_wake() {
    let env = interrupted();
    let layout = Home::below(&env.path("acp")).layout(&"web".parse().unwrap());
    let (key, now) = ("agent:claude".to_owned(), jiff::Timestamp::now());
    let until = now + jiff::SignedDuration::from_hours(1);
    let cooldown = Cooldown::new(key.clone(), until, "the window is used up".to_owned(), now);
    Store::new(layout).put_cooldown(&cooldown).unwrap();
    waits_and_goes_on(&env, "cooldown", &["cooldown", "clear", &key]);
}

/// Passes of several processes at once, and more work than the day may take.
#[test]
fn however_many_passes_run_at_once_the_budget_of_the_day_holds() {
    let more = format!(
        "{QUICK}limits: {{ workers: 20, launches_per_pass: 20 }}\n\
         budget: {{ tokens_per_day: 599, tokens_per_run: 100 }}\n"
    );
    let env = TestEnv::under_with("sleep 1\nacp report blocked --detail no\n", &more);
    for number in 1..=20 {
        let _issue = env.issue(&format!("Work {number}"));
    }
    let passes: Vec<_> = (0..6)
        .map(|_| {
            let args = ["heartbeat", "--until-idle", "--timeout", "60s"];
            env.acp_command(&args).spawn().unwrap()
        })
        .collect();
    for mut pass in passes {
        let _ended = pass.wait().unwrap();
    }
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 5, "{:?}", env.runs());
    let waits = env.why("issue/20");
    assert_eq!(waits["code"], "budget", "{waits}");
}
