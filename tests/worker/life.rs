//! A run that goes well, and supervisors that die.

use std::fs;

use acp::domain::{Life, Outcome, RunState, Step};
use acp::worker::Workers as _;

use crate::world::{IMPLEMENTED, World};

fn honest() -> String {
    format!(
        "cat > prompt.txt; echo two >> a.txt; mkdir -p build; echo x > build/o; {IMPLEMENTED}\n"
    )
}

#[test]
fn a_run_goes_from_its_prompt_to_a_commit_with_checks() {
    let script = format!(
        "env > \"$ACP_OUT/env\"; printf Done > \"$ACP_OUT/issue-comment.md\"; {}",
        honest()
    );
    let world = World::new(&script);
    let (outcome, findings) = world.complete();
    let Outcome::Implemented { commit } = outcome else {
        panic!("{outcome:?} {}", world.logs())
    };
    assert_eq!(findings.comment.as_deref(), Some("Done"));
    let checks: Vec<(&str, bool)> = findings
        .verify
        .iter()
        .map(|v| (v.note.as_str(), v.passed))
        .collect();
    assert_eq!(checks, [("exited with 0", true), ("exited with 1", false)]);
    assert_eq!(
        world.git(&["rev-parse", "refs/heads/agent/issue-12-a1"]),
        commit.as_str()
    );
    assert_eq!(
        world.git(&["rev-parse", &format!("{commit}^")]),
        world.base.as_str()
    );
    let names = world.git(&[
        "log",
        "-1",
        "--name-only",
        "--format=",
        commit.as_str(),
        "--",
        "prompt.txt",
        ".acp",
        "build",
    ]);
    assert_eq!(names, "prompt.txt");
    assert_eq!(
        fs::read_to_string(world.worktree().join("prompt.txt")).unwrap(),
        "the task\n"
    );

    let env = fs::read_to_string(world.worktree().join(".acp/env")).unwrap();
    let mut names: Vec<&str> = env
        .lines()
        .filter_map(|l| l.split_once('='))
        .map(|(n, _)| n)
        .collect();
    names.retain(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"));
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "ACP_ITEM",
            "ACP_OUT",
            "ACP_PROFILE",
            "ACP_PROMPT_FILE",
            "ACP_RESULT_FILE",
            "ACP_RUN_ID",
            "HOME",
            "LANG",
            "PATH",
            "TERM"
        ]
    );
    assert!(!env.contains("secret"));
}

/// The supervisor aborts for good at a point after the agent's end; its successor comes to the same end.
#[test]
fn after_the_agents_end_a_dead_supervisor_is_replaced() {
    for point in [
        "worker.agent_end_recorded",
        "worker.collected",
        "worker.before_commit",
        "worker.built",
        "worker.committed",
        "worker.settled",
        "worker.between_verify_commands",
        "worker.before_findings",
        "worker.before_finished",
    ] {
        let world = World::new(&honest());
        let workers = world.workers();
        world.crash_at(point);
        world.start(&workers, Some("the task\n"));
        assert_eq!(
            world.wait(&workers),
            Life::Gone,
            "{point}: {}",
            world.logs()
        );
        let RunState::Running { step, .. } = world.now().state else {
            panic!("{point}: {:?}", world.now().state)
        };
        assert!(step >= Step::Collect, "{point}");
        world.crash_at("nowhere");
        world.start(&workers, None);
        assert_eq!(world.wait(&workers), Life::Gone);
        let (outcome, findings) = world.end();
        let Outcome::Implemented { commit } = outcome else {
            panic!("{point}: {outcome:?} {}", world.logs())
        };
        assert_eq!(findings.verify.len(), 2, "{point}");
        assert_eq!(
            world.git(&["rev-parse", "refs/heads/agent/issue-12-a1"]),
            commit.as_str()
        );
        let log = fs::read_to_string(world.store.layout().agent_log(&world.run.id)).unwrap();
        assert_eq!(log.matches("--- acp: agent").count(), 1, "{point}");
    }
}

/// The agent goes on for a long time, in a session of its own and without its standard input.
const STUBBORN: &str = "trap '' TERM\nsetsid sh -c 'exec </dev/null; echo $$ > pid; exec sleep 600' &\n\
                        echo $PPID > supervisor; echo $$ > started; sleep 600; sleep 600\n";

#[test]
fn before_the_agents_end_everything_is_ended_with_proof() {
    for point in [
        "worker.supervised",
        "worker.set_up",
        "worker.before_agent",
        "worker.child_started",
        "worker.child_recorded",
    ] {
        let world = World::new(STUBBORN);
        let workers = world.workers();
        world.crash_at(point);
        world.start(&workers, Some("the task\n"));
        world.wait(&workers);
        let ended = workers.end(&world.now()).unwrap();
        assert!(ended.survivors.is_empty(), "{point}");
        assert_eq!(workers.life(&world.run.id), Life::Gone, "{point}");
        let alive = world.store.own_run(&world.run.id).unwrap();
        assert!(alive.is_some());
        drop(alive);
        world.crash_at("nowhere");
        world.start(&workers, None);
        world.wait(&workers);
        let run = world.now();
        assert!(
            run.state.end().is_none(),
            "{point}: a crashed run was gone on with"
        );
    }
}

#[test]
fn an_orphaned_agent_is_seen_and_a_living_run_can_be_ended() {
    // Killed from outside while the agent works.
    let world = World::new(STUBBORN);
    let workers = world.workers();
    world.start(&workers, Some("the task\n"));
    assert_eq!(workers.life(&world.run.id), Life::Supervised);
    world.wait_for("started");
    let pid: u32 = world.wait_for("pid").trim().parse().unwrap();
    let supervisor: u32 = world.wait_for("supervisor").trim().parse().unwrap();
    let mark = acp::proc::ProcessMark::of(supervisor).unwrap();
    assert!(acp::proc::kill_pid(&mark));
    assert_eq!(world.wait(&workers), Life::Orphaned);
    assert!(workers.end(&world.now()).unwrap().survivors.is_empty());
    assert!(acp::proc::ProcessMark::of(pid).is_none_or(|mark| !mark.is_alive()));
    assert_eq!(workers.life(&world.run.id), Life::Gone);

    // Ended while everything lives.
    let world = World::new(STUBBORN);
    let workers = world.workers();
    world.start(&workers, Some("the task\n"));
    let pid: u32 = world.wait_for("pid").trim().parse().unwrap();
    assert!(workers.end(&world.now()).unwrap().survivors.is_empty());
    assert_eq!(workers.life(&world.run.id), Life::Gone);
    assert!(acp::proc::ProcessMark::of(pid).is_none_or(|mark| !mark.is_alive()));
}
