//! What an agent says while it works: its session, its calls, what it uses; and going on after an interruption.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::testing::{Bench, sha};
use crate::agent::{Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd};
use crate::domain::{
    AgentEnd, AgentSettings, Failure, FailureClass, Hold, ItemId, Outcome, RunState, Step, Task,
};
use crate::durable::crash::{Crash, disarm, simulate_after};
use crate::durable::write_quick;
use crate::proc::{Ended, Verdict, Watch};
use crate::sys::{Clock as _, StepClock};
use jiff::SignedDuration;

const IMPLEMENTED: &[u8] = b"OUTCOME=implemented\nACTION=host-publish-issue-pr\n";

/// An agent whose lines are the events themselves: `session S`, `call C`, `use TOKENS MICROS`, `session-use TOKENS MICROS`, `network`, `done`.
struct Speaker;

impl Agent for Speaker {
    fn name(&self) -> &'static str {
        "speaker"
    }
    fn about(&self) -> &'static str {
        "says everything"
    }
    fn abilities(&self) -> Abilities {
        Abilities {
            resume: true,
            ..Abilities::default()
        }
    }
    fn login(&self) -> Login {
        Login::default()
    }
    fn program(&self, _: &AgentSettings) -> Option<String> {
        Some("the-agent".to_owned())
    }
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        let resume = task.resume.map(|name| format!("--resume={name}"));
        Ok(AgentCommand {
            program: "the-agent".to_owned(),
            args: resume.into_iter().collect(),
            prompt_on_stdin: true,
            env: vec![],
            pass_env: &[],
        })
    }
    fn read_line(&self, line: &str, _: &jiff::Zoned) -> Vec<AgentEvent> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let number = |at: usize| rest.split(' ').nth(at).and_then(|n| n.parse().ok());
        vec![match word {
            "session" => AgentEvent::Session(rest.to_owned()),
            "call" => AgentEvent::Call(rest.to_owned()),
            "use" => AgentEvent::Usage {
                tokens: number(0),
                usd_micros: number(1),
            },
            "session-use" => AgentEvent::SessionUsage {
                tokens: number(0),
                usd_micros: number(1),
            },
            "network" => AgentEvent::Verdict(Err(Failure::new(
                FailureClass::Network,
                "no route".to_owned(),
            ))),
            _ => AgentEvent::Verdict(Ok(())),
        }]
    }
    fn judge(&self, _: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        match verdict {
            Some(Err(failure)) => AgentEnd::Failed(failure.clone()),
            _ => AgentEnd::Well,
        }
    }
}

fn bench(says: impl Fn(usize) -> Vec<String> + 'static) -> Bench {
    let mut bench = Bench::new(Task::Implement);
    bench.agents = |_| Some(&Speaker);
    bench.rules.repo.setup.clear();
    let starts = std::cell::Cell::new(0);
    bench.on("the-agent", move |worktree, watch: &mut dyn Watch| {
        starts.set(starts.get() + 1);
        let result = worktree.join(".acp/result.env");
        if starts.get() == 1 {
            write_quick(&result, IMPLEMENTED).unwrap();
        }
        for line in says(starts.get()) {
            if let Verdict::End(ended) = watch.line(&line) {
                return ended;
            }
        }
        Ended::Exited(0)
    });
    bench
}

fn lines(text: &str) -> Vec<String> {
    text.split('|').map(str::to_owned).collect()
}

fn failure(bench: &Bench) -> (FailureClass, String) {
    match bench.end().0 {
        Outcome::Failed(failure) => (failure.class, failure.detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn circles_and_spending_end_a_run_while_it_works() {
    let circle = vec!["call ls".to_owned(); 20];
    let cases = [
        (circle, "the same call 8 times in a row"),
        (
            lines("use 10 900000|use 20 1000001|call a"),
            "spent more than usd_per_run: $1.000001 of $1.000000",
        ),
        (
            lines("use 101 1"),
            "used more than tokens_per_run: 101 of 100",
        ),
    ];
    for (says, detail) in cases {
        let mut bench = bench(move |_| says.clone());
        bench.rules.budget.usd_micros_per_run = 1_000_000;
        bench.rules.budget.tokens_per_run = 100;
        bench.supervise().unwrap();
        assert_eq!(failure(&bench), (FailureClass::Looping, detail.to_owned()));
    }
    // A verdict that the agent works on after lifts no limit.
    let works_on = format!("network{}", "|call ls".repeat(20));
    for says in [works_on.as_str(), "done|call a|use 500 1|call b"] {
        let mut bench = bench({
            let says = lines(says);
            move |_| says.clone()
        });
        bench.rules.budget.tokens_per_run = 100;
        bench.supervise().unwrap();
        assert_eq!(failure(&bench).0, FailureClass::Looping, "{says}");
    }
    // The last word comes with the bill: what is done is done, and is not thrown away.
    let mut done = bench(|_| lines("call a|done|use 500 1"));
    done.rules.budget.tokens_per_run = 100;
    done.supervise().unwrap();
    let (outcome, findings) = done.end();
    assert_eq!(outcome, Outcome::Implemented { commit: sha() });
    assert_eq!(findings.tokens, Some(500));
}

/// It waits for what it left running in the background, which never ends.
#[test]
fn an_agent_that_is_done_and_does_not_end_is_ended_and_has_succeeded() {
    for (says, silence, done) in [
        ("call a|done", 61, true),
        ("call a|done", 59, false),
        ("done|call a", 61, false),
        // It begins another turn, as one does that has just made its conversation shorter.
        ("session s|done|session s", 61, false),
        ("call a|done|session s", 61, true),
        ("network", 61, false),
    ] {
        let mut bench = Bench::new(Task::Implement);
        bench.agents = |_| Some(&Speaker);
        bench.rules.repo.setup.clear();
        bench.rules.retry.resumes_max = 0;
        bench.children.silence = std::time::Duration::from_secs(silence);
        bench.on("the-agent", move |worktree, watch: &mut dyn Watch| {
            write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED).unwrap();
            for line in lines(says) {
                let _goes_on = watch.line(&line);
            }
            Ended::Stalled
        });
        bench.supervise().unwrap();
        let outcome = bench.end().0;
        if done {
            assert_eq!(outcome, Outcome::Implemented { commit: sha() });
        } else {
            assert!(
                matches!(&outcome, Outcome::Failed(failure) if failure.class == FailureClass::Stalled),
                "{says}: {outcome:?}"
            );
        }
    }
}

#[test]
fn after_a_failure_of_the_network_the_session_goes_on() {
    let bench = bench(|start| match start {
        1 => lines("session abc-1|use 10 5|network"),
        _ => lines("session abc-1|use 7 3|done"),
    });
    let before = bench.clock.now();
    bench.supervise().unwrap();
    let (outcome, findings) = bench.end();
    assert_eq!(outcome, Outcome::Implemented { commit: sha() });
    assert_eq!((findings.tokens, findings.usd_micros), (Some(17), Some(8)));
    assert_eq!(bench.clock.now().duration_since(before).as_secs(), 15);
    assert_eq!(bench.now().resumes, 1);
    let commands = bench.children.commands.borrow();
    assert!(!commands[0].contains("--resume") && commands[1].contains("--resume=abc-1"));
    let stdin = bench.children.stdin.borrow();
    assert_eq!(stdin[0], "the task");
    assert!(stdin[1].starts_with("You were interrupted") && stdin[1].ends_with("the task"));
}

/// What a program tells of its whole session already holds what it told before it went on.
#[test]
fn a_session_that_goes_on_is_not_paid_twice() {
    let on = bench(|start| match start {
        1 => lines("session abc-1|session-use 10 5|network"),
        _ => lines("session abc-1|session-use 17 8|done"),
    });
    on.supervise().unwrap();
    let (_, findings) = on.end();
    assert_eq!((findings.tokens, findings.usd_micros), (Some(17), Some(8)));
    let anew = bench(|start| match start {
        1 => lines("session abc-1|session-use 10 5|network"),
        _ => lines("session other|session-use 7 3|done"),
    });
    anew.supervise().unwrap();
    let (_, findings) = anew.end();
    assert_eq!((findings.tokens, findings.usd_micros), (Some(17), Some(8)));
}

#[test]
fn a_network_that_stays_away_is_tried_a_few_times_and_without_a_session_never() {
    let starts = |bench: &Bench| {
        bench.supervise().unwrap();
        assert_eq!(failure(bench).0, FailureClass::Network);
        let started = bench.children.started.borrow();
        started.iter().filter(|name| *name == "the-agent").count()
    };
    let thrice = bench(|_| lines("session s|network"));
    assert_eq!(starts(&thrice), 3);
    assert_eq!(
        thrice.now().resumes,
        2,
        "a pass would not go on with it again"
    );
    assert_eq!(starts(&bench(|_| lines("network"))), 1);
    let option = bench(|_| lines("session --config=/etc/x|network"));
    assert_eq!(starts(&option), 1, "no name, so never an argument");
    let mut never = bench(|_| lines("session s|network"));
    never.rules.retry.resumes_max = 0;
    assert_eq!(starts(&never), 1);
}

/// The machine dies while the agent works: a new supervisor goes on in the same worktree, with the same session, and what
/// the agent had left in `ACP_OUT` is still there.
#[test]
fn a_successor_goes_on_with_the_session_of_a_dead_supervisor() {
    let mut resumed = 0;
    for n in 1.. {
        let bench = bench(|start| match start {
            1 => lines("session abc-1|session-use 10 5|call a"),
            _ => lines("done|session-use 17 8"),
        });
        simulate_after(n);
        let result = catch_unwind(AssertUnwindSafe(|| bench.supervise()));
        disarm();
        let Err(payload) = result else { break };
        let point = payload.downcast::<Crash>().unwrap().0;
        let RunState::Running {
            step: Step::Agent, ..
        } = bench.now().state
        else {
            continue;
        };
        let known = super::record::session(&bench.store, &bench.run.id).unwrap();
        if known.is_none() {
            assert!(
                bench.supervise().is_err(),
                "{point}: no fresh agent in old work"
            );
            continue;
        }
        let before = bench.children.commands.borrow().len();
        bench.supervise().unwrap();
        let (outcome, findings) = bench.end();
        assert_eq!(outcome, Outcome::Implemented { commit: sha() }, "{point}");
        assert_eq!((findings.tokens, findings.usd_micros), (Some(17), Some(8)));
        let commands = bench.children.commands.borrow();
        assert!(commands[before].contains("--resume=abc-1"), "{point}");
        resumed += 1;
    }
    assert!(resumed > 1, "{resumed}");
}

/// Written while it works, so that screens and passes know of it, and not with every line.
#[test]
fn what_an_agent_has_used_is_written_down_while_it_works() {
    let mut bench = bench(|_| vec![]);
    let (store, run) = (bench.store.clone(), bench.run.id.clone());
    let clock = std::rc::Rc::new(StepClock::new(bench.clock.now()));
    bench.clock = clock.clone();
    let written = move || super::record::spent(&store, &run).unwrap();
    bench.on("the-agent", move |worktree, watch: &mut dyn Watch| {
        write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED).unwrap();
        let step = |millis| clock.step(SignedDuration::from_millis(millis));
        let says = |watch: &mut dyn Watch, text| {
            for line in lines(text) {
                assert_eq!(watch.line(&line), Verdict::Continue);
            }
        };
        assert_eq!(written(), (None, None));
        says(watch, "use 10 5");
        assert_eq!(written(), (Some(10), Some(5)));
        step(4_999);
        says(watch, "use 20 9|use 21 10");
        assert!(!watch.cancelled());
        assert_eq!(written(), (Some(10), Some(5)), "not yet");
        step(1);
        assert!(!watch.cancelled());
        assert_eq!(written(), (Some(21), Some(10)), "also when nothing is said");
        step(5_000);
        says(watch, "done|use 30 11");
        assert_eq!(written(), (Some(30), Some(11)));
        Ended::Exited(0)
    });
    bench.supervise().unwrap();
    let findings = bench.end().1;
    assert_eq!((findings.tokens, findings.usd_micros), (Some(30), Some(11)));
}

/// The network failed, and before the agent was started again the run was stopped: what it had used is not forgotten.
#[test]
fn what_was_used_before_a_stop_is_kept() {
    let mut bench = bench(|_| vec![]);
    let store = bench.store.clone();
    let hold = bench.hold_record("stop");
    bench.on("the-agent", move |_, watch: &mut dyn Watch| {
        for line in lines("session abc-1|use 10 5|network") {
            let _goes_on = watch.line(&line);
        }
        store.holds().put(&hold.name, &hold).unwrap();
        Ended::Exited(1)
    });
    bench.supervise().unwrap();
    let (outcome, findings) = bench.end();
    assert!(matches!(outcome, Outcome::Cancelled { .. }), "{outcome:?}");
    assert_eq!((findings.tokens, findings.usd_micros), (Some(10), Some(5)));
}

/// The network of the agent fails once, then it is done; `meanwhile` happens in either part of its session.
fn network_fails_once(bench: &mut Bench, meanwhile: impl Fn() + 'static) {
    let starts = std::cell::Cell::new(0);
    bench.on("the-agent", move |worktree, watch: &mut dyn Watch| {
        starts.set(starts.get() + 1);
        let says = match starts.get() {
            1 => "session abc-1|network",
            _ => "session abc-1|done",
        };
        for line in lines(says) {
            let _goes_on = watch.line(&line);
        }
        write_quick(&worktree.join(".acp/result.env"), IMPLEMENTED).unwrap();
        meanwhile();
        Ended::Exited(0)
    });
}

/// A hold keeps runs from starting and ends none that is at work, whoever set it: flushes do so by themselves.
#[test]
fn a_hold_does_not_end_a_run_whose_network_failed() {
    for (name, item) in [("credential", None), ("mine", Some(ItemId::issue(12)))] {
        let mut bench = bench(|_| vec![]);
        let store = bench.store.clone();
        let hold = Hold {
            item,
            ..bench.hold_record(name)
        };
        network_fails_once(&mut bench, move || {
            store.holds().put(&hold.name, &hold).unwrap();
        });
        bench.supervise().unwrap();
        let outcome = bench.end().0;
        assert_eq!(outcome, Outcome::Implemented { commit: sha() }, "{name}");
    }
}

/// The task was written and not synced, for the launch's sake. The session has it.
#[test]
fn a_session_goes_on_without_the_file_that_held_its_task() {
    for left in [None, Some(""), Some("\0\0\0\0")] {
        let mut bench = bench(|_| vec![]);
        let prompt = bench.store.layout().prompt(&bench.run.id);
        network_fails_once(&mut bench, move || match left {
            Some(text) => write_quick(&prompt, text.as_bytes()).unwrap(),
            None => assert!(crate::durable::remove_file(&prompt).unwrap()),
        });
        bench.supervise().unwrap();
        let outcome = bench.end().0;
        assert_eq!(outcome, Outcome::Implemented { commit: sha() }, "{left:?}");
        let stdin = bench.children.stdin.borrow();
        assert!(stdin[1].starts_with("You were interrupted"), "{stdin:?}");
        assert!(stdin[1].contains("this session began with"), "{stdin:?}");
    }
    // Nobody would know what to do.
    let bench = bench(|_| lines("done"));
    write_quick(&bench.store.layout().prompt(&bench.run.id), b"").unwrap();
    bench.supervise().unwrap();
    assert_eq!(failure(&bench).0, FailureClass::LaunchDied);
    assert!(bench.children.started.borrow().is_empty());
}
