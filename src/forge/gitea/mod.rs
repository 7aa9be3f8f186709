//! Gitea (1.20 and later) and Forgejo, over their REST interface.
//!
//! What is peculiar to them and seen to here: there are no validators, so an idle look is one small request; an issue's
//! listing is ordered by age and filtered by change, so the mark is kept behind what a long listing may have missed; labels
//! are known by number; a draft is a title with a prefix; "cannot be merged" is also said of what is still being worked
//! out and of drafts; nobody's relation to the repository is told with what they write, so it is asked for.

mod apply;
mod change;
mod draft;
mod find;
mod labels;
mod merge;
mod people;
mod pulls;
mod read;
mod shape;
mod sync;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use self::draft::Drafts;
use super::remote::adopt::Viewer;
use super::remote::mark::Place;
use super::remote::{Account, Client, Scheme};
use super::{Capabilities, ChangeFacts, Forge, ForgeError, GitRemote, Text};
use crate::domain::{
    Applied, Association, BranchName, Intent, ItemId, ItemKind, Labelled, Mirror, PullRequest,
    RepoState, Sha,
};
use crate::http::Headers;
use crate::sys::Secret;

/// How long a call whose answer was lost may still be under way in the server, a merge of a large repository above all.
const VISIBLE_WITHIN: Duration = Duration::from_mins(2);

/// A repository on this machine that may hold the commits of pull requests.
#[derive(Debug, Clone)]
pub struct Objects {
    /// The bare repository.
    pub dir: PathBuf,
    /// The program `git`.
    pub git: PathBuf,
}

/// Which repository, and how it is worked on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the server is, without a slash at the end: `https://git.example.org`.
    pub base_url: String,
    /// Who owns the repository.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// What the names of acp's branches begin with.
    pub branch_prefix: String,
    /// The labels that let an issue in: of its author alone it is asked what they are to the repository.
    pub intake_labels: BTreeSet<String>,
    /// What makes a title one of a draft, besides what servers take without being told otherwise.
    pub draft_prefixes: Vec<String>,
    /// Where to look whether a pull request conflicts when the server does not tell.
    pub objects: Option<Objects>,
    /// The token, for git.
    pub token: Secret,
}

/// The account that a [`Client`] calls a Gitea at `base_url` with. `token_from` says where the token comes from.
pub fn account(base_url: &str, token: Secret, token_from: &str) -> Account {
    Account {
        root: format!("{}/api/v1", base_url.trim_end_matches('/')),
        token,
        token_from: token_from.to_owned(),
        scheme: Scheme::Token,
        headers: Headers::new().with("Accept", "application/json"),
    }
}

/// A repository on a Gitea or Forgejo.
pub struct Gitea {
    client: Client,
    settings: Settings,
    drafts: Drafts,
    place: Place,
    known: RefCell<Known>,
}

/// What was learned since this was made.
#[derive(Default)]
struct Known {
    viewer: Option<Viewer>,
    /// Numbers of labels by name.
    labels: Option<BTreeMap<String, u64>>,
    people: BTreeMap<String, Association>,
    /// Those who may write, once it turned out that acp's account is not told what others may do.
    writers: Option<BTreeSet<String>>,
    /// Since when, by this machine's clock, open pull requests have had their present pair of commits.
    pairs: BTreeMap<u64, (Sha, Sha, Timestamp)>,
}

impl Gitea {
    /// Nothing is sent yet.
    pub fn new(client: Client, settings: Settings) -> Self {
        let place = Place {
            forge: "gitea",
            version: 1,
            place: format!("{} {}/{}", settings.base_url, settings.owner, settings.name),
        };
        Self {
            client,
            drafts: Drafts::new(&settings.draft_prefixes),
            settings,
            place,
            known: RefCell::default(),
        }
    }
}

impl Forge for Gitea {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: "gitea",
            visible_within: VISIBLE_WITHIN,
            remote: true,
            reviews_own: false,
        }
    }

    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        self.sync_mirror(mirror, base)
    }

    fn repository(&self) -> Result<RepoState, ForgeError> {
        self.repo_state()
    }

    fn page(&self, item: ItemId) -> Option<String> {
        let kind = match item.kind {
            ItemKind::Issue => "issues",
            ItemKind::Pr => "pulls",
        };
        let settings = &self.settings;
        Some(format!(
            "{}/{}/{}/{kind}/{}",
            settings.base_url.trim_end_matches('/'),
            settings.owner,
            settings.name,
            item.number
        ))
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        self.read_text(number)
    }

    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        self.read_labelled(number, label)
    }

    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        self.read_change(pr)
    }

    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.tip(name)
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        self.find_intent(intent)
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        self.apply_intent(intent)
    }

    fn remote(&self) -> GitRemote {
        let settings = &self.settings;
        GitRemote::Http {
            url: format!(
                "{}/{}/{}.git",
                settings.base_url.trim_end_matches('/'),
                settings.owner,
                settings.name
            ),
            // With a token as the password, the server takes any name.
            username: "acp".to_owned(),
            password: settings.token.clone(),
        }
    }
}
