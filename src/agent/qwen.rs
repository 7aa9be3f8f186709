//! Qwen Code, headless: JSON lines on standard output, the task on standard input. It says nothing of money.

use jiff::Zoned;
use serde_json::Value;

use super::failure::Said;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Hosts, Login, ProcessEnd, arguments,
    call, judge_by_word, no_shell, one_line, program_or, sum, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// Qwen Code.
pub(super) struct Qwen;

impl Agent for Qwen {
    fn name(&self) -> &'static str {
        "qwen"
    }

    fn about(&self) -> &'static str {
        "Qwen Code (`qwen`), with its own login or OPENAI_API_KEY"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            tried_with: Some("0.24.4"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: &["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
            files: &[".qwen/oauth_creds.json", ".qwen/settings.json"],
            home: &[".qwen"],
            how: "`qwen` and then /auth, or OPENAI_API_KEY",
        }
    }

    fn hosts(&self) -> Hosts {
        Hosts {
            known: &["chat.qwen.ai", "dashscope.aliyuncs.com"],
            vars: &["OPENAI_BASE_URL"],
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "qwen"))
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let fixed = ["--output-format", "stream-json", "--approval-mode", "yolo"];
        Ok(AgentCommand {
            program: program_or(task.settings, "qwen"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[("QWEN_CODE_SUPPRESS_YOLO_WARNING", "1")]),
            pass_env: &[
                "DASHSCOPE_API_KEY",
                "HTTPS_PROXY",
                "HTTP_PROXY",
                "NO_PROXY",
                "OPENAI_API_KEY",
                "OPENAI_BASE_URL",
                "OPENAI_MODEL",
            ],
        })
    }

    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        let Ok(read) = serde_json::from_str::<Value>(line) else {
            return retry(line).into_iter().collect();
        };
        match read["type"].as_str().unwrap_or_default() {
            "system" if read["subtype"] == "init" => {
                let id = read["session_id"].as_str().map(str::to_owned);
                id.map(AgentEvent::Session).into_iter().collect()
            }
            "assistant" => turn(&read["message"]),
            "result" => result(&read),
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended without a result line")
    }
}

/// `Retrying in 60s (attempt 1/10): [API Error: …]`, on its error output; the JSON line beside it has no reason.
fn retry(line: &str) -> Option<AgentEvent> {
    let rest = line.strip_prefix("Retrying in ")?;
    let (_, reason) = rest.split_once("[API Error: ")?;
    Some(AgentEvent::Retrying(Said::words(
        reason.trim_end_matches(']'),
    )))
}

fn turn(message: &Value) -> Vec<AgentEvent> {
    let blocks = message["content"].as_array().into_iter().flatten();
    let calls = blocks.filter(|block| block["type"] == "tool_use");
    let mut events: Vec<AgentEvent> = calls
        .flat_map(|block| {
            let tool = block["name"].as_str().unwrap_or("a tool");
            [AgentEvent::Step, call(tool, &block["input"])]
        })
        .collect();
    if let (Some(turn), Some(tokens)) = (message["id"].as_str(), tokens(&message["usage"])) {
        events.push(AgentEvent::Spent {
            turn: turn.to_owned(),
            tokens: Some(tokens),
            usd_micros: None,
        });
    }
    events
}

fn result(line: &Value) -> Vec<AgentEvent> {
    let mut events = vec![AgentEvent::Usage {
        tokens: tokens(&line["usage"]),
        usd_micros: None,
    }];
    let denials = line["permission_denials"].as_array().into_iter().flatten();
    for denial in denials {
        let tool = one_line(denial["tool_name"].as_str().unwrap_or("a tool"));
        events.push(AgentEvent::Note(format!("the agent was denied: {tool}")));
        events.push(AgentEvent::Denied(tool));
    }
    let subtype = line["subtype"].as_str().unwrap_or_default();
    if subtype == "success" && line["is_error"] == Value::Bool(false) {
        events.push(AgentEvent::Verdict(Ok(())));
        return events;
    }
    let text = line["error"]["message"].as_str().unwrap_or(subtype);
    let failure = Said::words(text);
    let class = if subtype.starts_with("error_max") {
        FailureClass::Looping
    } else {
        failure.class
    };
    events.push(AgentEvent::Verdict(Err(Failure { class, ..failure })));
    events
}

/// What was cached is part of the input.
fn tokens(usage: &Value) -> Option<u64> {
    sum(["input_tokens", "output_tokens"].map(|field| usage[field].as_u64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read};

    #[test]
    fn a_good_run_is_well_and_its_cost_is_unknown() {
        let read = read(&Qwen, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (2, 2));
        assert_eq!(read.usage, (Some(3_720), None));
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Qwen,
            &[
                ("401.jsonl", 1, FailureClass::NotLoggedIn),
                ("403.jsonl", 1, FailureClass::NotAllowed),
                ("400ctx.jsonl", 1, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
                ("refused.jsonl", 1, FailureClass::Network),
                ("cut.jsonl", 1, FailureClass::Network),
                ("loop.jsonl", 1, FailureClass::Looping),
            ],
        );
    }

    #[test]
    fn a_refused_tool_is_noted() {
        let read = read(&Qwen, "denied.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.notes, ["the agent was denied: run_shell_command"]);
        assert_eq!(read.denied, ["run_shell_command"]);
    }

    #[test]
    fn a_limit_that_it_waits_for_in_silence_is_said() {
        let read = read(&Qwen, "429.jsonl", 143);
        assert_eq!(read.retrying.unwrap().class, FailureClass::Limit);
    }

    #[test]
    fn strange_lines_say_nothing_and_never_success() {
        for line in [
            "",
            "rate limit 429",
            "Retrying in 60s",
            "[]",
            "{}",
            "{\"type\":\"assistant\",\"message\":{\"content\":\"429\"}}",
        ] {
            assert_eq!(Qwen.read_line(line, &now()), [], "{line}");
        }
        for line in [
            "{\"type\":\"result\"}",
            "{\"type\":\"result\",\"subtype\":\"success\"}",
        ] {
            let events = Qwen.read_line(line, &now());
            let bad = |event: &AgentEvent| matches!(event, AgentEvent::Verdict(Err(_)));
            assert!(events.iter().any(bad), "{line}: {events:?}");
        }
    }
}
