//! Questions about commits, merges of two trees without a worktree, and refs that move only from where they are expected.

use crate::domain::{BranchName, Mergeable, Sha};

use super::{Git, GitError, refs, remove_stale_locks};

/// The result of merging two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// Without a conflict.
    Clean {
        /// The merged files.
        tree: Sha,
    },
    /// With conflicts.
    Conflict {
        /// The merged files, with conflict markers.
        tree: Sha,
        /// The files that conflict; a name that is not UTF-8 is shown with replacement characters.
        files: Vec<String>,
    },
    /// The two have no common ancestor.
    Unrelated,
}

/// Merges `theirs` into `ours` without touching any file or ref.
pub fn join(git: &Git<'_>, ours: &Sha, theirs: &Sha) -> Result<Joined, GitError> {
    let ran = git
        .call("merge")
        .args([
            "merge-tree",
            "--write-tree",
            "-z",
            "--name-only",
            "--no-messages",
        ])
        .args([ours.as_str(), theirs.as_str()])
        .long()
        .run()?;
    let clean = match ran.code() {
        Some(0) => true,
        Some(1) => false,
        _ => {
            return match merge_base(git, ours, theirs) {
                Ok(None) => Ok(Joined::Unrelated),
                _ => Err(ran.error()),
            };
        }
    };
    let mut fields = ran.stdout().split(|b| *b == 0).map(String::from_utf8_lossy);
    let tree: Sha = fields
        .next()
        .and_then(|field| field.trim().parse().ok())
        .ok_or_else(|| GitError::failed("merge", "git named no tree"))?;
    if clean {
        return Ok(Joined::Clean { tree });
    }
    let mut files: Vec<String> = fields
        .filter(|f| !f.is_empty())
        .map(std::borrow::Cow::into_owned)
        .collect();
    files.dedup();
    Ok(Joined::Conflict { tree, files })
}

/// Whether `head` can be merged into `base` without a conflict.
pub fn mergeable(git: &Git<'_>, base: &Sha, head: &Sha) -> Result<Mergeable, GitError> {
    Ok(match join(git, base, head)? {
        Joined::Clean { .. } => Mergeable::Yes,
        Joined::Conflict { .. } | Joined::Unrelated => Mergeable::No,
    })
}

/// Whether `sha` is an ancestor of, or the same as, `of`. Both must be there.
pub fn is_ancestor(git: &Git<'_>, sha: &Sha, of: &Sha) -> Result<bool, GitError> {
    let ran = git
        .call("compare two commits")
        .args(["merge-base", "--is-ancestor", sha.as_str(), of.as_str()])
        .run()?;
    match ran.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(ran.error()),
    }
}

pub(super) fn merge_base(git: &Git<'_>, a: &Sha, b: &Sha) -> Result<Option<Sha>, GitError> {
    let ran = git
        .call("find the merge base")
        .args(["merge-base", a.as_str(), b.as_str()])
        .run()?;
    if ran.code() == Some(1) {
        return Ok(None);
    }
    let out = ran.ok()?;
    let text = String::from_utf8_lossy(&out);
    let sha = text.lines().next().and_then(|line| line.parse().ok());
    sha.map(Some)
        .ok_or_else(|| GitError::failed("find the merge base", "git named no commit"))
}

/// Makes `branch` point at `new` (`None`: removes it) if it is at `old` now (`None`: if it does not exist). `Ok(false)`:
/// it is elsewhere, and nothing was changed. Doing it again after it was done is `Ok(true)`.
pub fn update_ref(
    git: &Git<'_>,
    branch: &BranchName,
    new: Option<&Sha>,
    old: Option<&Sha>,
) -> Result<bool, GitError> {
    let try_once = || {
        let name = format!("refs/heads/{branch}");
        let zeros = |like: &Sha| "0".repeat(like.as_str().len());
        let call = git.call("move a branch").args(["update-ref", "--no-deref"]);
        match (new, old) {
            (Some(new), Some(old)) => call.args([&name, new.as_str(), old.as_str()]).run(),
            (Some(new), None) => call.args([&name, new.as_str(), &zeros(new)]).run(),
            (None, Some(old)) => call.args(["-d", &name, old.as_str()]).run(),
            (None, None) => call.args(["-d", &name]).run(),
        }
    };
    for _ in 0..2 {
        let found = refs::read_ref(git.dir(), branch)?;
        if found.as_ref() == new {
            return Ok(true);
        }
        if found.as_ref() != old {
            return Ok(false);
        }
        let ran = try_once()?;
        if ran.code() == Some(0) {
            return Ok(true);
        }
        // It moved in between, a killed git left a lock, or it really cannot be done.
        let moved = refs::read_ref(git.dir(), branch)? != found;
        if !moved && remove_stale_locks(git.dir(), git.clock())? == 0 {
            return Err(ran.error());
        }
    }
    Ok(refs::read_ref(git.dir(), branch)?.as_ref() == new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::TestRepo;

    #[test]
    fn two_commits_merge_or_conflict() {
        let repo = TestRepo::new();
        let git = repo.git();
        let fork = repo.commit("main", None, &[("a", "1\n2\n3\n"), ("b", "1\n")]);
        let ours = repo.commit("main", Some(&fork), &[("a", "1\n2\nthree\n")]);
        let other_file = repo.commit("t1", Some(&fork), &[("b", "2\n")]);
        let same_line = repo.commit("t2", Some(&fork), &[("a", "1\n2\n3!\n"), ("\n\"", "x")]);
        let unrelated = repo.commit("t3", None, &[("z", "1")]);
        assert!(matches!(
            join(&git, &ours, &other_file).unwrap(),
            Joined::Clean { .. }
        ));
        match join(&git, &ours, &same_line).unwrap() {
            Joined::Conflict { tree, files } => {
                assert_eq!(files, ["a"]);
                let text = repo.run(&["cat-file", "-p", &format!("{tree}:a")]);
                assert!(text.contains("<<<<<<<") && text.contains(">>>>>>>"));
            }
            other => panic!("{other:?}"),
        }
        let answers = [&other_file, &same_line, &unrelated, &fork, &ours]
            .map(|head| mergeable(&git, &ours, head).unwrap());
        let (yes, no) = (Mergeable::Yes, Mergeable::No);
        assert_eq!(answers, [yes, no, no, yes, yes]);
        assert!(is_ancestor(&git, &fork, &ours).unwrap());
        assert!(is_ancestor(&git, &ours, &ours).unwrap());
        assert!(!is_ancestor(&git, &ours, &fork).unwrap());
        let absent: Sha = "0123456789012345678901234567890123456789".parse().unwrap();
        assert!(is_ancestor(&git, &absent, &ours).is_err());
        assert!(mergeable(&git, &ours, &absent).is_err());
    }

    #[test]
    fn a_branch_moves_only_from_where_it_is_expected() {
        let repo = TestRepo::new();
        let git = repo.git();
        let a = repo.commit("main", None, &[("a", "1")]);
        let b = repo.commit("other", Some(&a), &[("a", "2")]);
        let main: BranchName = "main".parse().unwrap();
        assert!(!update_ref(&git, &main, Some(&b), None).unwrap());
        assert!(!update_ref(&git, &main, Some(&b), Some(&b)).is_ok_and(|done| done));
        assert!(update_ref(&git, &main, Some(&b), Some(&a)).unwrap());
        assert!(
            update_ref(&git, &main, Some(&b), Some(&a)).unwrap(),
            "again"
        );
        assert!(!update_ref(&git, &main, None, Some(&a)).unwrap());
        let topic: BranchName = "acp/x".parse().unwrap();
        assert!(update_ref(&git, &topic, Some(&a), None).unwrap());
        assert!(update_ref(&git, &topic, None, Some(&a)).unwrap());
        assert!(update_ref(&git, &topic, None, Some(&a)).unwrap(), "again");
        let blocked: BranchName = "main/x".parse().unwrap();
        assert!(update_ref(&git, &blocked, Some(&a), None).is_err());
    }

    #[test]
    fn a_lock_that_a_killed_git_left_holds_up_no_longer_than_it_may_be_alive() {
        let repo = TestRepo::new();
        let a = repo.commit("main", None, &[("a", "1")]);
        let b = repo.commit("other", Some(&a), &[("a", "2")]);
        let main: BranchName = "main".parse().unwrap();
        let lock = repo.dir().join("refs/heads/main.lock");
        crate::durable::write_atomic(&lock, b"").unwrap();
        let error = update_ref(&repo.git(), &main, Some(&b), Some(&a)).unwrap_err();
        assert!(error.to_string().contains("main.lock"), "{error}");
        let hour_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options()
            .write(true)
            .open(&lock)
            .unwrap()
            .set_modified(hour_ago)
            .unwrap();
        assert!(update_ref(&repo.git(), &main, Some(&b), Some(&a)).unwrap());
        assert!(!lock.exists());
    }
}
