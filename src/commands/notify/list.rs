//! `acp notify list`: what people were not told yet.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::store::{Place, QueuedNotice};
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the notices that wait or were given up, in the order in which they are sent.
///
/// Columns of --plain: id, place (pending, claimed, failed, done), notifier, priority, kind, item, title, tries, not before,
/// last error, when it was taken.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Also those that were taken in the last seven days
    #[arg(long)]
    done: bool,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Notices(Vec<Row>);

#[derive(Serialize)]
struct Row {
    id: String,
    place: &'static str,
    to: String,
    priority: &'static str,
    kind: &'static str,
    item: Option<String>,
    title: String,
    body: String,
    attempts: u32,
    next: Option<Timestamp>,
    error: Option<String>,
    told: Option<Timestamp>,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let notices = session.keep()?.store.notices()?;
        let open = [Place::Pending, Place::Claimed, Place::Failed];
        let places = if self.done { &Place::ALL[..] } else { &open };
        let rows: Vec<Row> = notices.list(places)?.into_iter().map(Row::new).collect();
        let empty = rows.is_empty();
        let output = Output::of(Notices(rows));
        Ok(if empty {
            output.note("no notice waits")
        } else {
            output
        })
    }
}

impl Row {
    fn new(queued: QueuedNotice) -> Self {
        let (place, notice) = (queued.place, queued.notice);
        Self {
            id: notice.id.to_string(),
            place: place.name(),
            to: notice.to,
            priority: notice.news.priority.as_str(),
            kind: notice.news.kind.as_str(),
            item: notice.news.item.map(|item| item.to_string()),
            title: notice.news.title,
            body: notice.news.body,
            attempts: notice.attempts,
            next: notice.next.filter(|_| place == Place::Pending),
            error: notice.last_error,
            told: notice.told,
        }
    }
}

impl Render for Notices {
    const SCHEMA: &'static str = "acp.notify.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let columns = ["ID", "PLACE", "TO", "TITLE", "TRIES", "NEXT", "ERROR"];
        let mut table = Table::new(&columns).one_line().right(4);
        for row in &self.0 {
            let next = row.next.map(|at| relative(at, style.now));
            table.row([
                row.id.as_str(),
                row.place,
                &row.to,
                &row.title,
                &row.attempts.to_string(),
                &next.unwrap_or_default(),
                row.error.as_deref().unwrap_or(""),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
            let fields = [
                row.id.as_str(),
                row.place,
                &row.to,
                row.priority,
                row.kind,
                row.item.as_deref().unwrap_or(""),
                &row.title,
                &row.attempts.to_string(),
                &time(row.next),
                row.error.as_deref().unwrap_or(""),
                &time(row.told),
            ];
            plain_line(out, &fields)
        })
    }
}
