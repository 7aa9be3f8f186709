//! The world, read once, as a snapshot.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Engine, EngineError};
use crate::domain::{
    Cooldown, DayBudget, DiffFacts, FailureClass, Hold, Issue, ItemId, ItemKind, Life, Mergeable,
    Mirror, PullRequest, RecordOf, RunId, RunState, RunView, Snapshot, Stale, Step, Unreadable,
    label,
};
use crate::forge::ForgeError;
use crate::policy::Question;
use crate::store::{Apart, Entry, FactsBook, Store, StoreError};
use crate::worker::WorkerError;

/// Changes that one pass asks the forge about; more wait for the next pass.
const CHANGES_PER_PASS_MAX: usize = 25;

/// Questions in a row that a forge leaves unanswered before no more are asked in this pass.
const UNANSWERED_MAX: u32 = 3;

/// Runs with a record, and without.
type Runs = (BTreeMap<RunId, RunView>, BTreeMap<RunId, Life>);

/// That the forge is asked, and whether what it says is written down.
#[derive(Debug, Clone, Copy)]
struct Ask {
    keep: bool,
}

impl Engine<'_> {
    /// Reads the world. With `keep`, what was learned of the forge is written down; that needs the pass lock.
    ///
    /// What leads to a change of the forge is read before the forge is: a write that lands in between is then seen twice and
    /// never not at all, and an approval is never of a head that the listing does not show yet.
    pub fn observe(&self, keep: bool) -> Result<Snapshot, EngineError> {
        self.look(Some(Ask { keep }))
    }

    /// The world with the forge as the last pass knew it: no request is made and nothing is written.
    ///
    /// # Errors
    /// Only for this machine: its disk, its state folder.
    pub fn remember(&self) -> Result<Snapshot, EngineError> {
        self.look(None)
    }

    fn look(&self, ask: Option<Ask>) -> Result<Snapshot, EngineError> {
        let (intents, errors) = self.store.outbox()?.views()?;
        let mut unread = Unread::default();
        for (id, error) in errors {
            unread.add(RecordOf::Intent { id }, &error);
        }
        let approvals = unread.known(self.store.approvals().list_apart(|_| true)?, no_item);
        let approvals = approvals
            .into_iter()
            .map(|(_, approval)| (approval.pr, approval))
            .collect();
        let (mut mirror, mut stale) = match ask {
            Some(ask) => self.listing(ask.keep)?,
            None => self.known_listing()?,
        };
        let changes = self.changes(&mut mirror, &mut stale, ask)?;
        let trust = self.store.trust()?;
        let labelled = match ask {
            Some(ask) => self.labellers(&mirror, &trust, &mut stale, ask.keep)?,
            None => BTreeMap::new(),
        };
        let now = self.clock.now();
        let by_item = |key: String| key.parse::<ItemId>().ok();
        // Records of closed items stay for ever, because attempt numbers never repeat; they are not read every time.
        let (runs, unrecorded) = self.runs(&mut unread)?;
        let worked_on = |item: ItemId| {
            let mut unrecorded = unrecorded.keys();
            runs.values().any(|run| run.run.item == item)
                || unrecorded.any(|run| run.item() == Some(item))
        };
        // Its cost counts with that of the issue.
        let was_for_open = |item: ItemId| {
            let pr = mirror.pulls.get(&item.number);
            let issue = pr
                .filter(|_| item.kind == ItemKind::Pr)
                .and_then(|pr| pr.closes);
            issue.is_some_and(|issue| is_open(&mirror, ItemId::issue(issue)))
        };
        let matters =
            |item: ItemId| is_open(&mirror, item) || was_for_open(item) || worked_on(item);
        let budget = self.budget_now(&Store::day(now), &runs, &mut unread)?;
        let retries = self.store.retries();
        let retries = retries.list_apart(|key| key.parse().is_ok_and(matters))?;
        let retries = unread.known(retries, of_item);
        let leases = unread.known(self.store.leases().list_apart(|_| true)?, of_item);
        let holds = self.holds(&mut unread)?;
        let cooldowns = self.cooldowns(ask.is_some_and(|ask| ask.keep), &mut unread)?;
        Ok(Snapshot {
            now,
            seed: self.rng.next_u64(),
            mirror,
            runs,
            unrecorded,
            unreadable: unread.records,
            leases: leases.into_iter().map(|(_, l)| (l.item, l)).collect(),
            retries: keyed(retries, by_item),
            cooldowns,
            holds,
            approvals,
            intents,
            budget,
            facts: changes.facts,
            asked_again: changes.asked_again,
            disk_free: self.store.disk_free(),
            agents_missing: self.agents_missing(),
            stale,
            trust,
            labelled,
            reviews_own: self.forge.capabilities().reviews_own,
            gaps: self.store.gaps(now)?,
        })
    }

    fn holds(&self, unread: &mut Unread) -> Result<BTreeMap<String, Hold>, EngineError> {
        let (holds, errors) = self.store.all_holds()?;
        for error in &errors {
            unread.add(RecordOf::Other, error);
        }
        Ok(holds)
    }

    /// The budget of a day, with what its runs have used beyond their reservations by now.
    fn budget_now(
        &self,
        day: &str,
        runs: &BTreeMap<RunId, RunView>,
        unread: &mut Unread,
    ) -> Result<DayBudget, EngineError> {
        let mut budget = match self.store.budgets().get(day) {
            Err(error) if error.is_unreadable() => {
                unread.add(RecordOf::Budget, &error);
                DayBudget::default()
            }
            read => read?.unwrap_or_default(),
        };
        for view in runs.values() {
            budget.count_at_work(&view.run.id, view.tokens, view.usd_micros);
        }
        Ok(budget)
    }

    /// Runs that are not archived. A record is read again after its run was found dead: a supervisor that ended in between
    /// is then seen with its last word. Those without a record come second, with what lives of them.
    fn runs(&self, unread: &mut Unread) -> Result<Runs, EngineError> {
        let (mut runs, mut unrecorded) = (BTreeMap::new(), BTreeMap::new());
        for run in self.store.run_ids()? {
            match self.run(&run) {
                Ok(Folder::Recorded(view)) => drop(runs.insert(run, *view)),
                Ok(Folder::Unrecorded(life)) => drop(unrecorded.insert(run, life)),
                Ok(Folder::Archived) => {}
                Err(EngineError::Store(error)) if error.is_unreadable() => {
                    let life = self.workers.life(&run);
                    unread.add(RecordOf::Run { run, life }, &error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((runs, unrecorded))
    }

    fn run(&self, id: &RunId) -> Result<Folder, EngineError> {
        let Some(mut run) = self.store.live_run(id)? else {
            return Ok(Folder::Unrecorded(self.workers.life(id)));
        };
        let mut life = Life::Gone;
        let (mut tokens, mut usd_micros) = (None, None);
        if run.state.is_under_way() || matches!(run.state, RunState::Finished(_)) {
            life = self.workers.life(id);
            // What cannot be read is no reason to stand still: the reservation counts.
            (tokens, usd_micros) = self.workers.spent(id).unwrap_or_default();
            match self.store.live_run(id)? {
                Some(again) => run = again,
                None => return Ok(Folder::Archived),
            }
        }
        let over = matches!(run.state, RunState::Finished(_) | RunState::Judged { .. });
        let findings = if over { self.store.findings(id)? } else { None };
        let life = if over && life == Life::Orphaned {
            Life::Gone
        } else {
            life
        };
        let in_agent = matches!(
            run.state,
            RunState::Running {
                step: Step::Agent,
                ..
            }
        );
        let session = in_agent && life != Life::Supervised;
        // A session that cannot be read is none to go on with: the item is begun anew.
        let session = session
            && match self.workers.session(&run) {
                Err(WorkerError::Store(error)) if error.is_unreadable() => false,
                known => known?.is_some(),
            };
        Ok(Folder::Recorded(Box::new(RunView {
            run,
            life,
            findings,
            session,
            tokens,
            usd_micros,
        })))
    }

    /// Cooldowns by key. One of an agent that was not logged in is over as soon as its login has changed.
    /// One that cannot be read is over: what it waited for says anew if it is not.
    fn cooldowns(
        &self,
        keep: bool,
        unread: &mut Unread,
    ) -> Result<BTreeMap<String, Cooldown>, EngineError> {
        let (mut all, unreadable) = self.store.cooldowns_apart()?;
        for error in &unreadable {
            if keep {
                self.start_anew(error)?;
            }
            unread.add(RecordOf::Other, error);
        }
        for name in self.rules.agents.in_order() {
            let key = self.rules.agents.account_key(name);
            let waits = |cooldown: &&Cooldown| {
                matches!(
                    cooldown.class,
                    Some(FailureClass::NotLoggedIn | FailureClass::NotAllowed)
                )
            };
            let Some(set) = all.get(&key).filter(waits).map(|cooldown| cooldown.set) else {
                continue;
            };
            if self.workers.login_changed(name).is_none_or(|at| at <= set) {
                continue;
            }
            all.remove(&key);
            if keep {
                self.store.remove_cooldown(&key)?;
                let text = format!("{key}: the login of `{name}` has changed");
                self.note(&Entry::new(self.clock.now(), "cooldown.cleared").text(text));
            }
        }
        Ok(all)
    }

    fn agents_missing(&self) -> BTreeMap<String, String> {
        let agents = self.rules.agents.in_order().into_iter();
        agents
            .filter_map(|name| {
                let missing = (self.agent_missing)(name);
                let why = missing.or_else(|| self.workers.sandbox_missing(name))?;
                Some((name.to_owned(), why))
            })
            .collect()
    }

    /// Facts of the changes of open pull requests that acp looks after. A pair of commits is asked about until it is
    /// known, ever less often, and those that were asked about least recently come first.
    fn changes(
        &self,
        mirror: &mut Mirror,
        stale: &mut Option<Stale>,
        ask: Option<Ask>,
    ) -> Result<Changes, EngineError> {
        let prefix = self.rules.repo.branch_prefix.as_str();
        let looked_after = |pr: &PullRequest| {
            let ours = pr.head.as_str().starts_with(prefix) || pr.has(label::HANDOFF);
            pr.is_open() && !pr.from_fork && ours
        };
        if !mirror.pulls.values().any(looked_after) {
            return Ok(Changes::default());
        }
        let now = self.clock.now();
        let mut book = match self.store.facts() {
            Err(error @ (StoreError::Damaged { .. } | StoreError::TooLarge { .. })) => {
                if ask.is_some_and(|ask| ask.keep) {
                    self.start_anew(&error)?;
                }
                FactsBook::default()
            }
            read => read?,
        };
        let open = mirror.pulls.values().filter(|pr| looked_after(pr));
        let mut unknown: Vec<&PullRequest> = open
            .filter(|pr| book.get(&pr.base_sha, &pr.head_sha).is_none())
            .filter(|pr| question(&book, pr).is_none_or(|open| open.is_due(now)))
            .collect();
        unknown.sort_by_key(|pr| (book.asked(&pr.base_sha, &pr.head_sha), pr.number));
        let (mut asked, mut unanswered) = (0, 0);
        let keep = ask.is_some_and(|ask| ask.keep);
        if ask.is_none() {
            unknown.clear();
        }
        for pr in unknown.into_iter().take(CHANGES_PER_PASS_MAX) {
            if stale.is_some() || unanswered == UNANSWERED_MAX {
                break;
            }
            asked += 1;
            unanswered = if self.ask(pr, &mut book, stale, keep)? {
                0
            } else {
                unanswered + 1
            };
        }
        let mut changes = Changes::default();
        for pr in mirror.pulls.values_mut().filter(|pr| looked_after(pr)) {
            if let Some(change) = book.get(&pr.base_sha, &pr.head_sha) {
                pr.mergeable = change.mergeable;
                changes.facts.insert(pr.number, change.diff.clone());
                continue;
            }
            let next = match question(&book, pr) {
                None => Some(now),
                Some(open) => open.is_expected().then(|| open.next()),
            };
            // While the forge cannot be asked at all, that is what is waited for.
            if let Some(next) = next.filter(|_| stale.is_none()) {
                changes.asked_again.insert(pr.number, next);
            }
        }
        if asked > 0 && keep {
            let open = mirror.pulls.values().filter(|pr| looked_after(pr));
            book.keep_only(open.map(|pr| (&pr.base_sha, &pr.head_sha)));
            self.store.put_facts(&book)?;
        }
        Ok(changes)
    }

    /// A forge that cannot answer now leaves the facts unknown, and unknown never passes for harmless. Tells whether it
    /// answered.
    fn ask(
        &self,
        pr: &PullRequest,
        book: &mut FactsBook,
        stale: &mut Option<Stale>,
        keep: bool,
    ) -> Result<bool, EngineError> {
        book.ask(&pr.base_sha, &pr.head_sha, self.clock.now());
        match self.forge.change(pr) {
            Ok(change) if change.mergeable == Mergeable::Unknown => {}
            Ok(change) => book.put(&pr.base_sha, &pr.head_sha, change),
            Err(error @ ForgeError::Io { .. }) => return Err(error.into()),
            Err(error @ (ForgeError::Denied { .. } | ForgeError::Limited { .. })) => {
                *stale = Some(self.silenced_by(&error, keep)?);
                return Ok(false);
            }
            // It is about this one alone: no reason to end the pass for all others.
            Err(error) => {
                (self.say)(&format!(
                    "pr/{}: what it changes is not known yet: {error}",
                    pr.number
                ));
                return Ok(!matches!(error, ForgeError::Unavailable { .. }));
            }
        }
        Ok(true)
    }
}

/// What there is in the folder of a run.
enum Folder {
    Recorded(Box<RunView>),
    /// What lives of a run that has no record.
    Unrecorded(Life),
    /// It has been archived meanwhile.
    Archived,
}

/// Records that cannot be read.
#[derive(Default)]
struct Unread {
    records: Vec<Unreadable>,
}

impl Unread {
    fn add(&mut self, of: RecordOf, error: &StoreError) {
        let error = error.to_string();
        self.records.push(Unreadable { of, error });
    }

    /// Those that can be read. `of` tells what the others are about by their key.
    fn known<T>(
        &mut self,
        (known, unreadable): Apart<T>,
        of: impl Fn(&str) -> RecordOf,
    ) -> Vec<(String, T)> {
        for (key, error) in unreadable {
            self.add(of(&key), &error);
        }
        known
    }
}

fn of_item(key: &str) -> RecordOf {
    key.parse()
        .map_or(RecordOf::Other, |item| RecordOf::Item { item })
}

const fn no_item(_: &str) -> RecordOf {
    RecordOf::Other
}

/// What is known of the changes of open pull requests.
#[derive(Debug, Default)]
struct Changes {
    facts: BTreeMap<u64, DiffFacts>,
    /// When the forge is asked again about those of which it could not say everything.
    asked_again: BTreeMap<u64, Timestamp>,
}

/// What the forge was asked about a pull request and could not answer.
fn question(book: &FactsBook, pr: &PullRequest) -> Option<Question> {
    let last = book.asked(&pr.base_sha, &pr.head_sha)?;
    let first = book.since(&pr.base_sha, &pr.head_sha).unwrap_or(last);
    Some(Question { first, last })
}

fn is_open(mirror: &Mirror, item: ItemId) -> bool {
    match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).is_some_and(Issue::is_open),
        ItemKind::Pr => mirror
            .pulls
            .get(&item.number)
            .is_some_and(PullRequest::is_open),
    }
}

fn keyed<K: Ord, T>(list: Vec<(String, T)>, key: impl Fn(String) -> Option<K>) -> BTreeMap<K, T> {
    list.into_iter()
        .filter_map(|(name, record)| Some((key(name)?, record)))
        .collect()
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
