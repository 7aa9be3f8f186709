use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;

use super::WorkerError;
use super::testing::{Bench, SHA, sha};
use crate::domain::{
    AgentEnd, Failure, FailureClass, ItemId, Outcome, ReviewAction, RunEvent, RunState, Step, Task,
};
use crate::durable::crash::{Crash, disarm, hits, simulate_after};
use crate::durable::write_quick;
use crate::proc::Ended;
use crate::vcs::VcsError;

const IMPLEMENTED: &str = "OUTCOME=implemented\nACTION=host-publish-issue-pr\n";
const BLOCKED: &str = "OUTCOME=blocked\nACTION=host-comment-blocker\nDETAIL=no access\n";
const PASSED: &str =
    "{\"timestamp\":\"2026-11-21T03:20:00Z\",\"status\":\"pass\",\"command\":\"make\"}\n";
const FAILED: &str =
    "{\"timestamp\":\"2026-11-21T03:21:00Z\",\"status\":\"fail\",\"command\":\"make\"}\n";

/// The end in one word: the outcome, or the class of the failure.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => failure.class.as_str().to_owned(),
        other => other.as_str().to_owned(),
    }
}

#[test]
fn a_run_from_start_to_end() {
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[
        ("result.env", IMPLEMENTED),
        ("issue-comment.md", "Done."),
        ("pr-body.md", "What it does."),
        ("commit-message.txt", "greet: say hello"),
        (
            "follow-ups.jsonl",
            "{\"timestamp\":\"2026-11-21T03:20:00Z\",\"title\":\"Next\",\"body\":\"More\"}\n",
        ),
    ]);
    bench.on("make lint", |_, _| Ended::Exited(2));
    bench.supervise().unwrap();
    let (outcome, findings) = bench.end();
    assert_eq!(outcome, Outcome::Implemented { commit: sha() });
    assert_eq!(findings.commit, Some(sha()));
    assert_eq!(findings.subject.as_deref(), Some("greet: say hello"));
    assert_eq!(findings.comment.as_deref(), Some("Done."));
    assert_eq!(findings.pr_body.as_deref(), Some("What it does."));
    assert_eq!(
        findings.follow_ups,
        [("Next".to_owned(), "More".to_owned())]
    );
    assert!(!findings.inferred);
    let verify: Vec<(bool, &str)> = findings
        .verify
        .iter()
        .map(|v| (v.passed, v.note.as_str()))
        .collect();
    assert_eq!(verify, [(true, "exited with 0"), (false, "exited with 2")]);
    assert_eq!(
        *bench.vcs.kept.borrow(),
        [format!("agent/issue-12-a1 {SHA}")]
    );
    assert_eq!(*bench.children.stdin.borrow(), ["", "the task", "", ""]);
    let log = std::fs::read_to_string(bench.store.layout().agent_log(&bench.run.id)).unwrap();
    assert!(log.contains("--- acp: make deps\n") && log.contains("--- acp: agent `command`\n"));
    assert!(
        log.contains("--- acp: `make lint` exited with 2\n"),
        "{log}"
    );
}

/// What an agent may leave, by the words of the table below.
fn left(words: &str) -> Vec<(&'static str, String)> {
    let env = |outcome: &str, action: &str| format!("OUTCOME={outcome}\nACTION={action}\n");
    let approved = "approved-local-review-passed";
    let file = |word: &str| match word {
        "implemented" => ("result.env", IMPLEMENTED.to_owned()),
        "blocked" => ("result.env", BLOCKED.to_owned()),
        "updated" => ("result.env", env("updated-branch", "host-push-pr-branch")),
        "fine" => (
            "result.env",
            env("no-change-needed", "host-refresh-pr-state"),
        ),
        "pr-blocked" => ("result.env", env("blocked", "host-comment-pr-blocker")),
        "approved" => ("result.env", env(approved, "host-approve-and-merge")),
        "scheduled" => (
            "result.env",
            env("reported", "host-comment-scheduled-report"),
        ),
        "alert" => (
            "result.env",
            env("reported", "host-comment-scheduled-alert"),
        ),
        "shell" => ("result.env", env("$(touch /tmp/x)", "`id`")),
        "half" => ("result.env", "OUTCOME=implemented\n".to_owned()),
        "empty" => ("result.env", String::new()),
        "json" => (
            "result.json",
            "{\"outcome\":\"implemented\",\"action\":\"host-publish-issue-pr\"}".to_owned(),
        ),
        "pass" => ("verification.jsonl", PASSED.to_owned()),
        "fail" => ("verification.jsonl", FAILED.to_owned()),
        "pass-fail" => ("verification.jsonl", format!("{PASSED}{FAILED}")),
        "fail-pass" => ("verification.jsonl", format!("{FAILED}{PASSED}")),
        "torn" => ("verification.jsonl", format!("{PASSED}{{\"status\":")),
        other => panic!("{other}"),
    };
    words.split_whitespace().map(file).collect()
}

/// Every end of an agent that ended well: task, what it left, whether its files changed, what comes out.
const CLAIMS: &[(&str, &str, bool, &str)] = &[
    ("implement", "implemented", true, "implemented"),
    ("implement", "implemented", false, "nothing-done"),
    ("implement", "json", true, "implemented"),
    ("implement", "json implemented", true, "implemented"),
    ("implement", "json blocked", true, "broken-contract"),
    ("implement", "blocked", true, "blocked"),
    ("implement", "blocked", false, "blocked"),
    ("implement", "blocked pass", true, "blocked"),
    ("implement", "updated", true, "broken-contract"),
    ("implement", "half", true, "broken-contract"),
    ("implement", "empty", true, "broken-contract"),
    ("implement", "shell", true, "broken-contract"),
    ("implement", "scheduled", true, "broken-contract"),
    ("implement", "empty pass", true, "broken-contract"),
    ("implement", "", true, "no-result"),
    ("implement", "", false, "no-result"),
    ("implement", "pass", true, "implemented"),
    ("implement", "pass", false, "no-result"),
    ("implement", "fail", true, "no-result"),
    ("implement", "pass-fail", true, "no-result"),
    ("implement", "fail-pass", true, "implemented"),
    ("implement", "torn", true, "no-result"),
    ("clock", "scheduled", false, "reported"),
    ("clock", "alert", true, "reported"),
    ("clock", "blocked", false, "blocked"),
    ("clock", "implemented", true, "broken-contract"),
    ("clock", "pass", true, "no-result"),
    ("fix", "updated", true, "updated-branch"),
    ("fix", "updated", false, "nothing-done"),
    ("fix", "fine", true, "no-change-needed"),
    ("fix", "pr-blocked", true, "blocked"),
    ("fix", "implemented", true, "broken-contract"),
    ("fix", "pass", true, "updated-branch"),
    ("review", "approved", true, "approved-local-review-passed"),
    ("review", "pr-blocked", false, "blocked"),
    ("review", "updated", true, "broken-contract"),
    ("review", "pass", true, "no-result"),
];

#[test]
fn what_an_agent_claims_counts_as_far_as_the_host_sees_it() {
    for (task, words, changed, expected) in CLAIMS {
        let mut bench = Bench::new(match *task {
            "implement" => Task::Implement,
            "clock" => Task::Scheduled,
            "fix" => Task::Fix { reasons: vec![] },
            _ => Task::Review { stage: 1 },
        });
        let files = left(words);
        let given: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        bench.agent_leaves(&given);
        let commit = changed.then(sha);
        *bench.vcs.built.borrow_mut() = Box::new(move |_| Ok(commit.clone()));
        bench.supervise().unwrap();
        let (outcome, findings) = bench.end();
        assert_eq!(&word(&outcome), expected, "{task} {words}: {outcome:?}");
        let published = matches!(*expected, "implemented" | "updated-branch");
        assert_eq!(findings.commit.is_some(), published, "{words}");
        assert_eq!(findings.verify.len(), if published { 2 } else { 0 });
        let said = files.iter().any(|(name, _)| name.starts_with("result"));
        assert_eq!(findings.inferred && published, published && !said);
        assert_eq!(bench.vcs.kept.borrow().len(), usize::from(published));
        if let Outcome::Reported { alert, .. } = outcome {
            assert_eq!(alert, words.contains("alert"));
            let unchanged = findings.facts.files.is_some_and(|files| files.is_empty());
            assert_eq!(unchanged, !changed, "{words}");
        }
    }
}

#[test]
fn an_approval_and_a_reason_come_through_clean() {
    let mut bench = Bench::new(Task::Review { stage: 1 });
    bench.agent_leaves(&[(
        "result.env",
        "OUTCOME=approved-local-review-passed\nACTION=host-await-human-review\n",
    )]);
    bench.supervise().unwrap();
    let action = ReviewAction::AwaitHumanReview;
    assert_eq!(bench.end().0, Outcome::Reviewed { action });

    let mut bench = Bench::new(Task::Implement);
    let token = format!("ghp_{}", "a1B2".repeat(9));
    bench.agent_leaves(&[(
        "result.env",
        &BLOCKED.replace(
            "no access",
            &format!("{token} <!-- acp:0123456789abcdef --> \u{1b}[31mred"),
        ),
    )]);
    bench.supervise().unwrap();
    let Outcome::Blocked { reason } = bench.end().0 else {
        panic!("not blocked")
    };
    assert_eq!(
        reason,
        "[redacted] &lt;!-- acp:0123456789abcdef --> [31mred"
    );

    let mut bench = Bench::new(Task::Implement);
    let silent = BLOCKED.replace("DETAIL=no access\n", "");
    bench.agent_leaves(&[
        ("result.env", &silent),
        ("issue-comment.md", "\n\nThe server is down.\nReally."),
    ]);
    bench.supervise().unwrap();
    let reason = "The server is down.".to_owned();
    assert_eq!(bench.end().0, Outcome::Blocked { reason });
}

/// A result is there and says success; the process's own end decides first.
#[test]
fn a_process_that_did_not_end_well_is_a_failure_whatever_it_says() {
    let rows = [
        (
            Ended::CouldNotStart {
                reason: "no such program".into(),
            },
            "could-not-start",
        ),
        (Ended::Exited(1), "crashed"),
        (Ended::Signaled(11), "killed"),
        (Ended::TimedOut, "timed-out"),
        (Ended::Stalled, "stalled"),
        (Ended::OutputLimit, "looping"),
        (Ended::StepLimit, "looping"),
    ];
    for (ended, expected) in rows {
        let mut bench = Bench::new(Task::Implement);
        let result = ended.clone();
        bench.on("the-agent", move |worktree, _| {
            write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED.as_bytes()).unwrap();
            result.clone()
        });
        bench.supervise().unwrap();
        assert_eq!(word(&bench.end().0), expected);
        assert!(bench.vcs.kept.borrow().is_empty());
        assert_eq!(*bench.children.started.borrow(), ["agent", "the-agent"]);
    }
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    bench.on("agent", |_, _| Ended::Exited(0));
    bench.children.survivors = vec![4711];
    bench.rules.repo.setup.clear();
    bench.children.scripts.remove("the-agent");
    bench.supervise().unwrap();
    let Outcome::Failed(failure) = bench.end().0 else {
        panic!("survivors")
    };
    assert!(failure.detail.contains("4711"), "{}", failure.detail);
}

#[test]
fn an_agent_with_words_of_its_own_must_say_that_it_succeeded() {
    let lines = |end: &str| {
        format!(
            "{}\n{end}",
            "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\"},{\"type\":\"tool_use\"}]}}"
        )
    };
    let good = lines(
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"total_cost_usd\":0.5,\"usage\":{\"input_tokens\":7,\"output_tokens\":3},\"permission_denials\":[{\"tool_name\":\"Bash\"}]}",
    );
    let bad = lines(
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"result\":\"API Error\",\"permission_denials\":[{\"tool_name\":\"Bash\"}]}",
    );
    for (output, steps_max, expected) in [
        (good.clone(), 0, "implemented"),
        (bad, 0, "crashed"),
        (String::new(), 0, "broken-output"),
        (good, 1, "looping"),
    ] {
        let mut bench = Bench::new(Task::Implement);
        bench.run.agent = "claude".into();
        let alive = bench.store.own_run(&bench.run.id).unwrap().unwrap();
        bench.store.put_run(&bench.run, &alive).unwrap();
        drop(alive);
        bench
            .rules
            .agents
            .settings
            .get_mut("claude")
            .unwrap()
            .steps_max = steps_max;
        bench.on("the-agent", move |worktree, watch| {
            write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED.as_bytes()).unwrap();
            for line in output.lines() {
                if let crate::proc::Verdict::End(ended) = watch.line(line) {
                    return ended;
                }
            }
            Ended::Exited(0)
        });
        bench.supervise().unwrap();
        let (outcome, findings) = bench.end();
        assert_eq!(word(&outcome), expected);
        if expected == "implemented" {
            assert_eq!(
                (findings.tokens, findings.usd_micros),
                (Some(10), Some(500_000))
            );
        }
        if let Outcome::Failed(Failure {
            class: FailureClass::Crashed,
            detail,
            ..
        }) = outcome
        {
            assert!(
                detail.ends_with("(the agent was denied: Bash)")
                    || detail.contains("without a result line"),
                "{detail}"
            );
        }
    }
}

#[test]
fn a_failed_setup_a_hold_and_a_missing_worktree_start_no_agent() {
    let mut bench = Bench::new(Task::Implement);
    bench.on("make deps", |_, _| Ended::Exited(7));
    bench.supervise().unwrap();
    assert_eq!(
        bench.end().0.reason().unwrap(),
        "setup-failed: `make deps` exited with 7"
    );

    let bench = Bench::new(Task::Implement);
    bench.hold("stop", None);
    bench.supervise().unwrap();
    assert_eq!(bench.end().0.reason().unwrap(), "hold `stop`: because");
    assert!(bench.children.started.borrow().is_empty());

    let bench = Bench::new(Task::Implement);
    bench.hold("later", Some(ItemId::issue(12)));
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "cancelled");

    let mut bench = Bench::new(Task::Implement);
    bench.hold("other", Some(ItemId::issue(13)));
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "implemented");

    let mut bench = Bench::new(Task::Implement);
    let (store, root) = (bench.store.clone(), bench.dir.path().to_owned());
    bench.on("make deps", move |_, _| {
        assert!(root.exists());
        let now = "2026-11-21T03:15:02Z".parse().unwrap();
        let hold = crate::domain::Hold {
            name: "stop".into(),
            reason: "late".into(),
            by: "ann".into(),
            at: now,
            item: None,
            rule: None,
        };
        store.holds().put("stop", &hold).unwrap();
        Ended::Exited(0)
    });
    bench.supervise().unwrap();
    assert_eq!(bench.end().0.reason().unwrap(), "hold `stop`: late");
    assert_eq!(*bench.children.started.borrow(), ["make deps"]);

    let bench = Bench::new(Task::Implement);
    let worktree = bench.store.layout().worktree(&bench.run.id);
    crate::durable::remove_tree(&worktree).unwrap();
    bench.supervise().unwrap();
    assert_eq!(
        bench.end().0.reason().unwrap(),
        "launch-died: its worktree is gone"
    );
    assert!(!worktree.exists());
}

#[test]
fn a_worktree_that_must_not_be_published_keeps_its_class_and_git_errors_are_for_a_successor() {
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED), ("issue-comment.md", "see")]);
    *bench.vcs.built.borrow_mut() = Box::new(|_| {
        Err(VcsError::Unfit {
            class: FailureClass::NestedRepository,
            detail: "`sub`".into(),
        })
    });
    bench.supervise().unwrap();
    let (outcome, findings) = bench.end();
    assert_eq!(outcome.reason().unwrap(), "nested-repository: `sub`");
    assert_eq!(findings.comment.as_deref(), Some("see"));

    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    *bench.vcs.built.borrow_mut() = Box::new(|_| Err(VcsError::NoGit("no git".into())));
    assert!(matches!(bench.supervise(), Err(WorkerError::Vcs(_))));
    assert!(matches!(
        bench.now().state,
        RunState::Running {
            step: Step::Commit,
            ..
        }
    ));
    *bench.vcs.built.borrow_mut() = Box::new(|_| Ok(Some(sha())));
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "implemented");
}

#[test]
fn commits_are_built_from_the_record_alone() {
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    let layout = bench.store.layout().clone();
    let id = bench.run.id.clone();
    *bench.vcs.built.borrow_mut() = Box::new(move |spec| {
        assert_eq!(spec.worktree, layout.worktree(&id));
        assert_eq!(spec.index, layout.run(&id).join("index"));
        assert_eq!((spec.fallback, spec.message), ("Add a greeting", None));
        assert_eq!(spec.date, "2026-11-21T03:15:02Z".parse().unwrap());
        Ok(Some(sha()))
    });
    bench.on("the-agent", |worktree, _| {
        write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED.as_bytes()).unwrap();
        Ended::Exited(0)
    });
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "implemented");
}

/// The points of a whole run at which a supervisor may die.
const POINTS: &[&str] = &[
    "supervised",
    "set_up",
    "before_agent",
    "child_started",
    "child_recorded",
    "agent_ended",
    "usage_written",
    "agent_end_recorded",
    "collected",
    "before_commit",
    "built",
    "committed",
    "settled",
    "before_verify",
    "between_verify_commands",
    "before_findings",
    "before_finished",
    "finished",
];

fn honest_run() -> Bench {
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED), ("issue-comment.md", "Done.")]);
    // What the agent wrote could change its results when it is executed.
    bench.on("make test", |worktree, _| {
        write_quick(&worktree.join(".acp/result.env"), b"OUTCOME=x\n").unwrap();
        Ended::Exited(0)
    });
    bench
}

/// Lets a second supervisor take over what the first one left; how that is possible, in one word.
fn take_over(bench: &Bench) -> &'static str {
    let before = bench.children.started.borrow().len();
    match bench.now().state {
        RunState::Running { step, .. } if step >= Step::Collect => {
            bench.supervise().unwrap();
            let started = bench.children.started.borrow()[before..].to_vec();
            assert_eq!(started[0], "end");
            assert!(!started.contains(&"the-agent".to_owned()));
            "resumed"
        }
        RunState::Running { .. } => {
            let error = bench.supervise().unwrap_err();
            let state = "running";
            assert!(matches!(error, WorkerError::NotStartable { state: s, .. } if s == state));
            "crashed"
        }
        _ => {
            bench.supervise().unwrap();
            "done"
        }
    }
}

/// Before the agent's end a run is crashed; after it, it is gone on with, to the same end.
#[test]
fn a_supervisor_that_dies_anywhere_is_replaced_or_leaves_a_crash() {
    let mut ways = vec![];
    let mut points = vec![];
    for n in 1.. {
        let bench = honest_run();
        simulate_after(n);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bench.supervise()));
        disarm();
        match result {
            Ok(done) => {
                done.unwrap();
                assert!(hits() < n);
                break;
            }
            Err(payload) => points.push(payload.downcast::<Crash>().unwrap().0),
        }
        let way = take_over(&bench);
        if way != "crashed" {
            let (outcome, findings) = bench.end();
            let commit = sha();
            assert_eq!(outcome, Outcome::Implemented { commit }, "{points:?}");
            assert_eq!(findings.verify.len(), 2);
            assert_eq!(findings.comment.as_deref(), Some("Done."));
        }
        ways.push(way);
    }
    let count = |way| ways.iter().filter(|w| **w == way).count();
    assert!(count("crashed") > 5 && count("resumed") > 10, "{ways:?}");
    for point in POINTS {
        let name = format!("worker.{point}");
        assert!(points.iter().any(|p| *p == name), "{point}");
    }
}

#[test]
fn a_successor_starts_nothing_while_something_of_the_run_lives() {
    let mut bench = Bench::new(Task::Implement);
    let alive = bench.store.own_run(&bench.run.id).unwrap().unwrap();
    let at = "2026-11-21T03:15:02Z".parse().unwrap();
    for event in [
        RunEvent::Supervised {
            at,
            deadline: at,
            supervisor: None,
        },
        RunEvent::AgentEnded(AgentEnd::Well),
    ] {
        bench.run.apply(event).unwrap();
    }
    bench.store.put_run(&bench.run, &alive).unwrap();
    drop(alive);
    bench.children.leftovers = vec![815];
    let error = bench.supervise().unwrap_err();
    assert!(error.to_string().contains("815"), "{error}");
    assert!(matches!(
        bench.now().state,
        RunState::Running {
            step: Step::Collect,
            ..
        }
    ));
}

#[test]
fn time_is_shared_out_and_a_successor_gets_no_more_than_is_left() {
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    bench.supervise().unwrap();
    let minutes = |n| Duration::from_mins(n);
    assert_eq!(
        *bench.children.deadlines.borrow(),
        [minutes(20), minutes(20), minutes(25), minutes(25)]
    );
    let RunState::Finished(end) = bench.now().state else {
        panic!("not finished")
    };
    assert_eq!(end.started, Some(end.ended));

    // The machine was off for a day after the agent's end: the checks still get their share.
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    *bench.vcs.built.borrow_mut() = Box::new(|_| Err(VcsError::NoGit("no git".into())));
    bench.supervise().unwrap_err();
    bench.clock.step(SignedDuration::from_hours(24));
    *bench.vcs.built.borrow_mut() = Box::new(|_| Ok(Some(sha())));
    bench.supervise().unwrap();
    assert_eq!(
        bench.children.deadlines.borrow()[2..],
        [minutes(5), minutes(5)]
    );

    // The wall clock went back: not more than a whole run's time.
    let mut bench = Bench::new(Task::Implement);
    bench.agent_leaves(&[("result.env", IMPLEMENTED)]);
    *bench.vcs.built.borrow_mut() = Box::new(|_| Err(VcsError::NoGit("no git".into())));
    bench.supervise().unwrap_err();
    bench.clock.step(SignedDuration::from_hours(-24));
    *bench.vcs.built.borrow_mut() = Box::new(|_| Ok(Some(sha())));
    bench.supervise().unwrap();
    assert_eq!(
        bench.children.deadlines.borrow()[2..],
        [minutes(25), minutes(25)]
    );
}

#[test]
fn what_setup_plants_in_acp_out_is_gone_before_the_agent_starts() {
    let mut bench = Bench::new(Task::Implement);
    bench.on("make deps", |worktree, _| {
        write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED.as_bytes()).unwrap();
        std::os::unix::fs::symlink("/etc", worktree.join(".acp/etc")).unwrap();
        Ended::Exited(0)
    });
    bench.on("the-agent", |worktree, _| {
        let names: Vec<_> = std::fs::read_dir(worktree.join(".acp"))
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(names, ["prompt.md"]);
        Ended::Exited(0)
    });
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "no-result");
    assert!(Path::new("/etc/passwd").exists());
}

#[test]
fn an_agent_that_the_profile_dropped_ends_in_order() {
    let mut bench = Bench::new(Task::Implement);
    bench.rules.agents.settings.clear();
    bench.supervise().unwrap();
    assert_eq!(word(&bench.end().0), "could-not-start");
}
