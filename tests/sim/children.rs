//! Agents and commands of runs: functions that leave files and end as a seed says.

use std::time::Duration;

use acp::domain::{FailureClass, RunId, Task};
use acp::durable::{self, crash, crash_point};
use acp::proc::{Ended, Report, RunTree, Survivors, Watch};
use acp::sys::Clock;
use acp::vcs::sim::Work;
use acp::worker::{Child, Children};

use crate::world::{Ports, World};

/// In one of so many seeds nobody ever logs in again once all is calm.
const LOGGED_OUT_EVERY: u64 = 8;

/// What an agent does.
struct Deed {
    files: Work,
    result: Option<String>,
    ended: Ended,
    takes: Duration,
    /// A line that it prints.
    says: Option<String>,
}

impl Children for Ports<'_> {
    fn run(
        &self,
        child: Child<'_>,
        tree: &mut RunTree,
        _clock: &dyn Clock,
        watch: &mut dyn Watch,
    ) -> Report {
        let world = self.0;
        let (id, _) = world.at_work.borrow().last().cloned().unwrap();
        let is_agent = child.cmd.shown().contains("the-agent");
        watch.started(tree);
        if is_agent && !world.calm.get() && world.roll(4) == 0 {
            // If its supervisor dies now, it lives on.
            let stdin = child.stdin.try_clone().unwrap();
            world.orphans.borrow_mut().insert(id.clone(), stdin);
        }
        crash_point("sim.child_works");
        world.meddle(300);
        if world.at_work.borrow().last().unwrap().1 {
            std::panic::panic_any(crash::Crash("sim.killed"));
        }
        drop(world.orphans.borrow_mut().remove(&id));
        let (ended, takes) = if is_agent {
            let deed = world.deed(&id);
            world.leave(&id, &deed);
            if let Some(line) = &deed.says {
                world.book.borrow_mut().counts.limits += 1;
                watch.line(line);
            }
            let takes = if deed.ended == Ended::TimedOut {
                child.limits.deadline
            } else {
                deed.takes
            };
            (deed.ended, takes)
        } else {
            let good = world.roll(6) > 0;
            (Ended::Exited(i32::from(!good)), Duration::from_secs(20))
        };
        world.clock.pass(takes);
        Report {
            ended: if watch.cancelled() {
                Ended::Cancelled
            } else {
                ended
            },
            left_behind: 0,
            survivors: vec![],
            output_bytes: 0,
            dropped_bytes: 0,
            log_failed: None,
            duration: takes,
        }
    }

    fn end(&self, _tree: &RunTree, _grace: Duration, _clock: &dyn Clock) -> Survivors {
        Survivors::default()
    }
}

/// What an agent reports of a task: that it is done, that there was nothing to do, that it cannot be done.
fn results(task: &Task) -> (&'static str, Option<&'static str>, &'static str) {
    let (done, nothing) = match task {
        Task::Implement => ("OUTCOME=implemented\nACTION=host-publish-issue-pr\n", None),
        Task::Scheduled => (
            "OUTCOME=reported\nACTION=host-comment-scheduled-report\nDETAIL=all is well\n",
            Some("OUTCOME=reported\nACTION=host-comment-scheduled-alert\nDETAIL=a fire\n"),
        ),
        Task::Fix { .. } => (
            "OUTCOME=updated-branch\nACTION=host-push-pr-branch\n",
            Some("OUTCOME=no-change-needed\nACTION=host-refresh-pr-state\n"),
        ),
        Task::Review { .. } => (
            "OUTCOME=approved-local-review-passed\nACTION=host-await-human-review\n",
            None,
        ),
    };
    let blocked = match task {
        Task::Implement | Task::Scheduled => {
            "OUTCOME=blocked\nACTION=host-comment-blocker\nDETAIL=no access\n"
        }
        Task::Fix { .. } | Task::Review { .. } => {
            "OUTCOME=blocked\nACTION=host-comment-pr-blocker\nDETAIL=no access\n"
        }
    };
    (done, nothing, blocked)
}

impl World {
    fn deed(&self, id: &RunId) -> Deed {
        let run = self.store.live_run(id).unwrap().unwrap();
        let files = |paths: &[&str]| {
            let own = format!("src/{}.rs", run.item.slug());
            let all = std::iter::once(own).chain(paths.iter().map(|path| (*path).to_owned()));
            Work::Files(all.collect())
        };
        let (done, nothing, blocked) = results(&run.task);
        let deed = |files, result: Option<&str>, ended| Deed {
            files,
            result: result.map(str::to_owned),
            ended,
            takes: Duration::from_secs(30 + self.roll(300)),
            says: None,
        };
        let cannot = |says: String| Deed {
            says: Some(says),
            ..deed(Work::Nothing, None, Ended::Exited(1))
        };
        let well = Ended::Exited(0);
        if self.calm.get() && self.seed % LOGGED_OUT_EVERY == 1 {
            return cannot("login".to_owned());
        }
        if self.busy && self.chance(800) {
            return deed(files(&[]), Some(done), well);
        }
        match self.roll(24) {
            22 => cannot("login".to_owned()),
            23 => {
                let reason = "no such program".to_owned();
                deed(Work::Nothing, None, Ended::CouldNotStart { reason })
            }
            20 => {
                let hours =
                    jiff::SignedDuration::from_mins(5 + i64::try_from(self.roll(120)).unwrap());
                cannot(format!("limit {}", self.now() + hours))
            }
            21 => cannot("overloaded".to_owned()),
            0..=8 => deed(files(&[]), Some(done), well),
            9 => deed(files(&[".github/workflows/ci.yml"]), Some(done), well),
            10 => deed(files(&["web/.env"]), Some(done), well),
            11 | 12 => deed(files(&[]), Some(done), Ended::Exited(1)),
            13 => deed(Work::Nothing, Some(blocked), well),
            14 => deed(Work::Nothing, Some(done), well),
            15 => deed(files(&[]), None, Ended::TimedOut),
            16 => deed(files(&[]), Some("OUTCOME=$(touch x)\nACTION=`id`\n"), well),
            17 => deed(Work::Unfit(FailureClass::HeadMoved), Some(done), well),
            18 => deed(files(&[]), None, well),
            _ => deed(Work::Nothing, Some(nothing.unwrap_or(done)), well),
        }
    }

    fn leave(&self, id: &RunId, deed: &Deed) {
        let worktree = self.store.layout().worktree(id);
        self.vcs.work(&worktree, deed.files.clone());
        let out = worktree.join(".acp");
        if let Some(result) = &deed.result {
            durable::write_quick(&out.join("result.env"), result.as_bytes()).unwrap();
        }
        if self.roll(3) == 0 {
            let follow =
                "{\"timestamp\":\"2026-11-21T03:20:00Z\",\"title\":\"Next\",\"body\":\"More\"}\n";
            durable::write_quick(&out.join("follow-ups.jsonl"), follow.as_bytes()).unwrap();
            durable::write_quick(&out.join("pr-comment.md"), b"It is done.").unwrap();
        }
    }
}
