//! The difference between the labels of an item and what an intent wants of them. The set as a whole is never written:
//! a label that a person has just added would be lost.

use std::collections::BTreeSet;

use crate::domain::Intent;
use crate::forge::ForgeError;
use crate::forge::model::text;

/// What is still to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::forge) struct LabelDiff {
    /// To add.
    pub(in crate::forge) add: BTreeSet<String>,
    /// To remove.
    pub(in crate::forge) remove: BTreeSet<String>,
}

impl LabelDiff {
    /// From what is `present` to what is wanted. A label that is both to be added and removed is added.
    ///
    /// # Errors
    /// `Refused` when a name is no name, or they become too many.
    pub(in crate::forge) fn of(
        intent: &Intent,
        present: &BTreeSet<String>,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Self, ForgeError> {
        text::labels(intent, present, add, remove)?;
        let has = |name: &String| present.iter().any(|there| same(there, name));
        Ok(Self {
            add: add.iter().filter(|name| !has(name)).cloned().collect(),
            remove: remove
                .iter()
                .filter(|name| has(name) && !add.iter().any(|added| same(added, name)))
                .cloned()
                .collect(),
        })
    }

    /// Whether it is all as wanted.
    pub(in crate::forge) fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// Forges keep one label for two spellings.
fn same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{ItemId, Origin, Payload};

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_what_is_missing_is_added_and_only_what_is_there_removed() {
        let (add, remove) = (set(&["a", "b", "Bug"]), set(&["c", "gone", "b", "MINE"]));
        let payload = Payload::Labels {
            add: add.clone(),
            remove: remove.clone(),
        };
        let item = Some(ItemId::issue(1));
        let now = Timestamp::UNIX_EPOCH;
        let intent = Intent::new(Origin::Pass, item, payload, "f".into(), vec![], now);
        let diff = LabelDiff::of(&intent, &set(&["a", "c", "bug", "mine"]), &add, &remove);
        let diff = diff.unwrap();
        assert_eq!(diff.add, set(&["b"]));
        assert_eq!(diff.remove, set(&["MINE", "c"]));
        assert!(!diff.is_empty());
        let done = LabelDiff::of(&intent, &set(&["a", "b", "bug"]), &add, &remove).unwrap();
        assert!(done.is_empty());
        assert!(LabelDiff::of(&intent, &set(&[]), &set(&[""]), &remove).is_err());
    }
}
