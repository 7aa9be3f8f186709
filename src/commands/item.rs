//! What issues and pull requests have in common: comments, labels, closing.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::sight::listed;
use super::{Control, Session};
use crate::domain::{Applied, IntentId, ItemId, ItemKind, Payload, bounds};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// The longest text that is read from a file, in bytes; a forge takes 65,536 characters.
pub(super) const TEXT_BYTES_MAX: u64 = 4 * 65_536;

/// Adds a comment.
#[derive(clap::Args)]
pub(super) struct CommentOn {
    /// The number
    number: u64,
    /// Markdown
    #[arg(
        long,
        value_name = "TEXT",
        required_unless_present = "body_file",
        allow_hyphen_values = true
    )]
    body: Option<String>,
    /// Markdown from a file; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    body_file: Option<PathBuf>,
}

/// Adds and removes labels; all others stay as they are.
#[derive(clap::Args)]
pub(super) struct LabelOn {
    /// The number
    number: u64,
    /// A label to put on
    #[arg(long, value_name = "LABEL", required_unless_present = "remove")]
    add: Vec<String>,
    /// A label to take off
    #[arg(long, value_name = "LABEL")]
    remove: Vec<String>,
}

/// Closes it without a merge.
#[derive(clap::Args)]
pub(super) struct Close {
    /// The number
    number: u64,
    /// Why, for the journal
    #[arg(long, default_value = "closed by hand")]
    reason: String,
}

/// A write that was confirmed, or would be made.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    item: String,
    action: &'static str,
    intent: String,
    dry_run: bool,
    #[serde(skip)]
    schema: String,
    #[serde(skip)]
    text: String,
}

impl CommentOn {
    pub(super) fn run(self, session: &Session<'_>, kind: ItemKind) -> Result<Output, CliError> {
        let body = text(session, self.body, self.body_file)?.unwrap_or_default();
        if body.trim().is_empty() {
            return Err(CliError::usage("the comment is empty"));
        }
        fit(bounds::body_fault(&body).map(Some))?;
        let control = session.control()?;
        let item = known(
            session,
            &control,
            ItemId {
                kind,
                number: self.number,
            },
        )?;
        write(
            session,
            &control,
            item,
            Payload::Comment { body },
            "comment",
            "commented on",
        )
    }
}

impl LabelOn {
    pub(super) fn run(self, session: &Session<'_>, kind: ItemKind) -> Result<Output, CliError> {
        let add: BTreeSet<String> = self.add.into_iter().collect();
        let remove: BTreeSet<String> = self.remove.into_iter().collect();
        if let Some(both) = add.intersection(&remove).next() {
            return Err(CliError::usage(format!(
                "`{both}` is to be put on and taken off"
            )));
        }
        fit(add.iter().map(|label| bounds::name_fault(label)))?;
        let control = session.control()?;
        let item = known(
            session,
            &control,
            ItemId {
                kind,
                number: self.number,
            },
        )?;
        write(
            session,
            &control,
            item,
            Payload::Labels { add, remove },
            "label",
            "labels changed on",
        )
    }
}

impl Close {
    pub(super) fn run(self, session: &Session<'_>, kind: ItemKind) -> Result<Output, CliError> {
        let control = session.control()?;
        let item = known(
            session,
            &control,
            ItemId {
                kind,
                number: self.number,
            },
        )?;
        write(
            session,
            &control,
            item,
            Payload::Close {
                reason: self.reason,
            },
            "close",
            "closed",
        )
    }
}

/// What no forge would take is a wrong call, not a write that waits in the outbox to be refused.
pub(super) fn fit(faults: impl IntoIterator<Item = Option<String>>) -> Result<(), CliError> {
    match faults.into_iter().flatten().next() {
        Some(fault) => Err(CliError::usage(fault)),
        None => Ok(()),
    }
}

/// The item, if the forge has it.
pub(super) fn known(
    session: &Session<'_>,
    control: &Control<'_>,
    item: ItemId,
) -> Result<ItemId, CliError> {
    let (mirror, is_now) = listed(session, control)?;
    let there = match item.kind {
        ItemKind::Issue => mirror.issues.contains_key(&item.number),
        ItemKind::Pr => mirror.pulls.contains_key(&item.number),
    };
    if there {
        return Ok(item);
    }
    if !is_now {
        let what = format!("whether there is {item} cannot be asked now");
        return Err(
            CliError::new(Exit::TempFail, what).hint("`acp cooldown list`, `acp hold list`")
        );
    }
    let list = match item.kind {
        ItemKind::Issue => "`acp issue list --all` lists the issues",
        ItemKind::Pr => "`acp pr list --all` lists the pull requests",
    };
    Err(CliError::new(Exit::Missing, format!("there is no {item}")).hint(list))
}

/// Enqueues a write, sends it, and says so.
pub(super) fn write(
    session: &Session<'_>,
    control: &Control<'_>,
    item: ItemId,
    payload: Payload,
    action: &'static str,
    text: &str,
) -> Result<Output, CliError> {
    let noun = match item.kind {
        ItemKind::Issue => "issue",
        ItemKind::Pr => "pr",
    };
    let (intent, _) = send(session, control, Some(item), payload, vec![])?;
    let would = if session.dry_run { "would have " } else { "" };
    Ok(Output::of(Written {
        item: item.to_string(),
        action,
        intent: intent.to_string(),
        dry_run: session.dry_run,
        schema: format!("acp.{noun}.{action}/1"),
        text: format!("{would}{text} {item}"),
    }))
}

/// Enqueues a write and sends it; with `--dry-run` it does neither.
pub(super) fn send(
    session: &Session<'_>,
    control: &Control<'_>,
    item: Option<ItemId>,
    payload: Payload,
    needs: Vec<IntentId>,
) -> Result<(IntentId, Applied), CliError> {
    let engine = control.engine(session);
    let intent = engine.typed(&session.actor(), item, payload, needs);
    if session.dry_run {
        return Ok((intent.id, Applied::Done));
    }
    let applied = engine.write(&intent)?;
    Ok((intent.id, applied))
}

/// Text given directly or in a file.
pub(super) fn text(
    session: &Session<'_>,
    direct: Option<String>,
    file: Option<PathBuf>,
) -> Result<Option<String>, CliError> {
    let Some(file) = file else { return Ok(direct) };
    let bytes = session.ports.read_input(&file, TEXT_BYTES_MAX)?;
    String::from_utf8(bytes).map(Some).map_err(|_| {
        CliError::new(
            Exit::Data,
            format!("`{}` is not UTF-8 text", file.display()),
        )
    })
}

impl Render for Written {
    const SCHEMA: &'static str = "acp.item.write/1";

    fn schema(&self) -> String {
        self.schema.clone()
    }

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(out, "{}", self.text)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[&self.item, self.action, &self.intent])
    }
}
