//! The world as it is now, planned but not acted upon: what the reading verbs show.

use super::Control;
use super::Session;
use crate::domain::{ItemId, Plan, Snapshot, Standing};
use crate::engine::plan;
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

    pub(super) fn standing(&self, item: ItemId) -> Option<&Standing> {
        self.plan
            .standings
            .iter()
            .find(|standing| standing.item == item)
    }
}
