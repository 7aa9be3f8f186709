//! `acp sweep`: clear up everything that is no longer needed.

use std::io::{self, Write};

use serde::Serialize;

use super::stats::Stats;
use super::{Session, Verb};
use crate::ui::words::{clean, plural, size};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Removes worktrees whose work is published, what killed processes left, and archived runs over the disk budget.
///
/// Work that exists nowhere else is bundled into `history/` first; bundles are never removed.
#[derive(clap::Args)]
pub(super) struct Sweep {
    /// Say what it cost: requests, processes, fsyncs, time
    #[arg(long)]
    stats: bool,
}

#[derive(Debug, Serialize)]
struct SweepView {
    busy: bool,
    worktrees: usize,
    leftovers: usize,
    intents: usize,
    history_runs: usize,
    history_bytes: u64,
    budget_days: usize,
    notes: Vec<String>,
    /// Nothing was removed: these would be.
    dry_run: bool,
    stats: Option<Stats>,
}

impl Verb for Sweep {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let engine = control.engine(session);
        let began = session.clock.monotonic();
        let swept = if session.dry_run {
            engine.would_sweep()?
        } else {
            engine.sweep(true)?
        };
        let took = session.clock.monotonic().saturating_sub(began);
        let phases = [("sweep", took.as_secs_f64() * 1000.0)];
        let busy = swept.busy;
        let view = SweepView {
            busy,
            worktrees: swept.worktrees,
            leftovers: swept.leftovers,
            intents: swept.intents,
            history_runs: swept.history.runs,
            history_bytes: swept.history.bytes,
            budget_days: swept.budgets,
            notes: swept.notes,
            dry_run: session.dry_run,
            stats: self.stats.then(|| Stats::now(&phases)),
        };
        let output = Output::of(view);
        Ok(if busy {
            output.exit(Exit::TempFail).note("another pass is at work")
        } else {
            output
        })
    }
}

impl Render for SweepView {
    const SCHEMA: &'static str = "acp.sweep/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        for note in &self.notes {
            writeln!(out, "{}", clean(note))?;
        }
        writeln!(
            out,
            "{} {}, {}, {}; {} {} of history",
            if self.dry_run {
                "would remove"
            } else {
                "removed"
            },
            plural(self.worktrees, "worktree"),
            plural(self.leftovers, "leftover file"),
            plural(self.intents, "finished intent"),
            if self.dry_run { "free" } else { "freed" },
            size(self.history_bytes)
        )?;
        self.stats.iter().try_for_each(|stats| stats.human(out))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["worktrees", &self.worktrees.to_string()])?;
        plain_line(out, &["leftovers", &self.leftovers.to_string()])?;
        plain_line(out, &["intents", &self.intents.to_string()])?;
        plain_line(out, &["history_runs", &self.history_runs.to_string()])?;
        plain_line(out, &["history_bytes", &self.history_bytes.to_string()])?;
        plain_line(out, &["budget_days", &self.budget_days.to_string()])?;
        self.stats.iter().try_for_each(|stats| stats.plain(out))
    }
}
