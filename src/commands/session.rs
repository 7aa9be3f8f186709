//! What a verb is handed: time, environment, the global flags, and ports to everything that it may not touch itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::domain::DiffFacts;
use crate::sys::{Clock, Env, Rng};
use crate::ui::{CliError, Format};

/// The circumstances of one call of acp. Read-only.
pub struct Session<'a> {
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness, for jitter and nonces.
    pub rng: &'a dyn Rng,
    /// The environment, read once.
    pub env: &'a Env,
    /// `--profile`, or `ACP_PROFILE`.
    pub profile: Option<String>,
    /// How standard output will be written.
    pub format: Format,
    /// `--dry-run`: say what would be done, and do nothing.
    pub dry_run: bool,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Whether progress may be shown.
    pub progress: bool,
    /// Ports to the outside.
    pub ports: &'a dyn Ports,
}

/// What verbs need from the outside. The composition root (`cli/wire.rs`) implements it; everything is made when it is
/// asked for and not before.
pub trait Ports {
    /// Opens the profile that the call is about.
    fn control(&self, session: &Session<'_>) -> Result<super::Control, CliError>;

    /// The whole command tree, for completions and manual pages.
    fn tree(&self) -> clap::Command;

    /// Reads the file `path`, or standard input for `-`, at most `limit_bytes`.
    fn read_input(&self, path: &Path, limit_bytes: u64) -> Result<Vec<u8>, CliError>;

    /// The content of the file `path`, a regular file and no link; `None` when it does not exist.
    fn read_file(&self, path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, CliError>;

    /// Replaces the file `path` as a whole. Its folder is made when it is missing.
    fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), CliError>;

    /// Adds to the end of the file `path`, a regular file and no link.
    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), CliError>;

    /// What the change of `range` (`A..B`) touches, in the repository around the current folder.
    fn diff_of_range(&self, range: &str) -> Result<DiffFacts, CliError>;

    /// Runs a command in the foreground, streams untouched, and gives its exit status; 128 + n after signal n, and 127
    /// when it could not be started.
    fn run_command(&self, argv: &[OsString]) -> Result<u8, CliError>;
}

impl Session<'_> {
    /// The value of a variable that names a folder.
    pub fn folder(&self, variable: &str) -> Option<PathBuf> {
        self.env.path(variable)
    }
}
