//! `acp lease list`: the claims of runs on items.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the claims of runs on items. While an item is claimed, no other run starts on it.
///
/// Columns of --plain: item, run, since when, state of the run (`none` when it was never recorded).
#[derive(clap::Args)]
pub(crate) struct List {}

#[derive(Serialize)]
#[serde(transparent)]
struct Leases(Vec<Row>);

#[derive(Serialize)]
struct Row {
    item: String,
    run: String,
    since: Timestamp,
    /// `None`: it was never recorded.
    state: Option<&'static str>,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let store = session.keep()?.store;
        let mut rows = vec![];
        for (_, lease) in store.leases().list()? {
            let run = store.run(&lease.run)?;
            rows.push(Row {
                item: lease.item.to_string(),
                run: lease.run.to_string(),
                since: lease.at,
                state: run.map(|run| run.state.as_str()),
            });
        }
        let empty = rows.is_empty();
        let output = Output::of(Leases(rows));
        Ok(if empty {
            output.note("no item is claimed")
        } else {
            output
        })
    }
}

impl Render for Leases {
    const SCHEMA: &'static str = "acp.lease.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["ITEM", "SINCE", "STATE", "RUN"]).one_line();
        for row in &self.0 {
            let since = relative(row.since, style.now);
            table.row([&row.item, &since, row.state.unwrap_or("none"), &row.run]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let since = row.since.to_string();
            plain_line(
                out,
                &[&row.item, &row.run, &since, row.state.unwrap_or("none")],
            )
        })
    }
}
