//! `acp report`: how an agent that lives in a shell writes its results. It needs `ACP_OUT` alone, writes only into it, and
//! knows neither profile nor state.

mod follow_up;
mod say;
mod verify;

use std::path::PathBuf;

use super::{Session, Verb};
use crate::ui::{CliError, Output};

/// Writes the result of a run where acp looks for it.
#[derive(clap::Subcommand)]
pub(super) enum Report {
    /// The worktree implements the issue
    Implemented(say::Say),
    /// The worktree repairs the pull request
    UpdatedBranch(say::Say),
    /// Nothing has to change on the pull request
    NoChangeNeeded(say::Say),
    /// It cannot be done; say why
    Blocked(say::Say),
    /// A scheduled task has looked
    Reported(say::Reported),
    /// The review of the pull request found nothing to object to
    Approved(say::Approved),
    /// Run a command and record whether it passed; ends as the command does
    Verify(verify::Verify),
    /// Ask for a focused follow-up issue
    FollowUp(follow_up::FollowUpArgs),
}

impl Verb for Report {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let out = out_folder(session)?;
        match self {
            Self::Verify(args) => args.run(session, &out),
            Self::FollowUp(args) => args.run(session, &out),
            said => say::run(said, session, &out),
        }
    }
}

/// `ACP_OUT`, which is there only inside a run.
fn out_folder(session: &Session<'_>) -> Result<PathBuf, CliError> {
    let outside = || {
        CliError::usage("`acp report` works only inside a run, and `ACP_OUT` is not set")
            .hint("acp sets it for the agents that it starts")
    };
    let out = session.env.path("ACP_OUT").ok_or_else(outside)?;
    if out.is_absolute() && out.is_dir() {
        return Ok(out);
    }
    Err(CliError::usage(format!(
        "`ACP_OUT` is `{}`, which is not the absolute path of a folder",
        out.display()
    )))
}
