//! What goes wrong and how the forge is set, and chance that a seed repeats.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sys::{Rng as _, SplitMix64};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Nothing special.
    Served,
    /// It never arrives, and whoever sent it knows.
    NotSent,
    /// It never arrives, and whoever sent it does not know.
    LostBefore,
    /// It is served and its answer is lost.
    LostAfter,
    /// It is served, and its answer comes when whoever asked has given up waiting.
    Late,
    /// 502 and nothing else.
    BadGateway,
    /// 503 and nothing else.
    Unavailable,
    /// It is served, and 500 is answered.
    ErrorAfter,
    /// It is served twice; the first answer is given.
    Twice,
    /// It is served, and a page for people is answered with status 200.
    Html,
    /// It is served, and the answer ends in the middle.
    Truncated,
    /// It is refused for a secondary limit.
    Limited,
}

/// A fate for the next requests of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shot {
    /// `GET`, `POST`, ...; empty: all. `WRITE`: all but `GET`.
    #[serde(default)]
    pub method: String,
    /// What the path holds; empty: anything.
    #[serde(default)]
    pub path: String,
    /// What becomes of them.
    pub fate: Fate,
    /// How many.
    #[serde(default = "one")]
    pub times: u32,
}

const fn one() -> u32 {
    1
}

/// How often what goes wrong (per thousand requests), and how the forge behaves. All off to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Knobs {
    /// [`Fate::NotSent`].
    pub not_sent: u16,
    /// [`Fate::LostBefore`].
    pub lost_before: u16,
    /// [`Fate::LostAfter`].
    pub lost_after: u16,
    /// [`Fate::Late`].
    pub late: u16,
    /// [`Fate::BadGateway`].
    pub bad_gateway: u16,
    /// [`Fate::Unavailable`].
    pub unavailable: u16,
    /// [`Fate::ErrorAfter`], of writes only.
    pub error_after: u16,
    /// [`Fate::Twice`], of writes only.
    pub twice: u16,
    /// [`Fate::Html`].
    pub html: u16,
    /// [`Fate::Truncated`].
    pub truncated: u16,
    /// [`Fate::Limited`].
    pub limited: u16,
    /// For how many seconds a secondary limit holds; also its `Retry-After`.
    pub retry_after: u64,
    /// 429 for limits, and not 403.
    pub limit_status_429: bool,
    /// Whether secondary limits are enforced: 80 writes a minute, 500 an hour, 900 points a minute.
    pub secondary_limits: bool,
    /// Whether two writes closer than a second are refused as well. They are counted in any case.
    pub refuse_hasty_writes: bool,
    /// How many charged requests an hour has; 0: no limit is told or enforced.
    pub primary_limit: u64,
    /// Writes become visible to reads after up to this many milliseconds.
    pub visible_within_ms: u64,
    /// For how many reads of a pull request it is not known whether it can be merged, each time base or head moved.
    pub mergeable_unknown_reads: u32,
    /// The server's clock minus the true time, in seconds.
    pub clock_offset: i64,
    /// Whether answers to reads have an `ETag`. Gitea has none.
    pub etags: bool,
    /// Whether anybody but an app may write check runs.
    pub check_runs_by_anyone: bool,
    /// Whether the viewer of the other interface has its number.
    pub viewer_id: bool,
    /// Whether making a pull request ready that is so already is an error.
    pub ready_twice_is_an_error: bool,
    /// Gitea: whether labels may be added by name.
    pub label_names: bool,
    /// The longest text that is taken, in characters. Gitea has no such bound.
    pub body_chars_max: usize,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            not_sent: 0,
            lost_before: 0,
            lost_after: 0,
            late: 0,
            bad_gateway: 0,
            unavailable: 0,
            error_after: 0,
            twice: 0,
            html: 0,
            truncated: 0,
            limited: 0,
            retry_after: 60,
            limit_status_429: false,
            secondary_limits: true,
            refuse_hasty_writes: false,
            primary_limit: 5000,
            visible_within_ms: 0,
            mergeable_unknown_reads: 0,
            clock_offset: 0,
            etags: true,
            check_runs_by_anyone: false,
            viewer_id: true,
            ready_twice_is_an_error: false,
            label_names: true,
            body_chars_max: 65_536,
        }
    }
}

/// Chance, repeatable from a seed.
pub(super) struct Dice(SplitMix64);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(SplitMix64::seeded(seed))
    }

    pub(super) fn fate(&self, knobs: &Knobs, writes: bool) -> Fate {
        let of_writes = u16::from(writes);
        let table = [
            (knobs.not_sent, Fate::NotSent),
            (knobs.lost_before, Fate::LostBefore),
            (knobs.lost_after, Fate::LostAfter),
            (knobs.late, Fate::Late),
            (knobs.bad_gateway, Fate::BadGateway),
            (knobs.unavailable, Fate::Unavailable),
            (knobs.error_after * of_writes, Fate::ErrorAfter),
            (knobs.twice * of_writes, Fate::Twice),
            (knobs.html, Fate::Html),
            (knobs.truncated, Fate::Truncated),
            (knobs.limited, Fate::Limited),
        ];
        let mut fates = table.into_iter().filter(|(often, _)| self.happens(*often));
        fates.next().map_or(Fate::Served, |(_, fate)| fate)
    }

    /// A duration of at most `millis` milliseconds.
    pub(super) fn up_to(&self, millis: u64) -> Duration {
        match millis {
            0 => Duration::ZERO,
            _ => Duration::from_millis(self.0.next_u64() % (millis + 1)),
        }
    }

    fn happens(&self, per_thousand: u16) -> bool {
        per_thousand > 0 && self.0.next_u64() % 1000 < u64::from(per_thousand)
    }
}
