//! Which timers this machine has.

use std::path::Path;

use super::Wiring;
use super::open::find;
use crate::commands::Session;
use crate::domain::TimerKind;
use crate::service::cron::Cron;
use crate::service::launchd::Launchd;
use crate::service::systemd::Systemd;
use crate::service::{Programs, ServiceManager};
use crate::sys::{Clock, Env};
use crate::ui::{CliError, Exit};

/// What runs timers of that kind, or of the kind that this machine has.
pub(in crate::cli) fn manager<'w>(
    wiring: &'w Wiring<'_>,
    session: &Session<'_>,
    kind: Option<TimerKind>,
) -> Result<Box<dyn ServiceManager + 'w>, CliError> {
    let kind = kind.map_or_else(|| found(session), Ok)?;
    Ok(of_kind(wiring.env, wiring.clock(), kind))
}

/// What runs timers of that kind.
pub(super) fn of_kind<'e>(
    env: &'e Env,
    clock: &'e dyn Clock,
    kind: TimerKind,
) -> Box<dyn ServiceManager + 'e> {
    let programs = Programs {
        env,
        clock,
        uid: rustix::process::getuid().as_raw(),
    };
    match kind {
        TimerKind::Systemd => Box::new(Systemd(programs)),
        TimerKind::Launchd => Box::new(Launchd(programs)),
        TimerKind::Cron => Box::new(Cron(programs)),
    }
}

/// systemd makes that folder when it has started the machine.
fn found(session: &Session<'_>) -> Result<TimerKind, CliError> {
    let has = |program| find(session.env, program).is_some();
    if cfg!(target_os = "macos") {
        Ok(TimerKind::Launchd)
    } else if Path::new("/run/systemd/system").is_dir() && has("systemctl") {
        Ok(TimerKind::Systemd)
    } else if has("crontab") {
        Ok(TimerKind::Cron)
    } else {
        Err(CliError::new(
            Exit::Unavailable,
            "this machine runs neither systemd nor launchd nor cron",
        )
        .hint("`acp heartbeat --loop --every 1m` passes without them; let whatever starts your programs start it")
        .hint("`--kind` names one of them, for example together with `--dry-run`"))
    }
}
