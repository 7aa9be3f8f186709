//! Worktrees: made, looked up, removed.

use std::path::{Path, PathBuf};

use crate::domain::Sha;
use crate::durable::{crash_point, create_dirs, move_dir, remove_tree};
use crate::git::{
    Git, Head, Joined, check_out, join, read_head, record_worktree, remove_stale_locks,
};

use super::{GitVcs, VcsError};
use crate::vcs::WorktreeLeft;

impl GitVcs<'_> {
    /// Callers hold the `repo` lock, so what is left at the path or in git's folder for it is of a launch that died.
    pub(super) fn make_worktree(
        &self,
        path: &Path,
        start: &Sha,
        merge: Option<&Sha>,
    ) -> Result<(), VcsError> {
        let git = self.git()?;
        remove_stale_locks(git.dir(), git.clock())?;
        let admin = self.admin(path);
        remove_tree(path)?;
        remove_tree(&moved_away(path))?;
        remove_tree(&admin)?;
        if let Some(folder) = path.parent() {
            create_dirs(folder)?;
        }
        // The merged files come without `git merge`, so that there is no merge under way that an agent could abort, and
        // with it everything that came from the base.
        let tree = match merge {
            Some(merge) => merged(git, start, merge)?,
            None => start.clone(),
        };
        record_worktree(&admin, path, start)?;
        crash_point("worktree.recorded");
        check_out(git, &admin, path, &tree)?;
        crash_point("worktree.after_add");
        Ok(())
    }

    pub(super) fn left_of_worktree(&self, path: &Path) -> WorktreeLeft {
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        if is_there(path) {
            WorktreeLeft::Files
        } else if is_there(&moved_away(path)) || is_there(&self.admin(path)) {
            WorktreeLeft::Remains
        } else {
            WorktreeLeft::Nothing
        }
    }

    /// Works also when the worktree is gone, half removed, or no longer knows that it is one. It goes out of sight in one
    /// step first: half a worktree under its own name would look like one whose other half an agent has deleted, and
    /// would be saved as that over what was saved of the whole.
    pub(super) fn drop_worktree(&self, path: &Path) -> Result<(), VcsError> {
        let away = moved_away(path);
        if path.symlink_metadata().is_ok() {
            remove_tree(&away)?;
            move_dir(path, &away)?;
        }
        remove_tree(&away)?;
        crash_point("worktree.before_forget");
        remove_tree(&self.admin(path))?;
        if self.git.dir().is_dir() {
            // Worktrees that the agent added inside of its own. Ours are locked and stay.
            self.git()?
                .call("forget removed worktrees")
                .args(["worktree", "prune", "--expire=now"])
                .ok()?;
        }
        Ok(())
    }

    /// The commit that HEAD of a worktree is at, read from the repository's side: what the worktree says about itself is
    /// the agent's. `None` when it is at none.
    pub(super) fn head(&self, worktree: &Path) -> Result<Option<Sha>, VcsError> {
        let name = match read_head(&self.admin(worktree)) {
            Ok(Some(Head::Detached(sha))) => sha.to_string(),
            Ok(Some(Head::Ref(name))) => name,
            Ok(None) | Err(_) => return Ok(None),
        };
        let ran = self
            .git
            .call("look up HEAD")
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .run()?;
        let text = String::from_utf8_lossy(ran.stdout()).trim().to_owned();
        Ok(text.parse().ok().filter(|_| ran.code() == Some(0)))
    }
}

/// The files of both commits, with markers where they conflict.
fn merged(git: &Git<'_>, start: &Sha, merge: &Sha) -> Result<Sha, VcsError> {
    match join(git, start, merge)? {
        Joined::Clean { tree } | Joined::Conflict { tree, .. } => Ok(tree),
        Joined::Unrelated => Err(VcsError::Git {
            tried: "merge the base branch".to_owned(),
            why: "the two have no common history".to_owned(),
        }),
    }
}

/// Where a worktree is while it is removed.
fn moved_away(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".gone-");
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}
