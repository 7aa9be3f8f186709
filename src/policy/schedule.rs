//! When a scheduled or a recurring issue is due.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::still_ahead;
use crate::domain::{Cron, SCHEDULE_MIN, Schedule};

/// How long a recurring issue rests after a merge, and from the start of one run to that of the next.
pub const RECURRING_PAUSE: Duration = Duration::from_hours(1);

/// Farthest that a clock is set back without anything being wrong with it.
const STEP_BACK_MAX: SignedDuration = SignedDuration::from_mins(1);
/// Days that are looked at for the next time of cron: the 29th of a February on one day of the week may be 40 years away.
const DAYS_MAX: u32 = 366 * 41;

/// Until when a scheduled issue waits; `None`: it is due. `approved` is when its text was, `started` when its last run
/// began. However many times have passed, it is due once. A start that lies in the future is a mistake of the clock, and
/// counts as due.
pub fn scheduled_due(
    schedule: &Schedule,
    approved: Option<Timestamp>,
    started: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let past = |at: &Timestamp| at.duration_since(now) <= STEP_BACK_MAX;
    let approved = approved.filter(past);
    let started = match started {
        Some(at) if !past(&at) => return None,
        started => started,
    };
    // Approved anew, it is as if it had never run: its schedule may be another one.
    let ran = started.filter(|at| approved.is_none_or(|approved| approved <= *at));
    let next = match (schedule, ran) {
        (Schedule::Every(_), None) => started.map_or(now, |at| later(at, SCHEDULE_MIN)),
        (Schedule::Every(period), Some(at)) => later(at, *period),
        (Schedule::Cron(cron), _) => {
            let since = ran.or(approved).unwrap_or(now);
            let tick = next_of(cron, since)?;
            started.map_or(tick, |at| tick.max(later(at, SCHEDULE_MIN)))
        }
    };
    (next > now).then_some(next)
}

/// Until when a recurring issue rests; `None`: it is due. `merged` is when its last pull request was, by the forge's clock,
/// `started` when its last run began, by acp's. A time further ahead than a rest can last is a mistake of the clock.
pub fn recurring_due(
    merged: Timestamp,
    started: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let rests = [Some(merged), started].into_iter().flatten();
    let ends = rests.map(|at| later(at, RECURRING_PAUSE));
    ends.filter(|at| still_ahead(*at, RECURRING_PAUSE + Duration::from_mins(1), now))
        .max()
}

/// The first time of cron after `since`; `None`: none comes.
fn next_of(cron: &Cron, since: Timestamp) -> Option<Timestamp> {
    let since = since.to_zoned(TimeZone::UTC).datetime();
    let mut date = since.date();
    for _ in 0..DAYS_MAX {
        let weekday = date.weekday().to_sunday_zero_offset();
        let [month, day, weekday] =
            [date.month(), date.day(), weekday].map(|part| u32::try_from(part).unwrap_or(0));
        if cron.has_day(month, day, weekday) {
            for minute in 0..24 * 60_u32 {
                if !cron.has_time(minute / 60, minute % 60) {
                    continue;
                }
                let at = date
                    .at(0, 0, 0, 0)
                    .checked_add(i64::from(minute).minutes())
                    .ok()?;
                if at > since {
                    return Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp());
                }
            }
        }
        date = date.tomorrow().ok()?;
    }
    None
}

fn later(from: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    from.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
