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

#[test]
fn what_is_in_the_clone_is_of_its_runs() {
    let env = TestEnv::under(GOOD);
    let _merged = env.issue("Merged");
    let _idle = env.until_idle();
    assert_eq!(findings(&env, &[], 0), []);
    let clone = env.path("acp/state/web/repo.git");
    // What is not named as acp names the branch of a run is somebody else's.
    let _own = env.git_in(&clone, &["branch", "agent/own-idea", "main"]);
    assert_eq!(findings(&env, &[], 0), []);
    let _left = env.git_in(&clone, &["branch", "agent/issue-77-a1", "main"]);
    env.write(
        "acp/state/web/history/20261121-031502-issue-9-a1.bundle",
        "# v2 git bundle\n0123456789abcdef0123456789abcdef01234567 refs/heads/x\n\nPACK",
    );
    let before = env.everything();
    let codes = |more: &[&str]| -> Vec<String> {
        let found = findings(&env, more, 1).into_iter();
        found.map(|(code, _)| code).collect()
    };
    assert_eq!(codes(&[]), ["branch-without-run", "bundle-damaged"]);
    assert!(env.everything() == before);
    // Where somebody has changed the settings of the clone, git is not run.
    let config = env.read("acp/state/web/repo.git/config");
    env.write(
        "acp/state/web/repo.git/config",
        &format!("{config}[x]\n\ty = z\n"),
    );
    assert_eq!(codes(&[]), ["branch-without-run", "clone-changed"]);
}

#[test]
fn a_label_of_a_run_without_one_is_found_on_the_forge_alone() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue_with("One", &["--no-label"]);
    let _idle = env.until_idle();
    let _label = env
        .acp(&["issue", "label", "1", "--add", "agent-running"])
        .ok();
    let label = ("label-without-run".to_owned(), "acp heartbeat".to_owned());
    assert_eq!(findings(&env, &["--forge"], 1), [label]);
    let _mended = env.until_idle();
    assert_eq!(findings(&env, &["--forge"], 0), []);
}
