//! What follows from a way to fail, as one table: for the item, for the agent, for a person.

use std::time::Duration;

use crate::domain::{FailureClass, Scope};

const fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

/// Waits for what ends by itself; the last one repeats.
static SOON: &[Duration] = &[minutes(5), minutes(15), minutes(30), minutes(60)];
/// Waits for a network that is away: it is often back in a moment.
static VERY_SOON: &[Duration] = &[minutes(1), minutes(5), minutes(15), minutes(30)];
/// Waits for a quota of which no end is known.
static LATER: &[Duration] = &[minutes(6 * 60), minutes(12 * 60), minutes(24 * 60)];
/// Waits for a person: tried again ever less often, in case somebody has seen to it.
static PERSON: &[Duration] = &[
    minutes(30),
    minutes(60),
    minutes(2 * 60),
    minutes(4 * 60),
    minutes(8 * 60),
    minutes(16 * 60),
    minutes(24 * 60),
];

/// How an agent sleeps after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleep {
    /// How much of it, where the agent did not say so itself.
    pub scope: Scope,
    /// How long, where the agent said no time: the first time, the second in a row, …; the last one repeats.
    pub waits: &'static [Duration],
}

/// What follows from a failure of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent columns of one table"
)]
pub struct Consequence {
    /// It counts as a failure of the item, which then waits by `retry.delays` and is blocked after `retry.attempts_max`.
    /// Else the item is tried again at once, with the next agent that is awake.
    pub counts: bool,
    /// Another agent may be able to do what this one cannot: it comes last for the item from then on.
    pub elsewhere: bool,
    /// The agent sleeps.
    pub sleep: Option<Sleep>,
    /// Three in a row on more than one item open the breaker of the backend.
    pub trips: bool,
    /// The agent itself did work to its end: what was wrong with it is over.
    pub works: bool,
    /// What a person should do, in one line.
    pub advice: &'static str,
}

/// The item's own fault, or bad luck: it counts, and nothing follows for the agent.
const ITEM: Consequence = Consequence {
    counts: true,
    elsewhere: false,
    sleep: None,
    trips: false,
    works: false,
    advice: "look at `acp run log`",
};

/// The agent worked to its end and what it brought is not good.
const RESULT: Consequence = Consequence {
    works: true,
    ..ITEM
};

/// The agent failed, and maybe not because of the item.
const AGENT: Consequence = Consequence {
    trips: true,
    ..ITEM
};

const fn asleep(scope: Scope, waits: &'static [Duration], advice: &'static str) -> Consequence {
    Consequence {
        counts: false,
        sleep: Some(Sleep { scope, waits }),
        advice,
        ..ITEM
    }
}

const fn advised(base: Consequence, advice: &'static str) -> Consequence {
    Consequence { advice, ..base }
}

/// What follows from a failure of this class. The same table is in `docs/agents.md`.
pub const fn consequence(class: FailureClass) -> Consequence {
    use FailureClass as C;
    match class {
        C::CouldNotStart => asleep(
            Scope::Account,
            PERSON,
            "`acp agent probe` says what is missing",
        ),
        C::SetupFailed => advised(ITEM, "mend `repo.setup`"),
        C::Crashed | C::Killed => AGENT,
        C::TimedOut => advised(ITEM, "raise `timeout`, or make the item smaller"),
        C::Stalled => advised(AGENT, "raise `stall`, or find out what the agent waits for"),
        C::Looping => advised(ITEM, "say more in the item, or raise the limit that it met"),
        C::RefusedTool => Consequence {
            elsewhere: true,
            ..advised(AGENT, "allow the tool in the agent's settings")
        },
        C::Limit => asleep(
            Scope::Account,
            SOON,
            "nothing: it ends by itself; a second account helps",
        ),
        C::Quota => asleep(Scope::Account, LATER, "raise the quota, or wait"),
        C::NotLoggedIn => asleep(
            Scope::Account,
            PERSON,
            "log in again, then `acp cooldown clear`",
        ),
        C::NotAllowed => asleep(
            Scope::Account,
            PERSON,
            "ask who owns the account, then `acp cooldown clear`",
        ),
        C::Billing => asleep(
            Scope::Account,
            PERSON,
            "see to the payment, then `acp cooldown clear`",
        ),
        C::ContextTooLong => Consequence {
            elsewhere: true,
            ..advised(ITEM, "make the item smaller, or name a larger model")
        },
        C::ModelUnavailable => asleep(
            Scope::Model,
            PERSON,
            "name another model, or ask for access, then `acp cooldown clear`",
        ),
        C::Overloaded => asleep(Scope::Model, SOON, "nothing: it ends by itself"),
        C::Network => asleep(Scope::Account, VERY_SOON, "look at the network"),
        C::BrokenOutput => advised(AGENT, "look at the version with `acp agent probe`"),
        C::NoResult | C::BrokenContract | C::NothingDone => {
            advised(RESULT, "say more in the item, or mend the prompt")
        }
        C::HeadMoved | C::NestedRepository | C::FileTooLarge | C::Unreadable => {
            advised(RESULT, "look at the worktree of the run, which is kept")
        }
        C::ConflictLeft => advised(RESULT, "merge by hand"),
        C::Interrupted => advised(ITEM, "find out why the machine went away"),
        C::LaunchDied => advised(ITEM, "look at what the pass said"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every class with what follows: item (c counts, - not), agent (s account sleeps, m model, - neither), breaker (b),
    /// another agent (e), the agent worked (w).
    const TABLE: &str = "\
could-not-start    -s---
setup-failed       c----
crashed            c-b--
killed             c-b--
timed-out          c----
stalled            c-b--
looping            c----
refused-tool       c-be-
limit              -s---
quota              -s---
not-logged-in      -s---
not-allowed        -s---
billing            -s---
context-too-long   c--e-
model-unavailable  -m---
overloaded         -m---
network            -s---
broken-output      c-b--
no-result          c---w
broken-contract    c---w
nothing-done       c---w
head-moved         c---w
nested-repository  c---w
file-too-large     c---w
conflict-left      c---w
unreadable         c---w
interrupted        c----
launch-died        c----
";

    #[test]
    fn every_class_has_the_consequence_of_the_table() {
        let line = |class: &FailureClass| {
            let it = consequence(*class);
            let mark = |yes: bool, mark: &'static str| if yes { mark } else { "-" };
            let sleeps = match it.sleep.map(|sleep| sleep.scope) {
                Some(Scope::Account) => "s",
                Some(Scope::Model) => "m",
                None => "-",
            };
            assert!(!it.advice.is_empty());
            format!(
                "{:<18} {}{sleeps}{}{}{}\n",
                class.as_str(),
                mark(it.counts, "c"),
                mark(it.trips, "b"),
                mark(it.elsewhere, "e"),
                mark(it.works, "w"),
            )
        };
        let table: String = FailureClass::ALL.iter().map(line).collect();
        assert_eq!(table, TABLE);
    }

    /// What is not counted must be held back by something, or it would be tried for ever without a pause.
    #[test]
    fn what_does_not_count_makes_the_agent_sleep_longer_and_longer() {
        for class in FailureClass::ALL {
            let it = consequence(*class);
            if !it.counts {
                let waits = it.sleep.unwrap().waits;
                assert!(!waits.is_empty() && waits.is_sorted(), "{class:?}");
                assert!(waits[0] >= Duration::from_mins(1), "{class:?}");
                assert!(!it.trips && !it.works, "{class:?}");
            }
        }
    }
}
