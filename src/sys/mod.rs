//! The only module that reads the clock, randomness and the environment, and the counters behind `--stats`.

mod clock;
mod env;
mod rng;
mod secret;
pub mod stats;

pub use clock::{Clock, SystemClock, local};
pub use env::{Env, VARIABLES, Variable};
pub use rng::{Rng, SplitMix64, random_token};
pub use secret::Secret;

#[cfg(any(test, feature = "test-hooks"))]
pub use clock::StepClock;
