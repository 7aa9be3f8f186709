//! `acp budget`: what today has cost.

mod reset;
mod show;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at what today has cost, and starts it anew.
#[derive(clap::Subcommand)]
pub(super) enum Budget {
    #[command(about = "Show what today's runs have used, and the limits")]
    Show(show::Show),
    #[command(about = "Let what today's finished runs have used count no more")]
    Reset(reset::Reset),
}

impl Verb for Budget {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::Show(args) => args.run(session),
            Self::Reset(args) => args.run(session),
        }
    }
}
