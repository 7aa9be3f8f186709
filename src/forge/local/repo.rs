//! The bare repository of a local forge. People push to it as to any other, so nothing here assumes who made a commit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{BranchName, DiffFacts, MergeMethod, Mergeable, Sha};
use crate::forge::ForgeError;
use crate::git::{self, Git, Merge, Merged, Person};
use crate::sys::Clock;

/// The trailer that names the run behind a commit.
const RUN_TRAILER: &str = "Acp-Run";
/// The most trailers that a squashed commit keeps.
const TRAILERS_MAX: usize = 50;
/// How much the listing of trailers may hold.
const TRAILER_BYTES_MAX: usize = 1024 * 1024;

/// A repository.
pub(super) struct Repo {
    dir: PathBuf,
    program: PathBuf,
    clock: Arc<dyn Clock>,
}

/// What came of making the commit of a merge.
pub(super) enum Made {
    /// The commit that the base shall point at.
    Commit(Sha),
    /// These files conflict.
    Conflict(Vec<String>),
}

impl Repo {
    /// The repository in the folder `dir`.
    pub(super) fn new(dir: &Path, program: &Path, clock: Arc<dyn Clock>) -> Self {
        Self {
            dir: dir.to_owned(),
            program: program.to_owned(),
            clock,
        }
    }

    fn git(&self) -> Git<'_> {
        Git::new(&self.program, &self.dir, self.clock.as_ref())
    }

    /// A look at many branches that reads each of them once.
    pub(super) fn tips(&self) -> Tips<'_> {
        Tips {
            dir: &self.dir,
            known: RefCell::default(),
        }
    }

    /// The tip of a branch, from git's own files.
    pub(super) fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        Ok(git::read_ref(&self.dir, branch)?)
    }

    /// Whether `sha` is in the history of `of`.
    pub(super) fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, ForgeError> {
        Ok(git::is_ancestor(&self.git(), sha, of)?)
    }

    /// Moves a branch if it is at `old`.
    pub(super) fn swap(
        &self,
        branch: &BranchName,
        new: &Sha,
        old: &Sha,
    ) -> Result<bool, ForgeError> {
        Ok(git::update_ref(&self.git(), branch, Some(new), Some(old))?)
    }

    /// What a change touches.
    pub(super) fn facts(&self, base: &Sha, head: &Sha) -> Result<DiffFacts, ForgeError> {
        Ok(git::diff_facts(&self.git(), base, head)?)
    }

    /// Whether a change can be merged.
    pub(super) fn mergeable(&self, base: &Sha, head: &Sha) -> Result<Mergeable, ForgeError> {
        Ok(git::mergeable(&self.git(), base, head)?)
    }

    /// The trailers of the commits from `base` to `head` that name runs, oldest first, each once.
    pub(super) fn run_trailers(&self, base: &Sha, head: &Sha) -> Result<Vec<String>, ForgeError> {
        let format = format!("--format=%(trailers:key={RUN_TRAILER},unfold=true)");
        let out = self
            .git()
            .call("list the runs of a branch")
            .args(["log", "--reverse", "--no-show-signature"])
            .args([format, format!("{base}..{head}")])
            .output_bytes_max(TRAILER_BYTES_MAX)
            .ok()?;
        let mut trailers: Vec<String> = vec![];
        for line in String::from_utf8_lossy(&out).lines() {
            let line = line.trim();
            if !line.is_empty() && !trailers.iter().any(|there| there == line) {
                trailers.push(line.to_owned());
            }
        }
        trailers.truncate(TRAILERS_MAX);
        Ok(trailers)
    }

    /// Makes the commit of a merge; no branch moves.
    pub(super) fn make_merge(
        &self,
        method: MergeMethod,
        base: &Sha,
        head: &Sha,
        message: &str,
    ) -> Result<Made, ForgeError> {
        let acp = Person::new("acp", "acp@localhost", self.clock.now());
        let merge = Merge {
            base,
            head,
            method,
            message,
            author: &acp,
            committer: &acp,
        };
        Ok(match git::make_merge(&self.git(), &merge)? {
            Merged::Commit(commit) => Made::Commit(commit),
            // A person brought it in with git. There is nothing to add; what the branch has is the result.
            Merged::Nothing => Made::Commit(base.clone()),
            Merged::Conflict { files } => Made::Conflict(files),
        })
    }
}

/// Tips of branches as of about one moment.
pub(super) struct Tips<'a> {
    dir: &'a Path,
    known: RefCell<BTreeMap<BranchName, Option<Sha>>>,
}

impl Tips<'_> {
    /// The tip of a branch.
    pub(super) fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        if let Some(tip) = self.known.borrow().get(branch) {
            return Ok(tip.clone());
        }
        let tip = git::read_ref(self.dir, branch)?;
        let mut known = self.known.borrow_mut();
        known.insert(branch.clone(), tip.clone());
        Ok(tip)
    }
}
