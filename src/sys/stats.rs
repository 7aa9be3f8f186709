//! Counters of what this process cost: the numbers that `--stats` prints.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One thing that is counted.
#[derive(Debug)]
pub struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts one more.
    pub fn add_one(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// How many so far in this process.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Calls to a forge over a network; the local forge makes none.
pub static REQUESTS: Counter = Counter::new();
/// Child processes started.
pub static PROCESSES: Counter = Counter::new();
/// `fsync` calls on files and folders.
pub static FSYNCS: Counter = Counter::new();
