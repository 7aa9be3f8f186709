//! The conclusions from finished runs: what is published, tried again, or given up.

use super::repair::why_unwanted;
use super::view::{View, is_to_judge};
use crate::domain::{
    Action, CheckState, FailureClass, Intent, ItemId, ItemKind, Origin, Outcome, Payload, Plan,
    Retry, ReviewVerdict, Run, RunFindings, RunState, RunView, Sha, Task, VerifyResult, label,
};
use crate::policy::{self, BadPattern};

/// The name of the check that carries the profile's verify commands.
pub(in crate::engine) const VERIFY_CHECK: &str = "acp/verify";

/// Follow-up issues that one run may ask for.
const FOLLOW_UPS_MAX: usize = 5;

/// Why a change stays here that nobody could search: what is not known to be harmless is not published.
const UNSEARCHED: &str = "the change could not be searched for secrets, because its patch is too large or cannot be read; \
     look through it and publish it by hand, or have the item done in smaller parts";

pub(super) fn plan(view: &View<'_>, plan: &mut Plan) -> Result<(), BadPattern> {
    for run in view.snapshot.runs.values() {
        // What the item's tries were goes into its next record: nobody judges without.
        if let RunState::Finished(end) = &run.run.state
            && is_to_judge(run)
            && view.unreadable_on(run.run.item).is_none()
        {
            plan.actions
                .push(Judgement::new(view, run).conclude(&end.outcome)?);
        }
    }
    Ok(())
}

/// The intents that publish the commit of a run: the same ones, with the same keys, however often they are asked for.
pub(super) fn publication(
    view: &View<'_>,
    run: &RunView,
    commit: &Sha,
) -> Result<Vec<Intent>, BadPattern> {
    let mut judgement = Judgement::new(view, run);
    judgement.publish(commit)?;
    Ok(judgement.intents)
}

/// Why the result of a run must not leave this machine, whatever has become of its item since.
pub(super) fn refusal(view: &View<'_>, run: &RunView) -> Result<Option<String>, BadPattern> {
    Judgement::new(view, run).refusal()
}

struct Judgement<'a> {
    view: &'a View<'a>,
    run: &'a Run,
    findings: RunFindings,
    intents: Vec<Intent>,
}

impl<'a> Judgement<'a> {
    fn new(view: &'a View<'a>, run: &'a RunView) -> Self {
        let findings = run.findings.clone().unwrap_or_default();
        Self {
            view,
            run: &run.run,
            findings,
            intents: vec![],
        }
    }

    fn conclude(mut self, outcome: &Outcome) -> Result<Action, BadPattern> {
        let (retry, summary) = match outcome {
            // What is on its way goes on: half of a result explains nothing to anybody.
            _ if self.view.intents_of_run(&self.run.id).is_empty()
                && let Some(reason) = why_unwanted(self.view, self.run) =>
            {
                (self.unchanged(), format!("nobody wants it: {reason}"))
            }
            Outcome::Implemented { commit } | Outcome::UpdatedBranch { commit } => {
                if let Some(reason) = self.refusal()? {
                    self.give_up(&reason)
                } else {
                    self.publish(commit)?;
                    let retry = self.answered(self.success());
                    (retry, format!("publishes {}", commit.short()))
                }
            }
            Outcome::NoChangeNeeded => {
                self.comment_of_agent();
                (
                    self.answered(self.success()),
                    "the agent found nothing to change".to_owned(),
                )
            }
            Outcome::Reviewed { action } => {
                self.review_of_agent();
                (
                    self.success(),
                    format!("review passed; it wishes for {action:?}"),
                )
            }
            Outcome::Reported { alert, summary } => self.report(*alert, summary),
            Outcome::Blocked { reason } if matches!(self.run.task, Task::Review { .. }) => {
                self.objection(reason)
            }
            Outcome::Blocked { reason } => self.give_up(&format!("the agent is blocked: {reason}")),
            Outcome::Cancelled { reason } => (self.unchanged(), format!("cancelled: {reason}")),
            Outcome::Failed(failure) => {
                let reason = outcome.reason().unwrap_or_default();
                self.failure(failure.class, &reason)
            }
        };
        let retry = self.with_start(retry, outcome);
        let intents = if self.view.may_write() {
            self.intents
        } else {
            vec![]
        };
        Ok(Action::Judge {
            run: self.run.id.clone(),
            intents,
            retry: Box::new(retry),
            cooldowns: self.view.cooldown_changes(&self.run.id),
            summary,
        })
    }

    /// Why a result must not leave this machine.
    fn refusal(&self) -> Result<Option<String>, BadPattern> {
        let paths = &self.view.rules.policy.paths;
        let forbidden = policy::forbidden(self.findings.facts.files.as_deref(), paths)?;
        if !forbidden.is_empty() {
            return Ok(Some(format!(
                "the change touches forbidden paths: {}",
                forbidden.join(", ")
            )));
        }
        let Some(secrets) = &self.findings.facts.secrets else {
            return Ok(Some(UNSEARCHED.to_owned()));
        };
        let named: Vec<String> = secrets
            .iter()
            .map(|hit| format!("{} in {}", hit.pattern, hit.path))
            .collect();
        Ok((!named.is_empty()).then(|| {
            format!(
                "the change adds what looks like a secret: {}",
                named.join(", ")
            )
        }))
    }

    fn publish(&mut self, commit: &Sha) -> Result<(), BadPattern> {
        let on_pull = self.run.item.kind == ItemKind::Pr;
        let expect = on_pull.then(|| self.run.start.clone());
        let branch = self.run.branch.clone();
        let push = Payload::Push {
            branch,
            sha: commit.clone(),
            expect,
        };
        let push = self.add(push, commit.to_string(), vec![]);
        let opened = if on_pull {
            push.clone()
        } else {
            self.open_pull(commit, &push)?
        };
        if !self.findings.verify.is_empty() {
            let check = verify_check(commit, &self.findings.verify);
            self.add(check, format!("run {}", self.run.id), vec![push]);
        }
        if on_pull {
            self.comment_of_agent();
        }
        self.follow_ups(&opened);
        Ok(())
    }

    /// The issues that the agent asks for, once `after` is there.
    fn follow_ups(&mut self, after: &crate::domain::IntentId) {
        for (index, (title, body)) in self
            .findings
            .follow_ups
            .clone()
            .into_iter()
            .take(FOLLOW_UPS_MAX)
            .enumerate()
        {
            let body = format!(
                "{}\n\nFollow-up of {}.",
                policy::defuse(&body),
                self.run.item
            );
            let title = policy::defuse_title(&title, 200);
            let payload = Payload::Issue {
                title,
                body,
                labels: std::collections::BTreeSet::new(),
            };
            let fact = format!("follow-up {index}");
            let intent = Intent::new(
                self.origin(),
                None,
                payload,
                fact,
                vec![after.clone()],
                self.view.now,
            );
            self.intents.push(intent);
        }
    }

    /// One comment for each run; whatever else it did stays here.
    fn report(&mut self, alert: bool, summary: &str) -> (Retry, String) {
        let body = policy::scheduled_comment(self.run, &self.findings, alert, summary);
        let payload = Payload::Comment { body };
        let told = self.add(payload, "report of the agent".to_owned(), vec![]);
        self.follow_ups(&told);
        let what = if alert { "an alert" } else { "its report" };
        let summary = policy::one_line(summary, 200);
        (self.success(), format!("comments {what}: {summary}"))
    }

    /// When an issue was worked on last, and what a person should know of it.
    fn with_start(&self, retry: Retry, outcome: &Outcome) -> Retry {
        if self.run.item.kind != ItemKind::Issue || self.run.attempt < retry.attempt {
            return retry;
        }
        let alert = match outcome {
            Outcome::Reported { alert, summary } => alert.then(|| policy::one_line(summary, 300)),
            _ => retry.alert.clone(),
        };
        Retry {
            started: Some(self.run.created),
            alert,
            ..retry
        }
    }

    fn open_pull(
        &mut self,
        commit: &Sha,
        push: &crate::domain::IntentId,
    ) -> Result<crate::domain::IntentId, BadPattern> {
        let rules = self.view.rules;
        let input = policy::RiskInput {
            facts: &self.findings.facts,
            checks_failed: Some(self.findings.verify.iter().any(|result| !result.passed)),
            verdicts_distinct: 0,
            coverage_percent: None,
        };
        let risk = policy::score(&input, &rules.risk, &rules.policy.paths)?;
        let number = self.run.item.number;
        let keep_open = self
            .view
            .snapshot
            .mirror
            .issues
            .get(&number)
            .is_some_and(|issue| issue.has(label::KEEP_OPEN));
        let payload = Payload::Pr {
            head: self.run.branch.clone(),
            head_sha: commit.clone(),
            base: self.run.base.clone(),
            title: policy::defuse_title(&self.run.title, 200),
            body: policy::pull_body(self.run, &self.findings, commit, &risk, keep_open),
            draft: rules.policy.writes != crate::domain::Writes::Full,
        };
        Ok(self.add(payload, commit.to_string(), vec![push.clone()]))
    }

    fn comment_of_agent(&mut self) {
        if let Some(text) = self.findings.comment.clone() {
            let body = policy::defuse(&text);
            let needs = self
                .intents
                .iter()
                .map(|intent| intent.id.clone())
                .collect();
            self.add(
                Payload::Comment { body },
                "comment of the agent".to_owned(),
                needs,
            );
        }
    }

    /// A review that objects: a fix run takes it up, as often as `policy.fix_rounds_max` says.
    fn objection(&mut self, reason: &str) -> (Retry, String) {
        // What people are shown holds the reason, whatever the agent wrote beside it.
        let told = match self.findings.comment.take() {
            Some(words) if words.contains(reason) => words,
            Some(words) => format!("{reason}\n\n{words}"),
            None => reason.to_owned(),
        };
        self.findings.comment = Some(told);
        self.review_of_agent();
        (self.success(), format!("the review objects: {reason}"))
    }

    /// What a review run has to say: a review where acp's account is not the author's, else a comment. It agrees to nothing
    /// and refuses nothing, because an agent's word must not count on the forge as a person's does.
    fn review_of_agent(&mut self) {
        let view = self.view;
        let pr = view.snapshot.mirror.pulls.get(&self.run.item.number);
        let may = pr.is_some_and(|pr| view.may_review(pr));
        let Some(text) = self.findings.comment.as_ref().filter(|_| may) else {
            return self.comment_of_agent();
        };
        let review = Payload::Review {
            head: self.run.start.clone(),
            verdict: ReviewVerdict::Comment,
            body: policy::defuse(text),
        };
        self.add(review, "review of the agent".to_owned(), vec![]);
    }

    /// It failed, and the item has nothing to do with it.
    fn excuse(&self, class: FailureClass, reason: &str) -> String {
        let asleep = match self.view.awake(&self.run.agent) {
            policy::Awake::No { until, .. } => {
                format!("; `{}` sleeps until {until}", self.run.agent)
            }
            policy::Awake::Yes | policy::Awake::Trial { .. } => String::new(),
        };
        let advice = policy::consequence(class).advice;
        format!("no failure of the item: {reason}{asleep} ({advice})")
    }

    fn failure(&mut self, class: FailureClass, reason: &str) -> (Retry, String) {
        let view = self.view;
        let dead = class == FailureClass::LaunchDied;
        let follows = policy::consequence(class);
        let after = if dead {
            policy::after_dead_launch
        } else if follows.counts {
            policy::after_failure
        } else {
            policy::after_excuse
        };
        let retry = after(
            view.snapshot.retries.get(&self.run.item),
            &self.run.id,
            self.run.item,
            self.run.attempt,
            reason.to_owned(),
            &view.rules.retry,
            view.now,
            view.snapshot.seed,
        );
        let excused = !follows.counts && policy::is_excused(&retry);
        let mut retry = if dead || excused {
            retry
        } else {
            self.counted(retry)
        };
        if follows.elsewhere {
            retry.avoid.insert(self.run.agent.clone());
        }
        if policy::is_excused(&retry) {
            return (retry, self.excuse(class, reason));
        }
        if retry.blocked {
            let tried = match retry.failures {
                1 => format!("the only attempt failed: {reason}"),
                many => format!("{many} attempts failed; the last one: {reason}"),
            };
            self.block_intents(&tried, Some(follows.advice));
            return (retry, format!("gives up: {tried}"));
        }
        let max = view.rules.retry.attempts_max;
        let next = retry
            .next
            .map(|at| format!(", next try after {at}"))
            .unwrap_or_default();
        let summary = if dead && retry.failures == 0 {
            format!("no failure yet: {reason}{next}")
        } else {
            format!("failure {} of {max}: {reason}{next}", retry.failures)
        };
        (retry, summary)
    }

    fn give_up(&mut self, reason: &str) -> (Retry, String) {
        self.intents.clear();
        self.block_intents(reason, None);
        let retry = Retry {
            blocked: true,
            reason: Some(reason.to_owned()),
            ..self.success()
        };
        (retry, format!("blocks {}: {reason}", self.run.item))
    }

    /// One comment and the label.
    fn block_intents(&mut self, reason: &str, advice: Option<&str>) {
        let body = policy::blocked_comment(self.run, &self.findings, reason, advice);
        let fact = format!("attempt {}", self.run.attempt);
        self.add(Payload::Comment { body }, fact.clone(), vec![]);
        let add = std::collections::BTreeSet::from([label::BLOCKED.to_owned()]);
        let remove = std::collections::BTreeSet::new();
        self.add(Payload::Labels { add, remove }, fact, vec![]);
    }

    fn success(&self) -> Retry {
        let previous = self.view.snapshot.retries.get(&self.run.item);
        let (run, item) = (&self.run.id, self.run.item);
        self.counted(policy::after_success(
            previous,
            run,
            item,
            self.run.attempt,
            self.view.now,
        ))
    }

    fn unchanged(&self) -> Retry {
        match self.view.snapshot.retries.get(&self.run.item) {
            Some(previous) => Retry {
                attempt: previous.attempt.max(self.run.attempt),
                ..previous.clone()
            },
            // The run is no item's last one: nothing was counted.
            None => Retry {
                last_run: None,
                ..self.success()
            },
        }
    }

    /// Counts a fix run that counts, once: a record that already names the run has counted it.
    fn counted(&self, retry: Retry) -> Retry {
        let previous = self.view.snapshot.retries.get(&self.run.item);
        let before = previous.map_or(0, |previous| previous.fixes);
        let again = previous.is_some_and(|p| p.last_run.as_ref() == Some(&self.run.id));
        let fix = matches!(self.run.task, Task::Fix { .. });
        let last_run = Some(self.run.id.clone());
        Retry {
            fixes: before + u32::from(fix && !again),
            last_run,
            ..retry
        }
    }

    /// Notes that a person's wish for a repair is answered. Only a run that was told of it can have done so.
    fn answered(&self, retry: Retry) -> Retry {
        let told =
            matches!(&self.run.task, Task::Fix { reasons } if policy::is_told_to_repair(reasons));
        Retry {
            repair_answered: told || retry.repair_answered,
            ..retry
        }
    }

    fn add(
        &mut self,
        payload: Payload,
        fact: String,
        needs: Vec<crate::domain::IntentId>,
    ) -> crate::domain::IntentId {
        let item: Option<ItemId> = Some(self.run.item);
        let intent = Intent::new(self.origin(), item, payload, fact, needs, self.view.now);
        let id = intent.id.clone();
        self.intents.push(intent);
        id
    }

    fn origin(&self) -> Origin {
        Origin::Run(self.run.id.clone())
    }
}

fn verify_check(commit: &Sha, results: &[VerifyResult]) -> Payload {
    let red: Vec<&str> = results
        .iter()
        .filter(|r| !r.passed)
        .map(|r| r.command.as_str())
        .collect();
    let (state, summary) = if red.is_empty() {
        (
            CheckState::Success,
            format!("{} of {} commands passed", results.len(), results.len()),
        )
    } else {
        (
            CheckState::Failure,
            format!("failed: {}", policy::one_line(&red.join("; "), 200)),
        )
    };
    Payload::Check {
        sha: commit.clone(),
        name: VERIFY_CHECK.to_owned(),
        state,
        summary,
    }
}
