//! The state folder, typed. One file per kind of record; all of them versioned, all written through `durable`.

mod cooldowns;
mod history;
mod journal;
mod layout;
mod locks;
mod marks;
mod mirror;
mod notices;
mod outbox;
mod records;
mod runs;
mod shelf;
mod survey;
mod timer;
mod trust;

pub use history::{Archived, HistoryCut};
pub use journal::{Entry, Journal};
pub use layout::{Home, Layout};
pub use locks::{LockName, Waiting};
pub use mirror::FactsBook;
pub use notices::{Notices, QueuedNotice};
pub use outbox::{Filed, Outbox, Queued, Unread};
pub use records::LastPass;
pub use shelf::{Apart, Shelf};
pub use survey::{Inventory, RunFolder};

pub use crate::durable::{
    DurableError as StoreError, Holder, Inspected, Lock, Place, crash_point, inspect, is_held,
    make_private,
};
#[cfg(any(test, feature = "test-hooks"))]
pub use crate::durable::{as_other_process, crash};

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{Approval, Cooldown, DayBudget, Hold, Lease, Retry};

/// Everything that acp keeps for one profile.
#[derive(Debug, Clone)]
pub struct Store {
    layout: Layout,
}

impl Store {
    /// The state of one profile. Opening touches nothing.
    pub fn new(layout: Layout) -> Self {
        Self { layout }
    }

    /// Where things are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Claims, by item.
    pub fn leases(&self) -> Shelf<Lease> {
        Shelf::new(self.layout.folder("leases"))
    }

    /// Tries and waits, by item.
    pub fn retries(&self) -> Shelf<Retry> {
        Shelf::new(self.layout.folder("retries"))
    }

    /// Cooldowns, by the name of their file; [`Store::cooldown`] goes by key.
    pub fn cooldowns(&self) -> Shelf<Cooldown> {
        Shelf::new(self.layout.folder("cooldowns"))
    }

    /// Holds, by name.
    pub fn holds(&self) -> Shelf<Hold> {
        Shelf::new(self.layout.folder("holds"))
    }

    /// What holds something back, by name. A hold that cannot be read holds everything: nobody knows what it was set on.
    ///
    /// # Errors
    /// Only when the operating system refuses.
    pub fn all_holds(&self) -> Result<(BTreeMap<String, Hold>, Vec<StoreError>), StoreError> {
        let (holds, unreadable) = self.holds().list_apart(|_| true)?;
        let mut all: BTreeMap<String, Hold> = holds.into_iter().collect();
        let mut errors = vec![];
        for (name, error) in unreadable {
            let hold = Hold {
                name: name.clone(),
                reason: format!("what it holds cannot be read: {error}"),
                by: "acp".to_owned(),
                at: Timestamp::UNIX_EPOCH,
                item: None,
                rule: None,
            };
            all.insert(name, hold);
            errors.push(error);
        }
        Ok((all, errors))
    }

    /// Approvals, by pull request.
    pub fn approvals(&self) -> Shelf<Approval> {
        Shelf::new(self.layout.folder("approvals"))
    }

    /// Budgets, by UTC day.
    pub fn budgets(&self) -> Shelf<DayBudget> {
        Shelf::new(self.layout.folder("budget"))
    }

    /// The outbox.
    ///
    /// # Errors
    /// Something else than a folder has its name.
    pub fn outbox(&self) -> Result<Outbox, StoreError> {
        Outbox::new(&self.layout)
    }

    /// Notices on their way to people.
    ///
    /// # Errors
    /// Something else than a folder has its name.
    pub fn notices(&self) -> Result<Notices, StoreError> {
        Notices::new(&self.layout)
    }

    /// The journal.
    pub fn journal(&self) -> Journal {
        Journal::new(&self.layout)
    }

    /// Bytes free on the disk of the state folder; `None` when it cannot be told.
    pub fn disk_free(&self) -> Option<u64> {
        let mut folder = self.layout.root();
        while !folder.exists() {
            folder = folder.parent()?;
        }
        crate::durable::free_space_bytes(folder).ok()
    }

    /// The name of the budget record of the day that `now` falls on.
    pub fn day(now: Timestamp) -> String {
        now.strftime("%Y-%m-%d").to_string()
    }
}
