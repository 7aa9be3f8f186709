//! What `acp init` and `acp demo` need of this machine: a look at a checkout, a local forge, one remote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Wiring;
use super::open::git_program;
use crate::agent;
use crate::cli::range::git_dir_of;
use crate::commands::{Checkout, Session};
use crate::domain::BranchName;
use crate::forge::local::LocalForge;
use crate::git::Git;
use crate::policy;
use crate::sys::{Clock, Env};
use crate::ui::{CliError, Exit};
use crate::{durable, proc};

/// The files at the top of a checkout that tell how it is tested.
const BUILD_FILES: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "Makefile",
    "justfile",
    "pyproject.toml",
    "go.mod",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "npm-shrinkwrap.json",
    "uv.lock",
    "poetry.lock",
    "setup.cfg",
    "tox.ini",
    "GNUmakefile",
    "makefile",
    "Justfile",
    ".justfile",
];

/// The most that is read of one of them, in bytes.
const BUILD_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The most names at the top of a checkout that are looked at.
const NAMES_MAX: usize = 10_000;

/// What asking a program for its version may take.
const VERSION_LIMITS: proc::Quick = proc::Quick {
    deadline: Duration::from_secs(10),
    output_bytes_max: 4096,
};

/// Characters of a version that are shown.
const VERSION_CHARS_MAX: usize = 60;

/// Looks at the checkout that holds `folder`.
pub(in crate::cli) fn checkout(session: &Session<'_>, folder: &Path) -> Result<Checkout, CliError> {
    let folder = folder.canonicalize().map_err(|error| {
        CliError::new(
            Exit::Missing,
            format!("there is no folder `{}`", folder.display()),
        )
        .because_of(Some(&error))
    })?;
    let git_dir = git_dir_of(&folder)?;
    let git = Git::new(git_program(session)?, &git_dir, session.clock);
    git.check_version()?;
    let branch = git
        .call("find the branch that is checked out")
        .args(["symbolic-ref", "--quiet", "--short", "HEAD"])
        .line()
        .ok()
        .and_then(|name| BranchName::try_from(name.trim().to_owned()).ok());
    let has_commits = git
        .call("find a commit")
        .args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        .sha()
        .is_ok();
    let acp_remote = remote(&git, "acp");
    let origin = remote(&git, "origin");
    let top = top_of(&folder);
    Ok(Checkout {
        files: build_files(&top),
        names: names_in(&top),
        top,
        git_dir,
        branch,
        has_commits,
        acp_remote,
        origin,
    })
}

/// The folder that holds `.git`, at or above `folder`; a bare repository is its own top.
fn top_of(folder: &Path) -> PathBuf {
    let holds = |folder: &&Path| folder.join(".git").exists();
    folder.ancestors().find(holds).unwrap_or(folder).to_owned()
}

fn build_files(top: &Path) -> BTreeMap<String, String> {
    let read = |name: &&str| {
        let bytes = durable::read_file(&top.join(name), BUILD_FILE_BYTES_MAX).ok()??;
        Some((
            (*name).to_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        ))
    };
    BUILD_FILES.iter().filter_map(read).collect()
}

fn names_in(top: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(top).into_iter().flatten().flatten();
    entries
        .take(NAMES_MAX)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Writes everything that a bare repository holds into one file; `false`: it holds nothing. The file appears whole.
pub(in crate::cli) fn bundle(
    session: &Session<'_>,
    repo_git: &Path,
    file: &Path,
) -> Result<bool, CliError> {
    let git = Git::new(git_program(session)?, repo_git, session.clock);
    let any = git
        .call("look for branches")
        .args(["for-each-ref", "--count=1", "--format=%(refname)"])
        .line()?;
    if any.trim().is_empty() {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        durable::create_dirs(folder)?;
    }
    let mut part = file.as_os_str().to_owned();
    part.push(".tmp");
    let part = PathBuf::from(part);
    durable::remove_file(&part)?;
    git.call("write a bundle of everything")
        .args(["bundle", "create", "--quiet"])
        .arg(&part)
        .arg("--all")
        .long()
        .ok()?;
    git.call("verify the bundle")
        .args(["bundle", "verify", "--quiet"])
        .arg(&part)
        .long()
        .ok()?;
    // git does not sync it, and what it was made from goes next.
    std::fs::File::open(&part)
        .and_then(|file| file.sync_all())
        .map_err(|error| {
            CliError::new(Exit::Io, format!("cannot sync `{}`", part.display()))
                .because_of(Some(&error))
        })?;
    durable::remove_file(file)?;
    durable::move_dir(&part, file)?;
    Ok(true)
}

fn remote(git: &Git<'_>, name: &str) -> Option<String> {
    let url = git
        .call("read a remote")
        .args(["config", "--local", "--get"])
        .arg(format!("remote.{name}.url"))
        .line()
        .ok()?;
    Some(url.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Adds a remote to a checkout: the only change that acp ever makes there.
pub(in crate::cli) fn add_remote(
    session: &Session<'_>,
    checkout: &Checkout,
    name: &str,
    url: &str,
) -> Result<(), CliError> {
    let git = Git::new(git_program(session)?, &checkout.git_dir, session.clock);
    git.call(&format!("add the remote `{name}`"))
        .args(["remote", "add", name])
        .arg(url)
        .ok()
        .map(drop)
        .map_err(CliError::from)
}

/// Makes the local forge `name` from a checkout; `false`: it is there already.
pub(in crate::cli) fn make_local_forge(
    wiring: &Wiring<'_>,
    session: &Session<'_>,
    dir: &Path,
    from: &Path,
    base: &BranchName,
) -> Result<bool, CliError> {
    let git = git_program(session)?;
    // Looked at first, so that a wrong name leaves nothing behind.
    let tip = format!("refs/heads/{base}^{{commit}}");
    Git::new(git.clone(), from, session.clock)
        .call("find the base branch")
        .args(["rev-parse", "--verify", "--quiet"])
        .arg(tip)
        .sha()
        .map_err(|_no_such_branch| {
            let what = format!("there is no branch `{base}` in `{}`", from.display());
            CliError::new(Exit::Missing, what)
                .hint("`--base BRANCH` names the branch that work starts from and goes to")
        })?;
    let clock = wiring.shared_clock();
    Ok(LocalForge::create(dir, from, base, &*clock, &git)?)
}

/// The agents of which the program is on PATH, in the order in which acp prefers them.
pub(in crate::cli) fn installed_agents(session: &Session<'_>) -> Vec<String> {
    let path = session.env.raw("PATH").unwrap_or_default();
    let installed = |name: &str| proc::find_program(name.as_ref(), path, Path::new("/")).is_some();
    let names = agent::all().iter().map(|agent| agent.name());
    names
        .filter(|name| *name != "command" && installed(name))
        .map(str::to_owned)
        .collect()
}

/// What a program says to `--version`. It gets no more of the environment than it needs to start, and no login.
pub(in crate::cli) fn version_of(env: &Env, clock: &dyn Clock, program: &Path) -> Option<String> {
    let mut cmd = proc::Cmd::new(program).arg("--version").env_clear();
    for name in ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"] {
        if let Some(value) = env.raw(name) {
            cmd = cmd.env(name, value);
        }
    }
    let output = cmd.capture(&VERSION_LIMITS, clock).ok()?;
    let said = if output.stdout.is_empty() {
        output.stderr
    } else {
        output.stdout
    };
    let text = String::from_utf8_lossy(&said).into_owned();
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(policy::one_line(line, VERSION_CHARS_MAX)).filter(|line| !line.is_empty())
}

/// Runs git on a repository of acp's own making, for the demonstration.
pub(in crate::cli) fn sample_repository(
    session: &Session<'_>,
    folder: &Path,
    files: &[(&str, &str)],
) -> Result<(), CliError> {
    durable::create_dirs(folder)?;
    for (path, text) in files {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            durable::create_dirs(parent)?;
        }
        durable::write_atomic(&file, text.as_bytes())?;
    }
    let program = git_program(session)?;
    let git = Git::new(program, folder.join(".git"), session.clock);
    git.check_version()?;
    let index = folder.join(".git/index");
    git.call("make the sample repository")
        .args([
            "init",
            "--quiet",
            "--initial-branch=main",
            "--ref-format=files",
        ])
        .arg(folder)
        .ok()
        .or_else(|_older_git_has_no_ref_format| {
            git.call("make the sample repository")
                .args(["init", "--quiet", "--initial-branch=main"])
                .arg(folder)
                .ok()
        })?;
    git.call("add the sample files")
        .args(["add", "-A"])
        .files(folder, &index)
        .ok()?;
    git.call("commit the sample files")
        .files(folder, &index)
        .env("GIT_AUTHOR_NAME", "acp demo")
        .env("GIT_AUTHOR_EMAIL", "demo@localhost")
        .env("GIT_COMMITTER_NAME", "acp demo")
        .env("GIT_COMMITTER_EMAIL", "demo@localhost")
        .args(["commit", "--quiet", "-m", "A sample project"])
        .ok()?;
    Ok(())
}
