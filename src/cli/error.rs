//! What every module's error means to a caller: its exit code and the hint that goes with it.

use clap::error::{ContextKind, ContextValue};

use crate::domain::BadId;
use crate::domain::contract::BadResult;
use crate::durable::DurableError;
use crate::engine::EngineError;
use crate::forge::ForgeError;
use crate::git::GitError;
use crate::policy::{BadNumstat, BadPattern};
use crate::proc::ProcError;
use crate::profile::ProfileError;
use crate::service::ServiceError;
use crate::ui::{CliError, Exit};
use crate::vcs::VcsError;
use crate::worker::WorkerError;

impl From<BadId> for CliError {
    fn from(error: BadId) -> Self {
        Self::of(Exit::Usage, &error)
    }
}

impl From<BadResult> for CliError {
    fn from(error: BadResult) -> Self {
        Self::of(Exit::Data, &error)
    }
}

impl From<DurableError> for CliError {
    fn from(error: DurableError) -> Self {
        match &error {
            DurableError::Busy { .. } => Self::of(Exit::TempFail, &error),
            DurableError::Damaged { .. } | DurableError::TooLarge { .. } => {
                Self::of(Exit::Data, &error).hint("nothing was changed; put the file back from a backup, or move it away and look at `acp status`")
            }
            DurableError::Newer { .. } => Self::of(Exit::Data, &error),
            DurableError::Order { .. } => Self::of(Exit::Bug, &error)
                .hint("nothing was changed by this step; please report it"),
            DurableError::Io { .. } => {
                let full = error.is_disk_full();
                let failed = Self::of(Exit::Io, &error);
                if full {
                    failed.hint("free some disk; `acp sweep` removes what is no longer needed")
                } else {
                    failed
                }
            }
        }
    }
}

impl From<ForgeError> for CliError {
    fn from(error: ForgeError) -> Self {
        match &error {
            ForgeError::Missing { .. } => Self::of(Exit::Missing, &error),
            ForgeError::Refused { .. } => Self::of(Exit::Denied, &error),
            ForgeError::Denied { .. } => Self::of(Exit::Denied, &error)
                .hint("put a credential that the forge takes where `forge.token` of the profile points, then `acp hold clear credential`"),
            ForgeError::Forbidden { .. } => Self::of(Exit::Denied, &error)
                .hint("give the credential that permission on the forge"),
            ForgeError::Unavailable { .. } | ForgeError::Unknown { .. } => {
                Self::of(Exit::Unavailable, &error)
            }
            ForgeError::Limited { until } => Self::of(Exit::TempFail, &error).retry_at(*until),
            ForgeError::Unreadable { .. } => Self::of(Exit::Protocol, &error),
            ForgeError::Io { disk_full, .. } => {
                let failed = Self::of(Exit::Io, &error);
                if *disk_full {
                    failed.hint("free some disk; `acp sweep` removes what is no longer needed")
                } else {
                    failed
                }
            }
        }
    }
}

impl From<ServiceError> for CliError {
    fn from(error: ServiceError) -> Self {
        let other = "`acp service install --kind cron` uses the crontab, `acp heartbeat --loop` needs nothing";
        let journal = "the timer is not touched by that; `systemctl --user status 'acp-*.service'` shows the last lines too, \
                       and `journalctl --user --header` whether this user has a journal";
        match error {
            ServiceError::File(error) => error.into(),
            ServiceError::Manager {
                manager: "journalctl",
                ..
            }
            | ServiceError::NoManager("journalctl") => {
                Self::of(Exit::Unavailable, &error).hint(journal)
            }
            ServiceError::Manager { ref source, .. } => match source {
                ProcError::Failed { .. } => Self::of(Exit::Unavailable, &error).hint(other),
                _ => Self::of(Exit::Unavailable, &error),
            },
            ServiceError::NoManager(_) => Self::of(Exit::Unavailable, &error).hint(other),
            ServiceError::Unwritable { .. } => Self::of(Exit::Usage, &error),
            ServiceError::Foreign { .. } => Self::of(Exit::Denied, &error)
                .hint("look at it, and move it away when nobody needs it"),
            ServiceError::NoPlace(_) => Self::of(Exit::Config, &error),
        }
    }
}

impl From<VcsError> for CliError {
    fn from(error: VcsError) -> Self {
        match error {
            VcsError::Unfit { .. } => Self::of(Exit::No, &error),
            VcsError::Git { .. } | VcsError::Unavailable { .. } | VcsError::Unknown { .. } => {
                Self::of(Exit::Unavailable, &error)
            }
            VcsError::Denied { .. } => Self::of(Exit::Denied, &error)
                .hint("check the credential and what it may do on the forge"),
            VcsError::Refused { .. } => Self::of(Exit::Denied, &error),
            VcsError::NoGit(_) => {
                Self::of(Exit::Unavailable, &error).hint("acp needs git 2.38 or newer on PATH")
            }
            VcsError::Durable(error) => error.into(),
        }
    }
}

impl From<WorkerError> for CliError {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::Store(error) => error.into(),
            WorkerError::Vcs(error) => error.into(),
            WorkerError::NoRun(_) => Self::of(Exit::Missing, &error),
            WorkerError::NotOurs(_) | WorkerError::NotStartable { .. } => {
                Self::of(Exit::Denied, &error)
            }
            WorkerError::Illegal(_) => Self::of(Exit::Bug, &error),
            WorkerError::Start { .. } => Self::of(Exit::Unavailable, &error),
            WorkerError::Sandbox(_) => Self::of(Exit::Unavailable, &error)
                .hint("install it, or name another in `sandbox.kind`; `auto` starts agents without one where none works"),
            WorkerError::Survivors { .. } | WorkerError::Held { .. } => Self::of(Exit::No, &error),
        }
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Forge(error) => error.into(),
            EngineError::Vcs(error) => error.into(),
            EngineError::Worker(error) => error.into(),
            EngineError::Prompt { .. } | EngineError::Pattern(_) => Self::of(Exit::Config, &error),
            EngineError::Move(_) => Self::of(Exit::Bug, &error),
            EngineError::NotConfirmed { ref id, .. } => Self::of(Exit::TempFail, &error)
                .hint("it is in the outbox and will be sent; do not type it again")
                .hint(format!(
                    "`acp why {id}` tells more, `acp outbox flush` sends what is due"
                )),
            EngineError::WriteRefused { ref id, .. } => Self::of(Exit::Denied, &error).hint(
                format!("`acp outbox retry {id}` tries again, `acp outbox drop {id}` gives it up"),
            ),
            EngineError::Forbidden { .. } => Self::of(Exit::Denied, &error),
            EngineError::Missing { .. } => Self::of(Exit::Missing, &error),
            EngineError::Away(ref stale) => {
                let shown = Self::of(crate::ui::standing::exit_of(stale), &error);
                match stale.next {
                    Some(next) => shown.retry_at(next),
                    None => shown,
                }
            }
        }
    }
}

impl From<ProfileError> for CliError {
    fn from(error: ProfileError) -> Self {
        let kind = match &error {
            // A file that is no text is as wrong as one with a typo.
            ProfileError::Invalid { .. }
            | ProfileError::Unreadable(
                DurableError::Damaged { .. } | DurableError::TooLarge { .. },
            ) => Exit::Config,
            ProfileError::Missing { .. } | ProfileError::NoProfile => Exit::Missing,
            ProfileError::BadName { .. } | ProfileError::TooManyProfiles { .. } => Exit::Usage,
            ProfileError::Unreadable(_) | ProfileError::Unlisted { .. } => Exit::Io,
        };
        let shown = Self::of(kind, &error);
        match error {
            ProfileError::Invalid { .. } => {
                shown.hint("`acp profile check` explains every problem")
            }
            ProfileError::Missing { .. } => shown.hint("`acp profile list` lists them"),
            _ => shown,
        }
    }
}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::NoGit(_) | GitError::Failed { .. } => Self::of(Exit::Unavailable, &error),
            GitError::Damaged { .. } => Self::of(Exit::Data, &error),
            GitError::Durable(error) => error.into(),
        }
    }
}

impl From<BadNumstat> for CliError {
    fn from(error: BadNumstat) -> Self {
        Self::of(Exit::Data, &error)
    }
}

impl From<BadPattern> for CliError {
    fn from(error: BadPattern) -> Self {
        Self::of(Exit::Config, &error)
    }
}

/// A wrong call, from clap's words: the sentence, and its tips as hints.
pub(super) fn usage_from_clap(error: &clap::Error) -> CliError {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("the call is wrong");
    let mut usage = CliError::usage(first.trim_start_matches("error: "));
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ") {
            usage = usage.hint(tip);
        }
    }
    if let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) {
        let line = line.to_string();
        usage = usage.hint(line.trim().replace("Usage:", "usage:"));
    }
    usage
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn every_error_of_a_forge_has_its_exit_code() {
        let (tried, why, what) = ("push".to_owned(), "no".to_owned(), "it".to_owned());
        let until = Timestamp::UNIX_EPOCH;
        let refused = ForgeError::Refused {
            tried: tried.clone(),
            why: why.clone(),
        };
        let denied = ForgeError::Denied {
            tried: tried.clone(),
            why: why.clone(),
        };
        let forbidden = ForgeError::Forbidden {
            tried: tried.clone(),
            why: why.clone(),
        };
        let lost = ForgeError::Unknown {
            tried: tried.clone(),
            why: why.clone(),
        };
        let full = ForgeError::Io {
            tried,
            why: why.clone(),
            disk_full: true,
        };
        for (error, code) in [
            (ForgeError::Missing { what: what.clone() }, 66),
            (refused, 77),
            (denied, 77),
            (forbidden, 77),
            (lost, 69),
            (ForgeError::Limited { until }, 75),
            (ForgeError::Unreadable { what, why }, 76),
            (full, 74),
        ] {
            let error = CliError::from(error);
            assert_eq!(error.kind.code(), code, "{error:?}");
            assert_eq!(error.retry_at.is_some(), code == 75);
        }
    }

    #[test]
    fn a_lock_out_of_order_is_a_bug() {
        use crate::durable::Rank;
        let error = CliError::from(DurableError::Order {
            path: "/x.lock".into(),
            wanted: Rank::Pass,
            held: Rank::Journal,
        });
        assert_eq!((error.kind.code(), error.hints.len()), (70, 1));
    }

    #[test]
    fn an_error_of_the_disk_names_its_cause() {
        let error = CliError::from(DurableError::Io {
            doing: "write",
            path: "/x".into(),
            source: std::io::Error::from(std::io::ErrorKind::StorageFull),
        });
        assert_eq!(error.kind, Exit::Io);
        assert_eq!((error.causes.len(), error.hints.len()), (1, 1));
    }
}
