//! What the forges that acp keeps itself have in common: objects as they are stored, the rules for texts, and what an
//! intent makes of what is there. Pure: an adapter looks things up, numbers them and writes them down.

mod decide;
mod found;
mod merge;
mod object;
mod pulls;
pub(super) mod text;

pub(super) use decide::{Change, Decision, Records, decide, head_moved};
pub(super) use found::{find_by_state, leaves_text, with_branches};
pub(super) use merge::{Ahead, check_merge, conflict, merged};
#[cfg(any(test, feature = "test-hooks"))]
pub(super) use object::CommentDoc;
pub(super) use object::{IssueDoc, LabelsDoc, Object, PullDoc};

use jiff::{Timestamp, ToSpan as _};

use super::ForgeError;
use crate::domain::{Intent, Payload};

/// The time of a change: now, but always later than the change before, so that a clock that went back hides nothing.
pub(super) fn after(previous: Timestamp, now: Timestamp) -> Timestamp {
    previous
        .checked_add(1.millisecond())
        .map_or(now, |next| next.max(now))
}

/// A refusal of `intent`, in the words of the port's errors.
pub(super) fn refused(intent: &Intent, why: impl Into<String>) -> ForgeError {
    ForgeError::Refused {
        tried: tried(intent),
        why: why.into(),
    }
}

/// There is no such thing.
pub(super) fn missing(what: impl std::fmt::Display) -> ForgeError {
    ForgeError::Missing {
        what: what.to_string(),
    }
}

/// What an intent tries, as it reads after "could not".
pub(super) fn tried(intent: &Intent) -> String {
    let target = intent.target();
    match &intent.payload {
        Payload::Issue { .. } | Payload::Pr { .. } => format!("open {target}"),
        Payload::Push { .. } => format!("push {target}"),
        Payload::DeleteBranch { .. } => format!("remove {target}"),
        Payload::Ready { pr } => format!("make pr/{pr} ready"),
        Payload::Comment { .. } => format!("comment on {target}"),
        Payload::Labels { .. } => format!("label {target}"),
        Payload::Review { .. } => format!("review {target}"),
        Payload::Check { .. } => format!("post {target}"),
        Payload::Merge { .. } => format!("merge {target}"),
        Payload::Close { .. } => format!("close {target}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_later_than_the_one_before_even_if_the_clock_went_back() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        assert_eq!(after(at(10), at(20)), at(20));
        assert_eq!(after(at(20), at(20)), at(21));
        assert_eq!(after(at(30), at(20)), at(31));
    }
}
