//! When an agent sleeps and when it is awake again: limits of accounts and models, and the breaker of a backend.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::consequence::{Consequence, Sleep, consequence};
use super::retry::cooldown_due;
use crate::domain::{
    AgentRules, Cooldown, CooldownChange, Failure, FailureClass, Outcome, Run, RunId, Scope,
};

/// The longest cooldown of an agent: a quota of a week, and a day. One further ahead is a mistake of a clock.
const SLEEP_MAX: Duration = Duration::from_hours(8 * 24);
/// Failures in a row that open a breaker.
const STRIKES: u32 = 3;
/// How long a breaker stays open: the first time, and after each trial that failed; the last one repeats.
const OPEN: &[Duration] = &[
    Duration::from_mins(15),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(4),
];
/// Runs that a cooldown remembers to have counted.
const RUNS_KEPT: usize = 8;

/// Cooldowns by key.
pub type Cooldowns = BTreeMap<String, Cooldown>;

/// Whether an agent may be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awake {
    /// It may.
    Yes,
    /// Its breaker is half open since then: one run may try.
    Trial {
        /// The breaker.
        key: String,
        /// Since when.
        since: Timestamp,
    },
    /// Not before a time.
    No {
        /// The cooldown.
        key: String,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Whether the agent `name` of a profile may be started now; of several reasons against it the one that lasts longest.
pub fn awake(cooldowns: &Cooldowns, agents: &AgentRules, name: &str, now: Timestamp) -> Awake {
    let breaker = agents.breaker_key(name);
    let keys = [
        agents.account_key(name),
        agents.model_key(name),
        breaker.clone(),
    ];
    let asleep = keys.iter().filter_map(|key| {
        let cooldown = cooldowns.get(key).filter(|one| !only_counts(one))?;
        let until = cooldown_due(cooldown, SLEEP_MAX, now)?;
        Some((until, cooldown))
    });
    if let Some((until, cooldown)) = asleep.max_by_key(|(until, _)| *until) {
        return Awake::No {
            key: cooldown.key.clone(),
            until,
            reason: cooldown.reason.clone(),
        };
    }
    match cooldowns.get(&breaker) {
        Some(open) if open.times >= STRIKES => Awake::Trial {
            key: breaker,
            since: open.until,
        },
        _ => Awake::Yes,
    }
}

/// What the end of a run means for its agent. Counting a run again changes nothing, and a success says nothing of a
/// limit that was met after the run began.
pub fn after_run(
    cooldowns: &Cooldowns,
    agents: &AgentRules,
    run: &Run,
    outcome: &Outcome,
    now: Timestamp,
) -> Vec<CooldownChange> {
    match outcome {
        Outcome::Cancelled { .. } => vec![],
        Outcome::Failed(failure) => {
            let follows = consequence(failure.class);
            if !began(failure.class) {
                return vec![];
            }
            if follows.works {
                return after_work(cooldowns, agents, run);
            }
            let mut changes = vec![];
            if let Some(sleep) = follows.sleep {
                changes.extend(after_limit(cooldowns, agents, run, (failure, sleep), now));
            }
            changes.extend(after_strike(
                cooldowns,
                agents,
                run,
                (failure, follows),
                now,
            ));
            changes
        }
        _ => after_work(cooldowns, agents, run),
    }
}

/// Whether the agent had its chance: not when it never began, nor when the machine went away under it.
fn began(class: FailureClass) -> bool {
    !matches!(
        class,
        FailureClass::LaunchDied | FailureClass::SetupFailed | FailureClass::Interrupted
    )
}

fn after_work(cooldowns: &Cooldowns, agents: &AgentRules, run: &Run) -> Vec<CooldownChange> {
    let name = &run.agent;
    let breaker = agents.breaker_key(name);
    let over = |key: &String| {
        let set = cooldowns.get(key).map(|cooldown| cooldown.set);
        set.is_some_and(|set| *key == breaker || run.created >= set)
    };
    let keys = [
        agents.account_key(name),
        agents.model_key(name),
        breaker.clone(),
    ];
    let over = keys.into_iter().filter(over);
    over.map(|key| CooldownChange::Clear { key }).collect()
}

fn after_limit(
    cooldowns: &Cooldowns,
    agents: &AgentRules,
    run: &Run,
    (failure, sleep): (&Failure, Sleep),
    now: Timestamp,
) -> Option<CooldownChange> {
    let key = match failure.scope.unwrap_or(sleep.scope) {
        Scope::Account => agents.account_key(&run.agent),
        Scope::Model => agents.model_key(&run.agent),
    };
    let before = cooldowns.get(&key);
    if before.is_some_and(|before| before.runs.contains(&run.id)) {
        return None;
    }
    // Runs that met the same limit side by side have met it once.
    let again = before.is_some_and(|before| run.created < before.set);
    let earlier = before.filter(|before| before.class == Some(failure.class));
    let times = earlier.map_or(1, |before| before.times + u32::from(!again));
    let longest = later(now, SLEEP_MAX);
    let said = failure.reset.filter(|reset| *reset > now);
    let own = later(now, entry(sleep.waits, times));
    let until = said.unwrap_or(own).min(longest);
    // A shorter time that another run was told does not end a longer one.
    let still = before.and_then(|before| cooldown_due(before, SLEEP_MAX, now));
    let until = if again {
        still.map_or(until, |s| s.max(until))
    } else {
        until
    };
    let reason = format!("{}: {}", failure.class.as_str(), failure.detail);
    Some(CooldownChange::Set(Cooldown {
        class: Some(failure.class),
        times,
        runs: with_run(before, &run.id),
        ..Cooldown::new(key, until, reason, now)
    }))
}

fn after_strike(
    cooldowns: &Cooldowns,
    agents: &AgentRules,
    run: &Run,
    (failure, follows): (&Failure, Consequence),
    now: Timestamp,
) -> Option<CooldownChange> {
    let key = agents.breaker_key(&run.agent);
    let before = cooldowns.get(&key);
    if before.is_some_and(|before| before.runs.contains(&run.id)) {
        return None;
    }
    let open = before.filter(|before| before.times >= STRIKES);
    if let Some(open) = open {
        // Runs from before it opened say nothing new; the trial does, whatever the reason.
        let is_trial = run.created >= open.set;
        if !is_trial || !(follows.trips || follows.sleep.is_some()) {
            return None;
        }
        return Some(opened(
            open.times + 1,
            with_run(before, &run.id),
            key,
            failure,
            now,
        ));
    }
    if !follows.trips {
        // Something else came in between: not in a row any more.
        return before.map(|_| CooldownChange::Clear { key });
    }
    let row = before.filter(|before| before.class == Some(failure.class));
    let runs = with_run(row, &run.id);
    let items: BTreeSet<_> = runs.iter().map(RunId::item).collect();
    let times = row.map_or(1, |row| row.times + 1);
    if times >= STRIKES && items.len() > 1 {
        return Some(opened(times, runs, key, failure, now));
    }
    // One item alone never opens it: then it is likely the item.
    let times = times.min(STRIKES - 1);
    Some(CooldownChange::Set(Cooldown {
        class: Some(failure.class),
        times,
        runs,
        ..Cooldown::new(key, now, strike_text(failure, times), now)
    }))
}

fn opened(
    times: u32,
    runs: Vec<RunId>,
    key: String,
    failure: &Failure,
    now: Timestamp,
) -> CooldownChange {
    let until = later(now, entry(OPEN, times - STRIKES + 1));
    CooldownChange::Set(Cooldown {
        class: Some(failure.class),
        times,
        runs,
        ..Cooldown::new(key, until, strike_text(failure, times), now)
    })
}

fn strike_text(failure: &Failure, times: u32) -> String {
    format!(
        "{times} in a row ended with {}: {}",
        failure.class.as_str(),
        failure.detail
    )
}

/// Whether a change opens a breaker that was closed, which is worth a word.
pub fn opens_breaker(before: Option<&Cooldown>, after: &Cooldown) -> bool {
    after.key.starts_with("breaker:")
        && after.times >= STRIKES
        && before.is_none_or(|before| before.times < STRIKES)
}

/// Whether a cooldown is a breaker that has not opened: it only counts, and nothing waits for it.
pub fn only_counts(cooldown: &Cooldown) -> bool {
    cooldown.key.starts_with("breaker:") && cooldown.times < STRIKES
}

fn with_run(before: Option<&Cooldown>, run: &RunId) -> Vec<RunId> {
    let mut runs = before.map_or_else(Vec::new, |before| before.runs.clone());
    runs.push(run.clone());
    let too_many = runs.len().saturating_sub(RUNS_KEPT);
    runs.drain(..too_many);
    runs
}

/// The entry of a table for the first time, the second, …; its last one repeats.
fn entry(table: &[Duration], times: u32) -> Duration {
    let index = usize::try_from(times.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = table.len().saturating_sub(1);
    table.get(index.min(last)).copied().unwrap_or(SLEEP_MAX)
}

fn later(from: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    from.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "sleep_tests.rs"]
mod tests;
