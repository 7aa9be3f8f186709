//! `acp init`: a profile for a repository.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::{Checkout, Session, Verb};
use crate::domain::{BranchName, ForgeKind, ForgeRules, ProfileId, Rules, TokenSource};
use crate::forge::remote::{Access, repository_in};
use crate::profile::{self, NewProfile, ProfileError};
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// The largest profile that is read.
const PROFILE_BYTES_MAX: u64 = 1024 * 1024;

/// The agent that is any program.
const COMMAND_AGENT: &str = "command";

/// Puts a repository under control: finds out what there is, shows the profile, makes the local forge, writes the profile.
///
/// The local forge keeps issues and pull requests in files on this machine and needs no account. Your checkout gets one
/// remote named `acp` and is otherwise left alone. For github and gitea the token is checked first, by reading alone:
/// whose it is and what it may do; nothing is written when it does not do. Running it again changes nothing.
#[derive(clap::Args)]
pub(super) struct Init {
    /// The checkout; the current folder without it
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// Where issues and pull requests live
    #[arg(long, value_enum, default_value_t = Kind::Local)]
    forge: Kind,
    /// The repository on the forge; the one that `origin` of the checkout points to without it
    #[arg(long, value_name = "OWNER/NAME")]
    slug: Option<String>,
    /// The address of an own server
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Where git clones from, when it is not the server's usual address
    #[arg(long, value_name = "URL")]
    git_url: Option<String>,
    /// Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it
    #[arg(long, value_name = "SOURCE", value_parser = token_source)]
    token_from: Option<TokenSource>,
    /// Do not ask the forge whether token and repository are good
    #[arg(long)]
    offline: bool,
    /// The branch that work starts from and goes to; the one that is checked out without it
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
    /// The agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// A shell line to use as the agent: it reads the task on standard input and works in the current folder
    #[arg(long, value_name = "LINE")]
    agent_command: Option<String>,
    /// A command that must succeed for a change to be merged; may be repeated
    #[arg(long, value_name = "LINE")]
    verify: Vec<String>,
    /// Leave the checkout alone: no remote `acp`
    #[arg(long)]
    no_remote: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Local,
    Github,
    Gitea,
}

#[derive(Debug, Serialize)]
struct Made {
    profile: String,
    file: String,
    forge: &'static str,
    repo: String,
    base: String,
    agent: String,
    verify: Vec<String>,
    remote: Option<String>,
    created: bool,
    dry_run: bool,
    /// What the forge says; `null` without asking it.
    access: Option<Shown>,
    #[serde(skip)]
    text: String,
    /// Whether the profile was there before.
    #[serde(skip)]
    known: bool,
}

/// What the forge says of token and repository.
#[derive(Debug, Serialize)]
struct Shown {
    /// The account; `null`: the token stands for no person.
    login: Option<String>,
    token_from: String,
    permissions: Vec<May>,
}

#[derive(Debug, Serialize)]
struct May {
    what: &'static str,
    /// `null`: only trying would tell.
    has: Option<bool>,
}

impl From<&Access> for Shown {
    fn from(access: &Access) -> Self {
        let permissions = access.permissions.iter();
        Self {
            login: access.login.clone(),
            token_from: access.token_from.clone(),
            permissions: permissions
                .map(|p| May {
                    what: p.what,
                    has: p.has,
                })
                .collect(),
        }
    }
}

impl Shown {
    fn names(&self, has: Option<bool>) -> String {
        let of = self.permissions.iter().filter(|may| may.has == has);
        of.map(|may| may.what).collect::<Vec<_>>().join(", ")
    }
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

impl Made {
    /// Shows what the profile says that is there already, which is left as it is.
    fn is_as_in(&mut self, known: &Rules, checkout: &Checkout) -> Result<(), CliError> {
        if let Some(path) = &known.repo.path
            && *path != checkout.top
        {
            let what = format!(
                "the profile `{}` is there already, for another checkout: `{}`",
                self.profile,
                path.display()
            );
            return Err(CliError::usage(what)
                .hint("give this one a name with `--profile ID`")
                .hint(format!(
                    "if the checkout was moved, correct `repo.path` in {}",
                    self.file
                )));
        }
        self.known = true;
        self.forge = known.forge.kind.as_str();
        self.repo.clone_from(&known.forge.repo);
        self.base = known.repo.base.to_string();
        self.agent.clone_from(&known.agents.use_);
        self.verify.clone_from(&known.repo.verify);
        Ok(())
    }
}

impl Verb for Init {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let home = session.ports.home(session)?;
        let folder = self.repo.clone().unwrap_or_else(|| PathBuf::from("."));
        let checkout = session.ports.checkout(session, &folder)?;
        if !checkout.has_commits {
            return Err(CliError::new(
                Exit::Data,
                format!("`{}` has no commit yet", checkout.top.display()),
            )
            .hint("commit something first: work has to start from a commit"));
        }
        let id = profile_id(session, &checkout)?;
        let file = profile::profile_path(&home.config, &id);
        let known = session.ports.read_file(&file, PROFILE_BYTES_MAX)?;
        let (new, rules, access) = self.prepared(session, &checkout, &id, known.is_none())?;
        let text = profile::render(&new);
        let is_local = new.kind == ForgeKind::Local;
        let forge_dir = home.local_forge(&new.repo);
        let wants_remote = is_local && !self.no_remote && checkout.acp_remote.is_none();
        let mut made = Made {
            profile: id.to_string(),
            file: file.display().to_string(),
            forge: new.kind.as_str(),
            repo: new.repo.clone(),
            base: new.base.clone(),
            agent: new.agent.clone(),
            verify: new.verify.clone(),
            remote: None,
            created: false,
            dry_run: session.dry_run,
            access: access.as_ref().map(Shown::from),
            text: text.clone(),
            known: false,
        };
        if let Some(known) = known {
            let known = String::from_utf8_lossy(&known).into_owned();
            let known = profile::load_text(&id, &file, &known, session.env)?.rules;
            made.is_as_in(&known, &checkout)?;
        } else if session.dry_run {
            return Ok(Output::of(made));
        } else {
            if !self.yes {
                ask(session, &made)?;
            }
            let base = BranchName::try_from(new.base.clone())?;
            if is_local {
                session
                    .ports
                    .make_local_forge(session, &forge_dir, &checkout.git_dir, &base)?;
            }
            session.ports.write_file(&file, text.as_bytes())?;
            made.created = true;
        }
        if wants_remote && !session.dry_run && made.forge == ForgeKind::Local.as_str() {
            let forge_dir = home.local_forge(&made.repo);
            let url = forge_dir.join("repo.git").display().to_string();
            session.ports.add_remote(session, &checkout, "acp", &url)?;
            made.remote = Some(url);
        }
        let mut notes = notes(session, &made, &checkout);
        notes.extend(access.iter().flat_map(|access| of_access(access, &rules)));
        let output = Output::of(made);
        Ok(notes.into_iter().fold(output, Output::note))
    }
}

/// What the flags amount to must be a profile. There is no file yet, so that a problem is one of the call.
fn check(
    id: &ProfileId,
    file: &Path,
    text: &str,
    session: &Session<'_>,
) -> Result<Rules, CliError> {
    match profile::load_text(id, file, text, session.env) {
        Err(ProfileError::Invalid { problems, .. }) => {
            let said = problems.iter().map(|problem| {
                let more = problem.suggestion.as_deref();
                let more = more.map(|more| format!("; {more}")).unwrap_or_default();
                format!("{}: {}{more}", problem.key, problem.message)
            });
            let said: Vec<String> = said.collect();
            Err(CliError::usage(format!(
                "these flags make no profile: {}",
                said.join("; ")
            )))
        }
        other => Ok(other?.rules),
    }
}

/// Whether acp can work there with that token. What only trying would tell is no reason against it.
fn fit(forge: &ForgeRules, access: &Access) -> Result<(), CliError> {
    let repo = clean(&access.repo);
    if !access.repo.eq_ignore_ascii_case(&forge.repo) {
        let what = format!("the repository `{}` is called `{repo}` now", forge.repo);
        return Err(CliError::new(Exit::Denied, what).hint(format!("`--slug {repo}`")));
    }
    if access.archived {
        let what = format!("`{repo}` is archived: it takes no changes");
        return Err(CliError::new(Exit::Denied, what).hint("unarchive it on the forge first"));
    }
    let lacks: Vec<&str> = access
        .permissions
        .iter()
        .filter(|may| may.has == Some(false))
        .map(|may| may.what)
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    let who = match &access.login {
        Some(login) => format!("the token from {} (`{}`)", access.token_from, clean(login)),
        None => format!("the token from {}", access.token_from),
    };
    let what = format!("{who} may not {} in `{repo}`", lacks.join(", may not "));
    Err(CliError::new(Exit::Denied, what)
        .hint("give it that permission on the forge, or name another with `--token-from`")
        .hint("`--offline` writes the profile without asking the forge"))
}

/// What a person should know of the repository, though it stops nothing.
fn of_access(access: &Access, rules: &Rules) -> Vec<String> {
    let mut notes = vec![];
    if !access.issues {
        notes.push(
            "issues are switched off in this repository: only pull requests are worked on"
                .to_owned(),
        );
    }
    let missing = |label: &&String| {
        let labels = access.labels.as_ref();
        labels.is_some_and(|labels| !labels.iter().any(|known| known.eq_ignore_ascii_case(label)))
    };
    for label in rules.intake.labels.iter().filter(missing) {
        notes.push(format!(
            "the forge has no label `{label}` yet: make it there and put it on the issues that acp shall take"
        ));
    }
    notes
}

fn ask(session: &Session<'_>, made: &Made) -> Result<(), CliError> {
    let question = format!("{}\nWrite this to {}?", made.text, made.file);
    match session.ports.confirm(&question)? {
        Some(true) => Ok(()),
        Some(false) => Err(CliError::new(Exit::No, "nothing was written")),
        None => Err(CliError::usage("there is no terminal to ask on")
            .hint("`--yes` writes without asking, `--dry-run` shows what would be written")),
    }
}

fn notes(session: &Session<'_>, made: &Made, checkout: &Checkout) -> Vec<String> {
    let mut notes = vec![];
    if made.known {
        notes.push(format!(
            "the profile is there already and was left as it is: {}",
            made.file
        ));
    }
    if made.verify.is_empty() {
        notes.push(
            "no way to check a change was found: merges rest on risk alone; set `repo.verify`"
                .to_owned(),
        );
    }
    let installed = session.ports.installed_agents(session);
    if made.agent != COMMAND_AGENT && !installed.contains(&made.agent) {
        notes.push(format!(
            "`{0}` is not on PATH: nothing starts until it is, or until `agents.use` names another agent",
            made.agent
        ));
    }
    if let Some(url) = &checkout.acp_remote {
        notes.push(format!("the checkout has a remote `acp` already: {url}"));
    }
    notes
}

/// `--profile`, else the folder's name as far as it can be one.
fn profile_id(session: &Session<'_>, checkout: &Checkout) -> Result<ProfileId, CliError> {
    if let Some(id) = &session.profile {
        return Ok(id.parse()?);
    }
    let name = checkout
        .top
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase());
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.unwrap_or_default().chars().map(fit).take(64).collect();
    let name = name
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .to_owned();
    ProfileId::try_from(name).map_err(|_| {
        CliError::usage("the folder's name makes no profile id").hint("name it with `--profile ID`")
    })
}

impl Init {
    const fn kind(&self) -> ForgeKind {
        match self.forge {
            Kind::Local => ForgeKind::Local,
            Kind::Github => ForgeKind::Github,
            Kind::Gitea => ForgeKind::Gitea,
        }
    }

    /// What would be written, and what the forge says of it when it is asked: only about a profile that is not there yet.
    fn prepared(
        &self,
        session: &Session<'_>,
        checkout: &Checkout,
        id: &ProfileId,
        is_new: bool,
    ) -> Result<(NewProfile, Rules, Option<Access>), CliError> {
        let file = profile::profile_path(&session.ports.home(session)?.config, id);
        let mut new = self.profile(session, checkout, id)?;
        let rules = check(id, &file, &profile::render(&new), session)?;
        if !is_new || self.offline || new.kind == ForgeKind::Local {
            return Ok((new, rules, None));
        }
        let found = session.ports.access(session, &rules.forge)?;
        fit(&rules.forge, &found)?;
        let (None, Some(branch)) = (&self.base, &found.default_branch) else {
            return Ok((new, rules, Some(found)));
        };
        new.base.clone_from(branch);
        let rules = check(id, &file, &profile::render(&new), session)?;
        Ok((new, rules, Some(found)))
    }

    /// The repository and the server: what the flags say, else where the checkout came from.
    fn place(&self, checkout: &Checkout) -> Result<(String, Option<String>), CliError> {
        let origin = checkout.origin.as_deref().and_then(repository_in);
        let word = self.kind().as_str();
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

    fn profile(
        &self,
        session: &Session<'_>,
        checkout: &Checkout,
        id: &ProfileId,
    ) -> Result<NewProfile, CliError> {
        let base = match (&self.base, &checkout.branch) {
            (Some(base), _) => base.clone(),
            (None, Some(branch)) => branch.to_string(),
            // The forge is asked.
            (None, None) if self.kind() != ForgeKind::Local && !self.offline => "main".to_owned(),
            (None, None) => {
                return Err(CliError::usage("no branch is checked out")
                    .hint("name the branch that work starts from with `--base BRANCH`"));
            }
        };
        let found = profile::detect_verify(&checkout.files);
        let verify = if self.verify.is_empty() {
            found.verify
        } else {
            self.verify.clone()
        };
        let agent = match (&self.agent, &self.agent_command) {
            (Some(agent), Some(_)) if agent != COMMAND_AGENT => {
                return Err(CliError::usage(format!(
                    "`--agent-command` makes the agent `{COMMAND_AGENT}`, and `--agent` names `{}`",
                    clean(agent)
                ))
                .hint("leave one of them out"));
            }
            (_, Some(_)) => COMMAND_AGENT.to_owned(),
            (Some(agent), None) => agent.clone(),
            (None, None) => {
                let installed = session.ports.installed_agents(session);
                installed
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| "claude".to_owned())
            }
        };
        let (repo, base_url) = if self.kind() == ForgeKind::Local {
            let repo = self.slug.clone().unwrap_or_else(|| id.to_string());
            (repo, self.base_url.clone())
        } else {
            self.place(checkout)?
        };
        Ok(NewProfile {
            id: id.clone(),
            kind: self.kind(),
            repo,
            base_url,
            git_url: self.git_url.clone(),
            token: self.token_from.clone(),
            path: Some(checkout.top.clone()),
            base,
            setup: found.setup,
            verify,
            agent,
            agent_command: self.agent_command.clone(),
        })
    }
}

/// The server, unless it is the public one that needs no address.
fn own_server(server: String) -> Option<String> {
    (server != "https://github.com").then_some(server)
}

impl Render for Made {
    const SCHEMA: &'static str = "acp.init/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.dry_run && !self.known {
            writeln!(out, "# would be written to {}", self.file)?;
            return out.write_all(self.text.as_bytes());
        }
        if self.created {
            writeln!(
                out,
                "profile {} written: {}",
                style.bold(&self.profile),
                self.file
            )?;
            writeln!(
                out,
                "  {} forge `{}`, base {}, agent {}",
                self.forge, self.repo, self.base, self.agent
            )?;
            for line in &self.verify {
                writeln!(out, "  a change is checked with: {}", clean(line))?;
            }
        }
        if let Some(access) = &self.access {
            let who = access.login.as_deref().map_or("no person", |login| login);
            writeln!(
                out,
                "  the token from {} is {}",
                clean(&access.token_from),
                style.bold(&clean(who))
            )?;
            for (has, words) in [
                (Some(true), "it may"),
                (Some(false), "it may not"),
                (None, "only trying tells whether it may"),
            ] {
                let names = access.names(has);
                if !names.is_empty() {
                    writeln!(out, "  {words}: {names}")?;
                }
            }
        }
        if let Some(url) = &self.remote {
            writeln!(out, "  remote `acp` added to your checkout: {}", clean(url))?;
        }
        if self.forge != ForgeKind::Local.as_str() {
            return writeln!(
                out,
                "next: put the intake label on an issue   then: acp heartbeat --until-idle"
            );
        }
        writeln!(
            out,
            "next: acp issue create --title \"…\"   then: acp heartbeat --until-idle"
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["profile", &self.profile])?;
        plain_line(out, &["file", &self.file])?;
        plain_line(out, &["forge", self.forge])?;
        plain_line(out, &["repo", &self.repo])?;
        plain_line(out, &["base", &self.base])?;
        plain_line(out, &["agent", &self.agent])?;
        plain_line(out, &["created", if self.created { "yes" } else { "no" }])
    }
}
