//! One attempt of an agent at one item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BranchName, DiffFacts, ItemId, ProfileId, RunEnd, RunId, Sha};

/// What the agent is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    /// Implement an issue.
    Implement,
    /// Look at what a scheduled issue asks for, and report.
    Scheduled,
    /// Repair a pull request.
    Fix {
        /// What is wrong with it, one line each.
        reasons: Vec<String>,
    },
    /// Review a pull request.
    Review {
        /// 1 or 2.
        stage: u8,
    },
}

impl Task {
    /// The stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Implement => "implement",
            Self::Scheduled => "scheduled",
            Self::Fix { .. } => "fix",
            Self::Review { .. } => "review",
        }
    }
}

/// The steps of a supervisor, in order. The record names the step that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The profile's setup commands.
    Setup,
    /// The agent itself.
    Agent,
    /// Reading what the agent left in `ACP_OUT`. From here on a dead supervisor is replaced.
    Collect,
    /// Building the commit.
    Commit,
    /// The profile's verify commands.
    Verify,
}

impl Step {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Agent => "agent",
            Self::Collect => "collect",
            Self::Commit => "commit",
            Self::Verify => "verify",
        }
    }
}

/// How the agent's process ended, recorded before anything is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AgentEnd {
    /// It ended well, by its exit status and by its own word.
    Well,
    /// It did not.
    Failed(super::Failure),
}

/// Identifies a process beyond the reuse of its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    /// The number.
    pub pid: u32,
    /// Start time in clock ticks since boot.
    pub start_ticks: u64,
    /// The boot that the ticks count from.
    pub boot_id: String,
}

/// Where a run is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RunState {
    /// Lease and budget are taken; the worktree is not there yet.
    Reserved,
    /// The worktree is there; the supervisor is being started.
    Starting,
    /// The supervisor has begun.
    Running {
        /// When.
        started: Timestamp,
        /// When it will be ended whatever it does.
        deadline: Timestamp,
        /// The step under way.
        step: Step,
        /// The supervisor.
        supervisor: Option<ProcessId>,
        /// The leader of the process group of the step under way.
        leader: Option<ProcessId>,
        /// How the agent ended, once it has.
        agent_end: Option<AgentEnd>,
    },
    /// Over; no pass has drawn conclusions yet.
    Finished(RunEnd),
    /// A pass has drawn the conclusions: intents are enqueued, retry and lease are settled.
    Judged {
        /// The end.
        end: RunEnd,
        /// When it was judged.
        at: Timestamp,
    },
    /// Nothing is left to do for it; it may be archived.
    Closed {
        /// The end.
        end: RunEnd,
        /// When it was closed.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// What may happen to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// The worktree is there.
    WorktreeReady,
    /// The supervisor begins, or a new one goes on.
    Supervised {
        /// When.
        at: Timestamp,
        /// The hard limit.
        deadline: Timestamp,
        /// Who.
        supervisor: Option<ProcessId>,
    },
    /// A step of the supervisor begins.
    StepBegan(Step),
    /// A child of the step was started.
    ChildStarted(Option<ProcessId>),
    /// The agent is gone.
    AgentEnded(AgentEnd),
    /// It is over.
    Ended(RunEnd),
    /// A pass drew its conclusions.
    Judged(Timestamp),
    /// Nothing is left to do.
    Closed {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// An event that cannot happen in that state: a bug, or a record that was changed by hand.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("a run that is {state} cannot take the event `{event}`")]
pub struct IllegalMove {
    /// The state's word.
    pub state: &'static str,
    /// The event, as text.
    pub event: String,
}

impl RunState {
    /// The stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Starting => "starting",
            Self::Running { .. } => "running",
            Self::Finished(_) => "finished",
            Self::Judged { .. } => "judged",
            Self::Closed { .. } => "closed",
        }
    }

    /// The end, once there is one.
    pub const fn end(&self) -> Option<&RunEnd> {
        match self {
            Self::Finished(end) | Self::Judged { end, .. } | Self::Closed { end, .. } => Some(end),
            _ => None,
        }
    }

    /// Whether a supervisor is, or should be, at work.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Reserved | Self::Starting | Self::Running { .. })
    }

    /// The state after `event`.
    #[expect(
        clippy::too_many_lines,
        reason = "one match is the whole table of moves"
    )]
    pub fn next(self, event: RunEvent) -> Result<Self, IllegalMove> {
        let illegal = |state: &Self, event: &RunEvent| IllegalMove {
            state: state.as_str(),
            event: format!("{event:?}"),
        };
        Ok(match (self, event) {
            (Self::Reserved, RunEvent::WorktreeReady) => Self::Starting,
            (
                Self::Starting,
                RunEvent::Supervised {
                    at,
                    deadline,
                    supervisor,
                },
            ) => Self::Running {
                started: at,
                deadline,
                step: Step::Setup,
                supervisor,
                leader: None,
                agent_end: None,
            },
            (
                Self::Running {
                    started,
                    step,
                    agent_end,
                    ..
                },
                RunEvent::Supervised {
                    deadline,
                    supervisor,
                    ..
                },
            ) if step >= Step::Agent => Self::Running {
                started,
                deadline,
                step,
                supervisor,
                leader: None,
                agent_end,
            },
            (
                Self::Running {
                    started,
                    deadline,
                    step,
                    supervisor,
                    leader,
                    agent_end,
                },
                RunEvent::StepBegan(next),
            ) if next >= step && (next <= Step::Agent || agent_end.is_some()) => Self::Running {
                started,
                deadline,
                step: next,
                supervisor,
                leader,
                agent_end,
            },
            (
                Self::Running {
                    started,
                    deadline,
                    step,
                    supervisor,
                    agent_end,
                    ..
                },
                RunEvent::ChildStarted(leader),
            ) => Self::Running {
                started,
                deadline,
                step,
                supervisor,
                leader,
                agent_end,
            },
            (
                Self::Running {
                    started,
                    deadline,
                    step,
                    supervisor,
                    ..
                },
                RunEvent::AgentEnded(end),
            ) if step <= Step::Agent => Self::Running {
                started,
                deadline,
                step: Step::Collect,
                supervisor,
                leader: None,
                agent_end: Some(end),
            },
            (state, RunEvent::Ended(end)) if state.is_under_way() => Self::Finished(end),
            (Self::Finished(end), RunEvent::Judged(at)) => Self::Judged { end, at },
            (Self::Judged { end, .. }, RunEvent::Closed { at, reason }) => {
                Self::Closed { end, at, reason }
            }
            (state, event) => return Err(illegal(&state, &event)),
        })
    }
}

/// The record of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The profile.
    pub profile: ProfileId,
    /// The item it works on.
    pub item: ItemId,
    /// What it is asked to do.
    pub task: Task,
    /// The agent.
    pub agent: String,
    /// Which attempt at the item this is; only grows.
    pub attempt: u32,
    /// The item's title when the run was launched.
    pub title: String,
    /// The branch that the result goes to.
    pub branch: BranchName,
    /// The branch that it is meant for.
    pub base: BranchName,
    /// The commit that the worktree starts from.
    pub start: Sha,
    /// For a fix of a conflict: the base commit that is merged into the worktree before the agent starts.
    pub merge: Option<Sha>,
    /// When it was launched.
    pub created: Timestamp,
    /// [`super::text_digest`] of the text that its prompt holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How often it went on: with a new supervisor after a dead one, or with its agent's session after a failure of the
    /// network.
    #[serde(default)]
    pub resumes: u32,
    /// Where it is in its life.
    pub state: RunState,
}

impl Run {
    /// Moves the run on, or says why that cannot be.
    pub fn apply(&mut self, event: RunEvent) -> Result<(), IllegalMove> {
        self.state = self.state.clone().next(event)?;
        Ok(())
    }
}

/// One verify command and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyResult {
    /// The command of the profile.
    pub command: String,
    /// Whether it ended with 0.
    pub passed: bool,
    /// How it ended, in words.
    pub note: String,
}

/// What the supervisor found out, for the pass that judges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunFindings {
    /// The commit that the host built.
    pub commit: Option<Sha>,
    /// The first line of its message.
    pub subject: Option<String>,
    /// What it touches.
    pub facts: DiffFacts,
    /// The verify commands, in order.
    pub verify: Vec<VerifyResult>,
    /// `issue-comment.md` or `pr-comment.md`, cut to a size that a forge accepts.
    pub comment: Option<String>,
    /// `pr-body.md`, cut likewise.
    pub pr_body: Option<String>,
    /// The result was inferred from facts, because the agent left none.
    pub inferred: bool,
    /// Tokens that the agent says it used.
    #[serde(default)]
    pub tokens: Option<u64>,
    /// What the agent says it cost, in micro-dollars.
    #[serde(default)]
    pub usd_micros: Option<u64>,
    /// Focused follow-up issues that the agent asks for: title and body.
    pub follow_ups: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Failure, FailureClass, Outcome};

    fn at() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn end() -> RunEnd {
        RunEnd {
            started: None,
            ended: at(),
            outcome: Outcome::NoChangeNeeded,
        }
    }

    fn running(step: Step, agent_end: Option<AgentEnd>) -> RunState {
        RunState::Running {
            started: at(),
            deadline: at(),
            step,
            supervisor: None,
            leader: None,
            agent_end,
        }
    }

    /// Every state against every event: the legal moves are exactly these.
    #[test]
    fn only_the_documented_moves_are_legal() {
        let states = [
            RunState::Reserved,
            RunState::Starting,
            running(Step::Setup, None),
            running(Step::Agent, None),
            running(Step::Collect, Some(AgentEnd::Well)),
            running(Step::Verify, Some(AgentEnd::Well)),
            RunState::Finished(end()),
            RunState::Judged {
                end: end(),
                at: at(),
            },
            RunState::Closed {
                end: end(),
                at: at(),
                reason: String::new(),
            },
        ];
        let failure = Failure::new(FailureClass::Stalled, String::new());
        let events = [
            RunEvent::WorktreeReady,
            RunEvent::Supervised {
                at: at(),
                deadline: at(),
                supervisor: None,
            },
            RunEvent::StepBegan(Step::Agent),
            RunEvent::StepBegan(Step::Verify),
            RunEvent::ChildStarted(None),
            RunEvent::AgentEnded(AgentEnd::Failed(failure)),
            RunEvent::Ended(end()),
            RunEvent::Judged(at()),
            RunEvent::Closed {
                at: at(),
                reason: String::new(),
            },
        ];
        let legal: Vec<String> = states
            .iter()
            .map(|state| {
                events
                    .iter()
                    .map(|e| {
                        if state.clone().next(e.clone()).is_ok() {
                            'x'
                        } else {
                            '.'
                        }
                    })
                    .collect()
            })
            .collect();
        assert_eq!(
            legal,
            [
                "x.....x..", // reserved
                ".x....x..", // starting
                "..x.xxx..", // setup
                ".xx.xxx..", // agent
                ".x.xx.x..", // collect
                ".x.xx.x..", // verify
                ".......x.", // finished
                "........x", // judged
                ".........", // closed
            ]
        );
    }
}
