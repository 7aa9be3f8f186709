//! `acp pr approve`.

use std::io::{self, Write};

use serde::Serialize;

use super::show::not_open;
use crate::commands::Session;
use crate::domain::Sha;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Says yes to the head that the pull request has now; a new head asks again. The next pass merges, where the profile lets
/// passes merge and nothing else blocks it. Columns of --plain: pull request, head, who, `approved` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Approve {
    /// The number
    number: u64,
    /// Only if this is the head: the commit that was looked at
    #[arg(long, value_name = "COMMIT")]
    head: Option<Sha>,
}

#[derive(Debug, Serialize)]
struct Approved {
    item: String,
    head: String,
    by: String,
    next: String,
    dry_run: bool,
}

impl Approve {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let actor = session.actor();
        let engine = control.engine(session);
        let seen = self.head.as_ref();
        let head = if session.dry_run {
            let pr = engine.pull_at(self.number, seen)?;
            pr.map(|pr| pr.head_sha)
        } else {
            engine.approve(self.number, &actor, seen)?
        };
        let Some(head) = head else {
            return Err(not_open(session, &control, self.number)?);
        };
        let next = if control.rules.policy.writes == crate::domain::Writes::Full {
            "acp heartbeat".to_owned()
        } else {
            format!("acp pr merge {}", self.number)
        };
        let item = format!("pr/{}", self.number);
        Ok(Output::of(Approved {
            item,
            head: head.to_string(),
            by: actor,
            next,
            dry_run: session.dry_run,
        }))
    }
}

impl Render for Approved {
    const SCHEMA: &'static str = "acp.pr.approve/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        let head = &self.head[..10];
        if self.dry_run {
            let (item, by) = (&self.item, &self.by);
            return writeln!(out, "{item} would be approved at {head} by {by}");
        }
        writeln!(
            out,
            "{} approved at {head} by {}; `{}` goes on",
            self.item, self.by, self.next
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let done = if self.dry_run { "dry-run" } else { "approved" };
        plain_line(out, &[&self.item, &self.head, &self.by, done])
    }
}
