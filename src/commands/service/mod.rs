//! `acp service`: the timers that start passes.

mod install;
mod logs;
mod status;
mod switch;
mod uninstall;
mod words;

use std::path::Path;

use clap::ValueEnum;

use super::{Session, Verb};
use crate::domain::{ProfileId, Timer, TimerKind};
use crate::profile;
use crate::service::ServiceManager;
use crate::store::{Home, Store};
use crate::ui::{CliError, Exit, Output};

pub(super) use install::{TimerMade, period, set_up};
pub(super) use words::pace_of;

/// Installs the timers that start passes, and looks after them.
#[derive(clap::Subcommand)]
pub(super) enum Service {
    #[command(about = "Start passes by a timer of this machine")]
    Install(install::Install),
    #[command(about = "Take the timer away")]
    Uninstall(uninstall::Uninstall),
    #[command(about = "Say how passes keep time, and what went wrong")]
    Status(status::Status),
    #[command(about = "Let a stopped timer start passes again")]
    Start(switch::Start),
    #[command(about = "Let a timer start no more passes")]
    Stop(switch::Stop),
    #[command(about = "Show what the passes of a timer printed")]
    Logs(logs::Logs),
}

impl Verb for Service {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::Install(args) => args.run(session),
            Self::Uninstall(args) => args.run(session),
            Self::Status(args) => args.run(session),
            Self::Start(args) => args.run(session),
            Self::Stop(args) => args.run(session),
            Self::Logs(args) => args.run(session),
        }
    }
}

/// What of this machine starts the passes, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// User units of systemd
    Systemd,
    /// A launch agent of macOS
    Launchd,
    /// Lines in the crontab
    Cron,
}

impl From<Kind> for TimerKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Systemd => Self::Systemd,
            Kind::Launchd => Self::Launchd,
            Kind::Cron => Self::Cron,
        }
    }
}

/// A profile and its timer.
struct Place {
    id: ProfileId,
    store: Store,
}

impl Place {
    fn new(home: &Home, id: ProfileId) -> Self {
        Self {
            store: Store::new(home.layout(&id)),
            id,
        }
    }

    /// The timer that was installed.
    fn timer(&self) -> Result<Timer, CliError> {
        self.store.timer()?.ok_or_else(|| {
            let what = format!("no timer was installed for the profile `{}`", self.id);
            CliError::new(Exit::Missing, what).hint(format!(
                "`acp service install --every 1m --profile {}` installs one",
                self.id
            ))
        })
    }

    /// What runs it.
    fn manager<'s>(
        session: &'s Session<'_>,
        timer: &Timer,
    ) -> Result<Box<dyn ServiceManager + 's>, CliError> {
        session.ports.services(session, Some(timer.kind))
    }
}

/// The files of the timer of a profile, or none when it has none.
pub(super) fn files_of_timer(
    session: &Session<'_>,
    id: &ProfileId,
    store: &Store,
) -> Result<Vec<String>, CliError> {
    let Some(timer) = store.timer()? else {
        return Ok(vec![]);
    };
    let texts = Place::manager(session, &timer)?.texts(id, &timer)?;
    let named = |path: &Path| {
        if path.is_absolute() {
            path.display().to_string()
        } else {
            format!("the lines of `{id}` in the {}", path.display())
        }
    };
    Ok(texts.iter().map(|unit| named(&unit.path)).collect())
}

/// Takes the timer of a profile away, if it has one. The record goes last, so that a repetition goes on.
pub(super) fn take_away(
    session: &Session<'_>,
    id: &ProfileId,
    store: &Store,
) -> Result<Option<TimerKind>, CliError> {
    let Some(timer) = store.timer()? else {
        return Ok(None);
    };
    Place::manager(session, &timer)?.remove(id)?;
    store.forget_timer()?;
    Ok(Some(timer.kind))
}

/// The profiles that a call is about: all of them, or the one that is named or found.
fn places(session: &Session<'_>, all: bool) -> Result<Vec<Place>, CliError> {
    let home = session.ports.home(session)?;
    if !all {
        let id = session.ports.select(session, &home)?;
        return Ok(vec![Place::new(&home, id)]);
    }
    if session.profile.is_some() {
        return Err(CliError::usage(
            "`--all` and `--profile` exclude each other",
        ));
    }
    let ids = profile::list(&home.config)?;
    if ids.is_empty() {
        return Err(
            CliError::new(Exit::Missing, "there is no profile yet").hint("`acp init` writes one")
        );
    }
    Ok(ids.into_iter().map(|id| Place::new(&home, id)).collect())
}

/// The same for a look, which is about all profiles unless one is named; none is no error.
fn places_to_look_at(session: &Session<'_>) -> Result<Vec<Place>, CliError> {
    if session.profile.is_some() {
        return places(session, false);
    }
    let home = session.ports.home(session)?;
    let ids = profile::list(&home.config)?;
    Ok(ids.into_iter().map(|id| Place::new(&home, id)).collect())
}
