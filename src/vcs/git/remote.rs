//! The forge's repository: fetching what is missing, pushing what was built.

use std::ffi::OsString;
use std::path::Path;

use crate::domain::{BranchName, Sha};
use crate::durable::crash_point;
use crate::git::{Call, Git, read_ref, remove_stale_locks};

use super::{GitVcs, Pushed, Remote, VcsError};

impl GitVcs<'_> {
    /// Asks for all branches first, which brings what agents compare with up to date, then for the very commit, which
    /// may be on none any more. `false`: it was there already, and nothing was asked.
    pub(super) fn fetch_if_missing(&self, sha: &Sha) -> Result<bool, VcsError> {
        let git = self.git()?;
        if has_commit(git, sha)? {
            return Ok(false);
        }
        remove_stale_locks(git.dir(), git.clock())?;
        let Remote::Path(remote) = &self.remote;
        let fetch = |what: &str| {
            git.call("fetch from the forge")
                .args([
                    "fetch",
                    "--quiet",
                    "--prune",
                    "--no-tags",
                    "--no-write-fetch-head",
                ])
                .args(["--no-auto-maintenance", "--no-recurse-submodules", "--"])
                .arg(remote)
                .arg(what)
                .long()
                .run()
        };
        fetch("+refs/heads/*:refs/remotes/forge/*")?;
        if has_commit(git, sha)? {
            return Ok(true);
        }
        let ran = fetch(sha.as_str())?;
        if has_commit(git, sha)? {
            return Ok(true);
        }
        Err(ran.error().into())
    }

    pub(super) fn push_to_remote(
        &self,
        branch: &BranchName,
        sha: &Sha,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        let git = self.git()?;
        let Remote::Path(remote) = &self.remote;
        for again in [true, false] {
            let found = read_ref(remote, branch)?;
            if found.as_ref() == Some(sha) {
                return Ok(Pushed::Done);
            }
            if found.as_ref() != expect {
                return Ok(Pushed::Moved { found });
            }
            crash_point("remote.before_push");
            let ran = push_call(git, remote, branch, sha, expect).run()?;
            crash_point("remote.after_push");
            if ran.code() == Some(0) {
                return Ok(Pushed::Done);
            }
            // It moved while git was looking, a killed git left a lock there, or it really cannot be done.
            let moved = read_ref(remote, branch)? != found;
            let freed = !moved && remove_stale_locks(remote, git.clock())? > 0;
            if !again || !(moved || freed) {
                return Err(ran.error().into());
            }
        }
        unreachable_push(branch)
    }

    /// Makes a ref of the clone point at `sha`, wherever it was; a link to another ref is replaced, not followed.
    pub(super) fn point(&self, name: &str, sha: &Sha) -> Result<(), VcsError> {
        let git = self.git()?;
        let update = || {
            git.call("keep a commit")
                .args(["update-ref", "--no-deref", name, sha.as_str()])
                .run()
        };
        let ran = update()?;
        if ran.code() != Some(0) && remove_stale_locks(git.dir(), git.clock())? > 0 {
            update()?.ok()?;
            return Ok(());
        }
        ran.ok()?;
        Ok(())
    }
}

fn unreachable_push(branch: &BranchName) -> Result<Pushed, VcsError> {
    Err(VcsError::Git {
        tried: format!("push `{branch}`"),
        why: "the branch keeps moving".to_owned(),
    })
}

pub(super) fn has_commit(git: &Git<'_>, sha: &Sha) -> Result<bool, VcsError> {
    let ran = git
        .call("look for a commit")
        .args(["cat-file", "-e"])
        .arg(format!("{sha}^{{commit}}"))
        .run()?;
    Ok(ran.code() == Some(0))
}

/// The lease makes the receiving side compare and swap. That side is a git of its own, which does not see our settings,
/// so it is told again to run no hooks.
fn push_call<'a>(
    git: &Git<'a>,
    remote: &Path,
    branch: &BranchName,
    sha: &Sha,
    expect: Option<&Sha>,
) -> Call<'a> {
    let expected = expect.map_or("", Sha::as_str);
    let mut receive = OsString::from("--receive-pack=");
    receive.push(quoted(git.program()));
    receive.push(" -c core.hooksPath=/dev/null -c gc.auto=0 -c receive.autogc=false -c maintenance.auto=false");
    receive.push(" -c core.fsync=committed,reference receive-pack");
    git.call(&format!("push `{branch}`"))
        .args([
            "push",
            "--porcelain",
            "--no-verify",
            "--no-signed",
            "--no-follow-tags",
        ])
        .arg("--recurse-submodules=no")
        .arg(format!("--force-with-lease=refs/heads/{branch}:{expected}"))
        .arg(receive)
        .arg("--")
        .arg(remote)
        .arg(format!("{sha}:refs/heads/{branch}"))
        .long()
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> OsString {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let mut out = vec![b'\''];
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            other => out.push(*other),
        }
    }
    out.push(b'\'');
    OsString::from_vec(out)
}
