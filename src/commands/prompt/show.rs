//! `acp prompt show`: the whole text that an agent would get.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::sight::Sight;
use crate::commands::{Session, Verb};
use crate::domain::ItemId;
use crate::ui::words::clean_text;
use crate::ui::{CliError, Output, Render, Style};

/// Prints exactly what an agent would be asked about an item if it was launched now, made in the same way as for a
/// launch. Nothing is started.
///
/// An issue is always shown; a pull request only while something is to be done about it.
#[derive(clap::Args)]
pub(crate) struct Show {
    /// The item: issue/12 or pr/34
    item: ItemId,
}

#[derive(Serialize)]
struct Shown {
    item: String,
    task: String,
    agent: Option<String>,
    prompt: String,
}

impl Verb for Show {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let engine = control.engine(session);
        let preview = engine.preview(self.item, &sight.snapshot, &sight.plan)?;
        Ok(Output::of(Shown {
            item: self.item.to_string(),
            task: preview.task,
            agent: preview.agent,
            prompt: preview.text,
        }))
    }
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.prompt.show/1";

    fn human(&self, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        out.write_all(clean_text(&self.prompt).as_bytes())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(clean_text(&self.prompt).as_bytes())
    }
}
