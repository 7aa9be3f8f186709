//! Statuses and check runs of commits.

use std::collections::BTreeMap;

use super::{Problem, World, invalid};
use crate::domain::Sha;
use crate::forge::fake::state::{CheckRun, Status};

/// How many statuses a commit takes for one context.
const STATUSES_MAX: usize = 1000;

/// How one context stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    Pending,
    Bad,
}

impl World<'_> {
    /// Writes a status.
    pub(in crate::forge::fake) fn set_status(
        &mut self,
        actor: &str,
        sha: &Sha,
        context: &str,
        state: &str,
        texts: (Option<&str>, Option<&str>),
    ) -> Result<u64, Problem> {
        self.writable()?;
        if !self.repo.has(sha)? {
            let message = Some(format!("No commit found for SHA: {sha}"));
            return invalid("Status", None, "custom", message);
        }
        if !["error", "failure", "pending", "success", "warning"].contains(&state) {
            return invalid("Status", Some("state"), "invalid", None);
        }
        let id = self.state.id();
        let statuses = self.state.statuses.entry(sha.clone()).or_default();
        if statuses.iter().filter(|s| s.context == context).count() >= STATUSES_MAX {
            let words = "This SHA and context has reached the maximum number of statuses.";
            return invalid("Status", None, "custom", Some(words.to_owned()));
        }
        statuses.push(Status {
            id,
            creator: actor.to_owned(),
            context: context.to_owned(),
            state: state.to_owned(),
            description: texts.0.map(str::to_owned),
            target: texts.1.map(str::to_owned),
            at: self.now,
        });
        self.wrote("status");
        Ok(id)
    }

    /// The last status of each context, newest first.
    pub(in crate::forge::fake) fn last_statuses(&self, sha: &Sha) -> Vec<&Status> {
        let mut last: BTreeMap<&str, &Status> = BTreeMap::new();
        for status in self.state.statuses.get(sha).into_iter().flatten() {
            last.insert(&status.context, status);
        }
        let mut all: Vec<&Status> = last.into_values().collect();
        all.sort_by_key(|status| std::cmp::Reverse(status.id));
        all
    }

    /// Writes a check run, in place of one of the same name.
    pub(in crate::forge::fake) fn set_check(
        &mut self,
        sha: &Sha,
        name: &str,
        status: &str,
        conclusion: Option<&str>,
        title: Option<&str>,
    ) -> Result<u64, Problem> {
        if !self.repo.has(sha)? {
            let message = Some(format!("No commit found for SHA: {sha}"));
            return invalid("CheckRun", Some("head_sha"), "custom", message);
        }
        let id = self.state.id();
        let runs = self.state.check_runs.entry(sha.clone()).or_default();
        let started = runs
            .iter()
            .find(|run| run.name == name)
            .map(|run| run.started);
        runs.retain(|run| run.name != name);
        runs.push(CheckRun {
            id,
            name: name.to_owned(),
            status: status.to_owned(),
            conclusion: conclusion.map(str::to_owned),
            title: title.map(str::to_owned),
            started: started.unwrap_or(self.now),
            completed: (status == "completed").then_some(self.now),
        });
        self.wrote("check-run");
        Ok(id)
    }

    /// How everything that reports on a commit stands, by name.
    pub(super) fn standings(&self, sha: &Sha) -> BTreeMap<&str, Standing> {
        let mut all = BTreeMap::new();
        for status in self.state.statuses.get(sha).into_iter().flatten() {
            let standing = match status.state.as_str() {
                "success" | "warning" => Standing::Good,
                "pending" => Standing::Pending,
                _ => Standing::Bad,
            };
            all.insert(status.context.as_str(), standing);
        }
        for run in self.state.check_runs.get(sha).into_iter().flatten() {
            let standing = match run.conclusion.as_deref() {
                Some("success" | "neutral" | "skipped") => Standing::Good,
                Some(_) => Standing::Bad,
                None => Standing::Pending,
            };
            all.insert(&run.name, standing);
        }
        all
    }
}
