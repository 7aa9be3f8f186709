//! `acp run drop`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::find;
use crate::commands::Session;
use crate::domain::{RunId, RunState};
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Archives a run that is over. What its worktree holds and nothing else has is bundled into `history/` first.
#[derive(clap::Args)]
pub(crate) struct Drop {
    /// The run
    run: RunId,
}

#[derive(Debug, Serialize)]
struct Dropped {
    run: String,
    note: String,
}

impl Drop {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let run = find(&control.store, &self.run)?;
        if run.state.is_under_way() {
            return Err(
                CliError::new(Exit::Denied, format!("the run `{}` is at work", run.id))
                    .hint(format!("`acp run stop {}` ends it", run.id)),
            );
        }
        if matches!(run.state, RunState::Finished(_)) {
            let what = format!("the run `{}` is over and not judged yet", run.id);
            return Err(CliError::new(Exit::Denied, what)
                .hint("`acp reconcile` draws the conclusions; then it can be dropped"));
        }
        let note = if session.dry_run {
            "would be archived".to_owned()
        } else {
            control
                .engine(session)
                .drop_run(&run.id, &session.actor())?
        };
        Ok(Output::of(Dropped {
            run: run.id.to_string(),
            note,
        }))
    }
}

impl Render for Dropped {
    const SCHEMA: &'static str = "acp.run.drop/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(out, "{}: {}", self.run, clean(&self.note))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[&self.run, &self.note])
    }
}
