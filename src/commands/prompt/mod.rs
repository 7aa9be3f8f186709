//! `acp prompt`: what agents are asked.

mod show;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at what agents are asked.
#[derive(clap::Subcommand)]
pub(super) enum Prompt {
    #[command(about = "Print what an agent would be asked about an item")]
    Show(show::Show),
}

impl Verb for Prompt {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::Show(args) => args.run(session),
        }
    }
}
