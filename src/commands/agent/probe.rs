//! `acp agent probe`: one agent, closely.

use std::io::{self, Write};

use serde::Serialize;

use super::{Agents, Seen};
use crate::agent::{self, Agent};
use crate::commands::{Session, Verb};
use crate::ui::words::{clean, relative};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Shows where an agent's program is, its version, what shows a login (names, never what is in them), what it can do, and
/// whether it sleeps. Asks the program for its version; starts no model.
///
/// Ends with 69 when the agent cannot start. Lines of --plain: key and value.
#[derive(clap::Args)]
pub(crate) struct Probe {
    /// The agent: a backend, or a name of the profile's settings
    name: String,
}

#[derive(Serialize)]
struct Probed {
    #[serde(flatten)]
    seen: Seen,
    about: Option<&'static str>,
    abilities: Can,
}

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent answers, as in `Abilities`"
)]
struct Can {
    structured: bool,
    resume: bool,
    cost: bool,
    sandbox: bool,
}

impl Verb for Probe {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let agents = Agents::open(session)?;
        let names = agents.names();
        if !names.contains(&self.name) {
            let what = format!("there is no agent `{}`", clean(&self.name));
            return Err(CliError::new(Exit::Missing, what)
                .hint(format!("the profile can use {}", names.join(", "))));
        }
        let seen = agents.look(session, &self.name);
        let adapter = agent::by_name(&seen.backend);
        let can = adapter.map(Agent::abilities).unwrap_or_default();
        let can_start = !matches!(
            seen.state,
            "not-found" | "no-program" | "not-in-this-version"
        );
        let probed = Probed {
            seen,
            about: adapter.map(Agent::about),
            abilities: Can {
                structured: can.structured,
                resume: can.resume,
                cost: can.cost,
                sandbox: can.sandbox,
            },
        };
        let output = Output::of(probed);
        Ok(if can_start {
            output
        } else {
            output.exit(Exit::Unavailable)
        })
    }
}

impl Probed {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let seen = &self.seen;
        let can = [
            (self.abilities.structured, "structured output"),
            (self.abilities.resume, "resume"),
            (self.abilities.cost, "cost"),
            (self.abilities.sandbox, "own sandbox"),
        ];
        let can: Vec<&str> = can
            .iter()
            .filter(|(yes, _)| *yes)
            .map(|(_, word)| *word)
            .collect();
        let program = seen.program.as_ref().map(|path| path.display().to_string());
        let all = [
            ("name", Some(seen.name.clone())),
            ("about", self.about.map(str::to_owned)),
            ("backend", Some(seen.backend.clone())),
            ("account", Some(seen.account.clone())),
            ("model", seen.model.clone()),
            ("state", Some(seen.state.to_owned())),
            ("until", seen.until.map(|at| at.to_string())),
            ("why", seen.why.clone()),
            ("program", program),
            ("version", seen.version.clone()),
            (
                "tried with",
                Some(seen.tried_with.unwrap_or("never").to_owned()),
            ),
            ("login", Some(seen.login.join(", "))),
            ("can", Some(can.join(", "))),
        ];
        let known = all
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        known.filter(|(_, value)| !value.is_empty()).collect()
    }
}

impl Render for Probed {
    const SCHEMA: &'static str = "acp.agent.probe/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for (key, value) in self.fields() {
            let value = match (key, self.seen.until) {
                ("until", Some(at)) => relative(at, style.now),
                _ => clean(&value),
            };
            writeln!(out, "{key:<11} {value}")?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.fields()
            .iter()
            .try_for_each(|(key, value)| plain_line(out, &[key, value]))
    }
}
