//! Runs: how one is launched, attended to by its supervisor, and ended.
//!
//! A pass sees [`Workers`] only. The supervisor is a process of its own, whose body is [`supervise`].

mod agent;
mod children;
mod collect;
mod launch;
mod life;
mod out_folder;
mod record;
mod supervise;
mod surroundings;
mod verify;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use children::{Child, Children, LocalChildren};
pub use launch::{LocalWorkers, Workers};
pub use life::Ended;
pub use supervise::{SupervisorCtx, supervise};

use crate::domain::{IllegalMove, RunId};
use crate::proc::ProcError;
use crate::store::{Lock, Store, StoreError};
use crate::vcs::VcsError;

/// Why a run could not be started, attended to or ended.
#[derive(thiserror::Error, Debug)]
pub enum WorkerError {
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
    /// A move that the record's table does not know.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Files of this machine.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The supervisor could not be started.
    #[error(transparent)]
    Proc(#[from] ProcError),
    /// acp's own clone.
    #[error(transparent)]
    Vcs(#[from] VcsError),
}

fn list(pids: &[u32]) -> String {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    pids.join(", ")
}

/// The right to write a run, as a supervisor has it: its standard input is the locked `alive.lock`.
pub fn own_from_stdin(store: &Store, run: &RunId) -> Result<Lock, WorkerError> {
    let lock = Lock::from_stdin(&store.layout().alive_lock(run))?;
    lock.ok_or_else(|| WorkerError::NotOurs(run.clone()))
}
