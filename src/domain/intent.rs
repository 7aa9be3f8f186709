//! A write to the outside that is wanted.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BranchName, CheckState, IntentId, ItemId, ItemKind, MergeMethod, RunId, Sha};

/// Whose decision an intent carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A run's result.
    Run(RunId),
    /// A pass.
    Pass,
    /// A verb that a person typed; the nonce makes two equal verbs two intents.
    Verb {
        /// Random text.
        nonce: String,
        /// Who typed it.
        actor: String,
    },
}

/// The kinds of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentKind {
    /// Open an issue.
    Issue,
    /// Push a branch, or remove one.
    Push,
    /// Open a pull request.
    Pr,
    /// Make a draft ready.
    Ready,
    /// Comment.
    Comment,
    /// Add and remove labels.
    Labels,
    /// Review.
    Review,
    /// Post a check result.
    Check,
    /// Merge.
    Merge,
    /// Close an issue or a pull request.
    Close,
}

impl IntentKind {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Push => "push",
            Self::Pr => "pr",
            Self::Ready => "ready",
            Self::Comment => "comment",
            Self::Labels => "labels",
            Self::Review => "review",
            Self::Check => "check",
            Self::Merge => "merge",
            Self::Close => "close",
        }
    }
}

/// What a review intent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewVerdict {
    /// Agrees.
    Approve,
    /// Wants another head.
    RequestChanges,
    /// Only remarks.
    Comment,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Payload {
    /// Open an issue.
    Issue {
        /// Title.
        title: String,
        /// Markdown.
        body: String,
        /// Labels.
        labels: BTreeSet<String>,
    },
    /// Make `branch` of the forge's repository point at `sha`.
    Push {
        /// The branch.
        branch: BranchName,
        /// What it shall point at; present in `repo.git`.
        sha: Sha,
        /// What it must point at now; `None`: it must not exist.
        expect: Option<Sha>,
    },
    /// Remove `branch` of the forge's repository: a push of nothing.
    DeleteBranch {
        /// The branch.
        branch: BranchName,
        /// What it must point at now; a branch that has moved stays.
        expect: Sha,
    },
    /// Open a pull request.
    Pr {
        /// The branch with the change.
        head: BranchName,
        /// The commit it must be at.
        head_sha: Sha,
        /// Where it goes.
        base: BranchName,
        /// Title.
        title: String,
        /// Markdown.
        body: String,
        /// As a draft.
        draft: bool,
    },
    /// Make a draft ready for review.
    Ready {
        /// The pull request.
        pr: u64,
    },
    /// Comment on an item.
    Comment {
        /// Markdown.
        body: String,
    },
    /// Add and remove labels of an item.
    Labels {
        /// To add.
        add: BTreeSet<String>,
        /// To remove.
        remove: BTreeSet<String>,
    },
    /// Review a pull request.
    Review {
        /// The head that was looked at.
        head: Sha,
        /// What it says.
        verdict: ReviewVerdict,
        /// Markdown.
        body: String,
    },
    /// Post the result of a check.
    Check {
        /// The commit.
        sha: Sha,
        /// The check's name.
        name: String,
        /// What it says.
        state: CheckState,
        /// One line.
        summary: String,
    },
    /// Merge a pull request.
    Merge {
        /// The head that was judged; the forge refuses any other.
        head: Sha,
        /// How.
        method: MergeMethod,
    },
    /// Close an item without merging.
    Close {
        /// Why, for the journal.
        reason: String,
    },
}

impl Payload {
    /// Its kind.
    pub const fn kind(&self) -> IntentKind {
        match self {
            Self::Issue { .. } => IntentKind::Issue,
            Self::Push { .. } | Self::DeleteBranch { .. } => IntentKind::Push,
            Self::Pr { .. } => IntentKind::Pr,
            Self::Ready { .. } => IntentKind::Ready,
            Self::Comment { .. } => IntentKind::Comment,
            Self::Labels { .. } => IntentKind::Labels,
            Self::Review { .. } => IntentKind::Review,
            Self::Check { .. } => IntentKind::Check,
            Self::Merge { .. } => IntentKind::Merge,
            Self::Close { .. } => IntentKind::Close,
        }
    }
}

/// How far a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Wanted; nothing was sent.
    Prepared,
    /// About to be sent, or sent: whether it happened must be looked up.
    Dispatched,
    /// It happened.
    Confirmed,
}

/// What the forge made of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Applied {
    /// An issue or a pull request was opened.
    Opened {
        /// Its number.
        number: u64,
    },
    /// A comment or review was written.
    Commented {
        /// The forge's number of it.
        id: u64,
    },
    /// It was merged.
    Merged {
        /// The commit on the base branch.
        commit: Option<Sha>,
    },
    /// Done; nothing to remember.
    Done,
}

/// A write that is wanted, how far it is, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The first 16 hex digits of `key`.
    pub id: IntentId,
    /// sha256 over origin, kind, target and fact.
    pub key: String,
    /// Place in the order of the outbox.
    pub seq: u64,
    /// Whose decision it carries out.
    pub origin: Origin,
    /// The item that it is for: order holds per item. `None` for an issue that has no number yet.
    pub item: Option<ItemId>,
    /// What is to be written.
    pub payload: Payload,
    /// What the decision rests on: head, attempt, label set.
    pub fact: String,
    /// Intents that must be confirmed first.
    pub needs: Vec<IntentId>,
    /// When it was enqueued.
    pub created: Timestamp,
    /// How far it is.
    pub phase: Phase,
    /// When tries began that did not get through; `None`: none has failed since it was enqueued, since a person had it tried
    /// again, or since nothing could be sent at all.
    #[serde(default)]
    pub first_tried: Option<Timestamp>,
    /// When it was last sent.
    pub dispatched: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// Not before this.
    pub next: Option<Timestamp>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// What became of it.
    pub applied: Option<Applied>,
    /// Who gave it up. It stays in `failed/` so that its key is known and no pass wants it again.
    #[serde(default)]
    pub dropped: Option<String>,
}

/// Who a pass or a run writes as on a forge that lets acp choose.
pub const ACTOR: &str = "acp";

impl Intent {
    /// A prepared intent. Its key depends on `origin`, the payload's kind, the target and `fact`, and on nothing else.
    pub fn new(
        origin: Origin,
        item: Option<ItemId>,
        payload: Payload,
        fact: String,
        needs: Vec<IntentId>,
        now: Timestamp,
    ) -> Self {
        let key = key(&origin, item, &payload, &fact);
        let id = IntentId::try_from(key[..16].to_owned())
            .unwrap_or_else(|_| unreachable!("a sha256 in hex begins with 16 hex digits"));
        Self {
            id,
            key,
            seq: 0,
            origin,
            item,
            payload,
            fact,
            needs,
            created: now,
            phase: Phase::Prepared,
            first_tried: None,
            dispatched: None,
            attempts: 0,
            next: None,
            last_error: None,
            applied: None,
            dropped: None,
        }
    }

    /// The hidden line that marks what this intent wrote.
    pub fn marker(&self) -> String {
        format!("<!-- acp:{} -->", self.id)
    }

    /// Whether it is written to an issue, or makes one.
    pub fn is_about_issue(&self) -> bool {
        let of_issue = self.item.is_some_and(|item| item.kind == ItemKind::Issue);
        match self.payload {
            Payload::Issue { .. } => true,
            Payload::Comment { .. } | Payload::Labels { .. } | Payload::Close { .. } => of_issue,
            // Of a run at an issue, and written elsewhere.
            Payload::Push { .. }
            | Payload::DeleteBranch { .. }
            | Payload::Pr { .. }
            | Payload::Ready { .. }
            | Payload::Review { .. }
            | Payload::Check { .. }
            | Payload::Merge { .. } => false,
        }
    }

    /// Who it is written as, where the forge lets acp choose.
    pub fn actor(&self) -> &str {
        match &self.origin {
            Origin::Verb { actor, .. } => actor,
            Origin::Run(_) | Origin::Pass => ACTOR,
        }
    }

    /// What it writes to, for people; the kind stands before it, or in another column.
    pub fn target(&self) -> String {
        match (&self.payload, self.item) {
            (Payload::Push { branch, .. } | Payload::DeleteBranch { branch, .. }, _) => {
                format!("branch {branch}")
            }
            (Payload::Check { sha, name, .. }, _) => format!("{name} of {}", sha.short()),
            (Payload::Issue { .. }, None) => "a new issue".to_owned(),
            (Payload::Pr { head, base, .. }, _) => format!("{head} into {base}"),
            (_, Some(item)) => item.to_string(),
            (_, None) => "nothing".to_owned(),
        }
    }
}

fn key(origin: &Origin, item: Option<ItemId>, payload: &Payload, fact: &str) -> String {
    let origin = match origin {
        Origin::Run(run) => format!("run:{run}"),
        Origin::Pass => "pass".to_owned(),
        Origin::Verb { nonce, .. } => format!("verb:{nonce}"),
    };
    let target = match payload {
        Payload::Push { branch, .. } | Payload::DeleteBranch { branch, .. } => branch.to_string(),
        Payload::Pr { head, .. } => head.to_string(),
        Payload::Check { sha, name, .. } => format!("{sha}:{name}"),
        _ => item.map(|i| i.to_string()).unwrap_or_default(),
    };
    digest([
        origin.as_str(),
        payload.kind().as_str(),
        target.as_str(),
        fact,
    ])
}

/// The sha256 of a list of texts, in hex: two lists have the same one only if they are the same.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap_or_default();
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_rests_on_origin_kind_target_and_fact_alone() {
        let make = |origin: Origin, body: &str, fact: &str, now: i64| {
            Intent::new(
                origin,
                Some(ItemId::issue(1)),
                Payload::Comment {
                    body: body.to_owned(),
                },
                fact.to_owned(),
                vec![],
                Timestamp::from_second(now).unwrap(),
            )
            .id
        };
        let verb = |n: &str| Origin::Verb {
            nonce: n.to_owned(),
            actor: "ann".to_owned(),
        };
        assert_eq!(
            make(Origin::Pass, "a", "f", 1),
            make(Origin::Pass, "b", "f", 2)
        );
        assert_ne!(
            make(Origin::Pass, "a", "f", 1),
            make(Origin::Pass, "a", "g", 1)
        );
        assert_ne!(make(verb("1"), "a", "f", 1), make(verb("2"), "a", "f", 1));
        assert_ne!(
            make(Origin::Pass, "a", "f", 1),
            make(verb("1"), "a", "f", 1)
        );
    }

    #[test]
    fn the_kind_of_a_write_is_not_in_its_target() {
        let sha: Sha = "0123456789".repeat(4).parse().unwrap();
        let payload = Payload::Check {
            sha,
            name: "acp/verify".to_owned(),
            state: CheckState::Success,
            summary: String::new(),
        };
        let item = Some(ItemId::pr(1));
        let now = Timestamp::UNIX_EPOCH;
        let intent = Intent::new(Origin::Pass, item, payload, "f".to_owned(), vec![], now);
        let shown = format!("{} {}", intent.payload.kind().as_str(), intent.target());
        assert_eq!(shown, "check acp/verify of 0123456789");
    }
}
