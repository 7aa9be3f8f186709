//! The three ways to merge a pull request, made without a worktree.

use crate::domain::{MergeMethod, Sha};

use super::merge::merge_base;
use super::replay::replay;
use super::{Git, GitError, Joined, Person, commit_tree, join, tree_of};

/// A merge to be made.
#[derive(Debug, Clone)]
pub struct Merge<'a> {
    /// The tip of the base branch.
    pub base: &'a Sha,
    /// The head of the pull request.
    pub head: &'a Sha,
    /// How.
    pub method: MergeMethod,
    /// The message of the squashed or the merge commit; a rebase keeps the messages that there are.
    pub message: &'a str,
    /// The author of the squashed or the merge commit; a rebase keeps the authors that there are.
    pub author: &'a Person,
    /// The committer of all new commits.
    pub committer: &'a Person,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// The commit that the base branch should point at.
    Commit(Sha),
    /// The base has everything already.
    Nothing,
    /// It conflicts.
    Conflict {
        /// In these files; empty when the histories, not the files, do not fit.
        files: Vec<String>,
    },
}

/// Makes the commits of a merge. No ref is moved.
pub fn make_merge(git: &Git<'_>, merge: &Merge<'_>) -> Result<Merged, GitError> {
    let tree = match join(git, merge.base, merge.head)? {
        Joined::Clean { tree } => tree,
        Joined::Conflict { files, .. } => return Ok(Merged::Conflict { files }),
        Joined::Unrelated => return Ok(Merged::Conflict { files: vec![] }),
    };
    if merge_base(git, merge.base, merge.head)?.as_ref() == Some(merge.head) {
        return Ok(Merged::Nothing);
    }
    let parents: &[&Sha] = match merge.method {
        MergeMethod::Rebase => return replay(git, merge, &tree),
        MergeMethod::Merge => &[merge.base, merge.head],
        MergeMethod::Squash if tree == tree_of(git, merge.base)? => return Ok(Merged::Nothing),
        MergeMethod::Squash => &[merge.base],
    };
    commit_tree(
        git,
        &tree,
        parents,
        merge.message,
        merge.author,
        merge.committer,
    )
    .map(Merged::Commit)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::git::testing::TestRepo;

    fn merge(repo: &TestRepo, method: MergeMethod, base: &Sha, head: &Sha) -> Merged {
        let bob = Person::new(
            "Bob <x>\n",
            "bob@example.org",
            Timestamp::from_second(5).unwrap(),
        );
        let merge = Merge {
            base,
            head,
            method,
            message: "Title (#1)\n\nBody",
            author: &bob,
            committer: &bob,
        };
        let once = make_merge(&repo.git(), &merge).unwrap();
        assert_eq!(
            make_merge(&repo.git(), &merge).unwrap(),
            once,
            "the same again"
        );
        once
    }

    fn log(repo: &TestRepo, merged: &Merged) -> String {
        let Merged::Commit(tip) = merged else {
            panic!("{merged:?}")
        };
        repo.run(&[
            "log",
            "--graph",
            "--format=%s|%an|%cn %cd",
            "--date=raw",
            tip.as_str(),
        ])
    }

    use MergeMethod::{Merge as Join, Rebase, Squash};

    #[test]
    fn the_three_methods_make_their_kind_of_history() {
        let repo = TestRepo::new();
        let fork = repo.commit("main", None, &[("a", "1\n"), ("b", "1\n")]);
        let one = repo.commit("topic", Some(&fork), &[("b", "2\n")]);
        let two = repo.commit("topic", Some(&one), &[("c", "3\n")]);
        let base = repo.commit("main", Some(&fork), &[("a", "2\n")]);
        let squashed = log(&repo, &merge(&repo, Squash, &base, &two));
        assert_eq!(
            squashed,
            "* Title (#1)|Bob x|Bob x 5 +0000\n* commit on main: a|Ada|Ada 1700000000 +0100\n\
             * commit on main: a b|Ada|Ada 1700000000 +0100"
        );
        let rebased = log(&repo, &merge(&repo, Rebase, &base, &two));
        assert!(
            rebased.starts_with("* commit on topic: c|Ada|Bob x 5 +0000\n* commit on topic: b|Ada|Bob x 5 +0000\n* commit on main: a|"),
            "{rebased}"
        );
        let joined = log(&repo, &merge(&repo, Join, &base, &two));
        assert!(
            joined.starts_with("*   Title (#1)|Bob x|Bob x 5 +0000\n|\\"),
            "{joined}"
        );
        for method in [Squash, Rebase, Join] {
            let Merged::Commit(tip) = merge(&repo, method, &base, &two) else {
                panic!()
            };
            let files =
                ["a", "b", "c"].map(|f| repo.run(&["cat-file", "-p", &format!("{tip}:{f}")]));
            assert_eq!(files, ["2", "2", "3"]);
            assert_eq!(merge(&repo, method, &two, &one), Merged::Nothing);
            assert!(
                matches!(merge(&repo, method, &one, &two), Merged::Commit(_)),
                "fast forward"
            );
        }
    }

    #[test]
    fn conflicts_name_their_files_and_make_nothing() {
        let repo = TestRepo::new();
        let fork = repo.commit("main", None, &[("a", "1\n")]);
        let head = repo.commit("topic", Some(&fork), &[("a", "2\n")]);
        let base = repo.commit("main", Some(&fork), &[("a", "3\n")]);
        let stranger = repo.commit("other", None, &[("z", "3\n")]);
        for method in [Squash, Rebase, Join] {
            let files = vec!["a".to_owned()];
            assert_eq!(
                merge(&repo, method, &base, &head),
                Merged::Conflict { files }
            );
            let files = vec![];
            assert_eq!(
                merge(&repo, method, &base, &stranger),
                Merged::Conflict { files }
            );
        }
    }

    #[test]
    fn a_rebase_does_not_lose_what_a_merge_commit_resolved() {
        let repo = TestRepo::new();
        let fork = repo.commit("main", None, &[("a", "1\n")]);
        let one = repo.commit("topic", Some(&fork), &[("a", "2\n")]);
        let base = repo.commit("main", Some(&fork), &[("a", "3\n")]);
        let joined = repo.commit_bytes("topic", &[&one, &base], &[("100644", b"a", b"2 and 3\n")]);
        assert!(matches!(
            merge(&repo, Rebase, &base, &joined),
            Merged::Conflict { .. }
        ));
        assert!(matches!(
            merge(&repo, Squash, &base, &joined),
            Merged::Commit(_)
        ));
        // A merge commit that resolved nothing is left out.
        let other = repo.commit("t2", Some(&fork), &[("b", "2\n")]);
        let both = repo.commit_bytes("t2", &[&other, &base], &[("100644", b"a", b"3\n")]);
        assert!(log(&repo, &merge(&repo, Rebase, &base, &both)).starts_with("* commit on t2: b"));
    }

    #[test]
    fn commits_that_the_base_has_already_vanish_in_a_rebase() {
        let repo = TestRepo::new();
        let fork = repo.commit("main", None, &[("a", "1\n")]);
        let head = repo.commit("topic", Some(&fork), &[("b", "2\n")]);
        let base = repo.commit("main", Some(&fork), &[("b", "2\n")]);
        let next = repo.commit("main", Some(&base), &[("c", "2\n")]);
        for method in [Squash, Rebase] {
            assert_eq!(merge(&repo, method, &next, &head), Merged::Nothing);
        }
    }
}
