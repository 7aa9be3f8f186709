//! `acp status`: one screen.

mod gather;
mod view;

use std::time::Duration;

use super::sight::Sight;
use super::{Session, Verb};
use crate::domain::ProfileId;
use crate::profile;
use crate::ui::{CliError, Exit, Output};

pub(super) use gather::is_for_a_person;

use gather::Screen;
use view::{Shown, Status as View};

/// Shows on one screen what waits for a person, what runs, what failed, what waits for time and until when, the budget and
/// the last pass; without --profile of all profiles. A forge behind HTTP is not asked: what is shown of it is what the last
/// pass knew.
///
/// Lines of --plain are `key: value` and fit 40 columns: profile, closed, hold, you, run, fail, cool, limit, wait, outbox, today,
/// spent, pass, notices, missed, overran, next.
#[derive(clap::Args)]
pub(crate) struct Status {
    /// Show it again every so many seconds, in the same place on a terminal, until Ctrl-C
    #[arg(long, value_name = "SECS", num_args = 0..=1, require_equals = true, default_missing_value = "2",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    watch: Option<u64>,
}

impl Verb for Status {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let mut exit = Exit::Ok;
        let shown = match several(session)? {
            None => {
                let screen = screen(session)?;
                if screen.unreadable {
                    exit = Exit::Data;
                }
                View::One(Box::new(screen))
            }
            Some(ids) => View::All(ids.iter().map(|id| of_one(session, id)).collect()),
        };
        let output = Output::of(shown).exit(exit);
        Ok(match self.watch {
            Some(seconds) => output.again(Duration::from_secs(seconds)),
            None => output,
        })
    }
}

/// The profiles to look at when the call names none and there is more than one.
pub(super) fn several(session: &Session<'_>) -> Result<Option<Vec<ProfileId>>, CliError> {
    if session.profile.is_some() {
        return Ok(None);
    }
    let known = profile::list(&session.ports.home(session)?.config)?;
    Ok((known.len() > 1).then_some(known))
}

/// The call as if it had named this profile.
pub(super) fn about<'s>(session: &Session<'s>, id: &ProfileId) -> Session<'s> {
    Session {
        profile: Some(id.to_string()),
        ..*session
    }
}

fn of_one(session: &Session<'_>, id: &ProfileId) -> Shown {
    match screen(&about(session, id)) {
        Ok(screen) => Shown::Screen(Box::new(screen)),
        // One that is broken must not hide the others.
        Err(error) => Shown::Broken {
            profile: id.to_string(),
            error: error.message,
        },
    }
}

fn screen(session: &Session<'_>) -> Result<Screen, CliError> {
    let control = session.control()?;
    let sight = Sight::glance(session, &control)?;
    Screen::of(&sight, &control)
}
