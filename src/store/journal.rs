//! The journal: every change of a decision and every effect, one line each. It explains; it is never the truth.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Layout, StoreError};
use crate::domain::{IntentId, ItemId, RunId};
use crate::durable;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What happened: `run.launched`, `intent.confirmed`, …
    pub what: String,
    /// The item it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The run it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The intent it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<IntentId>,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Entry {
    /// A line about nothing in particular.
    pub fn new(at: Timestamp, what: &str) -> Self {
        Self {
            at,
            what: what.to_owned(),
            item: None,
            run: None,
            intent: None,
            text: String::new(),
        }
    }

    /// About an item.
    #[must_use]
    pub fn item(self, item: ItemId) -> Self {
        Self {
            item: Some(item),
            ..self
        }
    }

    /// About a run and its item.
    #[must_use]
    pub fn run(self, run: &RunId) -> Self {
        Self {
            item: run.item(),
            run: Some(run.clone()),
            ..self
        }
    }

    /// About an intent.
    #[must_use]
    pub fn intent(self, intent: &IntentId) -> Self {
        Self {
            intent: Some(intent.clone()),
            ..self
        }
    }

    /// In words.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..self
        }
    }
}

/// The journal of a profile.
#[derive(Debug)]
pub struct Journal {
    file: durable::Journal,
    locks: PathBuf,
}

impl Journal {
    pub(super) fn new(layout: &Layout) -> Self {
        let path = layout.root().join("journal.jsonl");
        Self {
            file: durable::Journal::open(&path, &layout.locks().join("journal.lock")),
            locks: layout.locks(),
        }
    }

    /// Adds a line; it is synced at the end of the pass.
    pub fn add(&self, entry: &Entry) -> Result<(), StoreError> {
        // A verb may be what is noted first, before any pass has made the folder.
        durable::create_dirs(&self.locks)?;
        self.file.append(entry)
    }

    /// Makes what was added durable.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.file.sync()
    }

    /// All lines that can be read, and how many were torn.
    pub fn read(&self) -> Result<(Vec<Entry>, usize), StoreError> {
        let read = self.file.read(0)?;
        Ok((read.records, read.torn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Home, Store};

    #[test]
    fn a_line_is_kept_also_when_nothing_has_made_the_folders_yet() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(dir.path()).layout(&"web".parse().unwrap()));
        let entry = Entry::new(Timestamp::UNIX_EPOCH, "hold.set");
        store.journal().add(&entry).unwrap();
        assert_eq!(store.journal().read().unwrap(), (vec![entry], 0));
    }
}
