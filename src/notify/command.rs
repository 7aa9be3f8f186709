//! JSON to any program, on its standard input. No shell, and nothing of a message among the arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use super::webhook::payload;
use super::{Message, Notifier, NotifyError, SEND_LIMIT};
use crate::proc::{Cmd, ProcError, Quick};
use crate::sys::Clock;

/// How much of what a program prints is read; none of it is shown.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;

/// What every program is given of acp's environment, when it is set: it finds its settings and speaks the person's language.
/// None of it is a secret.
pub const GIVEN: &[&str] = &[
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "TMPDIR",
    "TZ",
    "USER",
    "WAYLAND_DISPLAY",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
];

/// A program that was found, or why not.
pub struct Program {
    /// Its file, or why there is none.
    pub file: Result<PathBuf, String>,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its whole environment.
    pub vars: Vec<(OsString, OsString)>,
    /// Measures the limit.
    pub clock: Arc<dyn Clock>,
}

impl Program {
    /// Runs it with `input` on standard input and returns its exit status when it ended by itself.
    pub(super) fn run(&self, args: &[&str], input: &[u8]) -> Result<(), NotifyError> {
        let file = self.file.clone();
        let file = file.map_err(|why| NotifyError::Refused { why })?;
        let cmd = Cmd::new(file)
            .args(self.args.iter().map(OsString::from))
            .args(args.iter().map(OsString::from))
            .dir("/")
            .env_clear();
        let cmd = self
            .vars
            .iter()
            .fold(cmd, |cmd, (name, value)| cmd.env(name, value));
        let limits = Quick {
            deadline: SEND_LIMIT,
            output_bytes_max: OUTPUT_BYTES_MAX,
        };
        let later = |why: String| NotifyError::Later { why, after: None };
        match cmd.capture_with_input(input, &limits, &*self.clock) {
            Ok(output) if output.status.ok() => Ok(()),
            // What it printed may hold anything, so its status must do.
            Ok(output) => Err(later(format!("the program {}", output.status))),
            Err(ProcError::TimedOut { .. }) => Err(NotifyError::Lost {
                why: format!("the program did not end within {} s", SEND_LIMIT.as_secs()),
            }),
            Err(error) => Err(later(error.to_string())),
        }
    }
}

/// A program.
pub struct Command {
    /// Which.
    pub program: Program,
}

impl Notifier for Command {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let mut input = payload(message).to_string().into_bytes();
        input.push(b'\n');
        self.program.run(&[], &input)
    }

    fn unready(&self) -> Option<String> {
        self.program.file.clone().err()
    }
}
