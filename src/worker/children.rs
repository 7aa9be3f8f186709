//! How a supervisor starts children: a port, so that a simulation can do without processes.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::time::Duration;

use crate::proc::{self, Cmd, Entry, Limits, Redactor, Report, RunTree, Survivors, Watch};
use crate::sys::Clock;

/// One child of a run: setup, agent or verify.
pub struct Child<'a> {
    /// What to start.
    pub cmd: Cmd,
    /// Its standard input: a locked file.
    pub stdin: File,
    /// Where its output goes.
    pub log: &'a mut dyn Write,
    /// What is taken out of its output.
    pub redact: &'a Redactor,
    /// What it may use.
    pub limits: Limits,
}

/// Starts and ends the processes of a run.
pub trait Children {
    /// Says that a first child of the run will be started: what takes its time and does not hang on which it is may begin.
    fn expect(&self, _tree: &RunTree) {}

    /// Starts a child and attends to it until nothing of it is left.
    fn run(
        &self,
        child: Child<'_>,
        tree: &mut RunTree,
        clock: &dyn Clock,
        watch: &mut dyn Watch,
    ) -> Report;

    /// Ends what a dead supervisor left of a run.
    fn end(&self, tree: &RunTree, grace: Duration, clock: &dyn Clock) -> Survivors;
}

/// Real processes.
#[derive(Debug, Default)]
pub struct LocalChildren {
    /// The way into the run's cgroup, for the first child.
    entry: RefCell<Option<Entry>>,
}

impl Children for LocalChildren {
    fn expect(&self, tree: &RunTree) {
        self.entry.replace(tree.begin_entry());
    }

    fn run(
        &self,
        child: Child<'_>,
        tree: &mut RunTree,
        clock: &dyn Clock,
        watch: &mut dyn Watch,
    ) -> Report {
        let Child {
            cmd,
            stdin,
            log,
            redact,
            limits,
        } = child;
        tree.set_entry(self.entry.take());
        proc::supervise(&cmd, stdin, log, redact, &limits, tree, clock, watch)
    }

    fn end(&self, tree: &RunTree, grace: Duration, clock: &dyn Clock) -> Survivors {
        proc::end_tree(tree, grace, clock)
    }
}
