//! How a supervisor starts children: a port, so that a simulation can do without processes.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use crate::proc::{self, Cmd, Limits, Redactor, Report, RunTree, Survivors, Watch};
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
#[derive(Debug, Clone, Copy)]
pub struct LocalChildren;

impl Children for LocalChildren {
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
        proc::supervise(&cmd, stdin, log, redact, &limits, tree, clock, watch)
    }

    fn end(&self, tree: &RunTree, grace: Duration, clock: &dyn Clock) -> Survivors {
        proc::end_tree(tree, grace, clock)
    }
}
