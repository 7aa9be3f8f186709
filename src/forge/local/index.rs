//! `index.json`: how far the files of objects reflect the log, and what a decision needs without looking at all of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::event::{Begun, Event, Step};
use crate::domain::BranchName;
use crate::durable::{self, Versioned};
use crate::forge::model::Object;

/// The index's file.
const INDEX: &str = "index.json";

/// The branches of an open pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Branches {
    /// The branch with the change.
    pub(super) head: BranchName,
    /// Where it goes.
    pub(super) base: BranchName,
}

/// The index: a sum over all events up to `end`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Index {
    /// The offset in the log after the last event that the files reflect.
    pub(super) end: u64,
    /// That event.
    pub(super) seq: u64,
    /// The highest number of an item.
    pub(super) last_number: u64,
    /// The highest number of a comment or review.
    pub(super) last_comment: u64,
    /// Open pull requests.
    pub(super) open: BTreeMap<u64, Branches>,
    /// The merge that is neither done nor given up.
    pub(super) merge: Option<Begun>,
}

impl Versioned for Index {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "index of a local forge";
}

impl Index {
    /// The stored one. One that is missing or unreadable is an empty one: the log has it all.
    pub(super) fn load(dir: &Path) -> Self {
        let stored = durable::read_record(&dir.join(INDEX));
        stored.ok().flatten().unwrap_or_default()
    }

    /// Stores it. Not synced: the files of objects are, before this is written, so an old one only costs reading more.
    pub(super) fn store(&self, dir: &Path) -> durable::Result<()> {
        durable::write_quick(&dir.join(INDEX), &durable::encode_record(self))
    }

    /// Takes in one more event.
    pub(super) fn take(&mut self, event: &Event) {
        self.seq = event.seq;
        match event.step {
            Step::MergeBegun => self.merge.clone_from(&event.merge),
            Step::Merged | Step::MergeAbandoned => self.merge = None,
            Step::Created | Step::Applied => {}
        }
        if let Some(crate::domain::Applied::Commented { id }) = event.applied {
            self.last_comment = self.last_comment.max(id);
        }
        for object in &event.objects {
            self.take_object(object);
        }
    }

    fn take_object(&mut self, object: &Object) {
        let number = match object {
            Object::Issue(doc) => doc.issue.number,
            Object::Pull(doc) => {
                let (number, pr) = (doc.pr.number, &doc.pr);
                if pr.is_open() {
                    let (head, base) = (pr.head.clone(), pr.base.clone());
                    self.open.insert(number, Branches { head, base });
                } else {
                    self.open.remove(&number);
                }
                number
            }
            Object::Comment(_) | Object::Checks(_) | Object::Labels(_) => return,
        };
        self.last_number = self.last_number.max(number);
    }
}
