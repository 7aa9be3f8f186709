//! `acp cooldown clear`: try it again now.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::ui::{CliError, Output};

/// Ends a cooldown: the next pass or flush tries again. What set it may set it again.
///
/// Waits up to 30 s for a pass that is at work. Columns of --plain: key, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Clear {
    /// The key, as `acp cooldown list` names it
    key: String,
}

impl Verb for Clear {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let cooldown = keep.change_named(session, "cooldown list", |desk| {
            desk.clear_cooldown(&self.key, &actor)
        })?;
        Ok(Changes::new("acp.cooldown.clear/1", session)
            .add(
                &self.key,
                format!("tried again; it was to wait until {}", cooldown.until),
            )
            .next("acp heartbeat")
            .output())
    }
}
