//! `acp run list`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::Session;
use crate::domain::{ItemId, Run, RunState};
use crate::ui::words::relative;
use crate::ui::{CliError, Exit, Output, Render, Style, Table, plain_line};

/// Lists runs, oldest first: those at work and those whose pull request is open; with --all the archived ones too.
///
/// Columns of --plain: id, item, agent, attempt, state, outcome, started, ended, reason.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Archived ones too
    #[arg(long)]
    all: bool,
    /// Only of this item
    #[arg(long, value_name = "ITEM")]
    item: Option<ItemId>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Runs(Vec<Row>);

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    item: String,
    task: &'static str,
    agent: String,
    attempt: u32,
    state: &'static str,
    step: Option<&'static str>,
    outcome: Option<&'static str>,
    reason: Option<String>,
    created: Timestamp,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
}

impl List {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let mut runs = vec![];
        if self.all {
            for archived in control.store.archived()? {
                runs.extend(control.store.archived_run(&archived)?);
            }
        }
        let mut unreadable = vec![];
        for id in control.store.run_ids()? {
            match control.store.live_run(&id) {
                Ok(run) => runs.extend(run),
                Err(error) if error.is_unreadable() => unreadable.push(error),
                Err(error) => return Err(error.into()),
            }
        }
        runs.retain(|run| self.item.is_none_or(|item| run.item == item));
        runs.sort_by(|a, b| a.id.cmp(&b.id));
        let rows: Vec<Row> = runs.iter().map(Row::of).collect();
        let empty = rows.is_empty();
        let mut output = Output::of(Runs(rows));
        if !unreadable.is_empty() {
            output = output.exit(Exit::Data);
        }
        for error in &unreadable {
            output = output.note(format!("{error}: `acp fsck` says what mends it"));
        }
        Ok(if empty && unreadable.is_empty() {
            output.note("no runs; `acp run list --all` shows archived ones")
        } else {
            output
        })
    }
}

impl Row {
    pub(super) fn of(run: &Run) -> Self {
        let end = run.state.end();
        let (started, step) = match &run.state {
            RunState::Running { started, step, .. } => (Some(*started), Some(step.as_str())),
            _ => (end.and_then(|end| end.started), None),
        };
        Self {
            id: run.id.to_string(),
            item: run.item.to_string(),
            task: run.task.as_str(),
            agent: run.agent.clone(),
            attempt: run.attempt,
            state: run.state.as_str(),
            step,
            outcome: end.map(|end| end.outcome.as_str()),
            reason: end.and_then(|end| end.outcome.reason()),
            created: run.created,
            started,
            ended: end.map(|end| end.ended),
        }
    }
}

impl Render for Runs {
    const SCHEMA: &'static str = "acp.run.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["RUN", "STATE", "OUTCOME", "AGENT", "WHEN", "REASON"])
            .one_line()
            .whole(0);
        for row in &self.0 {
            let state = row.step.map_or(row.state.to_owned(), |step| {
                format!("{} ({step})", row.state)
            });
            let when = relative(row.ended.or(row.started).unwrap_or(row.created), style.now);
            table.row([
                &row.id,
                &state,
                row.outcome.unwrap_or(""),
                &row.agent,
                &when,
                row.reason.as_deref().unwrap_or(""),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        for row in &self.0 {
            let (attempt, started, ended) =
                (row.attempt.to_string(), time(row.started), time(row.ended));
            plain_line(
                out,
                &[
                    &row.id,
                    &row.item,
                    &row.agent,
                    &attempt,
                    row.state,
                    row.outcome.unwrap_or(""),
                    &started,
                    &ended,
                    row.reason.as_deref().unwrap_or(""),
                ],
            )?;
        }
        Ok(())
    }
}
