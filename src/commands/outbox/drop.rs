//! `acp outbox drop`: a write that nobody wants any more.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::{IntentId, Origin};
use crate::ui::{CliError, Output};

/// Removes a write that failed or was never sent, and with it all that need it.
///
/// One that was sent and whose answer is not known cannot be dropped (77): it may have happened. A write that a pass wants
/// is wanted again by the next pass if nothing else changes. Waits up to 30 s for a flusher that is at work. Columns of
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
        let output = changes.output();
        let by_pass = dropped.iter().any(|i| i.origin == Origin::Pass);
        Ok(if by_pass {
            output.note("a pass wanted it: the next one may want it again")
        } else {
            output
        })
    }
}
