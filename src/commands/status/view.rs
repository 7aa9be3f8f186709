//! How the screen looks.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::gather::{ItemView, RunningView, Screen};
use crate::ui::words::{clean, cut, plural, relative, span, usd};
use crate::ui::{Render, Style, Table};

/// How many items of a kind are shown before the rest is counted.
const SHOWN_MAX: usize = 10;
/// The columns of a line of `--plain`.
const PLAIN_COLUMNS: usize = 40;

/// The screen of one profile, or those of all.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Status {
    One(Box<Screen>),
    All(Vec<Shown>),
}

/// One of all: its screen, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    Screen(Box<Screen>),
    Broken { profile: String, error: String },
}

impl Render for Status {
    const SCHEMA: &'static str = "acp.status/1";

    fn schema(&self) -> String {
        match self {
            Self::One(_) => Self::SCHEMA.to_owned(),
            Self::All(_) => "acp.status.all/1".to_owned(),
        }
    }

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        match self {
            Self::One(screen) => screen.human(out, style),
            Self::All(all) => all.iter().enumerate().try_for_each(|(at, shown)| {
                if at > 0 {
                    writeln!(out)?;
                }
                match shown {
                    Shown::Screen(screen) => screen.human(out, style),
                    Shown::Broken { profile, error } => {
                        line(out, style, &style.bold(profile), profile)?;
                        let text = format!("cannot be looked at: {}", clean(error));
                        line(out, style, &style.red(&fit(&text, style)), &text)
                    }
                }
            }),
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::One(screen) => screen.plain(out),
            Self::All(all) => all.iter().try_for_each(|shown| match shown {
                Shown::Screen(screen) => screen.plain(out),
                Shown::Broken { profile, .. } => {
                    pair(out, "profile", profile)?;
                    pair(out, "error", "acp profile check")
                }
            }),
        }
    }
}

/// One `key: value` of `--plain`, cut to its columns.
fn pair(out: &mut dyn Write, key: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{}", cut(&format!("{key}: {value}"), PLAIN_COLUMNS))
}

/// `text` as wide as the terminal, cleaned.
fn fit(text: &str, style: &Style) -> String {
    match style.width {
        Some(width) => cut(text, usize::from(width)),
        None => clean(text),
    }
}

/// `painted` if what is to be read in it, `bare`, fits the terminal; else as much of that as fits.
fn line(out: &mut dyn Write, style: &Style, painted: &str, bare: &str) -> io::Result<()> {
    let fitting = fit(bare, style);
    let shown = if fitting == clean(bare) {
        painted
    } else {
        &fitting
    };
    writeln!(out, "{shown}")
}

impl Screen {
    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        self.head(out, style)?;
        items(
            out,
            style,
            "Waiting for you",
            &self.waiting_for_you.iter().collect::<Vec<_>>(),
        )?;
        self.running(out, style)?;
        self.failed(out, style)?;
        self.cooling(out, style)?;
        let failed = |item: &&ItemView| !self.failed.iter().any(|f| f.item == item.item);
        let waiting: Vec<&ItemView> = self.waiting.iter().filter(failed).collect();
        items(out, style, "Waiting", &waiting)?;
        self.foot(out, style)
    }

    fn head(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let last = self
            .last_pass
            .map_or("never".to_owned(), |at| relative(at, style.now));
        let every = self
            .every_s
            .map_or(String::new(), |every| format!(", every {}", span(every)));
        let rest = format!(
            "  {} {}  last pass {last}{every}",
            self.forge,
            clean(&self.repo)
        );
        let bare = format!("{}{rest}", self.profile);
        line(
            out,
            style,
            &format!("{}{rest}", style.bold(&self.profile)),
            &bare,
        )?;
        if let Some(reason) = &self.closed {
            let text = format!("nothing can be done here: {reason}");
            writeln!(out, "{}", style.yellow(&fit(&text, style)))?;
        }
        for trouble in &self.troubles {
            writeln!(out, "{}", style.yellow(&fit(trouble, style)))?;
        }
        for hold in &self.holds {
            let text = format!("HOLD {}: {} (by {})", hold.name, hold.reason, hold.by);
            writeln!(out, "{}", style.yellow(&fit(&text, style)))?;
        }
        if let Some(error) = &self.last_error {
            let text = format!("last problem: {error}");
            writeln!(out, "{}", style.red(&fit(&text, style)))?;
        }
        for limit in &self.limits {
            let until = relative(limit.until, style.now);
            let text = format!("{} takes calls again {until}: {}", limit.host, limit.why);
            writeln!(out, "{}", style.yellow(&fit(&text, style)))?;
        }
        Ok(())
    }

    fn running(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.running.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.bold("Running"))?;
        let columns = ["ITEM", "STEP", "AGENT", "FOR", "SIGN", "SPENT", "RUN"];
        // A narrow screen has no room for the name of the run, which `acp run list` shows too.
        let narrow = style.width.is_some_and(|width| width < 70);
        let shown = if narrow { 5 } else { columns.len() };
        let mut table = Table::new(&columns[..shown]).one_line();
        for run in self.running.iter().take(SHOWN_MAX) {
            let age = run.started.map_or(String::new(), |at| age(at, style.now));
            let sign = run
                .last_sign
                .map_or(String::new(), |at| age_ago(at, style.now));
            let spent = spent(run);
            let cells = [
                &run.item, &run.step, &run.agent, &age, &sign, &spent, &run.run,
            ];
            table.row(&cells[..shown]);
        }
        table.write(out, style)?;
        more(out, style, self.running.len())
    }

    fn failed(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.failed.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.bold("Failed, tried again"))?;
        for failed in self.failed.iter().take(SHOWN_MAX) {
            let next = failed
                .next
                .map(|at| format!(", again {}", relative(at, style.now)))
                .unwrap_or_default();
            let times = format!("{} of {}", failed.failures, failed.attempts_max);
            let text = format!("{} {times}{next}  {}", failed.item, failed.title);
            writeln!(out, "{}", fit(&text, style))?;
            let reason = failed.reason.as_deref().unwrap_or("no reason recorded");
            writeln!(out, "{}", fit(&format!("    {reason}"), style))?;
            what_to_do(out, style, failed.advice)?;
        }
        more(out, style, self.failed.len())
    }

    fn cooling(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.cooldowns.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.bold("Cooling down"))?;
        for cooldown in self.cooldowns.iter().take(SHOWN_MAX) {
            let until = relative(cooldown.until, style.now);
            let text = format!("{}, again {until}: {}", cooldown.key, cooldown.reason);
            writeln!(out, "{}", fit(&text, style))?;
            what_to_do(out, style, cooldown.advice)?;
        }
        more(out, style, self.cooldowns.len())
    }

    fn foot(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let outbox = &self.outbox;
        writeln!(out)?;
        if outbox.waiting + outbox.failed > 0 {
            let text = format!(
                "outbox: {} waiting, {} failed",
                outbox.waiting, outbox.failed
            );
            writeln!(out, "{}", fit(&text, style))?;
        }
        let notices = &self.notices;
        if notices.waiting + notices.failed > 0 {
            let (waiting, failed) = (notices.waiting, notices.failed);
            let text = format!("notices: {waiting} waiting, {failed} failed");
            writeln!(out, "{}", fit(&text, style))?;
            for (to, error) in &notices.errors {
                writeln!(out, "{}", fit(&format!("    {to}: {error}"), style))?;
            }
        }
        let limit = of(self.runs_per_day == 0, &self.runs_per_day.to_string());
        let mut today = format!("runs today: {}{limit}", self.runs_today);
        let budget = &self.budget;
        if budget.usd_micros + budget.usd_micros_per_day > 0 {
            let limit = of(
                budget.usd_micros_per_day == 0,
                &usd(budget.usd_micros_per_day),
            );
            today = format!("{today}, {}{limit}", usd(budget.usd_micros));
        }
        if budget.tokens + budget.tokens_per_day > 0 {
            let limit = of(
                budget.tokens_per_day == 0,
                &budget.tokens_per_day.to_string(),
            );
            today = format!("{today}, {} tokens{limit}", budget.tokens);
        }
        writeln!(out, "{}", fit(&today, style))?;
        for text in &self.nearly_used {
            let text = fit(&format!("nearly used: {text}"), style);
            writeln!(out, "{}", style.yellow(&text))?;
        }
        if let Some(next) = self.next {
            writeln!(out, "next due: {}", relative(next, style.now))?;
        }
        if self.other > 0 {
            writeln!(out, "{} not for acp", plural(self.other, "open item"))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        pair(out, "profile", &self.profile)?;
        if self.closed.is_some() {
            pair(out, "closed", self.closed_word)?;
        }
        for hold in &self.holds {
            pair(out, "hold", &hold.name)?;
        }
        for item in &self.waiting_for_you {
            pair(out, "you", &format!("{} {}", item.item, item.lane))?;
        }
        for run in &self.running {
            pair(out, "run", &format!("{} {}", run.item, run.step))?;
        }
        for failed in &self.failed {
            let times = format!("{} of {}", failed.failures, failed.attempts_max);
            pair(out, "fail", &format!("{} {times}", failed.item))?;
        }
        for cooldown in &self.cooldowns {
            pair(out, "cool", &cooldown.key)?;
        }
        for limit in &self.limits {
            pair(out, "limit", &limit.host)?;
        }
        for item in &self.waiting {
            pair(out, "wait", &format!("{} {}", item.item, item.lane))?;
        }
        let outbox = format!("{} +{} failed", self.outbox.waiting, self.outbox.failed);
        pair(out, "outbox", &outbox)?;
        pair(out, "today", &format!("{} runs", self.runs_today))?;
        pair(out, "spent", &usd(self.budget.usd_micros))?;
        let last = self
            .last_pass
            .map_or("never".to_owned(), |at| at.to_string());
        pair(out, "pass", &last)?;
        let notices = &self.notices;
        if notices.waiting + notices.failed > 0 {
            let (waiting, failed) = (notices.waiting, notices.failed);
            pair(out, "notices", &format!("{waiting} +{failed} failed"))?;
        }
        if self.missed_passes > 0 {
            pair(out, "missed", &self.missed_passes.to_string())?;
        }
        if let Some(seconds) = self.overran_s {
            pair(out, "overran", &format!("{seconds} s"))?;
        }
        match self.next {
            Some(next) => pair(out, "next", &next.to_string()),
            None => Ok(()),
        }
    }
}

fn of(none: bool, limit: &str) -> String {
    if none {
        String::new()
    } else {
        format!(" of {limit}")
    }
}

fn age(at: Timestamp, now: Timestamp) -> String {
    span(u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0))
}

/// How long nothing was heard.
fn age_ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", age(at, now))
}

/// What a run has used, or in brackets what is set aside for it.
fn spent(run: &RunningView) -> String {
    match (run.usd_micros, run.tokens) {
        (Some(micros), _) => usd(micros),
        (None, Some(tokens)) => format!("{tokens} tokens"),
        (None, None) if run.reserved_usd_micros > 0 => {
            format!("({})", usd(run.reserved_usd_micros))
        }
        (None, None) => String::new(),
    }
}

/// What a person should do about what stands above.
fn what_to_do(out: &mut dyn Write, style: &Style, advice: Option<&str>) -> io::Result<()> {
    match advice {
        Some(advice) => writeln!(out, "{}", fit(&format!("    do: {advice}"), style)),
        None => Ok(()),
    }
}

fn more(out: &mut dyn Write, style: &Style, all: usize) -> io::Result<()> {
    if all > SHOWN_MAX {
        let text = format!("and {} more", all - SHOWN_MAX);
        writeln!(out, "{}", style.dim(&text))?;
    }
    Ok(())
}

fn items(out: &mut dyn Write, style: &Style, name: &str, items: &[&ItemView]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.bold(name))?;
    for item in items.iter().take(SHOWN_MAX) {
        let next = item
            .next
            .map(|at| format!(", {}", relative(at, style.now)))
            .unwrap_or_default();
        let head = format!("{} [{}] {}", item.item, item.lane, item.title);
        writeln!(out, "{}", fit(&head, style))?;
        writeln!(out, "{}", fit(&format!("    {}{next}", item.why), style))?;
        what_to_do(out, style, item.advice)?;
        if let Some(command) = &item.command {
            // Never cut: it is there to be copied.
            writeln!(out, "    {}", style.dim(&clean(command)))?;
        }
    }
    more(out, style, items.len())
}
