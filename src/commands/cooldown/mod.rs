//! `acp cooldown`: what is not tried before a time.

mod clear;
mod list;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at what cools down, and ends it.
#[derive(clap::Subcommand)]
pub(super) enum Cooldown {
    #[command(about = "List the cooldowns")]
    List(list::List),
    #[command(about = "End a cooldown")]
    Clear(clear::Clear),
}

impl Verb for Cooldown {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Clear(args) => args.run(session),
        }
    }
}
