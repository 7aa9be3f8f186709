//! What must hold after every step, whatever has happened.

use std::collections::BTreeMap;

use acp::domain::{
    FailureClass, Intent, ItemId, ItemKind, Origin, Outcome, PrState, Retry, Run, RunId, RunState,
};
use acp::policy::consequence;
use acp::store::Entry;

use crate::book::Seen;
use crate::world::World;

/// Launches in a row that die before their agent begins, from which on each counts as a failure.
const DEAD_LAUNCHES_MAX: u32 = 3;
/// Runs in a row that their agent's trouble ended, from which on each is a failure.
const EXCUSES_MAX: u32 = 12;

impl World {
    pub(crate) fn check(&self) {
        self.note_approvals();
        self.note_pins();
        let runs = self.check_runs();
        self.check_leases(&runs);
        self.check_retries(&runs);
        self.check_outbox();
        self.check_forge();
        self.check_budget();
        self.check_notices();
    }

    /// A pass that has seen the last change of an issue has seen its label too.
    fn note_pins(&self) {
        let issues = self.forge.truth().issues;
        let notes = self.store.trust().unwrap().notes;
        let seen = |number: &u64| {
            let pin = notes.get(number).and_then(|note| note.pin.as_ref());
            pin.is_some_and(|pin| issues.get(number).is_some_and(|i| pin.seen >= i.updated))
        };
        self.book.borrow_mut().window.retain(|number| !seen(number));
    }

    fn check_runs(&self) -> Vec<Run> {
        let mut runs = vec![];
        for id in self.store.run_ids().unwrap() {
            match self.store.live_run(&id).unwrap() {
                Some(run) => runs.push(run),
                None => assert!(
                    self.book.borrow().died_since_rest,
                    "{id} has a folder and no record"
                ),
            }
        }
        let mut by_item: BTreeMap<ItemId, u32> = BTreeMap::new();
        self.check_rounds(&runs);
        for run in runs.iter().filter(|run| run.state.is_under_way()) {
            *by_item.entry(run.item).or_default() += 1;
        }
        let double = by_item.iter().find(|(_, n)| **n > 1);
        assert_eq!(double, None, "an item has two runs under way");
        let running = by_item.len() - crate::rounds::under_way(&runs);
        let running = u32::try_from(running).unwrap();
        assert!(
            running <= self.rules.limits.workers,
            "{running} runs at once"
        );
        self.let_go(&runs);
        runs
    }

    /// Supervisors of runs that ended before they had a worktree end too, by themselves and without a trace.
    pub(crate) fn let_go(&self, runs: &[Run]) {
        let waiting: Vec<RunId> = self.waiting.borrow().keys().cloned().collect();
        for id in waiting {
            let run = runs.iter().find(|run| run.id == id);
            if run.is_some_and(|run| run.state.is_under_way()) {
                continue;
            }
            let end = run.and_then(|run| run.state.end());
            assert!(
                end.is_some_and(|end| end.started.is_none()),
                "the supervisor of {id} lives and its run is not under way: {run:?}"
            );
            self.supervise(&id);
            assert_eq!(self.store.run(&id).unwrap().as_ref(), run);
        }
    }

    fn check_leases(&self, runs: &[Run]) {
        let leases = self.store.leases().list().unwrap();
        for (_, lease) in &leases {
            let run = runs.iter().find(|run| run.id == lease.run);
            let open = run.is_some_and(|run| {
                !matches!(run.state, RunState::Judged { .. } | RunState::Closed { .. })
            });
            let died = self.book.borrow().died_since_rest;
            assert!(
                open || died,
                "the lease of {} has no run: {:?}",
                lease.item,
                lease.run
            );
        }
        for run in runs {
            let owed = run.state.is_under_way() || matches!(run.state, RunState::Finished(_));
            let has = leases
                .iter()
                .any(|(_, lease)| lease.run == run.id && lease.item == run.item);
            assert!(
                !owed || has,
                "{} is {} without a lease",
                run.id,
                run.state.as_str()
            );
        }
    }

    /// Whether a run was judged as wanted by nobody: the journal says so, or the item's record stands before it.
    fn was_unwanted(&self, run: &Run, retries: &[(String, Retry)]) -> bool {
        let (entries, _torn) = self.store.journal().read().unwrap();
        let noted = entries.iter().any(|entry| {
            entry.run.as_ref() == Some(&run.id) && entry.text.starts_with("nobody wants it")
        });
        let attempt = |id: &RunId| -> u32 {
            let (_, attempt) = id.as_str().rsplit_once("-a").unwrap();
            attempt.parse().unwrap()
        };
        let of_item = retries.iter().find(|(_, retry)| retry.item == run.item);
        let last = of_item.and_then(|(_, retry)| retry.last_run.as_ref());
        // A judgement that died after its count was made again when nobody wanted the run any more.
        let counted = last == Some(&run.id);
        (noted && !counted) || last.is_none_or(|last| attempt(last) < run.attempt)
    }

    /// Failures are counted here from the ends of the runs alone, each run once.
    fn check_retries(&self, runs: &[Run]) {
        let retries = self.store.retries().list().unwrap();
        let mut book = self.book.borrow_mut();
        for (_, retry) in &retries {
            if !retry.blocked && book.given_up.remove(&retry.item) {
                book.failures.remove(&retry.item);
                book.dead_launches.remove(&retry.item);
                book.excuses.remove(&retry.item);
            }
        }
        let mut archived = vec![];
        for entry in self.store.archived().unwrap() {
            if !book.counted.contains(&entry.id) {
                archived.extend(self.store.archived_run(&entry).unwrap());
            }
        }
        let mut judged: Vec<&Run> = archived.iter().chain(runs).collect();
        judged.retain(|run| matches!(run.state, RunState::Judged { .. } | RunState::Closed { .. }));
        judged.sort_by_key(|run| (run.item, run.attempt));
        for run in judged {
            if !book.counted.insert(run.id.clone()) {
                continue;
            }
            // What nobody wanted any more when it was judged counts neither as failure nor as success.
            if self.was_unwanted(run, &retries) {
                continue;
            }
            let count = |of: &BTreeMap<ItemId, u32>| of.get(&run.item).copied().unwrap_or(0);
            let (mut dead, mut excuses) = (count(&book.dead_launches), count(&book.excuses));
            let failures = book.failures.entry(run.item).or_default();
            match &run.state.end().unwrap().outcome {
                Outcome::Failed(failure) if failure.class == FailureClass::LaunchDied => {
                    dead += 1;
                    *failures += u32::from(dead >= DEAD_LAUNCHES_MAX);
                }
                Outcome::Failed(failure) if !consequence(failure.class).counts => {
                    (dead, excuses) = (0, excuses + 1);
                    *failures += u32::from(excuses >= EXCUSES_MAX);
                }
                Outcome::Failed(_) => (dead, excuses, *failures) = (0, 0, *failures + 1),
                Outcome::Cancelled { .. } => {}
                _ => (dead, excuses, *failures) = (0, 0, 0),
            }
            book.excuses.insert(run.item, excuses);
            book.dead_launches.insert(run.item, dead);
        }
        let max = self.rules.retry.attempts_max;
        for (_, retry) in &retries {
            book.note_unread(retry);
            assert!(
                retry.failures <= max,
                "{} failed {} times, {max} are allowed",
                retry.item,
                retry.failures
            );
            let is_over = retry.failures < max || retry.blocked;
            assert!(is_over, "{} is not given up", retry.item);
            if retry.blocked {
                book.given_up.insert(retry.item);
            }
            let in_judgement = runs
                .iter()
                .any(|run| run.item == retry.item && matches!(run.state, RunState::Finished(_)));
            let counted = book.failures.get(&retry.item).copied().unwrap_or(0);
            // What could not even be read is no run, and counts from the third time in a row on.
            let more = book.unread.contains(&retry.item) && counted <= retry.failures;
            assert!(
                in_judgement || counted == retry.failures || more,
                "{}: {counted} runs failed, {} are counted",
                retry.item,
                retry.failures
            );
        }
    }

    /// An intent that was once enqueued is in the outbox, or there is a word on what became of it.
    fn check_outbox(&self) {
        let outbox = self.store.outbox().unwrap();
        let mut now: BTreeMap<_, Seen> = BTreeMap::new();
        for (intents, done) in [
            (
                outbox
                    .open_intents()
                    .unwrap()
                    .into_iter()
                    .map(|q| q.intent)
                    .collect::<Vec<_>>(),
                false,
            ),
            (outbox.done().unwrap(), true),
        ] {
            for intent in intents {
                let book = self.book.borrow();
                let before = book.intents.get(&intent.id);
                let unsure = book.died_since_rest && before.is_none_or(|seen| seen.unsure);
                drop(book);
                let seen = Seen {
                    unsure,
                    done,
                    intent: intent.clone(),
                };
                let before = now.insert(intent.id, seen);
                // A power cut may leave both names of a move; the next flush takes one away.
                let both = before.is_none() || self.recording.is_some();
                assert!(both, "{before:?} is in two places");
            }
        }
        let mut book = self.book.borrow_mut();
        let power_failed = std::mem::take(&mut book.power_failed);
        let gone: Vec<Seen> = book
            .intents
            .values()
            .filter(|seen| !now.contains_key(&seen.intent.id))
            .cloned()
            .collect();
        let journal = if gone.is_empty() {
            vec![]
        } else {
            self.store.journal().read().unwrap().0
        };
        for seen in gone {
            let told = seen.done || journal.iter().any(|line| tells_of(line, &seen.intent));
            // What a process died over before it was durable nobody was promised, unless its run counts as judged.
            let excused = power_failed && seen.unsure && !self.rests_on(&seen.intent);
            assert!(
                told || excused,
                "the intent {} is lost: {:?}",
                seen.intent.id,
                seen.intent
            );
        }
        book.intents = now;
    }

    /// Whether a record says that an intent was enqueued.
    fn rests_on(&self, intent: &Intent) -> bool {
        let Origin::Run(id) = &intent.origin else {
            return false;
        };
        let run = self.store.run(id).unwrap();
        run.is_some_and(|run| {
            matches!(run.state, RunState::Judged { .. } | RunState::Closed { .. })
        })
    }

    fn check_forge(&self) {
        let account = self.forge.tally();
        assert!(
            account.written_twice.is_empty(),
            "written twice: {:?}",
            account.written_twice
        );
        let mut limits = account.limits.clone();
        // Who dies before it has noted that the forge takes no calls leaves the next one to find that out.
        let died = self.book.borrow().died_untold;
        limits.retain(|name, times| name != "requests while limited" || *times > died);
        assert!(limits.is_empty(), "limits: {limits:?}");
        let twice = account.pulls_by_head.iter().find(|(_, n)| **n > 1);
        assert_eq!(twice, None, "two pull requests from one branch");
        let twice = account.merges.iter().find(|(_, n)| **n > 1);
        assert_eq!(twice, None, "merged twice");
        let truth = self.forge.truth();
        let book = self.book.borrow();
        for ((item, name), on) in &book.labels {
            let has = match item.kind {
                ItemKind::Issue => truth.issues.get(&item.number).map(|issue| issue.has(name)),
                ItemKind::Pr => truth.pulls.get(&item.number).map(|pr| pr.has(name)),
            };
            assert!(
                has.is_none_or(|has| has == *on),
                "`{name}` of {item} is not as people left it"
            );
        }
        for pr in truth.pulls.values() {
            let merged = matches!(pr.state, PrState::Merged { .. });
            assert!(
                !merged
                    || book.merged_by_people.contains(&pr.number)
                    || book.merge_asked.contains(&(pr.number, pr.head_sha.clone())),
                "pr/{} is merged at {}, which nobody asked for",
                pr.number,
                pr.head_sha
            );
        }
        let mut open: BTreeMap<u64, u64> = BTreeMap::new();
        let gone = self.forge.gone();
        for pr in truth.pulls.values().filter(|pr| !pr.from_fork) {
            let Some(issue) = pr.closes else { continue };
            assert!(
                truth.issues.contains_key(&issue) || gone.contains(&issue),
                "pr/{} is for no issue",
                pr.number
            );
            if pr.is_open() && !book.reopened.contains(&issue) {
                let other = open.insert(issue, pr.number);
                assert_eq!(other, None, "issue/{issue} has two open pull requests");
            }
        }
    }

    fn check_budget(&self) {
        for (day, budget) in self.store.budgets().list().unwrap() {
            let runs = budget.run_count();
            let max = self.rules.budget.runs_per_day;
            assert!(
                runs <= max,
                "{runs} runs are reserved on {day}, {max} are allowed"
            );
        }
    }
}

fn tells_of(line: &Entry, intent: &Intent) -> bool {
    match line.what.as_str() {
        "intent.dropped" | "intent.confirmed" | "intent.adopted" => {
            line.intent.as_ref() == Some(&intent.id)
        }
        "intents.dropped" => {
            matches!(&intent.origin, Origin::Run(run) if line.run.as_ref() == Some(run))
        }
        _ => false,
    }
}
