//! `acp completions`: a script for a shell. Those for bash, zsh and fish ask `acp complete`; the others know the command
//! tree as it was when they were printed.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;
use serde::Serialize;

use super::{Session, Verb};
use crate::ui::{CliError, Output, Render, Style};

/// Prints a script that completes acp's verbs and flags; for bash, zsh and fish also what is there: profiles, issues, runs.
///
/// bash: acp completions bash > ~/.local/share/bash-completion/completions/acp
///
/// zsh: acp completions zsh > a file `_acp` in a folder of `$fpath`
///
/// fish: acp completions fish > ~/.config/fish/completions/acp.fish
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
    let asking = match shell {
        Shell::Bash => include_str!("../../completions/acp.bash"),
        Shell::Zsh => include_str!("../../completions/_acp"),
        Shell::Fish => include_str!("../../completions/acp.fish"),
        _ => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut tree, "acp", &mut script);
            return String::from_utf8_lossy(&script).into_owned();
        }
    };
    asking.to_owned()
}
