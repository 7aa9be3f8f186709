//! Coding agents. An adapter only describes the command and interprets what came out; it starts nothing.

use std::path::Path;

use crate::domain::{AgentEnd, AgentSettings};

/// What an adapter may know of the run.
#[derive(Debug, Clone)]
pub struct AgentTask<'a> {
    /// The prompt's text.
    pub prompt: &'a str,
    /// A copy of the prompt inside `ACP_OUT`.
    pub prompt_file: &'a Path,
    /// The worktree.
    pub worktree: &'a Path,
    /// The profile's settings for this agent.
    pub settings: &'a AgentSettings,
    /// The run's id, for agents that take a session name.
    pub run: &'a str,
}

/// How to start an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCommand {
    /// The program, looked up on PATH when it is no path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Whether it reads the prompt on standard input; else standard input is empty.
    pub prompt_on_stdin: bool,
    /// Variables of its own that it needs, besides the allow-list.
    pub env: Vec<(String, String)>,
    /// Names of variables that are handed on from acp's environment when they are set (its own login).
    pub pass_env: &'static [&'static str],
}

/// Something that happened, read from one line of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentEvent {
    /// A turn or a tool call: what the step limit counts.
    Step,
    /// What it has used so far, in all.
    Usage {
        /// Tokens.
        tokens: Option<u64>,
        /// Micro-dollars.
        usd_micros: Option<u64>,
    },
    /// Its own word on how it ended: `None` is well.
    Verdict(Option<String>),
}

/// How the process ended, as far as an adapter needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessEnd {
    /// By itself, with this status.
    Exited(i32),
    /// By a signal that acp did not send.
    Signaled(i32),
}

/// A backend that can do a task.
pub trait Agent: Sync {
    /// Its name in profiles.
    fn name(&self) -> &'static str;

    /// One line on what it is.
    fn about(&self) -> &'static str;

    /// The program it needs, for the check before a launch; `None` when the settings name none.
    fn program(&self, settings: &AgentSettings) -> Option<String>;

    /// How to start it, or why it cannot be.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String>;

    /// What one line of its output says. Lines that it does not know are ignored.
    fn read_line(&self, line: &str) -> Option<AgentEvent>;

    /// What its end amounts to; `verdict` is the last [`AgentEvent::Verdict`].
    fn judge(&self, end: ProcessEnd, verdict: Option<&Option<String>>) -> AgentEnd;
}
