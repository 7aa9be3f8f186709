//! `acp hold clear`: let launches and merges go on.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::ui::{CliError, Output};

/// Lifts a hold. Waits up to 30 s for a pass that is at work.
///
/// Columns of --plain: name, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Clear {
    /// Its name, as `acp hold list` shows it; the one of `acp stop` without it
    #[arg(value_parser = super::add::name, default_value = crate::engine::STOP_HOLD)]
    name: String,
}

impl Verb for Clear {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let hold = keep.change_named(session, "hold list", |desk| {
            desk.clear_hold(&self.name, &actor)
        })?;
        let on = hold
            .item
            .map_or("the whole profile".to_owned(), |item| item.to_string());
        let (left, _) = keep.store.all_holds()?;
        let output = Changes::new("acp.hold.clear/1", session)
            .add(&self.name, format!("lifted: {on} goes on"))
            .next("acp heartbeat")
            .output();
        let others: Vec<String> = left.into_keys().filter(|name| *name != self.name).collect();
        Ok(if others.is_empty() {
            output
        } else {
            output.note(format!("still there: {}", others.join(", ")))
        })
    }
}
