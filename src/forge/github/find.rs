//! Whether an intent has already happened. Texts are found by the marker of our own account in a bounded listing, never
//! by a search, whose index is late; everything else by its state.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::shapes::{CommentDoc, IssueDoc, PullDoc};
use super::{Github, PER_PAGE};
use crate::domain::{Applied, BranchName, CheckState, Intent, ItemId, ItemKind, Payload, Sha};
use crate::forge::ForgeError;
use crate::forge::model::text::has_any_marker;
use crate::forge::remote::LabelDiff;
use crate::forge::remote::address::{escaped, escaped_path};
use crate::forge::remote::adopt::{
    OpenedIssue, earliest, first_of, is_from, is_replaced, whole_seconds,
};
use crate::http::Method;

/// The most pages of one look.
const PAGES_MAX: usize = 30;
/// How far back it is looked for a second delivery of what has just been written.
const DELIVERY: SignedDuration = SignedDuration::from_mins(2);

impl Github {
    pub(super) fn find_again(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let done = |yes: bool| Ok(yes.then_some(Applied::Done));
        let found = match &intent.payload {
            // A listing that fails says nothing of what is in it.
            Payload::Issue { .. } => return self.find_issue(intent),
            Payload::Pr { .. } => return self.find_pull(intent),
            Payload::Comment { .. } => self.find_comment(intent),
            Payload::Review { .. } => self.find_review(intent),
            Payload::Push { branch, sha, .. } => done(self.tip(branch)?.as_ref() == Some(sha)),
            Payload::DeleteBranch { branch, .. } => done(self.tip(branch)?.is_none()),
            Payload::Ready { pr } => self.pull(*pr).and_then(|pull| done(!pull.draft)),
            Payload::Labels { add, remove } => match intent.item {
                Some(item) => self.there(item).and_then(|there| {
                    let diff = LabelDiff::of(intent, &there.labels, add, remove);
                    done(diff.is_ok_and(|diff| diff.is_empty()))
                }),
                None => Ok(None),
            },
            Payload::Check {
                sha, name, state, ..
            } => self.find_check(sha, name, *state),
            Payload::Merge { head, .. } => self.find_merge(intent, head),
            Payload::Close { .. } => match intent.item {
                Some(item) => self.there(item).and_then(|there| done(!there.open)),
                None => Ok(None),
            },
        };
        match found {
            // On something that is not there nothing has happened.
            Err(ForgeError::Missing { .. }) => Ok(None),
            found => found,
        }
    }

    fn find_issue(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let first = self.first_issue(intent, None)?;
        Ok(first.map(|number| Applied::Opened { number }))
    }

    /// From when on what has just been written, or its second delivery, is listed.
    fn just_now(&self) -> Timestamp {
        let now = self.client.forge_now();
        whole_seconds(now.checked_sub(DELIVERY).unwrap_or(now))
    }

    /// The first issue that `intent` opened, of which `made` is known; a second delivery of the same request is closed.
    pub(super) fn first_issue(
        &self,
        intent: &Intent,
        made: Option<u64>,
    ) -> Result<Option<u64>, ForgeError> {
        let ours = self.issues_by(intent, made.is_some())?;
        let first = first_of(ours.iter().map(|doc| (doc.number, doc.text())), made);
        let surplus = |doc: &&IssueDoc| {
            has_any_marker(doc.text()) && Some(doc.number) != first && doc.state == "open"
        };
        for doc in ours.iter().filter(surplus) {
            let tail = format!("/issues/{}", doc.number);
            let body = json!({"state": "closed", "state_reason": "not_planned"});
            self.alter(intent, Method::Patch, &tail, Some(&body))?;
        }
        Ok(first)
    }

    /// The issues that `intent` opened, newest first.
    fn issues_by(&self, intent: &Intent, just_now: bool) -> Result<Vec<IssueDoc>, ForgeError> {
        let viewer = self.viewer()?;
        let earliest = if just_now {
            self.just_now()
        } else {
            earliest(intent, self.client.ahead())
        };
        let mut ours = vec![];
        let mut path = self.path(format_args!(
            "/issues?state=all&creator={}&sort=created&direction=desc&per_page={PER_PAGE}",
            escaped(&viewer.login)
        ));
        for _ in 0..PAGES_MAX {
            let answer = self.client.get("look for an issue", &path)?;
            let docs: Vec<IssueDoc> = answer.read()?;
            let is_ours = |doc: &&IssueDoc| {
                let author = doc.user.as_ref().map(|user| user.id);
                let seen = OpenedIssue {
                    author,
                    title: &doc.title,
                    body: doc.text(),
                    created: doc.created_at,
                };
                doc.pull_request.is_none()
                    && (is_from(intent, viewer, author, doc.body.as_deref())
                        || is_replaced(intent, viewer, seen, self.client.ahead()))
            };
            let all_later = docs.last().is_some_and(|doc| doc.created_at >= earliest);
            ours.extend(docs.iter().filter(is_ours).cloned());
            match answer.link.next {
                Some(next) if all_later => path = next,
                _ => return Ok(ours),
            }
        }
        Err(self.too_many("issues"))
    }

    fn find_comment(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let Some(item) = intent.item else {
            return Ok(None);
        };
        // One that was moved away has its comments elsewhere, and will not be sent another.
        self.there(item)?;
        let first = self.first_comment(intent, item, None)?;
        Ok(first.map(|id| Applied::Commented { id }))
    }

    /// The first comment that `intent` wrote, of which `made` is known; a second delivery of the same request is deleted.
    pub(super) fn first_comment(
        &self,
        intent: &Intent,
        item: ItemId,
        made: Option<u64>,
    ) -> Result<Option<u64>, ForgeError> {
        let viewer = self.viewer()?;
        let since = match made {
            Some(_) => self.just_now(),
            None => earliest(intent, self.client.ahead()),
        };
        let path = self.path(format_args!(
            "/issues/{}/comments?since={since}&per_page={PER_PAGE}",
            item.number
        ));
        let docs = self
            .client
            .list::<CommentDoc>("look for a comment", &path, PAGES_MAX)?;
        let is_ours = |doc: &&CommentDoc| {
            let author = doc.user.as_ref().map(|user| user.id);
            is_from(intent, viewer, author, doc.body.as_deref())
        };
        let ours: Vec<u64> = docs.iter().filter(is_ours).map(|doc| doc.id).collect();
        let first = ours.iter().copied().chain(made).min();
        for id in ours.iter().filter(|id| Some(**id) != first) {
            let tail = format!("/issues/comments/{id}");
            match self.alter(intent, Method::Delete, &tail, None) {
                // Somebody else was faster.
                Ok(_) | Err(ForgeError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(first)
    }

    fn find_review(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let Some(item) = intent.item.filter(|item| item.kind == ItemKind::Pr) else {
            return Ok(None);
        };
        let viewer = self.viewer()?;
        let docs = self.review_docs(item.number)?;
        let ours = docs.iter().find(|doc| {
            let author = doc.user.as_ref().map(|user| user.id);
            is_from(intent, viewer, author, doc.body.as_deref())
        });
        Ok(ours.map(|doc| Applied::Commented { id: doc.id }))
    }

    /// Pull requests from a branch of this repository, open or not, newest first.
    pub(super) fn pulls_of(&self, head: &BranchName) -> Result<Vec<PullDoc>, ForgeError> {
        let path = self.path(format_args!(
            "/pulls?head={}:{}&state=all&per_page={PER_PAGE}",
            self.owner,
            escaped_path(head.as_str())
        ));
        self.client
            .list("look for a pull request", &path, PAGES_MAX)
    }

    /// The one that `intent` opened.
    pub(super) fn ours_among(
        &self,
        intent: &Intent,
        pulls: &[PullDoc],
    ) -> Result<Option<Applied>, ForgeError> {
        let viewer = self.viewer()?;
        let ours = pulls.iter().find(|pull| {
            let author = pull.user.as_ref().map(|user| user.id);
            is_from(intent, viewer, author, pull.body.as_deref())
        });
        Ok(ours.map(|pull| Applied::Opened {
            number: pull.number,
        }))
    }

    fn find_pull(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let Payload::Pr {
            head,
            head_sha,
            base,
            ..
        } = &intent.payload
        else {
            return Ok(None);
        };
        let pulls = self.pulls_of(head)?;
        if let Some(ours) = self.ours_among(intent, &pulls)? {
            return Ok(Some(ours));
        }
        // One that somebody else opened from the same commits does as well; a second one is not allowed anyway.
        let other = pulls.iter().find(|pull| {
            pull.is_open() && pull.base.name == base.as_str() && pull.head.sha == *head_sha
        });
        Ok(other.map(|pull| Applied::Opened {
            number: pull.number,
        }))
    }

    fn find_check(
        &self,
        sha: &Sha,
        name: &str,
        state: CheckState,
    ) -> Result<Option<Applied>, ForgeError> {
        let checks = self.checks_now(sha)?;
        let same = checks.iter().any(|c| c.name == name && c.state == state);
        Ok(same.then_some(Applied::Done))
    }

    fn find_merge(&self, intent: &Intent, head: &Sha) -> Result<Option<Applied>, ForgeError> {
        let Some(ItemId { number, .. }) = intent.item else {
            return Ok(None);
        };
        let pull = self.pull(number)?;
        let merged = pull.is_merged() && pull.head.sha == *head;
        Ok(merged.then_some(Applied::Merged {
            commit: pull.merge_commit_sha,
        }))
    }

    fn too_many(&self, what: &str) -> ForgeError {
        ForgeError::Unreadable {
            what: format!("the {what} of {}", self.settings.repo),
            why: format!("there are more than {PAGES_MAX} pages since the intent was sent"),
        }
    }
}
