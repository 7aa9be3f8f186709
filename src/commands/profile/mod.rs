//! `acp profile`: repositories under control.

mod check;
mod list;
mod schema;
mod show;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at profiles and checks them.
#[derive(clap::Subcommand)]
pub(super) enum Profile {
    #[command(about = "List the profiles")]
    List(list::List),
    #[command(about = "Show every value of a profile")]
    Show(show::Show),
    #[command(about = "Explain everything that is wrong with a profile")]
    Check(check::Check),
    #[command(about = "Print the JSON schema of a profile")]
    Schema(schema::Schema),
}

impl Verb for Profile {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Check(args) => args.run(session),
            Self::Schema(args) => args.run(session),
        }
    }
}
