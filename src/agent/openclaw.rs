//! `OpenClaw`, headless: one JSON object at the end, over many lines, on standard output; the task on standard input.
//!
//! Until then it may print nothing at all, so its `stall` limit has to be as long as a run may take.

use jiff::Zoned;
use serde_json::Value;

use super::failure::Said;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, arguments,
    judge_by_word, micros, no_shell, opencode, program_or,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// `OpenClaw`.
pub(super) struct Openclaw;

impl Agent for Openclaw {
    fn name(&self) -> &'static str {
        "openclaw"
    }

    fn about(&self) -> &'static str {
        "OpenClaw (`openclaw agent exec`), with the providers of its own settings"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            cost: true,
            tried_with: Some("2026.9.6"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: opencode::PROVIDER_KEYS,
            files: &[".openclaw/openclaw.json"],
            home: &[".openclaw"],
            how: "`openclaw onboard`, or the key of a provider",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "openclaw"))
    }

    /// Its own deadline would come first: it is set to the run's.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let deadline = task.settings.timeout.as_secs().to_string();
        let fixed = [
            "agent",
            "exec",
            "--json",
            "--timeout",
            &deadline,
            "--message-file",
            "-",
        ];
        Ok(AgentCommand {
            program: program_or(task.settings, "openclaw"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vec![],
            pass_env: opencode::PASS_ENV,
        })
    }

    /// Its object is printed with one field on each line, and the depth of a field shows in its indentation. Text of a
    /// model is inside a string and has no line of its own.
    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        let field = line.trim_end().trim_end_matches(',');
        let depth = field.len() - field.trim_start_matches(' ').len();
        let Some((name, value)) = field.trim_start().split_once(": ") else {
            return vec![];
        };
        let Ok(value) = serde_json::from_str::<Value>(value) else {
            return vec![];
        };
        let usage = |tokens, usd_micros| vec![AgentEvent::Usage { tokens, usd_micros }];
        match (depth, name) {
            (2, "\"ok\"") if value == Value::Bool(true) => vec![AgentEvent::Verdict(Ok(()))],
            (2, "\"ok\"") => vec![AgentEvent::Verdict(Err(Failure::new(
                FailureClass::Crashed,
                "its result says so".to_owned(),
            )))],
            (4, "\"message\"") => {
                let text = value.as_str().unwrap_or_default();
                vec![AgentEvent::Verdict(Err(Said::words(text)))]
            }
            (4, "\"total\"") => usage(value.as_u64(), None),
            (2, "\"costUsd\"") => usage(None, micros(value.as_f64())),
            (2, "\"sessionId\"") => {
                let id = value.as_str().map(str::to_owned);
                id.map(AgentEvent::Session).into_iter().collect()
            }
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended without a result")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read, settings, task};

    #[test]
    fn its_own_deadline_is_that_of_the_run() {
        let mut settings = settings();
        settings.timeout = std::time::Duration::from_mins(7);
        let args = Openclaw.command(&task(&settings)).unwrap().args.join(" ");
        let expected = "agent exec --json --timeout 420 --message-file -";
        assert_eq!(args, expected);
    }

    #[test]
    fn a_good_run_is_well_and_its_cost_is_known() {
        let read = read(&Openclaw, "ok.txt", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.usage, (Some(2_480), Some(1_960)));
        assert!(read.session.is_some());
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Openclaw,
            &[
                ("401.txt", 1, FailureClass::NotLoggedIn),
                ("403.txt", 1, FailureClass::NotAllowed),
                // It takes a quota for a lack of money.
                ("429quota.txt", 1, FailureClass::Billing),
                ("400ctx.txt", 1, FailureClass::ContextTooLong),
                ("404model.txt", 1, FailureClass::ModelUnavailable),
            ],
        );
    }

    #[test]
    fn only_fields_of_its_object_count() {
        for line in [
            "",
            "\"ok\": true,",
            "      \"ok\": true",
            "  \"final\": \"\\n  \\\"ok\\\": true\"",
            "      \"total\": 0.00196",
            "    \"text\": \"429 rate limit\",",
        ] {
            assert_eq!(Openclaw.read_line(line, &now()), [], "{line}");
        }
    }
}
