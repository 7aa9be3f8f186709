//! What this kind of machine cannot do.

use super::check::{Finding, Ground};

pub(super) fn look(_ground: &Ground) -> Vec<Finding> {
    if cfg!(target_os = "linux") {
        return vec![];
    }
    let meaning = "this system has neither cgroups nor /proc: an agent that starts a session of its own and forks away \
                   is ended only while its parents are known";
    vec![Finding::warning("processes", meaning)]
}
