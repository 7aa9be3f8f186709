//! Which of the items that could start do start now, and what holds back the others.

use std::collections::BTreeSet;

use super::view::{View, is_pr_run};
use crate::domain::{
    Action, Issue, IssueLane, ItemId, ItemKind, Lane, Life, Plan, PullRequest, Run, RunState, Sha,
    Standing, Task, Wait, label,
};
use crate::policy;

/// Items that could start if nothing but room were needed.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) pulls: Vec<Candidate>,
    pub(super) issues: Vec<Candidate>,
}

/// One of them.
pub(super) struct Candidate {
    pub(super) item: ItemId,
    pub(super) lane: Lane,
    pub(super) task: Task,
    pub(super) start: Option<Sha>,
    pub(super) merge: Option<Sha>,
    pub(super) exclusive: bool,
    /// Sorts within its kind: lane urgency, then age, then number.
    pub(super) order: (u8, jiff::Timestamp, u64),
}

impl Candidate {
    pub(super) fn on_issue(view: &View<'_>, issue: &Issue, lane: IssueLane) -> Self {
        let item = ItemId::issue(issue.number);
        let started = view.retry(item).and_then(|retry| retry.started);
        let order = match lane {
            // What is never done comes after what can be, and in turn.
            IssueLane::Recurring => (1, started.unwrap_or(issue.created), issue.number),
            _ => (0, issue.created, issue.number),
        };
        Self {
            item,
            lane: Lane::Issue(lane),
            task: match lane {
                IssueLane::Scheduled => Task::Scheduled,
                _ => Task::Implement,
            },
            start: view.snapshot.mirror.base_sha.clone(),
            merge: None,
            exclusive: issue.has(label::EXCLUSIVE),
            order,
        }
    }

    pub(super) fn on_pull(
        pr: &PullRequest,
        lane: Lane,
        task: Task,
        merge: Option<Sha>,
        urgency: u8,
    ) -> Self {
        Self {
            item: ItemId::pr(pr.number),
            lane,
            task,
            start: Some(pr.head_sha.clone()),
            merge,
            exclusive: pr.has(label::EXCLUSIVE),
            order: (urgency, pr.created, pr.number),
        }
    }
}

/// Room that is left while launches are planned.
struct Room<'a> {
    view: &'a View<'a>,
    /// But those on scheduled issues.
    running: u32,
    scheduled: u32,
    recurring: u32,
    running_pulls: u32,
    running_issues: u32,
    heavy: u32,
    launched: u32,
    issue_slots: u32,
    budget: crate::domain::DayBudget,
    /// Whether the day lets one more run start, after those that are planned.
    day: Result<(), String>,
    exclusive: Exclusive,
    /// The agents in their order, and whether each may be started.
    agents: Vec<(&'a str, policy::Awake)>,
    /// Backends of which this plan starts a run.
    trials: BTreeSet<String>,
}

enum Exclusive {
    None,
    Running(ItemId),
    Next(ItemId),
}

pub(super) fn plan(view: &View<'_>, plan: &mut Plan, mut wanted: Candidates) {
    wanted.pulls.sort_by_key(|c| c.order);
    wanted.issues.sort_by_key(|c| c.order);
    let mut room = Room::new(view, &wanted);
    let candidates = wanted.pulls.into_iter().chain(wanted.issues);
    for candidate in candidates {
        let wait = match room.why_not(&candidate) {
            Some(wait) => wait,
            None => room.launch(&candidate, plan),
        };
        plan.standings.push(Standing {
            item: candidate.item,
            lane: candidate.lane,
            wait,
        });
    }
}

/// The slots that are kept free for pull requests, as far as there are any that could start.
fn reserved(view: &View<'_>, wanted: &Candidates) -> u32 {
    let startable = wanted
        .pulls
        .iter()
        .filter(|c| view.hold_on(c.item).is_none())
        .count();
    let startable = u32::try_from(startable).unwrap_or(u32::MAX);
    view.rules.limits.pr_reserved.min(startable)
}

impl<'a> Room<'a> {
    fn new(view: &'a View<'a>, wanted: &Candidates) -> Self {
        let live = view
            .snapshot
            .runs
            .values()
            .filter(|run| run.run.state.is_under_way());
        let (mut running, mut running_pulls, mut heavy) = (0, 0, 0);
        let (mut scheduled, mut recurring) = (0, 0);
        let mut exclusive = Exclusive::None;
        for run in live.filter(|run| run.life != Life::Gone || run.run.state.is_under_way()) {
            let on_schedule = run.run.task == Task::Scheduled;
            scheduled += u32::from(on_schedule);
            running += u32::from(!on_schedule);
            recurring += u32::from(is_recurring(view, &run.run));
            running_pulls += u32::from(is_pr_run(run));
            let labels = labels_of(view, run.run.item);
            heavy += u32::from(policy::is_heavy(labels, &run.run.title));
            if labels_of(view, run.run.item).contains(label::EXCLUSIVE) {
                exclusive = Exclusive::Running(run.run.item);
            }
        }
        for run in view.snapshot.unrecorded_living() {
            let item = run.item();
            running += 1;
            running_pulls += u32::from(item.is_some_and(|item| item.kind == ItemKind::Pr));
        }
        let unreadable = view.snapshot.unreadable_runs();
        for (run, _) in unreadable.filter(|(_, life)| *life != Life::Gone) {
            let item = run.item();
            running += 1;
            running_pulls += u32::from(item.is_some_and(|item| item.kind == ItemKind::Pr));
        }
        if matches!(exclusive, Exclusive::None) {
            let mut all = wanted.pulls.iter().chain(&wanted.issues);
            let next = |candidate: &&Candidate| {
                candidate.exclusive && view.hold_on(candidate.item).is_none()
            };
            if let Some(next) = all.find(next) {
                exclusive = Exclusive::Next(next.item);
            }
        }
        let limits = &view.rules.limits;
        let free = limits.workers.saturating_sub(running);
        let free_pulls = limits.pr.saturating_sub(running_pulls);
        let in_order = view.rules.agents.in_order().into_iter();
        let reserved = match &exclusive {
            // Pull requests wait for the issue: it must not wait for them in turn.
            Exclusive::Next(item) if item.kind == ItemKind::Issue => 0,
            _ => reserved(view, wanted).min(free).min(free_pulls),
        };
        Self {
            view,
            running,
            scheduled,
            recurring,
            running_pulls,
            running_issues: running - running_pulls,
            heavy,
            launched: 0,
            issue_slots: limits
                .workers
                .saturating_sub(running_pulls)
                .saturating_sub(reserved),
            budget: view.snapshot.budget.clone(),
            day: policy::may_start(&view.snapshot.budget, &view.rules.budget),
            exclusive,
            agents: in_order.map(|name| (name, view.awake(name))).collect(),
            trials: BTreeSet::new(),
        }
    }

    /// What holds a candidate back, the widest reason first.
    fn why_not(&self, candidate: &Candidate) -> Option<Wait> {
        let limits = &self.view.rules.limits;
        if let Some(hold) = self.view.hold_on(candidate.item) {
            return Some(Wait::Hold {
                name: hold.name.clone(),
                reason: hold.reason.clone(),
            });
        }
        if let Some(wait) = self.view.away() {
            return Some(wait);
        }
        if candidate.start.is_none() {
            return Some(Wait::NoBase);
        }
        // What was spent is not known, so nobody can say that there is something left.
        if let Some(error) = self.view.snapshot.budget_unreadable() {
            let error = error.to_owned();
            return Some(Wait::Unreadable { error });
        }
        if let Some(free) = self
            .view
            .snapshot
            .disk_free
            .filter(|free| *free < limits.disk_free_min)
        {
            return Some(Wait::Disk {
                free,
                need: limits.disk_free_min,
            });
        }
        if let Some(wait) = self.exclusive_wait(candidate) {
            return Some(wait);
        }
        if let Err(wait) = self.agent(candidate.item) {
            return Some(wait);
        }
        if let Err(limit) = &self.day {
            return Some(Wait::Budget {
                limit: limit.clone(),
                until: policy::day_end(self.view.now),
            });
        }
        let used = self.view.used_by(candidate.item);
        if let Err(limit) = policy::item_may_start(used, &self.view.rules.budget) {
            return Some(Wait::Spent { limit });
        }
        self.capacity_wait(candidate)
    }

    fn exclusive_wait(&self, candidate: &Candidate) -> Option<Wait> {
        match self.exclusive {
            Exclusive::Running(item) => Some(Wait::Exclusive { item }),
            Exclusive::Next(item) if item != candidate.item => Some(Wait::Exclusive { item }),
            Exclusive::Next(_) if self.running + self.scheduled > 0 => Some(Wait::Capacity {
                limit: "exclusive: all other runs end first".to_owned(),
                max: 0,
            }),
            Exclusive::Next(_) | Exclusive::None => None,
        }
    }

    fn capacity_wait(&self, candidate: &Candidate) -> Option<Wait> {
        let limits = &self.view.rules.limits;
        let full = |limit: &str, max: u32| {
            Some(Wait::Capacity {
                limit: limit.to_owned(),
                max,
            })
        };
        let own = match candidate.lane {
            Lane::Issue(IssueLane::Scheduled) if self.scheduled >= limits.scheduled => {
                full("limits.scheduled", limits.scheduled)
            }
            Lane::Issue(IssueLane::Scheduled) => None,
            _ if self.running >= limits.workers => full("limits.workers", limits.workers),
            Lane::Pr(_) if self.running_pulls >= limits.pr => full("limits.pr", limits.pr),
            Lane::Issue(_) if self.running_issues >= self.issue_slots => {
                full("slots left by limits.pr_reserved", self.issue_slots)
            }
            Lane::Issue(IssueLane::Recurring) if self.recurring >= limits.recurring => {
                full("limits.recurring", limits.recurring)
            }
            Lane::Pr(_) | Lane::Issue(_) => None,
        };
        if own.is_some() {
            return own;
        }
        if self.heavy >= limits.heavy && is_heavy(self.view, candidate.item) {
            return full("limits.heavy", limits.heavy);
        }
        (self.launched >= limits.launches_per_pass).then_some(Wait::LaunchLimit {
            max: limits.launches_per_pass,
        })
    }

    /// The first agent of the profile that can start; those that could not do this item before come last.
    fn agent(&self, item: ItemId) -> Result<String, Wait> {
        let retry = self.view.retry(item);
        let is_avoided = |name: &str| retry.is_some_and(|retry| retry.avoid.contains(name));
        let first = self.agents.iter().filter(|(name, _)| !is_avoided(name));
        let last = self.agents.iter().filter(|(name, _)| is_avoided(name));
        let mut missing = vec![];
        let mut waits: Vec<Wait> = vec![];
        for (name, awake) in first.chain(last) {
            if let Some(reason) = self.view.snapshot.agents_missing.get(*name) {
                missing.push(format!("{name}: {reason}"));
                continue;
            }
            match awake {
                policy::Awake::Trial { key, since } if self.is_tried(name, *since) => {
                    let limit = format!("one run that tries whether `{key}` is over");
                    waits.push(Wait::Capacity { limit, max: 1 });
                }
                policy::Awake::Yes | policy::Awake::Trial { .. } => {
                    return Ok((*name).to_owned());
                }
                policy::Awake::No { key, until, reason } => waits.push(Wait::Cooldown {
                    key: key.clone(),
                    until: *until,
                    reason: reason.clone(),
                }),
            }
        }
        let soonest = waits.into_iter().min_by_key(Wait::next);
        Err(soonest.unwrap_or(Wait::NoAgent {
            reason: missing.join("; "),
        }))
    }

    /// Whether a run of the agent's backend is already under way that shows whether it works again.
    fn is_tried(&self, agent: &str, since: jiff::Timestamp) -> bool {
        let agents = &self.view.rules.agents;
        let backend = agents.backend(agent);
        let mut runs = self.view.snapshot.runs.values();
        self.trials.contains(backend)
            || runs.any(|view| {
                let run = &view.run;
                let open = run.state.is_under_way() || matches!(run.state, RunState::Finished(_));
                open && agents.backend(&run.agent) == backend && run.created >= since
            })
    }

    fn launch(&mut self, candidate: &Candidate, plan: &mut Plan) -> Wait {
        let (Ok(agent), Some(start)) = (self.agent(candidate.item), candidate.start.clone()) else {
            return Wait::NoBase;
        };
        let attempt = self.view.last_attempt(candidate.item) + 1;
        let run = crate::domain::RunId::new(self.view.now, candidate.item, attempt);
        let rules = self.view.rules;
        self.budget
            .runs
            .insert(run, rules.reservation(candidate.item, &agent));
        self.day = policy::may_start(&self.budget, &rules.budget);
        let agents = &self.view.rules.agents;
        self.trials.insert(agents.backend(&agent).to_owned());
        self.launched += 1;
        self.heavy += u32::from(is_heavy(self.view, candidate.item));
        if candidate.task == Task::Scheduled {
            self.scheduled += 1;
        } else {
            self.running += 1;
            match candidate.item.kind {
                ItemKind::Pr => self.running_pulls += 1,
                ItemKind::Issue => self.running_issues += 1,
            }
        }
        self.recurring += u32::from(candidate.lane == Lane::Issue(IssueLane::Recurring));
        if candidate.exclusive {
            self.exclusive = Exclusive::Running(candidate.item);
        }
        let task = candidate.task.as_str().to_owned();
        plan.actions.push(Action::Launch {
            item: candidate.item,
            task: candidate.task.clone(),
            agent,
            attempt,
            start,
            merge: candidate.merge.clone(),
        });
        Wait::Launching { task }
    }
}

/// Whether a run is one of those that a recurring issue has again and again.
fn is_recurring(view: &View<'_>, run: &Run) -> bool {
    run.task == Task::Implement && labels_of(view, run.item).contains(label::KEEP_OPEN)
}

/// Asked of the few that could start, not of each that waits: titles are searched for words.
fn is_heavy(view: &View<'_>, item: ItemId) -> bool {
    let mirror = &view.snapshot.mirror;
    let title = match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).map(|i| &i.title),
        ItemKind::Pr => mirror.pulls.get(&item.number).map(|p| &p.title),
    };
    title.is_some_and(|title| policy::is_heavy(labels_of(view, item), title))
}

fn labels_of<'a>(view: &View<'a>, item: ItemId) -> &'a BTreeSet<String> {
    static NONE: BTreeSet<String> = BTreeSet::new();
    let mirror = &view.snapshot.mirror;
    match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).map_or(&NONE, |i| &i.labels),
        ItemKind::Pr => mirror.pulls.get(&item.number).map_or(&NONE, |p| &p.labels),
    }
}
