//! `acp agent`: which agents there are, and how they are.

mod list;
mod probe;
mod test;

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::{Session, Verb};
use crate::agent::{self, Agent, Login};
use crate::domain::{AgentSettings, Rules};
use crate::policy::{self, Awake, Cooldowns};
use crate::profile::{self, Overrides};
use crate::sys::Env;
use crate::ui::{CliError, Output};

/// Looks at the agents of the profile.
#[derive(clap::Subcommand)]
pub(super) enum AgentVerb {
    #[command(about = "List the agents, their versions and how they are")]
    List(list::List),
    #[command(about = "Look closely at one agent")]
    Probe(probe::Probe),
    #[command(about = "Let an agent do a tiny real task")]
    Test(test::Test),
}

impl Verb for AgentVerb {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Probe(args) => args.run(session),
            Self::Test(args) => args.run(session),
        }
    }
}

/// The agents of a profile, and what cools down.
struct Agents {
    rules: Rules,
    cooldowns: Cooldowns,
    now: Timestamp,
}

/// How an agent is.
#[derive(Debug, Serialize)]
struct Seen {
    name: String,
    backend: String,
    account: String,
    model: Option<String>,
    /// Named by `agents.use` or `agents.fallback`.
    used: bool,
    /// `ready`, `not-in-this-version`, `no-program`, `not-found`, `not-logged-in`, `cooling`, `breaker` or `trial`.
    state: &'static str,
    /// Until when it sleeps.
    until: Option<Timestamp>,
    /// Why it is not ready.
    why: Option<String>,
    program: Option<PathBuf>,
    version: Option<String>,
    /// The version of the real program that its adapter was tried with; `None`: it never was.
    tried_with: Option<&'static str>,
    /// What shows that somebody has logged in: names of variables and files, never what is in them.
    login: Vec<String>,
}

impl Agents {
    fn open(session: &Session<'_>) -> Result<Self, CliError> {
        let keep = session.keep()?;
        let loaded = profile::load(&keep.home.config, &keep.id, session.env, &Overrides::none())?;
        Ok(Self {
            rules: loaded.rules,
            cooldowns: keep.store.all_cooldowns()?,
            now: session.clock.now(),
        })
    }

    /// Every name that can be used: those of the profile first, in their order.
    fn names(&self) -> Vec<String> {
        let agents = &self.rules.agents;
        let used = agents.in_order().into_iter();
        let known = agent::all().iter().map(|agent| agent.name());
        let pool = agents.pool.keys().map(String::as_str);
        let mut names: Vec<String> = vec![];
        for name in used.chain(known).chain(pool) {
            if !names.iter().any(|there| there == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn look(&self, session: &Session<'_>, name: &str) -> Seen {
        let agents = &self.rules.agents;
        let backend = agents.backend(name);
        let account = agents.pool.get(name).map_or(name, |entry| &entry.account);
        let settings = agents.settings.get(name);
        let adapter = agent::by_name(backend);
        let program = adapter.zip(settings).and_then(|(a, s)| a.program(s));
        let found = program
            .as_deref()
            .and_then(|program| session.ports.find_program(session, program));
        let is_shell = settings.is_some_and(|settings| settings.shell.is_some());
        let version = found
            .as_deref()
            .filter(|_| !is_shell && backend != "command")
            .and_then(|program| session.ports.version_of(session, program));
        let login = adapter.map(Agent::login).unwrap_or_default();
        let evidence = evidence(session.env, &login, settings);
        let (state, until, why) =
            self.state(name, (adapter, program, found.is_some()), &login, &evidence);
        Seen {
            name: name.to_owned(),
            backend: backend.to_owned(),
            account: account.to_owned(),
            model: settings.and_then(|settings| settings.model.clone()),
            used: agents.in_order().contains(&name),
            state,
            until,
            why,
            program: found,
            version,
            tried_with: adapter.and_then(|adapter| adapter.abilities().tried_with),
            login: evidence,
        }
    }

    fn state(
        &self,
        name: &str,
        (adapter, program, found): (Option<&dyn Agent>, Option<String>, bool),
        login: &Login,
        evidence: &[String],
    ) -> (&'static str, Option<Timestamp>, Option<String>) {
        if adapter.is_none() {
            let why = "acp has no adapter for it in this version".to_owned();
            return ("not-in-this-version", None, Some(why));
        }
        let Some(program) = program else {
            let why = format!("`agents.settings.{name}` names no program");
            return ("no-program", None, Some(why));
        };
        if !found {
            let why = format!("`{program}` is not on PATH");
            return ("not-found", None, Some(why));
        }
        match policy::awake(&self.cooldowns, &self.rules.agents, name, self.now) {
            Awake::No { key, until, reason } => {
                let state = if key.starts_with("breaker:") {
                    "breaker"
                } else {
                    "cooling"
                };
                return (state, Some(until), Some(reason));
            }
            Awake::Trial { key, .. } => {
                let why = format!("one run may try whether `{key}` is over");
                return ("trial", None, Some(why));
            }
            Awake::Yes => {}
        }
        let needs_login = !login.env.is_empty() || !login.files.is_empty();
        if needs_login && evidence.is_empty() {
            return (
                "not-logged-in",
                None,
                Some(format!("log in with {}", login.how)),
            );
        }
        ("ready", None, None)
    }
}

/// Names of what shows a login: variables that are set, files that are there.
pub(super) fn evidence(env: &Env, login: &Login, settings: Option<&AgentSettings>) -> Vec<String> {
    let own = settings.map_or(&[][..], |settings| settings.env.as_slice());
    let is_key = |name: &&str| login.env.contains(name);
    let own = own.iter().map(String::as_str).filter(is_key);
    let mut names: Vec<&str> = login.env.iter().copied().chain(own).collect();
    names.dedup();
    let set = names.into_iter().filter(|name| env.raw(name).is_some());
    let home = env.path("HOME");
    let there = |file: &&&str| home.as_ref().is_some_and(|home| home.join(file).exists());
    let files = login
        .files
        .iter()
        .filter(there)
        .map(|file| format!("~/{file}"));
    set.map(str::to_owned).chain(files).collect()
}
