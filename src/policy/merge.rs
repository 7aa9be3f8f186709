//! Whether a pull request is merged.
//!
//! Every rule is tried and every one that fires is told. The strictest wins: what blocks lasts until the head or the
//! profile changes, what is under way is waited for, what asks needs a person's yes to exactly this head.

use crate::domain::{
    Approval, Check, CheckPolicy, CheckState, DiffFacts, MergeDecision, MergeVerdict, Mergeable,
    PolicyRules, PullRequest, ReviewState, RiskScore,
};

use super::checks::{Checks, summarize};
use super::risk::named;

/// What a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct MergeInput<'a> {
    /// The pull request.
    pub pr: &'a PullRequest,
    /// What is known of its diff, for its present base and head.
    pub facts: Option<&'a DiffFacts>,
    /// The score of that diff.
    pub risk: &'a RiskScore,
    /// A person's yes, to this or another head.
    pub approval: Option<&'a Approval>,
    /// Whether a person pushed the head.
    pub foreign_head: bool,
    /// Who asks for changes without being somebody whose reviews count.
    pub unheeded: &'a [&'a str],
    /// Agent reviews of this head that passed.
    pub reviews_done: u8,
    /// Why a check that was made of this head is not known on the forge and will not become so.
    pub unknown_check: Option<&'a str>,
    /// The profile's policy.
    pub rules: &'a PolicyRules,
}

impl MergeInput<'_> {
    /// The approval, when it is for this pull request and this head. One for another head counts for nothing.
    fn approved(&self) -> Option<&Approval> {
        self.approval
            .filter(|yes| yes.pr == self.pr.number && yes.head == self.pr.head_sha)
    }
}

/// Decides; what is not known asks a person or waits, and never merges.
pub fn decide(input: &MergeInput) -> MergeDecision {
    let checks = summarize(&input.pr.checks);
    let blocks = what_blocks(input, &checks);
    let waits = what_waits(input, &checks);
    let asks = what_asks(input, &checks);
    let approved = input.approved();
    let verdict = if !blocks.is_empty() {
        MergeVerdict::Block
    } else if !waits.is_empty() {
        MergeVerdict::Wait
    } else if !asks.is_empty() && approved.is_none() {
        MergeVerdict::Ask
    } else {
        MergeVerdict::Merge
    };
    let mut reasons = Vec::new();
    if verdict == MergeVerdict::Merge {
        reasons.push(why_merge(input, approved));
    }
    reasons.extend(blocks);
    reasons.extend(waits);
    let answered = |reason: String| match approved {
        Some(yes) => format!("{reason}: approved by {}", yes.by),
        None => reason,
    };
    let asked = !asks.is_empty();
    reasons.extend(asks.into_iter().map(answered));
    reasons.extend(stale_approval(input).filter(|_| asked));
    MergeDecision { verdict, reasons }
}

/// Authors whose latest word on this head asks for changes. A remark takes no request back, an approval does; a word on
/// another head is about another change.
pub fn change_requests(pr: &PullRequest) -> Vec<&str> {
    let mut open: Vec<&str> = Vec::new();
    for review in pr.reviews.iter().filter(|r| r.head == pr.head_sha) {
        let author = review.author.as_str();
        match review.state {
            ReviewState::Commented => {}
            ReviewState::Approved => open.retain(|a| *a != author),
            ReviewState::ChangesRequested if open.contains(&author) => {}
            ReviewState::ChangesRequested => open.push(author),
        }
    }
    open
}

fn what_blocks(input: &MergeInput, checks: &Checks) -> Vec<String> {
    let MergeInput {
        pr, risk, rules, ..
    } = input;
    let mut reasons = Vec::new();
    if !pr.is_open() {
        reasons.push("it is not open".to_owned());
    }
    let max = rules.merge.ask_max;
    if let Some(score) = risk.score.filter(|score| *score > max) {
        let band = risk.band.as_str();
        reasons.push(format!(
            "score {score} ({band}) is above {max}, the most a person may approve"
        ));
    }
    if !risk.forbidden.is_empty() {
        reasons.push(named("forbidden path", &risk.forbidden));
    }
    let secrets = input.facts.and_then(|facts| facts.secrets.as_deref());
    if let Some(hits) = secrets.filter(|hits| !hits.is_empty()) {
        let shown: Vec<String> = hits
            .iter()
            .map(|h| format!("{} in {}", h.pattern, h.path))
            .collect();
        reasons.push(named("secret in an added line", &shown));
    }
    if pr.mergeable == Mergeable::No {
        reasons.push(format!("it conflicts with `{}`", pr.base));
    }
    if let Checks::Red(names) = checks {
        reasons.push(named("red check", names));
    }
    let requests = change_requests(pr);
    if !requests.is_empty() {
        reasons.push(named("changes requested by", &requests));
    }
    reasons
}

fn what_waits(input: &MergeInput, checks: &Checks) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Checks::Pending(names) = checks {
        reasons.push(named("check not finished", names));
    }
    if input.pr.mergeable == Mergeable::Unknown {
        reasons.push("the forge does not know yet whether it can be merged".to_owned());
    }
    let (done, wanted) = (input.reviews_done, input.rules.merge.reviews);
    // Agents review before a pass merges. Whoever types the merge of this head has looked for themselves.
    let typed = input.approved().is_some_and(|yes| yes.merge);
    if done < wanted && !typed {
        reasons.push(format!("{done} of {wanted} agent reviews done"));
    }
    reasons
}

fn what_asks(input: &MergeInput, checks: &Checks) -> Vec<String> {
    let MergeInput {
        pr, risk, rules, ..
    } = input;
    let facts = input.facts;
    let mut reasons = Vec::new();
    let mut ask = |fires: bool, reason: &str| {
        if fires {
            reasons.push(reason.to_owned());
        }
    };
    let files_known = risk.score.is_some() && facts.is_some_and(|f| f.files.is_some());
    ask(!files_known, "the files of the change are not known");
    let secrets_known = facts.is_some_and(|f| f.secrets.is_some());
    ask(
        !secrets_known,
        "whether added lines hold a secret is not known",
    );
    let ddl_known = facts.is_some_and(|f| f.ddl.is_some());
    ask(
        !ddl_known,
        "whether added lines define a database schema is not known",
    );
    if !risk.protected.is_empty() {
        ask(true, &named("protected path", &risk.protected));
    }
    let (auto, most) = (rules.merge.auto_max, rules.merge.ask_max);
    if let Some(score) = risk.score.filter(|score| *score > auto && *score <= most) {
        let band = risk.band.as_str();
        ask(
            true,
            &format!("score {score} ({band}) is above {auto}, the most that merges unasked"),
        );
    }
    let unchecked = *checks == Checks::None && rules.merge.checks == CheckPolicy::Required;
    ask(unchecked, "a check is required and none has said anything");
    if let Some(reason) = input.unknown_check {
        ask(true, reason);
    }
    ask(pr.from_fork, "the head is in another repository");
    ask(input.foreign_head, "a person pushed the head");
    if !input.unheeded.is_empty() {
        let who = input.unheeded.join(", ");
        ask(
            true,
            &format!("changes requested by {who}, whose reviews are not heeded"),
        );
    }
    reasons
}

/// `score 12 (low), 2 checks green, approved by ann`.
fn why_merge(input: &MergeInput, approved: Option<&Approval>) -> String {
    let risk = input.risk;
    let score = risk.score.map_or_else(
        || "score not known".to_owned(),
        |score| format!("score {score} ({})", risk.band.as_str()),
    );
    let green = |check: &&Check| check.state == CheckState::Success;
    let checks = match input.pr.checks.iter().filter(green).count() {
        0 => "no checks".to_owned(),
        1 => "1 check green".to_owned(),
        count => format!("{count} checks green"),
    };
    let mut parts = vec![score, checks];
    let (done, wanted) = (input.reviews_done, input.rules.merge.reviews);
    if wanted > 0 {
        parts.push(format!("{done} of {wanted} agent reviews passed"));
    }
    parts.extend(approved.map(|yes| format!("approved by {}", yes.by)));
    parts.join(", ")
}

fn stale_approval(input: &MergeInput) -> Option<String> {
    let yes = input.approval.filter(|_| input.approved().is_none())?;
    let (by, old) = (&yes.by, yes.head.short());
    Some(format!(
        "the approval of {by} is for {old}, not for this head"
    ))
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
