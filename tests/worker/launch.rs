//! A supervisor that is started while its worktree is made.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acp::domain::{Life, Outcome, RunState};
use acp::git::testing::clock;
use acp::store::Lock;
use acp::worker::{LocalWorkers, Workers as _};

use crate::world::{IMPLEMENTED, PATIENCE, World};

/// Starts the supervisor of a run that has no worktree yet: what the pass has of the run.
fn start_early(world: &World, workers: &LocalWorkers<'_>) -> (Lock, Lock) {
    let id = &world.run.id;
    let mut alive = world.store.own_run(id).unwrap().unwrap();
    assert_eq!(world.run.state, RunState::Reserved);
    world.store.put_run(&world.run, &alive).unwrap();
    let launch = world.store.hold_launch(id, &alive).unwrap().unwrap();
    workers
        .start(&world.run, Some("the task\n"), &mut alive)
        .unwrap();
    wait_for_waiter(world);
    (alive, launch)
}

/// Waits until a process waits for `launch.lock`, where the kernel tells.
fn wait_for_waiter(world: &World) {
    let path = world.store.layout().launch_lock(&world.run.id);
    let file = format!(":{} ", path.metadata().unwrap().ino());
    let until = clock().monotonic() + PATIENCE;
    let waits = |locks: &str| {
        locks
            .lines()
            .any(|line| line.contains("-> FLOCK") && line.contains(&file))
    };
    while fs::read_to_string("/proc/locks").is_ok_and(|locks| !waits(&locks)) {
        assert!(clock().monotonic() < until, "{}", world.logs());
        clock().sleep(Duration::from_millis(5));
    }
}

/// The cgroups of the world's run, wherever cgroups may be made here.
fn cgroups(world: &World) -> Vec<PathBuf> {
    let root = world.store.layout().root().as_os_str();
    let home = crc32fast::hash(root.as_encoded_bytes());
    let name = format!("acp-{}-{home:08x}", world.run.id);
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
    let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
    let all = mounts.map(|mount| Path::new(mount).join(own.unwrap_or_default()).join(&name));
    all.into_iter().filter(|dir| dir.exists()).collect()
}

#[test]
fn a_supervisor_begins_when_its_worktree_is_ready() {
    let world = World::new(&format!("cat > prompt.txt; {IMPLEMENTED}\n"));
    let workers = world.workers();
    let (alive, launch) = start_early(&world, &workers);
    assert_eq!(workers.life(&world.run.id), Life::Supervised);
    assert_eq!(world.now().state, RunState::Reserved);
    world.make_worktree(&alive);
    drop(launch);
    // The pass lets go; the supervisor has the lock as long as it lives.
    drop(alive);
    assert_eq!(world.wait(&workers), Life::Gone);
    let (outcome, _) = world.end();
    assert!(
        matches!(outcome, Outcome::Implemented { .. }),
        "{outcome:?} {}",
        world.logs()
    );
}

#[test]
fn a_supervisor_whose_pass_is_gone_does_nothing() {
    let world = World::new(&format!("cat > prompt.txt; {IMPLEMENTED}\n"));
    let workers = world.workers();
    let (alive, launch) = start_early(&world, &workers);
    drop((alive, launch));
    assert_eq!(world.wait(&workers), Life::Gone);
    assert_eq!(world.now(), world.run);
    assert!(!world.store.layout().agent_log(&world.run.id).exists());
    assert_eq!(cgroups(&world), Vec::<PathBuf>::new());
    // And the run can be ended by whoever comes next.
    assert!(world.store.own_run(&world.run.id).unwrap().is_some());
}
