//! One look at everything that is kept, in an order in which what moves on meanwhile is found in its place.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::clone::results;
use super::{Flaw, InClone, LEFTOVER_AGE, against_clone, check};
use crate::store::{Inventory, Store, StoreError};
use crate::vcs::{Vcs, VcsError};

/// What one look has brought.
#[derive(Debug, Default)]
pub struct Look {
    /// One error for each file that cannot be read.
    pub unreadable: Vec<StoreError>,
    /// What does not fit, in a stable order.
    pub flaws: Vec<Flaw>,
    /// Why it was not looked whether commits are in the clone.
    pub unseen: Option<String>,
}

/// Looks at the records and, where there is one, into the clone, whose branches have the prefix that comes with it. No lock
/// is taken and nothing is changed. A process is started only when a result is nowhere but in the clone: one git.
pub fn look(store: &Store, clone: Option<(&dyn Vcs, &str)>, now: Timestamp) -> Look {
    // Before the records: whatever is in the clone by now has its record there.
    let survey = clone.map(|(vcs, _)| vcs.survey());
    let mut found = store.inventory(LEFTOVER_AGE, now);
    let mut flaws = check(&found, now);
    let mut unseen = None;
    match clone.zip(survey) {
        None => flaws.extend(found.bundles.iter().filter_map(of_head)),
        Some((_, Err(error))) => {
            flaws.extend(found.bundles.iter().filter_map(of_head));
            let meaning = format!("what acp's clone holds cannot be read: {error}");
            flaws.push(Flaw::new("clone-damaged", "repo.git", meaning));
        }
        Some(((vcs, prefix), Ok(survey))) => {
            let mut seen = InClone {
                survey,
                ..InClone::default()
            };
            match vcs.missing(&results(&found)) {
                Ok(missing) => seen.missing = Some(missing),
                Err(error) => unseen = Some(error.to_string()),
            }
            match damaged_bundles(store, vcs, &found) {
                Ok(bundles) => seen.bundles = bundles,
                Err(error) => unseen = Some(error.to_string()),
            }
            flaws.extend(against_clone(&found, &seen, prefix));
        }
    }
    flaws.sort();
    Look {
        unreadable: std::mem::take(&mut found.unreadable),
        flaws,
        unseen,
    }
}

/// What its first bytes tell of a bundle.
fn of_head((run, whole): (&String, &bool)) -> Option<Flaw> {
    let meaning = "the bundle of its unpublished work does not begin as a bundle of git: what it held may be lost";
    (!whole).then(|| Flaw::new("bundle-damaged", run, meaning))
}

fn damaged_bundles(
    store: &Store,
    vcs: &dyn Vcs,
    found: &Inventory,
) -> Result<BTreeMap<String, String>, VcsError> {
    let mut damaged = BTreeMap::new();
    for run in found.bundles.keys() {
        let file = store.layout().history().join(format!("{run}.bundle"));
        if let Some(why) = vcs.flaw_of_bundle(&file)? {
            damaged.insert(run.clone(), why);
        }
    }
    Ok(damaged)
}
