//! Claude Code, headless: JSON lines on standard output, the task on standard input.

use serde::Deserialize;
use serde_json::Value;

use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, one_line,
    process_failure,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass};

/// Claude Code.
pub(super) struct Claude;

impl Agent for Claude {
    fn name(&self) -> &'static str {
        "claude"
    }

    fn about(&self) -> &'static str {
        "Claude Code (`claude -p`), with its own login or ANTHROPIC_API_KEY"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            cost: true,
            tried_with: Some("2.1.329"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            env: &[
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "CLAUDE_CODE_OAUTH_TOKEN",
            ],
            files: &[".claude/.credentials.json"],
            home: &[".claude", ".claude.json"],
            how: "`claude` and then /login, or ANTHROPIC_API_KEY",
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        let own = settings.argv.first().cloned();
        Some(own.unwrap_or_else(|| "claude".to_owned()))
    }

    /// The prompt goes in on standard input: one argument may have 128 KiB on Linux, and shows in every process list.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        let settings = task.settings;
        if settings.shell.is_some() {
            return Err("the agent `claude` takes no `shell` line; use the agent `command`".into());
        }
        let mut args: Vec<String> = settings.argv.iter().skip(1).cloned().collect();
        let fixed = [
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "acceptEdits",
        ];
        args.extend(fixed.map(str::to_owned));
        if let Some(model) = settings.model.as_deref().filter(|model| !model.is_empty()) {
            args.extend(["--model".to_owned(), model.to_owned()]);
        }
        args.extend(settings.args.iter().cloned());
        Ok(AgentCommand {
            program: self.program(settings).unwrap_or_default(),
            args,
            prompt_on_stdin: true,
            env: vec![
                (
                    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC".into(),
                    "1".into(),
                ),
                ("DISABLE_AUTOUPDATER".into(), "1".into()),
            ],
            pass_env: &[
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "ANTHROPIC_BASE_URL",
                "ANTHROPIC_MODEL",
                "CLAUDE_CODE_MAX_RETRIES",
                "CLAUDE_CODE_OAUTH_TOKEN",
                "CLAUDE_CONFIG_DIR",
                "HTTPS_PROXY",
                "HTTP_PROXY",
                "NO_PROXY",
            ],
        })
    }

    fn read_line(&self, line: &str) -> Vec<AgentEvent> {
        // Tools and plugins print plain lines too; those, and lines of later versions, say nothing.
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            return vec![];
        };
        match line.kind.as_str() {
            "assistant" => vec![AgentEvent::Step; line.tool_calls()],
            "rate_limit_event" => line.limit_note().into_iter().collect(),
            "result" => line.result_events(),
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        let said = verdict.and_then(|verdict| verdict.as_ref().err());
        let failure = process_failure(end, said).or_else(|| match verdict {
            Some(Ok(())) => None,
            Some(Err(said)) => Some(Failure {
                detail: format!("the agent says that it failed: {}", said.detail),
                ..said.clone()
            }),
            None => Some(Failure::new(
                FailureClass::BrokenOutput,
                "the agent ended without a result line".to_owned(),
            )),
        });
        failure.map_or(AgentEnd::Well, AgentEnd::Failed)
    }
}

/// One line of output, with the fields that matter in any kind of line.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    rate_limit_info: Value,
    #[serde(default)]
    subtype: Value,
    #[serde(default)]
    is_error: Value,
    #[serde(default)]
    api_error_status: Value,
    #[serde(default)]
    terminal_reason: Value,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    total_cost_usd: Value,
    #[serde(default)]
    usage: Value,
    #[serde(default)]
    permission_denials: Value,
}

impl Line {
    fn tool_calls(&self) -> usize {
        let blocks = self.message["content"].as_array();
        let is_call = |block: &&Value| block["type"] == "tool_use";
        blocks.map_or(0, |blocks| blocks.iter().filter(is_call).count())
    }

    fn limit_note(&self) -> Option<AgentEvent> {
        let info = &self.rate_limit_info;
        if info["status"] != "rejected" {
            return None;
        }
        let which = info["rateLimitType"].as_str().unwrap_or("unknown");
        let resets = info["resetsAt"].as_i64();
        let resets = resets.and_then(|at| jiff::Timestamp::from_second(at).ok());
        let until = resets.map_or(String::new(), |at| format!(", resets at {at}"));
        let note = format!("usage limit `{}`{until}", one_line(which));
        Some(AgentEvent::Note(note))
    }

    fn result_events(&self) -> Vec<AgentEvent> {
        let mut events = vec![AgentEvent::Usage {
            tokens: self.tokens(),
            usd_micros: micros(self.total_cost_usd.as_f64()),
        }];
        events.extend(self.denied().map(AgentEvent::Note));
        let failure = self.failure();
        let failed = failure.map(|said| Failure::new(FailureClass::Crashed, said));
        events.push(AgentEvent::Verdict(failed.map_or(Ok(()), Err)));
        events
    }

    fn tokens(&self) -> Option<u64> {
        let fields = [
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "output_tokens",
        ];
        let known: Vec<u64> = fields
            .iter()
            .filter_map(|field| self.usage[field].as_u64())
            .collect();
        (!known.is_empty()).then(|| known.iter().fold(0_u64, |sum, n| sum.saturating_add(*n)))
    }

    fn denied(&self) -> Option<String> {
        let denials = self.permission_denials.as_array()?;
        let mut tools: Vec<String> = denials
            .iter()
            .map(|denial| one_line(denial["tool_name"].as_str().unwrap_or("a tool")))
            .collect();
        tools.sort();
        tools.dedup();
        (!tools.is_empty()).then(|| format!("the agent was denied: {}", tools.join(", ")))
    }

    /// The subtype is `success` after an API error too, and an interrupted agent exits with 0: only all fields together
    /// mean success.
    fn failure(&self) -> Option<String> {
        let reason = self.terminal_reason.as_str().unwrap_or_default();
        let cut_short = reason == "api_error" || reason.starts_with("aborted");
        if self.is_error == Value::Bool(false) && self.subtype == "success" && !cut_short {
            return None;
        }
        let said = self.result.as_str().map(one_line).unwrap_or_default();
        let words: Vec<&str> = [self.subtype.as_str().unwrap_or_default(), reason]
            .into_iter()
            .filter(|word| !word.is_empty() && *word != "success")
            .collect();
        let text = match (said.is_empty(), words.is_empty()) {
            (false, _) => said,
            (true, false) => one_line(&words.join(", ")),
            (true, true) => "its result line says so and nothing else".to_owned(),
        };
        Some(match self.api_error_status.as_u64() {
            Some(status) if !text.contains(&status.to_string()) => {
                format!("{text} (HTTP {status})")
            }
            _ => text,
        })
    }
}

/// Dollars as whole micro-dollars; what is no amount of money is unknown.
fn micros(usd: Option<f64>) -> Option<u64> {
    let micros = usd? * 1_000_000.0;
    format!("{micros:.0}").parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::agent::testing::settings;

    struct Read {
        steps: usize,
        usage: Option<(Option<u64>, Option<u64>)>,
        notes: Vec<String>,
        end: AgentEnd,
    }

    fn read(name: &str, status: i32) -> Read {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("tests/fixtures/agent/claude").join(name);
        let text = std::fs::read_to_string(file).unwrap();
        let (mut steps, mut usage, mut notes, mut verdict) = (0, None, vec![], None);
        for event in text.lines().flat_map(|line| Claude.read_line(line)) {
            match event {
                AgentEvent::Step => steps += 1,
                AgentEvent::Usage { tokens, usd_micros } => usage = Some((tokens, usd_micros)),
                AgentEvent::Note(note) => notes.push(note),
                AgentEvent::Verdict(said) => verdict = Some(said),
                AgentEvent::Call(_) | AgentEvent::Session(_) => {}
            }
        }
        let end = Claude.judge(ProcessEnd::Exited(status), verdict.as_ref());
        Read {
            steps,
            usage,
            notes,
            end,
        }
    }

    fn failed(class: FailureClass, detail: &str) -> AgentEnd {
        let detail = detail.to_owned();
        AgentEnd::Failed(Failure::new(class, detail))
    }

    #[test]
    fn a_good_run_is_well_and_its_cost_is_known() {
        let read = read("ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.steps, 3);
        assert_eq!(read.usage, Some((Some(24_105), Some(47_318))));
        assert!(read.notes.is_empty());
    }

    #[test]
    fn what_a_real_one_printed_is_understood() {
        let good = read("recorded_ok.jsonl", 0);
        assert_eq!(good.end, AgentEnd::Well);
        assert_eq!(good.steps, 1);
        assert_eq!(good.usage, Some((Some(3_280), Some(12_320))));
        let said = "API Error: Request rejected (429) · This request would exceed";
        for status in [0, 1] {
            let AgentEnd::Failed(failure) = read("recorded_429.jsonl", status).end else {
                panic!("well")
            };
            assert!(failure.detail.contains(said), "{}", failure.detail);
        }
    }

    #[test]
    fn success_as_a_subtype_alone_means_nothing() {
        let said = "API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment.";
        let end = read("api_error.jsonl", 0).end;
        let expected = format!("the agent says that it failed: {said}");
        assert_eq!(end, failed(FailureClass::Crashed, &expected));
        let end = read("api_error.jsonl", 1).end;
        let expected = format!("the agent exited with 1: {said}");
        assert_eq!(end, failed(FailureClass::Crashed, &expected));
    }

    #[test]
    fn an_interrupt_exits_with_0_and_is_a_failure() {
        let expected = "the agent says that it failed: error_during_execution, aborted_streaming";
        let end = read("interrupted.jsonl", 0).end;
        assert_eq!(end, failed(FailureClass::Crashed, expected));
    }

    #[test]
    fn a_cut_stream_has_no_verdict_and_is_a_failure() {
        let expected = "the agent ended without a result line";
        let end = read("terminated.jsonl", 0).end;
        assert_eq!(end, failed(FailureClass::BrokenOutput, expected));
        let end = read("terminated.jsonl", 143).end;
        assert_eq!(
            end,
            failed(FailureClass::Crashed, "the agent exited with 143")
        );
    }

    #[test]
    fn a_denied_tool_and_a_spent_limit_are_noted() {
        let denied = read("denied.jsonl", 0);
        assert_eq!(denied.end, AgentEnd::Well);
        assert_eq!(denied.notes, ["the agent was denied: Bash, Write"]);

        let limit = read("limit.jsonl", 1);
        let note = "usage limit `five_hour`, resets at 2026-11-21T03:45:48Z";
        assert_eq!(limit.notes, [note]);
        let expected = "the agent exited with 1: You've hit your 5-hour limit · resets 3:45am (UTC) (HTTP 429)";
        assert_eq!(limit.end, failed(FailureClass::Crashed, expected));
    }

    #[test]
    fn strange_lines_say_nothing_and_never_success() {
        for line in [
            "",
            "not json",
            "[]",
            "null",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"assistant\"}",
            "{\"type\":\"assistant\",\"message\":{\"content\":\"text\"}}",
            "{\"type\":\"future\"}",
        ] {
            assert_eq!(Claude.read_line(line), [], "{line}");
        }
        for line in [
            "{\"type\":\"result\"}",
            "{\"type\":\"result\",\"subtype\":\"success\"}",
            "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":\"false\"}",
            "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":null}",
            "{\"type\":\"result\",\"is_error\":false}",
        ] {
            let events = Claude.read_line(line);
            let bad = |e: &AgentEvent| matches!(e, AgentEvent::Verdict(Err(_)));
            assert!(events.iter().any(bad), "{line}: {events:?}");
        }
    }

    #[test]
    fn money_is_whole_micro_dollars_or_unknown() {
        assert_eq!(micros(Some(0.047_318_4)), Some(47_318));
        assert_eq!(micros(Some(0.0)), Some(0));
        for bad in [
            None,
            Some(-1.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(1e300),
        ] {
            assert_eq!(micros(bad), None);
        }
    }

    #[test]
    fn the_prompt_is_not_an_argument() {
        let mut settings = settings();
        settings.model = Some("opus".into());
        settings.args = vec!["--max-turns".into(), "40".into()];
        let task = AgentTask {
            prompt: "SECRET TASK",
            prompt_file: Path::new("/w/.acp/prompt.md"),
            worktree: Path::new("/w"),
            settings: &settings,
            run: "20261121-031502-issue-12-a1",
            resume: None,
        };
        let built = Claude.command(&task).unwrap();
        assert!(built.prompt_on_stdin && built.program == "claude");
        let line = built.args.join(" ");
        assert_eq!(
            line,
            "-p --output-format stream-json --verbose --permission-mode acceptEdits --model opus --max-turns 40"
        );
        let mut with_shell = settings.clone();
        with_shell.shell = Some("claude".into());
        let task = AgentTask {
            settings: &with_shell,
            ..task
        };
        assert!(Claude.command(&task).is_err());
    }
}
