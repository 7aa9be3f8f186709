//! Checks of the source tree itself: layers, generated files, tables in the documents.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a panic is a failed test")]
#![expect(clippy::print_stdout, reason = "cargo shows it for a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes files and reads the environment itself"
)]

mod blocks;
mod consequences;
mod documents;
mod generated;
mod hosts;
mod layers;
mod licences;
mod programs;
mod release;
mod risk;
