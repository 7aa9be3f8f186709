//! When a scheduled issue is due, as a line of its text says.

use std::time::Duration;

use super::only_visible;

/// The shortest time between two runs of a scheduled issue, whatever its line says.
pub const SCHEDULE_MIN: Duration = Duration::from_mins(5);
/// The longest period of `every`.
pub const SCHEDULE_MAX: Duration = Duration::from_hours(24 * 366);

/// The most that is kept of a line, in characters. A longer one is no schedule.
const LINE_CHARS_MAX: usize = 120;
/// What the line begins with, in small letters.
const KEY: &str = "agent schedule:";

/// The schedule in a text, as written behind `Agent schedule:`. `None`: it has no such line. Only what a page shows counts:
/// no comment, no code block, no quotation.
pub fn schedule_line(body: &str) -> Option<String> {
    // Most texts have none, and every text that is listed comes along here.
    if !body.to_ascii_lowercase().contains(KEY) {
        return None;
    }
    let visible = only_visible(body);
    let (mut fence, mut hidden) = (None::<&str>, false);
    for line in visible.lines() {
        let trimmed = line.trim_start();
        if let Some(mark) = fence {
            if trimmed.starts_with(mark) {
                fence = None;
            }
            continue;
        }
        if hidden {
            hidden = !line.contains("-->");
            continue;
        }
        if let Some((_, rest)) = line.split_once("<!--") {
            hidden = !rest.contains("-->");
            continue;
        }
        fence = ["```", "~~~"].into_iter().find(|m| trimmed.starts_with(m));
        let is_code = line.starts_with("    ") || line.starts_with('\t');
        let said = trimmed.trim_start_matches(['-', '*', '+', '_', '#', ' ']);
        if let Some(key) = said.get(..KEY.len()).filter(|_| !is_code)
            && key.eq_ignore_ascii_case(KEY)
        {
            let value = said[KEY.len()..].trim().trim_matches('`').trim();
            return Some(value.chars().take(LINE_CHARS_MAX + 1).collect());
        }
    }
    None
}

/// A schedule that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// So long after the start of the last run.
    Every(Duration),
    /// At times of the calendar, in UTC.
    Cron(Cron),
}

/// Five fields of cron, as sets of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// A day has to be in both day fields, because one of them begins with `*`.
    both: bool,
}

/// A schedule that cannot be read.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum BadSchedule {
    /// Neither form.
    #[error(
        "it is neither `every N` with m, h or d (`every 6h`) nor five fields of cron (`0 6 * * *`)"
    )]
    Form,
    /// A period out of range.
    #[error("`every` takes from 5m to 366d")]
    Range,
    /// A field of cron.
    #[error("the {field} of cron cannot be `{given}`: it takes {from} to {to}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is there.
        given: String,
        /// The smallest value.
        from: u32,
        /// The largest.
        to: u32,
    },
    /// A day that no month of it has.
    #[error("no such day ever comes")]
    Never,
}

struct Field {
    name: &'static str,
    from: u32,
    to: u32,
    names: &'static [&'static str],
}

const MINUTE: Field = field("minute", 0, 59, &[]);
const HOUR: Field = field("hour", 0, 23, &[]);
const DAY: Field = field("day of the month", 1, 31, &[]);
const MONTH: Field = field("month", 1, 12, &MONTHS);
const WEEKDAY: Field = field("day of the week", 0, 7, &WEEKDAYS);
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// The most days that each month has.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const fn field(name: &'static str, from: u32, to: u32, names: &'static [&'static str]) -> Field {
    Field {
        name,
        from,
        to,
        names,
    }
}

impl Schedule {
    /// Reads what stands behind `Agent schedule:`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadSchedule> {
        let text = text.to_ascii_lowercase();
        if text.chars().count() > LINE_CHARS_MAX {
            return Err(BadSchedule::Form);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["every", rest @ ..] if !rest.is_empty() => every(&rest.concat()).map(Self::Every),
            [minute, hour, day, month, weekday] => {
                Cron::of([minute, hour, day, month, weekday]).map(Self::Cron)
            }
            _ => Err(BadSchedule::Form),
        }
    }
}

fn every(text: &str) -> Result<Duration, BadSchedule> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let minutes = match &text[digits.len()..] {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return Err(BadSchedule::Form),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadSchedule::Form);
    }
    let count: u64 = digits.parse().map_err(|_| BadSchedule::Range)?;
    let seconds = count.checked_mul(minutes * 60).ok_or(BadSchedule::Range)?;
    let period = Duration::from_secs(seconds);
    if (SCHEDULE_MIN..=SCHEDULE_MAX).contains(&period) {
        Ok(period)
    } else {
        Err(BadSchedule::Range)
    }
}

impl Cron {
    fn of([minute, hour, day, month, weekday]: [&str; 5]) -> Result<Self, BadSchedule> {
        let mut weekdays = bits(&WEEKDAY, weekday)?;
        // Sunday has two numbers.
        weekdays |= (weekdays >> 7) & 1;
        let (days, months) = (bits(&DAY, day)?, bits(&MONTH, month)?);
        let both = day.starts_with('*') || weekday.starts_with('*');
        let fits = (1..=12).any(|month| {
            let length = LENGTHS[month as usize - 1];
            has(months, month) && (1..=length).any(|day| has(days, day))
        });
        if both && !fits {
            return Err(BadSchedule::Never);
        }
        Ok(Self {
            minutes: bits(&MINUTE, minute)?,
            hours: bits(&HOUR, hour)?,
            days,
            months,
            weekdays,
            both,
        })
    }

    /// Whether a day is one of them; Sunday is 0.
    pub fn has_day(&self, month: u32, day: u32, weekday: u32) -> bool {
        let (day, weekday) = (has(self.days, day), has(self.weekdays, weekday));
        let fits = if self.both {
            day && weekday
        } else {
            day || weekday
        };
        fits && has(self.months, month)
    }

    /// Whether a minute of such a day is one of them.
    pub fn has_time(&self, hour: u32, minute: u32) -> bool {
        has(self.hours, hour) && has(self.minutes, minute)
    }
}

const fn has(bits: u64, at: u32) -> bool {
    bits >> at & 1 == 1
}

fn bits(field: &Field, text: &str) -> Result<u64, BadSchedule> {
    let bad = || BadSchedule::Field {
        field: field.name,
        given: text.to_owned(),
        from: field.from,
        to: field.to,
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step).ok_or_else(bad)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (field.from, field.to),
            Some((from, to)) => (
                value(field, from).ok_or_else(bad)?,
                value(field, to).ok_or_else(bad)?,
            ),
            None => {
                let from = value(field, range).ok_or_else(bad)?;
                (from, if step.is_some() { field.to } else { from })
            }
        };
        let step = step.unwrap_or(1);
        if step == 0 || from > to || from < field.from || to > field.to {
            return Err(bad());
        }
        let mut at = from;
        while at <= to {
            bits |= 1 << at;
            at = at.saturating_add(step);
        }
    }
    Ok(bits)
}

fn value(field: &Field, text: &str) -> Option<u32> {
    let named = field.names.iter().position(|name| *name == text);
    match named {
        Some(at) => u32::try_from(at).ok().map(|at| at + field.from),
        None => number(text),
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
