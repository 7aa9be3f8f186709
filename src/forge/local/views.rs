//! The files of objects: one per issue, pull request, list of comments and checked commit, for people, for readers and
//! for decisions. Each says which event it reflects; none of them is the truth.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::event::Event;
use crate::domain::{Comment, Sha};
use crate::durable::{self, DurableError, Versioned};
use crate::forge::model::Object;

/// The folders in the folder of a forge.
pub(super) const FOLDERS: [&str; 4] = ["issues", "pulls", "comments", "checks"];

/// An object and the event that it is as of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored<T> {
    /// The event.
    pub(super) seq: u64,
    /// The object.
    pub(super) object: T,
}

impl<T: Serialize + DeserializeOwned> Versioned for Stored<T> {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "file of a local forge";
}

/// Where an issue is.
pub(super) fn issue_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("issues/{number}.json"))
}

/// Where a pull request is.
pub(super) fn pull_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("pulls/{number}.json"))
}

/// Where the comments of an item are.
pub(super) fn comments_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("comments/{number}.json"))
}

/// Where the checks of a commit are.
pub(super) fn checks_path(dir: &Path, sha: &Sha) -> PathBuf {
    dir.join(format!("checks/{sha}.json"))
}

/// Where the labels are.
pub(super) fn labels_path(dir: &Path) -> PathBuf {
    dir.join("labels.json")
}

/// Makes the files reflect `events`, which follow what they reflect, durably. Repeating it changes nothing.
///
/// # Errors
/// `Damaged` when a list of comments is unreadable: it can only be made from all events, which begin with the first.
pub(super) fn reflect(dir: &Path, events: &[Event]) -> durable::Result<()> {
    let all = events.first().is_some_and(|event| event.seq == 1);
    let mut latest: BTreeMap<PathBuf, (u64, &Object)> = BTreeMap::new();
    let mut comments: BTreeMap<u64, Vec<(u64, &Comment)>> = BTreeMap::new();
    for event in events {
        for object in &event.objects {
            let path = match object {
                Object::Issue(doc) => issue_path(dir, doc.issue.number),
                Object::Pull(doc) => pull_path(dir, doc.pr.number),
                Object::Checks(doc) => checks_path(dir, &doc.sha),
                Object::Labels(_) => labels_path(dir),
                Object::Comment(doc) => {
                    let list = comments.entry(doc.number).or_default();
                    list.push((event.seq, &doc.comment));
                    continue;
                }
            };
            latest.insert(path, (event.seq, object));
        }
    }
    for (path, (seq, object)) in latest {
        put(&path, seq, object)?;
    }
    for (number, new) in comments {
        put_comments(&comments_path(dir, number), &new, all)?;
    }
    Ok(())
}

fn put(path: &Path, seq: u64, object: &Object) -> durable::Result<()> {
    let there = current::<Object>(path, true)?;
    if there.is_some_and(|there| there.seq >= seq) {
        return Ok(());
    }
    durable::write_atomic(
        path,
        &durable::encode_record(&Stored {
            seq,
            object: object.clone(),
        }),
    )
}

fn put_comments(path: &Path, new: &[(u64, &Comment)], all: bool) -> durable::Result<()> {
    let there = current::<Vec<Comment>>(path, all)?;
    let mut stored = there.unwrap_or(Stored {
        seq: 0,
        object: vec![],
    });
    let before = stored.seq;
    for (seq, comment) in new {
        if *seq > stored.seq {
            stored.seq = *seq;
            stored.object.push((*comment).clone());
        }
    }
    if stored.seq == before {
        return Ok(());
    }
    durable::write_atomic(path, &durable::encode_record(&stored))
}

/// What is in a file now; with `replaceable`, a damaged one counts as missing.
fn current<T: Serialize + DeserializeOwned>(
    path: &Path,
    replaceable: bool,
) -> durable::Result<Option<Stored<T>>> {
    match durable::read_record(path) {
        Err(DurableError::Damaged { .. }) if replaceable => Ok(None),
        read => read,
    }
}
