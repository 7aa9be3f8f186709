//! The rules: what may be done with what the forge knows. Whoever speaks for a person or answers a request goes through
//! here, so both obey the same ones.

mod checks;
mod discussion;
mod issues;
mod merge;
mod pulls;

use std::time::Duration;

use jiff::Timestamp;

pub(super) use self::issues::{IssueEdit, Listing};
pub(super) use self::merge::{Mergeability, Wish};
pub(super) use self::pulls::{NewPull, PullEdit};

use super::knobs::Dice;
use super::repository::{FakeRepo, RepoError};
use super::state::{Event, Gone, Item, State};
use crate::domain::BranchName;

/// The longest title, in characters.
const TITLE_CHARS_MAX: usize = 256;

/// One field of a request that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) resource: &'static str,
    pub(super) field: Option<&'static str>,
    pub(super) code: &'static str,
    pub(super) message: Option<String>,
}

/// Why something was not done. The forges have their own numbers and words for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    NotFound,
    /// 410, with its words.
    Gone(&'static str),
    /// 301, to this path below the root.
    Moved(String),
    /// 403 for want of this permission.
    Lacks(&'static str),
    /// 403 with its words.
    Forbidden(String),
    /// 422 with faults.
    Invalid(Vec<Fault>),
    /// 422 with plain texts.
    Unprocessable(Vec<String>),
    /// 405.
    NotAllowed(String),
    /// 409.
    Conflict(String),
    /// 400.
    Bad(String),
    /// 500: the repository behind it failed.
    Broken(RepoError),
}

impl From<RepoError> for Problem {
    fn from(error: RepoError) -> Self {
        Self::Broken(error)
    }
}

pub(super) fn invalid<T>(
    resource: &'static str,
    field: Option<&'static str>,
    code: &'static str,
    message: Option<String>,
) -> Result<T, Problem> {
    Err(Problem::Invalid(vec![Fault {
        resource,
        field,
        code,
        message,
    }]))
}

/// What is known, as of one moment, and what may be done with it.
pub(super) struct World<'a> {
    pub(super) state: &'a mut State,
    pub(super) repo: &'a dyn FakeRepo,
    pub(super) dice: &'a Dice,
    /// The server's clock in whole seconds: what it writes.
    pub(super) now: Timestamp,
    /// The server's clock: what limits and visibility go by.
    pub(super) exact: Timestamp,
    /// Whether what is written is counted: requests are, people are not.
    pub(super) counted: bool,
}

impl World<'_> {
    /// When something that is written now is seen by reads.
    fn visible(&self) -> Timestamp {
        let late = self.dice.up_to(self.state.knobs.visible_within_ms);
        if late == Duration::ZERO {
            return self.exact;
        }
        let millis = i64::try_from(late.as_millis()).unwrap_or(0);
        let visible = self.exact.as_millisecond().saturating_add(millis);
        Timestamp::from_millisecond(visible).unwrap_or(self.exact)
    }

    fn wrote(&mut self, kind: &str) {
        if self.counted {
            self.state.account.wrote(kind);
        }
    }

    fn marked(&mut self, body: &str) {
        if self.counted {
            self.state.account.marked(body);
        }
    }

    /// An item as it is, for a write to it.
    pub(super) fn item(&self, number: u64) -> Result<&Item, Problem> {
        let slot = self.state.items.get(&number).ok_or(Problem::NotFound)?;
        present(slot.truth())
    }

    /// An item as reads see it.
    pub(super) fn seen(&self, number: u64) -> Result<&Item, Problem> {
        let slot = self.state.items.get(&number).ok_or(Problem::NotFound)?;
        present(slot.seen(self.exact).ok_or(Problem::NotFound)?)
    }

    /// Changes an item, which thereby has changed now.
    pub(super) fn edit(&mut self, number: u64, change: impl FnOnce(&mut Item)) {
        let (now, exact, visible) = (self.now, self.exact, self.visible());
        let Some(slot) = self.state.items.get_mut(&number) else {
            return;
        };
        let item = slot.change(exact, visible);
        self.state.by_update.remove(&(item.updated, number));
        change(item);
        item.updated = now.max(item.updated);
        self.state.by_update.insert((item.updated, number));
        if let Some(pull) = &item.pull {
            if item.open && pull.merged.is_none() && item.gone.is_none() {
                self.state.open_pulls.insert(number);
            } else {
                self.state.open_pulls.remove(&number);
            }
        }
    }

    pub(super) fn event(
        &mut self,
        number: u64,
        actor: &str,
        kind: &'static str,
        label: Option<&str>,
    ) {
        let event = Event {
            id: self.state.id(),
            actor: actor.to_owned(),
            kind,
            label: label.map(str::to_owned),
            at: self.now,
            visible: self.visible(),
        };
        self.state.events.entry(number).or_default().push(event);
    }

    /// Refuses what an archived repository does not take.
    pub(super) fn writable(&self) -> Result<(), Problem> {
        if self.state.settings.archived {
            let words = "Repository was archived so is read-only.".to_owned();
            return Err(Problem::Forbidden(words));
        }
        Ok(())
    }

    pub(super) fn branch_exists(&self, name: &BranchName) -> Result<bool, Problem> {
        Ok(self.repo.tip(name)?.is_some())
    }
}

fn present(item: &Item) -> Result<&Item, Problem> {
    match &item.gone {
        None => Ok(item),
        Some(Gone::Deleted) => Err(Problem::Gone("This issue was deleted")),
        Some(Gone::Transferred { repository, number }) => Err(Problem::Moved(format!(
            "/repositories/{repository}/issues/{number}"
        ))),
    }
}

impl World<'_> {
    /// Refuses a title or a text that this forge would not take.
    fn check_text(
        &self,
        resource: &'static str,
        title: Option<&str>,
        body: Option<&str>,
    ) -> Result<(), Problem> {
        let body_chars_max = self.state.knobs.body_chars_max;
        let too_long = |field: &str, max: usize| {
            Some(format!("{field} is too long (maximum is {max} characters)"))
        };
        match title {
            Some(title) if title.trim().is_empty() => {
                return invalid(resource, Some("title"), "missing_field", None);
            }
            Some(title) if title.chars().count() > TITLE_CHARS_MAX => {
                let message = too_long("title", TITLE_CHARS_MAX);
                return invalid(resource, Some("title"), "custom", message);
            }
            _ => {}
        }
        if body.is_some_and(|body| body.chars().count() > body_chars_max) {
            let message = too_long("body", body_chars_max);
            return invalid(resource, Some("body"), "custom", message);
        }
        Ok(())
    }
}
