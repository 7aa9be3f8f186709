//! pi, headless: JSON lines on standard output, the task on standard input.
//!
//! In this mode it exits with 0 after every error of the provider: only its own word counts.

use jiff::Zoned;
use serde_json::Value;

use super::failure::Said;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, arguments, call,
    judge_by_word, micros, no_shell, opencode, program_or, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// pi.
pub(super) struct Pi;

impl Agent for Pi {
    fn name(&self) -> &'static str {
        "pi"
    }

    fn about(&self) -> &'static str {
        "pi (`pi -p`), with the key of a provider or the providers of its own settings"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            cost: true,
            tried_with: Some("0.73.1"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: opencode::PROVIDER_KEYS,
            files: &[".pi/agent/auth.json", ".pi/agent/models.json"],
            home: &[".pi"],
            how: "`pi` and then /login, or the key of a provider",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "pi"))
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let fixed = ["--mode", "json", "--no-session", "-p"];
        Ok(AgentCommand {
            program: program_or(task.settings, "pi"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[("PI_OFFLINE", "1")]),
            pass_env: &[
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_OAUTH_TOKEN",
                "GEMINI_API_KEY",
                "HTTPS_PROXY",
                "HTTP_PROXY",
                "NO_PROXY",
                "OPENAI_API_KEY",
                "OPENROUTER_API_KEY",
                "PI_CODING_AGENT_DIR",
            ],
        })
    }

    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return vec![];
        };
        let said = |text: &Value| Said::words(text.as_str().unwrap_or_default());
        match line["type"].as_str().unwrap_or_default() {
            "tool_execution_start" => {
                let tool = line["toolName"].as_str().unwrap_or("a tool");
                vec![AgentEvent::Step, call(tool, &line["args"])]
            }
            "message_end" if line["message"]["role"] == "assistant" => turn(&line["message"]),
            "agent_end" => cut(&line["messages"]).into_iter().collect(),
            "auto_retry_start" => vec![AgentEvent::Retrying(said(&line["errorMessage"]))],
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended in the middle of its turn")
    }
}

fn turn(message: &Value) -> Vec<AgentEvent> {
    let usage = &message["usage"];
    let id = match &message["responseId"] {
        Value::String(id) => id.clone(),
        _ => message["timestamp"].to_string(),
    };
    let mut events = vec![
        AgentEvent::Step,
        AgentEvent::Spent {
            turn: id,
            tokens: usage["totalTokens"].as_u64(),
            usd_micros: micros(usage["cost"]["total"].as_f64()),
        },
    ];
    // A page of a proxy instead of an answer looks like an answer without words.
    let empty = message["content"].as_array().is_none_or(Vec::is_empty);
    let verdict = match message["stopReason"].as_str().unwrap_or_default() {
        "stop" if !empty => Ok(()),
        "stop" => Err(Failure::new(
            FailureClass::BrokenOutput,
            "the model's answer was empty".to_owned(),
        )),
        "length" => Err(Failure::new(
            FailureClass::ContextTooLong,
            "the model's answer was longer than it may be".to_owned(),
        )),
        "error" | "aborted" => Err(Said::words(
            message["errorMessage"].as_str().unwrap_or_default(),
        )),
        _ => return events,
    };
    events.push(AgentEvent::Verdict(verdict));
    events
}

/// A stream of Chat Completions that breaks off looks to pi like one that ended well. Its last piece tells what was used:
/// a last turn that says nothing of it, after turns that did, was cut.
fn cut(messages: &Value) -> Option<AgentEvent> {
    let all = messages.as_array()?;
    let mut turns = all.iter().filter(|message| message["role"] == "assistant");
    let last = turns.next_back()?;
    let is_counted = |turn: &Value| turn["usage"]["totalTokens"].as_u64() > Some(0);
    let is_cut = last["stopReason"] == "stop" && !is_counted(last) && turns.any(is_counted);
    is_cut.then(|| {
        AgentEvent::Verdict(Err(Failure::new(
            FailureClass::Network,
            "the stream of the model's last answer ended in the middle".to_owned(),
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read};

    #[test]
    fn a_good_run_is_well_and_its_turns_are_added_up() {
        let read = read(&Pi, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (5, 2));
        assert_eq!(read.usage, (Some(3_720), Some(2_940)));
    }

    #[test]
    fn every_failure_has_its_class_though_it_exits_with_0() {
        fails(
            &Pi,
            &[
                ("401.jsonl", 0, FailureClass::NotLoggedIn),
                ("403.jsonl", 0, FailureClass::NotAllowed),
                ("429.jsonl", 0, FailureClass::Limit),
                ("429quota.jsonl", 0, FailureClass::Quota),
                ("400credit.jsonl", 0, FailureClass::Billing),
                ("400ctx.jsonl", 0, FailureClass::ContextTooLong),
                ("404model.jsonl", 0, FailureClass::ModelUnavailable),
                ("500.jsonl", 0, FailureClass::Overloaded),
                ("529.jsonl", 0, FailureClass::Overloaded),
                ("refused.jsonl", 0, FailureClass::Network),
                ("html.jsonl", 0, FailureClass::BrokenOutput),
                ("cutlate.jsonl", 0, FailureClass::Network),
            ],
        );
    }

    /// Some providers never tell what was used: that shows nothing.
    #[test]
    fn without_any_count_an_answer_is_taken_as_whole() {
        assert_eq!(read(&Pi, "cut.jsonl", 0).end, AgentEnd::Well);
    }

    #[test]
    fn strange_lines_say_nothing_and_never_success() {
        for line in [
            "",
            "429 rate limit",
            "[]",
            "{}",
            "{\"type\":\"turn_end\",\"message\":{\"role\":\"assistant\",\"stopReason\":\"stop\"}}",
            "{\"type\":\"message_end\",\"message\":{\"role\":\"user\",\"stopReason\":\"error\"}}",
        ] {
            assert_eq!(Pi.read_line(line, &now()), [], "{line}");
        }
        let silent = Pi.judge(ProcessEnd::Exited(0), None);
        assert!(matches!(silent, AgentEnd::Failed(f) if f.class == FailureClass::BrokenOutput));
    }
}
