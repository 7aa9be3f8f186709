use jiff::tz::TimeZone;

use super::*;
use crate::policy::testing::time;

fn at(minutes: i64) -> Timestamp {
    time("2026-11-21T12:00:00Z") + SignedDuration::from_mins(minutes)
}

fn about(fact: &str, priority: Priority) -> News {
    let (kind, title) = (NewsKind::PersonNeeded, format!("title {fact}"));
    News::new(kind, None, priority, fact, title, String::new())
}

/// Titles that are to be told, with the texts taken out as the pass does it.
fn tell(before: &mut NewsBook, found: &[News], known: bool, minute: i64) -> Vec<String> {
    tell_with(before, found, known, minute, &NotifyRules::default())
}

fn tell_with(
    before: &mut NewsBook,
    found: &[News],
    known: bool,
    minute: i64,
    rules: &NotifyRules,
) -> Vec<String> {
    if let Some(next) = book(before, found, known, rules, at(minute)) {
        assert_ne!(next, *before);
        *before = next;
    }
    let pending = before
        .told
        .values_mut()
        .filter_map(|told| told.pending.take());
    let mut titles: Vec<String> = pending.map(|news| news.title).collect();
    titles.sort();
    titles
}

#[test]
fn what_stays_so_is_told_once_and_writes_nothing_more() {
    let mut known = NewsBook::default();
    let found = [about("a", Priority::High)];
    assert_eq!(tell(&mut known, &found, true, 0), ["title a"]);
    for minute in [1, 29, 31, 60 * 24 * 30] {
        let next = book(&known, &found, true, &NotifyRules::default(), at(minute));
        assert_eq!(next, None, "minute {minute}");
    }
}

#[test]
fn what_comes_back_within_half_an_hour_is_not_told_again() {
    let mut known = NewsBook::default();
    let found = [about("a", Priority::High)];
    assert_eq!(tell(&mut known, &found, true, 0), ["title a"]);
    assert!(tell(&mut known, &[], true, 100).is_empty());
    assert!(tell(&mut known, &found, true, 130).is_empty());
    // It flaps: the half hour counts from its last end.
    assert!(tell(&mut known, &[], true, 140).is_empty());
    assert!(tell(&mut known, &[], true, 169).is_empty());
    assert!(tell(&mut known, &found, true, 170).is_empty());
    assert!(tell(&mut known, &[], true, 180).is_empty());
    assert_eq!(tell(&mut known, &found, true, 211), ["title a"]);
    assert!(tell(&mut known, &[], true, 220).is_empty());
    assert!(tell(&mut known, &[], true, 251).is_empty());
    assert!(known.told.is_empty(), "what is over is forgotten");
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_from_being_told() {
    let mut known = NewsBook::default();
    let found = [about("a", Priority::High)];
    assert_eq!(tell(&mut known, &found, true, 1_000_000), ["title a"]);
    assert!(tell(&mut known, &[], true, 1_000_001).is_empty());
    assert_eq!(tell(&mut known, &found, true, 0), ["title a"]);
}

#[test]
fn while_the_forge_is_away_nothing_is_taken_for_over() {
    let mut known = NewsBook::default();
    let found = [about("a", Priority::High)];
    assert_eq!(tell(&mut known, &found, true, 0), ["title a"]);
    assert!(tell(&mut known, &[], false, 60).is_empty());
    assert!(tell(&mut known, &found, true, 6_000).is_empty());
}

#[test]
fn what_was_decided_and_not_queued_stays_decided() {
    let found = [about("a", Priority::High)];
    let rules = NotifyRules::default();
    let decided = book(&NewsBook::default(), &found, true, &rules, at(0)).unwrap();
    // It is over before the next pass, and that one still finds its text.
    let later = book(&decided, &[], true, &rules, at(90)).unwrap();
    let told = later.told.values().next().unwrap();
    assert_eq!((told.at, told.pending.as_ref()), (at(0), Some(&found[0])));
}

#[test]
fn many_things_at_once_are_one_message_with_the_rest() {
    let mut known = NewsBook::default();
    let many = |count: usize| -> Vec<News> {
        let one = |n: usize| about(&format!("{n:03}"), Priority::High);
        (0..count).map(one).collect()
    };
    assert_eq!(tell(&mut known, &many(5), true, 0).len(), 5);
    let mut known = NewsBook::default();
    let titles = tell(&mut known, &many(100), true, 0);
    assert_eq!(titles.len(), 5, "{titles:?}");
    assert_eq!(titles[0], "96 things at once");
    assert!(tell(&mut known, &many(100), true, 1).is_empty());
    let rest = many(96);
    let several = together(&rest[0], &rest.iter().collect::<Vec<_>>());
    assert_eq!(several.body.lines().count(), LINES_MAX + 1);
    assert!(several.body.ends_with("and 76 more"));
}

#[test]
fn what_can_wait_is_in_the_digest_when_there_is_one() {
    let found = [about("low", Priority::Low), about("high", Priority::High)];
    let mut known = NewsBook::default();
    assert_eq!(
        tell(&mut known, &found, true, 0),
        ["title high", "title low"]
    );
    let rules = NotifyRules {
        digest: Some(8 * 60),
        ..NotifyRules::default()
    };
    let mut known = NewsBook::default();
    assert_eq!(
        tell_with(&mut known, &found, true, 0, &rules),
        ["title high"]
    );
    assert_eq!(known.for_digest, ["title low"]);
    assert!(tell_with(&mut known, &found, true, 1, &rules).is_empty());
    assert_eq!(known.for_digest.len(), 1);
}

#[test]
fn quiet_hours_end_when_they_say_also_on_the_next_day() {
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let until = |from: u16, to: u16, clock: &str| {
        let local = time(&format!("2026-11-21T{clock}:30Z")).to_zoned(zone.clone());
        quiet_until(Some(QuietHours { from, to }), &local).map(|at| at.to_string())
    };
    let (ten, seven) = (22 * 60, 7 * 60);
    // 19:59 in UTC is 21:59 there.
    assert_eq!(until(ten, seven, "19:59"), None);
    let morning = |day: u32| Some(format!("2026-11-{day}T05:00:00Z"));
    assert_eq!(until(ten, seven, "20:00"), morning(22));
    assert_eq!(
        until(ten, seven, "22:30"),
        morning(22),
        "after midnight there"
    );
    assert_eq!(until(ten, seven, "04:59"), morning(21));
    assert_eq!(until(ten, seven, "05:00"), None);
    // Within one day.
    assert_eq!(
        until(13 * 60, 14 * 60, "11:00"),
        Some("2026-11-21T12:00:00Z".to_owned())
    );
    assert_eq!(until(13 * 60, 14 * 60, "12:00"), None);
    let local = at(0).to_zoned(zone.clone());
    assert_eq!(quiet_until(None, &local), None);
}

/// A night in which the clocks are changed, one way and the other: the end is still ahead.
#[test]
fn quiet_hours_end_in_nights_with_another_length_too() {
    let Ok(zone) = TimeZone::get("Europe/Berlin") else {
        return;
    };
    for night in ["2026-03-28T23:30:00Z", "2026-10-24T22:30:00Z"] {
        let local = time(night).to_zoned(zone.clone());
        let quiet = QuietHours {
            from: 22 * 60,
            to: 2 * 60 + 30,
        };
        let end = quiet_until(Some(quiet), &local).unwrap();
        let wait = end.duration_since(local.timestamp());
        assert!(
            wait > SignedDuration::ZERO && wait < SignedDuration::from_hours(6),
            "{wait}"
        );
    }
}

#[test]
fn time_in_which_nobody_looked_is_no_standstill() {
    let (early, now) = (Some(at(0)), at(600));
    let moved =
        |before, looked: Option<i64>, moves| last_moved(before, looked.map(at), moves, None, now);
    assert_eq!(moved(early, Some(599), false), at(0));
    assert_eq!(moved(early, Some(599), true), now);
    assert_eq!(moved(early, Some(500), false), now, "the machine slept");
    assert_eq!(moved(early, None, false), now);
    assert_eq!(moved(None, Some(599), false), now);
    assert_eq!(
        moved(Some(at(601)), Some(599), false),
        now,
        "the clock went back"
    );
    assert_eq!(moved(early, Some(700), false), now);
}

/// A timer may be slower than once an hour: who looks each time it is due has missed nothing.
#[test]
fn a_slow_timer_sees_a_standstill_too() {
    let (before, now) = (Some(at(0)), at(600));
    let moved = |looked: i64, hours: u64| {
        let period = std::time::Duration::from_hours(hours);
        last_moved(before, Some(at(looked)), false, Some(period), now)
    };
    assert_eq!(moved(600 - 121, 1), now);
    assert_eq!(moved(600 - 121, 2), at(0));
    assert_eq!(moved(600 - 239, 2), at(0));
    assert_eq!(moved(600 - 241, 2), now, "the machine slept");
    assert_eq!(moved(600 - 59, 0), at(0));
    assert_eq!(moved(600 - 599, u64::MAX / 3600), at(0));
}

fn digest_at(made: Option<&str>, clock: &str) -> Option<String> {
    let local = time(clock).to_zoned(TimeZone::UTC);
    due_digest(made, 23 * 60 + 58, &local)
}

#[test]
fn a_digest_late_in_the_day_needs_no_pass_before_midnight() {
    let made = |day: &str| Some(format!("2026-11-{day}"));
    let (late, early) = ("2026-11-22T23:58:00Z", "2026-11-22T00:03:00Z");
    assert_eq!(digest_at(Some("2026-11-20"), early), made("21"));
    assert_eq!(digest_at(Some("2026-11-21"), early), None);
    assert_eq!(digest_at(Some("2026-11-21"), "2026-11-22T23:57:59Z"), None);
    assert_eq!(digest_at(Some("2026-11-21"), late), made("22"));
    assert_eq!(digest_at(Some("2026-11-22"), late), None);
    // The time of the day was moved after today's.
    assert_eq!(digest_at(Some("2026-11-22"), early), None);
    assert_eq!(
        digest_at(Some("2027-01-01"), early),
        made("21"),
        "the clock went back"
    );
    assert_eq!(digest_at(None, late), made("22"));
    assert_eq!(digest_at(None, early), None);
}

/// Passes that never fall between the time and midnight have digests all the same, from the first day on.
#[test]
fn digests_begin_on_the_day_on_which_they_are_wanted() {
    let rules = NotifyRules {
        digest: Some(23 * 60 + 58),
        ..NotifyRules::default()
    };
    let first = time("2026-11-21T14:00:00Z").to_zoned(TimeZone::UTC);
    let begins = digests_begin(&NewsBook::default(), &rules, &first);
    assert_eq!(begins.as_deref(), Some("2026-11-20"));
    let next = digest_at(begins.as_deref(), "2026-11-22T00:03:00Z");
    assert_eq!(next.as_deref(), Some("2026-11-21"));
    let begun = NewsBook {
        digest_day: begins,
        ..NewsBook::default()
    };
    assert_eq!(digests_begin(&begun, &rules, &first), None);
    let unwanted = NotifyRules::default();
    assert_eq!(digests_begin(&NewsBook::default(), &unwanted, &first), None);
}
