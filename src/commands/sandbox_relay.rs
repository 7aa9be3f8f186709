//! The inner side of a sandbox's way out: a hidden verb that bubblewrap starts.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Opens a proxy on the loopback of the sandbox and becomes the command; without one attends to the proxy that is standard input.
#[derive(clap::Args)]
pub(super) struct SandboxRelay {
    /// The folder with the socket that leads out
    folder: PathBuf,
    /// The command
    #[arg(last = true)]
    command: Vec<OsString>,
}

impl Verb for SandboxRelay {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        session.ports.relay(&self.folder, &self.command)?;
        Ok(Output::silent())
    }
}
