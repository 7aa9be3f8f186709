//! `acp pr merge`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::not_open;
use crate::commands::Session;
use crate::domain::Sha;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Approves the head that the pull request has now and merges it at once. A draft is made ready first. What blocks a merge
/// by the policy (a forbidden path, a secret, a red check, a conflict, a score over `ask_max`) ends with 77. Reviews of agents that are
/// still to come are not waited for.
#[derive(clap::Args)]
pub(crate) struct Merge {
    /// The number
    number: u64,
    /// Only if this is the head: the commit that was looked at
    #[arg(long, value_name = "COMMIT")]
    head: Option<Sha>,
}

#[derive(Debug, Serialize)]
struct Merged {
    item: String,
    done: bool,
    commit: Option<String>,
    base: String,
    local: bool,
}

impl Merge {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let engine = control.engine(session);
        let Some(pr) = engine.open_pull(self.number)? else {
            return Err(not_open(session, &control, self.number)?);
        };
        let (actor, seen) = (session.actor(), self.head.as_ref());
        let commit = if session.dry_run {
            engine.may_merge(self.number, &actor, seen)?;
            None
        } else {
            engine.merge(self.number, &actor, seen)?
        };
        Ok(Output::of(Merged {
            item: format!("pr/{}", self.number),
            done: !session.dry_run,
            commit: commit.map(|sha| sha.to_string()),
            base: pr.base.to_string(),
            local: !control.forge.capabilities().remote,
        }))
    }
}

impl Render for Merged {
    const SCHEMA: &'static str = "acp.pr.merge/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        if !self.done {
            return writeln!(out, "would merge {}", self.item);
        }
        let at = self
            .commit
            .as_ref()
            .map(|sha| format!(" at {}", &sha[..10]))
            .unwrap_or_default();
        writeln!(out, "{} merged into {}{at}", self.item, self.base)?;
        if self.local {
            writeln!(
                out,
                "`git pull acp {}` brings it into your checkout",
                self.base
            )?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[&self.item, self.commit.as_deref().unwrap_or("")])
    }
}
