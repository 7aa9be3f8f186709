//! `acp issue list`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::Session;
use crate::commands::sight::Sight;
use crate::domain::{IssueState, ItemId};
use crate::ui::standing::describe;
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists open issues with the lane of each and why it does not move.
///
/// Columns of --plain: number, state, lane, labels (between commas), title.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Closed ones too
    #[arg(long)]
    all: bool,
    /// Only those with this label
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Issues(Vec<Row>);

/// One issue; `show` begins with the same fields.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) lane: Option<&'static str>,
    pub(super) why: Option<String>,
    /// When acp looks at it again by itself.
    pub(super) next: Option<Timestamp>,
    pub(super) author: String,
}

impl List {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let numbers = sight.snapshot.mirror.issues.values().filter(|issue| {
            let label = self.label.as_ref().is_none_or(|label| issue.has(label));
            label && (self.all || issue.is_open())
        });
        let rows: Vec<Row> = numbers
            .filter_map(|issue| row(&sight, issue.number))
            .collect();
        let empty = rows.is_empty();
        let output = Output::of(Issues(rows));
        Ok(if empty {
            output.note("no issues; `acp issue create --title TEXT` opens one")
        } else {
            output
        })
    }
}

pub(super) fn row(sight: &Sight, number: u64) -> Option<Row> {
    let issue = sight.snapshot.mirror.issues.get(&number)?;
    let standing = sight.standing(ItemId::issue(number));
    Some(Row {
        number,
        title: issue.title.clone(),
        state: match issue.state {
            IssueState::Open => "open",
            IssueState::Closed => "closed",
        },
        labels: issue.labels.iter().cloned().collect(),
        lane: standing.map(|standing| standing.lane.as_str()),
        why: standing.map(|standing| describe(&standing.wait)),
        next: standing.and_then(|standing| standing.wait.next()),
        author: issue.author.clone(),
    })
}

impl Row {
    /// Of what comes back by the clock also when.
    fn why_and_when(&self, style: &Style) -> String {
        let why = self.why.clone().unwrap_or_default();
        let comes_back = matches!(self.lane, Some("scheduled" | "recurring"));
        match self.next.filter(|_| comes_back) {
            Some(next) => format!("{}: {why}", relative(next, style.now)),
            None => why,
        }
    }
}

impl Render for Issues {
    const SCHEMA: &'static str = "acp.issue.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["ISSUE", "STATE", "LANE", "TITLE", "WHY"]).one_line();
        for row in &self.0 {
            table.row([
                &format!("issue/{}", row.number),
                row.state,
                row.lane.unwrap_or(""),
                &row.title,
                &row.why_and_when(style),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.0 {
            let (number, labels) = (row.number.to_string(), row.labels.join(","));
            plain_line(
                out,
                &[
                    &number,
                    row.state,
                    row.lane.unwrap_or(""),
                    &labels,
                    &row.title,
                ],
            )?;
        }
        Ok(())
    }
}
