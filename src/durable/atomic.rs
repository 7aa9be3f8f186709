//! Writing a whole file so that a reader sees the old content or the new one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

use super::error::Context as _;
use super::{Result, crash_point};
use crate::sys::stats;

/// How the names of unfinished files begin; [`super::sweep_leftovers`] removes those that a crash left.
pub(super) const TEMP_PREFIX: &str = ".tmp-";

/// Replaces the file `path` with `bytes`, durably: after `Ok` a power cut cannot undo it. A crash in between leaves the
/// old content or the new one. The folder must exist; the file gets mode 0600. Two fsyncs.
///
/// # Errors
/// `Io` when the operating system refuses. The old content is then still there, unless only the last sync failed.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_through(folder_of(path), path, bytes)?;
    crash_point("atomic.before_dir_sync");
    sync_dir(folder_of(path))
}

/// Replaces the file `path` with `bytes`, whole but not durably: only for marks that may be lost in a power cut. No fsync.
///
/// # Errors
/// `Io` when the operating system refuses; the old content is then still there.
pub fn write_quick(path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = filled_temp(folder_of(path), bytes).doing("write", path)?;
    crash_point("atomic.before_quick_rename");
    replace(temp, path).doing("write", path)
}

/// Replaces the file `path` with `bytes`: after a power cut it is the old one or the new one, and never an empty or a
/// partial one. One fsync.
///
/// # Errors
/// `Io` when the operating system refuses; the old content is then still there.
pub fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_through(folder_of(path), path, bytes)
}

/// Creates the file `path` with `bytes`, durably, unless it exists: `Ok(false)` then, and it stays as it is. Of several
/// callers at once exactly one gets `Ok(true)`. Two fsyncs, none when it exists.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn publish(path: &Path, bytes: &[u8]) -> Result<bool> {
    publish_through(folder_of(path), path, bytes)
}

/// [`publish`] with the temporary file in `temp_dir`, which must be on the same file system.
pub(super) fn publish_through(temp_dir: &Path, path: &Path, bytes: &[u8]) -> Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let temp = synced_temp(temp_dir, bytes).doing("write", path)?;
    crash_point("atomic.before_publish");
    match temp.persist_noclobber(path) {
        Ok(_) => {}
        Err(failed) => {
            discard(&failed.file);
            if failed.error.kind() == io::ErrorKind::AlreadyExists {
                return Ok(false);
            }
            return Err(failed.error).doing("write", path);
        }
    }
    crash_point("atomic.before_publish_sync");
    sync_dir(folder_of(path))?;
    Ok(true)
}

/// Replaces the file `path` through a synced temporary file in `temp_dir`, without the sync of its folder.
pub(super) fn replace_through(temp_dir: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = synced_temp(temp_dir, bytes).doing("write", path)?;
    crash_point("atomic.before_rename");
    replace(temp, path).doing("write", path)
}

/// Adds `bytes` to the end of the file `path`, creating it with mode 0600. Neither durable nor locked: for logs of agents.
///
/// # Errors
/// `Io` when the operating system refuses, also when `path` is a symbolic link; a part of `bytes` may then be written.
pub fn append_log(path: &Path, bytes: &[u8]) -> Result<()> {
    open_log(path)?.write_all(bytes).doing("append to", path)
}

/// Opens the file `path` so that everything is added to its end, for many small additions.
///
/// # Errors
/// As [`append_log`].
pub fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)
        .doing("append to", path)
}

/// The folder that holds `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// One counted fsync of a file.
pub(super) fn sync_file(file: &File) -> io::Result<()> {
    stats::FSYNCS.add_one();
    #[cfg(any(test, feature = "test-hooks"))]
    if super::sim::synced(file) {
        return Ok(());
    }
    file.sync_all()
}

/// One counted fsync of a folder: makes the names in it durable.
pub(super) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|dir| sync_file(&dir))
        .doing("sync the folder", dir)
}

fn synced_temp(dir: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let temp = filled_temp(dir, bytes)?;
    crash_point("atomic.before_sync");
    if let Err(error) = sync_file(temp.as_file()) {
        discard(&temp);
        return Err(error);
    }
    Ok(temp)
}

fn filled_temp(dir: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    // Removal is left to `discard`: a simulated crash unwinds, and must leave what a real one leaves.
    let mut temp = tempfile::Builder::new()
        .prefix(TEMP_PREFIX)
        .disable_cleanup(true)
        .tempfile_in(dir)?;
    if let Err(error) = temp.write_all(bytes) {
        discard(&temp);
        return Err(error);
    }
    Ok(temp)
}

fn replace(temp: NamedTempFile, path: &Path) -> io::Result<()> {
    match temp.persist(path) {
        Ok(_) => Ok(()),
        Err(failed) => {
            discard(&failed.file);
            Err(failed.error)
        }
    }
}

fn discard(temp: &NamedTempFile) {
    // The error that led here is the one to report; a leftover is swept later.
    let _leftover = std::fs::remove_file(temp.path());
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::crash::testing::crash_at;
    use super::*;

    fn leftovers(dir: &Path) -> usize {
        let names = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with(TEMP_PREFIX))
            .count()
    }

    #[test]
    fn a_crash_at_any_point_leaves_the_old_or_the_new_content() {
        let mut seen = vec![];
        for n in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("record");
            write_atomic(&path, b"old").unwrap();
            let result = crash_at(n, || write_atomic(&path, b"new"));
            let content = fs::read(&path).unwrap();
            match result {
                Ok(done) => {
                    done.unwrap();
                    assert_eq!(
                        (content.as_slice(), leftovers(dir.path())),
                        (&b"new"[..], 0)
                    );
                    break;
                }
                Err(crash) => {
                    let renamed = crash.0 == "atomic.before_dir_sync";
                    let expected: &[u8] = if renamed { b"new" } else { b"old" };
                    assert_eq!(content, expected, "{}", crash.0);
                    // As a killed process would: the unfinished file stays, for the sweep.
                    assert_eq!(leftovers(dir.path()), usize::from(!renamed), "{}", crash.0);
                    seen.push(crash.0);
                }
            }
            write_atomic(&path, b"again").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"again");
        }
        assert_eq!(
            seen,
            [
                "atomic.before_sync",
                "atomic.before_rename",
                "atomic.before_dir_sync"
            ]
        );
    }

    #[test]
    fn files_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            let meta = dir.path().join(name).metadata().unwrap();
            meta.permissions().mode() & 0o777
        };
        write_atomic(&dir.path().join("a"), b"").unwrap();
        write_quick(&dir.path().join("b"), b"").unwrap();
        append_log(&dir.path().join("c"), b"").unwrap();
        assert!(publish(&dir.path().join("d"), b"").unwrap());
        assert_eq!(["a", "b", "c", "d"].map(mode), [0o600; 4]);
    }

    #[test]
    fn of_many_publishers_one_wins_and_its_content_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lease");
        let winners: Vec<String> = std::thread::scope(|scope| {
            let publish_as =
                |name: String| publish(&path, name.as_bytes()).unwrap().then_some(name);
            let threads: Vec<_> = (0..8)
                .map(|i| scope.spawn(move || publish_as(format!("writer {i}"))))
                .collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.flatten().collect()
        });
        assert_eq!(winners.len(), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), winners[0]);
        assert_eq!(leftovers(dir.path()), 0);
    }

    #[test]
    fn an_error_says_what_and_where_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("folder");
        fs::create_dir_all(target.join("full")).unwrap();
        let error = write_atomic(&target, b"x").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot write `{}`", target.display())
        );
        assert!(!error.is_disk_full() && !error.is_read_only());
        assert_eq!(leftovers(dir.path()), 0);
        write_atomic(&dir.path().join("absent/file"), b"x").unwrap_err();
    }

    #[test]
    fn a_log_grows_and_is_not_written_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        append_log(&log, b"one\n").unwrap();
        append_log(&log, b"two\n").unwrap();
        assert_eq!(fs::read(&log).unwrap(), b"one\ntwo\n");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&log, &link).unwrap();
        append_log(&link, b"three\n").unwrap_err();
        assert_eq!(fs::read(&log).unwrap(), b"one\ntwo\n");
    }
}
