//! `acp outbox drop`: a write that nobody wants any more.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::IntentId;
use crate::ui::{CliError, Output};

/// Removes a write that failed or was never sent, and with it all that need it. Where a pass or a run wanted it, no pass
/// wants it again: the result of a run whose push or pull request is dropped is kept on this machine and its item waits for
/// `acp retry clear`; a pull request whose checks are dropped waits for a person's yes.
///
/// One that was sent and whose answer is not known cannot be dropped (77): it may have happened. Waits up to 30 s for a flusher that is at work. Columns of
/// --plain: id, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Drop {
    /// The intent, as `acp outbox list` names it
    #[arg(value_name = "ID")]
    id: IntentId,
}

impl Verb for Drop {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let dropped = keep.change(session, |desk| desk.drop_intent(&self.id, &actor))?;
        let mut changes = Changes::new("acp.outbox.drop/1", session);
        for intent in &dropped {
            let needed = if intent.id == self.id {
                String::new()
            } else {
                format!(", which needs {}", self.id)
            };
            let kind = intent.payload.kind().as_str();
            let what = format!("dropped ({kind} {}{needed})", intent.target());
            changes = changes.add(&intent.id, what);
        }
        if let Some(item) = dropped.first().and_then(|intent| intent.item) {
            changes = changes.next(format!("acp why {item}"));
        }
        Ok(changes.output())
    }
}
