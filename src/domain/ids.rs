//! Names of things, checked where they enter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that is not one: what it should have been, and what was given.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("`{}` is not {expected}", printable(.given))]
pub struct BadId {
    /// The form that was expected, for example "an item such as `issue/12`".
    pub expected: &'static str,
    /// What was given, cut to a printable length by whoever shows it.
    pub given: String,
}

fn printable(given: &str) -> String {
    given
        .chars()
        .take(80)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

macro_rules! string_id {
    ($name:ident) => {
        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

/// Whether a number names an issue or a pull request. They share one sequence of numbers on every forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// An issue.
    Issue,
    /// A pull request.
    Pr,
}

/// An issue or a pull request, written `issue/12` or `pr/34`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemId {
    /// Which of the two.
    pub kind: ItemKind,
    /// Its number on the forge.
    pub number: u64,
}

impl ItemId {
    /// The issue `number`.
    pub const fn issue(number: u64) -> Self {
        Self {
            kind: ItemKind::Issue,
            number,
        }
    }

    /// The pull request `number`.
    pub const fn pr(number: u64) -> Self {
        Self {
            kind: ItemKind::Pr,
            number,
        }
    }

    /// The name as one word for files and run ids: `issue-12`.
    pub fn slug(self) -> String {
        self.to_string().replace('/', "-")
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ItemKind::Issue => write!(f, "issue/{}", self.number),
            ItemKind::Pr => write!(f, "pr/{}", self.number),
        }
    }
}

impl FromStr for ItemId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId {
            expected: expected_item(text),
            given: text.to_owned(),
        };
        let (kind, number) = text.split_once(['/', '-']).ok_or_else(bad)?;
        let kind = match kind {
            "issue" => ItemKind::Issue,
            "pr" => ItemKind::Pr,
            _ => return Err(bad()),
        };
        Ok(Self {
            kind,
            number: parse_number(number).ok_or_else(bad)?,
        })
    }
}

/// What an item looks like, in words that fit what was given instead.
fn expected_item(given: &str) -> &'static str {
    let given = given.trim_start_matches('#');
    let kind = given.split(['/', '-', '#', ' ']).next().unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "pr" | "prs" | "pull" | "pulls" | "mr" | "merge" | "request" => {
            "an item: a pull request is written `pr/34`, with a number from 1 on"
        }
        "issue" | "issues" | "bug" | "task" | "ticket" | "feature" | "story" => {
            "an item: an issue is written `issue/12`, with a number from 1 on"
        }
        number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            "an item: say what it is, `issue/12` or `pr/12`"
        }
        _ => "an item such as `issue/12` or `pr/34`: there are no other kinds",
    }
}

impl TryFrom<String> for ItemId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> Self {
        id.to_string()
    }
}

fn parse_number(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = plain.then(|| text.parse().ok())??;
    (number > 0 && !text.starts_with('0')).then_some(number)
}

/// The attempt that the end of a name tells, such as `3` of `issue-12-a3`.
pub(crate) fn parse_attempt(text: &str) -> Option<u32> {
    u32::try_from(parse_number(text)?).ok()
}

/// A profile: lower-case letters, digits, `-`, `_` and `.`, at most 64 of them; a folder name and never a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileId(String);
string_id!(ProfileId);

impl FromStr for ProfileId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let chars = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        let first = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if first && text.len() <= 64 && text.chars().all(chars) && !text.contains("..") {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId {
                expected: "a profile id (lower-case letters, digits, `-`, `_`, `.`, at most 64)",
                given: text.to_owned(),
            })
        }
    }
}

/// A run: `20261121-031502-issue-12-a1`. The time makes it sort, item and attempt make it unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);
string_id!(RunId);

impl RunId {
    /// The id of `attempt` at `item`, started at `now`.
    pub fn new(now: jiff::Timestamp, item: ItemId, attempt: u32) -> Self {
        Self(format!(
            "{}-{}-a{attempt}",
            now.strftime("%Y%m%d-%H%M%S"),
            item.slug()
        ))
    }

    /// Which attempt at its item the run is.
    pub fn attempt(&self) -> Option<u32> {
        parse_attempt(self.0.rsplit_once("-a")?.1)
    }

    /// The item that the run works on.
    pub fn item(&self) -> Option<ItemId> {
        let rest = self.0.get(16..)?;
        rest.rsplit_once("-a")?.0.parse().ok()
    }
}

impl FromStr for RunId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let id = Self(text.to_owned());
        let digits = |range| {
            text.get(range)
                .is_some_and(|s: &str| s.bytes().all(|b| b.is_ascii_digit()))
        };
        let stamp = digits(0..8)
            && text.get(8..9) == Some("-")
            && digits(9..15)
            && text.get(15..16) == Some("-");
        if stamp
            && id.attempt().is_some()
            && text.len() <= 64
            && id.item().is_some_and(|item| text.contains(&item.slug()))
        {
            Ok(id)
        } else {
            Err(BadId {
                expected: "a run such as `20261121-031502-issue-12-a1`",
                given: text.to_owned(),
            })
        }
    }
}

/// An intent: the first 16 hex digits of its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IntentId(String);
string_id!(IntentId);

impl FromStr for IntentId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        if text.len() == 16 && is_lower_hex(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId {
                expected: "an intent (16 hex digits)",
                given: text.to_owned(),
            })
        }
    }
}

/// A git object name, 40 or 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha(String);
string_id!(Sha);

impl Sha {
    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl FromStr for Sha {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        if matches!(text.len(), 40 | 64) && is_lower_hex(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId {
                expected: "a git object name",
                given: text.to_owned(),
            })
        }
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A branch name that git accepts and that can never be taken for an option or a path outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);
string_id!(BranchName);

impl FromStr for BranchName {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        if is_valid_branch(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId {
                expected: "a branch name",
                given: text.to_owned(),
            })
        }
    }
}

/// Whether `name` is a branch name by the rules of `git check-ref-format --branch`, and at most 200 bytes.
pub fn is_valid_branch(name: &str) -> bool {
    let bad_char = |c: char| c.is_control() || " ~^:?*[\\\u{7f}".contains(c);
    let component = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !Ends(part).with_ignoring_case(".lock")
            && !part.ends_with('.')
    };
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with('-')
        && name != "@"
        && name != "HEAD"
        && !name.contains("..")
        && !name.contains("@{")
        && !name.chars().any(bad_char)
        && name.split('/').all(component)
}

struct Ends<'a>(&'a str);

impl Ends<'_> {
    fn with_ignoring_case(&self, suffix: &str) -> bool {
        self.0.len() >= suffix.len()
            && self.0.is_char_boundary(self.0.len() - suffix.len())
            && self.0[self.0.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_parse_and_refuse() {
        assert_eq!("issue/12".parse(), Ok(ItemId::issue(12)));
        assert_eq!("pr/3".parse(), Ok(ItemId::pr(3)));
        for bad in [
            "",
            "issue",
            "issue/",
            "issue/0",
            "issue/012",
            "issue/+1",
            "issue/1x",
            "PR/1",
            "pr/../1",
        ] {
            assert!(bad.parse::<ItemId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_item_is_told_how_it_is_written() {
        for (given, told) in [
            ("12", "`issue/12` or `pr/12`"),
            ("#12", "`issue/12` or `pr/12`"),
            ("bug/3", "an issue is written `issue/12`"),
            ("Issue/3", "an issue is written `issue/12`"),
            ("pull/3", "a pull request is written `pr/34`"),
            ("PR/3", "a pull request is written `pr/34`"),
            ("mr/3", "a pull request is written `pr/34`"),
            ("epic/3", "no other kinds"),
            ("", "no other kinds"),
        ] {
            let error = given.parse::<ItemId>().unwrap_err().to_string();
            assert!(error.contains(told), "{given}: {error}");
        }
    }

    #[test]
    fn a_run_id_knows_its_item() {
        let now = "2026-11-21T03:15:02Z".parse().unwrap();
        let id = RunId::new(now, ItemId::issue(12), 1);
        assert_eq!(id.as_str(), "20261121-031502-issue-12-a1");
        assert_eq!(
            (id.item(), id.attempt()),
            (Some(ItemId::issue(12)), Some(1))
        );
        assert_eq!(id.as_str().parse(), Ok(id));
        for bad in [
            "",
            "x",
            "20261121-031502-issue-12",
            "20261121-031502-../../x-a1",
            "2026112x-031502-pr-1-a1",
        ] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn branch_names_that_git_or_a_shell_would_misread_are_refused() {
        for good in ["main", "agent/issue-12-a1", "feature/äö", "a.b"] {
            assert!(is_valid_branch(good), "{good}");
        }
        for bad in [
            "", "-x", "--force", "a b", "a\nb", "a..b", "a.lock", "a.LOCK/b", "/a", "a/", "a//b",
            ".a", "a.", "@", "HEAD", "a@{1}", "a:b", "a\u{7}b",
        ] {
            assert!(!is_valid_branch(bad), "{bad:?}");
        }
    }

    #[test]
    fn profile_ids_are_never_paths() {
        for bad in ["", ".", "..", "a/b", "A", "-a", "a..b", "a b"] {
            assert!(bad.parse::<ProfileId>().is_err(), "{bad:?}");
        }
        assert!("web-1.x".parse::<ProfileId>().is_ok());
    }
}
