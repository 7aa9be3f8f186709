//! What the checks of a commit say together.

use crate::domain::{Check, CheckState};

/// The checks of a commit, in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checks {
    /// None that says anything: there is none, or all were skipped.
    None,
    /// At least one is green, and none is red or under way.
    Green,
    /// None is red, and these are not finished.
    Pending(Vec<String>),
    /// These are red, whatever the others will say.
    Red(Vec<String>),
}

/// Sums up the checks of one commit. A neutral check neither hurts nor counts as green: where a check is required,
/// one that was skipped is not it.
pub fn summarize(checks: &[Check]) -> Checks {
    let named = |state: CheckState| -> Vec<String> {
        let of_state = checks.iter().filter(|check| check.state == state);
        of_state.map(|check| check.name.clone()).collect()
    };
    let red = named(CheckState::Failure);
    if !red.is_empty() {
        return Checks::Red(red);
    }
    let pending = named(CheckState::Pending);
    if !pending.is_empty() {
        return Checks::Pending(pending);
    }
    if named(CheckState::Success).is_empty() {
        Checks::None
    } else {
        Checks::Green
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckState::{Failure, Neutral, Pending, Success};

    /// Every set of states, against the rule read from the most to the least important.
    #[test]
    fn every_combination_of_states() {
        let states = [Success, Failure, Pending, Neutral];
        for mask in 0..16_u8 {
            let has = |state: CheckState| {
                let place = states.iter().position(|s| *s == state).unwrap();
                mask & (1 << place) != 0
            };
            let checks: Vec<Check> = states
                .into_iter()
                .filter(|state| has(*state))
                .map(|state| Check {
                    name: format!("{state:?}"),
                    state,
                    summary: String::new(),
                })
                .collect();
            let expected = if has(Failure) {
                Checks::Red(vec!["Failure".to_owned()])
            } else if has(Pending) {
                Checks::Pending(vec!["Pending".to_owned()])
            } else if has(Success) {
                Checks::Green
            } else {
                Checks::None
            };
            assert_eq!(summarize(&checks), expected, "{mask:04b}");
        }
    }
}
