use super::*;
use crate::policy::testing::time;
use proptest::prelude::*;

const ITEM: ItemId = ItemId::issue(12);

fn rules() -> RetryRules {
    RetryRules {
        delays: [5, 15, 30, 60].map(Duration::from_mins).to_vec(),
        attempts_max: 6,
        resumes_max: 0,
    }
}

fn now() -> Timestamp {
    time("2026-11-21T03:15:02Z")
}

fn run(attempt: u32) -> RunId {
    RunId::new(now(), ITEM, attempt)
}

fn fail(previous: Option<&Retry>, attempt: u32) -> Retry {
    let reason = format!("failure {attempt}");
    after_failure(
        previous,
        &run(attempt),
        ITEM,
        attempt,
        reason,
        &rules(),
        now(),
        7,
    )
}

#[test]
fn the_table_is_followed_and_its_last_entry_repeats() {
    for (failures, minutes) in [
        (0, 0),
        (1, 5),
        (2, 15),
        (3, 30),
        (4, 60),
        (5, 60),
        (u32::MAX, 60),
    ] {
        let entry = Duration::from_mins(minutes);
        let wait = delay(failures, &rules(), 1);
        assert!(
            wait >= entry * 9 / 10 && wait <= entry * 11 / 10,
            "{failures}: {wait:?}"
        );
    }
    let empty = RetryRules {
        delays: Vec::new(),
        attempts_max: 1,
        resumes_max: 0,
    };
    assert!(delay(3, &empty, 1) >= DELAY_DEFAULT * 9 / 10);
}

#[test]
fn failures_add_up_until_the_item_is_blocked() {
    let mut retry = None;
    for attempt in 1..=6 {
        let next = fail(retry.as_ref(), attempt);
        assert_eq!((next.failures, next.attempt), (attempt, attempt));
        assert_eq!(next.blocked, attempt == 6);
        assert_eq!(next.next.is_none(), next.blocked);
        assert_eq!(next.reason, Some(format!("failure {attempt}")));
        retry = Some(next);
    }
    let good = after_success(retry.as_ref(), &run(7), ITEM, 7, now());
    assert_eq!(
        (good.failures, good.blocked, good.next, good.attempt),
        (0, false, None, 7)
    );
}

#[test]
fn a_run_is_counted_once_whenever_it_is_counted_again() {
    let first = fail(None, 1);
    assert_eq!(fail(Some(&first), 1), first);
    let second = fail(Some(&first), 2);
    assert_eq!(fail(Some(&second), 1), second, "an older run");
    assert_eq!(
        after_success(Some(&second), &run(2), ITEM, 2, now()),
        second
    );
    let other = ItemId::issue(13);
    let elsewhere = after_failure(
        Some(&second),
        &run(1),
        other,
        1,
        String::new(),
        &rules(),
        now(),
        7,
    );
    assert_eq!((elsewhere.item, elsewhere.failures), (other, 1));
}

#[test]
fn fixes_and_the_attempt_outlive_every_end() {
    let mut retry = fail(None, 4);
    retry.fixes = 2;
    assert_eq!(fail(Some(&retry), 5).fixes, 2);
    assert_eq!(
        after_success(Some(&retry), &run(5), ITEM, 5, now()).fixes,
        2
    );
    retry.last_run = None;
    assert_eq!(fail(Some(&retry), 3).attempt, 4);
}

#[test]
fn a_wait_ends_at_its_time_or_when_no_rule_can_have_set_it() {
    let minutes = |n: i64| now() + SignedDuration::from_mins(n);
    let retry = |set: i64, next: i64| Retry {
        next: Some(minutes(next)),
        set: minutes(set),
        ..fail(None, 1)
    };
    for (set, next, waits) in [
        (0, 5, true),
        (-5, 0, false),
        (-5, -1, false),
        (0, 66, true),
        (0, 67, false),
        (-60, 6, true),
        (-60, 7, false),
        (60, 66, true),
        (90, 95, false),
        (100_000, 100_005, false),
    ] {
        let expected = waits.then(|| minutes(next));
        assert_eq!(
            due(&retry(set, next), &rules(), now()),
            expected,
            "set {set}, next {next}"
        );
    }
    assert_eq!(
        due(
            &Retry {
                next: None,
                ..retry(0, 5)
            },
            &rules(),
            now()
        ),
        None
    );
}

#[test]
fn a_cooldown_ends_at_its_time_or_beyond_its_bound() {
    let cooldown = |seconds: i64| {
        let until = now() + SignedDuration::from_secs(seconds);
        Cooldown::new("forge".to_owned(), until, String::new(), now())
    };
    let due = |seconds| cooldown_due(&cooldown(seconds), Duration::from_hours(1), now());
    assert_eq!(due(0), None);
    assert_eq!(due(3600), Some(cooldown(3600).until));
    assert_eq!(due(3960), Some(cooldown(3960).until));
    assert_eq!(due(3961), None);
    let forever = cooldown_due(&cooldown(9_999_999), Duration::MAX, now());
    assert_eq!(forever, Some(cooldown(9_999_999).until));
}

proptest! {
    #[test]
    fn a_wait_is_within_a_tenth_of_its_entry_and_repeats(
        seconds in prop::collection::vec(0..1_000_000_u64, 1..6),
        failures in 1..20_u32,
        seed in any::<u64>(),
    ) {
        let delays: Vec<Duration> = seconds.into_iter().map(Duration::from_secs).collect();
        let rules = RetryRules { delays: delays.clone(), attempts_max: 6, resumes_max: 0 };
        let entry = delays[(failures as usize - 1).min(delays.len() - 1)];
        let wait = delay(failures, &rules, seed);
        prop_assert!(wait * 10 >= entry * 9 && wait * 10 <= entry * 11);
        prop_assert_eq!(wait, delay(failures, &rules, seed));
        prop_assert!(wait <= delay_max(&rules));
    }

    /// What a failure sets is waited for, to the end, and counting it again later changes nothing.
    #[test]
    fn what_a_failure_sets_is_waited_for(failures in 0..5_u32, seed in any::<u64>(), later_secs in 0..10_000_i64) {
        let mut retry = fail(None, 1);
        retry.failures = failures;
        let next = after_failure(Some(&retry), &run(2), ITEM, 2, String::new(), &rules(), now(), seed);
        let until = next.next;
        prop_assert_eq!(due(&next, &rules(), now()), until.filter(|_| !next.blocked));
        if let Some(until) = until {
            prop_assert_eq!(due(&next, &rules(), until), None);
        }
        let then = now() + SignedDuration::from_secs(later_secs);
        let again = after_failure(Some(&next), &run(2), ITEM, 2, "other".to_owned(), &rules(), then, !seed);
        prop_assert_eq!(again, next);
    }

    #[test]
    fn no_durations_or_times_overflow(secs in any::<u64>(), failures in any::<u32>(), at in any::<i64>()) {
        let rules = RetryRules { delays: vec![Duration::from_secs(secs)], attempts_max: u32::MAX, resumes_max: 0 };
        let now = Timestamp::from_second(at % 100_000_000_000).unwrap_or(Timestamp::MAX);
        let mut retry = fail(None, 1);
        retry.failures = failures;
        let next = after_failure(Some(&retry), &run(2), ITEM, 2, String::new(), &rules, now, 1);
        due(&next, &rules, now);
    }
}

fn die(previous: Option<&Retry>, attempt: u32) -> Retry {
    let reason = "its supervisor died".to_owned();
    let rules = rules();
    after_dead_launch(
        previous,
        &run(attempt),
        ITEM,
        attempt,
        reason,
        &rules,
        now(),
        7,
    )
}

/// Two in a row cost nothing but a moment; from the third on each counts, so there is an end.
#[test]
fn launches_that_die_count_only_when_they_always_do() {
    let first = die(None, 1);
    let second = die(Some(&first), 2);
    for dead in [&first, &second] {
        assert_eq!((dead.failures, dead.blocked), (0, false));
        let wait = due(dead, &rules(), now()).unwrap().duration_since(now());
        assert!(
            wait <= SignedDuration::from_secs(10) && wait.is_positive(),
            "{wait}"
        );
    }
    let mut last = die(Some(&second), 3);
    assert_eq!((last.failures, last.dead_launches), (1, 3));
    let wait = due(&last, &rules(), now()).unwrap().duration_since(now());
    assert!(wait >= SignedDuration::from_mins(4), "{wait}");
    for attempt in 4..=8 {
        last = die(Some(&last), attempt);
    }
    assert!(last.blocked, "there is an end to it");
    assert_eq!(die(Some(&second), 2), second, "counted once");
}

#[test]
fn a_launch_that_died_keeps_the_failures_before_it_and_a_run_forgets_it() {
    let failed = fail(None, 1);
    let dead = die(Some(&failed), 2);
    assert_eq!((dead.failures, dead.dead_launches), (1, 1));
    let again = fail(Some(&dead), 3);
    assert_eq!((again.failures, again.dead_launches), (2, 0));
    let done = after_success(Some(&dead), &run(3), ITEM, 3, now());
    assert_eq!((done.failures, done.dead_launches), (0, 0));
}

fn excuse(previous: Option<&Retry>, attempt: u32) -> Retry {
    let reason = "not logged in".to_owned();
    let (id, rules) = (run(attempt), rules());
    after_excuse(previous, &id, ITEM, attempt, reason, &rules, now(), 7)
}

/// An agent that never works again may not start a run of the same item for ever, whatever dies in between.
#[test]
fn trouble_of_the_agent_counts_only_when_it_has_no_end() {
    let mut last = excuse(None, 1);
    for attempt in 2..EXCUSES_MAX {
        last = excuse(Some(&last), attempt);
        assert_eq!(excuse(Some(&last), attempt), last, "counted once");
        assert!(is_excused(&last));
        assert_eq!((last.failures, last.blocked, last.next), (0, false, None));
    }
    last = die(Some(&last), EXCUSES_MAX);
    let mut attempt = EXCUSES_MAX;
    while !last.blocked {
        attempt += 1;
        last = excuse(Some(&last), attempt);
        assert!(!is_excused(&last));
        assert_eq!(last.next.is_none(), last.blocked);
    }
    assert_eq!(last.failures, rules().attempts_max);
    assert_eq!(attempt, EXCUSES_MAX + rules().attempts_max);
    assert_eq!(fail(Some(&excuse(None, 1)), 2).excuses, 0);
    let done = after_success(Some(&excuse(None, 1)), &run(2), ITEM, 2, now());
    assert_eq!(done.excuses, 0);
}
