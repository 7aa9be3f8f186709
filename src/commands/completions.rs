//! `acp completions`: a script for a shell, from the command tree itself.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;
use serde::Serialize;

use super::{Session, Verb};
use crate::ui::{CliError, Output, Render, Style};

/// Prints a script that completes acp's verbs and flags.
///
/// For bash: acp completions bash > ~/.local/share/bash-completion/completions/acp
#[derive(clap::Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Script(String);

impl Render for Script {
    const SCHEMA: &'static str = "acp.completions/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        out.write_all(self.0.as_bytes())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.0.as_bytes())
    }
}

impl Verb for Completions {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let script = completion_script(self.shell, session.ports.tree());
        Ok(Output::of(Script(script)))
    }
}

/// The script of a shell for a command tree.
pub fn completion_script(shell: Shell, mut tree: Command) -> String {
    let mut script = vec![];
    clap_complete::generate(shell, &mut tree, "acp", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
