//! `acp init`: a profile for a repository.

mod chosen;
mod guide;
mod starter;
mod timer;
mod view;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Checkout, Session, Verb, service};
use crate::domain::{BranchName, ForgeKind, ForgeRules, ProfileId, Rules};
use crate::forge::remote::Access;
use crate::profile::{self, NewProfile, ProfileError};
use crate::store::Home;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Format, Output};

pub(super) use self::chosen::Chosen;
use self::chosen::forge_of;
use self::view::Made;

/// The largest profile that is read.
const PROFILE_BYTES_MAX: u64 = 1024 * 1024;

/// Puts a repository under control: finds out what there is, shows the profile, makes the local forge, writes the profile.
///
/// The local forge keeps issues and pull requests in files on this machine and needs no account. Your checkout gets one
/// remote named `acp` and is otherwise left alone. For github and gitea the token is checked first, by reading alone:
/// whose it is and what it may do; nothing is written when it does not do. Running it again changes nothing, and goes on
/// where one that was interrupted has ended. At a terminal it asks what it cannot know, also whether a timer of this machine
/// shall start the passes; with --yes it asks nothing, and installs a timer only with --timer.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(clap::Args)]
pub(super) struct Init {
    /// The checkout; the current folder without it
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// Do not ask the forge whether token and repository are good
    #[arg(long)]
    offline: bool,
    /// Leave the checkout alone: no remote `acp`
    #[arg(long)]
    no_remote: bool,
    /// Open issues for what the repository lacks, so that there is work to begin with; local forge only
    #[arg(long)]
    starter_issues: bool,
    /// Have a timer of this machine start a pass this often: 30s, 1m, 1h
    #[arg(long, value_name = "TIME", value_parser = service::period)]
    timer: Option<Duration>,
    /// No timer, and no question about one
    #[arg(long, conflicts_with = "timer")]
    no_timer: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

impl Verb for Init {
    fn run(mut self, session: &Session<'_>) -> Result<Output, CliError> {
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
        if known.is_none() && self.may_ask(session) {
            guide::ask(&mut self, session, &checkout)?;
        }
        let (new, rules, access) = self.prepared(session, &checkout, &id, known.is_none())?;
        let mut made = Made::of(&new, file, access.as_ref(), session.dry_run);
        let base = match known {
            Some(known) => {
                let known = String::from_utf8_lossy(&known).into_owned();
                let known = profile::load_text(&id, &made.path, &known, session.env)?.rules;
                made.is_as_in(&known, &checkout)?;
                known.repo.base
            }
            None => BranchName::try_from(new.base.clone())?,
        };
        if self.starter_issues && !made.is_local() {
            return Err(CliError::usage(
                "`--starter-issues` is for the local forge: on another one issues are seen by others",
            )
            .hint("leave it out, and open issues where everybody does"));
        }
        if self.timer.is_some() {
            timer::possible(session, &id)?;
        }
        if session.dry_run {
            let mut notes = if made.known {
                notes(session, &made, &checkout, false)
            } else {
                vec![]
            };
            notes.extend(timer::install(&self, session, &id, &rules, &mut made)?);
            let output = Output::of(made);
            return Ok(notes.into_iter().fold(output, Output::note));
        }
        if !made.known && !self.yes {
            confirm(session, &made)?;
        }
        let forge_made = self.write(session, &home, &checkout, &base, &mut made)?;
        if self.starter_issues {
            made.starter_issues = starter::open(session, &id, &checkout)?;
        }
        let of_timer = timer::install(&self, session, &id, &rules, &mut made)?;
        if timer::possible(session, &id).is_ok() {
            made.by_itself = timer::BY_TIMER;
        }
        let mut notes = notes(session, &made, &checkout, forge_made);
        notes.extend(of_timer);
        notes.extend(access.iter().flat_map(|access| of_access(access, &rules)));
        if self.chosen.forge.is_none() && made.created {
            notes.extend(elsewhere(&checkout));
        }
        let output = Output::of(made);
        Ok(notes.into_iter().fold(output, Output::note))
    }
}

/// The forge that the checkout came from, when it is not the one that was taken.
fn elsewhere(checkout: &Checkout) -> Option<String> {
    let (kind, _, slug) = forge_of(checkout.origin.as_deref()?)?;
    Some(format!(
        "`origin` is {} on {}: `--forge auto` works there instead of in files on this machine",
        clean(&slug),
        kind.as_str()
    ))
}

/// What the flags amount to must be a profile. There is no file yet, so that a problem is one of the call.
pub(super) fn check(
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

fn confirm(session: &Session<'_>, made: &Made) -> Result<(), CliError> {
    let question = format!("{}\nWrite this to {}?", made.text, made.file);
    match session.ports.confirm(&question)? {
        Some(true) => Ok(()),
        Some(false) => Err(CliError::new(Exit::No, "nothing was written")),
        None => Err(CliError::usage("there is no terminal to ask on")
            .hint("`--yes` writes without asking, `--dry-run` shows what would be written")),
    }
}

fn notes(session: &Session<'_>, made: &Made, checkout: &Checkout, forge_made: bool) -> Vec<String> {
    let mut notes = vec![];
    if made.known && forge_made {
        notes.push("the local forge was missing and is made from the checkout".to_owned());
    }
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
    if made.agent != chosen::COMMAND_AGENT && !installed.contains(&made.agent) {
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
    /// Makes what is missing of forge, profile and remote, in this order: whatever is there when it is interrupted, the next
    /// call goes on. Says whether the local forge was made.
    fn write(
        &self,
        session: &Session<'_>,
        home: &Home,
        checkout: &Checkout,
        base: &BranchName,
        made: &mut Made,
    ) -> Result<bool, CliError> {
        let ports = session.ports;
        let forge = home.local_forge(&made.repo);
        let mut forge_made = false;
        if made.is_local() && (!made.known || !forge.is_dir()) {
            forge_made = ports.make_local_forge(session, &forge, &checkout.git_dir, base)?;
        }
        if !made.known {
            ports.write_file(&made.path, made.text.as_bytes())?;
            made.created = true;
        }
        if made.is_local() && !self.no_remote && checkout.acp_remote.is_none() {
            let url = forge.join("repo.git").display().to_string();
            ports.add_remote(session, checkout, "acp", &url)?;
            made.remote = Some(url);
        }
        Ok(forge_made)
    }

    /// Whether questions may be put: to a person at a terminal who did not say everything already.
    fn may_ask(&self, session: &Session<'_>) -> bool {
        let plain = session.format == Format::Human && !session.dry_run;
        plain && !self.yes && session.ports.may_ask()
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
        let mut new = self.chosen.profile(session, checkout, id, self.offline)?;
        let rules = check(id, &file, &profile::render(&new), session)?;
        if !is_new || self.offline || new.kind == ForgeKind::Local {
            return Ok((new, rules, None));
        }
        let found = session.ports.access(session, &rules.forge)?;
        fit(&rules.forge, &found)?;
        let (None, Some(branch)) = (&self.chosen.base, &found.default_branch) else {
            return Ok((new, rules, Some(found)));
        };
        new.base.clone_from(branch);
        let rules = check(id, &file, &profile::render(&new), session)?;
        Ok((new, rules, Some(found)))
    }
}
