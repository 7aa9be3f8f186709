//! `acp profile list`: the repositories under control.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::profile::{self, Overrides, ProfileError};
use crate::ui::words::plural;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the profiles.
///
/// Columns of --plain: id, kind of forge, repository on it, number of problems, file. Forge and repository are empty where
/// there are problems.
#[derive(clap::Args)]
pub(crate) struct List {}

#[derive(Serialize)]
#[serde(transparent)]
struct Profiles(Vec<Row>);

#[derive(Serialize)]
struct Row {
    id: String,
    forge: Option<&'static str>,
    repo: Option<String>,
    problems: usize,
    path: String,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let config = session.ports.home(session)?.config;
        let mut rows = vec![];
        for id in profile::list(&config)? {
            let loaded = profile::load(&config, &id, session.env, &Overrides::none());
            let (forge, problems) = match loaded {
                Ok(loaded) => (Some(loaded.rules.forge), 0),
                Err(ProfileError::Invalid { problems, .. }) => (None, problems.len()),
                // It went away in between.
                Err(ProfileError::Missing { .. }) => continue,
                Err(_) => (None, 1),
            };
            rows.push(Row {
                path: profile::profile_path(&config, &id).display().to_string(),
                id: id.to_string(),
                forge: forge.as_ref().map(|forge| forge.kind.as_str()),
                repo: forge.map(|forge| forge.repo),
                problems,
            });
        }
        let broken = rows.iter().any(|row| row.problems > 0);
        let empty = rows.is_empty();
        let mut output = Output::of(Profiles(rows));
        if empty {
            output = output.note("there is no profile yet: `acp init` makes one");
        }
        if broken {
            output = output.note("`acp profile check` explains the problems");
        }
        Ok(output)
    }
}

impl Render for Profiles {
    const SCHEMA: &'static str = "acp.profile.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["ID", "FORGE", "REPOSITORY", "FILE"]).one_line();
        for row in &self.0 {
            let repo = match &row.repo {
                Some(repo) => repo.clone(),
                None => plural(row.problems, "problem"),
            };
            table.row([&row.id, row.forge.unwrap_or("?"), &repo, &row.path]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let fields = [
                row.id.as_str(),
                row.forge.unwrap_or(""),
                row.repo.as_deref().unwrap_or(""),
                &row.problems.to_string(),
                &row.path,
            ];
            plain_line(out, &fields)
        })
    }
}
