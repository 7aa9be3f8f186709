//! What a view has to know of the disk. Only looks; changes nothing.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Entries of `/etc` that are looked at.
const SETTINGS_MAX: usize = 5000;
/// How deep below `/etc`.
const SETTINGS_DEPTH: u32 = 3;
/// The permission of everybody to read, and to search a folder.
const OTHERS_READ: u32 = 0o4;
const OTHERS_SEARCH: u32 = 0o5;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// Anything else.
    File,
    /// A symbolic link, and where to.
    Link(PathBuf),
}

/// The disk, as a view asks it.
pub trait Disk {
    /// What is at this path itself.
    fn kind(&self, path: &Path) -> Option<Kind>;
    /// The path without links; `None` when it leads nowhere.
    fn real(&self, path: &Path) -> Option<PathBuf>;
    /// Settings of the machine that acp may read and most of its users may not.
    fn closed_settings(&self) -> Vec<PathBuf>;
}

/// The disk of this machine.
#[derive(Debug, Default)]
pub struct LocalDisk {
    /// The closed settings, found before they were asked for.
    ahead: RefCell<Option<Vec<PathBuf>>>,
}

impl LocalDisk {
    /// Finds out now what takes its time, for the view that is made next; later ones look anew.
    pub fn look_ahead(&self) {
        self.ahead.replace(Some(closed_settings()));
    }
}

impl Disk for LocalDisk {
    fn kind(&self, path: &Path) -> Option<Kind> {
        let meta = fs::symlink_metadata(path).ok()?;
        Some(if meta.is_symlink() {
            Kind::Link(fs::read_link(path).ok()?)
        } else if meta.is_dir() {
            Kind::Folder
        } else {
            Kind::File
        })
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        fs::canonicalize(path).ok()
    }

    fn closed_settings(&self) -> Vec<PathBuf> {
        self.ahead.take().unwrap_or_else(closed_settings)
    }
}

/// Root owns them also where it has no other power; nobody else can read them anyway.
fn closed_settings() -> Vec<PathBuf> {
    let mut found = vec![];
    if rustix::process::geteuid().is_root() {
        let mut left = SETTINGS_MAX;
        closed_in(Path::new("/etc"), SETTINGS_DEPTH, &mut left, &mut found);
    }
    found
}

fn closed_in(folder: &Path, depth: u32, left: &mut usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Some(fewer) = left.checked_sub(1) else {
            return;
        };
        *left = fewer;
        // Most of what is there are links, and of them the folder tells without a look at each.
        if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            continue;
        }
        let Ok(meta) = entry.metadata() else {
            continue;
        };
        let needed = if meta.is_dir() {
            OTHERS_SEARCH
        } else {
            OTHERS_READ
        };
        if meta.mode() & needed != needed {
            found.push(entry.path());
        } else if meta.is_dir() && depth > 1 {
            closed_in(&entry.path(), depth - 1, left, found);
        }
    }
}
