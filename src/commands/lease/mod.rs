//! `acp lease`: the claims of runs on items.

mod clear;
mod list;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at the claims of runs on items, and clears them.
#[derive(clap::Subcommand)]
pub(super) enum Lease {
    #[command(about = "List the claims")]
    List(list::List),
    #[command(about = "Remove a claim whose run is through")]
    Clear(clear::Clear),
}

impl Verb for Lease {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Clear(args) => args.run(session),
        }
    }
}
