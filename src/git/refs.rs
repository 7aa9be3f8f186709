//! Refs read from git's own files, so that looking at a repository starts no process.
//!
//! Only the files format is understood. Reading is safe while git writes: each file is replaced as a whole, and the
//! loose file is looked at before `packed-refs`, because git packs a ref before it removes the loose file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use crate::domain::{BranchName, Sha};
use crate::durable::read_file;

use super::GitError;

/// Where branches are.
const HEADS: &str = "refs/heads/";
/// The longest loose ref that is read.
const LOOSE_BYTES_MAX: u64 = 4096;
/// The longest `packed-refs` that is read.
const PACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many loose refs and folders a listing looks at.
const LOOSE_MAX: usize = 100_000;
/// How deep branches can be nested: a name has at most 200 bytes.
const DEPTH_MAX: usize = 100;

/// What HEAD of a repository or a worktree says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// It is on this ref, for example `refs/heads/main`, which may not exist.
    Ref(String),
    /// It is at this commit.
    Detached(Sha),
}

/// The commit that `refs/heads/<branch>` of `git_dir` points at; `None` when there is no such branch.
pub fn read_ref(git_dir: &Path, branch: &BranchName) -> Result<Option<Sha>, GitError> {
    read_full(git_dir, &format!("refs/heads/{branch}"))
}

/// As [`read_ref`], for any name below `refs/`.
pub(super) fn read_full(git_dir: &Path, name: &str) -> Result<Option<Sha>, GitError> {
    refuse_other_formats(git_dir)?;
    let mut path = git_dir.to_owned();
    for part in name.split('/') {
        path.push(part);
        match path.symlink_metadata() {
            Ok(meta) if meta.is_dir() || meta.is_file() => {}
            Ok(_) => return Err(GitError::damaged(&path, "neither a file nor a folder")),
            Err(_) => return Ok(read_packed(git_dir)?.remove(name)),
        }
    }
    if path.is_dir() {
        return Ok(read_packed(git_dir)?.remove(name));
    }
    match read_loose(&path)? {
        Some(sha) => Ok(Some(sha)),
        None => Ok(read_packed(git_dir)?.remove(name)),
    }
}

/// All branches of `git_dir` and where they are. Names that acp does not accept are left out.
pub fn list_heads(git_dir: &Path) -> Result<BTreeMap<BranchName, Sha>, GitError> {
    let all = list_below(git_dir, HEADS)?.into_iter();
    Ok(all
        .filter_map(|(name, sha)| Some((name.parse().ok()?, sha)))
        .collect())
}

/// The branches that a file of their own holds. Those that came with a clone are packed, and nothing of acp's packs more.
pub fn list_loose_heads(git_dir: &Path) -> Result<BTreeSet<BranchName>, GitError> {
    refuse_other_formats(git_dir)?;
    let mut loose = BTreeMap::new();
    collect_loose(&git_dir.join(HEADS), "", 0, &mut loose)?;
    Ok(loose
        .into_keys()
        .filter_map(|name| name.parse().ok())
        .collect())
}

/// All refs below the folder `below`, which ends with a slash, by the rest of their names.
pub fn list_below(git_dir: &Path, below: &str) -> Result<BTreeMap<String, Sha>, GitError> {
    refuse_other_formats(git_dir)?;
    let mut loose = BTreeMap::new();
    collect_loose(&git_dir.join(below), "", 0, &mut loose)?;
    let mut all: BTreeMap<String, Sha> = read_packed(git_dir)?
        .into_iter()
        .filter_map(|(name, sha)| Some((name.strip_prefix(below)?.to_owned(), sha)))
        .collect();
    all.extend(loose);
    Ok(all)
}

/// What `git_dir/HEAD` says; `None` when there is no such file. `git_dir` may be a worktree's own folder.
pub fn read_head(git_dir: &Path) -> Result<Option<Head>, GitError> {
    let path = git_dir.join("HEAD");
    let Some(bytes) = read_file(&path, LOOSE_BYTES_MAX)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_end();
    if let Some(name) = text.strip_prefix("ref:").map(str::trim) {
        let sane = name.starts_with("refs/")
            && name
                .split('/')
                .all(|part| !part.is_empty() && part != ".." && part != ".");
        return if sane {
            Ok(Some(Head::Ref(name.to_owned())))
        } else {
            Err(GitError::damaged(&path, "points outside of refs/"))
        };
    }
    match text.parse() {
        Ok(sha) => Ok(Some(Head::Detached(sha))),
        Err(_) => Err(GitError::damaged(&path, "not an object name")),
    }
}

fn refuse_other_formats(git_dir: &Path) -> Result<(), GitError> {
    let other = git_dir.join("reftable");
    match other.symlink_metadata() {
        Ok(_) => Err(GitError::damaged(
            &other,
            "acp reads refs in the files format only",
        )),
        Err(_) => Ok(()),
    }
}

fn read_loose(path: &Path) -> Result<Option<Sha>, GitError> {
    let Some(bytes) = read_file(path, LOOSE_BYTES_MAX)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    match text.trim_end().parse() {
        Ok(sha) => Ok(Some(sha)),
        Err(_) => Err(GitError::damaged(path, "not an object name")),
    }
}

fn collect_loose(
    dir: &Path,
    prefix: &str,
    depth: usize,
    out: &mut BTreeMap<String, Sha>,
) -> Result<(), GitError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(GitError::damaged(dir, error.to_string())),
    };
    for entry in entries {
        let entry = entry.map_err(|error| GitError::damaged(dir, error.to_string()))?;
        let path = entry.path();
        if out.len() >= LOOSE_MAX || depth > DEPTH_MAX {
            return Err(GitError::damaged(dir, "too many refs"));
        }
        let name = match entry.file_name().into_string() {
            Ok(name) if !has_lock_ending(&name) => format!("{prefix}{name}"),
            _ => continue,
        };
        // What vanishes meanwhile was packed or deleted; `packed-refs` is read afterwards and knows.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            collect_loose(&path, &format!("{name}/"), depth + 1, out)?;
        } else if kind.is_file() {
            if let Some(sha) = read_loose(&path)? {
                out.insert(name, sha);
            }
        } else {
            return Err(GitError::damaged(&path, "neither a file nor a folder"));
        }
    }
    Ok(())
}

pub(super) fn has_lock_ending(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("lock"))
}

fn read_packed(git_dir: &Path) -> Result<BTreeMap<String, Sha>, GitError> {
    let path = git_dir.join("packed-refs");
    let Some(bytes) = read_file(&path, PACKED_BYTES_MAX)? else {
        return Ok(BTreeMap::new());
    };
    let mut out = BTreeMap::new();
    // `#` begins the header, `^` the commit that the tag of the line before stands for.
    for line in bytes.split(|b| *b == b'\n') {
        if line.is_empty() || line[0] == b'#' || line[0] == b'^' {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let parsed = text
            .split_once(' ')
            .and_then(|(sha, name)| Some((name.to_owned(), sha.parse().ok()?)));
        let (name, sha) = parsed.ok_or_else(|| GitError::damaged(&path, "a line is not a ref"))?;
        out.insert(name, sha);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::durable::{create_dirs, write_atomic};
    use crate::git::testing::TestRepo;

    fn name(text: &str) -> BranchName {
        text.parse().unwrap()
    }

    #[test]
    fn loose_and_packed_refs_are_read_as_git_reads_them() {
        let repo = TestRepo::new();
        let first = repo.commit("main", None, &[("a", "1")]);
        let second = repo.commit("acp/issue-1", Some(&first), &[("a", "2")]);
        let dir = repo.dir();
        let check = || {
            assert_eq!(read_ref(dir, &name("main")).unwrap(), Some(first.clone()));
            assert_eq!(
                read_ref(dir, &name("acp/issue-1")).unwrap(),
                Some(second.clone())
            );
            assert_eq!(read_ref(dir, &name("acp")).unwrap(), None);
            assert_eq!(read_ref(dir, &name("acp/issue-1/x")).ok().flatten(), None);
            let all: Vec<_> = list_heads(dir).unwrap().into_iter().collect();
            assert_eq!(
                all,
                [
                    (name("acp/issue-1"), second.clone()),
                    (name("main"), first.clone())
                ]
            );
        };
        check();
        assert_eq!(list_loose_heads(dir).unwrap().len(), 2);
        repo.run(&["update-ref", "refs/x/y/z", first.as_str()]);
        let of_x = |dir| list_below(dir, "refs/x/").unwrap();
        let expected = BTreeMap::from([("y/z".to_owned(), first.clone())]);
        assert_eq!(of_x(dir), expected);
        repo.run(&["pack-refs", "--all"]);
        assert_eq!(of_x(dir), expected);
        assert!(list_loose_heads(dir).unwrap().is_empty());
        assert!(!dir.join("refs/heads/main").exists());
        check();
        // A loose ref is newer than its packed line.
        repo.run(&["update-ref", "refs/heads/main", second.as_str()]);
        assert_eq!(read_ref(dir, &name("main")).unwrap(), Some(second.clone()));
        assert_eq!(list_heads(dir).unwrap()[&name("main")], second);
    }

    #[test]
    fn odd_files_are_errors_and_locks_are_passed_over() {
        let repo = TestRepo::new();
        let tip = repo.commit("main", None, &[("a", "1")]);
        let heads = repo.dir().join("refs/heads");
        write_atomic(&heads.join("main.lock"), b"").unwrap();
        assert_eq!(list_heads(repo.dir()).unwrap().len(), 1);

        symlink(heads.join("main"), heads.join("link")).unwrap();
        assert!(read_ref(repo.dir(), &name("link")).is_err());
        assert!(list_heads(repo.dir()).is_err());
        crate::durable::remove_file(&heads.join("link")).unwrap();

        symlink("/etc", heads.join("out")).unwrap();
        assert!(read_ref(repo.dir(), &name("out/passwd")).is_err());
        crate::durable::remove_file(&heads.join("out")).unwrap();

        for bad in ["", "ref: refs/heads/main", "nonsense"] {
            write_atomic(&heads.join("odd"), bad.as_bytes()).unwrap();
            assert!(read_ref(repo.dir(), &name("odd")).is_err(), "{bad}");
        }
        assert_eq!(read_ref(repo.dir(), &name("main")).unwrap(), Some(tip));
        create_dirs(&repo.dir().join("reftable")).unwrap();
        assert!(read_ref(repo.dir(), &name("main")).is_err());
    }

    #[test]
    fn head_is_a_ref_or_a_commit() {
        let repo = TestRepo::new();
        let tip = repo.commit("main", None, &[("a", "1")]);
        let head = repo.dir().join("HEAD");
        let expected = Head::Ref("refs/heads/main".to_owned());
        assert_eq!(read_head(repo.dir()).unwrap(), Some(expected));
        write_atomic(&head, format!("{tip}\n").as_bytes()).unwrap();
        assert_eq!(read_head(repo.dir()).unwrap(), Some(Head::Detached(tip)));
        for bad in ["ref: ../../x", "ref: refs/../../x", "x"] {
            write_atomic(&head, bad.as_bytes()).unwrap();
            assert!(read_head(repo.dir()).is_err(), "{bad}");
        }
        crate::durable::remove_file(&head).unwrap();
        assert_eq!(read_head(repo.dir()).unwrap(), None);
    }
}
