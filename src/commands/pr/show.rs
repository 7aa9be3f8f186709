//! `acp pr show`.

use std::io::{self, Write};

use serde::Serialize;

use super::list::{Row, row};
use crate::commands::issue::{CommentView, write_comments};
use crate::commands::sight::{Sight, listed};
use crate::commands::{Control, Session};
use crate::domain::{Check, ItemId, Mergeable, PrState, Review};
use crate::ui::words::{body_text, clean};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Shows a pull request: its text, checks, reviews and comments, and where it stands.
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
    head: String,
    base: String,
    head_sha: String,
    draft: bool,
    merged: bool,
    risk: Option<u32>,
    author: String,
    mergeable: Mergeable,
    checks: Vec<Check>,
    reviews: Vec<Review>,
    approved_by: Option<String>,
    body: String,
    comments: Vec<CommentView>,
    /// Its page on the forge.
    url: Option<String>,
}

impl Show {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let (Some(row), Some(pr)) = (
            row(&sight, self.number),
            sight.snapshot.mirror.pulls.get(&self.number),
        ) else {
            return Err(missing(self.number));
        };
        let text = sight.text(&control, self.number)?;
        let approval = sight.snapshot.approvals.get(&self.number);
        let Row {
            number,
            title,
            state,
            labels,
            lane,
            why,
            head,
            base,
            ..
        } = row;
        Ok(Output::of(Shown {
            number,
            title,
            state,
            labels,
            lane,
            why,
            head,
            base,
            head_sha: row.head_sha,
            draft: row.draft,
            merged: row.merged,
            risk: row.risk,
            author: row.author,
            mergeable: pr.mergeable,
            checks: pr.checks.clone(),
            reviews: pr.reviews.clone(),
            approved_by: approval
                .filter(|approval| approval.head == pr.head_sha)
                .map(|approval| approval.by.clone()),
            body: text.body,
            comments: text.comments.into_iter().map(CommentView::from).collect(),
            url: control.forge.page(ItemId::pr(number)),
        }))
    }
}

/// There is no such pull request.
pub(super) fn missing(number: u64) -> CliError {
    CliError::new(Exit::Missing, format!("there is no pr/{number}"))
        .hint("`acp pr list --all` lists the pull requests")
}

/// Why a verb that needs an open pull request cannot work with this one.
pub(super) fn not_open(
    session: &Session<'_>,
    control: &Control<'_>,
    number: u64,
) -> Result<CliError, CliError> {
    let (mirror, _) = listed(session, control)?;
    let state = match mirror.pulls.get(&number).map(|pr| &pr.state) {
        Some(PrState::Merged { .. }) => "merged",
        Some(PrState::Closed) => "closed",
        Some(PrState::Open) | None => return Ok(missing(number)),
    };
    Ok(
        CliError::new(Exit::Denied, format!("pr/{number} is {state} already"))
            .hint("`acp pr list` lists the open pull requests"),
    )
}

/// The name of a state as people say it: `ChangesRequested` is "changes requested".
fn spoken(state: impl std::fmt::Debug) -> String {
    let mut words = String::new();
    for letter in format!("{state:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.pr.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let head = format!("pr/{}  {}", self.number, clean(&self.title));
        writeln!(out, "{}", style.bold(&head))?;
        let lane = self
            .lane
            .map(|lane| format!(", lane {lane}"))
            .unwrap_or_default();
        let draft = if self.draft { " draft" } else { "" };
        writeln!(
            out,
            "{}{draft}{lane}, opened by {}",
            self.state,
            clean(&self.author)
        )?;
        writeln!(
            out,
            "{} into {} at {}",
            clean(&self.head),
            clean(&self.base),
            &self.head_sha[..10]
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
        if let Some(by) = &self.approved_by {
            writeln!(out, "approved by {}", clean(by))?;
        }
        for check in &self.checks {
            let (name, summary) = (clean(&check.name), clean(&check.summary));
            write!(out, "check {name}: {}", spoken(check.state))?;
            match summary.trim() {
                "" => writeln!(out)?,
                summary => writeln!(out, " ({summary})")?,
            }
        }
        for review in &self.reviews {
            let state = spoken(review.state);
            writeln!(out, "review by {}: {state}", clean(&review.author))?;
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
        plain_line(out, &["head", &self.head])?;
        plain_line(out, &["base", &self.base])?;
        plain_line(out, &["head_sha", &self.head_sha])?;
        plain_line(out, &["draft", if self.draft { "yes" } else { "no" }])?;
        plain_line(
            out,
            &[
                "risk",
                &self.risk.map(|risk| risk.to_string()).unwrap_or_default(),
            ],
        )?;
        plain_line(out, &["why", self.why.as_deref().unwrap_or("")])?;
        for check in &self.checks {
            let state = format!("{:?}", check.state).to_lowercase();
            plain_line(out, &["check", &check.name, &state, &check.summary])?;
        }
        plain_line(out, &["body", &self.body])?;
        plain_line(out, &["url", self.url.as_deref().unwrap_or("")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CheckState, ReviewState};

    #[test]
    fn states_are_words() {
        assert_eq!(spoken(CheckState::Success), "success");
        assert_eq!(spoken(ReviewState::ChangesRequested), "changes requested");
    }
}
