//! Removing a folder with everything in it, whatever an agent has put there.

use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, chmodat, fchmod, fstat, openat, renameat, unlinkat,
};
use rustix::io::{Errno, Result as SysResult};

use super::atomic::{folder_of, sync_dir};
use super::error::Context as _;
use super::{Result, crash_point, remove_file};

/// How often a folder is emptied anew when somebody keeps putting files into it.
const ROUNDS_MAX: u32 = 8;

/// Removes `path` and everything below it. It is no error when there is nothing, or when parts vanish meanwhile.
///
/// Links are removed, never followed. Folders without write permission are made writable first. Depth costs neither
/// stack nor file handles: folders deeper down are first moved up. A crash leaves a part of the tree, possibly so
/// rearranged; calling this again removes the rest. One fsync.
///
/// # Errors
/// `Io` when the operating system refuses: another user's files, a mount point inside, files that keep appearing.
pub fn remove_tree(path: &Path) -> Result<()> {
    let meta = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        meta => meta.doing("inspect", path)?,
    };
    if !meta.is_dir() {
        remove_file(path)?;
        return Ok(());
    }
    crash_point("remove_tree.before_remove");
    remove_folder(path).doing("remove the folder", path)?;
    crash_point("remove_tree.before_sync");
    sync_dir(folder_of(path))
}

fn remove_folder(path: &Path) -> SysResult<()> {
    let path = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|_| Errno::INVAL)?;
    for _ in 0..ROUNDS_MAX {
        match open_folder(CWD, &path) {
            Ok(root) => Emptying { root, moved: 0 }.run()?,
            Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(error),
        }
        match unlinkat(CWD, &path, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(Errno::NOTEMPTY | Errno::EXIST) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Errno::NOTEMPTY)
}

struct Emptying {
    root: OwnedFd,
    /// How many folders were moved up into the root; names the next one.
    moved: u64,
}

impl Emptying {
    fn run(&mut self) -> SysResult<()> {
        let mut todo = vec![];
        for (name, kind) in entries(&self.root)? {
            if is_folder_after_unlink(&self.root, &name, kind)? {
                todo.push(name);
            }
        }
        while let Some(name) = todo.pop() {
            crash_point("remove_tree.between_folders");
            self.remove_child(&name, &mut todo)?;
        }
        Ok(())
    }

    /// Removes one folder directly in the root; its own subfolders are moved into the root and added to `todo`.
    fn remove_child(&mut self, name: &CString, todo: &mut Vec<CString>) -> SysResult<()> {
        for _ in 0..ROUNDS_MAX {
            let child = match open_folder(&self.root, name) {
                Ok(child) => child,
                Err(Errno::NOENT) => return Ok(()),
                Err(error) => return Err(error),
            };
            for (inner, kind) in entries(&child)? {
                if is_folder_after_unlink(&child, &inner, kind)? {
                    todo.extend(self.move_up(&child, &inner)?);
                }
            }
            match unlinkat(&self.root, name, AtFlags::REMOVEDIR) {
                Ok(()) | Err(Errno::NOENT) => return Ok(()),
                Err(Errno::NOTEMPTY | Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Errno::NOTEMPTY)
    }

    fn move_up(&mut self, from: &OwnedFd, name: &CString) -> SysResult<Option<CString>> {
        loop {
            self.moved += 1;
            let new =
                CString::new(format!(".tmp-removed-{}", self.moved)).map_err(|_| Errno::INVAL)?;
            let rename = || renameat(from, name, &self.root, &new);
            let renamed = rename().or_else(|error| match error {
                // A folder that changes its parent must itself be writable.
                Errno::ACCESS => {
                    chmodat(from, name, Mode::RWXU, AtFlags::empty()).and_then(|()| rename())
                }
                other => Err(other),
            });
            match renamed {
                Ok(()) => return Ok(Some(new)),
                Err(Errno::NOENT) => return Ok(None),
                // The name is taken, perhaps by an earlier attempt; the next one is tried.
                Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Opens a folder without following a link, and sees to it that it can be read and changed.
fn open_folder(parent: impl std::os::fd::AsFd, name: &CString) -> SysResult<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = || openat(&parent, name, flags, Mode::empty());
    let dir = open().or_else(|error| match error {
        Errno::ACCESS => chmodat(&parent, name, Mode::RWXU, AtFlags::empty()).and_then(|()| open()),
        other => Err(other),
    })?;
    if !Mode::from_raw_mode(fstat(&dir)?.st_mode).contains(Mode::RWXU) {
        // Not the owner: then removing will say whether that matters.
        let _not_owner = fchmod(&dir, Mode::RWXU);
    }
    Ok(dir)
}

fn entries(dir: &OwnedFd) -> SysResult<Vec<(CString, FileType)>> {
    let mut out = vec![];
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            out.push((entry.file_name().to_owned(), entry.file_type()));
        }
    }
    Ok(out)
}

/// Removes an entry unless it is a folder; says whether it is one.
fn is_folder_after_unlink(dir: &OwnedFd, name: &CString, kind: FileType) -> SysResult<bool> {
    if kind == FileType::Directory {
        return Ok(true);
    }
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(false),
        // Linux says ISDIR and others PERM, where the file system did not tell the kind.
        Err(Errno::ISDIR | Errno::PERM) if kind == FileType::Unknown => Ok(true),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::crash::testing::crash_at;
    use super::super::{create_dirs, write_quick};
    use super::*;

    #[test]
    fn links_are_removed_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, kept) = (dir.path().join("tree"), dir.path().join("kept"));
        create_dirs(&tree.join("sub")).unwrap();
        create_dirs(&kept).unwrap();
        write_quick(&kept.join("file"), b"work").unwrap();
        for link in ["to-dir", "sub/to-dir"] {
            std::os::unix::fs::symlink(&kept, tree.join(link)).unwrap();
        }
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
        assert_eq!(fs::read(kept.join("file")).unwrap(), b"work");

        std::os::unix::fs::symlink(&kept, &tree).unwrap();
        remove_tree(&tree).unwrap();
        assert!(tree.symlink_metadata().is_err() && kept.exists());
    }

    #[test]
    fn nothing_and_a_file_are_removed_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        remove_tree(&path).unwrap();
        write_quick(&path, b"").unwrap();
        remove_tree(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn folders_without_permissions_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree");
        for name in ["a/b/c", "d"] {
            create_dirs(&tree.join(name)).unwrap();
            write_quick(&tree.join(name).join("file"), b"").unwrap();
        }
        for (name, mode) in [
            ("a/b/c", 0o500),
            ("a/b", 0),
            ("a", 0o500),
            ("d", 0),
            ("", 0o500),
        ] {
            let closed = fs::Permissions::from_mode(mode);
            fs::set_permissions(tree.join(name), closed).unwrap();
        }
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
    }

    #[test]
    fn a_tree_deeper_than_handles_and_paths_allow_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree");
        create_dirs(&tree).unwrap();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut at = openat(CWD, &tree, flags, Mode::empty()).unwrap();
        for _ in 0..2100 {
            rustix::fs::mkdirat(&at, "d", Mode::RWXU).unwrap();
            at = openat(&at, "d", flags, Mode::empty()).unwrap();
        }
        drop(at);
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
    }

    #[test]
    fn what_a_crash_leaves_is_removed_by_the_next_call() {
        for n in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let tree = dir.path().join("tree");
            create_dirs(&tree.join("a/b/c")).unwrap();
            create_dirs(&tree.join("a/.tmp-removed-1/x")).unwrap();
            write_quick(&tree.join(".tmp-removed-2"), b"").unwrap();
            let done = crash_at(n, || remove_tree(&tree).unwrap()).is_ok();
            remove_tree(&tree).unwrap();
            assert!(!tree.exists());
            if done {
                break;
            }
        }
    }

    #[test]
    fn several_at_once_do_not_disturb_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree");
        for i in 0..100 {
            create_dirs(&tree.join(format!("{}/{i}/x", i % 7))).unwrap();
        }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| remove_tree(&tree).unwrap());
            }
        });
        assert!(!tree.exists());
    }
}
