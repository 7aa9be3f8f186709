//! The questions of a guided set-up: few, each with what was found as its default, none where a flag has answered it.

use super::Init;
use super::chosen::{Kind, forge_of};
use super::{starter, timer};
use crate::commands::{Checkout, Session};
use crate::domain::ForgeKind;
use crate::profile;
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Exit};

/// How often an answer that is none is asked for again.
const TRIES_MAX: usize = 3;

/// Puts the questions and notes the answers as if they had been flags.
///
/// # Errors
/// The input ended, or there were [`TRIES_MAX`] answers that are none: nothing was written then.
pub(super) fn ask(
    init: &mut Init,
    session: &Session<'_>,
    checkout: &Checkout,
) -> Result<(), CliError> {
    let origin = checkout.origin.as_deref();
    if init.chosen.forge.is_none()
        && let Some((kind, _, slug)) = origin.and_then(forge_of)
    {
        let remote = format!("{}: {}, where `origin` is", kind.as_str(), clean(&slug));
        let local = "local: in files on this machine; no account, nothing leaves it".to_owned();
        let answer = choose(
            session,
            "Where shall issues and pull requests live?",
            &[remote, local],
        )?;
        init.chosen.forge = Some(if answer == 0 { Kind::Auto } else { Kind::Local });
    }
    agent(init, session)?;
    verify(init, session, checkout)?;
    if init.chosen.kind(origin) == ForgeKind::Local {
        local(init, session, checkout)?;
    }
    timer(init, session)
}

/// What only the forge in files on this machine asks.
fn local(init: &mut Init, session: &Session<'_>, checkout: &Checkout) -> Result<(), CliError> {
    if checkout.acp_remote.is_none() && !init.no_remote {
        let question =
            "Add a git remote `acp` to your checkout? `git pull acp` brings merged work there.";
        init.no_remote = !yes(session, question, true)?;
    }
    let starters = starter::suggested(checkout);
    if !init.starter_issues && !starters.is_empty() {
        let titles: Vec<String> = starters
            .iter()
            .map(|s| format!("  - {}", s.title))
            .collect();
        let count = plural(starters.len(), "issue");
        let question = format!(
            "Open {count} to begin with? The next heartbeat starts the agent on them.\n{}\n",
            titles.join("\n")
        );
        init.starter_issues = yes(session, &question, false)?;
    }
    Ok(())
}

/// Whether passes shall come by themselves, where this machine has what starts them.
fn timer(init: &mut Init, session: &Session<'_>) -> Result<(), CliError> {
    if init.timer.is_some() || init.no_timer {
        return Ok(());
    }
    let Ok(manager) = session.ports.services(session, None) else {
        return Ok(());
    };
    let question = format!(
        "Start a pass every minute by {}? It starts the agent on every issue that is ready.",
        manager.kind().as_str()
    );
    if yes(session, &question, false)? {
        init.timer = Some(timer::EVERY);
    }
    Ok(())
}

fn agent(init: &mut Init, session: &Session<'_>) -> Result<(), CliError> {
    if init.chosen.agent.is_some() || init.chosen.agent_command.is_some() {
        return Ok(());
    }
    let installed = session.ports.installed_agents(session);
    match installed.as_slice() {
        [] => {
            let answer = line(
                session,
                "No agent that acp knows is on PATH. A shell line that reads the task on standard input and changes\n\
                 files [Enter: claude, to be installed later]: ",
            )?;
            init.chosen.agent_command = Some(answer).filter(|line| !line.is_empty());
        }
        [_] => {}
        several => {
            let at = choose(session, "Which agent shall do the work?", several)?;
            init.chosen.agent = several.get(at).cloned();
        }
    }
    Ok(())
}

fn verify(init: &mut Init, session: &Session<'_>, checkout: &Checkout) -> Result<(), CliError> {
    if !init.chosen.verify.is_empty() || init.chosen.no_verify {
        return Ok(());
    }
    let found = profile::detect_verify(&checkout.files).verify;
    let question = if found.is_empty() {
        "Which command tells that a change is good? [Enter: none, merges rest on the risk score alone]: ".to_owned()
    } else {
        format!(
            "A change is good when this succeeds: {}\n[Enter: yes; `-`: no command at all; or another command]: ",
            clean(&found.join("; "))
        )
    };
    match line(session, &question)?.as_str() {
        "" => {}
        "-" => init.chosen.no_verify = true,
        other => init.chosen.verify = vec![other.to_owned()],
    }
    Ok(())
}

/// The place of the option that was chosen; the first one is the default.
fn choose(session: &Session<'_>, question: &str, options: &[String]) -> Result<usize, CliError> {
    let listed: Vec<String> = (1..)
        .zip(options)
        .map(|(number, option)| format!("  {number}  {option}"))
        .collect();
    let question = format!("{question}\n{}\n[1]: ", listed.join("\n"));
    for _ in 0..TRIES_MAX {
        let answer = line(session, &question)?;
        let named = |option: &String| option.split(':').next() == Some(answer.as_str());
        let at = match answer.parse::<usize>() {
            _ if answer.is_empty() => Some(0),
            Ok(number) => number.checked_sub(1).filter(|at| *at < options.len()),
            Err(_) => options.iter().position(named),
        };
        if let Some(at) = at {
            return Ok(at);
        }
    }
    Err(no_answer())
}

fn yes(session: &Session<'_>, question: &str, default: bool) -> Result<bool, CliError> {
    let hint = if default { "[Y/n]" } else { "[y/N]" };
    let question = format!("{question} {hint} ");
    for _ in 0..TRIES_MAX {
        match line(session, &question)?.to_ascii_lowercase().as_str() {
            "" => return Ok(default),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
    Err(no_answer())
}

fn line(session: &Session<'_>, question: &str) -> Result<String, CliError> {
    let answer = session.ports.ask(question)?.ok_or_else(no_answer)?;
    Ok(answer.trim().to_owned())
}

fn no_answer() -> CliError {
    CliError::new(Exit::No, "there was no answer; nothing was written")
        .hint("`acp init --yes` asks nothing; `acp init --help` has a flag for every question")
}
