//! Stretches in which no pass ran: the machine may have slept, or nobody started one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How much of a stretch without a pass counts as time in which the machine was awake.
const AWAKE_MAX: SignedDuration = SignedDuration::from_mins(10);

/// How many stretches are remembered: those of more than a day where a pass runs each hour.
const GAPS_KEPT: usize = 32;

/// One stretch that is longer than the machine surely was awake for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The end of the last pass before it.
    pub from: Timestamp,
    /// The begin of the first pass after it.
    pub to: Timestamp,
}

impl Gap {
    /// The gaps that are known at `now`, when the last pass ended at `ended` and knew of `before`.
    pub fn noted(before: &[Self], ended: Timestamp, now: Timestamp) -> Vec<Self> {
        let mut gaps = before.to_vec();
        if now.duration_since(ended) > AWAKE_MAX {
            gaps.push(Self {
                from: ended,
                to: now,
            });
        }
        let first = gaps.len().saturating_sub(GAPS_KEPT);
        gaps.split_off(first)
    }

    /// How much of the time from `begin` to `end` the machine may have slept. Each gap leaves a little, so that what is
    /// stuck is found in the end however seldom passes run.
    pub fn slept(gaps: &[Self], begin: Timestamp, end: Timestamp) -> SignedDuration {
        let within = |gap: &Self| {
            let length = gap.to.min(end).duration_since(gap.from.max(begin));
            length.saturating_sub(AWAKE_MAX).max(SignedDuration::ZERO)
        };
        let all = gaps.iter().map(within);
        all.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_gap_is_what_no_pass_saw_but_for_a_little_of_it() {
        assert_eq!(Gap::noted(&[], at(0), at(10)), []);
        let one = Gap::noted(&[], at(0), at(100));
        assert_eq!(one.len(), 1);
        let two = Gap::noted(&one, at(101), at(161));
        let slept = |begin, end| Gap::slept(&two, at(begin), at(end)).as_mins();
        assert_eq!(slept(-50, 200), 140);
        assert_eq!(slept(50, 200), 90, "it began in the first");
        assert_eq!(slept(95, 100), 0);
        assert_eq!(slept(170, 200), 0);
        assert_eq!(
            Gap::noted(&two, at(500), at(400)),
            two,
            "a clock that went back"
        );
        let mut many = vec![];
        for hour in 0..100 {
            many = Gap::noted(&many, at(60 * hour), at(60 * hour + 59));
        }
        assert_eq!((many.len(), many[0].from), (GAPS_KEPT, at(60 * 68)));
    }
}
