//! `acp dashboard`: everything of a profile at a glance, for a browser and for programs.

mod act;
mod log;
mod offer;
mod rows;
mod serve;
mod snapshot;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Watches everything of a profile: in a browser, or once as JSON.
#[derive(clap::Subcommand)]
pub(super) enum Dashboard {
    #[command(about = "Serve the page on this machine")]
    Serve(serve::Serve),
    #[command(about = "Print what the page shows as JSON")]
    Snapshot(snapshot::SnapshotVerb),
}

impl Verb for Dashboard {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::Serve(args) => args.run(session),
            Self::Snapshot(args) => args.run(session),
        }
    }
}
