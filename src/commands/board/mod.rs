//! `acp board`: the status board.
//!
//! Its sections and keys are those that status boards of this kind have; what there is no such thing for here is `null` or
//! `unknown`, and never guessed. It reads only: no lock, no request, no record.

mod gather;
mod view;

use std::path::PathBuf;

use super::sight::Sight;
use super::status::{about, several};
use super::{Session, Verb};
use crate::ui::{CliError, Output};

use gather::{Board, Seen};

/// Shows the status board of all profiles, or with --profile of one: how the loop is, the queue, signals, gates and usage,
/// with the commands to type next. It reads only, and no forge behind HTTP is asked.
///
/// Lines of --plain are `key: value` below headings and fit 40 columns.
#[derive(clap::Args)]
pub(super) struct BoardVerb {
    /// Write it as Markdown into this file, as a whole, and nothing else
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
}

impl Verb for BoardVerb {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let ids = several(session)?;
        let mut seen = vec![];
        match ids {
            None => seen.push(look(session)?),
            Some(ids) => {
                for id in ids {
                    // One that is broken must not hide the others.
                    seen.push(
                        look(&about(session, &id)).unwrap_or_else(|error| Seen::Broken {
                            profile: id.to_string(),
                            error: error.message,
                        }),
                    );
                }
            }
        }
        let board = Board::of(session.clock.now(), &seen);
        let Some(file) = self.md else {
            return Ok(Output::of(board));
        };
        if session.dry_run {
            return Ok(Output::silent().note(format!("would write `{}`", file.display())));
        }
        session
            .ports
            .write_file(&file, board.markdown().as_bytes())?;
        Ok(Output::silent().note(format!("wrote `{}`", file.display())))
    }
}

fn look(session: &Session<'_>) -> Result<Seen, CliError> {
    let control = session.control()?;
    let sight = Sight::glance(session, &control)?;
    Seen::of(&sight, &control)
}
