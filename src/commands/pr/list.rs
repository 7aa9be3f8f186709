//! `acp pr list`.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::Session;
use crate::commands::sight::Sight;
use crate::domain::{ItemId, PrState};
use crate::ui::standing::describe;
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// Lists open pull requests with the lane and risk of each and why it does not move.
///
/// Columns of --plain: number, state, lane, risk, head, labels (between commas), title.
#[derive(clap::Args)]
pub(crate) struct List {
    /// Merged and closed ones too
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Pulls(Vec<Row>);

/// One pull request; `show` begins with the same fields.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) lane: Option<&'static str>,
    pub(super) why: Option<String>,
    pub(super) head: String,
    pub(super) base: String,
    pub(super) head_sha: String,
    pub(super) draft: bool,
    pub(super) merged: bool,
    pub(super) risk: Option<u32>,
    pub(super) author: String,
}

impl List {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let pulls = sight.snapshot.mirror.pulls.values();
        let wanted = pulls.filter(|pr| self.all || pr.is_open());
        let rows: Vec<Row> = wanted.filter_map(|pr| row(&sight, pr.number)).collect();
        let empty = rows.is_empty();
        let output = Output::of(Pulls(rows));
        Ok(if empty {
            output.note("no pull requests; `acp pr list --all` shows merged ones")
        } else {
            output
        })
    }
}

pub(super) fn row(sight: &Sight, number: u64) -> Option<Row> {
    let pr = sight.snapshot.mirror.pulls.get(&number)?;
    let standing = sight.standing(ItemId::pr(number));
    Some(Row {
        number,
        title: pr.title.clone(),
        state: match pr.state {
            PrState::Open => "open",
            PrState::Merged { .. } => "merged",
            PrState::Closed => "closed",
        },
        labels: pr.labels.iter().cloned().collect(),
        lane: standing.map(|standing| standing.lane.as_str()),
        why: standing.map(|standing| describe(&standing.wait)),
        head: pr.head.to_string(),
        base: pr.base.to_string(),
        head_sha: pr.head_sha.to_string(),
        draft: pr.draft,
        merged: matches!(pr.state, PrState::Merged { .. }),
        risk: sight.plan.risks.get(&number).and_then(|risk| risk.score),
        author: pr.author.clone(),
    })
}

impl Render for Pulls {
    const SCHEMA: &'static str = "acp.pr.list/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["PR", "STATE", "LANE", "RISK", "TITLE", "WHY"]).one_line();
        for row in &self.0 {
            let state = if row.draft {
                format!("{} (draft)", row.state)
            } else {
                row.state.to_owned()
            };
            let risk = row.risk.map(|risk| risk.to_string()).unwrap_or_default();
            table.row([
                &format!("pr/{}", row.number),
                &state,
                row.lane.unwrap_or(""),
                &risk,
                &row.title,
                row.why.as_deref().unwrap_or(""),
            ]);
        }
        table.write(out, style)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.0 {
            let (number, labels) = (row.number.to_string(), row.labels.join(","));
            let risk = row.risk.map(|risk| risk.to_string()).unwrap_or_default();
            let lane = row.lane.unwrap_or("");
            plain_line(
                out,
                &[
                    &number, row.state, lane, &risk, &row.head, &labels, &row.title,
                ],
            )?;
        }
        Ok(())
    }
}
