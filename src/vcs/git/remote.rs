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
        let fetch = |what: &str| match &self.remote {
            Remote::Http(remote) => remote.fetch(git, what),
            Remote::Path(remote) => Ok(fetch_args(git.call("fetch from the forge"))
                .arg(remote)
                .arg(what)
                .long()
                .run()?),
        };
        fetch("+refs/heads/*:refs/remotes/forge/*")?;
        if has_commit(git, sha)? {
            return Ok(true);
        }
        let ran = fetch(sha.as_str())?;
        if has_commit(git, sha)? {
            return Ok(true);
        }
        Err(match &self.remote {
            Remote::Http(remote) => remote.meaning_of_fetch(&ran),
            Remote::Path(_) => ran.error().into(),
        })
    }

    /// Moves `branch` of the forge's repository from `expect` to `to`; `None` is no branch, on either side.
    pub(super) fn push_to_remote(
        &self,
        branch: &BranchName,
        to: Option<&Sha>,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        let git = self.git()?;
        match &self.remote {
            Remote::Path(remote) => push_to_path(git, remote, branch, to, expect),
            Remote::Http(remote) => {
                crash_point("remote.before_push");
                let pushed = remote.push(git, branch, to, expect)?;
                crash_point("remote.after_push");
                Ok(pushed)
            }
        }
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

fn push_to_path(
    git: &Git<'_>,
    remote: &Path,
    branch: &BranchName,
    to: Option<&Sha>,
    expect: Option<&Sha>,
) -> Result<Pushed, VcsError> {
    for again in [true, false] {
        let found = read_ref(remote, branch)?;
        if found.as_ref() == to {
            return Ok(Pushed::Done);
        }
        if found.as_ref() != expect {
            return Ok(Pushed::Moved { found });
        }
        crash_point("remote.before_push");
        let ran = push_call(git, remote, branch, to, expect).run()?;
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
    to: Option<&Sha>,
    expect: Option<&Sha>,
) -> Call<'a> {
    let target = to.map_or("", Sha::as_str);
    let expected = expect.map_or("", Sha::as_str);
    let mut receive = OsString::from("--receive-pack=");
    receive.push(quoted(git.program()));
    receive.push(" -c core.hooksPath=/dev/null -c gc.auto=0 -c receive.autogc=false -c maintenance.auto=false");
    receive.push(" -c core.fsync=committed,reference receive-pack");
    push_args(git.call(&format!("push `{branch}`")))
        .arg(format!("--force-with-lease=refs/heads/{branch}:{expected}"))
        .arg(receive)
        .arg("--")
        .arg(remote)
        .arg(format!("{target}:refs/heads/{branch}"))
        .long()
}

/// `call` as a push that runs nothing and takes nothing along.
pub(super) fn push_args(call: Call<'_>) -> Call<'_> {
    call.args([
        "push",
        "--porcelain",
        "--no-verify",
        "--no-signed",
        "--no-follow-tags",
        "--recurse-submodules=no",
    ])
}

/// `call` as a fetch that leaves nothing but refs and objects; where from and what follow.
pub(super) fn fetch_args(call: Call<'_>) -> Call<'_> {
    call.args([
        "fetch",
        "--quiet",
        "--prune",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--no-recurse-submodules",
        "--",
    ])
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
