//! What an intent makes of what is there: issues and what works on every item. Pull requests are in `pulls.rs`, merges in
//! `merge.rs`: they need a commit first.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::object::{CommentDoc, IssueDoc, LabelDoc, LabelsDoc, Object, PullDoc};
use super::{after, missing, refused, text};
use crate::domain::{
    ACTOR, Applied, Association, BranchName, Check, Comment, Intent, Issue, IssueState, ItemId,
    ItemKind, Payload, PrState, Sha, schedule_line, text_digest,
};
use crate::forge::ForgeError;

/// The most comments on one item: GitHub's bound.
pub(super) const COMMENTS_MAX: usize = 2_500;
/// The colour of a label that nobody has described.
const PLAIN_COLOR: &str = "ededed";

/// What a decision may look at. Everything is as of one moment, which the adapter sees to.
pub(in crate::forge) trait Records {
    /// An issue.
    fn issue(&self, number: u64) -> Result<Option<IssueDoc>, ForgeError>;
    /// A pull request.
    fn pull(&self, number: u64) -> Result<Option<PullDoc>, ForgeError>;
    /// How many comments are on an item.
    fn comment_count(&self, number: u64) -> Result<usize, ForgeError>;
    /// The checks of a commit.
    fn checks(&self, sha: &Sha) -> Result<Vec<Check>, ForgeError>;
    /// All labels.
    fn labels(&self) -> Result<LabelsDoc, ForgeError>;
    /// The open pull request from `head` into `base`.
    fn open_pull(
        &self,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Option<PullDoc>, ForgeError>;
    /// The tip of a branch.
    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError>;
    /// The next number of an item.
    fn next_number(&self) -> u64;
    /// The next number of a comment.
    fn next_comment(&self) -> u64;
}

/// What is to be written down for an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::forge) struct Change {
    /// Whole objects as they are afterwards.
    pub(in crate::forge) objects: Vec<Object>,
    /// What the intent is told.
    pub(in crate::forge) applied: Applied,
}

/// What an intent comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::forge) enum Decision {
    /// It is so already: nothing is written.
    Already(Applied),
    /// It is to be written.
    Write(Change),
}

/// Decides about every kind but a merge.
pub(in crate::forge) fn decide(
    records: &dyn Records,
    intent: &Intent,
    now: Timestamp,
) -> Result<Decision, ForgeError> {
    let desk = Desk {
        records,
        intent,
        now,
    };
    match &intent.payload {
        Payload::Push { .. } | Payload::DeleteBranch { .. } => {
            Err(refused(intent, "pushes go through git"))
        }
        Payload::Merge { .. } => Err(refused(intent, "a merge needs a commit")),
        Payload::Issue {
            title,
            body,
            labels,
        } => desk.open_issue(title, body, labels),
        Payload::Pr { .. } => desk.open_pull(),
        Payload::Ready { pr } => desk.ready(*pr),
        Payload::Comment { body } => desk.comment(body),
        Payload::Labels { add, remove } => desk.relabel(add, remove),
        Payload::Review {
            head,
            verdict,
            body,
        } => desk.review(head, *verdict, body),
        Payload::Check {
            sha,
            name,
            state,
            summary,
        } => desk.check(sha, name, *state, summary),
        Payload::Close { .. } => desk.close(),
    }
}

/// An issue or a pull request, for what works on both.
pub(super) enum Item {
    Issue(IssueDoc),
    Pull(PullDoc),
}

/// Where one intent is decided about.
pub(super) struct Desk<'a> {
    pub(super) records: &'a dyn Records,
    pub(super) intent: &'a Intent,
    pub(super) now: Timestamp,
}

impl Desk<'_> {
    fn open_issue(
        &self,
        title: &str,
        body: &str,
        labels: &BTreeSet<String>,
    ) -> Result<Decision, ForgeError> {
        let number = self.records.next_number();
        let none = BTreeSet::new();
        let title = text::title(self.intent, title)?;
        let body = text::body(self.intent, body)?;
        let issue = Issue {
            number,
            digest: Some(text_digest(&title, &body)),
            schedule: schedule_line(&body),
            title,
            state: IssueState::Open,
            labels: text::labels(self.intent, &none, labels, &none)?,
            author: self.actor(),
            association: Association::Owner,
            created: self.now,
            updated: self.now,
        };
        let mut objects = vec![Object::Issue(IssueDoc { issue, body })];
        objects.extend(self.new_labels(labels)?);
        Ok(write(objects, Applied::Opened { number }))
    }

    fn comment(&self, body: &str) -> Result<Decision, ForgeError> {
        let item = self.item()?;
        let number = self.intent.item.map_or(0, |item| item.number);
        if self.records.comment_count(number)? >= COMMENTS_MAX {
            return Err(self.refused(format!("it has {COMMENTS_MAX} comments already")));
        }
        let comment = Comment {
            id: self.records.next_comment(),
            author: self.actor(),
            association: Association::Owner,
            own: self.actor() == ACTOR,
            body: text::body(self.intent, body)?,
            created: self.now,
        };
        let id = comment.id;
        let objects = vec![
            Object::Comment(CommentDoc { number, comment }),
            self.touched(item),
        ];
        Ok(write(objects, Applied::Commented { id }))
    }

    fn relabel(
        &self,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Decision, ForgeError> {
        let mut item = self.item()?;
        let labels = match &mut item {
            Item::Issue(doc) => &mut doc.issue.labels,
            Item::Pull(doc) => &mut doc.pr.labels,
        };
        let wanted = text::labels(self.intent, labels, add, remove)?;
        if wanted == *labels {
            return Ok(Decision::Already(Applied::Done));
        }
        *labels = wanted;
        let mut objects = vec![self.touched(item)];
        objects.extend(self.new_labels(add)?);
        Ok(write(objects, Applied::Done))
    }

    fn close(&self) -> Result<Decision, ForgeError> {
        let mut item = self.item()?;
        match &mut item {
            Item::Issue(doc) if doc.issue.is_open() => doc.issue.state = IssueState::Closed,
            Item::Pull(doc) if doc.pr.is_open() => {
                doc.pr.state = PrState::Closed;
                // The branches are not looked at again, so what they are now is written down.
                if let Some(tip) = self.records.tip(&doc.pr.head)? {
                    doc.pr.head_sha = tip;
                }
            }
            _ => return Ok(Decision::Already(Applied::Done)),
        }
        Ok(self.update(item, Applied::Done))
    }

    pub(super) fn update(&self, item: Item, applied: Applied) -> Decision {
        write(vec![self.touched(item)], applied)
    }

    pub(super) fn touched(&self, item: Item) -> Object {
        match item {
            Item::Issue(mut doc) => {
                doc.issue.updated = after(doc.issue.updated, self.now);
                Object::Issue(doc)
            }
            Item::Pull(mut doc) => {
                doc.pr.updated = after(doc.pr.updated, self.now);
                Object::Pull(doc)
            }
        }
    }

    /// The list of all labels with those of `used` that are new, when there are any.
    fn new_labels(&self, used: &BTreeSet<String>) -> Result<Option<Object>, ForgeError> {
        let mut all = self.records.labels()?;
        let before = all.labels.len();
        for name in used {
            let plain = || LabelDoc {
                color: PLAIN_COLOR.to_owned(),
                description: String::new(),
            };
            all.labels.entry(name.clone()).or_insert_with(plain);
        }
        Ok((all.labels.len() > before).then_some(Object::Labels(all)))
    }

    fn item(&self) -> Result<Item, ForgeError> {
        match self.intent.item {
            Some(item) if item.kind == ItemKind::Issue => {
                let doc = self.records.issue(item.number)?;
                doc.map(Item::Issue).ok_or_else(|| missing(item))
            }
            Some(item) => self.pull(item.number).map(Item::Pull),
            None => Err(self.refused("it names no item")),
        }
    }

    pub(super) fn target(&self, kind: ItemKind) -> Result<u64, ForgeError> {
        match self.intent.item {
            Some(item) if item.kind == kind => Ok(item.number),
            _ => Err(self.refused("it names no such item")),
        }
    }

    pub(super) fn pull(&self, number: u64) -> Result<PullDoc, ForgeError> {
        let doc = self.records.pull(number)?;
        doc.ok_or_else(|| missing(ItemId::pr(number)))
    }

    pub(super) fn tip(&self, branch: &BranchName) -> Result<Sha, ForgeError> {
        let tip = self.records.tip(branch)?;
        tip.ok_or_else(|| missing(format_args!("branch {branch}")))
    }

    pub(super) fn actor(&self) -> String {
        crate::domain::bounds::one_line(self.intent.actor())
    }

    pub(super) fn refused(&self, why: impl Into<String>) -> ForgeError {
        refused(self.intent, why)
    }
}

/// Why a head is not the one that was decided about.
pub(in crate::forge) fn head_moved(expected: &Sha, found: Option<&Sha>) -> String {
    let found = found.map_or("no branch", Sha::as_str);
    format!("head moved: expected {expected}, found {found}")
}

/// A change of these objects.
pub(super) fn write(objects: Vec<Object>, applied: Applied) -> Decision {
    Decision::Write(Change { objects, applied })
}
