//! A run's life: started detached, supervised, ended with proof.
//!
//! A pass sees [`Workers`] only. The supervisor is a process of its own, whose body is [`supervise`].

mod agent;
mod children;
mod collect;
mod confine;
mod door;
mod guard;
mod launch;
mod life;
mod out_folder;
mod proof;
mod record;
mod supervise;
mod surroundings;
mod verify;

#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use children::{Child, Children, LocalChildren};
pub use launch::LocalWorkers;
pub use proof::{Finding, Proof};
pub use supervise::{SupervisorCtx, supervise};

use std::path::PathBuf;

use jiff::Timestamp;

use crate::domain::{IllegalMove, Life, Run, RunId};
use crate::store::{Lock, Store, StoreError};
use crate::vcs::VcsError;

/// What is left of a run that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// Processes that could not be ended; empty is the proof that nothing is left.
    pub survivors: Vec<u32>,
}

/// A run that could not be started, attended to or ended.
#[derive(thiserror::Error, Debug)]
pub enum WorkerError {
    /// Its supervisor could not be started.
    #[error("cannot start the supervisor of {run}: {why}")]
    Start {
        /// The run.
        run: RunId,
        /// Why.
        why: String,
    },
    /// There is no such run.
    #[error("there is no run `{0}`")]
    NoRun(RunId),
    /// Only a pass starts supervisors, and hands each the run's lock as its standard input.
    #[error("the run `{0}` is not this process's to supervise: a pass starts its supervisor")]
    NotOurs(RunId),
    /// The run is in a state in which nothing can be supervised.
    #[error("the run `{run}` is {state}; only a pass can say what becomes of it")]
    NotStartable {
        /// The run.
        run: RunId,
        /// Its state's word.
        state: &'static str,
    },
    /// Processes of the run could not be ended, so nothing that they can change may be used.
    #[error("processes of the run `{run}` cannot be ended: {}", list(.pids))]
    Survivors {
        /// The run.
        run: RunId,
        /// Which.
        pids: Vec<u32>,
    },
    /// No process of the run is found any more, and still one of its locks is held: something of it lives.
    #[error("something of the run `{run}` lives that cannot be found: `{}` is held", .path.display())]
    Held {
        /// The run.
        run: RunId,
        /// The lock.
        path: PathBuf,
    },
    /// The sandbox that the profile asks for does not work.
    #[error("{0}")]
    Sandbox(String),
    /// A move that the record's table does not know.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Files of the run.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// acp's own clone.
    #[error(transparent)]
    Vcs(#[from] VcsError),
}

/// Why the runs of an agent are not confined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unconfined {
    /// This machine has no sandbox, in these words, and the profile leaves it at that.
    NoSandbox(String),
    /// A person wants it so, by the setting that these words name.
    ByName(String),
}

fn list(pids: &[u32]) -> String {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    pids.join(", ")
}

/// Starts and ends runs. The port that passes work with; a simulation has its own.
pub trait Workers {
    /// Says that a run is about to be launched: what makes its start quicker may begin. Changes nothing when none is.
    fn expect(&self) {}

    /// Starts the supervisor of `run`, which has `alive`, the run's `alive.lock`, from here on too. With a prompt the run is
    /// new, and its supervisor does nothing before the run's `launch.lock` is free and the record says `starting`; without
    /// one it goes on from its last step.
    ///
    /// # Errors
    /// `Start` when the process could not be started; then the caller alone has the lock.
    fn start(&self, run: &Run, prompt: Option<&str>, alive: &mut Lock) -> Result<(), WorkerError>;

    /// What lives of a run. What cannot be told counts as supervised, so that it is left alone.
    fn life(&self, run: &RunId) -> Life;

    /// Ends the supervisor and every process of a run, and looks whether anything is left. The caller does not hold the
    /// run's lock yet: that it is free is part of the proof.
    ///
    /// # Errors
    /// `Store` when the run's files cannot be read, `Held` when something lives that cannot be found.
    fn end(&self, run: &Run) -> Result<Ended, WorkerError>;

    /// The same for a run whose record is gone or cannot be read, by what its files and the processes themselves show.
    ///
    /// # Errors
    /// As for [`Workers::end`].
    fn end_unrecorded(&self, run: &RunId) -> Result<Ended, WorkerError>;

    /// The agent's own session, where a run whose supervisor died while its agent worked can go on with it.
    ///
    /// # Errors
    /// The run's files cannot be read.
    fn session(&self, _run: &Run) -> Result<Option<String>, WorkerError> {
        Ok(None)
    }

    /// Tokens and micro-dollars that a run's agent is known to have used, as its supervisor wrote them down.
    ///
    /// # Errors
    /// The run's files cannot be read.
    fn spent(&self, _run: &RunId) -> Result<(Option<u64>, Option<u64>), WorkerError> {
        Ok((None, None))
    }

    /// Takes note of supervisors that this process started and that have ended.
    fn reap(&self);

    /// Looks at the sandbox of an agent's runs before one is launched. `Ok(Some(why))`: they are unconfined.
    ///
    /// # Errors
    /// `Sandbox` when the profile asks for one by name that does not work here: nothing may start.
    fn sandbox(&self, _agent: &str) -> Result<Option<Unconfined>, WorkerError> {
        Ok(None)
    }

    /// Shows what an agent's sandbox keeps: a child in it tries to get out. Takes a fraction of a second.
    ///
    /// # Errors
    /// `Sandbox` when the profile asks for one that does not work, or when the trial could not be made.
    fn prove_sandbox(&self, _agent: &str) -> Result<Proof, WorkerError> {
        Ok(Proof::default())
    }

    /// Why no run of an agent could be confined as the profile asks, as far as that is known without starting anything.
    fn sandbox_missing(&self, _agent: &str) -> Option<String> {
        None
    }

    /// When a person last logged an agent of the profile in, as far as files show it.
    fn login_changed(&self, _agent: &str) -> Option<Timestamp> {
        None
    }
}

/// The right to write a run, as a supervisor has it: its standard input is the locked `alive.lock`.
pub fn own_from_stdin(store: &Store, run: &RunId) -> Result<Lock, WorkerError> {
    let lock = Lock::from_stdin(&store.layout().alive_lock(run))?;
    lock.ok_or_else(|| WorkerError::NotOurs(run.clone()))
}
