//! `acp budget reset`: start the day anew.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::ui::{CliError, Output};

/// Lets what today's runs have used count no more, so that others may start. Runs that are under way go on counting, and
/// the numbers stay in the record.
///
/// Spends money that the profile did not allow, so it needs --yes. Waits up to 30 s for a pass that is at work. Columns of
/// --plain: run, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Reset {
    /// Yes, more may be spent today
    #[arg(long)]
    yes: bool,
}

impl Verb for Reset {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        if !self.yes && !session.dry_run {
            return Err(CliError::usage("resetting the budget lets more be spent today than the profile allows")
                .hint("`acp budget reset --yes` does it, `acp budget reset --dry-run` shows what it would do"));
        }
        let actor = session.actor();
        let keep = session.keep()?;
        let runs = keep.change(session, |desk| desk.reset_budget(&actor))?;
        let mut changes = Changes::new("acp.budget.reset/1", session);
        for run in &runs {
            changes = changes.add(run, "counted no more");
        }
        let output = changes.next("acp budget show").output();
        Ok(if runs.is_empty() {
            output.note("nothing of today counts but what is under way")
        } else {
            output
        })
    }
}
