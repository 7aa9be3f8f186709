//! What happens when the disk is full or read-only, on real file systems, and how many syncs everything costs.
//!
//! A test starts this binary again with `ACP_TEST_DISK` naming the part to play. With a private mount namespace
//! (`unshare`, as root or with user namespaces) the parts run on a small tmpfs and on a read-only mount. Without one, a
//! limit on the size of files stands in for the full disk and a closed folder for the read-only mount. Nothing is skipped.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod parts;
mod stop;

use std::path::Path;
use std::process::{Command, Output};

use acp::sys::Env;

const PART: &str = "ACP_TEST_DISK";

/// Mounts a small tmpfs on `$2`, plays the parts on it, makes it read-only, plays on.
const MOUNTED: &str = r#"
    set -e
    mount -t tmpfs -o size=256k,mode=700 acp-test "$2"
    cd "$2"
    echo mounted
    ACP_TEST_DISK=full "$1" --exact part --nocapture
    ACP_TEST_DISK=prepare "$1" --exact part --nocapture
    mount --bind "$2" "$2"
    mount -o remount,bind,ro "$2"
    cd "$2"
    ACP_TEST_DISK=read-only "$1" --exact part --nocapture
"#;

/// The same without mounts: no file may exceed 256 KiB (512 in some shells), and the folder is closed to its owner.
const LIMITED: &str = r#"
    set -e
    cd "$2"
    trap '' XFSZ
    (ulimit -f 512; ACP_TEST_DISK=file-limit exec "$1" --exact part --nocapture)
    ACP_TEST_DISK=prepare "$1" --exact part --nocapture
    chmod -R a-w .
    ACP_TEST_DISK=closed-folder "$1" --exact part --nocapture
    chmod -R u+w .
"#;

#[test]
fn a_full_and_a_read_only_disk_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for unshare in [&["unshare", "-m"][..], &["unshare", "-r", "-m"]] {
        let output = shell(unshare, MOUNTED, dir.path());
        if output.as_ref().is_some_and(|o| o.contains("mounted")) {
            let output = output.unwrap_or_default();
            return assert_played(&output, &["full", "prepare", "read-only"]);
        }
    }
    let output = shell(as_mere_owner(), LIMITED, dir.path()).unwrap_or_default();
    assert_played(&output, &["file-limit", "prepare", "closed-folder"]);
}

#[test]
fn without_mounts_the_stand_ins_show_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let output = shell(as_mere_owner(), LIMITED, dir.path()).unwrap_or_default();
    assert_played(&output, &["file-limit", "prepare", "closed-folder"]);
}

#[test]
fn folders_that_their_owner_has_closed_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"cd "$2"; ACP_TEST_DISK=closed-tree exec "$1" --exact part --nocapture"#;
    let output = shell(as_mere_owner(), script, dir.path()).unwrap_or_default();
    assert_played(&output, &["closed-tree"]);
}

#[test]
fn every_operation_costs_the_syncs_that_it_promises() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"cd "$2"; ACP_TEST_DISK=syncs exec "$1" --exact part --nocapture"#;
    assert_played(
        &shell(&[], script, dir.path()).unwrap_or_default(),
        &["syncs"],
    );
}

#[test]
fn an_armed_crash_ends_the_process_and_the_log_names_the_points() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"cd "$2"; ACP_TEST_DISK=crash exec "$1" --exact part --nocapture"#;
    let output = shell(&[], script, dir.path()).unwrap_or_default();
    assert!(output.contains("signal: 6"), "{output}");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let expected = "atomic.before_sync 1\natomic.before_rename 1\natomic.before_dir_sync 1\n\
                    atomic.before_sync 2\natomic.before_rename 2\n";
    assert_eq!(read("points"), expected);
    assert_eq!(read("file"), "first", "the second write was not renamed");
}

/// Plays the part that the environment names; nothing in an ordinary run.
#[test]
fn part() {
    let env = Env::from_process();
    let Some(name) = env.text(PART) else { return };
    match name {
        "full" => parts::full_disk(),
        "file-limit" => parts::file_limit(),
        "prepare" => parts::prepare(),
        "read-only" => parts::read_only(true),
        "closed-folder" => parts::read_only(false),
        "closed-tree" => parts::closed_tree(),
        "syncs" => parts::syncs(),
        "crash" => parts::crash(),
        other => panic!("no part {other}"),
    }
    println!("played {name}");
}

/// Root without the power to ignore permissions; anybody else is like that already.
fn as_mere_owner() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &[
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--",
        ]
    } else {
        &[]
    }
}

/// What `sh -c script` with this binary and `dir` as arguments printed; `None` when `before` cannot be started.
fn shell(before: &[&str], script: &str, dir: &Path) -> Option<String> {
    let me = std::env::current_exe().unwrap();
    let mut words = before.to_vec();
    words.extend(["sh", "-c", script, "sh"]);
    #[expect(clippy::disallowed_methods, reason = "the test itself starts children")]
    let output: Output = Command::new(words[0])
        .args(&words[1..])
        .arg(me)
        .arg(dir)
        .output()
        .ok()?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    Some(format!("{out}{err}\n{}", output.status))
}

fn assert_played(output: &str, parts: &[&str]) {
    for part in parts {
        assert!(
            output.contains(&format!("played {part}\n")),
            "{part}: {output}"
        );
    }
    assert!(output.ends_with("exit status: 0"), "{output}");
}
