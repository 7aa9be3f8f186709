//! Reading a file that somebody else may have put there.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::error::Context as _;
use super::{DurableError, Result};

/// Reads the file `path`, at most `limit_bytes`. `None` when it does not exist.
///
/// Links are not followed and nothing here can block, so it is safe on a path that an agent could have prepared.
///
/// # Errors
/// `Damaged` when it is not a regular file, `TooLarge` beyond the limit, `Io` when the operating system refuses.
pub fn read_file(path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>> {
    let Some(file) = open_regular(path)? else {
        return Ok(None);
    };
    read_open(file, path, limit_bytes).map(Some)
}

/// Reads the end of the file `path`, at most `limit_bytes` of it, with the file's length. `None` when it does not exist.
/// As safe as [`read_file`], and no file is too large for it.
///
/// # Errors
/// `Damaged` when it is not a regular file, `Io` when the operating system refuses.
pub fn read_tail(path: &Path, limit_bytes: u64) -> Result<Option<(Vec<u8>, u64)>> {
    let Some(mut file) = open_regular(path)? else {
        return Ok(None);
    };
    let length = file.metadata().doing("inspect", path)?.len();
    let from = length.saturating_sub(limit_bytes);
    file.seek(SeekFrom::Start(from)).doing("read", path)?;
    let mut bytes = vec![];
    // It may grow meanwhile.
    file.take(limit_bytes)
        .read_to_end(&mut bytes)
        .doing("read", path)?;
    Ok(Some((bytes, length)))
}

/// The first `bytes_max` bytes of the file `path`, or fewer when it is shorter. `None` when it does not exist. As safe as
/// [`read_file`].
///
/// # Errors
/// `Damaged` when it is not a regular file, `Io` when the operating system refuses.
pub fn read_start(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>> {
    let Some(file) = open_regular(path)? else {
        return Ok(None);
    };
    let mut bytes = vec![];
    let read = file.take(bytes_max).read_to_end(&mut bytes);
    read.doing("read", path)?;
    Ok(Some(bytes))
}

/// Reads an open regular file, at most `limit_bytes`.
pub(super) fn read_open(file: File, path: &Path, limit_bytes: u64) -> Result<Vec<u8>> {
    // With room for all of it and the end is found by one read more; without, by a dozen that grow.
    let expected = file
        .metadata()
        .doing("inspect", path)?
        .len()
        .min(limit_bytes);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).map_or(0, |bytes| bytes + 1));
    let read = file
        .take(limit_bytes.saturating_add(1))
        .read_to_end(&mut bytes);
    let length = read.doing("read", path)?;
    if u64::try_from(length).is_ok_and(|length| length > limit_bytes) {
        return Err(DurableError::TooLarge {
            path: path.to_owned(),
            limit_bytes,
        });
    }
    Ok(bytes)
}

/// How many bytes this user can still write on the file system of `path`.
///
/// # Errors
/// `Io` when the operating system refuses, also when `path` does not exist.
pub fn free_space_bytes(path: &Path) -> Result<u64> {
    fs2::available_space(path).doing("measure the free space of", path)
}

/// Opens a regular file for reading; `None` when it does not exist.
pub(super) fn open_regular(path: &Path) -> Result<Option<File>> {
    let file = OpenOptions::new()
        .read(true)
        // NONBLOCK has no effect on a regular file; it keeps a FIFO from waiting for a writer.
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path);
    only_regular(file, path)
}

/// What came of opening a file for reading without following links: `None` when it does not exist.
pub(super) fn only_regular(file: io::Result<File>, path: &Path) -> Result<Option<File>> {
    let not_regular = || DurableError::damaged(path, "not a regular file");
    let file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A link with NOFOLLOW; a socket or a device without driver.
        Err(error)
            if matches!(
                Errno::from_io_error(&error),
                Some(Errno::LOOP | Errno::NXIO)
            ) =>
        {
            return Err(not_regular());
        }
        Err(error) => return Err(error).doing("open", path),
    };
    if file.metadata().doing("inspect", path)?.is_file() {
        Ok(Some(file))
    } else {
        Err(not_regular())
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        File::create(path("empty")).unwrap();
        super::super::write_atomic(&path("ten"), b"0123456789").unwrap();
        std::os::unix::fs::symlink(path("ten"), path("link")).unwrap();
        std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let fifo = rustix::fs::CWD;
        rustix::fs::mknodat(
            fifo,
            path("fifo"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();

        assert_eq!(read_file(&path("absent"), 10).unwrap(), None);
        assert_eq!(read_file(&path("empty"), 0).unwrap().unwrap(), b"");
        assert_eq!(read_file(&path("ten"), 10).unwrap().unwrap(), b"0123456789");
        let tail = |name: &str, limit| read_tail(&path(name), limit).unwrap();
        assert_eq!(tail("absent", 4), None);
        assert_eq!(tail("ten", 4), Some((b"6789".to_vec(), 10)));
        assert_eq!(tail("ten", 99), Some((b"0123456789".to_vec(), 10)));
        read_tail(&path("link"), 4).unwrap_err();
        let large = read_file(&path("ten"), 9).unwrap_err();
        assert!(matches!(
            large,
            DurableError::TooLarge { limit_bytes: 9, .. }
        ));
        for name in ["link", "socket", "fifo", "."] {
            let error = read_file(&path(name), 10).unwrap_err();
            assert!(
                matches!(&error, DurableError::Damaged { detail, .. }
                if detail == "not a regular file"),
                "{name}: {error}"
            );
        }
        assert!(matches!(
            read_file(Path::new("/dev/zero"), 10),
            Err(DurableError::Damaged { .. })
        ));
    }

    #[test]
    fn free_space_is_a_plausible_number() {
        assert!(free_space_bytes(Path::new("/")).unwrap() > 0);
        free_space_bytes(Path::new("/does/not/exist")).unwrap_err();
    }
}
