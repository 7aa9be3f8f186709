//! Who put a label on an issue, which is what trust rests on.

use super::shapes::{EventDoc, LabelDoc, PermissionDoc, UserDoc, role};
use super::{Github, PER_PAGE};
use crate::domain::{Association, Labelled};
use crate::forge::ForgeError;
use crate::forge::remote::address::escaped;
use crate::forge::remote::roles::GHOST;

/// The most pages of events of one issue.
const PAGES_MAX: usize = 100;

impl Github {
    pub(super) fn last_labelled(
        &self,
        number: u64,
        label: &str,
    ) -> Result<Option<Labelled>, ForgeError> {
        let path = self.path(format_args!("/issues/{number}/events?per_page={PER_PAGE}"));
        let events: Vec<EventDoc> = self.client.list("read who set a label", &path, PAGES_MAX)?;
        let last = events.into_iter().rfind(|event| {
            let is_label = matches!(event.event.as_str(), "labeled" | "unlabeled");
            is_label && event.label.as_ref().is_some_and(|l| names(l, label))
        });
        let Some(event) = last.filter(|event| event.event == "labeled") else {
            return Ok(None);
        };
        Ok(Some(Labelled {
            association: self.association_of(event.actor.as_ref())?,
            by: event
                .actor
                .map_or_else(|| GHOST.to_owned(), |actor| actor.login),
            at: event.created_at,
        }))
    }

    /// What an account is to the repository by what it may do there. Who is not known, and what is no person, is nobody.
    fn association_of(&self, actor: Option<&UserDoc>) -> Result<Association, ForgeError> {
        let Some(actor) = actor.filter(|actor| actor.kind != "Bot") else {
            return Ok(Association::None);
        };
        let login = escaped(&actor.login);
        let path = self.path(format_args!("/collaborators/{login}/permission"));
        match self.client.get("read what an account may do", &path) {
            Ok(answer) => Ok(role(&answer.read::<PermissionDoc>()?)),
            Err(ForgeError::Missing { .. } | ForgeError::Forbidden { .. }) => Ok(Association::None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a label has that name; GitHub takes no notice of case.
fn names(label: &LabelDoc, wanted: &str) -> bool {
    let name = match label {
        LabelDoc::Name(name) => Some(name),
        LabelDoc::Label { name } => name.as_ref(),
    };
    name.is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
}
