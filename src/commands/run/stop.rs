//! `acp run stop`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::find;
use crate::commands::Session;
use crate::domain::RunId;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Ends a run: its supervisor, its agent and every process that they started. Ends with 1 when something survives.
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
    survivors: Vec<u32>,
}

impl Stop {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let run = find(&control.store, &self.run)?;
        let stopped = if session.dry_run {
            None
        } else {
            control
                .engine(session)
                .stop_run(&run.id, &session.actor())?
        };
        let was_running = stopped.is_some();
        let survivors = stopped.map(|stopped| stopped.survivors).unwrap_or_default();
        let proven = survivors.is_empty();
        let view = Stopped {
            run: run.id.to_string(),
            was_running,
            survivors,
        };
        Ok(Output::of(view).answer(proven))
    }
}

impl Render for Stopped {
    const SCHEMA: &'static str = "acp.run.stop/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if !self.was_running {
            return writeln!(out, "{} is not at work", self.run);
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
                if self.was_running { "ended" } else { "idle" },
                &pids.join(","),
            ],
        )
    }
}
