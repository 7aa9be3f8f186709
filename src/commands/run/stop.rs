//! `acp run stop`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::find;
use crate::commands::Session;
use crate::domain::RunId;
use crate::ui::words::clean;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Ends a run: its supervisor, its agent and every process that they started. Ends with 1 when something survives.
///
/// It needs neither a profile that can be loaded nor git, and ends also a run whose record is gone or damaged. Columns of
/// --plain: run, `ended`, `dry-run` or `idle`, process numbers of what is left, what went wrong.
///
/// A stopped run is no failure. While nothing else holds the item, the next pass may start it again; `acp hold add` or
/// `acp stop` prevents that.
#[derive(clap::Args)]
pub(crate) struct Stop {
    /// The run
    run: RunId,
}

#[derive(Debug, Serialize)]
struct Stopped {
    run: String,
    was_running: bool,
    dry_run: bool,
    survivors: Vec<u32>,
    /// What went wrong besides.
    problems: Vec<String>,
}

impl Stop {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let keep = session.keep()?;
        // One whose record is gone or damaged can be at work all the same.
        if !keep.store.run_ids()?.contains(&self.run) {
            let _archived = find(&keep.store, &self.run)?;
        }
        if session.dry_run {
            let was_running = keep.end(session, |ender| ender.would_stop_run(&self.run))?;
            return Ok(Output::of(Stopped {
                run: self.run.to_string(),
                was_running,
                dry_run: true,
                survivors: vec![],
                problems: vec![],
            }));
        }
        let report = keep.end(session, |ender| ender.stop_run(&self.run, &session.actor()))?;
        let proven = report.is_proven();
        let mut problems = report.problems;
        let was_running = !report.runs.is_empty();
        let mut survivors = vec![];
        for run in report.runs {
            survivors.extend(run.survivors);
            problems.extend(run.problem);
        }
        let view = Stopped {
            run: self.run.to_string(),
            was_running,
            dry_run: false,
            survivors,
            problems,
        };
        Ok(Output::of(view).answer(proven))
    }
}

impl Render for Stopped {
    const SCHEMA: &'static str = "acp.run.stop/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for problem in &self.problems {
            let text = format!("{}: {}", self.run, clean(problem));
            writeln!(out, "{}", style.red(&text))?;
        }
        if !self.was_running {
            return writeln!(out, "{} is not at work", self.run);
        }
        if self.dry_run {
            return writeln!(out, "{}: would be ended", self.run);
        }
        if !self.problems.is_empty() && self.survivors.is_empty() {
            return Ok(());
        }
        if self.survivors.is_empty() {
            return writeln!(out, "{}: ended, nothing of it is left", self.run);
        }
        let pids: Vec<String> = self.survivors.iter().map(u32::to_string).collect();
        writeln!(
            out,
            "{}",
            style.red(&format!("could not end process {}", pids.join(", ")))
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let pids: Vec<String> = self.survivors.iter().map(u32::to_string).collect();
        plain_line(
            out,
            &[
                &self.run,
                match (self.was_running, self.dry_run) {
                    (true, true) => "dry-run",
                    (true, false) => "ended",
                    (false, _) => "idle",
                },
                &pids.join(","),
                &clean(&self.problems.join("; ")),
            ],
        )
    }
}
