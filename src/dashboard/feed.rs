//! What is seen now, taken once for all who look.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Seen, Site};
use crate::sys::Clock;

/// The shortest time between two looks.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A look that takes long is taken more rarely: at most one part in so many of the time is spent on it.
const REST_PER_COST: u32 = 20;

/// What was seen last, and since when it is the same.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Grows with every change.
    pub(super) version: u64,
    /// What is seen, or why nothing is: one line of JSON either way.
    pub(super) seen: Arc<Result<Seen, String>>,
}

#[derive(Debug)]
struct Latest {
    shown: Shown,
    /// When it was taken, and how long that took.
    at: Duration,
    cost: Duration,
}

/// The looks of all who are connected.
pub(super) struct Feed<'a> {
    site: &'a dyn Site,
    clock: &'a dyn Clock,
    latest: Mutex<Option<Latest>>,
}

impl<'a> Feed<'a> {
    pub(super) fn new(site: &'a dyn Site, clock: &'a dyn Clock) -> Self {
        Self {
            site,
            clock,
            latest: Mutex::new(None),
        }
    }

    /// What is seen now, or was a moment ago. Whoever comes while somebody else looks waits for that.
    pub(super) fn current(&self) -> Shown {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.monotonic();
        if let Some(latest) = &*latest
            && now.saturating_sub(latest.at) < LOOK_EVERY.max(latest.cost * REST_PER_COST)
        {
            return latest.shown.clone();
        }
        let seen = self.site.look();
        let at = self.clock.monotonic();
        let shown = match latest.take() {
            // The same things, seen now: who comes new is told when that was.
            Some(before) if is_same(&before.shown.seen, &seen) => Shown {
                version: before.shown.version,
                seen: Arc::new(seen),
            },
            before => Shown {
                version: before.map_or(0, |before| before.shown.version) + 1,
                seen: Arc::new(seen),
            },
        };
        *latest = Some(Latest {
            shown: shown.clone(),
            at,
            cost: at.saturating_sub(now),
        });
        shown
    }

    /// The next look is taken anew: something was done.
    pub(super) fn expire(&self) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = &mut *latest {
            latest.cost = Duration::ZERO;
            latest.at = latest.at.saturating_sub(LOOK_EVERY);
        }
    }
}

fn is_same(before: &Result<Seen, String>, now: &Result<Seen, String>) -> bool {
    match (before, now) {
        (Ok(before), Ok(now)) => before.digest == now.digest,
        (Err(before), Err(now)) => before == now,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::Answer;
    use crate::sys::StepClock;
    use jiff::{SignedDuration, Timestamp};

    /// Each look takes `cost`, and every third one sees something new.
    struct Slow<'a> {
        clock: &'a StepClock,
        cost: SignedDuration,
        looks: Mutex<u32>,
    }

    impl Site for Slow<'_> {
        fn look(&self) -> Result<Seen, String> {
            self.clock.step(self.cost);
            let mut looks = self.looks.lock().unwrap();
            *looks += 1;
            match *looks {
                4 => Err("{}".to_owned()),
                n => Ok(Seen {
                    json: format!("{{\"look\":{n}}}"),
                    digest: (n / 3).to_string(),
                }),
            }
        }

        fn log(&self, _run: &str) -> Answer {
            unreachable!("nobody asks")
        }

        fn act(&self, _wish: &[u8]) -> Answer {
            unreachable!("nobody asks")
        }
    }

    fn slow(clock: &StepClock, millis: i64) -> Slow<'_> {
        Slow {
            clock,
            cost: SignedDuration::from_millis(millis),
            looks: Mutex::new(0),
        }
    }

    #[test]
    fn however_many_ask_it_looks_once_a_second_and_tells_changes_apart() {
        let clock = StepClock::new(Timestamp::UNIX_EPOCH);
        let site = slow(&clock, 1);
        let feed = Feed::new(&site, &clock);
        let (mut versions, mut jsons) = (vec![], vec![]);
        for _ in 0..5 {
            for _ in 0..10 {
                let shown = feed.current();
                versions.push(shown.version);
                jsons.extend(shown.seen.as_ref().as_ref().ok().cloned());
            }
            clock.step(SignedDuration::from_secs(1));
        }
        assert_eq!(*site.looks.lock().unwrap(), 5);
        versions.dedup();
        // The third sees something new, the fourth fails, the fifth sees again what the third saw.
        assert_eq!(versions, [1, 2, 3, 4]);
        // The second is as the first and was seen later.
        assert_eq!(jsons[19].json, "{\"look\":2}");
        let json = feed.current().seen.as_ref().as_ref().unwrap().json.clone();
        assert_eq!(json, "{\"look\":6}");
    }

    #[test]
    fn looks_that_take_long_are_rare_but_one_after_an_action_is_at_once() {
        let clock = StepClock::new(Timestamp::UNIX_EPOCH);
        let site = slow(&clock, 500);
        let feed = Feed::new(&site, &clock);
        for _ in 0..19 {
            let _shown = feed.current();
            clock.step(SignedDuration::from_millis(500));
        }
        assert_eq!(*site.looks.lock().unwrap(), 1);
        feed.expire();
        let _shown = feed.current();
        assert_eq!(*site.looks.lock().unwrap(), 2);
    }
}
