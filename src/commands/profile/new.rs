//! `acp profile new`: a profile from what is said, without a look at any checkout.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::place::{PROFILE_BYTES_MAX, free_place};
use crate::commands::init::{Chosen, check};
use crate::commands::{Session, Verb};
use crate::domain::ProfileId;
use crate::profile;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Writes a profile from the flags alone: nothing is looked at, no forge is made and none is asked. For a repository that
/// is checked out on this machine `acp init` finds most of it out by itself.
///
/// A profile of that name is never replaced.
#[derive(clap::Args)]
pub(crate) struct New {
    /// Its name
    id: ProfileId,
    #[command(flatten)]
    chosen: Chosen,
    /// Your checkout of it, if there is one
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    id: String,
    path: String,
    dry_run: bool,
    #[serde(skip)]
    text: String,
}

impl Verb for New {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let home = session.ports.home(session)?;
        let path = profile::profile_path(&home.config, &self.id);
        let repo = match &self.repo {
            Some(folder) => Some(session.ports.checkout(session, folder)?.top),
            None => None,
        };
        let new = self.chosen.unseen(session, &self.id, repo)?;
        let text = profile::render(&new);
        check(&self.id, &path, &text, session)?;
        let known = session.ports.read_file(&path, PROFILE_BYTES_MAX)?;
        free_place(&self.id, &path, known.as_deref(), &text)?;
        let is_same = known.is_some();
        if !session.dry_run && !is_same {
            session.ports.write_file(&path, text.as_bytes())?;
        }
        let output = Output::of(Made {
            id: self.id.to_string(),
            path: path.display().to_string(),
            dry_run: session.dry_run,
            text,
        });
        Ok(if is_same {
            output.note("the profile is there already and says the same: nothing was changed")
        } else {
            output
        })
    }
}

impl Render for Made {
    const SCHEMA: &'static str = "acp.profile.new/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.dry_run {
            writeln!(out, "# would be written to {}", self.path)?;
            return out.write_all(self.text.as_bytes());
        }
        writeln!(out, "profile {}: {}", style.bold(&self.id), self.path)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[&self.id, &self.path])
    }
}
