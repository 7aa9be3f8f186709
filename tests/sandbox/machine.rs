//! What this machine can do.

use std::process::Command;

/// Whether this machine can confine at all. Not being able to is said, and in CI it is no excuse unless the kernel refuses.
pub(crate) fn can_confine(what: &str) -> bool {
    let plain = [
        "--unshare-user",
        "--unshare-pid",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "true",
    ];
    let why = match Command::new("bwrap").args(plain).output() {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(_) => "`bwrap` is not installed".to_owned(),
    };
    let excused = why.contains("namespace") || why.contains("Operation not permitted");
    assert!(
        std::env::var_os("CI").is_none() || excused,
        "not shown: {what}: {why}"
    );
    eprintln!("NOT SHOWN on this machine: {what}: {why}");
    false
}
