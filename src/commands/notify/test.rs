//! `acp notify test`: whether the notifiers work.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::{News, NewsKind, Notice, Priority, Rules};
use crate::notify::Message;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Progress, Render, Style, plain_line};

/// Sends a test message to each notifier of the profile, or to the one that is named: at once, for real, without the
/// queue, and whatever the hour. Ends with 1 when one did not take it.
///
/// Columns of --plain: notifier, `taken` or `failed`, why.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// The notifier: a name below `notify.to` of the profile
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Tested(Vec<Row>);

#[derive(Serialize)]
struct Row {
    to: String,
    taken: bool,
    why: Option<String>,
}

/// The notifiers that are meant.
pub(super) fn wanted(rules: &Rules, name: Option<&str>) -> Result<Vec<String>, CliError> {
    let known = &rules.notify.to;
    if known.is_empty() {
        let what = format!("the profile {} names no notifier", rules.id);
        return Err(CliError::new(Exit::Config, what).hint(
            "`notify.to` in the profile names them; docs/notifications.md has one of each kind",
        ));
    }
    match name {
        None => Ok(known.keys().cloned().collect()),
        Some(name) if known.contains_key(name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            let what = format!("the profile has no notifier `{}`", clean(name));
            Err(CliError::new(Exit::Missing, what).hint(format!("it has {}", names.join(", "))))
        }
    }
}

impl Verb for Test {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let names = wanted(&control.rules, self.name.as_deref())?;
        if session.dry_run {
            return Ok(Output::silent().note(format!("would tell {}", names.join(", "))));
        }
        let progress = Progress::start(session.format, session.progress, "telling");
        let mut rows = vec![];
        for to in names {
            progress.say(&to);
            let Some(notifier) = (control.notifier)(&to) else {
                continue;
            };
            let news = News::new(
                NewsKind::Message,
                None,
                Priority::Normal,
                "test",
                format!("acp: a test from {}", control.id()),
                "If you can read this, the notifier works.".to_owned(),
            );
            let notice = Notice::new(&to, news, session.clock.now());
            let answer = notifier.send(&Message {
                id: &notice.id,
                profile: control.id(),
                news: &notice.news,
                at: notice.created,
            });
            let why = answer.err().map(|error| error.to_string());
            rows.push(Row {
                to,
                taken: why.is_none(),
                why,
            });
        }
        drop(progress);
        let all = rows.iter().all(|row| row.taken);
        Ok(Output::of(Tested(rows)).answer(all))
    }
}

impl Render for Tested {
    const SCHEMA: &'static str = "acp.notify.test/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for row in &self.0 {
            let to = style.bold(&clean(&row.to));
            match &row.why {
                Some(why) => writeln!(out, "{to}: {} {}", style.red("failed:"), clean(why))?,
                None => writeln!(out, "{to}: taken")?,
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let state = if row.taken { "taken" } else { "failed" };
            plain_line(out, &[&row.to, state, row.why.as_deref().unwrap_or("")])
        })
    }
}
