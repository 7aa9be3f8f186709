//! Values that the tests of decisions start from: a pull request that nothing holds back.

use jiff::Timestamp;

use crate::domain::{
    Approval, Check, CheckPolicy, CheckState, DiffFacts, ItemId, MergeMethod, MergeRules,
    Mergeable, PathRules, PolicyRules, PrState, PullRequest, Review, ReviewState, RiskBand,
    RiskScore, Run, RunState, Sha, Task, Writes,
};

pub(super) fn sha(digit: char) -> Sha {
    digit.to_string().repeat(40).parse().unwrap()
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Pull request 7 with head `aaaa…`, one green check and no conflict.
pub(super) fn pull_request() -> PullRequest {
    PullRequest {
        number: 7,
        title: "Title".to_owned(),
        state: PrState::Open,
        draft: false,
        head: "agent/issue-1-a1".parse().unwrap(),
        head_sha: sha('a'),
        base: "main".parse().unwrap(),
        base_sha: sha('0'),
        from_fork: false,
        labels: std::collections::BTreeSet::new(),
        author: "acp".to_owned(),
        association: crate::domain::Association::Owner,
        closes: Some(1),
        checks: vec![Check {
            name: "build".to_owned(),
            state: CheckState::Success,
            summary: String::new(),
        }],
        reviews: Vec::new(),
        mergeable: Mergeable::Yes,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn review(author: &str, state: ReviewState, head: char) -> Review {
    Review {
        author: author.to_owned(),
        association: crate::domain::Association::Owner,
        state,
        head: sha(head),
        body: String::new(),
        created: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn approval(head: char) -> Approval {
    Approval {
        pr: 7,
        head: sha(head),
        by: "ann".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        merge: false,
    }
}

pub(super) fn clean_risk(score: u32) -> RiskScore {
    RiskScore {
        score: Some(score),
        band: RiskBand::Low,
        factors: Vec::new(),
        notes: Vec::new(),
        protected: Vec::new(),
        forbidden: Vec::new(),
    }
}

pub(super) fn known_facts() -> DiffFacts {
    DiffFacts {
        files: Some(Vec::new()),
        ddl: Some(false),
        secrets: Some(Vec::new()),
    }
}

/// Unasked up to 30, with a yes up to 70, checks required, no reviews.
pub(super) fn policy() -> PolicyRules {
    PolicyRules {
        writes: Writes::Full,
        merge: MergeRules {
            auto_max: 30,
            ask_max: 70,
            method: MergeMethod::Squash,
            checks: CheckPolicy::Required,
            reviews: 0,
        },
        paths: PathRules::default(),
        fix_rounds_max: 3,
    }
}

/// The first run on issue 12, whose title is `title`.
pub(super) fn run(title: &str) -> Run {
    Run {
        id: "20261121-031502-issue-12-a1".parse().unwrap(),
        profile: "web".parse().unwrap(),
        item: ItemId::issue(12),
        task: Task::Implement,
        agent: "command".to_owned(),
        attempt: 1,
        title: title.to_owned(),
        branch: "agent/issue-12-a1".parse().unwrap(),
        base: "main".parse().unwrap(),
        start: sha('b'),
        merge: None,
        created: Timestamp::UNIX_EPOCH,
        text: None,
        resumes: 0,
        state: RunState::Reserved,
    }
}
