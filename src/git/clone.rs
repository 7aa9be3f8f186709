//! A bare repository of acp's own, copied from another.

use std::ffi::OsStr;
use std::path::Path;

use crate::durable::{create_dirs, move_dir, remove_tree};

use super::{Call, Git, GitError, restore};

/// Copies the branches and tags of the repository `from` into the new bare repository `to`: no hard links, no
/// alternates, refs in files. It is made beside `to` and then moved, so that half a copy is never taken for one; what a
/// killed copy left is removed by the next. Callers hold a lock under which nobody else makes `to`.
pub fn clone_bare(git: &Git<'_>, from: &Path, to: &Path) -> Result<(), GitError> {
    clone_bare_from(git, from.as_os_str(), to, |call| call)
}

/// As [`clone_bare`] from wherever git can read `from`; `equip` adds what git needs for that before the command's name.
pub fn clone_bare_from<'a>(
    git: &Git<'a>,
    from: &OsStr,
    to: &Path,
    equip: impl FnOnce(Call<'a>) -> Call<'a>,
) -> Result<(), GitError> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let temp = to.with_file_name(format!(".tmp-{name}"));
    remove_tree(&temp)?;
    if let Some(folder) = to.parent() {
        create_dirs(folder)?;
    }
    // `--no-local` sends the objects as to another machine: only what is reachable, and never a link to the original.
    equip(git.call_nowhere("copy the repository"))
        .args([
            "clone",
            "--bare",
            "--quiet",
            "--no-local",
            "--reject-shallow",
            "--template=",
        ])
        .args(["--no-recurse-submodules", "--"])
        .args([from, temp.as_os_str()])
        .long()
        .ok()?;
    restore(&temp)?;
    move_dir(&temp, to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
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
}
