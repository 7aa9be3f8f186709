//! Decisions as pure functions: no clock, no input or output, no randomness but a seed. The same input gives the same
//! answer, and what is not known never counts as fine.

pub mod budget;
pub mod checks;
pub mod heavy;
pub mod lane;
pub mod merge;
pub mod numstat;
pub mod paths;
pub mod retry;
pub mod risk;
pub mod scope;
#[cfg(test)]
mod testing;
