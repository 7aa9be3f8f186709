//! `acp fsck`: what does not fit is named with the verb that mends it, and nothing is touched.

use acp::domain::{ItemId, Lease};
use acp::store::Place;
use serde_json::Value;

use crate::env::TestEnv;
use crate::repo::{GOOD, QUICK};
use crate::state::{now, run_id, store};

/// The codes of what is found, with the commands.
#[track_caller]
fn findings(env: &TestEnv, more: &[&str], code: i32) -> Vec<(String, String)> {
    let ended = env.acp(&[&["fsck", "--json"], more].concat()).with(code);
    let json = ended.json();
    assert_eq!(json["schema"], "acp.fsck/1");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let all = json["data"].as_array().unwrap().iter();
    all.map(|f| (text(f, "code"), text(f, "command"))).collect()
}

#[test]
fn after_a_life_with_failures_nothing_is_found_and_nothing_is_touched() {
    let env = TestEnv::under_with(GOOD, QUICK);
    let _merged = env.issue("Merged");
    let _idle = env.until_idle();
    env.agent("exit 3\n");
    let _blocked = env.issue("Given up");
    let _idle = env.until_idle();
    env.set("writes: full", "writes: draft");
    env.agent("echo again > again.txt\nacp report implemented\n");
    let _open = env.issue("Open");
    let _idle = env.until_idle();
    let before = env.everything();
    for more in [&[][..], &["--forge"]] {
        assert_eq!(findings(&env, more, 0), [], "{more:?}");
    }
    env.acp(&["fsck"]).ok().says("nothing is wrong");
    assert_eq!(env.acp(&["fsck", "--plain"]).ok().stdout, "");
    assert!(env.everything() == before);
}

#[test]
fn a_run_at_work_is_sound_and_one_whose_supervisor_was_killed_is_found() {
    let env = TestEnv::under("touch began\nsleep 100\n");
    let _issue = env.issue("Slow");
    let _running = env.passes_until("issue/1", "running");
    env.wait_for("acp/state/web/worktrees", "began");
    assert_eq!(findings(&env, &[], 0), []);
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let record = env.read(&format!("acp/state/web/runs/{run}/run.json"));
    let record: Value = serde_json::from_str(&record).unwrap();
    let pid = record["state"]["supervisor"]["pid"].to_string();
    let killed = env.command("kill").args(["-9", &pid]).status().unwrap();
    assert!(killed.success());
    let found = (0..200).find_map(|_| {
        let found = env.acp(&["fsck", "--plain"]);
        let seen = found.stdout.contains("\trun-unattended\t");
        if !seen {
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        seen.then_some(found)
    });
    let found = found.unwrap().with(1);
    assert!(found.stdout.contains("\tacp reconcile\n"), "{found:?}");
    let _stopped = env.acp(&["stop"]).ok();
    let _reconciled = env.acp(&["reconcile"]).ok();
    let _swept = env.acp(&["sweep"]).ok();
    assert_eq!(findings(&env, &[], 0), []);
}

#[test]
fn what_does_not_fit_is_named_and_the_verbs_mend_it() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let lease = Lease {
        item: ItemId::issue(1),
        run: run_id(1),
        at: now(),
    };
    store(&env).leases().put("issue-1", &lease).unwrap();
    let first = crate::state::comment(&env, "hello", &[]);
    let _needs = crate::state::comment(&env, "there", &[&first]);
    crate::state::send(&env, &first, Place::Claimed);
    let before = env.everything();
    let found = findings(&env, &[], 1);
    let expected = [
        ("claim-left", "acp outbox flush"),
        ("lease-without-run", "acp reconcile"),
    ];
    let expected = expected.map(|(code, command)| (code.to_owned(), command.to_owned()));
    assert_eq!(found, expected);
    let human = env.acp(&["fsck"]).with(1).stdout;
    assert!(human.starts_with("web\n  claim-left"), "{human}");
    assert!(human.ends_with("\n2 findings\n"), "{human}");
    assert!(env.everything() == before);
    let _mended = env.acp(&["reconcile"]).ok();
    let _flushed = env.acp(&["outbox", "flush"]);
    let found = findings(&env, &[], 0);
    assert_eq!(found, []);
    env.write("acp/state/web/holds/broken.json", "{");
    let found = findings(&env, &[], 1);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].0 == "unreadable" && found[0].1.starts_with("mv "),
        "{found:?}"
    );
}

#[test]
fn what_is_kept_of_the_forge_is_compared_with_it_only_when_asked() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue_with("One", &["--no-label"]);
    let _idle = env.until_idle();
    let file = "acp/state/web/forge/index.json";
    let text = env.read(file);
    let mut mirror: Value = serde_json::from_str(&text).unwrap();
    mirror["issues"]["1"]["title"] = "Another".into();
    env.write(file, &mirror.to_string());
    assert_eq!(findings(&env, &[], 0), []);
    let found = findings(&env, &["--forge"], 1);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "mirror-wrong");
    env.init(GOOD, &["--profile", "second", "--no-remote"]);
    let found = findings(&env, &["--forge"], 1);
    assert_eq!(found.len(), 1, "all profiles are looked at: {found:?}");
    assert_eq!(findings(&env, &["--forge", "--profile", "second"], 0), []);
}

/// The command of the one finding that there is, which mends it.
#[track_caller]
fn mend_by_hand(env: &TestEnv, code: &str) {
    let before = env.everything();
    let mut found = findings(env, &[], 1);
    assert!(env.everything() == before, "fsck changed something");
    assert_eq!(found.len(), 1, "{found:?}");
    let (named, command) = found.remove(0);
    assert_eq!(named, code);
    assert!(command.starts_with("git -C "), "{command}");
    let mended = env.command("sh").args(["-c", &command]).output().unwrap();
    assert!(mended.status.success(), "{command}: {mended:?}");
    assert_eq!(findings(env, &[], 0), [], "after {command}");
}

fn clone(env: &TestEnv) -> std::path::PathBuf {
    env.path("acp/state/web/repo.git")
}

#[test]
fn a_branch_of_a_run_that_never_was_is_named_and_can_be_kept_under_another_name() {
    let env = TestEnv::under(GOOD);
    let _merged = env.issue("Merged");
    let _idle = env.until_idle();
    let _own = env.git_in(&clone(&env), &["branch", "agent/own-idea", "main"]);
    assert_eq!(findings(&env, &[], 0), []);
    let _early = env.git_in(&clone(&env), &["branch", "agent/issue-77-a1", "main"]);
    mend_by_hand(&env, "branch-without-run");
}

#[test]
fn branches_that_came_with_the_clone_are_the_forges() {
    let env = TestEnv::under(GOOD);
    let old = ["branch", "agent/issue-5-a3", "main"];
    let _old = env.git_in(&env.forge_repo(), &old);
    let _merged = env.issue("Merged");
    let _idle = env.until_idle();
    let heads = env.git_in(&clone(&env), &["branch", "--list", "agent/issue-5-a3"]);
    assert!(heads.contains("issue-5"), "{heads}");
    assert_eq!(findings(&env, &[], 0), []);
}

#[test]
fn a_result_that_only_the_clone_holds_is_looked_for_there() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: off");
    let _kept = env.issue("Kept here");
    let _idle = env.until_idle();
    assert_eq!(findings(&env, &[], 0), []);
    let delete = ["branch", "-D", "agent/issue-1-a1"];
    let _gone = env.git_in(&clone(&env), &delete);
    mend_by_hand(&env, "branch-gone");
    // An agent changes the settings of the clone by naming itself there: git is not run in it, which is said, and no finding.
    let _gone = env.git_in(&clone(&env), &delete);
    let _set = env.git_in(&clone(&env), &["config", "user.name", "me"]);
    let unseen = ("not-looked-at".to_owned(), String::new());
    assert_eq!(findings(&env, &[], 0), [unseen]);
    let words = "has changed its settings";
    let people = env.acp(&["fsck"]).ok();
    assert!(people.stderr.contains("nothing is wrong"), "{people:?}");
    people.says(words);
    let plain = env.acp(&["fsck", "--plain"]).ok().stdout;
    assert!(
        plain.starts_with("web\tnot-looked-at\t\t") && plain.contains(words),
        "{plain}"
    );
    // The clone is gone, and with it the result.
    std::fs::remove_dir_all(clone(&env)).unwrap();
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let drop = format!("acp run drop {run}");
    assert_eq!(
        findings(&env, &[], 1),
        [("result-gone".to_owned(), drop.clone())]
    );
    let words: Vec<&str> = drop.split(' ').skip(1).collect();
    let _dropped = env.acp(&words).ok();
    let after = findings(&env, &[], 1);
    assert_eq!(after, [("result-gone".to_owned(), String::new())]);
    let folder = env.path("acp/state/web/history").join(&run);
    std::fs::rename(folder, env.path(&run)).unwrap();
    assert_eq!(findings(&env, &[], 0), []);
}

#[test]
fn a_bundle_that_was_cut_off_is_written_anew_from_the_clone() {
    let env = TestEnv::under_with("echo half > half.txt\nexit 3\n", QUICK);
    let _failed = env.issue("Failed");
    let _idle = env.until_idle();
    let history = env.path("acp/state/web/history");
    let bundle = crate::env::names(&history)
        .into_iter()
        .find(|name| name.ends_with(".bundle"))
        .unwrap();
    assert_eq!(findings(&env, &[], 0), []);
    let whole = std::fs::read(history.join(&bundle)).unwrap();
    for left in [whole.len() - 1, whole.len() / 2, 0] {
        std::fs::write(history.join(&bundle), &whole[..left]).unwrap();
        mend_by_hand(&env, "bundle-damaged");
    }
    let _verified = env.git_in(
        &clone(&env),
        &[
            "bundle",
            "verify",
            "--quiet",
            &format!("../history/{bundle}"),
        ],
    );
}

#[test]
fn however_much_there_is_one_git_is_started() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: off");
    for title in ["One", "Two", "Three"] {
        let _kept = env.issue(title);
    }
    let _idle = env.until_idle();
    assert_eq!(env.runs().len(), 3);
    let (env, calls) = env.noting_git();
    assert_eq!(findings(&env, &[], 0), []);
    let calls = std::fs::read_to_string(calls).unwrap();
    assert_eq!(calls.lines().count(), 1, "{calls}");
}

#[test]
fn a_label_of_a_run_without_one_is_found_on_the_forge_alone() {
    let env = TestEnv::under(GOOD);
    let _held = env
        .acp(&["hold", "add", "pause", "--reason", "to look"])
        .ok();
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let add = ["issue", "label", "1", "--add", "agent-running"];
    let _label = env.acp(&add).ok();
    assert_eq!(findings(&env, &[], 0), []);
    let label = ("label-without-run".to_owned(), "acp heartbeat".to_owned());
    assert_eq!(findings(&env, &["--forge"], 1), [label]);
    let _mended = env.acp(&["heartbeat"]).ok();
    assert_eq!(findings(&env, &["--forge"], 0), []);
    let labels = env.show("issue", 1)["labels"].to_string();
    assert!(!labels.contains("agent-running"), "{labels}");
}

/// Somebody else's commit in the place of what acp pushed; who goes on from that does no wrong.
#[test]
fn a_branch_that_was_moved_under_an_open_pull_request_is_found_on_the_forge() {
    let env = TestEnv::under(GOOD);
    env.set("writes: full", "writes: draft");
    let _open = env.issue("Open");
    let _idle = env.until_idle();
    assert_eq!(findings(&env, &["--forge"], 0), []);
    let branch = "refs/heads/agent/issue-1-a1";
    let forge = env.forge_repo();
    let pushed = env.git_in(&forge, &["rev-parse", branch]).trim().to_owned();
    let hold = ["hold", "add", "pause", "--reason", "to look"];
    let _held = env.acp(&hold).ok();
    let move_to = |to: &str| {
        let _moved = env.git_in(&forge, &["update-ref", branch, to]);
        // It is known where the branch is now; that says nothing of what was there.
        let _pass = env.acp(&["heartbeat"]).ok();
    };
    let on = env.git_in(
        &forge,
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@localhost",
            "commit-tree",
            "-p",
            &pushed,
            "-m",
            "more",
            &format!("{pushed}^{{tree}}"),
        ],
    );
    // Back to where it came from: what acp built is on the forge no more.
    move_to("main");
    let moved = ("head-moved".to_owned(), String::new());
    assert_eq!(findings(&env, &["--forge"], 1), [moved]);
    assert_eq!(findings(&env, &[], 0), []);
    // Of a commit that is not on this machine nobody can tell.
    move_to(on.trim());
    let unseen = ("not-looked-at".to_owned(), String::new());
    assert_eq!(findings(&env, &["--forge"], 0), [unseen]);
    let fetch = ["fetch", "-q", forge.to_str().unwrap(), branch];
    let _fetched = env.git_in(&clone(&env), &fetch);
    assert_eq!(findings(&env, &["--forge"], 0), []);
}
