//! The state of a profile without its rules: for verbs that must work also while the profile's file, its forge or its
//! agent is what is broken.

use std::cell::RefCell;

use super::Session;
use crate::domain::ProfileId;
use crate::engine::{Desk, Ender, EngineError};
use crate::store::{Home, Store};
use crate::ui::{CliError, Exit, Progress};
use crate::worker::Workers;

/// Where a profile's state is, and the state. Opening it reads no file.
pub(super) struct Keep {
    pub(super) home: Home,
    pub(super) id: ProfileId,
    pub(super) store: Store,
}

impl Session<'_> {
    /// The state of the profile that the call is about.
    pub(super) fn keep(&self) -> Result<Keep, CliError> {
        let home = self.ports.home(self)?;
        let id = self.ports.select(self, &home)?;
        let store = Store::new(home.layout(&id));
        Ok(Keep { home, id, store })
    }
}

impl Keep {
    /// Changes the state by hand, or with `--dry-run` only looks. Who waits for a lock is told so.
    pub(super) fn change<T>(
        &self,
        session: &Session<'_>,
        change: impl FnOnce(&Desk<'_>) -> Result<T, EngineError>,
    ) -> Result<T, CliError> {
        Self::saying(session, |say| {
            let desk = Desk {
                store: &self.store,
                clock: session.clock,
                say,
                dry_run: session.dry_run,
            };
            Ok(change(&desk)?)
        })
    }

    /// As [`Keep::change`] of something that has a name: where there is none of that name, `list` is the verb that shows
    /// those that there are.
    pub(super) fn change_named<T>(
        &self,
        session: &Session<'_>,
        list: &str,
        change: impl FnOnce(&Desk<'_>) -> Result<T, EngineError>,
    ) -> Result<T, CliError> {
        self.change(session, change)
            .map_err(|error| match error.kind {
                Exit::Missing => error.hint(format!("`acp {list}` shows those that there are")),
                _ => error,
            })
    }

    /// What ends the runs of the profile.
    pub(super) fn workers<'w>(
        &self,
        session: &'w Session<'_>,
    ) -> Result<Box<dyn Workers + 'w>, CliError> {
        session.ports.workers(session, &self.home, &self.id)
    }

    /// Ends runs, or with `--dry-run` only looks. Who waits for a lock is told so.
    pub(super) fn end<T>(
        &self,
        session: &Session<'_>,
        end: impl FnOnce(&Ender<'_>) -> T,
    ) -> Result<T, CliError> {
        let workers = self.workers(session)?;
        Self::saying(session, |say| {
            Ok(end(&Ender {
                store: &self.store,
                workers: &*workers,
                clock: session.clock,
                say,
            }))
        })
    }

    fn saying<T>(
        session: &Session<'_>,
        work: impl FnOnce(&dyn Fn(&str)) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let shown = RefCell::new(None);
        work(&|text: &str| {
            let progress = Progress::start(session.format, session.progress, text);
            *shown.borrow_mut() = Some(progress);
        })
    }
}
