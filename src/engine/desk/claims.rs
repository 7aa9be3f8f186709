//! Leases, waits, holds and the budget of the day.

use std::collections::BTreeSet;

use super::Desk;
use crate::domain::{Cooldown, DayBudget, Hold, ItemId, Lease, Life, Retry, RunId, RunState};
use crate::engine::{CREDENTIAL_HOLD, EngineError, STOP_HOLD};
use crate::store::{Entry, LockName, Store, crash_point};
use crate::worker::Workers;

impl Desk<'_> {
    /// Removes the lease of an item whose run is through, or never was.
    ///
    /// # Errors
    /// `Missing` when there is no lease, `Forbidden` while its run is under way, not judged yet, or lives without a record.
    pub fn clear_lease(
        &self,
        item: ItemId,
        actor: &str,
        workers: &dyn Workers,
    ) -> Result<Lease, EngineError> {
        let _pass = self.change_lock(LockName::Pass, "lease clear")?;
        let Some(lease) = self.store.leases().get(&item.slug())? else {
            let what = format!("lease on {item}");
            return Err(EngineError::Missing { what });
        };
        let run = self.store.run(&lease.run)?;
        let why = match &run {
            Some(run) => keeps_lease(&run.id, &run.state),
            None => lives_unrecorded(&lease.run, workers),
        };
        if let Some(why) = why {
            let what = format!("clearing the lease on {item}");
            return Err(EngineError::Forbidden { what, why });
        }
        if self.dry_run {
            return Ok(lease);
        }
        if run.is_none() {
            self.release_reservation(&lease.run)?;
        }
        crash_point("desk.before_lease_clear");
        self.store.leases().remove(&item.slug())?;
        let entry = Entry::new(self.clock.now(), "lease.cleared").item(item);
        self.changed(&entry.text(format!("of {} by {actor}", lease.run)))?;
        Ok(lease)
    }

    /// Forgets the failures of an item, its wait and that acp gave up; the attempt's number goes on from where it is.
    /// Returns the record before and after.
    ///
    /// # Errors
    /// `Missing` when nothing is counted for the item.
    pub fn clear_retry(&self, item: ItemId, actor: &str) -> Result<(Retry, Retry), EngineError> {
        let _pass = self.change_lock(LockName::Pass, "retry clear")?;
        let Some(before) = self.store.retries().get(&item.slug())? else {
            let what = format!("retry record of {item}");
            return Err(EngineError::Missing { what });
        };
        let after = Retry {
            failures: 0,
            reason: None,
            next: None,
            set: self.clock.now(),
            blocked: false,
            label_seen: false,
            fixes: 0,
            dropped: false,
            dead_launches: 0,
            excuses: 0,
            avoid: BTreeSet::new(),
            started: None,
            alert: None,
            ..before.clone()
        };
        if !self.dry_run {
            self.store.retries().put(&item.slug(), &after)?;
            let entry = Entry::new(self.clock.now(), "retry.cleared").item(item);
            self.changed(&entry.text(format!("{} failures, by {actor}", before.failures)))?;
        }
        Ok((before, after))
    }

    /// Ends a cooldown.
    ///
    /// # Errors
    /// `Missing` when there is none of that key.
    pub fn clear_cooldown(&self, key: &str, actor: &str) -> Result<Cooldown, EngineError> {
        let _pass = self.change_lock(LockName::Pass, "cooldown clear")?;
        let Some(cooldown) = self.store.cooldown(key)? else {
            let what = format!("cooldown `{key}`");
            return Err(EngineError::Missing { what });
        };
        if !self.dry_run {
            self.store.remove_cooldown(key)?;
            let entry = Entry::new(self.clock.now(), "cooldown.cleared");
            self.changed(&entry.text(format!("{key} by {actor}")))?;
        }
        Ok(cooldown)
    }

    /// Sets a hold, without any lock: it must work whatever else is stuck. A pass looks at holds before each launch and
    /// each merge. Returns the hold and whether it is new; one of that name and scope that is there already stays.
    ///
    /// # Errors
    /// `Forbidden` when one of that name is about something else (replacing it would lift that) or is acp's own, and for
    /// an item under the name that holds the whole profile.
    pub fn add_hold(&self, hold: Hold) -> Result<(Hold, bool), EngineError> {
        if hold.name == CREDENTIAL_HOLD {
            let what = format!("setting the hold `{CREDENTIAL_HOLD}`");
            let why = "acp sets and lifts it itself: take another name".to_owned();
            return Err(EngineError::Forbidden { what, why });
        }
        if let Some(item) = hold.item.filter(|_| hold.name == STOP_HOLD) {
            let what = format!("setting the hold `{STOP_HOLD}` on {item}");
            let why = "it is the hold of `acp stop`, on the whole profile: take another name";
            let why = why.to_owned();
            return Err(EngineError::Forbidden { what, why });
        }
        let holds = self.store.holds();
        match holds.get(&hold.name)? {
            Some(there) if there.item == hold.item => return Ok((there, false)),
            Some(there) => {
                let of = there
                    .item
                    .map_or("the whole profile".to_owned(), |i| i.to_string());
                let what = format!("setting the hold `{}`", hold.name);
                let why = format!(
                    "there is one of that name on {of}: take another name, or `acp hold clear {}` first",
                    hold.name
                );
                return Err(EngineError::Forbidden { what, why });
            }
            None => {}
        }
        if !self.dry_run {
            holds.put(&hold.name, &hold)?;
            let entry = Entry::new(hold.at, "hold.set");
            let text = format!("{} by {}: {}", hold.name, hold.by, hold.reason);
            self.changed(&Entry {
                item: hold.item,
                ..entry.text(text)
            })?;
        }
        Ok((hold, true))
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// `Missing` when there is none of that name.
    pub fn clear_hold(&self, name: &str, actor: &str) -> Result<Hold, EngineError> {
        let _pass = self.change_lock(LockName::Pass, "hold clear")?;
        let Some(hold) = self.store.holds().get(name)? else {
            let what = format!("hold `{name}`");
            return Err(EngineError::Missing { what });
        };
        if !self.dry_run {
            self.store.holds().remove(name)?;
            let entry = Entry::new(self.clock.now(), "hold.cleared");
            self.changed(&Entry {
                item: hold.item,
                ..entry.text(format!("{name} by {actor}"))
            })?;
        }
        Ok(hold)
    }

    /// Lets what today's runs have used count no more, but for those that are under way. Returns the runs.
    pub fn reset_budget(&self, actor: &str) -> Result<Vec<RunId>, EngineError> {
        let _pass = self.change_lock(LockName::Pass, "budget reset")?;
        let _budget = self.change_lock(LockName::Budget, "budget reset")?;
        let day = Store::day(self.clock.now());
        let mut budget = self.store.budgets().get(&day)?.unwrap_or_default();
        let mut reset = vec![];
        for (id, reservation) in budget.runs.iter_mut().filter(|(_, r)| !r.released) {
            let run = self.store.live_run(id)?;
            if !run.is_some_and(|run| run.state.is_under_way()) {
                reservation.released = true;
                reset.push(id.clone());
            }
        }
        if !self.dry_run && !reset.is_empty() {
            self.store.budgets().put(&day, &budget)?;
        }
        if !self.dry_run {
            self.count_again(&budget)?;
        }
        if !self.dry_run && !reset.is_empty() {
            let entry = Entry::new(self.clock.now(), "budget.reset");
            self.changed(&entry.text(format!("{} runs of {day} by {actor}", reset.len())))?;
        }
        Ok(reset)
    }
}

/// Why a run without a record still needs its lease.
fn lives_unrecorded(id: &RunId, workers: &dyn Workers) -> Option<String> {
    (workers.life(id) != Life::Gone).then(|| {
        format!("its run {id} lives, though its record is gone: `acp run stop {id}` ends it")
    })
}

impl Desk<'_> {
    /// Brings what items have used up to the budgets of all days; also where an earlier reset died before it.
    fn count_again(&self, day: &DayBudget) -> Result<(), EngineError> {
        let items: BTreeSet<ItemId> = day.runs.values().map(|run| run.item).collect();
        for item in items {
            let Some(retry) = self.store.retries().get(&item.slug())? else {
                continue;
            };
            let (used, is_whole) = self.used_by(item)?;
            if is_whole && retry.used() != used {
                let retry = retry.with_used(used);
                self.store.retries().put(&item.slug(), &retry)?;
            }
        }
        Ok(())
    }
}

/// Why a run still needs its lease.
fn keeps_lease(id: &RunId, state: &RunState) -> Option<String> {
    match state {
        RunState::Reserved | RunState::Starting | RunState::Running { .. } => Some(format!(
            "its run {id} is under way: `acp run stop {id}` ends it"
        )),
        RunState::Finished(_) => Some(format!(
            "its run {id} is over and not judged yet: `acp reconcile` judges it"
        )),
        RunState::Judged { .. } | RunState::Closed { .. } => None,
    }
}
