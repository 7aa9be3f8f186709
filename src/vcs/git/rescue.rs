//! Saving the work of a run that is not published before its worktree goes.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::domain::{RunId, Sha};
use crate::durable::{DurableError, crash_point, create_dirs, move_dir, remove_file};
use crate::git::{Person, commit_tree, is_ancestor, tree_of};
use crate::sys::stats;

use super::files::Files;
use super::remote::has_commit;
use super::{GitVcs, RESCUED, VcsError};

/// What to save, and where to.
pub(super) struct Rescue<'a> {
    pub(super) run: &'a RunId,
    pub(super) worktree: &'a Path,
    pub(super) index: &'a Path,
    pub(super) start: &'a Sha,
    pub(super) published: Option<&'a Sha>,
    pub(super) bundle: &'a Path,
}

impl GitVcs<'_> {
    /// A nested repository is an error here too: its history would be lost, so the worktree has to stay.
    pub(super) fn bundle(&self, rescue: &Rescue<'_>) -> Result<Option<PathBuf>, VcsError> {
        let git = self.git()?;
        let head = match self.head(rescue.worktree)? {
            Some(head) => head,
            None => rescue.start.clone(),
        };
        let tip = self.tip_with_files(rescue, &head)?;
        if self.is_safe(rescue, &head, &tip)? {
            return Ok(None);
        }
        // The ref stays: it keeps the work reachable in the clone, should the bundle ever be lost.
        let name = format!("{RESCUED}{}", rescue.run);
        self.point(&name, &tip)?;
        crash_point("rescue.after_ref");
        let mut temp = rescue.bundle.as_os_str().to_owned();
        temp.push(".tmp");
        let temp = PathBuf::from(temp);
        if let Some(folder) = rescue.bundle.parent() {
            create_dirs(folder)?;
        }
        remove_file(&temp)?;
        git.call("write a bundle")
            .args(["bundle", "create", "--quiet"])
            .arg(&temp)
            .arg(&name)
            .arg(format!("^{}", rescue.start))
            .long()
            .ok()?;
        git.call("verify the bundle")
            .args(["bundle", "verify", "--quiet"])
            .arg(&temp)
            .long()
            .ok()?;
        sync(&temp)?;
        crash_point("rescue.before_move");
        remove_file(rescue.bundle)?;
        move_dir(&temp, rescue.bundle)?;
        Ok(Some(rescue.bundle.to_owned()))
    }

    /// HEAD, or a commit on top of it with the files that are not committed.
    fn tip_with_files(&self, rescue: &Rescue<'_>, head: &Sha) -> Result<Sha, VcsError> {
        let there = rescue.worktree.symlink_metadata();
        if !there.is_ok_and(|meta| meta.is_dir()) {
            return Ok(head.clone());
        }
        let files = Files {
            git: &self.git,
            worktree: rescue.worktree,
            index: rescue.index,
            start: rescue.start,
        };
        let tree = files.tree(head, true)?;
        if tree == tree_of(&self.git, head)? {
            return Ok(head.clone());
        }
        let acp = Person::new("acp", "acp@localhost", self.git.clock().now());
        let message = format!("Files that were not committed\n\nAcp-Run: {}\n", rescue.run);
        Ok(commit_tree(
            &self.git,
            &tree,
            &[head],
            &message,
            &acp,
            &acp,
        )?)
    }

    /// Whether start and the published commit hold everything: no file and no commit of the agent's would be lost. One
    /// commit of the agent's whose files are exactly those that were published is no loss.
    fn is_safe(&self, rescue: &Rescue<'_>, head: &Sha, tip: &Sha) -> Result<bool, VcsError> {
        if is_ancestor(&self.git, tip, rescue.start)? {
            return Ok(true);
        }
        let Some(published) = rescue.published else {
            return Ok(false);
        };
        if !has_commit(&self.git, published)? {
            return Ok(false);
        }
        if is_ancestor(&self.git, tip, published)? {
            return Ok(true);
        }
        let published_tree = tree_of(&self.git, published)?;
        if tree_of(&self.git, tip)? != published_tree {
            return Ok(false);
        }
        let own = self
            .git
            .call("count the agent's commits")
            .args(["rev-list", "--count", "--max-count=2"])
            .args([
                head.as_str(),
                "--not",
                rescue.start.as_str(),
                published.as_str(),
            ])
            .line()?;
        let nothing_between = own == "1" && tree_of(&self.git, head)? == published_tree;
        Ok(own == "0" || nothing_between)
    }
}

/// git does not sync a bundle, and the worktree goes next.
fn sync(path: &Path) -> Result<(), VcsError> {
    stats::FSYNCS.add_one();
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| {
        VcsError::Durable(DurableError::Io {
            doing: "sync",
            path: path.to_owned(),
            source,
        })
    })
}
