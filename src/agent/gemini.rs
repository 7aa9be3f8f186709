//! Gemini CLI, headless: JSON lines on standard output, the task on standard input. It says nothing of money.
//!
//! After an error of the provider its exit status is the provider's status modulo 256.

use jiff::Zoned;
use serde_json::Value;

use super::failure::{Said, of_status};
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Hosts, Login, ProcessEnd, arguments,
    call, judge_by_word, no_shell, one_line, program_or, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass, Scope};

/// Gemini CLI.
pub(super) struct Gemini;

impl Agent for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn about(&self) -> &'static str {
        "Gemini CLI (`gemini`), with its own login or GEMINI_API_KEY"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            tried_with: Some("0.61.0"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            files: &[".gemini/oauth_creds.json", ".gemini/google_accounts.json"],
            home: &[".gemini"],
            how: "`gemini` once in a terminal, or GEMINI_API_KEY",
        }
    }

    fn hosts(&self) -> Hosts {
        Hosts {
            known: &[
                "cloudcode-pa.googleapis.com",
                "generativelanguage.googleapis.com",
                "oauth2.googleapis.com",
            ],
            vars: &["GOOGLE_GEMINI_BASE_URL"],
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "gemini"))
    }

    /// Without `--approval-mode yolo` its tools are not there at all, and without `--skip-trust` it does not start in a
    /// folder that it has not seen.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let fixed = [
            "--output-format",
            "stream-json",
            "--approval-mode",
            "yolo",
            "--skip-trust",
        ];
        Ok(AgentCommand {
            program: program_or(task.settings, "gemini"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[("GEMINI_TELEMETRY_ENABLED", "false")]),
            pass_env: &[
                "GEMINI_API_KEY",
                "GOOGLE_API_KEY",
                "GOOGLE_CLOUD_LOCATION",
                "GOOGLE_CLOUD_PROJECT",
                "GOOGLE_GEMINI_BASE_URL",
                "GOOGLE_GENAI_USE_VERTEXAI",
                "HTTPS_PROXY",
                "HTTP_PROXY",
                "NO_PROXY",
            ],
        })
    }

    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return vec![];
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match line["type"].as_str().unwrap_or_default() {
            "init" => {
                let id = line["session_id"].as_str().map(str::to_owned);
                id.map(AgentEvent::Session).into_iter().collect()
            }
            "tool_use" => {
                let tool = line["tool_name"].as_str().unwrap_or("a tool");
                vec![AgentEvent::Step, call(tool, &line["parameters"])]
            }
            // Its own policy; whatever else goes wrong in a tool is for the model alone.
            "tool_result" if line["error"]["type"] == "policy_violation" => {
                let id = text(&line["tool_id"]);
                let tool = one_line(id.split("__").next().unwrap_or_default());
                let note = format!("the agent was denied: {tool}");
                vec![AgentEvent::Note(note), AgentEvent::Denied(tool)]
            }
            "error" if line["severity"] == "error" => {
                let failure = Said::words(&text(&line["message"]));
                vec![AgentEvent::Verdict(Err(failure))]
            }
            // Its own guard: it stops the model, calls that a warning, and then reports success.
            "error" => {
                let failure = Said::words(&text(&line["message"]));
                let stops = failure.class == FailureClass::Looping;
                let verdict = stops.then_some(AgentEvent::Verdict(Err(failure)));
                verdict.into_iter().collect()
            }
            "result" => result(&line),
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        let judged = judge_by_word(end, verdict, "the agent ended without a result line");
        let ProcessEnd::Exited(status) = end else {
            return judged;
        };
        match (judged, class_of_exit(status)) {
            (AgentEnd::Failed(failure), Some(class)) if failure.class == FailureClass::Crashed => {
                AgentEnd::Failed(Failure { class, ..failure })
            }
            (judged, _) => judged,
        }
    }
}

fn result(line: &Value) -> Vec<AgentEvent> {
    let mut events = vec![AgentEvent::Usage {
        tokens: line["stats"]["total_tokens"].as_u64(),
        usd_micros: None,
    }];
    match (line["status"].as_str(), line["error"]["message"].as_str()) {
        (Some("success"), _) => events.push(AgentEvent::Verdict(Ok(()))),
        (_, Some(message)) => {
            // The second line is advice, and speaks of quotas whatever happened.
            let first = message.lines().next().unwrap_or_default();
            let failure = Said::words(first);
            // Its daily quotas are counted for each model.
            let of_model = failure.class == FailureClass::Quota && first.contains("on this model");
            let scope = of_model.then_some(Scope::Model);
            events.push(AgentEvent::Verdict(Err(Failure { scope, ..failure })));
        }
        // An `error` line has said it.
        _ => {}
    }
    events
}

fn class_of_exit(status: i32) -> Option<FailureClass> {
    const STATUSES: [u16; 11] = [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 529];
    match status {
        // Its own: no way to log in, more turns than allowed.
        41 => Some(FailureClass::NotLoggedIn),
        53 => Some(FailureClass::Looping),
        _ => {
            let mut statuses = STATUSES.into_iter();
            let provider = statuses.find(|provider| i32::from(provider % 256) == status);
            provider.and_then(of_status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read};

    #[test]
    fn a_good_run_is_well_and_its_cost_is_unknown() {
        let read = read(&Gemini, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (2, 2));
        assert_eq!(read.usage, (Some(3_720), None));
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Gemini,
            &[
                ("401.jsonl", 145, FailureClass::NotLoggedIn),
                ("403.jsonl", 147, FailureClass::NotAllowed),
                ("429.jsonl", 173, FailureClass::Limit),
                ("429quota.jsonl", 173, FailureClass::Quota),
                ("400credit.jsonl", 144, FailureClass::Billing),
                ("400ctx.jsonl", 144, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
                ("500.jsonl", 244, FailureClass::Overloaded),
                ("503.jsonl", 247, FailureClass::Overloaded),
                ("529.jsonl", 17, FailureClass::Overloaded),
                ("refused.jsonl", 1, FailureClass::Network),
                ("html.jsonl", 1, FailureClass::Network),
                ("cut.jsonl", 0, FailureClass::Network),
                ("loop.jsonl", 0, FailureClass::Looping),
            ],
        );
    }

    #[test]
    fn a_refused_tool_is_noted_and_one_that_failed_is_not() {
        let read = read(&Gemini, "denied.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.notes, ["the agent was denied: run_shell_command"]);
        assert_eq!(read.denied, ["run_shell_command"]);
        let failed = "{\"type\":\"tool_result\",\"tool_id\":\"a__b\",\"status\":\"error\",\
                      \"error\":{\"type\":\"file_not_found\",\"message\":\"denied by policy\"}}";
        assert_eq!(Gemini.read_line(failed, &now()), []);
    }

    #[test]
    fn an_exit_status_alone_tells_what_it_can() {
        let class = |status| match Gemini.judge(ProcessEnd::Exited(status), None) {
            AgentEnd::Well => None,
            AgentEnd::Failed(failure) => Some(failure.class),
        };
        assert_eq!(class(0), Some(FailureClass::BrokenOutput));
        assert_eq!(class(173), Some(FailureClass::Limit));
        assert_eq!(class(41), Some(FailureClass::NotLoggedIn));
        assert_eq!(class(1), Some(FailureClass::Crashed));
    }

    #[test]
    fn strange_lines_say_nothing_and_never_success() {
        for line in [
            "",
            "Error: rate limit 429",
            "[]",
            "{}",
            "{\"type\":\"message\",\"content\":\"429\"}",
            "{\"type\":\"error\",\"message\":\"a warning\",\"severity\":\"warning\"}",
        ] {
            assert_eq!(Gemini.read_line(line, &now()), [], "{line}");
        }
        let odd = Gemini.read_line("{\"type\":\"result\"}", &now());
        assert!(
            !odd.iter()
                .any(|event| matches!(event, AgentEvent::Verdict(Ok(()))))
        );
    }
}
