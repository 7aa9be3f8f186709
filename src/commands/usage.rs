//! `acp usage`: what runs have used.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Session, Verb};
use crate::domain::{Reservation, RunId};
use crate::store::Store;
use crate::ui::words::{clean, plural, usd};
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// The longest time that is looked back: budgets are kept for so long.
const DAYS_MAX: u32 = 400;

/// Shows what the runs of the last days have used, in sums. A run belongs to the day it started on, in UTC. What an agent
/// does not say is not known: it is in no sum, and the number of such runs stands beside it.
///
/// Columns of --plain: what the sum is of, runs, tokens (empty: not known of any), runs of which they are not known,
/// micro-dollars (likewise), runs of which they are not known.
#[derive(clap::Args)]
pub(super) struct Usage {
    /// What a sum is made for
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// How many days back, today included
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
    days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    Day,
    Backend,
    Model,
    Item,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Sums(Vec<Sum>);

/// What the runs of one key have used.
#[derive(Debug, Serialize, Default)]
pub(super) struct Sum {
    /// A day, a backend, a model of one, or an item.
    key: String,
    runs: u32,
    #[serde(flatten)]
    tokens: Tokens,
    #[serde(flatten)]
    money: Money,
}

#[derive(Debug, Serialize, Default)]
struct Tokens {
    /// `None`: not known of a single run.
    tokens: Option<u64>,
    tokens_unknown: u32,
}

#[derive(Debug, Serialize, Default)]
struct Money {
    /// `None`: not known of a single run.
    usd_micros: Option<u64>,
    usd_unknown: u32,
}

impl Verb for Usage {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let store = session.keep()?.store;
        let sums: Vec<Sum> = sums(&store, session.clock.now(), self.days, self.by)?
            .into_values()
            .collect();
        let unknown: u32 = sums.iter().map(|sum| sum.money.usd_unknown).sum();
        let empty = sums.is_empty();
        let output = Output::of(Sums(sums));
        Ok(match (empty, unknown) {
            (true, _) => output.note("no run has started in that time"),
            (false, 0) => output,
            (false, count) => {
                let runs = plural(count as usize, "run");
                output.note(format!("what {runs} cost is not known and in no sum"))
            }
        })
    }
}

/// What each of the last days has used, also those on which nothing ran; today is the last one.
pub(super) fn by_day(store: &Store, now: Timestamp, days: u32) -> Result<Vec<Sum>, CliError> {
    let mut sums = sums(store, now, days, By::Day)?;
    let day = |back: u32| {
        let hours = SignedDuration::from_hours(24 * i64::from(back));
        Store::day(now.checked_sub(hours).unwrap_or(Timestamp::UNIX_EPOCH))
    };
    let day = |back: u32| {
        let key = day(back);
        let sum = sums.remove(&key).unwrap_or_default();
        Sum { key, ..sum }
    };
    Ok((0..days).rev().map(day).collect())
}

fn sums(
    store: &Store,
    now: Timestamp,
    days: u32,
    by: By,
) -> Result<BTreeMap<String, Sum>, CliError> {
    let first = first_day(now, days);
    let days = store.budgets().list_where(|day| day >= first.as_str())?;
    let mut sums = BTreeMap::<String, Sum>::new();
    for (day, budget) in &days {
        for (run, used) in budget.runs.iter().filter(|(_, used)| began(used)) {
            let key = by.key(day, run, used);
            let sum = sums.entry(key.clone()).or_default();
            sum.key = key;
            sum.add(used);
        }
    }
    Ok(sums)
}

/// A run that never started its agent has used nothing. One that was set free by hand has.
fn began(used: &Reservation) -> bool {
    !used.released || used.tokens.is_some() || used.usd_micros.is_some()
}

fn first_day(now: Timestamp, days: u32) -> String {
    let back = SignedDuration::from_hours(24 * i64::from(days.saturating_sub(1)));
    Store::day(now.checked_sub(back).unwrap_or(Timestamp::UNIX_EPOCH))
}

impl By {
    fn key(self, day: &str, run: &RunId, used: &Reservation) -> String {
        let backend = used.backend.as_ref().unwrap_or(&used.agent);
        match self {
            Self::Day => day.to_owned(),
            Self::Backend => backend.clone(),
            Self::Model => match &used.model {
                Some(model) => format!("{backend} {model}"),
                None => format!("{backend} (its own default)"),
            },
            Self::Item => run.item().unwrap_or(used.item).to_string(),
        }
    }
}

impl Sum {
    fn add(&mut self, used: &Reservation) {
        self.runs += 1;
        add(
            &mut self.tokens.tokens,
            used.tokens,
            &mut self.tokens.tokens_unknown,
        );
        add(
            &mut self.money.usd_micros,
            used.usd_micros,
            &mut self.money.usd_unknown,
        );
    }
}

fn add(sum: &mut Option<u64>, used: Option<u64>, unknown: &mut u32) {
    match used {
        Some(used) => *sum = Some(sum.unwrap_or(0).saturating_add(used)),
        None => *unknown += 1,
    }
}

impl Render for Sums {
    const SCHEMA: &'static str = "acp.usage/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let columns = ["OF", "RUNS", "TOKENS", "COST"];
        let mut table = Table::new(&columns).one_line().right(1).right(2).right(3);
        let shown = |known: Option<String>, unknown: u32| match (known, unknown) {
            (Some(known), 0) => known,
            (Some(known), unknown) => format!("{known} + {unknown} unknown"),
            (None, _) => "unknown".to_owned(),
        };
        for sum in &self.0 {
            table.row([
                clean(&sum.key),
                sum.runs.to_string(),
                shown(
                    sum.tokens.tokens.map(|n| n.to_string()),
                    sum.tokens.tokens_unknown,
                ),
                shown(sum.money.usd_micros.map(usd), sum.money.usd_unknown),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = |known: Option<u64>| known.map_or(String::new(), |n| n.to_string());
        self.0.iter().try_for_each(|sum| {
            let (tokens, micros) = (text(sum.tokens.tokens), text(sum.money.usd_micros));
            let runs = sum.runs.to_string();
            let unknown = sum.tokens.tokens_unknown.to_string();
            let usd_unknown = sum.money.usd_unknown.to_string();
            plain_line(
                out,
                &[&sum.key, &runs, &tokens, &unknown, &micros, &usd_unknown],
            )
        })
    }
}
