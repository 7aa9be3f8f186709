//! What was asked and written, counted for invariants and benchmarks.

use std::collections::BTreeMap;

/// Counts since the model began, or since they were last taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Requests that reached the forge.
    pub requests: u64,
    /// Those that counted against the primary limit.
    pub charged: u64,
    /// Requests by method and path, numbers and names replaced: `GET /repos/{o}/{r}/issues/{n}`.
    pub by_route: BTreeMap<String, u64>,
    /// Answers by status.
    pub by_status: BTreeMap<u16, u64>,
    /// What requests wrote, by kind: `issue`, `pull`, `comment`, `review`, `label-added`, `merge`...
    pub writes: BTreeMap<String, u64>,
    /// Issues, pull requests, comments and reviews that requests made, by the id in acp's marker.
    pub by_marker: BTreeMap<String, u64>,
    /// Pull requests that requests opened, by head branch.
    pub pulls_by_head: BTreeMap<String, u64>,
    /// Merges, by pull request, whoever merged.
    pub merges: BTreeMap<u64, u64>,
    /// Secondary limits that requests broke, by name.
    pub violations: BTreeMap<String, u64>,
    /// Fates that requests met, by name.
    pub fates: BTreeMap<String, u64>,
}

impl Account {
    /// The markers that stand in more than one object: there must be none.
    pub fn written_twice(&self) -> Vec<&str> {
        let markers = self.by_marker.iter();
        let twice = markers.filter(|(_, n)| **n > 1);
        twice.map(|(id, _)| id.as_str()).collect()
    }

    /// Limits that were broken, other than two writes closer than a second.
    pub fn limits_broken(&self) -> u64 {
        let hasty = super::limits::Broken::Hasty.as_str();
        let broken = self.violations.iter().filter(|(name, _)| *name != hasty);
        broken.map(|(_, n)| n).sum()
    }

    pub(super) fn wrote(&mut self, kind: &str) {
        *self.writes.entry(kind.to_owned()).or_default() += 1;
    }

    pub(super) fn marked(&mut self, body: &str) {
        let markers = body.split("<!-- acp:").skip(1);
        for id in markers.filter_map(|rest| rest.split(" -->").next()) {
            *self.by_marker.entry(id.to_owned()).or_default() += 1;
        }
    }
}
