//! Confining a run's children: which sandbox, what it shows, and what is remembered of whether it works.

use std::cell::Cell;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{Network, Rules, Sandbox, SandboxKind, SandboxRules};
use crate::durable::{self, Versioned};
use crate::proc::{self, Cmd, ProcessMark};
use crate::sandbox::{self, Backend, Disk, Engine, Machine, View, Wanted, Way};
use crate::store::{Home, Layout};
use crate::sys::{Clock, Env};

use super::WorkerError;
use super::surroundings::{Surroundings, Vars};

/// A trial that failed is believed for this long: a package may be installed, a setting changed.
const FAILED_FOR: SignedDuration = SignedDuration::from_mins(5);
/// Also one of an engine, which a person may be about to start.
const ENGINE_FAILED_FOR: SignedDuration = SignedDuration::from_secs(30);
/// With these a client says that no command of a container was started. A command may end so too.
const ENGINE_STATUS: std::ops::RangeInclusive<i32> = 125..=127;
/// Names of the trial of an engine: of its folder, its container, and the file that it writes there.
const TRIAL: &str = "container-trial";

/// What a trial of a sandbox came to. It holds for one boot: what allows namespaces may change with the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trial {
    /// Which boot.
    pub(super) boot: String,
    /// The program that was tried.
    pub(super) program: PathBuf,
    /// The image, of an engine's trial.
    #[serde(default)]
    pub(super) image: Option<String>,
    /// When.
    pub(super) at: Timestamp,
    /// Why it does not work; null when it does.
    pub(super) failed: Option<String>,
}

impl Versioned for Trial {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "sandbox";
}

/// What is asked of a machine about sandboxes.
pub(super) struct Confiner<'a> {
    pub(super) layout: &'a Layout,
    pub(super) env: &'a Env,
    pub(super) clock: &'a dyn Clock,
    pub(super) rules: &'a Rules,
}

impl Confiner<'_> {
    /// The sandbox of an agent's runs. Without one where `auto` found none, and then the words say why.
    ///
    /// # Errors
    /// A sandbox that is asked for by name and does not work.
    pub(super) fn backend(&self, agent: &str) -> Result<(Backend, Option<String>), String> {
        let unsure = Cell::new(false);
        let trial = |tried: Result<Option<String>, String>| {
            tried.unwrap_or_else(|why| {
                unsure.set(true);
                Some(why)
            })
        };
        let bubblewrap = |bwrap: &Path| trial(self.trial(bwrap));
        let container = |engine: &Engine| trial(self.trial_of_engine(engine));
        let chosen = self.backend_with(agent, &bubblewrap, &container)?;
        match &chosen {
            (Backend::None, Some(why)) if unsure.get() => Err(format!(
                "whether a sandbox works here cannot be told: {why}"
            )),
            (Backend::Bubblewrap(_) | Backend::Seatbelt(_), _) => {
                self.note_that_it_works();
                Ok(chosen)
            }
            _ => Ok(chosen),
        }
    }

    /// As [`Confiner::backend`], without starting anything: what was not tried yet counts as working.
    pub(super) fn expected(&self, agent: &str) -> Result<(), String> {
        // Only where a whole network is as good as none may there be no sandbox at all.
        let may_be_none = self.rules.sandbox.network != Network::ModelHostOnly;
        match self.rules.sandbox.kind {
            SandboxKind::None if may_be_none => return Ok(()),
            SandboxKind::Auto if may_be_none && !self.has_worked() => return Ok(()),
            _ => {}
        }
        let failed = |program: &Path, image: Option<&str>| {
            let remembered = self.remembered(program, image);
            remembered.and_then(|trial| trial.failed)
        };
        let bubblewrap = |bwrap: &Path| failed(bwrap, None);
        let container = |engine: &Engine| failed(&engine.program, Some(&engine.image));
        let chosen = self.backend_with(agent, &bubblewrap, &container);
        chosen.map(|_| ())
    }

    fn backend_with(
        &self,
        agent: &str,
        bubblewrap: &dyn Fn(&Path) -> Option<String>,
        container: &dyn Fn(&Engine) -> Option<String>,
    ) -> Result<(Backend, Option<String>), String> {
        let settings = self.rules.agents.settings.get(agent);
        let is_left_out = settings.is_some_and(|settings| settings.sandbox == Sandbox::None);
        if is_left_out && self.rules.sandbox.network == Network::ModelHostOnly {
            return Err(format!(
                "`sandbox.network: model-host-only` cannot work: `agents.settings.{agent}.sandbox` is `none`"
            ));
        }
        if is_left_out {
            return Ok((Backend::None, None));
        }
        let machine = Machine {
            find: &|name| self.find(name),
            bubblewrap,
            container,
            env: self.env,
            macos: cfg!(target_os = "macos"),
        };
        let chosen = sandbox::choose(&self.rules.sandbox, &machine)?;
        match &chosen {
            // What was confined yesterday is not unconfined today because a package or a setting went away.
            (Backend::None, Some(why)) if self.has_worked() => Err(format!(
                "the sandbox that worked here works no more: {why}; to go on without one write `sandbox: {{ kind: none }}`"
            )),
            _ => Ok(chosen),
        }
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        let path = self.env.raw("PATH").unwrap_or("/usr/bin:/bin".as_ref());
        proc::find_program(name.as_ref(), path, Path::new("/"))
    }

    /// The engine of an agent's containers, whether or not it works.
    pub(super) fn engine(&self, agent: &str) -> Option<Engine> {
        let settings = self.rules.agents.settings.get(agent);
        if settings.is_some_and(|settings| settings.sandbox == Sandbox::None) {
            return None;
        }
        sandbox::engine(&self.rules.sandbox, &|name| self.find(name), self.env)
    }

    /// Why no container could be started now; `None` where one could, or where none is asked for. For a child that ended as
    /// the client of an engine does that could not start it.
    pub(super) fn cannot_start(&self, agent: &str, status: i32) -> Option<String> {
        if !ENGINE_STATUS.contains(&status) || self.engine(agent).is_none() {
            return None;
        }
        self.forget();
        self.backend(agent).err()
    }

    /// Which setting leaves the runs of an agent unconfined, where one does.
    pub(super) fn by_name(&self, agent: &str) -> String {
        let settings = self.rules.agents.settings.get(agent);
        if settings.is_some_and(|settings| settings.sandbox == Sandbox::None) {
            format!("`agents.settings.{agent}.sandbox` is none")
        } else {
            "`sandbox.kind` is none, by the profile or by ACP_SANDBOX".to_owned()
        }
    }

    /// Whether runs of this profile have been confined by what `auto` found.
    fn has_worked(&self) -> bool {
        self.worked_mark().exists()
    }

    fn note_that_it_works(&self) {
        if self.rules.sandbox.kind == SandboxKind::Auto && !self.has_worked() {
            // A lost mark is written by the next run.
            let _not_noted = durable::write_quick(&self.worked_mark(), b"");
        }
    }

    fn worked_mark(&self) -> PathBuf {
        self.layout.folder("sandbox-worked")
    }

    /// Why bubblewrap does not work here: tried once per boot. The error is why that cannot be told now.
    fn trial(&self, bwrap: &Path) -> Result<Option<String>, String> {
        if let Some(trial) = self.remembered(bwrap, None) {
            return Ok(trial.failed);
        }
        let failed = sandbox::bubblewrap_works(bwrap, self.clock)?;
        self.remember(bwrap, None, failed.clone());
        Ok(failed)
    }

    /// The same of a container.
    fn trial_of_engine(&self, engine: &Engine) -> Result<Option<String>, String> {
        let image = Some(engine.image.as_str());
        if let Some(trial) = self.remembered(&engine.program, image) {
            return Ok(trial.failed);
        }
        // Others may try it now too: the folder stays, and what is written there has a name of its own.
        let name = own_name(self.layout, TRIAL);
        let folder = self.layout.folder(TRIAL);
        durable::create_dirs(&folder).map_err(|error| error.to_string())?;
        let mark = folder.join(&name);
        let rules = &self.rules.sandbox;
        let tried = sandbox::container_works(engine, rules, &mark, &name, self.clock);
        let owner = mark.metadata().map(|meta| meta.uid());
        let _left = durable::remove_file(&mark);
        let me = rustix::process::geteuid().as_raw();
        let failed = match (tried?, owner) {
            (None, Ok(owner)) if owner == me => None,
            (None, Ok(owner)) => Some(format!(
                "what it writes belongs to the user {owner} and not to {me}"
            )),
            (None, Err(_)) => Some("what it writes does not arrive on this machine".to_owned()),
            (why, _) => why,
        };
        self.remember(&engine.program, image, failed.clone());
        Ok(failed)
    }

    /// Has the next start try the sandbox again: what was noted of it does not hold any more, it seems.
    fn forget(&self) {
        // It is forgotten after a while all the same, where it failed; where it works, it works.
        let _kept = durable::remove_file(&self.note());
    }

    fn remember(&self, program: &Path, image: Option<&str>, failed: Option<String>) {
        let trial = Trial {
            boot: ProcessMark::of_self().boot_id,
            program: program.to_owned(),
            image: image.map(str::to_owned),
            at: self.clock.now(),
            failed,
        };
        // A lost note costs another trial.
        let _not_noted = durable::write_quick(&self.note(), &durable::encode_record(&trial));
    }

    fn remembered(&self, program: &Path, image: Option<&str>) -> Option<Trial> {
        let trial: Trial = durable::read_record(&self.note()).ok()??;
        let age = self.clock.now().duration_since(trial.at);
        let failed_for = image.map_or(FAILED_FOR, |_| ENGINE_FAILED_FOR);
        let lasts = trial.failed.is_none() || (age >= SignedDuration::ZERO && age < failed_for);
        let same = trial.program == program
            && trial.image.as_deref() == image
            && trial.boot == ProcessMark::of_self().boot_id;
        (lasts && same).then_some(trial)
    }

    fn note(&self) -> PathBuf {
        self.layout.folder("sandbox.json")
    }
}

/// What is particular to one child.
pub(super) struct Shown<'a> {
    /// Its run's name on this machine.
    pub(super) key: &'a str,
    /// The agent's own files below HOME; setup and verify commands have none.
    pub(super) login: &'a [&'a str],
    pub(super) vars: &'a Vars,
    pub(super) worktree: &'a Path,
    /// What it has instead of a network.
    pub(super) way: Option<Way>,
    /// The disk of which it sees a part.
    pub(super) disk: &'a dyn Disk,
}

/// `cmd` confined by `backend`.
///
/// # Errors
/// Why it cannot be; it must not be started then.
pub(super) fn confined(
    cmd: Cmd,
    backend: &Backend,
    around: &Surroundings<'_>,
    rules: &SandboxRules,
    shown: &Shown<'_>,
) -> Result<Cmd, String> {
    if *backend == Backend::None && rules.file_bytes_max == 0 && rules.memory_bytes_max == 0 {
        return Ok(cmd);
    }
    let path = shown.vars.get(OsStr::new("PATH"));
    let found = path.and_then(|path| proc::find_program(cmd.program(), path, Path::new("/")));
    if let Backend::Container(_) = backend {
        // What the image has itself is found by its own PATH.
        let shown_too = found.filter(|program| !sandbox::is_of_an_image(program));
        let args = cmd.arguments().to_vec();
        let cmd = match &shown_too {
            Some(program) => cmd.wrapped(program.into(), args),
            None => cmd,
        };
        let wanted = Wanted {
            of_an_image: true,
            ..wanted(shown_too, around, rules, shown)
        };
        let view = View::new(&wanted, shown.disk)?;
        return Ok(backend.wrap(cmd, &view, rules, shown.key));
    }
    // What starts it says only that it failed: whether the program is there is looked at before.
    let Some(program) = found else {
        let name = cmd.program().to_string_lossy().into_owned();
        return Err(format!("there is no program `{name}` on PATH"));
    };
    if let Some(interpreter) = proc::missing_interpreter(&program) {
        let (program, missing) = (program.display(), interpreter.display());
        return Err(format!("`{program}` needs {missing}, which is not there"));
    }
    let args = cmd.arguments().to_vec();
    let cmd = cmd.wrapped(program.clone().into(), args);
    let view = match backend {
        Backend::None => View::default(),
        _ => View::new(&wanted(Some(program), around, rules, shown), shown.disk)?,
    };
    Ok(backend.wrap(cmd, &view, rules, shown.key))
}

fn wanted(
    program: Option<PathBuf>,
    around: &Surroundings<'_>,
    rules: &SandboxRules,
    shown: &Shown<'_>,
) -> Wanted {
    let path = shown.vars.get(OsStr::new("PATH"));
    let folders: Vec<PathBuf> = path
        .map(|path| std::env::split_paths(path).collect())
        .unwrap_or_default();
    let home = Home::from_env(around.env);
    let own = home
        .into_iter()
        .flat_map(|home| [home.config, home.state, home.cache]);
    Wanted {
        home: around.env.path("HOME").filter(|home| home.is_absolute()),
        // Of the folder that acp itself is in, its binary is all that a run needs.
        path: match folders.split_last() {
            Some((last, rest)) if Some(last.as_path()) == around.acp.parent() => rest.to_vec(),
            _ => folders,
        },
        programs: program.into_iter().chain([around.acp.to_owned()]).collect(),
        login: shown.login.iter().map(PathBuf::from).collect(),
        read: rules.read.clone(),
        write: rules.write.clone(),
        own: own.collect(),
        worktree: shown.worktree.to_owned(),
        repo_git: around.layout.repo_git(),
        way: shown.way.clone(),
        of_an_image: false,
    }
}

/// A name on this machine for what belongs to this process and to no run.
pub(super) fn own_name(layout: &Layout, what: &str) -> String {
    let home = crc32fast::hash(layout.root().as_os_str().as_encoded_bytes());
    format!("acp-{what}-{home:08x}-{}", std::process::id())
}

/// Ends the container of a run, when its sandbox is one.
///
/// # Errors
/// Why it may still be there, and change what nobody may use then.
pub(super) fn end_container(
    confiner: &Confiner<'_>,
    agent: &str,
    key: &str,
) -> Result<(), WorkerError> {
    let Some(engine) = confiner.engine(agent) else {
        return Ok(());
    };
    sandbox::end_container(&engine, key, confiner.clock).map_err(|why| {
        WorkerError::Sandbox(format!(
            "the container `{key}` cannot be ended: `{} rm --force {key}`: {why}",
            engine.program.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::testing::rules;
    use super::*;
    use crate::store::Store;
    use crate::sys::SystemClock;

    /// Also where it was not tried yet: without a sandbox there would be a whole network.
    #[test]
    fn a_network_for_the_model_alone_needs_a_sandbox() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&rules().id));
        let clock = SystemClock::new();
        let env = Env::from_pairs([("PATH", root.path().join("bin"))]);
        let mut rules = rules();
        rules.sandbox.network = Network::ModelHostOnly;
        for (of_agent, kind, why) in [
            (
                Sandbox::None,
                SandboxKind::Auto,
                "`agents.settings.command.sandbox` is `none`",
            ),
            (
                Sandbox::Auto,
                SandboxKind::Auto,
                "model-host-only` cannot work",
            ),
            (Sandbox::Auto, SandboxKind::None, "`sandbox.kind` is `none`"),
            (
                Sandbox::Auto,
                SandboxKind::Podman,
                "`sandbox.kind` is `podman`",
            ),
        ] {
            rules.agents.settings.get_mut("command").unwrap().sandbox = of_agent;
            rules.sandbox.kind = kind;
            let confiner = Confiner {
                layout: store.layout(),
                env: &env,
                clock: &clock,
                rules: &rules,
            };
            let whys = [
                confiner.backend("command").unwrap_err(),
                confiner.expected("command").unwrap_err(),
            ];
            assert!(whys.iter().all(|said| said.contains(why)), "{whys:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_sandbox_that_has_worked_is_not_given_up() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&rules().id));
        durable::create_dirs(&store.layout().folder("x")).unwrap();
        let clock = SystemClock::new();
        let env = Env::from_pairs([("PATH", root.path().join("bin"))]);
        let mut rules = rules();
        rules.agents.settings.get_mut("command").unwrap().sandbox = Sandbox::Auto;
        rules.sandbox.kind = SandboxKind::Auto;
        let with = |rules: &Rules| {
            let confiner = Confiner {
                layout: store.layout(),
                env: &env,
                clock: &clock,
                rules,
            };
            let backend = confiner.backend("command").map(|(backend, _)| backend);
            (backend, confiner.expected("command"))
        };
        let bwrap = root.path().join("bin/bwrap");
        let put = |text: &[u8]| {
            durable::create_dirs(bwrap.parent().unwrap()).unwrap();
            durable::write_quick(&bwrap, text).unwrap();
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&bwrap, mode).unwrap();
        };

        assert_eq!(with(&rules), (Ok(Backend::None), Ok(())));
        // It is there and cannot even be started: that says nothing of sandboxes.
        put(b"\x7fELF of another machine");
        let (backend, expected) = with(&rules);
        assert!(backend.unwrap_err().contains("cannot be told"));
        assert_eq!(expected, Ok(()));
        put(b"#!/bin/sh\n");
        assert_eq!(
            with(&rules),
            (Ok(Backend::Bubblewrap(bwrap.clone())), Ok(()))
        );
        durable::remove_file(&bwrap).unwrap();
        let (backend, expected) = with(&rules);
        assert!(backend.unwrap_err().contains("kind: none"));
        assert!(expected.unwrap_err().contains("works no more"));
        rules.sandbox.kind = SandboxKind::None;
        assert_eq!(with(&rules), (Ok(Backend::None), Ok(())));
    }
}
