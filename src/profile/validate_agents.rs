//! Checks of `agents:`.

use super::hint::{did_you_mean, shown_text, words};
use super::schema::{AgentFile, KNOWN_AGENTS, ProfileFile};
use super::validate::{Checker, is_variable};
use crate::domain::TokenSource;

/// The agent that is any program.
const COMMAND: &str = "command";

/// The longest name of an agent or account.
const NAME_BYTES_MAX: usize = 40;

pub(super) fn agents(check: &mut Checker<'_>, file: &ProfileFile) {
    let agents = &file.agents;
    let used = agents.use_.iter().chain(agents.fallback.iter().flatten());
    let runs_command = used.into_iter().any(|name| name == COMMAND);
    names(check, file);
    for (name, settings) in &agents.settings {
        let key = |leaf: &str| format!("agents.settings.{name}.{leaf}");
        if !entry(check, name, settings) {
            continue;
        }
        program(check, name, settings, runs_command);
        limits(check, name, settings);
        check.no_empty_text(&key("argv"), settings.argv.as_ref());
        for (index, variable) in settings.env.iter().flatten().enumerate() {
            environment(check, &format!("{}[{index}]", key("env")), variable, file);
        }
    }
}

/// The names of agents that are to be used.
fn names(check: &mut Checker<'_>, file: &ProfileFile) {
    let own = file.agents.settings.keys().map(String::as_str);
    let own = own.filter(|name| !KNOWN_AGENTS.contains(name));
    let known: Vec<&str> = KNOWN_AGENTS.iter().copied().chain(own).collect();
    let fallback = file.agents.fallback.iter().flatten().enumerate();
    let used = file
        .agents
        .use_
        .iter()
        .map(|name| ("agents.use".to_owned(), name));
    let used = used.chain(fallback.map(|(at, name)| (format!("agents.fallback[{at}]"), name)));
    for (key, name) in used.filter(|(_, name)| !known.contains(&name.as_str())) {
        let message = format!("expected {}, found {}", words(&known), shown_text(name));
        let hint = did_you_mean(name, known.iter().copied());
        check.report(&key, &message, hint.as_deref());
    }
}

/// Whether the name below `settings` stands for an agent.
fn entry(check: &mut Checker<'_>, name: &str, settings: &AgentFile) -> bool {
    let key = format!("agents.settings.{name}");
    let is_backend = KNOWN_AGENTS.contains(&name);
    match &settings.backend {
        None if !is_backend => {
            let hint = did_you_mean(name, KNOWN_AGENTS.iter().copied()).unwrap_or_else(|| {
                "`backend: claude` makes it one more account or model of that backend".to_owned()
            });
            check.report(&key, "no backend has this name", Some(&hint));
            return false;
        }
        Some(backend) if is_backend && backend != name => {
            let hint = format!("take another name than `{name}` for it");
            let message = "a backend is always itself";
            check.report(&format!("{key}.backend"), message, Some(&hint));
            return false;
        }
        _ => {}
    }
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= NAME_BYTES_MAX
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    let expected = "expected letters, digits, `-` and `_`, at most 40";
    if !plain(name) {
        check.report(&key, expected, None);
    }
    if settings
        .account
        .as_deref()
        .is_some_and(|account| !plain(account))
    {
        check.report(&format!("{key}.account"), expected, None);
    }
    true
}

fn program(check: &mut Checker<'_>, name: &str, settings: &AgentFile, runs_command: bool) {
    let key = |leaf: &str| format!("agents.settings.{name}.{leaf}");
    let argv = settings.argv.as_ref().is_some_and(|argv| !argv.is_empty());
    let shell = settings
        .shell
        .as_ref()
        .is_some_and(|line| !line.trim().is_empty());
    let runs_command = runs_command && name == COMMAND;
    if settings.backend.as_deref().unwrap_or(name) != COMMAND {
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
