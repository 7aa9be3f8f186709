//! `acp outbox`: writes on their way.

mod drop;
mod flush;
mod list;
mod retry;
mod show;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at writes on their way, sends them, gives them up.
#[derive(clap::Subcommand)]
pub(super) enum Outbox {
    #[command(about = "List the writes that are not confirmed, in order")]
    List(list::List),
    #[command(about = "Show everything of one write")]
    Show(show::Show),
    #[command(about = "Send what is due")]
    Flush(flush::Flush),
    #[command(about = "Put a failed write back in the queue")]
    Retry(retry::Retry),
    #[command(about = "Give up a write, and those that need it")]
    Drop(drop::Drop),
}

impl Verb for Outbox {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Flush(args) => args.run(session),
            Self::Retry(args) => args.run(session),
            Self::Drop(args) => args.run(session),
        }
    }
}
