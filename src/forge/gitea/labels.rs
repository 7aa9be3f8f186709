//! Labels. An item has them by number; names are not unique, and a repository may use those of its organisation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Gitea;
use super::read::PAGE;
use super::shape::{self, Label};
use crate::domain::{Applied, Intent, Payload, label};
use crate::forge::remote::Cost;
use crate::forge::remote::address::escaped;
use crate::forge::{ForgeError, model};
use crate::http::Method;

/// The most pages of labels.
const PAGES_MAX: usize = 40;
/// The colour of a label that nobody has described.
const PLAIN_COLOR: &str = "ededed";

impl Gitea {
    /// Adds and removes labels, one request for what is added and one for each that is removed. The set is never replaced:
    /// what a person puts on meanwhile stays.
    pub(super) fn relabel(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let Payload::Labels { add, remove } = &intent.payload else {
            return Err(model::refused(intent, "it is about no labels"));
        };
        let (item, there) = self.target(intent)?;
        let present = names(&there.labels);
        model::text::labels(intent, &present, add, remove)?;
        let tried = model::tried(intent);
        let wanted: BTreeSet<String> = add.difference(&present).cloned().collect();
        if !wanted.is_empty() {
            self.add_labels(intent, item.number, &wanted)?;
        }
        // A name may stand for several labels; all of them go.
        let gone = remove.difference(add).collect::<BTreeSet<_>>();
        for label in there.labels.iter().filter(|l| gone.contains(&l.name)) {
            let path = self.at(&format!("/issues/{}/labels/{}", item.number, label.id));
            let removed = self
                .client
                .write(&tried, Cost::Write, Method::Delete, &path, None);
            match removed {
                // Somebody else took it off, or deleted it.
                Ok(_) | Err(ForgeError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Applied::Done)
    }

    fn add_labels(
        &self,
        intent: &Intent,
        number: u64,
        wanted: &BTreeSet<String>,
    ) -> Result<(), ForgeError> {
        let tried = model::tried(intent);
        let path = self.at(&format!("/issues/{number}/labels"));
        // A label that was deleted meanwhile is passed over without a word, so the answer is looked at.
        for _ in 0..2 {
            let ids = self.label_ids(intent, wanted)?;
            let body = json!({ "labels": ids });
            let answer = self.write(intent, Cost::Write, Method::Post, &path, &body)?;
            let now: Vec<Label> = super::read::or_empty(&answer)?;
            if wanted.is_subset(&names(&now)) {
                return Ok(());
            }
            self.known.borrow_mut().labels = None;
        }
        Err(ForgeError::Unavailable {
            tried,
            why: "the server took the labels and did not put them on".to_owned(),
        })
    }

    /// The numbers of these labels, which are made if there are none of their names.
    pub(super) fn label_ids(
        &self,
        intent: &Intent,
        wanted: &BTreeSet<String>,
    ) -> Result<Vec<u64>, ForgeError> {
        let known = self.known.borrow().labels.clone();
        // Somebody may have made one since they were listed; two of one name would stay for ever.
        let known = known.filter(|known| wanted.iter().all(|name| known.contains_key(name)));
        let mut known = match known {
            Some(known) => known,
            None => self.all_labels()?,
        };
        let mut ids = vec![];
        for name in wanted {
            let id = match known.get(name) {
                Some(id) => *id,
                None => self.make_label(intent, name)?,
            };
            known.insert(name.clone(), id);
            ids.push(id);
        }
        self.known.borrow_mut().labels = Some(known);
        Ok(ids)
    }

    /// All labels that may be used; the repository's own come before those of its organisation.
    fn all_labels(&self) -> Result<BTreeMap<String, u64>, ForgeError> {
        let path = format!(
            "/orgs/{}/labels?limit={PAGE}",
            escaped(&self.settings.owner)
        );
        let tried = "list the organisation's labels";
        let mut labels = match self.list::<Label>(tried, &path, PAGES_MAX) {
            Ok(pages) => pages.entries,
            // No organisation, or none of acp's business.
            Err(ForgeError::Missing { .. } | ForgeError::Forbidden { .. }) => vec![],
            Err(error) => return Err(error),
        };
        let path = self.at(&format!("/labels?limit={PAGE}"));
        let mut own = self
            .list::<Label>("list the labels", &path, PAGES_MAX)?
            .entries;
        // Of several with one name the first that was made.
        own.sort_by_key(|label| std::cmp::Reverse(label.id));
        labels.extend(own);
        let ids = labels.into_iter().map(|label| (label.name, label.id));
        Ok(ids.collect())
    }

    fn make_label(&self, intent: &Intent, name: &str) -> Result<u64, ForgeError> {
        model::text::name(intent, name)?;
        let known = label::ALL.iter().find(|(known, ..)| *known == name);
        let (color, description) =
            known.map_or((PLAIN_COLOR, ""), |(_, color, text)| (*color, *text));
        let body = json!({
            "name": name,
            "color": format!("#{color}"),
            "description": description,
        });
        let answer = self.write(
            intent,
            Cost::Write,
            Method::Post,
            &self.at("/labels"),
            &body,
        )?;
        let made: Label = answer.read()?;
        Ok(made.id)
    }

    /// Whether the labels of an item are as wanted.
    pub(super) fn has_labels(
        issue: &shape::Issue,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> bool {
        let there = names(&issue.labels);
        add.is_subset(&there) && remove.difference(add).all(|name| !there.contains(name))
    }
}

fn names(labels: &[Label]) -> BTreeSet<String> {
    labels.iter().map(|label| label.name.clone()).collect()
}
