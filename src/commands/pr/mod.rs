//! `acp pr`: pull requests.

mod risk;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Looks at pull requests and decides about them.
#[derive(clap::Subcommand)]
pub(super) enum Pr {
    /// Score how risky a change is, with every reason
    Risk(risk::Risk),
}

impl Verb for Pr {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::Risk(args) => args.run(session),
        }
    }

    fn works_in_run(&self) -> bool {
        match self {
            Self::Risk(args) => args.is_offline(),
        }
    }
}
