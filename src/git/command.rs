//! The environment that every call of git gets.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::proc::Cmd;
use crate::sys::Clock;

use super::{Call, GitError};

/// The oldest git that has `merge-tree --write-tree`.
pub(super) const OLDEST: (u32, u32) = (2, 38);

/// Where git looks for programs beside its own folder: `sh` for a transfer between two repositories, little else.
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Settings that win over the repository's own. An agent can write to that file at any moment; with these it can make
/// git neither run a program of its choice nor believe in a cache that the agent filled.
const SETTINGS: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.attributesFile", "/dev/null"),
    ("core.excludesFile", "/dev/null"),
    ("core.commitGraph", "false"),
    ("core.sparseCheckout", "false"),
    ("core.autocrlf", "false"),
    ("core.safecrlf", "false"),
    ("core.preferSymlinkRefs", "false"),
    // Objects and refs that a record names must survive a power cut together with it.
    ("core.fsync", "committed,reference"),
    ("core.fsyncMethod", "batch"),
    ("commit.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("protocol.ext.allow", "never"),
    ("advice.addEmbeddedRepo", "false"),
];

/// git for one repository. Every call has an empty environment but for what is named here, no user or system
/// configuration, no hooks, no prompt, no replaced objects, no transport but files, a deadline, and the repository
/// named explicitly, so that nothing is ever found by looking upwards from some folder.
#[derive(Clone)]
pub struct Git<'a> {
    program: PathBuf,
    repo: PathBuf,
    clock: &'a dyn Clock,
}

impl<'a> Git<'a> {
    /// `program` (best a full path) for the repository `git_dir`.
    pub fn new(
        program: impl Into<PathBuf>,
        git_dir: impl Into<PathBuf>,
        clock: &'a dyn Clock,
    ) -> Self {
        Self {
            program: program.into(),
            repo: git_dir.into(),
            clock,
        }
    }

    /// The same program for another repository.
    #[must_use]
    pub fn at(&self, git_dir: impl Into<PathBuf>) -> Self {
        Self {
            repo: git_dir.into(),
            ..self.clone()
        }
    }

    /// The repository.
    pub fn dir(&self) -> &Path {
        &self.repo
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The clock that deadlines are measured with.
    pub fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// Begins a call; `tried` is how an error reads after "cannot".
    pub fn call(&self, tried: &str) -> Call<'a> {
        let mut git_dir = OsString::from("--git-dir=");
        git_dir.push(&self.repo);
        Call::new(self.bare_cmd().arg(git_dir), tried, self.clock)
    }

    /// A call without a repository, for what makes one.
    pub(super) fn call_nowhere(&self, tried: &str) -> Call<'a> {
        Call::new(self.bare_cmd(), tried, self.clock)
    }

    /// Which file the program is, as one line that changes when it is replaced. `None` when it cannot be looked at.
    pub fn identity(&self) -> Option<String> {
        let meta = self.program.metadata().ok()?;
        let (changed, nanos) = (meta.ctime(), meta.ctime_nsec());
        let place = format!("{}:{} {} bytes", meta.dev(), meta.ino(), meta.len());
        let program = self.program.display();
        Some(format!("{program} {place} {changed}.{nanos:09}\n"))
    }

    /// Fails with the version that was found unless git is new enough.
    pub fn check_version(&self) -> Result<(), GitError> {
        self.version(None).map(drop)
    }

    /// What git says of its version, asked for no longer than `limit`, or as long as any call may take.
    ///
    /// # Errors
    /// `NoGit` when it is too old or no git at all, `Failed` when it does not answer.
    pub fn version(&self, limit: Option<Duration>) -> Result<String, GitError> {
        let mut call = self.call_nowhere("ask git for its version");
        if let Some(limit) = limit {
            call = call.within(limit);
        }
        let out = call.arg("version").line()?;
        let oldest = format!("{}.{}", OLDEST.0, OLDEST.1);
        match parse_version(&out) {
            Some(version) if version >= OLDEST => Ok(super::error::clean(&out)),
            Some(_) => Err(GitError::NoGit(format!(
                "`{}` is {}, but acp needs git {oldest} or newer",
                self.program.display(),
                super::error::clean(&out)
            ))),
            None => Err(GitError::NoGit(format!(
                "`{}` does not answer like git: {}",
                self.program.display(),
                super::error::clean(&out)
            ))),
        }
    }

    fn bare_cmd(&self) -> Cmd {
        let mut cmd = Cmd::new(&self.program)
            .dir("/")
            .env_clear()
            .env("PATH", self.path())
            .env("HOME", "/nonexistent")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_PROTOCOL_FROM_USER", "0")
            .env("GIT_ALLOW_PROTOCOL", "file")
            .env("GIT_DEFAULT_REF_FORMAT", "files")
            .env("GIT_ADVICE", "0")
            .env("GIT_CONFIG_COUNT", SETTINGS.len().to_string());
        for (n, (key, value)) in SETTINGS.iter().enumerate() {
            cmd = cmd
                .env(format!("GIT_CONFIG_KEY_{n}"), key)
                .env(format!("GIT_CONFIG_VALUE_{n}"), value);
        }
        cmd
    }

    fn path(&self) -> OsString {
        let mut path = OsString::new();
        if let Some(folder) = self.program.parent().filter(|p| p.is_absolute()) {
            path.push(folder);
            path.push(":");
        }
        path.push(SYSTEM_PATH);
        path
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix("git version ")?.split(['.', ' ', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::{TestRepo, script};

    #[test]
    fn versions_of_all_makers_are_read() {
        assert_eq!(parse_version("git version 2.47.3"), Some((2, 47)));
        assert_eq!(
            parse_version("git version 2.39.5 (Apple Git-154)"),
            Some((2, 39))
        );
        assert_eq!(parse_version("git version 2.50.GIT-dirty-7"), Some((2, 50)));
        assert_eq!(parse_version("hub version 2.14"), None);
    }

    #[test]
    fn an_old_or_missing_git_is_named() {
        let repo = TestRepo::new();
        repo.git().check_version().unwrap();
        let old = script(repo.dir(), "echo git version 2.30.1");
        let error = |program: &Path| {
            let git = Git::new(program, repo.dir(), repo.clock());
            git.check_version().unwrap_err().to_string()
        };
        assert!(error(&old).ends_with("is git version 2.30.1, but acp needs git 2.38 or newer"));
        let other = script(repo.dir(), "echo '\u{1b}[2Jhello'");
        assert!(error(&other).contains("does not answer like git: \u{fffd}[2Jhello"));
        assert!(error(&repo.dir().join("absent")).starts_with("cannot find git"));
    }

    #[test]
    fn nothing_of_the_outer_environment_reaches_git() {
        let repo = TestRepo::new();
        let env = script(
            repo.dir(),
            "env | grep -v '^GIT_CONFIG_\\(KEY\\|VALUE\\)_' | sort",
        );
        let out = Git::new(env, repo.dir(), repo.clock())
            .call("look")
            .ok()
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        let names: Vec<&str> = text.lines().filter_map(|l| l.split('=').next()).collect();
        let known = |name: &&str| {
            name.starts_with("GIT_")
                || [
                    "HOME", "LC_ALL", "PATH", "TZ", "PWD", "_", "SHLVL", "OLDPWD",
                ]
                .contains(name)
        };
        assert!(names.iter().all(known), "{names:?}");
        assert!(text.contains("GIT_CONFIG_GLOBAL=/dev/null\nGIT_CONFIG_NOSYSTEM=1\n"));
    }
}
