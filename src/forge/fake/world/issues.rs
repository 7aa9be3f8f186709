//! Issues and their labels. Pull requests are issues with more.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Problem, World, invalid};
use crate::forge::fake::state::{Gone, Item, Label, Slot};

/// What is to become of an issue.
#[derive(Debug, Clone, Default)]
pub(in crate::forge::fake) struct IssueEdit<'a> {
    pub(in crate::forge::fake) title: Option<&'a str>,
    pub(in crate::forge::fake) body: Option<&'a str>,
    pub(in crate::forge::fake) open: Option<bool>,
    pub(in crate::forge::fake) reason: Option<&'a str>,
    /// Replaces the labels.
    pub(in crate::forge::fake) labels: Option<Vec<String>>,
}

/// Which items a listing asks for.
#[derive(Debug, Clone, Default)]
pub(in crate::forge::fake) struct Listing {
    /// `None`: all.
    pub(in crate::forge::fake) open: Option<bool>,
    pub(in crate::forge::fake) labels: Vec<String>,
    pub(in crate::forge::fake) creator: Option<String>,
    pub(in crate::forge::fake) since: Option<Timestamp>,
    /// Pull requests only, or issues only.
    pub(in crate::forge::fake) pulls: Option<bool>,
    pub(in crate::forge::fake) by_update: bool,
    pub(in crate::forge::fake) ascending: bool,
}

impl World<'_> {
    /// The numbers that a listing gives, in order, as reads see them.
    pub(in crate::forge::fake) fn list(&self, listing: &Listing) -> Vec<u64> {
        let wanted: Vec<String> = listing.labels.iter().map(|l| l.to_lowercase()).collect();
        let matches = |item: &Item| {
            let has = |label: &String| item.labels.iter().any(|l| l.to_lowercase() == *label);
            item.gone.is_none()
                && listing.open.is_none_or(|open| item.open == open)
                && listing.since.is_none_or(|since| item.updated >= since)
                && listing
                    .pulls
                    .is_none_or(|pulls| item.pull.is_some() == pulls)
                && listing
                    .creator
                    .as_ref()
                    .is_none_or(|c| item.author.eq_ignore_ascii_case(c))
                && wanted.iter().all(has)
        };
        let seen = |number: u64| self.state.items.get(&number)?.seen(self.exact);
        let hit = |number: u64| seen(number).filter(|item| matches(item));
        let stamp = |item: &Item| (item.updated, item.number);
        let mut found: Vec<(Timestamp, u64)> = if let Some(since) = listing.since {
            // What is shown is never younger than what is, so nothing before the mark can match.
            let young = self.state.by_update.range((since, 0)..);
            young.filter_map(|(_, n)| hit(*n)).map(stamp).collect()
        } else {
            let all = self.state.items.keys();
            all.filter_map(|n| hit(*n)).map(stamp).collect()
        };
        if listing.by_update {
            found.sort_unstable();
        } else {
            found.sort_unstable_by_key(|(_, number)| *number);
        }
        if !listing.ascending {
            found.reverse();
        }
        found.into_iter().map(|(_, number)| number).collect()
    }

    /// Opens an issue; its number.
    pub(in crate::forge::fake) fn open_issue(
        &mut self,
        actor: &str,
        title: &str,
        body: &str,
        labels: &[String],
    ) -> Result<u64, Problem> {
        self.writable()?;
        if !self.state.settings.has_issues {
            return Err(Problem::Gone("Issues are disabled for this repo"));
        }
        self.check_text("Issue", Some(title), Some(body))?;
        let number = self.add_item(actor, title, body, |_| {});
        if !labels.is_empty() {
            self.label(actor, number, labels);
        }
        self.wrote("issue");
        self.marked(body);
        Ok(number)
    }

    /// A new item with the next number.
    pub(super) fn add_item(
        &mut self,
        actor: &str,
        title: &str,
        body: &str,
        more: impl FnOnce(&mut Item),
    ) -> u64 {
        self.state.next_number += 1;
        let number = self.state.next_number;
        let mut item = Item {
            number,
            id: self.state.id(),
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
            reason: None,
            labels: BTreeSet::new(),
            author: actor.to_owned(),
            created: self.now,
            updated: self.now,
            closed: None,
            closed_by: None,
            comments: 0,
            pull: None,
            gone: None,
        };
        more(&mut item);
        if item.pull.is_some() {
            self.state.pulls.insert(number);
            self.state.open_pulls.insert(number);
        }
        self.state.by_update.insert((item.updated, number));
        let slot = Slot::new(item, self.exact, self.visible());
        self.state.items.insert(number, slot);
        number
    }

    /// Changes what an edit names and is different.
    pub(in crate::forge::fake) fn edit_issue(
        &mut self,
        actor: &str,
        number: u64,
        edit: &IssueEdit<'_>,
    ) -> Result<(), Problem> {
        self.writable()?;
        let item = self.item(number)?;
        let is_pull = item.pull.is_some();
        if !is_pull && !self.state.settings.has_issues {
            return Err(Problem::Gone("Issues are disabled for this repo"));
        }
        self.check_text("Issue", edit.title, edit.body)?;
        let merged = item.pull.as_ref().is_some_and(|pull| pull.merged.is_some());
        if edit.open == Some(true) && merged {
            let message = Some("state cannot be changed. The pull request was merged.".to_owned());
            return invalid("PullRequest", Some("state"), "invalid", message);
        }
        let title = edit.title.filter(|title| *title != item.title);
        let body = edit.body.filter(|body| *body != item.body);
        let open = edit.open.filter(|open| *open != item.open);
        if title.is_some() || body.is_some() {
            self.edit(number, |item| {
                if let Some(title) = title {
                    title.clone_into(&mut item.title);
                }
                if let Some(body) = body {
                    body.clone_into(&mut item.body);
                }
            });
            self.wrote("edit");
        }
        if let Some(open) = open {
            self.set_open(actor, number, open, edit.reason);
        }
        if let Some(labels) = &edit.labels {
            let wanted: BTreeSet<String> = labels.iter().map(|l| l.to_lowercase()).collect();
            let there: Vec<String> = self.item(number)?.labels.iter().cloned().collect();
            for label in there.iter().filter(|l| !wanted.contains(&l.to_lowercase())) {
                self.unlabel(actor, number, label)?;
            }
            self.label(actor, number, labels);
            self.wrote("labels-replaced");
        }
        Ok(())
    }

    /// Closes or reopens.
    pub(in crate::forge::fake) fn set_open(
        &mut self,
        actor: &str,
        number: u64,
        open: bool,
        reason: Option<&str>,
    ) {
        let now = self.now;
        self.edit(number, |item| {
            item.open = open;
            item.closed = (!open).then_some(now);
            item.closed_by = (!open).then(|| actor.to_owned());
            item.reason = match (open, item.pull.is_some()) {
                (true, _) => Some("reopened".to_owned()),
                (false, true) => None,
                (false, false) => Some(reason.unwrap_or("completed").to_owned()),
            };
        });
        self.event(
            number,
            actor,
            if open { "reopened" } else { "closed" },
            None,
        );
        self.wrote(if open { "reopened" } else { "closed" });
    }

    /// Adds labels; those that the repository does not know are made.
    pub(in crate::forge::fake) fn label(&mut self, actor: &str, number: u64, labels: &[String]) {
        let names: Vec<String> = labels.iter().map(|label| self.known_label(label)).collect();
        let Ok(item) = self.item(number) else { return };
        let new: Vec<String> = names
            .into_iter()
            .filter(|n| !item.labels.contains(n))
            .collect();
        if new.is_empty() {
            return;
        }
        self.edit(number, |item| item.labels.extend(new.iter().cloned()));
        for label in &new {
            self.event(number, actor, "labeled", Some(label));
            self.wrote("label-added");
        }
    }

    /// Takes a label off; 404 when it is not on.
    pub(in crate::forge::fake) fn unlabel(
        &mut self,
        actor: &str,
        number: u64,
        label: &str,
    ) -> Result<(), Problem> {
        let there = self
            .item(number)?
            .labels
            .iter()
            .find(|l| l.eq_ignore_ascii_case(label));
        let label = there.cloned().ok_or(Problem::NotFound)?;
        self.edit(number, |item| {
            item.labels.remove(&label);
        });
        self.event(number, actor, "unlabeled", Some(&label));
        self.wrote("label-removed");
        Ok(())
    }

    fn known_label(&mut self, name: &str) -> String {
        let known = self.state.labels.get(&name.to_lowercase());
        if let Some(label) = known {
            return label.name.clone();
        }
        self.add_label(name, "ededed", "", false);
        name.to_owned()
    }

    fn add_label(&mut self, name: &str, color: &str, description: &str, of_organization: bool) {
        let label = Label {
            id: self.state.id(),
            name: name.to_owned(),
            color: color.trim_start_matches('#').to_owned(),
            description: description.to_owned(),
            of_organization,
        };
        self.state.labels.insert(name.to_lowercase(), label);
    }

    /// Makes a label of the repository, or of its organisation.
    pub(in crate::forge::fake) fn create_label(
        &mut self,
        name: &str,
        color: &str,
        description: &str,
        of_organization: bool,
    ) -> Result<&Label, Problem> {
        self.writable()?;
        if name.trim().is_empty() {
            return invalid("Label", Some("name"), "missing_field", None);
        }
        if self.state.labels.contains_key(&name.to_lowercase()) {
            return invalid("Label", Some("name"), "already_exists", None);
        }
        self.add_label(name, color, description, of_organization);
        self.wrote("label");
        let made = self.state.labels.get(&name.to_lowercase());
        made.ok_or(Problem::NotFound)
    }

    /// Removes a label from the repository and from everything that has it.
    pub(in crate::forge::fake) fn delete_label(&mut self, name: &str) -> Result<(), Problem> {
        self.writable()?;
        let label = self.state.labels.remove(&name.to_lowercase());
        let name = label.ok_or(Problem::NotFound)?.name;
        let items = self.state.items.iter();
        let with: Vec<u64> = items
            .filter(|(_, slot)| slot.truth().labels.contains(&name))
            .map(|(n, _)| *n)
            .collect();
        for number in with {
            self.edit(number, |item| {
                item.labels.remove(&name);
            });
        }
        Ok(())
    }

    /// Takes an issue out of the repository.
    pub(in crate::forge::fake) fn remove_issue(
        &mut self,
        number: u64,
        gone: Gone,
    ) -> Result<(), Problem> {
        self.item(number)?;
        self.edit(number, |item| {
            item.gone = Some(gone);
            item.open = false;
        });
        Ok(())
    }
}
