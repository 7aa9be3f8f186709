//! What a forge behind HTTP is composed of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Wiring;
use super::token::token;
use crate::domain::{ForgeKind, ForgeRules, Rules};
use crate::forge::Forge;
use crate::forge::remote::{
    Access, Account, Addresses, Client, FileGovernor, Limits, Scheme, Token, check,
};
use crate::http::{Headers, Network, UreqTransport};
use crate::sys::{Env, Secret};
use crate::ui::{CliError, Exit};
use crate::vcs::git::HttpRemote;

/// The version of the interface that acp is written for.
const API_VERSION: &str = "2022-11-28";
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

/// The adapter for the kind of forge.
pub(super) fn adapter(connected: Connected, rules: &Rules) -> Result<Box<dyn Forge>, CliError> {
    let _ = connected;
    Err(CliError::new(
        Exit::Unavailable,
        format!(
            "this version of acp cannot speak to `{}` yet",
            rules.forge.kind.as_str()
        ),
    ))
}

/// The account without its token, which is looked for later.
fn account(kind: ForgeKind, addresses: &Addresses) -> Account {
    let (scheme, headers) = match kind {
        ForgeKind::Gitea => (
            Scheme::Token,
            Headers::new().with("Accept", "application/json"),
        ),
        ForgeKind::Github | ForgeKind::Local => (
            Scheme::Bearer,
            Headers::new()
                .with("Accept", "application/vnd.github+json")
                .with("X-GitHub-Api-Version", API_VERSION),
        ),
    };
    Account {
        root: addresses.api.clone(),
        token: Secret::new(String::new()),
        token_from: String::new(),
        scheme,
        headers,
    }
}

/// How this machine reaches others.
fn network(env: &Env) -> Network {
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
    Ok(check(&connected.client, forge.kind, &forge.repo)?)
}
