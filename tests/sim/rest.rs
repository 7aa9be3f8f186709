//! The end of a seed: nothing goes wrong any more, nobody interferes, and the world comes to rest.

use std::time::Duration;

use acp::domain::{
    Action, Intent, ItemId, ItemKind, Lane, Outcome, Payload, PrLane, PrState, PullRequest, RunId,
    RunState, Snapshot, Standing, Wait, Writes, label,
};
use acp::engine::{Idle, PassReport, fsck};
use acp::store::Place;

use crate::world::World;

/// Passes until rest, at most.
const PASSES_MAX: u32 = 800;

impl World {
    pub(crate) fn come_to_rest(&self) {
        self.say("all is calm from here on");
        self.calm_down();
        self.end_rounds();
        self.orphans.borrow_mut().clear();
        if self.roll(3) > 0 {
            self.clear_holds();
        }
        let mut last = PassReport::default();
        let mut quiet = false;
        for _ in 0..PASSES_MAX {
            let waiting: Vec<RunId> = self.waiting.borrow().keys().cloned().collect();
            for id in waiting {
                self.supervise(&id);
            }
            self.book.borrow_mut().counts.rest_passes += 1;
            let Some(report) = self.heartbeat() else {
                // The forge's limit outlives the faults.
                self.clock.pass(Duration::from_mins(20));
                continue;
            };
            self.check();
            if let Some(next) = self.next(&report) {
                self.clock.pass(next);
                quiet = false;
            } else if !quiet {
                // What was written last may not be visible yet, and checks of others on a green head are looked at every half
                // hour (docs/forges.md).
                let minutes = if self.forge.is_hosted() { 31 } else { 2 };
                self.clock.pass(Duration::from_mins(minutes));
                quiet = true;
            } else {
                self.sweep_deep();
                self.check();
                self.check_rest(&report);
                self.check_news_at_rest();
                let twice = self.forge.standing_twice();
                assert!(twice.is_empty(), "two stand of {twice:?}");
                self.check_idle();
                return;
            }
            last = report;
        }
        panic!(
            "the world did not come to rest: {:?} {:?} {:?}",
            last.plan.actions, last.plan.standings, last.flushed
        );
    }

    /// A pass with nothing to do asks the forge one thing, which costs nothing.
    fn check_idle(&self) {
        if !self.forge.is_hosted() {
            return;
        }
        // What is looked at every few minutes or half an hour has had its turn then, also where the clock was set back an
        // hour: heads that were seen before that count as new for half an hour when their time comes again.
        for _ in 0..4 {
            self.clock.pass(Duration::from_mins(31));
            self.heartbeat();
        }
        let mut asked = vec![];
        for _ in 0..4 {
            self.clock.pass(Duration::from_secs(40));
            // What is forgotten here is told in the end.
            self.book.borrow_mut().counts.merges += self.forge.tally().merges.len() as u64;
            self.forge.count_anew();
            self.heartbeat();
            let Some(more) = self.forge.more_than_idle() else {
                return;
            };
            asked.push(more);
        }
        panic!("an idle pass asks {asked:?}");
    }

    fn sweep_deep(&self) {
        let done = self.process("sweep", |engine| engine.sweep(true));
        self.fine(done.unwrap());
    }

    /// How long to wait for the next pass; `None`: nothing moves by itself any more.
    fn next(&self, report: &PassReport) -> Option<Duration> {
        let idle = self
            .process("idle", |engine| engine.idle(report, Duration::ZERO))
            .unwrap();
        let soon = Duration::from_secs(5);
        match idle {
            // Nothing tells of an issue that was deleted but the listing of everything, once a day: until then what was
            // written last is wanted again and again, and not sent again.
            Idle::No if self.waits_for_the_deleted(report) => None,
            Idle::No => Some(soon),
            Idle::Yes(None) => None,
            Idle::Yes(Some(at)) => {
                let wait = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
                assert!(wait < Duration::from_hours(26), "waits until {at}");
                Some(wait + soon)
            }
        }
    }

    fn waits_for_the_deleted(&self, report: &PassReport) -> bool {
        let gone = self.forge.gone();
        let on_gone = |action: &Action| match action {
            Action::Enqueue { intent, .. } => intent
                .item
                .is_some_and(|item| item.kind == ItemKind::Issue && gone.contains(&item.number)),
            _ => false,
        };
        let actions = &report.plan.actions;
        let nothing_else = !actions.is_empty() && actions.iter().all(on_gone);
        nothing_else && report.done.is_empty() && report.flushed.sent.is_empty()
    }

    fn check_rest(&self, report: &PassReport) {
        assert_eq!(report.skipped, None);
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let snapshot = report.snapshot.as_ref().unwrap();
        self.check_known(snapshot);
        let ids = self.store.run_ids().unwrap();
        for id in &ids {
            let run = self.store.live_run(id).unwrap();
            let run = run.unwrap_or_else(|| panic!("{id} has a folder and no record"));
            let judged = matches!(run.state, RunState::Judged { .. });
            assert!(judged, "{id} is {}", run.state.as_str());
        }
        let leases = self.store.leases().list().unwrap();
        assert!(leases.is_empty(), "leases are left: {leases:?}");
        let outbox = self.store.outbox().unwrap();
        for view in outbox.views().unwrap().0 {
            let needs = |id| !matches!(outbox.find(id).unwrap(), Some((Place::Done, _)));
            let waits = view.intent.needs.iter().any(needs);
            // Under a hold nothing is merged, also not what a person asked for before.
            let held = matches!(view.intent.payload, Payload::Merge { .. })
                && (self.store.holds().list().unwrap().iter())
                    .any(|(_, hold)| hold.item.is_none() || hold.item == view.intent.item);
            assert!(
                view.failed || waits || held,
                "left to be sent: {:?}",
                view.intent
            );
            self.check_failed(&view.intent);
        }
        self.check_worktrees(&ids);
        self.check_sound();
        self.check_standings(report, snapshot);
    }

    /// What has happened is never told as failed.
    fn check_failed(&self, intent: &Intent) {
        let pulls = self.forge.truth().pulls;
        let happened = match (&intent.payload, intent.item) {
            (Payload::Merge { head, .. }, Some(item)) => {
                pulls.get(&item.number).is_some_and(|pr| {
                    matches!(pr.state, PrState::Merged { .. }) && pr.head_sha == *head
                })
            }
            (Payload::Pr { head, head_sha, .. }, _) => pulls
                .values()
                .any(|pr| !pr.from_fork && pr.head == *head && pr.head_sha == *head_sha),
            _ => false,
        };
        let dropped = intent.dropped.is_some();
        assert!(dropped || !happened, "has happened and failed: {intent:?}");
    }

    /// acp has seen everything that there is on the forge.
    fn check_known(&self, snapshot: &Snapshot) {
        let gone = self.forge.gone();
        let truth = self.forge.listed();
        let mut known = snapshot.mirror.clone();
        // What is gone is seen only once in a while.
        known.issues.retain(|number, _| !gone.contains(number));
        for pr in known.pulls.values_mut().filter(|pr| !pr.is_open()) {
            // What hung on one that was closed is kept, and not read again.
            (pr.checks, pr.reviews) = (vec![], vec![]);
        }
        assert_eq!(
            known.issues, truth.issues,
            "issues are not known as they are"
        );
        assert!(
            known.pulls.keys().eq(truth.pulls.keys()),
            "a pull request is not known"
        );
        for (pr, real) in known.pulls.values().zip(truth.pulls.values()) {
            let mergeable = pr.mergeable;
            let mut real = PullRequest {
                mergeable,
                ..real.clone()
            };
            if !real.is_open() {
                (real.checks, real.reviews) = (vec![], vec![]);
                if self.forge.is_hosted() {
                    // Where its base has gone since then is not followed, nor a head that was pushed and merged between two looks.
                    real.base_sha = pr.base_sha.clone();
                    real.head_sha = pr.head_sha.clone();
                }
            }
            assert_eq!(*pr, real, "a pull request is not known as it is");
        }
    }

    /// Every open item stands somewhere, and that is an end.
    fn check_standings(&self, report: &PassReport, snapshot: &Snapshot) {
        let gone = self.forge.gone();
        let stands = |item| report.plan.standings.iter().any(|s| s.item == item);
        for issue in snapshot
            .mirror
            .issues
            .values()
            .filter(|issue| issue.is_open() && !gone.contains(&issue.number))
        {
            let item = ItemId::issue(issue.number);
            assert!(stands(item), "{item} has no standing");
            let failed = snapshot
                .intents
                .iter()
                .any(|view| view.intent.item == Some(item));
            let worked_on = self
                .book
                .borrow()
                .attempts
                .keys()
                .any(|(on, _)| *on == item);
            let acps = self.rules.policy.writes != Writes::Off && !failed && worked_on;
            assert!(
                !acps || !issue.has(label::RUNNING),
                "{item} is labelled as running"
            );
        }
        for pr in snapshot.mirror.pulls.values().filter(|pr| pr.is_open()) {
            let item = ItemId::pr(pr.number);
            assert!(stands(item), "{item} has no standing");
        }
        for standing in &report.plan.standings {
            assert!(self.is_settled(standing), "{standing:?} is no end");
        }
    }

    fn check_worktrees(&self, live: &[RunId]) {
        for worktree in self.vcs.worktrees() {
            let name = worktree.file_name().unwrap().to_string_lossy().into_owned();
            let id: RunId = name.parse().unwrap();
            let archived = self.store.run(&id).unwrap();
            let kept = archived.and_then(|run| run.state.end().cloned()).is_some_and(|end| {
                matches!(&end.outcome, Outcome::Failed(failure) if failure.class.keeps_worktree())
            });
            assert!(live.contains(&id) || kept, "the worktree of {id} is left");
        }
    }

    /// At rest nothing that is kept contradicts anything else.
    fn check_sound(&self) {
        let prefix = self.rules.repo.branch_prefix.as_str();
        let look = fsck::look(&self.store, Some((&self.vcs, prefix)), self.now());
        assert!(look.unreadable.is_empty(), "{:?}", look.unreadable);
        assert!(look.flaws.is_empty(), "{:?}", look.flaws);
    }

    /// Merged and closed items have no standing; an open one is blocked, or waits for a person, and says why.
    fn is_settled(&self, standing: &Standing) -> bool {
        match &standing.wait {
            Wait::Blocked { .. }
            | Wait::NotLabelled { .. }
            | Wait::NotTrusted { .. }
            | Wait::TextChanged { .. }
            | Wait::NotOurs
            | Wait::Gone
            | Wait::Fork
            | Wait::HasPr { .. }
            | Wait::WriteFailed { .. }
            | Wait::Dropped { .. }
            | Wait::KeepOpen { .. }
            | Wait::Human { .. }
            | Wait::MergeBlocked { .. }
            | Wait::MergeByHand { .. } => true,
            Wait::Hold { name, .. } => self.store.holds().get(name).unwrap().is_some(),
            Wait::KeptHere { .. } => self.rules.policy.writes == Writes::Off,
            Wait::Exclusive { item } => *item != standing.item,
            Wait::Unknown { .. } => {
                // Of a draft Gitea does not say whether it conflicts.
                let pull = self.forge.truth().pulls.remove(&standing.item.number);
                let is_draft = pull.is_some_and(|pr| pr.title.starts_with("WIP: "));
                standing.lane == Lane::Pr(PrLane::Ignore) || is_draft
            }
            _ => false,
        }
    }
}
