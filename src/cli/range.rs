//! The change between two commits of whatever repository the current folder belongs to.

use std::path::{Path, PathBuf};

use crate::domain::{DiffFacts, Sha};
use crate::git::{Git, diff_facts, diff_facts_of_names};
use crate::proc::find_program;
use crate::sys::{Clock, Env};
use crate::ui::{CliError, Exit};

/// The longest `.git` file that is read.
const LINK_BYTES_MAX: u64 = 8 * 1024;

/// What the change of `range` (`A..B`; a missing side is HEAD) touches.
pub(super) fn diff_of_range(
    range: &str,
    env: &Env,
    clock: &dyn Clock,
) -> Result<DiffFacts, CliError> {
    let (base, head) = sides(range)?;
    let folder = std::env::current_dir().map_err(|error| {
        CliError::of(Exit::Io, &error).hint("is the current folder still there?")
    })?;
    let git_dir = git_dir_of(&folder)?;
    let path = env.raw("PATH").unwrap_or_default();
    let program = find_program("git".as_ref(), path, &folder).ok_or_else(|| {
        CliError::new(Exit::Unavailable, "cannot find git on PATH")
            .hint("acp needs git 2.38 or newer")
    })?;
    let git = Git::new(program, git_dir, clock);
    if let Some(facts) = diff_facts_of_names(&git, base, head)? {
        return Ok(facts);
    }
    Ok(diff_facts(
        &git,
        &commit(&git, base)?,
        &commit(&git, head)?,
    )?)
}

fn sides(range: &str) -> Result<(&str, &str), CliError> {
    let (base, head) = range.split_once("..").ok_or_else(|| {
        CliError::usage(format!("`{range}` is no range")).hint("write `main..HEAD`, for example")
    })?;
    // Both forms mean the change since the merge base: it is what a pull request shows.
    let head = head.strip_prefix('.').unwrap_or(head);
    let or_head = |side: &'static str, given| if str::is_empty(given) { side } else { given };
    Ok((or_head("HEAD", base), or_head("HEAD", head)))
}

fn commit(git: &Git<'_>, name: &str) -> Result<Sha, CliError> {
    git.call(&format!("find the commit `{name}`"))
        .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
        .arg(format!("{name}^{{commit}}"))
        .sha()
        .map_err(|error| {
            CliError::new(Exit::Missing, format!("there is no commit `{name}`"))
                .because_of(Some(&error))
        })
}

/// The git folder of the repository that holds `folder`: a checkout, a worktree or a bare repository.
pub(super) fn git_dir_of(folder: &Path) -> Result<PathBuf, CliError> {
    for above in folder.ancestors() {
        let link = above.join(".git");
        if link.is_dir() {
            return Ok(link);
        }
        if link.is_file() {
            let text = crate::durable::read_file(&link, LINK_BYTES_MAX)?.unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            let target = text.strip_prefix("gitdir:").map(str::trim);
            let target = target.ok_or_else(|| {
                CliError::new(Exit::Data, format!("`{}` is damaged", link.display()))
            })?;
            return Ok(above.join(target));
        }
        if above.join("HEAD").is_file() && above.join("objects").is_dir() {
            return Ok(above.to_owned());
        }
    }
    Err(CliError::new(
        Exit::Missing,
        format!("`{}` is in no git repository", folder.display()),
    )
    .hint("`git init` and a first commit make one"))
}
