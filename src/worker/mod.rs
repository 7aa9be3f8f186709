//! A run's life: started detached, supervised, ended with proof.

use crate::domain::{Life, Run, RunId};
use crate::store::Lock;

/// What is left of a run that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// Processes that could not be ended; empty is the proof that nothing is left.
    pub survivors: Vec<u32>,
}

/// A run that could not be started or ended.
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
    /// Files of the run.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// Starts and ends runs. The port that passes work with; a simulation has its own.
pub trait Workers {
    /// Starts the supervisor of `run` and hands it `alive`, the run's `alive.lock`. With a prompt the run is new; without
    /// one it goes on from its last step.
    ///
    /// # Errors
    /// `Start` when the process could not be started; the lock is free again then.
    fn start(&self, run: &Run, prompt: Option<&str>, alive: Lock) -> Result<(), WorkerError>;

    /// What lives of a run.
    fn life(&self, run: &RunId) -> Life;

    /// Ends the supervisor and every process of a run, and looks whether anything is left.
    ///
    /// # Errors
    /// `Store` when the run's files cannot be read.
    fn end(&self, run: &Run) -> Result<Ended, WorkerError>;

    /// Takes note of supervisors that this process started and that have ended.
    fn reap(&self);
}
