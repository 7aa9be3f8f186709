//! The timer that a set-up installs when it is asked to.

use std::time::Duration;

use super::Init;
use super::view::Made;
use crate::commands::{Session, service};
use crate::domain::{ProfileId, Rules};
use crate::store::Store;
use crate::ui::CliError;

/// From one pass to the next, when a person says yes to a timer.
pub(super) const EVERY: Duration = Duration::from_mins(1);

/// What has passes come by themselves where this machine has timers.
pub(super) const BY_TIMER: &str = "acp service install --every 1m";
/// The same where it has none.
pub(super) const BY_HAND: &str = "acp heartbeat --loop --every 1m";

/// Whether there can be a timer at all: asked before anything is written.
///
/// # Errors
/// This machine has nothing that starts passes.
pub(super) fn possible(session: &Session<'_>, id: &ProfileId) -> Result<(), CliError> {
    let store = Store::new(session.ports.home(session)?.layout(id));
    let kind = store.timer()?.map(|timer| timer.kind);
    let _manager = session.ports.services(session, kind)?;
    Ok(())
}

/// Installs the timer that was asked for and notes it; gives back what its owner should know. Comes last: whatever it
/// starts finds everything else in its place.
///
/// # Errors
/// What starts passes on this machine does not answer. The profile is written by then.
pub(super) fn install(
    init: &Init,
    session: &Session<'_>,
    id: &ProfileId,
    rules: &Rules,
    made: &mut Made,
) -> Result<Vec<String>, CliError> {
    let Some(every) = init.timer else {
        return Ok(vec![]);
    };
    let (timer, notes) = service::set_up(session, id, rules, every).map_err(|error| {
        if session.dry_run {
            return error;
        }
        error.hint(format!(
            "the profile `{id}` is written; `acp service install --profile {id}` tries the timer again"
        ))
    })?;
    made.timer = Some(timer);
    Ok(notes)
}
