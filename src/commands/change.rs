//! What a verb that changes the state by hand says: what changed, and which command comes next.

use std::io::{self, Write};

use serde::Serialize;

use super::Session;
use crate::ui::words::clean;
use crate::ui::{Output, Render, Style, plain_line};

/// Changes of one verb.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    #[serde(skip)]
    schema: &'static str,
    /// Nothing was changed: `--dry-run`.
    dry_run: bool,
    changed: Vec<Change>,
    /// What may be worth typing next.
    next: Option<String>,
}

/// One thing that changed.
#[derive(Debug, Serialize)]
struct Change {
    subject: String,
    what: String,
}

impl Changes {
    pub(super) fn new(schema: &'static str, session: &Session<'_>) -> Self {
        Self {
            schema,
            dry_run: session.dry_run,
            changed: vec![],
            next: None,
        }
    }

    /// `subject` is changed so.
    pub(super) fn add(mut self, subject: &impl ToString, what: impl Into<String>) -> Self {
        self.changed.push(Change {
            subject: subject.to_string(),
            what: what.into(),
        });
        self
    }

    /// The command that may come next.
    pub(super) fn next(mut self, command: impl Into<String>) -> Self {
        self.next = Some(command.into());
        self
    }

    pub(super) fn output(self) -> Output {
        let word = if self.dry_run {
            "it would be next"
        } else {
            "next"
        };
        let next = self.next.as_ref();
        let next = next.map(|command| format!("{word}: {command}"));
        let output = Output::of(self);
        match next {
            Some(next) => output.note(next),
            None => output,
        }
    }
}

impl Render for Changes {
    const SCHEMA: &'static str = "acp.change/1";

    fn schema(&self) -> String {
        self.schema.to_owned()
    }

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let would = if self.dry_run { "would be " } else { "" };
        for change in &self.changed {
            let subject = style.bold(&clean(&change.subject));
            writeln!(out, "{subject}: {would}{}", clean(&change.what))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let done = if self.dry_run { "dry-run" } else { "changed" };
        self.changed
            .iter()
            .try_for_each(|change| plain_line(out, &[&change.subject, &change.what, done]))
    }
}
