//! Putting a repository back in order that agents could write to.

use std::path::{Path, PathBuf};

use crate::durable::{create_dirs, read_file, remove_file, remove_tree, write_atomic};

use super::GitError;
use super::refs::read_head;

/// The longest configuration that is compared with acp's own; a longer one is not acp's.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;
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
/// Folders that must be real ones; the last need not be there.
const FOLDERS: &[&str] = &["", "objects", "refs", "refs/heads", "worktrees"];

/// Puts configuration, hooks, attributes and excludes of `git_dir` back as acp writes them, and removes everything else
/// that could make git run a program or see other objects. Costs a few looks at files when nothing has changed.
pub fn restore(git_dir: &Path) -> Result<(), GitError> {
    for name in FOLDERS {
        let path = git_dir.join(name);
        let real = match path.symlink_metadata() {
            Ok(meta) => meta.is_dir(),
            Err(_) => *name == "worktrees",
        };
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

/// Whether [`restore`] would change nothing that decides what git does. Changes nothing.
pub fn is_in_order(git_dir: &Path) -> bool {
    let is_folder = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let absent = |path: &Path| path.symlink_metadata().is_err();
    let hooks = git_dir.join("hooks");
    let config_now = read_file(&git_dir.join("config"), CONFIG_BYTES_MAX);
    ["", "objects", "refs", "refs/heads", "info"]
        .iter()
        .all(|name| is_folder(&git_dir.join(name)))
        && NEVER.iter().all(|name| absent(&git_dir.join(name)))
        && (absent(&hooks) || is_folder(&hooks) && is_empty(&hooks))
        && matches!(config_now, Ok(Some(bytes)) if bytes == config(git_dir).as_bytes())
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::git::clone_bare;
    use crate::git::testing::{TestRepo, shell};

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
        shell(
            dir,
            "rm refs/heads; mv elsewhere refs/heads; ln -s /tmp worktrees",
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
