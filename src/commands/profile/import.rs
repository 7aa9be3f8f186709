//! `acp profile import`: a profile from another machine.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::place::{PROFILE_BYTES_MAX, free_place};
use crate::commands::{Session, Verb};
use crate::domain::{ForgeKind, ProfileId};
use crate::profile::{self, ProfileError};
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Takes a profile that `acp profile export` wrote, or any other file of a profile. Refuses one that holds anything that
/// looks like a secret, comments included, and one that is not sound. Paths that are not there on this machine are
/// pointed out. A profile of that name is never replaced.
///
/// Columns of --plain: id, file, number of things to look at.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// The file; `-` reads standard input
    file: PathBuf,
    /// Its name here; that of the file without it
    #[arg(long = "as", value_name = "ID")]
    name: Option<ProfileId>,
    /// Your checkout of it on this machine
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
}

#[derive(Serialize)]
struct Imported {
    id: String,
    path: String,
    created: bool,
    dry_run: bool,
    /// Places that are not there.
    missing: Vec<Missing>,
}

#[derive(Serialize)]
struct Missing {
    key: String,
    path: String,
}

impl Verb for Import {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let id = self.id()?;
        let home = session.ports.home(session)?;
        let (place, text) = self.text(session)?;
        let rules = profile::load_text(&id, &place, &text, session.env)?.rules;
        let path = profile::profile_path(&home.config, &id);
        let known = session.ports.read_file(&path, PROFILE_BYTES_MAX)?;
        free_place(&id, &path, known.as_deref(), &text)?;
        let created = known.is_none() && !session.dry_run;
        if created {
            session.ports.write_file(&path, text.as_bytes())?;
        }
        let user_home = session.env.path("HOME");
        let is_missing = |found: &profile::MachinePath| {
            !found
                .here(user_home.as_deref())
                .is_some_and(|path| path.exists())
        };
        let missing = profile::machine_paths(&text).into_iter().filter(is_missing);
        let missing: Vec<Missing> = missing
            .map(|found| Missing {
                key: found.key,
                path: found.path,
            })
            .collect();
        let mut notes: Vec<String> = missing
            .iter()
            .map(|m| {
                format!(
                    "{} names `{}`, which is not there on this machine",
                    m.key, m.path
                )
            })
            .collect();
        if rules.forge.kind == ForgeKind::Local && !home.local_forge(&rules.forge.repo).is_dir() {
            notes.push(format!(
                "its local forge is not here: `acp init --profile {id}` in a checkout makes one"
            ));
        }
        if known.is_some() {
            notes.push(
                "the profile is there already and says the same: nothing was changed".to_owned(),
            );
        }
        let output = Output::of(Imported {
            id: id.to_string(),
            path: path.display().to_string(),
            created,
            dry_run: session.dry_run,
            missing,
        });
        Ok(notes
            .iter()
            .fold(output, |output, note| output.note(clean(note))))
    }
}

impl Import {
    /// Where the text comes from, and the text as it would be written: without secrets, with the checkout of this machine.
    fn text(&self, session: &Session<'_>) -> Result<(PathBuf, String), CliError> {
        let bytes = session.ports.read_input(&self.file, PROFILE_BYTES_MAX)?;
        let place = if self.file == Path::new("-") {
            PathBuf::from("standard input")
        } else {
            self.file.clone()
        };
        let mut text = String::from_utf8(bytes).map_err(|_not_text| {
            CliError::new(
                Exit::Data,
                format!("`{}` is not UTF-8 text", place.display()),
            )
        })?;
        let problems = profile::secrets_in(&place.display().to_string(), &text);
        if !problems.is_empty() {
            return Err(ProfileError::Invalid {
                path: place,
                problems,
            }
            .into());
        }
        if let Some(folder) = &self.repo {
            let top = session.ports.checkout(session, folder)?.top;
            text = profile::with_checkout(&text, &top).ok_or_else(|| {
                CliError::new(Exit::Data, format!("`{}` is no profile", place.display()))
            })?;
        }
        Ok((place, text))
    }

    fn id(&self) -> Result<ProfileId, CliError> {
        if let Some(id) = &self.name {
            return Ok(id.clone());
        }
        let stem = self.file.file_stem().and_then(|stem| stem.to_str());
        let id = stem.filter(|stem| *stem != "-").map(str::parse);
        match id {
            Some(Ok(id)) => Ok(id),
            _ => Err(CliError::usage("the name of the file makes no profile id")
                .hint("name it with `--as ID`")),
        }
    }
}

impl Render for Imported {
    const SCHEMA: &'static str = "acp.profile.import/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let would = if self.dry_run {
            "would be written to "
        } else {
            ""
        };
        writeln!(
            out,
            "profile {}: {would}{}",
            style.bold(&self.id),
            self.path
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(
            out,
            &[&self.id, &self.path, &self.missing.len().to_string()],
        )
    }
}
