//! Agents, setup and verify commands in bubblewrap: every way out that is known, tried from inside by the real binary.
//!
//! As root all of it is done again as an ordinary user. Where the kernel refuses user namespaces nothing can be shown; each
//! test says so and counts as passed, but not where `CI` is set: there a missing `bwrap` is a failure.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what acp printed is shown when a test fails; what is not tested is said aloud"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]

mod confined;
mod door;
mod ending;
mod engine;
#[expect(dead_code, reason = "the end-to-end suite uses more of it")]
#[path = "../e2e/env.rs"]
mod env;
mod escapes;
mod machine;
mod place;
#[expect(dead_code, reason = "the end-to-end suite uses more of it")]
#[path = "../e2e/repo.rs"]
mod repo;

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

/// Set in the run that is done again.
const AGAIN: &str = "ACP_TEST_ORDINARY_USER";
/// `nobody` on every system.
const NOBODY: &str = "65534";

#[test]
fn everything_again_as_an_ordinary_user() {
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    if !root || std::env::var_os(AGAIN).is_some() {
        return;
    }
    let output = Command::new("setpriv")
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--test-threads=2", "--skip", "everything_again"])
        .env(AGAIN, "1")
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains(" passed; 0 failed"), "{out}{err}");
    eprint!("{err}");
}
