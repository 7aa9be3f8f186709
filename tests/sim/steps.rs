//! One step of a seed: who acts next.

use std::time::Duration;

use acp::domain::{Association, Issue, RunId, Snapshot, label};
use acp::engine::{EngineError, Pass, PassReport, plan};
use acp::store::{Lock, LockName, StoreError, as_other_process};
use acp::sys::Clock as _;

use crate::world::World;

/// Steps of a seed before it comes to rest, at least and at most.
const STEPS: (u64, u64) = (15, 45);
/// As [`STEPS`] where each step is many requests.
const STEPS_HOSTED: (u64, u64) = (10, 30);
/// How deep one step may happen in the middle of another.
const DEPTH_MAX: usize = 2;

pub(crate) const HEARTBEAT: Pass = Pass {
    verb: "heartbeat",
    launches: true,
    flushes: true,
    dry_run: false,
};
const RECONCILE: Pass = Pass {
    verb: "reconcile",
    launches: false,
    flushes: false,
    dry_run: false,
};

impl World {
    /// The eventful part of a seed.
    pub(crate) fn live(&self) {
        let (least, most) = if self.forge.is_hosted() {
            STEPS_HOSTED
        } else {
            STEPS
        };
        for _ in 0..least + self.roll(most - least) {
            let died = self.book.borrow().counts.crashes;
            let gets_on = if self.busy { 3 } else { 1 };
            if self.forge.is_hosted() && self.roll(4) < gets_on {
                self.get_on();
            } else {
                self.step();
            }
            let died = self.book.borrow().counts.crashes > died;
            self.power_may_fail(died);
            self.check();
        }
    }

    /// Work gets done, so that there is something to merge while things go wrong.
    fn get_on(&self) {
        let waiting: Vec<RunId> = self.waiting.borrow().keys().cloned().collect();
        for id in waiting {
            self.supervise(&id);
        }
        if self.busy {
            let open = self.forge.truth().issues.values().any(Issue::is_open);
            if !open && self.chance(500) {
                self.issue_opened(Association::Owner, &[label::READY]);
            }
            if self.chance(300) {
                self.forge.lose_an_answer(self.roll(3));
            }
        }
        drop(self.heartbeat());
        self.clock.pass(Duration::from_secs(self.roll(30)));
    }

    fn step(&self) {
        match self.roll(24) {
            0..=7 => drop(self.heartbeat()),
            8 => drop(self.pass(RECONCILE)),
            9 | 10 => self.flush(),
            11 => self.sweep(),
            12 => self.beside_another(),
            13 => {
                let back = self.roll(4) == 0;
                if back {
                    self.say("the clock is set back an hour");
                    self.clock.set_back(Duration::from_hours(1));
                } else {
                    self.clock.pass(Duration::from_secs(self.roll(1200)));
                }
            }
            14..=17 => self.some_supervisor(),
            18..=20 => self.foreign_edit(),
            21 | 22 => self.verb(),
            _ if self.roll(4) == 0 => self.stop(),
            _ => self.kill_a_supervisor(),
        }
        self.clock.pass(Duration::from_secs(self.roll(90)));
    }

    /// Something else happens in the middle of whatever is under way.
    pub(crate) fn meddle(&self, per_thousand: u64) {
        self.meddle_by(per_thousand, || self.something_else());
    }

    /// The same where it is said what: that which would do most harm just then.
    pub(crate) fn meddle_by(&self, per_thousand: u64, work: impl FnOnce()) {
        if self.began.borrow().len() >= DEPTH_MAX || !self.chance(per_thousand) {
            return;
        }
        self.book.borrow_mut().counts.meddled += 1;
        self.aside(work);
    }

    fn something_else(&self) {
        match self.roll(8) {
            0 | 1 => self.foreign_edit(),
            2 => self.verb(),
            3 => self.flush(),
            4 => self.sweep(),
            5 => self.some_supervisor(),
            _ => drop(self.heartbeat()),
        }
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    pub(crate) fn heartbeat(&self) -> Option<PassReport> {
        self.pass(HEARTBEAT)
    }

    fn pass(&self, pass: Pass) -> Option<PassReport> {
        self.book.borrow_mut().counts.passes += 1;
        let died = self.book.borrow().counts.crashes;
        let done = self.process(pass.verb, |engine| {
            let report = engine.pass(pass);
            if let Ok(report) = &report {
                self.tell(report);
            }
            report
        })?;
        let report = self.fine(done)?;
        if let Some(snapshot) = &report.snapshot {
            self.check_plan(snapshot, &report.plan);
        }
        let clean = report.skipped.is_none() && report.problems.is_empty() && !report.swept.busy;
        let mut book = self.book.borrow_mut();
        if pass == HEARTBEAT && clean && book.counts.crashes == died {
            book.died_since_rest = false;
        }
        drop(book);
        Some(report)
    }

    fn tell(&self, report: &PassReport) {
        if let Some(text) = &report.skipped {
            self.say(format!("  skipped: {text}"));
        }
        for line in &report.done {
            self.say(format!("  {line}"));
        }
        for line in &report.problems {
            self.say(format!("  problem: {line}"));
        }
        let adopted = report
            .flushed
            .sent
            .iter()
            .filter(|sent| sent.adopted)
            .count();
        self.book.borrow_mut().counts.adopted += adopted as u64;
    }

    /// Errors of the forge, the clone and of starting are part of life; those of the state folder are not.
    pub(crate) fn fine<T>(&self, done: Result<T, EngineError>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(
                error @ (EngineError::Store(_) | EngineError::Move(_) | EngineError::Pattern(_)),
            ) => {
                let busy = matches!(&error, EngineError::Store(StoreError::Busy { .. }));
                assert!(busy, "the state is broken: {error}");
                self.say(format!("  ended: {error}"));
                self.book.borrow_mut().died_since_rest = true;
                None
            }
            Err(error) => {
                self.say(format!("  ended: {error}"));
                None
            }
        }
    }

    fn check_plan(&self, snapshot: &Snapshot, made: &acp::domain::Plan) {
        let again = plan::plan(snapshot, &self.rules).unwrap();
        assert_eq!(again, *made, "the same snapshot gives another plan");
        if self.roll(4) == 0 {
            let text = serde_json::to_string(snapshot).unwrap();
            let read: Snapshot = serde_json::from_str(&text).unwrap();
            assert_eq!(
                plan::plan(&read, &self.rules).unwrap(),
                *made,
                "a recorded snapshot gives another plan"
            );
        }
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone holds for one lifetime only"
    )]
    pub(crate) fn flush(&self) {
        if let Some(done) = self.process("outbox flush", |engine| engine.flush()) {
            let flushed = self.fine(done);
            let sent = flushed.map(|flushed| flushed.sent).unwrap_or_default();
            let adopted = sent.iter().filter(|sent| sent.adopted).count();
            self.book.borrow_mut().counts.adopted += adopted as u64;
        }
    }

    pub(crate) fn sweep(&self) {
        let deep = self.roll(2) == 0;
        if let Some(done) = self.process("sweep", |engine| engine.sweep(deep)) {
            self.fine(done);
        }
    }

    /// Another process holds a lock all the while.
    fn beside_another(&self) {
        let name = *self
            .pick(&[
                LockName::Pass,
                LockName::Flush,
                LockName::Repo,
                LockName::Budget,
            ])
            .unwrap();
        self.say(format!("another process holds {name:?}"));
        let take = || self.store.try_lock(name, "another process");
        let _held = as_other_process(take).unwrap();
        match self.roll(4) {
            0 => self.flush(),
            1 => self.verb(),
            2 => self.some_supervisor(),
            _ => drop(self.heartbeat()),
        }
    }

    fn some_supervisor(&self) {
        let waiting: Vec<RunId> = self.waiting.borrow().keys().cloned().collect();
        if let Some(id) = self.pick(&waiting) {
            self.supervise(id);
        }
    }

    fn kill_a_supervisor(&self) {
        let waiting: Vec<RunId> = self.waiting.borrow().keys().cloned().collect();
        if let Some(id) = self.pick(&waiting) {
            self.say(format!("the supervisor of {id} is killed"));
            drop(self.waiting.borrow_mut().remove(id).map(Lock::into_file));
        }
        if self.roll(2) == 0 {
            self.orphans.borrow_mut().clear();
        }
    }
}
