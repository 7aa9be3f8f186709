//! Reading the files of a folder that somebody else may have replaced.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::error::Context as _;
use super::read::{only_regular, read_open};
use super::{DurableError, Result};

/// An open folder: what is read through it is in that very folder, whatever happens to its name meanwhile.
#[derive(Debug)]
pub struct OpenDir {
    dir: OwnedFd,
    path: PathBuf,
}

impl OpenDir {
    /// Opens the folder `path`; `None` when nothing has that name. The folders above it are trusted.
    ///
    /// # Errors
    /// `Damaged` when it is a link or no folder, `Io` when the operating system refuses.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(CWD, path, flags, Mode::empty()) {
            Ok(dir) => Ok(Some(Self {
                dir,
                path: path.to_owned(),
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => Err(DurableError::damaged(path, "not a folder")),
            Err(error) => Err(io::Error::from(error)).doing("open the folder", path),
        }
    }

    /// Reads the file `name` of the folder, at most `limit_bytes`; `None` when it does not exist. As
    /// [`read_file`](super::read_file) it follows no link and cannot block.
    ///
    /// # Errors
    /// `Damaged` when it is not a regular file, `TooLarge` beyond the limit, `Io` when the operating system refuses.
    pub fn read(&self, name: &str, limit_bytes: u64) -> Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.dir, name, flags, Mode::empty());
        let file = only_regular(file.map(File::from).map_err(io::Error::from), &path)?;
        file.map(|file| read_open(file, &path, limit_bytes))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::{create_dirs, write_quick};
    use super::*;

    #[test]
    fn a_folder_that_was_replaced_is_refused_and_an_open_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (out, other) = (dir.path().join("out"), dir.path().join("other"));
        assert!(OpenDir::open(&out).unwrap().is_none());
        create_dirs(&out).unwrap();
        create_dirs(&other).unwrap();
        write_quick(&out.join("file"), b"ours").unwrap();
        write_quick(&other.join("file"), b"theirs").unwrap();
        let open = OpenDir::open(&out).unwrap().unwrap();
        super::super::remove_tree(&out).unwrap();
        symlink(&other, &out).unwrap();
        assert!(matches!(
            OpenDir::open(&out),
            Err(DurableError::Damaged { .. })
        ));
        assert_eq!(open.read("file", 10).unwrap(), None);
        assert!(matches!(
            OpenDir::open(&other.join("file")),
            Err(DurableError::Damaged { .. })
        ));
    }

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let dir = tempfile::tempdir().unwrap();
        write_quick(&dir.path().join("file"), b"0123456789").unwrap();
        symlink("/etc/passwd", dir.path().join("link")).unwrap();
        let open = OpenDir::open(dir.path()).unwrap().unwrap();
        assert_eq!(open.read("file", 10).unwrap().unwrap(), b"0123456789");
        assert!(matches!(
            open.read("file", 9),
            Err(DurableError::TooLarge { .. })
        ));
        assert!(matches!(
            open.read("link", 9),
            Err(DurableError::Damaged { .. })
        ));
        assert!(matches!(
            open.read(".", 9),
            Err(DurableError::Damaged { .. })
        ));
    }
}
