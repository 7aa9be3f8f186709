//! `acp issue show`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::list::{Row, row};
use crate::commands::Session;
use crate::commands::sight::Sight;
use crate::domain::ItemId;
use crate::ui::words::{body_text, clean, relative};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Shows an issue: its text, its comments, where it stands, and its runs.
///
/// Lines of --plain: key and value.
#[derive(clap::Args)]
pub(crate) struct Show {
    /// The number
    number: u64,
}

#[derive(Debug, Serialize)]
struct Shown {
    number: u64,
    title: String,
    state: &'static str,
    labels: Vec<String>,
    lane: Option<&'static str>,
    why: Option<String>,
    next: Option<Timestamp>,
    author: String,
    body: String,
    comments: Vec<CommentView>,
    runs: Vec<String>,
    pulls: Vec<u64>,
    /// Its page on the forge.
    url: Option<String>,
}

/// A comment as it is shown.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct CommentView {
    pub(in crate::commands) author: String,
    pub(in crate::commands) created: Timestamp,
    pub(in crate::commands) body: String,
}

impl Show {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let Some(row) = row(&sight, self.number) else {
            return Err(
                CliError::new(Exit::Missing, format!("there is no issue/{}", self.number))
                    .hint("`acp issue list --all` lists the issues"),
            );
        };
        let text = sight.text(&control, self.number)?;
        let item = ItemId::issue(self.number);
        let runs = sight
            .snapshot
            .runs
            .values()
            .filter(|run| run.run.item == item);
        let prefix = format!(
            "{}issue-{}-a",
            control.rules.repo.branch_prefix, self.number
        );
        let pulls =
            sight.snapshot.mirror.pulls.values().filter(|pr| {
                pr.head.as_str().starts_with(&prefix) || pr.closes == Some(self.number)
            });
        let Row {
            number,
            title,
            state,
            labels,
            lane,
            why,
            next,
            author,
        } = row;
        Ok(Output::of(Shown {
            number,
            title,
            state,
            labels,
            lane,
            why,
            next,
            author,
            body: text.body,
            comments: text.comments.into_iter().map(CommentView::from).collect(),
            runs: runs.map(|run| run.run.id.to_string()).collect(),
            pulls: pulls.map(|pr| pr.number).collect(),
            url: control.forge.page(item),
        }))
    }
}

impl From<crate::domain::Comment> for CommentView {
    fn from(comment: crate::domain::Comment) -> Self {
        Self {
            author: comment.author,
            created: comment.created,
            body: comment.body,
        }
    }
}

/// Comments for people.
pub(in crate::commands) fn write_comments(
    out: &mut dyn Write,
    style: &Style,
    comments: &[CommentView],
) -> io::Result<()> {
    for comment in comments {
        let head = format!(
            "{}, {}",
            clean(&comment.author),
            relative(comment.created, style.now)
        );
        writeln!(out, "\n{}", style.dim(&head))?;
        writeln!(out, "{}", body_text(&comment.body))?;
    }
    Ok(())
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.issue.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let head = format!("issue/{}  {}", self.number, clean(&self.title));
        writeln!(out, "{}", style.bold(&head))?;
        let lane = self
            .lane
            .map(|lane| format!(", lane {lane}"))
            .unwrap_or_default();
        writeln!(
            out,
            "{}{lane}, opened by {}",
            self.state,
            clean(&self.author)
        )?;
        if !self.labels.is_empty() {
            writeln!(out, "labels: {}", clean(&self.labels.join(", ")))?;
        }
        if let Some(why) = &self.why {
            writeln!(out, "why: {}", clean(why))?;
        }
        if let Some(url) = &self.url {
            writeln!(out, "{}", clean(url))?;
        }
        for pr in &self.pulls {
            writeln!(out, "pull request: pr/{pr}")?;
        }
        for run in &self.runs {
            writeln!(out, "run: {run}")?;
        }
        if !body_text(&self.body).trim().is_empty() {
            writeln!(out, "\n{}", body_text(&self.body))?;
        }
        write_comments(out, style, &self.comments)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["number", &self.number.to_string()])?;
        plain_line(out, &["title", &self.title])?;
        plain_line(out, &["state", self.state])?;
        plain_line(out, &["lane", self.lane.unwrap_or("")])?;
        plain_line(out, &["labels", &self.labels.join(",")])?;
        plain_line(out, &["why", self.why.as_deref().unwrap_or("")])?;
        plain_line(out, &["body", &self.body])?;
        for comment in &self.comments {
            let created = comment.created.to_string();
            plain_line(out, &["comment", &comment.author, &created, &comment.body])?;
        }
        plain_line(out, &["url", self.url.as_deref().unwrap_or("")])
    }
}
