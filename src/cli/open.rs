//! Opening a profile: its rules, and the adapters that they name.

use super::wire::Wiring;
use crate::commands::{Control, Session};
use crate::domain::ProfileId;
use crate::profile::{self, Overrides};
use crate::store::{Home, Store};
use crate::ui::{CliError, Exit};

/// Opens the profile that the call is about.
pub(super) fn open(wiring: &Wiring<'_>, session: &Session<'_>) -> Result<Control, CliError> {
    let home = home(session)?;
    let flag = session
        .profile
        .clone()
        .map(ProfileId::try_from)
        .transpose()?;
    let cwd = session.env.path("PWD").unwrap_or_default();
    let id = profile::select(&home.config, flag.as_ref(), session.env, &cwd)?;
    let loaded = profile::load(&home.config, &id, session.env, &Overrides::none())?;
    let store = Store::new(home.layout(&id));
    let _ = (wiring, loaded, store);
    Err(CliError::new(Exit::Unavailable, "adapters are missing"))
}

/// Where everything is.
pub(super) fn home(session: &Session<'_>) -> Result<Home, CliError> {
    Home::from_env(session.env).ok_or_else(|| {
        CliError::new(Exit::Config, "neither ACP_HOME nor HOME is set")
            .hint("set ACP_HOME to the folder that shall hold config, state and cache")
    })
}
