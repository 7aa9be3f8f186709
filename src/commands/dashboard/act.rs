//! Doing what was clicked: the call that a person would have typed, through the same verbs.

use serde_json::json;

use super::offer::Wish;
use crate::commands::{GROUPS, Session};
use crate::ui::words::clean_text;
use crate::ui::{CliError, Exit, Format, Output, Style};

/// Does it and says what came of it.
pub(super) fn act(session: &Session<'_>, wish: &[u8]) -> Result<String, CliError> {
    let wish: Wish = serde_json::from_slice(wish)
        .map_err(|error| CliError::usage(format!("that is no action: {error}")))?;
    let arguments = wish.arguments().map_err(CliError::usage)?;
    let typed = format!("acp {}", arguments.join(" "));
    let output = call(session, &arguments)?;
    let (text, well) = said(session, &output)?;
    if well {
        return Ok(json!({
            "schema": "acp.dashboard.act/1",
            "data": { "command": typed, "text": text, "notes": output.notes },
        })
        .to_string());
    }
    Err(CliError::new(output.exit, text))
}

fn call(session: &Session<'_>, arguments: &[String]) -> Result<Output, CliError> {
    let call = std::iter::once("acp").chain(arguments.iter().map(String::as_str));
    let matches = session
        .ports
        .tree()
        .try_get_matches_from(call)
        .map_err(|error| CliError::usage(error.to_string()))?;
    let found = matches.subcommand().and_then(|(name, arguments)| {
        let group = GROUPS.iter().find(|group| group.name == name)?;
        Some((group, arguments))
    });
    let (group, arguments) =
        found.ok_or_else(|| CliError::new(Exit::Bug, "an action without a verb"))?;
    let quiet = Session {
        clock: session.clock,
        rng: session.rng,
        env: session.env,
        profile: session.profile.clone(),
        format: Format::Json,
        dry_run: session.dry_run,
        verbose: session.verbose,
        progress: false,
        ports: session.ports,
    };
    group.run(arguments, &quiet)
}

/// What a verb shows to people, and whether it ended well.
fn said(session: &Session<'_>, output: &Output) -> Result<(String, bool), CliError> {
    let mut text = vec![];
    if let Some(body) = &output.body {
        let style = Style::bare(session.clock.now());
        body.write(Format::Human, &style, &mut text)
            .map_err(|error| CliError::of(Exit::Io, &error))?;
    }
    let text = clean_text(String::from_utf8_lossy(&text).trim());
    Ok((text, output.exit == Exit::Ok))
}

/// The HTTP status of an error.
pub(super) const fn status(exit: Exit) -> u16 {
    match exit {
        Exit::Ok => 200,
        Exit::Usage => 422,
        Exit::Missing => 404,
        Exit::Denied => 403,
        Exit::No => 409,
        Exit::TempFail | Exit::Unavailable => 503,
        _ => 500,
    }
}
