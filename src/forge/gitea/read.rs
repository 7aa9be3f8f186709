//! Reading: addresses, pages of any size, texts.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::Gitea;
use super::shape::{self, Keyed};
use crate::domain::{BranchName, Comment, ItemId, ItemKind, Sha};
use crate::forge::remote::Answer;
use crate::forge::remote::address::escaped;
use crate::forge::remote::adopt::Viewer;
use crate::forge::remote::roles::GHOST;
use crate::forge::{ForgeError, Text, model};

/// How many entries are asked for at once: the most that a server gives unless it is set otherwise; it may give fewer.
pub(super) const PAGE: usize = 50;
/// The most pages of what belongs to one item.
pub(super) const ITEM_PAGES_MAX: usize = 60;

/// How many pages of a list may bring nothing new one after the other: entries move back when others are added.
const BARREN_MAX: u8 = 2;

/// A list of pages that is being read. The server says how many entries there are in all, and a page may be shorter than
/// it was asked to be, so neither a short page nor a missing link to the next one ends a list.
pub(super) struct Pages<T> {
    /// What was read so far, each once: an entry that moves while pages are read comes twice.
    pub(super) entries: Vec<T>,
    /// How many there are, by the last page.
    total: Option<u64>,
    seen: BTreeSet<u64>,
    /// How many pages one after the other had nothing new.
    barren: u8,
}

impl<T: Keyed> Pages<T> {
    pub(super) fn new() -> Self {
        Self {
            entries: vec![],
            total: None,
            seen: BTreeSet::new(),
            barren: 0,
        }
    }

    /// Takes a page; whether there may be more.
    pub(super) fn take(&mut self, page: Vec<T>, answer: &Answer) -> bool {
        let read = page.len();
        let before = self.seen.len();
        for entry in page {
            if self.seen.insert(entry.key()) {
                self.entries.push(entry);
            }
        }
        self.total = answer.total;
        let new = self.seen.len() - before;
        self.barren = if new > 0 { 0 } else { self.barren + 1 };
        match answer.total {
            // The end, or a listing that takes no notice of pages.
            Some(_) if read == 0 || self.barren > BARREN_MAX => false,
            Some(total) => (self.seen.len() as u64) < total,
            // Not paged at all, or the last page again.
            None => new > 0 && (answer.link.next.is_some() || read >= PAGE),
        }
    }

    /// Whether nothing is missing, as far as the server tells.
    pub(super) fn is_whole(&self) -> bool {
        self.total
            .is_none_or(|total| self.seen.len() as u64 >= total)
    }
}

impl Gitea {
    /// An address under the repository. `tail` begins with a slash or is empty.
    pub(super) fn at(&self, tail: &str) -> String {
        format!(
            "/repos/{}/{}{tail}",
            escaped(&self.settings.owner),
            escaped(&self.settings.name)
        )
    }

    /// All entries of a list, at most `pages_max` pages; more is `Unreadable`.
    pub(super) fn list<T: Keyed + DeserializeOwned>(
        &self,
        tried: &str,
        path: &str,
        pages_max: usize,
    ) -> Result<Pages<T>, ForgeError> {
        let mut pages = Pages::new();
        for page in 1..=pages_max {
            let answer = self.client.get(tried, &paged(path, page))?;
            if !pages.take(or_empty(&answer)?, &answer) {
                return Ok(pages);
            }
        }
        Err(ForgeError::Unreadable {
            what: tried.to_owned(),
            why: format!("it has more than {pages_max} pages"),
        })
    }

    /// The account that acp writes under, asked for once.
    pub(super) fn viewer(&self) -> Result<Viewer, ForgeError> {
        if let Some(viewer) = &self.known.borrow().viewer {
            return Ok(viewer.clone());
        }
        let answer = self.client.get("read whose token it is", "/user")?;
        let user: shape::User = answer.read()?;
        let id = u64::try_from(user.id).ok().filter(|id| *id > 0);
        let id = id.ok_or_else(|| ForgeError::Unreadable {
            what: "the account of the token".to_owned(),
            why: "it has no number".to_owned(),
        })?;
        let login = user.login;
        let viewer = Viewer { id, login };
        self.known.borrow_mut().viewer = Some(viewer.clone());
        Ok(viewer)
    }

    /// The tip of a branch.
    pub(super) fn tip(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        let tried = format!("read branch {name}");
        let path = self.at(&format!("/branches/{}", escaped(name.as_str())));
        let Some(answer) = self.client.find(&tried, &path)? else {
            return Ok(None);
        };
        let branch: shape::Branch = answer.read()?;
        sha(&tried, &branch.commit.id).map(Some)
    }

    /// An issue or a pull request by its number.
    pub(super) fn issue(&self, number: u64) -> Result<Option<shape::Issue>, ForgeError> {
        let path = self.at(&format!("/issues/{number}"));
        let answer = self.client.find(&format!("read number {number}"), &path)?;
        answer.map(|answer| answer.read()).transpose()
    }

    /// An item that is of the kind that it is called.
    pub(super) fn item(&self, item: ItemId) -> Result<Option<shape::Issue>, ForgeError> {
        let found = self.issue(item.number)?;
        Ok(found.filter(|issue| issue.pull_request.is_some() == (item.kind == ItemKind::Pr)))
    }

    /// A pull request.
    pub(super) fn pull(&self, number: u64) -> Result<Option<shape::Pull>, ForgeError> {
        let path = self.at(&format!("/pulls/{number}"));
        let answer = self.client.find(&format!("read pr/{number}"), &path)?;
        answer.map(|answer| answer.read()).transpose()
    }

    /// The comments of an item, oldest first.
    pub(super) fn comments(
        &self,
        number: u64,
        since: Option<jiff::Timestamp>,
    ) -> Result<Vec<shape::Comment>, ForgeError> {
        let tried = format!("read the comments of number {number}");
        let since = since.map_or_else(String::new, |since| {
            format!("&since={}", escaped(&since.to_string()))
        });
        let path = self.at(&format!("/issues/{number}/comments?limit={PAGE}{since}"));
        let pages = self.list(&tried, &path, ITEM_PAGES_MAX)?;
        let mut comments: Vec<shape::Comment> = pages.entries;
        comments.sort_by_key(|comment| comment.id);
        Ok(comments)
    }

    /// See [`crate::forge::Forge::text`].
    pub(super) fn read_text(&self, number: u64) -> Result<Text, ForgeError> {
        let issue = self.issue(number)?;
        let issue = issue.ok_or_else(|| model::missing(format_args!("number {number}")))?;
        let viewer = self.viewer()?;
        let comments = self.comments(number, None)?;
        let authors = comments.iter().map(|comment| comment.user.login.as_str());
        let people = self.associations(authors)?;
        let title = match issue.pull_request {
            Some(_) => self.drafts.plain(&issue.title).to_owned(),
            None => issue.title,
        };
        Ok(Text {
            title,
            body: issue.body,
            comments: comments
                .into_iter()
                .map(|comment| Comment {
                    id: comment.id,
                    association: people.of(&comment.user.login),
                    own: is_by(&comment.user, &viewer),
                    author: login(&comment.user),
                    body: comment.body,
                    created: comment.created_at,
                })
                .collect(),
        })
    }
}

/// Whether an account is acp's.
pub(super) fn is_by(user: &shape::User, viewer: &Viewer) -> bool {
    author(user) == Some(viewer.id)
}

/// The number of an account that exists.
pub(super) fn author(user: &shape::User) -> Option<u64> {
    u64::try_from(user.id).ok().filter(|id| *id > 0)
}

/// The login to show.
pub(super) fn login(user: &shape::User) -> String {
    if user.login.is_empty() {
        GHOST.to_owned()
    } else {
        user.login.clone()
    }
}

/// An object name in an answer.
pub(super) fn sha(tried: &str, text: &str) -> Result<Sha, ForgeError> {
    text.parse()
        .map_err(|error: crate::domain::BadId| ForgeError::Unreadable {
            what: format!("the answer to \"{tried}\""),
            why: error.to_string(),
        })
}

/// A list; some versions answer null for an empty one.
pub(super) fn or_empty<T: DeserializeOwned>(answer: &Answer) -> Result<Vec<T>, ForgeError> {
    let entries: Option<Vec<Option<T>>> = answer.read()?;
    Ok(entries.unwrap_or_default().into_iter().flatten().collect())
}

/// `path` of one page of it.
pub(super) fn paged(path: &str, page: usize) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}page={page}")
}
