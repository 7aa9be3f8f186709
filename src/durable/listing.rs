//! Looking at folders of state.

use std::io;
use std::path::Path;

use super::Result;
use super::error::Context as _;

/// The names of the regular files in `dir`, sorted; a folder that is not there has none. Names that are not UTF-8 and
/// temporary files are left out: acp gives no such names.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn file_names(dir: &Path) -> Result<Vec<String>> {
    names(dir, std::fs::FileType::is_file)
}

/// The names of the folders in `dir`, sorted; likewise.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn folder_names(dir: &Path) -> Result<Vec<String>> {
    names(dir, std::fs::FileType::is_dir)
}

fn names(dir: &Path, wanted: fn(&std::fs::FileType) -> bool) -> Result<Vec<String>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries.doing("list", dir)?,
    };
    let mut names = vec![];
    for entry in entries {
        let entry = entry.doing("list", dir)?;
        let fits = entry.file_type().is_ok_and(|kind| wanted(&kind));
        names.extend(
            entry
                .file_name()
                .into_string()
                .ok()
                .filter(|n| fits && !n.starts_with('.')),
        );
    }
    names.sort();
    Ok(names)
}

/// The bytes of all files below `dir`; links count as themselves.
///
/// # Errors
/// `Io` when the operating system refuses.
pub fn tree_bytes(dir: &Path) -> Result<u64> {
    let mut total = 0;
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).doing("list", &folder)? {
            let entry = entry.doing("list", &folder)?;
            let meta = entry.metadata().doing("look at", &entry.path())?;
            if meta.is_dir() {
                folders.push(entry.path());
            } else {
                total += meta.len();
            }
        }
    }
    Ok(total)
}
