//! Issues that are never done: some texts have a schedule, some issues the label that keeps them open.

use acp::domain::{ItemId, Outcome, Run, Task, label};

use crate::world::World;

/// What somebody writes into an issue; every eighth text has a schedule, and one of those cannot be read.
pub(crate) fn text(dice: u64) -> String {
    let schedule = match dice % 24 {
        0 => "\nAgent schedule: every 2h",
        8 => "\nAgent schedule: */20 * * * *",
        16 if dice > 500 => "\nAgent schedule: every 30m",
        16 => "\nAgent schedule: sometimes",
        _ => "",
    };
    format!("Do it like this, {dice}.{schedule}")
}

/// Scheduled runs under way, which have slots of their own.
pub(crate) fn under_way(runs: &[Run]) -> usize {
    let mut of = runs.iter().filter(|run| run.task == Task::Scheduled);
    of.by_ref().filter(|run| run.state.is_under_way()).count()
}

impl World {
    /// Nobody wants another round: what would never come to rest loses its intake label.
    pub(crate) fn end_rounds(&self) {
        for issue in self.forge.truth().issues.values() {
            let rounds = issue.schedule.is_some() || issue.has(label::KEEP_OPEN);
            if issue.is_open() && rounds && issue.has(label::READY) {
                self.relabel(ItemId::issue(issue.number), &[], &[label::READY]);
            }
        }
    }

    /// Scheduled runs keep to their slots, and end with no commit.
    pub(crate) fn check_rounds(&self, runs: &[Run]) {
        let max = self.rules.limits.scheduled;
        let at_work = under_way(runs);
        assert!(at_work <= max as usize, "{at_work} scheduled runs at once");
        for run in runs.iter().filter(|run| run.task == Task::Scheduled) {
            let outcome = run.state.end().map(|end| &end.outcome);
            let brings = matches!(outcome, Some(Outcome::Implemented { .. }));
            assert!(!brings, "{} brings a commit", run.id);
        }
    }
}
