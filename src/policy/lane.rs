//! Which kind of work a pull request is ready for.

use crate::domain::{MergeDecision, MergeVerdict, Mergeable, PrLane, PullRequest, label};

use super::checks::{Checks, summarize};
use super::merge::change_requests;

/// What a lane rests on.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on each other"
)]
pub struct PrInput<'a> {
    /// The pull request.
    pub pr: &'a PullRequest,
    /// Whether acp opened it.
    pub ours: bool,
    /// Whether acp gave up on it, even if its label has not arrived yet.
    pub given_up: bool,
    /// Whether a run of it lives or waits to be judged, or a write of it is on its way.
    pub busy: bool,
    /// Whether a fix run has done what `agent-repair-queued` asks for, which stays on because it belongs to people.
    pub repair_answered: bool,
    /// Whether an agent's review objects to this head, and no fix run has answered it.
    pub objected: bool,
    /// Agent reviews of this head that passed.
    pub reviews_done: u8,
    /// Agent reviews that the profile wants.
    pub reviews_wanted: u8,
    /// What [`super::merge::decide`] said.
    pub decision: &'a MergeDecision,
}

/// The lane: the first that matches, in the order of [`PrLane`]. A draft has a lane like any other.
pub fn pr_lane(input: &PrInput) -> PrLane {
    let pr = input.pr;
    let looked_after = input.ours || pr.has(label::HANDOFF);
    if !pr.is_open() || pr.from_fork || !looked_after {
        PrLane::Ignore
    } else if input.given_up || pr.has(label::BLOCKED) {
        PrLane::Blocked
    } else if input.busy || is_under_way(pr) {
        PrLane::Pending
    } else if input.objected || !fix_reasons(pr, input.repair_answered).is_empty() {
        PrLane::Fix
    } else if input.reviews_done < input.reviews_wanted {
        match input.reviews_done {
            0 => PrLane::DoubleCheck1,
            _ => PrLane::DoubleCheck2,
        }
    } else {
        match input.decision.verdict {
            MergeVerdict::Merge => PrLane::Automerge,
            MergeVerdict::Wait => PrLane::Pending,
            MergeVerdict::Ask | MergeVerdict::Block => PrLane::HumanReview,
        }
    }
}

/// A red check is known to be red whatever the others will say: it is not waited for.
fn is_under_way(pr: &PullRequest) -> bool {
    let checks = matches!(summarize(&pr.checks), Checks::Pending(_));
    checks || pr.mergeable == Mergeable::Unknown
}

/// What an agent should repair, one line each: what a fix run is told. Empty when there is nothing.
pub fn fix_reasons(pr: &PullRequest, repair_answered: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    if pr.mergeable == Mergeable::No {
        reasons.push(format!("it conflicts with `{}`", pr.base));
    }
    if let Checks::Red(names) = summarize(&pr.checks) {
        reasons.extend(
            names
                .iter()
                .map(|name| format!("the check `{name}` is red")),
        );
    }
    let requests = change_requests(pr).into_iter();
    reasons.extend(requests.map(|author| format!("{author} asks for changes")));
    if pr.has(label::REPAIR_QUEUED) && !repair_answered {
        reasons.push(repair_reason());
    }
    reasons
}

/// Whether a fix run was told that a person asks for a repair.
pub fn is_told_to_repair(reasons: &[String]) -> bool {
    reasons.contains(&repair_reason())
}

fn repair_reason() -> String {
    format!("`{}` asks for a repair", label::REPAIR_QUEUED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Check, CheckState, PrState, ReviewState};
    use crate::policy::testing::{pull_request, review};

    fn decision(verdict: MergeVerdict) -> MergeDecision {
        MergeDecision {
            verdict,
            reasons: Vec::new(),
        }
    }

    fn check(state: CheckState) -> Check {
        Check {
            name: format!("{state:?}"),
            state,
            summary: String::new(),
        }
    }

    const BITS: u32 = 13;

    /// Each bit puts one circumstance there; the lane must be the least in the order of lanes that any of them names.
    fn world(bits: u32) -> (PrInput<'static>, PrLane) {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let mut pr = pull_request();
        let mut named = vec![PrLane::Automerge];
        let mut name = |bit: u32, lane: PrLane| {
            if on(bit) {
                named.push(lane);
            }
            on(bit)
        };
        if name(0, PrLane::Ignore) {
            pr.state = PrState::Closed;
        }
        pr.from_fork = name(1, PrLane::Ignore);
        let given_up = name(2, PrLane::Blocked);
        if name(3, PrLane::Blocked) {
            pr.labels.insert(label::BLOCKED.to_owned());
        }
        let busy = name(4, PrLane::Pending);
        if name(5, PrLane::Fix) {
            pr.checks.push(check(CheckState::Failure));
        }
        if name(6, if on(5) { PrLane::Fix } else { PrLane::Pending }) {
            pr.checks.push(check(CheckState::Pending));
        }
        if name(7, PrLane::Pending) {
            pr.mergeable = Mergeable::Unknown;
        } else if name(8, PrLane::Fix) {
            pr.mergeable = Mergeable::No;
        }
        if name(9, PrLane::Fix) {
            pr.reviews
                .push(review("ann", ReviewState::ChangesRequested, 'a'));
        }
        let outstanding = name(10, PrLane::DoubleCheck2);
        let verdict = if name(11, PrLane::HumanReview) {
            MergeVerdict::Ask
        } else {
            MergeVerdict::Merge
        };
        let objected = name(12, PrLane::Fix);
        let input = PrInput {
            pr: Box::leak(Box::new(pr)),
            ours: true,
            given_up,
            busy,
            repair_answered: false,
            objected,
            reviews_done: 1,
            reviews_wanted: 1 + u8::from(outstanding),
            decision: Box::leak(Box::new(decision(verdict))),
        };
        (input, named.into_iter().min().unwrap())
    }

    #[test]
    fn every_combination_is_in_the_first_lane_that_any_circumstance_names() {
        for bits in 0..1 << BITS {
            let (input, expected) = world(bits);
            assert_eq!(pr_lane(&input), expected, "{bits:013b}");
        }
    }

    #[test]
    fn whose_it_is_which_review_is_next_and_what_the_verdict_means() {
        let pr = pull_request();
        let merge = decision(MergeVerdict::Merge);
        let input = |pr, ours| PrInput {
            pr,
            ours,
            given_up: false,
            busy: false,
            repair_answered: false,
            objected: false,
            reviews_done: 0,
            reviews_wanted: 0,
            decision: &merge,
        };
        assert_eq!(pr_lane(&input(&pr, false)), PrLane::Ignore);
        let reviews = |done, wanted| PrInput {
            reviews_done: done,
            reviews_wanted: wanted,
            ..input(&pr, true)
        };
        let lanes = [(0, 1), (0, 2), (1, 2), (2, 2), (1, 1)]
            .map(|(done, wanted)| pr_lane(&reviews(done, wanted)));
        let (first, second) = (PrLane::DoubleCheck1, PrLane::DoubleCheck2);
        assert_eq!(
            lanes,
            [first, first, second, PrLane::Automerge, PrLane::Automerge]
        );
        for (verdict, lane) in [
            (MergeVerdict::Merge, PrLane::Automerge),
            (MergeVerdict::Ask, PrLane::HumanReview),
            (MergeVerdict::Block, PrLane::HumanReview),
            (MergeVerdict::Wait, PrLane::Pending),
        ] {
            let said = decision(verdict);
            assert_eq!(
                pr_lane(&PrInput {
                    decision: &said,
                    ..input(&pr, true)
                }),
                lane
            );
        }
        let mut handed = pull_request();
        handed.labels.insert(label::HANDOFF.to_owned());
        handed.draft = true;
        assert_eq!(pr_lane(&input(&handed, false)), PrLane::Automerge);
    }

    #[test]
    fn a_fix_run_is_told_everything_that_is_wrong() {
        let mut pr = pull_request();
        assert!(fix_reasons(&pr, false).is_empty());
        pr.mergeable = Mergeable::No;
        pr.checks.push(check(CheckState::Failure));
        pr.reviews
            .push(review("ann", ReviewState::ChangesRequested, 'a'));
        pr.labels.insert(label::REPAIR_QUEUED.to_owned());
        let all = [
            "it conflicts with `main`",
            "the check `Failure` is red",
            "ann asks for changes",
            "`agent-repair-queued` asks for a repair",
        ];
        assert_eq!(fix_reasons(&pr, false), all);
        assert_eq!(fix_reasons(&pr, true), all[..3]);
        assert!(is_told_to_repair(&fix_reasons(&pr, false)));
        assert!(!is_told_to_repair(&fix_reasons(&pr, true)));
    }
}
