//! What is worth telling a person, and a message about it on its way to one notifier.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{IntentId, ItemId, Phase, digest};

/// How much something matters, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait for the daily digest.
    Low,
    /// Good to know.
    Normal,
    /// Work stands still until a person acts.
    High,
    /// Everything stands still: told in quiet hours too.
    Urgent,
}

impl Priority {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewsKind {
    /// Something waits for a person.
    PersonNeeded,
    /// An item is blocked for good.
    Blocked,
    /// Most of a budget of the day is used, or all of it.
    Budget,
    /// A login is not taken any more.
    Login,
    /// A backend fails again and again and is left alone for a while.
    Breaker,
    /// There is work, and nothing has moved for long.
    Stalled,
    /// Several things at once.
    Several,
    /// The day in a few lines.
    Digest,
    /// What a person or a script said.
    Message,
}

impl NewsKind {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonNeeded => "person-needed",
            Self::Blocked => "blocked",
            Self::Budget => "budget",
            Self::Login => "login",
            Self::Breaker => "breaker",
            Self::Stalled => "stalled",
            Self::Several => "several",
            Self::Digest => "digest",
            Self::Message => "message",
        }
    }
}

/// One thing worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What happened.
    pub kind: NewsKind,
    /// The item it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// How much it matters.
    pub priority: Priority,
    /// One line.
    pub title: String,
    /// More lines; may be empty.
    pub body: String,
    /// The page of what it is about at the forge, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What makes it the same news as another: 16 hex digits.
    pub fingerprint: String,
}

impl News {
    /// News with the fingerprint of its kind, its item and `fact`.
    pub fn new(
        kind: NewsKind,
        item: Option<ItemId>,
        priority: Priority,
        fact: &str,
        title: String,
        body: String,
    ) -> Self {
        let about = item.map(|item| item.to_string()).unwrap_or_default();
        let mut fingerprint = digest([kind.as_str(), about.as_str(), fact]);
        fingerprint.truncate(16);
        Self {
            kind,
            item,
            priority,
            title,
            body,
            url: None,
            fingerprint,
        }
    }

    /// The same, with the page of what it is about.
    #[must_use]
    pub fn at_page(self, url: Option<String>) -> Self {
        Self { url, ..self }
    }
}

/// News on its way to one notifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Rests on fingerprint, time of telling and notifier: the same notice is accepted once.
    pub id: IntentId,
    /// Place in the order.
    pub seq: u64,
    /// The notifier's name in the profile.
    pub to: String,
    /// What it says.
    pub news: News,
    /// When it was enqueued.
    pub created: Timestamp,
    /// How far it is. `dispatched` and no answer: it may have arrived, and is sent once more.
    pub phase: Phase,
    /// How often it was tried.
    pub attempts: u32,
    /// Not before this.
    pub next: Option<Timestamp>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When the notifier took it.
    pub told: Option<Timestamp>,
}

impl Notice {
    /// A notice that was not sent yet. `told` is the time at which the news was decided to be told.
    pub fn new(to: &str, news: News, told: Timestamp) -> Self {
        let at = told.to_string();
        let key = digest([news.fingerprint.as_str(), at.as_str(), to]);
        let id = IntentId::try_from(key[..16].to_owned())
            .unwrap_or_else(|_| unreachable!("a sha256 in hex begins with 16 hex digits"));
        Self {
            id,
            seq: 0,
            to: to.to_owned(),
            news,
            created: told,
            phase: Phase::Prepared,
            attempts: 0,
            next: None,
            last_error: None,
            told: None,
        }
    }
}

/// What was told of one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it was decided to tell it.
    pub at: Timestamp,
    /// Since when it is not so any more; `None`: it still is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Timestamp>,
    /// What is to be put in the queue of notices; `None` once it is there, or when it was told together with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<News>,
}

/// What was told, so that nothing is told twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NewsBook {
    /// By fingerprint.
    pub told: BTreeMap<String, Told>,
    /// The day, in this machine's zone, of the last digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_day: Option<String>,
    /// Titles that wait for the next digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub for_digest: Vec<String>,
}
