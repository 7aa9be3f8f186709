//! Runs with real processes and real git: a supervisor that is killed, and agents that do their worst.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "the message of a failed test")]
#![cfg(target_os = "linux")]

mod hostile;
mod launch;
mod life;
mod world;
