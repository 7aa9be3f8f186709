//! Making intents happen.

use serde_json::{Value, json};

use super::Gitea;
use super::draft::within;
use super::find::stands_for;
use super::shape;
use crate::domain::{Applied, BranchName, Intent, ItemId, ItemKind, Payload, ReviewVerdict, Sha};
use crate::forge::model::{head_moved, missing, refused, text, tried};
use crate::forge::remote::{Answer, Cost, checks};
use crate::forge::{ForgeError, remote::adopt};
use crate::http::Method;

/// The most characters of a check's line.
const SUMMARY_CHARS_MAX: usize = 255;
/// The most characters of a text, marker included: the bound of every forge and a marker.
const BODY_CHARS_MAX: usize = 65_536 + 64;

/// It was written, but not whether once or twice is known: it must be looked up.
fn unclear(intent: &Intent, error: &ForgeError) -> ForgeError {
    ForgeError::Unknown {
        tried: tried(intent),
        why: error.to_string(),
    }
}

impl Gitea {
    /// See [`crate::forge::Forge::apply`].
    pub(super) fn apply_intent(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        match &intent.payload {
            Payload::Push { .. } | Payload::DeleteBranch { .. } => {
                Err(refused(intent, "pushes go through git"))
            }
            Payload::Issue { .. } => self.open_issue(intent),
            Payload::Pr { head, base, .. } => self.open_pr(intent, head, base),
            Payload::Ready { pr } => self.make_ready(intent, *pr),
            Payload::Comment { body } => self.comment(intent, body),
            Payload::Labels { .. } => self.relabel(intent),
            Payload::Review {
                head,
                verdict,
                body,
            } => self.review(intent, head, *verdict, body),
            Payload::Check { sha, .. } => self.post_check(intent, sha),
            Payload::Merge { head, method } => self.merge(intent, head, *method),
            Payload::Close { .. } => self.close(intent),
        }
    }

    /// Writes for `intent` to what has just been read: what is not there now is hidden from this token.
    pub(super) fn write(
        &self,
        intent: &Intent,
        cost: Cost,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Answer, ForgeError> {
        let tried = tried(intent);
        let answer = self.client.write(&tried, cost, method, path, Some(body));
        answer.map_err(|error| match error {
            ForgeError::Missing { .. } => ForgeError::Forbidden {
                tried,
                why: "the server shows it and hides this call: the token or its account may read \
                      and not write here (status 404)"
                    .to_owned(),
            },
            other => other,
        })
    }

    /// The item of `intent`, as it is.
    pub(super) fn target(&self, intent: &Intent) -> Result<(ItemId, shape::Issue), ForgeError> {
        let item = intent.item;
        let item = item.ok_or_else(|| refused(intent, "it names no item"))?;
        let issue = self.item(item)?.ok_or_else(|| missing(item))?;
        Ok((item, issue))
    }

    /// The number of the pull request of `intent`.
    pub(super) fn pr_number(intent: &Intent) -> Result<u64, ForgeError> {
        let item = intent.item.filter(|item| item.kind == ItemKind::Pr);
        let item = item.ok_or_else(|| refused(intent, "it names no such item"))?;
        Ok(item.number)
    }

    fn open_issue(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let Payload::Issue {
            title,
            body,
            labels,
        } = &intent.payload
        else {
            return Err(refused(intent, "it is no issue"));
        };
        let title = within(&text::title(intent, title)?);
        let body = adopt::body_within(intent, body, BODY_CHARS_MAX)?;
        let none = std::collections::BTreeSet::new();
        text::labels(intent, &none, labels, &none)?;
        let ids = if labels.is_empty() {
            vec![]
        } else {
            self.label_ids(intent, labels)?
        };
        let body = json!({ "title": title, "body": body, "labels": ids });
        let path = self.at("/issues");
        let answer = self.write(intent, Cost::Content, Method::Post, &path, &body)?;
        let opened: shape::Issue = answer.read()?;
        let first = self.first_issue(intent, Some(opened.number));
        let first = first.map_err(|error| unclear(intent, &error))?;
        Ok(Applied::Opened {
            number: first.unwrap_or(opened.number),
        })
    }

    fn open_pr(
        &self,
        intent: &Intent,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Applied, ForgeError> {
        let Payload::Pr {
            head_sha,
            title,
            body,
            draft,
            ..
        } = &intent.payload
        else {
            return Err(refused(intent, "it is no pull request"));
        };
        if head == base {
            return Err(refused(intent, "a branch cannot go into itself"));
        }
        let title = self.drafts.titled(&text::title(intent, title)?, *draft);
        let body = adopt::body_within(intent, body, BODY_CHARS_MAX)?;
        if let Some(applied) = self.there_already(intent, head, base)? {
            return Ok(applied);
        }
        let found = self.tip(head)?;
        let found = found.ok_or_else(|| missing(format_args!("branch {head}")))?;
        if found != *head_sha {
            return Err(refused(intent, head_moved(head_sha, Some(&found))));
        }
        if self.tip(base)?.is_none() {
            return Err(missing(format_args!("branch {base}")));
        }
        let body = json!({
            "head": head.as_str(),
            "base": base.as_str(),
            "title": title,
            "body": body,
        });
        let path = self.at("/pulls");
        match self.write(intent, Cost::Content, Method::Post, &path, &body) {
            Ok(answer) => {
                let opened: shape::Pull = answer.read()?;
                let number = opened.number;
                Ok(Applied::Opened { number })
            }
            // There may be one since a moment ago, and it may be this one. Old versions have no look-up by branches.
            Err(ForgeError::Refused { tried, why }) => {
                let there = match self.there_already(intent, head, base)? {
                    None => self.find_opened(intent, ItemKind::Pr)?,
                    there => there,
                };
                there.ok_or(ForgeError::Refused { tried, why })
            }
            Err(error) => Err(error),
        }
    }

    /// The open pull request for these branches, if `intent` opened it; refused when it is somebody else's.
    fn there_already(
        &self,
        intent: &Intent,
        head: &BranchName,
        base: &BranchName,
    ) -> Result<Option<Applied>, ForgeError> {
        let Some(open) = self.open_pull(head, base)? else {
            return Ok(None);
        };
        let number = open.number;
        if self.is_ours(intent, &open)? {
            return Ok(Some(Applied::Opened { number }));
        }
        Err(refused(intent, format!("pr/{number} is open for it")))
    }

    fn make_ready(&self, intent: &Intent, number: u64) -> Result<Applied, ForgeError> {
        let pull = self.pull(number)?;
        let pull = pull.ok_or_else(|| missing(ItemId::pr(number)))?;
        if !self.drafts.is_draft(&pull) {
            return Ok(Applied::Done);
        }
        if !pull.is_open() {
            return Err(refused(intent, "it is closed"));
        }
        let title = self.drafts.titled(&pull.title, false);
        let unknown = || {
            refused(
                intent,
                format!(
                    "the server calls it a draft by a prefix of its title that acp does not know: {:?}",
                    pull.title
                ),
            )
        };
        if title == pull.title {
            return Err(unknown());
        }
        let path = self.at(&format!("/pulls/{number}"));
        let body = json!({ "title": title });
        let answer = self.write(intent, Cost::Write, Method::Patch, &path, &body)?;
        let now: shape::Pull = answer.read()?;
        if self.drafts.is_draft(&now) {
            return Err(unknown());
        }
        Ok(Applied::Done)
    }

    fn comment(&self, intent: &Intent, body: &str) -> Result<Applied, ForgeError> {
        let body = adopt::body_within(intent, body, BODY_CHARS_MAX)?;
        let (item, _) = self.target(intent)?;
        let path = self.at(&format!("/issues/{}/comments", item.number));
        let body = json!({ "body": body });
        let answer = self.write(intent, Cost::Content, Method::Post, &path, &body)?;
        let written: shape::Comment = answer.read()?;
        let first = self.first_comment(intent, item.number, Some(written.id));
        let first = first.map_err(|error| unclear(intent, &error))?;
        Ok(Applied::Commented {
            id: first.unwrap_or(written.id),
        })
    }

    fn review(
        &self,
        intent: &Intent,
        head: &Sha,
        verdict: ReviewVerdict,
        body: &str,
    ) -> Result<Applied, ForgeError> {
        let number = Self::pr_number(intent)?;
        let body = adopt::body_within(intent, body, BODY_CHARS_MAX)?;
        let pull = self.pull(number)?;
        let pull = pull.ok_or_else(|| missing(ItemId::pr(number)))?;
        let own = super::read::is_by(&pull.user, &self.viewer()?);
        if own && verdict != ReviewVerdict::Comment {
            let why =
                "it was opened by the same account, and nobody may approve or reject their own";
            return Err(refused(intent, why));
        }
        let event = match verdict {
            ReviewVerdict::Approve => "APPROVED",
            ReviewVerdict::RequestChanges => "REQUEST_CHANGES",
            ReviewVerdict::Comment => "COMMENT",
        };
        let path = self.at(&format!("/pulls/{number}/reviews"));
        let body = json!({ "event": event, "commit_id": head.as_str(), "body": body });
        let answer = self.write(intent, Cost::Content, Method::Post, &path, &body)?;
        let written: shape::Review = answer.read()?;
        Ok(Applied::Commented { id: written.id })
    }

    fn post_check(&self, intent: &Intent, sha: &Sha) -> Result<Applied, ForgeError> {
        let Payload::Check {
            name,
            state,
            summary,
            ..
        } = &intent.payload
        else {
            return Err(refused(intent, "it is no check"));
        };
        text::name(intent, name)?;
        let (word, line) = checks::to_status(*state, summary, SUMMARY_CHARS_MAX);
        let there = self.own_status(sha, name)?;
        if there.is_some_and(|there| stands_for(&there, *state) && there.description == line) {
            return Ok(Applied::Done);
        }
        let path = self.at(&format!("/statuses/{sha}"));
        let body = json!({ "context": name, "state": word, "description": line });
        let tried = tried(intent);
        self.client
            .write(&tried, Cost::Write, Method::Post, &path, Some(&body))?;
        Ok(Applied::Done)
    }

    fn close(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let (item, issue) = self.target(intent)?;
        if issue.state != "open" {
            return Ok(Applied::Done);
        }
        let folder = match item.kind {
            ItemKind::Issue => "issues",
            ItemKind::Pr => "pulls",
        };
        let path = self.at(&format!("/{folder}/{}", item.number));
        let body = json!({ "state": "closed" });
        self.write(intent, Cost::Write, Method::Patch, &path, &body)?;
        Ok(Applied::Done)
    }
}
