//! Children of a run, with every way they can end.

use std::fs::{self, File};
use std::io::Read as _;

use acp::proc::{Cmd, Ended, Limits, ProcessMark, Redactor, Verdict};
use acp::sys::Secret;

use crate::world::{
    Answers, BOTH, Cgroups, PATIENCE, Seen, World, assert_ended, in_background, limits, millis,
    null, tree,
};

/// What each script that leaves something running starts with.
const ALIVE: &str = "exec 9>alive; echo a >&9;";

fn short() -> Limits {
    Limits {
        deadline: millis(400),
        ..limits()
    }
}

/// Runs a script in both worlds; afterwards no holder of its stream may live.
fn in_both(text: &str, limits: &Limits, check: impl Fn(&acp::proc::Report, &World)) {
    for cgroups in BOTH {
        let mut world = World::new(cgroups);
        let mut life = world.life();
        let (report, _) = world.run(&format!("{ALIVE} {text}"), limits);
        assert!(
            life.is_over(),
            "{cgroups:?}: something lives on: {report:?}"
        );
        assert_eq!(report.survivors, Vec::<u32>::new());
        world.assert_nothing_left();
        check(&report, &world);
    }
}

#[test]
fn an_exit_a_signal_and_the_lines_are_reported() {
    let mut world = World::new(Cgroups::Used);
    let (report, seen) = world.run("echo one; echo two >&2; printf three; exit 7", &limits());
    assert_ended(&report, &Ended::Exited(7));
    assert_eq!(seen.lines, ["one", "two", "three"]);
    assert_eq!(world.log(), "one\ntwo\nthree\n");
    assert_eq!(
        (
            report.output_bytes,
            report.dropped_bytes,
            report.left_behind
        ),
        (13, 0, 0)
    );
    assert!(world.tree.leader().is_some_and(|leader| !leader.is_alive()));
    let (report, _) = world.run("kill -9 $$", &limits());
    assert_ended(&report, &Ended::Signaled(9));
    world.assert_nothing_left();
}

#[test]
fn what_cannot_be_started_is_reported_and_leaves_nothing() {
    let mut world = World::new(Cgroups::Used);
    let redact = Redactor::default();
    let (stdin, mut log) = (null(), Vec::new());
    let cmd = Cmd::new("/no/such/agent");
    let mut seen = Seen::default();
    let report = world.supervise(&cmd, stdin, &mut log, &redact, &limits(), &mut seen);
    let reason = "cannot find the program `/no/such/agent`".to_owned();
    assert_ended(&report, &Ended::CouldNotStart { reason });
    world.assert_nothing_left();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_child_is_inside_its_cgroup_from_the_start() {
    let mut world = World::new(Cgroups::Used);
    let (report, seen) = world.run("cat /proc/self/cgroup", &limits());
    assert_ended(&report, &Ended::Exited(0));
    if let Some(dir) = world.tree.cgroup() {
        let name = dir.file_name().unwrap().to_str().unwrap();
        assert!(
            seen.lines
                .iter()
                .any(|l| l.starts_with("0::") && l.ends_with(name)),
            "{seen:?}"
        );
        let mine = fs::read_to_string("/proc/self/cgroup").unwrap();
        assert!(!mine.contains(name), "the supervisor is still inside");
    }
}

#[test]
fn the_deadline_ends_one_that_ignores_term() {
    let text = "trap '' TERM; while :; do sleep 1000; done";
    in_both(text, &short(), |report, _| {
        assert_ended(report, &Ended::TimedOut);
    });
}

#[test]
fn term_is_enough_for_one_that_listens() {
    let mut world = World::new(Cgroups::Used);
    let patient = Limits {
        grace: PATIENCE,
        ..short()
    };
    let (report, seen) = world.run("trap 'echo bye; exit 5' TERM; sleep 1000 & wait", &patient);
    assert_ended(&report, &Ended::TimedOut);
    assert_eq!(seen.lines, ["bye"]);
    assert!(report.duration < PATIENCE);
}

/// As the client of a container's engine: what belongs to the engine takes the container with it when it is asked itself.
#[test]
fn of_a_leader_that_hands_term_on_nothing_else_is_asked() {
    let text = "sh -c 'trap \"echo asked >> asked\" TERM; echo 1 > ready; while ! test -e over; do sleep 0.02; done' & \
                trap 'sleep 0.2; touch over; wait; echo bye; exit 0' TERM; \
                while ! test -e ready; do sleep 0.01; done; echo go; while :; do sleep 0.01; done";
    for hands_on in [true, false] {
        let mut world = World::new(Cgroups::Used);
        let key = format!("acp-test-{}-hands-on-{hands_on}", std::process::id());
        world.tree = tree(&world.path(""), &key, Cgroups::Used).with_leader_that_hands_on(hands_on);
        let mut watch = Answers {
            verdict: |_: &str| Verdict::Continue,
            cancel_at: Some("go"),
            cancelled: false,
        };
        let patient = Limits {
            grace: PATIENCE,
            ..limits()
        };
        let report = world.run_watched(text, &patient, &mut watch);
        assert_ended(&report, &Ended::Cancelled);
        assert!(world.log().contains("bye"));
        assert_eq!(world.path("asked").exists(), !hands_on);
        world.assert_nothing_left();
    }
}

#[test]
fn what_it_leaves_in_the_background_is_ended_and_counted() {
    let text = "sleep 1000 & (trap '' TERM; while :; do sleep 1000; done) & exit 0";
    in_both(text, &limits(), |report, _| {
        assert_ended(report, &Ended::Exited(0));
        assert!(report.left_behind >= 3, "{report:?}");
    });
}

#[test]
fn a_helper_that_ends_by_itself_is_not_counted() {
    let mut world = World::new(Cgroups::Used);
    // It reads from a stream that the leader holds open, and has begun to when the leader exits.
    let text = "mkfifo gate ready; (exec 3<gate; echo r >ready; read x <&3) & \
                exec 8>gate; read r <ready; exit 0";
    let (report, _) = world.run(text, &limits());
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(report.left_behind, 0);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_double_fork_into_another_session_does_not_escape() {
    let text = "(setsid sh -c 'echo b >&9; sleep 1000' &) ; exit 0";
    in_both(text, &limits(), |report, _| {
        assert_ended(report, &Ended::Exited(0));
        assert!(report.left_behind >= 1, "{report:?}");
    });
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn nor_does_one_with_an_empty_environment() {
    let text = "(env -i /bin/sh -c 'setsid sh -c \"echo b >&9; sleep 1000\" &') ; exit 0";
    in_both(text, &limits(), |report, _| {
        assert_ended(report, &Ended::Exited(0));
        assert!(report.left_behind >= 1, "{report:?}");
    });
}

#[test]
fn a_tree_that_keeps_forking_is_ended() {
    let text = "f() { sh -c 'while :; do (sleep 0.01 &); done' & }; f; f; wait";
    in_both(text, &short(), |report, _| {
        assert_ended(report, &Ended::TimedOut);
    });
}

#[test]
fn a_stopped_child_is_ended() {
    in_both("kill -STOP $$", &short(), |report, _| {
        assert_ended(report, &Ended::TimedOut);
    });
}

#[test]
fn silence_is_a_stall_also_with_closed_outputs() {
    let stall = Limits {
        stall: Some(millis(300)),
        ..limits()
    };
    for text in ["echo x; sleep 1000", "exec >&- 2>&-; sleep 1000"] {
        in_both(text, &stall, |report, _| {
            assert_ended(report, &Ended::Stalled);
        });
    }
}

#[test]
fn output_restarts_the_stall_clock_even_without_a_newline() {
    let mut world = World::new(Cgroups::Used);
    let stall = Limits {
        stall: Some(millis(1500)),
        ..limits()
    };
    let (report, _) = world.run("for i in 1 2 3 4 5; do printf .; sleep 0.5; done", &stall);
    assert_ended(&report, &Ended::Exited(0));
}

#[test]
fn a_flood_ends_at_its_limit_and_the_log_is_no_larger_than_its_own() {
    let small = Limits {
        output_bytes_max: 5_000_000,
        log_bytes_max: 10_000,
        ..limits()
    };
    for flood in ["yes", "cat /dev/zero", "yes | tr -d '\\n'"] {
        in_both(flood, &small, |report, world| {
            assert_ended(report, &Ended::OutputLimit);
            let log = fs::metadata(world.path("log")).unwrap().len();
            assert!(log <= 10_000, "{log}");
            assert!(report.output_bytes > 5_000_000 && report.dropped_bytes > 4_000_000);
        });
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_long_flood_does_not_grow_memory() {
    let mut world = World::new(Cgroups::Used);
    let many = Limits {
        output_bytes_max: 150_000_000,
        log_bytes_max: 100_000,
        ..limits()
    };
    let before = resident_kib();
    let (report, _) = world.run("head -c 100000000 /dev/zero; yes | head -c 20000000", &many);
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(report.output_bytes, 120_000_000);
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 40_000, "{grown} KiB");
}

fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_log_that_ends_says_so_and_long_lines_are_cut() {
    let mut world = World::new(Cgroups::Used);
    let small = Limits {
        log_bytes_max: 70_000,
        ..limits()
    };
    let text =
        "head -c 2000000 /dev/zero | tr '\\0' x; echo; echo next; yes | head -c 9000; echo last";
    let (report, seen) = world.run(text, &small);
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(seen.lines[0].len(), 1024 * 1024);
    let log = world.log();
    let lines: Vec<&str> = log.lines().collect();
    assert!(
        lines[0].ends_with("x [acp: 1934464 more bytes]"),
        "{}",
        &lines[0][65_530..]
    );
    assert_eq!(lines[1], "next");
    assert_eq!(
        lines.last(),
        Some(&"[acp: the log has reached its limit and ends here]")
    );
}

#[test]
fn a_secret_never_reaches_the_log_however_it_is_cut_into_pieces() {
    let mut world = World::new(Cgroups::Used);
    let (mut log, mut seen) = (Vec::new(), Seen::default());
    let redact = Redactor::new([Secret::new("correct horse".into())]);
    // Each printf is a write of its own; the first line puts the token across the reader's 64 KiB.
    let text = "head -c 65530 /dev/zero | tr '\\0' .; printf 'ghp_0123456789'; sleep 0.05; \
                printf 'abcdefghij0123456789\\ncorrect '; sleep 0.05; printf 'horse\\n'";
    let (cmd, stdin) = (world.script(text), null());
    let report = world.supervise(&cmd, stdin, &mut log, &redact, &limits(), &mut seen);
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(seen.lines[0], format!("{}[redacted]", ".".repeat(65530)));
    assert_eq!(seen.lines[1], "[redacted]");
    let log = String::from_utf8(log).unwrap();
    assert!(!log.contains("ghp_") && log.ends_with("\n[redacted]\n"));
}

#[test]
fn steps_are_counted_and_a_verdict_ends_it() {
    let text = "while :; do echo step; done";
    for (max, verdict) in [
        (Some(3), Verdict::Step),
        (None, Verdict::End(Ended::StepLimit)),
    ] {
        let mut world = World::new(Cgroups::Used);
        let verdict = |_: &str| verdict.clone();
        let mut watch = Answers {
            verdict,
            cancel_at: None,
            cancelled: false,
        };
        let steps = Limits {
            steps_max: max,
            ..limits()
        };
        let report = world.run_watched(text, &steps, &mut watch);
        assert_ended(&report, &Ended::StepLimit);
        world.assert_nothing_left();
    }
}

#[test]
fn it_can_be_cancelled() {
    let mut world = World::new(Cgroups::Used);
    let verdict = |_: &str| Verdict::Continue;
    let mut watch = Answers {
        verdict,
        cancel_at: Some("go"),
        cancelled: false,
    };
    let report = world.run_watched("echo go; sleep 1000", &limits(), &mut watch);
    assert_ended(&report, &Ended::Cancelled);
    world.assert_nothing_left();
}

#[test]
fn standard_input_is_the_given_file_and_its_lock_lives_as_long_as_the_child() {
    let mut world = World::new(Cgroups::Unused);
    fs::write(world.path("prompt.md"), "do it").unwrap();
    let stdin = File::open(world.path("prompt.md")).unwrap();
    fs2::FileExt::lock_exclusive(&stdin).unwrap();
    let cmd = world.script("cat; flock -n prompt.md true || echo held");
    let (redact, mut log) = (Redactor::default(), Vec::new());
    let mut seen = Seen::default();
    let report = world.supervise(&cmd, stdin, &mut log, &redact, &limits(), &mut seen);
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(seen.lines, ["do itheld"]);
    let mut again = File::open(world.path("prompt.md")).unwrap();
    fs2::FileExt::try_lock_exclusive(&again).unwrap();
    again.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows or holds this")]
fn a_log_that_cannot_be_written_does_not_end_the_run() {
    let mut world = World::new(Cgroups::Used);
    let mut log = File::options().write(true).open("/dev/full").unwrap();
    let (cmd, stdin) = (world.script("echo a; echo b"), null());
    let redact = Redactor::default();
    let mut seen = Seen::default();
    let report = world.supervise(&cmd, stdin, &mut log, &redact, &limits(), &mut seen);
    assert_ended(&report, &Ended::Exited(0));
    assert_eq!(seen.lines, ["a", "b"]);
    assert!(
        report.log_failed.is_some() && report.dropped_bytes == 4,
        "{report:?}"
    );
}

#[test]
fn an_unrelated_process_of_the_same_process_is_left_alone() {
    let bystander = World::new(Cgroups::Unused);
    let mut life = bystander.life();
    let cmd = bystander
        .script("exec 9>alive; echo a >&9; read x")
        .env_remove("ACP_OUT");
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let stdin = File::from(std::os::fd::OwnedFd::from(theirs));
    let mut detached = acp::proc::detach(&cmd, stdin, &bystander.path("log")).unwrap();
    let done = in_background(|| {
        World::new(Cgroups::Used)
            .run("sleep 1000 & exit 0", &limits())
            .0
    });
    let report = done.recv_timeout(PATIENCE).unwrap();
    assert_ended(&report, &Ended::Exited(0));
    assert!(detached.mark.is_alive() && ProcessMark::of(detached.pid).is_some());
    assert!(!life.is_over() && !detached.reap());
    drop(ours);
    life.wait_over();
}
