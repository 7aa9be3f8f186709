//! acp's own clone of a repository, its worktrees, and the commits that the host builds from them.

pub mod git;
#[cfg(any(test, feature = "test-hooks"))]
pub mod sim;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::{BranchName, DiffFacts, FailureClass, RunId, Sha};

/// What to build a commit from.
#[derive(Clone)]
pub struct CommitSpec<'a> {
    /// The run, for the `Acp-Run:` trailer.
    pub run: &'a RunId,
    /// The worktree whose files are the result.
    pub worktree: &'a Path,
    /// Where the host keeps its own index for this run.
    pub index: &'a Path,
    /// The commit that the worktree started from; the first parent.
    pub start: &'a Sha,
    /// A second parent: the base commit that was merged in before the agent started.
    pub merge: Option<&'a Sha>,
    /// The message to use when the agent left one, in the order: `commit-message.txt`; else the message of the agent's
    /// last commit; else `fallback`.
    pub message: Option<&'a str>,
    /// Takes secrets and what acp would believe out of a message that an agent gave its own commit: it is published.
    pub clean: &'a dyn Fn(&str) -> String,
    /// The item's title.
    pub fallback: &'a str,
    /// Author and committer date, so that building twice gives the same commit.
    pub date: Timestamp,
}

/// A commit that the host built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The commit; `None` when the files are those of the start.
    pub commit: Option<Sha>,
    /// The first line of its message.
    pub subject: String,
    /// What it touches, from `start`; from `merge` where there is one: what the pull request is against its base.
    pub facts: DiffFacts,
}

/// What a clone holds, for a look at whether that fits what is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Its branches.
    pub branches: BTreeSet<BranchName>,
    /// Those of them that were made in it: none that came with it.
    pub made: BTreeSet<BranchName>,
    /// Names of the worktrees that git has a record of.
    pub worktrees: BTreeSet<String>,
    /// Runs whose saved work a ref of the clone holds as well as a bundle does.
    pub rescued: BTreeSet<String>,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The branch is at the commit now.
    Done,
    /// The branch was not where it was expected to be; nothing was changed.
    Moved {
        /// Where it is.
        found: Option<Sha>,
    },
}

/// A repository operation that did not end well.
#[derive(thiserror::Error, Debug)]
pub enum VcsError {
    /// The worktree must not be published as it is.
    #[error("{detail}")]
    Unfit {
        /// The class of failure that the run ends with.
        class: FailureClass,
        /// One line for people.
        detail: String,
    },
    /// git failed.
    #[error("cannot {tried}: {why}")]
    Git {
        /// What was tried.
        tried: String,
        /// git's words, cut and cleaned.
        why: String,
    },
    /// The forge does not know who asks: the credential is missing, expired or revoked.
    #[error("the forge does not know who wants to {tried}: {why}")]
    Denied {
        /// What was tried.
        tried: String,
        /// The reason, without the credential.
        why: String,
    },
    /// The forge understood and said no; nothing was changed.
    #[error("the forge refused to {tried}: {why}")]
    Refused {
        /// What was tried.
        tried: String,
        /// Its reason.
        why: String,
    },
    /// The forge was not reached, or nothing was to be changed; a later try may succeed.
    #[error("could not {tried}: {why}")]
    Unavailable {
        /// What was tried.
        tried: String,
        /// The reason.
        why: String,
    },
    /// The connection broke: what was to be changed may have been.
    #[error("the answer to {tried} was lost: {why}")]
    Unknown {
        /// What was tried.
        tried: String,
        /// The reason.
        why: String,
    },
    /// git is missing or too old.
    #[error("{0}")]
    NoGit(String),
    /// Files of this machine.
    #[error(transparent)]
    Durable(#[from] crate::durable::DurableError),
}

/// What there is of a worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorktreeLeft {
    /// Nothing.
    Nothing,
    /// Its folder, with everything that was not published or saved yet.
    Files,
    /// What a removal that died has left: nothing in it is of use to anybody.
    Remains,
}

/// acp's own bare clone (`repo.git`) of one repository. Callers hold the `repo` lock for everything that changes it.
pub trait Vcs {
    /// Makes the clone when it is missing, and puts its configuration, hooks and attributes back as acp wrote them.
    fn prepare(&self) -> Result<(), VcsError>;

    /// Adds a worktree at `path` with `start` checked out (detached). With `merge`, that commit is merged into the files
    /// without committing; conflicts stay in the files as markers. A commit that the clone does not have is fetched from
    /// the forge's repository.
    fn add_worktree(&self, path: &Path, start: &Sha, merge: Option<&Sha>) -> Result<(), VcsError>;

    /// Builds the one commit of a run. The agent's own commits, index, HEAD, hooks and configuration are not trusted;
    /// `.acp/` is left out. Fails as `Unfit` when HEAD no longer descends from the start, for a nested repository, a file
    /// over 50 MB, or left conflict markers. Does not move any branch.
    fn build_commit(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError>;

    /// Makes `branch` of the clone point at `sha`, so that the commit stays reachable.
    fn keep(&self, branch: &BranchName, sha: &Sha) -> Result<(), VcsError>;

    /// Makes `branch` of the forge's repository point at `sha`, if it is at `expect` now (`None`: if it does not exist).
    fn push(
        &self,
        branch: &BranchName,
        sha: &Sha,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError>;

    /// Removes `branch` of the forge's repository if it is at `expect`, also when it is gone already.
    fn delete_branch(&self, branch: &BranchName, expect: &Sha) -> Result<Pushed, VcsError>;

    /// Saves what a worktree holds beyond `published` (a commit that is safe elsewhere) into a bundle at `bundle`:
    /// uncommitted files and the agent's own commits. `Ok(None)`: there is nothing to save.
    fn rescue(
        &self,
        run: &RunId,
        worktree: &Path,
        index: &Path,
        start: &Sha,
        published: Option<&Sha>,
        bundle: &Path,
    ) -> Result<Option<PathBuf>, VcsError>;

    /// What there is of a worktree.
    fn worktree(&self, path: &Path) -> WorktreeLeft;

    /// Removes a worktree and git's own record of it. The caller has made sure that nothing is lost. From the first
    /// change on it is [`WorktreeLeft::Remains`], and calling this again goes on.
    fn remove_worktree(&self, path: &Path) -> Result<(), VcsError>;

    /// What the clone holds, read without git; nothing where there is no clone. Changes nothing.
    fn survey(&self) -> Result<Survey, VcsError>;

    /// Branches that begin with `prefix` and are taken: those of the forge, as far as this machine knows of them without
    /// asking it, and the clone's own. Read without git; changes nothing.
    fn forge_branches(&self, prefix: &str) -> Result<BTreeSet<BranchName>, VcsError>;

    /// Those of `commits` that the clone does not have. Changes nothing, so it fails where somebody has changed the settings
    /// of the clone, which everything that may write puts back first.
    fn missing(&self, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError>;

    /// Why a bundle is not as it was written; `None`: it is, or there is none. Changes nothing.
    fn flaw_of_bundle(&self, bundle: &Path) -> Result<Option<String>, VcsError>;

    /// Whether `sha` is an ancestor of, or the same as, `of`.
    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, VcsError>;
}
