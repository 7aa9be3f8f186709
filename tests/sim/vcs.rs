//! The clone as a process of the world sees it: the simulated one, with folders for worktrees.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use acp::domain::{BranchName, Payload, Phase, PrState, RunId, Sha};
use acp::store::Place;
use acp::vcs::{Built, CommitSpec, Pushed, Survey, Vcs, VcsError, WorktreeLeft};

use crate::world::Ports;

impl Vcs for Ports<'_> {
    fn prepare(&self) -> Result<(), VcsError> {
        if self.0.chance(3) {
            self.0.vcs.fail_next(1);
        }
        self.0.vcs.prepare()
    }

    fn add_worktree(&self, path: &Path, start: &Sha, merge: Option<&Sha>) -> Result<(), VcsError> {
        if self.0.chance(10) {
            self.0.vcs.fail_next(1);
        }
        std::fs::create_dir_all(path).unwrap();
        let added = self.0.vcs.add_worktree(path, start, merge);
        if added.is_err() {
            std::fs::remove_dir_all(path).unwrap();
        }
        added
    }

    fn build_commit(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError> {
        if self.0.chance(10) {
            self.0.vcs.fail_next(1);
        }
        let built = self.0.vcs.build_commit(spec)?;
        if let Some(commit) = &built.commit {
            self.0.forge.set_facts(commit, built.facts.clone());
            let files = built.facts.files.iter().flatten();
            let paths = files.map(|file| file.path.clone()).collect();
            let mut book = self.0.book.borrow_mut();
            book.paths.insert(commit.clone(), paths);
            book.built.insert(commit.clone());
        }
        Ok(built)
    }

    fn keep(&self, branch: &BranchName, sha: &Sha) -> Result<(), VcsError> {
        self.0.vcs.keep(branch, sha)
    }

    fn delete_branch(&self, branch: &BranchName, expect: &Sha) -> Result<Pushed, VcsError> {
        self.check_removal(branch, expect);
        if self.0.chance(40) {
            self.0.vcs.lose_next_push();
            self.0.book.borrow_mut().counts.lost += 1;
        } else if self.0.chance(20) {
            self.0.vcs.fail_next(1);
        }
        let removed = self.0.vcs.delete_branch(branch, expect);
        self.0
            .say(format!("remove {branch} {}: {removed:?}", expect.short()));
        if matches!(removed, Ok(Pushed::Done)) {
            self.0.book.borrow_mut().counts.removed += 1;
        }
        removed
    }

    fn push(
        &self,
        branch: &BranchName,
        sha: &Sha,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        let open = self.0.store.outbox().unwrap().open_intents().unwrap();
        let named = open.iter().any(|queued| {
            let is_it = matches!(&queued.intent.payload, Payload::Push { branch: b, sha: s, .. } if b == branch && s == sha);
            is_it && queued.place == Place::Claimed && queued.intent.phase == Phase::Dispatched
        });
        assert!(named, "{branch} is pushed without an intent");
        if self.0.chance(40) {
            self.0.vcs.lose_next_push();
            self.0.book.borrow_mut().counts.lost += 1;
        } else if self.0.chance(20) {
            self.0.vcs.fail_next(1);
        }
        let pushed = self.0.vcs.push(branch, sha, expect);
        self.0
            .say(format!("push {branch} {}: {pushed:?}", sha.short()));
        pushed
    }

    fn rescue(
        &self,
        run: &RunId,
        worktree: &Path,
        index: &Path,
        start: &Sha,
        published: Option<&Sha>,
        bundle: &Path,
    ) -> Result<Option<PathBuf>, VcsError> {
        self.0
            .vcs
            .rescue(run, worktree, index, start, published, bundle)
    }

    fn worktree(&self, path: &Path) -> WorktreeLeft {
        match self.0.vcs.worktree(path) {
            WorktreeLeft::Nothing if path.exists() => WorktreeLeft::Remains,
            left => left,
        }
    }

    fn remove_worktree(&self, path: &Path) -> Result<(), VcsError> {
        self.0.vcs.remove_worktree(path)?;
        if path.exists() {
            std::fs::remove_dir_all(path).unwrap();
        }
        Ok(())
    }

    fn survey(&self) -> Result<Survey, VcsError> {
        self.0.vcs.survey()
    }

    fn forge_branches(&self, prefix: &str) -> Result<BTreeSet<BranchName>, VcsError> {
        self.0.vcs.forge_branches(prefix)
    }

    fn missing(&self, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError> {
        self.0.vcs.missing(commits)
    }

    fn flaw_of_bundle(&self, bundle: &Path) -> Result<Option<String>, VcsError> {
        self.0.vcs.flaw_of_bundle(bundle)
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, VcsError> {
        self.0.vcs.is_ancestor(sha, of)
    }
}

impl Ports<'_> {
    /// Only a branch goes that acp made, at the head that was merged, and that no open pull request comes from or goes into.
    fn check_removal(self, branch: &BranchName, expect: &Sha) {
        let open = self.0.store.outbox().unwrap().open_intents().unwrap();
        let named = open.iter().any(|queued| {
            let is_it = matches!(&queued.intent.payload, Payload::DeleteBranch { branch: b, expect: e } if b == branch && e == expect);
            is_it && queued.place == Place::Claimed && queued.intent.phase == Phase::Dispatched
        });
        assert!(named, "{branch} is removed without an intent");
        let prefix = self.0.rules.repo.branch_prefix.as_str();
        assert!(branch.as_str().starts_with(prefix), "{branch} is not ours");
        let built = self.0.book.borrow().built.contains(expect);
        assert!(built, "{} at {branch} was built by no run", expect.short());
        if self.0.vcs.tip(branch).as_ref() != Some(expect) {
            // Somebody has pushed, and merged that: it is compared before anything goes.
            return;
        }
        let pulls = self.0.forge.truth().pulls;
        let merged = pulls.values().any(|pr| {
            let here = !pr.from_fork && pr.head == *branch && pr.head_sha == *expect;
            here && matches!(pr.state, PrState::Merged { .. })
        });
        assert!(
            merged,
            "{branch} is removed and was not merged at {}",
            expect.short()
        );
        let needed = pulls.values().find(|pr| {
            pr.is_open() && (pr.base == *branch || (!pr.from_fork && pr.head == *branch))
        });
        assert!(needed.is_none(), "{branch} is removed under {needed:?}");
    }
}
