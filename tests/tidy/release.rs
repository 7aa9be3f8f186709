//! `.ci/release`: what is handed out, and that it is the same each time.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
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

fn program(folder: &Path, version: &str) -> PathBuf {
    script(&folder.join(version), &format!("echo 'acp {version}'"))
}

fn script(path: &Path, lines: &str) -> PathBuf {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_owned()
}

/// Runs the script where `rustc` says this host, has the target `x86_64-unknown-linux-musl` or not, and where there is a
/// `musl-gcc` or not. Gives the arguments that `cargo` gets, what the script says, and the archives that it makes.
#[track_caller]
fn build(host: &str, has_target: bool, has_compiler: bool) -> (String, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("bin"), folder.path().join("out"));
    fs::create_dir(&path).unwrap();
    for place in ["/bin", "/usr/bin"] {
        for entry in fs::read_dir(place).unwrap() {
            let entry = entry.unwrap();
            let hidden = ["cargo", "rustc", "musl-gcc"].map(Into::into);
            if !hidden.contains(&entry.file_name()) {
                let _twice = symlink(entry.path(), path.join(entry.file_name()));
            }
        }
    }
    let libdir = if has_target { "/" } else { "/nonexistent" };
    script(
        &path.join("rustc"),
        &format!("case $1 in -vV) echo host: {host} ;; *) echo {libdir} ;; esac"),
    );
    // Makes the program for the target that it is asked for.
    let version = env!("CARGO_PKG_VERSION");
    script(
        &path.join("cargo"),
        &format!(
            "echo \"$*\" >\"$CARGO_TARGET_DIR/asked\"\nwhile [ $# -gt 1 ]; do [ \"$1\" = --target ] && target=$2; shift; done\n\
             mkdir -p \"$CARGO_TARGET_DIR/$target/release\"; cd \"$CARGO_TARGET_DIR/$target/release\"\n\
             printf '#!/bin/sh\\necho acp {version}\\n' >acp; chmod 755 acp"
        ),
    );
    if has_compiler {
        script(&path.join("musl-gcc"), "");
    }
    let ended = Command::new(root().join(".ci/release"))
        .arg(&out)
        .env_clear()
        .env("PATH", &path)
        .env("HOME", folder.path())
        .env("CARGO_TARGET_DIR", folder.path())
        .env("SOURCE_DATE_EPOCH", "1795000000")
        .output()
        .unwrap();
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
    assert!(ended.status.success(), "{said}");
    let names = fs::read_dir(&out).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let archives = names.filter(|name| *name != "SHA256SUMS").collect();
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    (asked, said, archives)
}

#[test]
fn the_program_is_static_where_it_can_be_and_else_it_is_said_why_not() {
    let version = env!("CARGO_PKG_VERSION");
    let linux = "x86_64-unknown-linux-gnu";
    let musl = "x86_64-unknown-linux-musl";
    for (host, has_target, has_compiler, target, word) in [
        (linux, true, true, musl, "building acp"),
        (linux, true, false, linux, "musl-gcc is missing"),
        (linux, false, true, linux, "is not installed"),
        (
            "aarch64-apple-darwin",
            false,
            false,
            "aarch64-apple-darwin",
            "building acp",
        ),
    ] {
        let (asked, said, archives) = build(host, has_target, has_compiler);
        assert_eq!(
            asked,
            format!("build --release --locked --target {target}\n")
        );
        assert!(said.contains(word), "{said}");
        assert_eq!(
            said.contains("will need the C library of this system"),
            target == linux,
            "{said}"
        );
        assert_eq!(archives, [format!("acp-{version}-{target}.tar.gz")]);
    }
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
