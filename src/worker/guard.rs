//! Limits that are read from an agent's own stream: the same calls over and over, tokens and money.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::domain::BudgetRules;

/// The same call so often in a row is a circle.
const SAME_MAX: usize = 8;
/// A cycle of two or three calls so often in a row is one too.
const CYCLES_MAX: usize = 6;
/// The longest cycle that is seen.
const PERIOD_MAX: usize = 3;
/// Calls that are remembered: enough for the longest cycle.
const CALLS_KEPT: usize = PERIOD_MAX * CYCLES_MAX;

/// Sees an agent that goes round in circles. A call that a test suite is repeated with between edits is none: something
/// else happens in between.
#[derive(Debug, Default)]
pub(super) struct Circle {
    last: VecDeque<u64>,
}

impl Circle {
    /// Counts a call; the text is what is wrong once it closes a circle.
    pub(super) fn add(&mut self, call: &str) -> Option<String> {
        let mut hasher = DefaultHasher::new();
        call.hash(&mut hasher);
        if self.last.len() == CALLS_KEPT {
            self.last.pop_front();
        }
        self.last.push_back(hasher.finish());
        if self.repeats(1, SAME_MAX) {
            return Some(format!("the same call {SAME_MAX} times in a row"));
        }
        (2..=PERIOD_MAX)
            .find(|period| self.repeats(*period, CYCLES_MAX))
            .map(|period| format!("the same {period} calls {CYCLES_MAX} times in a row"))
    }

    /// Whether the last calls are `times` times the same `period` calls.
    fn repeats(&self, period: usize, times: usize) -> bool {
        let length = period * times;
        let Some(from) = self.last.len().checked_sub(length) else {
            return false;
        };
        let calls = self.last.range(from..);
        let later = self.last.range(from + period..);
        calls.zip(later).all(|(one, next)| one == next)
    }
}

/// Why a run that has used so much must end; `None`: it may go on. A limit of 0 is none.
pub(super) fn overspent(
    tokens: Option<u64>,
    usd_micros: Option<u64>,
    rules: &BudgetRules,
) -> Option<String> {
    let over = |used: Option<u64>, max: u64| used.filter(|used| max > 0 && *used > max);
    if let Some(used) = over(usd_micros, rules.usd_micros_per_run) {
        let (used, max) = (dollars(used), dollars(rules.usd_micros_per_run));
        return Some(format!("spent more than usd_per_run: {used} of {max}"));
    }
    let used = over(tokens, rules.tokens_per_run)?;
    let max = rules.tokens_per_run;
    Some(format!("used more than tokens_per_run: {used} of {max}"))
}

fn dollars(micros: u64) -> String {
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    format!("${whole}.{part:06}")
}

/// Whether a session's name may be handed back to the agent as an argument: it came out of the agent, so it must not look
/// like an option or a path.
pub(super) fn is_session(name: &str) -> bool {
    const CHARS_MAX: usize = 200;
    name.len() <= CHARS_MAX
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// After how many of these calls, over and over, a circle is seen.
    fn seen(cycle: &[&str]) -> Option<usize> {
        let mut circle = Circle::default();
        let mut calls = cycle.iter().cycle().take(100);
        calls
            .position(|call| circle.add(call).is_some())
            .map(|at| at + 1)
    }

    #[test]
    fn the_same_calls_over_and_over_are_a_circle() {
        assert_eq!(seen(&["ls"]), Some(8));
        assert_eq!(seen(&["ls", "cat a"]), Some(12));
        assert_eq!(seen(&["ls", "cat a", "cat b"]), Some(18));
        assert_eq!(seen(&["ls", "ls", "cat b"]), Some(18));
        assert_eq!(seen(&["ls", "cat a", "cat b", "cat c"]), None);
    }

    #[test]
    fn another_call_in_between_breaks_it() {
        let mut circle = Circle::default();
        for round in 0..20 {
            for _ in 0..7 {
                assert_eq!(circle.add("make test"), None);
            }
            assert_eq!(circle.add(&format!("edit {round}")), None);
        }
    }

    proptest! {
        #[test]
        fn calls_that_all_differ_never_are_one(start in 0..u32::MAX / 2, n in 1..200_u32) {
            let mut circle = Circle::default();
            for call in start..start + n {
                prop_assert_eq!(circle.add(&call.to_string()), None);
            }
        }
    }

    #[test]
    fn money_and_tokens_are_limits_of_a_run() {
        let rules = BudgetRules {
            runs_per_day: 0,
            tokens_per_day: 0,
            usd_micros_per_day: 0,
            runs_per_item: 0,
            tokens_per_item: 0,
            usd_micros_per_item: 0,
            usd_micros_per_run: 1_000_000,
            tokens_per_run: 100,
        };
        assert_eq!(overspent(Some(100), Some(1_000_000), &rules), None);
        assert_eq!(
            overspent(None, None, &rules),
            None,
            "unknown is not too much"
        );
        assert_eq!(
            overspent(None, Some(1_000_001), &rules).as_deref(),
            Some("spent more than usd_per_run: $1.000001 of $1.000000")
        );
        assert_eq!(
            overspent(Some(101), None, &rules).as_deref(),
            Some("used more than tokens_per_run: 101 of 100")
        );
        let none = BudgetRules {
            usd_micros_per_run: 0,
            tokens_per_run: 0,
            ..rules
        };
        assert_eq!(overspent(Some(u64::MAX), Some(u64::MAX), &none), None);
    }

    #[test]
    fn what_is_no_name_is_never_handed_back() {
        assert!(is_session("0193f8d2-1c7e-7b0a-9d54-2f1e6a7b8c90"));
        assert!(is_session("ses_4f.A:1"));
        for bad in [
            "", "-p", "--resume", "a b", "a\n", "../x", "/etc", "a..b", "$(x)",
        ] {
            assert!(!is_session(bad), "{bad}");
        }
        assert!(!is_session(&"a".repeat(201)));
    }
}
