//! Making a repository of acp's own, and putting one back in order that agents could write to.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;

use crate::durable::{create_dirs, move_dir, read_file, remove_file, remove_tree, write_atomic};
use crate::sys::Clock;

use super::refs::{has_lock_ending, read_head};
use super::{Git, GitError};

/// The longest configuration that is compared with acp's own; a longer one is not acp's.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;
/// How old a lock file is taken to be left by a git that was killed. git holds one for as long as it writes one file.
const LOCK_AGE: Duration = Duration::from_mins(2);
/// How many entries a search for lock files looks at.
const SEARCH_MAX: usize = 200_000;

/// Keeps what acp puts into a worktree out of `git status` there.
const EXCLUDE: &str = "/.acp\n";
/// Files with which an agent could make git run something, read settings or objects from elsewhere, or believe in
/// another history. acp's repositories never have them.
const NEVER: &[&str] = &[
    "info/attributes",
    "info/grafts",
    "info/sparse-checkout",
    "objects/info/alternates",
    "objects/info/http-alternates",
    "objects/info/commit-graph",
    "objects/info/commit-graphs",
    "refs/replace",
    "commondir",
    "gitdir",
    "config.worktree",
    "shallow",
];
/// Folders that must be real ones.
const FOLDERS: &[&str] = &["", "objects", "refs", "refs/heads"];

/// Copies the branches and tags of the repository `from` into the new bare repository `to`: no hard links, no
/// alternates, refs in files. It is made beside `to` and then moved, so that half a copy is never taken for one; what a
/// killed copy left is removed by the next. Callers hold a lock under which nobody else makes `to`.
pub fn clone_bare(git: &Git<'_>, from: &Path, to: &Path) -> Result<(), GitError> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let temp = to.with_file_name(format!(".tmp-{name}"));
    remove_tree(&temp)?;
    if let Some(folder) = to.parent() {
        create_dirs(folder)?;
    }
    // `--no-local` sends the objects as to another machine: only what is reachable, and never a link to the original.
    git.call_nowhere("copy the repository")
        .args([
            "clone",
            "--bare",
            "--quiet",
            "--no-local",
            "--reject-shallow",
            "--template=",
        ])
        .args(["--no-recurse-submodules", "--"])
        .args([from.as_os_str(), temp.as_os_str()])
        .long()
        .ok()?;
    restore(&temp)?;
    move_dir(&temp, to)?;
    Ok(())
}

/// Puts configuration, hooks, attributes and excludes of `git_dir` back as acp writes them, and removes everything else
/// that could make git run a program or see other objects. Costs a few looks at files when nothing has changed.
pub fn restore(git_dir: &Path) -> Result<(), GitError> {
    for name in FOLDERS {
        let path = git_dir.join(name);
        let real = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if !real {
            return Err(GitError::damaged(&path, "not a folder of its own"));
        }
    }
    for name in ["info", "objects/info"] {
        let path = git_dir.join(name);
        if path.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
            remove_file(&path)?;
        }
    }
    for name in NEVER {
        let path = git_dir.join(name);
        if path.symlink_metadata().is_ok() {
            remove_tree(&path)?;
        }
    }
    let hooks = git_dir.join("hooks");
    let in_order = hooks.symlink_metadata().map(|meta| meta.is_dir());
    if !matches!(in_order, Ok(true)) || !is_empty(&hooks) {
        remove_tree(&hooks)?;
        create_dirs(&hooks)?;
    }
    keep_content(&git_dir.join("config"), config(git_dir).as_bytes())?;
    create_dirs(&git_dir.join("info"))?;
    keep_content(&git_dir.join("info/exclude"), EXCLUDE.as_bytes())?;
    if !matches!(read_head(git_dir), Ok(Some(_))) {
        write_atomic(&git_dir.join("HEAD"), b"ref: refs/heads/main\n")?;
    }
    Ok(())
}

fn is_empty(dir: &Path) -> bool {
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

fn keep_content(path: &Path, content: &[u8]) -> Result<(), GitError> {
    let now = read_file(path, CONFIG_BYTES_MAX);
    if !matches!(now, Ok(Some(bytes)) if bytes == content) {
        if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            remove_tree(path)?;
        }
        write_atomic(path, content)?;
    }
    Ok(())
}

/// The whole configuration. Agents see it too: they get an identity, no remote, and no hooks.
fn config(git_dir: &Path) -> String {
    let long_names = has_long_names(git_dir);
    let version = u8::from(long_names);
    let mut text = format!(
        "# Written by acp, which puts it back when it is changed.\n\
         [core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = true\n\thooksPath = /dev/null\n\
         \tfsmonitor = false\n\tuntrackedCache = false\n"
    );
    if cfg!(target_os = "macos") {
        text.push_str("\tignorecase = true\n\tprecomposeunicode = true\n");
    }
    if long_names {
        text.push_str("[extensions]\n\tobjectFormat = sha256\n");
    }
    text.push_str(
        "[user]\n\tname = acp agent\n\temail = acp@localhost\n[commit]\n\tgpgSign = false\n[tag]\n\tgpgSign = false\n\
         [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[push]\n\tdefault = nothing\n[advice]\n\tdetachedHead = false\n",
    );
    text
}

/// Whether the repository uses SHA-256, told by the names of its objects: the configuration is what is being checked.
fn has_long_names(git_dir: &Path) -> bool {
    let names = |path: PathBuf| {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
    };
    let objects = git_dir.join("objects");
    let pack = names(objects.join("pack"))
        .find_map(|name| Some(name.strip_prefix("pack-")?.split('.').next()?.len()));
    if let Some(digits) = pack {
        return digits == 64;
    }
    names(objects.clone())
        .filter(|name| name.len() == 2)
        .find_map(|name| {
            names(objects.join(name))
                .map(|rest| rest.len())
                .find(|n| matches!(n, 38 | 62))
        })
        .is_some_and(|digits| digits == 62)
}

/// Removes lock files that a killed git left behind, and returns how many. git never removes them by itself: without
/// this, one kill would stop every later change of the ref. A lock counts as left behind when it is older than any
/// living git keeps one, or lies in the future because the clock was set back.
pub fn remove_stale_locks(git_dir: &Path, clock: &dyn Clock) -> Result<usize, GitError> {
    let mut todo = vec![(git_dir.to_owned(), false)];
    for (name, deep) in [
        ("refs", true),
        ("worktrees", true),
        ("objects/info", false),
        ("objects/pack", false),
    ] {
        todo.push((git_dir.join(name), deep));
    }
    let limit = SignedDuration::try_from(LOCK_AGE).unwrap_or(SignedDuration::MAX);
    let (mut removed, mut seen) = (0, 0);
    while let Some((dir, deep)) = todo.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                continue;
            }
            Err(error) => return Err(GitError::damaged(&dir, error.to_string())),
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > SEARCH_MAX {
                return Ok(removed);
            }
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && deep {
                todo.push((entry.path(), true));
            }
            let age = clock
                .now()
                .as_second()
                .saturating_sub(meta.mtime())
                .saturating_abs();
            let is_lock = meta.is_file() && has_lock_ending(&entry.file_name().to_string_lossy());
            if is_lock && age > limit.as_secs() && remove_file(&entry.path())? {
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::git::testing::{TestRepo, shell};
    use crate::git::{list_heads, read_ref};

    #[test]
    fn a_copy_has_all_branches_and_nothing_of_the_original() {
        let repo = TestRepo::new();
        let a = repo.commit("main", None, &[("a", "1")]);
        repo.commit("x/y", Some(&a), &[("b", "1")]);
        repo.run(&["config", "filter.x.clean", "touch /tmp/never"]);
        repo.run(&["tag", "v1", a.as_str()]);
        let to = repo.root().join("state/copy.git");
        // What a killed copy left.
        create_dirs(&repo.root().join("state/.tmp-copy.git/objects")).unwrap();
        clone_bare(&repo.git(), repo.dir(), &to).unwrap();
        assert_eq!(list_heads(&to).unwrap(), list_heads(repo.dir()).unwrap());
        let git = repo.git().at(&to);
        assert_eq!(git.call("t").args(["rev-parse", "v1"]).sha().unwrap(), a);
        assert!(git.call("t").args(["fsck", "--strict"]).ok().is_ok());
        assert_eq!(std::fs::read_dir(to.parent().unwrap()).unwrap().count(), 1);
        let listed = git
            .call("t")
            .args(["config", "--local", "--list", "--name-only"])
            .line()
            .unwrap();
        assert!(
            !listed.contains("remote.") && !listed.contains("filter."),
            "{listed}"
        );
        assert!(
            clone_bare(&repo.git(), repo.dir(), &to).is_err(),
            "never over another"
        );
        assert!(clone_bare(&repo.git(), &repo.root().join("absent"), &to).is_err());
    }

    #[test]
    fn a_checkout_is_copied_and_a_shallow_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        shell(
            dir.path(),
            "git init -q -b main full; cd full; git config user.name a; git config user.email a; \
             for i in 1 2; do git commit -q --allow-empty -m $i; done; cd ..; \
             git clone -q --depth 1 file://$PWD/full shallow",
        );
        let repo = TestRepo::new();
        let to = dir.path().join("copy.git");
        let error = clone_bare(&repo.git(), &dir.path().join("shallow"), &to).unwrap_err();
        assert!(error.to_string().contains("shallow"), "{error}");
        clone_bare(&repo.git(), &dir.path().join("full"), &to).unwrap();
        assert!(read_ref(&to, &"main".parse().unwrap()).unwrap().is_some());
    }

    #[test]
    fn a_repository_is_put_back_in_order() {
        let repo = TestRepo::new();
        let tip = repo.commit("main", None, &[("a", "1")]);
        restore(repo.dir()).unwrap();
        let dir = repo.dir();
        let clean = shell(
            dir,
            "find . -path ./objects -prune -o -type f -print | sort | xargs cat; ls",
        );
        let outside = repo.root().join("outside");
        write_atomic(&outside, b"keep").unwrap();
        shell(
            dir,
            "git config core.fsmonitor x; git config extensions.worktreeConfig true; echo x > config.worktree; \
             mkdir -p hooks refs/replace/x; echo x > hooks/post-checkout; echo '* filter=x' > info/attributes; \
             echo /x > objects/info/alternates; echo .. > commondir; echo x > shallow; rm info/exclude; \
             ln -s ../../outside info/exclude; echo junk > HEAD",
        );
        restore(dir).unwrap();
        assert_eq!(
            shell(
                dir,
                "find . -path ./objects -prune -o -type f -print | sort | xargs cat; ls"
            ),
            clean
        );
        assert_eq!(std::fs::read(&outside).unwrap(), b"keep");
        assert_eq!(repo.run(&["rev-parse", "main"]), tip.as_str());

        shell(
            dir,
            "rm -r config info hooks; mkdir config; ln -s /etc info; ln -s /etc hooks; rm HEAD; ln -s /etc/passwd HEAD",
        );
        restore(dir).unwrap();
        assert_eq!(repo.run(&["rev-parse", "main"]), tip.as_str());
        assert!(!Path::new("/etc/exclude").exists());
        shell(
            dir,
            "mv refs/heads elsewhere; ln -s ../elsewhere refs/heads",
        );
        assert!(restore(dir).is_err());
        symlink(dir, repo.root().join("link.git")).unwrap();
        assert!(restore(&repo.root().join("link.git")).is_err());
    }

    #[test]
    fn the_configuration_fits_repositories_with_long_names() {
        let dir = tempfile::tempdir().unwrap();
        shell(
            dir.path(),
            "git init -q -b main --object-format=sha256 full; cd full; git config user.name a; \
             git config user.email a; git commit -q --allow-empty -m 1",
        );
        let repo = TestRepo::new();
        let to = dir.path().join("copy.git");
        clone_bare(&repo.git(), &dir.path().join("full"), &to).unwrap();
        let git = repo.git().at(&to);
        assert_eq!(
            git.call("t")
                .args(["rev-parse", "main"])
                .sha()
                .unwrap()
                .as_str()
                .len(),
            64
        );
        restore(&dir.path().join("full/.git")).unwrap();
        let git = repo.git().at(dir.path().join("full/.git"));
        assert_eq!(
            git.call("t")
                .args(["rev-parse", "main"])
                .sha()
                .unwrap()
                .as_str()
                .len(),
            64
        );
    }
}
