//! A snapshot with the look-ups that every part of the plan needs, built once.

use std::collections::{BTreeMap, BTreeSet};

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    BranchName, CooldownChange, Hold, Intent, IntentId, IntentKind, IntentView, Issue, ItemId,
    ItemKind, ItemUse, Life, Origin, Outcome, Payload, PullRequest, RecordOf, Retry, Rules, Run,
    RunId, RunState, RunView, Sha, Snapshot, Wait, Writes, label, parse_attempt,
};

use super::trust::Trust;
use crate::policy;
use crate::policy::Trusted;

/// The cooldown of the whole forge.
pub(in crate::engine) const FORGE_COOLDOWN: &str = "forge";

/// The longest cooldown of a forge. One further ahead is a mistake of the clock.
pub(in crate::engine) const FORGE_COOLDOWN_MAX: Duration = Duration::from_hours(24);

/// How long after its judgement everything that a run has sent is seen on the forge, however slow that is.
pub(super) const SEEN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// The snapshot, indexed.
pub(super) struct View<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a Rules,
    pub(super) now: Timestamp,
    /// Runs of each item, oldest first.
    runs_by_item: BTreeMap<ItemId, Vec<&'a RunView>>,
    /// Outstanding intents of each item, in order.
    intents_by_item: BTreeMap<ItemId, Vec<&'a IntentView>>,
    /// Outstanding intents of each run.
    intents_by_run: BTreeMap<&'a RunId, Vec<&'a IntentView>>,
    /// Intents that a person gave up; they are in none of the others.
    dropped: BTreeMap<&'a IntentId, &'a Intent>,
    /// Retry records that labels change which a person took off, as this pass will write them, and why.
    freed: BTreeMap<ItemId, (Retry, &'static str)>,
    /// Pull requests, newest first, for the issue that they are for.
    pulls_by_issue: BTreeMap<u64, Vec<&'a PullRequest>>,
    /// Cooldowns as they are once this pass has judged what it judges.
    cooldowns: policy::Cooldowns,
    /// What those judgements change.
    cooldown_changes: BTreeMap<&'a RunId, Vec<CooldownChange>>,
    /// Why a record that an item rests on cannot be read, by item.
    unreadable: BTreeMap<ItemId, &'a str>,
    /// Which texts are approved.
    pub(super) trust: Trust,
}

impl<'a> View<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, rules: &'a Rules) -> Self {
        let mut view = Self {
            snapshot,
            rules,
            now: snapshot.now,
            runs_by_item: BTreeMap::new(),
            intents_by_item: BTreeMap::new(),
            intents_by_run: BTreeMap::new(),
            dropped: BTreeMap::new(),
            freed: BTreeMap::new(),
            pulls_by_issue: BTreeMap::new(),
            cooldowns: snapshot.cooldowns.clone(),
            cooldown_changes: BTreeMap::new(),
            unreadable: unreadable_by_item(snapshot),
            trust: Trust::new(snapshot, &trusted(snapshot, rules)),
        };
        for run in snapshot.runs.values().filter(|run| is_to_judge(run)) {
            view.put_agent_to_sleep(&run.run);
        }
        for run in snapshot.runs.values() {
            view.runs_by_item.entry(run.run.item).or_default().push(run);
        }
        for intent in &snapshot.intents {
            if intent.intent.dropped.is_some() {
                view.dropped.insert(&intent.intent.id, &intent.intent);
                continue;
            }
            if let Some(item) = intent.intent.item {
                view.intents_by_item.entry(item).or_default().push(intent);
            }
            if let Origin::Run(run) = &intent.intent.origin {
                view.intents_by_run.entry(run).or_default().push(intent);
            }
        }
        // A branch of another repository may be called as it likes, and its text may name any issue.
        let of_here = |pr: &&PullRequest| !pr.from_fork;
        for pr in snapshot.mirror.pulls.values().rev().filter(of_here) {
            if let Some(issue) = view.issue_of(pr) {
                view.pulls_by_issue.entry(issue).or_default().push(pr);
            }
        }
        let freed = snapshot.retries.iter().filter_map(|(item, retry)| {
            let freed = view.without_labels(*item, retry)?;
            view.active_run(*item).is_none().then_some((*item, freed))
        });
        view.freed = freed.collect();
        view
    }

    /// Notes what the end of a run means for its agent, before anything is launched.
    fn put_agent_to_sleep(&mut self, run: &'a Run) {
        let Some(end) = run.state.end() else {
            return;
        };
        let agents = &self.rules.agents;
        let changes = policy::after_run(&self.cooldowns, agents, run, &end.outcome, self.now);
        for change in &changes {
            match change {
                CooldownChange::Set(cooldown) => {
                    self.cooldowns
                        .insert(cooldown.key.clone(), cooldown.clone());
                }
                CooldownChange::Clear { key } => {
                    self.cooldowns.remove(key);
                }
            }
        }
        self.cooldown_changes.insert(&run.id, changes);
    }

    /// What the judgement of a run changes of cooldowns.
    pub(super) fn cooldown_changes(&self, run: &RunId) -> Vec<CooldownChange> {
        self.cooldown_changes.get(run).cloned().unwrap_or_default()
    }

    /// Whether an agent of the profile may be started, after what this pass judges.
    pub(super) fn awake(&self, agent: &str) -> policy::Awake {
        policy::awake(&self.cooldowns, &self.rules.agents, agent, self.now)
    }

    /// The retry record of an item, as it is for everything that this pass decides.
    pub(super) fn retry(&self, item: ItemId) -> Option<&Retry> {
        self.freed(item)
            .map(|(retry, _)| retry)
            .or_else(|| self.snapshot.retries.get(&item))
    }

    /// The record of an item as a label leaves it that a person has just taken off, which is to be written, and why.
    pub(super) fn freed(&self, item: ItemId) -> Option<&(Retry, &'static str)> {
        self.freed.get(&item)
    }

    fn without_labels(&self, item: ItemId, retry: &Retry) -> Option<(Retry, &'static str)> {
        let unblocked =
            retry.blocked && retry.label_seen && !self.is_labelled(item, label::BLOCKED)?;
        // Set again, the label asks again.
        let unasked = retry.repair_answered && !self.is_labelled(item, label::REPAIR_QUEUED)?;
        let repair_answered = retry.repair_answered && !unasked;
        let (base, reason) = if unblocked {
            let reason = "a person took `agent-blocked` off: failures count from zero";
            (anew(retry, self.now), reason)
        } else if unasked {
            (
                retry.clone(),
                "`agent-repair-queued` is off: set again, it asks again",
            )
        } else {
            return None;
        };
        let after = Retry {
            repair_answered,
            ..base
        };
        Some((after, reason))
    }

    /// Whether a label is on an open item; `None`: there is no such open item.
    pub(super) fn is_labelled(&self, item: ItemId, name: &str) -> Option<bool> {
        let mirror = &self.snapshot.mirror;
        match item.kind {
            ItemKind::Issue => {
                let issue = mirror.issues.get(&item.number).filter(|i| i.is_open());
                issue.map(|issue| issue.has(name))
            }
            ItemKind::Pr => {
                let pr = mirror.pulls.get(&item.number).filter(|pr| pr.is_open());
                pr.map(|pr| pr.has(name))
            }
        }
    }

    /// The issue that a pull request is for: by acp's branch name, else by what its text closes.
    pub(super) fn issue_of(&self, pr: &PullRequest) -> Option<u64> {
        let rest = pr
            .head
            .as_str()
            .strip_prefix(self.rules.repo.branch_prefix.as_str());
        let number = rest
            .and_then(|r| r.strip_prefix("issue-"))
            .and_then(|r| r.split_once("-a"));
        number.and_then(|(n, _)| n.parse().ok()).or(pr.closes)
    }

    /// What runs of an issue and of acp's pull requests for it have used together, or those of a pull request that is for
    /// none.
    pub(super) fn used_by(&self, item: ItemId) -> ItemUse {
        let used = |item: ItemId| {
            let retry = self.snapshot.retries.get(&item);
            let today = self.snapshot.budget.used_by(item);
            retry.map(Retry::used).unwrap_or_default().max(today)
        };
        let issue = match item.kind {
            ItemKind::Issue => Some(item.number),
            ItemKind::Pr => {
                let pr = self.snapshot.mirror.pulls.get(&item.number);
                pr.filter(|pr| self.is_ours(pr))
                    .and_then(|pr| self.issue_of(pr))
            }
        };
        let Some(issue) = issue else {
            return used(item);
        };
        let pulls = self.pulls_for(issue).iter().filter(|pr| self.is_ours(pr));
        let of_pulls = pulls.map(|pr| used(ItemId::pr(pr.number)));
        of_pulls.chain([used(ItemId::issue(issue))]).sum()
    }

    pub(super) fn pulls_for(&self, issue: u64) -> &[&'a PullRequest] {
        self.pulls_by_issue.get(&issue).map_or(&[], Vec::as_slice)
    }

    /// Whether acp looks after a pull request: its branch has acp's prefix, or it was handed over. A fork never is.
    pub(super) fn is_ours(&self, pr: &PullRequest) -> bool {
        let prefix = self.rules.repo.branch_prefix.as_str();
        !pr.from_fork && (pr.head.as_str().starts_with(prefix) || pr.has(label::HANDOFF))
    }

    /// Whether the head of a pull request is a commit that no run of acp built.
    pub(super) fn is_foreign_head(&self, pr: &PullRequest) -> bool {
        !self
            .snapshot
            .runs
            .values()
            .any(|run| run_commit(run) == Some(&pr.head_sha))
    }

    /// Why a record of an item, or of a run on it, cannot be read; `None`: all can.
    pub(super) fn unreadable_on(&self, item: ItemId) -> Option<&'a str> {
        self.unreadable.get(&item).copied()
    }

    pub(super) fn runs_of(&self, item: ItemId) -> &[&'a RunView] {
        self.runs_by_item.get(&item).map_or(&[], Vec::as_slice)
    }

    /// The run that holds the item's lease and is not judged yet.
    pub(super) fn active_run(&self, item: ItemId) -> Option<&'a RunView> {
        let run = self.snapshot.run_of(item)?;
        let active = run.run.state.is_under_way() || matches!(run.run.state, RunState::Finished(_));
        active.then_some(run)
    }

    /// The same, unless it failed for a reason that the item has nothing to do with: this pass judges it first, and then
    /// the next agent may take the item at once.
    pub(super) fn busy_run(&self, item: ItemId) -> Option<&'a RunView> {
        let excused = |run: &RunView| {
            is_to_judge(run)
                && match run.run.state.end().map(|end| &end.outcome) {
                    Some(Outcome::Failed(failure)) => {
                        let counts = policy::consequence(failure.class).counts;
                        !counts && policy::may_excuse(self.retry(item), &run.run)
                    }
                    _ => false,
                }
        };
        self.active_run(item).filter(|run| !excused(run))
    }

    pub(super) fn intents_of(&self, item: ItemId) -> &[&'a IntentView] {
        self.intents_by_item.get(&item).map_or(&[], Vec::as_slice)
    }

    pub(super) fn intents_of_run(&self, run: &RunId) -> &[&'a IntentView] {
        self.intents_by_run.get(run).map_or(&[], Vec::as_slice)
    }

    /// The write of exactly this decision, if a person gave it up.
    pub(super) fn dropped(&self, id: &IntentId) -> Option<&'a Intent> {
        self.dropped.get(id).copied()
    }

    /// What a person gave up of what a run was about to publish, among these kinds.
    pub(super) fn dropped_of_run(&self, run: &RunId, kinds: &[IntentKind]) -> Option<&'a Intent> {
        let of_run = |intent: &&&Intent| intent.origin == Origin::Run(run.clone());
        let mut all = self.dropped.values().filter(of_run);
        all.find(|intent| kinds.contains(&intent.payload.kind()))
            .copied()
    }

    /// What a person gave up of what passes wanted of an item, of one kind.
    pub(super) fn dropped_on(&self, item: ItemId, kind: IntentKind) -> Option<&'a Intent> {
        let mut all = self.dropped.values();
        all.find(|intent| {
            intent.item == Some(item)
                && intent.payload.kind() == kind
                && intent.origin == Origin::Pass
        })
        .copied()
    }

    /// The merge of exactly this head that a person gave up, among those that passes wanted.
    pub(super) fn dropped_merge(&self, item: ItemId, head: &Sha) -> Option<&'a Intent> {
        let mut all = self.dropped.values();
        all.find(|intent| {
            let merges = matches!(&intent.payload, Payload::Merge { head: h, .. } if h == head);
            merges && intent.item == Some(item) && intent.origin == Origin::Pass
        })
        .copied()
    }

    /// Whether passes may write at all. The local forge is on this machine, so `off` is about nothing there but merges.
    pub(super) fn may_write(&self) -> bool {
        self.rules.policy.writes != Writes::Off
    }

    /// The hold that keeps an item, or the whole profile, from launching and merging.
    pub(super) fn hold_on(&self, item: ItemId) -> Option<&'a Hold> {
        self.snapshot.holds.values().find(|hold| hold.is_on(item))
    }

    /// Labels as they will be once the outstanding intents are through.
    pub(super) fn labels_after(&self, item: ItemId, seen: &BTreeSet<String>) -> BTreeSet<String> {
        let mut labels = seen.clone();
        for intent in self.intents_of(item).iter().filter(|i| !i.failed) {
            if let Payload::Labels { add, remove } = &intent.intent.payload {
                labels.extend(add.iter().cloned());
                labels.retain(|label| !remove.contains(label));
            }
        }
        labels
    }

    /// Whether what a judged run has sent should long be seen on the forge.
    pub(super) fn is_overdue(&self, run: &RunView) -> bool {
        match &run.run.state {
            RunState::Judged { at, .. } => self.now.duration_since(*at) > SEEN_WITHIN,
            _ => false,
        }
    }

    /// The highest attempt number that was ever used for an item.
    pub(super) fn last_attempt(&self, item: ItemId) -> u32 {
        let noted = self
            .snapshot
            .retries
            .get(&item)
            .map_or(0, |retry| retry.attempt);
        let recorded = self.runs_of(item).iter().map(|run| run.run.attempt);
        // A number stays used when the record of its run is lost.
        let lease = self.snapshot.leases.get(&item).map(|lease| &lease.run);
        let unreadable = self.snapshot.unreadable_runs().map(|(run, _)| run);
        let named = self.snapshot.unrecorded.keys().chain(lease);
        let named = named.chain(unreadable);
        let named = named.filter(|run| run.item() == Some(item));
        // Of an earlier life, or another machine: what is theirs stays theirs.
        let prefix = &self.rules.repo.branch_prefix;
        let pulls = match item.kind {
            ItemKind::Issue => self.pulls_for(item.number),
            ItemKind::Pr => &[],
        };
        let published = pulls
            .iter()
            .filter_map(|pr| attempt_of(&pr.head, prefix, item));
        recorded
            .chain(published)
            .chain(named.filter_map(RunId::attempt))
            .max()
            .unwrap_or(0)
            .max(noted)
    }

    /// Who is trusted.
    pub(super) fn trusted(&self) -> Trusted<'a> {
        trusted(self.snapshot, self.rules)
    }

    /// Whether acp's account may review a pull request.
    pub(super) fn may_review(&self, pr: &PullRequest) -> bool {
        let other = self.snapshot.mirror.viewer.is_some() && !self.trusted().is_viewer(&pr.author);
        other || self.snapshot.reviews_own
    }

    /// The digest of the text of an issue that is approved, as this pass will note it.
    pub(super) fn approved_digest(&self, issue: u64) -> Option<&str> {
        let noted = self.snapshot.trust.notes.get(&issue);
        self.trust
            .note(issue)
            .or(noted)?
            .pin
            .as_ref()?
            .digest
            .as_deref()
    }

    /// Since when the present text of an issue counts as approved, as this pass will note it.
    pub(super) fn approved_at(&self, issue: u64) -> Option<Timestamp> {
        let noted = self.snapshot.trust.notes.get(&issue);
        let note = self.trust.note(issue).or(noted)?;
        note.pin.as_ref().map(|pin| pin.at)
    }

    /// Whether an issue may be worked on, by what the forge says of it.
    pub(super) fn is_wanted(&self, issue: &Issue) -> bool {
        issue.is_open()
            && !issue.has(label::BLOCKED)
            && !self.trust.is_changed(issue.number)
            && self
                .rules
                .intake
                .labels
                .iter()
                .any(|wanted| issue.has(wanted))
    }

    /// The wait of what needs an up-to-date sight of the forge, while there is none.
    pub(super) fn away(&self) -> Option<Wait> {
        let stale = self.snapshot.stale.as_ref()?;
        Some(Wait::Stale {
            error: stale.error.clone(),
            synced: stale.synced,
            next: stale.next,
        })
    }

    /// Until when the forge takes no calls; `None`: it does.
    pub(super) fn forge_cools_until(&self) -> Option<Timestamp> {
        let cooldown = self.snapshot.cooldowns.get(FORGE_COOLDOWN)?;
        policy::cooldown_due(cooldown, FORGE_COOLDOWN_MAX, self.now)
    }

    /// Whether an issue has an intake label, or acp has worked on it: no other is written to.
    pub(super) fn is_known(&self, issue: &Issue) -> bool {
        let item = ItemId::issue(issue.number);
        let labels = &self.rules.intake.labels;
        labels.iter().any(|wanted| issue.has(wanted))
            || self.snapshot.retries.contains_key(&item)
            || !self.runs_of(item).is_empty()
    }

    /// An intent of this pass.
    pub(super) fn intent(&self, item: ItemId, payload: Payload, fact: String) -> Intent {
        Intent::new(Origin::Pass, Some(item), payload, fact, vec![], self.now)
    }
}

/// Whether this pass draws the conclusions from a run. A supervisor that has just written its result holds the record a
/// moment longer.
pub(super) fn is_to_judge(run: &RunView) -> bool {
    matches!(run.run.state, RunState::Finished(_)) && run.life != Life::Supervised
}

fn unreadable_by_item(snapshot: &Snapshot) -> BTreeMap<ItemId, &str> {
    let of_item = |record: &RecordOf| match record {
        RecordOf::Run { run, .. } => run.item(),
        RecordOf::Item { item } => Some(*item),
        RecordOf::Budget | RecordOf::Intent { .. } | RecordOf::Other => None,
    };
    let all = snapshot.unreadable.iter();
    all.filter_map(|record| Some((of_item(&record.of)?, record.error.as_str())))
        .collect()
}

fn trusted<'a>(snapshot: &'a Snapshot, rules: &'a Rules) -> Trusted<'a> {
    Trusted {
        intake: &rules.intake,
        viewer: snapshot.mirror.viewer.as_deref(),
    }
}

/// Failures count from zero.
fn anew(retry: &Retry, now: Timestamp) -> Retry {
    Retry {
        blocked: false,
        label_seen: false,
        failures: 0,
        fixes: 0,
        reason: None,
        next: None,
        set: now,
        dropped: false,
        dead_launches: 0,
        excuses: 0,
        avoid: BTreeSet::new(),
        started: None,
        ..retry.clone()
    }
}

/// The highest attempt that a branch is believed to tell of. Whoever may push names branches, and no item gets this far.
const ATTEMPT_MAX: u32 = 100_000;

/// The attempt that a branch is named after, when it is one of an item's.
pub(in crate::engine) fn attempt_of(
    branch: &BranchName,
    prefix: &str,
    item: ItemId,
) -> Option<u32> {
    let rest = branch.as_str().strip_prefix(prefix)?;
    let attempt = parse_attempt(rest.strip_prefix(&item.slug())?.strip_prefix("-a")?)?;
    (attempt <= ATTEMPT_MAX).then_some(attempt)
}

/// The commit that a run built, once it is known.
pub(super) fn run_commit(run: &RunView) -> Option<&Sha> {
    commit_of(&run.run)
}

/// The same from the record alone.
pub fn commit_of(run: &Run) -> Option<&Sha> {
    match run.state.end().map(|end| &end.outcome) {
        Some(Outcome::Implemented { commit } | Outcome::UpdatedBranch { commit }) => Some(commit),
        _ => None,
    }
}

/// Whether a run counts as work on a pull request.
pub(super) fn is_pr_run(run: &RunView) -> bool {
    run.run.item.kind == ItemKind::Pr
}
