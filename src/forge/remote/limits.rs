//! What a forge allows one account, and what was used of it: arithmetic without a clock or a file.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::governor::Cost;
use crate::http::Response;

/// No wait is longer, whatever an answer or a wrong clock says: after it one call finds out how things stand.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);
/// The wait after the first answer that limits without saying for how long. It doubles with every further one.
const BACK_OFF: SignedDuration = SignedDuration::from_mins(1);
/// The window of points and of content writes.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// The longer window of content writes.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Of an hour's calls, so many at most stay for the account's owner and the other programs that use it.
const RESERVE_MAX: u64 = 50;
/// Pools of calls that are remembered; a forge names few.
const POOLS_MAX: usize = 8;
/// The pool that every call without a name of its own is in.
const CORE: &str = "core";
/// How forges begin what they say when they turn a call away for its frequency.
const LIMIT_WORDS: [&str; 3] = [
    "secondary rate limit",
    "rate limit exceeded",
    "abuse detection",
];

/// What a forge allows one account beyond what its answers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Writes that make content, in any minute.
    pub content_per_minute: usize,
    /// The same, in any hour.
    pub content_per_hour: usize,
    /// Points in any minute: a read has 1, a write 5.
    pub points_per_minute: u32,
    /// From the answer to a write to the next write.
    pub write_spacing: Duration,
}

impl Limits {
    /// What the best known of them publishes.
    pub const STRICT: Self = Self {
        content_per_minute: 80,
        content_per_hour: 500,
        points_per_minute: 900,
        write_spacing: Duration::from_secs(1),
    };
    /// For a server that publishes none: what a small machine bears from one of its users.
    pub const LOOSE: Self = Self {
        content_per_minute: 600,
        content_per_hour: 10_000,
        points_per_minute: 6_000,
        write_spacing: Duration::from_millis(50),
    };
}

const fn points(cost: Cost) -> u32 {
    match cost {
        Cost::Read => 1,
        Cost::Write | Cost::Content => 5,
    }
}

const fn writes(cost: Cost) -> bool {
    !matches!(cost, Cost::Read)
}

/// What one account has used. Times are milliseconds since 1970 by this machine's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Used {
    /// Pools by the name that the forge gives them.
    pub(super) pools: BTreeMap<String, Pool>,
    /// When content was written, oldest first; none is older than an hour.
    pub(super) content: Vec<i64>,
    /// When points were spent and how many; none is older than a minute.
    pub(super) points: Vec<(i64, u32)>,
    /// When the last write was sent or answered.
    pub(super) last_write: Option<i64>,
    /// Answers without a stated wait that limited us, less those that went well since.
    pub(super) level: u32,
    /// When the level last fell.
    pub(super) level_fell: Option<i64>,
    /// Why nothing is sent, and until when.
    pub(super) held: Option<Held>,
}

/// Why nothing is sent, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    /// Until when.
    pub(super) until: i64,
    /// Since when.
    pub(super) since: i64,
    /// In one line.
    pub(super) why: String,
    /// Whether an answer said so: then every call waits. Else it was this account's own arithmetic for one kind of call.
    pub(super) said: bool,
}

/// What an answer said of one pool of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pool {
    /// Calls in an hour.
    pub(super) limit: u64,
    /// Those left.
    pub(super) left: u64,
    /// When all are there again.
    pub(super) reset: i64,
}

impl Pool {
    /// What is kept of a pool for others.
    const fn reserve(self) -> u64 {
        let part = self.limit / 20;
        if part < RESERVE_MAX {
            part
        } else {
            RESERVE_MAX
        }
    }
}

impl Used {
    /// Forgets what no longer counts, and takes times that lie ahead, which a clock that was set back leaves behind, for
    /// now: nothing waits longer than its window because of them.
    pub(super) fn tidy(&mut self, now: i64) {
        let since = |age: SignedDuration| now - millis(age);
        for at in &mut self.content {
            *at = (*at).min(now);
        }
        for (at, _) in &mut self.points {
            *at = (*at).min(now);
        }
        self.content.retain(|at| *at > since(HOUR));
        self.points.retain(|(at, _)| *at > since(MINUTE));
        self.last_write = self.last_write.map(|at| at.min(now));
        self.level_fell = self.level_fell.map(|at| at.min(now));
        let latest = now + millis(WAIT_MAX);
        for pool in self.pools.values_mut() {
            pool.reset = pool.reset.min(latest);
        }
        self.pools.retain(|_, pool| pool.reset > now);
        if let Some(held) = &mut self.held {
            held.until = held.until.min(latest);
        }
        self.held = self.held.take().filter(|held| held.until > now);
    }

    /// When a call of this cost may be sent, and what it waits for. `None`: now.
    pub(super) fn wait(&self, cost: Cost, limits: &Limits, now: i64) -> Option<(i64, String)> {
        let mut waits: Vec<(i64, String)> = Vec::new();
        if let Some(held) = self.held.as_ref().filter(|held| held.said) {
            waits.push((held.until, held.why.clone()));
        }
        if let Some(pool) = self
            .pools
            .get(CORE)
            .filter(|pool| pool.left <= pool.reserve())
        {
            waits.push((
                pool.reset,
                format!(
                    "{} of {} calls of this hour are left",
                    pool.left, pool.limit
                ),
            ));
        }
        waits.extend(self.wait_for_points(cost, limits));
        if writes(cost)
            && let Some(last) = self.last_write
        {
            let spacing = i64::try_from(limits.write_spacing.as_millis()).unwrap_or(0);
            waits.push((last + spacing, "writes are kept apart".to_owned()));
        }
        if cost == Cost::Content {
            let windows = [
                (limits.content_per_minute, MINUTE, "minute"),
                (limits.content_per_hour, HOUR, "hour"),
            ];
            for (most, window, word) in windows {
                let Some(first) = self.content.len().checked_sub(most) else {
                    continue;
                };
                if let Some(at) = self.content.get(first) {
                    let why = format!("{most} things were written within {}", one(word));
                    waits.push((at + millis(window), why));
                }
            }
        }
        waits
            .into_iter()
            .filter(|(at, _)| *at > now)
            .max_by_key(|(at, _)| *at)
    }

    fn wait_for_points(&self, cost: Cost, limits: &Limits) -> Option<(i64, String)> {
        let spent: u32 = self.points.iter().map(|(_, n)| n).sum();
        let mut over = (spent + points(cost)).checked_sub(limits.points_per_minute)?;
        for (at, n) in &self.points {
            if over == 0 {
                return None;
            }
            over = over.saturating_sub(*n);
            if over == 0 {
                return Some((
                    at + millis(MINUTE),
                    "too many calls within a minute".to_owned(),
                ));
            }
        }
        None
    }

    /// Books a call that is sent now.
    pub(super) fn book(&mut self, cost: Cost, now: i64) {
        match self.points.last_mut() {
            // By the second: a minute has few entries then, and every one counts a little longer rather than shorter.
            Some((at, n)) if now - *at < 1000 && now >= *at => {
                *at = now;
                *n += points(cost);
            }
            _ => self.points.push((now, points(cost))),
        }
        if writes(cost) {
            self.last_write = Some(now);
        }
        if cost == Cost::Content {
            self.content.push(now);
        }
        self.held = self.held.take().filter(|held| held.said);
    }

    /// Learns from an answer. `Some`: it turned the call away until then.
    pub(super) fn learn(&mut self, cost: Cost, answer: &Response, now: i64) -> Option<i64> {
        if writes(cost) {
            self.last_write = Some(now.max(self.last_write.unwrap_or(now)));
        }
        let pool = self.learn_pool(answer, now);
        let turned_away = turned_away(answer, pool);
        if !turned_away {
            if answer.status < 400 && self.level > 0 && self.level_may_fall(now) {
                self.level -= 1;
                self.level_fell = Some(now);
            }
            return None;
        }
        let latest = now + millis(WAIT_MAX);
        let (until, why) = if let Some(wait) = retry_after(answer, now) {
            (now + wait, "the forge asks for a pause".to_owned())
        } else if let Some(pool) = pool.filter(|pool| pool.left == 0 && pool.reset > now) {
            (
                pool.reset,
                format!("all {} calls of this hour are used", pool.limit),
            )
        } else {
            let doubled = millis(BACK_OFF).saturating_mul(1 << self.level.min(6));
            self.level = (self.level + 1).min(7);
            self.level_fell = Some(now);
            (
                now + doubled,
                "the forge says that calls come too fast".to_owned(),
            )
        };
        // A pause of nothing would send the same call again at once.
        let until = until.clamp(now + 1000, latest);
        let until = until.max(self.held.as_ref().filter(|h| h.said).map_or(0, |h| h.until));
        self.held = Some(Held {
            until,
            why,
            said: true,
            since: now,
        });
        Some(until)
    }

    fn level_may_fall(&self, now: i64) -> bool {
        self.level_fell.is_none_or(|at| now - at >= millis(MINUTE))
    }

    /// Reset times are by the forge's clock, which its `Date` tells.
    fn learn_pool(&mut self, answer: &Response, now: i64) -> Option<Pool> {
        let left = answer.headers.number("x-ratelimit-remaining")?;
        let limit = answer.headers.number("x-ratelimit-limit").unwrap_or(left);
        let reset = answer.headers.number("x-ratelimit-reset")?;
        let reset = i64::try_from(reset).ok()?.checked_mul(1000)?;
        let ahead = forge_now(answer).map_or(0, |theirs| theirs - now);
        let reset = reset
            .saturating_sub(ahead)
            .clamp(now, now + millis(WAIT_MAX));
        let pool = Pool { limit, left, reset };
        let name = answer.headers.get("x-ratelimit-resource").unwrap_or(CORE);
        let known = self.pools.contains_key(name) || self.pools.len() < POOLS_MAX;
        if known && name.len() <= 40 {
            self.pools.insert(name.to_owned(), pool);
        }
        Some(pool)
    }
}

fn one(word: &str) -> String {
    let article = if word == "hour" { "an" } else { "a" };
    format!("{article} {word}")
}

/// Whether a limit and not a permission turned the call away.
fn turned_away(answer: &Response, pool: Option<Pool>) -> bool {
    let says_so = || {
        let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(4096)]);
        let text = text.to_lowercase();
        LIMIT_WORDS.iter().any(|words| text.contains(words))
    };
    match answer.status {
        429 => true,
        403 => {
            pool.is_some_and(|pool| pool.left == 0)
                || answer.headers.get("retry-after").is_some()
                || says_so()
        }
        // One interface answers 200 and says it in the body.
        200 => {
            pool.is_some_and(|pool| pool.left == 0)
                && answer.headers.get("x-ratelimit-resource") == Some("graphql")
                && String::from_utf8_lossy(&answer.body).contains("RATE_LIMITED")
        }
        _ => false,
    }
}

/// Milliseconds to wait: seconds, or a date by the forge's clock.
fn retry_after(answer: &Response, now: i64) -> Option<i64> {
    let text = answer.headers.get("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let at = http_date(text)?;
    Some((at - forge_now(answer).unwrap_or(now)).max(0))
}

fn forge_now(answer: &Response) -> Option<i64> {
    http_date(answer.headers.get("date")?)
}

fn http_date(text: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text);
    date.ok().map(Timestamp::as_millisecond)
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
