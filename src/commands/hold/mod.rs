//! `acp hold`: stops that a person sets and lifts.

mod add;
mod clear;
mod list;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Stops launches and merges, and lets them go on.
#[derive(clap::Subcommand)]
pub(super) enum Hold {
    #[command(about = "List the holds")]
    List(list::List),
    #[command(about = "Set a hold")]
    Add(add::Add),
    #[command(about = "Lift a hold")]
    Clear(clear::Clear),
}

impl Verb for Hold {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Add(args) => args.run(session),
            Self::Clear(args) => args.run(session),
        }
    }
}
