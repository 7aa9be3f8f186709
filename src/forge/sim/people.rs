//! What people do on the simulated forge: the changes that acp has to live with.

use std::collections::BTreeSet;

use super::{Inner, SimForge};
use crate::domain::{
    Applied, Association, BranchName, Comment, Issue, IssueState, ItemId, ItemKind, Labelled,
    PrState, Sha, schedule_line, text_digest,
};
use crate::forge::ForgeError;
use crate::forge::model::{self, Change, CommentDoc, IssueDoc, Object, PullDoc, Records as _};

impl SimForge {
    /// Somebody opens an issue; its number.
    pub fn open_issue(
        &self,
        author: &str,
        association: Association,
        title: &str,
        body: &str,
        labels: &[&str],
    ) -> u64 {
        let now = self.clock.now();
        let mut inner = self.lock();
        let number = inner.log.truth(self.branches()).next_number();
        let issue = Issue {
            number,
            title: title.to_owned(),
            state: IssueState::Open,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            author: author.to_owned(),
            association,
            created: now,
            updated: now,
            digest: Some(text_digest(title, body)),
            schedule: schedule_line(body),
        };
        let body = body.to_owned();
        let objects = vec![Object::Issue(IssueDoc { issue, body })];
        let change = Change {
            objects,
            applied: Applied::Opened { number },
        };
        self.by_person(&mut inner, format!("open issue/{number}"), change);
        number
    }

    /// Somebody changes labels; the forge does not tell who.
    pub fn relabel(&self, item: ItemId, add: &[&str], remove: &[&str]) -> Result<(), ForgeError> {
        let added = |number: u64, label: &str| number == item.number && add.contains(&label);
        self.lock()
            .labelled
            .retain(|(number, label), _| !added(*number, label));
        self.set_labels(item, add, remove)
    }

    fn set_labels(&self, item: ItemId, add: &[&str], remove: &[&str]) -> Result<(), ForgeError> {
        self.edit(item, "relabel", |labels, _| {
            for label in remove {
                labels.remove(*label);
            }
            labels.extend(add.iter().map(|label| (*label).to_owned()));
        })
    }

    /// As [`Self::relabel`], by a known somebody.
    pub fn relabel_as(
        &self,
        author: &str,
        association: Association,
        item: ItemId,
        add: &[&str],
        remove: &[&str],
    ) -> Result<(), ForgeError> {
        self.set_labels(item, add, remove)?;
        let at = self.clock.now();
        let who = Labelled {
            by: author.to_owned(),
            association,
            at,
        };
        let labelled = &mut self.lock().labelled;
        for label in add {
            labelled.insert((item.number, (*label).to_owned()), who.clone());
        }
        Ok(())
    }

    /// Somebody changes the title and text of an issue.
    pub fn edit_text(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        let mut inner = self.lock();
        let doc = inner.log.truth(self.branches()).issue(number)?;
        let mut doc = doc.ok_or_else(|| model::missing(ItemId::issue(number)))?;
        (doc.issue.title, doc.body) = (title.to_owned(), body.to_owned());
        doc.issue.digest = Some(text_digest(title, body));
        doc.issue.schedule = schedule_line(body);
        let change = Change {
            objects: vec![Doc::Issue(doc).touched(self.clock.now())],
            applied: Applied::Done,
        };
        self.by_person(&mut inner, format!("edit issue/{number}"), change);
        Ok(())
    }

    /// Somebody closes an item.
    pub fn close(&self, item: ItemId) -> Result<(), ForgeError> {
        self.edit(item, "close", |_, open| *open = false)
    }

    /// Somebody opens an item again.
    pub fn reopen(&self, item: ItemId) -> Result<(), ForgeError> {
        self.edit(item, "reopen", |_, open| *open = true)
    }

    /// Somebody pushes a new commit to a branch, or makes the branch.
    pub fn push_to(&self, branch: &BranchName) -> Sha {
        let mut inner = self.lock();
        inner.commits += 1;
        inner.account.without_intent.push(format!("push {branch}"));
        let tip = self.refs().tip(branch).cloned();
        let parents: Vec<&Sha> = tip.iter().collect();
        self.add_commit(branch, inner.commits, &parents)
    }

    /// Somebody merges a pull request at whatever head it has.
    pub fn merge_by_person(&self, number: u64) -> Result<Sha, ForgeError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let truth = inner.log.truth(self.branches());
        let pull = truth.pull(number)?.filter(|doc| doc.pr.is_open());
        let pull = pull.ok_or_else(|| model::missing(format_args!("an open pr/{number}")))?;
        let issue = match pull.pr.closes {
            Some(issue) => truth.issue(issue)?,
            None => None,
        };
        let head = truth.tip(&pull.pr.head)?;
        let head = head.unwrap_or_else(|| pull.pr.head_sha.clone());
        inner.commits += 1;
        let commit = self.add_commit(&pull.pr.base, inner.commits, &[&pull.pr.base_sha, &head]);
        let applied = Applied::Merged {
            commit: Some(commit.clone()),
        };
        let objects = model::merged(pull, issue, &head, &commit, now);
        let change = Change { objects, applied };
        self.by_person(&mut inner, format!("merge pr/{number}"), change);
        Ok(commit)
    }

    /// Somebody comments on an item.
    pub fn comment_as(&self, author: &str, item: ItemId, body: &str) -> Result<u64, ForgeError> {
        self.comment_from(author, Association::Owner, item, body)
    }

    /// As [`Self::comment_as`], by somebody who is this to the repository.
    pub fn comment_from(
        &self,
        author: &str,
        association: Association,
        item: ItemId,
        body: &str,
    ) -> Result<u64, ForgeError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let truth = inner.log.truth(self.branches());
        let touched = load(&truth, item)?.touched(now);
        let id = truth.next_comment();
        let comment = Comment {
            id,
            author: author.to_owned(),
            association,
            own: false,
            body: body.to_owned(),
            created: now,
        };
        let number = item.number;
        let change = Change {
            objects: vec![Object::Comment(CommentDoc { number, comment }), touched],
            applied: Applied::Commented { id },
        };
        self.by_person(&mut inner, format!("comment on {item}"), change);
        Ok(id)
    }

    fn edit(
        &self,
        item: ItemId,
        what: &str,
        change: impl FnOnce(&mut BTreeSet<String>, &mut bool),
    ) -> Result<(), ForgeError> {
        let mut inner = self.lock();
        let mut doc = load(&inner.log.truth(self.branches()), item)?;
        match &mut doc {
            Doc::Issue(IssueDoc { issue, .. }) => {
                let mut open = issue.is_open();
                change(&mut issue.labels, &mut open);
                issue.state = if open {
                    IssueState::Open
                } else {
                    IssueState::Closed
                };
            }
            Doc::Pull(PullDoc { pr, .. }) => {
                let mut open = pr.is_open();
                change(&mut pr.labels, &mut open);
                match (&pr.state, open) {
                    (PrState::Merged { .. }, _) => {}
                    (_, true) => pr.state = PrState::Open,
                    (_, false) => pr.state = PrState::Closed,
                }
            }
        }
        let change = Change {
            objects: vec![doc.touched(self.clock.now())],
            applied: Applied::Done,
        };
        self.by_person(&mut inner, format!("{what} {item}"), change);
        Ok(())
    }

    fn by_person(&self, inner: &mut Inner, what: String, change: Change) {
        inner.account.by_person(what, &change);
        let late = self.dice.up_to(inner.faults.visible_within);
        let visible = super::later(self.clock.now(), late);
        inner.log.append(change, None, visible);
    }
}

enum Doc {
    Issue(IssueDoc),
    Pull(PullDoc),
}

impl Doc {
    fn touched(self, now: jiff::Timestamp) -> Object {
        match self {
            Self::Issue(mut doc) => {
                doc.issue.updated = model::after(doc.issue.updated, now);
                Object::Issue(doc)
            }
            Self::Pull(mut doc) => {
                doc.pr.updated = model::after(doc.pr.updated, now);
                Object::Pull(doc)
            }
        }
    }
}

fn load(world: &super::world::World<'_>, item: ItemId) -> Result<Doc, ForgeError> {
    let doc = match item.kind {
        ItemKind::Issue => world.issue(item.number)?.map(Doc::Issue),
        ItemKind::Pr => world.pull(item.number)?.map(Doc::Pull),
    };
    doc.ok_or_else(|| model::missing(item))
}
