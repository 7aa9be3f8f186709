//! Coding agents. An adapter only describes the command and interprets what came out; it starts nothing.

mod claude;
mod command;

use std::path::Path;

use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// Every agent that acp knows, in the order of lists. A new one is one file and one line here.
static ALL: &[&dyn Agent] = &[&claude::Claude, &command::Command];

/// Every agent that acp knows.
pub fn all() -> &'static [&'static dyn Agent] {
    ALL
}

/// The agent that profiles call `name`.
pub fn by_name(name: &str) -> Option<&'static dyn Agent> {
    ALL.iter().copied().find(|agent| agent.name() == name)
}

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
    /// The agent's own session that shall go on, as an earlier run noted it ([`AgentEvent::Session`]).
    pub resume: Option<&'a str>,
}

/// What an agent can do, as far as acp makes use of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent answers in one table"
)]
pub struct Abilities {
    /// It prints structured lines that acp reads.
    pub structured: bool,
    /// It can go on with a session of its own after it was interrupted.
    pub resume: bool,
    /// It says what a run cost in money.
    pub cost: bool,
    /// It confines its own commands.
    pub sandbox: bool,
    /// The version of the real program that this adapter was tried with; `None`: it never was.
    pub tried_with: Option<&'static str>,
}

/// Where an agent keeps its login. Any one of these shows that somebody has logged in; none proves that it still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Login {
    /// Variables that hold a key or a token.
    pub env: &'static [&'static str],
    /// Files below HOME.
    pub files: &'static [&'static str],
    /// Files and folders below HOME that it reads and writes while it works: what a sandbox leaves to it.
    pub home: &'static [&'static str],
    /// What a person types to log in.
    pub how: &'static str,
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
    /// A tool call with its arguments, in any form that is the same for the same call: how going round in circles is seen.
    Call(String),
    /// The name of its own session, for [`AgentTask::resume`].
    Session(String),
    /// What it has used so far, in all.
    Usage {
        /// Tokens.
        tokens: Option<u64>,
        /// Micro-dollars.
        usd_micros: Option<u64>,
    },
    /// Its own word on how it ended. The last one counts.
    Verdict(Result<(), Failure>),
    /// Something that explains a poor result, for example that a tool was denied to it.
    Note(String),
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

    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// Where it keeps its login.
    fn login(&self) -> Login;

    /// The program it needs, for the check before a launch; `None` when the settings name none.
    fn program(&self, settings: &AgentSettings) -> Option<String>;

    /// How to start it, or why it cannot be.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String>;

    /// What one line of its output says, in order. Lines that it does not know say nothing.
    fn read_line(&self, line: &str) -> Vec<AgentEvent>;

    /// What its end amounts to; `verdict` is the last [`AgentEvent::Verdict`].
    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd;
}

/// The failure that a process's end amounts to, with what the agent said of it; `None` when it ended with 0.
fn process_failure(end: ProcessEnd, said: Option<&Failure>) -> Option<Failure> {
    let (class, what) = match end {
        ProcessEnd::Exited(0) => return None,
        ProcessEnd::Exited(status) => (
            FailureClass::Crashed,
            format!("the agent exited with {status}"),
        ),
        ProcessEnd::Signaled(signal) => (
            FailureClass::Killed,
            format!("the agent was ended by signal {signal}"),
        ),
    };
    Some(match said {
        Some(said) => Failure {
            detail: format!("{what}: {}", said.detail),
            ..said.clone()
        },
        None => Failure::new(class, what),
    })
}

/// Text of an agent as one line for people: without control characters, cut.
fn one_line(text: &str) -> String {
    const CHARS_MAX: usize = 300;
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let words = text.chars().map(visible).collect::<String>();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for agent in all() {
            let found = by_name(agent.name()).map(Agent::name);
            assert_eq!(found, Some(agent.name()));
            let same = all().iter().filter(|a| a.name() == agent.name());
            assert_eq!(same.count(), 1);
        }
        assert!(by_name("nobody").is_none());
    }

    #[test]
    fn what_an_agent_says_becomes_one_short_line() {
        assert_eq!(one_line("a\n\u{1b}[31mb\t c"), "a [31mb c");
        assert_eq!(one_line(&"ä".repeat(400)).chars().count(), 301);
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::time::Duration;

    use crate::domain::{AgentSettings, Sandbox};

    /// Settings that ask for nothing.
    pub(crate) fn settings() -> AgentSettings {
        AgentSettings {
            model: None,
            argv: vec![],
            shell: None,
            args: vec![],
            env: vec![],
            timeout: Duration::from_mins(30),
            stall: Duration::from_mins(5),
            grace: Duration::from_secs(5),
            output_bytes_max: 1 << 24,
            steps_max: 0,
            sandbox: Sandbox::None,
        }
    }
}
