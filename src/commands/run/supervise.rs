//! `acp run supervise`: the body of a supervisor. A pass starts it and hands it the run's lock as standard input.

use crate::commands::Session;
use crate::domain::RunId;
use crate::ui::{CliError, Output};

/// Attends to a run until it is finished.
#[derive(clap::Args)]
pub(crate) struct Supervise {
    /// The run
    run: RunId,
}

impl Supervise {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        session.ports.supervise(session, &self.run)?;
        Ok(Output::silent())
    }
}
