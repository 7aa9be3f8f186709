//! GitHub and GitHub Enterprise, by their HTTP interface. How a pass reads and how a write is found again is described in
//! docs/forges.md.

mod details;
mod find;
mod labelled;
mod listing;
mod merge;
mod read;
mod shapes;
#[cfg(test)]
mod shapes_tests;
mod sync;
mod write;

use std::sync::OnceLock;
use std::time::Duration;

use super::remote::adopt::Viewer;
use super::remote::mark::Place;
use super::remote::{Account, Client, Scheme, viewer_of_installation};
use super::{Capabilities, ChangeFacts, Forge, ForgeError, GitRemote, Text};
use crate::domain::{
    Applied, BranchName, Intent, ItemId, ItemKind, Labelled, Mirror, PullRequest, RepoState, Sha,
};
use crate::http::Headers;
use crate::sys::Secret;

use self::shapes::UserDoc;

/// The version of the interface that answers are read as.
const API_VERSION: &str = "2022-11-28";
/// Of the fields in the mark.
const MARK_VERSION: u32 = 1;
/// How late a write may be missing from a listing.
const VISIBLE_WITHIN: Duration = Duration::from_secs(30);
/// The longest text that GitHub takes, in characters, marker included.
const BODY_CHARS_MAX: usize = 65_536;
/// How many entries a page has.
const PER_PAGE: usize = 100;

/// Where a GitHub is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the paths of the interface begin.
    pub api: String,
    /// The address of the one mutation that has no path.
    pub graphql: String,
    /// Where repositories are cloned from, without a slash at the end.
    pub git: String,
}

impl Endpoints {
    /// github.com, or the GitHub Enterprise server at `base_url`.
    pub fn of(base_url: Option<&str>) -> Self {
        let Some(base) = base_url else {
            return Self {
                api: "https://api.github.com".to_owned(),
                graphql: "https://api.github.com/graphql".to_owned(),
                git: "https://github.com".to_owned(),
            };
        };
        let base = base.trim_end_matches('/');
        let base = base.strip_suffix("/api/v3").unwrap_or(base);
        Self {
            api: format!("{base}/api/v3"),
            graphql: format!("{base}/api/graphql"),
            git: base.to_owned(),
        }
    }

    /// The account that calls this GitHub with `token`, which comes from `token_from`.
    pub fn account(&self, token: Secret, token_from: String) -> Account {
        Account {
            root: self.api.clone(),
            token,
            token_from,
            scheme: Scheme::Bearer,
            headers: Headers::new()
                .with("Accept", "application/vnd.github+json")
                .with("X-GitHub-Api-Version", API_VERSION),
        }
    }

    /// Where git fetches `repo` from and pushes it to with `token`.
    pub fn remote(&self, repo: &str, token: Secret) -> GitRemote {
        GitRemote::Http {
            url: format!("{}/{repo}.git", self.git),
            username: "x-access-token".to_owned(),
            password: token,
        }
    }
}

/// What a profile says of its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `owner/name`.
    pub repo: String,
    /// What the names of acp's branches begin with: checks and reviews are read of their pull requests, and of those that
    /// were handed over.
    pub branch_prefix: String,
    /// Where the one mutation goes.
    pub graphql: String,
    /// Where people go, without a slash at the end.
    pub web: String,
    /// Where git fetches from and pushes to.
    pub git: GitRemote,
}

/// A repository on GitHub, seen as one account.
pub struct Github {
    client: Client,
    settings: Settings,
    /// Path of the repository: `/repos/owner/name`.
    root: String,
    owner: String,
    viewer: OnceLock<Viewer>,
}

impl Github {
    /// A repository. Nothing is asked yet.
    ///
    /// # Errors
    /// `Missing` when `settings.repo` is no `owner/name`.
    pub fn new(client: Client, settings: Settings) -> Result<Self, ForgeError> {
        let plain = |part: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !part.is_empty() && part != "." && part != ".." && part.chars().all(fits)
        };
        let owner = match settings.repo.split_once('/') {
            Some((owner, name)) if plain(owner) && plain(name) => owner.to_owned(),
            _ => {
                return Err(ForgeError::Missing {
                    what: format!("a repository {:?} (expected `owner/name`)", settings.repo),
                });
            }
        };
        Ok(Self {
            root: format!("/repos/{}", settings.repo),
            client,
            settings,
            owner,
            viewer: OnceLock::new(),
        })
    }

    fn place(&self) -> Place {
        Place {
            forge: "github",
            version: MARK_VERSION,
            place: format!(
                "{} {}",
                self.settings.graphql,
                self.settings.repo.to_lowercase()
            ),
        }
    }

    /// A path in the repository.
    fn path(&self, tail: impl std::fmt::Display) -> String {
        format!("{}{tail}", self.root)
    }

    /// Who acp is on this forge: asked once.
    fn viewer(&self) -> Result<&Viewer, ForgeError> {
        if let Some(viewer) = self.viewer.get() {
            return Ok(viewer);
        }
        let viewer = match self.client.get("read who acp is", "/user") {
            Ok(answer) => {
                let user: UserDoc = answer.read()?;
                Viewer {
                    id: user.id,
                    login: user.login,
                }
            }
            Err(ForgeError::Forbidden { .. }) => {
                viewer_of_installation(&self.client, &self.settings.graphql)?
            }
            Err(error) => return Err(error),
        };
        Ok(self.viewer.get_or_init(|| viewer))
    }
}

impl Forge for Github {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: "github",
            visible_within: VISIBLE_WITHIN,
            remote: true,
            reviews_own: false,
        }
    }

    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        sync::sync(self, mirror, base)
    }

    fn repository(&self) -> Result<RepoState, ForgeError> {
        self.repo_state()
    }

    fn page(&self, item: ItemId) -> Option<String> {
        let kind = match item.kind {
            ItemKind::Issue => "issues",
            ItemKind::Pr => "pull",
        };
        let settings = &self.settings;
        Some(format!(
            "{}/{}/{kind}/{}",
            settings.web, settings.repo, item.number
        ))
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        self.read_text(number)
    }

    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        self.last_labelled(number, label)
    }

    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        self.read_change(pr)
    }

    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.tip(name)
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        self.find_again(intent)
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        self.carry_out(intent)
    }

    fn remote(&self) -> GitRemote {
        self.settings.git.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_server_has_its_paths_below_its_address() {
        let here = Endpoints::of(Some("https://ghe.example/"));
        assert_eq!(here.api, "https://ghe.example/api/v3");
        assert_eq!(here.graphql, "https://ghe.example/api/graphql");
        assert_eq!(here, Endpoints::of(Some("https://ghe.example/api/v3")));
        let remote = here.remote("o/r", Secret::new("t".to_owned()));
        assert!(
            matches!(remote, GitRemote::Http { url, .. } if url == "https://ghe.example/o/r.git")
        );
        assert_eq!(Endpoints::of(None).git, "https://github.com");
    }
}
