//! A repository in memory, as the simulated forge and the simulated clone share it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use crate::domain::{BranchName, Sha};

/// What the forge's repository holds: branches, and the parents of every commit that there ever was.
#[derive(Debug, Default)]
pub struct SimRefs {
    branches: BTreeMap<BranchName, Sha>,
    parents: BTreeMap<Sha, Vec<Sha>>,
}

/// The forge's repository as adapter and simulated forge share it.
pub type SharedRefs = Arc<Mutex<SimRefs>>;

impl SimRefs {
    /// An empty repository to share.
    pub fn shared() -> SharedRefs {
        Arc::default()
    }

    /// The commit that `seed` and `parents` stand for; the same ones give the same commit.
    pub fn commit(&mut self, seed: &str, parents: &[&Sha]) -> Sha {
        let mut hash = Sha256::new();
        hash.update(seed);
        for parent in parents {
            hash.update([0]);
            hash.update(parent.as_str());
        }
        let mut name = String::new();
        for byte in &hash.finalize()[..20] {
            let _cannot_fail = write!(name, "{byte:02x}");
        }
        let Ok(sha) = name.parse::<Sha>() else {
            unreachable!("40 hex digits are an object name")
        };
        let parents = parents.iter().map(|parent| (*parent).clone()).collect();
        self.parents.insert(sha.clone(), parents);
        sha
    }

    /// Where a branch is.
    pub fn tip(&self, branch: &BranchName) -> Option<&Sha> {
        self.branches.get(branch)
    }

    /// All branches.
    pub fn branches(&self) -> &BTreeMap<BranchName, Sha> {
        &self.branches
    }

    /// Moves a branch, or removes it, as anybody may do on a forge.
    pub fn set(&mut self, branch: &BranchName, sha: Option<Sha>) {
        match sha {
            Some(sha) => self.branches.insert(branch.clone(), sha),
            None => self.branches.remove(branch),
        };
    }

    /// Whether there is such a commit.
    pub fn has(&self, sha: &Sha) -> bool {
        self.parents.contains_key(sha)
    }

    /// Whether `sha` is an ancestor of, or the same as, `of`.
    pub fn is_ancestor(&self, sha: &Sha, of: &Sha) -> bool {
        let (mut todo, mut seen) = (vec![of], BTreeSet::new());
        while let Some(next) = todo.pop() {
            if next == sha {
                return true;
            }
            if seen.insert(next) {
                todo.extend(self.parents.get(next).into_iter().flatten());
            }
        }
        false
    }
}
