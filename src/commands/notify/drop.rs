//! `acp notify drop`: a notice that nobody needs any more.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::IntentId;
use crate::ui::{CliError, Output};

/// Removes a notice that waits or was given up.
///
/// Waits up to 30 s for a sender that is at work. Columns of --plain: id, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Drop {
    /// The notice, as `acp notify list` names it
    #[arg(value_name = "ID")]
    id: IntentId,
}

impl Verb for Drop {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let notice = keep.change(session, |desk| desk.drop_notice(&self.id, &actor))?;
        let what = format!("dropped (to {})", notice.to);
        Ok(Changes::new("acp.notify.drop/1", session)
            .add(&notice.id, what)
            .output())
    }
}
