//! The way to the model's hosts, where the sandbox has no network besides.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::agent::Agent;
use crate::domain::{NetPlace, Network, Run};
use crate::durable;
use crate::sandbox::door::Door;

use super::supervise::Worker;
use super::surroundings::Vars;

/// The port of a host that is named without one.
const HTTPS: u16 = 443;

/// The door of a run, and where it is.
pub(super) struct Way {
    door: Door,
    folder: PathBuf,
}

impl Way {
    /// Opens the door of a run's agent; `None` where it has the machine's network, or none.
    ///
    /// # Errors
    /// Why there can be none; the agent must not be started then.
    pub(super) fn open(
        worker: &Worker<'_>,
        run: &Run,
        agent: &dyn Agent,
        vars: &Vars,
    ) -> Result<Option<Self>, String> {
        let rules = &worker.ctx.rules.sandbox;
        if rules.network != Network::ModelHostOnly || !worker.is_confined(run) {
            return Ok(None);
        }
        let places = places(agent, vars, &rules.hosts)?;
        let folder = worker.around.layout.run(&run.id).join("door");
        let made = durable::create_dirs(&folder)
            .and_then(|()| durable::remove_file(&Door::socket(&folder)));
        made.map_err(|error| error.to_string())?;
        let door = Door::open(&folder, places)
            .map_err(|error| format!("the way to the model's host cannot be opened: {error}"))?;
        Ok(Some(Self { door, folder }))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Closes it, and says what the agent asked for besides.
    pub(super) fn close(self) -> Vec<String> {
        let refused = self.door.refused();
        drop(self.door);
        // A socket that nobody listens to leads nowhere; the next start removes what is left.
        let _left = durable::remove_tree(&self.folder);
        refused
    }
}

/// Where an agent may go: to where its variables lead, else to where its program goes by itself, and to what the profile names.
fn places(agent: &dyn Agent, vars: &Vars, more: &[String]) -> Result<BTreeSet<NetPlace>, String> {
    let hosts = agent.hosts();
    let mut places = BTreeSet::new();
    for name in hosts.vars {
        let Some(url) = vars.get(OsStr::new(name)) else {
            continue;
        };
        let place = url.to_str().and_then(NetPlace::of_url);
        places.insert(place.ok_or_else(|| format!("`{name}` is no address of a server"))?);
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
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::by_name;

    #[test]
    fn an_agent_goes_where_its_settings_lead_and_nowhere_else() {
        let of = |name: &str, vars: &[(&str, &str)], more: &[&str]| {
            let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
            let more: Vec<String> = more.iter().map(|host| (*host).to_owned()).collect();
            let places = places(by_name(name).unwrap(), &vars.collect(), &more)?;
            Ok::<_, String>(
                places
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        };
        assert!(
            of("claude", &[], &[])
                .unwrap()
                .contains("api.anthropic.com:443")
        );
        let proxy = [("ANTHROPIC_BASE_URL", "http://127.0.0.1:8080/x")];
        assert_eq!(of("claude", &proxy, &[]).unwrap(), "127.0.0.1:8080");
        let both = of("claude", &proxy, &["mirror.example.org", "a.b:1"]).unwrap();
        assert_eq!(both, "127.0.0.1:8080 a.b:1 mirror.example.org:443");
        assert!(of("claude", &[("ANTHROPIC_BASE_URL", "nowhere")], &[]).is_err());
        assert!(of("command", &[], &[]).is_err());
        assert_eq!(of("command", &[], &["a"]).unwrap(), "a:443");
        // A host that a program is known to need is one that can be read.
        for agent in crate::agent::all() {
            assert!(of(agent.name(), &[], &["a"]).is_ok(), "{}", agent.name());
        }
    }
}
