//! Listings by key: the next page begins where the last one ended, so that what moves while it is listed is not skipped.

use jiff::Timestamp;

use super::shapes::{IssueDoc, PullDoc, RefDoc, RepoDoc, Seen};
use super::{Github, PER_PAGE};
use crate::domain::{BranchName, RepoState, Sha};
use crate::forge::ForgeError;
use crate::forge::remote::address::escaped_path;
use crate::forge::remote::{Found, Fresh, Validator};

/// The most pages of one listing.
const PAGES_MAX: usize = 1_000;
/// The most redirects that are followed for the name of a repository.
const HOPS_MAX: usize = 3;

/// A branch that was looked at.
pub(super) struct Tip {
    /// Where it is; `None`: there is no such branch.
    pub(super) sha: Option<Sha>,
    /// Of the answer.
    pub(super) validator: Option<Validator>,
}

/// What a listing gave.
pub(super) enum Listing {
    /// As before; nothing was charged.
    Same,
    /// The repository has another name.
    Moved,
    /// What changed, oldest change first; entries may repeat.
    Changed {
        /// The entries.
        entries: Vec<Seen>,
        /// Of the listing, when it is a single page.
        validator: Option<Validator>,
    },
}

impl Github {
    /// Issues and pull requests that changed at `from` or later, all without it.
    pub(super) fn list_changed(
        &self,
        from: Option<Timestamp>,
        known: Option<&Validator>,
    ) -> Result<Listing, ForgeError> {
        let (mut since, mut page) = (from, 1);
        let (mut entries, mut validator) = (vec![], None);
        for turn in 0..PAGES_MAX {
            let mut path = self.path(format_args!(
                "/issues?state=all&sort=updated&direction=asc&per_page={PER_PAGE}"
            ));
            if let Some(since) = since {
                path.extend(["&since=", &since.to_string()]);
            }
            if page > 1 {
                path.extend(["&page=", &page.to_string()]);
            }
            let known = known.filter(|_| turn == 0);
            let answer = match self.client.look("list what has changed", &path, known)? {
                Found::Same => return Ok(Listing::Same),
                Found::Moved(_) => return Ok(Listing::Moved),
                Found::New(answer) => answer,
            };
            let docs: Vec<IssueDoc> = answer.read()?;
            let is_last = docs.len() < PER_PAGE;
            if is_last && turn == 0 {
                validator = answer.validator;
            }
            let newest = docs.iter().map(|doc| doc.updated_at).max();
            entries.extend(docs.into_iter().map(Seen::from));
            if is_last {
                return Ok(Listing::Changed { entries, validator });
            }
            // A page that holds a single second is gone through by number.
            if newest > since {
                (since, page) = (newest, 1);
            } else {
                page += 1;
            }
        }
        Err(too_long("the issues"))
    }

    /// All pull requests, in the order in which they were opened, which no change disturbs.
    pub(super) fn list_pulls(&self) -> Result<Vec<PullDoc>, ForgeError> {
        let path = self.path(format_args!(
            "/pulls?state=all&sort=created&direction=asc&per_page={PER_PAGE}"
        ));
        self.client.list("list the pull requests", &path, PAGES_MAX)
    }

    /// What holds for the repository as a whole.
    pub(super) fn repo_state(&self) -> Result<RepoState, ForgeError> {
        let tried = format!("the repository {}", self.settings.repo);
        let mut path = self.root.clone();
        for _ in 0..HOPS_MAX {
            match self.client.look(&tried, &path, None)? {
                Found::Moved(to) => path = to,
                Found::Same => break,
                Found::New(answer) => {
                    let doc: RepoDoc = answer.read()?;
                    let same = doc.full_name.eq_ignore_ascii_case(&self.settings.repo);
                    let role = doc.permissions.unwrap_or_default();
                    return Ok(RepoState {
                        read_only: role.pull && !role.push,
                        archived: doc.archived,
                        issues_off: !doc.has_issues,
                        moved_to: (!same).then_some(doc.full_name),
                    });
                }
            }
        }
        Err(ForgeError::Missing { what: tried })
    }

    /// The tip of a branch.
    pub(super) fn tip(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        let answer = self.client.find("read a branch", &self.ref_path(name))?;
        let doc = answer.map(|answer| answer.read::<RefDoc>()).transpose()?;
        Ok(doc.map(|doc| doc.object.sha))
    }

    /// As [`Self::tip`], if it has moved since `known`. `None`: it has not.
    pub(super) fn tip_if(
        &self,
        name: &BranchName,
        known: Option<&Validator>,
    ) -> Result<Option<Tip>, ForgeError> {
        let path = self.ref_path(name);
        match self.client.get_if("read the base branch", &path, known) {
            Ok(Fresh::Same) => Ok(None),
            Ok(Fresh::New(answer)) => {
                let doc: RefDoc = answer.read()?;
                Ok(Some(Tip {
                    sha: Some(doc.object.sha),
                    validator: answer.validator,
                }))
            }
            Err(ForgeError::Missing { .. }) => Ok(Some(Tip {
                sha: None,
                validator: None,
            })),
            Err(error) => Err(error),
        }
    }

    fn ref_path(&self, name: &BranchName) -> String {
        self.path(format_args!(
            "/git/ref/heads/{}",
            escaped_path(name.as_str())
        ))
    }
}

fn too_long(what: &str) -> ForgeError {
    ForgeError::Unreadable {
        what: what.to_owned(),
        why: format!("the listing has more than {PAGES_MAX} pages"),
    }
}
