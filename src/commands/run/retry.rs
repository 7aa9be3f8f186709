//! `acp run retry`.

use super::show::find;
use crate::commands::{Session, retry};
use crate::domain::{RunId, RunState};
use crate::ui::{CliError, Exit, Output};

/// Has the item of a run tried again: its failures, its wait, and that acp gave up on it are forgotten, as `acp retry clear`
/// does; the next pass starts the next attempt. The run itself stays as it is.
///
/// The label `agent-blocked` stays: acp never removes it. Columns of --plain: item, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Retry {
    /// The run
    run: RunId,
}

impl Retry {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let keep = session.keep()?;
        let run = find(&keep.store, &self.run)?;
        if run.state.is_under_way() {
            let what = format!("the run `{}` is at work", run.id);
            return Err(CliError::new(Exit::Denied, what)
                .hint(format!("`acp run stop {}` ends it first", run.id)));
        }
        if matches!(run.state, RunState::Finished(_)) {
            let what = format!("the run `{}` is over and not judged yet", run.id);
            return Err(CliError::new(Exit::Denied, what)
                .hint("`acp reconcile` draws the conclusions; then its item can be tried again"));
        }
        let retry = keep.store.retries().get(&run.item.slug())?;
        if !retry.is_some_and(|retry| retry.holds_back()) {
            let what = format!("nothing stands against the next attempt at {}", run.item);
            return Err(CliError::new(Exit::Missing, what)
                .hint(format!("`acp why {}` says what it waits for", run.item)));
        }
        retry::forget(session, run.item, "acp.run.retry/1")
    }
}
