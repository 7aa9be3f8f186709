//! The power fails at any moment, and each guarantee of `durable` holds on what is left.
//!
//! A script of random steps runs on a recorded folder, sometimes dying at a crash point; then many folders are made that a
//! power cut at a random moment may leave, and each is opened again. `ACP_POWER_SEED=n` replays one seed, `ACP_POWER_SEEDS=n`
//! tries so many.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod files;
mod journal;
mod maildir;
mod model;
mod script;
