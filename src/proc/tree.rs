//! All processes of one run: which they are, and how they are ended.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::sys::Clock;

use super::entry::{Entered, Entry};
use super::mark::Row;
use super::os::{self, Cgroup};
use super::{EndSignal, ProcessMark, start};

/// How long killed processes may take to vanish before they are reported as survivors.
const KILL_WAIT: Duration = Duration::from_secs(5);
/// The first and the longest wait between two looks at a tree that is being ended.
const LOOK_FIRST: Duration = Duration::from_millis(2);
const LOOK_LONGEST: Duration = Duration::from_millis(50);
/// A tree counts as empty after this many looks in a row: one alone can miss a process that is just being forked.
const EMPTY_LOOKS: u32 = 2;

/// How the processes of one run are recognised.
#[derive(Debug)]
pub struct RunTree {
    key: String,
    marker: (OsString, OsString),
    leader: Option<ProcessMark>,
    cgroup: Option<PathBuf>,
    may_use_cgroup: bool,
    leader_hands_on: bool,
    entry: Option<Entry>,
}

impl RunTree {
    /// The tree of the run `key`, which names its cgroup and must be unique on this machine. Its processes have the
    /// variable `name=value` in their environment, which must be as unique.
    pub fn new(
        key: impl Into<String>,
        name: impl Into<OsString>,
        value: impl Into<OsString>,
    ) -> Self {
        Self {
            key: key.into(),
            marker: (name.into(), value.into()),
            leader: None,
            cgroup: None,
            may_use_cgroup: true,
            leader_hands_on: false,
            entry: None,
        }
    }

    /// With the leader that the run's record names.
    #[must_use]
    pub fn with_leader(mut self, leader: Option<ProcessMark>) -> Self {
        self.leader = leader;
        self
    }

    /// With the cgroup that the run's record names. Without it the cgroup is searched for by the key.
    #[must_use]
    pub fn with_cgroup(mut self, dir: Option<PathBuf>) -> Self {
        self.cgroup = dir;
        self
    }

    /// Neither makes nor looks for a cgroup.
    #[must_use]
    pub fn without_cgroup(mut self) -> Self {
        self.may_use_cgroup = false;
        self
    }

    /// With a leader that hands TERM on to what it stands for, as the client of a container's engine does: while it lives
    /// nothing else is asked to end. What belongs to the engine would take the output of the last moments with it.
    #[must_use]
    pub fn with_leader_that_hands_on(mut self, it_does: bool) -> Self {
        self.leader_hands_on = it_does;
        self
    }

    /// The child that [`supervise`](super::supervise) started last, for the record.
    pub fn leader(&self) -> Option<&ProcessMark> {
        self.leader.as_ref()
    }

    /// The cgroup it was started in, for the record.
    pub fn cgroup(&self) -> Option<&Path> {
        self.cgroup.as_deref()
    }

    pub(super) fn set_leader(&mut self, leader: Option<ProcessMark>) {
        self.leader = leader;
    }

    /// Begins to enter the run's cgroup, for a child that this process will [`supervise`](super::supervise). Nothing else
    /// should be started until then: it would belong to the run.
    pub fn begin_entry(&self) -> Option<Entry> {
        let begun = self.may_use_cgroup.then(|| Entry::begin(self.key.clone()));
        begun.flatten()
    }

    /// The child that is started next goes where this process has begun to go.
    pub fn set_entry(&mut self, entry: Option<Entry>) {
        self.entry = entry;
    }

    /// Goes into the run's cgroup, for a child that is started now.
    pub(super) fn enter(&mut self) -> Entered {
        let entered = match self.entry.take() {
            Some(entry) => entry.wait(),
            None if self.may_use_cgroup => Entered::now(&self.key),
            None => Entered::default(),
        };
        self.cgroup = entered.cgroup.as_ref().map(|made| made.dir().to_owned());
        entered
    }

    fn find_cgroup(&self) -> Option<Cgroup> {
        self.may_use_cgroup
            .then(|| Cgroup::find(&self.key, self.cgroup.as_deref()))
            .flatten()
    }
}

/// What was left of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survivors {
    /// The processes that could not be ended.
    pub pids: Vec<u32>,
    /// How many had to be ended.
    pub ended: u32,
}

impl Survivors {
    /// Whether nothing lives any more.
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty()
    }
}

/// Ends every process of a run from outside: one whose supervisor is dead, or which a person stops.
///
/// TERM to each, `grace` later KILL, until none is left or a bound is reached.
pub fn end_tree(tree: &RunTree, grace: Duration, clock: &dyn Clock) -> Survivors {
    let cgroup = tree.find_cgroup();
    let mut hunt = Hunt::new(tree, cgroup.as_ref(), false);
    let ending = hunt.end(grace, clock, &mut |wait| clock.sleep(wait));
    Survivors {
        pids: ending.survivors,
        ended: u32::try_from(ending.signalled.len()).unwrap_or(u32::MAX),
    }
}

/// The live processes of a run, for the proof that there is none. Called by its supervisor or by another process.
pub fn members(tree: &RunTree) -> Vec<u32> {
    let cgroup = tree.find_cgroup();
    let rows = Hunt::new(tree, cgroup.as_ref(), false).find();
    rows.iter().map(|row| row.pid).collect()
}

/// Those that hold a pid namespace up: its first process, and the one that waits outside for it. They end by themselves
/// once what is inside has ended; ended first, they would take it down with them, before its grace is over. None when
/// nothing else is left.
fn wrappers(found: &[Row]) -> BTreeSet<u32> {
    let inits = found.iter().filter(|row| os::is_namespace_init(row.pid));
    let all: BTreeSet<u32> = inits.flat_map(|row| [row.pid, row.parent]).collect();
    if found.iter().all(|row| all.contains(&row.pid)) {
        return BTreeSet::new();
    }
    all
}

/// What ending a tree came to.
pub(super) struct Ending {
    /// Everything that was signalled.
    pub(super) signalled: BTreeSet<u32>,
    /// What was signalled after its leader was gone.
    pub(super) left_behind: BTreeSet<u32>,
    /// What could not be ended.
    pub(super) survivors: Vec<u32>,
}

/// A search for the processes of a run; it remembers those it has seen.
pub(super) struct Hunt<'a> {
    leader: Option<ProcessMark>,
    marker: (OsString, OsString),
    cgroup: Option<&'a Cgroup>,
    /// Whether children of this process that it did not start belong to the run: orphans that came to it.
    adopts: bool,
    leader_hands_on: bool,
    known: BTreeMap<u32, u64>,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(tree: &RunTree, cgroup: Option<&'a Cgroup>, adopts: bool) -> Self {
        let this_boot = |leader: &ProcessMark| leader.boot_id == os::boot_id();
        Self {
            leader: tree.leader.clone().filter(this_boot),
            marker: tree.marker.clone(),
            cgroup,
            adopts,
            leader_hands_on: tree.leader_hands_on,
            known: BTreeMap::new(),
        }
    }

    /// The live processes that belong to the run.
    pub(super) fn find(&mut self) -> Vec<Row> {
        self.among(os::rows())
    }

    fn among(&mut self, rows: Vec<Row>) -> Vec<Row> {
        // No system is without a process: the table could not be read, and nobody is proven to be gone.
        if rows.is_empty() {
            return self.last_known();
        }
        let ours = self.belonging(&rows);
        let alive = |row: &Row| row.alive && ours.contains(&row.pid);
        let found: Vec<Row> = rows.into_iter().filter(alive).collect();
        let seen = found.iter().map(|row| (row.pid, row.start_ticks));
        self.known.extend(seen);
        found
    }

    fn last_known(&self) -> Vec<Row> {
        let leader = self
            .leader
            .iter()
            .map(|leader| (leader.pid, leader.start_ticks));
        let known = self.known.iter().map(|(pid, start)| (*pid, *start));
        let all: BTreeMap<u32, u64> = leader.chain(known).collect();
        let row = |(pid, start_ticks)| Row {
            pid,
            parent: 0,
            group: 0,
            session: 0,
            start_ticks,
            alive: true,
        };
        all.into_iter().map(row).collect()
    }

    fn belonging(&self, rows: &[Row]) -> BTreeSet<u32> {
        let me = std::process::id();
        let inside = self.cgroup.map(Cgroup::pids).unwrap_or_default();
        let inside: BTreeSet<u32> = inside.into_iter().collect();
        let others = || rows.iter().filter(|row| row.pid != me && row.pid != 1);
        let mut ours: BTreeSet<u32> = others()
            .filter(|row| inside.contains(&row.pid) || self.is_proven(row, me))
            .map(|row| row.pid)
            .collect();
        // A group's id is not given away while it has a member: one member that is proven proves the group.
        let id = self.leader.as_ref().map(|leader| leader.pid);
        let in_group = |row: &&Row| Some(row.group) == id || Some(row.session) == id;
        if others().any(|row| ours.contains(&row.pid) && in_group(&row)) {
            ours.extend(others().filter(in_group).map(|row| row.pid));
        }
        loop {
            let before = ours.len();
            let of_ours = |row: &&Row| ours.contains(&row.parent);
            let found: Vec<u32> = others().filter(of_ours).map(|row| row.pid).collect();
            ours.extend(found);
            if ours.len() == before {
                return ours;
            }
        }
    }

    /// Whether the process belongs to the run for a reason of its own.
    fn is_proven(&self, row: &Row, me: u32) -> bool {
        let same = |pid: u32, start: u64| row.pid == pid && row.start_ticks == start;
        let leads = |leader: &ProcessMark| same(leader.pid, leader.start_ticks);
        if self.leader.as_ref().is_some_and(leads) {
            return true;
        }
        if self.known.get(&row.pid) == Some(&row.start_ticks) {
            return true;
        }
        if self.adopts && row.parent == me && !start::is_ours(row.pid) {
            return true;
        }
        let (name, value) = &self.marker;
        row.alive && os::has_variable(row.pid, name, value)
    }

    /// Ends them all: TERM once to each, `grace` later KILL, until none is left or killing does not help.
    pub(super) fn end(
        &mut self,
        grace: Duration,
        clock: &dyn Clock,
        wait: &mut dyn FnMut(Duration),
    ) -> Ending {
        let begun = clock.monotonic();
        let mut asked: BTreeSet<(u32, u64)> = BTreeSet::new();
        let (mut signalled, mut left_behind) = (BTreeSet::new(), BTreeSet::new());
        let (mut empty, mut pause) = (0, LOOK_FIRST);
        let survivors = loop {
            if self.adopts {
                os::reap_orphans();
            }
            let found = self.find();
            empty = if found.is_empty() { empty + 1 } else { 0 };
            if empty >= EMPTY_LOOKS {
                break Vec::new();
            }
            let waited = clock.monotonic().saturating_sub(begun);
            let leader = self.leader.as_ref().map(|leader| leader.pid);
            let leader_lives = found.iter().any(|row| Some(row.pid) == leader);
            let signal = if waited < grace {
                EndSignal::Term
            } else {
                EndSignal::Kill
            };
            let spared = match signal {
                EndSignal::Term if self.leader_hands_on && leader_lives => {
                    let others = found.iter().map(|row| row.pid);
                    others.filter(|pid| Some(*pid) != leader).collect()
                }
                EndSignal::Term => wrappers(&found),
                EndSignal::Kill => BTreeSet::new(),
            };
            for row in found.iter().filter(|row| !spared.contains(&row.pid)) {
                let first = asked.insert((row.pid, row.start_ticks));
                let due = first || signal == EndSignal::Kill;
                if due && os::signal(row.pid, row.start_ticks, signal) {
                    signalled.insert(row.pid);
                    if !leader_lives {
                        left_behind.insert(row.pid);
                    }
                }
            }
            if let Some(cgroup) = self.cgroup.filter(|_| signal == EndSignal::Kill) {
                cgroup.kill();
            }
            if waited > grace + KILL_WAIT {
                break found.iter().map(|row| row.pid).collect();
            }
            if empty == 0 {
                wait(pause);
                pause = (pause * 2).min(LOOK_LONGEST);
            }
        };
        if let Some(cgroup) = self.cgroup {
            cgroup.remove(clock);
        }
        Ending {
            signalled,
            left_behind,
            survivors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_cannot_be_read_proves_nobody_gone() {
        let row = |pid, parent| Row {
            pid,
            parent,
            group: pid,
            session: 0,
            start_ticks: 7,
            alive: true,
        };
        let leader = ProcessMark {
            pid: 400_001,
            start_ticks: 7,
            boot_id: os::boot_id(),
        };
        let tree =
            RunTree::new("a run", "ACP_RUN_ID", "that there is not").with_leader(Some(leader));
        let mut hunt = Hunt::new(&tree, None, false);
        let pids = |rows: Vec<Row>| rows.iter().map(|row| row.pid).collect::<Vec<_>>();
        assert_eq!(pids(hunt.among(vec![])), [400_001]);
        let table = vec![row(400_001, 1), row(400_002, 400_001), row(400_003, 1)];
        assert_eq!(pids(hunt.among(table)), [400_001, 400_002]);
        assert_eq!(pids(hunt.among(vec![])), [400_001, 400_002]);
        assert_eq!(pids(hunt.among(vec![row(400_003, 1)])), Vec::<u32>::new());
    }
}
