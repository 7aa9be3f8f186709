//! The port on the git program, with a bare repository that acp shares with the agents' worktrees.
//!
//! Agents run under acp's own user, so everything in the repository can have been changed by them. Each operation puts
//! the repository in order first ([`restore`]), names repository, files and index explicitly, and believes only in
//! objects (their names are their content) and in the files of the worktree, which are the result.

mod commit;
mod files;
mod http_remote;
mod message;
mod remote;
mod rescue;
mod walk;
mod worktree;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::domain::{BranchName, FailureClass, RunId, Sha};
use crate::durable::{folder_names, read_file, write_quick};
use crate::git::{
    Git, GitError, clone_bare, flaw_of_bundle, is_ancestor, is_in_order, list_below, list_heads,
    list_loose_heads, restore, without_commit,
};
use crate::sys::Clock;

use super::{Built, CommitSpec, Pushed, Survey, Vcs, VcsError, WorktreeLeft};

pub use http_remote::{HttpRemote, Password};

/// Where the refs are that hold saved work, by the run that it is of.
const RESCUED: &str = "refs/acp/rescue/";
/// Where the forge's branches are once something was fetched from it.
const FETCHED: &str = "refs/remotes/forge/";
/// In the repository's folder: which program has been asked for its version, and is new enough.
const VERSION_MARK: &str = "acp-git-version";
/// More than [`Git::identity`] ever is.
const MARK_BYTES_MAX: u64 = 16 * 1024;

/// Where the repository comes from and results go to.
#[derive(Debug, Clone)]
pub enum Remote {
    /// A bare repository on this machine, with its refs in the files format.
    Path(PathBuf),
    /// A repository behind HTTP.
    Http(HttpRemote),
}

/// acp's clone of one repository.
pub struct GitVcs<'a> {
    git: Git<'a>,
    remote: Remote,
    checked: OnceLock<()>,
}

impl<'a> GitVcs<'a> {
    /// The clone at `repo`, which [`Vcs::prepare`] makes from `remote`. `program` is git, best as a full path.
    pub fn new(repo: PathBuf, remote: Remote, program: PathBuf, clock: &'a dyn Clock) -> Self {
        Self {
            git: Git::new(program, repo, clock),
            remote,
            checked: OnceLock::new(),
        }
    }

    /// git, once it is known to be new enough and the repository is in order.
    fn git(&self) -> Result<&Git<'a>, VcsError> {
        restore(self.git.dir())?;
        if self.checked.get().is_none() {
            self.check_version_once()?;
        }
        Ok(&self.git)
    }

    /// Asks git for its version unless this very program has been asked before: each launch would wait for one process
    /// more. Who forges the mark gets a git that fails later.
    fn check_version_once(&self) -> Result<(), VcsError> {
        let (mark, program) = (self.git.dir().join(VERSION_MARK), self.git.identity());
        let known = read_file(&mark, MARK_BYTES_MAX).ok().flatten();
        if program.is_some() && known.as_deref() == program.as_deref().map(str::as_bytes) {
            let _other_thread_was_first = self.checked.set(());
            return Ok(());
        }
        self.git.check_version()?;
        self.keep_version();
        Ok(())
    }

    /// Notes that git has been asked and is new enough. Without it git is asked again next time.
    fn keep_version(&self) {
        if let Some(program) = self.git.identity() {
            let mark = self.git.dir().join(VERSION_MARK);
            let _asked_again = write_quick(&mark, program.as_bytes());
        }
        let _other_thread_was_first = self.checked.set(());
    }

    /// git's own folder for the worktree at `path`: named after it, since the names of worktrees are unique.
    fn admin(&self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or(OsStr::new("worktree"));
        self.git.dir().join("worktrees").join(name)
    }
}

impl Vcs for GitVcs<'_> {
    fn prepare(&self) -> Result<(), VcsError> {
        if self.git.dir().symlink_metadata().is_err() {
            self.git.check_version()?;
            let to = self.git.dir();
            match &self.remote {
                Remote::Path(from) => clone_bare(&self.git, from, to)?,
                Remote::Http(from) => from.clone_to(&self.git, to)?,
            }
            self.keep_version();
        }
        Ok(restore(self.git.dir())?)
    }

    fn add_worktree(&self, path: &Path, start: &Sha, merge: Option<&Sha>) -> Result<(), VcsError> {
        // Most launches start from a commit that is there. Asking first would cost each of them a process; a commit that
        // is not there says so before anything is checked out.
        let Err(error) = self.make_worktree(path, start, merge) else {
            return Ok(());
        };
        let mut fetched = false;
        for sha in std::iter::once(start).chain(merge) {
            fetched |= self.fetch_if_missing(sha)?;
        }
        if fetched {
            self.make_worktree(path, start, merge)
        } else {
            Err(error)
        }
    }

    fn build_commit(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError> {
        self.build(spec)
    }

    fn keep(&self, branch: &BranchName, sha: &Sha) -> Result<(), VcsError> {
        self.point(&format!("refs/heads/{branch}"), sha)
    }

    fn push(
        &self,
        branch: &BranchName,
        sha: &Sha,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        self.push_to_remote(branch, Some(sha), expect)
    }

    fn delete_branch(&self, branch: &BranchName, expect: &Sha) -> Result<Pushed, VcsError> {
        self.push_to_remote(branch, None, Some(expect))
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
        self.bundle(&rescue::Rescue {
            run,
            worktree,
            index,
            start,
            published,
            bundle,
        })
    }

    fn worktree(&self, path: &Path) -> WorktreeLeft {
        self.left_of_worktree(path)
    }

    fn remove_worktree(&self, path: &Path) -> Result<(), VcsError> {
        self.drop_worktree(path)
    }

    fn survey(&self) -> Result<Survey, VcsError> {
        let dir = self.git.dir();
        if dir.symlink_metadata().is_err() {
            return Ok(Survey::default());
        }
        let worktrees = folder_names(&dir.join("worktrees"))?;
        Ok(Survey {
            branches: list_heads(dir)?.into_keys().collect(),
            made: list_loose_heads(dir)?,
            worktrees: worktrees.into_iter().collect(),
            rescued: list_below(dir, RESCUED)?.into_keys().collect(),
        })
    }

    fn forge_branches(&self, prefix: &str) -> Result<BTreeSet<BranchName>, VcsError> {
        let mut names = BTreeSet::new();
        if let Remote::Path(forge) = &self.remote {
            names.extend(list_heads(forge)?.into_keys());
        }
        let dir = self.git.dir();
        if dir.symlink_metadata().is_ok() {
            names.extend(list_heads(dir)?.into_keys());
            let fetched = list_below(dir, FETCHED)?.into_keys();
            names.extend(fetched.filter_map(|name| BranchName::try_from(name).ok()));
        }
        names.retain(|name| name.as_str().starts_with(prefix));
        Ok(names)
    }

    fn missing(&self, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError> {
        if commits.is_empty() || self.git.dir().symlink_metadata().is_err() {
            return Ok(commits.clone());
        }
        if !is_in_order(self.git.dir()) {
            return Err(VcsError::Git {
                tried: "run git in acp's clone".to_owned(),
                why: "what worked in it has changed its settings, which acp puts back before it works there itself"
                    .to_owned(),
            });
        }
        Ok(without_commit(&self.git, commits)?)
    }

    fn flaw_of_bundle(&self, bundle: &Path) -> Result<Option<String>, VcsError> {
        Ok(flaw_of_bundle(bundle)?.map(str::to_owned))
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, VcsError> {
        Ok(is_ancestor(self.git()?, sha, of)?)
    }
}

impl From<GitError> for VcsError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::NoGit(text) => Self::NoGit(text),
            GitError::Failed { tried, why } => Self::Git { tried, why },
            GitError::Damaged { path, why } => Self::Git {
                tried: format!("use `{path}`"),
                why,
            },
            GitError::Durable(error) => Self::Durable(error),
        }
    }
}

fn unfit(class: FailureClass, detail: impl Into<String>) -> VcsError {
    VcsError::Unfit {
        class,
        detail: detail.into(),
    }
}

/// A path that an agent chose, on one line and without control characters.
fn shown(path: &[u8]) -> String {
    let text = String::from_utf8_lossy(path);
    let clean = text.chars().take(200);
    clean
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
