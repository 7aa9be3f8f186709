//! `acp retry`: failures and their waits.

mod clear;
mod list;

pub(super) use clear::forget;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at failures and their waits, and forgets them.
#[derive(clap::Subcommand)]
pub(super) enum Retry {
    #[command(about = "List the items with failures or a block")]
    List(list::List),
    #[command(about = "Forget the failures of an item, its wait and its block")]
    Clear(clear::Clear),
}

impl Verb for Retry {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Clear(args) => args.run(session),
        }
    }
}
