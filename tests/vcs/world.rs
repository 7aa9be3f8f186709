//! A forge's repository, acp's clone of it, and one run.

use std::path::{Path, PathBuf};

use acp::domain::{BranchName, DiffFacts, FailureClass, RunId, Sha};
use acp::git::testing::{TestRepo, clock, git_program, shell};
use acp::vcs::git::{GitVcs, Remote};
use acp::vcs::{Built, CommitSpec, Vcs, VcsError};
use jiff::Timestamp;

pub(crate) struct World {
    pub(crate) forge: TestRepo,
    pub(crate) vcs: GitVcs<'static>,
    pub(crate) base: Sha,
    pub(crate) tree: PathBuf,
    pub(crate) run: RunId,
}

impl World {
    /// A base commit with a few files, a prepared clone, and a worktree of the base commit.
    pub(crate) fn new() -> Self {
        let world = Self::without_worktree();
        world
            .vcs
            .add_worktree(&world.tree, &world.base, None)
            .unwrap();
        world
    }

    pub(crate) fn without_worktree() -> Self {
        let forge = TestRepo::new();
        let files = [
            ("a.txt", "one\ntwo\nthree\n"),
            ("dir/b.txt", "b\n"),
            (".gitignore", "build/\n"),
        ];
        let base = forge.commit("main", None, &files);
        let state = forge.root().join("state");
        let vcs = vcs(&forge);
        vcs.prepare().unwrap();
        let run: RunId = "20261121-031502-issue-12-a1".parse().unwrap();
        Self {
            tree: state.join("worktrees").join(run.as_str()),
            run,
            forge,
            vcs,
            base,
        }
    }

    pub(crate) fn repo(&self) -> PathBuf {
        repo(&self.forge)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.forge.root().join("state/index")
    }

    /// What the agent does, in its worktree.
    pub(crate) fn agent(&self, text: &str) -> String {
        shell(&self.tree, text)
    }

    /// A git command on acp's clone.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let git = self.forge.git().at(self.repo());
        git.call("test").args(args).line().unwrap()
    }

    pub(crate) fn spec<'a>(&'a self, index: &'a Path) -> CommitSpec<'a> {
        CommitSpec {
            run: &self.run,
            worktree: &self.tree,
            index,
            start: &self.base,
            merge: None,
            message: None,
            clean: &|text| text.replace("hidden", "[redacted]"),
            fallback: "The title",
            date: Timestamp::from_second(1_800_000_000).unwrap(),
        }
    }

    pub(crate) fn build(&self) -> Result<Built, VcsError> {
        self.vcs.build_commit(&self.spec(&self.index()))
    }

    /// Builds, and lists what the commit changes as `path kind`.
    #[track_caller]
    pub(crate) fn changes(&self) -> Vec<String> {
        let built = self.build().unwrap();
        assert!(built.commit.is_some());
        listed(&built.facts)
    }

    /// Builds, which must fail as unfit.
    #[track_caller]
    pub(crate) fn unfit(&self) -> (FailureClass, String) {
        match self.build() {
            Err(VcsError::Unfit { class, detail }) => (class, detail),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn repo(forge: &TestRepo) -> PathBuf {
    forge.root().join("state/repo.git")
}

pub(crate) fn vcs(forge: &TestRepo) -> GitVcs<'static> {
    vcs_with(forge, git_program())
}

/// The same with another git.
pub(crate) fn vcs_with(forge: &TestRepo, git: PathBuf) -> GitVcs<'static> {
    let remote = Remote::Path(forge.dir().to_owned());
    GitVcs::new(repo(forge), remote, git, clock())
}

pub(crate) fn branch(name: &str) -> BranchName {
    name.parse().unwrap()
}

pub(crate) fn listed(facts: &DiffFacts) -> Vec<String> {
    let files = facts.files.as_ref().unwrap().iter();
    files.map(|f| format!("{} {:?}", f.path, f.kind)).collect()
}
