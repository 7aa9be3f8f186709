//! Codex, headless: JSON lines on standard output, the task on standard input. It says nothing of money.

use jiff::Zoned;
use serde_json::Value;

use super::failure::{Said, reset_at};
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Hosts, Login, ProcessEnd, arguments,
    call, judge_by_word, no_shell, one_line, program_or, sum,
};
use crate::domain::{AgentEnd, AgentSettings, Failure};

/// Codex.
pub(super) struct Codex;

impl Agent for Codex {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn about(&self) -> &'static str {
        "Codex (`codex exec`), with its own login or OPENAI_API_KEY"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            resume: true,
            cost: false,
            sandbox: true,
            tried_with: Some("0.169.0"),
        }
    }

    fn login(&self) -> Login {
        Login {
            env: &["OPENAI_API_KEY", "CODEX_API_KEY"],
            files: &[".codex/auth.json"],
            home: &[".codex"],
            how: "`codex login`, or CODEX_API_KEY",
        }
    }

    fn hosts(&self) -> Hosts {
        Hosts {
            known: &["api.openai.com", "auth.openai.com", "chatgpt.com"],
            vars: &["OPENAI_BASE_URL"],
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "codex"))
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        Ok(AgentCommand {
            program: program_or(task.settings, "codex"),
            args: exec(task, &[]),
            prompt_on_stdin: true,
            env: vec![],
            pass_env: PASS_ENV,
        })
    }

    fn read_line(&self, line: &str, now: &Zoned) -> Vec<AgentEvent> {
        events(line, now)
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        judge(end, verdict)
    }
}

/// Its login and its addresses.
pub(super) const PASS_ENV: &[&str] = &[
    "CODEX_API_KEY",
    "CODEX_HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
];

/// The arguments of `codex exec` that never asks, with `more` of them. What acp confines need not be confined again, and
/// often cannot be: a sandbox inside a sandbox fails. The rest writes only below its folder.
pub(super) fn exec(task: &AgentTask<'_>, more: &[&str]) -> Vec<String> {
    let mut fixed = vec!["exec"];
    if let Some(session) = task.resume {
        fixed.extend(["resume", session]);
    }
    // `resume` knows neither `--sandbox` nor `--color`; the settings are the same for both.
    // A login shell would take PATH from the machine's profile, and `acp report` would not be found.
    fixed.extend([
        "--json",
        "-c",
        "check_for_update_on_startup=false",
        "-c",
        "allow_login_shell=false",
    ]);
    if task.confined {
        fixed.push("--dangerously-bypass-approvals-and-sandbox");
    } else {
        fixed.extend(["-c", "sandbox_mode=\"workspace-write\""]);
    }
    fixed.extend(more);
    let mut args = arguments(task.settings, &fixed, "--model");
    args.push("-".to_owned());
    args
}

/// What a line of `codex exec --json` says.
pub(super) fn events(line: &str, now: &Zoned) -> Vec<AgentEvent> {
    let Ok(line) = serde_json::from_str::<Value>(line) else {
        return denied(line);
    };
    let item = &line["item"];
    match line["type"].as_str().unwrap_or_default() {
        "thread.started" => {
            let id = line["thread_id"].as_str().map(str::to_owned);
            id.map(AgentEvent::Session).into_iter().collect()
        }
        "item.started" => started(item),
        "error" => retry(&line["message"]),
        "turn.completed" => vec![
            AgentEvent::SessionUsage {
                tokens: tokens(&line["usage"]),
                usd_micros: None,
            },
            AgentEvent::Verdict(Ok(())),
        ],
        "turn.failed" => {
            let text = line["error"]["message"].as_str().unwrap_or_default();
            let failure = Said::words(text);
            let reset = reset_at(text, "try again at ", now);
            vec![AgentEvent::Verdict(Err(Failure { reset, ..failure }))]
        }
        _ => vec![],
    }
}

/// An end as `codex exec` means it.
pub(super) fn judge(end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
    judge_by_word(end, verdict, "the agent ended in the middle of its turn")
}

/// A call shows as `started` once; a changed file may show as `completed` alone, and counts as nothing then.
fn started(item: &Value) -> Vec<AgentEvent> {
    let arguments = match item["type"].as_str().unwrap_or_default() {
        "command_execution" => &item["command"],
        "file_change" => &item["changes"],
        "mcp_tool_call" => item,
        "web_search" => &item["query"],
        _ => return vec![],
    };
    let tool = item["type"].as_str().unwrap_or_default();
    vec![AgentEvent::Step, call(tool, arguments)]
}

/// `Reconnecting... 1/5 (REASON)`: an `error` line is not the end.
fn retry(message: &Value) -> Vec<AgentEvent> {
    let message = message.as_str().unwrap_or_default();
    match message.strip_prefix("Reconnecting...") {
        None => vec![],
        Some(_) => vec![AgentEvent::Retrying(Said::words(message))],
    }
}

/// A line of its log, on its error output: its rules forbid the call. In its JSON such a call does not appear at all.
fn denied(line: &str) -> Vec<AgentEvent> {
    let log = line.split_once(" ERROR codex_core::tools::router: error=");
    let Some((_, error)) = log.filter(|(_, error)| error.contains("Rejected(")) else {
        return vec![];
    };
    let tool = one_line(error.split_whitespace().next().unwrap_or("a tool"));
    let note = format!("the agent was denied: {tool}");
    vec![AgentEvent::Note(note), AgentEvent::Denied(tool)]
}

/// `input_tokens` includes what was cached, and `output_tokens` what it thought.
fn tokens(usage: &Value) -> Option<u64> {
    sum(["input_tokens", "output_tokens"].map(|field| usage[field].as_u64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{fails, now, read, settings, task};
    use crate::domain::FailureClass;

    #[test]
    fn a_good_run_is_well_and_its_cost_is_unknown() {
        let read = read(&Codex, "ok.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!((read.steps, read.calls.len()), (2, 2));
        assert_eq!(read.usage, (Some(3_720), None));
        assert!(read.session.is_some());
    }

    #[test]
    fn every_failure_has_its_class() {
        fails(
            &Codex,
            &[
                ("401.jsonl", 1, FailureClass::NotLoggedIn),
                ("403.jsonl", 1, FailureClass::NotAllowed),
                ("429.jsonl", 1, FailureClass::Limit),
                ("429quota.jsonl", 1, FailureClass::Quota),
                ("429usage.jsonl", 1, FailureClass::Limit),
                ("400credit.jsonl", 1, FailureClass::Billing),
                ("400ctx.jsonl", 1, FailureClass::ContextTooLong),
                ("404model.jsonl", 1, FailureClass::ModelUnavailable),
                ("500.jsonl", 1, FailureClass::Overloaded),
                ("503.jsonl", 1, FailureClass::Overloaded),
                ("529.jsonl", 1, FailureClass::Overloaded),
                ("cut.jsonl", 1, FailureClass::Network),
                ("html.jsonl", 1, FailureClass::Network),
            ],
        );
    }

    #[test]
    fn a_refused_tool_is_noted_and_one_that_failed_is_not() {
        let read = read(&Codex, "denied.jsonl", 0);
        assert_eq!(read.end, AgentEnd::Well);
        assert_eq!(read.notes, ["the agent was denied: exec_command"]);
        assert_eq!(read.denied, ["exec_command"]);
        let failed = "2026-11-22T01:18:34Z ERROR codex_core::tools::router: error=exec_command failed: no such file";
        assert_eq!(Codex.read_line(failed, &now()), []);
    }

    #[test]
    fn a_usage_limit_ends_at_a_time_of_day() {
        let read = read(&Codex, "429usage.jsonl", 1);
        assert_eq!(read.reset().unwrap().to_string(), "2026-11-21T09:44:00Z");
    }

    #[test]
    fn a_dead_network_is_no_end_but_said() {
        let read = read(&Codex, "refused.jsonl", 1);
        assert_eq!(read.class(), Some(FailureClass::Crashed));
        assert_eq!(read.retrying.unwrap().class, FailureClass::Network);
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
            "{\"type\":\"error\"}",
            "{\"type\":\"error\",\"message\":\"rate limit\"}",
            "{\"type\":\"item.started\",\"item\":{\"type\":\"agent_message\"}}",
        ] {
            assert_eq!(Codex.read_line(line, &now()), [], "{line}");
        }
        let silent = Codex.judge(ProcessEnd::Exited(0), None);
        assert!(matches!(silent, AgentEnd::Failed(f) if f.class == FailureClass::BrokenOutput));
        let failed = Codex.read_line("{\"type\":\"turn.failed\"}", &now());
        assert!(
            matches!(failed[..], [AgentEvent::Verdict(Err(_))]),
            "{failed:?}"
        );
    }

    #[test]
    fn its_own_sandbox_is_off_only_inside_that_of_acp() {
        let settings = settings();
        let open = Codex.command(&task(&settings)).unwrap().args.join(" ");
        assert_eq!(
            open,
            "exec --json -c check_for_update_on_startup=false -c allow_login_shell=false -c sandbox_mode=\"workspace-write\" -"
        );
        let confined = AgentTask {
            confined: true,
            resume: Some("t-1"),
            ..task(&settings)
        };
        let args = Codex.command(&confined).unwrap().args.join(" ");
        assert_eq!(
            args,
            "exec resume t-1 --json -c check_for_update_on_startup=false -c allow_login_shell=false --dangerously-bypass-approvals-and-sandbox -"
        );
    }
}
