//! The verbs that say how a run ended: one comment file, then `result.env`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Report;
use crate::commands::Session;
use crate::domain::contract::{
    Claim, Contract, ContractKind, RESULT_BYTES_MAX, ResultFile, pair_for,
};
use crate::domain::{ItemId, ItemKind, ReviewAction, out};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// What may be said beside the outcome.
#[derive(clap::Args)]
pub(crate) struct Say {
    /// One line on how it went; for `blocked` the reason
    #[arg(long, value_name = "TEXT")]
    detail: Option<String>,
    /// Markdown for a comment; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    comment_file: Option<PathBuf>,
}

/// Arguments of `reported`.
#[derive(clap::Args)]
pub(crate) struct Reported {
    #[command(flatten)]
    say: Say,
    /// A person should know
    #[arg(long)]
    alert: bool,
}

/// Arguments of `approved`.
#[derive(clap::Args)]
pub(crate) struct Approved {
    #[command(flatten)]
    say: Say,
    /// What should come next; the policy decides
    #[arg(long, value_enum, default_value_t = Next::Merge)]
    next: Next,
}

/// What a reviewer may wish for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Next {
    /// The second review
    SecondReview,
    /// The merge
    Merge,
    /// A look by a person
    Human,
}

/// What was written.
#[derive(Serialize)]
struct Said {
    outcome: &'static str,
    action: &'static str,
    files: Vec<PathBuf>,
}

impl Render for Said {
    const SCHEMA: &'static str = "acp.report/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(out, "reported `{}` ({})", self.outcome, self.action)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[self.outcome, self.action])
    }
}

/// Writes what was said into `folder`.
pub(super) fn run(
    report: Report,
    session: &Session<'_>,
    folder: &Path,
) -> Result<Output, CliError> {
    let (claim, say) = claimed(report)?;
    let pair = pair_of(claim, item(session)?)?;
    if claim == Claim::Blocked && say.detail.is_none() && say.comment_file.is_none() {
        return Err(CliError::usage("`blocked` needs a reason").hint("give it with `--detail`"));
    }
    let result = result_text(pair, say.detail)?;
    let mut files = vec![];
    if let Some(source) = &say.comment_file {
        let comment = text_from(session, source)?;
        let path = folder.join(out::comment_file(item_kind(pair)));
        write(session, &path, comment.as_bytes())?;
        files.push(path);
    }
    // The result comes last: who reads it finds everything else in place.
    let path = folder.join(out::RESULT_ENV);
    write(session, &path, result.as_bytes())?;
    files.push(path);
    Ok(Output::of(Said {
        outcome: pair.outcome,
        action: pair.action,
        files,
    }))
}

fn claimed(report: Report) -> Result<(Claim, Say), CliError> {
    Ok(match report {
        Report::Implemented(say) => (Claim::Implemented, say),
        Report::UpdatedBranch(say) => (Claim::UpdatedBranch, say),
        Report::NoChangeNeeded(say) => (Claim::NoChangeNeeded, say),
        Report::Blocked(say) => (Claim::Blocked, say),
        Report::Reported(args) => (Claim::Reported { alert: args.alert }, args.say),
        Report::Approved(args) => {
            let action = match args.next {
                Next::SecondReview => ReviewAction::AdvanceDoubleCheck2,
                Next::Merge => ReviewAction::ApproveAndMerge,
                Next::Human => ReviewAction::AwaitHumanReview,
            };
            (Claim::Approved(action), args.say)
        }
        Report::Verify(_) | Report::FollowUp(_) => {
            return Err(CliError::new(Exit::Bug, "this verb says no outcome"));
        }
    })
}

/// The item of the run, as far as the environment tells.
fn item(session: &Session<'_>) -> Result<Option<ItemId>, CliError> {
    Ok(session.env.text("ACP_ITEM").map(str::parse).transpose()?)
}

/// The pair for the claim. Whether a run is a fix or a review is known to acp alone; an issue or a pull request is not.
fn pair_of(claim: Claim, item: Option<ItemId>) -> Result<&'static Contract, CliError> {
    use ContractKind::{Fix, Issue, Review, Scheduled};
    [Issue, Scheduled, Review, Fix]
        .into_iter()
        .filter(|kind| item.is_none_or(|item| kind.fits(item.kind)))
        .find_map(|kind| pair_for(kind, claim))
        .ok_or_else(|| {
            let on = item.map_or(String::new(), |item| format!(" at `{item}`"));
            CliError::usage(format!("a run{on} cannot end like this"))
                .hint("for an issue: implemented, blocked, reported")
                .hint("for a pull request: updated-branch, no-change-needed, approved, blocked")
        })
}

fn item_kind(pair: &Contract) -> ItemKind {
    let is_issue = pair.kinds.iter().any(|kind| kind.fits(ItemKind::Issue));
    if is_issue {
        ItemKind::Issue
    } else {
        ItemKind::Pr
    }
}

fn result_text(pair: &Contract, detail: Option<String>) -> Result<String, CliError> {
    let mut result = ResultFile::default();
    let keys = [
        ("OUTCOME", Some(pair.outcome.to_owned())),
        ("ACTION", Some(pair.action.to_owned())),
        ("DETAIL", detail),
    ];
    for (key, value) in keys {
        if let Some(value) = value {
            result.keys.insert(key.to_owned(), value);
        }
    }
    let text = result.to_string();
    if text.len() > RESULT_BYTES_MAX {
        return Err(CliError::usage("`--detail` is too long")
            .hint("it is one line; put the rest into `--comment-file`"));
    }
    Ok(text)
}

/// Markdown from a file or standard input.
pub(super) fn text_from(session: &Session<'_>, source: &Path) -> Result<String, CliError> {
    let limit = u64::try_from(out::TEXT_BYTES_MAX).unwrap_or(u64::MAX);
    let bytes = session.ports.read_input(source, limit)?;
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
        .ok_or_else(|| CliError::new(Exit::Data, format!("`{}` is not text", source.display())))
}

fn write(session: &Session<'_>, path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    if session.dry_run {
        return Ok(());
    }
    session.ports.write_file(path, bytes)
}
