//! Lock files that a killed git left behind.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;

use crate::durable::remove_file;
use crate::sys::Clock;

use super::GitError;
use super::refs::has_lock_ending;

/// How old a lock file is taken to be left by a git that was killed. git holds one for as long as it writes one file.
const LOCK_AGE: Duration = Duration::from_mins(2);
/// How many entries a search for lock files looks at.
const SEARCH_MAX: usize = 200_000;

/// Removes lock files that a killed git left behind, and returns how many. git never removes them by itself: without
/// this, one kill would stop every later change of the ref. A lock counts as left behind when it is older than any
/// living git keeps one, or lies in the future because the clock was set back.
pub fn remove_stale_locks(git_dir: &Path, clock: &dyn Clock) -> Result<usize, GitError> {
    let mut todo = vec![(git_dir.to_owned(), false)];
    for (name, deep) in [
        ("refs", true),
        ("worktrees", true),
        ("objects/info", false),
        ("objects/pack", false),
    ] {
        todo.push((git_dir.join(name), deep));
    }
    let limit = SignedDuration::try_from(LOCK_AGE).unwrap_or(SignedDuration::MAX);
    let (mut removed, mut seen) = (0, 0);
    while let Some((dir, deep)) = todo.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                continue;
            }
            Err(error) => return Err(GitError::damaged(&dir, error.to_string())),
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > SEARCH_MAX {
                return Ok(removed);
            }
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && deep {
                todo.push((entry.path(), true));
            }
            let age = clock
                .now()
                .as_second()
                .saturating_sub(meta.mtime())
                .saturating_abs();
            let is_lock = meta.is_file() && has_lock_ending(&entry.file_name().to_string_lossy());
            if is_lock && age > limit.as_secs() && remove_file(&entry.path())? {
                removed += 1;
            }
        }
    }
    Ok(removed)
}
