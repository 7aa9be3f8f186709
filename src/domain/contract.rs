//! The agent's contract: what it may say in its result file, and what each pair of OUTCOME and ACTION claims.
//!
//! A result is text to be read. Nothing in it is ever executed, expanded or used as a path.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{ItemKind, ReviewAction, Task};

/// The largest result file that is read.
pub const RESULT_BYTES_MAX: usize = 64 * 1024;
/// The most keys that a result may have.
pub const RESULT_KEYS_MAX: usize = 100;

/// What an agent claims. The host believes it only as far as it sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The worktree implements the issue.
    Implemented,
    /// It cannot go on; the reason is in DETAIL or in the comment file.
    Blocked,
    /// A scheduled task has looked; `alert` when a person should know.
    Reported {
        /// Whether it found something.
        alert: bool,
    },
    /// The review found nothing to object to.
    Approved(ReviewAction),
    /// The worktree repairs the pull request.
    UpdatedBranch,
    /// Nothing has to change.
    NoChangeNeeded,
}

/// The kinds of task as far as the contract tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractKind {
    /// Implement an issue.
    Issue,
    /// A scheduled task of an issue.
    Scheduled,
    /// Review a pull request.
    Review,
    /// Repair a pull request.
    Fix,
}

impl ContractKind {
    /// The kind of a task.
    pub const fn of(task: &Task) -> Self {
        match task {
            Task::Implement => Self::Issue,
            Task::Scheduled => Self::Scheduled,
            Task::Fix { .. } => Self::Fix,
            Task::Review { .. } => Self::Review,
        }
    }

    /// Whether a run at an item of this kind can have such a task.
    pub const fn fits(self, item: ItemKind) -> bool {
        matches!(
            (self, item),
            (Self::Issue | Self::Scheduled, ItemKind::Issue)
                | (Self::Review | Self::Fix, ItemKind::Pr)
        )
    }
}

/// One legal pair.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The kinds of task that may end so.
    pub kinds: &'static [ContractKind],
    /// The value of OUTCOME.
    pub outcome: &'static str,
    /// The value of ACTION.
    pub action: &'static str,
    /// What the pair claims.
    pub claim: Claim,
}

const fn pair(
    kinds: &'static [ContractKind],
    outcome: &'static str,
    action: &'static str,
    claim: Claim,
) -> Contract {
    Contract {
        kinds,
        outcome,
        action,
        claim,
    }
}

use ContractKind::{Fix, Issue, Review, Scheduled};

/// Every legal pair; all others break the contract.
pub const PAIRS: &[Contract] = &[
    pair(
        &[Issue],
        "implemented",
        "host-publish-issue-pr",
        Claim::Implemented,
    ),
    pair(
        &[Issue, Scheduled],
        "blocked",
        "host-comment-blocker",
        Claim::Blocked,
    ),
    pair(
        &[Scheduled],
        "reported",
        "host-comment-scheduled-report",
        Claim::Reported { alert: false },
    ),
    pair(
        &[Scheduled],
        "reported",
        "host-comment-scheduled-alert",
        Claim::Reported { alert: true },
    ),
    pair(
        &[Review],
        "approved-local-review-passed",
        "host-advance-double-check-2",
        Claim::Approved(ReviewAction::AdvanceDoubleCheck2),
    ),
    pair(
        &[Review],
        "approved-local-review-passed",
        "host-approve-and-merge",
        Claim::Approved(ReviewAction::ApproveAndMerge),
    ),
    pair(
        &[Review],
        "approved-local-review-passed",
        "host-await-human-review",
        Claim::Approved(ReviewAction::AwaitHumanReview),
    ),
    pair(
        &[Fix],
        "updated-branch",
        "host-push-pr-branch",
        Claim::UpdatedBranch,
    ),
    pair(
        &[Fix],
        "no-change-needed",
        "host-refresh-pr-state",
        Claim::NoChangeNeeded,
    ),
    pair(
        &[Review, Fix],
        "blocked",
        "host-comment-pr-blocker",
        Claim::Blocked,
    ),
];

/// What the pair claims, when a task of that kind may end so.
pub fn legal(kind: ContractKind, outcome: &str, action: &str) -> Option<Claim> {
    PAIRS
        .iter()
        .find(|p| p.kinds.contains(&kind) && p.outcome == outcome && p.action == action)
        .map(|p| p.claim)
}

/// The row that makes `claim` for a task of that kind.
pub fn pair_for(kind: ContractKind, claim: Claim) -> Option<&'static Contract> {
    PAIRS
        .iter()
        .find(|p| p.kinds.contains(&kind) && p.claim == claim)
}

/// A result that is not what the contract allows.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum BadResult {
    /// Larger than [`RESULT_BYTES_MAX`].
    #[error("the result is larger than {RESULT_BYTES_MAX} bytes")]
    TooLarge,
    /// Not UTF-8, or with NUL bytes in it.
    #[error("the result is not text")]
    NotText,
    /// A line without `=`.
    #[error("line {line} of the result is not KEY=VALUE")]
    NotAPair {
        /// Which line, from 1.
        line: usize,
    },
    /// A key that is not written as keys are.
    #[error("key {number} of the result is not spelled as keys are: A to Z, 0 to 9 and `_`")]
    BadKey {
        /// The line, or the position in the object; from 1.
        number: usize,
    },
    /// A key that is there twice: which one counts would be a guess.
    #[error("the result has `{key}` twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// More than [`RESULT_KEYS_MAX`] keys.
    #[error("the result has more than {RESULT_KEYS_MAX} keys")]
    TooManyKeys,
    /// Not a JSON object.
    #[error("the result is not a JSON object: {why}")]
    NotJson {
        /// What the parser said.
        why: String,
    },
    /// A key that must be there.
    #[error("the result has no `{key}`")]
    Lacks {
        /// The key.
        key: &'static str,
    },
    /// A pair that no task, or not this one, may end with.
    #[error(
        "OUTCOME `{}` with ACTION `{}` is not a legal end of this task",
        short(.outcome),
        short(.action)
    )]
    IllegalPair {
        /// OUTCOME as given.
        outcome: String,
        /// ACTION as given.
        action: String,
    },
}

fn short(text: &str) -> String {
    text.chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// A result file as it was read: keys and text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResultFile {
    /// Every key, known or not, with its text.
    pub keys: BTreeMap<String, String>,
}

impl ResultFile {
    /// The text of a key, when it is there and not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys
            .get(key)
            .map(String::as_str)
            .filter(|v| !v.is_empty())
    }

    /// What it claims for a task of that kind.
    pub fn claim(&self, kind: ContractKind) -> Result<Claim, BadResult> {
        let need = |key| self.get(key).ok_or(BadResult::Lacks { key });
        let (outcome, action) = (need("OUTCOME")?, need("ACTION")?);
        legal(kind, outcome, action).ok_or_else(|| BadResult::IllegalPair {
            outcome: outcome.to_owned(),
            action: action.to_owned(),
        })
    }

    /// The agent's reason in its own words.
    pub fn detail(&self) -> Option<&str> {
        self.get("DETAIL")
    }

    fn insert(&mut self, number: usize, key: &str, value: String) -> Result<(), BadResult> {
        if !is_key(key) {
            return Err(BadResult::BadKey { number });
        }
        if self.keys.len() >= RESULT_KEYS_MAX {
            return Err(BadResult::TooManyKeys);
        }
        match self.keys.insert(key.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(BadResult::Twice {
                key: key.to_owned(),
            }),
        }
    }
}

/// The file as `result.env` holds it. Values are brought onto one line; a value is never quoted, because a reader strips
/// quotes only when they surround the whole of it.
impl fmt::Display for ResultFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in &self.keys {
            let line: String = value
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            let line = line.trim();
            // One more pair of quotes keeps the quotes that belong to the value.
            if unquoted(line) == line {
                writeln!(f, "{key}={line}")?;
            } else {
                writeln!(f, "{key}=\"{line}\"")?;
            }
        }
        Ok(())
    }
}

/// Reads `KEY=VALUE` lines. Empty lines and lines that begin with `#` say nothing; quotes around a value are taken off;
/// everything else, `$(…)` and backticks too, is the text that it is.
pub fn parse_result_env(bytes: &[u8]) -> Result<ResultFile, BadResult> {
    let mut result = ResultFile::default();
    for (at, line) in text(bytes)?.lines().enumerate() {
        let (number, line) = (at + 1, line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .ok_or(BadResult::NotAPair { line: number })?;
        result.insert(number, key, unquoted(value.trim()).to_owned())?;
    }
    Ok(result)
}

/// Reads the same as a JSON object. Keys may be written small; what is no string is kept as its JSON text, and `null` is
/// as if it were not there.
pub fn parse_result_json(bytes: &[u8]) -> Result<ResultFile, BadResult> {
    let entries: Entries =
        serde_json::from_str(text(bytes)?).map_err(|error| BadResult::NotJson {
            why: error.to_string(),
        })?;
    let mut result = ResultFile::default();
    for (at, (key, value)) in entries.0.into_iter().enumerate() {
        let value = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(value) => value,
            other => other.to_string(),
        };
        result.insert(at + 1, &key.to_ascii_uppercase(), value)?;
    }
    Ok(result)
}

fn text(bytes: &[u8]) -> Result<&str, BadResult> {
    if bytes.len() > RESULT_BYTES_MAX {
        return Err(BadResult::TooLarge);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(BadResult::NotText),
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

/// An object's entries in the order in which they are written, with repeated keys kept, so that they can be refused.
struct Entries(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = vec![];
                while let Some(entry) = map.next_entry()? {
                    if entries.len() > RESULT_KEYS_MAX {
                        return Err(A::Error::custom("too many keys"));
                    }
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
#[path = "contract_tests.rs"]
mod tests;
