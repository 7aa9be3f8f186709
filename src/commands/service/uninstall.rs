//! `acp service uninstall`: passes are started by hand again.

use super::{places, take_away};
use crate::commands::Session;
use crate::commands::change::Changes;
use crate::ui::{CliError, Output};

/// Stops the timer and removes its files. Runs that are under way go on; their conclusions are drawn by the next pass, whoever
/// starts it. `acp stop` ends runs.
///
/// Columns of --plain: profile, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Uninstall {
    /// Of every profile that there is
    #[arg(long)]
    all: bool,
}

impl Uninstall {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let mut changes = Changes::new("acp.service.uninstall/1", session);
        let mut kept = vec![];
        for place in places(session, self.all)? {
            let Some(timer) = place.store.timer()? else {
                kept.push(format!(
                    "no timer was installed for the profile `{}`",
                    place.id
                ));
                continue;
            };
            if !session.dry_run {
                let _kind = take_away(session, &place.id, &place.store)?;
            }
            changes = changes.add(
                &place.id,
                format!("no timer of {} any more", timer.kind.as_str()),
            );
        }
        Ok(kept.into_iter().fold(changes.output(), Output::note))
    }
}
