//! `acp retry list`: failures and their waits.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::Retry;
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists the items with failures, fix runs or a block, with the time before which no other run starts.
///
/// Columns of --plain: item, last attempt, failures in a row, fix runs, `blocked` or nothing, not before, reason.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Also the items that nothing is counted for: their last attempt
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Retries(Vec<Row>);

#[derive(Serialize)]
struct Row {
    item: String,
    attempt: u32,
    failures: u32,
    fixes: u32,
    blocked: bool,
    next: Option<Timestamp>,
    reason: Option<String>,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let mut retries: Vec<Retry> = session
            .keep()?
            .store
            .retries()
            .list()?
            .into_iter()
            .map(|(_, retry)| retry)
            .filter(|retry| self.all || retry.failures > 0 || retry.fixes > 0 || retry.blocked)
            .collect();
        retries.sort_by_key(|retry| retry.item);
        let empty = retries.is_empty();
        let rows = retries.into_iter().map(Row::of).collect();
        let output = Output::of(Retries(rows));
        Ok(if empty {
            output.note("no item has failed or is blocked by acp")
        } else {
            output
        })
    }
}

impl Row {
    fn of(retry: Retry) -> Self {
        Self {
            item: retry.item.to_string(),
            attempt: retry.attempt,
            failures: retry.failures,
            fixes: retry.fixes,
            blocked: retry.blocked,
            next: retry.next,
            reason: retry.reason,
        }
    }

    const fn blocked_word(&self) -> &'static str {
        if self.blocked { "blocked" } else { "" }
    }
}

impl Render for Retries {
    const SCHEMA: &'static str = "acp.retry.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let columns = ["ITEM", "ATTEMPT", "FAILURES", "FIXES", "NEXT", "WHY"];
        let mut table = Table::new(&columns).one_line().right(1).right(2).right(3);
        for row in &self.0 {
            let next = match row.next {
                _ if row.blocked => "blocked".to_owned(),
                Some(at) if at > style.now => relative(at, style.now),
                _ => "due".to_owned(),
            };
            table.row([
                row.item.as_str(),
                &row.attempt.to_string(),
                &row.failures.to_string(),
                &row.fixes.to_string(),
                &next,
                row.reason.as_deref().unwrap_or(""),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let fields = [
                row.item.as_str(),
                &row.attempt.to_string(),
                &row.failures.to_string(),
                &row.fixes.to_string(),
                row.blocked_word(),
                &row.next.map(|at| at.to_string()).unwrap_or_default(),
                row.reason.as_deref().unwrap_or(""),
            ];
            plain_line(out, &fields)
        })
    }
}
