//! A process that is on its way into the cgroup of a run before there is a child.

use std::fs;

use acp::proc::{Cmd, Quick};
use acp::sys::{Env, SystemClock};

use crate::world::{Cgroups, PATIENCE, World, limits, quick, wait_until};

/// Set for the process that a test starts for itself: what others start in the same process would be inside too.
const HELPER: &str = "ACP_TEST_ENTRY";

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux has cgroups")]
fn a_child_is_started_where_this_process_has_gone_before_and_without_one_nothing_is_left() {
    let cmd = Cmd::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "entry::helper_on_its_way",
            "--ignored",
            "--nocapture",
        ])
        .env(HELPER, "1");
    let limits = Quick {
        deadline: PATIENCE,
        ..quick()
    };
    let output = cmd.capture(&limits, &SystemClock::new()).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.ok(), "{said}\n{failed}");
    assert!(said.contains("1 passed"), "{said}");
}

fn own_cgroups() -> String {
    fs::read_to_string("/proc/self/cgroup").unwrap()
}

#[test]
#[ignore = "the other test's own process"]
fn helper_on_its_way() {
    assert!(Env::from_process().text(HELPER).is_some());
    let mut world = World::new(Cgroups::Used);
    let home = own_cgroups();
    let (_, seen) = world.run("cat /proc/self/cgroup", &limits());
    let Some(dir) = world.tree.cgroup().map(std::path::Path::to_owned) else {
        println!("not shown: no cgroup can be made here");
        return;
    };
    assert!(!dir.exists());
    // Nobody comes.
    let entry = world.tree.begin_entry();
    wait_until("it is inside", || own_cgroups() != home);
    assert!(dir.exists());
    drop(entry);
    assert!(!dir.exists(), "{} is left", dir.display());
    assert_eq!(own_cgroups(), home);
    // Somebody comes.
    let entry = world.tree.begin_entry();
    world.tree.set_entry(entry);
    let (_, expected) = world.run("cat /proc/self/cgroup", &limits());
    assert_eq!(expected.lines, seen.lines);
    assert_eq!(own_cgroups(), home);
    // The next one finds its way alone.
    let (_, next) = world.run("cat /proc/self/cgroup", &limits());
    assert_eq!(next.lines, seen.lines);
    world.assert_nothing_left();
}
