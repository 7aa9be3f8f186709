use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap()
}

/// 21 November 2026, a Saturday, so many minutes after midnight.
fn at(minutes: i64) -> Timestamp {
    let midnight = date(2026, 11, 21).at(0, 0, 0, 0).to_zoned(TimeZone::UTC);
    midnight.unwrap().timestamp() + SignedDuration::from_mins(minutes)
}

#[test]
fn when_a_scheduled_issue_is_due() {
    let every = "every 6h";
    let cron = "0 6 * * *";
    let day = 24 * 60;
    // Schedule, approved, started, now, until when it waits; in minutes.
    for (text, approved, started, now, expected) in [
        (every, Some(0), None, 0, None),
        (every, None, None, 0, None),
        (every, Some(0), Some(10), 11, Some(370)),
        (every, Some(0), Some(10), 369, Some(370)),
        (every, Some(0), Some(10), 370, None),
        // A week was missed: it is due, once.
        (every, Some(0), Some(10), 7 * day, None),
        (
            every,
            Some(0),
            Some(7 * day),
            7 * day + 1,
            Some(7 * day + 360),
        ),
        // Approved anew: at once, but not right after the last one.
        (every, Some(60), Some(10), 60, None),
        (every, Some(11), Some(10), 12, Some(15)),
        (cron, Some(0), None, 0, Some(360)),
        (cron, Some(0), None, 360, None),
        (cron, Some(360), None, 360, Some(360 + day)),
        (cron, Some(0), Some(361), 362, Some(360 + day)),
        (cron, Some(0), Some(361), 30 * day, None),
        // The line was changed after a run, or the last time of today is over.
        (cron, Some(600), Some(10), 600, Some(360 + day)),
        ("* * * * *", Some(0), Some(10), 11, Some(15)),
        (
            "0 0 29 2 *",
            Some(0),
            None,
            0,
            Some((date(2028, 2, 29) - date(2026, 11, 21)).get_days().into()),
        ),
        // The clock went back: an hour is a mistake, half a minute is none.
        (every, Some(0), Some(160), 100, None),
        (cron, Some(0), Some(160), 100, None),
        (every, Some(0), Some(101), 100, Some(461)),
        (every, Some(900), None, 100, None),
        (every, Some(900), Some(100), 101, Some(460)),
    ] {
        let wait = scheduled_due(&schedule(text), approved.map(at), started.map(at), at(now));
        let expected = match text {
            "0 0 29 2 *" => expected.map(|days: i64| at(days * day)),
            _ => expected.map(at),
        };
        assert_eq!(wait, expected, "{text} {approved:?} {started:?} {now}");
    }
}

#[test]
fn when_a_recurring_issue_is_due() {
    for (merged, started, now, expected) in [
        (0, None, 0, Some(60)),
        (0, None, 60, None),
        (0, Some(30), 60, Some(90)),
        (0, Some(-30), 20, Some(60)),
        // One clock is far ahead of the other: the own one still gives a rest.
        (900, Some(0), 10, Some(60)),
        (900, Some(900), 10, None),
    ] {
        let wait = recurring_due(at(merged), started.map(at), at(now));
        assert_eq!(wait, expected.map(at), "{merged} {started:?} {now}");
    }
}

proptest! {
    #[test]
    fn the_next_time_of_cron_is_the_first_that_fits(
        minute in prop_oneof![Just("*"), Just("0"), Just("*/7"), Just("13,59")],
        hour in prop_oneof![Just("*"), Just("6"), Just("22-23"), Just("*/5")],
        day in prop_oneof![Just("*"), Just("1"), Just("*/10"), Just("31")],
        month in prop_oneof![Just("*"), Just("1,3,12")],
        weekday in prop_oneof![Just("*"), Just("mon"), Just("1-5"), Just("7")],
        start in 0_i64..(400 * 24 * 60 * 60),
    ) {
        let Schedule::Cron(cron) = schedule(&format!("{minute} {hour} {day} {month} {weekday}")) else {
            panic!("it is one of cron");
        };
        let since = at(0) + SignedDuration::from_secs(start);
        let fits = |at: Timestamp| {
            let local = at.to_zoned(TimeZone::UTC);
            let weekday = local.weekday().to_sunday_zero_offset();
            let [month, day, weekday, hour, minute] =
                [local.month(), local.day(), weekday, local.hour(), local.minute()]
                    .map(|part| u32::try_from(part).unwrap());
            cron.has_day(month, day, weekday) && cron.has_time(hour, minute)
        };
        let found = next_of(&cron, since).unwrap();
        prop_assert!(found > since && found.as_second() % 60 == 0 && fits(found));
        // None in the week before it, as far back as `since`.
        let mut minute = found - SignedDuration::from_mins(1);
        let from = since.max(found - SignedDuration::from_hours(24 * 7));
        while minute > from {
            prop_assert!(!fits(minute), "{minute} is sooner");
            minute -= SignedDuration::from_mins(1);
        }
    }

    /// Whatever the clock shows, a run that has just started keeps the next one away, and none waits longer than its rule.
    #[test]
    fn a_run_that_has_just_started_is_not_followed_at_once(
        text in prop_oneof![Just("every 5m"), Just("every 3h"), Just("* * * * *"), Just("30 4 * * 1")],
        approved in proptest::option::of(-100_000_i64..100_000),
        now in -100_000_i64..100_000,
    ) {
        let (schedule, now) = (schedule(text), at(now));
        let next = scheduled_due(&schedule, approved.map(at), Some(now), now);
        let next = next.expect("it has just run");
        prop_assert!(next >= now + SignedDuration::from_mins(5));
        if let Schedule::Every(period) = &schedule {
            prop_assert!(next <= now + *period);
        }
        // Once its time has come it stays due for as long as nothing starts.
        for more in [0, 1, 600, 1_000_000] {
            let later = next + SignedDuration::from_mins(more);
            let approved = approved.map(at).filter(|at| *at <= now);
            prop_assert_eq!(scheduled_due(&schedule, approved, Some(now), later), None);
        }
    }

    #[test]
    fn no_hour_has_two_runs_of_a_recurring_issue(merged in -10_000_i64..10_000, now in -10_000_i64..10_000) {
        let next = recurring_due(at(merged), Some(at(now)), at(now));
        prop_assert!(next.expect("it has just run") >= at(now + 60));
    }
}
