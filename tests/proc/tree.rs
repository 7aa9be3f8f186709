//! Ending a run from another process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use acp::proc::{
    Cmd, Detached, ProcessMark, Redactor, RunTree, Verdict, Watch, detach, end_tree, kill_pid,
    members, supervise,
};
use acp::sys::SystemClock;

use crate::world::{
    BOTH, Cgroups, World, limits, millis, null, script, tree, wait_until, with_orphans,
};

/// Names of variables that tell this program, started again, to be a supervisor.
const DIR: &str = "ACP_TEST_SUPERVISE";
const SCRIPT: &str = "ACP_TEST_SCRIPT";
const CGROUPS: &str = "ACP_TEST_CGROUPS";

/// Records what a pass would find in the run's record.
struct Recorder(PathBuf);

impl Watch for Recorder {
    fn started(&mut self, tree: &RunTree) {
        let record = (tree.leader(), tree.cgroup());
        fs::write(&self.0, serde_json::to_string(&record).unwrap()).unwrap();
    }

    fn line(&mut self, _line: &str) -> Verdict {
        Verdict::Continue
    }

    fn cancelled(&mut self) -> bool {
        false
    }
}

/// Not a test of its own: the supervisor that the tests below kill.
#[test]
#[ignore = "started by other tests"]
fn helper_supervisor() {
    let env = acp::sys::Env::from_process();
    let Some(dir) = env.path(DIR) else { return };
    let cgroups = match env.text(CGROUPS) {
        Some("used") => Cgroups::Used,
        _ => Cgroups::Unused,
    };
    let mut tree = tree(&dir, &key(&dir), cgroups);
    let cmd = script(&dir, env.text(SCRIPT).unwrap());
    let (redact, clock) = (Redactor::default(), SystemClock::new());
    let stdin = null();
    let mut watch = Recorder(dir.join("record"));
    let (log, limits) = (&mut std::io::sink(), limits());
    supervise(
        &cmd, stdin, log, &redact, &limits, &mut tree, &clock, &mut watch,
    );
}

fn key(dir: &Path) -> String {
    format!("acp-{}", dir.file_name().unwrap().to_string_lossy())
}

/// A supervisor in another process, and the run as its record names it.
fn start(world: &World, text: &str, cgroups: Cgroups) -> (Detached, RunTree) {
    let dir = world.path("");
    let dir = dir.components().as_path();
    let used = match cgroups {
        Cgroups::Used => "used",
        Cgroups::Unused => "unused",
    };
    let cmd = Cmd::new(std::env::current_exe().unwrap())
        .args(["--exact", "tree::helper_supervisor", "--ignored"])
        .env(DIR, dir)
        .env(SCRIPT, text)
        .env(CGROUPS, used);
    let stdin = null();
    let supervisor = detach(&cmd, stdin, &world.path("log")).unwrap();
    wait_until("the agent has started", || world.path("started").exists());
    let mut record: Option<(Option<ProcessMark>, Option<PathBuf>)> = None;
    wait_until("its start is recorded", || {
        let text = fs::read_to_string(world.path("record")).unwrap_or_default();
        record = serde_json::from_str(&text).ok();
        record.is_some()
    });
    let (leader, cgroup) = record.unwrap();
    let tree = tree(dir, &key(dir), cgroups);
    (supervisor, tree.with_leader(leader).with_cgroup(cgroup))
}

fn kill(mut supervisor: Detached) {
    assert!(kill_pid(&supervisor.mark));
    wait_until("the supervisor is dead", || supervisor.reap());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn the_agent_of_a_dead_supervisor_is_found_and_ended() {
    let _alone = with_orphans();
    let text = "exec 9>alive; echo a >&9; trap '' TERM; sleep 1000 & (setsid sleep 1000 &); \
                env -i /bin/sh -c 'sleep 1000 & sleep 1000' & touch started; \
                while :; do sleep 1000; done";
    for cgroups in BOTH {
        let world = World::new(cgroups);
        let mut life = world.life();
        let (supervisor, tree) = start(&world, text, cgroups);
        kill(supervisor);
        assert!(!life.is_over());
        wait_until("all are started and found", || members(&tree).len() >= 6);
        let left = end_tree(&tree, millis(200), &SystemClock::new());
        assert!(left.is_empty() && left.ended >= 6, "{left:?}");
        assert!(life.is_over());
        assert!(members(&tree).is_empty());
        assert!(tree.cgroup().is_none_or(|dir| !dir.exists()));
        // Once more changes nothing.
        assert_eq!(end_tree(&tree, millis(200), &SystemClock::new()).ended, 0);
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_cgroup_is_found_by_its_key_when_the_record_was_lost() {
    let _alone = with_orphans();
    let world = World::new(Cgroups::Used);
    let mut life = world.life();
    // With neither marker nor group nor parent: only the cgroup knows it.
    let text = "exec 9>alive; echo a >&9; (env -i /usr/bin/setsid /bin/sleep 1000 &); touch started; read x";
    let (supervisor, tree) = start(&world, text, Cgroups::Used);
    if tree.cgroup().is_none() {
        // Nothing to try here; what the other marks find is tried above. The supervisor clears up when its leader ends.
        end_tree(&tree, millis(100), &SystemClock::new());
        life.wait_over();
        return;
    }
    kill(supervisor);
    let forgotten = tree.with_leader(None).with_cgroup(None);
    end_tree(&forgotten, millis(100), &SystemClock::new());
    assert!(life.is_over());
}

#[test]
fn the_supervisor_of_a_run_that_is_stopped_goes_on_and_reports() {
    let _alone = with_orphans();
    let world = World::new(Cgroups::Used);
    let text = "touch started; sleep 1000 & wait";
    let (mut supervisor, tree) = start(&world, text, Cgroups::Used);
    let left = end_tree(&tree, millis(500), &SystemClock::new());
    assert!(left.is_empty() && left.ended >= 1, "{left:?}");
    wait_until("the supervisor has ended", || supervisor.reap());
    assert!(world.log().contains("1 passed"), "{}", world.log());
}

#[test]
fn a_process_that_got_the_leaders_pid_and_group_later_is_left_alone() {
    let world = World::new(Cgroups::Unused);
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let stdin = File::from(std::os::fd::OwnedFd::from(theirs));
    // A stranger that leads a group, with a member in it.
    let cmd = world
        .script("sleep 1000 & read x; kill $!")
        .env_remove("ACP_OUT");
    let mut stranger = detach(&cmd, stdin, &world.path("log")).unwrap();
    let start_ticks = stranger.mark.start_ticks - 1;
    let stale = ProcessMark {
        start_ticks,
        ..stranger.mark.clone()
    };
    let old_boot = ProcessMark {
        boot_id: "before".into(),
        ..stranger.mark.clone()
    };
    for leader in [stale, old_boot] {
        let tree = tree(&world.path(""), "none", Cgroups::Unused).with_leader(Some(leader));
        assert!(members(&tree).is_empty());
        assert_eq!(end_tree(&tree, millis(50), &SystemClock::new()).ended, 0);
    }
    assert!(stranger.mark.is_alive());
    drop(ours);
    wait_until("it is gone", || stranger.reap());
}
