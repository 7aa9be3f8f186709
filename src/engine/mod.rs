//! The passes: observe, plan, act, flush, sweep. Nothing here touches a file, a process or a socket directly.

mod act;
mod contact;
mod decide;
mod desk;
mod error;
mod flush;
pub mod fsck;
mod gate;
mod heartbeat;
mod launch;
mod merged;
mod news;
mod notify;
mod observe;
pub mod plan;
mod push;
mod stop;
mod sweep;
#[cfg(test)]
mod testing;
mod trust;
mod verb;
mod worktree;

use std::time::Duration;

pub use contact::CREDENTIAL_HOLD;
pub use desk::Desk;
pub use error::{EngineError, PromptFailure};
pub use flush::{Flushed, Sent};
pub use heartbeat::{Idle, PASS_AGE_MAX, Pass, PassReport};
pub use launch::{NO_SANDBOX, Preview, UNCONFINED};
pub use notify::{Said, Sending, ToldTo};
pub use stop::{Ender, STOP_HOLD, StopReport, Stopped};
pub use sweep::Swept;

use crate::domain::Rules;
use crate::forge::{Forge, Text};
use crate::notify::Notifier;
use crate::store::Store;
use crate::sys::{Clock, Rng};
use crate::vcs::Vcs;
use crate::worker::Workers;

/// How long a verb waits for a lock before it gives up with exit code 75.
pub const LOCK_WAIT: Duration = Duration::from_secs(30);

/// Renders what an agent is asked, from the item's text.
pub type PromptFor<'a> = &'a dyn Fn(&crate::domain::Run, &Text) -> Result<String, PromptFailure>;

/// Makes the notifier of a name; `None`: the profile has none of that name.
pub type NotifierOf<'a> = &'a dyn Fn(&str) -> Option<Box<dyn Notifier>>;

/// Everything that a pass works with: ports and data, made once in `cli/wire.rs`.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// The state of the profile.
    pub store: &'a Store,
    /// What the profile says.
    pub rules: &'a Rules,
    /// Where issues and pull requests live.
    pub forge: &'a dyn Forge,
    /// acp's own clone.
    pub vcs: &'a dyn Vcs,
    /// Starts and ends runs.
    pub workers: &'a dyn Workers,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Jitter and nonces.
    pub rng: &'a dyn Rng,
    /// Why an agent of the profile cannot start, by name; `None` when it can.
    pub agent_missing: &'a dyn Fn(&str) -> Option<String>,
    /// What an agent is asked.
    pub prompt: PromptFor<'a>,
    /// Where news goes.
    pub notifier: NotifierOf<'a>,
    /// One line for a person who waits.
    pub say: &'a dyn Fn(&str),
}

impl Engine<'_> {
    /// The state, for changes by hand.
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            store: self.store,
            clock: self.clock,
            say: self.say,
            dry_run: false,
        }
    }

    fn note(&self, entry: &crate::store::Entry) {
        self.desk().note(entry);
    }

    fn keep_notes(&self) -> Option<String> {
        self.desk().keep_notes()
    }
}
