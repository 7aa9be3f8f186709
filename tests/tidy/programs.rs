//! What other programs say of the files here: mandoc of the manual pages, shellcheck of the scripts. `tests/run` installs both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::documents::{committed, root};

#[track_caller]
fn nothing_to_say(program: &str, args: &[&str], files: &[PathBuf]) {
    let ended = Command::new(program).args(args).args(files).output();
    let ended = ended.unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it"));
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        ended.status.success() && said.is_empty(),
        "{program}: {said}"
    );
}

#[test]
fn the_manual_pages_are_clean() {
    let pages: Vec<PathBuf> = committed()
        .into_iter()
        .filter(|path| path.starts_with("man/"))
        .map(|path| root().join(path))
        .filter(|path| path.exists())
        .collect();
    assert!(pages.len() > 50, "{pages:?}");
    nothing_to_say("mandoc", &["-T", "lint", "-W", "warning"], &pages);
}

#[test]
fn the_shell_scripts_are_clean() {
    let scripts: Vec<PathBuf> = committed()
        .into_iter()
        .map(|path| root().join(path))
        .filter(|path| is_shell(path))
        .collect();
    for known in ["tests/run", ".ci/run", "completions/acp.bash"] {
        assert!(scripts.contains(&root().join(known)), "{scripts:?}");
    }
    nothing_to_say("shellcheck", &["--norc", "--external-sources"], &scripts);
}

/// By its first line: how it is started, or which shell it is for.
fn is_shell(path: &Path) -> bool {
    let text = fs::read(path).unwrap_or_default();
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let started = first.starts_with("#!") && (first.ends_with("sh") || first.contains("bash "));
    started || first.starts_with("# shellcheck shell=")
}
