//! Making, moving and clearing folders and names.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::atomic::{TEMP_PREFIX, folder_of, sync_dir};
use super::error::Context as _;
use super::{Result, crash_point};

/// The mode of a folder of ours.
const PRIVATE: u32 = 0o700;
/// The sticky bit. In a folder that only its owner enters it forbids nothing: there it says that the folder's name is not
/// durable yet. Whoever finds it syncs before anything is put in, so that a power cut takes nothing of theirs along with
/// what another process died over. Where `mkdir` drops the bit (macOS) that other process's death may still cost it.
const NOT_SYNCED: u32 = 0o1000;

/// Creates the folder `path` and those above it that are missing, with mode 0700, durably. One fsync for each new one,
/// and for one that a process made which died before its own.
///
/// # Errors
/// `Io` when the operating system refuses, also when something else than a folder has that name.
pub fn create_dirs(path: &Path) -> Result<()> {
    if let Ok(meta) = path.metadata()
        && meta.is_dir()
    {
        // Of nobody else's: `/tmp` is sticky for another reason.
        let ours = meta.mode() & (PRIVATE | NOT_SYNCED | 0o077) == PRIVATE | NOT_SYNCED;
        return if ours { sync_created(path) } else { Ok(()) };
    }
    let folder = folder_of(path);
    if folder != path && folder != Path::new(".") {
        create_dirs(folder)?;
    }
    if !create_dir(path, PRIVATE | NOT_SYNCED)? {
        // Another process was faster, and may not have synced yet.
        return create_dirs(path);
    }
    crash_point("dirs.before_create_sync");
    sync_created(path)
}

/// Makes the name of a folder durable, and notes that it is.
fn sync_created(path: &Path) -> Result<()> {
    sync_dir(folder_of(path))?;
    match std::fs::set_permissions(path, Permissions::from_mode(PRIVATE)) {
        // Removed meanwhile: whoever needs it makes it again.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        noted => noted.doing("note as synced", path),
    }
}

/// Creates the folder `path` with mode 0700, not durably: only for what is made anew after a power cut. `Ok(false)` when
/// there is one. No fsync.
///
/// # Errors
/// `Io` when the operating system refuses, also when something else than a folder has that name.
pub fn create_quick_dir(path: &Path) -> Result<bool> {
    create_dir(path, PRIVATE)
}

fn create_dir(path: &Path, mode: u32) -> Result<bool> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(false),
        created => created.doing("create the folder", path).map(|()| true),
    }
}

/// Removes the file `path` durably. `Ok(false)` when there is none. One fsync if there was.
///
/// # Errors
/// `Io` when the operating system refuses, also when `path` is a folder.
pub fn remove_file(path: &Path) -> Result<bool> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => {
            removed.doing("remove", path)?;
            crash_point("dirs.before_remove_sync");
            sync_dir(folder_of(path))?;
            Ok(true)
        }
    }
}

/// Moves a folder (or a file) to a new name on the same file system, durably. At most two fsyncs.
///
/// # Errors
/// `Io` when the operating system refuses: `from` is missing, `to` exists, they are on different file systems.
pub fn move_dir(from: &Path, to: &Path) -> Result<()> {
    crash_point("dirs.before_move");
    rename_new(from, to).doing("move", from)?;
    crash_point("dirs.before_move_sync");
    sync_move(from, to)
}

/// Makes a rename from `from` to `to` durable: first the new name, so that no power cut leaves neither.
pub(super) fn sync_move(from: &Path, to: &Path) -> Result<()> {
    sync_dir(folder_of(to))?;
    if folder_of(from) != folder_of(to) {
        crash_point("dirs.between_move_syncs");
        sync_dir(folder_of(from))?;
    }
    Ok(())
}

/// Renames unless `to` exists (`AlreadyExists`).
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot do it in one step. Callers hold a lock or own the name, so looking first will do.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            rename(from, to)
        }
        renamed => Ok(renamed?),
    }
}

/// The one plain rename; replaces `to`.
#[expect(
    clippy::disallowed_methods,
    reason = "the module that renames for the others"
)]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Removes unfinished files (`.tmp-…`) directly in `dir` whose last change is more than `older_than` before `now`, and
/// returns how many. A folder that does not exist has none. No fsync: what comes back is swept again.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn sweep_leftovers(dir: &Path, older_than: Duration, now: Timestamp) -> Result<usize> {
    let mut removed = 0;
    for path in leftovers(dir, older_than, now)? {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            gone => {
                gone.doing("remove", &path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// The unfinished files that [`sweep_leftovers`] would remove.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn leftovers(dir: &Path, older_than: Duration, now: Timestamp) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries.doing("list", dir)?,
    };
    let limit = SignedDuration::try_from(older_than).unwrap_or(SignedDuration::MAX);
    let mut found = vec![];
    for entry in entries {
        let entry = entry.doing("list", dir)?;
        if !entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(TEMP_PREFIX.as_bytes())
        {
            continue;
        }
        // Its writer may finish and rename it at any moment: what has vanished is no error.
        let Ok(meta) = entry.metadata() else { continue };
        let changed = Timestamp::from_second(meta.mtime()).unwrap_or(now);
        if !meta.is_dir() && now.duration_since(changed) > limit {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::crash::testing::crash_at;
    use super::super::sim::Recording;
    use super::super::{DurableError, write_atomic};
    use super::*;
    use crate::sys::SplitMix64;

    #[test]
    fn folders_are_created_private_and_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a/b/c");
        create_dirs(&deep).unwrap();
        create_dirs(&deep).unwrap();
        for name in ["a", "a/b", "a/b/c"] {
            let meta = dir.path().join(name).metadata().unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o700);
        }
        write_atomic(&deep.join("file"), b"").unwrap();
        create_dirs(&deep.join("file")).unwrap_err();
    }

    #[test]
    fn a_crash_while_creating_folders_is_made_good() {
        for n in 1..=4 {
            let dir = tempfile::tempdir().unwrap();
            let deep = dir.path().join("a/b/c");
            let done = crash_at(n, || create_dirs(&deep).unwrap()).is_ok();
            assert_eq!(done, n == 4);
            create_dirs(&deep).unwrap();
            assert!(deep.is_dir());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_next_process_puts_in_a_folder_of_one_that_died_survives_a_power_cut() {
        let home = tempfile::tempdir().unwrap();
        let recording = Recording::start(home.path());
        let deep = recording.disk().join("a/b");
        crash_at(1, || create_dirs(&deep).unwrap()).unwrap_err();
        assert!(recording.disk().join("a").is_dir() && !deep.exists());
        crash_at(1, || create_dirs(&deep).unwrap()).unwrap_err();
        create_dirs(&deep).unwrap();
        write_atomic(&deep.join("file"), b"kept").unwrap();
        let before = recording.now();
        create_dirs(&deep).unwrap();
        assert_eq!(recording.now(), before, "synced once");
        let history = recording.end();
        for seed in 0..50 {
            let left = tempfile::tempdir_in(home.path()).unwrap();
            let dice = SplitMix64::seeded(seed);
            history.cut(history.len(), &dice, left.path()).unwrap();
            assert_eq!(fs::read(left.path().join("a/b/file")).unwrap(), b"kept");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_is_marked_only_until_it_is_synced_and_no_foreign_one_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
        let mine = dir.path().join("mine");
        crash_at(1, || create_dirs(&mine).unwrap()).unwrap_err();
        assert_eq!(mode(&mine), PRIVATE | NOT_SYNCED);
        create_dirs(&mine).unwrap();
        assert_eq!(mode(&mine), PRIVATE);
        // One that many write in is sticky for a reason of its own.
        let shared = dir.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        create_dirs(&shared.join("mine")).unwrap();
        create_dirs(&shared).unwrap();
        assert_eq!(mode(&shared), 0o1777);
    }

    #[test]
    fn removing_a_file_tells_whether_there_was_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        write_atomic(&path, b"").unwrap();
        assert!(remove_file(&path).unwrap());
        assert!(!remove_file(&path).unwrap());
        remove_file(dir.path()).unwrap_err();
    }

    #[test]
    fn a_move_is_whole_at_every_crash_and_replaces_nothing() {
        for n in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let (from, to) = (dir.path().join("runs/r1"), dir.path().join("history/r1"));
            create_dirs(&from).unwrap();
            create_dirs(to.parent().unwrap()).unwrap();
            write_atomic(&from.join("run.json"), b"{}").unwrap();
            let done = crash_at(n, || move_dir(&from, &to)).is_ok();
            assert!(from.exists() != to.exists());
            if from.exists() {
                move_dir(&from, &to).unwrap();
            }
            assert_eq!(fs::read(to.join("run.json")).unwrap(), b"{}");

            create_dirs(&from).unwrap();
            let error = move_dir(&from, &to).unwrap_err();
            assert!(matches!(error, DurableError::Io { source, .. }
                if source.kind() == io::ErrorKind::AlreadyExists));
            if done {
                break;
            }
        }
    }

    #[test]
    fn only_old_leftovers_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".tmp-a", ".tmp-b", "real", "x.tmp-"] {
            write_atomic(&dir.path().join(name), b"").unwrap();
        }
        create_dirs(&dir.path().join(".tmp-dir")).unwrap();
        let changed = dir.path().join(".tmp-b").metadata().unwrap().mtime();
        let after = |seconds| Timestamp::from_second(changed + seconds).unwrap();
        let hour = Duration::from_hours(1);
        assert_eq!(sweep_leftovers(dir.path(), hour, after(3500)).unwrap(), 0);
        assert_eq!(sweep_leftovers(dir.path(), hour, after(-9)).unwrap(), 0);
        assert_eq!(sweep_leftovers(dir.path(), hour, after(3602)).unwrap(), 2);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
        let absent = dir.path().join("absent");
        assert_eq!(sweep_leftovers(&absent, hour, after(9999)).unwrap(), 0);
    }
}
