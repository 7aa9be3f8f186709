//! Whether an intent has already happened: texts by their marker in what acp's own account wrote since then, all else by
//! the state of things.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Gitea;
use super::read::{ITEM_PAGES_MAX, PAGE, author, is_by};
use super::shape;
use crate::domain::{Applied, BranchName, CheckState, Intent, ItemKind, Payload, Sha};
use crate::forge::ForgeError;
use crate::forge::model::text::has_any_marker;
use crate::forge::remote::address::escaped;
use crate::forge::remote::{Cost, adopt, checks};
use crate::http::Method;

/// How far back it is looked for a second delivery of what has just been written.
const DELIVERY: SignedDuration = SignedDuration::from_mins(2);

impl Gitea {
    /// See [`crate::forge::Forge::find`].
    pub(super) fn find_intent(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let done = |yes: bool| Ok(yes.then_some(Applied::Done));
        match &intent.payload {
            Payload::Issue { .. } => {
                let first = self.first_issue(intent, None)?;
                Ok(first.map(|number| Applied::Opened { number }))
            }
            Payload::Pr {
                head,
                head_sha,
                base,
                ..
            } => self.find_pull(intent, head, head_sha, base),
            Payload::Push { branch, sha, .. } => done(self.tip(branch)?.as_ref() == Some(sha)),
            Payload::DeleteBranch { branch, .. } => done(self.tip(branch)?.is_none()),
            Payload::Comment { .. } => self.find_comment(intent),
            Payload::Review { .. } => self.find_review(intent),
            Payload::Ready { pr } => {
                let pull = self.pull(*pr)?;
                done(pull.is_some_and(|pull| !self.drafts.is_draft(&pull)))
            }
            Payload::Labels { add, remove } => {
                let issue = self.issue_of(intent)?;
                done(issue.is_some_and(|issue| Self::has_labels(&issue, add, remove)))
            }
            Payload::Check {
                sha, name, state, ..
            } => {
                let status = self.own_status(sha, name)?;
                done(status.is_some_and(|status| stands_for(&status, *state)))
            }
            Payload::Merge { head, .. } => self.find_merge(intent, head),
            Payload::Close { .. } => {
                let issue = self.issue_of(intent)?;
                done(issue.is_some_and(|issue| issue.state != "open"))
            }
        }
    }

    /// The item of an intent, if it is there and of its kind.
    pub(super) fn issue_of(&self, intent: &Intent) -> Result<Option<shape::Issue>, ForgeError> {
        intent.item.map_or(Ok(None), |item| self.item(item))
    }

    /// The item that acp opened with the marker of `intent`, among those that it opened or that changed since then.
    pub(super) fn find_opened(
        &self,
        intent: &Intent,
        kind: ItemKind,
    ) -> Result<Option<Applied>, ForgeError> {
        let since = adopt::earliest(intent, self.client.ahead());
        let ours = self.opened_by(intent, kind, since)?;
        // The first one counts, should there ever be two.
        let first = ours.iter().map(|issue| issue.number).min();
        Ok(first.map(|number| Applied::Opened { number }))
    }

    /// From when on what has just been written, or its second delivery, is listed.
    fn just_now(&self) -> Timestamp {
        let now = self.client.forge_now();
        adopt::whole_seconds(now.checked_sub(DELIVERY).unwrap_or(now))
    }

    /// The first issue that `intent` opened, of which `made` is known; a second delivery of the same request is closed.
    pub(super) fn first_issue(
        &self,
        intent: &Intent,
        made: Option<u64>,
    ) -> Result<Option<u64>, ForgeError> {
        let since = match made {
            Some(_) => self.just_now(),
            None => adopt::earliest(intent, self.client.ahead()),
        };
        let ours = self.opened_by(intent, ItemKind::Issue, since)?;
        let opened = ours.iter().map(|issue| (issue.number, issue.body.as_str()));
        let first = adopt::first_of(opened, made);
        let surplus = |issue: &&shape::Issue| {
            has_any_marker(&issue.body) && Some(issue.number) != first && issue.state == "open"
        };
        for issue in ours.iter().filter(surplus) {
            let path = self.at(&format!("/issues/{}", issue.number));
            let body = json!({ "state": "closed" });
            self.write(intent, Cost::Write, Method::Patch, &path, &body)?;
        }
        Ok(first)
    }

    /// The items that `intent` opened, among those that changed since then.
    fn opened_by(
        &self,
        intent: &Intent,
        kind: ItemKind,
        since: Timestamp,
    ) -> Result<Vec<shape::Issue>, ForgeError> {
        let viewer = self.viewer()?;
        let of_kind = match kind {
            ItemKind::Issue => "issues",
            ItemKind::Pr => "pulls",
        };
        let path = self.at(&format!(
            "/issues?state=all&type={of_kind}&created_by={}&since={}&limit={PAGE}",
            escaped(&viewer.login),
            escaped(&since.to_string()),
        ));
        let opened =
            self.list::<shape::Issue>("look for what was opened", &path, ITEM_PAGES_MAX)?;
        let ours = opened
            .entries
            .into_iter()
            .filter(|issue| issue.pull_request.is_some() == (kind == ItemKind::Pr))
            .filter(|issue| {
                let author = author(&issue.user);
                let seen = adopt::OpenedIssue {
                    author,
                    title: &issue.title,
                    body: &issue.body,
                    created: issue.created_at,
                };
                adopt::is_from(intent, &viewer, author, Some(&issue.body))
                    || adopt::is_replaced(intent, &viewer, seen, self.client.ahead())
            });
        Ok(ours.collect())
    }

    fn find_pull(
        &self,
        intent: &Intent,
        head: &BranchName,
        head_sha: &Sha,
        base: &BranchName,
    ) -> Result<Option<Applied>, ForgeError> {
        if let Some(pull) = self.open_pull(head, base)? {
            let is_it = pull.head.sha == head_sha.as_str() || self.is_ours(intent, &pull)?;
            if is_it {
                let number = pull.number;
                return Ok(Some(Applied::Opened { number }));
            }
        }
        // It may be closed or merged by now.
        self.find_opened(intent, ItemKind::Pr)
    }

    /// The open pull request from one branch of the repository into another.
    pub(super) fn open_pull(
        &self,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Option<shape::Pull>, ForgeError> {
        let tried = format!("look for a pull request of {head}");
        let (base, head) = (escaped(base.as_str()), escaped(head.as_str()));
        let path = self.at(&format!("/pulls/{base}/{head}"));
        let answer = self.client.find(&tried, &path)?;
        let pull: Option<shape::Pull> = answer.map(|answer| answer.read()).transpose()?;
        Ok(pull.filter(|pull| pull.is_open() && !super::pulls::is_elsewhere(pull)))
    }

    /// Whether a pull request is the one that `intent` opened.
    pub(super) fn is_ours(&self, intent: &Intent, pull: &shape::Pull) -> Result<bool, ForgeError> {
        let (viewer, author) = (self.viewer()?, author(&pull.user));
        Ok(adopt::is_from(intent, &viewer, author, Some(&pull.body)))
    }

    fn find_comment(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let Some(issue) = self.issue_of(intent)? else {
            return Ok(None);
        };
        let first = self.first_comment(intent, issue.number, None)?;
        Ok(first.map(|id| Applied::Commented { id }))
    }

    /// The first comment that `intent` wrote, of which `made` is known; a second delivery of the same request is deleted.
    pub(super) fn first_comment(
        &self,
        intent: &Intent,
        number: u64,
        made: Option<u64>,
    ) -> Result<Option<u64>, ForgeError> {
        let viewer = self.viewer()?;
        let since = match made {
            Some(_) => self.just_now(),
            None => adopt::earliest(intent, self.client.ahead()),
        };
        let comments = self.comments(number, Some(since))?;
        let is_ours = |comment: &&shape::Comment| {
            adopt::is_from(intent, &viewer, author(&comment.user), Some(&comment.body))
        };
        let ours = comments.iter().filter(is_ours).map(|comment| comment.id);
        let ours: Vec<u64> = ours.collect();
        let first = ours.iter().copied().chain(made).min();
        for id in ours.iter().filter(|id| Some(**id) != first) {
            let path = self.at(&format!("/issues/comments/{id}"));
            let tried = crate::forge::model::tried(intent);
            let gone = self
                .client
                .write(&tried, Cost::Write, Method::Delete, &path, None);
            match gone {
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
        let reviews = match self.all_reviews(item.number) {
            Err(ForgeError::Missing { .. }) => return Ok(None),
            reviews => reviews?,
        };
        let mut ours = reviews.iter().filter(|review| {
            // One that was not handed in is seen by its author alone.
            let said = review.state != "PENDING";
            said && adopt::is_from(intent, &viewer, author(&review.user), Some(&review.body))
        });
        Ok(ours
            .next()
            .map(|review| Applied::Commented { id: review.id }))
    }

    /// The latest status of a name, if acp wrote it.
    pub(super) fn own_status(
        &self,
        sha: &Sha,
        name: &str,
    ) -> Result<Option<shape::Status>, ForgeError> {
        let viewer = self.viewer()?;
        let statuses = match self.statuses(sha) {
            // No such commit.
            Err(ForgeError::Missing { .. }) => return Ok(None),
            statuses => statuses?,
        };
        let of_name = statuses.into_iter().filter(|status| status.context == name);
        let latest = of_name.max_by_key(|status| status.id);
        Ok(latest.filter(|status| is_by(&status.creator, &viewer)))
    }

    /// Whether it is merged at the head of `intent`.
    pub(super) fn find_merge(
        &self,
        intent: &Intent,
        head: &Sha,
    ) -> Result<Option<Applied>, ForgeError> {
        let Some(item) = intent.item.filter(|item| item.kind == ItemKind::Pr) else {
            return Ok(None);
        };
        let Some(pull) = self.pull(item.number)?.filter(|pull| pull.merged) else {
            return Ok(None);
        };
        let at = self.merged_head(&pull)?;
        Ok((at.as_ref() == Some(head)).then(|| merged(&pull)))
    }

    /// The head that a pull request was merged at. The server answers with where the branch is now; what it keeps of the
    /// pull request itself is a reference of its own, which no longer moves.
    pub(super) fn merged_head(&self, pull: &shape::Pull) -> Result<Option<Sha>, ForgeError> {
        let name = format!("pull/{}/head", pull.number);
        let path = self.at(&format!("/git/refs/{}", escaped(&name)));
        let tried = format!("read the head of pr/{}", pull.number);
        let answer = self.client.find(&tried, &path)?;
        let kept: Vec<shape::Reference> = match answer {
            Some(answer) => super::read::or_empty(&answer)?,
            None => vec![],
        };
        let full = format!("refs/{name}");
        let kept = kept.iter().find(|reference| reference.name == full);
        let sha = kept.map_or(&pull.head.sha, |reference| &reference.object.sha);
        Ok(sha.parse().ok())
    }
}

/// What came of a merge.
pub(super) fn merged(pull: &shape::Pull) -> Applied {
    let commit = pull.merge_commit_sha.as_deref();
    Applied::Merged {
        commit: commit.and_then(|sha| sha.parse().ok()),
    }
}

/// Whether a status says so.
pub(super) fn stands_for(status: &shape::Status, state: CheckState) -> bool {
    checks::of_status(&status.word, &status.description) == state
}
