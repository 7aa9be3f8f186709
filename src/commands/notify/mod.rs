//! `acp notify`: telling people.

mod drop;
mod list;
mod retry;
mod send;
mod test;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Tells people: by the notifiers that the profile names below `notify.to`.
#[derive(clap::Subcommand)]
pub(super) enum Notify {
    #[command(about = "List the notices that were not taken yet")]
    List(list::List),
    #[command(about = "Tell people something")]
    Send(send::Send),
    #[command(about = "Send a test to the notifiers, for real")]
    Test(test::Test),
    #[command(about = "Put a notice that was given up back in the queue")]
    Retry(retry::Retry),
    #[command(about = "Give up a notice")]
    Drop(drop::Drop),
}

impl Verb for Notify {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Send(args) => args.run(session),
            Self::Test(args) => args.run(session),
            Self::Retry(args) => args.run(session),
            Self::Drop(args) => args.run(session),
        }
    }
}
