//! `acp status`: one screen.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::sight::Sight;
use super::{Session, Verb};
use crate::domain::{RepoState, Rules, RunState, Wait, Writes};
use crate::policy::nearly_used;
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
    runs_today: u32,
    runs_per_day: u32,
    /// Limits of the day of which most is used.
    nearly_used: Vec<String>,
    last_pass: Option<Timestamp>,
    last_error: Option<String>,
    /// Why acp can do nothing in the repository as a whole.
    closed: Option<String>,
    /// The same in a word, for a screen of 40 columns.
    #[serde(skip)]
    closed_word: &'static str,
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

impl Verb for Status {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let snapshot = &sight.snapshot;
        let last = control.store.last_pass()?;
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
            runs_today: snapshot.budget.run_count(),
            runs_per_day: control.rules.budget.runs_per_day,
            nearly_used: nearly_used(&snapshot.budget, &control.rules.budget)
                .into_iter()
                .map(|(_, text)| text)
                .collect(),
            last_pass: last.as_ref().map(|last| last.ended),
            last_error: last.and_then(|last| last.error),
            closed: closed(&sight, &control.rules),
            closed_word: closed_word(&snapshot.mirror.repo),
        };
        screen.sort_items(&sight);
        Ok(Output::of(screen))
    }
}

fn closed(sight: &Sight, rules: &Rules) -> Option<String> {
    let repo = &sight.snapshot.mirror.repo;
    let account = || {
        repo.closed_to_account()
            .filter(|_| rules.policy.writes != Writes::Off)
    };
    repo.closed_to_writes().or_else(account)
}

const fn closed_word(repo: &RepoState) -> &'static str {
    if repo.moved_to.is_some() {
        "renamed"
    } else if repo.archived {
        "archived"
    } else {
        "read only"
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
            "{name}  {} {}  last pass {last}",
            self.forge,
            clean(&self.repo)
        )?;
        if let Some(reason) = &self.closed {
            let text = format!("nothing can be done here: {}", clean(reason));
            writeln!(out, "{}", style.yellow(&text))?;
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
        if self.closed.is_some() {
            writeln!(out, "closed: {}", self.closed_word)?;
        }
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
        writeln!(out, "pass: {last}")
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
