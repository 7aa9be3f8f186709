//! One account of calls in a file, for all processes of a user on this machine.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::governor::{Cost, Governor};
use super::limits::{Held, Limits, Used};
use super::token::Token;
use crate::durable::{self, DurableError, Lock, Rank, Versioned};
use crate::forge::ForgeError;
use crate::http::Response;
use crate::sys::{Clock, SystemClock};

/// The longest that a call is held back by waiting; with a longer wait it is not made.
const PATIENCE: Duration = Duration::from_secs(2);
/// The lock is held for a read and a write of a small file.
const LOCK_LIMIT: Duration = Duration::from_secs(10);
/// The largest file that is believed.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// An account that was not used for so long is forgotten.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The file: accounts by host and a short digest of the token.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ForgeLimits {
    accounts: BTreeMap<String, Account>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Account {
    host: String,
    /// When it was last used, in milliseconds since 1970.
    seen: i64,
    used: Used,
}

impl Versioned for ForgeLimits {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "forge-limits";
}

/// Something that is not sent before a time, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The forge's host.
    pub host: String,
    /// Which account there: a short digest of its token.
    pub account: String,
    /// Until when.
    pub until: Timestamp,
    /// Since when.
    pub since: Timestamp,
    /// Why, in one line.
    pub why: String,
}

/// Keeps to the limits of a forge together with all other processes of this user: what was sent is booked in one file
/// under a lock that is held for as long as it takes to read and write it, never while waiting. The file may be lost in a
/// power cut: the forge's next answers tell the same again.
pub struct FileGovernor {
    file: PathBuf,
    lock: PathBuf,
    host: String,
    token: Token,
    limits: Limits,
    clock: Arc<dyn Clock>,
    known: Mutex<Option<Known>>,
}

/// The book as this process wrote it last, so that it need not be read and parsed for every answer.
struct Known {
    book: ForgeLimits,
    /// What tells the file that was written from any other, and from itself after somebody has edited it.
    mark: Mark,
    /// It is kept open: as long as it is, no other file gets its number.
    _written: File,
}

/// Device, number, time of the last change in seconds and nanoseconds, bytes.
type Mark = (u64, u64, i64, i64, u64);

fn mark(meta: &Metadata) -> Mark {
    (
        meta.dev(),
        meta.ino(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.len(),
    )
}

impl Known {
    fn of(file: &Path, book: ForgeLimits) -> Option<Self> {
        let written = File::open(file).ok()?;
        let mark = mark(&written.metadata().ok()?);
        Some(Self {
            book,
            mark,
            _written: written,
        })
    }

    /// Whether nobody has touched the file since.
    fn is_still(&self, file: &Path) -> bool {
        std::fs::symlink_metadata(file).is_ok_and(|meta| mark(&meta) == self.mark)
    }
}

impl FileGovernor {
    /// For calls to `host` with `token`. `state` is the folder of acp's state.
    pub fn new(
        state: &Path,
        host: impl Into<String>,
        token: Token,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            file: file_in(state),
            lock: state.join("locks/governor.lock"),
            host: host.into(),
            token,
            limits,
            clock,
            known: Mutex::new(None),
        }
    }

    /// Changes this account under the lock.
    fn with<T>(&self, change: impl FnOnce(&mut Used, i64) -> T) -> Result<T, ForgeError> {
        let key = format!("{} {}", self.host, self.token.fingerprint());
        let folder = self.lock.parent().unwrap_or(&self.lock);
        durable::create_dirs(folder).map_err(|e| failed(&e))?;
        let lock = Lock::acquire(
            &self.lock,
            Rank::Governor,
            "forge limits",
            LOCK_LIMIT,
            // Other processes hold it, whose time is the machine's.
            &SystemClock::new(),
            &mut |_, _| {},
        )
        .map_err(|e| failed(&e))?;
        let mut place = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = match place.take().filter(|known| known.is_still(&self.file)) {
            Some(known) => known.book,
            None => read(&self.file)?,
        };
        let now = self.clock.now().as_millisecond();
        let oldest = now - i64::try_from(FORGET_AFTER.as_millis()).unwrap_or(0);
        book.accounts.retain(|_, account| account.seen > oldest);
        let before = predecessor(&book, &key, &self.host);
        let account = book.accounts.entry(key).or_default();
        if let Some(before) = before {
            account.used.last_write = before.last_write;
            account.used.content = before.content;
            account.used.points = before.points;
        }
        account.host.clone_from(&self.host);
        account.seen = now;
        account.used.tidy(now);
        let answer = change(&mut account.used, now);
        let bytes = durable::encode_record(&book);
        durable::write_quick(&self.file, &bytes).map_err(|e| failed(&e))?;
        *place = Known::of(&self.file, book);
        drop(lock);
        Ok(answer)
    }
}

/// What was used last on this host, for a token that is new: an app gets another one each hour, and the forge counts on.
fn predecessor(book: &ForgeLimits, key: &str, host: &str) -> Option<Used> {
    if book.accounts.contains_key(key) {
        return None;
    }
    let of_host = book.accounts.values().filter(|other| other.host == host);
    let last = of_host.max_by_key(|other| other.seen)?;
    Some(last.used.clone())
}

impl Governor for FileGovernor {
    fn admit(&self, cost: Cost) -> Result<(), ForgeError> {
        let begun = self.clock.monotonic();
        loop {
            let waited = self.clock.monotonic().saturating_sub(begun);
            let left = PATIENCE.saturating_sub(waited);
            let wait = self.with(|used, now| {
                let Some((until, why)) = used.wait(cost, &self.limits, now) else {
                    used.book(cost, now);
                    return None;
                };
                let wait = Duration::from_millis(u64::try_from(until - now).unwrap_or(0));
                if wait > left && !used.held.as_ref().is_some_and(|held| held.said) {
                    used.held = Some(Held {
                        until,
                        why,
                        said: false,
                        since: now,
                    });
                }
                Some((until, wait))
            })?;
            match wait {
                None => return Ok(()),
                Some((until, wait)) if wait > left => {
                    return Err(ForgeError::Limited {
                        until: stamp(until),
                    });
                }
                Some((_, wait)) => self.clock.sleep(wait),
            }
        }
    }

    fn note(&self, cost: Cost, answer: &Response) -> Option<Timestamp> {
        // The answer is worth more than the book: a limit that could not be noted is still reported.
        let noted = self.with(|used, now| used.learn(cost, answer, now));
        let until = noted.unwrap_or_else(|_| {
            let now = self.clock.now().as_millisecond();
            Used::default().learn(cost, answer, now)
        });
        until.map(stamp)
    }
}

/// What is not sent at the moment, by any account of this machine's user. A file that cannot be read holds nothing back.
pub fn blocks(state: &Path, now: Timestamp) -> Vec<Block> {
    let Ok(mut book) = read(&file_in(state)) else {
        return vec![];
    };
    let now = now.as_millisecond();
    let mut blocks = vec![];
    for (key, account) in &mut book.accounts {
        account.used.tidy(now);
        if let Some(held) = &account.used.held {
            let account_of = key.rsplit(' ').next().unwrap_or_default();
            blocks.push(Block {
                host: account.host.clone(),
                account: account_of.to_owned(),
                until: stamp(held.until),
                since: stamp(held.since),
                why: held.why.clone(),
            });
        }
    }
    blocks
}

fn file_in(state: &Path) -> PathBuf {
    state.join("forge-limits.json")
}

/// A file that a power cut or a person left in pieces counts as empty, since the next answers tell it all again; one of a
/// newer acp does not, because that acp goes by it.
fn read(file: &Path) -> Result<ForgeLimits, ForgeError> {
    let bytes = match durable::read_file(file, FILE_BYTES_MAX) {
        Ok(Some(bytes)) => bytes,
        Ok(None) | Err(DurableError::TooLarge { .. }) => return Ok(ForgeLimits::default()),
        Err(error) => return Err(failed(&error)),
    };
    match durable::decode_record(file, &bytes) {
        Ok(book) => Ok(book),
        Err(error @ DurableError::Newer { .. }) => Err(failed(&error)),
        Err(_) => Ok(ForgeLimits::default()),
    }
}

fn failed(error: &DurableError) -> ForgeError {
    ForgeError::Io {
        tried: "keep the account of calls to the forge".to_owned(),
        why: error.to_string(),
        disk_full: error.is_disk_full(),
    }
}

fn stamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "file_governor_tests.rs"]
mod tests;
