//! A look at the files of a worktree before git reads them.

use std::collections::BTreeSet;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::domain::FailureClass;

use super::{VcsError, shown, unfit};

/// Larger files are not published.
pub(super) const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// How many entries that git does not ignore a worktree may have.
const ENTRIES_MAX: usize = 2_000_000;

/// What of a worktree needs care. Paths are relative, as bytes, with `/` between folders.
#[derive(Debug, Default)]
pub(super) struct Odd {
    /// Regular files over the limit, with their sizes.
    pub(super) large: Vec<(Vec<u8>, u64)>,
    /// Neither file, folder nor link: git would wait for, or stumble over, them.
    pub(super) special: Vec<Vec<u8>>,
    /// Entries that only a repository has, below the root.
    pub(super) nested: Vec<Vec<u8>>,
}

/// Looks at everything below `root` but `.git` and `.acp` in it and the paths in `skip` (files and folders; a folder may
/// end with `/`). Nothing is opened but folders, and links are not followed, so a file of any size costs the same.
pub(super) fn walk(root: &Path, skip: &BTreeSet<Vec<u8>>) -> Result<Odd, VcsError> {
    let mut odd = Odd::default();
    let mut todo = vec![PathBuf::new()];
    let mut seen = 0;
    while let Some(dir) = todo.pop() {
        let unreadable = |error: std::io::Error| {
            let name = shown(dir.as_os_str().as_bytes());
            unfit(
                FailureClass::Unreadable,
                format!("the folder `{name}` of the worktree cannot be read: {error}"),
            )
        };
        for entry in std::fs::read_dir(root.join(&dir)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if dir.as_os_str().is_empty() && (name == ".git" || name == ".acp") {
                continue;
            }
            seen += 1;
            if seen > ENTRIES_MAX {
                let text = format!("the worktree has more than {ENTRIES_MAX} files");
                return Err(unfit(FailureClass::Unreadable, text));
            }
            let path = dir.join(&name);
            let bytes = path.clone().into_os_string().into_vec();
            if is_repository_name(name.as_bytes()) {
                odd.nested.push(bytes);
                continue;
            }
            let meta = entry.metadata().map_err(unreadable)?;
            if is_skipped(skip, &bytes, meta.is_dir()) {
                continue;
            }
            if meta.is_dir() {
                todo.push(path);
            } else if meta.is_file() && meta.len() > FILE_BYTES_MAX {
                odd.large.push((bytes, meta.len()));
            } else if !meta.is_file() && !meta.is_symlink() {
                odd.special.push(bytes);
            }
        }
    }
    odd.large.sort_unstable();
    odd.nested.sort_unstable();
    Ok(odd)
}

/// `.git` in every spelling that git refuses because some file system takes it for `.git`.
fn is_repository_name(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")
}

fn is_skipped(skip: &BTreeSet<Vec<u8>>, path: &[u8], is_dir: bool) -> bool {
    skip.contains(path) || (is_dir && skip.contains(&[path, b"/"].concat()))
}

#[cfg(test)]
mod tests {
    use rustix::fs::{Mode, OFlags, openat};

    use super::*;
    use crate::git::testing::shell;

    #[test]
    fn odd_entries_are_told_apart_without_reading_a_file() {
        let dir = tempfile::tempdir().unwrap();
        shell(
            dir.path(),
            "mkdir -p .git/x .acp a/b build/x/.git sub/.git up/.GIT; touch .acp/y a/.git a/ok; \
             truncate -s 5G a/b/huge; truncate -s 5G build/huge; truncate -s 52428800 a/limit; \
             mkfifo a/pipe; ln -s /dev/zero a/zero; ln -s / a/root; truncate -s 5G skipped",
        );
        let skip = BTreeSet::from([b"build/".to_vec(), b"skipped".to_vec(), b"sub".to_vec()]);
        let odd = walk(dir.path(), &skip).unwrap();
        let five = 5 << 30;
        assert_eq!(odd.large, [(b"a/b/huge".to_vec(), five)]);
        assert_eq!(odd.special, [b"a/pipe".to_vec()]);
        assert_eq!(odd.nested, [b"a/.git".to_vec(), b"up/.GIT".to_vec()]);
        assert!(walk(&dir.path().join("absent"), &skip).is_err());
    }

    #[test]
    fn a_tree_deeper_than_a_path_may_be_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let name = "d".repeat(50);
        let mut at: std::os::fd::OwnedFd = std::fs::File::open(dir.path()).unwrap().into();
        for _ in 0..100 {
            rustix::fs::mkdirat(&at, &name, Mode::RWXU).unwrap();
            at = openat(&at, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
        }
        let error = walk(dir.path(), &BTreeSet::new()).unwrap_err();
        assert!(matches!(
            error,
            VcsError::Unfit {
                class: FailureClass::Unreadable,
                ..
            }
        ));
    }
}
