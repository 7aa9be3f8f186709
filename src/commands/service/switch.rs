//! `acp service start` and `stop`: a timer that stays installed and starts passes, or does not.

use super::{Place, places};
use crate::commands::Session;
use crate::commands::change::Changes;
use crate::domain::Timer;
use crate::ui::{CliError, Output};

/// Lets a timer start passes again.
///
/// Columns of --plain: profile, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Start {
    /// Of every profile that there is
    #[arg(long)]
    all: bool,
}

/// Lets a timer start no more passes, also not after the next login. Runs that are under way go on; `acp stop` ends them.
///
/// Columns of --plain: profile, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Stop {
    /// Of every profile that there is
    #[arg(long)]
    all: bool,
}

impl Start {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        switch(
            session,
            self.all,
            true,
            "acp.service.start/1",
            "starts passes",
        )
    }
}

impl Stop {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        switch(
            session,
            self.all,
            false,
            "acp.service.stop/1",
            "starts no passes",
        )
    }
}

fn switch(
    session: &Session<'_>,
    all: bool,
    on: bool,
    schema: &'static str,
    words: &str,
) -> Result<Output, CliError> {
    let mut changes = Changes::new(schema, session);
    for place in places(session, all)? {
        let before = match place.timer() {
            Err(_none) if all => continue,
            timer => timer?,
        };
        let installed = if before.on == on {
            before.installed
        } else {
            session.clock.now()
        };
        let timer = Timer {
            on,
            installed,
            ..before.clone()
        };
        if !session.dry_run {
            if timer != before {
                place.store.set_timer(&timer)?;
            }
            Place::manager(session, &timer)?.install(&place.id, &timer)?;
        }
        changes = changes.add(&place.id, format!("the timer {words}"));
    }
    Ok(changes.output())
}
