//! `acp retry clear`: the failures of an item, forgotten.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::{ItemId, ItemKind, label};
use crate::ui::words::plural;
use crate::ui::{CliError, Output};

/// Forgets the failures and fix runs of an item, its wait, and that acp gave up on it. The number of the next attempt goes
/// on from where it is.
///
/// The label `agent-blocked` stays: acp never removes it. Waits up to 30 s for a pass that is at work. Columns of --plain:
/// item, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Clear {
    /// issue/12 or pr/34
    item: ItemId,
}

impl Verb for Clear {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        forget(session, self.item, "acp.retry.clear/1")
    }
}

/// Forgets what stands against the next attempt at an item, and says what comes next.
pub(crate) fn forget(
    session: &Session<'_>,
    item: ItemId,
    schema: &'static str,
) -> Result<Output, CliError> {
    let actor = session.actor();
    let keep = session.keep()?;
    let (before, after) =
        keep.change_named(session, "retry list", |desk| desk.clear_retry(item, &actor))?;
    let failures = plural(
        usize::try_from(before.failures).unwrap_or(usize::MAX),
        "failure",
    );
    let what = format!(
        "free of {failures}; the next attempt is {}",
        after.attempt + 1
    );
    let changes = Changes::new(schema, session).add(&item, what);
    if !before.blocked {
        return Ok(changes.next("acp heartbeat").output());
    }
    let noun = match item.kind {
        ItemKind::Issue => "issue",
        ItemKind::Pr => "pr",
    };
    let remove = format!(
        "acp {noun} label {} --remove {}",
        item.number,
        label::BLOCKED
    );
    let note = format!(
        "acp gave up on it: while `{}` is on it nothing starts, and only a person removes that",
        label::BLOCKED
    );
    Ok(changes.next(remove).output().note(note))
}
