//! `acp issue create`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::commands::item::{fit, known, send, text};
use crate::commands::{Control, Session};
use crate::domain::{Applied, ItemId, Payload, bounds, label};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Opens an issue and prints its name. Without --label it gets the profile's first intake label, so that acp takes it.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// One line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    title: String,
    /// Markdown
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    body: Option<String>,
    /// Markdown from a file; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    body_file: Option<PathBuf>,
    /// A label; may be repeated
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// No label at all: acp leaves the issue alone until it gets one
    #[arg(long, conflicts_with = "label")]
    no_label: bool,
}

#[derive(Debug, Serialize)]
struct Created {
    item: Option<String>,
    number: Option<u64>,
    labels: Vec<String>,
    #[serde(skip)]
    schema: &'static str,
}

/// Opens an issue that goes on from another one: its text begins with a line that names it. Prints its name.
///
/// Without --label it gets the profile's first intake label, so that acp takes it.
#[derive(clap::Args)]
pub(crate) struct FollowUp {
    /// The number of the issue that it follows
    parent: u64,
    #[command(flatten)]
    create: Create,
}

impl FollowUp {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let parent = known(session, &control, ItemId::issue(self.parent))?;
        let own = text(session, self.create.body, self.create.body_file)?.unwrap_or_default();
        let line = format!("Follow-up of #{}.", parent.number);
        let body = [line.as_str(), own.trim_start()].join("\n\n");
        Create {
            body: Some(body.trim_end().to_owned()),
            body_file: None,
            ..self.create
        }
        .open(session, &control, "acp.issue.follow-up/1")
    }
}

impl Create {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        self.open(session, &control, Created::SCHEMA)
    }

    fn open(
        self,
        session: &Session<'_>,
        control: &Control<'_>,
        schema: &'static str,
    ) -> Result<Output, CliError> {
        let body = text(session, self.body, self.body_file)?.unwrap_or_default();
        let faults = [bounds::title_fault(&self.title), bounds::body_fault(&body)];
        let of_labels = self.label.iter().map(|label| bounds::name_fault(label));
        fit(faults.into_iter().chain(of_labels))?;
        let mut labels: BTreeSet<String> = self.label.into_iter().collect();
        if labels.is_empty() && !self.no_label {
            let intake = control.rules.intake.labels.iter().next().cloned();
            labels.insert(intake.unwrap_or_else(|| label::READY.to_owned()));
        }
        let shown = labels.iter().cloned().collect();
        let payload = Payload::Issue {
            title: self.title,
            body,
            labels,
        };
        let (_, applied) = send(session, control, None, payload, vec![])?;
        let number = match applied {
            Applied::Opened { number } => Some(number),
            _ if session.dry_run => None,
            _ => {
                return Err(CliError::new(
                    Exit::Protocol,
                    "the forge gave the new issue no number",
                ));
            }
        };
        let created = Created {
            item: number.map(|n| format!("issue/{n}")),
            number,
            labels: shown,
            schema,
        };
        Ok(Output::of(created))
    }
}

impl Render for Created {
    const SCHEMA: &'static str = "acp.issue.create/1";

    fn schema(&self) -> String {
        self.schema.to_owned()
    }

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(
            out,
            "{}",
            self.item.as_deref().unwrap_or("would open an issue")
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &[self.item.as_deref().unwrap_or("")])
    }
}
