//! A write that a flush dealt with, as it is shown.

use std::io::{self, Write};

use serde::Serialize;

use crate::engine::Sent;
use crate::ui::words::clean;
use crate::ui::{Style, plain_line};

/// A write that was dealt with.
#[derive(Debug, Serialize)]
pub(super) struct SentView {
    id: String,
    kind: &'static str,
    target: String,
    adopted: bool,
    error: Option<String>,
}

impl SentView {
    pub(super) fn of(sent: &Sent) -> Self {
        Self {
            id: sent.intent.id.to_string(),
            kind: sent.intent.payload.kind().as_str(),
            target: sent.intent.target(),
            adopted: sent.adopted,
            error: sent.error.clone(),
        }
    }

    pub(super) fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let how = match (&self.error, self.adopted) {
            (Some(error), _) => style.red(&format!("not yet: {}", clean(error))),
            (None, true) => "had happened already".to_owned(),
            (None, false) => style.green("done"),
        };
        writeln!(out, "{} {}: {how}", self.kind, clean(&self.target))
    }

    pub(super) fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let error = self.error.as_deref().unwrap_or("");
        plain_line(out, &["sent", &self.id, self.kind, &self.target, error])
    }
}
