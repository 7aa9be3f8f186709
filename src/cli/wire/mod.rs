//! The composition root: the only place that picks adapters.

pub(super) mod doctor;
mod notify;
pub(super) mod open;
pub(super) mod remote;
pub(super) mod service;
pub(super) mod setup;
mod token;

use std::sync::Arc;

use crate::sys::{Clock, Env, Rng, SplitMix64, SystemClock};
use crate::ui::CliError;

/// Everything that verbs reach the outside through. Adapters are made when a verb asks for them.
pub(super) struct Wiring<'a> {
    pub(super) env: &'a Env,
    clock: Arc<SystemClock>,
    rng: SplitMix64,
}

impl<'a> Wiring<'a> {
    pub(super) fn new(env: &'a Env) -> Result<Self, CliError> {
        #[cfg(feature = "test-hooks")]
        break_if_asked(env);
        Ok(Self {
            env,
            clock: Arc::new(clock(env)?),
            rng: rng(env)?,
        })
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The clock, for an adapter that keeps it.
    pub(super) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::<SystemClock>::clone(&self.clock)
    }

    pub(super) fn rng(&self) -> &dyn Rng {
        &self.rng
    }
}

/// A bug, or a crash at a named point, on demand: `ACP_TEST_PANIC=MESSAGE`, `ACP_TEST_CRASH=POINT[:N]`, and
/// `ACP_TEST_CRASH_LOG=FILE` for the points that are passed. Supervisors inherit all of it: with
/// `ACP_TEST_CRASH_ONCE=FILE` only the first process that gets there dies, and `ACP_TEST_CRASH_ROLE` (`supervisor` or
/// `caller`) leaves the others out of it.
#[cfg(feature = "test-hooks")]
#[expect(clippy::panic, reason = "a test asked for it")]
fn break_if_asked(env: &Env) {
    let role = match env.text("ACP_SUPERVISE") {
        Some(_) => "supervisor",
        None => "caller",
    };
    if env.text("ACP_TEST_CRASH_ROLE").is_none_or(|r| r == role) {
        if let Some(mark) = env.path("ACP_TEST_CRASH_ONCE") {
            crate::durable::crash::abort_once(&mark);
        }
        if let Some(point) = env.text("ACP_TEST_CRASH") {
            crate::durable::crash::arm_abort(point);
        }
        if let Some(log) = env.path("ACP_TEST_CRASH_LOG") {
            crate::durable::crash::log_to(&log);
        }
    }
    if let Some(message) = env.text("ACP_TEST_PANIC") {
        panic!("{message}");
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
