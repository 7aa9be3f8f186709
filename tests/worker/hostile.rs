//! Agents that do their worst, and what becomes of their runs.

use std::fs;

use acp::domain::{FailureClass, Life, Outcome};
use acp::proc::ProcessMark;
use acp::worker::Workers as _;

use crate::world::{IMPLEMENTED, World, put};

#[track_caller]
fn class(world: &World) -> (FailureClass, String) {
    match world.complete().0 {
        Outcome::Failed(failure) => (failure.class, failure.detail),
        other => panic!("{other:?} {}", world.logs()),
    }
}

#[test]
fn its_own_commits_are_not_used() {
    let world = World::new(&format!(
        "echo two >> a.txt; git -c user.name=x -c user.email=x@x commit -qam 'Mine <!-- acp:1 -->'; \
         echo three >> a.txt; {IMPLEMENTED}"
    ));
    let (outcome, findings) = world.complete();
    let Outcome::Implemented { commit } = outcome else {
        panic!("{outcome:?} {}", world.logs())
    };
    assert_eq!(
        world.git(&["rev-parse", &format!("{commit}^")]),
        world.base.as_str()
    );
    assert!(findings.subject.unwrap().starts_with("Mine"));
    assert_eq!(findings.facts.files.unwrap().len(), 1);
}

#[test]
fn a_worktree_without_git_or_with_another_one_loses_nothing_and_publishes_nothing_wrong() {
    let world = World::new(&format!("rm -f .git; echo two >> a.txt; {IMPLEMENTED}"));
    match world.complete().0 {
        Outcome::Implemented { commit } => {
            assert_eq!(
                world.git(&["rev-parse", &format!("{commit}^")]),
                world.base.as_str()
            );
        }
        Outcome::Failed(failure) => assert!(failure.class.keeps_worktree(), "{failure:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        fs::read_to_string(world.worktree().join("a.txt")).unwrap(),
        "one\ntwo\n"
    );

    let world = World::new(&format!(
        "mkdir sub; git init -q sub; echo x > sub/x; {IMPLEMENTED}"
    ));
    assert_eq!(class(&world).0, FailureClass::NestedRepository);
}

#[test]
fn output_without_end_silence_and_time_are_limited() {
    let world = World::with("exec yes", "output_max: 1MB");
    assert_eq!(class(&world).0, FailureClass::Looping);
    let world = World::with("sleep 600", "stall: 1s");
    assert_eq!(class(&world).0, FailureClass::Stalled);
    let world = World::with("while :; do echo busy; sleep 0.1; done", "stall: 1s");
    let path = world.forge.root().join("home/config/profiles/web.yaml");
    let text = fs::read_to_string(&path).unwrap();
    put(&path, &text.replace("timeout: 60s", "timeout: 2s"));
    assert_eq!(class(&world).0, FailureClass::TimedOut);
}

#[test]
fn what_it_leaves_running_is_ended_before_anything_is_read() {
    let daemon = "setsid sh -c 'echo $$ > pid; trap \"\" TERM HUP; while :; do echo x >> a.txt; sleep 0.05; done' \
                  </dev/null >/dev/null 2>&1 &";
    let world = World::new(&format!("{daemon}\nsleep 0.3; {IMPLEMENTED}"));
    let (outcome, _) = world.complete();
    let Outcome::Implemented { commit } = outcome else {
        panic!("{outcome:?} {}", world.logs())
    };
    let pid = fs::read_to_string(world.worktree().join("pid")).unwrap();
    let mark = ProcessMark::of(pid.trim().parse().unwrap());
    assert!(mark.is_none_or(|mark| !mark.is_alive()));
    let committed = world.git(&["cat-file", "-s", &format!("{commit}:a.txt")]);
    let now = fs::metadata(world.worktree().join("a.txt")).unwrap().len();
    assert_eq!(committed, now.to_string());
}

#[test]
fn results_that_are_no_files_are_refused_in_words() {
    for (agent, words) in [
        (
            "mkfifo \"$ACP_RESULT_FILE\"",
            "`result.env` in ACP_OUT is not a regular file",
        ),
        (
            "ln -s /etc/passwd \"$ACP_OUT/issue-comment.md\"",
            "`issue-comment.md` in ACP_OUT is not a regular file",
        ),
        (
            "truncate -s 100G \"$ACP_OUT/pr-body.md\"",
            "`pr-body.md` in ACP_OUT is larger than",
        ),
        (
            "mkdir \"$ACP_OUT/verification.jsonl\"",
            "`verification.jsonl` in ACP_OUT is not a regular file",
        ),
    ] {
        let world = World::new(&format!("echo two >> a.txt; {agent}"));
        let (class, detail) = class(&world);
        assert_eq!(class, FailureClass::BrokenContract, "{agent}");
        assert!(detail.starts_with(words), "{detail}");
    }
}

#[test]
fn a_replaced_result_folder_is_neither_read_nor_written_through() {
    let world = World::new(&format!(
        "mkdir ../other; rm -rf .acp; ln -s ../other .acp; echo two >> a.txt; {IMPLEMENTED}"
    ));
    let (class, detail) = class(&world);
    assert_eq!(
        (class, detail.as_str()),
        (FailureClass::BrokenContract, "ACP_OUT is not a folder")
    );
}

#[test]
fn one_that_kills_its_supervisor_is_ended_by_the_next_pass() {
    let world = World::new("echo two >> a.txt; kill -9 $PPID; sleep 600");
    let workers = world.workers();
    world.start(&workers, Some("the task\n"));
    assert_eq!(world.wait(&workers), Life::Orphaned);
    assert!(workers.end(&world.now()).unwrap().survivors.is_empty());
    assert_eq!(workers.life(&world.run.id), Life::Gone);
    assert!(world.now().state.is_under_way());
}
