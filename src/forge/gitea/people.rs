//! What somebody is to the repository. Gitea does not say it of an author; it is asked for, and an administrator of the
//! repository alone is told. Everybody else is told who may be assigned to an issue, which are those who may write. What is
//! not told is nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::Gitea;
use super::shape::{self, Issue};
use crate::domain::{Association, Labelled};
use crate::forge::ForgeError;
use crate::forge::remote::address::escaped;
use crate::forge::remote::roles;

use super::read::{ITEM_PAGES_MAX, PAGE, login, or_empty};

/// The most accounts that are asked about at once.
const ASKED_MAX: usize = 20;

/// What accounts are to the repository.
pub(super) struct People {
    known: BTreeMap<String, Association>,
}

impl People {
    /// Whether it was asked.
    pub(super) fn knows(&self, login: &str) -> bool {
        self.known.contains_key(&login.to_lowercase())
    }

    /// What an account is; whoever is not known is nobody.
    pub(super) fn of(&self, login: &str) -> Association {
        let known = self.known.get(&login.to_lowercase());
        known.copied().unwrap_or(Association::None)
    }
}

impl Gitea {
    /// What these accounts are to the repository. Of the first [`ASKED_MAX`] that are not known it is asked.
    pub(super) fn associations<'l>(
        &self,
        logins: impl Iterator<Item = &'l str>,
    ) -> Result<People, ForgeError> {
        let logins: BTreeSet<String> = logins
            .filter(|login| !login.is_empty())
            .map(str::to_lowercase)
            .collect();
        let mut known = BTreeMap::new();
        let mut asked = 0;
        for login in logins {
            let there = self.known.borrow().people.get(&login).copied();
            let association = match there {
                Some(there) => there,
                None if asked == ASKED_MAX => continue,
                None => {
                    asked += 1;
                    self.ask_about(&login)?
                }
            };
            known.insert(login, association);
        }
        Ok(People { known })
    }

    /// What an account is to the repository.
    pub(super) fn association(&self, login: &str) -> Result<Association, ForgeError> {
        Ok(self.associations(std::iter::once(login))?.of(login))
    }

    /// `login` in lower case.
    fn ask_about(&self, login: &str) -> Result<Association, ForgeError> {
        let tried = "read what an account may do";
        let path = self.at(&format!("/collaborators/{}/permission", escaped(login)));
        let association = if login == self.settings.owner.to_lowercase() {
            Association::Owner
        } else if self.known.borrow().writers.is_some() {
            self.as_writer(login)?
        } else {
            match self.client.find(tried, &path) {
                Ok(Some(answer)) => {
                    let told: shape::Collaborator = answer.read()?;
                    roles::permission(&told.permission)
                }
                Ok(None) => self.own_association(login)?,
                // acp's own account may not ask.
                Err(ForgeError::Forbidden { .. }) => self.as_writer(login)?,
                Err(error) => return Err(error),
            }
        };
        let mut known = self.known.borrow_mut();
        known.people.insert(login.to_owned(), association);
        Ok(association)
    }

    /// As far as everybody is told: `login`, in lower case, is one of those who may write, or nobody.
    fn as_writer(&self, login: &str) -> Result<Association, ForgeError> {
        if self.known.borrow().writers.is_none() {
            let path = self.at("/assignees");
            let writers = match self.client.get("read who may write", &path) {
                Ok(answer) => or_empty::<shape::User>(&answer)?,
                // A server that is too old, or does not say it to this account.
                Err(ForgeError::Missing { .. } | ForgeError::Forbidden { .. }) => vec![],
                Err(error) => return Err(error),
            };
            let names = writers.into_iter().map(|user| user.login.to_lowercase());
            self.known.borrow_mut().writers = Some(names.collect());
        }
        let writes = {
            let known = self.known.borrow();
            known
                .writers
                .as_ref()
                .is_some_and(|all| all.contains(login))
        };
        match self.own_association(login)? {
            Association::None if writes => Ok(Association::Collaborator),
            own => Ok(own),
        }
    }

    /// What an account is to the repository, as far as it is known without a question; otherwise nothing.
    pub(super) fn known_association(&self, login: &str) -> Association {
        let login = login.to_lowercase();
        if login == self.settings.owner.to_lowercase() {
            return Association::Owner;
        }
        let known = self.known.borrow();
        known
            .people
            .get(&login)
            .copied()
            .unwrap_or(Association::None)
    }

    /// What acp's own account is, which the repository itself tells. Of others nothing is known.
    fn own_association(&self, login: &str) -> Result<Association, ForgeError> {
        if login != self.viewer()?.login.to_lowercase() {
            return Ok(Association::None);
        }
        let may = self.read_repository()?.permissions;
        Ok(match (may.admin, may.push) {
            (true, _) => Association::Owner,
            (_, true) => Association::Collaborator,
            _ => Association::None,
        })
    }

    /// The repository itself.
    fn read_repository(&self) -> Result<shape::Repository, ForgeError> {
        let answer = self.client.get("read the repository", &self.at(""))?;
        answer.read()
    }

    /// Whether an issue asks to be let in.
    pub(super) fn asks_in(&self, issue: &Issue) -> bool {
        let labels = &self.settings.intake_labels;
        issue.state == "open"
            && issue
                .labels
                .iter()
                .any(|label| labels.contains(&label.name))
    }

    /// See [`crate::forge::Forge::labelled`].
    pub(super) fn read_labelled(
        &self,
        number: u64,
        label: &str,
    ) -> Result<Option<Labelled>, ForgeError> {
        let Some(issue) = self.issue(number)? else {
            return Ok(None);
        };
        if !issue.labels.iter().any(|there| there.name == label) {
            return Ok(None);
        }
        let tried = format!("read the history of number {number}");
        let path = self.at(&format!("/issues/{number}/timeline?limit={PAGE}"));
        let pages = self.list::<shape::Event>(&tried, &path, ITEM_PAGES_MAX)?;
        let of_label = |event: &&shape::Event| {
            event.kind == "label" && event.label.as_ref().is_some_and(|l| l.name == label)
        };
        let events = pages.entries.iter().filter(of_label);
        let Some(last) = events.max_by_key(|event| (event.created_at, event.id)) else {
            return Ok(None);
        };
        // The label is there, so a removal that comes last says that the history is not all.
        if last.body.is_empty() {
            return Ok(None);
        }
        Ok(Some(Labelled {
            by: login(&last.user),
            association: self.association(&last.user.login)?,
            at: last.created_at,
        }))
    }
}
