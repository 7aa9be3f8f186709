//! A repository in memory for simulations: worktrees are flags, commits are names, and the forge's branches are shared
//! with the simulated forge.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::{BranchName, ChangeKind, DiffFacts, FailureClass, FileChange, RunId, Sha};
use crate::durable::crash_point;

use super::{Built, CommitSpec, Pushed, Survey, Vcs, VcsError, WorktreeLeft};

pub use crate::git::sim_refs::{SharedRefs, SimRefs};

/// What the agent left in a simulated worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Nothing new.
    Nothing,
    /// A change of these files.
    Files(Vec<String>),
    /// Something that cannot be published.
    Unfit(FailureClass),
}

#[derive(Debug, Default)]
struct State {
    cloned: bool,
    worktrees: BTreeMap<PathBuf, (Sha, Work)>,
    kept: BTreeMap<BranchName, Sha>,
    bundles: BTreeSet<PathBuf>,
    fail_next: u32,
    lose_next_push: bool,
}

/// The adapter. What it holds stands for what is on disk, so it outlives a simulated crash of the process.
#[derive(Debug, Default)]
pub struct SimVcs {
    refs: SharedRefs,
    state: Mutex<State>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SimVcs {
    /// A clone, not made yet, of the repository behind `refs`.
    pub fn new(refs: SharedRefs) -> Self {
        Self {
            refs,
            state: Mutex::default(),
        }
    }

    /// Makes the next `calls` calls fail without an effect.
    pub fn fail_next(&self, calls: u32) {
        lock(&self.state).fail_next = calls;
    }

    /// Makes the next push happen and then fail, as when the answer is lost.
    pub fn lose_next_push(&self) {
        lock(&self.state).lose_next_push = true;
    }

    /// The process has died: everything stays but failures that were ordered for it.
    pub fn crash(&self) {
        let mut state = lock(&self.state);
        state.fail_next = 0;
        state.lose_next_push = false;
    }

    /// What the agent does in a worktree; without it, it changes `file`.
    pub fn work(&self, worktree: &Path, work: Work) {
        if let Some((_, now)) = lock(&self.state).worktrees.get_mut(worktree) {
            *now = work;
        }
    }

    /// The worktrees that exist.
    pub fn worktrees(&self) -> Vec<PathBuf> {
        lock(&self.state).worktrees.keys().cloned().collect()
    }

    /// Where a branch of the forge is.
    pub fn tip(&self, branch: &BranchName) -> Option<Sha> {
        lock(&self.refs).tip(branch).cloned()
    }

    /// The branches of the clone.
    pub fn kept(&self) -> BTreeMap<BranchName, Sha> {
        lock(&self.state).kept.clone()
    }

    fn enter(&self, tried: &str) -> Result<MutexGuard<'_, State>, VcsError> {
        let mut state = lock(&self.state);
        if state.fail_next > 0 {
            state.fail_next -= 1;
            return Err(failed(tried, "the simulation says so"));
        }
        if !state.cloned && tried != "prepare" {
            return Err(failed(tried, "there is no clone"));
        }
        Ok(state)
    }

    /// Compares and swaps a branch of the forge; `None` is no branch.
    fn move_branch(
        &self,
        branch: &BranchName,
        to: Option<&Sha>,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        let mut state = self.enter("push")?;
        let lost = std::mem::take(&mut state.lose_next_push);
        drop(state);
        crash_point("sim.before_push");
        let mut refs = lock(&self.refs);
        let found = refs.tip(branch).cloned();
        if found.as_ref() != to {
            if found.as_ref() != expect {
                return Ok(Pushed::Moved { found });
            }
            refs.set(branch, to.cloned());
        }
        drop(refs);
        crash_point("sim.after_push");
        if lost {
            return Err(failed("push", "the answer was lost"));
        }
        Ok(Pushed::Done)
    }
}

fn failed(tried: &str, why: &str) -> VcsError {
    VcsError::Git {
        tried: tried.to_owned(),
        why: why.to_owned(),
    }
}

fn facts(paths: &[String]) -> DiffFacts {
    let change = |path: &String| FileChange {
        path: path.clone(),
        old_path: None,
        kind: ChangeKind::Modified,
        insertions: 1,
        deletions: 0,
        binary: false,
    };
    DiffFacts {
        files: Some(paths.iter().map(change).collect()),
        ddl: Some(false),
        secrets: Some(vec![]),
    }
}

impl Vcs for SimVcs {
    fn prepare(&self) -> Result<(), VcsError> {
        self.enter("prepare")?.cloned = true;
        Ok(())
    }

    fn add_worktree(&self, path: &Path, start: &Sha, merge: Option<&Sha>) -> Result<(), VcsError> {
        if !std::iter::once(start)
            .chain(merge)
            .all(|sha| lock(&self.refs).has(sha))
        {
            return Err(failed("fetch", "the forge does not have the commit"));
        }
        let work = Work::Files(vec!["file".to_owned()]);
        let mut state = self.enter("add a worktree")?;
        state
            .worktrees
            .insert(path.to_owned(), (start.clone(), work));
        drop(state);
        crash_point("sim.after_add_worktree");
        Ok(())
    }

    fn build_commit(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError> {
        let state = self.enter("build a commit")?;
        let Some((_, work)) = state.worktrees.get(spec.worktree) else {
            return Err(failed("build a commit", "there is no such worktree"));
        };
        let paths = match work {
            Work::Unfit(class) => {
                return Err(VcsError::Unfit {
                    class: *class,
                    detail: "the simulated agent left it so".to_owned(),
                });
            }
            Work::Nothing => &vec![],
            Work::Files(paths) => paths,
        };
        let parents: Vec<&Sha> = std::iter::once(spec.start).chain(spec.merge).collect();
        let seed = spec.run.as_str();
        let commit = (!paths.is_empty()).then(|| lock(&self.refs).commit(seed, &parents));
        Ok(Built {
            commit,
            subject: spec.message.unwrap_or(spec.fallback).to_owned(),
            facts: facts(paths),
        })
    }

    fn keep(&self, branch: &BranchName, sha: &Sha) -> Result<(), VcsError> {
        let mut state = self.enter("keep a commit")?;
        state.kept.insert(branch.clone(), sha.clone());
        Ok(())
    }

    fn push(
        &self,
        branch: &BranchName,
        sha: &Sha,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        self.move_branch(branch, Some(sha), expect)
    }

    fn delete_branch(&self, branch: &BranchName, expect: &Sha) -> Result<Pushed, VcsError> {
        self.move_branch(branch, None, Some(expect))
    }

    fn rescue(
        &self,
        _run: &RunId,
        worktree: &Path,
        _index: &Path,
        _start: &Sha,
        published: Option<&Sha>,
        bundle: &Path,
    ) -> Result<Option<PathBuf>, VcsError> {
        let mut state = self.enter("rescue")?;
        let work = state.worktrees.get(worktree).map(|(_, work)| work);
        if published.is_some() || work.is_none_or(|work| *work == Work::Nothing) {
            return Ok(None);
        }
        state.bundles.insert(bundle.to_owned());
        drop(state);
        crash_point("sim.after_rescue");
        Ok(Some(bundle.to_owned()))
    }

    fn worktree(&self, path: &Path) -> WorktreeLeft {
        if lock(&self.state).worktrees.contains_key(path) {
            WorktreeLeft::Files
        } else {
            WorktreeLeft::Nothing
        }
    }

    fn remove_worktree(&self, path: &Path) -> Result<(), VcsError> {
        self.enter("remove a worktree")?.worktrees.remove(path);
        Ok(())
    }

    fn survey(&self) -> Result<Survey, VcsError> {
        let state = lock(&self.state);
        let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
        let run = |path: &PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
        let branches: BTreeSet<BranchName> = state.kept.keys().cloned().collect();
        Ok(Survey {
            made: branches.clone(),
            branches,
            worktrees: state.worktrees.keys().filter_map(name).collect(),
            rescued: state.bundles.iter().filter_map(run).collect(),
        })
    }

    fn forge_branches(&self, prefix: &str) -> Result<BTreeSet<BranchName>, VcsError> {
        let refs = lock(&self.refs);
        let names = refs
            .branches()
            .keys()
            .filter(|name| name.as_str().starts_with(prefix));
        Ok(names.cloned().collect())
    }

    fn missing(&self, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError> {
        let refs = lock(&self.refs);
        Ok(commits
            .iter()
            .filter(|sha| !refs.has(sha))
            .cloned()
            .collect())
    }

    fn flaw_of_bundle(&self, bundle: &Path) -> Result<Option<String>, VcsError> {
        let there = lock(&self.state).bundles.contains(bundle);
        Ok((!there).then(|| "there is no such bundle".to_owned()))
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, VcsError> {
        let _state = self.enter("compare two commits")?;
        Ok(lock(&self.refs).is_ancestor(sha, of))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn pushes_compare_and_swap_also_when_the_answer_is_lost() {
        let refs = SimRefs::shared();
        let (base, next) = {
            let mut refs = lock(&refs);
            let base = refs.commit("base", &[]);
            let next = refs.commit("next", &[&base]);
            (base, next)
        };
        let vcs = SimVcs::new(Arc::clone(&refs));
        let branch: BranchName = "acp/issue-1-a1".parse().unwrap();
        assert!(vcs.push(&branch, &base, None).is_err(), "not prepared");
        vcs.prepare().unwrap();
        vcs.fail_next(1);
        assert!(vcs.push(&branch, &base, None).is_err());
        assert_eq!(lock(&refs).tip(&branch), None);
        vcs.lose_next_push();
        assert!(vcs.push(&branch, &base, None).is_err());
        assert_eq!(vcs.push(&branch, &base, None).unwrap(), Pushed::Done);
        let moved = Pushed::Moved {
            found: Some(base.clone()),
        };
        assert_eq!(vcs.push(&branch, &next, None).unwrap(), moved);
        assert_eq!(vcs.push(&branch, &next, Some(&base)).unwrap(), Pushed::Done);
        assert!(vcs.is_ancestor(&base, &next).unwrap());
        assert!(!vcs.is_ancestor(&next, &base).unwrap());
    }
}
