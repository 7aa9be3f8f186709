//! What can go wrong on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Holder, Rank};

/// The result of everything in this module.
pub type Result<T, E = DurableError> = std::result::Result<T, E>;

/// Why a file could not be read, written or locked.
#[derive(thiserror::Error, Debug)]
pub enum DurableError {
    /// The operating system refused; the cause is in `source`.
    #[error("cannot {doing} `{}`", .path.display())]
    Io {
        /// What was tried, as it reads after "cannot".
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody else held a lock for longer than the limit.
    #[error("{}", busy_text(.path, .holder.as_ref(), *.waited))]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// Who has it, as far as the lock file tells.
        holder: Option<Holder>,
        /// How long was waited.
        waited: Duration,
    },
    /// A lock was to be taken out of order: a mistake in acp. It was not taken.
    #[error("the lock `{}` ({wanted}) must not be taken while a lock `{held}` is held", .path.display())]
    Order {
        /// The lock file.
        path: PathBuf,
        /// Its rank.
        wanted: Rank,
        /// The rank of one that the thread holds.
        held: Rank,
    },
    /// The file is there, but not as acp writes it. Nothing is guessed and nothing is overwritten.
    #[error("`{}` is damaged: {detail}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        detail: String,
    },
    /// A newer acp wrote the file. It is neither read nor overwritten.
    #[error("`{}` has format {found}, this acp knows up to {supported}: use the newer acp", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u32,
        /// The newest format that this acp knows.
        supported: u32,
    },
    /// The file is larger than anything acp would have written there.
    #[error("`{}` is larger than {limit_bytes} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit that it exceeds.
        limit_bytes: u64,
    },
}

impl DurableError {
    /// Whether it is about what one file holds: every other file is as good as it was.
    pub const fn is_unreadable(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. } | Self::Newer { .. } | Self::TooLarge { .. }
        )
    }

    /// Whether there was no room: the disk, the quota or the limit of a file's size is exhausted.
    pub fn is_disk_full(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(
            self.io_kind(),
            Some(StorageFull | QuotaExceeded | FileTooLarge)
        )
    }

    /// Whether the file system is mounted read-only.
    pub fn is_read_only(&self) -> bool {
        self.io_kind() == Some(io::ErrorKind::ReadOnlyFilesystem)
    }

    fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }

    pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            detail: detail.into(),
        }
    }
}

/// Says what was tried on what, for an error of the operating system.
pub(super) trait Context<T> {
    /// `doing` is how the sentence goes on after "cannot".
    fn doing(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> Context<T> for std::result::Result<T, E> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| DurableError::Io {
            doing,
            path: path.to_owned(),
            source: source.into(),
        })
    }
}

fn busy_text(path: &Path, holder: Option<&Holder>, waited: Duration) -> String {
    let who = match holder {
        Some(Holder {
            host,
            pid,
            command,
            since,
        }) => format!("`{command}` (pid {pid} on {host}, since {since})"),
        None => "another process".to_owned(),
    };
    format!(
        "{who} still holds the lock `{}` after {:.1} s; try again when it has let it go",
        path.display(),
        waited.as_secs_f64()
    )
}
