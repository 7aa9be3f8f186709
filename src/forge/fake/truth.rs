//! Everything as it is, however late it becomes visible: for comparing with what an adapter believes.

use std::collections::BTreeMap;

use super::Fake;
use super::state::Item;
use crate::domain::{
    Association, Issue, IssueState, Mergeable, Mirror, PrState, PullRequest, schedule_line,
    text_digest,
};
use crate::forge::model::text::closes;

impl Fake {
    /// Issues and pull requests, without checks and reviews.
    pub fn truth(&self) -> Mirror {
        let mut guard = self.lock();
        // A repository that cannot be read leaves the pull requests where they were.
        let _as_before = self.world(&mut guard, false).follow_branches();
        let mut mirror = Mirror::default();
        let there = guard.items.values().map(super::state::Slot::truth);
        for item in there.filter(|item| item.gone.is_none()) {
            let user = guard.user(&item.author);
            let association = user.map_or(Association::None, |user| user.association);
            if item.pull.is_some() {
                mirror.pulls.extend(pull_of(item, association));
            } else {
                let issue = issue_of(item, association);
                mirror.issues.insert(item.number, issue);
            }
        }
        mirror
    }

    /// How often each of acp's markers stands on the forge, in open issues, pull requests, comments and reviews.
    pub fn markers(&self) -> BTreeMap<String, u64> {
        let guard = self.lock();
        let items = guard.items.values().map(super::state::Slot::truth);
        // The second one of two issues is closed.
        let stands = |item: &&Item| item.gone.is_none() && (item.open || item.pull.is_some());
        let items = items.filter(stands);
        let comments = guard.comments.values().map(|slot| &slot.truth().body);
        let reviews = guard.reviews.values().flatten().map(|review| &review.body);
        let mut count = super::Account::default();
        for body in items.map(|item| &item.body).chain(comments).chain(reviews) {
            count.marked(body);
        }
        count.by_marker
    }
}

fn issue_of(item: &Item, association: Association) -> Issue {
    Issue {
        number: item.number,
        title: item.title.clone(),
        state: if item.open {
            IssueState::Open
        } else {
            IssueState::Closed
        },
        labels: item.labels.clone(),
        author: item.author.clone(),
        association,
        created: item.created,
        updated: item.updated,
        digest: Some(text_digest(&item.title, &item.body)),
        schedule: schedule_line(&item.body),
    }
}

fn pull_of(item: &Item, association: Association) -> Option<(u64, PullRequest)> {
    let pull = item.pull.as_ref()?;
    let state = match &pull.merged {
        Some(merged) => PrState::Merged {
            commit: Some(merged.commit.clone()),
        },
        None if item.open => PrState::Open,
        None => PrState::Closed,
    };
    let pull = PullRequest {
        number: item.number,
        title: item.title.clone(),
        state,
        draft: pull.draft,
        head: pull.head.clone(),
        head_sha: pull.head_sha.clone(),
        base: pull.base.clone(),
        base_sha: pull.base_sha.clone(),
        from_fork: pull.fork.is_some(),
        labels: item.labels.clone(),
        author: item.author.clone(),
        association,
        closes: closes(&item.body),
        checks: vec![],
        reviews: vec![],
        mergeable: Mergeable::Unknown,
        created: item.created,
        updated: item.updated,
    };
    Some((item.number, pull))
}
