//! Whether the state of a profile agrees with itself. Pure but for [`look`], which reads everything as it lies on disk.
//!
//! A state that a kill at any instruction leaves is sound: the next pass repairs it. What is found of it here until then
//! says so, with `acp reconcile`; where nothing is at work and nothing waits, nothing is found.

mod clone;
mod forge;
mod look;
mod outbox;
mod runs;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::Inventory;

pub use clone::{InClone, against_clone};
pub use forge::{MovedHead, against_forge, labels_of_runs, moved_heads};
pub use look::{Look, look};

/// How old a temporary file is before it is taken for a dead process's.
pub const LEFTOVER_AGE: Duration = super::sweep::LEFTOVER_AGE;

/// How long nothing has been looked through before what a sweep would remove is worth a word.
const SWEEP_OVERDUE: SignedDuration = SignedDuration::from_hours(24);

/// The most temporary files that are named.
const NAMED_MAX: usize = 10;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// A stable word for the kind of it.
    pub code: &'static str,
    /// What it is about: an item, a run, an intent, a file.
    pub about: String,
    /// What it means, in one line.
    pub meaning: String,
    /// The verb that mends it, without `acp`: words of a call.
    pub verb: Option<String>,
    /// The call of git in acp's clone that mends it, where no verb does: its words.
    pub git: Option<Vec<String>>,
}

impl Flaw {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an item, a run or a text, given or lent"
    )]
    fn new(code: &'static str, about: impl ToString, meaning: impl Into<String>) -> Self {
        Self {
            code,
            about: about.to_string(),
            meaning: meaning.into(),
            verb: None,
            git: None,
        }
    }

    fn mend(mut self, verb: impl Into<String>) -> Self {
        self.verb = Some(verb.into());
        self
    }

    fn git(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.git = Some(words.into_iter().map(Into::into).collect());
        self
    }
}

/// Everything that does not fit, in a stable order. Files that cannot be read are in the inventory itself.
pub fn check(found: &Inventory, now: Timestamp) -> Vec<Flaw> {
    let mut flaws = vec![];
    names(found, &mut flaws);
    runs::check(found, &mut flaws);
    runs::check_claims(found, now, &mut flaws);
    outbox::check(found, now, &mut flaws);
    leftovers(found, &mut flaws);
    flaws.sort();
    flaws
}

/// A record is found again by the name of its file, so the two must agree.
fn names(found: &Inventory, flaws: &mut Vec<Flaw>) {
    let mut named = |folder: &str, key: &String, should: String| {
        if *key != should {
            let meaning = format!("the record in `{folder}/{key}.json` is that of `{should}`");
            flaws.push(Flaw::new(
                "misnamed",
                format!("{folder}/{key}.json"),
                meaning,
            ));
        }
    };
    for (key, lease) in &found.leases {
        named("leases", key, lease.item.slug());
    }
    for (key, retry) in &found.retries {
        named("retries", key, retry.item.slug());
    }
    for (key, hold) in &found.holds {
        named("holds", key, hold.name.clone());
    }
    for (key, approval) in &found.approvals {
        named("approvals", key, format!("pr-{}", approval.pr));
    }
    for (key, cooldown) in &found.cooldowns {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let safe = |c: char| match c {
            ':' => '.',
            c if plain(c) => c,
            _ => '-',
        };
        named("cooldowns", key, cooldown.key.chars().map(safe).collect());
    }
    for (key, _) in &found.budgets {
        if key.parse::<jiff::civil::Date>().is_err() {
            let meaning = format!("`budget/{key}.json` is the budget of no day: no pass reads it");
            flaws.push(Flaw::new("misnamed", format!("budget/{key}.json"), meaning));
        }
    }
}

fn leftovers(found: &Inventory, flaws: &mut Vec<Flaw>) {
    for path in found.temporary.iter().take(NAMED_MAX) {
        let meaning = "a write that was never finished: what it was to replace is whole";
        flaws.push(Flaw::new("temporary-left", path.display(), meaning).mend("sweep"));
    }
    if found.temporary.len() > NAMED_MAX {
        let meaning = format!(
            "{} more writes were never finished",
            found.temporary.len() - NAMED_MAX
        );
        flaws.push(Flaw::new("temporary-left", "", meaning).mend("sweep"));
    }
}

#[cfg(test)]
mod tests;
