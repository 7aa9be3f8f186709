//! Where every open pull request stands, what merges, and which runs are through.

use std::borrow::Cow;

use jiff::Timestamp;

use super::issue::{
    PUBLICATION, dropped_text, dropped_wait, dropped_write, label_note, run_wait, writing,
};
use super::judge::VERIFY_CHECK;
use super::launch::{Candidate, Candidates};
use super::repair::why_unwanted;
use super::review;
use super::trust;
use super::view::{View, run_commit};
use crate::domain::{
    Action, Intent, IntentKind, IntentView, ItemId, ItemKind, Lane, MergeDecision, MergeVerdict,
    Mergeable, Origin, Payload, Phase, Plan, PrLane, PrState, PullRequest, Retry, RiskScore, Rules,
    RunState, RunView, Sha, Snapshot, Standing, Task, Wait, Writes, digest, label,
};
use crate::policy::{self, BadPattern, Checks, Trusted};

/// Merges of one head that the forge may refuse before it is not asked again unless a person says so.
const MERGES_MAX: usize = 5;

pub(super) fn plan(
    view: &View<'_>,
    plan: &mut Plan,
    wanted: &mut Candidates,
) -> Result<(), BadPattern> {
    for approval in view.snapshot.approvals.values() {
        let pr = view.snapshot.mirror.pulls.get(&approval.pr);
        if pr.is_some_and(|pr| pr.head_sha != approval.head || !pr.is_open()) {
            plan.actions.push(Action::DropApproval {
                pr: approval.pr,
                head: approval.head.clone(),
            });
        }
    }
    for pr in view
        .snapshot
        .mirror
        .pulls
        .values()
        .filter(|pr| pr.is_open())
    {
        plan.actions.extend(label_note(view, ItemId::pr(pr.number)));
        let sight = Sight::new(view, pr)?;
        let lane = sight.lane();
        if lane != PrLane::Ignore {
            plan.risks.insert(pr.number, sight.risk.clone());
        }
        sight.place(lane, plan, wanted);
    }
    for run in view.snapshot.runs.values() {
        close_run(view, run, plan)?;
    }
    Ok(())
}

/// What may be done with a pull request by what `snapshot` shows of it. `None`: it is not known or not open.
///
/// # Errors
/// A path pattern of the profile that cannot be read.
pub fn merge_decision(
    snapshot: &Snapshot,
    rules: &Rules,
    number: u64,
) -> Result<Option<MergeDecision>, BadPattern> {
    let view = View::new(snapshot, rules);
    match snapshot.mirror.pulls.get(&number).filter(|pr| pr.is_open()) {
        Some(pr) => Ok(Some(Sight::new(&view, pr)?.decision)),
        None => Ok(None),
    }
}

/// One pull request with everything that its lane rests on.
struct Sight<'a> {
    view: &'a View<'a>,
    /// With the reviews that are heeded.
    pr: Cow<'a, PullRequest>,
    item: ItemId,
    risk: RiskScore,
    decision: MergeDecision,
    checks: Checks,
    unknown_check: bool,
    reviews_done: u8,
    /// What an agent's review objects to.
    objection: Option<String>,
    fix_reasons: Vec<String>,
}

impl<'a> Sight<'a> {
    fn new(view: &'a View<'a>, pr: &'a PullRequest) -> Result<Self, BadPattern> {
        let rules = view.rules;
        let unknown = crate::domain::DiffFacts::default();
        let facts = view.snapshot.facts.get(&pr.number);
        let checks = policy::summarize(&pr.checks);
        let input = policy::RiskInput {
            facts: facts.unwrap_or(&unknown),
            checks_failed: match &checks {
                Checks::Red(_) => Some(true),
                Checks::Green => Some(false),
                Checks::None | Checks::Pending(_) => None,
            },
            verdicts_distinct: 0,
            coverage_percent: None,
        };
        let risk = policy::score(&input, &rules.risk, &rules.policy.paths)?;
        let reviews_done = review::passed(view, pr);
        let unknown_check = unknown_check(view, pr);
        let trusted = view.trusted();
        let unheeded = trusted.unheeded(pr);
        let heard = heard(pr, &trusted);
        let pr = heard.as_ref();
        let decision = policy::decide(&policy::MergeInput {
            pr,
            facts,
            risk: &risk,
            approval: view.snapshot.approvals.get(&pr.number),
            foreign_head: view.is_foreign_head(pr),
            unheeded: &unheeded,
            reviews_done,
            unknown_check: unknown_check.as_deref(),
            rules: &rules.policy,
        });
        let item = ItemId::pr(pr.number);
        let answered = view.retry(item).is_some_and(|retry| retry.repair_answered);
        let objection = review::objection(view, pr);
        let mut fix_reasons = policy::fix_reasons(pr, answered);
        fix_reasons.extend(objection.clone());
        Ok(Self {
            view,
            pr: heard,
            item,
            risk,
            decision,
            checks,
            unknown_check: unknown_check.is_some(),
            reviews_done,
            objection,
            fix_reasons,
        })
    }

    fn lane(&self) -> PrLane {
        if self.is_gone() {
            return PrLane::Ignore;
        }
        let lane = policy::pr_lane(&policy::PrInput {
            pr: &self.pr,
            ours: self.view.is_ours(&self.pr),
            given_up: self.gave_up(),
            busy: self.pending().is_some(),
            repair_answered: self.retry().is_some_and(|retry| retry.repair_answered),
            objected: self.objection.is_some(),
            reviews_done: self.reviews_done,
            reviews_wanted: self.view.rules.policy.merge.reviews,
            decision: &self.decision,
        });
        match self.refused_merge() {
            Some(_) if lane == PrLane::Automerge => PrLane::HumanReview,
            None if lane == PrLane::Automerge && self.asks_as_draft() => PrLane::HumanReview,
            _ => lane,
        }
    }

    /// It would be merged, and a person has to say first that it is no draft any more.
    fn asks_as_draft(&self) -> bool {
        let approved = self.view.snapshot.approvals.get(&self.pr.number);
        self.pr.draft
            && self.view.rules.policy.writes == Writes::Full
            && approved.is_none_or(|approval| approval.head != self.pr.head_sha)
    }

    fn retry(&self) -> Option<&'a Retry> {
        self.view.retry(self.item)
    }

    fn is_gone(&self) -> bool {
        trust::is_gone(self.view, self.item)
    }

    fn gave_up(&self) -> bool {
        self.retry()
            .is_some_and(|retry| retry.blocked && !retry.label_seen)
    }

    fn place(self, lane: PrLane, plan: &mut Plan, wanted: &mut Candidates) {
        let stand = |wait: Wait| Standing {
            item: self.item,
            lane: Lane::Pr(lane),
            wait,
        };
        let wait = match lane {
            PrLane::Ignore if self.pr.from_fork => Wait::Fork,
            PrLane::Ignore if self.is_gone() => Wait::Gone,
            PrLane::Ignore => Wait::NotOurs,
            PrLane::Blocked => {
                let own = self.retry().filter(|_| !self.pr.has(label::BLOCKED));
                own.and_then(dropped_wait).unwrap_or(Wait::Blocked {
                    reason: self.retry().and_then(|r| r.reason.clone()),
                })
            }
            PrLane::Pending => self.pending().unwrap_or(Wait::Unknown {
                what: "its checks".into(),
                next: None,
            }),
            PrLane::Fix => match self.fix_wait(plan) {
                Some(wait) => wait,
                None => return wanted.pulls.push(self.fix_candidate(lane)),
            },
            PrLane::DoubleCheck1 | PrLane::DoubleCheck2 => {
                let Some(wait) = self.retry_wait() else {
                    return wanted.pulls.push(self.review_candidate(lane));
                };
                wait
            }
            PrLane::HumanReview => self.human_wait(),
            PrLane::Automerge => self.merge_wait(plan),
        };
        plan.standings.push(stand(wait));
    }

    /// What is under way on it.
    fn pending(&self) -> Option<Wait> {
        let issue = self.view.issue_of(&self.pr).map(ItemId::issue);
        let of_issue = || self.view.unreadable_on(issue?);
        if let Some(error) = self.view.unreadable_on(self.item).or_else(of_issue) {
            let error = error.to_owned();
            return Some(Wait::Unreadable { error });
        }
        if let Some(run) = self.view.snapshot.unrecorded_on(self.item) {
            let run = run.clone();
            return Some(Wait::Unrecorded { run });
        }
        if let Some(run) = self.view.busy_run(self.item) {
            return Some(run_wait(self.view, run));
        }
        let mut runs = self.view.runs_of(self.item).iter();
        if let Some(dropped) = runs.find_map(|run| given_up(self.view, run)) {
            return Some(dropped_write(dropped));
        }
        let intents = self.view.intents_of(self.item);
        let stops = |failed: &&&IntentView| {
            let id = &failed.intent.id;
            let is_needed = |other: &&IntentView| !other.failed && other.intent.needs.contains(id);
            self.failed_for_good(failed) || (failed.failed && intents.iter().any(is_needed))
        };
        if let Some(failed) = intents.iter().find(stops) {
            return Some(Wait::WriteFailed {
                intent: failed.intent.id.to_string(),
                error: failed.intent.last_error.clone().unwrap_or_default(),
            });
        }
        if let Some(wait) = self.held_merge(intents) {
            return Some(wait);
        }
        // What `policy.writes: off` keeps here is not on its way.
        if self.view.may_write() && intents.iter().any(|intent| !intent.failed) {
            return Some(writing(self.view, intents));
        }
        self.verify_wait().or_else(|| match &self.checks {
            Checks::Pending(names) => Some(Wait::Checks {
                pending: names.clone(),
            }),
            _ => match (
                self.pr.mergeable,
                self.view.snapshot.facts.get(&self.pr.number),
            ) {
                (Mergeable::Unknown, _) => Some(Wait::Unknown {
                    what: "whether it merges without a conflict".into(),
                    next: self.asked_again(),
                }),
                (_, None) => Some(Wait::Unknown {
                    what: "what it changes".into(),
                    next: self.asked_again(),
                }),
                _ => None,
            },
        })
    }

    /// When the forge is asked again what it could not say of this pull request.
    fn asked_again(&self) -> Option<Timestamp> {
        let again = &self.view.snapshot.asked_again;
        again.get(&self.pr.number).copied()
    }

    /// A write without which nothing can be said of this head.
    fn failed_for_good(&self, intent: &IntentView) -> bool {
        intent.failed
            && match &intent.intent.payload {
                Payload::Ready { .. } => true,
                Payload::Check { sha, .. } => *sha == self.pr.head_sha,
                _ => false,
            }
    }

    /// The merge of this head that the forge refused, while nothing has changed that could make it say otherwise, or when
    /// it was asked too often.
    fn refused_merge(&self) -> Option<&'a Intent> {
        let of_head = |intent: &&IntentView| {
            let payload = &intent.intent.payload;
            let merges =
                matches!(payload, Payload::Merge { head, .. } if *head == self.pr.head_sha);
            merges && intent.failed && intent.intent.origin == Origin::Pass
        };
        let refused: Vec<&IntentView> = self
            .view
            .intents_of(self.item)
            .iter()
            .copied()
            .filter(of_head)
            .collect();
        let fact = self.merge_fact();
        let same = refused.iter().find(|intent| intent.intent.fact == fact);
        let last = refused.last().filter(|_| refused.len() >= MERGES_MAX);
        same.or(last).map(|intent| &intent.intent)
    }

    /// What a merge of this head rests on: what the forge may ask for, as far as it is seen.
    fn merge_fact(&self) -> String {
        let mut parts: Vec<String> = vec![];
        for review in &self.pr.reviews {
            parts.push(format!(
                "review {} {:?} {}",
                review.author, review.state, review.head
            ));
        }
        for check in &self.pr.checks {
            parts.push(format!("check {} {:?}", check.name, check.state));
        }
        let approval = self.view.snapshot.approvals.get(&self.pr.number);
        if let Some(approval) = approval.filter(|yes| yes.head == self.pr.head_sha) {
            parts.push(format!("approval {}", approval.by));
        }
        parts.sort();
        let seen = digest(parts.iter().map(String::as_str));
        format!("head {} seen {}", self.pr.head_sha, &seen[..16])
    }

    /// The verify result of the run that built this head is on its way, or its post failed.
    fn verify_wait(&self) -> Option<Wait> {
        let built = unseen_verify(self.view, &self.pr).filter(|_| !self.unknown_check)?;
        let intents = self.view.intents_of_run(&built.run.id);
        let is_check = |i: &&&IntentView| i.intent.payload.kind() == IntentKind::Check;
        match intents.iter().find(is_check).filter(|intent| intent.failed) {
            Some(failed) => Some(Wait::WriteFailed {
                intent: failed.intent.id.to_string(),
                error: failed.intent.last_error.clone().unwrap_or_default(),
            }),
            None => Some(Wait::Checks {
                pending: vec![VERIFY_CHECK.to_owned()],
            }),
        }
    }

    fn fix_wait(&self, plan: &mut Plan) -> Option<Wait> {
        let max = self.view.rules.policy.fix_rounds_max;
        if self.retry().is_some_and(|retry| retry.fixes >= max) {
            let reason = format!(
                "{max} fix runs did not help: {}",
                policy::one_line(&self.fix_reasons.join("; "), 300)
            );
            self.block(&reason, plan);
            return Some(Wait::Blocked {
                reason: Some(reason),
            });
        }
        self.retry_wait()
    }

    fn retry_wait(&self) -> Option<Wait> {
        let counts = |retry: &&Retry| retry.failures > 0 || retry.dead_launches > 0;
        let retry = self.retry().filter(counts)?;
        let at = policy::due(retry, &self.view.rules.retry, self.view.now)?;
        Some(Wait::Retry {
            failures: retry.failures,
            attempts_max: self.view.rules.retry.attempts_max,
            at,
            reason: retry.reason.clone(),
        })
    }

    fn fix_candidate(&self, lane: PrLane) -> Candidate {
        let conflict = self.pr.mergeable == Mergeable::No;
        let task = Task::Fix {
            reasons: self.fix_reasons.clone(),
        };
        let merge = conflict.then(|| self.pr.base_sha.clone());
        Candidate::on_pull(&self.pr, Lane::Pr(lane), task, merge, 2)
    }

    fn review_candidate(&self, lane: PrLane) -> Candidate {
        let (stage, urgency) = if lane == PrLane::DoubleCheck2 {
            (2, 0)
        } else {
            (1, 1)
        };
        Candidate::on_pull(
            &self.pr,
            Lane::Pr(lane),
            Task::Review { stage },
            None,
            urgency,
        )
    }

    /// A merge that a person typed and that waits was not sent before the hold came, and is not sent under it.
    fn held_merge(&self, intents: &[&IntentView]) -> Option<Wait> {
        let hold = self.view.hold_on(self.item)?;
        let next = &intents.iter().find(|intent| !intent.failed)?.intent;
        let (Payload::Merge { .. }, Origin::Verb { .. }, Phase::Prepared) =
            (&next.payload, &next.origin, next.phase)
        else {
            return None;
        };
        Some(Wait::Hold {
            name: hold.name.clone(),
            reason: hold.reason.clone(),
        })
    }

    fn human_wait(&self) -> Wait {
        let merges = self.decision.verdict == MergeVerdict::Merge;
        if let Some(refused) = self.refused_merge().filter(|_| merges) {
            return Wait::WriteFailed {
                intent: refused.id.to_string(),
                error: refused.last_error.clone().unwrap_or_default(),
            };
        }
        if merges && self.asks_as_draft() {
            return Wait::Human {
                reasons: vec!["it is a draft".to_owned()],
            };
        }
        let reasons = self.decision.reasons.clone();
        match self.decision.verdict {
            MergeVerdict::Block => Wait::MergeBlocked { reasons },
            _ => Wait::Human { reasons },
        }
    }

    fn merge_wait(&self, plan: &mut Plan) -> Wait {
        if let Some(hold) = self.view.hold_on(self.item) {
            return Wait::Hold {
                name: hold.name.clone(),
                reason: hold.reason.clone(),
            };
        }
        if let Some(wait) = self.view.away() {
            return wait;
        }
        let writes = self.view.rules.policy.writes;
        if writes != Writes::Full {
            let writes = if writes == Writes::Off {
                "off"
            } else {
                "draft"
            };
            return Wait::MergeByHand {
                writes: writes.to_owned(),
            };
        }
        let head = self.pr.head_sha.clone();
        let (payload, fact) = if self.pr.draft {
            let payload = Payload::Ready { pr: self.pr.number };
            (payload, format!("head {head}"))
        } else {
            // What a person gave up for this head is not wanted again, whatever has changed around it.
            if let Some(dropped) = self.view.dropped_merge(self.item, &head) {
                return dropped_write(dropped);
            }
            let method = self.view.rules.policy.merge.method;
            (Payload::Merge { head, method }, self.merge_fact())
        };
        let intent = Box::new(self.view.intent(self.item, payload, fact));
        if let Some(dropped) = self.view.dropped(&intent.id) {
            return dropped_write(dropped);
        }
        let reason = self.decision.reasons.join("; ");
        plan.actions.push(Action::Enqueue { intent, reason });
        Wait::Merging
    }

    /// One comment, the label, and the record that acp gave up.
    fn block(&self, reason: &str, plan: &mut Plan) {
        // Blocked again on the same head it is another block: it is told again, and its label is set again.
        let attempt = self.view.last_attempt(self.item);
        let fact = format!("{} attempt {attempt}", self.pr.head_sha);
        plan.actions
            .extend(block_intents(self.view, self.item, reason, &fact));
        let previous = self.retry().cloned();
        plan.actions
            .push(give_up(self.view, self.item, previous, reason));
    }
}

fn block_intents(view: &View<'_>, item: ItemId, reason: &str, fact: &str) -> Vec<Action> {
    if !view.may_write() {
        return vec![];
    }
    let body = policy::blocked_item_comment(reason);
    let add = std::collections::BTreeSet::from([label::BLOCKED.to_owned()]);
    let remove = std::collections::BTreeSet::new();
    let fact = format!("blocked {fact}");
    [Payload::Comment { body }, Payload::Labels { add, remove }]
        .into_iter()
        .map(|payload| Action::Enqueue {
            intent: Box::new(view.intent(item, payload, fact.clone())),
            reason: reason.to_owned(),
        })
        .collect()
}

fn give_up(view: &View<'_>, item: ItemId, previous: Option<Retry>, reason: &str) -> Action {
    let attempt = view.last_attempt(item);
    let base = previous.unwrap_or(Retry {
        item,
        attempt,
        failures: 0,
        last_run: None,
        reason: None,
        next: None,
        set: view.now,
        blocked: true,
        label_seen: false,
        fixes: 0,
        repair_answered: false,
        dropped: false,
        dead_launches: 0,
        usd_micros: 0,
        tokens: 0,
        runs: 0,
        excuses: 0,
        avoid: std::collections::BTreeSet::new(),
        started: None,
        alert: None,
    });
    // A run that this pass judges has a later attempt than the record that was read.
    let retry = Box::new(Retry {
        attempt: attempt.max(base.attempt),
        blocked: true,
        label_seen: false,
        reason: Some(reason.to_owned()),
        ..base
    });
    Action::SetRetry {
        retry,
        reason: reason.to_owned(),
    }
}

/// The run that built the head of a pull request and verified it, while the result is not seen on the forge.
fn unseen_verify<'a>(view: &View<'a>, pr: &PullRequest) -> Option<&'a RunView> {
    if pr.checks.iter().any(|check| check.name == VERIFY_CHECK) {
        return None;
    }
    let mut runs = view.snapshot.runs.values();
    let built = runs.find(|run| run_commit(run) == Some(&pr.head_sha))?;
    let findings = built.findings.as_ref();
    findings
        .is_some_and(|findings| !findings.verify.is_empty())
        .then_some(built)
}

/// Why the verify result of a head will never be seen on the forge: then it is not known, and a person must look.
fn unknown_check(view: &View<'_>, pr: &PullRequest) -> Option<String> {
    let built = unseen_verify(view, pr)?;
    if let Some(dropped) = view.dropped_of_run(&built.run.id, &[IntentKind::Check]) {
        let by = dropped.dropped.as_deref().unwrap_or("somebody");
        return Some(format!(
            "the result of `{VERIFY_CHECK}` is not known: {by} dropped it"
        ));
    }
    let mut intents = view.intents_of_run(&built.run.id).iter();
    let on_its_way = intents.any(|i| i.intent.payload.kind() == IntentKind::Check);
    (!on_its_way && view.is_overdue(built)).then(|| {
        format!("the result of `{VERIFY_CHECK}` was sent and cannot be found on the forge")
    })
}

/// A pull request without the reviews that start nothing.
fn heard<'a>(pr: &'a PullRequest, trusted: &Trusted<'_>) -> Cow<'a, PullRequest> {
    if pr.reviews.iter().all(|review| trusted.heeds(review)) {
        return Cow::Borrowed(pr);
    }
    let mut heard = pr.clone();
    heard.reviews.retain(|review| trusted.heeds(review));
    Cow::Owned(heard)
}

/// Closes runs whose pull request, or whose purpose, is gone.
fn close_run(view: &View<'_>, run: &RunView, plan: &mut Plan) -> Result<(), BadPattern> {
    if !matches!(run.run.state, RunState::Judged { .. }) {
        return Ok(());
    }
    // Before its run is closed, so that whoever dies in between leaves a run that asks for it again.
    plan.actions.extend(delete_branch(view, run));
    let close = |reason: String| Action::Close {
        run: run.run.id.clone(),
        reason,
    };
    let idle = view.intents_of_run(&run.run.id).is_empty();
    if let Some(dropped) = given_up(view, run) {
        settle_dropped(view, run, dropped, idle, plan);
        return Ok(());
    }
    if run.run.item.kind == ItemKind::Pr {
        let pr = view.snapshot.mirror.pulls.get(&run.run.item.number);
        let serves = run_commit(run).is_some() || review::is_kept(view, run, pr);
        let open = pr.is_some_and(PullRequest::is_open);
        if idle && (!open || !serves) {
            plan.actions
                .push(close(format!("nothing is left to do for {}", run.run.item)));
        }
        return Ok(());
    }
    let Some(commit) = run_commit(run) else {
        if idle {
            plan.actions
                .push(close("nothing is left to do for it".to_owned()));
        }
        return Ok(());
    };
    let number = run.run.item.number;
    let pull = view
        .pulls_for(number)
        .iter()
        .find(|pr| pr.head == run.run.branch);
    match pull.map(|pr| (pr, &pr.state)) {
        Some((_, PrState::Open)) => {}
        Some((pr, PrState::Merged { .. })) => {
            plan.actions.extend(close_issue(view, number, pr.number));
            plan.actions
                .push(close(format!("pr/{} is merged", pr.number)));
        }
        Some((pr, PrState::Closed)) => {
            block_rejected(view, number, pr.number, plan);
            plan.actions.push(close(format!(
                "pr/{} was closed without a merge",
                pr.number
            )));
        }
        None => no_pull(view, run, commit, idle, plan)?,
    }
    Ok(())
}

/// What a person gave up of a run's publication, where nothing else has brought it to the forge.
fn given_up<'a>(view: &View<'a>, run: &RunView) -> Option<&'a Intent> {
    let dropped = view.dropped_of_run(&run.run.id, &PUBLICATION)?;
    let pulls = &view.snapshot.mirror.pulls;
    let brought = match run.run.item.kind {
        ItemKind::Issue => pulls.values().any(|pr| pr.head == run.run.branch),
        ItemKind::Pr => pulls
            .get(&run.run.item.number)
            .is_none_or(|pr| run_commit(run) == Some(&pr.head_sha)),
    };
    (!brought).then_some(dropped)
}

/// A person does not want this result: its run is over, and nothing new is tried unasked.
fn settle_dropped(view: &View<'_>, run: &RunView, dropped: &Intent, idle: bool, plan: &mut Plan) {
    let (id, reason) = (run.run.id.clone(), dropped_text(dropped));
    if !idle {
        plan.actions.push(Action::DropIntents { run: id, reason });
        return;
    }
    let previous = view.snapshot.retries.get(&run.run.item).cloned();
    if let Action::SetRetry { mut retry, reason } = give_up(view, run.run.item, previous, &reason) {
        retry.dropped = true;
        plan.actions.push(Action::SetRetry { retry, reason });
    }
    plan.actions.push(Action::Close { run: id, reason });
}

/// A result without a pull request: nobody wants it any more, or it is still on its way.
fn no_pull(
    view: &View<'_>,
    run: &RunView,
    commit: &Sha,
    idle: bool,
    plan: &mut Plan,
) -> Result<(), BadPattern> {
    // The label of the block may not show yet, or a person took it off: what was refused is never published after all.
    if let Some(refusal) = super::judge::refusal(view, run)? {
        if idle {
            plan.actions.push(Action::Close {
                run: run.run.id.clone(),
                reason: format!("it is not published: {refusal}"),
            });
        }
        return Ok(());
    }
    let wanted = why_unwanted(view, &run.run).is_none();
    if idle && !wanted {
        let reason = format!(
            "{} is not wanted any more; {} stays on its branch",
            run.run.item,
            commit.short()
        );
        plan.actions.push(Action::Close {
            run: run.run.id.clone(),
            reason,
        });
    } else if idle && view.may_write() {
        // Sent and not to be seen yet, then their keys are known and nothing happens; or dropped while the issue was not
        // wanted, and now it is again.
        for intent in super::judge::publication(view, run, commit)? {
            plan.actions.push(Action::Enqueue {
                intent: Box::new(intent),
                reason: format!("{} is wanted, and no pull request brings it", run.run.item),
            });
        }
    }
    Ok(())
}

/// The issue of a merged pull request, where the forge has not closed it by itself.
fn close_issue(view: &View<'_>, number: u64, pr: u64) -> Option<Action> {
    let issue = view.snapshot.mirror.issues.get(&number)?;
    if !issue.is_open() || issue.has(label::KEEP_OPEN) || !view.may_write() {
        return None;
    }
    let reason = format!("pr/{pr} is merged");
    let payload = Payload::Close {
        reason: reason.clone(),
    };
    let intent =
        Box::new(view.intent(ItemId::issue(number), payload, format!("merged by pr/{pr}")));
    Some(Action::Enqueue { intent, reason })
}

/// The branch of a merged pull request whose head this run built. It stays where another pull request needs it: a forge
/// closes what goes into a branch that is removed.
fn delete_branch(view: &View<'_>, run: &RunView) -> Option<Action> {
    let commit = run_commit(run)?;
    let branch = &run.run.branch;
    let pulls = &view.snapshot.mirror.pulls;
    let pr = match run.run.item.kind {
        ItemKind::Pr => pulls.get(&run.run.item.number),
        ItemKind::Issue => pulls
            .values()
            .rev()
            .find(|pr| !pr.from_fork && pr.head == *branch),
    }?;
    let prefix = view.rules.repo.branch_prefix.as_str();
    let ours = !pr.from_fork && pr.head == *branch && branch.as_str().starts_with(prefix);
    let merged = matches!(pr.state, PrState::Merged { .. }) && pr.head_sha == *commit;
    let needed = || view.snapshot.mirror.needs(branch);
    let is_base = *branch == view.rules.repo.base || *branch == pr.base;
    if !ours || !merged || is_base || !view.may_write() || needed() {
        return None;
    }
    let payload = Payload::DeleteBranch {
        branch: branch.clone(),
        expect: commit.clone(),
    };
    let item = ItemId::pr(pr.number);
    Some(Action::Enqueue {
        intent: Box::new(view.intent(item, payload, format!("merged at {commit}"))),
        reason: format!("{item} is merged"),
    })
}

/// A person closed the pull request: trying the same again unasked would only spend.
fn block_rejected(view: &View<'_>, number: u64, pr: u64, plan: &mut Plan) {
    let item = ItemId::issue(number);
    let Some(issue) = view.snapshot.mirror.issues.get(&number) else {
        return;
    };
    if !view.is_wanted(issue) {
        return;
    }
    let reason = format!("pr/{pr} was closed without a merge");
    plan.actions
        .extend(block_intents(view, item, &reason, &format!("pr/{pr}")));
    let previous = view.snapshot.retries.get(&item).cloned();
    plan.actions.push(give_up(view, item, previous, &reason));
}
