//! The state of the simulated forge: a log of changes, and what it adds up to for whoever looks when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{
    ACTOR, Applied, BranchName, Check, Comment, Intent, IntentId, Mirror, PullRequest, Sha,
};
use crate::forge::ForgeError;
use crate::forge::model::{Change, IssueDoc, LabelsDoc, Object, PullDoc, Records, with_branches};

/// The branches at one moment.
pub(super) struct Branches(pub(super) BTreeMap<BranchName, Sha>);

/// All changes, and what can be seen of them.
#[derive(Default)]
pub(super) struct Log {
    seq: u64,
    all: Objects,
    seen: Objects,
    /// Changes that are not visible yet, with the time from which they are.
    unseen: Vec<(Timestamp, u64, Change, Option<IntentId>)>,
}

impl Log {
    pub(super) fn append(&mut self, change: Change, intent: Option<&Intent>, visible: Timestamp) {
        self.seq += 1;
        let id = intent.map(|intent| intent.id.clone());
        self.all.take(self.seq, &change, id.as_ref());
        self.unseen.push((visible, self.seq, change, id));
    }

    /// What a write sees: everything.
    pub(super) fn truth(&self, branches: Branches) -> World<'_> {
        World {
            objects: &self.all,
            branches,
        }
    }

    /// What a listing at `now` sees. A change that is seen earlier than an older one of the same object hides that.
    pub(super) fn visible(&mut self, branches: Branches, now: Timestamp) -> World<'_> {
        let (due, rest) = std::mem::take(&mut self.unseen)
            .into_iter()
            .partition(|(visible, ..)| *visible <= now);
        self.unseen = rest;
        for (_, seq, change, intent) in due {
            self.seen.take(seq, &change, intent.as_ref());
        }
        World {
            objects: &self.seen,
            branches,
        }
    }
}

/// Objects, each with the change that it is as of.
#[derive(Default)]
struct Objects {
    issues: BTreeMap<u64, (u64, IssueDoc)>,
    pulls: BTreeMap<u64, (u64, PullDoc)>,
    comments: BTreeMap<u64, BTreeMap<u64, Comment>>,
    checks: BTreeMap<Sha, (u64, Vec<Check>)>,
    labels: LabelsDoc,
    applied: BTreeMap<IntentId, Applied>,
    last_number: u64,
    last_comment: u64,
    changes: u64,
}

impl Objects {
    fn take(&mut self, seq: u64, change: &Change, intent: Option<&IntentId>) {
        self.changes += 1;
        if let Applied::Commented { id } = change.applied {
            self.last_comment = self.last_comment.max(id);
        }
        if let Some(id) = intent {
            self.applied.insert(id.clone(), change.applied.clone());
        }
        for object in &change.objects {
            match object {
                Object::Issue(doc) => {
                    self.last_number = self.last_number.max(doc.issue.number);
                    put(&mut self.issues, &doc.issue.number, seq, doc);
                }
                Object::Pull(doc) => {
                    self.last_number = self.last_number.max(doc.pr.number);
                    put(&mut self.pulls, &doc.pr.number, seq, doc);
                }
                Object::Checks(doc) => put(&mut self.checks, &doc.sha, seq, &doc.checks),
                Object::Comment(doc) => {
                    let list = self.comments.entry(doc.number).or_default();
                    list.insert(doc.comment.id, doc.comment.clone());
                }
                Object::Labels(doc) => self.labels.labels.extend(doc.labels.clone()),
            }
        }
    }
}

fn put<K: Ord + Clone, T: Clone>(map: &mut BTreeMap<K, (u64, T)>, key: &K, seq: u64, new: &T) {
    if map.get(key).is_none_or(|(there, _)| *there < seq) {
        map.insert(key.clone(), (seq, new.clone()));
    }
}

/// A look at the forge.
pub(super) struct World<'a> {
    objects: &'a Objects,
    branches: Branches,
}

impl World<'_> {
    /// Makes `mirror` what a listing gives. Tells whether that changed anything.
    pub(super) fn list(&self, mirror: &mut Mirror, base: Option<&BranchName>) -> bool {
        let issues = &self.objects.issues;
        let listed = Mirror {
            mark: self.objects.changes.to_string(),
            issues: issues
                .iter()
                .map(|(n, (_, d))| (*n, d.issue.clone()))
                .collect(),
            pulls: self.list_pulls(&mirror.pulls),
            base_sha: base.and_then(|base| self.branches.0.get(base).cloned()),
            repo: mirror.repo.clone(),
            viewer: Some(ACTOR.to_owned()),
            awaited: mirror.awaited.clone(),
        };
        let changed = listed != *mirror;
        *mirror = listed;
        changed
    }

    fn list_pulls(&self, before: &BTreeMap<u64, PullRequest>) -> BTreeMap<u64, PullRequest> {
        let mut tip = |branch: &BranchName| Ok(self.branches.0.get(branch).cloned());
        let pulls = self.objects.pulls.iter().map(|(number, (_, doc))| {
            let stored = doc.pr.clone();
            let listed = with_branches(stored.clone(), before.get(number), &mut tip);
            let mut pr = listed.unwrap_or(stored);
            let checks = self.objects.checks.get(&pr.head_sha);
            pr.checks = checks.map(|(_, checks)| checks.clone()).unwrap_or_default();
            (*number, pr)
        });
        pulls.collect()
    }

    pub(super) fn comments(&self, number: u64) -> Vec<Comment> {
        let list = self.objects.comments.get(&number);
        list.map(|list| list.values().cloned().collect())
            .unwrap_or_default()
    }

    pub(super) fn written_by(&self, intent: &IntentId) -> Option<Applied> {
        self.objects.applied.get(intent).cloned()
    }
}

impl Records for World<'_> {
    fn issue(&self, number: u64) -> Result<Option<IssueDoc>, ForgeError> {
        let doc = self.objects.issues.get(&number);
        Ok(doc.map(|(_, doc)| doc.clone()))
    }

    fn pull(&self, number: u64) -> Result<Option<PullDoc>, ForgeError> {
        let doc = self.objects.pulls.get(&number);
        Ok(doc.map(|(_, doc)| doc.clone()))
    }

    fn comment_count(&self, number: u64) -> Result<usize, ForgeError> {
        Ok(self.objects.comments.get(&number).map_or(0, BTreeMap::len))
    }

    fn checks(&self, sha: &Sha) -> Result<Vec<Check>, ForgeError> {
        let checks = self.objects.checks.get(sha);
        Ok(checks.map(|(_, checks)| checks.clone()).unwrap_or_default())
    }

    fn labels(&self) -> Result<LabelsDoc, ForgeError> {
        Ok(self.objects.labels.clone())
    }

    fn open_pull(
        &self,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Option<PullDoc>, ForgeError> {
        let mut pulls = self.objects.pulls.values().map(|(_, doc)| doc);
        let open = pulls.find(|d| d.pr.is_open() && d.pr.head == *head && d.pr.base == *base);
        Ok(open.cloned())
    }

    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        Ok(self.branches.0.get(branch).cloned())
    }

    fn next_number(&self) -> u64 {
        self.objects.last_number + 1
    }

    fn next_comment(&self) -> u64 {
        self.objects.last_comment + 1
    }
}
