//! A command in the foreground of a verb: same terminal, same group, same environment, streams untouched.

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;

use crate::sys::stats;

/// Runs `argv` to its end with the streams, folder and environment of this process. It is not supervised: whoever called
/// acp may interrupt both at once, as in a shell.
pub fn foreground(argv: &[OsString]) -> io::Result<ExitStatus> {
    let Some((program, args)) = argv.split_first() else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    stats::PROCESSES.add_one();
    let output = duct::cmd(program.clone(), args).unchecked().run()?;
    Ok(output.status)
}
