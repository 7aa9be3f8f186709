//! Why there is no profile to work with.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::domain::ProfileId;
use crate::durable::DurableError;

/// The result of everything that loads.
pub type Result<T, E = ProfileError> = std::result::Result<T, E>;

/// How many problems the text of an error lists.
const SHOWN_MAX: usize = 50;

/// One thing that is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where the value stands: a file, an environment variable or a flag.
    pub place: String,
    /// The line in that file, when there is one.
    pub line: Option<usize>,
    /// The key, dotted; empty when it is the file as a whole.
    pub key: String,
    /// What is wrong: what is allowed, and what was found. Never shows a secret.
    pub message: String,
    /// What to do about it, or what was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// Why a profile could not be chosen or loaded.
#[derive(thiserror::Error, Debug)]
pub enum ProfileError {
    /// There are problems, all of them listed.
    #[error("{}", listed(.path, .problems))]
    Invalid {
        /// The profile's file.
        path: PathBuf,
        /// All that is wrong, in the order of the layers and lines.
        problems: Vec<Problem>,
    },
    /// There is no profile of that name.
    #[error("there is no profile `{id}`{}", known_text(.known))]
    Missing {
        /// The name that was asked for.
        id: ProfileId,
        /// The profiles that there are.
        known: Vec<ProfileId>,
    },
    /// A file could not be read.
    #[error("cannot read the profile")]
    Unreadable(#[from] DurableError),
    /// The folder of the profiles could not be listed.
    #[error("cannot list the profiles in `{}`", .path.display())]
    Unlisted {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// `ACP_PROFILE` or `--profile` is not the name of a profile.
    #[error("cannot use the profile that {from} names")]
    BadName {
        /// Where the name came from.
        from: &'static str,
        /// Why it is none.
        source: crate::domain::BadId,
    },
    /// Several profiles could be meant.
    #[error("several profiles could be meant{}: name one with `--profile` or ACP_PROFILE", known_text(.known))]
    TooManyProfiles {
        /// The profiles that there are.
        known: Vec<ProfileId>,
    },
    /// There is no profile yet.
    #[error("there is no profile yet: `acp init` makes one")]
    NoProfile,
}

fn listed(path: &Path, problems: &[Problem]) -> String {
    let shown = problems.iter().take(SHOWN_MAX);
    let lines: Vec<String> = shown.map(|p| format!("\n  {p}")).collect();
    let more = match problems.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    let noun = if problems.len() == 1 {
        "problem"
    } else {
        "problems"
    };
    format!(
        "the profile `{}` has {} {noun}{}{more}",
        path.display(),
        problems.len(),
        lines.concat()
    )
}

fn known_text(known: &[ProfileId]) -> String {
    if known.is_empty() {
        return String::new();
    }
    let names: Vec<String> = known.iter().map(|id| format!("`{id}`")).collect();
    format!(" (there are {})", names.join(", "))
}
