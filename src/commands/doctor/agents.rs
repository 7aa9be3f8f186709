//! Whether the agents of a profile can start, and whether somebody has logged them in.

use super::check::{Case, Finding};
use crate::agent;
use crate::commands::agent::evidence;
use crate::domain::Rules;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let Some(rules) = &case.rules else {
        return vec![];
    };
    let names = rules.agents.in_order();
    let missing = |name: &&str| case.ground.machine.agent_missing(rules, name);
    let usable = names.iter().any(|name| missing(name).is_none());
    let found = |name: &&str| match missing(name) {
        None => ready(case, rules, name),
        Some(why) if usable => {
            let meaning = format!("{name} cannot start, others can: {why}");
            Finding::warning("agent", meaning).mend(case.acp(&format!("agent probe {name}")))
        }
        Some(why) => {
            let meaning = format!("{name} cannot start, so nothing is launched: {why}");
            Finding::failed("agent", meaning).mend(format!("acp profile show {}", case.id))
        }
    };
    names.iter().map(found).collect()
}

/// An agent that can start: its version, and what shows a login. No model is asked: `acp agent test` does that.
fn ready(case: &Case, rules: &Rules, name: &str) -> Finding {
    let machine = &case.ground.machine;
    let (backend, settings) = (rules.agents.backend(name), rules.agents.settings.get(name));
    let can_start = format!("{name} can start");
    let Some(adapter) = agent::by_name(backend) else {
        return Finding::ok("agent", can_start);
    };
    let login = adapter.login();
    let wants_login = !login.env.is_empty() || !login.files.is_empty();
    if wants_login && evidence(machine.env(), &login, settings).is_empty() {
        let meaning = format!("{can_start}, and nothing shows that somebody has logged it in");
        return Finding::warning("agent", meaning).mend(login.how);
    }
    let is_shell = settings.is_some_and(|settings| settings.shell.is_some());
    let program = settings.and_then(|settings| adapter.program(settings));
    let version = program
        .filter(|_| !is_shell && backend != "command")
        .and_then(|program| machine.version_of(&program));
    let version = version.map_or(String::new(), |version| format!(" ({version})"));
    Finding::ok("agent", format!("{can_start}{version}"))
}
