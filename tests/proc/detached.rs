//! A process that outlives its launcher.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use acp::proc::{Cmd, EndSignal, ProcessMark, detach, find_marked, kill_pid, signal_pid};
use acp::sys::SystemClock;

use crate::world::{Cgroups, World, null, quick, script, wait_until};

/// Names the folder for the helper below.
const DIR: &str = "ACP_TEST_LAUNCH";

#[test]
fn it_takes_over_the_lock_of_its_standard_input_and_appends_to_its_log() {
    let world = World::new(Cgroups::Unused);
    fs::write(world.path("log"), "before\n").unwrap();
    let mut life = world.life();
    let lock = || File::create(world.path("alive.lock")).unwrap();
    let held = lock();
    fs2::FileExt::lock_exclusive(&held).unwrap();
    let cmd = world.script("exec 9>alive; echo a >&9; echo out; echo err >&2; exec sleep 1000");
    let mut detached = detach(&cmd, held, &world.path("log")).unwrap();
    assert!(fs2::FileExt::try_lock_exclusive(&lock()).is_err(), "no gap");
    assert_eq!(ProcessMark::of(detached.pid), Some(detached.mark.clone()));
    wait_until("it has written", || world.log().lines().count() == 3);
    assert_eq!(world.log(), "before\nout\nerr\n");
    assert!(detached.mark.is_alive() && !detached.reap());
    assert!(kill_pid(&detached.mark));
    life.wait_over();
    wait_until("it is reaped", || detached.reap());
    assert!(!detached.mark.is_alive() && !kill_pid(&detached.mark));
    assert!(fs2::FileExt::try_lock_exclusive(&lock()).is_ok());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn it_is_found_by_what_is_in_its_environment() {
    let world = World::new(Cgroups::Unused);
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let name = "ACP_TEST_FOUND".as_ref();
    let value = world.path("run");
    let cmd = world.script("read x").env(name, &value);
    let stdin = File::from(std::os::fd::OwnedFd::from(theirs));
    let mut detached = detach(&cmd, stdin, &world.path("log")).unwrap();
    wait_until("it is found", || {
        find_marked(name, value.as_os_str()) == [detached.pid]
    });
    assert!(find_marked(name, world.path("ru").as_os_str()).is_empty());
    ours.write_all(b"x\n").unwrap();
    wait_until("it is gone", || detached.reap());
    assert!(find_marked(name, value.as_os_str()).is_empty());
}

#[test]
fn a_pid_with_another_start_time_or_boot_is_not_signalled() {
    let world = World::new(Cgroups::Unused);
    let (ours, theirs) = UnixStream::pair().unwrap();
    let stdin = File::from(std::os::fd::OwnedFd::from(theirs));
    let mut detached = detach(&world.script("read x"), stdin, &world.path("log")).unwrap();
    let mark = &detached.mark;
    let earlier = ProcessMark {
        start_ticks: mark.start_ticks - 1,
        ..mark.clone()
    };
    let other_boot = ProcessMark {
        boot_id: "another".into(),
        ..mark.clone()
    };
    for wrong in [earlier, other_boot] {
        assert!(!wrong.is_alive() && !kill_pid(&wrong));
        assert!(!signal_pid(&wrong, EndSignal::Term));
    }
    assert!(mark.is_alive());
    drop(ours);
    wait_until("it is gone", || detached.reap());
}

/// Not a test of its own: a launcher that was given a locked descriptor, alone in its process so that no other test's
/// child gets it.
#[test]
#[ignore = "started by another test"]
fn helper_launcher() {
    let Some(dir) = acp::sys::Env::from_process().path(DIR) else {
        return;
    };
    let given = File::create(dir.join("given.lock")).unwrap();
    let high = rustix::io::fcntl_dupfd_cloexec(&given, 200).unwrap();
    for fd in [given.as_fd(), high.as_fd()] {
        rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty()).unwrap();
    }
    let text = "echo $(readlink /proc/$$/fd/* | grep -c given.lock) $0 \"$1\"";
    let cmd = script(&dir, text).args(["name", "an argument"]);
    let mut detached = detach(&cmd, null(), &dir.join("log")).unwrap();
    wait_until("it is gone", || detached.reap());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn descriptors_that_the_launcher_was_given_are_closed() {
    let world = World::new(Cgroups::Unused);
    let launcher = Cmd::new(std::env::current_exe().unwrap())
        .args(["--exact", "detached::helper_launcher", "--ignored"])
        .env(DIR, world.path(""));
    launcher.read(&quick(), &SystemClock::new()).unwrap();
    // A shell without redirections of two digits leaves the high one open.
    let high = usize::from(!Path::new("/bin/bash").exists());
    assert_eq!(world.log(), format!("{high} name an argument\n"));
}

#[test]
fn a_mark_survives_being_stored() {
    let mark = ProcessMark::of_self();
    let text = serde_json::to_string(&mark).unwrap();
    assert_eq!(serde_json::from_str::<ProcessMark>(&text).unwrap(), mark);
    assert!(mark.is_alive());
}
