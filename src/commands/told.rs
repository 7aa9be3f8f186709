//! Notices that were dealt with, as verbs show them that send.

use std::io::{self, Write};

use serde::Serialize;

use crate::domain::Notice;
use crate::engine::ToldTo;
use crate::ui::plain_line;
use crate::ui::words::clean;

/// One notice.
#[derive(Debug, Serialize)]
pub(super) struct ToldView {
    id: String,
    to: String,
    title: String,
    error: Option<String>,
    failed: bool,
}

impl ToldView {
    /// What came of one.
    pub(super) fn of(told: &ToldTo) -> Self {
        Self {
            error: told.error.clone(),
            failed: told.failed,
            ..Self::planned(&told.notice)
        }
    }

    /// One that would be sent.
    pub(super) fn planned(notice: &Notice) -> Self {
        Self {
            id: notice.id.to_string(),
            to: notice.to.clone(),
            title: notice.news.title.clone(),
            error: None,
            failed: false,
        }
    }

    /// A line for people.
    pub(super) fn human(&self, out: &mut dyn Write, dry_run: bool) -> io::Result<()> {
        let (to, title) = (clean(&self.to), clean(&self.title));
        match &self.error {
            None if dry_run => writeln!(out, "would tell {to}: {title}"),
            None => writeln!(out, "told {to}: {title}"),
            Some(error) => writeln!(out, "could not tell {to} ({title}): {}", clean(error)),
        }
    }

    /// `told`, id, to whom, title, error.
    pub(super) fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let error = self.error.as_deref().unwrap_or("");
        plain_line(out, &["told", &self.id, &self.to, &self.title, error])
    }
}
