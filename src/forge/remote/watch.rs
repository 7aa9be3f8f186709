//! Which heads are asked for their checks: the end of a check does not touch the listing of what has changed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Validator;
use crate::domain::{Check, CheckState, PullRequest, Sha, label};

/// How many heads are asked for in one pass.
pub(in crate::forge) const HEADS_PER_PASS_MAX: usize = 20;
/// How long a new head without checks is watched closely: they may still be about to begin.
const NEW_FOR: SignedDuration = SignedDuration::from_mins(30);
/// How often a red head, or an old one without checks, is asked for: somebody may run its checks again.
const SLOW: SignedDuration = SignedDuration::from_mins(10);
/// How often a green head is asked for: another check may have come late.
const GREEN: SignedDuration = SignedDuration::from_mins(30);
/// What the names of acp's own checks begin with: they do not tell whether others have begun.
const OWN_PREFIX: &str = "acp/";

/// What is known of the head of an open pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::forge) struct Head {
    /// The commit.
    pub(in crate::forge) sha: Sha,
    /// When it was first seen here.
    pub(in crate::forge) seen: Timestamp,
    /// When its checks were last asked for.
    pub(in crate::forge) asked: Timestamp,
    /// Validators of what was asked for, by a word of the adapter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::forge) validators: BTreeMap<String, Validator>,
}

/// Heads by the number of their pull request.
pub(in crate::forge) type Heads = BTreeMap<u64, Head>;

/// Whether acp looks after a pull request: its branch is acp's, or somebody handed it over. Of all others neither checks
/// nor reviews are read.
pub(in crate::forge) fn looks_after(pr: &PullRequest, branch_prefix: &str) -> bool {
    let ours = !pr.from_fork && pr.head.as_str().starts_with(branch_prefix);
    pr.is_open() && (ours || pr.has(label::HANDOFF))
}

/// The pull requests whose checks are due at `now`, longest not asked for first, at most [`HEADS_PER_PASS_MAX`]. Those of
/// `awaited` heads always are.
pub(in crate::forge) fn due(
    heads: &Heads,
    pulls: &BTreeMap<u64, PullRequest>,
    awaited: &BTreeSet<Sha>,
    now: Timestamp,
) -> Vec<u64> {
    let mut due: Vec<(Timestamp, u64)> = heads
        .iter()
        .filter_map(|(number, head)| {
            let checks = &pulls.get(number)?.checks;
            let passed = now.duration_since(head.asked);
            // A clock that went back makes everything due rather than nothing.
            let is_due = awaited.contains(&head.sha)
                || passed >= pace(head, checks, now)
                || passed.is_negative();
            is_due.then_some((head.asked, *number))
        })
        .collect();
    due.sort_unstable();
    let numbers = due.into_iter().map(|(_, number)| number);
    numbers.take(HEADS_PER_PASS_MAX).collect()
}

/// Whether a head is asked for in every pass, so that the time of the last look says nothing.
pub(in crate::forge) fn is_close(head: &Head, checks: &[Check], now: Timestamp) -> bool {
    pace(head, checks, now) == SignedDuration::ZERO
}

/// How long after a look the next one is due.
fn pace(head: &Head, checks: &[Check], now: Timestamp) -> SignedDuration {
    let any = |state| checks.iter().any(|check: &Check| check.state == state);
    let theirs = checks.iter().any(|c| !c.name.starts_with(OWN_PREFIX));
    // One that was first seen in the future was seen before the clock went back.
    let is_new = (SignedDuration::ZERO..NEW_FOR).contains(&now.duration_since(head.seen));
    match () {
        () if any(CheckState::Pending) || (!theirs && is_new) => SignedDuration::ZERO,
        () if any(CheckState::Failure) || !theirs => SLOW,
        () => GREEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Association, Mergeable, PrState};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn pull(checks: &[(&str, CheckState)]) -> PullRequest {
        let sha: Sha = "0123456789012345678901234567890123456789".parse().unwrap();
        PullRequest {
            number: 1,
            title: String::new(),
            state: PrState::Open,
            draft: false,
            head: "agent/x".parse().unwrap(),
            head_sha: sha.clone(),
            base: "main".parse().unwrap(),
            base_sha: sha,
            from_fork: false,
            labels: BTreeSet::new(),
            author: String::new(),
            association: Association::None,
            closes: None,
            checks: checks
                .iter()
                .map(|(name, state)| Check {
                    name: (*name).to_owned(),
                    state: *state,
                    summary: String::new(),
                })
                .collect(),
            reviews: vec![],
            mergeable: Mergeable::Unknown,
            created: at(0),
            updated: at(0),
        }
    }

    fn head(asked: i64) -> Head {
        Head {
            sha: pull(&[]).head_sha,
            seen: at(0),
            asked: at(asked),
            validators: BTreeMap::new(),
        }
    }

    #[test]
    fn what_may_change_soon_is_asked_for_often() {
        use CheckState::{Failure, Neutral, Pending, Success};
        let due_after = |checks: &[(&str, CheckState)], asked: i64, now: i64| {
            let pulls = BTreeMap::from([(1, pull(checks))]);
            let heads = Heads::from([(1, head(asked))]);
            !due(&heads, &pulls, &BTreeSet::new(), at(now)).is_empty()
        };
        assert!(due_after(&[("ci", Success), ("b", Pending)], 500, 500));
        // Nothing has begun yet, but for acp's own.
        assert!(due_after(&[], 1, 1) && due_after(&[("acp/verify", Success)], 29, 29));
        assert!(!due_after(&[], 35, 44) && due_after(&[], 35, 45));
        assert!(!due_after(&[("acp/verify", Success)], 35, 44));
        for settled in [
            &[("ci", Success)][..],
            &[("ci", Neutral)],
            &[("ci", Failure)],
        ] {
            assert!(!due_after(settled, 1, 10), "{settled:?}");
        }
        assert!(due_after(&[("ci", Failure)], 0, 10));
        assert!(!due_after(&[("ci", Success)], 0, 29) && due_after(&[("ci", Success)], 0, 30));
        assert!(
            due_after(&[("ci", Success)], 100, 10),
            "the clock went back"
        );
        assert!(
            !due_after(&[], -50, -45),
            "a head of the future is not new for ever"
        );
    }

    #[test]
    fn an_awaited_head_is_always_due() {
        let pulls = BTreeMap::from([(1, pull(&[("ci", CheckState::Success)]))]);
        let heads = Heads::from([(1, head(100))]);
        assert!(due(&heads, &pulls, &BTreeSet::new(), at(101)).is_empty());
        assert_eq!(due(&heads, &pulls, &[head(0).sha].into(), at(101)), [1]);
    }

    #[test]
    fn many_heads_take_turns() {
        let pulls: BTreeMap<u64, PullRequest> = (0..50)
            .map(|n| (n, pull(&[("ci", CheckState::Pending)])))
            .collect();
        let mut heads: Heads = (0..50).map(|n| (n, head(0))).collect();
        let mut seen = BTreeSet::new();
        for pass in 1..=3 {
            for number in due(&heads, &pulls, &BTreeSet::new(), at(pass)) {
                heads.insert(number, head(pass));
                seen.insert(number);
            }
        }
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn only_what_acp_looks_after_is_watched() {
        let mut pr = pull(&[]);
        assert!(looks_after(&pr, "agent/") && !looks_after(&pr, "other/"));
        pr.from_fork = true;
        assert!(!looks_after(&pr, "agent/"));
        pr.labels.insert(label::HANDOFF.to_owned());
        assert!(looks_after(&pr, "agent/"));
        pr.state = PrState::Closed;
        assert!(!looks_after(&pr, "agent/"));
    }
}
