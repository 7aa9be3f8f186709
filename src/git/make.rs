//! Commits made without a worktree: a single one, and the three ways to merge a pull request.

use jiff::Timestamp;

use crate::domain::{MergeMethod, Sha};

use super::merge::merge_base;
use super::{Git, GitError, Joined, join};

/// How many commits a rebase may replay.
const REPLAY_MAX: usize = 500;
/// How much the listing of these commits may hold: their messages, mostly.
const LISTING_BYTES_MAX: usize = 32 * 1024 * 1024;

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

    fn raw(name: &str, email: &str, when: &str) -> Self {
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

/// The tree of a commit.
pub fn tree_of(git: &Git<'_>, commit: &Sha) -> Result<Sha, GitError> {
    git.call("look up a commit")
        .args(["rev-parse", "--verify", "--end-of-options"])
        .arg(format!("{commit}^{{tree}}"))
        .sha()
}

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

/// A commit to be replayed.
struct Old {
    tree: Sha,
    parents: Vec<Sha>,
    author: Person,
    message: String,
}

/// Writes the commits of the head anew on top of the base. Merge commits are left out; where one of them resolved a
/// conflict, so that the files would end up different from those of `tree`, the result is a conflict.
fn replay(git: &Git<'_>, merge: &Merge<'_>, tree: &Sha) -> Result<Merged, GitError> {
    let mut tip = merge.base.clone();
    let mut tip_tree = tree_of(git, merge.base)?;
    for old in commits_between(git, merge.base, merge.head)? {
        let [parent] = old.parents.as_slice() else {
            continue;
        };
        let parent_tree = tree_of(git, parent)?;
        let new_tree = if parent_tree == tip_tree {
            old.tree
        } else {
            match join_trees(git, &parent_tree, &tip_tree, &old.tree)? {
                Joined::Clean { tree } => tree,
                Joined::Conflict { files, .. } => return Ok(Merged::Conflict { files }),
                Joined::Unrelated => return Ok(Merged::Conflict { files: vec![] }),
            }
        };
        if new_tree == tip_tree {
            continue;
        }
        tip = commit_tree(
            git,
            &new_tree,
            &[&tip],
            &old.message,
            &old.author,
            merge.committer,
        )?;
        tip_tree = new_tree;
    }
    if tip_tree != *tree {
        return Ok(Merged::Conflict { files: vec![] });
    }
    if tip == *merge.base {
        return Ok(Merged::Nothing);
    }
    Ok(Merged::Commit(tip))
}

/// Three-way merge of trees. git learned to be told the merge base only in 2.40; three commits that nothing refers to
/// say the same to every version.
fn join_trees(git: &Git<'_>, base: &Sha, ours: &Sha, theirs: &Sha) -> Result<Joined, GitError> {
    let acp = Person::new("acp", "acp@localhost", Timestamp::UNIX_EPOCH);
    let commit = |tree: &Sha, parents: &[&Sha], name: &str| {
        commit_tree(git, tree, parents, name, &acp, &acp)
    };
    let base = commit(base, &[], "base")?;
    let ours = commit(ours, &[&base], "ours")?;
    let theirs = commit(theirs, &[&base], "theirs")?;
    join(git, &ours, &theirs)
}

fn commits_between(git: &Git<'_>, base: &Sha, head: &Sha) -> Result<Vec<Old>, GitError> {
    const TRIED: &str = "list the commits to rebase";
    let out = git
        .call(TRIED)
        .args([
            "log",
            "-z",
            "--reverse",
            "--topo-order",
            "--date=raw",
            "--encoding=UTF-8",
            "--no-show-signature",
        ])
        .arg("--format=tformat:%T%x00%P%x00%an%x00%ae%x00%ad%x00%B")
        .arg(format!("--max-count={}", REPLAY_MAX + 1))
        .arg(format!("{base}..{head}"))
        .output_bytes_max(LISTING_BYTES_MAX)
        .ok()?;
    let text = String::from_utf8_lossy(&out);
    let fields: Vec<&str> = text.split('\0').collect();
    let parse = |f: &[&str]| -> Option<Old> {
        let parents: Result<_, _> = f[1].split_whitespace().map(str::parse).collect();
        Some(Old {
            tree: f[0].parse().ok()?,
            parents: parents.ok()?,
            author: Person::raw(f[2], f[3], f[4]),
            message: f[5].to_owned(),
        })
    };
    let commits: Option<Vec<Old>> = fields.chunks_exact(6).map(parse).collect();
    match commits {
        Some(commits) if commits.len() > REPLAY_MAX => Err(GitError::failed(
            "rebase",
            &format!("there are more than {REPLAY_MAX} commits; squash or merge instead"),
        )),
        Some(commits) => Ok(commits),
        None => Err(GitError::failed(TRIED, "git's listing has another form")),
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn names_that_git_would_refuse_are_replaced() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Person::new("<>\n", "a<b>", at).name, "unknown");
        assert_eq!(Person::new("...", "", at).name, "unknown");
        assert_eq!(Person::new("Zoë", "a<b>\n", at).email, "ab");
    }
}
