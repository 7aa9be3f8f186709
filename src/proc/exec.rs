//! Becoming another program, and leaving a process beside it that serves it.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sys::stats;

/// The longest line in which such a process says that it is ready.
const LINE_BYTES_MAX: u64 = 256;

/// Becomes `argv`, with the streams, folder and environment of this process but for `vars`: set, or taken away. Returns only
/// why it could not.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing is spawned: this process is the child that its parent supervises"
)]
pub fn become_command(argv: &[OsString], vars: &[(&str, Option<&str>)]) -> io::Error {
    let Some((program, args)) = argv.split_first() else {
        return io::ErrorKind::InvalidInput.into();
    };
    let mut command = Command::new(program);
    command.args(args);
    for (name, value) in vars {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.exec()
}

/// Starts a program that nobody waits for, in the same group and environment, without input, and gives the first line that it
/// prints: with it, it is ready. It ends with the namespace that it is in.
///
/// # Errors
/// It could not be started, or ended without a word.
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor's own ways end it: its namespace, its cgroup, its mark"
)]
pub fn start_beside(program: &Path, args: &[OsString]) -> io::Result<String> {
    stats::PROCESSES.add_one();
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    let mut said = String::new();
    if let Some(out) = child.stdout.take() {
        let mut out = out.take(LINE_BYTES_MAX);
        let mut byte = [0];
        while out.read(&mut byte)? == 1 && byte != *b"\n" {
            said.push(char::from(byte[0]));
        }
    }
    if said.is_empty() {
        return Err(io::Error::other("what serves it did not start"));
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_what_goes_on_is_its_answer() {
        let say = |script: &str| start_beside(Path::new("/bin/sh"), &["-c".into(), script.into()]);
        assert_eq!(say("echo 4711; exec sleep 0.2").unwrap(), "4711");
        assert!(say("exit 3").is_err());
        assert!(start_beside(Path::new("/nowhere"), &[]).is_err());
    }

    #[test]
    fn nothing_becomes_nothing() {
        let nothing = become_command(&[], &[]);
        assert_eq!(nothing.kind(), io::ErrorKind::InvalidInput);
        let missing = become_command(&["/nowhere".into()], &[("A", None), ("B", Some("1"))]);
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
