//! Wall and monotonic time behind one trait, so that every decision can be tried at any hour.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

/// Where time comes from. Everything below `cli` is handed one; nothing else may look at a clock.
pub trait Clock: Send + Sync {
    /// The wall clock in UTC, cut to milliseconds: what records store.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary start, unaffected by a changed wall clock: what limits are measured with.
    fn monotonic(&self) -> Duration;
    /// Waits. A simulated clock moves itself forward instead.
    fn sleep(&self, duration: Duration);
}

/// A moment in this machine's zone, for programs that speak of the time of day.
pub fn local(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::system())
}

/// The machine's clock, moved by a constant offset when a test asks for it.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
    offset: SignedDuration,
}

impl SystemClock {
    /// The machine's clock as it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn new() -> Self {
        Self {
            start: std::time::Instant::now(),
            offset: SignedDuration::ZERO,
        }
    }

    /// A clock that says `now` at this moment and then runs at the machine's pace.
    #[cfg(feature = "test-hooks")]
    pub fn starting_at(now: Timestamp) -> Self {
        let real = Self::new();
        let offset = now.duration_since(real.now());
        Self { offset, ..real }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let moved = now.checked_add(self.offset).unwrap_or(now);
        Timestamp::from_millisecond(moved.as_millisecond()).unwrap_or(moved)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that sleeps"
    )]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock that moves only when told to, or by what it is asked to sleep.
#[cfg(any(test, feature = "test-hooks"))]
#[derive(Debug)]
pub struct StepClock {
    millis: std::sync::atomic::AtomicI64,
    start: i64,
}

#[cfg(any(test, feature = "test-hooks"))]
impl StepClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        let millis = now.as_millisecond();
        Self {
            millis: millis.into(),
            start: millis,
        }
    }

    /// Moves the clock; a negative step sets the wall clock back, as an administrator might.
    pub fn step(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(0);
        self.millis
            .fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "test-hooks"))]
impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.millis.load(std::sync::atomic::Ordering::SeqCst))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn monotonic(&self) -> Duration {
        let passed = self.millis.load(std::sync::atomic::Ordering::SeqCst) - self.start;
        Duration::from_millis(u64::try_from(passed).unwrap_or(0))
    }

    fn sleep(&self, duration: Duration) {
        self.step(SignedDuration::try_from(duration).unwrap_or(SignedDuration::ZERO));
    }
}
