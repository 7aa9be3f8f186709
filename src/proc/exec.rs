//! Becoming another program, and leaving a helper behind that outlives the change.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sys::stats;

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

/// Starts a program that nobody waits for, in the same group and environment, with `stdin` as its standard input and no
/// output. It ends with the namespace that it is in.
#[expect(
    clippy::disallowed_methods,
    reason = "the supervisor's own ways end it: its namespace, its cgroup, its mark"
)]
pub fn leave_running(program: &Path, args: &[OsString], stdin: OwnedFd) -> io::Result<()> {
    stats::PROCESSES.add_one();
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().map(drop)
}

/// This process's standard input, whatever it is.
pub fn own_stdin() -> io::Result<OwnedFd> {
    io::stdin().as_fd().try_clone_to_owned()
}
