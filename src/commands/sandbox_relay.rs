//! The inner side of a sandbox's way out: a hidden verb that bubblewrap starts.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Session, Verb};
use crate::domain::NetPlace;
use crate::ui::{CliError, Output};

/// Opens a proxy on the loopback of the sandbox and becomes the command; without one attends to the proxy, whose port it prints.
#[derive(clap::Args)]
pub(super) struct SandboxRelay {
    /// The folder with the socket that leads out
    folder: PathBuf,
    /// A place on this machine's loopback that has its port inside too, HOST:PORT
    #[arg(long, value_name = "PLACE", value_parser = place)]
    direct: Vec<NetPlace>,
    /// The command
    #[arg(last = true)]
    command: Vec<OsString>,
}

fn place(text: &str) -> Result<NetPlace, &'static str> {
    NetPlace::parse(text, 0).ok_or("expected HOST:PORT")
}

impl Verb for SandboxRelay {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        session
            .ports
            .relay(&self.folder, &self.direct, &self.command)?;
        Ok(Output::silent())
    }
}
