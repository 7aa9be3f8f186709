//! Carrying intents out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::shapes::{GraphqlDoc, GraphqlErrorDoc, IdDoc, IssueDoc, NumberDoc, names};
use super::{BODY_CHARS_MAX, Github};
use crate::domain::{
    Applied, BranchName, CheckState, Intent, ItemId, ItemKind, Payload, ReviewVerdict, Sha,
};
use crate::forge::ForgeError;
use crate::forge::model::{self, head_moved, missing, refused, text};
use crate::forge::remote::address::escaped;
use crate::forge::remote::adopt::body_within;
use crate::forge::remote::checks::to_status;
use crate::forge::remote::{Answer, Cost, LabelDiff};
use crate::http::Method;

/// The longest line of a commit status, in characters.
const STATUS_CHARS_MAX: usize = 140;
/// The mutation that makes a draft ready.
const READY: &str = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) \
    { pullRequest { isDraft } } }";
/// How long a limit of the other interface is taken to hold: it does not say.
const GRAPHQL_LIMIT: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// What is there of an item, as far as writes need to know.
pub(super) struct There {
    pub(super) open: bool,
    pub(super) labels: BTreeSet<String>,
}

impl Github {
    pub(super) fn carry_out(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        match &intent.payload {
            Payload::Push { .. } | Payload::DeleteBranch { .. } => {
                Err(refused(intent, "pushes go through git"))
            }
            Payload::Issue {
                title,
                body,
                labels,
            } => self.open_issue(intent, title, body, labels),
            Payload::Pr { .. } => self.open_pull(intent),
            Payload::Ready { pr } => self.make_ready(intent, *pr),
            Payload::Comment { body } => self.comment(intent, body),
            Payload::Labels { add, remove } => self.relabel(intent, add, remove),
            Payload::Review {
                head,
                verdict,
                body,
            } => self.review(intent, head, *verdict, body),
            Payload::Check {
                sha,
                name,
                state,
                summary,
            } => self.check(intent, sha, name, *state, summary),
            Payload::Merge { head, method } => self.merge(intent, head, *method),
            Payload::Close { .. } => self.close(intent),
        }
    }

    /// Posts what makes something new.
    fn create(&self, intent: &Intent, tail: &str, body: &Value) -> Result<Answer, ForgeError> {
        let tried = model::tried(intent);
        self.client.write(
            &tried,
            Cost::Content,
            Method::Post,
            &self.path(tail),
            Some(body),
        )
    }

    /// Writes what makes nothing new.
    pub(super) fn alter(
        &self,
        intent: &Intent,
        method: Method,
        tail: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ForgeError> {
        let tried = model::tried(intent);
        self.client
            .write(&tried, Cost::Write, method, &self.path(tail), body)
    }

    fn open_issue(
        &self,
        intent: &Intent,
        title: &str,
        body: &str,
        labels: &BTreeSet<String>,
    ) -> Result<Applied, ForgeError> {
        let none = BTreeSet::new();
        let body = json!({
            "title": text::title(intent, title)?,
            "body": body_within(intent, body, BODY_CHARS_MAX)?,
            "labels": text::labels(intent, &none, labels, &none)?,
        });
        let made = self.create(intent, "/issues", &body);
        let number = made.map_err(|e| hidden(intent, e, "issues: write"))?;
        let made = made_number(&number, intent)?;
        let first = self.first_issue(intent, Some(made));
        let first = first.map_err(unclear(intent))?;
        Ok(Applied::Opened {
            number: first.unwrap_or(made),
        })
    }

    fn open_pull(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let Payload::Pr {
            head,
            head_sha,
            base,
            title,
            body,
            draft,
        } = &intent.payload
        else {
            return Err(refused(intent, "it is no pull request"));
        };
        if head == base {
            return Err(refused(intent, "a branch cannot go into itself"));
        }
        let tip = self.tip(head)?;
        let tip = tip.ok_or_else(|| missing(format_args!("branch {head}")))?;
        if tip != *head_sha {
            return Err(refused(intent, head_moved(head_sha, Some(&tip))));
        }
        let body = json!({
            "title": text::title(intent, title)?,
            "body": body_within(intent, body, BODY_CHARS_MAX)?,
            "head": head,
            "base": base,
            "draft": draft,
        });
        match self.create(intent, "/pulls", &body) {
            Ok(answer) => Ok(Applied::Opened {
                number: made_number(&answer, intent)?,
            }),
            Err(ForgeError::Refused { tried, why }) if why.contains("already exists") => {
                self.open_already(intent, head, base, ForgeError::Refused { tried, why })
            }
            Err(error) => Err(hidden(intent, error, "pull requests: write")),
        }
    }

    /// There is one for this branch: ours, or somebody else's.
    fn open_already(
        &self,
        intent: &Intent,
        head: &BranchName,
        base: &BranchName,
        error: ForgeError,
    ) -> Result<Applied, ForgeError> {
        let pulls = self.pulls_of(head)?;
        if let Some(applied) = self.ours_among(intent, &pulls)? {
            return Ok(applied);
        }
        let other = pulls
            .iter()
            .find(|pull| pull.is_open() && pull.base.name == base.as_str());
        Err(other.map_or(error, |pull| {
            refused(intent, format!("pr/{} is open for it", pull.number))
        }))
    }

    fn make_ready(&self, intent: &Intent, number: u64) -> Result<Applied, ForgeError> {
        let pull = self.pull(number)?;
        if !pull.draft {
            return Ok(Applied::Done);
        }
        if !pull.is_open() {
            return Err(refused(intent, "it is closed"));
        }
        let tried = model::tried(intent);
        let body = json!({"query": READY, "variables": {"id": pull.node_id}});
        let url = &self.settings.graphql;
        let answer = self.client.write_at(&tried, Cost::Write, url, &body)?;
        // The answer has come, but what is in it is not known.
        let unclear = |error: ForgeError| ForgeError::Unknown {
            tried: tried.clone(),
            why: error.to_string(),
        };
        let answer: GraphqlDoc = answer.read().map_err(unclear)?;
        match answer.errors.first() {
            None => Ok(Applied::Done),
            Some(_) if !self.pull(number)?.draft => Ok(Applied::Done),
            Some(error) => Err(self.graphql_error(intent, error)),
        }
    }

    fn graphql_error(&self, intent: &Intent, error: &GraphqlErrorDoc) -> ForgeError {
        let tried = model::tried(intent);
        let why: String = crate::domain::bounds::one_line(&error.message)
            .chars()
            .take(300)
            .collect();
        match error.kind.as_deref() {
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => ForgeError::Forbidden { tried, why },
            Some("RATE_LIMITED" | "RATE_LIMIT") => {
                let now = self.client.clock().now();
                let until = now.checked_add(GRAPHQL_LIMIT).unwrap_or(now);
                ForgeError::Limited { until }
            }
            Some("NOT_FOUND") => missing(tried),
            Some(_) => ForgeError::Refused { tried, why },
            None => ForgeError::Unavailable { tried, why },
        }
    }

    /// An item, of the kind that the intent means.
    pub(super) fn there(&self, item: ItemId) -> Result<There, ForgeError> {
        let number = item.number;
        if item.kind == ItemKind::Pr {
            let pull = self.pull(number)?;
            return Ok(There {
                open: pull.is_open(),
                labels: names(pull.labels),
            });
        }
        let path = self.path(format_args!("/issues/{number}"));
        let issue: IssueDoc = self.item(&item.to_string(), &path)?.read()?;
        if issue.pull_request.is_some() {
            return Err(missing(item));
        }
        Ok(There {
            open: issue.state == "open",
            labels: names(issue.labels),
        })
    }

    fn target(&self, intent: &Intent) -> Result<(u64, There), ForgeError> {
        let item = intent
            .item
            .ok_or_else(|| refused(intent, "it names no item"))?;
        Ok((item.number, self.there(item)?))
    }

    fn comment(&self, intent: &Intent, body: &str) -> Result<Applied, ForgeError> {
        let body = json!({"body": body_within(intent, body, BODY_CHARS_MAX)?});
        let (number, _) = self.target(intent)?;
        let answer = self.create(intent, &format!("/issues/{number}/comments"), &body);
        let answer = answer.map_err(|e| hidden(intent, e, "issues: write"))?;
        let made = made_id(&answer, intent)?;
        let first = match intent.item {
            Some(item) => self.first_comment(intent, item, Some(made)),
            None => Ok(None),
        };
        let first = first.map_err(unclear(intent))?;
        Ok(Applied::Commented {
            id: first.unwrap_or(made),
        })
    }

    fn relabel(
        &self,
        intent: &Intent,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Applied, ForgeError> {
        let (number, there) = self.target(intent)?;
        let diff = LabelDiff::of(intent, &there.labels, add, remove)?;
        if !diff.add.is_empty() {
            let tail = format!("/issues/{number}/labels");
            let body = json!({"labels": diff.add});
            self.alter(intent, Method::Post, &tail, Some(&body))
                .map_err(|e| hidden(intent, e, "issues: write"))?;
        }
        for label in &diff.remove {
            let tail = format!("/issues/{number}/labels/{}", escaped(label));
            match self.alter(intent, Method::Delete, &tail, None) {
                // Somebody else was faster.
                Ok(_) | Err(ForgeError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Applied::Done)
    }

    fn review(
        &self,
        intent: &Intent,
        head: &Sha,
        verdict: ReviewVerdict,
        body: &str,
    ) -> Result<Applied, ForgeError> {
        let number = match intent.item {
            Some(item) if item.kind == ItemKind::Pr => item.number,
            _ => return Err(refused(intent, "it names no pull request")),
        };
        let body = json!({
            "commit_id": head,
            "event": match verdict {
                ReviewVerdict::Approve => "APPROVE",
                ReviewVerdict::RequestChanges => "REQUEST_CHANGES",
                ReviewVerdict::Comment => "COMMENT",
            },
            "body": body_within(intent, body, BODY_CHARS_MAX)?,
        });
        match self.create(intent, &format!("/pulls/{number}/reviews"), &body) {
            Ok(answer) => Ok(Applied::Commented {
                id: made_id(&answer, intent)?,
            }),
            Err(ForgeError::Refused { tried, why }) if why.contains("your own pull request") => {
                let why = format!(
                    "GitHub lets nobody review a pull request of their own, and acp's account opened this one: {why}"
                );
                Err(ForgeError::Refused { tried, why })
            }
            Err(error) => Err(error),
        }
    }

    fn check(
        &self,
        intent: &Intent,
        sha: &Sha,
        name: &str,
        state: CheckState,
        summary: &str,
    ) -> Result<Applied, ForgeError> {
        text::name(intent, name)?;
        let (word, line) = to_status(state, summary, STATUS_CHARS_MAX);
        // A commit takes a thousand statuses of one name, so only a change is written.
        let there = self.checks_now(sha)?;
        let same =
            |c: &crate::domain::Check| c.name == name && c.state == state && c.summary == line;
        if there.iter().any(same) {
            return Ok(Applied::Done);
        }
        let body = json!({"state": word, "context": name, "description": line});
        let status = self.alter(
            intent,
            Method::Post,
            &format!("/statuses/{sha}"),
            Some(&body),
        );
        let error = match status {
            Ok(_) => return Ok(Applied::Done),
            Err(error @ (ForgeError::Missing { .. } | ForgeError::Forbidden { .. })) => error,
            Err(error) => return Err(error),
        };
        // An app may be allowed to write check runs only, and not every forge of this kind has statuses.
        let title = if line.is_empty() { name } else { &line };
        let mut body =
            json!({"name": name, "head_sha": sha, "output": {"title": title, "summary": line}});
        let conclusion = match state {
            CheckState::Success => Some("success"),
            CheckState::Failure => Some("failure"),
            CheckState::Neutral => Some("neutral"),
            CheckState::Pending => None,
        };
        body["status"] = if conclusion.is_some() {
            "completed"
        } else {
            "in_progress"
        }
        .into();
        if let Some(conclusion) = conclusion {
            body["conclusion"] = conclusion.into();
        }
        match self.alter(intent, Method::Post, "/check-runs", Some(&body)) {
            Ok(_) => Ok(Applied::Done),
            Err(ForgeError::Missing { .. } | ForgeError::Forbidden { .. }) => {
                Err(hidden(intent, error, "commit statuses: write"))
            }
            Err(other) => Err(other),
        }
    }

    fn close(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let (number, there) = self.target(intent)?;
        if !there.open {
            return Ok(Applied::Done);
        }
        let kind = intent.item.map(|item| item.kind);
        let kind = if kind == Some(ItemKind::Pr) {
            "pulls"
        } else {
            "issues"
        };
        let body = json!({"state": "closed"});
        self.alter(
            intent,
            Method::Patch,
            &format!("/{kind}/{number}"),
            Some(&body),
        )
        .map_err(|e| hidden(intent, e, "issues: write"))?;
        Ok(Applied::Done)
    }
}

/// The forge does not say that something may not be written, but that it is not there, although it has just been read.
pub(super) fn hidden(intent: &Intent, error: ForgeError, permission: &str) -> ForgeError {
    match error {
        ForgeError::Missing { .. } => ForgeError::Forbidden {
            tried: model::tried(intent),
            why: format!(
                "GitHub answers that it is not there (404), as it does when the token lacks `{permission}`"
            ),
        },
        other => other,
    }
}

/// What was made is there, also when its answer cannot be read: it must be looked up.
fn unclear(intent: &Intent) -> impl Fn(ForgeError) -> ForgeError {
    move |error| ForgeError::Unknown {
        tried: model::tried(intent),
        why: error.to_string(),
    }
}

fn made_number(answer: &Answer, intent: &Intent) -> Result<u64, ForgeError> {
    let doc: NumberDoc = answer.read().map_err(unclear(intent))?;
    Ok(doc.number)
}

fn made_id(answer: &Answer, intent: &Intent) -> Result<u64, ForgeError> {
    let doc: IdDoc = answer.read().map_err(unclear(intent))?;
    Ok(doc.id)
}
