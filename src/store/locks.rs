//! The locks of a profile and their order.

use std::path::Path;
use std::time::Duration;

use super::{Store, StoreError};
use crate::durable::{self, Holder, Lock, Rank};
use crate::sys::Clock;

/// The locks of a profile, in the order in which they may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockName {
    /// One pass at a time.
    Pass,
    /// One flusher at a time.
    Flush,
    /// One sender of notices at a time.
    Notify,
    /// Fetches, worktrees and refs of `repo.git`.
    Repo,
    /// The budget of a day.
    Budget,
}

impl LockName {
    /// All of them, in that order.
    pub const ALL: [Self; 5] = [
        Self::Pass,
        Self::Flush,
        Self::Notify,
        Self::Repo,
        Self::Budget,
    ];

    const fn rank(self) -> Rank {
        match self {
            Self::Pass => Rank::Pass,
            Self::Flush => Rank::Flush,
            Self::Notify => Rank::Notify,
            Self::Repo => Rank::Repo,
            Self::Budget => Rank::Budget,
        }
    }

    /// The name of its file, without the ending.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Flush => "flush",
            Self::Notify => "notify",
            Self::Repo => "repo",
            Self::Budget => "budget",
        }
    }
}

/// Called once when a lock is not free at once, with its file and who holds it.
pub type Waiting<'a> = &'a mut dyn FnMut(&Path, Option<&Holder>);

impl Store {
    /// Takes a lock if it is free.
    pub fn try_lock(&self, name: LockName, what: &str) -> Result<Option<Lock>, StoreError> {
        durable::create_dirs(&self.layout.locks())?;
        Lock::try_acquire(&self.lock_path(name), name.rank(), what)
    }

    /// Takes a lock, waiting up to `limit`.
    pub fn lock(
        &self,
        name: LockName,
        what: &str,
        limit: Duration,
        clock: &dyn Clock,
        waiting: Waiting<'_>,
    ) -> Result<Lock, StoreError> {
        durable::create_dirs(&self.layout.locks())?;
        Lock::acquire(
            &self.lock_path(name),
            name.rank(),
            what,
            limit,
            clock,
            waiting,
        )
    }

    /// Who holds a lock, for people.
    pub fn lock_holder(&self, name: LockName) -> Option<Holder> {
        let path = self.lock_path(name);
        durable::is_held(&path)
            .unwrap_or(false)
            .then(|| Lock::holder(&path))
            .flatten()
    }

    fn lock_path(&self, name: LockName) -> std::path::PathBuf {
        self.layout.locks().join(format!("{}.lock", name.as_str()))
    }
}
