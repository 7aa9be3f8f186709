//! Whether the agents of a profile can start.

use super::check::{Case, Finding};

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let Some(rules) = &case.rules else {
        return vec![];
    };
    let names = rules.agents.in_order();
    let missing = |name: &&str| case.ground.machine.agent_missing(rules, name);
    let usable = names.iter().any(|name| missing(name).is_none());
    let found = |name: &&str| match missing(name) {
        None => Finding::ok("agent", format!("{name} can start")),
        Some(why) if usable => {
            Finding::warning("agent", format!("{name} cannot start, others can: {why}"))
        }
        Some(why) => {
            let meaning = format!("{name} cannot start, so nothing is launched: {why}");
            Finding::failed("agent", meaning).mend(format!("acp profile show {}", case.id))
        }
    };
    names.iter().map(found).collect()
}
