//! The parts of a merge that are the same everywhere: whether it may be, its message, and what it leaves behind.

use jiff::Timestamp;

use super::decide::head_moved;
use super::object::{IssueDoc, Object, PullDoc};
use super::{Records, after, missing, refused};
use crate::domain::{Applied, Intent, IssueState, ItemId, ItemKind, PrState, Sha, label};
use crate::forge::ForgeError;

/// What lies ahead of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::forge) enum Ahead {
    /// It is merged at that head.
    Already(Applied),
    /// It may be merged: the pull request, and the tip of its base.
    Free(Box<PullDoc>, Sha),
}

/// Whether the pull request of `intent` may be merged at `head`.
pub(in crate::forge) fn check_merge(
    records: &dyn Records,
    intent: &Intent,
    head: &Sha,
) -> Result<Ahead, ForgeError> {
    let number = match intent.item {
        Some(item) if item.kind == ItemKind::Pr => item.number,
        _ => return Err(refused(intent, "it names no pull request")),
    };
    let doc = records
        .pull(number)?
        .ok_or_else(|| missing(ItemId::pr(number)))?;
    match &doc.pr.state {
        PrState::Merged { commit } if doc.pr.head_sha == *head => {
            let commit = commit.clone();
            return Ok(Ahead::Already(Applied::Merged { commit }));
        }
        PrState::Merged { .. } => {
            let why = format!("it was merged at {}", doc.pr.head_sha);
            return Err(refused(intent, why));
        }
        PrState::Closed => return Err(refused(intent, "it is closed")),
        PrState::Open if doc.pr.draft => return Err(refused(intent, "it is a draft")),
        PrState::Open => {}
    }
    let tip = records.tip(&doc.pr.head)?;
    if tip.as_ref() != Some(head) {
        return Err(refused(intent, head_moved(head, tip.as_ref())));
    }
    let base = records.tip(&doc.pr.base)?;
    let base = base.ok_or_else(|| missing(format_args!("branch {}", doc.pr.base)))?;
    Ok(Ahead::Free(Box::new(doc), base))
}

/// What a merge leaves behind: the pull request as merged, and the issue that it closes, closed.
pub(in crate::forge) fn merged(
    mut pull: PullDoc,
    issue: Option<IssueDoc>,
    head: &Sha,
    commit: &Sha,
    now: Timestamp,
) -> Vec<Object> {
    pull.pr.state = PrState::Merged {
        commit: Some(commit.clone()),
    };
    pull.pr.head_sha = head.clone();
    pull.pr.draft = false;
    pull.pr.updated = after(pull.pr.updated, now);
    let mut objects = vec![Object::Pull(pull)];
    if let Some(mut doc) = issue
        && doc.issue.is_open()
        && !doc.issue.has(label::KEEP_OPEN)
    {
        doc.issue.state = IssueState::Closed;
        doc.issue.updated = after(doc.issue.updated, now);
        objects.push(Object::Issue(doc));
    }
    objects
}

/// Why a merge with these conflicting files is not made.
pub(in crate::forge) fn conflict(intent: &Intent, paths: &[String]) -> ForgeError {
    const SHOWN: usize = 10;
    let mut list = paths[..paths.len().min(SHOWN)].join(", ");
    if paths.len() > SHOWN {
        list.push_str(", …");
    }
    refused(intent, format!("it conflicts with its base in {list}"))
}
