//! `acp run log`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::find;
use crate::commands::Session;
use crate::domain::RunId;
use crate::ui::words::clean;
use crate::ui::{CliError, Output, Render, Style};

/// The largest log that is kept, and so read.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Shows what setup, agent and checks of a run printed, with secrets taken out. Control characters are replaced.
#[derive(clap::Args)]
pub(crate) struct Log {
    /// The run
    run: RunId,
    /// Only the last lines
    #[arg(long, short = 'n', value_name = "N")]
    lines: Option<usize>,
    /// What the supervisor itself said, instead
    #[arg(long)]
    supervisor: bool,
}

#[derive(Debug, Serialize)]
struct Logged {
    run: String,
    lines: Vec<String>,
}

impl Log {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let run = find(&control.store, &self.run)?;
        let name = if self.supervisor {
            "supervisor.log"
        } else {
            "agent.log"
        };
        let path = control.store.run_folder(&run.id).join(name);
        let bytes = session
            .ports
            .read_file(&path, LOG_BYTES_MAX)?
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some(last) = self.lines {
            lines.drain(..lines.len().saturating_sub(last));
        }
        let empty = lines.is_empty();
        let output = Output::of(Logged {
            run: run.id.to_string(),
            lines,
        });
        Ok(if empty {
            output.note("nothing was printed")
        } else {
            output
        })
    }
}

impl Render for Logged {
    const SCHEMA: &'static str = "acp.run.log/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        self.plain(out)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(out, "{}", clean(line)))
    }
}
