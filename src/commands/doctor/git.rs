//! Whether there is a git that is new enough.

use super::check::{Finding, Ground};

pub(super) fn look(ground: &Ground) -> Vec<Finding> {
    vec![match ground.machine.git_version() {
        Ok(version) => Finding::ok("git", version),
        Err(why) => {
            Finding::failed("git", format!("{why}; nothing works without it")).mend("git --version")
        }
    }]
}
