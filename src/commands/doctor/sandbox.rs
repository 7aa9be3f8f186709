//! What confines the agents of a profile, and whether it does: a trial from inside.

use super::check::{Case, Finding};

/// What a machine without bubblewrap types.
const GET_BUBBLEWRAP: &str = "sudo apt-get install bubblewrap || sudo dnf install bubblewrap";

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let Some(rules) = &case.rules else {
        return vec![];
    };
    let machine = &case.ground.machine;
    let names = rules.agents.in_order();
    // Those that cannot start are named by the check of the agents.
    let usable = names
        .iter()
        .find(|name| machine.agent_missing(rules, name).is_none());
    let Some(agent) = usable else {
        return vec![];
    };
    let show = format!("acp profile show {}", case.id);
    let proof = match machine.sandbox(rules, agent) {
        Ok(proof) => proof,
        Err(why) => return vec![Finding::failed("sandbox", why).mend(show)],
    };
    if proof.findings.is_empty() {
        let all_yours = "agents run unconfined, with all that is yours in reach";
        let (meaning, command) = if let Some(why) = proof.missing {
            (format!("{all_yours}: {why}"), GET_BUBBLEWRAP.to_owned())
        } else {
            (format!("`sandbox.kind` is none: {all_yours}"), show)
        };
        return vec![Finding::warning("sandbox", meaning).mend(command)];
    }
    let broken = proof.findings.iter().filter(|finding| !finding.holds);
    let mut found: Vec<Finding> = broken
        .map(|finding| {
            let meaning = format!(
                "{} does not keep its promise: {}",
                proof.backend, finding.what
            );
            Finding::failed("sandbox", meaning).mend(show.clone())
        })
        .collect();
    if found.is_empty() {
        let count = proof.findings.len();
        let meaning = format!(
            "{}: tried {count} ways out from inside, none is open",
            proof.backend
        );
        found.push(Finding::ok("sandbox", meaning));
    }
    found
}
