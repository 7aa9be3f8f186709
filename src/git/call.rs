//! One call of git.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::domain::Sha;
use crate::proc::{Cmd, Exit, Output, Quick};
use crate::sys::Clock;

use super::GitError;
use super::error::clean;

/// How long a call may take that touches a few objects.
const DEADLINE: Duration = Duration::from_mins(1);
/// How long a call may take that copies or hashes much.
const LONG_DEADLINE: Duration = Duration::from_mins(20);
/// How much a call may answer, unless it says otherwise.
const OUTPUT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A call that has not been made yet.
#[must_use]
pub struct Call<'a> {
    cmd: Cmd,
    tried: String,
    limits: Quick,
    input: Option<Vec<u8>>,
    clock: &'a dyn Clock,
}

impl<'a> Call<'a> {
    pub(super) fn new(cmd: Cmd, tried: &str, clock: &'a dyn Clock) -> Self {
        Self {
            cmd,
            tried: tried.to_owned(),
            limits: Quick {
                deadline: DEADLINE,
                output_bytes_max: OUTPUT_BYTES_MAX,
            },
            input: None,
            clock,
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.cmd = self.cmd.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.cmd = self.cmd.args(args);
        self
    }

    /// Sets one variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.cmd = self.cmd.env(name, value);
        self
    }

    /// Works on the files in `worktree` with the index file `index`, whatever the worktree itself says it belongs to.
    pub fn files(mut self, worktree: &Path, index: &Path) -> Self {
        self.cmd = self
            .cmd
            .dir(worktree)
            .env("GIT_WORK_TREE", worktree)
            .env("GIT_INDEX_FILE", index);
        self
    }

    /// Gives it something to read.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Allows it the time that copying a repository or hashing a whole worktree may need.
    pub fn long(mut self) -> Self {
        self.limits.deadline = LONG_DEADLINE;
        self
    }

    /// Allows it no more time than this.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limits.deadline = limit;
        self
    }

    /// Allows it so much output.
    pub fn output_bytes_max(mut self, bytes: usize) -> Self {
        self.limits.output_bytes_max = bytes;
        self
    }

    /// Makes the call and returns its output and exit status, whatever they are; the output may be cut.
    pub fn run(self) -> Result<Ran, GitError> {
        let output = match &self.input {
            Some(bytes) => self.cmd.capture_with_input(bytes, &self.limits, self.clock),
            None => self.cmd.capture(&self.limits, self.clock),
        };
        match output {
            Ok(output) => Ok(Ran {
                tried: self.tried,
                output,
            }),
            Err(error) => Err(GitError::from_proc(&self.tried, &error)),
        }
    }

    /// Makes the call; everything but exit 0 and a complete output is an error.
    pub fn ok(self) -> Result<Vec<u8>, GitError> {
        self.run()?.ok()
    }

    /// Makes the call and returns its output as one line of text.
    pub fn line(self) -> Result<String, GitError> {
        let out = self.ok()?;
        Ok(String::from_utf8_lossy(&out).trim().to_owned())
    }

    /// Makes the call, whose output must be an object name.
    pub fn sha(self) -> Result<Sha, GitError> {
        let tried = self.tried.clone();
        self.line()?
            .parse()
            .map_err(|bad| GitError::failed(&tried, &format!("{bad}")))
    }
}

/// A call that was made.
pub struct Ran {
    tried: String,
    output: Output,
}

impl Ran {
    /// Its exit code, if it exited.
    pub fn code(&self) -> Option<i32> {
        match self.output.status {
            Exit::Code(code) => Some(code),
            Exit::Signal(_) => None,
        }
    }

    /// Whether the output was longer than allowed.
    pub fn cut(&self) -> bool {
        self.output.truncated
    }

    /// What it wrote to its standard output.
    pub fn stdout(&self) -> &[u8] {
        &self.output.stdout
    }

    /// The output, if it is complete and the exit code is 0.
    pub fn ok(self) -> Result<Vec<u8>, GitError> {
        if !self.output.status.ok() {
            return Err(self.error());
        }
        if self.output.truncated {
            return Err(GitError::failed(&self.tried, "git said too much"));
        }
        Ok(self.output.stdout)
    }

    /// The error that this result stands for.
    pub fn error(&self) -> GitError {
        let said = clean(&String::from_utf8_lossy(&self.output.stderr));
        let why = if said.is_empty() {
            format!("git {}", self.output.status)
        } else {
            said
        };
        GitError::failed(&self.tried, &why)
    }
}
