//! Kilo, headless: a relative of opencode with the same lines of output, and settings of its own.

use jiff::Zoned;

use super::opencode;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, arguments,
    judge_by_word, no_shell, program_or, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure};

/// Kilo.
pub(super) struct Kilo;

impl Agent for Kilo {
    fn name(&self) -> &'static str {
        "kilo"
    }

    fn about(&self) -> &'static str {
        "Kilo (`kilo run`), with the providers of its own settings"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            cost: true,
            tried_with: Some("7.7.7"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: opencode::PROVIDER_KEYS,
            files: &[".local/share/kilo/auth.json", ".config/kilo/kilo.json"],
            home: &[
                ".cache/kilo",
                ".config/kilo",
                ".local/share/kilo",
                ".local/state/kilo",
            ],
            how: "`kilo auth login`, or the key of a provider",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "kilo"))
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let fixed = ["run", "--format", "json", "--auto"];
        Ok(AgentCommand {
            program: program_or(task.settings, "kilo"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[("KILO_CONFIG_CONTENT", opencode::QUIET)]),
            pass_env: opencode::PASS_ENV,
        })
    }

    fn read_line(&self, line: &str, now: &Zoned) -> Vec<AgentEvent> {
        opencode::events(line, now)
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended in the middle of its turn")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, read, settings, task};
    use crate::domain::FailureClass;

    #[test]
    fn it_never_asks() {
        let mut settings = settings();
        settings.model = Some("stub/small".into());
        settings.args = vec!["--variant".into(), "high".into()];
        let args = Kilo.command(&task(&settings)).unwrap().args.join(" ");
        let expected = "run --format json --auto --model stub/small --variant high";
        assert_eq!(args, expected);
    }

    #[test]
    fn a_good_run_is_well() {
        let read = read(&Kilo, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.calls.len(), 2);
        assert_eq!(read.usage, (Some(3_720), Some(2_940)));
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Kilo,
            &[
                ("401.jsonl", 1, FailureClass::NotLoggedIn),
                ("403.jsonl", 1, FailureClass::NotAllowed),
                ("400ctx.jsonl", 1, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
            ],
        );
    }
}
