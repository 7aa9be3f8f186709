//! `acp service status`: how passes keep time.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::{Place, pace_of, places_to_look_at};
use crate::commands::{Session, Verb};
use crate::domain::Timer;
use crate::ui::words::{clean, relative, span};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Shows for each profile, or the one that --profile names, what starts its passes and how they keep time: the last pass with
/// its error, the next, passes that were missed (the machine slept, or nothing starts them) and passes that outlast their period.
///
/// Columns of --plain: profile, kind (empty: no timer), seconds from pass to pass, state (on, off, not running, unknown, gone,
/// none), end of the last pass, when the next is due, missed passes, last error, what is wrong.
#[derive(clap::Args)]
pub(crate) struct Status {}

#[derive(Serialize)]
#[serde(transparent)]
struct Timers(Vec<Row>);

#[derive(Serialize)]
struct Row {
    profile: String,
    kind: Option<&'static str>,
    every_s: Option<u64>,
    /// `on`, `off`, `not running`, `unknown`, `gone`, `none`.
    state: &'static str,
    program: Option<String>,
    last_began: Option<Timestamp>,
    last_ended: Option<Timestamp>,
    last_verb: Option<String>,
    last_error: Option<String>,
    running_since: Option<Timestamp>,
    next: Option<Timestamp>,
    missed: u64,
    overran_s: Option<u64>,
    /// What is wrong, each with the command that mends it where there is one.
    troubles: Vec<Trouble>,
}

#[derive(Serialize)]
struct Trouble {
    meaning: String,
    command: Option<String>,
}

impl Verb for Status {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let mut rows = vec![];
        for place in places_to_look_at(session)? {
            rows.push(row(session, &place)?);
        }
        let empty = rows.is_empty();
        let output = Output::of(Timers(rows));
        Ok(if empty {
            output.note("there is no profile yet: acp init")
        } else {
            output
        })
    }
}

fn row(session: &Session<'_>, place: &Place) -> Result<Row, CliError> {
    let pace = pace_of(&place.store, session.clock.now())?;
    let (state, mut troubles) = match &pace.timer {
        Some(timer) => look(session, place, timer),
        None => ("none", vec![]),
    };
    troubles.extend(pace.troubles().into_iter().map(|meaning| Trouble {
        meaning,
        command: None,
    }));
    let rhythm = pace.rhythm;
    let timer = pace.timer.as_ref();
    let overran = rhythm.and_then(|rhythm| rhythm.overran);
    Ok(Row {
        profile: place.id.to_string(),
        kind: timer.map(|timer| timer.kind.as_str()),
        every_s: timer.map(|timer| timer.every_s),
        state,
        program: timer.map(|timer| timer.program.display().to_string()),
        last_began: pace.last.as_ref().map(|last| last.began),
        last_ended: pace.last.as_ref().map(|last| last.ended),
        last_verb: pace.last.as_ref().map(|last| last.verb.clone()),
        last_error: pace.last.and_then(|last| last.error),
        running_since: pace.running,
        next: rhythm.and_then(|rhythm| rhythm.next),
        missed: rhythm.map_or(0, |rhythm| rhythm.missed),
        overran_s: overran.map(|length| length.as_secs()),
        troubles,
    })
}

/// How a timer is, and what keeps it from starting passes.
fn look(session: &Session<'_>, place: &Place, timer: &Timer) -> (&'static str, Vec<Trouble>) {
    let mut troubles: Vec<Trouble> = vec![];
    let mut trouble = |meaning: String, command: Option<&str>| {
        let command = command.map(str::to_owned);
        troubles.push(Trouble { meaning, command });
    };
    let again = format!("acp service install --profile {}", place.id);
    if !timer.program.exists() {
        let what = format!("there is no `{}` any more", timer.program.display());
        trouble(what, Some(&again));
    }
    let looked = Place::manager(session, timer)
        .and_then(|manager| Ok(manager.look(&place.id, timer)?))
        .map_err(|error| error.message);
    let look = match looked {
        Ok(look) => look,
        Err(why) => {
            trouble(why, None);
            return (if timer.on { "unknown" } else { "off" }, troubles);
        }
    };
    if look.absent {
        let what = format!("what {} would start passes by is gone", timer.kind.as_str());
        trouble(what, Some(&again));
        return ("gone", troubles);
    }
    for file in &look.stale {
        let what = format!("changed since it was installed: {}", file.display());
        trouble(what, Some(&again));
    }
    if let Some((meaning, command)) = look.obstacle {
        trouble(meaning, Some(&command));
    }
    let state = match look.active {
        _ if !timer.on => "off",
        Ok(true) => "on",
        Ok(false) => {
            trouble("the timer does not run".to_owned(), Some(&again));
            "not running"
        }
        Err(why) => {
            trouble(why, None);
            "unknown"
        }
    };
    (state, troubles)
}

impl Render for Timers {
    const SCHEMA: &'static str = "acp.service.status/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for row in &self.0 {
            let name = style.bold(&row.profile);
            match (row.kind, row.every_s) {
                (Some(kind), Some(every)) => {
                    writeln!(out, "{name}  {}, {kind}, every {}", row.state, span(every))?;
                }
                _ => writeln!(out, "{name}  no timer: passes are yours to start")?,
            }
            match (row.last_began, row.last_ended) {
                (Some(began), Some(ended)) => {
                    let took = ended.duration_since(began).as_millis().max(0);
                    let verb = row.last_verb.as_deref().unwrap_or("pass");
                    let took = if took < 10_000 {
                        format!("{took} ms")
                    } else {
                        span(u64::try_from(took / 1000).unwrap_or(0))
                    };
                    writeln!(
                        out,
                        "  last pass  {} (`{}`, took {took})",
                        relative(ended, style.now),
                        clean(verb)
                    )?;
                }
                _ => writeln!(out, "  last pass  never")?,
            }
            if let Some(error) = &row.last_error {
                writeln!(out, "  last error {}", style.red(&clean(error)))?;
            }
            match (row.running_since, row.next) {
                (Some(since), _) => writeln!(
                    out,
                    "  next pass  one is under way, since {}",
                    relative(since, style.now)
                )?,
                (None, Some(next)) if next <= style.now => writeln!(out, "  next pass  due")?,
                (None, Some(next)) => writeln!(out, "  next pass  {}", relative(next, style.now))?,
                (None, None) => {}
            }
            for trouble in &row.troubles {
                writeln!(out, "  {}", style.yellow(&clean(&trouble.meaning)))?;
                if let Some(command) = &trouble.command {
                    writeln!(out, "    {}", style.dim(&clean(command)))?;
                }
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let time = |at: Option<Timestamp>| at.map_or(String::new(), |at| at.to_string());
        self.0.iter().try_for_each(|row| {
            let every = row.every_s.map_or(String::new(), |every| every.to_string());
            let troubles: Vec<&str> = row
                .troubles
                .iter()
                .map(|trouble| trouble.meaning.as_str())
                .collect();
            let fields = [
                row.profile.as_str(),
                row.kind.unwrap_or(""),
                &every,
                row.state,
                &time(row.last_ended),
                &time(row.next),
                &row.missed.to_string(),
                row.last_error.as_deref().unwrap_or(""),
                &troubles.join("; "),
            ];
            plain_line(out, &fields)
        })
    }
}
