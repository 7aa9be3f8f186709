//! A rebase without a worktree: the commits of a pull request once more, on top of its base.

use jiff::Timestamp;

use crate::domain::Sha;

use super::{Git, GitError, Joined, Merge, Merged, Person, commit_tree, join, tree_of};

/// How many commits a rebase may replay.
const REPLAY_MAX: usize = 500;
/// How much the listing of these commits may hold: their messages, mostly.
const LISTING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A commit to be replayed.
struct Old {
    tree: Sha,
    parents: Vec<Sha>,
    author: Person,
    message: String,
}

/// Writes the commits of the head anew on top of the base. Merge commits are left out; where one of them resolved a
/// conflict, so that the files would end up different from those of `tree`, the result is a conflict.
pub(super) fn replay(git: &Git<'_>, merge: &Merge<'_>, tree: &Sha) -> Result<Merged, GitError> {
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
