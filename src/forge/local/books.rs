//! What the forge knows, as one reader sees it: the files of objects, and over them what the log has beyond them.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::LocalForge;
use super::event::{self, Event};
use super::index::Index;
use super::views::{self, Stored};
use crate::domain::{BranchName, Check, Comment, Sha};
use crate::durable::{self, DurableError};
use crate::forge::ForgeError;
use crate::forge::model::{IssueDoc, LabelsDoc, Object, PullDoc, Records};

/// A look at a forge.
pub(super) struct Books<'a> {
    pub(super) forge: &'a LocalForge,
    /// As of the last event.
    pub(super) index: Index,
    /// The events that the files need not reflect yet.
    pub(super) tail: Vec<Event>,
}

impl<'a> Books<'a> {
    /// Looks, without a lock.
    pub(super) fn read(forge: &'a LocalForge) -> Result<Self, ForgeError> {
        let mut index = Index::load(&forge.dir);
        let (tail, end) = match events_from(forge, index.end) {
            // The log was replaced (a backup was put back): all else is made anew from it.
            Ok((_, _, false)) | Err(ForgeError::Unreadable { .. }) if index.end > 0 => {
                index = Index::default();
                let (tail, end, _) = events_from(forge, 0)?;
                (tail, end)
            }
            read => read.map(|(tail, end, _)| (tail, end))?,
        };
        for event in &tail {
            index.take(event);
        }
        index.end = end;
        Ok(Self { forge, index, tail })
    }

    /// The comments of an item, oldest first.
    pub(super) fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let stored = self.stored::<Vec<Comment>>(&views::comments_path(&self.forge.dir, number))?;
        let (seq, mut comments) = stored.map_or((0, vec![]), |s| (s.seq, s.object));
        for event in self.tail.iter().filter(|event| event.seq > seq) {
            for object in &event.objects {
                if let Object::Comment(doc) = object
                    && doc.number == number
                {
                    comments.push(doc.comment.clone());
                }
            }
        }
        Ok(comments)
    }

    /// The newest version of the object in the file `path`, which `wanted` knows among others.
    fn object(
        &self,
        path: &Path,
        wanted: impl Fn(&Object) -> bool,
    ) -> Result<Option<Object>, ForgeError> {
        let in_tail = self.tail.iter().rev().find_map(|event| {
            let object = event.objects.iter().find(|object| wanted(object))?;
            Some((event.seq, object))
        });
        match (in_tail, self.stored::<Object>(path)?) {
            (Some((seq, object)), stored) if stored.as_ref().is_none_or(|s| s.seq < seq) => {
                Ok(Some(object.clone()))
            }
            (_, stored) => Ok(stored.map(|s| s.object)),
        }
    }

    fn stored<T: Serialize + DeserializeOwned>(
        &self,
        path: &Path,
    ) -> Result<Option<Stored<T>>, ForgeError> {
        match durable::read_record(path) {
            // With the whole log at hand a damaged file is no loss.
            Err(DurableError::Damaged { .. }) if self.has_all() => Ok(None),
            Err(error @ DurableError::Damaged { .. }) => Err(ForgeError::Unreadable {
                what: format!("`{}`", path.display()),
                why: format!("{error}; remove `index.json` of this forge to have it made anew"),
            }),
            read => Ok(read?),
        }
    }

    fn has_all(&self) -> bool {
        self.tail.first().is_some_and(|event| event.seq == 1)
    }
}

/// The events from an offset on, the offset after them, and whether the log reaches that far at all.
pub(super) fn events_from(
    forge: &LocalForge,
    from: u64,
) -> Result<(Vec<Event>, u64, bool), ForgeError> {
    let path = forge.dir.join(super::EVENTS);
    let length = std::fs::metadata(&path).map(|meta| meta.len());
    let length = length.map_err(|error| ForgeError::Unreadable {
        what: format!("the local forge `{}`", forge.dir.display()),
        why: error.to_string(),
    })?;
    if length < from {
        return Ok((vec![], 0, false));
    }
    let read = forge.log.read::<Event>(from)?;
    if let Some(newer) = read.records.iter().find(|e| e.format > event::FORMAT) {
        return Err(DurableError::Newer {
            path,
            found: newer.format,
            supported: event::FORMAT,
        }
        .into());
    }
    Ok((read.records, read.end, true))
}

impl Records for Books<'_> {
    fn issue(&self, number: u64) -> Result<Option<IssueDoc>, ForgeError> {
        let path = views::issue_path(&self.forge.dir, number);
        let wanted = |o: &Object| matches!(o, Object::Issue(doc) if doc.issue.number == number);
        Ok(self.object(&path, wanted)?.and_then(|object| match object {
            Object::Issue(doc) => Some(doc),
            _ => None,
        }))
    }

    fn pull(&self, number: u64) -> Result<Option<PullDoc>, ForgeError> {
        let path = views::pull_path(&self.forge.dir, number);
        let wanted = |o: &Object| matches!(o, Object::Pull(doc) if doc.pr.number == number);
        Ok(self.object(&path, wanted)?.and_then(|object| match object {
            Object::Pull(doc) => Some(doc),
            _ => None,
        }))
    }

    fn comment_count(&self, number: u64) -> Result<usize, ForgeError> {
        Ok(self.comments(number)?.len())
    }

    fn checks(&self, sha: &Sha) -> Result<Vec<Check>, ForgeError> {
        let path = views::checks_path(&self.forge.dir, sha);
        let wanted = |o: &Object| matches!(o, Object::Checks(doc) if doc.sha == *sha);
        Ok(match self.object(&path, wanted)? {
            Some(Object::Checks(doc)) => doc.checks,
            _ => vec![],
        })
    }

    fn labels(&self) -> Result<LabelsDoc, ForgeError> {
        let path = views::labels_path(&self.forge.dir);
        Ok(
            match self.object(&path, |o| matches!(o, Object::Labels(_)))? {
                Some(Object::Labels(doc)) => doc,
                _ => LabelsDoc::default(),
            },
        )
    }

    fn open_pull(
        &self,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Option<PullDoc>, ForgeError> {
        let mut open = self.index.open.iter();
        let Some((number, _)) = open.find(|(_, b)| b.head == *head && b.base == *base) else {
            return Ok(None);
        };
        Ok(self.pull(*number)?.filter(|doc| doc.pr.is_open()))
    }

    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.forge.repo.tip(branch)
    }

    fn next_number(&self) -> u64 {
        self.index.last_number + 1
    }

    fn next_comment(&self) -> u64 {
        self.index.last_comment + 1
    }
}
