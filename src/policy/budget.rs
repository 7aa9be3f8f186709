//! Whether the budget of the day, and that of an item, let one more run start.

use jiff::Timestamp;

use crate::domain::{BudgetRules, DayBudget, ItemUse};

/// Seconds of a day; UTC has no other days.
const DAY_SECONDS: i64 = 86_400;
/// From here on a person is told that a limit comes near.
const NOTICE_PERCENT: u64 = 80;

/// Whether the day lets one more run start: what was used, and what the run would reserve, stay within every limit of it.
/// The error is the limit that it would break, as one line for people. A limit of 0 is none.
pub fn may_start(day: &DayBudget, rules: &BudgetRules) -> Result<(), String> {
    let count = |n: u64| n.to_string();
    let runs = u64::from(day.run_count());
    let tokens = (day.tokens(), rules.tokens_per_run);
    let usd = (day.usd_micros(), rules.usd_micros_per_run);
    within("runs_per_day", (runs, 1), rules.runs_per_day.into(), count)?;
    within("tokens_per_day", tokens, rules.tokens_per_day, count)?;
    within("usd_per_day", usd, rules.usd_micros_per_day, dollars)
}

/// Whether an item of which runs have used this much, on all days together, lets one more run of it start. The error as
/// in [`may_start`].
pub fn item_may_start(used: ItemUse, rules: &BudgetRules) -> Result<(), String> {
    let count = |n: u64| n.to_string();
    let runs = (u64::from(used.runs), 1);
    let tokens = (used.tokens, rules.tokens_per_run);
    let usd = (used.usd_micros, rules.usd_micros_per_run);
    within("runs_per_item", runs, rules.runs_per_item.into(), count)?;
    within("tokens_per_item", tokens, rules.tokens_per_item, count)?;
    within("usd_per_item", usd, rules.usd_micros_per_item, dollars)
}

/// What is used up stops a run also when the run would reserve nothing.
fn within(
    name: &str,
    (used, reserve): (u64, u64),
    max: u64,
    show: impl Fn(u64) -> String,
) -> Result<(), String> {
    if max == 0 || (used < max && used.saturating_add(reserve) <= max) {
        return Ok(());
    }
    let (used_text, max_text) = (show(used), show(max));
    if used >= max {
        return Err(format!("{name}: {used_text} of {max_text} used"));
    }
    let reserve = show(reserve);
    Err(format!(
        "{name}: {used_text} of {max_text} used, and a run reserves {reserve}"
    ))
}

/// A limit of the day that comes near or is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetMark {
    /// The limit, as the profile calls it.
    pub name: &'static str,
    /// 80 or 100: how much of it is used at least.
    pub percent: u64,
    /// One line for people.
    pub text: String,
}

/// The limits of the day of which at least 80 % is used. A limit of 0 is none.
pub fn budget_marks(day: &DayBudget, rules: &BudgetRules) -> Vec<BudgetMark> {
    let runs = (u64::from(day.run_count()), u64::from(rules.runs_per_day));
    let tokens = (day.tokens(), rules.tokens_per_day);
    let money = (day.usd_micros(), rules.usd_micros_per_day);
    let count = |n: u64| n.to_string();
    let mark = |name, (used, max): (u64, u64), show: &dyn Fn(u64) -> String| {
        let reaches = |percent: u64| {
            max > 0 && u128::from(used) * 100 >= u128::from(max) * u128::from(percent)
        };
        let percent = [100, NOTICE_PERCENT].into_iter().find(|p| reaches(*p))?;
        let text = format!("{name}: {} of {} used", show(used), show(max));
        Some(BudgetMark {
            name,
            percent,
            text,
        })
    };
    let marks = [
        mark("runs_per_day", runs, &count),
        mark("tokens_per_day", tokens, &count),
        mark("usd_per_day", money, &dollars),
    ];
    marks.into_iter().flatten().collect()
}

/// The limits of the day of which most is used, by name, each as one line for people. A limit of 0 is none.
pub fn nearly_used(day: &DayBudget, rules: &BudgetRules) -> Vec<(&'static str, String)> {
    let marks = budget_marks(day, rules).into_iter();
    marks.map(|mark| (mark.name, mark.text)).collect()
}

/// `$1.50`; parts of a cent only where there are some.
fn dollars(micros: u64) -> String {
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    let digits = format!("{part:06}");
    let (cents, rest) = digits.split_at(2);
    format!("${whole}.{cents}{}", rest.trim_end_matches('0'))
}

/// When the UTC day of `now` ends and the next one begins.
pub fn day_end(now: Timestamp) -> Timestamp {
    let day = now.as_second().div_euclid(DAY_SECONDS);
    Timestamp::from_second((day + 1) * DAY_SECONDS).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemId, Reservation, RunId};
    use crate::policy::testing::time;
    use proptest::prelude::*;

    const NO_LIMIT: BudgetRules = BudgetRules {
        runs_per_day: 0,
        tokens_per_day: 0,
        usd_micros_per_day: 0,
        runs_per_item: 0,
        tokens_per_item: 0,
        usd_micros_per_item: 0,
        usd_micros_per_run: 2_000_000,
        tokens_per_run: 100,
    };

    fn reserved(number: u64, tokens: Option<u64>, usd_micros: Option<u64>) -> (RunId, Reservation) {
        let item = ItemId::issue(number);
        let reservation = Reservation {
            item,
            agent: "claude".to_owned(),
            backend: None,
            model: None,
            reserved_usd_micros: 2_000_000,
            reserved_tokens: 100,
            usd_micros,
            tokens,
            released: false,
        };
        (
            RunId::new(time("2026-11-21T03:15:02Z"), item, 1),
            reservation,
        )
    }

    /// One run that is known to have cost $1.50 and 70 tokens, one that only reserved.
    fn day() -> DayBudget {
        let runs = [
            reserved(1, Some(70), Some(1_500_000)),
            reserved(2, None, None),
        ];
        DayBudget {
            runs: runs.into(),
            ..DayBudget::default()
        }
    }

    #[test]
    fn each_limit_holds_exactly() {
        let start = |rules: BudgetRules| may_start(&day(), &rules);
        assert_eq!(start(NO_LIMIT), Ok(()));
        let runs = |runs_per_day| {
            start(BudgetRules {
                runs_per_day,
                ..NO_LIMIT
            })
        };
        assert_eq!(runs(3), Ok(()));
        assert_eq!(runs(2), Err("runs_per_day: 2 of 2 used".to_owned()));
        let tokens = |tokens_per_day| {
            start(BudgetRules {
                tokens_per_day,
                ..NO_LIMIT
            })
        };
        assert_eq!(tokens(270), Ok(()));
        let over = "tokens_per_day: 170 of 269 used, and a run reserves 100";
        assert_eq!(tokens(269), Err(over.to_owned()));
        let usd = |usd_micros_per_day| {
            start(BudgetRules {
                usd_micros_per_day,
                ..NO_LIMIT
            })
        };
        assert_eq!(usd(5_500_000), Ok(()));
        let over = "usd_per_day: $3.50 of $5.499999 used, and a run reserves $2.00";
        assert_eq!(usd(5_499_999), Err(over.to_owned()));
    }

    #[test]
    fn each_limit_of_an_item_holds_exactly() {
        let used = ItemUse {
            runs: 3,
            tokens: 250,
            usd_micros: 1_500_000,
        };
        let item = |runs_per_item, tokens_per_item, usd_micros_per_item| {
            let rules = BudgetRules {
                runs_per_item,
                tokens_per_item,
                usd_micros_per_item,
                ..NO_LIMIT
            };
            item_may_start(used, &rules)
        };
        let over = |text: &str| Err(text.to_owned());
        for (limits, says) in [
            ((0, 0, 0), Ok(())),
            ((4, 350, 3_500_000), Ok(())),
            ((3, 0, 0), over("runs_per_item: 3 of 3 used")),
            ((2, 0, 0), over("runs_per_item: 3 of 2 used")),
            (
                (0, 349, 0),
                over("tokens_per_item: 250 of 349 used, and a run reserves 100"),
            ),
            ((0, 250, 0), over("tokens_per_item: 250 of 250 used")),
            (
                (0, 0, 3_499_999),
                over("usd_per_item: $1.50 of $3.499999 used, and a run reserves $2.00"),
            ),
            ((0, 0, 1_500_000), over("usd_per_item: $1.50 of $1.50 used")),
        ] {
            assert_eq!(item(limits.0, limits.1, limits.2), says, "{limits:?}");
        }
    }

    /// What is not known counts as what was set aside; a run that never started its agent is none.
    #[test]
    fn the_use_of_an_item_is_that_of_its_own_runs() {
        let mut day = day();
        let (run, mut released) = reserved(2, Some(5), Some(5));
        released.released = true;
        let second = RunId::new(time("2026-11-21T04:00:00Z"), released.item, 2);
        assert_ne!(run, second);
        day.runs.insert(second, released);
        let used = |runs, tokens, usd_micros| ItemUse {
            runs,
            tokens,
            usd_micros,
        };
        assert_eq!(day.used_by(ItemId::issue(1)), used(1, 70, 1_500_000));
        assert_eq!(day.used_by(ItemId::issue(2)), used(1, 100, 2_000_000));
        assert_eq!(day.used_by(ItemId::issue(3)), ItemUse::default());
        let both = [1, 2].map(|n| day.used_by(ItemId::issue(n)));
        assert_eq!(both.into_iter().sum::<ItemUse>(), used(2, 170, 3_500_000));
        let more = used(1, 1_000, 0);
        assert_eq!(both[0].max(more), used(1, 1_000, 1_500_000));
    }

    #[test]
    fn a_used_up_limit_stops_runs_that_reserve_nothing_and_released_ones_do_not_count() {
        let rules = BudgetRules {
            tokens_per_day: 170,
            tokens_per_run: 0,
            ..NO_LIMIT
        };
        assert!(may_start(&day(), &rules).is_err());
        let mut day = day();
        for reservation in day.runs.values_mut() {
            reservation.released = true;
        }
        assert_eq!(may_start(&day, &rules), Ok(()));
    }

    #[test]
    fn what_a_run_at_work_has_used_beyond_its_reservation_counts_at_once() {
        let rules = BudgetRules {
            tokens_per_day: 300,
            usd_micros_per_day: 6_000_000,
            ..NO_LIMIT
        };
        let start = |tokens, usd_micros| {
            let mut day = day();
            let (run, _) = reserved(2, None, None);
            day.count_at_work(&run, tokens, usd_micros);
            may_start(&day, &rules)
        };
        // Less than it reserved, or not known: the reservation counts until the run is settled.
        assert_eq!(start(None, None), Ok(()));
        assert_eq!(start(Some(99), Some(1_999_999)), Ok(()));
        assert_eq!(start(Some(130), Some(2_500_000)), Ok(()));
        let over = "tokens_per_day: 201 of 300 used, and a run reserves 100";
        assert_eq!(start(Some(131), None), Err(over.to_owned()));
        let over = "usd_per_day: $4.01 of $6.00 used, and a run reserves $2.00";
        assert_eq!(start(None, Some(2_510_000)), Err(over.to_owned()));
        // One that is settled has its own word.
        let mut day = day();
        let (run, _) = reserved(1, None, None);
        day.count_at_work(&run, Some(1_000), Some(9_000_000));
        assert_eq!((day.tokens(), day.usd_micros()), (170, 3_500_000));
    }

    #[test]
    fn a_limit_is_near_from_four_fifths_on() {
        let names = |rules: BudgetRules| {
            let near = nearly_used(&day(), &rules);
            near.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(NO_LIMIT), [""; 0]);
        let rules = BudgetRules {
            runs_per_day: 3,
            tokens_per_day: 212,
            usd_micros_per_day: 4_375_000,
            ..NO_LIMIT
        };
        assert_eq!(names(rules.clone()), ["tokens_per_day", "usd_per_day"]);
        let text = &nearly_used(&day(), &rules)[1].1;
        assert_eq!(text, "usd_per_day: $3.50 of $4.375 used");
        let rules = BudgetRules {
            runs_per_day: 2,
            tokens_per_day: 213,
            usd_micros_per_day: 4_375_001,
            ..NO_LIMIT
        };
        assert_eq!(names(rules), ["runs_per_day"]);
    }

    #[test]
    fn a_day_ends_at_the_next_midnight() {
        for (now, end) in [
            ("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("2026-11-21T23:59:59.999Z", "2026-11-22T00:00:00Z"),
            ("2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z"),
            ("1969-12-31T12:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(day_end(time(now)), time(end), "{now}");
        }
        assert_eq!(day_end(Timestamp::MAX), Timestamp::MAX);
    }

    proptest! {
        /// Runs that only start when they may never take the sum of their reservations over a limit.
        #[test]
        fn the_limits_are_never_passed(max_runs in 1..20_u32, max_tokens in 1..3_000_u64) {
            let rules = BudgetRules { runs_per_day: max_runs, tokens_per_day: max_tokens, ..NO_LIMIT };
            let mut day = DayBudget::default();
            for number in 1..40 {
                if may_start(&day, &rules).is_ok() {
                    let (run, reservation) = reserved(number, None, None);
                    day.runs.insert(run, reservation);
                }
            }
            prop_assert!(day.run_count() <= max_runs);
            prop_assert!(day.tokens() <= max_tokens);
            let all = u64::from(max_runs).min(max_tokens / 100);
            prop_assert_eq!(u64::from(day.run_count()), all);
        }
    }
}
