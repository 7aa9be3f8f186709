//! What happened on the simulated forge, counted for invariants.

use std::collections::BTreeMap;

use crate::domain::{Applied, BranchName, Intent, IntentId};
use crate::forge::model::{Change, Object};

/// Everything that was written, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Pull requests opened, by head branch.
    pub pulls_by_head: BTreeMap<BranchName, u32>,
    /// Pull requests opened, by the issue that they close.
    pub pulls_by_issue: BTreeMap<u64, u32>,
    /// Texts (issues, pull requests, comments, reviews) written, by the intent in their marker.
    pub texts_by_intent: BTreeMap<IntentId, u32>,
    /// Changes of any kind, by intent.
    pub changes_by_intent: BTreeMap<IntentId, u32>,
    /// Merges, by pull request, whoever merged.
    pub merges: BTreeMap<u64, u32>,
    /// What people did: everything that happened without an intent.
    pub without_intent: Vec<String>,
}

impl Account {
    /// The intents that wrote more than one text: there must be none.
    pub fn written_twice(&self) -> Vec<&IntentId> {
        let texts = self.texts_by_intent.iter();
        texts.filter(|(_, n)| **n > 1).map(|(id, _)| id).collect()
    }

    pub(super) fn applied(&mut self, intent: &Intent, change: &Change) {
        *self.changes_by_intent.entry(intent.id.clone()).or_default() += 1;
        match change.applied {
            Applied::Opened { .. } | Applied::Commented { .. } => {
                *self.texts_by_intent.entry(intent.id.clone()).or_default() += 1;
            }
            Applied::Merged { .. } | Applied::Done => {}
        }
        self.count(change);
    }

    pub(super) fn by_person(&mut self, what: String, change: &Change) {
        self.without_intent.push(what);
        self.count(change);
    }

    fn count(&mut self, change: &Change) {
        for object in &change.objects {
            let Object::Pull(doc) = object else { continue };
            match change.applied {
                Applied::Opened { .. } => {
                    let head = doc.pr.head.clone();
                    *self.pulls_by_head.entry(head).or_default() += 1;
                    if let Some(issue) = doc.pr.closes {
                        *self.pulls_by_issue.entry(issue).or_default() += 1;
                    }
                }
                Applied::Merged { .. } => *self.merges.entry(doc.pr.number).or_default() += 1,
                Applied::Commented { .. } | Applied::Done => {}
            }
        }
    }
}
