//! The way to the model's hosts, where the sandbox has no network besides.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::agent::Agent;
use crate::domain::{NetPlace, Network, Run};
use crate::durable::{self, crash_point};
use crate::sandbox::Way;
use crate::sandbox::door::Door;

use super::supervise::Worker;
use super::surroundings::Vars;

/// The port of a host that is named without one.
const HTTPS: u16 = 443;
/// Ports below are the system's, also inside.
const PORT_MIN: u16 = 1024;

/// The door of a run's agent while it works.
pub(super) struct OpenDoor {
    door: Option<Door>,
    folder: PathBuf,
    direct: Vec<NetPlace>,
}

impl OpenDoor {
    /// Opens the door of a run's agent; `None` where it has the machine's network, or none.
    ///
    /// # Errors
    /// Why there can be none; the agent must not be started then.
    pub(super) fn of(
        worker: &Worker<'_>,
        run: &Run,
        agent: &dyn Agent,
        vars: &Vars,
    ) -> Result<Option<Self>, String> {
        let rules = &worker.ctx.rules.sandbox;
        if rules.network != Network::ModelHostOnly {
            return Ok(None);
        }
        let places = places(agent, vars, &rules.hosts)?;
        let direct = places.iter().filter(|place| place.is_this_machine());
        let direct = direct.cloned().collect();
        let folder = worker.around.layout.door(&run.id);
        // One that a supervisor before this one has left leads nowhere.
        let made = durable::create_dirs(&folder)
            .and_then(|()| durable::remove_file(&Door::socket(&folder)));
        made.map_err(|error| cannot(&error))?;
        let door = Door::open(&folder, places).map_err(|error| cannot(&error))?;
        crash_point("worker.door_open");
        Ok(Some(Self {
            door: Some(door),
            folder,
            direct,
        }))
    }

    /// How the agent's sandbox leads to it.
    pub(super) fn way(&self, worker: &Worker<'_>) -> Way {
        Way {
            folder: self.folder.clone(),
            acp: worker.around.acp.to_owned(),
            direct: self.direct.clone(),
        }
    }

    /// Closes it, and says what the agent asked for besides.
    pub(super) fn close(self) -> Vec<String> {
        let refused = self.door.as_ref().map(Door::refused);
        refused.unwrap_or_default()
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        drop(self.door.take());
        // A socket that nobody listens to leads nowhere, and goes when the run is archived.
        let _left = durable::remove_tree(&self.folder);
    }
}

fn cannot(error: &dyn std::error::Error) -> String {
    format!("the way to the model's host cannot be opened: {error}")
}

/// Where an agent may go: to where its variables lead, else to where its program goes by itself, and to what the profile names.
///
/// # Errors
/// Why that is nowhere, or cannot be told.
pub(super) fn places(
    agent: &dyn Agent,
    vars: &Vars,
    more: &[String],
) -> Result<BTreeSet<NetPlace>, String> {
    let hosts = agent.hosts();
    let mut places = BTreeSet::new();
    for name in hosts.vars {
        let Some(url) = vars.get(OsStr::new(name)) else {
            continue;
        };
        let place = url.to_str().and_then(NetPlace::of_url);
        places.insert(place.ok_or_else(|| {
            format!("`{name}` is no address of a server: expected `https://HOST` or `http://HOST:PORT`, without a login")
        })?);
    }
    let known = if places.is_empty() { hosts.known } else { &[] };
    let named = known.iter().copied().chain(more.iter().map(String::as_str));
    for host in named {
        let place = NetPlace::parse(host, HTTPS);
        places.insert(place.ok_or_else(|| format!("`{host}` is no host"))?);
    }
    if places.is_empty() {
        return Err(format!(
            "acp does not know the hosts of `{}`: name them in `sandbox.hosts`",
            agent.name()
        ));
    }
    let closed = |place: &&NetPlace| place.is_this_machine() && place.port() < PORT_MIN;
    match places.iter().find(closed) {
        Some(place) => Err(format!(
            "{place} cannot be had inside the sandbox: let the model listen on a port of {PORT_MIN} or more"
        )),
        None => Ok(places),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;
    use crate::agent::by_name;
    use crate::domain::Task;

    #[test]
    fn an_agent_goes_where_its_settings_lead_and_nowhere_else() {
        let of = |name: &str, vars: &[(&str, &str)], more: &[&str]| {
            let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
            let more: Vec<String> = more.iter().map(|host| (*host).to_owned()).collect();
            let places = places(by_name(name).unwrap(), &vars.collect(), &more)?;
            let texts: Vec<String> = places.iter().map(ToString::to_string).collect();
            Ok::<_, String>(texts.join(" "))
        };
        let known = of("claude", &[], &[]).unwrap();
        assert!(known.contains("api.anthropic.com:443"), "{known}");
        let own = [("ANTHROPIC_BASE_URL", "http://127.0.0.1:8080/x")];
        assert_eq!(of("claude", &own, &[]).unwrap(), "127.0.0.1:8080");
        let both = of("claude", &own, &["mirror.example.org", "a.b:1"]).unwrap();
        assert_eq!(both, "127.0.0.1:8080 a.b:1 mirror.example.org:443");
        // That of another agent leads it nowhere.
        assert_eq!(of("codex", &own, &[]), of("codex", &[], &[]));
        for (name, vars, more) in [
            ("claude", &[("ANTHROPIC_BASE_URL", "nowhere")][..], &[][..]),
            (
                "claude",
                &[("ANTHROPIC_BASE_URL", "https://me:secret@a.example.com")],
                &[],
            ),
            (
                "claude",
                &[("ANTHROPIC_BASE_URL", "http://localhost:80")],
                &[],
            ),
            ("ollama", &[], &["localhost"]),
            ("command", &[], &[]),
            ("opencode", &[], &[]),
        ] {
            let why = of(name, vars, more).unwrap_err();
            assert!(!why.contains("secret"), "{why}");
        }
        assert_eq!(of("command", &[], &["a"]).unwrap(), "a:443");
        // What a program is known to need is what can be read.
        for agent in crate::agent::all() {
            assert!(of(agent.name(), &[], &["a"]).is_ok(), "{}", agent.name());
        }
    }

    /// It would have no network, or all of it.
    #[test]
    fn an_agent_whose_way_to_its_model_cannot_be_opened_is_not_started() {
        for (hosts, blocked, why) in [
            (&[][..], false, "`sandbox.hosts`"),
            (
                &["a.b"],
                true,
                "the way to the model's host cannot be opened",
            ),
        ] {
            let mut bench = Bench::new(Task::Implement);
            bench.rules.repo.setup.clear();
            bench.rules.sandbox.network = Network::ModelHostOnly;
            bench.rules.sandbox.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
            if blocked {
                let door = bench.store.layout().door(&bench.run.id);
                durable::write_quick(&door, b"no folder").unwrap();
            }
            bench.supervise().unwrap();
            let (outcome, _) = bench.end();
            let reason = outcome.reason().unwrap();
            assert!(reason.starts_with("could-not-start: "), "{reason}");
            assert!(reason.contains(why), "{reason}");
            assert!(bench.children.started.borrow().is_empty());
        }
    }
}
