//! What holds work back on purpose: holds and cooldowns.

use super::check::{Case, Finding, Ground};
use crate::engine::CREDENTIAL_HOLD;
use crate::forge::remote::blocks;
use crate::ui::words::relative;

/// Holds and cooldowns of a profile.
pub(super) fn look(case: &Case) -> Vec<Finding> {
    let now = case.ground.machine.now();
    let mut found = vec![];
    // What cannot be read is named by the check of the records.
    for (_, hold) in case.store.holds().list().unwrap_or_default() {
        let clear = case.acp(&format!("hold clear {}", hold.name));
        let meaning = format!("hold `{}` by {}: {}", hold.name, hold.by, hold.reason);
        found.push(if hold.name == CREDENTIAL_HOLD {
            Finding::failed("holds", meaning).mend(clear)
        } else {
            Finding::warning("holds", meaning).mend(clear)
        });
    }
    for (key, cooldown) in case.store.cooldowns().list().unwrap_or_default() {
        if cooldown.until <= now {
            continue;
        }
        let until = relative(cooldown.until, now);
        let meaning = format!("`{key}` cools down, again {until}: {}", cooldown.reason);
        let clear = case.acp(&format!("cooldown clear {key}"));
        found.push(Finding::warning("cooldowns", meaning).mend(clear));
    }
    if found.is_empty() {
        found.push(Finding::ok(
            "holds",
            "nothing is held and nothing cools down",
        ));
    }
    found
}

/// What the forges of this user allow at the moment.
pub(super) fn limits(ground: &Ground) -> Vec<Finding> {
    let now = ground.machine.now();
    let found = |block: crate::forge::remote::Block| {
        let until = relative(block.until, now);
        let meaning = format!("{} takes calls again {until}: {}", block.host, block.why);
        Finding::warning("limits", meaning).mend("acp cooldown list")
    };
    blocks(&ground.home.state, now)
        .into_iter()
        .map(found)
        .collect()
}
