//! `acp notify send`: what a person or a script has to say.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::{News, NewsKind, Priority};
use crate::engine::Said;
use crate::policy::one_line;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;
/// The largest text that is read from standard input.
const BODY_BYTES_MAX: u64 = 16 * 1024;

/// Tells people something: every notifier of the profile, or the one that is named. It is queued first and sent then, so
/// nothing is lost when a notifier does not answer: passes try again.
///
/// The same title and text within 30 minutes are told once. In quiet hours only `urgent` is sent; the rest waits.
///
/// Ends with 75 when it waits somewhere, with 77 when a notifier refused it. Columns of --plain: notifier, `taken`,
/// `waiting`, `failed` or `before`, id, why.
#[derive(clap::Args)]
pub(crate) struct Send {
    /// One line
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// More lines; `-` reads them from standard input
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    body: String,
    /// How much it matters: low, normal, high, urgent
    #[arg(long, value_name = "WORD", default_value = "normal", value_parser = priority)]
    priority: Priority,
    /// Only this notifier
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Also when the same was told within 30 minutes
    #[arg(long)]
    again: bool,
}

fn priority(word: &str) -> Result<Priority, String> {
    let all = [
        Priority::Low,
        Priority::Normal,
        Priority::High,
        Priority::Urgent,
    ];
    let found = all.into_iter().find(|known| known.as_str() == word);
    found.ok_or_else(|| "expected low, normal, high or urgent".to_owned())
}

#[derive(Serialize)]
#[serde(transparent)]
struct Sent(Vec<Row>);

#[derive(Serialize)]
struct Row {
    to: String,
    state: &'static str,
    id: String,
    why: Option<String>,
}

impl Verb for Send {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let names = super::test::wanted(&control.rules, self.to.as_deref())?;
        let title = one_line(&self.title, TITLE_CHARS_MAX);
        if title.is_empty() {
            return Err(CliError::usage("the title is empty"));
        }
        let body = self.text(session)?;
        let news = News::new(
            NewsKind::Message,
            None,
            self.priority,
            &format!("{title}\n{body}"),
            title,
            body,
        );
        let wants = |name: &&String| control.rules.notify.to[*name].priority <= self.priority;
        if !names.iter().any(|name| wants(&name)) {
            let note = "no notifier hears of so little; nothing was sent";
            return Ok(Output::of(Sent(vec![])).note(note));
        }
        if session.dry_run {
            let names: Vec<&str> = names.iter().filter(wants).map(String::as_str).collect();
            return Ok(Output::silent().note(format!("would tell {}", names.join(", "))));
        }
        let engine = control.engine(session);
        let said = engine.say_news(&news, self.to.as_deref(), self.again)?;
        let rows: Vec<Row> = said.into_iter().map(Row::of).collect();
        let is = |state: &str| rows.iter().any(|row| row.state == state);
        let exit = if is("failed") {
            Exit::Denied
        } else if is("waiting") {
            Exit::TempFail
        } else {
            Exit::Ok
        };
        let output = Output::of(Sent(rows)).exit(exit);
        Ok(match exit {
            Exit::TempFail => output.note("passes send it later; do not type it again"),
            Exit::Denied => output.note("`acp notify list` shows it"),
            _ => output,
        })
    }
}

impl Send {
    fn text(&self, session: &Session<'_>) -> Result<String, CliError> {
        if self.body != "-" {
            return Ok(self.body.clone());
        }
        let bytes = session.ports.read_input(Path::new("-"), BODY_BYTES_MAX)?;
        String::from_utf8(bytes)
            .map_err(|_| CliError::new(Exit::Data, "standard input is not UTF-8"))
    }
}

impl Row {
    fn of(said: Said) -> Self {
        let (state, notice, why) = match said {
            Said::Taken(notice) => ("taken", notice, None),
            Said::Waits(notice, why) => ("waiting", notice, Some(why)),
            Said::Failed(notice, why) => ("failed", notice, Some(why)),
            Said::Before(notice) => {
                let why = format!("the same was told at {}", notice.created);
                ("before", notice, Some(why))
            }
        };
        Self {
            to: notice.to,
            state,
            id: notice.id.to_string(),
            why,
        }
    }
}

impl Render for Sent {
    const SCHEMA: &'static str = "acp.notify.send/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for row in &self.0 {
            let to = style.bold(&clean(&row.to));
            match &row.why {
                Some(why) => writeln!(out, "{to}: {} ({})", row.state, clean(why))?,
                None => writeln!(out, "{to}: {}", row.state)?,
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|row| {
            let why = row.why.as_deref().unwrap_or("");
            plain_line(out, &[&row.to, row.state, &row.id, why])
        })
    }
}
