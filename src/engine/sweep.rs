//! Clearing up: worktrees whose work is published, what dead launches left, and the disk budget of the history.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Engine, EngineError};
use crate::domain::{Intent, IntentId, IntentView, Life, Mirror, Origin, RunState};
use crate::store::{HistoryCut, LockName, Store, StoreError};
use crate::vcs::WorktreeLeft;

/// How old a temporary file is before it is taken for a dead process's.
pub(super) const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// How often a pass looks at everything; the verb `sweep` always does.
const DEEP_EVERY: SignedDuration = SignedDuration::from_hours(6);

/// How long a confirmed intent that is for no item is remembered. Whoever wanted it is long gone: its run is archived.
const ITEMLESS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long the budget of a day is kept: the usage of a year is made from it.
const BUDGETS_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What a sweep cleared up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Another pass is at work; nothing was looked at.
    pub busy: bool,
    /// Worktrees removed.
    pub worktrees: usize,
    /// Notes: what was bundled, what was kept and why.
    pub notes: Vec<String>,
    /// Temporary files removed.
    pub leftovers: usize,
    /// Confirmed intents forgotten.
    pub intents: usize,
    /// Archived runs removed.
    pub history: HistoryCut,
    /// Budgets of long past days removed.
    pub budgets: usize,
}

/// Whether a look at what is no longer needed removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Remove,
    Look,
}

impl Engine<'_> {
    /// Clears up. A shallow sweep looks at runs alone and costs nothing when there is nothing to do.
    pub fn sweep(&self, deep: bool) -> Result<Swept, EngineError> {
        let Some(_pass) = self.store.try_lock(LockName::Pass, "sweep")? else {
            return Ok(Swept {
                busy: true,
                ..Swept::default()
            });
        };
        let mut swept = Swept::default();
        self.sweep_runs(&mut swept, Mode::Remove)?;
        let now = self.clock.now();
        let last = self.store.last_sweep()?;
        let due = last.is_none_or(|last| now.duration_since(last).abs() > DEEP_EVERY);
        if deep || due {
            swept.leftovers = self.store.sweep_leftovers(LEFTOVER_AGE, now)?;
            swept.intents = self.forget_intents(now, Mode::Remove)?;
            swept.budgets = self.forget_budgets(now, Mode::Remove)?;
            swept.history = self
                .store
                .cut_history(self.rules.limits.history_bytes_max)?;
            self.store.cut_timer_log()?;
            self.store.mark_sweep(now)?;
        }
        Ok(swept)
    }

    /// What a deep sweep would remove by the state as it is. Changes nothing and takes no lock.
    pub fn would_sweep(&self) -> Result<Swept, EngineError> {
        let mut swept = Swept::default();
        self.sweep_runs(&mut swept, Mode::Look)?;
        let now = self.clock.now();
        swept.leftovers = self.store.leftovers(LEFTOVER_AGE, now)?.len();
        swept.intents = self.forget_intents(now, Mode::Look)?;
        swept.budgets = self.forget_budgets(now, Mode::Look)?;
        swept.history = self
            .store
            .history_beyond(self.rules.limits.history_bytes_max)?
            .1;
        Ok(swept)
    }

    fn sweep_runs(&self, swept: &mut Swept, mode: Mode) -> Result<(), EngineError> {
        let mut open = None;
        for id in self.store.run_ids()? {
            let run = match self.store.live_run(&id) {
                // A pass names it; until it is mended nothing of it goes.
                Err(error) if error.is_unreadable() => continue,
                read => read?,
            };
            let Some(run) = run else {
                // A launch died before its first record; its lease is released by the pass.
                if mode == Mode::Remove && self.workers.life(&id) == Life::Gone {
                    self.store.forget_run(&id)?;
                }
                continue;
            };
            if !matches!(run.state, RunState::Judged { .. } | RunState::Closed { .. }) {
                continue;
            }
            let worktree = self.store.layout().worktree(&id);
            if self.vcs.worktree(&worktree) != WorktreeLeft::Nothing {
                let open = match &open {
                    Some(open) => open,
                    None => open.insert(self.store.outbox()?.views()?.0),
                };
                let of_run = Origin::Run(id.clone());
                let waits = |view: &IntentView| {
                    view.intent.origin == of_run && view.intent.dropped.is_none()
                };
                if open.iter().any(waits) {
                    continue;
                }
                if mode == Mode::Look {
                    swept.worktrees += 1;
                    continue;
                }
                let note = match self.clear_worktree(&run) {
                    Ok(note) => note,
                    // A lock that somebody else holds is about this run alone.
                    Err(EngineError::Store(error)) if !matches!(error, StoreError::Busy { .. }) => {
                        return Err(error.into());
                    }
                    // So is what git makes of its worktree: the others are cleared up all the same.
                    Err(error) => {
                        let note = format!("{id}: its worktree is not cleared up yet: {error}");
                        swept.notes.push(note);
                        continue;
                    }
                };
                swept.worktrees +=
                    usize::from(self.vcs.worktree(&worktree) == WorktreeLeft::Nothing);
                swept.notes.extend(note.map(|note| format!("{id}: {note}")));
            }
            if mode == Mode::Remove && matches!(run.state, RunState::Closed { .. }) {
                self.store.archive_run(&id)?;
            }
        }
        Ok(())
    }

    fn forget_budgets(&self, now: Timestamp, mode: Mode) -> Result<usize, EngineError> {
        let oldest = Store::day(now.checked_sub(BUDGETS_KEPT).unwrap_or(Timestamp::MIN));
        let mut forgotten = 0;
        for day in self.store.budgets().keys()? {
            if day.parse::<Date>().is_ok() && day < oldest {
                let gone = mode == Mode::Look || self.store.budgets().remove(&day)?;
                forgotten += usize::from(gone);
            }
        }
        Ok(forgotten)
    }

    /// A confirmed intent, and one that was given up, is forgotten when its item is closed, its run archived and no open
    /// intent needs it: nothing can ask for it again. One without an item is forgotten after a time instead.
    fn forget_intents(&self, now: Timestamp, mode: Mode) -> Result<usize, EngineError> {
        let mirror = self.store.mirror()?;
        let outbox = self.store.outbox()?;
        if mode == Mode::Remove {
            outbox.settle()?;
        }
        let open = outbox.open_intents()?;
        let needed: BTreeSet<&IntentId> = open.iter().flat_map(|q| &q.intent.needs).collect();
        let mut forgotten = 0;
        for intent in outbox.done()? {
            if self.is_past(&intent, &mirror, now)? && !needed.contains(&intent.id) {
                if mode == Mode::Remove {
                    outbox.forget(&intent.id)?;
                }
                forgotten += 1;
            }
        }
        for queued in open.iter().filter(|q| q.intent.dropped.is_some()) {
            if self.is_past(&queued.intent, &mirror, now)? && !needed.contains(&queued.intent.id) {
                if mode == Mode::Remove {
                    outbox.remove(queued)?;
                }
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Whether the item of an intent is closed, or it has none and is old, and its run archived.
    fn is_past(
        &self,
        intent: &Intent,
        mirror: &Mirror,
        now: Timestamp,
    ) -> Result<bool, EngineError> {
        let old = now.duration_since(intent.dispatched.unwrap_or(intent.created)) > ITEMLESS_KEPT;
        let closed = intent.item.map_or(old, |item| match item.kind {
            crate::domain::ItemKind::Issue => mirror
                .issues
                .get(&item.number)
                .is_some_and(|issue| !issue.is_open()),
            crate::domain::ItemKind::Pr => mirror
                .pulls
                .get(&item.number)
                .is_some_and(|pr| !pr.is_open()),
        });
        let archived = match &intent.origin {
            Origin::Run(run) => match self.store.live_run(run) {
                Err(error) if error.is_unreadable() => false,
                read => read?.is_none(),
            },
            Origin::Pass | Origin::Verb { .. } => true,
        };
        Ok(closed && archived)
    }
}
