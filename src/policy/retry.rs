//! Waits after failures, and when a wait is over.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Cooldown, ItemId, Retry, RetryRules, Run, RunId};

/// How far a wait may lie from its entry in the table, in percent, so that items that failed together do not come back
/// together.
const JITTER_PERCENT: u128 = 10;
/// Launches in a row that die before their agent begins, from which on each counts as a failure.
const DEAD_LAUNCHES_MAX: u32 = 3;
/// Runs in a row that their agent's trouble ended, from which on each counts as a failure.
const EXCUSES_MAX: u32 = 12;
/// Farthest that a clock is set back without anything being wrong with it.
const STEP_BACK_MAX: Duration = Duration::from_mins(1);
/// Wait after one that does not count; never longer than the wait after a failure.
const DEAD_LAUNCH_WAIT: Duration = Duration::from_secs(10);
/// Wait where a profile's table is empty: the first entry of the built-in table.
const DELAY_DEFAULT: Duration = Duration::from_mins(5);

/// The wait after so many failures in a row: the table's entry (its last one repeats) within ±10 %, the same for the same
/// seed. No failure, no wait.
pub fn delay(failures: u32, rules: &RetryRules, seed: u64) -> Duration {
    let Some(index) = failures.checked_sub(1) else {
        return Duration::ZERO;
    };
    let last = rules.delays.len().saturating_sub(1);
    let index = usize::try_from(index).unwrap_or(usize::MAX).min(last);
    let entry = rules.delays.get(index).copied().unwrap_or(DELAY_DEFAULT);
    jittered(entry, mix(seed ^ u64::from(failures)))
}

/// `entry` times 0.9 to 1.1, in whole milliseconds.
fn jittered(entry: Duration, random: u64) -> Duration {
    let entry = entry.as_millis();
    let spread = entry.saturating_mul(JITTER_PERCENT) / 100;
    let offset = u128::from(random) % spread.saturating_mul(2).saturating_add(1);
    let millis = (entry - spread).saturating_add(offset);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

/// The longest wait that the rules can give.
fn delay_max(rules: &RetryRules) -> Duration {
    let longest = rules.delays.iter().max().copied().unwrap_or(DELAY_DEFAULT);
    with_jitter(longest)
}

fn with_jitter(wait: Duration) -> Duration {
    wait.saturating_add(wait / 10)
}

/// The finaliser of `SplitMix64`: every bit of the result depends on every bit of the input.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One seed for each run, so that items that fail in one pass get different waits.
fn seed_of(run: &RunId, seed: u64) -> u64 {
    let bytes = run.as_str().bytes();
    bytes.fold(seed, |seed, byte| mix(seed ^ u64::from(byte)))
}

/// The record after `run` failed. Counting a run again changes nothing, nor does counting one from before the last.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a plain value of the one call that judges a run"
)]
pub fn after_failure(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    reason: String,
    rules: &RetryRules,
    now: Timestamp,
    seed: u64,
) -> Retry {
    let previous = previous.filter(|retry| retry.item == item);
    if let Some(counted) = previous.filter(|retry| is_counted(retry, run, attempt)) {
        return counted.clone();
    }
    let failures = previous.map_or(0, |retry| retry.failures).saturating_add(1);
    let blocked = failures >= rules.attempts_max || previous.is_some_and(|retry| retry.blocked);
    let wait = delay(failures, rules, seed_of(run, seed));
    Retry {
        failures,
        reason: Some(reason),
        next: (!blocked).then(|| later(now, wait)),
        blocked,
        avoid: previous.map_or_else(BTreeSet::new, |retry| retry.avoid.clone()),
        ..settled(previous, run, item, attempt, now)
    }
}

/// The record after a launch died before its agent began. The first few in a row are no failures and wait only briefly;
/// then each counts as one, so that what always dies does not do so for ever.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a plain value of the one call that judges a run"
)]
pub fn after_dead_launch(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    reason: String,
    rules: &RetryRules,
    now: Timestamp,
    seed: u64,
) -> Retry {
    let previous = previous.filter(|retry| retry.item == item);
    if let Some(counted) = previous.filter(|retry| is_counted(retry, run, attempt)) {
        return counted.clone();
    }
    let dead = previous
        .map_or(0, |retry| retry.dead_launches)
        .saturating_add(1);
    if dead >= DEAD_LAUNCHES_MAX {
        let counted = after_failure(previous, run, item, attempt, reason, rules, now, seed);
        return Retry {
            dead_launches: dead,
            excuses: previous.map_or(0, |retry| retry.excuses),
            ..counted
        };
    }
    let wait = delay(1, rules, seed_of(run, seed)).min(DEAD_LAUNCH_WAIT);
    Retry {
        failures: previous.map_or(0, |retry| retry.failures),
        reason: Some(reason),
        next: Some(later(now, wait)),
        blocked: previous.is_some_and(|retry| retry.blocked),
        label_seen: previous.is_some_and(|retry| retry.label_seen),
        dead_launches: dead,
        excuses: previous.map_or(0, |retry| retry.excuses),
        avoid: previous.map_or_else(BTreeSet::new, |retry| retry.avoid.clone()),
        ..settled(previous, run, item, attempt, now)
    }
}

/// The record after what an agent would be asked about an item could not be read: no run began. The item waits, so that
/// others take its place; from the third time in a row on each counts as a failure. It is never given up for that alone,
/// because nothing was tried.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a plain value of the one call that could not begin"
)]
pub fn after_unread(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    reason: String,
    rules: &RetryRules,
    now: Timestamp,
    seed: u64,
) -> Retry {
    let previous = previous.filter(|retry| retry.item == item);
    let counted = after_dead_launch(previous, run, item, attempt, reason, rules, now, seed);
    let failures = counted
        .failures
        .min(rules.attempts_max.saturating_sub(1))
        .max(previous.map_or(0, |retry| retry.failures));
    let wait = delay(failures.max(1), rules, seed_of(run, seed));
    Retry {
        // No number was used up, and no run is there to be counted again.
        attempt: previous.map_or(attempt.saturating_sub(1), |retry| retry.attempt),
        last_run: previous.and_then(|retry| retry.last_run.clone()),
        failures,
        next: Some(later(now, wait)),
        blocked: previous.is_some_and(|retry| retry.blocked),
        label_seen: previous.is_some_and(|retry| retry.label_seen),
        ..counted
    }
}

/// The record after `run` failed for a reason that the item has nothing to do with: no failure and no wait, because the
/// agent sleeps instead. After many in a row each counts as one, so that nothing is tried for ever.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a plain value of the one call that judges a run"
)]
pub fn after_excuse(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    reason: String,
    rules: &RetryRules,
    now: Timestamp,
    seed: u64,
) -> Retry {
    let previous = previous.filter(|retry| retry.item == item);
    if let Some(counted) = previous.filter(|retry| is_counted(retry, run, attempt)) {
        return counted.clone();
    }
    let excuses = previous.map_or(0, |retry| retry.excuses).saturating_add(1);
    if excuses >= EXCUSES_MAX {
        let counted = after_failure(previous, run, item, attempt, reason, rules, now, seed);
        return Retry { excuses, ..counted };
    }
    Retry {
        failures: previous.map_or(0, |retry| retry.failures),
        reason: Some(reason),
        blocked: previous.is_some_and(|retry| retry.blocked),
        label_seen: previous.is_some_and(|retry| retry.label_seen),
        excuses,
        avoid: previous.map_or_else(BTreeSet::new, |retry| retry.avoid.clone()),
        ..settled(previous, run, item, attempt, now)
    }
}

/// Whether trouble of its agent is no failure of the item, once more: it is, unless it has been so too often.
pub fn may_excuse(retry: Option<&Retry>, run: &Run) -> bool {
    let excuses = |retry: &Retry| {
        let is_new = !is_counted(retry, &run.id, run.attempt);
        retry.excuses.saturating_add(u32::from(is_new))
    };
    retry.map_or(1, excuses) < EXCUSES_MAX
}

/// Whether the last run of an item failed without that being a failure of the item.
pub fn is_excused(retry: &Retry) -> bool {
    (1..EXCUSES_MAX).contains(&retry.excuses)
}

/// The record after `run` succeeded: no failures, no wait. Counting a run again changes nothing.
pub fn after_success(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    now: Timestamp,
) -> Retry {
    let previous = previous.filter(|retry| retry.item == item);
    match previous.filter(|retry| is_counted(retry, run, attempt)) {
        Some(counted) => counted.clone(),
        None => settled(previous, run, item, attempt, now),
    }
}

/// Attempts of an item only grow, so one below the last that was counted has been counted too.
fn is_counted(retry: &Retry, run: &RunId, attempt: u32) -> bool {
    let counted = retry.last_run.as_ref();
    counted.is_some_and(|last| last == run || attempt < retry.attempt)
}

fn settled(
    previous: Option<&Retry>,
    run: &RunId,
    item: ItemId,
    attempt: u32,
    now: Timestamp,
) -> Retry {
    let used = previous.map(Retry::used).unwrap_or_default();
    Retry {
        item,
        attempt: previous.map_or(attempt, |retry| retry.attempt.max(attempt)),
        failures: 0,
        last_run: Some(run.clone()),
        reason: None,
        next: None,
        set: now,
        blocked: false,
        label_seen: false,
        fixes: previous.map_or(0, |retry| retry.fixes),
        repair_answered: previous.is_some_and(|retry| retry.repair_answered),
        dropped: false,
        dead_launches: 0,
        excuses: 0,
        usd_micros: used.usd_micros,
        tokens: used.tokens,
        runs: used.runs,
        avoid: BTreeSet::new(),
        started: previous.and_then(|retry| retry.started),
        alert: previous.and_then(|retry| retry.alert.clone()),
    }
}

/// Until when an item waits; `None` when it is due. A wait that no rule can have set counts as due: the clock went back,
/// or the profile's table became shorter.
pub fn due(retry: &Retry, rules: &RetryRules, now: Timestamp) -> Option<Timestamp> {
    wait_until(retry.next?, retry.set, delay_max(rules), now)
}

/// Until when something cools down; `None` when it is over, when it lies further ahead than `max` allows, or when the
/// clock has gone back since it was set: then nobody knows how much of it is left.
pub fn cooldown_due(cooldown: &Cooldown, max: Duration, now: Timestamp) -> Option<Timestamp> {
    if cooldown.set > later(now, STEP_BACK_MAX) {
        return None;
    }
    wait_until(cooldown.until, cooldown.set, with_jitter(max), now)
}

/// Whether a time that was set to lie at most `max` ahead is still to come. One further ahead than that is a mistake of
/// the clock, and over.
pub fn still_ahead(at: Timestamp, max: Duration, now: Timestamp) -> bool {
    at > now && at <= later(now, max)
}

fn wait_until(next: Timestamp, set: Timestamp, max: Duration, now: Timestamp) -> Option<Timestamp> {
    let possible = next <= later(set, max) && next <= later(now, max);
    (next > now && possible).then_some(next)
}

fn later(from: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    from.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
