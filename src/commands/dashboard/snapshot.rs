//! `acp dashboard snapshot`, and what the page shows.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::offer::{Offer, offers_of_item};
use super::rows::{CooldownRow, HoldRow, IntentRow, RunRow, text};
use crate::commands::status::is_for_a_person;
use crate::commands::usage::{self, Sum};
use crate::commands::{Control, Session, Verb};
use crate::domain::{ItemId, ItemKind, Plan, Snapshot, Stale, Standing, Wait, Writes, digest};
use crate::engine::plan;
use crate::policy::nearly_used;
use crate::ui::standing::{code, describe, way_out};
use crate::ui::{CliError, Exit, Output, Render, Style};

/// The most items of one section, of which there may be thousands; how many there are is said beside them.
const ITEMS_MAX: usize = 200;
/// The most runs that are over.
const HISTORY_MAX: usize = 50;
/// Days of usage, today included.
const USAGE_DAYS: u32 = 30;

/// Prints what the dashboard shows, once, as JSON: also without `--json`, then with line breaks.
///
/// Of a forge on another machine it shows what the last pass has seen of it. Nothing is written and no lock is taken. --plain
/// prints the same object on one line.
#[derive(clap::Args)]
pub(crate) struct SnapshotVerb {}

/// Everything that the page shows.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// When it was taken.
    generated_at: Timestamp,
    profile: String,
    forge: &'static str,
    repo: String,
    writes: Writes,
    last_pass: Option<PassRow>,
    /// Why the forge could not be asked.
    stale: Option<Stale>,
    holds: Vec<HoldRow>,
    waiting_for_you: Section<ItemRow>,
    runs: Vec<RunRow>,
    lanes: Vec<LaneRow>,
    /// Open items that are none of acp's.
    other: usize,
    cooldowns: Vec<CooldownRow>,
    outbox: Section<IntentRow>,
    /// Runs that are over, the latest first.
    history: Section<RunRow>,
    usage: Vec<Sum>,
    today: Today,
}

/// Rows, and how many there would be.
#[derive(Debug, Serialize)]
struct Section<T> {
    total: usize,
    items: Vec<T>,
}

#[derive(Debug, Serialize)]
struct PassRow {
    ended: Timestamp,
    verb: String,
    actions: u32,
    error: Option<String>,
}

/// The items of one lane.
#[derive(Debug, Serialize)]
struct LaneRow {
    name: &'static str,
    total: usize,
    items: Vec<ItemRow>,
}

#[derive(Debug, Serialize)]
struct ItemRow {
    item: String,
    lane: &'static str,
    title: String,
    why: String,
    code: String,
    next: Option<Timestamp>,
    command: Option<String>,
    offers: Vec<Offer>,
}

/// What today has used, and what it may.
#[derive(Debug, Serialize)]
struct Today {
    runs: u32,
    /// 0: no limit.
    runs_max: u32,
    usd_micros: u64,
    usd_micros_max: u64,
    nearly_used: Vec<String>,
}

impl Verb for SnapshotVerb {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        Ok(Output::of(View::take(session)?))
    }
}

impl View {
    /// Looks at everything. Writes nothing, takes no lock, asks no other machine.
    pub(super) fn take(session: &Session<'_>) -> Result<Self, CliError> {
        let control = session.control()?;
        let snapshot = control.engine(session).remember()?;
        let plan = plan::plan(&snapshot, &control.rules)?;
        let last = control.store.last_pass()?;
        let rules = &control.rules;
        let mut view = Self {
            generated_at: snapshot.now,
            profile: control.id().to_string(),
            forge: rules.forge.kind.as_str(),
            repo: text(&rules.forge.repo),
            writes: rules.policy.writes,
            last_pass: last.map(|last| PassRow {
                ended: last.ended,
                verb: text(&last.verb),
                actions: last.actions,
                error: last.error.as_deref().map(text),
            }),
            stale: snapshot.stale.clone().map(|stale| Stale {
                error: text(&stale.error),
                ..stale
            }),
            holds: snapshot.holds.values().map(HoldRow::of).collect(),
            waiting_for_you: Section::empty(),
            runs: at_work(&snapshot),
            lanes: vec![],
            other: 0,
            cooldowns: snapshot
                .cooldowns
                .values()
                .filter(|cooldown| cooldown.until > snapshot.now)
                .map(CooldownRow::of)
                .collect(),
            outbox: Section::of(
                snapshot
                    .intents
                    .iter()
                    .filter(|view| view.intent.dropped.is_none())
                    .map(IntentRow::of),
            ),
            history: history(&control, &snapshot)?,
            usage: usage::by_day(&control.store, snapshot.now, USAGE_DAYS)?,
            today: Today {
                runs: snapshot.budget.run_count(),
                runs_max: rules.budget.runs_per_day,
                usd_micros: snapshot.budget.usd_micros(),
                usd_micros_max: rules.budget.usd_micros_per_day,
                nearly_used: nearly_used(&snapshot.budget, &rules.budget)
                    .into_iter()
                    .map(|(_, text)| text)
                    .collect(),
            },
        };
        view.place(&plan, &snapshot);
        Ok(view)
    }

    /// The same object that `--json` prints, and what is the same as long as the same is seen.
    pub(super) fn lines(&self) -> Result<(String, String), CliError> {
        let mut data = serde_json::to_value(self).map_err(|error| bug(&error))?;
        let json = serde_json::json!({ "schema": Self::SCHEMA, "data": &data }).to_string();
        if let Some(fields) = data.as_object_mut() {
            fields.remove("generated_at");
        }
        Ok((json, digest([data.to_string().as_str()])))
    }

    fn envelope(&self) -> Result<serde_json::Value, CliError> {
        let data = serde_json::to_value(self).map_err(|error| bug(&error))?;
        Ok(serde_json::json!({ "schema": Self::SCHEMA, "data": data }))
    }

    /// Sorts the items into those that wait for a person and the lanes.
    fn place(&mut self, plan: &Plan, snapshot: &Snapshot) {
        let mut lanes = BTreeMap::<&'static str, LaneRow>::new();
        for standing in &plan.standings {
            if is_left_alone(&standing.wait) {
                self.other += 1;
                continue;
            }
            let row = || ItemRow::of(standing, snapshot);
            if is_for_a_person(&standing.wait) {
                self.waiting_for_you.add(row);
            }
            let name = standing.lane.as_str();
            let lane = lanes.entry(name).or_insert_with(|| LaneRow {
                name,
                total: 0,
                items: vec![],
            });
            lane.total += 1;
            if lane.items.len() < ITEMS_MAX {
                lane.items.push(row());
            }
        }
        self.lanes = lanes.into_values().collect();
        self.lanes.sort_by_key(|lane| place_of(lane.name));
    }
}

impl<T> Section<T> {
    const fn empty() -> Self {
        Self {
            total: 0,
            items: vec![],
        }
    }

    fn of(rows: impl Iterator<Item = T>) -> Self {
        let mut section = Self::empty();
        for row in rows {
            section.add(|| row);
        }
        section
    }

    fn add(&mut self, row: impl FnOnce() -> T) {
        self.total += 1;
        if self.items.len() < ITEMS_MAX {
            self.items.push(row());
        }
    }
}

impl ItemRow {
    fn of(standing: &Standing, snapshot: &Snapshot) -> Self {
        Self {
            item: standing.item.to_string(),
            lane: standing.lane.as_str(),
            title: title(standing.item, snapshot).map_or(String::new(), text),
            why: text(&describe(&standing.wait)),
            code: code(&standing.wait),
            next: standing.wait.next(),
            command: way_out(standing).map(|command| text(&command)),
            offers: offers_of_item(standing, snapshot),
        }
    }
}

fn title(item: ItemId, snapshot: &Snapshot) -> Option<&str> {
    Some(match item.kind {
        ItemKind::Issue => &snapshot.mirror.issues.get(&item.number)?.title,
        ItemKind::Pr => &snapshot.mirror.pulls.get(&item.number)?.title,
    })
}

fn at_work(snapshot: &Snapshot) -> Vec<RunRow> {
    let runs = snapshot.runs.values();
    runs.filter(|view| view.run.state.is_under_way())
        .map(RunRow::live)
        .collect()
}

/// The latest runs that are over. Names of runs begin with their time: only the last ones are read.
fn history(control: &Control<'_>, snapshot: &Snapshot) -> Result<Section<RunRow>, CliError> {
    let over = snapshot.runs.values();
    let mut rows: Vec<RunRow> = over
        .filter(|view| !view.run.state.is_under_way())
        .map(RunRow::live)
        .collect();
    let archived = control.store.archived()?;
    let total = archived.len() + rows.len();
    for archived in archived.iter().rev().take(HISTORY_MAX) {
        // Of one that cannot be read `acp doctor` speaks; it must not hide all others.
        let Ok(Some(run)) = control.store.archived_run(archived) else {
            continue;
        };
        let findings = control.store.findings(&run.id).unwrap_or_default();
        rows.push(RunRow::of(&run, findings.as_ref()));
    }
    rows.sort_by(|a, b| (b.ended, &b.id).cmp(&(a.ended, &a.id)));
    rows.truncate(HISTORY_MAX);
    Ok(Section { total, items: rows })
}

/// Whether an item is none of acp's.
const fn is_left_alone(wait: &Wait) -> bool {
    matches!(
        wait,
        Wait::NotLabelled { .. }
            | Wait::NotOurs
            | Wait::NotTrusted { .. }
            | Wait::Gone
            | Wait::Fork
    )
}

/// The order in which an item goes through the lanes.
fn place_of(lane: &str) -> usize {
    const ORDER: &[&str] = &[
        "human-review",
        "blocked",
        "implement",
        "pending",
        "fix",
        "double-check-1",
        "double-check-2",
        "automerge",
    ];
    let place = ORDER.iter().position(|known| *known == lane);
    place.unwrap_or(ORDER.len())
}

fn bug(error: &serde_json::Error) -> CliError {
    CliError::of(Exit::Bug, error)
}

impl Render for View {
    const SCHEMA: &'static str = "acp.dashboard.snapshot/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        let envelope = self
            .envelope()
            .map_err(|error| io::Error::other(error.message))?;
        serde_json::to_writer_pretty(&mut *out, &envelope)?;
        writeln!(out)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let envelope = self
            .envelope()
            .map_err(|error| io::Error::other(error.message))?;
        writeln!(out, "{envelope}")
    }
}
