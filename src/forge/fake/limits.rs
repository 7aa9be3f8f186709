//! The limits of GitHub: charged requests an hour for each account, and the secondary ones for writes and points.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::knobs::Knobs;

const WRITES_A_MINUTE: usize = 80;
const WRITES_AN_HOUR: usize = 500;
const POINTS_A_MINUTE: u64 = 900;
/// Points of a read and of a write.
const POINTS: [u64; 2] = [1, 5];
const MINUTE: SignedDuration = SignedDuration::from_secs(60);
const HOUR: SignedDuration = SignedDuration::from_secs(3600);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The hour of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) used: u64,
    pub(super) reset: Timestamp,
}

/// A secondary limit that a request broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Broken {
    WritesAMinute,
    WritesAnHour,
    Points,
    Hasty,
    /// The limit from before still holds.
    TooEarly,
}

impl Broken {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::WritesAMinute => "writes a minute",
            Self::WritesAnHour => "writes an hour",
            Self::Points => "points a minute",
            Self::Hasty => "writes closer than a second",
            Self::TooEarly => "requests while limited",
        }
    }
}

/// What was used so far.
#[derive(Debug, Default)]
pub(super) struct Meter {
    windows: BTreeMap<String, Window>,
    writes: VecDeque<Timestamp>,
    points: VecDeque<(Timestamp, u64)>,
    points_sum: u64,
    pub(super) limited_until: Option<Timestamp>,
}

impl Meter {
    /// The hour of `login` as of now.
    pub(super) fn window(&mut self, login: &str, now: Timestamp) -> &mut Window {
        let fresh = Window {
            used: 0,
            reset: now + HOUR,
        };
        let window = self.windows.entry(login.to_owned()).or_insert(fresh);
        if window.reset <= now {
            *window = fresh;
        }
        window
    }

    /// Counts a request against the secondary limits. Those that it breaks; the first is the reason of a refusal.
    pub(super) fn secondary(&mut self, writes: bool, knobs: &Knobs, now: Timestamp) -> Vec<Broken> {
        let mut broken = vec![];
        if self.limited_until.is_some_and(|until| now < until) {
            broken.push(Broken::TooEarly);
            return broken;
        }
        while self
            .points
            .front()
            .is_some_and(|(at, _)| *at + MINUTE <= now)
        {
            self.points_sum -= self.points.pop_front().map_or(0, |(_, points)| points);
        }
        let points = POINTS[usize::from(writes)];
        if self.points_sum + points > POINTS_A_MINUTE {
            broken.push(Broken::Points);
        }
        if writes {
            while self.writes.front().is_some_and(|at| *at + HOUR <= now) {
                self.writes.pop_front();
            }
            if self.writes.len() >= WRITES_AN_HOUR {
                broken.push(Broken::WritesAnHour);
            }
            let recent = self.writes.iter().rev().take(WRITES_A_MINUTE);
            let in_minute = recent.filter(|at| **at + MINUTE > now).count();
            if in_minute >= WRITES_A_MINUTE {
                broken.push(Broken::WritesAMinute);
            }
            if self.writes.back().is_some_and(|at| *at + SECOND > now) {
                broken.push(Broken::Hasty);
            }
        }
        let refuses = |b: &Broken| *b != Broken::Hasty || knobs.refuse_hasty_writes;
        if knobs.secondary_limits && broken.iter().any(refuses) {
            self.limit(knobs.retry_after, now);
            return broken;
        }
        self.points.push_back((now, points));
        self.points_sum += points;
        if writes {
            self.writes.push_back(now);
        }
        broken
    }

    /// Whether the request that broke these is refused.
    pub(super) fn refuses(broken: &[Broken], knobs: &Knobs) -> bool {
        let refuses = |b: &Broken| match b {
            Broken::Hasty => knobs.refuse_hasty_writes && knobs.secondary_limits,
            Broken::TooEarly => true,
            _ => knobs.secondary_limits,
        };
        broken.iter().any(refuses)
    }

    /// Lets no request through for so many seconds.
    pub(super) fn limit(&mut self, seconds: u64, now: Timestamp) {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX / 2);
        let until = now.checked_add(SignedDuration::from_secs(seconds));
        self.limited_until = Some(until.unwrap_or(Timestamp::MAX));
    }
}
