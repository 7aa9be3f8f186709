//! `acp agent list`: all agents in one table.

use std::io::{self, Write};

use serde::Serialize;

use super::{Agents, Seen};
use crate::commands::{Session, Verb};
use crate::ui::words::{clean, relative};
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the agents that the profile can use, those that it does use first. Asks each program that is there for its
/// version; starts no model.
///
/// Columns of --plain: name, backend, `used` or `-`, state, until when it sleeps, version, the version that its adapter was
/// tried with, why it is not ready. The states: `ready`, `not-logged-in` (no trace of a login; it may have one that acp
/// does not know), `cooling`, `breaker`, `trial` (one run may try), `not-found`, `no-program`, `not-in-this-version`.
#[derive(clap::Args)]
pub(crate) struct List {}

#[derive(Serialize)]
#[serde(transparent)]
struct Rows(Vec<Seen>);

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let agents = Agents::open(session)?;
        let names = agents.names();
        let rows = names.iter().map(|name| agents.look(session, name));
        Ok(Output::of(Rows(rows.collect())))
    }
}

impl Render for Rows {
    const SCHEMA: &'static str = "acp.agent.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let columns = ["NAME", "BACKEND", "USED", "STATE", "VERSION", "TRIED WITH"];
        let mut table = Table::new(&columns).one_line().whole(0);
        for row in &self.0 {
            let state = match row.until {
                Some(until) => format!("{} {}", row.state, relative(until, style.now)),
                None => row.state.to_owned(),
            };
            table.row([
                row.name.as_str(),
                &row.backend,
                if row.used { "yes" } else { "" },
                &state,
                &clean(row.version.as_deref().unwrap_or_default()),
                row.tried_with.unwrap_or("never"),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let until = row.until.map_or(String::new(), |at| at.to_string());
            let fields = [
                row.name.as_str(),
                &row.backend,
                if row.used { "used" } else { "-" },
                row.state,
                &until,
                row.version.as_deref().unwrap_or_default(),
                row.tried_with.unwrap_or_default(),
                row.why.as_deref().unwrap_or_default(),
            ];
            plain_line(out, &fields)
        })
    }
}
