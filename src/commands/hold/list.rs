//! `acp hold list`: stops that a person, or their own rule, lifts.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the holds. `credential` is acp's own: the forge does not take its credential; a check every 15 minutes lifts it once
/// that is repaired. Under a hold nothing starts and nothing merges; what runs goes on, and writes are sent.
///
/// Columns of --plain: name, item (empty: the whole profile), who set it, when, why.
#[derive(clap::Args)]
pub(crate) struct List {}

#[derive(Serialize)]
#[serde(transparent)]
struct Holds(Vec<Row>);

#[derive(Serialize)]
struct Row {
    name: String,
    /// `None`: the whole profile.
    item: Option<String>,
    by: String,
    at: Timestamp,
    reason: String,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let (holds, _) = session.keep()?.store.all_holds()?;
        let rows: Vec<Row> = holds
            .into_iter()
            .map(|(name, hold)| Row {
                name,
                item: hold.item.map(|item| item.to_string()),
                by: hold.by,
                at: hold.at,
                reason: hold.reason,
            })
            .collect();
        let empty = rows.is_empty();
        let output = Output::of(Holds(rows));
        Ok(if empty {
            output.note("nothing is held")
        } else {
            output
        })
    }
}

impl Render for Holds {
    const SCHEMA: &'static str = "acp.hold.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["NAME", "ON", "BY", "SINCE", "WHY"]).one_line();
        for row in &self.0 {
            let on = row.item.as_deref().unwrap_or("everything");
            let since = relative(row.at, style.now);
            table.row([&row.name, on, &row.by, &since, &row.reason]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let item = row.item.as_deref().unwrap_or("");
            plain_line(
                out,
                &[&row.name, item, &row.by, &row.at.to_string(), &row.reason],
            )
        })
    }
}
