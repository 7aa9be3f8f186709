//! What can go wrong with git.

use std::path::Path;

use crate::durable::DurableError;
use crate::proc::ProcError;

/// The longest explanation that is kept.
const WHY_CHARS_MAX: usize = 600;

/// A git operation that did not end well.
#[derive(thiserror::Error, Debug)]
pub enum GitError {
    /// git is missing or too old.
    #[error("{0}")]
    NoGit(String),
    /// git failed.
    #[error("cannot {tried}: {why}")]
    Failed {
        /// What was tried.
        tried: String,
        /// git's words, cut and cleaned.
        why: String,
    },
    /// A file of the repository is not what git writes.
    #[error("`{path}` is damaged: {why}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Files of this machine.
    #[error(transparent)]
    Durable(#[from] DurableError),
}

impl GitError {
    pub(super) fn failed(tried: &str, why: &str) -> Self {
        Self::Failed {
            tried: tried.to_owned(),
            why: clean(why),
        }
    }

    pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged {
            path: clean(&path.to_string_lossy()),
            why: why.into(),
        }
    }

    pub(super) fn from_proc(tried: &str, error: &ProcError) -> Self {
        match error {
            ProcError::NotFound { program } => Self::NoGit(format!(
                "cannot find git (`{program}`): install git {}.{} or newer",
                super::command::OLDEST.0,
                super::command::OLDEST.1
            )),
            other => {
                let cause = std::error::Error::source(other)
                    .map_or_else(String::new, |source| format!(": {source}"));
                Self::failed(tried, &format!("{other}{cause}"))
            }
        }
    }
}

/// The end of `text` on one line and without control characters: git quotes what an agent or a remote wrote.
pub(super) fn clean(text: &str) -> String {
    let one_line: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect();
    let skip = one_line.chars().count().saturating_sub(WHY_CHARS_MAX);
    one_line.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_one_short_line_without_control_characters() {
        assert_eq!(
            clean("fatal: a\n\u{1b}[31mb\u{7}\n"),
            "fatal: a \u{fffd}[31mb\u{fffd}"
        );
        let long = format!("{}end", "x".repeat(5000));
        assert_eq!(clean(&long).chars().count(), WHY_CHARS_MAX);
        assert!(clean(&long).ends_with("xend"));
    }
}
