//! A worktree as git's layout of a repository describes it: git's record of it, and its files.
//!
//! `git worktree add` would be two processes that look for a branch to be on, take a commit's name apart, and reset what
//! was never changed. acp knows all of that already.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::domain::Sha;
use crate::durable::{create_quick_dir, write_quick, write_synced};

use super::{Git, GitError};

/// In git's record of a worktree: neither an agent's `git worktree prune` nor its `git gc` takes it for abandoned.
const LOCKED: &[u8] = b"a run of acp\n";

/// Writes git's record of the worktree at `path` into `admin` (`worktrees/<name>` of the repository), with HEAD at
/// `head`, and the file at `path` that leads there. Neither exists before, the folder above `path` does, and both are
/// absolute. One fsync, as git has it: nobody works in the files after a power cut, but HEAD tells what was committed.
///
/// # Errors
/// `Durable` when the operating system refuses.
pub fn record_worktree(admin: &Path, path: &Path, head: &Sha) -> Result<(), GitError> {
    let pointer = path.join(".git");
    for folder in admin.parent().into_iter().chain([admin, path]) {
        create_quick_dir(folder)?;
    }
    // First, since a prune in between would remove it.
    write_quick(&admin.join("locked"), LOCKED)?;
    write_quick(&admin.join("commondir"), b"../..\n")?;
    write_quick(&admin.join("gitdir"), &line("", pointer.as_os_str()))?;
    write_synced(&admin.join("HEAD"), format!("{head}\n").as_bytes())?;
    write_quick(&pointer, &line("gitdir: ", admin.as_os_str()))?;
    Ok(())
}

/// Makes the files of the worktree at `path`, recorded at `admin`, those of `tree` (a tree or a commit), and its index.
/// What is not there is an error before anything is changed.
///
/// # Errors
/// `Failed` with git's words.
pub fn check_out(git: &Git<'_>, admin: &Path, path: &Path, tree: &Sha) -> Result<(), GitError> {
    git.at(admin)
        .call("check out a worktree")
        .files(path, &admin.join("index"))
        .args(["read-tree", "--reset", "-u", tree.as_str()])
        .long()
        .ok()?;
    Ok(())
}

fn line(before: &str, path: &OsStr) -> Vec<u8> {
    [before.as_bytes(), path.as_bytes(), b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::{TestRepo, shell};

    #[test]
    fn git_takes_it_for_a_worktree_of_its_own() {
        let repo = TestRepo::new();
        let tip = repo.commit("main", None, &[("a", "1\n"), ("dir/b c", "2\n")]);
        let admin = repo.dir().join("worktrees/one");
        let path = repo.root().join("trees/one");
        create_quick_dir(&repo.root().join("trees")).unwrap();
        record_worktree(&admin, &path, &tip).unwrap();
        check_out(&repo.git(), &admin, &path, &tip).unwrap();
        assert_eq!(
            shell(&path, "cat a 'dir/b c'; git status --porcelain"),
            "1\n2\n"
        );
        assert_eq!(shell(&path, "git rev-parse HEAD").trim(), tip.as_str());
        assert!(shell(&path, "git symbolic-ref -q HEAD || echo detached").contains("detached"));
        // Neither git's own tidying nor a check of the whole repository finds anything to say.
        shell(
            &path,
            "git worktree prune --expire=now; git worktree repair 2>&1; git fsck --strict 2>&1",
        );
        let listed = repo.run(&["worktree", "list", "--porcelain"]);
        assert!(
            listed.contains(&format!("HEAD {tip}\ndetached\nlocked a run of acp")),
            "{listed}"
        );
        // git itself can go on with it, and take it away.
        shell(
            &path,
            "echo 3 > a; git -c user.name=a -c user.email=a commit -qam next; git worktree unlock .",
        );
        assert_eq!(shell(&path, "git rev-parse HEAD^").trim(), tip.as_str());
        repo.run(&["worktree", "remove", path.to_str().unwrap()]);
        assert!(!path.exists() && !admin.exists());
    }

    #[test]
    fn what_is_not_there_is_not_checked_out() {
        let repo = TestRepo::new();
        let tip = repo.commit("main", None, &[("a", "1\n")]);
        let (admin, path) = (repo.dir().join("worktrees/one"), repo.root().join("one"));
        record_worktree(&admin, &path, &tip).unwrap();
        let absent = "0123456789012345678901234567890123456789".parse().unwrap();
        assert!(check_out(&repo.git(), &admin, &path, &absent).is_err());
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    }
}
