//! What a file or folder is to this user, and taking it away from everybody else.

use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{Access, access};

use super::Result;
use super::error::Context as _;

/// What others may do with a file or folder: the bits of group and others.
const OTHERS: u32 = 0o077;

/// A file or folder as it is now; links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// The permission bits, such as `0o700`.
    pub mode: u32,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Whether it belongs to this user.
    pub is_ours: bool,
    /// Whether this user may write there.
    pub is_writable: bool,
    /// The kind of network file system that it is on, in words; `None`: a disk of this machine, as far as can be told.
    pub network: Option<&'static str>,
}

impl Inspected {
    /// Whether other users of this machine can do anything with it.
    pub const fn is_open(&self) -> bool {
        self.mode & OTHERS != 0
    }

    /// Whether other users of this machine can change it.
    pub const fn is_writable_by_others(&self) -> bool {
        self.mode & 0o022 != 0
    }
}

/// Looks at `path`; `None` when it does not exist. Reads no content. On a file system that is gone it may take for ever.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn inspect(path: &Path) -> Result<Option<Inspected>> {
    let meta = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        meta => meta.doing("look at", path)?,
    };
    Ok(Some(Inspected {
        mode: meta.permissions().mode() & 0o7777,
        is_dir: meta.is_dir(),
        is_ours: meta.uid() == rustix::process::geteuid().as_raw(),
        is_writable: access(path, Access::WRITE_OK).is_ok(),
        network: network(path),
    }))
}

/// Takes every permission of group and others from `path`; `false` when they had none.
///
/// # Errors
/// `Io` when the operating system refuses, also when `path` does not exist.
pub fn make_private(path: &Path) -> Result<bool> {
    let mut permissions = std::fs::metadata(path)
        .doing("look at", path)?
        .permissions();
    if permissions.mode() & OTHERS == 0 {
        return Ok(false);
    }
    permissions.set_mode(permissions.mode() & 0o700);
    std::fs::set_permissions(path, permissions).doing("change the permissions of", path)?;
    Ok(true)
}

#[cfg(target_os = "linux")]
fn network(path: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(path).ok()?.f_type;
    // The type has another width on each machine; its low 32 bits are the number.
    name_of(u64::try_from(i128::from(kind) & 0xffff_ffff).ok()?)
}

/// The numbers are those of Linux' `magic.h` and of the file systems' own sources.
#[cfg(target_os = "linux")]
const fn name_of(kind: u64) -> Option<&'static str> {
    match kind {
        0x6969 => Some("NFS"),
        0xff53_4d42 => Some("CIFS"),
        0xfe53_4d42 | 0x517b => Some("SMB"),
        0x0102_1997 => Some("9P"),
        0x5346_414f => Some("AFS"),
        0x00c3_6400 => Some("Ceph"),
        0x7375_7245 => Some("Coda"),
        0x0bd0_0bd0 => Some("Lustre"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn network(_path: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::{create_dirs, write_atomic};

    #[test]
    fn what_others_may_do_is_seen_and_taken_from_them() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("folder"), dir.path().join("folder/file"));
        create_dirs(&folder).unwrap();
        write_atomic(&file, b"").unwrap();
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
            inspect(path).unwrap().unwrap()
        };
        let closed = mode(&folder, 0o700);
        assert!(closed.is_dir && closed.is_ours && closed.is_writable && !closed.is_open());
        let open = mode(&folder, 0o755);
        assert!(open.is_open() && !open.is_writable_by_others());
        assert!(mode(&file, 0o620).is_writable_by_others());
        assert!(make_private(&folder).unwrap() && make_private(&file).unwrap());
        assert!(!make_private(&folder).unwrap());
        assert_eq!(inspect(&folder).unwrap().unwrap().mode, 0o700);
        assert_eq!(inspect(&file).unwrap().unwrap().mode, 0o600);
        assert_eq!(inspect(&dir.path().join("absent")).unwrap(), None);
        make_private(&dir.path().join("absent")).unwrap_err();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn file_systems_of_other_machines_have_a_name() {
        assert_eq!(name_of(0x6969), Some("NFS"));
        assert_eq!(name_of(0xff53_4d42), Some("CIFS"));
        // ext4, tmpfs, overlay.
        for local in [0xef53, 0x0102_1994, 0x794c_7630] {
            assert_eq!(name_of(local), None);
        }
        assert_eq!(network(Path::new("/proc")), None);
    }
}
