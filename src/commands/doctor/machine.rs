//! What `doctor` asks of everything that a verb may not touch itself.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{ProfileId, Rules, RunId, Sha, Timer};
use crate::forge::ForgeError;
use crate::forge::remote::Access;
use crate::profile::{Profile, ProfileError};
use crate::service::Look;
use crate::sys::Env;
use crate::worker::Proof;

/// What a forge answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Who the token is and what it may do; `None` for a local forge.
    pub access: Option<Access>,
    /// How far the forge's clock is ahead of this machine's.
    pub ahead: SignedDuration,
    /// The tip of the base branch.
    pub base: Result<Option<Sha>, ForgeError>,
}

/// How far the base branch of a checkout and that of the local forge are apart, in commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Apart {
    /// Only in the checkout.
    pub only_here: u64,
    /// Only on the forge.
    pub only_there: u64,
}

/// This machine. Nothing is changed but by [`Machine::make_labels`], save that calls to a forge are booked in the account
/// of calls. Any method may take as long as it likes: each check has a thread of its own, which is not waited for.
pub trait Machine: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Loads a profile.
    fn profile(&self, id: &ProfileId) -> Result<Profile, ProfileError>;

    /// git's version and where it is, or why it cannot be used.
    fn git_version(&self) -> Result<String, String>;

    /// Why an agent of the profile cannot start; `None` when it can.
    fn agent_missing(&self, rules: &Rules, name: &str) -> Option<String>;

    /// The notifiers of the profile, each with the reason why it cannot work as it is set up. Nothing is sent; programs that
    /// print a secret are run.
    fn notifiers(&self, rules: &Rules) -> Vec<(String, Option<String>)>;

    /// Whether there is a process of that number on this machine.
    fn is_alive(&self, pid: u32) -> bool;

    /// Asks the forge, by reads alone.
    fn reach(&self, rules: &Rules) -> Result<Reach, ForgeError>;

    /// Makes those of the labels that the forge does not know, and returns them.
    fn make_labels(&self, rules: &Rules, wanted: &[String]) -> Result<Vec<String>, ForgeError>;

    /// What is to be said of a timer that was installed.
    fn timer(&self, id: &ProfileId, timer: &Timer) -> Result<Look, String>;

    /// acp's own binary.
    fn own_program(&self) -> Option<PathBuf>;

    /// acp's own environment.
    fn env(&self) -> &Env;

    /// What a program on PATH says to `--version`, as one short line.
    fn version_of(&self, program: &str) -> Option<String>;

    /// Tries from inside whether the sandbox of an agent keeps what it promises; why it cannot be tried. A folder in the state of
    /// the profile is made for that and removed.
    fn sandbox(&self, rules: &Rules, agent: &str) -> Result<Proof, String>;

    /// The live processes that were started for a run in one of these worktrees, with the run. Only Linux shows them.
    fn processes_of_runs(&self, worktrees: &Path) -> Vec<(u32, RunId)>;

    /// How far a checkout is from the local forge of the profile.
    fn apart(&self, rules: &Rules, checkout: &Path) -> Result<Apart, String>;
}
