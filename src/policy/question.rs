//! Questions that a forge cannot answer yet: when it is asked again, and how long an answer is expected.

use jiff::{SignedDuration, Timestamp};

/// The longest time between two times that something is asked.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// A question that is open for so long is asked on, and nothing waits for its answer any more.
const EXPECTED_FOR: SignedDuration = SignedDuration::from_hours(2);

/// A question without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// When it was first asked.
    pub first: Timestamp,
    /// When it was last asked.
    pub last: Timestamp,
}

impl Question {
    /// When it is asked again: after as long as it has been open, and at once the first time.
    pub fn next(self) -> Timestamp {
        let open = self.last.duration_since(self.first);
        let pause = open.clamp(SignedDuration::ZERO, PAUSE_MAX);
        self.last.checked_add(pause).unwrap_or(Timestamp::MAX)
    }

    /// Whether it is asked at `now`. One that was asked in the future is: the clock went back.
    pub fn is_due(self, now: Timestamp) -> bool {
        self.next() <= now || self.last > now
    }

    /// Whether an answer is still expected, so that somebody who waits for an end waits for it.
    pub fn is_expected(self) -> bool {
        self.last.duration_since(self.first) < EXPECTED_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_question_is_asked_ever_less_often_and_has_an_end() {
        // (last asked, asked again, an answer is expected), in seconds since it was first asked
        for (last, next, expected) in [
            (0, 0, true),
            (5, 10, true),
            (60, 120, true),
            (1_800, 3_600, true),
            (7_000, 8_800, true),
            (7_200, 9_000, false),
            (90_000, 91_800, false),
            (-50, -50, true),
        ] {
            let question = Question {
                first: at(0),
                last: at(last),
            };
            assert_eq!(question.next(), at(next), "{last}");
            assert_eq!(question.is_expected(), expected, "{last}");
            assert!(question.is_due(at(next)) && (next <= last || !question.is_due(at(next - 1))));
            assert!(question.is_due(at(last - 1)), "the clock went back");
        }
    }
}
