//! What a pass, or a part of one, has cost: `--stats`.

use std::io::{self, Write};

use serde::Serialize;

use crate::sys::stats;
use crate::ui::plain_line;
use crate::ui::words::plural;

/// Requests, processes and fsyncs of this process until now, and where the time went.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    requests: u64,
    processes: u64,
    fsyncs: u64,
    phases: Vec<Phase>,
}

#[derive(Debug, Serialize)]
struct Phase {
    name: &'static str,
    ms: f64,
}

fn counted(count: u64, word: &str) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), word)
}

impl Stats {
    /// Until now. `phases` are milliseconds by name; those of one name are added up.
    pub(super) fn now(phases: &[(&'static str, f64)]) -> Self {
        let mut sums: Vec<Phase> = vec![];
        for (name, ms) in phases {
            match sums.iter_mut().find(|phase| phase.name == *name) {
                Some(phase) => phase.ms += ms,
                None => sums.push(Phase { name, ms: *ms }),
            }
        }
        Self {
            requests: stats::REQUESTS.get(),
            processes: stats::PROCESSES.get(),
            fsyncs: stats::FSYNCS.get(),
            phases: sums,
        }
    }

    pub(super) fn human(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{}, {}, {}",
            counted(self.requests, "request"),
            counted(self.processes, "process"),
            counted(self.fsyncs, "fsync")
        )?;
        for phase in &self.phases {
            writeln!(out, "  {:<8} {:>8.2} ms", phase.name, phase.ms)?;
        }
        Ok(())
    }

    /// Lines: name and count; `phase`, name, milliseconds.
    pub(super) fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, value) in [
            ("requests", self.requests),
            ("processes", self.processes),
            ("fsyncs", self.fsyncs),
        ] {
            plain_line(out, &[name, &value.to_string()])?;
        }
        for phase in &self.phases {
            plain_line(out, &["phase", phase.name, &format!("{:.3}", phase.ms)])?;
        }
        Ok(())
    }
}
