//! What an agent has used: turns added up, and what is unknown kept apart from nothing.

use super::AgentEvent;

/// Adds up what an agent says that it has used.
#[derive(Debug, Clone, Default)]
pub struct Spending {
    /// Of the turns that are over, or of all of it when the agent said so.
    settled: (Option<u64>, Option<u64>),
    /// The turn that was heard of last; it may be corrected.
    open: Option<(String, Option<u64>, Option<u64>)>,
    /// Of the whole session, as the agent said.
    session: (Option<u64>, Option<u64>),
}

impl Spending {
    /// Takes an event into account.
    pub fn hear(&mut self, event: &AgentEvent) {
        match event {
            AgentEvent::Spent {
                turn,
                tokens,
                usd_micros,
            } => {
                if self.open.as_ref().is_some_and(|(open, ..)| open != turn) {
                    self.settled = self.own();
                }
                self.open = Some((turn.clone(), *tokens, *usd_micros));
            }
            AgentEvent::Usage { tokens, usd_micros } => {
                let own = self.own();
                self.settled = (tokens.or(own.0), usd_micros.or(own.1));
                self.open = None;
            }
            AgentEvent::SessionUsage { tokens, usd_micros } => {
                self.session.0 = tokens.or(self.session.0);
                self.session.1 = usd_micros.or(self.session.1);
            }
            _ => {}
        }
    }

    /// Tokens so far, of a session that began with this; `None` when nothing is known.
    pub fn tokens(&self) -> Option<u64> {
        self.session.0.or_else(|| self.own().0)
    }

    /// Micro-dollars so far, of a session that began with this; `None` when nothing is known.
    pub fn usd_micros(&self) -> Option<u64> {
        self.session.1.or_else(|| self.own().1)
    }

    /// Tokens and micro-dollars of a session that had used `before` when it went on. What the agent says of the whole
    /// session may lack a start that was killed, so it is never less than that.
    pub fn on_top_of(&self, before: (Option<u64>, Option<u64>)) -> (Option<u64>, Option<u64>) {
        let all = |before: Option<u64>, own: Option<u64>, session: Option<u64>| match session {
            Some(session) => Some(session.max(before.unwrap_or(0))),
            None => sum([before, own]),
        };
        let own = self.own();
        (
            all(before.0, own.0, self.session.0),
            all(before.1, own.1, self.session.1),
        )
    }

    fn own(&self) -> (Option<u64>, Option<u64>) {
        let open = self.open.as_ref();
        (
            sum([self.settled.0, open.and_then(|open| open.1)]),
            sum([self.settled.1, open.and_then(|open| open.2)]),
        )
    }
}

/// The sum of what is known; `None` when nothing is.
pub(super) fn sum(parts: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    let known = parts.into_iter().flatten();
    known.fold(None, |sum, n| Some(sum.unwrap_or(0_u64).saturating_add(n)))
}

/// Dollars as whole micro-dollars; what is no amount of money is unknown.
pub(super) fn micros(usd: Option<f64>) -> Option<u64> {
    let micros = usd? * 1_000_000.0;
    format!("{micros:.0}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_micro_dollars_or_unknown() {
        assert_eq!(micros(Some(0.047_318_4)), Some(47_318));
        assert_eq!(micros(Some(0.0)), Some(0));
        for bad in [
            None,
            Some(-1.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(1e300),
        ] {
            assert_eq!(micros(bad), None);
        }
    }

    #[test]
    fn what_is_not_known_is_no_part_of_a_sum() {
        assert_eq!(sum([None, None]), None);
        assert_eq!(sum([Some(1), None, Some(2)]), Some(3));
        assert_eq!(sum([Some(0)]), Some(0));
        assert_eq!(sum([Some(u64::MAX), Some(1)]), Some(u64::MAX));
    }

    /// Of a session that went on, what is told of all of it is not added to what it had used before.
    #[test]
    fn a_session_that_goes_on_is_paid_for_once() {
        let mut again = Spending::default();
        again.hear(&AgentEvent::Usage {
            tokens: Some(10),
            usd_micros: None,
        });
        again.hear(&AgentEvent::SessionUsage {
            tokens: None,
            usd_micros: Some(30),
        });
        assert_eq!((again.tokens(), again.usd_micros()), (Some(10), Some(30)));
        let all = again.on_top_of((Some(20), Some(20)));
        assert_eq!(all, (Some(30), Some(30)));
        let all = again.on_top_of((None, None));
        assert_eq!(all, (Some(10), Some(30)));
        // The start before was killed, and the program never knew what that had cost.
        let all = again.on_top_of((Some(20), Some(50)));
        assert_eq!(all, (Some(30), Some(50)));
    }

    #[test]
    fn a_turn_that_is_told_twice_counts_once_and_a_total_takes_the_place_of_all() {
        let spent = |turn: &str, tokens: u64, usd_micros: Option<u64>| AgentEvent::Spent {
            turn: turn.to_owned(),
            tokens: Some(tokens),
            usd_micros,
        };
        let mut all = Spending::default();
        assert_eq!((all.tokens(), all.usd_micros()), (None, None));
        for event in [
            spent("a", 10, None),
            spent("a", 12, None),
            AgentEvent::Step,
            spent("b", 5, Some(7)),
        ] {
            all.hear(&event);
        }
        assert_eq!((all.tokens(), all.usd_micros()), (Some(17), Some(7)));
        all.hear(&AgentEvent::Usage {
            tokens: Some(20),
            usd_micros: None,
        });
        assert_eq!((all.tokens(), all.usd_micros()), (Some(20), Some(7)));
    }
}
