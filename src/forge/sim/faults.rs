//! What goes wrong, and how often.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::domain::Sha;
use crate::sys::{Rng as _, SplitMix64};

/// How often what goes wrong, per thousand calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// A write happens and its answer is lost ([`crate::forge::ForgeError::Unknown`]).
    pub lost_answer: u16,
    /// A call fails before anything happens.
    pub unavailable: u16,
    /// A write is refused for no reason that the rules know.
    pub refused: u16,
    /// A call meets the rate limit, which then holds for `limited_for`.
    pub limited: u16,
    /// How long a rate limit holds.
    pub limited_for: Duration,
    /// A write becomes visible to listings and look-ups after up to this long; another write sees it at once.
    pub visible_within: Duration,
    /// A pair of base and head conflicts: per thousand pairs, the same answer each time.
    pub conflict: u16,
}

/// A call that is about to be served.
pub(super) struct Call {
    pub(super) tried: String,
    pub(super) writes: bool,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Served,
    AnswerLost,
    Unavailable,
    Refused,
    Limited,
}

/// Chance, repeatable from a seed.
pub(super) struct Dice {
    rng: SplitMix64,
    seed: u64,
}

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            rng: SplitMix64::seeded(seed),
            seed,
        }
    }

    pub(super) fn fate(&self, faults: &Faults, call: &Call) -> Fate {
        let of_writes = u16::from(call.writes);
        let table = [
            (faults.unavailable, Fate::Unavailable),
            (faults.limited, Fate::Limited),
            (faults.refused * of_writes, Fate::Refused),
            (faults.lost_answer * of_writes, Fate::AnswerLost),
        ];
        let fates = table.into_iter().filter(|(often, _)| self.happens(*often));
        fates.map(|(_, fate)| fate).next().unwrap_or(Fate::Served)
    }

    /// A duration below `limit`, in milliseconds.
    pub(super) fn up_to(&self, limit: Duration) -> Duration {
        let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        match millis {
            0 => Duration::ZERO,
            _ => Duration::from_millis(self.rng.next_u64() % millis),
        }
    }

    /// Whether a pair of commits conflicts; asking again gives the same answer.
    pub(super) fn conflicts(&self, faults: &Faults, base: &Sha, head: &Sha) -> bool {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(base.as_str());
        hash.update(head.as_str());
        let digest = hash.finalize();
        let roll = u16::from_le_bytes([digest[0], digest[1]]) % 1000;
        roll < faults.conflict
    }

    fn happens(&self, per_thousand: u16) -> bool {
        per_thousand > 0 && self.rng.next_u64() % 1000 < u64::from(per_thousand)
    }
}
