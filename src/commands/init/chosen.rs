//! What a new profile shall say: the flags, and what stands in for those that were not given.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::commands::{Checkout, Session};
use crate::domain::{ForgeKind, ProfileId, TokenSource};
use crate::forge::remote::repository_in;
use crate::profile::{self, Detected, NewProfile};
use crate::ui::CliError;
use crate::ui::words::clean;

/// The agent that is any program.
pub(crate) const COMMAND_AGENT: &str = "command";

/// What the profile shall say.
#[derive(clap::Args)]
pub(crate) struct Chosen {
    /// Where issues and pull requests live; `auto`: where `origin` of the checkout is, if acp knows that forge
    #[arg(long, value_enum)]
    pub(super) forge: Option<Kind>,
    /// The repository on the forge; the one that `origin` of the checkout points to without it
    #[arg(long, value_name = "OWNER/NAME")]
    pub(super) slug: Option<String>,
    /// The address of an own server
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Where git clones from, when it is not the server's usual address
    #[arg(long, value_name = "URL")]
    git_url: Option<String>,
    /// Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it
    #[arg(long, value_name = "SOURCE", value_parser = token_source)]
    token_from: Option<TokenSource>,
    /// The branch that work starts from and goes to; the one that is checked out without it
    #[arg(long, value_name = "BRANCH")]
    pub(super) base: Option<String>,
    /// The agent
    #[arg(long, value_name = "NAME")]
    pub(super) agent: Option<String>,
    /// A shell line to use as the agent: it reads the task on standard input and works in the current folder
    #[arg(long, value_name = "LINE")]
    pub(super) agent_command: Option<String>,
    /// A command that prepares a fresh worktree; may be repeated
    #[arg(long, value_name = "LINE")]
    setup: Vec<String>,
    /// A command that must succeed for a change to be merged; may be repeated
    #[arg(long, value_name = "LINE")]
    pub(super) verify: Vec<String>,
    /// No such command, also when one was found
    #[arg(long, conflicts_with = "verify")]
    pub(super) no_verify: bool,
    /// A label that makes acp take an issue; may be repeated
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// What may leave this machine; `full` for the local forge and `draft` elsewhere without it
    #[arg(long, value_enum)]
    writes: Option<Writes>,
}

/// A kind of forge, as the flag names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Local,
    Github,
    Gitea,
    Auto,
}

/// What may leave this machine.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Writes {
    /// Nothing
    Off,
    /// Draft pull requests and comments
    Draft,
    /// Merges too
    Full,
}

/// The forge that an address of git is on, by the name of its host: kind, server, repository. `None`: it tells nothing.
pub(super) fn forge_of(origin: &str) -> Option<(ForgeKind, String, String)> {
    let (server, slug) = repository_in(origin)?;
    let host = server.split("://").nth(1)?.split(':').next()?;
    let parts: Vec<&str> = host.split('.').collect();
    let names = |name: &str| parts.contains(&name);
    let kind = if names("github") {
        ForgeKind::Github
    } else if names("gitea") || names("forgejo") || names("codeberg") {
        ForgeKind::Gitea
    } else {
        return None;
    };
    Some((kind, server, slug))
}

/// `env:NAME`, `file:PATH`, `command:PROGRAM ARG…`
fn token_source(text: &str) -> Result<TokenSource, String> {
    match text.split_once(':') {
        Some(("env", name)) if !name.is_empty() => Ok(TokenSource::Env(name.to_owned())),
        Some(("file", path)) if !path.is_empty() => Ok(TokenSource::File(path.into())),
        Some(("command", line)) if !line.trim().is_empty() => Ok(TokenSource::Command(
            line.split_whitespace().map(str::to_owned).collect(),
        )),
        // Not repeated: it could be the token itself.
        _ => Err("expected `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`".to_owned()),
    }
}

impl Chosen {
    /// The kind of forge.
    pub(super) fn kind(&self, origin: Option<&str>) -> ForgeKind {
        match self.forge {
            Some(Kind::Local) | None => ForgeKind::Local,
            Some(Kind::Github) => ForgeKind::Github,
            Some(Kind::Gitea) => ForgeKind::Gitea,
            Some(Kind::Auto) => {
                let found = origin.and_then(forge_of);
                found.map_or(ForgeKind::Local, |(kind, _, _)| kind)
            }
        }
    }

    /// The repository and the server: what the flags say, else where the checkout came from.
    fn place(
        &self,
        kind: ForgeKind,
        origin: Option<&str>,
    ) -> Result<(String, Option<String>), CliError> {
        let origin = origin.and_then(repository_in);
        let word = kind.as_str();
        match (&self.slug, origin) {
            (Some(slug), None) => Ok((slug.clone(), self.base_url.clone())),
            (Some(slug), Some((server, there))) => {
                let same = there.eq_ignore_ascii_case(slug);
                let server = own_server(server).filter(|_| same);
                Ok((slug.clone(), self.base_url.clone().or(server)))
            }
            (None, Some((server, slug))) => {
                Ok((slug, self.base_url.clone().or(own_server(server))))
            }
            (None, None) => Err(CliError::usage(format!(
                "`origin` of the checkout does not tell which repository on {word} it is"
            ))
            .hint("name it with `--slug OWNER/NAME`")),
        }
    }

    /// The profile of a checkout.
    ///
    /// # Errors
    /// Flags that exclude each other, or that leave open what cannot be found out.
    pub(super) fn profile(
        &self,
        session: &Session<'_>,
        checkout: &Checkout,
        id: &ProfileId,
        offline: bool,
    ) -> Result<NewProfile, CliError> {
        let kind = self.kind(checkout.origin.as_deref());
        let base = match (&self.base, &checkout.branch) {
            (Some(base), _) => base.clone(),
            (None, Some(branch)) => branch.to_string(),
            // The forge is asked.
            (None, None) if kind != ForgeKind::Local && !offline => "main".to_owned(),
            (None, None) => {
                return Err(CliError::usage("no branch is checked out")
                    .hint("name the branch that work starts from with `--base BRANCH`"));
            }
        };
        let found = profile::detect_verify(&checkout.files);
        let origin = checkout.origin.as_deref();
        self.filled(session, id, base, found, origin, Some(checkout.top.clone()))
    }

    /// A profile without a look at any checkout.
    ///
    /// # Errors
    /// As [`Self::profile`].
    pub(crate) fn unseen(
        &self,
        session: &Session<'_>,
        id: &ProfileId,
        path: Option<PathBuf>,
    ) -> Result<NewProfile, CliError> {
        let base = self.base.clone().unwrap_or_else(|| "main".to_owned());
        self.filled(session, id, base, Detected::default(), None, path)
    }

    fn filled(
        &self,
        session: &Session<'_>,
        id: &ProfileId,
        base: String,
        found: Detected,
        origin: Option<&str>,
        path: Option<PathBuf>,
    ) -> Result<NewProfile, CliError> {
        let kind = self.kind(origin);
        let (repo, base_url) = if kind == ForgeKind::Local {
            let repo = self.slug.clone().unwrap_or_else(|| id.to_string());
            (repo, self.base_url.clone())
        } else {
            self.place(kind, origin)?
        };
        let or_found = |said: &Vec<String>, found| {
            if said.is_empty() { found } else { said.clone() }
        };
        let verify = or_found(&self.verify, found.verify);
        Ok(NewProfile {
            id: id.clone(),
            kind,
            repo,
            base_url,
            git_url: self.git_url.clone(),
            token: self.token_from.clone(),
            path,
            base,
            setup: or_found(&self.setup, found.setup),
            verify: if self.no_verify { vec![] } else { verify },
            agent: self.agent(session)?,
            agent_command: self.agent_command.clone(),
            labels: self.label.clone(),
            writes: self.writes.map(|writes| match writes {
                Writes::Off => "off",
                Writes::Draft => "draft",
                Writes::Full => "full",
            }),
        })
    }

    fn agent(&self, session: &Session<'_>) -> Result<String, CliError> {
        match (&self.agent, &self.agent_command) {
            (Some(agent), Some(_)) if agent != COMMAND_AGENT => Err(CliError::usage(format!(
                "`--agent-command` makes the agent `{COMMAND_AGENT}`, and `--agent` names `{}`",
                clean(agent)
            ))
            .hint("leave one of them out")),
            (_, Some(_)) => Ok(COMMAND_AGENT.to_owned()),
            (Some(agent), None) => Ok(agent.clone()),
            (None, None) => {
                let installed = session.ports.installed_agents(session).into_iter().next();
                Ok(installed.unwrap_or_else(|| "claude".to_owned()))
            }
        }
    }
}

/// The server, unless it is the public one that needs no address.
fn own_server(server: String) -> Option<String> {
    (server != "https://github.com").then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forge_is_known_by_its_host() {
        let of = |origin: &str| {
            forge_of(origin).map(|(kind, server, slug)| (kind.as_str(), server, slug))
        };
        let found = |kind, server: &str| Some((kind, server.to_owned(), "o/r".to_owned()));
        for (origin, wanted) in [
            (
                "https://github.com/o/r.git",
                found("github", "https://github.com"),
            ),
            ("git@github.com:o/r", found("github", "https://github.com")),
            (
                "ssh://git@github.example.org:2222/o/r",
                found("github", "https://github.example.org"),
            ),
            (
                "https://gitea.example.org:3000/o/r",
                found("gitea", "https://gitea.example.org:3000"),
            ),
            (
                "git@forgejo.example.org:o/r.git",
                found("gitea", "https://forgejo.example.org"),
            ),
            ("https://notgithub.example.org/o/r", None),
            ("https://git.example.org/o/r", None),
            ("/srv/git/r.git", None),
            ("", None),
        ] {
            assert_eq!(of(origin), wanted, "{origin}");
        }
    }
}
