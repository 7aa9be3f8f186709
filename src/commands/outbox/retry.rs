//! `acp outbox retry`: a failed write, once more.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::{IntentId, Phase};
use crate::ui::{CliError, Output};

/// Puts a failed write back at its place in the queue, with all its tries. One that waits becomes due at once. Whether it
/// has happened is looked up before it is sent again.
///
/// Waits up to 30 s for a flusher that is at work. Columns of --plain: id, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Retry {
    /// The intent, as `acp outbox list` names it
    #[arg(value_name = "ID")]
    id: IntentId,
}

impl Verb for Retry {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let intent = keep.change(session, |desk| desk.retry_intent(&self.id, &actor))?;
        let how = if intent.phase == Phase::Dispatched {
            "looked up and, if it did not happen, sent"
        } else {
            "sent"
        };
        let kind = intent.payload.kind().as_str();
        let what = format!("{how} with the next flush ({kind} {})", intent.target());
        Ok(Changes::new("acp.outbox.retry/1", session)
            .add(&intent.id, what)
            .next("acp outbox flush")
            .output())
    }
}
