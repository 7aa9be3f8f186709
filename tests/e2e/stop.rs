//! `acp stop` while something else is broken: what lives is ended all the same, and what is wrong is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::env::TestEnv;

/// Two agents at work, each a `sleep` of its own.
struct AtWork {
    env: TestEnv,
    runs: Vec<String>,
}

impl AtWork {
    fn new() -> Self {
        let env = TestEnv::under("sleep 1000\n");
        for title in ["One", "Two"] {
            let _issue = env.issue(title);
        }
        for item in ["issue/1", "issue/2"] {
            let _running = env.passes_until(item, "running");
        }
        let runs = env.runs();
        let id = |run: &serde_json::Value| run["id"].as_str().unwrap().to_owned();
        let mut runs: Vec<String> = runs.iter().map(id).collect();
        runs.sort();
        let work = Self { env, runs };
        work.wait_for(2);
        work
    }

    fn folder(&self, run: &str) -> PathBuf {
        self.env.path("acp/state/web/runs").join(run)
    }

    /// The agents that live, as the system lists them.
    fn sleeps(&self) -> Vec<String> {
        let out = format!(
            "ACP_OUT={}",
            self.env.path("acp/state/web/worktrees").display()
        );
        let mut found = vec![];
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let read = |name: &str| fs::read(process.path().join(name)).unwrap_or_default();
            let vars = String::from_utf8_lossy(&read("environ")).into_owned();
            let line = String::from_utf8_lossy(&read("cmdline")).into_owned();
            if line.starts_with("sleep\0") && vars.split('\0').any(|var| var.starts_with(&out)) {
                found.push(process.file_name().into_string().unwrap());
            }
        }
        found
    }

    #[track_caller]
    fn wait_for(&self, count: usize) {
        for _ in 0..600 {
            if self.sleeps().len() == count {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("not {count} agents but {:?}", self.sleeps());
    }

    fn is_held(&self) -> bool {
        self.env.path("acp/state/web/holds/stop.json").is_file()
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        for pid in self.sleeps() {
            let _gone = Command::new("kill").args(["-9", &pid]).status();
        }
    }
}

#[test]
fn a_profile_that_cannot_be_loaded_keeps_nobody_alive() {
    let work = AtWork::new();
    work.env.profile(|text| format!("{text}\nnonsense: 1\n"));
    let stopped = work.env.acp(&["stop"]).ok();
    assert_eq!(work.sleeps(), [""; 0], "{stopped:?}");
    assert!(work.is_held());
    for run in &work.runs {
        assert!(stopped.stdout.contains(run), "{stopped:?}");
    }
    let again = work.env.data(&["stop"]);
    assert_eq!(
        (&again["proven"], &again["new_hold"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn a_dry_run_names_what_would_be_ended_and_ends_nothing() {
    let work = AtWork::new();
    let before = work.env.data(&["run", "list"]);
    let all = work.env.data(&["stop", "--dry-run"]);
    let named: Vec<&str> = all["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["run"].as_str().unwrap())
        .collect();
    assert_eq!(named, work.runs);
    assert_eq!(
        (&all["proven"], &all["new_hold"], &all["dry_run"]),
        (&().into(), &true.into(), &true.into())
    );
    work.env
        .acp(&["stop", "--dry-run"])
        .ok()
        .prints("2 runs would be ended; the hold `stop` would be set");
    work.env
        .acp(&["run", "stop", &work.runs[0], "--dry-run"])
        .ok()
        .prints("would be ended");
    assert!(!work.is_held());
    assert_eq!(work.env.data(&["run", "list"]), before);
    work.wait_for(2);
    let _stopped = work.env.acp(&["stop"]).ok();
    let none = work.env.data(&["stop", "--dry-run"]);
    assert_eq!(
        (&none["runs"], &none["new_hold"]),
        (&serde_json::json!([]), &false.into())
    );
    work.env
        .acp(&["run", "stop", &work.runs[0], "--dry-run"])
        .ok()
        .prints("is not at work");
}

#[test]
fn one_run_is_stopped_without_profile_and_without_git() {
    let work = AtWork::new();
    work.env.write("acp/config/profiles/web.yaml", "{");
    let bare = work.env.path("bare");
    fs::create_dir(&bare).unwrap();
    let stop = |args: &[&str]| {
        let mut command = work.env.acp_command(args);
        crate::env::end(command.env("PATH", &bare), b"")
    };
    let stopped = stop(&["run", "stop", &work.runs[0]]).ok();
    assert!(
        stopped.stdout.contains("nothing of it is left"),
        "{stopped:?}"
    );
    work.wait_for(1);
    let all = stop(&["stop", "--json"]).ok().json();
    assert_eq!(
        all["data"]["runs"][0]["run"],
        work.runs[1].as_str(),
        "{all}"
    );
    assert_eq!(work.sleeps(), [""; 0]);
}

#[test]
fn a_run_whose_record_is_damaged_is_ended_and_named_and_so_are_the_others() {
    let work = AtWork::new();
    fs::write(work.folder(&work.runs[0]).join("run.json"), "{").unwrap();
    let stopped = work.env.acp(&["stop", "--json"]).ok().json();
    assert_eq!(work.sleeps(), [""; 0], "{stopped}");
    let runs = stopped["data"]["runs"].as_array().unwrap();
    for (run, recorded) in runs.iter().zip([false, true]) {
        assert_eq!(
            (&run["recorded"], &run["problem"]),
            (&recorded.into(), &().into())
        );
    }
    assert_eq!(runs.len(), 2);
    assert!(work.is_held());
}

#[test]
fn a_pass_that_never_ends_keeps_nobody_alive_and_is_told() {
    let work = AtWork::new();
    let lock = work.env.path("acp/state/web/locks/pass.lock");
    let held = fs::File::options().write(true).open(&lock).unwrap();
    fs2::FileExt::lock_exclusive(&held).unwrap();
    let stopped = work.env.acp(&["stop", "--json"]).with(1).json();
    assert_eq!(work.sleeps(), [""; 0], "{stopped}");
    assert_eq!(stopped["data"]["proven"], false);
    let problem = stopped["data"]["problems"][0].as_str().unwrap();
    assert!(problem.contains("pass.lock"), "{stopped}");
    assert!(work.is_held());
    drop(held);
    assert_eq!(work.env.data(&["stop"])["proven"], true);
}

#[test]
fn a_hold_that_cannot_be_written_is_said_last() {
    let work = AtWork::new();
    let holds: &Path = &work.env.path("acp/state/web/holds");
    let _none = fs::remove_dir_all(holds);
    fs::write(holds, "no folder").unwrap();
    let stopped = work.env.acp(&["stop", "--json"]).with(1).json();
    assert_eq!(work.sleeps(), [""; 0], "{stopped}");
    let problems = stopped["data"]["problems"].as_array().unwrap();
    assert!(problems[0].as_str().unwrap().contains("hold"), "{stopped}");
    fs::remove_file(holds).unwrap();
    let again = work.env.acp(&["stop"]).ok();
    assert!(again.stdout.contains("acp hold clear"), "{again:?}");
}

#[test]
fn a_run_whose_record_was_moved_away_keeps_its_item_until_it_is_ended() {
    let work = AtWork::new();
    let (env, run) = (&work.env, &work.runs[0]);
    let item = if run.contains("-issue-1-") {
        "issue/1"
    } else {
        "issue/2"
    };
    let record = work.folder(run).join("run.json");
    fs::rename(&record, record.with_file_name("run.json.damaged")).unwrap();
    for _ in 0..3 {
        let _pass = env.acp(&["heartbeat"]).ok();
    }
    assert_eq!(work.sleeps().len(), 2);
    assert_eq!(
        crate::env::names(&env.path("acp/state/web/runs")),
        work.runs
    );
    let why = env.acp(&["why", item]).ok();
    assert!(
        why.stdout.contains(&format!("acp run stop {run}")),
        "{why:?}"
    );
    let clear = env.acp(&["lease", "clear", item]).with(77);
    clear.says("acp run stop");
    let doctor = env.acp(&["doctor", "--plain"]).with(1);
    let named = |line: &str| line.contains("runs\tfailed") && line.contains(run);
    assert!(doctor.stdout.lines().any(named), "{doctor:?}");
    let fsck = env.acp(&["fsck", "--plain"]).with(1);
    assert!(
        fsck.stdout.contains(&format!("acp run stop {run}")),
        "{fsck:?}"
    );
    let stopped = env.acp(&["run", "stop", run]).ok();
    assert!(
        stopped.stdout.contains("nothing of it is left"),
        "{stopped:?}"
    );
    work.wait_for(1);
    // The item goes on with the next number.
    let _running = env.passes_until(item, "running");
    let runs = crate::env::names(&env.path("acp/state/web/runs"));
    let next = format!("-{}-a2", item.replace('/', "-"));
    assert!(runs.iter().any(|run| run.ends_with(&next)), "{runs:?}");
    work.wait_for(2);
    let _stopped = env.acp(&["stop"]).ok();
    assert_eq!(work.sleeps(), [""; 0]);
}

#[test]
fn an_attempt_whose_every_record_is_lost_is_not_made_again() {
    let env = TestEnv::under("acp report blocked --detail no\n");
    let _issue = env.issue("Blocked");
    let _idle = env.until_idle();
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    assert!(run.ends_with("-a1"));
    let state = env.path("acp/state/web");
    fs::remove_file(state.join("history").join(&run).join("run.json")).unwrap();
    fs::remove_file(state.join("retries/issue-1.json")).unwrap();
    env.agent(crate::repo::GOOD);
    let _free = env
        .acp(&["issue", "label", "1", "--remove", "agent-blocked"])
        .ok();
    let _idle = env.until_idle();
    let ids = env.runs();
    let second = ids
        .iter()
        .any(|run| run["id"].as_str().unwrap().ends_with("-a2"));
    assert!(second, "{ids:?}");
}

#[test]
fn what_is_advised_for_a_damaged_record_ends_the_run_first() {
    let work = AtWork::new();
    let (env, run) = (&work.env, &work.runs[0]);
    fs::write(work.folder(run).join("run.json"), "{").unwrap();
    let first = format!("acp run stop {run} --profile web && mv ");
    for verb in ["doctor", "fsck"] {
        let said = env.acp(&[verb, "--plain"]).with(1);
        assert!(said.stdout.contains(&first), "{said:?}");
    }
    let doctor = env.acp(&["doctor", "--plain"]).with(1);
    let named = |line: &str| line.contains("runs\tfailed") && line.contains(run);
    assert!(doctor.stdout.lines().any(named), "{doctor:?}");
}
