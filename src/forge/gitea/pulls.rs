//! Pull requests as the port has them: branches, checks, reviews.

use super::Gitea;
use super::read::{ITEM_PAGES_MAX, PAGE, login, paged};
use super::shape;
use crate::domain::{
    Association, Check, Mergeable, PrState, PullRequest, Review, ReviewState, Sha,
};
use crate::forge::ForgeError;
use crate::forge::model::text;
use crate::forge::remote::checks::{self, Report};

impl Gitea {
    /// A pull request without checks and reviews, which are asked for apart: those of `before`, of the same head. `None`
    /// when its branches or commits have names that cannot be taken.
    pub(super) fn pull_request(
        &self,
        pull: &shape::Pull,
        before: Option<&PullRequest>,
    ) -> Option<PullRequest> {
        let state = match (pull.merged, pull.is_open()) {
            (true, _) => PrState::Merged {
                commit: pull
                    .merge_commit_sha
                    .as_deref()
                    .and_then(|s| s.parse().ok()),
            },
            (false, true) => PrState::Open,
            (false, false) => PrState::Closed,
        };
        let is_open = state == PrState::Open;
        let mut head_sha: Sha = pull.head.sha.parse().ok()?;
        let mut base_sha: Sha = pull.base.sha.parse().ok()?;
        // The server answers with where branches are now, also long after a pull request was closed.
        if let Some(before) = before.filter(|_| !is_open) {
            head_sha = before.head_sha.clone();
            base_sha = before.base_sha.clone();
        }
        let kept = before.filter(|before| before.head_sha == head_sha);
        Some(PullRequest {
            number: pull.number,
            title: self.drafts.plain(&pull.title).to_owned(),
            state,
            draft: self.drafts.is_draft(pull),
            head: pull.head.branch.parse().ok()?,
            head_sha,
            base: pull.base.branch.parse().ok()?,
            base_sha,
            from_fork: is_elsewhere(pull),
            labels: pull.labels.iter().map(|l| l.name.clone()).collect(),
            author: login(&pull.user),
            association: self.known_association(&login(&pull.user)),
            closes: text::closes(&pull.body),
            checks: kept.map(|pr| pr.checks.clone()).unwrap_or_default(),
            reviews: before.map(|pr| pr.reviews.clone()).unwrap_or_default(),
            mergeable: Mergeable::Unknown,
            created: pull.created_at,
            updated: pull.updated_at,
        })
    }

    /// The checks of a commit: the latest status of each name.
    pub(super) fn checks(&self, sha: &Sha) -> Result<Vec<Check>, ForgeError> {
        let reports = self.statuses(sha)?.into_iter().map(|status| Report {
            state: checks::of_status(&status.word, &status.description),
            // The server lets the latest of a name replace all others, whoever wrote it.
            source: String::new(),
            order: (None, status.id),
            name: status.context,
            summary: status.description,
        });
        Ok(checks::folded(reports))
    }

    /// The latest status of each name.
    pub(super) fn statuses(&self, sha: &Sha) -> Result<Vec<shape::Status>, ForgeError> {
        let tried = format!("read the checks of {}", sha.short());
        let path = self.at(&format!("/commits/{sha}/status?limit={PAGE}"));
        let mut pages = super::read::Pages::new();
        for page in 1..=ITEM_PAGES_MAX {
            let answer = self.client.get(&tried, &paged(&path, page))?;
            let combined: shape::Combined = answer.read()?;
            if !pages.take(combined.statuses, &answer) {
                return Ok(pages.entries);
            }
        }
        Err(ForgeError::Unreadable {
            what: tried,
            why: format!("it has more than {ITEM_PAGES_MAX} pages"),
        })
    }

    /// The reviews of a pull request that were handed in, oldest first. Whoever may not write to the repository has an
    /// opinion, not a vote; what was dismissed counts no more.
    pub(super) fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        let mut reviews = vec![];
        for review in self.all_reviews(number)? {
            let state = match (review.state.as_str(), review.official && !review.dismissed) {
                ("APPROVED", true) => ReviewState::Approved,
                ("REQUEST_CHANGES", true) => ReviewState::ChangesRequested,
                ("APPROVED" | "REQUEST_CHANGES" | "COMMENT", _) => ReviewState::Commented,
                // Not handed in yet, or only asked for.
                _ => continue,
            };
            let (Ok(head), Some(created)) = (review.commit_id.parse(), review.submitted_at) else {
                continue;
            };
            reviews.push(Review {
                author: login(&review.user),
                // A vote that counts is one of somebody who may write to the repository.
                association: if review.official {
                    Association::Collaborator
                } else {
                    self.known_association(&login(&review.user))
                },
                state,
                head,
                body: review.body,
                created,
            });
        }
        Ok(reviews)
    }

    /// All reviews of a pull request, oldest first.
    pub(super) fn all_reviews(&self, number: u64) -> Result<Vec<shape::Review>, ForgeError> {
        let tried = format!("read the reviews of pr/{number}");
        let path = self.at(&format!("/pulls/{number}/reviews?limit={PAGE}"));
        let mut reviews = self
            .list::<shape::Review>(&tried, &path, ITEM_PAGES_MAX)?
            .entries;
        reviews.sort_by_key(|review| review.id);
        Ok(reviews)
    }
}

/// Whether the head is not a branch of the repository itself: in a fork, in one that is gone, or pushed for review alone.
pub(super) fn is_elsewhere(pull: &shape::Pull) -> bool {
    let same = match (pull.head.repo_id, pull.base.repo_id) {
        (Some(head), Some(base)) => head == base && head > 0,
        _ => false,
    };
    !same
}
