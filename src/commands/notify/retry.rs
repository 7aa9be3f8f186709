//! `acp notify retry`: a notice that was given up, once more.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::IntentId;
use crate::ui::{CliError, Output};

/// Puts a notice that was given up back in the queue, with all its tries. The next pass sends it.
///
/// Waits up to 30 s for a sender that is at work. Columns of --plain: id, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Retry {
    /// The notice, as `acp notify list` names it
    #[arg(value_name = "ID")]
    id: IntentId,
}

impl Verb for Retry {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let notice = keep.change(session, |desk| desk.retry_notice(&self.id, &actor))?;
        let what = format!("sent with the next pass (to {})", notice.to);
        Ok(Changes::new("acp.notify.retry/1", session)
            .add(&notice.id, what)
            .output())
    }
}
