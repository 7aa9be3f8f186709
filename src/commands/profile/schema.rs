//! `acp profile schema`: what a profile may say, for editors.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::commands::{Session, Verb};
use crate::profile::schema_json;
use crate::ui::{CliError, Exit, Output, Render, Style};

/// Prints the JSON schema of a profile. An editor that has it completes keys and marks mistakes.
///
/// With --plain it is the same text; with --json it is the data of the envelope.
#[derive(clap::Args)]
pub(crate) struct Schema {}

/// The schema.
#[derive(Serialize)]
#[serde(transparent)]
struct Printed {
    schema: Value,
    #[serde(skip)]
    text: String,
}

impl Verb for Schema {
    fn run(self, _session: &Session<'_>) -> Result<Output, CliError> {
        let text = schema_json();
        let schema =
            serde_json::from_str(&text).map_err(|error| CliError::of(Exit::Bug, &error))?;
        Ok(Output::of(Printed { schema, text }))
    }
}

impl Render for Printed {
    const SCHEMA: &'static str = "acp.profile.schema/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        self.plain(out)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.text.trim_end())
    }
}
