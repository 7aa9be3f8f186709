//! Carrying out a plan, one small durable step at a time. Every step looks again at what it changes, because the plan
//! may be a moment old; a step that fails does not stop the others.

use std::borrow::Cow;

use super::{Engine, EngineError, plan};
use crate::domain::{
    Action, CooldownChange, Failure, FailureClass, Intent, IntentKind, Lease, Life, Outcome, Phase,
    Plan, Retry, Run, RunEvent, RunId, RunState, Step,
};
use crate::policy;
use crate::store::{Entry, Lock, LockName, Store, StoreError, crash_point};

/// What came of the actions of a plan.
#[derive(Debug, Default)]
pub(super) struct Acted {
    /// Carried out.
    pub(super) done: Vec<String>,
    /// Not carried out, with the reason; the next pass tries again.
    pub(super) problems: Vec<String>,
    /// Runs launched.
    pub(super) launched: Vec<RunId>,
}

impl Engine<'_> {
    /// Carries out the actions in order.
    ///
    /// # Errors
    /// Only when the state folder itself cannot be written or read: then nothing further would be safe. One record that
    /// cannot be read is about its own step alone.
    pub(super) fn act(&self, plan: &Plan, launches: bool) -> Result<Acted, EngineError> {
        let mut acted = Acted::default();
        for action in &plan.actions {
            if matches!(action, Action::Launch { .. }) && !launches {
                continue;
            }
            match self.step(action, &mut acted) {
                Ok(Some(text)) => acted.done.push(text),
                Ok(None) => {}
                // A lock that somebody else holds is about this step alone, and so is what one file holds.
                Err(EngineError::Store(error))
                    if !matches!(error, StoreError::Busy { .. }) && !error.is_unreadable() =>
                {
                    return Err(error.into());
                }
                Err(error) => acted.problems.push(format!("{}: {error}", name_of(action))),
            }
        }
        Ok(acted)
    }

    fn step(&self, action: &Action, acted: &mut Acted) -> Result<Option<String>, EngineError> {
        match action {
            Action::ReleaseLease { item, run } => self.release(&Lease {
                item: *item,
                run: run.clone(),
                at: self.clock.now(),
            }),
            Action::Crash { run, step } => self.crash(run, *step),
            Action::Resume { run } => self.resume(run),
            Action::Cancel { run, reason } => self.ender().cancel(run, reason),
            Action::Judge {
                run,
                intents,
                retry,
                cooldowns,
                summary,
            } => self.judge(run, intents, (retry, cooldowns), summary),
            Action::Launch { .. } => {
                let launched = self.launch(action)?;
                let text = launched.as_ref().map(|run| format!("launched {run}"));
                acted.launched.extend(launched);
                Ok(text)
            }
            Action::Enqueue { intent, reason } => self.enqueue(intent, reason),
            Action::DropIntents { run, reason } => self.drop_intents(run, reason),
            Action::SetRetry { retry, reason } => {
                // A run that this pass has judged since is in the stored sum and not in the planned one.
                let known = self.store.retries().get(&retry.item.slug())?;
                let used = known.map_or(retry.used(), |known| known.used());
                let retry = retry.as_ref().clone().with_used(used);
                self.store.retries().put(&retry.item.slug(), &retry)?;
                self.note(
                    &Entry::new(self.clock.now(), "retry.set")
                        .item(retry.item)
                        .text(reason),
                );
                Ok(Some(format!("{}: {reason}", retry.item)))
            }
            Action::Trust { notes } => self.note_trust(notes),
            Action::DropApproval { pr, head } => {
                let (approvals, key) = (self.store.approvals(), format!("pr-{pr}"));
                if approvals.get(&key)?.is_none_or(|yes| yes.head != *head) {
                    return Ok(None);
                }
                approvals.remove(&key)?;
                Ok(Some(format!(
                    "pr/{pr}: its approval is over, because it is closed or its head moved"
                )))
            }
            Action::Close { run, reason } => self.close(run, reason),
        }
    }

    /// A lease whose run is settled, or never was.
    fn release(&self, lease: &Lease) -> Result<Option<String>, EngineError> {
        if self.store.run(&lease.run)?.is_none() {
            if self.workers.life(&lease.run) != Life::Gone {
                return Ok(None);
            }
            self.release_reservation(&lease.run)?;
        }
        crash_point("act.before_lease_release");
        self.store.leases().remove(&lease.item.slug())?;
        let text = format!("{}: lease of {} released", lease.item, lease.run);
        self.note(&Entry::new(self.clock.now(), "lease.released").run(&lease.run));
        Ok(Some(text))
    }

    fn crash(&self, id: &RunId, step: Option<Step>) -> Result<Option<String>, EngineError> {
        let Some((run, lock)) = self.ender().take(id)? else {
            return Ok(None);
        };
        let at = step.map_or("before it began".to_owned(), |s| {
            format!("in step `{}`", s.as_str())
        });
        let detail = format!("its supervisor died {at}");
        // The agent has not begun: the item has not been tried.
        let class = match step {
            None | Some(Step::Setup) => FailureClass::LaunchDied,
            Some(_) => FailureClass::Interrupted,
        };
        let failure = Failure::new(class, detail.clone());
        self.ender().end_run(run, &lock, Outcome::Failed(failure))?;
        Ok(Some(format!("{id} crashed: {detail}")))
    }

    fn resume(&self, id: &RunId) -> Result<Option<String>, EngineError> {
        let Some((mut run, mut lock)) = self.ender().take(id)? else {
            return Ok(None);
        };
        run.resumes += 1;
        self.store.put_run(&run, &lock)?;
        self.workers.start(&run, None, &mut lock)?;
        self.note(&Entry::new(self.clock.now(), "run.resumed").run(id));
        Ok(Some(format!("{id} goes on with a new supervisor")))
    }

    fn judge(
        &self,
        id: &RunId,
        intents: &[Intent],
        (retry, cooldowns): (&Retry, &[CooldownChange]),
        summary: &str,
    ) -> Result<Option<String>, EngineError> {
        let Some(lock) = self.store.own_run(id)? else {
            return Ok(None);
        };
        let Some(mut run) = self.store.live_run(id)? else {
            return Ok(None);
        };
        if !matches!(run.state, RunState::Finished(_)) {
            return Ok(None);
        }
        let outbox = self.store.outbox()?;
        for intent in intents {
            outbox.enqueue(intent)?;
            crash_point("judge.intent_enqueued");
        }
        self.settle(&run)?;
        crash_point("judge.settled");
        for change in cooldowns {
            self.change_cooldown(id, change)?;
            crash_point("judge.cooldown_written");
        }
        let (used, is_whole) = self.desk().used_by(retry.item)?;
        // What a day has cost that cannot be read was counted while it could.
        let used = if is_whole {
            used
        } else {
            used.max(retry.used())
        };
        let retry = retry.clone().with_used(used);
        self.store.retries().put(&retry.item.slug(), &retry)?;
        crash_point("judge.retry_written");
        run.apply(RunEvent::Judged(self.clock.now()))?;
        self.store.put_run(&run, &lock)?;
        crash_point("judge.judged");
        self.store.leases().remove(&run.item.slug())?;
        self.note(
            &Entry::new(self.clock.now(), "run.judged")
                .run(id)
                .text(summary),
        );
        Ok(Some(format!("{id}: {summary}")))
    }

    /// Sets or ends a cooldown of an agent, and tells it once.
    fn change_cooldown(&self, run: &RunId, change: &CooldownChange) -> Result<(), EngineError> {
        let before = self.store.cooldown(change.key())?;
        let (what, text) = match change {
            CooldownChange::Set(cooldown) => {
                self.store.put_cooldown(cooldown)?;
                if policy::only_counts(cooldown) {
                    return Ok(());
                }
                let opens = policy::opens_breaker(before.as_ref(), cooldown);
                let what = if opens {
                    "breaker.opened"
                } else {
                    "cooldown.set"
                };
                let text = format!(
                    "{} until {}: {}",
                    cooldown.key, cooldown.until, cooldown.reason
                );
                (what, text)
            }
            CooldownChange::Clear { key } => {
                let Some(before) = before else {
                    return Ok(());
                };
                self.store.remove_cooldown(key)?;
                if policy::only_counts(&before) {
                    return Ok(());
                }
                ("cooldown.cleared", format!("{key}: its agent works"))
            }
        };
        self.note(&Entry::new(self.clock.now(), what).run(run).text(text));
        Ok(())
    }

    fn enqueue(&self, intent: &Intent, reason: &str) -> Result<Option<String>, EngineError> {
        let Some(intent) = self.enqueue_new(intent)? else {
            return Ok(None);
        };
        let what = format!("{} {}", intent.payload.kind().as_str(), intent.target());
        let entry = Entry::new(self.clock.now(), "intent.enqueued").intent(&intent.id);
        let entry = intent
            .item
            .map_or_else(|| entry.clone(), |item| entry.clone().item(item));
        self.note(&entry.text(format!("{what}: {reason}")));
        Ok(Some(format!("enqueued {what}: {reason}")))
    }

    /// The intent that is in the outbox now and was not before.
    fn enqueue_new<'i>(&self, intent: &'i Intent) -> Result<Option<Cow<'i, Intent>>, EngineError> {
        let outbox = self.store.outbox()?;
        if outbox.enqueue(intent)? {
            return Ok(Some(Cow::Borrowed(intent)));
        }
        if intent.payload.kind() != IntentKind::Labels || !outbox.is_done(&intent.id)? {
            return Ok(None);
        }
        let Some(again) = plan::once_more(intent, &outbox.done()?) else {
            return Ok(None);
        };
        Ok(outbox.enqueue(&again)?.then_some(Cow::Owned(again)))
    }

    /// Needs the flusher's lock: an intent that is being sent cannot be taken back.
    fn drop_intents(&self, id: &RunId, reason: &str) -> Result<Option<String>, EngineError> {
        let Some(_flush) = self.store.try_lock(LockName::Flush, "dropping intents")? else {
            return Ok(None);
        };
        let outbox = self.store.outbox()?;
        outbox.settle()?;
        let of_run = |intent: &Intent| {
            intent.dropped.is_none() && intent.origin == crate::domain::Origin::Run(id.clone())
        };
        let queued: Vec<_> = outbox
            .open_intents()?
            .into_iter()
            .filter(|q| of_run(&q.intent))
            .collect();
        let publishing = [IntentKind::Push, IntentKind::Pr];
        for intent in queued.iter().map(|queued| &queued.intent) {
            let mut sent =
                publishing.contains(&intent.payload.kind()) && intent.phase != Phase::Prepared;
            // The push has arrived: without its pull request nobody would ever look at the branch.
            if intent.payload.kind() == IntentKind::Pr {
                for need in &intent.needs {
                    sent |= outbox.is_done(need)?;
                }
            }
            if sent {
                return Ok(None);
            }
        }
        // Told before it is done: a write that was wanted never vanishes without a word.
        self.note(
            &Entry::new(self.clock.now(), "intents.dropped")
                .run(id)
                .text(reason),
        );
        // The last ones first: a kill in between leaves no intent whose need is gone.
        for dropped in queued
            .iter()
            .rev()
            .filter(|q| q.intent.phase == Phase::Prepared)
        {
            outbox.remove(dropped)?;
            crash_point("act.intent_dropped");
        }
        Ok(Some(format!("{id}: its writes are dropped: {reason}")))
    }

    pub(super) fn close(&self, id: &RunId, reason: &str) -> Result<Option<String>, EngineError> {
        let Some(lock) = self.store.own_run(id)? else {
            return Ok(None);
        };
        let Some(mut run) = self.store.live_run(id)? else {
            return Ok(None);
        };
        let kept = self.clear_worktree(&run)?;
        if matches!(run.state, RunState::Judged { .. }) {
            let at = self.clock.now();
            run.apply(RunEvent::Closed {
                at,
                reason: reason.to_owned(),
            })?;
            self.store.put_run(&run, &lock)?;
        }
        drop(lock);
        crash_point("act.before_archive");
        self.store.archive_run(id)?;
        let text = match kept {
            Some(note) => format!("{reason}; {note}"),
            None => reason.to_owned(),
        };
        self.note(
            &Entry::new(self.clock.now(), "run.closed")
                .run(id)
                .text(&text),
        );
        Ok(Some(format!("{id} closed: {text}")))
    }

    /// A run that never started its agent costs nothing.
    pub(super) fn release_reservation(&self, id: &RunId) -> Result<(), EngineError> {
        Ok(self.desk().release_reservation(id)?)
    }

    /// Replaces a run's reservation by what its agent says it used, where it says so; of one that was cut off the larger of
    /// the two counts. Doing it twice changes nothing.
    fn settle(&self, run: &Run) -> Result<(), EngineError> {
        let Some(findings) = self.store.findings(&run.id)? else {
            return Ok(());
        };
        if findings.tokens.is_none() && findings.usd_micros.is_none() {
            return Ok(());
        }
        let is_cut_off = run.state.end().is_some_and(|end| end.outcome.is_cut_off());
        let _lock = self.budget_lock()?;
        for (day, mut budget) in self.store.budgets().list_apart(|_| true)?.0 {
            if let Some(reservation) = budget.runs.get_mut(&run.id) {
                if is_cut_off {
                    budget.count_at_work(&run.id, findings.tokens, findings.usd_micros);
                } else {
                    reservation.tokens = findings.tokens;
                    reservation.usd_micros = findings.usd_micros;
                }
                if day == self.today() {
                    self.desk().notice(&mut budget, self.rules);
                }
                self.store.budgets().put(&day, &budget)?;
            }
        }
        Ok(())
    }

    pub(super) fn budget_lock(&self) -> Result<Lock, StoreError> {
        self.desk().budget_lock()
    }

    /// The budget record of the day that a run started on.
    pub(super) fn today(&self) -> String {
        Store::day(self.clock.now())
    }
}

fn name_of(action: &Action) -> String {
    match action {
        Action::Launch { item, .. } => format!("launch on {item}"),
        Action::ReleaseLease { item, .. } => format!("release of {item}"),
        Action::Crash { run, .. }
        | Action::Resume { run }
        | Action::Cancel { run, .. }
        | Action::Judge { run, .. }
        | Action::DropIntents { run, .. }
        | Action::Close { run, .. } => run.to_string(),
        Action::Enqueue { intent, .. } => format!("intent {}", intent.id),
        Action::SetRetry { retry, .. } => retry.item.to_string(),
        Action::Trust { .. } => "approvals of issues".to_owned(),
        Action::DropApproval { pr, .. } => format!("pr/{pr}"),
    }
}

#[cfg(test)]
#[path = "act_tests.rs"]
mod tests;
