//! Claude Code, headless: JSON lines on standard output, the task on standard input.

use jiff::{Timestamp, Zoned};
use serde::Deserialize;
use serde_json::Value;

use super::failure::Said;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Hosts, Login, ProcessEnd, arguments,
    call, judge_by_word, micros, no_shell, one_line, program_or, sum, vars,
};
use crate::domain::{AgentEnd, AgentSettings, Failure, FailureClass, Scope};

/// The most that a run may cost, in dollars.
const BUDGET: &str = "--max-budget-usd";
/// The version from which on it knows that.
const BUDGET_SINCE: &str = "2.0.28";

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
            resume: true,
            cost: true,
            sandbox: false,
            tried_with: Some("2.1.329"),
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

    fn hosts(&self) -> Hosts {
        Hosts {
            known: &["api.anthropic.com", "platform.claude.com"],
            vars: &["ANTHROPIC_BASE_URL"],
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "claude"))
    }

    /// The prompt goes in on standard input: one argument may have 128 KiB on Linux, and shows in every process list.
    /// Edits are accepted and the tools that the task needs are allowed by name; any other is denied without a question.
    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        let mut fixed = vec![
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "acceptEdits",
            "--allowed-tools",
            "Bash,Edit,Write,NotebookEdit,WebFetch,WebSearch",
        ];
        // It counts what it spends since this start alone, also in a session that goes on.
        let money = task.usd_micros_max.map(dollars);
        if let Some(money) = &money {
            fixed.extend([BUDGET, money]);
        }
        if let Some(session) = task.resume {
            fixed.extend(["--resume", session]);
        }
        Ok(AgentCommand {
            program: program_or(task.settings, "claude"),
            args: arguments(task.settings, &fixed, "--model"),
            prompt_on_stdin: true,
            env: vars(&[
                ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
                ("DISABLE_AUTOUPDATER", "1"),
            ]),
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

    fn read_line(&self, line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        // Tools and plugins print plain lines too; those, and lines of later versions, say nothing.
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            return too_old(line).into_iter().collect();
        };
        match line.kind.as_str() {
            "system" => line
                .session()
                .or_else(|| line.retry())
                .into_iter()
                .collect(),
            "assistant" => line.turn(),
            "rate_limit_event" => line.limit(),
            "result" => line.result_events(),
            _ => vec![],
        }
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge_by_word(end, verdict, "the agent ended without a result line")
    }
}

/// What is said of an option by a version that does not know it. It has not begun then: a word on its end takes its place.
fn too_old(line: &str) -> Option<AgentEvent> {
    let option = line.trim().strip_prefix("error: unknown option '")?;
    let option = option.split(['\'', ' ']).next()?;
    (option == BUDGET).then(|| {
        let detail = format!(
            "this claude does not know `{BUDGET}`, which `budget.usd_per_run` needs: update it to {BUDGET_SINCE} or newer, or \
             set `budget.usd_per_run: 0`"
        );
        AgentEvent::Verdict(Err(Failure::new(FailureClass::CouldNotStart, detail)))
    })
}

/// One line of output, with the fields that matter in any kind of line.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    session_id: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_status: Value,
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
    errors: Value,
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
    /// The first line of a run names its session.
    fn session(&self) -> Option<AgentEvent> {
        let id = self
            .session_id
            .as_str()
            .filter(|_| self.subtype == "init")?;
        Some(AgentEvent::Session(id.to_owned()))
    }

    fn retry(&self) -> Option<AgentEvent> {
        let code = self
            .error
            .as_str()
            .filter(|_| self.subtype == "api_retry")?;
        let status = self.error_status.as_u64();
        let said = Said {
            status: status.and_then(|status| u16::try_from(status).ok()),
            code,
            text: "",
        };
        Some(AgentEvent::Retrying(said.failure()))
    }

    /// One answer comes as several lines with the same id, one for each of its parts.
    fn turn(&self) -> Vec<AgentEvent> {
        let blocks = self.message["content"].as_array();
        let calls = blocks.into_iter().flatten();
        let calls = calls.filter(|block| block["type"] == "tool_use");
        let mut events: Vec<AgentEvent> = calls
            .flat_map(|block| {
                let tool = block["name"].as_str().unwrap_or("a tool");
                [AgentEvent::Step, call(tool, &block["input"])]
            })
            .collect();
        if let Some(turn) = self.message["id"].as_str() {
            events.extend(
                tokens(&self.message["usage"]).map(|tokens| AgentEvent::Spent {
                    turn: turn.to_owned(),
                    tokens: Some(tokens),
                    usd_micros: None,
                }),
            );
        }
        events
    }

    fn limit(&self) -> Vec<AgentEvent> {
        let info = &self.rate_limit_info;
        if info["status"] != "rejected" {
            return vec![];
        }
        let which = info["rateLimitType"].as_str().unwrap_or("unknown");
        let resets = info["resetsAt"].as_i64();
        let reset = resets.and_then(|at| Timestamp::from_second(at).ok());
        let until = reset.map_or(String::new(), |at| format!(", resets at {at}"));
        let detail = format!("usage limit `{}`{until}", one_line(which));
        vec![
            AgentEvent::Note(detail.clone()),
            AgentEvent::Verdict(Err(Failure {
                reset,
                scope: Some(scope_of(which)),
                ..Failure::new(FailureClass::Limit, detail)
            })),
        ]
    }

    fn result_events(&self) -> Vec<AgentEvent> {
        // Of a session that goes on, the tokens are those since then, and the cost is that of all of it.
        let mut events = vec![
            AgentEvent::Usage {
                tokens: tokens(&self.usage),
                usd_micros: None,
            },
            AgentEvent::SessionUsage {
                tokens: None,
                usd_micros: micros(self.total_cost_usd.as_f64()),
            },
        ];
        let denied = self.denied();
        if !denied.is_empty() {
            let note = format!("the agent was denied: {}", denied.join(", "));
            events.push(AgentEvent::Note(note));
        }
        events.extend(denied.into_iter().map(AgentEvent::Denied));
        events.push(AgentEvent::Verdict(self.failure().map_or(Ok(()), Err)));
        events
    }

    fn denied(&self) -> Vec<String> {
        let denials = self.permission_denials.as_array();
        let denials = denials.into_iter().flatten();
        let mut tools: Vec<String> = denials
            .map(|denial| one_line(denial["tool_name"].as_str().unwrap_or("a tool")))
            .collect();
        tools.sort();
        tools.dedup();
        tools
    }

    /// The subtype is `success` after an API error too, and an interrupted agent exits with 0: only all fields together
    /// mean success.
    fn failure(&self) -> Option<Failure> {
        let reason = self.terminal_reason.as_str().unwrap_or_default();
        let cut_short = reason == "api_error" || reason.starts_with("aborted");
        if self.is_error == Value::Bool(false) && self.subtype == "success" && !cut_short {
            return None;
        }
        let subtype = self.subtype.as_str().filter(|word| *word != "success");
        let subtype = subtype.unwrap_or_default();
        let words = [subtype, reason]
            .into_iter()
            .filter(|word| !word.is_empty());
        let words = words.collect::<Vec<_>>().join(", ");
        let said = self.result.as_str().or_else(|| self.errors[0].as_str());
        let said = said.unwrap_or_default();
        let status = self.api_error_status.as_u64();
        let failure = Said {
            status: status.and_then(|status| u16::try_from(status).ok()),
            code: reason,
            text: if said.is_empty() { &words } else { said },
        }
        .failure();
        // Its own limits of turns and money.
        if subtype == "error_max_budget_usd" {
            let detail = format!("spent more than usd_per_run: {}", failure.detail);
            return Some(Failure::new(FailureClass::Looping, detail));
        }
        let class = if subtype.starts_with("error_max") {
            FailureClass::Looping
        } else {
            failure.class
        };
        Some(Failure { class, ..failure })
    }
}

/// `five_hour`, `seven_day` and what is bought besides hold for all models; `seven_day_opus` for those of one family.
fn scope_of(window: &str) -> Scope {
    match window.strip_prefix("seven_day_") {
        Some(_family) => Scope::Model,
        None => Scope::Account,
    }
}

/// Dollars as its option takes them.
fn dollars(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn tokens(usage: &Value) -> Option<u64> {
    let fields = [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "output_tokens",
    ];
    sum(fields.map(|field| usage[field].as_u64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read, settings, task};

    #[test]
    fn a_good_run_is_well_and_its_cost_is_known() {
        let read = read(&Claude, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (2, 2));
        assert_eq!(read.usage, (Some(4_920), Some(18_480)));
        assert!(read.session.is_some() && read.notes.is_empty());
    }

    #[test]
    fn what_was_spent_is_known_while_it_works() {
        let line = |id: &str, kind: &str| {
            format!(
                "{{\"type\":\"assistant\",\"message\":{{\"id\":\"{id}\",\"content\":[{{\"type\":\"{kind}\"}}],\
                 \"usage\":{{\"input_tokens\":5,\"output_tokens\":2}}}}}}"
            )
        };
        let mut spent = crate::agent::Spending::default();
        for (id, kind) in [("a", "text"), ("a", "tool_use"), ("b", "text")] {
            let events = Claude.read_line(&line(id, kind), &now());
            for event in &events {
                spent.hear(event);
            }
        }
        assert_eq!((spent.tokens(), spent.usd_micros()), (Some(14), None));
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Claude,
            &[
                ("401.jsonl", 1, FailureClass::NotLoggedIn),
                ("403.jsonl", 1, FailureClass::NotAllowed),
                ("429.jsonl", 1, FailureClass::Limit),
                ("limit.jsonl", 1, FailureClass::Limit),
                ("400credit.jsonl", 1, FailureClass::Billing),
                ("400ctx.jsonl", 1, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
                ("500.jsonl", 1, FailureClass::Overloaded),
                ("503.jsonl", 1, FailureClass::Overloaded),
                ("529.jsonl", 1, FailureClass::Overloaded),
                ("refused.jsonl", 1, FailureClass::Network),
                ("html.jsonl", 1, FailureClass::Network),
                ("interrupted.jsonl", 0, FailureClass::Crashed),
                ("terminated.jsonl", 0, FailureClass::BrokenOutput),
                ("terminated.jsonl", 143, FailureClass::Crashed),
            ],
        );
    }

    /// It ends before it asks anything, with the words of its parser of arguments.
    #[test]
    fn a_version_without_a_limit_of_money_says_what_to_update() {
        let word = |line: &str| match &Claude.read_line(line, &now())[..] {
            [AgentEvent::Verdict(verdict)] => Some(verdict.clone()),
            [] => None,
            _ => panic!("{line}"),
        };
        let verdict = word("error: unknown option '--max-budget-usd'\n").unwrap();
        let AgentEnd::Failed(failure) = Claude.judge(ProcessEnd::Exited(1), Some(&verdict)) else {
            panic!("well")
        };
        assert_eq!(failure.class, FailureClass::CouldNotStart);
        assert!(failure.detail.contains("2.0.28"), "{failure:?}");
        for other in ["error: unknown option '--verbose'", "--max-budget-usd", ""] {
            assert!(word(other).is_none(), "{other}");
        }
    }

    #[test]
    fn success_as_a_subtype_alone_means_nothing() {
        let read = read(&Claude, "529.jsonl", 0);
        let AgentEnd::Failed(failure) = read.end else {
            panic!("well")
        };
        let said = "the agent says that it failed: API Error: 529 Overloaded.";
        assert!(failure.detail.starts_with(said), "{}", failure.detail);
        assert_eq!(read.retrying.unwrap().class, FailureClass::Overloaded);
    }

    #[test]
    fn a_cut_stream_that_it_recovered_from_is_well() {
        assert_eq!(read(&Claude, "cut.jsonl", 0).end, AgentEnd::Well);
    }

    #[test]
    fn a_refused_tool_is_noted() {
        let read = read(&Claude, "denied.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.notes, ["the agent was denied: Bash"]);
        assert_eq!(read.denied, ["Bash"]);
    }

    #[test]
    fn a_limit_ends_when_an_earlier_line_said_so() {
        let read = read(&Claude, "limit.jsonl", 1);
        assert_eq!(read.reset().unwrap().to_string(), "2026-11-21T09:52:03Z");
        let note = "usage limit `five_hour`, resets at 2026-11-21T09:52:03Z";
        assert_eq!(read.notes, [note]);
        assert_eq!(read.scope(), Some(Scope::Account));
    }

    #[test]
    fn a_limit_of_one_family_of_models_is_no_limit_of_the_account() {
        let scope = |window: &str| {
            let line = format!(
                "{{\"type\":\"rate_limit_event\",\"rate_limit_info\":{{\"status\":\"rejected\",\
                 \"resetsAt\":1795232748,\"rateLimitType\":\"{window}\"}}}}"
            );
            let events = Claude.read_line(&line, &now());
            events.into_iter().find_map(|event| match event {
                AgentEvent::Verdict(Err(failure)) => failure.scope,
                _ => None,
            })
        };
        for window in ["five_hour", "seven_day", "overage", "future"] {
            assert_eq!(scope(window), Some(Scope::Account), "{window}");
        }
        for window in ["seven_day_opus", "seven_day_sonnet"] {
            assert_eq!(scope(window), Some(Scope::Model), "{window}");
        }
    }

    #[test]
    fn its_own_limits_are_no_crash() {
        let line = "{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true}";
        let events = Claude.read_line(line, &now());
        let looping = |event: &AgentEvent| matches!(event, AgentEvent::Verdict(Err(said)) if said.class == FailureClass::Looping);
        assert!(events.iter().any(looping), "{events:?}");
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
            assert_eq!(Claude.read_line(line, &now()), [], "{line}");
        }
        for line in [
            "{\"type\":\"result\"}",
            "{\"type\":\"result\",\"subtype\":\"success\"}",
            "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":\"false\"}",
            "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":null}",
            "{\"type\":\"result\",\"is_error\":false}",
        ] {
            let events = Claude.read_line(line, &now());
            let bad = |e: &AgentEvent| matches!(e, AgentEvent::Verdict(Err(_)));
            assert!(events.iter().any(bad), "{line}: {events:?}");
        }
    }

    #[test]
    fn its_limit_of_money_is_that_of_the_run() {
        let settings = settings();
        let limited = AgentTask {
            usd_micros_max: Some(2_500_001),
            ..task(&settings)
        };
        let args = Claude.command(&limited).unwrap().args;
        let at = args.iter().position(|arg| arg == "--max-budget-usd");
        assert_eq!(args[at.unwrap() + 1], "2.500001");
        let args = Claude.command(&task(&settings)).unwrap().args;
        assert!(!args.iter().any(|arg| arg.contains("budget")), "{args:?}");
        let read = read(&Claude, "budget.jsonl", 1);
        let AgentEnd::Failed(failure) = &read.end else {
            panic!("{read:?}")
        };
        assert_eq!(failure.class, FailureClass::Looping);
        assert!(
            failure.detail.contains("spent more than usd_per_run"),
            "{failure:?}"
        );
        assert!(
            failure.detail.contains("Reached maximum budget ($0.01)"),
            "{failure:?}"
        );
        assert_eq!(read.usage.1, Some(12_320));
    }

    #[test]
    fn it_never_asks_and_goes_on_where_it_was() {
        let mut settings = settings();
        settings.model = Some("opus".into());
        settings.args = vec!["--max-turns".into(), "40".into()];
        let resumed = AgentTask {
            resume: Some("u-1"),
            ..task(&settings)
        };
        let line = Claude.command(&resumed).unwrap().args.join(" ");
        assert_eq!(
            line,
            "-p --output-format stream-json --verbose --permission-mode acceptEdits --allowed-tools \
             Bash,Edit,Write,NotebookEdit,WebFetch,WebSearch --resume u-1 --model opus --max-turns 40"
        );
    }
}
