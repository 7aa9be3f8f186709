//! `acp heartbeat` and `acp reconcile`: the turns of the loop.

mod turns;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::sent::SentView;
use super::stats::Stats;
use super::told::ToldView;
use super::{Control, Session, Verb};
use crate::domain::{Action, Snapshot, Stale};
use crate::engine::{Engine, Idle, Pass, PassReport, plan};
use crate::profile::parse_duration;
use crate::ui::action;
use crate::ui::standing::{self, describe};
use crate::ui::words::plural;
use crate::ui::{CliError, Exit, Format, Output, Progress, Render, Style, plain_line};

/// The largest recorded snapshot that is read.
const SNAPSHOT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// How long `--until-idle` waits when `--timeout` is not given.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Does one turn of the loop: looks at everything, draws the conclusions from runs that ended, starts what may start,
/// sends what waits in the outbox, and clears up. This is what a timer runs.
///
/// With --loop it is its own timer: a pass every --every, sooner when something falls due and soon after the machine has slept,
/// until TERM or INT, which lets a pass that is under way come to its end (a second one does not), or until --timeout. One line of
/// --plain for each pass: when it ended, result (ok, problem, away, skipped, failed), actions, problems, runs started, writes
/// sent, when the next one begins, what went wrong. With --json one object a line.
#[derive(clap::Args)]
pub(super) struct Heartbeat {
    /// Repeat until nothing moves by itself any more; ends with 75 at the timeout
    #[arg(long, group = "turns", conflicts_with = "endless")]
    until_idle: bool,
    /// Repeat for ever, for machines with neither systemd nor launchd nor cron
    #[arg(long = "loop", id = "endless", group = "turns", conflicts_with_all = ["record", "replay", "stats"])]
    endless: bool,
    /// From one pass of the loop to the next: 30s, 5m, 1h (default: 1m)
    #[arg(long, value_name = "TIME", value_parser = period, requires = "endless")]
    every: Option<Duration>,
    /// How long to repeat: 90s, 2m, 1h
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "turns")]
    timeout: Option<Duration>,
    #[command(flatten)]
    pass: PassArgs,
}

/// Looks at everything and draws the conclusions from runs that ended; starts nothing and sends nothing.
#[derive(clap::Args)]
pub(super) struct Reconcile {
    #[command(flatten)]
    pass: PassArgs,
}

/// What both take.
#[derive(clap::Args)]
struct PassArgs {
    /// Say what it cost: requests, processes, fsyncs, time by phase
    #[arg(long)]
    stats: bool,
    /// Save the snapshot that the plan was made from
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Plan from a saved snapshot instead of the world; changes nothing
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    replay: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "not a time such as 90s, 2m or 1h".to_owned())
}

/// The shortest period of `--loop`.
const EVERY_MIN: Duration = Duration::from_secs(1);
/// The period of `--loop` when none is given.
const EVERY: Duration = Duration::from_mins(1);

fn period(text: &str) -> Result<Duration, String> {
    let every = duration(text)?;
    if every < EVERY_MIN {
        return Err("at least 1s".to_owned());
    }
    Ok(every)
}

/// Opens the profile for a pass. Where a timer starts passes nobody sees why one could not begin: the mark of the last pass says so.
fn open<'s>(session: &'s Session<'_>, pass: Pass) -> Result<Control<'s>, CliError> {
    let began = session.clock.now();
    let opened = session.control();
    if let (Err(error), false) = (&opened, pass.dry_run)
        && let Ok(keep) = session.keep()
        && matches!(keep.store.timer(), Ok(Some(_)))
    {
        // The error itself is what the caller gets; a mark may be lost.
        let _lost =
            keep.store
                .mark_failed_pass(pass.verb, began, session.clock.now(), &error.message);
    }
    opened
}

/// What a pass did, as it is shown.
#[derive(Debug, Serialize)]
struct Passed {
    #[serde(skip)]
    verb: &'static str,
    #[serde(skip)]
    format: Format,
    idle: Option<bool>,
    next: Option<Timestamp>,
    passes: u32,
    skipped: Option<String>,
    dry_run: bool,
    /// What was done, or with `dry_run` would be done, in words.
    actions: Vec<String>,
    /// The plan itself, when nothing was done.
    plan: Option<Vec<Action>>,
    problems: Vec<String>,
    /// How many records the last pass could not read.
    #[serde(skip)]
    unreadable: usize,
    launched: Vec<String>,
    sent: Vec<SentView>,
    waiting: usize,
    swept: Vec<String>,
    /// What people were told, or with `dry_run` would be.
    told: Vec<ToldView>,
    standings: Vec<StandingView>,
    /// Why the forge could not be asked.
    stale: Option<Stale>,
    stats: Option<Stats>,
    /// Why nothing can be written to the repository.
    closed: Option<String>,
}

/// Where an item stands.
#[derive(Debug, Serialize)]
struct StandingView {
    item: String,
    lane: &'static str,
    why: String,
    next: Option<Timestamp>,
}

impl Verb for Heartbeat {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let pass = Pass {
            verb: "heartbeat",
            launches: true,
            flushes: true,
            dry_run: session.dry_run,
        };
        if self.endless {
            let every = self.every.unwrap_or(EVERY);
            return turns::repeat(session, pass, every, self.timeout);
        }
        if !self.until_idle {
            return self.pass.once(session, pass);
        }
        let control = open(session, pass)?;
        let engine = control.engine(session);
        let progress = Progress::start(session.format, session.progress, "passes until idle");
        let mut shown = Passed::new(pass.verb, session.format);
        let timeout = self.timeout.unwrap_or(TIMEOUT);
        let mut phases = vec![];
        let idle = engine.until_idle(pass, timeout, &mut |report| {
            shown.add(report);
            phases.extend(report.phases.iter().copied());
            progress.say(&shown.progress(report));
        })?;
        drop(progress);
        if self.pass.stats {
            shown.stats = Some(Stats::now(&phases));
        }
        let exit = match idle {
            Idle::Yes(next) => {
                shown.idle = Some(true);
                shown.next = next;
                Exit::Ok
            }
            Idle::No => {
                shown.idle = Some(false);
                Exit::TempFail
            }
        };
        Ok(match shown.stale.clone() {
            Some(stale) => away_output(shown, &stale),
            None => output(shown, exit),
        })
    }
}

impl Verb for Reconcile {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let pass = Pass {
            verb: "reconcile",
            launches: false,
            flushes: false,
            dry_run: session.dry_run,
        };
        self.pass.once(session, pass)
    }
}

impl PassArgs {
    fn once(self, session: &Session<'_>, pass: Pass) -> Result<Output, CliError> {
        let control = open(session, pass)?;
        let engine = control.engine(session);
        let report = match &self.replay {
            Some(file) => replay(session, &engine, file)?,
            None => engine.pass(pass)?,
        };
        if let (Some(file), Some(snapshot)) = (&self.record, &report.snapshot) {
            let json =
                serde_json::to_vec(snapshot).map_err(|error| CliError::of(Exit::Bug, &error))?;
            session.ports.write_file(file, &json)?;
        }
        let mut shown = Passed::new(pass.verb, session.format);
        shown.dry_run = pass.dry_run || self.replay.is_some();
        shown.add(&report);
        if self.stats {
            shown.stats = Some(Stats::now(&report.phases));
        }
        let mut output = match report.stale() {
            Some(stale) if self.replay.is_none() => away_output(shown, stale),
            _ => output(shown, Exit::Ok),
        };
        if report.stuck {
            output = output
                .exit(Exit::TempFail)
                .note("the other pass takes longer than a pass may; look at that process, or end it: killing acp is safe");
        }
        // The process ends: to give back every string of the index is a tenth of a pass.
        std::mem::forget(report);
        Ok(output)
    }
}

/// A pass that found a record that it could not read did what it could without.
fn output(shown: Passed, exit: Exit) -> Output {
    if shown.unreadable == 0 {
        return Output::of(shown).exit(exit);
    }
    let records = plural(shown.unreadable, "record");
    let note = format!("{records} cannot be read: `acp fsck` says what mends them");
    Output::of(shown).exit(Exit::Data).note(note)
}

/// A pass that could not ask the forge did what it could, and ends so that whoever watches hears of it.
fn away_output(shown: Passed, stale: &Stale) -> Output {
    Output::of(shown)
        .exit(standing::exit_of(stale))
        .note(standing::away(stale))
}

/// A plan from a saved snapshot: the same snapshot gives the same plan.
fn replay(
    session: &Session<'_>,
    engine: &Engine<'_>,
    file: &std::path::Path,
) -> Result<PassReport, CliError> {
    let bytes = session.ports.read_input(file, SNAPSHOT_BYTES_MAX)?;
    let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| {
        CliError::new(
            Exit::Data,
            format!("`{}` is no recorded snapshot", file.display()),
        )
        .because_of(Some(&error))
    })?;
    let plan = plan::plan(&snapshot, engine.rules)?;
    Ok(PassReport {
        snapshot: Some(snapshot),
        plan,
        ..PassReport::default()
    })
}

impl Passed {
    const fn new(verb: &'static str, format: Format) -> Self {
        Self {
            verb,
            format,
            idle: None,
            next: None,
            passes: 0,
            skipped: None,
            dry_run: false,
            actions: vec![],
            plan: None,
            problems: vec![],
            unreadable: 0,
            launched: vec![],
            sent: vec![],
            waiting: 0,
            swept: vec![],
            told: vec![],
            standings: vec![],
            stale: None,
            closed: None,
            stats: None,
        }
    }

    fn add(&mut self, report: &PassReport) {
        self.passes += 1;
        self.skipped.clone_from(&report.skipped);
        self.stale = report.stale().cloned();
        if self.dry_run {
            let planned = &report.plan.actions;
            self.actions.extend(planned.iter().map(action::describe));
            self.plan = Some(planned.clone());
        }
        self.actions.extend(report.done.iter().cloned());
        for problem in &report.problems {
            // What every pass finds is one problem.
            if !self.problems.contains(problem) {
                self.problems.push(problem.clone());
            }
        }
        let seen = report.snapshot.as_ref();
        self.unreadable = seen.map_or(0, |seen| seen.unreadable.len());
        self.launched
            .extend(report.launched.iter().map(ToString::to_string));
        self.sent
            .extend(report.flushed.sent.iter().map(SentView::of));
        self.waiting = report.flushed.waiting;
        self.closed = report.closed();
        self.swept.extend(report.swept.notes.iter().cloned());
        self.told
            .extend(report.sending.told.iter().map(ToldView::of));
        self.told.extend(report.news.iter().map(ToldView::planned));
        // Thousands of lines that nobody would read.
        let shown = report.plan.standings.iter();
        self.standings = shown
            .filter(|_| self.format == Format::Json)
            .map(|standing| StandingView {
                item: standing.item.to_string(),
                lane: standing.lane.as_str(),
                why: describe(&standing.wait),
                next: standing.wait.next(),
            })
            .collect();
    }

    fn progress(&self, report: &PassReport) -> String {
        let running = report.snapshot.as_ref().map_or(0, |snapshot| {
            snapshot
                .runs
                .values()
                .filter(|run| run.run.state.is_under_way())
                .count()
        });
        format!(
            "{}, {} at work",
            plural(self.passes as usize, "pass"),
            plural(running, "run")
        )
    }
}

impl Render for Passed {
    const SCHEMA: &'static str = "acp.heartbeat/1";

    fn schema(&self) -> String {
        format!("acp.{}/1", self.verb)
    }

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        use crate::ui::words::{clean, relative};
        if let Some(skipped) = &self.skipped {
            return writeln!(out, "skipped: {}", clean(skipped));
        }
        let would = if self.dry_run { "would " } else { "" };
        for action in &self.actions {
            writeln!(out, "{would}{}", clean(action))?;
        }
        for sent in &self.sent {
            sent.human(out, style)?;
        }
        for note in &self.swept {
            writeln!(out, "{}", clean(note))?;
        }
        for told in &self.told {
            told.human(out, self.dry_run)?;
        }
        for problem in &self.problems {
            writeln!(out, "{} {}", style.red("problem:"), clean(problem))?;
        }
        if let Some(reason) = &self.closed {
            let text = format!("nothing can be sent: {}", clean(reason));
            writeln!(out, "{}", style.yellow(&text))?;
        }
        let moved = !self.actions.is_empty() || !self.sent.is_empty() || !self.told.is_empty();
        if !moved && self.idle.is_none() {
            writeln!(out, "nothing to do")?;
        }
        match (self.idle, self.next) {
            (Some(true), Some(next)) => {
                writeln!(out, "idle; something is due {}", relative(next, style.now))?;
            }
            (Some(true), None) => {
                writeln!(out, "idle after {}", plural(self.passes as usize, "pass"))?;
            }
            (Some(false), _) => writeln!(out, "not idle yet: `acp status` shows what moves")?,
            (None, _) => {}
        }
        self.stats.iter().try_for_each(|stats| stats.human(out))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(skipped) = &self.skipped {
            plain_line(out, &["skipped", skipped])?;
        }
        for action in &self.actions {
            plain_line(out, &["action", action])?;
        }
        for sent in &self.sent {
            sent.plain(out)?;
        }
        for told in &self.told {
            told.plain(out)?;
        }
        for problem in &self.problems {
            plain_line(out, &["problem", problem])?;
        }
        if let Some(reason) = &self.closed {
            plain_line(out, &["closed", reason])?;
        }
        if let Some(idle) = self.idle {
            plain_line(out, &["idle", if idle { "yes" } else { "no" }])?;
        }
        if let Some(next) = self.next {
            plain_line(out, &["next", &next.to_string()])?;
        }
        self.stats.iter().try_for_each(|stats| stats.plain(out))
    }
}
