//! Whether an intent has already happened, as far as the state of things tells. What leaves a text behind (issues,
//! comments, reviews) is found by its marker, which is the adapter's part.

use std::collections::BTreeSet;

use super::{Records, text};
use crate::domain::{
    Applied, BranchName, Intent, ItemKind, Mergeable, Payload, PrState, PullRequest, Sha,
};
use crate::forge::ForgeError;

/// Whether an intent leaves a text behind, by whose marker it is found.
pub(in crate::forge) fn leaves_text(intent: &Intent) -> bool {
    matches!(
        intent.payload,
        Payload::Issue { .. }
            | Payload::Pr { .. }
            | Payload::Comment { .. }
            | Payload::Review { .. }
    )
}

/// What came of `intent`, for the kinds whose effect is a state and not a new text.
pub(in crate::forge) fn find_by_state(
    records: &dyn Records,
    intent: &Intent,
) -> Result<Option<Applied>, ForgeError> {
    let done = |yes: bool| Ok(yes.then_some(Applied::Done));
    match &intent.payload {
        Payload::Issue { .. } | Payload::Comment { .. } | Payload::Review { .. } => Ok(None),
        Payload::Push { branch, sha, .. } => done(records.tip(branch)?.as_ref() == Some(sha)),
        Payload::DeleteBranch { branch, .. } => done(records.tip(branch)?.is_none()),
        Payload::Pr {
            head,
            head_sha,
            base,
            ..
        } => {
            let tip = records.tip(head)?;
            let open = records.open_pull(head, base)?.filter(|doc| {
                tip.as_ref() == Some(head_sha) || text::ends_with_marker(&doc.body, intent)
            });
            Ok(open.map(|doc| Applied::Opened {
                number: doc.pr.number,
            }))
        }
        Payload::Ready { pr } => done(records.pull(*pr)?.is_some_and(|doc| !doc.pr.draft)),
        Payload::Labels { add, remove } => {
            let gone = |labels: &BTreeSet<String>| {
                remove.difference(add).all(|label| !labels.contains(label))
            };
            let labels = labels_of(records, intent)?;
            done(labels.is_some_and(|labels| add.is_subset(&labels) && gone(&labels)))
        }
        Payload::Check {
            sha, name, state, ..
        } => {
            let checks = records.checks(sha)?;
            let same = |check: &crate::domain::Check| check.name == *name && check.state == *state;
            done(checks.iter().any(same))
        }
        Payload::Merge { head, .. } => merged_at(records, intent, head),
        Payload::Close { .. } => done(is_closed(records, intent)?),
    }
}

fn merged_at(
    records: &dyn Records,
    intent: &Intent,
    head: &Sha,
) -> Result<Option<Applied>, ForgeError> {
    let Some(item) = intent.item else {
        return Ok(None);
    };
    let pull = records.pull(item.number)?;
    Ok(pull.and_then(|doc| match doc.pr.state {
        PrState::Merged { commit } if doc.pr.head_sha == *head => Some(Applied::Merged { commit }),
        _ => None,
    }))
}

fn labels_of(
    records: &dyn Records,
    intent: &Intent,
) -> Result<Option<BTreeSet<String>>, ForgeError> {
    Ok(match intent.item {
        Some(item) if item.kind == ItemKind::Issue => {
            records.issue(item.number)?.map(|doc| doc.issue.labels)
        }
        Some(item) => records.pull(item.number)?.map(|doc| doc.pr.labels),
        None => None,
    })
}

fn is_closed(records: &dyn Records, intent: &Intent) -> Result<bool, ForgeError> {
    Ok(match intent.item {
        Some(item) if item.kind == ItemKind::Issue => records
            .issue(item.number)?
            .is_some_and(|doc| !doc.issue.is_open()),
        Some(item) => records
            .pull(item.number)?
            .is_some_and(|doc| !doc.pr.is_open()),
        None => false,
    })
}

/// `pr` as a listing gives it: an open one with the present tips of its branches, `before` being what the last listing
/// gave. A branch that is gone keeps its last commit. Whether it merges is only kept for the same pair of commits.
pub(in crate::forge) fn with_branches(
    mut pr: PullRequest,
    before: Option<&PullRequest>,
    tip: &mut dyn FnMut(&BranchName) -> Result<Option<Sha>, ForgeError>,
) -> Result<PullRequest, ForgeError> {
    if pr.is_open() {
        let last = before.unwrap_or(&pr).clone();
        pr.head_sha = tip(&pr.head)?.unwrap_or(last.head_sha);
        pr.base_sha = tip(&pr.base)?.unwrap_or(last.base_sha);
    }
    pr.mergeable = match before {
        Some(b) if b.head_sha == pr.head_sha && b.base_sha == pr.base_sha => b.mergeable,
        _ => Mergeable::Unknown,
    };
    Ok(pr)
}
