//! What `doctor` asks of everything that a verb may not touch itself.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{ProfileId, Rules, Sha};
use crate::forge::ForgeError;
use crate::forge::remote::Access;
use crate::profile::{Profile, ProfileError};

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

    /// How far a checkout is from the local forge of the profile.
    fn apart(&self, rules: &Rules, checkout: &Path) -> Result<Apart, String>;
}
