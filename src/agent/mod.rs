//! Coding agents. An adapter only describes the command and interprets what came out; it starts nothing.

mod claude;
mod codex;
mod command;
mod crush;
mod failure;
mod gemini;
mod kilo;
mod ollama;
mod openclaw;
mod opencode;
mod pi;
mod qwen;
mod spending;

use std::path::Path;

use jiff::Zoned;

pub use self::spending::Spending;
use self::spending::{micros, sum};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// Every agent that acp knows, in the order of lists. A new one is one file and one line here.
static ALL: &[&dyn Agent] = &[
    &claude::Claude,
    &codex::Codex,
    &opencode::Opencode,
    &gemini::Gemini,
    &pi::Pi,
    &qwen::Qwen,
    &openclaw::Openclaw,
    &kilo::Kilo,
    &crush::Crush,
    &ollama::Ollama,
    &command::Command,
];

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
    /// What it may spend from here on, in micro-dollars; `None`: as much as it needs. acp ends it at the limits that it
    /// sees in its output; a program with a limit of its own sees money that it tells only at its end.
    pub usd_micros_max: Option<u64>,
    /// Whether acp confines it: then it need not confine its own commands, and may be unable to.
    pub confined: bool,
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

impl Login {
    /// Those of [`Login::home`] that are folders: they have no extension.
    pub fn folders(&self) -> impl Iterator<Item = &'static str> {
        let all = self.home.iter().copied();
        all.filter(|name| Path::new(name).extension().is_none())
    }
}

/// The hosts of an agent's model and of its login. What its own settings files name, acp does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hosts {
    /// Those that it goes to by itself, at port 443 where none is named.
    pub known: &'static [&'static str],
    /// Variables that lead it to another server instead.
    pub vars: &'static [&'static str],
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
    /// What one answer of the model has used. Some programs repeat or correct it: the last word on a turn counts.
    Spent {
        /// Names the turn.
        turn: String,
        /// Tokens.
        tokens: Option<u64>,
        /// Micro-dollars.
        usd_micros: Option<u64>,
    },
    /// What it has used so far, in all; takes the place of what was added up from [`AgentEvent::Spent`].
    Usage {
        /// Tokens.
        tokens: Option<u64>,
        /// Micro-dollars.
        usd_micros: Option<u64>,
    },
    /// What its session has used so far, with what earlier starts of it in the same session have used.
    SessionUsage {
        /// Tokens.
        tokens: Option<u64>,
        /// Micro-dollars.
        usd_micros: Option<u64>,
    },
    /// It tries again after this failure. When it gets no further, this is how it ended.
    Retrying(Failure),
    /// A tool that was refused to it.
    Denied(String),
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

    /// Which hosts it talks to while it works; none where its own settings alone decide.
    fn hosts(&self) -> Hosts {
        Hosts::default()
    }

    /// The program it needs, for the check before a launch; `None` when the settings name none.
    fn program(&self, settings: &AgentSettings) -> Option<String>;

    /// How to start it, or why it cannot be.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String>;

    /// What one line of its output, read at `now` of this machine's zone, says, in order. Lines that it does not know
    /// say nothing.
    fn read_line(&self, line: &str, now: &Zoned) -> Vec<AgentEvent>;

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

/// The end of an agent that has a word of its own: it is well when it ended with 0 and said so. `missing` is the
/// failure of one that said nothing.
fn judge_by_word(
    end: ProcessEnd,
    verdict: Option<&Result<(), Failure>>,
    missing: &str,
) -> AgentEnd {
    let said = verdict.and_then(|verdict| verdict.as_ref().err());
    let failure = process_failure(end, said).or_else(|| match verdict {
        Some(Ok(())) => None,
        Some(Err(said)) => Some(Failure {
            detail: format!("the agent says that it failed: {}", said.detail),
            ..said.clone()
        }),
        None => Some(Failure::new(FailureClass::BrokenOutput, missing.to_owned())),
    });
    failure.map_or(AgentEnd::Well, AgentEnd::Failed)
}

/// A later word on the end takes the place of an earlier one. When the later one only repeats the failure, what the
/// earlier one knew of its end stays. A program that stopped its model because that went round in circles ends in good
/// order and says so; the circle is the end all the same.
pub fn last_word(
    earlier: Option<Result<(), Failure>>,
    mut later: Result<(), Failure>,
) -> Result<(), Failure> {
    if let (Some(Err(before)), Ok(())) = (&earlier, &later)
        && before.class == FailureClass::Looping
    {
        return Err(before.clone());
    }
    if let (Some(Err(before)), Err(after)) = (earlier, &mut later)
        && before.class == after.class
    {
        after.reset = after.reset.or(before.reset);
        after.scope = after.scope.or(before.scope);
    }
    later
}

/// A call with its arguments, the same for the same call, however long they are.
fn call(tool: &str, arguments: &serde_json::Value) -> AgentEvent {
    const CHARS_MAX: usize = 2000;
    let text = format!("{tool} {arguments}");
    AgentEvent::Call(match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}… {} bytes", &text[..end], text.len()),
        None => text,
    })
}

/// The profile's model, when it names one.
fn model(settings: &AgentSettings) -> Option<&str> {
    settings.model.as_deref().filter(|model| !model.is_empty())
}

/// The program of an agent that has one of its own: the first word of `argv`, or `usual`.
fn program_or(settings: &AgentSettings, usual: &str) -> String {
    let own = settings.argv.first().cloned();
    own.unwrap_or_else(|| usual.to_owned())
}

/// The arguments of an agent that has a program of its own: those of `argv`, acp's, the model, and the profile's.
fn arguments(settings: &AgentSettings, fixed: &[&str], model_flag: &str) -> Vec<String> {
    let mut args: Vec<String> = settings.argv.iter().skip(1).cloned().collect();
    args.extend(fixed.iter().map(|&arg| arg.to_owned()));
    if let Some(model) = model(settings) {
        args.extend([model_flag.to_owned(), model.to_owned()]);
    }
    args.extend(settings.args.iter().cloned());
    args
}

/// A `shell` line is for the agent `command` alone.
fn no_shell(name: &str, settings: &AgentSettings) -> Result<(), String> {
    match settings.shell {
        None => Ok(()),
        Some(_) => Err(format!(
            "the agent `{name}` takes no `shell` line; use the agent `command`"
        )),
    }
}

/// Variables as pairs.
fn vars(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
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
    fn the_same_call_looks_the_same_and_another_does_not() {
        let long = |end: &str| serde_json::json!({ "text": format!("{}{end}", "ä".repeat(3000)) });
        assert_eq!(call("write", &long("a")), call("write", &long("a")));
        assert_ne!(call("write", &long("a")), call("write", &long("abc")));
        assert_ne!(call("write", &long("a")), call("read", &long("a")));
    }

    #[test]
    fn a_later_word_counts_save_after_a_circle() {
        let failed = |class| Err(Failure::new(class, String::new()));
        let network = failed(FailureClass::Network);
        let circle = failed(FailureClass::Looping);
        assert_eq!(last_word(Some(network.clone()), Ok(())), Ok(()));
        assert_eq!(last_word(Some(Ok(())), network.clone()), network);
        assert_eq!(last_word(Some(circle.clone()), Ok(())), circle);
        assert_eq!(last_word(Some(circle), network.clone()), network);
    }

    #[test]
    fn no_agent_gets_its_task_or_a_shell_line_as_an_argument() {
        for agent in all() {
            let mut settings = testing::settings();
            settings.model = Some("a-model".into());
            if agent.name() == "command" {
                settings.argv = vec!["tool".into()];
            }
            let task = testing::task(&settings);
            let built = agent.command(&task).unwrap();
            let all = built.args.join(" ");
            assert!(!all.contains(task.prompt), "{}: {all}", agent.name());
            assert_eq!(Some(built.program), agent.program(&settings));
            let by_file = built.args.iter().any(|arg| arg.contains("prompt.md"));
            assert!(built.prompt_on_stdin != by_file, "{}", agent.name());
            if agent.name() != "command" {
                settings.shell = Some("line".into());
                assert!(agent.command(&testing::task(&settings)).is_err());
            }
        }
    }

    #[test]
    fn what_an_agent_says_becomes_one_short_line() {
        assert_eq!(one_line("a\n\u{1b}[31mb\t c"), "a [31mb c");
        assert_eq!(one_line(&"ä".repeat(400)).chars().count(), 301);
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::path::Path;
    use std::time::Duration;

    use jiff::tz::TimeZone;
    use jiff::{Timestamp, Zoned};

    use super::{Agent, AgentEvent, AgentTask, ProcessEnd};
    use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass, Sandbox, Scope};

    /// A moment in UTC, shortly before the recorded transcripts were made.
    pub(crate) fn now() -> Zoned {
        let at: Timestamp = "2026-11-21T08:30:00Z".parse().unwrap();
        at.to_zoned(TimeZone::UTC)
    }

    /// A task with these settings.
    pub(crate) fn task(settings: &AgentSettings) -> AgentTask<'_> {
        AgentTask {
            prompt: "SECRET TASK",
            prompt_file: Path::new("/w/.acp/prompt.md"),
            worktree: Path::new("/w"),
            settings,
            run: "20261121-031502-issue-12-a1",
            resume: None,
            usd_micros_max: None,
            confined: false,
        }
    }

    /// What was read from a transcript, and what it amounts to.
    #[derive(Debug)]
    pub(crate) struct Read {
        pub(crate) steps: usize,
        pub(crate) calls: Vec<String>,
        pub(crate) session: Option<String>,
        /// Tokens and micro-dollars, as a worker adds them up.
        pub(crate) usage: (Option<u64>, Option<u64>),
        pub(crate) notes: Vec<String>,
        pub(crate) denied: Vec<String>,
        pub(crate) retrying: Option<Failure>,
        pub(crate) end: AgentEnd,
    }

    impl Read {
        pub(crate) fn class(&self) -> Option<FailureClass> {
            match &self.end {
                AgentEnd::Well => None,
                AgentEnd::Failed(failure) => Some(failure.class),
            }
        }

        pub(crate) fn scope(&self) -> Option<Scope> {
            match &self.end {
                AgentEnd::Well => None,
                AgentEnd::Failed(failure) => failure.scope,
            }
        }

        pub(crate) fn reset(&self) -> Option<Timestamp> {
            match &self.end {
                AgentEnd::Well => None,
                AgentEnd::Failed(failure) => failure.reset,
            }
        }
    }

    /// Reads the transcript `tests/fixtures/agent/<agent>/<name>` of a process that exited with `status`.
    pub(crate) fn read(agent: &dyn Agent, name: &str, status: i32) -> Read {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("tests/fixtures/agent").join(agent.name());
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let mut read = Read {
            steps: 0,
            calls: vec![],
            session: None,
            usage: (None, None),
            notes: vec![],
            denied: vec![],
            retrying: None,
            end: AgentEnd::Well,
        };
        let mut spent = super::Spending::default();
        let mut verdict = None;
        for event in text.lines().flat_map(|line| agent.read_line(line, &now())) {
            spent.hear(&event);
            match event {
                AgentEvent::Step => read.steps += 1,
                AgentEvent::Call(call) => read.calls.push(call),
                AgentEvent::Session(id) => read.session = Some(id),
                AgentEvent::Note(note) => read.notes.push(note),
                AgentEvent::Verdict(said) => verdict = Some(super::last_word(verdict, said)),
                AgentEvent::Denied(tool) => read.denied.push(tool),
                AgentEvent::Retrying(failure) => read.retrying = Some(failure),
                AgentEvent::Usage { .. }
                | AgentEvent::SessionUsage { .. }
                | AgentEvent::Spent { .. } => {}
            }
        }
        read.usage = (spent.tokens(), spent.usd_micros());
        read.end = agent.judge(ProcessEnd::Exited(status), verdict.as_ref());
        read
    }

    /// The transcripts of failures: name, exit status, class.
    pub(crate) fn fails(agent: &dyn Agent, table: &[(&str, i32, FailureClass)]) {
        for (name, status, class) in table {
            let read = read(agent, name, *status);
            assert_eq!(read.class(), Some(*class), "{name}: {:?}", read.end);
        }
    }

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
