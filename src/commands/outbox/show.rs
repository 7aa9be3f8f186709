//! `acp outbox show`: everything of one write.

use std::io::{self, Write};

use serde::Serialize;

use super::list::phase_word;
use crate::commands::{Session, Verb};
use crate::domain::{Intent, IntentId, Origin, Payload};
use crate::ui::words::{clean, clean_text, relative};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Shows everything of one write, confirmed or not.
///
/// With --plain each line is a key and a value: id, place, kind, target, item, origin, phase, tries, created, sent,
/// `not_before`, needs (once for each), marker, error, and at last the content as JSON.
#[derive(clap::Args)]
pub(crate) struct Show {
    /// The intent, as `acp outbox list` names it
    #[arg(value_name = "ID")]
    id: IntentId,
}

/// The intent and where it is.
#[derive(Serialize)]
struct Shown {
    place: &'static str,
    target: String,
    marker: String,
    #[serde(flatten)]
    intent: Intent,
}

impl Verb for Show {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let outbox = session.keep()?.store.outbox()?;
        let (place, intent) = outbox.find(&self.id)?.ok_or_else(|| {
            CliError::new(
                Exit::Missing,
                format!("there is no intent `{}` in the outbox", self.id),
            )
            .hint("`acp outbox list --done` lists them")
        })?;
        Ok(Output::of(Shown {
            place: place.name(),
            target: intent.target(),
            marker: intent.marker(),
            intent,
        }))
    }
}

impl Shown {
    /// Everything but the content, in order.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let intent = &self.intent;
        let origin = match &intent.origin {
            Origin::Run(run) => format!("run {run}"),
            Origin::Pass => "a pass".to_owned(),
            Origin::Verb { actor, .. } => format!("typed by {actor}"),
        };
        let mut lines = vec![
            ("id", intent.id.to_string()),
            ("place", self.place.to_owned()),
            ("kind", intent.payload.kind().as_str().to_owned()),
            ("target", self.target.clone()),
        ];
        lines.extend(intent.item.map(|item| ("item", item.to_string())));
        lines.push(("origin", origin));
        lines.push(("phase", phase_word(intent.phase).to_owned()));
        lines.push(("tries", intent.attempts.to_string()));
        lines.push(("created", intent.created.to_string()));
        lines.extend(intent.dispatched.map(|at| ("sent", at.to_string())));
        lines.extend(intent.next.map(|at| ("not_before", at.to_string())));
        lines.extend(intent.needs.iter().map(|need| ("needs", need.to_string())));
        lines.push(("marker", self.marker.clone()));
        lines.extend(intent.last_error.clone().map(|error| ("error", error)));
        lines
    }

    /// The text that people will read, for those that have one.
    fn text(&self) -> Option<(String, &str)> {
        match &self.intent.payload {
            Payload::Issue { title, body, .. } | Payload::Pr { title, body, .. } => {
                Some((clean(title), body))
            }
            Payload::Comment { body } | Payload::Review { body, .. } => Some((String::new(), body)),
            _ => None,
        }
    }
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.outbox.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for (key, value) in self.lines() {
            let key = style.dim(&format!("{key:<11}"));
            match value.parse() {
                Ok(at) => writeln!(out, "{key} {value} ({})", relative(at, style.now))?,
                Err(_) => writeln!(out, "{key} {}", clean(&value))?,
            }
        }
        match self.text() {
            Some((title, body)) => {
                writeln!(out)?;
                if !title.is_empty() {
                    writeln!(out, "{}", style.bold(&title))?;
                }
                writeln!(out, "{}", clean_text(body.trim_end()))
            }
            None => writeln!(
                out,
                "{} {}",
                style.dim("content    "),
                clean(&self.content())
            ),
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for (key, value) in self.lines() {
            plain_line(out, &[key, &value])?;
        }
        plain_line(out, &["content", &self.content()])
    }
}

impl Shown {
    fn content(&self) -> String {
        serde_json::to_string(&self.intent.payload).unwrap_or_default()
    }
}
