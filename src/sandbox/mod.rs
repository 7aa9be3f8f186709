//! Confinement of what a run starts: setup, agent and verify commands, all alike.
//!
//! [`View`] says what is there to be seen and changed; it is computed from the profile, the run and the machine and starts
//! nothing. A [`Backend`] turns a command into one that sees no more than that. One that cannot do so is an error: nothing
//! here runs a command unconfined because confining it failed.

mod bubblewrap;
mod container;
mod disk;
pub mod door;
mod limits;
mod seatbelt;
mod view;

pub use bubblewrap::works as bubblewrap_works;
pub use container::{CLIENT_VARIABLES, Engine, container_works, end_container, is_of_an_image};
pub use disk::{Disk, Kind, LocalDisk};
pub use view::{Access, Mount, View, Wanted, Way};

use std::path::{Path, PathBuf};

use crate::domain::{Network, SandboxKind, SandboxRules};
use crate::proc::Cmd;
use crate::sys::Env;

/// What confines on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// Nothing; limits hold all the same.
    None,
    /// `bwrap`, by its full path.
    Bubblewrap(PathBuf),
    /// `sandbox-exec`, by its full path.
    Seatbelt(PathBuf),
    /// `docker` or `podman`.
    Container(Engine),
}

impl Backend {
    /// The word for it in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bubblewrap(_) => "bubblewrap",
            Self::Seatbelt(_) => "seatbelt",
            Self::Container(_) => "container",
        }
    }

    /// `cmd` so that it sees `view` and nothing else, within the limits of `rules`. `key` names the run on this machine.
    ///
    /// A program that is not there is left as it is: starting it says so better than any sandbox.
    pub fn wrap(&self, cmd: Cmd, view: &View, rules: &SandboxRules, key: &str) -> Cmd {
        match self {
            Self::None => limits::around(cmd, rules, limits::Scope::OfTheUser),
            Self::Bubblewrap(bwrap) => {
                let limited = limits::around(cmd, rules, limits::Scope::OfTheSandbox);
                bubblewrap::around(&limited, bwrap, view, rules.network)
            }
            Self::Seatbelt(program) => {
                let limited = limits::around(cmd, rules, limits::Scope::OfTheUser);
                seatbelt::around(&limited, program, view, rules.network)
            }
            Self::Container(engine) => container::around(&cmd, engine, view, rules, key),
        }
    }
}

/// What a machine offers.
pub struct Machine<'a> {
    /// The file of a program on acp's own PATH.
    pub find: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// Why bubblewrap does not work here; `None` when it does.
    pub bubblewrap: &'a dyn Fn(&Path) -> Option<String>,
    /// Why an engine cannot run a container of its image here; `None` when it can.
    pub container: &'a dyn Fn(&Engine) -> Option<String>,
    /// acp's environment.
    pub env: &'a Env,
    /// Whether this is macOS.
    pub macos: bool,
}

/// The backend that `rules` ask for. With `auto` there may be none, and then `Ok((None, why))` says why.
///
/// # Errors
/// A kind that is named and cannot work here, with the reason and what to do.
pub fn choose(
    rules: &SandboxRules,
    machine: &Machine<'_>,
) -> Result<(Backend, Option<String>), String> {
    let named = |backend: Result<Backend, String>| {
        let kind = rules.kind.as_str();
        let found = backend.map_err(|why| format!("`sandbox.kind: {kind}` cannot work: {why}"));
        found.map(|backend| (backend, None))
    };
    if rules.network == Network::ModelHostOnly {
        // There is no next best: what could not be closed would be open.
        let found = if machine.macos {
            Err("it needs bubblewrap, which is for Linux".to_owned())
        } else {
            match rules.kind {
                SandboxKind::Auto | SandboxKind::Bubblewrap => bubblewrap(machine),
                kind => Err(format!(
                    "it needs bubblewrap, and `sandbox.kind` is `{}`",
                    kind.as_str()
                )),
            }
        };
        return match found {
            Ok(backend) => Ok((backend, None)),
            Err(why) => Err(format!(
                "`sandbox.network: model-host-only` cannot work: {why}"
            )),
        };
    }
    match rules.kind {
        SandboxKind::None => Ok((Backend::None, None)),
        SandboxKind::Auto => {
            let best = if machine.macos {
                seatbelt(machine)
            } else {
                bubblewrap(machine)
            };
            Ok(best.map_or_else(|why| (Backend::None, Some(why)), |found| (found, None)))
        }
        SandboxKind::Bubblewrap => named(bubblewrap(machine)),
        SandboxKind::Seatbelt => named(seatbelt(machine)),
        SandboxKind::Docker | SandboxKind::Podman => named(container(rules, machine)),
    }
}

fn bubblewrap(machine: &Machine<'_>) -> Result<Backend, String> {
    let bwrap = (machine.find)("bwrap");
    let bwrap = bwrap.ok_or("`bwrap` is not on PATH; install the package `bubblewrap`")?;
    match (machine.bubblewrap)(&bwrap) {
        None => Ok(Backend::Bubblewrap(bwrap)),
        Some(why) => Err(format!(
            "{} does not work here ({why}); user namespaces may be turned off",
            bwrap.display()
        )),
    }
}

fn seatbelt(machine: &Machine<'_>) -> Result<Backend, String> {
    if !machine.macos {
        return Err("only macOS has `sandbox-exec`".to_owned());
    }
    let found = (machine.find)("sandbox-exec").map(Backend::Seatbelt);
    found.ok_or_else(|| "`sandbox-exec` is not on PATH".to_owned())
}

fn container(rules: &SandboxRules, machine: &Machine<'_>) -> Result<Backend, String> {
    let name = rules.kind.as_str();
    if rules.image.is_none() {
        return Err("`sandbox.image` names no image".to_owned());
    }
    let engine = engine(rules, machine.find, machine.env);
    let engine = engine.ok_or_else(|| format!("`{name}` is not on PATH"))?;
    match (machine.container)(&engine) {
        None => Ok(Backend::Container(engine)),
        Some(why) => Err(format!(
            "{} cannot run a container of `{}` here ({why})",
            engine.program.display(),
            engine.image
        )),
    }
}

/// The engine that `rules` name, whether or not it works; `None` where they name none, or it is not on PATH.
pub fn engine(
    rules: &SandboxRules,
    find: &dyn Fn(&str) -> Option<PathBuf>,
    env: &Env,
) -> Option<Engine> {
    let is_podman = match rules.kind {
        SandboxKind::Docker => false,
        SandboxKind::Podman => true,
        _ => return None,
    };
    Some(Engine {
        program: find(rules.kind.as_str())?,
        is_podman,
        image: rules.image.clone().unwrap_or_default(),
        vars: container::client_variables(env),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(kind: SandboxKind, programs: &[&str], broken: bool, macos: bool) -> String {
        let find = |name: &str| {
            let there = programs.contains(&name);
            there.then(|| Path::new("/bin").join(name))
        };
        let machine = Machine {
            find: &find,
            bubblewrap: &|_| broken.then(|| "no permission".to_owned()),
            container: &|_| broken.then(|| "image not known".to_owned()),
            env: &Env::from_pairs([("HOME", "/h")]),
            macos,
        };
        let rules = SandboxRules {
            kind,
            image: Some("tools:1".to_owned()),
            ..SandboxRules::off()
        };
        match choose(&rules, &machine) {
            Ok((backend, None)) => backend.name().to_owned(),
            Ok((backend, Some(why))) => format!("{}: {why}", backend.name()),
            Err(why) => why,
        }
    }

    #[test]
    fn a_network_for_the_model_alone_is_never_replaced_by_a_whole_one() {
        let find = |name: &str| (name == "bwrap").then(|| PathBuf::from("/bin/bwrap"));
        let nothing = |_: &str| None;
        let choose_with = |kind, find: &dyn Fn(&str) -> Option<PathBuf>, macos| {
            let machine = Machine {
                find,
                bubblewrap: &|_| None,
                container: &|_| None,
                env: &Env::from_pairs([("HOME", "/h")]),
                macos,
            };
            let rules = SandboxRules {
                kind,
                network: Network::ModelHostOnly,
                ..SandboxRules::off()
            };
            choose(&rules, &machine).map(|(backend, _)| backend.name())
        };
        assert_eq!(
            choose_with(SandboxKind::Auto, &find, false),
            Ok("bubblewrap")
        );
        assert_eq!(
            choose_with(SandboxKind::Bubblewrap, &find, false),
            Ok("bubblewrap")
        );
        assert!(choose_with(SandboxKind::Auto, &nothing, false).is_err());
        assert!(choose_with(SandboxKind::Auto, &find, true).is_err());
        for kind in [
            SandboxKind::Docker,
            SandboxKind::None,
            SandboxKind::Seatbelt,
        ] {
            assert!(choose_with(kind, &find, false).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn a_named_kind_that_cannot_work_is_never_replaced() {
        use SandboxKind::{Auto, Bubblewrap, Docker, None, Podman, Seatbelt};
        for (kind, programs, broken, macos, expected) in [
            (None, &["bwrap"][..], false, false, "none"),
            (Auto, &["bwrap"], false, false, "bubblewrap"),
            (Auto, &[], false, false, "none: `bwrap` is not on PATH"),
            (
                Auto,
                &["bwrap"],
                true,
                false,
                "none: /bin/bwrap does not work here (no permission)",
            ),
            (Auto, &["bwrap", "sandbox-exec"], false, true, "seatbelt"),
            (Bubblewrap, &["bwrap"], false, false, "bubblewrap"),
            (
                Bubblewrap,
                &[],
                false,
                false,
                "`sandbox.kind: bubblewrap` cannot work: `bwrap` is not on",
            ),
            (
                Bubblewrap,
                &["bwrap"],
                true,
                false,
                "`sandbox.kind: bubblewrap` cannot work: /bin/bwrap does",
            ),
            (
                Seatbelt,
                &["sandbox-exec"],
                false,
                false,
                "`sandbox.kind: seatbelt` cannot work: only macOS",
            ),
            (
                Docker,
                &["podman"],
                false,
                false,
                "`sandbox.kind: docker` cannot work: `docker` is not",
            ),
            (Podman, &["podman"], false, false, "container"),
            (
                Podman,
                &["podman"],
                true,
                false,
                "`sandbox.kind: podman` cannot work: /bin/podman cannot run a container of `tools:1` here (image not known)",
            ),
        ] {
            let found = chosen(kind, programs, broken, macos);
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
