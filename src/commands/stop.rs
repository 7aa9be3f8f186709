//! `acp stop`: hold the profile, end every run, prove it.

use std::io::{self, Write};

use serde::Serialize;

use super::{Session, Verb};
use crate::engine::StopReport;
use crate::ui::words::plural;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Puts a hold on the profile, ends every run of it, and proves that no process of them is left.
///
/// Ends with 1, and the process numbers, when something could not be ended. `acp hold clear` lifts the hold.
#[derive(clap::Args)]
pub(super) struct Stop {
    /// Why, for whoever finds the hold
    #[arg(long, default_value = "stopped by hand")]
    reason: String,
}

/// What was ended.
#[derive(Debug, Serialize)]
pub(super) struct StopView {
    hold: &'static str,
    new_hold: bool,
    proven: bool,
    runs: Vec<RunEnded>,
}

/// One run that was under way.
#[derive(Debug, Serialize)]
pub(super) struct RunEnded {
    run: String,
    survivors: Vec<u32>,
}

impl Verb for Stop {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let report = if session.dry_run {
            StopReport::default()
        } else {
            control
                .engine(session)
                .stop(&session.actor(), &self.reason)?
        };
        let proven = report.is_proven();
        let view = StopView {
            hold: crate::engine::STOP_HOLD,
            new_hold: report.held,
            proven,
            runs: report
                .runs
                .into_iter()
                .map(|run| RunEnded {
                    run: run.run.to_string(),
                    survivors: run.survivors,
                })
                .collect(),
        };
        Ok(Output::of(view).answer(proven))
    }
}

impl Render for StopView {
    const SCHEMA: &'static str = "acp.stop/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for run in &self.runs {
            if run.survivors.is_empty() {
                writeln!(out, "{}: ended, nothing of it is left", run.run)?;
            } else {
                let pids: Vec<String> = run.survivors.iter().map(u32::to_string).collect();
                let text = format!("{}: could not end process {}", run.run, pids.join(", "));
                writeln!(out, "{}", style.red(&text))?;
            }
        }
        let ended = plural(self.runs.len(), "run");
        writeln!(
            out,
            "{ended} ended; nothing starts or merges until `acp hold clear`"
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for run in &self.runs {
            let pids: Vec<String> = run.survivors.iter().map(u32::to_string).collect();
            plain_line(out, &[&run.run, &pids.join(",")])?;
        }
        Ok(())
    }
}
