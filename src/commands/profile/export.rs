//! `acp profile export`: a profile for another machine.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::place::PROFILE_BYTES_MAX;
use crate::commands::{Session, Verb};
use crate::domain::ProfileId;
use crate::profile;
use crate::ui::words::plural;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Prints a profile as another machine can take it: without comments, without the place of the checkout, without the path
/// to a token. A profile never holds a secret. What `config.toml` and the environment say is not part of it.
#[derive(clap::Args)]
pub(crate) struct Export {
    /// The profile; by default the one that the call is about
    id: Option<ProfileId>,
    /// Write it into this file instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Exported {
    id: String,
    file: Option<String>,
    left_out: Vec<String>,
    dry_run: bool,
    text: String,
}

impl Verb for Export {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let home = session.ports.home(session)?;
        let id = match self.id {
            Some(id) => id,
            None => session.ports.select(session, &home)?,
        };
        let path = profile::profile_path(&home.config, &id);
        // One that cannot be loaded cannot be said to hold no secret.
        profile::load(&home.config, &id, session.env, &profile::Overrides::none())?;
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let bytes = session.ports.read_file(&real, PROFILE_BYTES_MAX)?;
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let exported = profile::export(&text).ok_or_else(|| {
            CliError::new(Exit::Config, format!("cannot read {}", path.display()))
        })?;
        if let Some(file) = self.out.as_ref().filter(|_| !session.dry_run) {
            session.ports.write_file(file, exported.text.as_bytes())?;
        }
        let mut output = Output::of(Exported {
            id: id.to_string(),
            file: self.out.map(|file| file.display().to_string()),
            left_out: exported.left_out.clone(),
            dry_run: session.dry_run,
            text: exported.text,
        });
        if !exported.left_out.is_empty() {
            let keys = exported.left_out.join(", ");
            output = output.note(format!(
                "left out, because it holds on this machine only: {keys}"
            ));
        }
        let templates = profile::profiles_dir(&home.config)
            .join(id.as_str())
            .join("templates");
        if templates.is_dir() {
            let count = std::fs::read_dir(&templates).map_or(0, Iterator::count);
            output = output.note(format!(
                "{} of {} not part of it: {}",
                plural(count, "template"),
                if count == 1 {
                    "its own is"
                } else {
                    "its own are"
                },
                templates.display()
            ));
        }
        Ok(output)
    }
}

impl Render for Exported {
    const SCHEMA: &'static str = "acp.profile.export/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        match &self.file {
            None => out.write_all(self.text.as_bytes()),
            Some(file) => {
                let would = if self.dry_run { "would be " } else { "" };
                writeln!(
                    out,
                    "profile {}: {would}exported to {file}",
                    style.bold(&self.id)
                )
            }
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.file {
            None => out.write_all(self.text.as_bytes()),
            Some(file) => plain_line(out, &[&self.id, file]),
        }
    }
}
