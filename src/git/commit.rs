//! Single commits, made without a worktree.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::Sha;

use super::{Git, GitError};

/// Who made a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    name: String,
    email: String,
    when: String,
}

impl Person {
    /// `name` and `email` lose what git would not take; `at` is written in UTC.
    pub fn new(name: &str, email: &str, at: Timestamp) -> Self {
        Self::raw(name, email, &format!("{} +0000", at.as_second().max(0)))
    }

    pub(super) fn raw(name: &str, email: &str, when: &str) -> Self {
        let keep = |c: &char| !c.is_control() && !matches!(c, '<' | '>');
        let name: String = name.trim().chars().filter(keep).collect();
        let named = name.chars().any(char::is_alphanumeric);
        Self {
            name: if named { name } else { "unknown".to_owned() },
            email: email.trim().chars().filter(keep).collect(),
            when: format!("@{when}"),
        }
    }
}

/// Writes the commit of `tree` with these parents. It is on no branch yet. The same arguments give the same commit.
pub fn commit_tree(
    git: &Git<'_>,
    tree: &Sha,
    parents: &[&Sha],
    message: &str,
    author: &Person,
    committer: &Person,
) -> Result<Sha, GitError> {
    let mut call = git
        .call("write a commit")
        .args(["commit-tree", tree.as_str()]);
    for parent in parents {
        call = call.args(["-p", parent.as_str()]);
    }
    call.env("GIT_AUTHOR_NAME", &author.name)
        .env("GIT_AUTHOR_EMAIL", &author.email)
        .env("GIT_AUTHOR_DATE", &author.when)
        .env("GIT_COMMITTER_NAME", &committer.name)
        .env("GIT_COMMITTER_EMAIL", &committer.email)
        .env("GIT_COMMITTER_DATE", &committer.when)
        .input(message)
        .sha()
}

/// Those of `commits` that the repository does not have, found by one process.
pub fn without_commit(git: &Git<'_>, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, GitError> {
    let names: String = commits
        .iter()
        .flat_map(|sha| [sha.as_str(), "\n"])
        .collect();
    let out = git
        .call("look for commits")
        .args(["cat-file", "--batch-check=%(objectname) %(objecttype)"])
        .input(names)
        .long()
        .ok()?;
    let text = String::from_utf8_lossy(&out);
    let there = text.lines().filter_map(|line| line.strip_suffix(" commit"));
    let there: BTreeSet<Sha> = there.filter_map(|name| name.parse().ok()).collect();
    Ok(commits.difference(&there).cloned().collect())
}

/// The tree of a commit.
pub fn tree_of(git: &Git<'_>, commit: &Sha) -> Result<Sha, GitError> {
    git.call("look up a commit")
        .args(["rev-parse", "--verify", "--end-of-options"])
        .arg(format!("{commit}^{{tree}}"))
        .sha()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::TestRepo;

    #[test]
    fn names_that_git_would_refuse_are_replaced() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Person::new("<>\n", "a<b>", at).name, "unknown");
        assert_eq!(Person::new("...", "", at).name, "unknown");
        assert_eq!(Person::new("Zoë", "a<b>\n", at).email, "ab");
        let repo = TestRepo::new();
        let base = repo.commit("main", None, &[("a", "1")]);
        let tree = tree_of(&repo.git(), &base).unwrap();
        let nobody = Person::new("\n", "<>", Timestamp::MIN);
        let commit = commit_tree(&repo.git(), &tree, &[&base], "", &nobody, &nobody).unwrap();
        let shown = repo.run(&["log", "-1", "--format=%an <%ae> %at", commit.as_str()]);
        assert_eq!(shown, "unknown <> 0");
    }
}
