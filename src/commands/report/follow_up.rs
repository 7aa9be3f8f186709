//! `acp report follow-up`: asks for a focused follow-up issue. The host decides whether it opens one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::say::text_from;
use crate::commands::Session;
use crate::domain::out::{self, FollowUp};
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct FollowUpArgs {
    /// One line
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Markdown; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    body_file: PathBuf,
}

/// What was asked for.
#[derive(Serialize)]
struct Asked {
    title: String,
    file: PathBuf,
}

impl Render for Asked {
    const SCHEMA: &'static str = "acp.report.follow-up/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(out, "asked for a follow-up issue: {}", clean(&self.title))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[&self.title])
    }
}

impl FollowUpArgs {
    pub(super) fn run(self, session: &Session<'_>, folder: &Path) -> Result<Output, CliError> {
        let title = self.title.trim();
        if title.is_empty() || title.contains(char::is_control) {
            return Err(CliError::usage(
                "`--title` is one line, and not an empty one",
            ));
        }
        if title.chars().count() > out::TITLE_CHARS_MAX {
            return Err(CliError::usage(format!(
                "`--title` is longer than {} characters",
                out::TITLE_CHARS_MAX
            )));
        }
        let body = text_from(session, &self.body_file)?;
        let path = folder.join(out::FOLLOW_UPS);
        let known = read_lines(session, &path)?;
        if known.split_inclusive(|byte| *byte == b'\n').count() >= out::FOLLOW_UPS_MAX {
            return Err(CliError::new(
                Exit::Denied,
                format!("a run may ask for {} follow-up issues", out::FOLLOW_UPS_MAX),
            )
            .hint("put the rest into one of them"));
        }
        let record = FollowUp {
            timestamp: session.clock.now(),
            title: title.to_owned(),
            body,
        };
        if !session.dry_run {
            add_line(session, &path, &record)?;
        }
        Ok(Output::of(Asked {
            title: record.title,
            file: path,
        }))
    }
}

/// Adds one JSON line to a file that stays within its limit.
pub(super) fn add_line(
    session: &Session<'_>,
    path: &Path,
    record: &impl Serialize,
) -> Result<(), CliError> {
    let mut line = serde_json::to_vec(record)
        .map_err(|error| CliError::of(Exit::Bug, &error).hint("the record could not be written"))?;
    line.push(b'\n');
    if read_lines(session, path)?.len() + line.len() > out::LINES_BYTES_MAX {
        return Err(CliError::new(
            Exit::Denied,
            format!("`{}` is full", path.display()),
        ));
    }
    session.ports.append(path, &line)
}

fn read_lines(session: &Session<'_>, path: &Path) -> Result<Vec<u8>, CliError> {
    let limit = u64::try_from(out::LINES_BYTES_MAX).unwrap_or(u64::MAX);
    Ok(session.ports.read_file(path, limit)?.unwrap_or_default())
}
