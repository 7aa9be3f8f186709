//! What a person changes in the state by hand. It needs the state alone: no rules, no forge, no agent, so that it works
//! also while one of those is what is broken.

mod claims;
mod intents;
mod notices;

use std::path::Path;

use super::{EngineError, LOCK_WAIT};
use crate::domain::{DayBudget, ItemId, ItemUse, Rules, Run, RunId};
use crate::policy;
use crate::store::{Entry, Holder, Lock, LockName, Store, StoreError};
use crate::sys::Clock;

/// The state of a profile, for changes by hand.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The state.
    pub store: &'a Store,
    /// Time.
    pub clock: &'a dyn Clock,
    /// One line for a person who waits.
    pub say: &'a dyn Fn(&str),
    /// Look, and change nothing; no lock is taken then.
    pub dry_run: bool,
}

impl Desk<'_> {
    /// The lock of passes, waited for.
    pub fn pass_lock(&self, what: &str) -> Result<Lock, StoreError> {
        self.wait_for(LockName::Pass, what)
    }

    /// The lock of the budget, waited for.
    pub(super) fn budget_lock(&self) -> Result<Lock, StoreError> {
        self.wait_for(LockName::Budget, "budget")
    }

    fn wait_for(&self, name: LockName, what: &str) -> Result<Lock, StoreError> {
        let mut waiting = |_: &Path, holder: Option<&Holder>| {
            let who = holder.map_or("another acp".to_owned(), |h| format!("`{}`", h.command));
            (self.say)(&format!("waiting for {who} to end"));
        };
        self.store
            .lock(name, what, LOCK_WAIT, self.clock, &mut waiting)
    }

    /// The lock that a change needs; a look needs none.
    fn change_lock(&self, name: LockName, what: &str) -> Result<Option<Lock>, StoreError> {
        if self.dry_run {
            return Ok(None);
        }
        self.wait_for(name, what).map(Some)
    }

    /// Sets the budget of a run aside before it starts; `false`: there is not enough left. Looking and setting aside are one
    /// step under the lock, so that however many start at once, no more do than may.
    ///
    /// # Errors
    /// The budget's lock or record.
    pub fn reserve(&self, run: &Run, rules: &Rules) -> Result<bool, StoreError> {
        let _lock = self.budget_lock()?;
        let day = Store::day(self.clock.now());
        let mut budget = self.store.budgets().get(&day)?.unwrap_or_default();
        let retry = self.store.retries().get(&run.item.slug())?;
        let used = retry.map(|retry| retry.used()).unwrap_or_default();
        let used = used.max(budget.used_by(run.item));
        let limits = &rules.budget;
        if policy::may_start(&budget, limits).is_err()
            || policy::item_may_start(used, limits).is_err()
        {
            return Ok(false);
        }
        let reservation = rules.reservation(run.item, &run.agent);
        budget.runs.insert(run.id.clone(), reservation);
        self.notice(&mut budget, rules);
        self.store.budgets().put(&day, &budget)?;
        Ok(true)
    }

    /// What runs of an item have used on all days that are kept; what is not known of one counts as what was set aside for
    /// it. The second value tells whether every day could be read.
    pub(super) fn used_by(&self, item: ItemId) -> Result<(ItemUse, bool), StoreError> {
        let (days, unreadable) = self.store.budgets().list_apart(|_| true)?;
        let used = days.iter().map(|(_, day)| day.used_by(item)).sum();
        Ok((used, unreadable.is_empty()))
    }

    /// Tells, once for each limit of a day, that most of it is used.
    pub(super) fn notice(&self, budget: &mut DayBudget, rules: &Rules) {
        for (limit, text) in policy::nearly_used(budget, &rules.budget) {
            if budget.noticed.insert(limit.to_owned()) {
                self.note(&Entry::new(self.clock.now(), "budget.near").text(&text));
                (self.say)(&format!("the budget of the day is nearly used: {text}"));
            }
        }
    }

    /// A run that never started its agent costs nothing.
    pub(super) fn release_reservation(&self, id: &RunId) -> Result<(), StoreError> {
        let _lock = self.budget_lock()?;
        // In a day that cannot be read it stays set aside.
        for (day, mut budget) in self.store.budgets().list_apart(|_| true)?.0 {
            if let Some(reservation) = budget.runs.get_mut(id).filter(|r| !r.released) {
                reservation.released = true;
                self.store.budgets().put(&day, &budget)?;
            }
        }
        Ok(())
    }

    /// Adds a line to the journal. The journal explains and is never the truth, so a failure must not stop the work:
    /// it is said once.
    pub(super) fn note(&self, entry: &Entry) {
        if let Err(error) = self.store.journal().add(entry) {
            (self.say)(&format!("the journal could not be written: {error}"));
        }
    }

    /// Makes durable what was added to the journal; a failure is said and returned in words, for it must not stop the work
    /// either.
    pub(super) fn keep_notes(&self) -> Option<String> {
        let error = self.store.journal().sync().err()?;
        let text = format!("the journal could not be written: {error}");
        (self.say)(&text);
        Some(text)
    }

    /// Notes a change by hand and makes the note durable.
    fn changed(&self, entry: &Entry) -> Result<(), EngineError> {
        self.note(entry);
        Ok(self.store.journal().sync()?)
    }
}

#[cfg(test)]
mod tests;
