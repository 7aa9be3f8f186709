//! `acp profile`: repositories under control.

mod check;
mod export;
mod import;
mod list;
mod new;
mod place;
mod remove;
mod schema;
mod show;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at profiles, checks them, makes them and takes them away.
#[derive(clap::Subcommand)]
pub(super) enum Profile {
    #[command(about = "List the profiles")]
    List(list::List),
    #[command(about = "Show every value of a profile")]
    Show(show::Show),
    #[command(about = "Explain everything that is wrong with a profile")]
    Check(check::Check),
    #[command(about = "Write a profile from flags alone")]
    New(Box<new::New>),
    #[command(about = "Print a profile as another machine can take it")]
    Export(export::Export),
    #[command(about = "Take a profile from another machine")]
    Import(import::Import),
    #[command(about = "Take a repository out of control")]
    Remove(remove::Remove),
    #[command(about = "Print the JSON schema of a profile")]
    Schema(schema::Schema),
}

impl Verb for Profile {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Check(args) => args.run(session),
            Self::New(args) => (*args).run(session),
            Self::Export(args) => args.run(session),
            Self::Import(args) => args.run(session),
            Self::Remove(args) => args.run(session),
            Self::Schema(args) => args.run(session),
        }
    }
}
