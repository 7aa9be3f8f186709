//! Issues to begin with.

use crate::commands::item::send;
use crate::commands::sight::listed;
use crate::commands::{Checkout, Session};
use crate::domain::{Payload, ProfileId, label};
use crate::profile::{self, Starter};
use crate::ui::CliError;

/// What the repository lacks, as far as the names of its files tell.
pub(super) fn suggested(checkout: &Checkout) -> Vec<Starter> {
    profile::starter_issues(&checkout.names, &profile::detect_verify(&checkout.files))
}

/// Opens those that are not there yet, also not among the writes that wait; gives back the titles.
///
/// # Errors
/// The profile cannot be opened, or the forge takes no issue.
pub(super) fn open(
    session: &Session<'_>,
    id: &ProfileId,
    checkout: &Checkout,
) -> Result<Vec<String>, CliError> {
    let session = Session {
        profile: Some(id.to_string()),
        ..*session
    };
    let control = session.control()?;
    let (mirror, _) = listed(&session, &control)?;
    let waiting = control.store.outbox()?.open_intents()?;
    let intake = control.rules.intake.labels.iter().next().cloned();
    let intake = intake.unwrap_or_else(|| label::READY.to_owned());
    let mut opened = vec![];
    for starter in suggested(checkout) {
        let waits = waiting.iter().any(|queued| {
            matches!(&queued.intent.payload, Payload::Issue { title, .. } if *title == starter.title)
        });
        if waits
            || mirror
                .issues
                .values()
                .any(|issue| issue.title == starter.title)
        {
            continue;
        }
        let payload = Payload::Issue {
            title: starter.title.to_owned(),
            body: starter.body.to_owned(),
            labels: [intake.clone()].into(),
        };
        let (_, _) = send(&session, &control, None, payload, vec![])?;
        opened.push(starter.title.to_owned());
    }
    Ok(opened)
}
