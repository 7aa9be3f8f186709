//! The repository as a whole, and the listing of what has changed.

use jiff::SignedDuration;

use super::{Listed, Listing, Look, PAGES_MAX};
use crate::domain::RepoState;
use crate::forge::ForgeError;
use crate::forge::gitea::Gitea;
use crate::forge::gitea::read::{PAGE, Pages, or_empty, paged};
use crate::forge::gitea::shape;
use crate::forge::remote::Found;
use crate::forge::remote::address::escaped;

impl Gitea {
    /// See [`crate::forge::Forge::repository`].
    pub(in crate::forge::gitea) fn repo_state(&self) -> Result<RepoState, ForgeError> {
        let settings = &self.settings;
        let place = format!("{}/{}", settings.owner, settings.name);
        let moved = |to: String| RepoState {
            moved_to: Some(to),
            ..RepoState::default()
        };
        let path = self.at("");
        let missing = || ForgeError::Missing {
            what: format!("repository {place}, or the right to see it,"),
        };
        let answer = match self.client.look("read the repository", &path, None) {
            Ok(Found::New(answer)) => answer,
            Ok(Found::Moved(path)) => return Ok(moved(name_in(&path))),
            Ok(Found::Same) | Err(ForgeError::Missing { .. }) => return Err(missing()),
            Err(error) => return Err(error),
        };
        let repository: shape::Repository = answer.read()?;
        let elsewhere = !repository.full_name.is_empty()
            && repository.full_name.to_lowercase() != place.to_lowercase();
        if elsewhere {
            return Ok(moved(repository.full_name));
        }
        let may = &repository.permissions;
        Ok(RepoState {
            archived: repository.archived,
            issues_off: repository.has_issues == Some(false),
            moved_to: None,
            read_only: may.pull && !may.push && !may.admin,
        })
    }
}

impl Look<'_> {
    /// What holds for the repository as a whole; its new name when it has another one.
    pub(super) fn house(&mut self) -> Result<Option<String>, ForgeError> {
        let repo = self.forge.repo_state()?;
        if repo.moved_to.is_some() {
            return Ok(repo.moved_to);
        }
        self.mirror.repo = repo;
        self.mirror.viewer = Some(self.mark.viewer.login.clone());
        self.mark.house = self.now;
        // The time of the look itself is worth keeping.
        self.news = true;
        Ok(None)
    }

    /// The repository has another name: whether that is new. All else stays as it was last seen.
    pub(super) fn moved(self, to: String) -> bool {
        let repo = RepoState {
            moved_to: Some(to),
            ..self.mirror.repo.clone()
        };
        let changed = self.mirror.repo != repo;
        self.mirror.repo = repo;
        changed
    }

    /// Issues and pull requests that have changed since the mark.
    pub(super) fn list(&mut self) -> Result<Listing, ForgeError> {
        let tried = "list what has changed";
        let since = self.mark.since(self.now).filter(|_| !self.full);
        let since = since.map_or_else(String::new, |since| {
            format!("&since={}", escaped(&since.to_string()))
        });
        let client = &self.forge.client;
        let path = self
            .forge
            .at(&format!("/issues?state=all&limit={PAGE}{since}"));
        let known = self.mark.page.as_ref().filter(|_| !self.full);
        let sent = client.clock().now();
        let first = match client.look(tried, &paged(&path, 1), known) {
            Ok(Found::Same) => return Ok(Listing::Same),
            Ok(Found::New(answer)) => answer,
            Ok(Found::Moved(path)) => return Ok(Listing::Moved(name_in(&path))),
            // Neither issues nor pull requests are on.
            Err(ForgeError::Missing { .. }) if self.mirror.repo.issues_off => {
                return Ok(Listing::Same);
            }
            Err(error) => return Err(error),
        };
        // What the server's clock said when the listing began.
        let began = sent.checked_add(client.ahead()).unwrap_or(sent);
        let mut pages: Pages<shape::Issue> = Pages::new();
        let mut more = pages.take(or_empty(&first)?, &first);
        let turned = more;
        for page in 2..=PAGES_MAX {
            if !more {
                break;
            }
            let answer = client.get(tried, &paged(&path, page))?;
            more = pages.take(or_empty(&answer)?, &answer);
        }
        if more {
            return Err(ForgeError::Unreadable {
                what: tried.to_owned(),
                why: format!("it has more than {PAGES_MAX} pages"),
            });
        }
        // What was changed since the first page was asked for may be missing, whatever the clocks say.
        let turning = if turned {
            client.clock().now().duration_since(sent)
        } else {
            SignedDuration::ZERO
        };
        let last = pages.entries.iter().map(|issue| issue.updated_at).max();
        Ok(Listing::Of(Listed {
            whole: pages.is_whole(),
            issues: pages.entries,
            until: last.map(|last| {
                let until = last.min(began);
                until.checked_sub(turning).unwrap_or(until)
            }),
            page: first.validator,
        }))
    }
}

/// The name of the repository in a path under it.
fn name_in(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut parts = path.trim_start_matches("/repos/").split('/');
    let (owner, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    format!("{owner}/{name}")
}
