//! The order of locks, asserted wherever one is taken.
//!
//! A lock may only be taken while every lock that the same thread holds has an earlier [`Rank`]. So no two processes can
//! wait for each other in a circle. The ranks that a thread holds are its own: another thread that waits is told by the
//! lock itself. A lock that is moved to another thread stays counted where it was taken.
//!
//! A broken order is a mistake in acp. Where tests run (debug builds, `test-hooks`) it is a panic, so that no suite passes
//! over it. A release build refuses the lock with [`DurableError::Order`]: the same path fails each time and is reported,
//! while a circle would show once a month as a wait.
//!
//! An attempt that does not wait is held to the order too, although it cannot be part of a circle: what is tried today is
//! waited for tomorrow, and what it took is held like any other.
//!
//! Outside the order are the locks of a run (`alive.lock`, `agent.lock`, the prompt): they are only ever tried, they are
//! held for hours, and they move on to other processes. One is waited for, `launch.lock`, by the run's own supervisor
//! before it takes any other; whoever has it waits for no supervisor.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Weak};

use super::{DurableError, Result};

/// The place of a lock in the order: whoever holds one takes only later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// One pass at a time.
    Pass,
    /// One flusher at a time.
    Flush,
    /// One sender of notices at a time.
    Notify,
    /// The claim of one item. Several may be held at once, by whoever holds `pass`.
    Lease,
    /// Fetches, worktrees and refs of a clone.
    Repo,
    /// The budget of a day.
    Budget,
    /// The look for a key and its publishing, in a maildir.
    Queue,
    /// Writing to a local forge.
    Forge,
    /// The count of requests to a forge, shared by all processes of a user.
    Governor,
    /// A line of the journal.
    Journal,
}

impl Rank {
    const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Flush => "flush",
            Self::Notify => "notify",
            Self::Lease => "lease",
            Self::Repo => "repo",
            Self::Budget => "budget",
            Self::Queue => "queue",
            Self::Forge => "forge",
            Self::Governor => "governor",
            Self::Journal => "journal",
        }
    }

    /// Whether a lock of this rank may be taken while one of rank `held` is held.
    const fn may_follow(self, held: Self) -> bool {
        (held as u8) < self as u8 || matches!((held, self), (Self::Lease, Self::Lease))
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

thread_local! {
    /// The ranks that this thread has taken. One that is dead was let go, here or in another thread.
    static TAKEN: RefCell<Vec<Weak<Rank>>> = const { RefCell::new(Vec::new()) };
}

/// Counts as held by the thread that made it, for as long as it lives.
#[derive(Debug)]
pub(super) struct Holding {
    _rank: Arc<Rank>,
}

impl Holding {
    pub(super) fn of(rank: Rank) -> Self {
        let rank = Arc::new(rank);
        TAKEN.with_borrow_mut(|taken| taken.push(Arc::downgrade(&rank)));
        Self { _rank: rank }
    }
}

/// Does `work` as another process would: nothing that this thread holds counts for it. What it takes and gives back does
/// not count for this thread.
#[cfg(any(test, feature = "test-hooks"))]
pub fn as_other_process<T>(work: impl FnOnce() -> T) -> T {
    struct PutBack(Vec<Weak<Rank>>);
    impl Drop for PutBack {
        fn drop(&mut self) {
            TAKEN.set(std::mem::take(&mut self.0));
        }
    }
    // Put back by a destructor: a simulated process may end by unwinding.
    let _put_back = PutBack(TAKEN.take());
    work()
}

/// Refuses to take the lock `path` of rank `rank` out of order.
pub(super) fn admit(rank: Rank, path: &Path) -> Result<()> {
    let refused = check(rank, path);
    #[cfg(any(debug_assertions, test, feature = "test-hooks"))]
    if let Err(error) = &refused {
        stop(error);
    }
    refused
}

#[cfg(any(debug_assertions, test, feature = "test-hooks"))]
fn stop(error: &DurableError) {
    // A destructor that takes a lock while a test unwinds must not turn the failure into an abort.
    assert!(std::thread::panicking(), "{error}");
}

fn check(rank: Rank, path: &Path) -> Result<()> {
    let held = TAKEN.with_borrow_mut(|taken| {
        taken.retain(|held| held.strong_count() > 0);
        let mut held = taken.iter().filter_map(Weak::upgrade);
        held.find(|held| !rank.may_follow(**held))
    });
    match held {
        None => Ok(()),
        Some(held) => Err(DurableError::Order {
            path: path.to_owned(),
            wanted: rank,
            held: *held,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::super::Lock;
    use super::*;

    const ALL: [Rank; 9] = [
        Rank::Pass,
        Rank::Flush,
        Rank::Lease,
        Rank::Repo,
        Rank::Budget,
        Rank::Queue,
        Rank::Forge,
        Rank::Governor,
        Rank::Journal,
    ];

    #[test]
    fn only_a_later_rank_may_be_taken_and_leases_together() {
        for (i, held) in ALL.into_iter().enumerate() {
            let holding = Holding::of(held);
            for (j, wanted) in ALL.into_iter().enumerate() {
                let allowed = j > i || (held, wanted) == (Rank::Lease, Rank::Lease);
                let checked = check(wanted, Path::new("x.lock"));
                assert_eq!(checked.is_ok(), allowed, "{wanted} after {held}");
            }
            drop(holding);
            check(Rank::Pass, Path::new("x.lock")).unwrap();
        }
    }

    #[test]
    fn a_refusal_names_both() {
        let _journal = Holding::of(Rank::Journal);
        let error = check(Rank::Pass, Path::new("/s/pass.lock")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the lock `/s/pass.lock` (pass) must not be taken while a lock `journal` is held"
        );
    }

    #[test]
    fn a_lock_that_is_taken_out_of_order_stops_a_test() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let take = |name: &str, rank| Lock::try_acquire(&path(name), rank, "test").unwrap();
        let repo = take("repo.lock", Rank::Repo);
        let budget = take("budget.lock", Rank::Budget);
        drop(repo);
        // What is still held counts, whichever was let go first.
        let early = catch_unwind(|| drop(take("repo.lock", Rank::Repo)));
        let text = *early.unwrap_err().downcast::<String>().unwrap();
        assert!(
            text.contains("(repo)") && text.contains("`budget`"),
            "{text}"
        );
        drop(budget);
        assert!(take("repo.lock", Rank::Repo).is_some());
    }

    #[test]
    fn another_thread_has_its_own_order_and_a_moved_lock_is_let_go_anywhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.lock");
        let lock = Lock::try_acquire(&path, Rank::Journal, "test").unwrap();
        let other = std::thread::spawn(move || {
            check(Rank::Pass, Path::new("x.lock")).unwrap();
            drop(lock);
        });
        other.join().unwrap();
        check(Rank::Pass, Path::new("x.lock")).unwrap();
    }

    #[test]
    fn a_simulated_process_has_its_own_order_even_when_it_dies() {
        let free = || check(Rank::Pass, Path::new("x.lock")).is_ok();
        let journal = Holding::of(Rank::Journal);
        let taken = as_other_process(|| {
            assert!(free());
            Holding::of(Rank::Budget)
        });
        catch_unwind(|| as_other_process(|| std::panic::panic_any("dies"))).unwrap_err();
        assert!(!free());
        drop(journal);
        assert!(free(), "what the other has taken is no concern of this one");
        drop(taken);
    }

    #[test]
    fn the_locks_of_a_run_are_outside_the_order() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Holding::of(Rank::Journal);
        let alive = Lock::try_acquire_empty(&dir.path().join("alive.lock"));
        let alive = alive.unwrap().unwrap();
        drop(journal);
        check(Rank::Pass, Path::new("x.lock")).unwrap();
        drop(alive);
    }
}
