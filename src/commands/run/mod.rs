//! `acp run`: attempts of agents at items.

mod drop;
mod list;
mod log;
mod retry;
mod show;
mod stop;
mod supervise;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at runs and ends them.
#[derive(clap::Subcommand)]
pub(super) enum Run {
    #[command(about = "List runs")]
    List(list::List),
    #[command(about = "Show a run with everything that is known of it")]
    Show(show::Show),
    #[command(about = "Show what the agent printed")]
    Log(log::Log),
    #[command(about = "End a run and prove that nothing of it is left")]
    Stop(stop::Stop),
    #[command(about = "Have the item of a run tried again")]
    Retry(retry::Retry),
    #[command(about = "Archive a run that is over; its worktree goes, its work is bundled first")]
    Drop(drop::Drop),
    /// Attend to a run (started by a pass)
    #[command(hide = true)]
    Supervise(supervise::Supervise),
}

impl Verb for Run {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Log(args) => args.run(session),
            Self::Stop(args) => args.run(session),
            Self::Retry(args) => args.run(session),
            Self::Drop(args) => args.run(session),
            Self::Supervise(args) => args.run(session),
        }
    }
}
