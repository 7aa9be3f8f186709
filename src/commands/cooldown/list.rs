//! `acp cooldown list`: what is not tried before a time.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::forge::remote::blocks;
use crate::policy::only_counts;
use crate::ui::words::relative;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists what is not tried before a time: an agent whose quota is used up, a forge that limits calls.
///
/// What the forges of this machine's user allow at the moment is kept for all profiles together; its keys are
/// `limit:HOST`, and it passes by itself.
///
/// Columns of --plain: key, until when, since when, reason.
#[derive(clap::Args)]
pub(crate) struct List {}

#[derive(Serialize)]
#[serde(transparent)]
struct Cooldowns(Vec<Row>);

#[derive(Serialize)]
struct Row {
    key: String,
    until: Timestamp,
    set: Timestamp,
    /// Its time has come; the next pass does not wait for it any more.
    over: bool,
    reason: String,
}

impl Verb for List {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let now = session.clock.now();
        let keep = session.keep()?;
        let cooldowns = keep.store.all_cooldowns()?;
        let limits = blocks(&keep.home.state, now).into_iter();
        let rows: Vec<Row> = cooldowns
            .into_iter()
            .filter(|(_, cooldown)| !only_counts(cooldown))
            .map(|(key, cooldown)| Row {
                key,
                until: cooldown.until,
                set: cooldown.set,
                over: cooldown.until <= now,
                reason: cooldown.reason,
            })
            .chain(limits.map(|block| Row {
                key: format!("limit:{}", block.host),
                until: block.until,
                set: block.since,
                over: false,
                reason: format!("{} (account {})", block.why, block.account),
            }))
            .collect();
        let empty = rows.is_empty();
        let output = Output::of(Cooldowns(rows));
        Ok(if empty {
            output.note("nothing cools down")
        } else {
            output
        })
    }
}

impl Render for Cooldowns {
    const SCHEMA: &'static str = "acp.cooldown.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["KEY", "UNTIL", "WHY"]).one_line();
        for row in &self.0 {
            let until = if row.over {
                "over".to_owned()
            } else {
                relative(row.until, style.now)
            };
            table.row([&row.key, &until, &row.reason]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let (until, set) = (row.until.to_string(), row.set.to_string());
            plain_line(out, &[&row.key, &until, &set, &row.reason])
        })
    }
}
