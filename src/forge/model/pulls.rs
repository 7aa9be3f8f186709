//! What intents make of pull requests and checks.

use std::collections::BTreeSet;

use super::decide::{COMMENTS_MAX, Decision, Desk, Item, head_moved, write};
use super::object::{ChecksDoc, Object, PullDoc};
use super::{refused, text};
use crate::domain::{
    Applied, Association, Check, CheckState, ItemKind, Mergeable, Payload, PrState, PullRequest,
    Review, ReviewState, ReviewVerdict, Sha,
};
use crate::forge::ForgeError;

/// The most checks of one commit.
const CHECKS_MAX: usize = 100;
/// The most characters of a check's line, which is cut, not refused: it explains and decides nothing.
const SUMMARY_CHARS_MAX: usize = 1_000;

impl Desk<'_> {
    pub(super) fn open_pull(&self) -> Result<Decision, ForgeError> {
        let Payload::Pr {
            head,
            head_sha,
            base,
            title,
            body,
            draft,
        } = &self.intent.payload
        else {
            return Err(refused(self.intent, "it is no pull request"));
        };
        if let Some(open) = self.records.open_pull(head, base)? {
            let number = open.pr.number;
            if text::ends_with_marker(&open.body, self.intent) {
                return Ok(Decision::Already(Applied::Opened { number }));
            }
            return Err(self.refused(format!("pr/{number} is open for it")));
        }
        if head == base {
            return Err(self.refused("a branch cannot go into itself"));
        }
        let tip = self.tip(head)?;
        if tip != *head_sha {
            return Err(self.refused(head_moved(head_sha, Some(&tip))));
        }
        let number = self.records.next_number();
        let body = text::body(self.intent, body)?;
        let pr = PullRequest {
            number,
            title: text::title(self.intent, title)?,
            state: PrState::Open,
            draft: *draft,
            head: head.clone(),
            head_sha: tip,
            base: base.clone(),
            base_sha: self.tip(base)?,
            from_fork: false,
            labels: BTreeSet::new(),
            author: self.actor(),
            association: Association::Owner,
            closes: text::closes(&body),
            checks: vec![],
            reviews: vec![],
            mergeable: Mergeable::Unknown,
            created: self.now,
            updated: self.now,
        };
        let objects = vec![Object::Pull(PullDoc { pr, body })];
        Ok(write(objects, Applied::Opened { number }))
    }

    pub(super) fn ready(&self, number: u64) -> Result<Decision, ForgeError> {
        let mut doc = self.pull(number)?;
        if !doc.pr.draft {
            return Ok(Decision::Already(Applied::Done));
        }
        if !doc.pr.is_open() {
            return Err(self.refused("it is closed"));
        }
        doc.pr.draft = false;
        Ok(self.update(Item::Pull(doc), Applied::Done))
    }

    pub(super) fn review(
        &self,
        head: &Sha,
        verdict: ReviewVerdict,
        body: &str,
    ) -> Result<Decision, ForgeError> {
        let mut doc = self.pull(self.target(ItemKind::Pr)?)?;
        if doc.pr.reviews.len() >= COMMENTS_MAX {
            return Err(self.refused(format!("it has {COMMENTS_MAX} reviews already")));
        }
        doc.pr.reviews.push(Review {
            author: self.actor(),
            association: Association::Owner,
            state: state_of(verdict),
            head: head.clone(),
            body: text::body(self.intent, body)?,
            created: self.now,
        });
        let id = self.records.next_comment();
        Ok(self.update(Item::Pull(doc), Applied::Commented { id }))
    }

    pub(super) fn check(
        &self,
        sha: &Sha,
        name: &str,
        state: CheckState,
        summary: &str,
    ) -> Result<Decision, ForgeError> {
        text::name(self.intent, name)?;
        let summary = crate::domain::bounds::one_line(summary);
        let check = Check {
            name: name.to_owned(),
            state,
            summary: summary.chars().take(SUMMARY_CHARS_MAX).collect(),
        };
        let mut checks = self.records.checks(sha)?;
        match checks.iter().position(|there| there.name == name) {
            Some(at) if checks[at] == check => return Ok(Decision::Already(Applied::Done)),
            Some(at) => checks[at] = check,
            None if checks.len() >= CHECKS_MAX => {
                return Err(self.refused(format!("it has {CHECKS_MAX} checks already")));
            }
            None => checks.push(check),
        }
        let sha = sha.clone();
        let objects = vec![Object::Checks(ChecksDoc { sha, checks })];
        Ok(write(objects, Applied::Done))
    }
}

const fn state_of(verdict: ReviewVerdict) -> ReviewState {
    match verdict {
        ReviewVerdict::Approve => ReviewState::Approved,
        ReviewVerdict::RequestChanges => ReviewState::ChangesRequested,
        ReviewVerdict::Comment => ReviewState::Commented,
    }
}
