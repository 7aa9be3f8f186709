//! Who a token is and what it may do, found out by reading alone.

use serde::Deserialize;

use super::address::escaped;
use super::client::{Answer, Client};
use super::installation::viewer_of_installation;
use super::vocabulary::existing_labels;
use crate::domain::ForgeKind;
use crate::forge::ForgeError;

/// What is known of a token and a repository before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The account. `None`: the forge does not say it.
    pub login: Option<String>,
    /// Where the token comes from, in words.
    pub token_from: String,
    /// `owner/name` as the forge writes it now.
    pub repo: String,
    /// It takes no changes any more.
    pub archived: bool,
    /// Whether it has issues at all.
    pub issues: bool,
    /// Its main branch.
    pub default_branch: Option<String>,
    /// What acp needs, in the order in which it needs it.
    pub permissions: Vec<Permission>,
    /// The labels that exist; `None`: they could not be read.
    pub labels: Option<Vec<String>>,
}

/// One thing that acp does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// In words: "read issues".
    pub what: &'static str,
    /// Whether the token may; `None`: only trying would tell.
    pub has: Option<bool>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Repo {
    full_name: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    private: bool,
    has_issues: Option<bool>,
    default_branch: Option<String>,
    permissions: Option<Role>,
}

#[derive(Deserialize)]
struct Role {
    #[serde(default)]
    push: bool,
    #[serde(default)]
    pull: bool,
}

/// Asks the forge, with reads only. `slug` is `owner/name`, `graphql` the address of the interface that knows of apps.
///
/// # Errors
/// [`ForgeError::Denied`]: the token is none. [`ForgeError::Missing`]: there is no such repository, or the token may not
/// see it. [`ForgeError::Refused`]: it was moved. Others when the forge is not reached.
pub fn check(
    client: &Client,
    kind: ForgeKind,
    slug: &str,
    graphql: Option<&str>,
) -> Result<Access, ForgeError> {
    let (login, scopes) = who(client, graphql)?;
    let answer = client.get(
        &format!("read the repository {slug}"),
        &format!("/repos/{slug}"),
    )?;
    let repo: Repo = answer.read()?;
    let probe = |what: &'static str, path: &str| -> Result<Permission, ForgeError> {
        let has = match client.get(what, &format!("/repos/{slug}{path}")) {
            Ok(_) => Some(true),
            Err(ForgeError::Forbidden { .. }) => Some(false),
            // Hidden, empty or switched off: it says nothing about the token.
            Err(ForgeError::Missing { .. } | ForgeError::Refused { .. }) => None,
            Err(other) => return Err(other),
        };
        Ok(Permission { what, has })
    };
    let has_issues = repo.has_issues.unwrap_or(true);
    let mut permissions = vec![];
    if has_issues {
        permissions.push(probe(
            "read issues",
            "/issues?state=all&per_page=1&limit=1",
        )?);
    }
    permissions.push(probe(
        "read pull requests",
        "/pulls?state=all&per_page=1&limit=1",
    )?);
    if kind == ForgeKind::Github
        && let Some(branch) = &repo.default_branch
    {
        let path = format!("/commits/{}/check-runs?per_page=1", escaped(branch));
        permissions.push(probe("read checks", &path)?);
    }
    let writes = may_write(kind, &repo, scopes.as_deref());
    for what in [
        "push branches",
        "write issues and labels",
        "write and merge pull requests",
    ] {
        permissions.push(Permission { what, has: writes });
    }
    Ok(Access {
        login,
        token_from: client
            .token()
            .get()
            .map_or_else(|_| String::new(), |found| found.from.clone()),
        repo: repo.full_name,
        archived: repo.archived,
        issues: has_issues,
        default_branch: repo.default_branch,
        permissions,
        labels: labels(client, kind, slug)?,
    })
}

/// The labels, as far as they can be read.
fn labels(client: &Client, kind: ForgeKind, slug: &str) -> Result<Option<Vec<String>>, ForgeError> {
    match existing_labels(client, kind, slug) {
        Ok(labels) => Ok(Some(labels)),
        Err(ForgeError::Limited { until }) => Err(ForgeError::Limited { until }),
        Err(_) => Ok(None),
    }
}

/// The account, and what an old kind of token says of itself.
fn who(
    client: &Client,
    graphql: Option<&str>,
) -> Result<(Option<String>, Option<String>), ForgeError> {
    match client.get("find out whose token it is", "/user") {
        Ok(answer) => {
            let scopes = answer.header("X-OAuth-Scopes").map(str::to_owned);
            Ok((Some(answer.read::<User>()?.login), scopes))
        }
        Err(ForgeError::Forbidden { .. } | ForgeError::Missing { .. }) => {
            let app = graphql.and_then(|url| viewer_of_installation(client, url).ok());
            Ok((app.map(|viewer| viewer.login), None))
        }
        Err(other) => Err(other),
    }
}

/// What the account's role and the scopes of its token say together. A newer token may hold less than its owner's role,
/// and only a write tells.
fn may_write(kind: ForgeKind, repo: &Repo, scopes: Option<&str>) -> Option<bool> {
    let role = repo.permissions.as_ref();
    if role.is_some_and(|role| role.pull && !role.push) {
        return Some(false);
    }
    let scopes = scopes.filter(|_| kind == ForgeKind::Github)?;
    let has = |scope: &str| scopes.split(',').any(|s| s.trim() == scope);
    Some(has("repo") || (!repo.private && has("public_repo")))
}

impl Answer {
    /// A header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}
