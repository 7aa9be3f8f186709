//! What a forge behind HTTP is composed of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Wiring;
use super::token::token;
use crate::domain::{ForgeKind, ForgeRules, Rules};
use crate::forge::remote::{
    Access, Account, Addresses, Client, FileGovernor, Limits, Token, check,
};
use crate::forge::{Forge, GitRemote, gitea, github};
use crate::http::{Network, UreqTransport};
use crate::store::Home;
use crate::sys::{Env, Secret};
use crate::ui::CliError;
use crate::vcs::git::HttpRemote;

/// The name beside a token where git asks for a name and a password. Servers look at the token alone.
const USERNAME: &str = "x-access-token";

/// A forge behind HTTP, before an adapter is put on it. Nothing was sent, and no token was looked for.
pub(super) struct Connected {
    pub(super) addresses: Addresses,
    pub(super) client: Client,
    pub(super) token: Token,
}

/// Composes transport, limits and token. `state` is the folder of acp's state.
pub(super) fn connect(wiring: &Wiring<'_>, state: &Path, forge: &ForgeRules) -> Connected {
    let (base, git) = (forge.base_url.as_deref(), forge.git_url.as_deref());
    let addresses = Addresses::of(forge.kind, base, git, &forge.repo);
    let clock = wiring.shared_clock();
    let token = token(wiring.env, Arc::clone(&clock), forge, &addresses.host);
    let limits = match forge.kind {
        ForgeKind::Gitea => Limits::LOOSE,
        ForgeKind::Github | ForgeKind::Local => Limits::STRICT,
    };
    let governor = FileGovernor::new(
        state,
        addresses.host.clone(),
        token.clone(),
        limits,
        Arc::clone(&clock),
    );
    let transport = UreqTransport::new(network(wiring.env));
    let account = account(forge.kind, &addresses);
    let client = Client::new(Arc::new(transport), Arc::new(governor), clock, account);
    Connected {
        client: client.with_token(token.clone()),
        addresses,
        token,
    }
}

/// The adapter for the kind of forge. git's credential does not go through it: see [`git_remote`].
pub(super) fn adapter(
    connected: Connected,
    home: &Home,
    rules: &Rules,
    git: &Path,
) -> Result<Box<dyn Forge>, CliError> {
    let Connected {
        addresses, client, ..
    } = connected;
    let branch_prefix = rules.repo.branch_prefix.clone();
    let repo = rules.forge.repo.clone();
    if rules.forge.kind == ForgeKind::Gitea {
        let (owner, name) = repo.split_once('/').unwrap_or_default();
        let settings = gitea::Settings {
            base_url: addresses.web,
            owner: owner.to_owned(),
            name: name.to_owned(),
            branch_prefix,
            intake_labels: rules.intake.labels.clone(),
            draft_prefixes: vec![],
            objects: Some(gitea::Objects {
                dir: home.layout(&rules.id).repo_git(),
                git: git.to_owned(),
            }),
            token: nothing(),
        };
        return Ok(Box::new(gitea::Gitea::new(client, settings)));
    }
    let settings = github::Settings {
        repo,
        branch_prefix,
        graphql: addresses.graphql.unwrap_or_default(),
        web: addresses.web,
        git: GitRemote::Http {
            url: addresses.git,
            username: USERNAME.to_owned(),
            password: nothing(),
        },
    };
    Ok(Box::new(github::Github::new(client, settings)?))
}

/// In place of a token that is looked for later.
const fn nothing() -> Secret {
    Secret::new(String::new())
}

/// The account without its token, which is looked for later.
fn account(kind: ForgeKind, addresses: &Addresses) -> Account {
    if kind == ForgeKind::Gitea {
        return gitea::account(&addresses.web, nothing(), "");
    }
    let endpoints = github::Endpoints {
        api: addresses.api.clone(),
        graphql: addresses.graphql.clone().unwrap_or_default(),
        git: addresses.git.clone(),
    };
    endpoints.account(nothing(), String::new())
}

/// How this machine reaches others.
pub(super) fn network(env: &Env) -> Network {
    Network {
        proxy: proxy(env),
        no_proxy: either(env, "NO_PROXY", "no_proxy"),
        roots: env.path("SSL_CERT_FILE"),
    }
}

fn proxy(env: &Env) -> Option<Secret> {
    either(env, "HTTPS_PROXY", "https_proxy").map(Secret::new)
}

fn either(env: &Env, upper: &str, lower: &str) -> Option<String> {
    let value = env.text(upper).or_else(|| env.text(lower));
    value.map(str::to_owned)
}

/// The repository as git reaches it.
pub(super) fn git_remote(env: &Env, connected: &Connected, rules: &Rules) -> HttpRemote {
    let token = connected.token.clone();
    let roots: Option<PathBuf> = env.path("SSL_CERT_FILE");
    HttpRemote {
        url: connected.addresses.git.clone(),
        username: USERNAME.to_owned(),
        password: Arc::new(move || {
            let found = token.get().map_err(str::to_owned)?;
            Ok(found.secret.clone())
        }),
        own_prefix: rules.repo.branch_prefix.clone(),
        proxy: proxy(env).map(|proxy| (proxy, either(env, "NO_PROXY", "no_proxy"))),
        roots,
    }
}

/// Who the token of `forge` is and what it may do there, found out by reading.
pub(in crate::cli) fn access(
    wiring: &Wiring<'_>,
    state: &Path,
    forge: &ForgeRules,
) -> Result<Access, CliError> {
    let connected = connect(wiring, state, forge);
    let graphql = connected.addresses.graphql.as_deref();
    Ok(check(&connected.client, forge.kind, &forge.repo, graphql)?)
}
