//! `acp budget show`: what today has cost.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::{BudgetRules, DayBudget, Reservation, RunId};
use crate::policy::day_end;
use crate::profile::{self, Overrides};
use crate::store::Store;
use crate::ui::words::{plural, relative, usd};
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Shows what today's runs have used or set aside, and the limits of the profile. A day is a day of UTC, and a run belongs
/// to the day it started on. What a run has cost is not known before its end; until then what it set aside counts.
///
/// Lines of --plain: `day`, the day, its end; `runs`, `tokens` and `usd_micros`, used, limit (0: none); `run`, run, item,
/// agent, tokens, micro-dollars, `known`, `reserved` or `not-counted`.
#[derive(clap::Args)]
pub(crate) struct Show {}

#[derive(Serialize)]
struct Day {
    #[serde(rename = "day")]
    date: String,
    ends: Timestamp,
    used: Amounts,
    /// 0: no limit of that kind.
    limits: Amounts,
    /// Limits of one item on all days; 0: no limit.
    runs_per_item: u32,
    tokens_per_item: u64,
    usd_micros_per_item: u64,
    runs: Vec<Row>,
}

#[derive(Serialize)]
struct Amounts {
    runs: u32,
    tokens: u64,
    usd_micros: u64,
}

#[derive(Serialize)]
struct Row {
    run: String,
    item: String,
    agent: String,
    /// What counts: used, or set aside while that is not known.
    tokens: u64,
    usd_micros: u64,
    /// Both numbers are what was used.
    known: bool,
    counts: bool,
}

impl Verb for Show {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let keep = session.keep()?;
        let loaded = profile::load(&keep.home.config, &keep.id, session.env, &Overrides::none())?;
        let now = session.clock.now();
        let day = Store::day(now);
        let budget = keep.store.budgets().get(&day)?.unwrap_or_default();
        let empty = budget.runs.is_empty();
        let output = Output::of(Day::new(day, now, &budget, &loaded.rules.budget));
        Ok(if empty {
            output.note("no run has started today")
        } else {
            output
        })
    }
}

impl Day {
    fn new(day: String, now: Timestamp, budget: &DayBudget, rules: &BudgetRules) -> Self {
        Self {
            date: day,
            ends: day_end(now),
            used: Amounts {
                runs: budget.run_count(),
                tokens: budget.tokens(),
                usd_micros: budget.usd_micros(),
            },
            limits: Amounts {
                runs: rules.runs_per_day,
                tokens: rules.tokens_per_day,
                usd_micros: rules.usd_micros_per_day,
            },
            runs_per_item: rules.runs_per_item,
            tokens_per_item: rules.tokens_per_item,
            usd_micros_per_item: rules.usd_micros_per_item,
            runs: budget
                .runs
                .iter()
                .map(|(id, reservation)| Row::new(id, reservation))
                .collect(),
        }
    }
}

impl Row {
    fn new(id: &RunId, reservation: &Reservation) -> Self {
        Self {
            run: id.to_string(),
            item: reservation.item.to_string(),
            agent: reservation.agent.clone(),
            tokens: reservation.tokens.unwrap_or(reservation.reserved_tokens),
            usd_micros: reservation
                .usd_micros
                .unwrap_or(reservation.reserved_usd_micros),
            known: reservation.tokens.is_some() && reservation.usd_micros.is_some(),
            counts: !reservation.released,
        }
    }

    const fn word(&self) -> &'static str {
        match (self.counts, self.known) {
            (false, _) => "not-counted",
            (true, true) => "known",
            (true, false) => "reserved",
        }
    }
}

impl Render for Day {
    const SCHEMA: &'static str = "acp.budget.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let (used, limits) = (&self.used, &self.limits);
        let of = |none: bool, limit: String| {
            if none {
                ", no limit".to_owned()
            } else {
                format!(" of {limit}")
            }
        };
        let ends = relative(self.ends, style.now);
        writeln!(out, "{}, ends {ends}", style.bold(&self.date))?;
        let limit = of(limits.runs == 0, limits.runs.to_string());
        writeln!(out, "runs    {}{limit}", used.runs)?;
        let limit = of(limits.tokens == 0, limits.tokens.to_string());
        writeln!(out, "tokens  {}{limit}", used.tokens)?;
        let limit = of(limits.usd_micros == 0, usd(limits.usd_micros));
        writeln!(out, "cost    {}{limit}", usd(used.usd_micros))?;
        let of_item = [
            (self.runs_per_item > 0).then(|| {
                plural(
                    usize::try_from(self.runs_per_item).unwrap_or(usize::MAX),
                    "run",
                )
            }),
            (self.tokens_per_item > 0).then(|| format!("{} tokens", self.tokens_per_item)),
            (self.usd_micros_per_item > 0).then(|| usd(self.usd_micros_per_item)),
        ];
        let of_item: Vec<String> = of_item.into_iter().flatten().collect();
        if !of_item.is_empty() {
            writeln!(out, "an item {} at most", of_item.join(", "))?;
        }
        if self.runs.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let columns = ["RUN", "AGENT", "TOKENS", "COST", ""];
        let mut table = Table::new(&columns).one_line().right(2).right(3);
        for row in &self.runs {
            table.row([
                row.run.as_str(),
                &row.agent,
                &row.tokens.to_string(),
                &usd(row.usd_micros),
                row.word(),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["day", &self.date, &self.ends.to_string()])?;
        let (used, limits) = (&self.used, &self.limits);
        for (name, used, limit) in [
            ("runs", used.runs.into(), limits.runs.into()),
            ("tokens", used.tokens, limits.tokens),
            ("usd_micros", used.usd_micros, limits.usd_micros),
        ] {
            plain_line(out, &[name, &used.to_string(), &limit.to_string()])?;
        }
        self.runs.iter().try_for_each(|row| {
            let (tokens, micros) = (row.tokens.to_string(), row.usd_micros.to_string());
            let fields = [
                "run",
                &row.run,
                &row.item,
                &row.agent,
                &tokens,
                &micros,
                row.word(),
            ];
            plain_line(out, &fields)
        })
    }
}
