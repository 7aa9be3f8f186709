//! The files of a worktree as a tree of git, through an index of the host's own.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::domain::{FailureClass, Sha};
use crate::durable::remove_file;
use crate::git::{Call, Git};

use super::walk::{FILE_BYTES_MAX, Odd, walk};
use super::{VcsError, shown, unfit};

/// How much a listing of a repository's files may hold.
const LIST_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A worktree and the index that the host uses for it.
pub(super) struct Files<'a> {
    pub(super) git: &'a Git<'a>,
    pub(super) worktree: &'a Path,
    pub(super) index: &'a Path,
    /// The commit that the run started from: only its submodules are submodules, others are the agent's repositories.
    pub(super) start: &'a Sha,
}

/// A path of the start commit that stays as it is there, with its line for `update-index --index-info`.
struct Fixed {
    path: Vec<u8>,
    line: Vec<u8>,
}

impl Files<'_> {
    /// The tree of the files in the worktree, built on that of `base`. Left out: what git ignores, `.acp/`, and what is
    /// neither file nor link. The pointer of a submodule stays as it is in `base`, whatever is checked out there, and
    /// the submodule's own repository is not looked into: git would do that with the settings that it finds there.
    ///
    /// `large_too`: also files that are too large to publish.
    pub(super) fn tree(&self, base: &Sha, large_too: bool) -> Result<Sha, VcsError> {
        if !self.worktree.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            let text = "the worktree is gone, or no folder any more";
            return Err(unfit(FailureClass::Unreadable, text));
        }
        self.begin(base)?;
        let (submodules, own) = self.fixed(base)?;
        let mut skip = self.ignored()?;
        skip.extend(submodules.iter().map(|s| s.path.clone()));
        let odd = walk(self.worktree, &skip)?;
        if let Some(path) = odd.nested.first() {
            let text = format!("the worktree holds another repository: `{}`", shown(path));
            return Err(unfit(FailureClass::NestedRepository, text));
        }
        if !large_too {
            self.refuse_large(base, &odd)?;
        }
        let gone = submodules.iter().map(|s| s.path.as_slice());
        self.forget(gone.chain(odd.special.iter().map(Vec::as_slice)))?;
        self.add()?;
        self.forget(self.listed_below(b".acp")?.iter().map(Vec::as_slice))?;
        for submodule in &submodules {
            self.forget(
                self.listed_below(&submodule.path)?
                    .iter()
                    .map(Vec::as_slice),
            )?;
        }
        self.put_back(submodules.iter().chain(&own))?;
        let tree = self.call("write the tree").arg("write-tree").sha()?;
        if !large_too {
            self.refuse_changed_large(base, &tree, &odd)?;
        }
        Ok(tree)
    }

    fn call(&self, tried: &str) -> Call<'_> {
        self.git.call(tried).files(self.worktree, self.index).long()
    }

    /// An index of `base` alone. It is made anew each time: sizes and times that an older one remembers could be what
    /// an agent prepared, and a lock can only be left by a killed predecessor, as no other process uses this file.
    fn begin(&self, base: &Sha) -> Result<(), VcsError> {
        remove_file(self.index)?;
        let mut lock = self.index.as_os_str().to_owned();
        lock.push(".lock");
        remove_file(Path::new(&lock))?;
        self.call("read the start")
            .args(["read-tree", base.as_str()])
            .ok()?;
        Ok(())
    }

    /// Submodules that are still submodules or not checked out at all, and files of `base` below `.acp`.
    fn fixed(&self, base: &Sha) -> Result<(Vec<Fixed>, Vec<Fixed>), VcsError> {
        let out = self
            .call("list the files")
            .args(["ls-files", "-s", "-z"])
            .output_bytes_max(LIST_BYTES_MAX)
            .ok()?;
        let (mut submodules, mut own) = (vec![], vec![]);
        for line in out.split(|b| *b == 0).filter(|line| !line.is_empty()) {
            let Some(tab) = line.iter().position(|b| *b == b'\t') else {
                continue;
            };
            let fixed = Fixed {
                path: line[tab + 1..].to_vec(),
                line: line.to_vec(),
            };
            if is_below(&fixed.path, b".acp") {
                own.push(fixed);
            } else if line.starts_with(b"160000 ") && self.is_submodule(&fixed.path) {
                submodules.push(fixed);
            }
        }
        if base != self.start && !submodules.is_empty() {
            let known = self.submodules_of_start()?;
            submodules.retain(|submodule: &Fixed| known.contains(&submodule.path));
        }
        Ok((submodules, own))
    }

    fn submodules_of_start(&self) -> Result<BTreeSet<Vec<u8>>, VcsError> {
        let out = self
            .git
            .call("list the submodules")
            .args(["ls-tree", "-r", "-z", "--full-tree", self.start.as_str()])
            .output_bytes_max(LIST_BYTES_MAX)
            .ok()?;
        let lines = out
            .split(|b| *b == 0)
            .filter(|line| line.starts_with(b"160000 "));
        let path = |line: &[u8]| Some(line[line.iter().position(|b| *b == b'\t')? + 1..].to_vec());
        Ok(lines.filter_map(path).collect())
    }

    fn is_submodule(&self, path: &[u8]) -> bool {
        let dir = self.worktree.join(OsStr::from_bytes(path));
        let real = dir.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        let has_git = dir.join(".git").symlink_metadata().is_ok();
        real && (has_git || std::fs::read_dir(&dir).is_ok_and(|mut e| e.next().is_none()))
    }

    fn ignored(&self) -> Result<BTreeSet<Vec<u8>>, VcsError> {
        let out = self
            .call("list the ignored files")
            .args([
                "ls-files",
                "--others",
                "--ignored",
                "--exclude-standard",
                "--directory",
                "-z",
            ])
            .output_bytes_max(LIST_BYTES_MAX)
            .ok()?;
        let paths = out.split(|b| *b == 0).filter(|path| !path.is_empty());
        Ok(paths.map(<[u8]>::to_vec).collect())
    }

    /// Takes `add` at its word where a file cannot be read: trying again would fail again, so the run fails with it.
    fn add(&self) -> Result<(), VcsError> {
        let ran = self
            .call("add the files")
            .args(["add", "--all", "--", "."])
            .run()?;
        match ran.code() {
            Some(0) => Ok(()),
            // Whoever killed it says nothing of the files: the next look reads them.
            None => Err(ran.error().into()),
            Some(_) => match ran.error().into() {
                VcsError::Git { why, .. } if is_about_files(&why) => {
                    let text = format!("git cannot read the worktree: {why}");
                    Err(unfit(FailureClass::Unreadable, text))
                }
                other => Err(other),
            },
        }
    }

    fn forget<'p>(&self, paths: impl Iterator<Item = &'p [u8]>) -> Result<(), VcsError> {
        let input = paths
            .flat_map(|path| [path, b"\0"].concat())
            .collect::<Vec<u8>>();
        if !input.is_empty() {
            self.call("leave out files")
                .args(["update-index", "-z", "--force-remove", "--stdin"])
                .input(input)
                .ok()?;
        }
        Ok(())
    }

    fn listed_below(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, VcsError> {
        let out = self
            .call("list the files")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .args(["ls-files", "-z", "--"])
            .arg(OsStr::from_bytes(path))
            .output_bytes_max(LIST_BYTES_MAX)
            .ok()?;
        let paths = out.split(|b| *b == 0).filter(|path| !path.is_empty());
        Ok(paths.map(<[u8]>::to_vec).collect())
    }

    fn put_back<'p>(&self, fixed: impl Iterator<Item = &'p Fixed>) -> Result<(), VcsError> {
        let input = fixed
            .flat_map(|f| [f.line.as_slice(), b"\0"].concat())
            .collect::<Vec<u8>>();
        if !input.is_empty() {
            self.call("keep files of the start")
                .args(["update-index", "-z", "--index-info"])
                .input(input)
                .ok()?;
        }
        Ok(())
    }

    /// A large file that `base` has with the same size may be unchanged; only then is it worth hashing.
    fn refuse_large(&self, base: &Sha, odd: &Odd) -> Result<(), VcsError> {
        for (path, size) in &odd.large {
            let before = self.blob(base, path)?;
            if before.is_none_or(|(_, old_size)| old_size != *size) {
                return Err(too_large(path, *size));
            }
        }
        Ok(())
    }

    fn refuse_changed_large(&self, base: &Sha, tree: &Sha, odd: &Odd) -> Result<(), VcsError> {
        for (path, size) in &odd.large {
            if self.blob(base, path)? != self.blob(tree, path)? {
                return Err(too_large(path, *size));
            }
        }
        Ok(())
    }

    /// Name and size of the file at `path` in a tree.
    fn blob(&self, tree: &Sha, path: &[u8]) -> Result<Option<(String, u64)>, VcsError> {
        let out = self
            .git
            .call("look up a file")
            .args(["ls-tree", "-l", "-z", "--full-tree", tree.as_str(), "--"])
            .arg(OsStr::from_bytes(path))
            .ok()?;
        let text = String::from_utf8_lossy(&out);
        let mut columns = text.split_whitespace().skip(2);
        let (sha, size) = (columns.next(), columns.next());
        Ok(sha
            .zip(size.and_then(|s| s.parse().ok()))
            .map(|(sha, size)| (sha.to_owned(), size)))
    }
}

pub(super) fn is_below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

/// Whether git stumbled over what is in the worktree, rather than over this machine.
fn is_about_files(why: &str) -> bool {
    let machine = [
        "No space left",
        "Disk quota",
        "Read-only file system",
        "Cannot allocate",
        "out of memory",
        "repository database",
        "unable to write",
        "unable to create",
        "Unable to create",
    ];
    !machine.iter().any(|words| why.contains(words))
}

fn too_large(path: &[u8], size: u64) -> VcsError {
    const MIB: u64 = 1024 * 1024;
    let text = format!(
        "`{}` has {} MiB, more than the {} MiB that are published",
        shown(path),
        size.div_ceil(MIB),
        FILE_BYTES_MAX / MIB
    );
    unfit(FailureClass::FileTooLarge, text)
}
