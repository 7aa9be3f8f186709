//! The world as it is now, planned but not acted upon: what the reading verbs show.

use super::Control;
use super::Session;
use crate::domain::{ForgeKind, ItemId, Mirror, Plan, Snapshot, StaleKind, Standing};
use crate::engine::plan;
use crate::forge::Text;
use crate::ui::{CliError, standing};

/// A snapshot and the plan that it gives. Nothing is written and no lock is taken for it.
pub(super) struct Sight {
    pub(super) snapshot: Snapshot,
    pub(super) plan: Plan,
}

impl Sight {
    pub(super) fn take(session: &Session<'_>, control: &Control<'_>) -> Result<Self, CliError> {
        let snapshot = control.engine(session).observe(false)?;
        if let Some(stale) = &snapshot.stale {
            (control.say)(&standing::away(stale));
        }
        let plan = plan::plan(&snapshot, &control.rules)?;
        Ok(Self { snapshot, plan })
    }

    /// The same without a request to a forge behind HTTP: as its last pass knew it. For screens that are looked at often.
    pub(super) fn glance(session: &Session<'_>, control: &Control<'_>) -> Result<Self, CliError> {
        if control.rules.forge.kind == ForgeKind::Local {
            return Self::take(session, control);
        }
        let snapshot = control.engine(session).remember()?;
        if let Some(stale) = &snapshot.stale {
            (control.say)(&standing::away(stale));
        }
        let plan = plan::plan(&snapshot, &control.rules)?;
        Ok(Self { snapshot, plan })
    }

    pub(super) fn standing(&self, item: ItemId) -> Option<&Standing> {
        self.plan
            .standings
            .iter()
            .find(|standing| standing.item == item)
    }
    /// Whether the forge takes no calls now: its rate limit holds, or it has refused the credential.
    pub(super) fn is_silent(&self) -> bool {
        let stale = self.snapshot.stale.as_ref();
        stale.is_some_and(|s| matches!(s.kind, StaleKind::Limited | StaleKind::Denied))
    }

    /// Body and comments of an item; nothing, and a word on it, while the forge takes no calls.
    pub(super) fn text(&self, control: &Control<'_>, number: u64) -> Result<Text, CliError> {
        if self.is_silent() {
            (control.say)(
                "its text and its comments are kept on the forge and cannot be shown now",
            );
            return Ok(Text::default());
        }
        Ok(control.forge.text(number)?)
    }
}

/// What the forge lists now, or what it listed last while it takes no calls; then that is said. The second value tells
/// whether it is what there is now.
pub(super) fn listed(
    session: &Session<'_>,
    control: &Control<'_>,
) -> Result<(Mirror, bool), CliError> {
    let mut mirror = control.store.mirror()?;
    if let Some(stale) = control.engine(session).silent()? {
        (control.say)(&standing::away(&stale));
        return Ok((mirror, false));
    }
    control.forge.sync(&mut mirror, &control.rules.repo.base)?;
    Ok((mirror, true))
}
