//! Checks of the source tree itself: layers, generated files, tables in the documents.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod generated;
mod layers;
