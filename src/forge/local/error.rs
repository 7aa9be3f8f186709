//! What a failing file means to whoever asked the forge.

use crate::durable::DurableError;
use crate::forge::ForgeError;
use crate::git::GitError;

impl From<DurableError> for ForgeError {
    fn from(error: DurableError) -> Self {
        let disk_full = error.is_disk_full();
        match &error {
            DurableError::Io {
                doing,
                path,
                source,
            } => Self::Io {
                tried: format!("{doing} `{}`", path.display()),
                why: source.to_string(),
                disk_full,
            },
            DurableError::Busy { .. } | DurableError::Order { .. } => Self::Unavailable {
                tried: "lock the local forge".to_owned(),
                why: error.to_string(),
            },
            DurableError::Damaged { path, .. }
            | DurableError::Newer { path, .. }
            | DurableError::TooLarge { path, .. } => Self::Unreadable {
                what: format!("`{}`", path.display()),
                why: error.to_string(),
            },
        }
    }
}

impl From<GitError> for ForgeError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Durable(error) => error.into(),
            GitError::Failed { tried, why } => Self::Unavailable { tried, why },
            GitError::NoGit(why) => Self::Unavailable {
                tried: "run git".to_owned(),
                why,
            },
            GitError::Damaged { path, why } => Self::Unreadable {
                what: format!("`{path}`"),
                why,
            },
        }
    }
}
