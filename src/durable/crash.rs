//! Named points at which a test stops the process, to see what a crash leaves behind.
//!
//! Without the feature `test-hooks` a crash point is nothing. With it, two strengths: [`arm_abort`] ends the process for
//! good at one point; [`simulate_after`] unwinds one thread with a [`Crash`], for a simulation that keeps many processes
//! in one.

#[cfg(any(test, feature = "test-hooks"))]
pub use hooks::{Crash, abort_once, arm_abort, disarm, hits, log_to, seen, simulate_after};

/// Marks a place where the process may die. `name` is `<file>.<where>` and belongs to one place.
#[inline]
pub fn crash_point(name: &'static str) {
    #[cfg(any(test, feature = "test-hooks"))]
    hooks::hit(name);
    #[cfg(not(any(test, feature = "test-hooks")))]
    let _ = name;
}

#[cfg(any(test, feature = "test-hooks"))]
mod hooks {
    use std::cell::Cell;
    use std::collections::BTreeMap;
    use std::fs::OpenOptions;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// The payload of a simulated crash: the name of the point.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Crash(pub &'static str);

    static ABORT_AT: OnceLock<(String, u64)> = OnceLock::new();
    static LOG: OnceLock<PathBuf> = OnceLock::new();
    static ONCE: OnceLock<PathBuf> = OnceLock::new();
    static SEEN: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

    thread_local! {
        static FUSE: Cell<u64> = const { Cell::new(0) };
        static HITS: Cell<u64> = const { Cell::new(0) };
    }

    /// Aborts this process at the point `name`, or at its n-th hit with `name:n`. The first call counts.
    pub fn arm_abort(spec: &str) {
        let counted = spec
            .rsplit_once(':')
            .and_then(|(name, n)| Some((name.to_owned(), n.parse().ok()?)));
        // Armed once per process; a second specification is a mistake of the test and has no effect.
        let _already = ABORT_AT.set(counted.unwrap_or_else(|| (spec.to_owned(), 1)));
    }

    /// Of all processes that are armed alike only the first dies: whoever can make the file `mark`. The first call counts.
    pub fn abort_once(mark: &Path) {
        let _already = ONCE.set(mark.to_owned());
    }

    /// Appends a line to the file `path` whenever a point is hit: its name, and which hit of this process it is. The
    /// first call counts.
    pub fn log_to(path: &Path) {
        let _already = LOG.set(path.to_owned());
    }

    /// Unwinds this thread with [`Crash`] at the `points`-th crash point from now; 0 only counts. Resets [`hits`].
    pub fn simulate_after(points: u64) {
        FUSE.set(points);
        HITS.set(0);
    }

    /// No simulated crash in this thread any more. [`hits`] stays.
    pub fn disarm() {
        FUSE.set(0);
    }

    /// How many crash points this thread has hit since the last [`simulate_after`].
    pub fn hits() -> u64 {
        HITS.get()
    }

    /// The names of all points hit so far in this process, sorted.
    pub fn seen() -> Vec<&'static str> {
        let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.keys().copied().collect()
    }

    #[expect(clippy::panic, reason = "a simulated crash is an unwinding")]
    pub(super) fn hit(name: &'static str) {
        super::super::sim::observe();
        let count = {
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            *count
        };
        log(name, count);
        if ABORT_AT
            .get()
            .is_some_and(|(at, n)| at == name && *n == count)
            && is_mine()
        {
            std::process::abort();
        }
        HITS.set(HITS.get() + 1);
        // A thread that is unwinding is already dead; what its destructors do is not done by a crashed process.
        if !std::thread::panicking() && FUSE.get() > 0 {
            FUSE.set(FUSE.get() - 1);
            if FUSE.get() == 0 {
                std::panic::panic_any(Crash(name));
            }
        }
    }

    /// Whether no other process has died for this mark.
    fn is_mine() -> bool {
        let make = |path| OpenOptions::new().create_new(true).write(true).open(path);
        ONCE.get().is_none_or(|mark| make(mark).is_ok())
    }

    fn log(name: &str, count: u64) {
        if let Some(path) = LOG.get() {
            let file = OpenOptions::new().create(true).append(true).open(path);
            // One write: other processes append to the same file.
            let line = format!("{name} {count}\n");
            let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
            assert!(written.is_ok(), "cannot log crash points: {written:?}");
        }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::{Crash, disarm, simulate_after};

    /// Runs `work` with a crash at its `n`-th point. `Ok` if it got through without reaching that many.
    pub(crate) fn crash_at<T>(n: u64, work: impl FnOnce() -> T) -> Result<T, Crash> {
        simulate_after(n);
        let result = catch_unwind(AssertUnwindSafe(work));
        disarm();
        result.map_err(|payload| match payload.downcast::<Crash>() {
            Ok(crash) => *crash,
            Err(other) => std::panic::resume_unwind(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::testing::crash_at;
    use super::*;

    #[test]
    fn a_simulated_crash_fires_once_and_at_the_right_point() {
        let work = || {
            crash_point("test.first");
            crash_point("test.second");
        };
        assert_eq!(crash_at(1, work), Err(Crash("test.first")));
        assert_eq!(crash_at(2, work), Err(Crash("test.second")));
        assert_eq!(crash_at(3, work), Ok(()));
        assert_eq!(hits(), 2);
        work();
        assert!(seen().contains(&"test.second"));
    }
}
