//! Whether passes come as often as their timer promises.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What is known of the passes of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beats {
    /// From one pass to the next.
    pub every: Duration,
    /// When the timer was set going, if it is.
    pub since: Timestamp,
    /// When the last pass began and ended.
    pub last: Option<(Timestamp, Timestamp)>,
    /// Since when a pass is under way.
    pub running: Option<Timestamp>,
    /// The moment to judge.
    pub now: Timestamp,
}

/// How the passes keep time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// How many whole periods went by without a pass since the last one: the machine slept, or the timer does not run.
    pub missed: u64,
    /// How long the last pass took, or the one under way has taken, when that is longer than the period.
    pub overran: Option<Duration>,
    /// When the next pass is due; in the past when it is late, `None` while one is under way.
    pub next: Option<Timestamp>,
}

/// Judges the passes of a timer. A period more than one has to be over before a pass counts as missed, since timers are late
/// by a part of a period. What lies ahead of the clock counts as now.
pub fn rhythm(beats: &Beats) -> Rhythm {
    let Beats { every, now, .. } = *beats;
    let before = |at: Timestamp| at.min(now);
    let ended = beats
        .last
        .map_or(beats.since, |(_, ended)| ended.max(beats.since));
    let silent_from = before(ended);
    let silent_to = beats.running.map_or(now, before).max(silent_from);
    let silence = millis(silent_to.duration_since(silent_from));
    let every_ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX).max(1);
    let took =
        |from: Timestamp, to: Timestamp| Duration::from_millis(millis(to.duration_since(from)));
    let length = match (beats.running, beats.last) {
        (Some(began), _) => Some(took(before(began), now)),
        (None, Some((began, ended))) => Some(took(began, ended)),
        (None, None) => None,
    };
    let step = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    Rhythm {
        missed: (silence / every_ms).saturating_sub(1),
        overran: length.filter(|length| *length > every),
        next: match beats.running {
            Some(_) => None,
            None => Some(silent_from.checked_add(step).unwrap_or(Timestamp::MAX)),
        },
    }
}

fn millis(span: SignedDuration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn judged(last: Option<(i64, i64)>, running: Option<i64>, now: i64) -> Rhythm {
        rhythm(&Beats {
            every: Duration::from_mins(1),
            since: at(0),
            last: last.map(|(began, ended)| (at(began), at(ended))),
            running: running.map(at),
            now: at(now),
        })
    }

    #[test]
    fn a_pass_is_missed_when_a_whole_period_more_went_by() {
        for (now, missed) in [(30, 0), (60, 0), (119, 0), (120, 1), (179, 1), (600, 9)] {
            assert_eq!(judged(None, None, now).missed, missed, "{now}");
        }
        let calm = judged(Some((1000, 1002)), None, 1030);
        assert_eq!((calm.missed, calm.overran), (0, None));
        assert_eq!(calm.next, Some(at(1062)));
        // A night of sleep.
        assert_eq!(judged(Some((1000, 1002)), None, 1002 + 36_000).missed, 599);
        // A pass from before the timer says nothing about the timer.
        assert_eq!(judged(Some((-9000, -8990)), None, 60).missed, 0);
    }

    #[test]
    fn a_pass_that_outlasts_its_period_is_told_and_misses_nothing() {
        let long = judged(Some((1000, 1090)), None, 1100);
        assert_eq!(long.overran, Some(Duration::from_secs(90)));
        assert_eq!(long.missed, 0);
        let under_way = judged(Some((1000, 1002)), Some(1062), 1262);
        assert_eq!(under_way.overran, Some(Duration::from_secs(200)));
        assert_eq!((under_way.missed, under_way.next), (0, None));
        assert_eq!(judged(None, Some(10), 20).overran, None);
    }

    #[test]
    fn a_clock_that_went_back_frightens_nobody() {
        let back = judged(Some((9000, 9001)), None, 100);
        assert_eq!((back.missed, back.overran), (0, None));
        assert_eq!(back.next, Some(at(160)));
        assert_eq!(judged(Some((10, 11)), Some(900), 100).overran, None);
    }
}
