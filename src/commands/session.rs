//! What a verb is handed: time, environment, the global flags, and ports to everything that it may not touch itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{BranchName, DiffFacts, ForgeRules, NetPlace, ProfileId, RunId, TimerKind};
use crate::forge::remote::Access;
use crate::service::ServiceManager;
use crate::store::Home;
use crate::sys::{Clock, Env, Rng, Secret};
use crate::ui::{CliError, Format, Output};
use crate::worker::Workers;

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

/// A checkout as `init` sees it.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Its top folder.
    pub top: PathBuf,
    /// Its repository.
    pub git_dir: PathBuf,
    /// The branch that is checked out.
    pub branch: Option<BranchName>,
    /// Whether there is a commit to start from.
    pub has_commits: bool,
    /// Where its remote `acp` points to.
    pub acp_remote: Option<String>,
    /// Where its remote `origin` points to.
    pub origin: Option<String>,
    /// Files that tell how it is tested, by name.
    pub files: BTreeMap<String, String>,
    /// The names of everything at its top.
    pub names: BTreeSet<String>,
}

/// Whether somebody has asked this process to end.
pub trait Interrupted {
    /// Waits up to `limit` for it; whether somebody has.
    fn wait(&self, limit: Duration) -> bool;
}

/// What verbs need from the outside. The composition root (`cli/wire.rs`) implements it; everything is made when it is
/// asked for and not before.
pub trait Ports: Sync {
    /// Opens the profile that the call is about.
    fn control<'w>(&'w self, session: &'w Session<'_>) -> Result<super::Control<'w>, CliError>;

    /// What ends the runs of a profile, also while the profile cannot be loaded and without git.
    fn workers<'w>(
        &'w self,
        session: &'w Session<'_>,
        home: &Home,
        profile: &ProfileId,
    ) -> Result<Box<dyn Workers + 'w>, CliError>;

    /// Attends to a run of the profile until it is finished. Standard input is the run's lock.
    fn supervise(&self, session: &Session<'_>, run: &RunId) -> Result<(), CliError>;

    /// Where config, state and cache are.
    fn home(&self, session: &Session<'_>) -> Result<Home, CliError>;

    /// The profile that the call is about, without opening it.
    fn select(&self, session: &Session<'_>, home: &Home) -> Result<ProfileId, CliError>;

    /// The checkout that holds `folder`.
    fn checkout(&self, session: &Session<'_>, folder: &Path) -> Result<Checkout, CliError>;

    /// Makes the local forge in `dir` from a repository; `false`: it is there already.
    fn make_local_forge(
        &self,
        session: &Session<'_>,
        dir: &Path,
        from: &Path,
        base: &BranchName,
    ) -> Result<bool, CliError>;

    /// Adds a remote to a checkout.
    fn add_remote(
        &self,
        session: &Session<'_>,
        checkout: &Checkout,
        name: &str,
        url: &str,
    ) -> Result<(), CliError>;

    /// Agents whose program is on PATH, the preferred one first.
    fn installed_agents(&self, session: &Session<'_>) -> Vec<String>;

    /// A program on PATH.
    fn find_program(&self, session: &Session<'_>, name: &str) -> Option<PathBuf>;

    /// What a program says to `--version`, as one short line; `None`: nothing, or not in time.
    fn version_of(&self, session: &Session<'_>, program: &Path) -> Option<String>;

    /// Makes a repository with one commit of these files.
    fn sample_repository(
        &self,
        session: &Session<'_>,
        folder: &Path,
        files: &[(&str, &str)],
    ) -> Result<(), CliError>;

    /// Who the token of a forge behind HTTP is and what it may do there. Reads only.
    fn access(&self, session: &Session<'_>, forge: &ForgeRules) -> Result<Access, CliError>;

    /// What `doctor` asks of this machine, from threads of its own.
    fn machine(&self, session: &Session<'_>) -> Result<Arc<dyn super::Machine>, CliError>;

    /// What runs timers of that kind on this machine; `None`: of the kind that it has.
    fn services<'w>(
        &'w self,
        session: &Session<'_>,
        kind: Option<TimerKind>,
    ) -> Result<Box<dyn ServiceManager + 'w>, CliError>;

    /// From now on TERM and INT are only noted, the first time.
    fn interrupts(&self) -> Result<Box<dyn Interrupted>, CliError>;

    /// Shows something before the verb has ended, for one that works in turns; `false`: nobody reads any more.
    fn show(&self, session: &Session<'_>, output: &Output) -> Result<bool, CliError>;

    /// A text without secrets: tokens that are known by their shape, and these values.
    fn redacted(&self, text: &str, secrets: Vec<Secret>) -> String;

    /// Asks on the terminal; `None`: there is none.
    fn confirm(&self, question: &str) -> Result<Option<bool>, CliError>;

    /// Whether a person sits at a terminal: standard input and standard error are one.
    fn may_ask(&self) -> bool;

    /// Puts a question on the terminal; `None`: the input has ended.
    fn ask(&self, question: &str) -> Result<Option<String>, CliError>;

    /// Writes everything that a bare repository holds into one file that git can clone from; `false`: it holds nothing.
    fn bundle(&self, session: &Session<'_>, repo_git: &Path, file: &Path)
    -> Result<bool, CliError>;

    /// Removes the file `path`; `false`: it is not there.
    fn remove_file(&self, path: &Path) -> Result<bool, CliError>;

    /// Removes the folder `path` with everything in it, also when it is gone already.
    fn remove_tree(&self, path: &Path) -> Result<(), CliError>;

    /// Makes the folder `path` and those above it, for the user alone.
    fn make_folder(&self, path: &Path) -> Result<(), CliError>;

    /// Gives a folder or a file another place on the same disk.
    fn move_path(&self, from: &Path, to: &Path) -> Result<(), CliError>;

    /// A fresh folder for a demonstration; it goes with what is returned unless it is kept.
    fn temp_folder(&self) -> Result<tempfile::TempDir, CliError>;

    /// acp's own binary.
    fn own_program(&self) -> Result<PathBuf, CliError>;

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

    /// The inner side of a sandbox's way out through the socket in `folder`: becomes `argv` with a proxy to it, or attends to that
    /// proxy, and to the ports of `direct`, when there is none. Returns only when it cannot.
    fn relay(&self, folder: &Path, direct: &[NetPlace], argv: &[OsString]) -> Result<(), CliError>;

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
