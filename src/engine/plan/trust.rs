//! Which issues are approved as they are now, and what is noted about it.

use std::collections::BTreeMap;

use super::view::View;
use crate::domain::{Action, Issue, ItemId, ItemKind, Plan, Snapshot, TrustNote, Wait};
use crate::policy::{self, TrustStanding, Trusted};

/// What is thought of the issues that are not simply approved, and the notes that have changed.
#[derive(Default)]
pub(super) struct Trust {
    /// Issues with an intake label whose present text is not approved.
    doubts: BTreeMap<u64, TrustStanding>,
    /// Notes as they are to be afterwards; an empty one is dropped.
    notes: BTreeMap<u64, TrustNote>,
}

impl Trust {
    pub(super) fn new(snapshot: &Snapshot, trusted: &Trusted<'_>) -> Self {
        let mut trust = Self::default();
        let none = TrustNote::default();
        for issue in snapshot.mirror.issues.values() {
            let noted = snapshot.trust.notes.get(&issue.number);
            if trusted.intake_label(issue).is_none() {
                trust
                    .notes
                    .extend(noted.and_then(|note| unlabelled(issue, note)));
            } else if issue.is_open() {
                let answer = snapshot.labelled.get(&issue.number);
                let note = noted.unwrap_or(&none);
                let regard = policy::regard(issue, note, answer, trusted, snapshot.now);
                trust
                    .notes
                    .extend(regard.note.map(|note| (issue.number, note)));
                if regard.standing != TrustStanding::Approved {
                    trust.doubts.insert(issue.number, regard.standing);
                }
            }
        }
        for pr in snapshot.mirror.pulls.values() {
            let noted = snapshot.trust.notes.get(&pr.number);
            if noted.is_some_and(|note| note.gone.is_some() && !policy::is_gone(note, pr.updated)) {
                trust.notes.insert(pr.number, none.clone());
            }
        }
        trust
    }

    /// The note of an item as it is to be afterwards, where it changes.
    pub(super) fn note(&self, number: u64) -> Option<&TrustNote> {
        self.notes.get(&number)
    }

    /// Whether the text of an issue was changed after it was approved.
    pub(super) fn is_changed(&self, issue: u64) -> bool {
        matches!(self.doubts.get(&issue), Some(TrustStanding::Changed { .. }))
    }
}

/// The note of an issue without the label: whoever sets that again approves the text that it has then.
fn unlabelled(issue: &Issue, note: &TrustNote) -> Option<(u64, TrustNote)> {
    let after = TrustNote {
        gone: note.gone.filter(|_| policy::is_gone(note, issue.updated)),
        ..TrustNote::default()
    };
    (after != *note).then_some((issue.number, after))
}

pub(super) fn plan(view: &View<'_>, plan: &mut Plan) {
    let notes = view.trust.notes.clone();
    if !notes.is_empty() {
        plan.actions.push(Action::Trust { notes });
    }
}

/// Why an issue with an intake label is not taken, as a wait. `None`: its present text is approved.
pub(super) fn doubt(view: &View<'_>, issue: &Issue) -> Option<Wait> {
    let label = view.trusted().intake_label(issue)?.to_owned();
    let number = issue.number;
    Some(match view.trust.doubts.get(&number)? {
        TrustStanding::Approved => return None,
        TrustStanding::Changed { by } => Wait::TextChanged {
            approved_by: by.clone(),
            label,
        },
        TrustStanding::NotTrusted => {
            let changed = view.trust.notes.get(&number);
            let note = changed.or_else(|| view.snapshot.trust.notes.get(&number));
            Wait::NotTrusted {
                author: issue.author.clone(),
                labelled_by: note.and_then(|note| note.asked.as_ref()?.by.clone()),
                label,
            }
        }
    })
}

/// Whether an item was not on the forge when its text was read last.
pub(super) fn is_gone(view: &View<'_>, item: ItemId) -> bool {
    let mirror = &view.snapshot.mirror;
    let updated = match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).map(|issue| issue.updated),
        ItemKind::Pr => mirror.pulls.get(&item.number).map(|pr| pr.updated),
    };
    let note = view.snapshot.trust.notes.get(&item.number);
    note.zip(updated)
        .is_some_and(|(note, updated)| policy::is_gone(note, updated))
}
