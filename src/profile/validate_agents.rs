//! Checks of `agents:`.

use super::schema::{AgentFile, ProfileFile};
use super::validate::{Checker, is_variable};
use crate::domain::TokenSource;

/// The agent that is any program.
const COMMAND: &str = "command";

pub(super) fn agents(check: &mut Checker<'_>, file: &ProfileFile) {
    let used = file
        .agents
        .use_
        .iter()
        .chain(file.agents.fallback.iter().flatten());
    let runs_command = used.into_iter().any(|name| name == COMMAND);
    for (name, settings) in &file.agents.settings {
        let key = |leaf: &str| format!("agents.settings.{name}.{leaf}");
        program(check, name, settings, runs_command);
        limits(check, name, settings);
        check.no_empty_text(&key("argv"), settings.argv.as_ref());
        for (index, variable) in settings.env.iter().flatten().enumerate() {
            environment(check, &format!("{}[{index}]", key("env")), variable, file);
        }
    }
}

fn program(check: &mut Checker<'_>, name: &str, settings: &AgentFile, runs_command: bool) {
    let key = |leaf: &str| format!("agents.settings.{name}.{leaf}");
    let argv = settings.argv.as_ref().is_some_and(|argv| !argv.is_empty());
    let shell = settings
        .shell
        .as_ref()
        .is_some_and(|line| !line.trim().is_empty());
    if name != COMMAND {
        for (leaf, set) in [("argv", argv), ("shell", shell)] {
            if set {
                check.report(
                    &key(leaf),
                    "only the agent `command` has this key",
                    Some("`args` adds arguments"),
                );
            }
        }
    } else if argv && shell {
        check.report_pair(
            [&key("shell"), &key("argv")],
            "`argv` and `shell` are both set",
            Some("keep one of them"),
        );
    } else if runs_command && !argv && !shell && !check.is_reported(&key("argv")) {
        let hint = "set `agents.settings.command.shell: \"LINE\"`, or `argv: [PROGRAM, ARG]`";
        check.report(
            &key("shell"),
            "the agent `command` has no program to run",
            Some(hint),
        );
    }
}

fn limits(check: &mut Checker<'_>, name: &str, settings: &AgentFile) {
    let times = [("timeout", settings.timeout), ("stall", settings.stall)];
    for (leaf, time) in times {
        if time.is_some_and(|time| time.0.is_zero()) {
            check.report(
                &format!("agents.settings.{name}.{leaf}"),
                "a limit of 0 would end every run at once",
                None,
            );
        }
    }
    if settings.output_max.is_some_and(|bytes| bytes.0 == 0) {
        let key = format!("agents.settings.{name}.output_max");
        check.report(&key, "a limit of 0 would end every run at once", None);
    }
}

fn environment(check: &mut Checker<'_>, key: &str, variable: &str, file: &ProfileFile) {
    if !is_variable(variable) {
        let hint = "values come from acp's own environment";
        check.report(
            key,
            "expected the name of an environment variable, without a value",
            Some(hint),
        );
    } else if matches!(&file.forge.token, Some(TokenSource::Env(token)) if token == variable) {
        check.report(
            key,
            "an agent never gets the forge's token",
            Some("remove it"),
        );
    }
}
