//! `.ci/release`: what is handed out, and that it is the same each time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::documents::root;

/// Packs a program that is there already, so that nothing is built.
#[track_caller]
fn pack(program: &Path, out: &Path) -> String {
    let ended = Command::new(root().join(".ci/release"))
        .arg(out)
        .env("ACP_RELEASE_BIN", program)
        .env("ACP_RELEASE_TARGET", "some-target")
        .env("SOURCE_DATE_EPOCH", "1795000000")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    format!("{} {said}", ended.status.code().unwrap())
}

fn program(folder: &Path, version: &str) -> std::path::PathBuf {
    let path = folder.join(version);
    fs::write(&path, format!("#!/bin/sh\necho 'acp {version}'\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_release_is_the_same_each_time_and_holds_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let program = program(folder.path(), version);
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    for out in [&first, &second] {
        let said = pack(&program, out);
        assert!(said.starts_with("0 "), "{said}");
    }
    let name = format!("acp-{version}-some-target.tar.gz");
    assert_eq!(
        fs::read(first.join(&name)).unwrap(),
        fs::read(second.join(&name)).unwrap()
    );
    let sums = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&first)
        .output()
        .unwrap();
    assert!(sums.status.success(), "{sums:?}");
    let listed = Command::new("tar")
        .arg("-tzf")
        .arg(first.join(&name))
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for wanted in [
        "/bin/acp",
        "/share/man/man1/acp-init.1",
        "/share/bash-completion/completions/acp",
        "/share/zsh/site-functions/_acp",
        "/share/fish/vendor_completions.d/acp.fish",
        "/share/doc/acp/LICENSE-MIT",
        "/share/doc/acp/profiles/local.yaml",
    ] {
        assert!(
            listed.lines().any(|line| line.ends_with(wanted)),
            "{wanted}: {listed}"
        );
    }
}

#[test]
fn a_program_of_another_version_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let said = pack(&program(folder.path(), "9.9.9"), &folder.path().join("out"));
    assert!(said.starts_with("1 ") && said.contains("9.9.9"), "{said}");
    assert!(!folder.path().join("out").exists());
}
