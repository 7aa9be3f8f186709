//! `acp lease clear`: a claim whose run is through.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::ItemId;
use crate::ui::{CliError, Output};

/// Removes the claim on an item when its run is through or was never recorded. Passes do so by themselves; this is for a
/// person who does not want to wait for one.
///
/// While the run is under way, not judged, or lives without a record, the answer is 77. Waits up to 30 s for a pass that is at work. Columns of
/// --plain: item, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Clear {
    /// issue/12 or pr/34
    item: ItemId,
}

impl Verb for Clear {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let actor = session.actor();
        let keep = session.keep()?;
        let workers = keep.workers(session)?;
        let lease = keep.change_named(session, "lease list", |desk| {
            desk.clear_lease(self.item, &actor, &*workers)
        })?;
        Ok(Changes::new("acp.lease.clear/1", session)
            .add(&self.item, format!("free of the claim of {}", lease.run))
            .next(format!("acp why {}", self.item))
            .output())
    }
}
