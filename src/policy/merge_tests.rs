use super::*;
use crate::domain::{PrState, RiskBand, SecretHit};
use crate::policy::testing::{
    approval, clean_risk, known_facts, policy, pull_request, review, sha,
};

/// Everything that a merge can depend on, one bit each.
const BITS: [&str; 16] = [
    "score above ask_max",
    "forbidden path",
    "secret",
    "conflict",
    "red check",
    "change request",
    "check pending",
    "mergeable unknown",
    "review outstanding",
    "files unknown",
    "secrets unknown",
    "protected path",
    "score above auto_max",
    "no check at all",
    "person pushed the head",
    "approved",
];
const APPROVED: usize = 15;

#[derive(Clone, Copy)]
struct World(u32);

impl World {
    fn is(self, name: &str) -> bool {
        let bit = BITS.iter().position(|known| *known == name).unwrap();
        self.0 & (1 << bit) != 0
    }

    fn pull_request(self) -> PullRequest {
        let mut pr = pull_request();
        let check = |name: &str, state| Check {
            name: name.to_owned(),
            state,
            summary: String::new(),
        };
        pr.checks = Vec::new();
        if !self.is("no check at all") {
            pr.checks.push(check("build", CheckState::Success));
        }
        if self.is("check pending") {
            pr.checks.push(check("slow", CheckState::Pending));
        }
        if self.is("red check") {
            pr.checks.push(check("lint", CheckState::Failure));
        }
        if self.is("mergeable unknown") {
            pr.mergeable = Mergeable::Unknown;
        }
        if self.is("conflict") {
            pr.mergeable = Mergeable::No;
        }
        if self.is("change request") {
            pr.reviews
                .push(review("ann", ReviewState::ChangesRequested, 'a'));
        }
        pr
    }

    fn risk(self) -> RiskScore {
        let mut risk = clean_risk(12);
        if self.is("score above auto_max") {
            risk.score = Some(50);
        }
        if self.is("score above ask_max") {
            risk.score = Some(71);
        }
        if self.is("files unknown") {
            risk.score = None;
            risk.band = RiskBand::High;
        }
        if self.is("forbidden path") {
            risk.forbidden.push(".env".to_owned());
        }
        if self.is("protected path") {
            risk.protected.push("AGENTS.md".to_owned());
        }
        risk
    }

    fn facts(self) -> DiffFacts {
        let mut facts = known_facts();
        if self.is("secret") {
            facts.secrets = Some(vec![SecretHit {
                path: "a".to_owned(),
                pattern: "key".to_owned(),
            }]);
        }
        if self.is("secrets unknown") {
            facts.secrets = None;
        }
        if self.is("files unknown") {
            facts.files = None;
        }
        facts
    }

    fn decide(self) -> MergeDecision {
        let (pr, risk, facts, yes) = (
            self.pull_request(),
            self.risk(),
            self.facts(),
            approval('a'),
        );
        let mut rules = policy();
        rules.merge.reviews = 1;
        decide(&MergeInput {
            pr: &pr,
            facts: Some(&facts),
            risk: &risk,
            approval: self.is("approved").then_some(&yes),
            foreign_head: self.is("person pushed the head"),
            unheeded: &[],
            reviews_done: u8::from(!self.is("review outstanding")),
            unknown_check: None,
            rules: &rules,
        })
    }

    /// The oracle: what each circumstance counts, added up as severities. It knows nothing of the order of rules.
    fn expected(self) -> MergeVerdict {
        let on = |name: &str| u32::from(self.is(name));
        let off = |name: &str| 1 - on(name);
        let scored = off("files unknown");
        let hard = on("score above ask_max") * scored
            + on("forbidden path")
            + on("secret") * off("secrets unknown")
            + on("conflict")
            + on("red check")
            + on("change request");
        let slow = on("check pending") * off("red check")
            + on("mergeable unknown") * off("conflict")
            + on("review outstanding");
        let silent = on("no check at all") * off("red check") * off("check pending");
        let soft = on("files unknown")
            + on("secrets unknown")
            + on("protected path")
            + on("score above auto_max") * scored
            + silent
            + on("person pushed the head");
        match (hard, slow, soft * off("approved")) {
            (0, 0, 0) => MergeVerdict::Merge,
            (0, 0, _) => MergeVerdict::Ask,
            (0, ..) => MergeVerdict::Wait,
            _ => MergeVerdict::Block,
        }
    }
}

#[test]
fn every_combination_agrees_with_the_oracle() {
    let mut counts = [0_u32; 4];
    for bits in 0..1 << BITS.len() {
        let world = World(bits);
        let decision = world.decide();
        let told = || -> Vec<&str> {
            let on =
                |(bit, name): (usize, &&'static str)| (bits & (1 << bit) != 0).then_some(*name);
            BITS.iter().enumerate().filter_map(on).collect()
        };
        assert_eq!(
            decision.verdict,
            world.expected(),
            "{:?}: {:?}",
            told(),
            decision.reasons
        );
        assert!(!decision.reasons.is_empty());
        counts[decision.verdict as usize] += 1;
    }
    // Merge, Ask, Block, Wait. Of the merges one is unasked; a change of these numbers is a change of the policy.
    assert_eq!(counts, [1 + 144, 143, 63_232, 2_016]);
}

/// An approval answers what asks; it never makes a decision stricter, and it never answers what blocks or is under way.
#[test]
fn an_approval_turns_ask_into_merge_and_nothing_else() {
    for bits in 0..1 << APPROVED {
        let before = World(bits).decide().verdict;
        let after = World(bits | (1 << APPROVED)).decide().verdict;
        let expected = match before {
            MergeVerdict::Ask => MergeVerdict::Merge,
            same => same,
        };
        assert_eq!(after, expected, "{bits:016b}");
    }
}

#[test]
fn an_approval_of_another_head_or_pull_request_counts_for_nothing() {
    let (pr, mut risk, facts, rules) = (pull_request(), clean_risk(50), known_facts(), policy());
    let mut other = approval('b');
    let decide_with = |yes: &Approval, risk: &RiskScore| {
        decide(&MergeInput {
            pr: &pr,
            facts: Some(&facts),
            risk,
            approval: Some(yes),
            foreign_head: false,
            unheeded: &[],
            reviews_done: 0,
            unknown_check: None,
            rules: &rules,
        })
    };
    let asked = decide_with(&other, &risk);
    assert_eq!(asked.verdict, MergeVerdict::Ask);
    assert_eq!(
        asked.reasons,
        [
            "score 50 (low) is above 30, the most that merges unasked",
            "the approval of ann is for bbbbbbbbbb, not for this head",
        ]
    );
    other.head = sha('a');
    assert_eq!(decide_with(&other, &risk).verdict, MergeVerdict::Merge);
    other.pr += 1;
    assert_eq!(decide_with(&other, &risk).verdict, MergeVerdict::Ask);
    risk.score = Some(12);
    assert_eq!(
        decide_with(&other, &risk).reasons,
        ["score 12 (low), 1 check green"]
    );
}

#[test]
fn every_rule_that_fires_is_told_most_important_first() {
    let all = World((1 << BITS.len()) - 1).decide();
    let heads: Vec<&str> = all
        .reasons
        .iter()
        .map(|r| r.split(':').next().unwrap())
        .collect();
    assert_eq!(
        heads,
        [
            "forbidden path",
            "it conflicts with `main`",
            "red check",
            "changes requested by",
            "0 of 1 agent reviews done",
            "the files of the change are not known",
            "whether added lines hold a secret is not known",
            "protected path",
            "a person pushed the head",
        ]
    );
    let yes = World(1 << APPROVED | 1 << 11).decide();
    assert_eq!(
        yes.reasons,
        [
            "score 12 (low), 1 check green, 1 of 1 agent reviews passed, approved by ann",
            "protected path: AGENTS.md: approved by ann",
        ]
    );
}

/// A yes answers what asks; only the merge itself goes without the agents' word, and past nothing that blocks.
#[test]
fn a_merge_that_a_person_types_waits_for_no_agent() {
    let (mut pr, risk, mut rules, facts) = (pull_request(), clean_risk(0), policy(), known_facts());
    rules.merge.reviews = 2;
    let verdict = |pr: &PullRequest, yes: &Approval| {
        let input = MergeInput {
            pr,
            facts: Some(&facts),
            risk: &risk,
            approval: Some(yes),
            foreign_head: false,
            unheeded: &[],
            reviews_done: 1,
            unknown_check: None,
            rules: &rules,
        };
        decide(&input).verdict
    };
    let mut yes = approval('a');
    assert_eq!(verdict(&pr, &yes), MergeVerdict::Wait);
    yes.merge = true;
    assert_eq!(verdict(&pr, &yes), MergeVerdict::Merge);
    yes.head = sha('b');
    assert_eq!(verdict(&pr, &yes), MergeVerdict::Wait);
    yes.head = sha('a');
    pr.mergeable = Mergeable::No;
    assert_eq!(verdict(&pr, &yes), MergeVerdict::Block);
}

#[test]
fn both_bounds_of_the_score_are_inclusive() {
    let (pr, facts, rules) = (pull_request(), known_facts(), policy());
    for (score, expected) in [
        (0, MergeVerdict::Merge),
        (30, MergeVerdict::Merge),
        (31, MergeVerdict::Ask),
        (70, MergeVerdict::Ask),
        (71, MergeVerdict::Block),
        (100, MergeVerdict::Block),
    ] {
        let risk = clean_risk(score);
        let decision = decide(&MergeInput {
            pr: &pr,
            facts: Some(&facts),
            risk: &risk,
            approval: None,
            foreign_head: false,
            unheeded: &[],
            reviews_done: 0,
            unknown_check: None,
            rules: &rules,
        });
        assert_eq!(decision.verdict, expected, "{score}");
    }
}

#[test]
fn no_facts_at_all_ask_and_optional_checks_do_not() {
    let (mut pr, risk, mut rules, facts) = (pull_request(), clean_risk(0), policy(), known_facts());
    let verdict = |pr: &PullRequest, rules: &PolicyRules, facts: Option<&DiffFacts>| {
        decide(&MergeInput {
            pr,
            facts,
            risk: &risk,
            approval: None,
            foreign_head: false,
            unheeded: &[],
            reviews_done: 0,
            unknown_check: None,
            rules,
        })
        .verdict
    };
    assert_eq!(verdict(&pr, &rules, None), MergeVerdict::Ask);
    pr.checks.clear();
    assert_eq!(verdict(&pr, &rules, Some(&facts)), MergeVerdict::Ask);
    rules.merge.checks = CheckPolicy::Present;
    assert_eq!(verdict(&pr, &rules, Some(&facts)), MergeVerdict::Merge);
    let unscanned = DiffFacts {
        ddl: None,
        ..facts.clone()
    };
    assert_eq!(verdict(&pr, &rules, Some(&unscanned)), MergeVerdict::Ask);
    pr.from_fork = true;
    assert_eq!(verdict(&pr, &rules, Some(&facts)), MergeVerdict::Ask);
    pr.state = PrState::Closed;
    assert_eq!(verdict(&pr, &rules, Some(&facts)), MergeVerdict::Block);
}

#[test]
fn the_latest_word_of_each_reviewer_on_this_head_counts() {
    use ReviewState::{Approved, ChangesRequested, Commented};
    for (reviews, expected) in [
        (vec![], vec![]),
        (vec![("ann", ChangesRequested, 'a')], vec!["ann"]),
        (vec![("ann", ChangesRequested, 'b')], vec![]),
        (
            vec![("ann", ChangesRequested, 'a'), ("ann", Commented, 'a')],
            vec!["ann"],
        ),
        (
            vec![("ann", ChangesRequested, 'a'), ("ann", Approved, 'a')],
            vec![],
        ),
        (
            vec![("ann", ChangesRequested, 'a'), ("bob", Approved, 'a')],
            vec!["ann"],
        ),
        (
            vec![("ann", ChangesRequested, 'a'), ("ann", Approved, 'b')],
            vec!["ann"],
        ),
        (
            vec![("ann", Approved, 'a'), ("ann", ChangesRequested, 'a')],
            vec!["ann"],
        ),
    ] {
        let mut pr = pull_request();
        pr.reviews = reviews
            .iter()
            .map(|(who, state, head)| review(who, *state, *head))
            .collect();
        assert_eq!(change_requests(&pr), expected, "{reviews:?}");
    }
}
