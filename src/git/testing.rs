//! Repositories for tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use crate::domain::Sha;
use crate::proc::{Cmd, Quick};
use crate::sys::{Clock, SystemClock};

use super::Git;

static CLOCK: LazyLock<SystemClock> = LazyLock::new(SystemClock::new);

/// The clock of tests that start processes: deadlines need one that moves.
pub fn clock() -> &'static dyn Clock {
    &*CLOCK
}

/// The git of this machine.
#[expect(clippy::panic, reason = "a test cannot go on without git")]
pub fn git_program() -> PathBuf {
    match which::which("git") {
        Ok(path) => path,
        Err(error) => panic!("no git: {error}"),
    }
}

/// A bare repository in a temporary folder.
pub struct TestRepo {
    root: tempfile::TempDir,
    dir: PathBuf,
}

impl Default for TestRepo {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
impl TestRepo {
    /// An empty one with HEAD on `main`.
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("repo.git");
        let repo = Self { root, dir };
        repo.git()
            .call_nowhere("init")
            .args([
                "init",
                "--quiet",
                "--bare",
                "--initial-branch=main",
                "--template=",
            ])
            .arg(repo.dir.as_os_str())
            .ok()
            .unwrap();
        repo
    }

    /// The repository.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder around it, for whatever else a test needs.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A clock that moves.
    pub fn clock(&self) -> &'static dyn Clock {
        clock()
    }

    /// git for it.
    pub fn git(&self) -> Git<'static> {
        Git::new(git_program(), &self.dir, clock())
    }

    /// Runs a git command on it and returns its output.
    pub fn run(&self, args: &[&str]) -> String {
        self.git().call("test").args(args).line().unwrap()
    }

    /// Commits `files` on top of those of `parent` and makes `branch` point at the commit. Content `-` removes a file.
    pub fn commit(&self, branch: &str, parent: Option<&Sha>, files: &[(&str, &str)]) -> Sha {
        self.commit_bytes(
            branch,
            &parent.into_iter().collect::<Vec<_>>(),
            &files
                .iter()
                .map(|(name, text)| ("100644", name.as_bytes(), text.as_bytes()))
                .collect::<Vec<_>>(),
        )
    }

    /// As [`TestRepo::commit`], with modes, names of any bytes and any number of parents.
    pub fn commit_bytes(
        &self,
        branch: &str,
        parents: &[&Sha],
        files: &[(&str, &[u8], &[u8])],
    ) -> Sha {
        let index = self.root.path().join("test-index");
        let git = self.git();
        let call = |args: &[&str]| {
            let call = git.call("test").args(args);
            call.env("GIT_INDEX_FILE", index.as_os_str())
        };
        match parents.first() {
            Some(parent) => call(&["read-tree", parent.as_str()]).ok().unwrap(),
            None => call(&["read-tree", "--empty"]).ok().unwrap(),
        };
        let mut info = vec![];
        for (mode, name, content) in files {
            let line = if *content == b"-" {
                format!("0 {}\t", "0".repeat(40))
            } else {
                let hash = call(&["hash-object", "-w", "--stdin"]).input(*content);
                format!("{mode} {}\t", hash.sha().unwrap())
            };
            info.extend_from_slice(line.as_bytes());
            info.extend_from_slice(name);
            info.push(0);
        }
        let update = call(&["update-index", "-z", "--index-info"]).input(info);
        update.ok().unwrap();
        let tree = call(&["write-tree"]).sha().unwrap();
        let mut args = vec!["commit-tree", tree.as_str()];
        for parent in parents {
            args.extend(["-p", parent.as_str()]);
        }
        let mut message = format!("commit on {branch}:");
        for (_, name, _) in files {
            let _ = write!(message, " {}", String::from_utf8_lossy(name));
        }
        let commit = identity(call(&args)).input(message).sha().unwrap();
        self.run(&[
            "update-ref",
            &format!("refs/heads/{branch}"),
            commit.as_str(),
        ]);
        commit
    }
}

fn identity(call: super::Call<'_>) -> super::Call<'_> {
    call.env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", "@1700000000 +0100")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_DATE", "@1700000000 +0100")
}

/// Runs `text` in a shell in `dir` as an agent might, with an identity for git, and returns what it printed.
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
pub fn shell(dir: &Path, text: &str) -> String {
    let limits = Quick {
        deadline: Duration::from_mins(2),
        output_bytes_max: 1 << 20,
    };
    let out = Cmd::new("/bin/sh")
        .args(["-ec", text])
        .dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", "/nonexistent")
        .capture(&limits, clock())
        .unwrap();
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        out.status.ok(),
        "{text}: {}{}",
        words(&out.stdout),
        words(&out.stderr)
    );
    words(&out.stdout)
}

/// An executable shell script in `dir`. A child writes it, so that no file that is being executed is open here.
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
pub fn script(dir: &Path, text: &str) -> PathBuf {
    let folder = tempfile::Builder::new()
        .disable_cleanup(true)
        .tempdir_in(dir)
        .unwrap();
    let path = folder.path().join("program");
    let limits = Quick {
        deadline: Duration::from_secs(20),
        output_bytes_max: 1000,
    };
    let made = Cmd::new("/bin/sh")
        .args(["-ec", r#"cat >"$1"; chmod 755 "$1""#, "sh"])
        .arg(path.as_os_str())
        .capture_with_input(format!("#!/bin/sh\n{text}\n").as_bytes(), &limits, clock())
        .unwrap();
    assert!(made.status.ok());
    path
}
