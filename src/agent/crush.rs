//! Crush, headless: prose on standard output, its log on its error output, the task on standard input. It has no word of
//! its own on how it ended but its exit status and one line of error output.

use jiff::Zoned;

use super::failure::Said;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, arguments, no_shell,
    opencode, process_failure, program_or, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure};

/// What its last line begins with when it failed.
const FAILED: &[&str] = &[
    "agent run failed:",
    "agent error:",
    "no providers configured",
];

/// Crush.
pub(super) struct Crush;

impl Agent for Crush {
    fn name(&self) -> &'static str {
        "crush"
    }

    fn about(&self) -> &'static str {
        "Crush (`crush run`), with the providers of its own settings"
    }

    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    fn login(&self) -> Login {
        Login {
            env: opencode::PROVIDER_KEYS,
            files: &[".config/crush/crush.json", ".local/share/crush/crush.json"],
            home: &[".cache/crush", ".config/crush", ".local/share/crush"],
            how: "`crush login`, or the key of a provider",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "crush"))
    }

    /// Its log shows that it lives; prose comes at the end alone.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        Ok(AgentCommand {
            program: program_or(task.settings, "crush"),
            args: arguments(task.settings, &["run", "--quiet", "--verbose"], "--model"),
            prompt_on_stdin: true,
            env: vars(&[("CRUSH_DISABLE_METRICS", "1"), ("DO_NOT_TRACK", "1")]),
            pass_env: opencode::PASS_ENV,
        })
    }

    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        let line = line.trim();
        let line = line.strip_prefix("ERROR").unwrap_or(line).trim_start();
        let failed = FAILED.iter().any(|words| line.starts_with(words));
        if failed {
            vec![AgentEvent::Verdict(Err(Said::words(line)))]
        } else {
            vec![]
        }
    }

    /// The line counts only with the exit status: the model may write such a line too.
    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        let said = verdict.and_then(|verdict| verdict.as_ref().err());
        process_failure(end, said).map_or(AgentEnd::Well, AgentEnd::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{now, settings, task};
    use crate::domain::FailureClass;

    #[test]
    fn it_reads_its_task_and_shows_that_it_lives() {
        let mut settings = settings();
        settings.model = Some("small".into());
        let built = Crush.command(&task(&settings)).unwrap();
        assert_eq!(built.args.join(" "), "run --quiet --verbose --model small");
        assert!(built.prompt_on_stdin);
    }

    #[test]
    fn a_failure_is_an_exit_status_and_its_class_the_last_line() {
        let line = "  agent run failed: 401 Unauthorized";
        let events = Crush.read_line(line, &now());
        let [AgentEvent::Verdict(verdict)] = &events[..] else {
            panic!("{events:?}")
        };
        let well = Crush.judge(ProcessEnd::Exited(0), Some(verdict));
        assert_eq!(well, AgentEnd::Well);
        let AgentEnd::Failed(failure) = Crush.judge(ProcessEnd::Exited(1), Some(verdict)) else {
            panic!("well")
        };
        assert_eq!(failure.class, FailureClass::NotLoggedIn);
        assert_eq!(Crush.read_line("we hit a rate limit", &now()), []);
    }
}
