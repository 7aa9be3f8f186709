//! Making a local forge.

use std::path::Path;
use std::time::Duration;

use super::event::Event;
use super::{EVENTS, LOCK, LocalForge, REPO};
use crate::domain::BranchName;
use crate::durable::{self, Journal, Lock, Rank, crash_point};
use crate::forge::ForgeError;
use crate::forge::model::missing;
use crate::git::{self, Git};
use crate::sys::Clock;

/// Cloning a large repository takes its time.
const LOCK_LIMIT: Duration = Duration::from_mins(2);

impl LocalForge {
    /// Makes a forge in the folder `dir` by cloning the repository at `from` bare; `Ok(false)` when there is one already.
    /// The folder appears whole or not at all.
    ///
    /// # Errors
    /// `Missing` when `from` has no branch `base`, since nothing could ever be merged then.
    pub fn create(
        dir: &Path,
        from: &Path,
        base: &BranchName,
        clock: &dyn Clock,
        git: &Path,
    ) -> Result<bool, ForgeError> {
        if dir.is_dir() {
            return Ok(false);
        }
        let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
            return Err(missing(format_args!("the folder `{}`", dir.display())));
        };
        let name = name.to_string_lossy();
        durable::create_dirs(parent)?;
        let lock = parent.join(format!(".{name}.lock"));
        let what = "make a local forge";
        let _lock = Lock::acquire(&lock, Rank::Forge, what, LOCK_LIMIT, clock, &mut |_, _| {})?;
        if dir.is_dir() {
            return Ok(false);
        }
        let new = parent.join(format!(".{name}.new"));
        durable::remove_tree(&new)?;
        durable::create_dirs(&new)?;
        crash_point("forge.before_clone");
        let repo = new.join(REPO);
        git::clone_bare(&Git::new(git, &repo, clock), from, &repo)?;
        if git::read_ref(&repo, base)?.is_none() {
            durable::remove_tree(&new)?;
            return Err(missing(format_args!(
                "branch {base} in `{}`",
                from.display()
            )));
        }
        crash_point("forge.after_clone");
        let log = Journal::open(&new.join(EVENTS), &new.join(LOCK));
        log.append_synced(&Event::created(clock.now()))?;
        durable::move_dir(&new, dir)?;
        Ok(true)
    }
}
