//! Quick children: output, exit, limits.

use acp::proc::{Cmd, Exit, ProcError, Quick};
use acp::sys::{SystemClock, stats};

use crate::world::{Cgroups, World, millis, quick, with_orphans};

fn sh(text: &str) -> Cmd {
    Cmd::new("sh").args(["-c", text])
}

#[test]
fn output_and_exit_are_given_as_they_are() {
    let before = stats::PROCESSES.get();
    let clock = SystemClock::new();
    let output = sh("echo out; echo err >&2; exit 3").capture(&quick(), &clock);
    let output = output.unwrap();
    assert_eq!(output.status, Exit::Code(3));
    assert_eq!(
        (output.stdout, output.stderr),
        (b"out\n".to_vec(), b"err\n".to_vec())
    );
    assert!(!output.truncated && stats::PROCESSES.get() > before);
    let output = sh("kill -9 $$").capture(&quick(), &clock).unwrap();
    assert_eq!(output.status, Exit::Signal(9));
}

#[test]
fn reading_fails_with_the_end_of_standard_error() {
    let read = |text| sh(text).read(&quick(), &SystemClock::new());
    assert_eq!(read("printf ok").unwrap(), b"ok");
    let error = read("echo no luck >&2; exit 1").unwrap_err();
    let text = "`sh -c 'echo no luck >&2; exit 1'` exited with 1: no luck";
    assert_eq!(error.to_string(), text);
}

#[test]
fn input_is_handed_over_even_when_it_and_the_output_are_larger_than_a_pipe() {
    let input = vec![b'x'; 900_000];
    let clock = SystemClock::new();
    let output = sh("cat").read_with_input(&input, &quick(), &clock).unwrap();
    assert!(output == input);
    // A child that does not read it all is no error.
    let output = sh("head -c 1").read_with_input(&input, &quick(), &clock);
    assert_eq!(output.unwrap(), b"x");
}

#[test]
fn standard_input_is_empty_and_the_environment_can_be() {
    let clock = SystemClock::new();
    let output = sh("cat; env")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("A", "b");
    let output = output.read(&quick(), &clock).unwrap();
    let output = String::from_utf8(output).unwrap();
    let mut names: Vec<&str> = output
        .lines()
        .map(|l| l.split('=').next().unwrap())
        .collect();
    names.sort_unstable();
    // PWD and _ are the shell's own.
    names.retain(|name| !["PWD", "_", "OLDPWD", "SHLVL"].contains(name));
    assert_eq!(names, ["A", "PATH"]);
    let removed = sh("echo ${HOME-none}").env_remove("HOME");
    assert_eq!(removed.read(&quick(), &clock).unwrap(), b"none\n");
}

#[test]
fn too_much_output_is_cut_off_and_reading_it_is_an_error() {
    let small = Quick {
        output_bytes_max: 10,
        ..quick()
    };
    let clock = SystemClock::new();
    let flood = sh("head -c 3000000 /dev/zero");
    let output = flood.capture(&small, &clock).unwrap();
    assert_eq!((output.stdout.len(), output.truncated), (10, true));
    let error = flood.read(&small, &clock).unwrap_err();
    assert!(
        matches!(
            error,
            ProcError::OutputTooLarge {
                limit_bytes: 10,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn at_the_deadline_the_whole_group_is_ended() {
    let world = World::new(Cgroups::Unused);
    let mut life = world.life();
    let short = Quick {
        deadline: millis(300),
        ..quick()
    };
    let text = "exec 9>alive; echo a >&9; trap '' TERM; sleep 1000 & while :; do sleep 1000; done";
    let error = world
        .script(text)
        .capture(&short, &SystemClock::new())
        .unwrap_err();
    assert!(matches!(error, ProcError::TimedOut { .. }), "{error}");
    life.wait_over();
}

#[test]
fn a_grandchild_that_keeps_the_output_open_is_not_waited_for() {
    let _alone = with_orphans();
    let world = World::new(Cgroups::Unused);
    let mut life = world.life();
    let cmd = world.script("exec 9>alive; sleep 1000 & echo $! >&9; echo $!");
    let pid = cmd.read(&quick(), &SystemClock::new()).unwrap();
    assert!(!life.is_over());
    let pid = String::from_utf8(pid).unwrap();
    sh(&format!("kill {pid}"))
        .read(&quick(), &SystemClock::new())
        .unwrap();
    life.wait_over();
}

#[test]
fn what_cannot_be_started_says_why() {
    let clock = SystemClock::new();
    let error = |cmd: Cmd| cmd.capture(&quick(), &clock).unwrap_err();
    let missing = error(Cmd::new("acp-no-such-program"));
    assert!(matches!(missing, ProcError::NotFound { .. }), "{missing}");
    let missing = error(Cmd::new("/no/such/program"));
    assert!(matches!(missing, ProcError::NotFound { .. }), "{missing}");
    let forbidden = error(Cmd::new("/etc/hostname"));
    assert!(
        matches!(forbidden, ProcError::CouldNotStart { .. }),
        "{forbidden}"
    );
    let nowhere = error(sh("true").dir("/no/such/folder"));
    let ProcError::CouldNotStart { source, .. } = nowhere else {
        panic!("{nowhere}")
    };
    assert_eq!(source.to_string(), "there is no folder /no/such/folder");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_child_inherits_no_descriptor_and_leads_its_own_group() {
    let world = World::new(Cgroups::Unused);
    let file = std::fs::File::create(world.path("locked")).unwrap();
    fs2::FileExt::lock_exclusive(&file).unwrap();
    let clock = SystemClock::new();
    let list = sh("readlink /proc/$$/fd/*; cut -d' ' -f5 /proc/$$/stat; echo $$");
    let list = String::from_utf8(list.read(&quick(), &clock).unwrap()).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    let (group, pid) = (lines[lines.len() - 2], lines[lines.len() - 1]);
    assert_eq!(group, pid);
    assert!(lines.contains(&"/dev/null"), "{list}");
    assert!(!list.contains("locked"), "{list}");
    drop(file);
}

#[test]
#[ignore = "a measurement"]
fn measure_a_thousand_quick_children() {
    let clock = SystemClock::new();
    for _ in 0..1000 {
        Cmd::new("true").read(&quick(), &clock).unwrap();
    }
}
