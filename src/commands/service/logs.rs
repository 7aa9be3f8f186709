//! `acp service logs`: what passes printed that nobody saw.

use std::io::{self, Write};

use serde::Serialize;

use super::{Place, places};
use crate::commands::Session;
use crate::ui::words::clean;
use crate::ui::{CliError, Output, Render, Style};

/// Lines that are shown unless more are asked for.
const LINES: usize = 100;
/// The most lines that are shown.
const LINES_MAX: u64 = 10_000;

/// Shows what the passes of a timer printed: actions and problems in the form of `acp heartbeat --plain`. A pass without
/// either prints nothing. Units of systemd write to the journal, the others to `passes.log` in the state folder.
#[derive(clap::Args)]
pub(crate) struct Logs {
    /// How many of the last lines
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..=LINES_MAX))]
    lines: Option<u64>,
}

#[derive(Serialize)]
struct Printed {
    profile: String,
    lines: Vec<String>,
}

impl Logs {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let lines = self
            .lines
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(LINES);
        let mut said = None;
        for place in places(session, false)? {
            let timer = place.timer()?;
            let text = Place::manager(session, &timer)?.log(&place.id, &timer, lines)?;
            said = Some(Printed {
                profile: place.id.to_string(),
                lines: text.lines().map(str::to_owned).collect(),
            });
        }
        Ok(match said {
            Some(printed) if printed.lines.is_empty() => {
                Output::of(printed).note("nothing was printed")
            }
            Some(printed) => Output::of(printed),
            None => Output::silent(),
        })
    }
}

impl Render for Printed {
    const SCHEMA: &'static str = "acp.service.logs/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        self.plain(out)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(out, "{}", clean(line)))
    }
}
