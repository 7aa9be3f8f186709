//! Which of the items that could start do start now, and what holds back the others.

use super::view::{View, is_pr_run};
use crate::domain::{
    Action, Issue, ItemId, Lane, Life, Plan, PullRequest, Sha, Standing, Task, Wait, label,
};
use crate::policy;

/// The longest cooldown of an agent: a quota of a week, and a day. One further ahead is a mistake of the clock.
const COOLDOWN_MAX: std::time::Duration = std::time::Duration::from_hours(8 * 24);

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
    pub(super) heavy: bool,
    pub(super) exclusive: bool,
    /// Sorts within its kind: lane urgency, then age, then number.
    pub(super) order: (u8, jiff::Timestamp, u64),
}

impl Candidate {
    pub(super) fn implement(view: &View<'_>, issue: &Issue, lane: Lane) -> Self {
        Self {
            item: ItemId::issue(issue.number),
            lane,
            task: Task::Implement,
            start: view.snapshot.mirror.base_sha.clone(),
            merge: None,
            heavy: policy::is_heavy(&issue.labels, &issue.title),
            exclusive: issue.has(label::EXCLUSIVE),
            order: (0, issue.created, issue.number),
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
            heavy: policy::is_heavy(&pr.labels, &pr.title),
            exclusive: pr.has(label::EXCLUSIVE),
            order: (urgency, pr.created, pr.number),
        }
    }
}

/// Room that is left while launches are planned.
struct Room<'a> {
    view: &'a View<'a>,
    running: u32,
    running_pulls: u32,
    running_issues: u32,
    heavy: u32,
    launched: u32,
    issue_slots: u32,
    budget: crate::domain::DayBudget,
    exclusive: Exclusive,
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

impl<'a> Room<'a> {
    fn new(view: &'a View<'a>, wanted: &Candidates) -> Self {
        let live = view
            .snapshot
            .runs
            .values()
            .filter(|run| run.run.state.is_under_way());
        let (mut running, mut running_pulls, mut heavy) = (0, 0, 0);
        let mut exclusive = Exclusive::None;
        for run in live.filter(|run| run.life != Life::Gone || run.run.state.is_under_way()) {
            running += 1;
            running_pulls += u32::from(is_pr_run(run));
            heavy += u32::from(policy::is_heavy(
                labels_of(view, run.run.item),
                &run.run.title,
            ));
            if labels_of(view, run.run.item).contains(label::EXCLUSIVE) {
                exclusive = Exclusive::Running(run.run.item);
            }
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
        let startable = wanted
            .pulls
            .iter()
            .filter(|c| view.hold_on(c.item).is_none())
            .count();
        let eligible = u32::try_from(startable).unwrap_or(u32::MAX);
        let free = limits.workers.saturating_sub(running);
        let free_pulls = limits.pr.saturating_sub(running_pulls);
        let reserved = limits.pr_reserved.min(eligible).min(free).min(free_pulls);
        Self {
            view,
            running,
            running_pulls,
            running_issues: running - running_pulls,
            heavy,
            launched: 0,
            issue_slots: limits
                .workers
                .saturating_sub(running_pulls)
                .saturating_sub(reserved),
            budget: view.snapshot.budget.clone(),
            exclusive,
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
        if let Err(wait) = self.agent() {
            return Some(wait);
        }
        if let Err(limit) = policy::may_start(&self.budget, candidate.item, &self.view.rules.budget)
        {
            return Some(Wait::Budget {
                limit,
                until: policy::day_end(self.view.now),
            });
        }
        self.capacity_wait(candidate)
    }

    fn exclusive_wait(&self, candidate: &Candidate) -> Option<Wait> {
        match self.exclusive {
            Exclusive::Running(item) => Some(Wait::Exclusive { item }),
            Exclusive::Next(item) if item != candidate.item => Some(Wait::Exclusive { item }),
            Exclusive::Next(_) if self.running > 0 => Some(Wait::Capacity {
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
        let on_pull = candidate.item.kind == crate::domain::ItemKind::Pr;
        if self.running >= limits.workers {
            return full("limits.workers", limits.workers);
        }
        if on_pull && self.running_pulls >= limits.pr {
            return full("limits.pr", limits.pr);
        }
        if !on_pull && self.running_issues >= self.issue_slots {
            return full("slots left by limits.pr_reserved", self.issue_slots);
        }
        if candidate.heavy && self.heavy >= limits.heavy {
            return full("limits.heavy", limits.heavy);
        }
        (self.launched >= limits.launches_per_pass).then_some(Wait::LaunchLimit {
            max: limits.launches_per_pass,
        })
    }

    /// The first agent of the profile that can start.
    fn agent(&self) -> Result<String, Wait> {
        let snapshot = self.view.snapshot;
        let mut missing = vec![];
        let mut cooling: Option<Wait> = None;
        for name in self.view.rules.agents.in_order() {
            if let Some(reason) = snapshot.agents_missing.get(name) {
                missing.push(format!("{name}: {reason}"));
                continue;
            }
            let cooldown = snapshot.cooldowns.get(&format!("agent-{name}"));
            let until = cooldown.and_then(|c| policy::cooldown_due(c, COOLDOWN_MAX, self.view.now));
            let (Some(cooldown), Some(until)) = (cooldown, until) else {
                return Ok(name.to_owned());
            };
            cooling.get_or_insert(Wait::Cooldown {
                key: cooldown.key.clone(),
                until,
                reason: cooldown.reason.clone(),
            });
        }
        Err(cooling.unwrap_or(Wait::NoAgent {
            reason: missing.join("; "),
        }))
    }

    fn launch(&mut self, candidate: &Candidate, plan: &mut Plan) -> Wait {
        let (Ok(agent), Some(start)) = (self.agent(), candidate.start.clone()) else {
            return Wait::NoBase;
        };
        let attempt = self.view.last_attempt(candidate.item) + 1;
        let run = crate::domain::RunId::new(self.view.now, candidate.item, attempt);
        let rules = &self.view.rules.budget;
        self.budget
            .runs
            .insert(run, rules.reservation(candidate.item, &agent));
        self.running += 1;
        self.launched += 1;
        self.heavy += u32::from(candidate.heavy);
        match candidate.item.kind {
            crate::domain::ItemKind::Pr => self.running_pulls += 1,
            crate::domain::ItemKind::Issue => self.running_issues += 1,
        }
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

fn labels_of<'a>(view: &View<'a>, item: ItemId) -> &'a std::collections::BTreeSet<String> {
    static NONE: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    let mirror = &view.snapshot.mirror;
    match item.kind {
        crate::domain::ItemKind::Issue => {
            mirror.issues.get(&item.number).map_or(&NONE, |i| &i.labels)
        }
        crate::domain::ItemKind::Pr => mirror.pulls.get(&item.number).map_or(&NONE, |p| &p.labels),
    }
}
