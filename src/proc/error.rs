//! Everything that can become of a quick child.

use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl Exit {
    /// Whether it exited with 0.
    pub fn ok(self) -> bool {
        self == Self::Code(0)
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or(0)),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
        }
    }
}

/// Why a quick child gave no usable result.
#[derive(Debug, thiserror::Error)]
pub enum ProcError {
    /// No such program.
    #[error("cannot find the program `{program}`")]
    NotFound {
        /// As it was named.
        program: String,
    },
    /// The program is there and could not be started.
    #[error("cannot start `{program}`")]
    CouldNotStart {
        /// As it was named.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ran and did not succeed.
    #[error("`{shown}` {exit}{}", after_colon(stderr_tail))]
    Failed {
        /// The command.
        shown: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it wrote to standard error.
        stderr_tail: String,
    },
    /// It did not end in time; its group was ended.
    #[error("`{shown}` did not end within {after:?} and was ended")]
    TimedOut {
        /// The command.
        shown: String,
        /// The deadline.
        after: Duration,
    },
    /// It wrote more than its result may hold.
    #[error("`{shown}` wrote more than {limit_bytes} bytes")]
    OutputTooLarge {
        /// The command.
        shown: String,
        /// The limit.
        limit_bytes: usize,
    },
    /// Talking to it failed.
    #[error("lost contact with `{shown}`")]
    Io {
        /// The command.
        shown: String,
        /// What the system said.
        source: io::Error,
    },
}

fn after_colon(tail: &str) -> String {
    if tail.is_empty() {
        String::new()
    } else {
        format!(": {tail}")
    }
}
