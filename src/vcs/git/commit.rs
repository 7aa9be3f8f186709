//! The one commit of a run.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::domain::{DiffFacts, FailureClass, Sha};
use crate::durable::read_file;
use crate::git::{Git, Person, commit_tree, diff_facts, is_ancestor, tree_of};

use super::files::Files;
use super::message::{MESSAGE_BYTES_MAX, commit_message, subject};
use super::walk::FILE_BYTES_MAX;
use super::{Built, CommitSpec, GitVcs, VcsError, shown, unfit};

impl GitVcs<'_> {
    pub(super) fn build(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError> {
        let git = self.git()?;
        let head = self.sound_head(spec.worktree, spec.start)?;
        let files = Files {
            git,
            worktree: spec.worktree,
            index: spec.index,
            start: spec.start,
        };
        let tree = files.tree(spec.start, false)?;
        let message = self.message(spec, &head)?;
        if tree == tree_of(git, spec.start)? {
            return Ok(Built {
                commit: None,
                subject: subject(&message),
                facts: DiffFacts {
                    files: Some(vec![]),
                    ddl: Some(false),
                    secrets: Some(vec![]),
                },
            });
        }
        if let Some(merge) = spec.merge {
            refuse_markers(git, spec, merge, &tree)?;
        }
        let acp = Person::new("acp", "acp@localhost", spec.date);
        let parents: Vec<&Sha> = std::iter::once(spec.start).chain(spec.merge).collect();
        let commit = commit_tree(git, &tree, &parents, &message, &acp, &acp)?;
        // With the base merged in, what the base brought is not the run's. Whatever the branch or the agent has changed,
        // or taken back, differs from the base.
        let facts = diff_facts(git, spec.merge.unwrap_or(spec.start), &commit)?;
        refuse_own_files(&facts)?;
        Ok(Built {
            commit: Some(commit),
            subject: subject(&message),
            facts,
        })
    }

    /// HEAD of the worktree, which must descend from the start.
    fn sound_head(&self, worktree: &Path, start: &Sha) -> Result<Sha, VcsError> {
        let moved = |detail: String| unfit(FailureClass::HeadMoved, detail);
        let Some(head) = self.head(worktree)? else {
            let text = "HEAD of the worktree is at no commit of the repository";
            return Err(moved(text.to_owned()));
        };
        if !is_ancestor(&self.git, start, &head)? {
            let text = format!(
                "HEAD of the worktree ({}) does not descend from the start ({})",
                head.short(),
                start.short()
            );
            return Err(moved(text));
        }
        Ok(head)
    }

    fn message(&self, spec: &CommitSpec<'_>, head: &Sha) -> Result<String, VcsError> {
        let of_agent = if head == spec.start {
            None
        } else {
            Some((spec.clean)(&last_message(&self.git, head)?))
        };
        let candidates = [spec.message, of_agent.as_deref(), Some(spec.fallback)];
        Ok(commit_message(candidates, spec.run))
    }
}

fn last_message(git: &Git<'_>, commit: &Sha) -> Result<String, VcsError> {
    let ran = git
        .call("read the agent's message")
        .args([
            "log",
            "--max-count=1",
            "--format=%B",
            "--encoding=UTF-8",
            "--no-show-signature",
        ])
        .arg(commit.as_str())
        .output_bytes_max(4 * MESSAGE_BYTES_MAX)
        .run()?;
    match ran.code() {
        Some(0) => Ok(String::from_utf8_lossy(ran.stdout()).into_owned()),
        _ => Err(ran.error().into()),
    }
}

/// Looks for conflict markers in the files that differ from both sides: only there did anybody have to decide.
fn refuse_markers(
    git: &Git<'_>,
    spec: &CommitSpec<'_>,
    merge: &Sha,
    tree: &Sha,
) -> Result<(), VcsError> {
    let from_start = changed(git, spec.start, tree)?;
    let from_merge = changed(git, merge, tree)?;
    for path in from_start.intersection(&from_merge) {
        let file = spec.worktree.join(OsStr::from_bytes(path));
        if !file.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
            continue;
        }
        let text = read_file(&file, FILE_BYTES_MAX)?.unwrap_or_default();
        if has_markers(&text) {
            let detail = format!("conflict markers are left in `{}`", shown(path));
            return Err(unfit(FailureClass::ConflictLeft, detail));
        }
    }
    Ok(())
}

fn changed(git: &Git<'_>, from: &Sha, to: &Sha) -> Result<BTreeSet<Vec<u8>>, VcsError> {
    let out = git
        .call("compare the files")
        .args([
            "diff-tree",
            "-r",
            "-z",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
        ])
        .args([from.as_str(), to.as_str()])
        .ok()?;
    let paths = out.split(|b| *b == 0).filter(|path| !path.is_empty());
    Ok(paths.map(<[u8]>::to_vec).collect())
}

/// Both ends of a conflict: at least seven of the sign, then a label.
fn has_markers(text: &[u8]) -> bool {
    let is = |line: &[u8], sign: u8| {
        let count = line.iter().take_while(|b| **b == sign).count();
        count >= 7 && line.get(count) == Some(&b' ')
    };
    let mut lines = text.split(|b| *b == b'\n');
    lines.any(|line| is(line, b'<')) && lines.any(|line| is(line, b'>'))
}

/// The folder through which acp and the agent talk is never published.
fn refuse_own_files(facts: &DiffFacts) -> Result<(), VcsError> {
    let own = |name: &str| name == ".acp" || name.starts_with(".acp/");
    match &facts.files {
        Some(files) if files.iter().any(|file| file.names().any(own)) => Err(unfit(
            FailureClass::BrokenContract,
            "the result changes `.acp/`, which belongs to acp",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_need_both_ends_and_a_label() {
        assert!(has_markers(b"a\n<<<<<<< x\nb\n=======\nc\n>>>>>>> y\n"));
        assert!(has_markers(b"<<<<<<<<<< x\n>>>>>>>>>> y"));
        for text in [
            "Title\n=======\n",
            "<<<<<<< x\n",
            ">>>>>>> y\n<<<<<<< x\n",
            " <<<<<<< x\n >>>>>>> y",
            "<<<<<<<\n>>>>>>>\n",
        ] {
            assert!(!has_markers(text.as_bytes()), "{text}");
        }
    }
}
