//! Opening a profile: its rules, and the adapters that they name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::notify::notifiers;
use super::{Wiring, remote};
use crate::agent;
use crate::commands::{Control, PromptMaker, Session};
use crate::domain::{ForgeKind, ProfileId, Rules, Run, RunId, Sandbox, SandboxKind};
use crate::engine::PromptFailure;
use crate::forge::local::LocalForge;
use crate::forge::{Forge, GitRemote, Text};
use crate::profile::{self, Overrides};
use crate::prompt::{self, PromptInput};
use crate::store::{Home, Store};
use crate::sys::Env;
use crate::ui::{CliError, Exit};
use crate::vcs::git::{GitVcs, Remote};
use crate::worker::{self, LocalChildren, LocalWorkers, SupervisorCtx, Workers};
use crate::{durable, proc};

/// The largest prompt template of a profile, in bytes.
const TEMPLATE_BYTES_MAX: u64 = 256 * 1024;

/// A profile that leaves everything at what is built in.
const NOTHING_SAID: &str = "schema: 1\nforge: { kind: local }\n";

/// Opens the profile that the call is about.
pub(in crate::cli) fn open<'w>(
    wiring: &'w Wiring<'_>,
    session: &'w Session<'_>,
) -> Result<Control<'w>, CliError> {
    let home = home(session)?;
    let id = select(session, &home)?;
    let rules = profile::load(&home.config, &id, session.env, &Overrides::none())?.rules;
    let store = Store::new(home.layout(&id));
    let git = git_program(session)?;
    let (forge, remote) = forge(wiring, &home, &rules, &git)?;
    let format = session.format;
    let vcs = GitVcs::new(store.layout().repo_git(), remote, git, session.clock);
    let workers = LocalWorkers::new(
        store.clone(),
        rules.clone(),
        session.env,
        session.clock,
        agent::by_name,
        own_program()?,
    );
    Ok(Control {
        agent_missing: Box::new(agent_missing(session, rules.clone())),
        prompt: prompt(&home, &store, &rules),
        notifier: notifiers(wiring.env, &wiring.shared_clock(), &rules),
        say: Box::new(move |text| crate::cli::say(text, format)),
        home,
        rules,
        store,
        forge,
        vcs: Box::new(vcs),
        workers: Box::new(workers),
    })
}

/// What ends the runs of a profile. Where its file cannot be loaded, as for a profile that says nothing: then an agent
/// has the usual time between TERM and KILL.
pub(in crate::cli) fn workers<'w>(
    session: &'w Session<'_>,
    home: &Home,
    id: &ProfileId,
) -> Result<Box<dyn Workers + 'w>, CliError> {
    let loaded = profile::load(&home.config, id, session.env, &Overrides::none());
    let loaded =
        loaded.or_else(|_| profile::load_text(id, Path::new(""), NOTHING_SAID, &Env::default()))?;
    Ok(Box::new(LocalWorkers::new(
        Store::new(home.layout(id)),
        loaded.rules,
        session.env,
        session.clock,
        agent::by_name,
        own_program()?,
    )))
}

/// The profile that the call is about.
pub(in crate::cli) fn select(session: &Session<'_>, home: &Home) -> Result<ProfileId, CliError> {
    let flag = session
        .profile
        .clone()
        .map(ProfileId::try_from)
        .transpose()?;
    let cwd = std::env::current_dir().unwrap_or_default();
    Ok(profile::select(
        &home.config,
        flag.as_ref(),
        session.env,
        &cwd,
    )?)
}

/// Where everything is.
pub(in crate::cli) fn home(session: &Session<'_>) -> Result<Home, CliError> {
    Home::from_env(session.env).ok_or_else(|| {
        CliError::new(Exit::Config, "neither ACP_HOME nor HOME is set")
            .hint("set ACP_HOME to the folder that shall hold config, state and cache")
    })
}

/// git, as a full path.
pub(in crate::cli) fn git_program(session: &Session<'_>) -> Result<PathBuf, CliError> {
    find(session.env, "git").ok_or_else(|| {
        CliError::new(Exit::Unavailable, "git is not on PATH")
            .hint("acp needs git 2.38 or newer on PATH")
    })
}

/// acp's own binary.
pub(in crate::cli) fn own_program() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(|error| {
        CliError::new(Exit::Io, "cannot find acp's own binary").because_of(Some(&error))
    })
}

/// The file of a program on PATH.
pub(in crate::cli) fn find(env: &Env, name: &str) -> Option<PathBuf> {
    let path = env
        .raw("PATH")
        .unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"));
    proc::find_program(name.as_ref(), path, Path::new("/"))
}

fn forge(
    wiring: &Wiring<'_>,
    home: &Home,
    rules: &Rules,
    git: &Path,
) -> Result<(Box<dyn Forge>, Remote), CliError> {
    match rules.forge.kind {
        ForgeKind::Local => {
            let dir = home.local_forge(&rules.forge.repo);
            if !dir.is_dir() {
                let what = format!("the local forge `{}` is not there", dir.display());
                return Err(CliError::new(Exit::Missing, what)
                    .hint("`acp init --forge local` makes it from a checkout"));
            }
            let forge = LocalForge::open(&dir, wiring.shared_clock(), git);
            let GitRemote::Path(path) = forge.remote() else {
                return Err(CliError::new(
                    Exit::Bug,
                    "the local forge has no repository",
                ));
            };
            Ok((Box::new(forge), Remote::Path(path)))
        }
        ForgeKind::Github | ForgeKind::Gitea => {
            let connected = remote::connect(wiring, &home.state, &rules.forge);
            let over_http = remote::git_remote(wiring.env, &connected, rules);
            let forge = remote::adapter(connected, home, rules, git)?;
            Ok((forge, Remote::Http(over_http)))
        }
    }
}

/// Why an agent cannot start, by its name.
fn agent_missing<'w>(
    session: &'w Session<'_>,
    rules: Rules,
) -> impl Fn(&str) -> Option<String> + 'w {
    move |name| missing_agent(session.env, &rules, name)
}

/// Why the agent `name` of a profile cannot start; `None` when it can.
pub(super) fn missing_agent(env: &Env, rules: &Rules, name: &str) -> Option<String> {
    let Some(agent) = agent::by_name(rules.agents.backend(name)) else {
        return Some("acp has no such agent".to_owned());
    };
    let Some(settings) = rules.agents.settings.get(name) else {
        return Some("the profile has no settings for it".to_owned());
    };
    let Some(program) = agent.program(settings) else {
        return Some(format!("`agents.settings.{name}` names no program"));
    };
    let kind = rules.sandbox.kind;
    let may_be_in_image = matches!(kind, SandboxKind::Docker | SandboxKind::Podman)
        && settings.sandbox != Sandbox::None;
    let file = match find(env, &program) {
        Some(file) if !may_be_in_image => file,
        None if !may_be_in_image => return Some(format!("`{program}` is not on PATH")),
        _ => return None,
    };
    let interpreter = proc::missing_interpreter(&file)?;
    let (file, interpreter) = (file.display(), interpreter.display());
    Some(format!("`{file}` needs {interpreter}, which is not there"))
}

fn prompt(home: &Home, store: &Store, rules: &Rules) -> PromptMaker<'static> {
    let templates = profile::profiles_dir(&home.config)
        .join(rules.id.as_str())
        .join("templates");
    let (store, rules) = (store.clone(), rules.clone());
    Box::new(move |run: &Run, text: &Text| {
        let name = prompt::template_name(&run.task, run.merge.is_some());
        let file = templates.join(name);
        let own = durable::read_file(&file, TEMPLATE_BYTES_MAX)
            .map_err(|error| PromptFailure::Template(error.to_string()))?;
        let own = own
            .map(String::from_utf8)
            .transpose()
            .map_err(|_| PromptFailure::Template(format!("`{}` is not UTF-8", file.display())))?;
        let retry = store.retries().get(&run.item.slug())?;
        let on_pull = run.item.kind == crate::domain::ItemKind::Pr;
        let mirror = on_pull.then(|| store.mirror()).transpose()?;
        let pull = mirror
            .as_ref()
            .and_then(|mirror| mirror.pulls.get(&run.item.number));
        prompt::render(&PromptInput {
            profile: &run.profile,
            run: &run.id,
            item: run.item,
            task: &run.task,
            title: &run.title,
            body: &text.body,
            comments: &text.comments,
            branch: &run.branch,
            base: &run.base,
            start: &run.start,
            base_sha: pull.map(|pr| &pr.base_sha),
            merge: run.merge.as_ref(),
            setup: &rules.repo.setup,
            verify: &rules.repo.verify,
            last_failure: retry.as_ref().and_then(|retry| retry.reason.as_deref()),
            template: own.as_deref(),
        })
        .map_err(|error| {
            PromptFailure::Template(match &own {
                Some(_) => format!("{error} (it is `{}`)", file.display()),
                None => error.to_string(),
            })
        })
    })
}

/// Attends to a run: the body of the hidden verb that a pass starts.
pub(in crate::cli) fn supervise(
    wiring: &Wiring<'_>,
    session: &Session<'_>,
    run: &RunId,
) -> Result<(), CliError> {
    let control = open(wiring, session)?;
    let alive = worker::own_from_stdin(&control.store, run)?;
    let acp = own_program()?;
    let context = SupervisorCtx {
        store: &control.store,
        vcs: &*control.vcs,
        agents: &agent::by_name,
        children: &LocalChildren::default(),
        clock: session.clock,
        env: session.env,
        rules: &control.rules,
        acp: &acp,
    };
    Ok(worker::supervise(&context, run, &alive)?)
}
