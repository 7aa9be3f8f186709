//! `acp stop`: hold the profile, end every run, prove it.

use std::io::{self, Write};

use serde::Serialize;

use super::{Session, Verb};
use crate::domain::RunId;
use crate::engine::{STOP_HOLD, Stopped};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Puts a hold on the profile, ends every run of it, and proves that no process of them is left. It needs neither a profile
/// that can be loaded nor git nor room on the disk: what goes wrong is said at the end, and what can be ended is.
///
/// A pass that is at work is waited for, up to 30 s, after what lives was ended; what it started meanwhile is ended then.
/// Ends with 1 when something could not be ended, the hold could not be set, or either cannot be told. `acp hold clear`
/// lifts the hold. Columns of --plain: run, process numbers of what is left, what went wrong; with --dry-run the runs that
/// would be ended.
#[derive(clap::Args)]
pub(super) struct Stop {
    /// Why, for whoever finds the hold
    #[arg(long, default_value = "stopped by hand")]
    reason: String,
}

/// What was ended.
#[derive(Debug, Serialize)]
pub(super) struct StopView {
    hold: &'static str,
    new_hold: bool,
    /// `null` with `--dry-run`: nothing was ended.
    proven: Option<bool>,
    dry_run: bool,
    runs: Vec<RunEnded>,
    /// What went wrong with all of them.
    problems: Vec<String>,
}

/// One run that was under way.
#[derive(Debug, Serialize)]
pub(super) struct RunEnded {
    run: String,
    survivors: Vec<u32>,
    /// Whether its record can be read.
    recorded: bool,
    problem: Option<String>,
}

impl Verb for Stop {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let keep = session.keep()?;
        if session.dry_run {
            let (new_hold, runs) =
                keep.end(session, |ender| ender.would_stop().map_err(CliError::from))??;
            return Ok(Output::of(StopView {
                hold: STOP_HOLD,
                new_hold,
                proven: None,
                dry_run: true,
                runs: runs.iter().map(RunEnded::planned).collect(),
                problems: vec![],
            }));
        }
        let report = keep.end(session, |ender| ender.stop(&session.actor(), &self.reason))?;
        let proven = report.is_proven();
        let view = StopView {
            hold: STOP_HOLD,
            new_hold: report.held,
            proven: Some(proven),
            dry_run: false,
            runs: report.runs.into_iter().map(RunEnded::of).collect(),
            problems: report.problems,
        };
        Ok(Output::of(view).answer(proven))
    }
}

impl RunEnded {
    fn planned(run: &RunId) -> Self {
        Self {
            run: run.to_string(),
            survivors: vec![],
            recorded: true,
            problem: None,
        }
    }

    fn of(stopped: Stopped) -> Self {
        Self {
            run: stopped.run.to_string(),
            survivors: stopped.survivors,
            recorded: stopped.recorded,
            problem: stopped.problem,
        }
    }

    fn pids(&self, separator: &str) -> String {
        let pids: Vec<String> = self.survivors.iter().map(u32::to_string).collect();
        pids.join(separator)
    }
}

impl Render for StopView {
    const SCHEMA: &'static str = "acp.stop/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.dry_run {
            for run in &self.runs {
                writeln!(out, "{}: would be ended", run.run)?;
            }
            let hold = if self.new_hold {
                "would be set"
            } else {
                "is set already"
            };
            let runs = plural(self.runs.len(), "run");
            return writeln!(
                out,
                "{runs} would be ended; the hold `{}` {hold}",
                self.hold
            );
        }
        for run in &self.runs {
            if let Some(problem) = &run.problem {
                let text = format!("{}: {}", run.run, clean(problem));
                writeln!(out, "{}", style.red(&text))?;
            } else if !run.survivors.is_empty() {
                let text = format!("{}: could not end process {}", run.run, run.pids(", "));
                writeln!(out, "{}", style.red(&text))?;
            } else if run.recorded {
                writeln!(out, "{}: ended, nothing of it is left", run.run)?;
            } else {
                let text = "ended, nothing of it is left; its record is damaged: `acp doctor`";
                writeln!(out, "{}: {text}", run.run)?;
            }
        }
        for problem in &self.problems {
            writeln!(out, "{}", style.red(&clean(problem)))?;
        }
        if self.proven == Some(true) {
            let ended = plural(self.runs.len(), "run");
            writeln!(
                out,
                "{ended} ended; nothing starts or merges until `acp hold clear`"
            )
        } else {
            writeln!(out, "not everything is done: call `acp stop` again")
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for run in &self.runs {
            let problem = clean(run.problem.as_deref().unwrap_or_default());
            plain_line(out, &[&run.run, &run.pids(","), &problem])?;
        }
        for problem in &self.problems {
            plain_line(out, &["-", "", &clean(problem)])?;
        }
        Ok(())
    }
}
