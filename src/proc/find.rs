//! Where a program is.

use std::env::{join_paths, split_paths};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::sys::Env;

use super::Cmd;

/// The kernel looks no further for the end of the first line of a script.
const SCRIPT_LINE_BYTES_MAX: u64 = 256;

/// The file that `name` stands for: looked up in `path` when it has no slash, else taken from `cwd`.
///
/// Relative and empty entries of `path` are passed over: they would find programs that an agent left in a worktree.
pub fn find_program(name: &OsStr, path: &OsStr, cwd: &Path) -> Option<PathBuf> {
    let absolute: Vec<PathBuf> = split_paths(path).filter(|p| p.is_absolute()).collect();
    // An empty list would be taken as one empty entry, which is `cwd`.
    let path = (!absolute.is_empty()).then(|| join_paths(absolute).ok());
    which::which_in(name, path.flatten(), cwd).ok()
}

/// What the first line of a script names and is not there: then the script cannot be started either.
pub fn missing_interpreter(program: &Path) -> Option<PathBuf> {
    let mut head = vec![];
    let file = File::open(program).ok()?;
    file.take(SCRIPT_LINE_BYTES_MAX)
        .read_to_end(&mut head)
        .ok()?;
    let line = head.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
    let name = std::str::from_utf8(line).ok()?.split_whitespace().next()?;
    let interpreter = Path::new(name);
    (!interpreter.exists()).then(|| interpreter.to_owned())
}

/// The file that `cmd` starts. Naming it in full also keeps to the fast way of starting a process, which the standard
/// library leaves when it would have to search a changed `PATH`.
pub(super) fn program_of(cmd: &Cmd) -> Option<PathBuf> {
    let name = Path::new(cmd.program());
    if name.components().count() > 1 || name.is_absolute() {
        return Some(name.to_owned());
    }
    find_program(cmd.program(), &search_path(cmd)?, Path::new("/"))
}

fn search_path(cmd: &Cmd) -> Option<OsString> {
    match cmd.variables().find(|(name, _)| *name == "PATH") {
        Some((_, value)) => value.map(OsStr::to_owned),
        None if cmd.is_cleared() => None,
        None => inherited_path().map(OsStr::to_owned),
    }
}

fn inherited_path() -> Option<&'static OsStr> {
    static PATH: OnceLock<Option<OsString>> = OnceLock::new();
    PATH.get_or_init(|| Env::from_process().raw("PATH").map(OsStr::to_owned))
        .as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_entries_of_the_path_are_passed_over() {
        let found = |path: &str| find_program("sh".as_ref(), path.as_ref(), Path::new("/bin"));
        assert_eq!(found(".:"), None);
        assert_eq!(found(".:/bin"), Some(PathBuf::from("/bin/sh")));
    }

    #[test]
    fn a_script_needs_what_its_first_line_names() {
        let root = tempfile::tempdir().unwrap();
        let missing = |text: &str| {
            let file = root.path().join("tool");
            let mut script = File::create(&file).unwrap();
            std::io::Write::write_all(&mut script, text.as_bytes()).unwrap();
            missing_interpreter(&file)
        };
        let gone = Some(PathBuf::from("/nowhere/node"));
        assert_eq!(missing("#!/nowhere/node --flag\ncode"), gone);
        assert_eq!(missing("#! /nowhere/node"), gone);
        for there in ["#!/bin/sh\n", "\x7fELF", "#!\n", ""] {
            assert_eq!(missing(there), None, "{there:?}");
        }
    }

    #[test]
    fn a_cleared_environment_searches_its_own_path() {
        assert_eq!(program_of(&Cmd::new("sh").env_clear()), None);
        let given = Cmd::new("sh").env_clear().env("PATH", "/bin");
        assert_eq!(program_of(&given), Some(PathBuf::from("/bin/sh")));
    }
}
