//! `acp status`: one screen.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::service::pace_of;
use super::sight::Sight;
use super::{Session, Verb};
use crate::domain::{RunState, Wait};
use crate::policy::nearly_used;
use crate::store::{Place, Store};
use crate::ui::standing::{describe, way_out};
use crate::ui::words::{clean, plural, relative, span};
use crate::ui::{CliError, Output, Render, Style, Table};

/// Shows on one screen what waits for a person, what runs, what waits for time, and when the last pass was.
#[derive(clap::Args)]
pub(super) struct Status {}

#[derive(Debug, Serialize)]
struct Screen {
    profile: String,
    forge: &'static str,
    repo: String,
    holds: Vec<HoldView>,
    waiting_for_you: Vec<ItemView>,
    running: Vec<RunningView>,
    waiting: Vec<ItemView>,
    other: usize,
    outbox: OutboxView,
    notices: NoticesView,
    runs_today: u32,
    runs_per_day: u32,
    /// Limits of the day of which most is used.
    nearly_used: Vec<String>,
    last_pass: Option<Timestamp>,
    last_error: Option<String>,
    /// What starts passes: `systemd`, `launchd`, `cron`; `None`: no timer of acp's, or one that was stopped.
    timer: Option<&'static str>,
    every_s: Option<u64>,
    next_pass: Option<Timestamp>,
    missed_passes: u64,
    overran_s: Option<u64>,
    /// What is wrong with how passes come.
    troubles: Vec<String>,
}

#[derive(Debug, Serialize)]
struct HoldView {
    name: String,
    reason: String,
    by: String,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct ItemView {
    item: String,
    lane: &'static str,
    title: String,
    why: String,
    next: Option<Timestamp>,
    command: Option<String>,
}

#[derive(Debug, Serialize)]
struct RunningView {
    run: String,
    item: String,
    agent: String,
    step: String,
    started: Option<Timestamp>,
    deadline: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct OutboxView {
    waiting: usize,
    failed: usize,
}

/// What people were not told.
#[derive(Debug, Serialize)]
struct NoticesView {
    waiting: usize,
    failed: usize,
    /// Why, by notifier: the last word of each that did not take one.
    errors: BTreeMap<String, String>,
}

impl NoticesView {
    fn of(store: &Store) -> Result<Self, CliError> {
        let open = [Place::Pending, Place::Claimed, Place::Failed];
        let notices = store.notices()?.list(&open)?;
        let failed = notices.iter().filter(|q| q.place == Place::Failed).count();
        let mut errors = BTreeMap::new();
        for queued in &notices {
            if let Some(error) = &queued.notice.last_error {
                errors.insert(queued.notice.to.clone(), error.clone());
            }
        }
        Ok(Self {
            waiting: notices.len() - failed,
            failed,
            errors,
        })
    }
}

impl Verb for Status {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let snapshot = &sight.snapshot;
        let pace = pace_of(&control.store, session.clock.now())?;
        let (troubles, rhythm) = (pace.troubles(), pace.rhythm);
        let timer = pace.timer.filter(|timer| timer.on);
        let last = pace.last;
        let mut screen = Screen {
            profile: control.id().to_string(),
            forge: control.rules.forge.kind.as_str(),
            repo: control.rules.forge.repo.clone(),
            holds: holds(&sight),
            waiting_for_you: vec![],
            running: running(&sight),
            waiting: vec![],
            other: 0,
            outbox: OutboxView {
                waiting: snapshot.intents.iter().filter(|view| !view.failed).count(),
                failed: snapshot
                    .intents
                    .iter()
                    .filter(|view| view.failed && view.intent.dropped.is_none())
                    .count(),
            },
            notices: NoticesView::of(&control.store)?,
            runs_today: snapshot.budget.run_count(),
            runs_per_day: control.rules.budget.runs_per_day,
            nearly_used: nearly_used(&snapshot.budget, &control.rules.budget)
                .into_iter()
                .map(|(_, text)| text)
                .collect(),
            last_pass: last.as_ref().map(|last| last.ended),
            last_error: last.and_then(|last| last.error),
            timer: timer.as_ref().map(|timer| timer.kind.as_str()),
            every_s: timer.as_ref().map(|timer| timer.every_s),
            next_pass: rhythm.and_then(|rhythm| rhythm.next),
            missed_passes: rhythm.map_or(0, |rhythm| rhythm.missed),
            overran_s: rhythm
                .and_then(|rhythm| rhythm.overran)
                .map(|length| length.as_secs()),
            troubles,
        };
        screen.sort_items(&sight);
        Ok(Output::of(screen))
    }
}

fn holds(sight: &Sight) -> Vec<HoldView> {
    let view = |hold: &crate::domain::Hold| HoldView {
        name: hold.name.clone(),
        reason: hold.reason.clone(),
        by: hold.by.clone(),
        at: hold.at,
    };
    sight.snapshot.holds.values().map(view).collect()
}

fn running(sight: &Sight) -> Vec<RunningView> {
    let live = sight
        .snapshot
        .runs
        .values()
        .filter(|run| run.run.state.is_under_way());
    live.map(|view| {
        let (step, started, deadline) = match &view.run.state {
            RunState::Running {
                step,
                started,
                deadline,
                ..
            } => (step.as_str(), Some(*started), Some(*deadline)),
            state => (state.as_str(), None, None),
        };
        RunningView {
            run: view.run.id.to_string(),
            item: view.run.item.to_string(),
            agent: view.run.agent.clone(),
            step: step.to_owned(),
            started,
            deadline,
        }
    })
    .collect()
}

impl Screen {
    fn sort_items(&mut self, sight: &Sight) {
        let mirror = &sight.snapshot.mirror;
        for standing in &sight.plan.standings {
            let number = standing.item.number;
            let title = match standing.item.kind {
                crate::domain::ItemKind::Issue => mirror.issues.get(&number).map(|i| &i.title),
                crate::domain::ItemKind::Pr => mirror.pulls.get(&number).map(|p| &p.title),
            };
            let view = ItemView {
                item: standing.item.to_string(),
                lane: standing.lane.as_str(),
                title: title.cloned().unwrap_or_default(),
                why: describe(&standing.wait),
                next: standing.wait.next(),
                command: way_out(standing),
            };
            match &standing.wait {
                Wait::Human { .. }
                | Wait::Blocked { .. }
                | Wait::MergeBlocked { .. }
                | Wait::MergeByHand { .. }
                | Wait::KeptHere { .. }
                | Wait::Dropped { .. }
                | Wait::Lost { .. }
                | Wait::Repository { .. }
                | Wait::TextChanged { .. }
                | Wait::WriteFailed { .. } => self.waiting_for_you.push(view),
                Wait::NotLabelled { .. }
                | Wait::NotOurs
                | Wait::NotTrusted { .. }
                | Wait::Gone
                | Wait::Fork => {
                    self.other += 1;
                }
                Wait::Running { .. } | Wait::HasPr { .. } => {}
                _ => self.waiting.push(view),
            }
        }
    }
}

impl Render for Screen {
    const SCHEMA: &'static str = "acp.status/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let name = style.bold(&self.profile);
        let last = self
            .last_pass
            .map_or("never".to_owned(), |at| relative(at, style.now));
        writeln!(
            out,
            "{name}  {} {}  last pass {last}{}",
            self.forge,
            clean(&self.repo),
            self.every_s
                .map_or(String::new(), |every| format!(", every {}", span(every)))
        )?;
        for trouble in &self.troubles {
            writeln!(out, "{}", style.yellow(&clean(trouble)))?;
        }
        for hold in &self.holds {
            let text = format!(
                "HOLD {}: {} (by {})",
                hold.name,
                clean(&hold.reason),
                clean(&hold.by)
            );
            writeln!(out, "{}", style.yellow(&text))?;
        }
        if let Some(error) = &self.last_error {
            writeln!(
                out,
                "{}",
                style.red(&format!("last problem: {}", clean(error)))
            )?;
        }
        items(out, style, "Waiting for you", &self.waiting_for_you)?;
        if !self.running.is_empty() {
            writeln!(out, "\n{}", style.bold("Running"))?;
            let mut table = Table::new(&["ITEM", "STEP", "AGENT", "FOR", "RUN"]).one_line();
            for run in &self.running {
                let age = run.started.map_or(String::new(), |at| {
                    span(u64::try_from(style.now.duration_since(at).as_secs()).unwrap_or(0))
                });
                table.row([&run.item, &run.step, &run.agent, &age, &run.run]);
            }
            table.write(out, style)?;
        }
        items(out, style, "Waiting", &self.waiting)?;
        let outbox = &self.outbox;
        if outbox.waiting + outbox.failed > 0 {
            writeln!(
                out,
                "\noutbox: {} waiting, {} failed",
                outbox.waiting, outbox.failed
            )?;
        }
        let notices = &self.notices;
        if notices.waiting + notices.failed > 0 {
            let (waiting, failed) = (notices.waiting, notices.failed);
            writeln!(out, "\nnotices: {waiting} waiting, {failed} failed")?;
            for (to, error) in &notices.errors {
                writeln!(out, "    {}: {}", clean(to), clean(error))?;
            }
        }
        let limit = if self.runs_per_day == 0 {
            String::new()
        } else {
            format!(" of {}", self.runs_per_day)
        };
        writeln!(out, "\nruns today: {}{limit}", self.runs_today)?;
        for text in &self.nearly_used {
            writeln!(out, "{}", style.yellow(&format!("nearly used: {text}")))?;
        }
        if self.other > 0 {
            writeln!(out, "{} not for acp", plural(self.other, "open item"))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "profile: {}", self.profile)?;
        for hold in &self.holds {
            writeln!(out, "hold: {}", clean(&hold.name))?;
        }
        for (key, items) in [("you", &self.waiting_for_you), ("wait", &self.waiting)] {
            for item in items {
                writeln!(out, "{key}: {} {}", item.item, item.lane)?;
            }
        }
        for run in &self.running {
            writeln!(out, "run: {} {}", run.item, run.step)?;
        }
        writeln!(
            out,
            "outbox: {} +{} failed",
            self.outbox.waiting, self.outbox.failed
        )?;
        writeln!(out, "today: {} runs", self.runs_today)?;
        let last = self
            .last_pass
            .map_or("never".to_owned(), |at| at.to_string());
        writeln!(out, "pass: {last}")?;
        let notices = &self.notices;
        if notices.waiting + notices.failed > 0 {
            let (waiting, failed) = (notices.waiting, notices.failed);
            writeln!(out, "notices: {waiting} +{failed} failed")?;
        }
        if self.missed_passes > 0 {
            writeln!(out, "missed: {}", self.missed_passes)?;
        }
        if let Some(seconds) = self.overran_s {
            writeln!(out, "overran: {seconds} s")?;
        }
        Ok(())
    }
}

fn items(out: &mut dyn Write, style: &Style, name: &str, items: &[ItemView]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.bold(name))?;
    for item in items {
        let next = item
            .next
            .map(|at| format!(", {}", relative(at, style.now)))
            .unwrap_or_default();
        writeln!(out, "{} [{}] {}", item.item, item.lane, clean(&item.title))?;
        writeln!(out, "    {}{next}", clean(&item.why))?;
        if let Some(command) = &item.command {
            writeln!(out, "    {}", style.dim(command))?;
        }
    }
    Ok(())
}
