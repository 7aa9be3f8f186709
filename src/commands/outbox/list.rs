//! `acp outbox list`: the writes that are not confirmed.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::{Intent, Phase};
use crate::store::Place;
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the writes that are not confirmed, in the order in which they are sent. One that waits holds up later ones of its
/// item and those that need it, never others.
///
/// Columns of --plain: id, place (pending, claimed, failed, dropped, done), kind, target, phase (prepared, dispatched, confirmed),
/// tries, not before, last error.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Also those that are confirmed or dropped, and not forgotten yet
    #[arg(long)]
    done: bool,
}

/// The intents.
#[derive(Serialize)]
#[serde(transparent)]
struct Intents(Vec<Row>);

#[derive(Serialize)]
struct Row {
    id: String,
    place: &'static str,
    kind: &'static str,
    target: String,
    item: Option<String>,
    phase: Phase,
    attempts: u32,
    next: Option<Timestamp>,
    error: Option<String>,
}

/// The word for how far a write is.
pub(super) const fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepared => "prepared",
        Phase::Dispatched => "dispatched",
        Phase::Confirmed => "confirmed",
    }
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let outbox = session.keep()?.store.outbox()?;
        let open = outbox.open_intents()?;
        let mut rows: Vec<Row> = open
            .iter()
            .filter(|queued| self.done || queued.intent.dropped.is_none())
            .map(|queued| Row::new(queued.place, &queued.intent))
            .collect();
        if self.done {
            let done = outbox.done()?;
            let done = done.iter().map(|intent| Row::new(Place::Done, intent));
            rows.splice(0..0, done);
        }
        let empty = rows.is_empty();
        let output = Output::of(Intents(rows));
        Ok(if empty {
            output.note("the outbox is empty")
        } else {
            output
        })
    }
}

impl Row {
    fn new(place: Place, intent: &Intent) -> Self {
        Self {
            id: intent.id.to_string(),
            place: match intent.dropped {
                Some(_) => "dropped",
                None => place.name(),
            },
            kind: intent.payload.kind().as_str(),
            target: intent.target(),
            item: intent.item.map(|item| item.to_string()),
            phase: intent.phase,
            attempts: intent.attempts,
            next: intent.next.filter(|_| place == Place::Pending),
            error: intent.last_error.clone(),
        }
    }
}

impl Render for Intents {
    const SCHEMA: &'static str = "acp.outbox.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let columns = [
            "ID", "PLACE", "KIND", "TARGET", "PHASE", "TRIES", "NEXT", "ERROR",
        ];
        let mut table = Table::new(&columns).one_line().right(5);
        for row in &self.0 {
            let next = row.next.map(|at| relative(at, style.now));
            table.row([
                row.id.as_str(),
                row.place,
                row.kind,
                &row.target,
                phase_word(row.phase),
                &row.attempts.to_string(),
                &next.unwrap_or_default(),
                row.error.as_deref().unwrap_or(""),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let next = row.next.map(|at| at.to_string()).unwrap_or_default();
            let fields = [
                row.id.as_str(),
                row.place,
                row.kind,
                &row.target,
                phase_word(row.phase),
                &row.attempts.to_string(),
                &next,
                row.error.as_deref().unwrap_or(""),
            ];
            plain_line(out, &fields)
        })
    }
}
