//! opencode, headless: JSON lines on standard output, the task on standard input.
//!
//! Its last line is that of its last turn. On a stream that breaks off it begins another turn, for ever: only the limits
//! of steps and time end that.

use jiff::Zoned;
use serde_json::Value;

use super::failure::{Said, reset_in};
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, arguments, call,
    judge_by_word, micros, no_shell, program_or, sum, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// opencode.
pub(super) struct Opencode;

impl Agent for Opencode {
    fn name(&self) -> &'static str {
        "opencode"
    }

    fn about(&self) -> &'static str {
        "opencode (`opencode run`), with the providers of its own settings"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            cost: true,
            tried_with: Some("1.18.33"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: PROVIDER_KEYS,
            files: &[
                ".local/share/opencode/auth.json",
                ".config/opencode/opencode.json",
            ],
            home: &[
                ".cache/opencode",
                ".config/opencode",
                ".local/share/opencode",
                ".local/state/opencode",
            ],
            how: "`opencode auth login`, or the key of a provider",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "opencode"))
    }

    /// `--auto` answers questions with yes, but for what its settings deny.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let fixed = ["run", "--format", "json", "--auto"];
        Ok(AgentCommand {
            program: program_or(task.settings, "opencode"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[
                ("OPENCODE_CONFIG_CONTENT", QUIET),
                ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
                ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
            ]),
            pass_env: PASS_ENV,
        })
    }

    fn read_line(&self, line: &str, now: &Zoned) -> Vec<AgentEvent> {
        events(line, now)
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended in the middle of its turn")
    }
}

/// Settings that are laid over its own: nothing is published, nothing is replaced while it works.
pub(super) const QUIET: &str = "{\"share\":\"disabled\",\"autoupdate\":false}";

/// Keys of the providers that it finds without settings.
pub(super) const PROVIDER_KEYS: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
];

/// The same, and how to reach them.
pub(super) const PASS_ENV: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

/// What a line of `run --format json` says.
pub(super) fn events(line: &str, now: &Zoned) -> Vec<AgentEvent> {
    let Ok(line) = serde_json::from_str::<Value>(line) else {
        return vec![];
    };
    let part = &line["part"];
    match line["type"].as_str().unwrap_or_default() {
        "step_start" => {
            let id = line["sessionID"].as_str().map(str::to_owned);
            id.map(AgentEvent::Session).into_iter().collect()
        }
        "tool_use" => tool(part),
        "step_finish" => turn(part),
        "error" => vec![AgentEvent::Verdict(Err(failure(&line["error"], now)))],
        _ => vec![],
    }
}

fn tool(part: &Value) -> Vec<AgentEvent> {
    let name = part["tool"].as_str().unwrap_or("a tool");
    let state = &part["state"];
    let mut events = vec![AgentEvent::Step, call(name, &state["input"])];
    let error = state["error"].as_str().unwrap_or_default();
    if error.contains("rejected permission") || error.contains("prevents you from using") {
        events.push(AgentEvent::Note(format!("the agent was denied: {name}")));
        events.push(AgentEvent::Denied(name.to_owned()));
    }
    events
}

fn turn(part: &Value) -> Vec<AgentEvent> {
    let tokens = &part["tokens"];
    let counts = [
        &tokens["input"],
        &tokens["output"],
        &tokens["reasoning"],
        &tokens["cache"]["read"],
        &tokens["cache"]["write"],
    ];
    let mut events = vec![
        AgentEvent::Step,
        AgentEvent::Spent {
            turn: part["id"].as_str().unwrap_or_default().to_owned(),
            tokens: sum(counts.map(Value::as_u64)),
            usd_micros: micros(part["cost"].as_f64()),
        },
    ];
    let broken = |class, detail: &str| Err(Failure::new(class, detail.to_owned()));
    match part["reason"].as_str().unwrap_or_default() {
        "stop" => events.push(AgentEvent::Verdict(Ok(()))),
        "length" => events.push(AgentEvent::Verdict(broken(
            FailureClass::ContextTooLong,
            "the model's answer was longer than it may be",
        ))),
        // The stream broke off; it begins another turn.
        "unknown" => events.push(AgentEvent::Retrying(Failure::new(
            FailureClass::Network,
            "the model's answer broke off".to_owned(),
        ))),
        _ => {}
    }
    events
}

fn failure(error: &Value, now: &Zoned) -> Failure {
    let data = &error["data"];
    let status = data["statusCode"].as_u64();
    let name = error["name"].as_str().unwrap_or_default();
    let code = serde_json::from_str::<Value>(data["responseBody"].as_str().unwrap_or_default());
    let code = code
        .ok()
        .and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
    let failure = Said {
        status: status.and_then(|status| u16::try_from(status).ok()),
        code: code
            .as_deref()
            .filter(|_| name == "APIError")
            .unwrap_or(name),
        text: data["message"].as_str().unwrap_or_default(),
    }
    .failure();
    let wait = data["responseHeaders"]["retry-after"].as_str();
    let limited = matches!(failure.class, FailureClass::Limit | FailureClass::Quota);
    let reset = wait
        .filter(|_| limited)
        .and_then(|wait| reset_in(wait, now));
    Failure { reset, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read};

    #[test]
    fn a_good_run_is_well_and_its_turns_are_added_up() {
        let read = read(&Opencode, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (5, 2));
        assert_eq!(read.usage, (Some(3_720), Some(2_940)));
        assert!(read.session.unwrap().starts_with("ses_"));
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Opencode,
            &[
                ("401.jsonl", 1, FailureClass::NotLoggedIn),
                ("403.jsonl", 1, FailureClass::NotAllowed),
                ("429.jsonl", 1, FailureClass::Limit),
                ("400ctx.jsonl", 1, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
                ("500.jsonl", 1, FailureClass::Overloaded),
            ],
        );
        let limit = read(&Opencode, "429.jsonl", 1);
        assert_eq!(limit.reset().unwrap().to_string(), "2026-11-21T08:30:02Z");
    }

    #[test]
    fn a_turn_that_broke_off_is_no_end() {
        let read = read(&Opencode, "cut.jsonl", 0);
        assert_eq!(read.class(), Some(FailureClass::BrokenOutput));
        assert_eq!(read.retrying.unwrap().class, FailureClass::Network);
    }

    #[test]
    fn a_page_instead_of_an_answer_is_a_network_that_it_tries_again() {
        let read = read(&Opencode, "html.jsonl", 0);
        assert_eq!(read.class(), Some(FailureClass::BrokenOutput));
        assert_eq!(read.retrying.unwrap().class, FailureClass::Network);
    }

    #[test]
    fn a_refused_tool_is_noted_and_one_that_failed_is_not() {
        let line = |error: &str| {
            let state = serde_json::json!({ "status": "error", "input": {}, "error": error });
            let part = serde_json::json!({ "type": "tool", "tool": "bash", "state": state });
            serde_json::json!({ "type": "tool_use", "part": part }).to_string()
        };
        let denied = |error: &str| -> Vec<AgentEvent> {
            let events = Opencode.read_line(&line(error), &now()).into_iter();
            let is_denied = |event: &AgentEvent| matches!(event, AgentEvent::Denied(_));
            events.filter(is_denied).collect()
        };
        for error in [
            "The user rejected permission to use this specific tool call.",
            "The user has specified a rule which prevents you from using this specific tool call. Here are some of the \
             relevant rules []",
        ] {
            let bash = AgentEvent::Denied("bash".to_owned());
            assert_eq!(denied(error), [bash], "{error}");
        }
        assert_eq!(denied("ls: permission denied"), []);
    }

    #[test]
    fn strange_lines_say_nothing_and_never_success() {
        for line in [
            "",
            "not json",
            "[]",
            "{}",
            "{\"type\":\"text\",\"part\":{\"text\":\"rate limit\"}}",
            "{\"type\":\"step_start\"}",
            "{\"type\":\"future\"}",
        ] {
            assert_eq!(Opencode.read_line(line, &now()), [], "{line}");
        }
        let odd = Opencode.read_line("{\"type\":\"step_finish\"}", &now());
        assert!(
            !odd.iter()
                .any(|event| matches!(event, AgentEvent::Verdict(_)))
        );
        let odd = Opencode.read_line("{\"type\":\"error\"}", &now());
        assert!(matches!(odd[..], [AgentEvent::Verdict(Err(_))]), "{odd:?}");
    }
}
