//! The composition root: the only place that picks adapters.

use crate::sys::{Clock, Env, Rng, SplitMix64, SystemClock};
use crate::ui::CliError;

/// Everything that verbs reach the outside through. Adapters are made when a verb asks for them.
pub(super) struct Wiring<'a> {
    pub(super) env: &'a Env,
    clock: SystemClock,
    rng: SplitMix64,
}

impl<'a> Wiring<'a> {
    pub(super) fn new(env: &'a Env) -> Result<Self, CliError> {
        Ok(Self {
            env,
            clock: clock(env)?,
            rng: rng(env)?,
        })
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    pub(super) fn rng(&self) -> &dyn Rng {
        &self.rng
    }
}

#[cfg(feature = "test-hooks")]
fn clock(env: &Env) -> Result<SystemClock, CliError> {
    match env.text("ACP_TEST_NOW") {
        None => Ok(SystemClock::new()),
        Some(text) => text
            .parse()
            .map(SystemClock::starting_at)
            .map_err(|error: jiff::Error| CliError::usage(format!("ACP_TEST_NOW: {error}"))),
    }
}

#[cfg(feature = "test-hooks")]
fn rng(env: &Env) -> Result<SplitMix64, CliError> {
    match env.text("ACP_TEST_SEED") {
        None => Ok(SplitMix64::from_system()),
        Some(text) => text
            .parse()
            .map(SplitMix64::seeded)
            .map_err(|error| CliError::usage(format!("ACP_TEST_SEED: {error}"))),
    }
}

#[cfg(not(feature = "test-hooks"))]
#[expect(clippy::unnecessary_wraps, reason = "with the test hooks it can fail")]
fn clock(_env: &Env) -> Result<SystemClock, CliError> {
    Ok(SystemClock::new())
}

#[cfg(not(feature = "test-hooks"))]
#[expect(clippy::unnecessary_wraps, reason = "with the test hooks it can fail")]
fn rng(_env: &Env) -> Result<SplitMix64, CliError> {
    Ok(SplitMix64::from_system())
}
