//! How many calls are still allowed.

use jiff::Timestamp;

use crate::forge::ForgeError;
use crate::http::Response;

/// What a call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// A read.
    Read,
    /// A write that makes no new text: labels, states, merges, checks.
    Write,
    /// A write that makes an issue, a pull request, a comment or a review.
    Content,
}

/// One account of calls.
pub trait Governor: Send + Sync {
    /// Asks for one call, and waits when the wait is short. [`ForgeError::Limited`] when it is not: nothing may be sent
    /// before the time that it names.
    fn admit(&self, cost: Cost) -> Result<(), ForgeError>;

    /// Notes what an answer says of limits. `Some`: the call was turned away by a limit that holds until then.
    fn note(&self, cost: Cost, answer: &Response) -> Option<Timestamp>;
}
