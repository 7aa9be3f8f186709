//! A world that is built in a test: everything that a plan rests on, with one word for each thing that may be there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Action, Approval, Association, ChangeKind, Check, CheckState, DayBudget, DiffFacts, Failure,
    FailureClass, FileChange, Hold, Intent, IntentView, Issue, IssueState, ItemId, Lease, Life,
    Mergeable, Mirror, Origin, Outcome, Payload, Plan, PrState, PullRequest, Retry, Rules, Run,
    RunEnd, RunFindings, RunId, RunState, RunView, Sha, Snapshot, Standing, Step, Task, Wait,
    label,
};

pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) rules: Rules,
}

pub(super) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(super) fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub(super) fn sha(digit: char) -> Sha {
    digit.to_string().repeat(40).parse().unwrap()
}

pub(super) fn set(labels: &[&str]) -> BTreeSet<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

pub(super) fn failed(class: FailureClass) -> Outcome {
    Outcome::Failed(Failure::new(class, "no".to_owned()))
}

pub(super) fn implemented() -> Outcome {
    Outcome::Implemented { commit: sha('c') }
}

pub(super) fn end(outcome: Outcome) -> RunEnd {
    RunEnd {
        started: Some(ago(20)),
        ended: ago(10),
        outcome,
    }
}

pub(super) fn running(step: Step) -> RunState {
    RunState::Running {
        started: ago(5),
        deadline: now() + SignedDuration::from_mins(25),
        step,
        supervisor: None,
        leader: None,
        agent_end: None,
    }
}

pub(super) fn judged(outcome: Outcome) -> RunState {
    RunState::Judged {
        end: end(outcome),
        at: ago(9),
    }
}

impl World {
    /// Nothing but a base branch, under the rules of a small profile on the local forge: it may merge.
    pub(super) fn new() -> Self {
        let text =
            "schema: 1\nforge: { kind: local }\nagents: { use: claude, fallback: [codex] }\n";
        let id = "p".parse().unwrap();
        let path = std::path::Path::new("p.yaml");
        let profile = crate::profile::load_text(&id, path, text, &crate::sys::Env::default());
        Self {
            rules: profile.unwrap().rules,
            snapshot: Snapshot {
                now: now(),
                seed: 7,
                mirror: Mirror {
                    base_sha: Some(sha('0')),
                    ..Mirror::default()
                },
                runs: BTreeMap::new(),
                unrecorded: BTreeMap::new(),
                unreadable: vec![],
                leases: BTreeMap::new(),
                retries: BTreeMap::new(),
                cooldowns: BTreeMap::new(),
                holds: BTreeMap::new(),
                approvals: BTreeMap::new(),
                intents: vec![],
                budget: DayBudget::default(),
                facts: BTreeMap::new(),
                asked_again: BTreeMap::new(),
                disk_free: Some(u64::MAX),
                agents_missing: BTreeMap::new(),
                stale: None,
                trust: crate::domain::TrustBook::default(),
                labelled: BTreeMap::new(),
                reviews_own: false,
                gaps: vec![],
            },
        }
    }

    /// An open issue that is ready, of somebody who is trusted.
    pub(super) fn issue(&mut self, number: u64) -> &mut Issue {
        let issue = Issue {
            number,
            title: format!("Issue {number}"),
            state: IssueState::Open,
            labels: set(&[label::READY]),
            author: "ann".to_owned(),
            association: Association::Owner,
            created: ago(1_000 - i64::try_from(number).unwrap()),
            updated: ago(100),
            digest: None,
            schedule: None,
        };
        self.snapshot.mirror.issues.insert(number, issue);
        self.snapshot.mirror.issues.get_mut(&number).unwrap()
    }

    pub(super) fn issue_mut(&mut self, number: u64) -> &mut Issue {
        self.snapshot.mirror.issues.get_mut(&number).unwrap()
    }

    /// An open pull request on acp's branch for `issue`, green, small, built by a run that is judged.
    pub(super) fn pull(&mut self, number: u64, issue: u64) -> &mut PullRequest {
        let run = self.run(ItemId::issue(issue), 1, judged(implemented()));
        let branch = self.snapshot.runs[&run].run.branch.clone();
        self.snapshot.leases.remove(&ItemId::issue(issue));
        let facts = DiffFacts {
            files: Some(vec![]),
            ddl: Some(false),
            secrets: Some(vec![]),
        };
        self.snapshot.facts.insert(number, facts);
        let pr = PullRequest {
            number,
            title: format!("Pull {number}"),
            state: PrState::Open,
            draft: false,
            head: branch,
            head_sha: sha('c'),
            base: "main".parse().unwrap(),
            base_sha: sha('0'),
            from_fork: false,
            labels: BTreeSet::new(),
            author: "acp".to_owned(),
            association: Association::Owner,
            closes: Some(issue),
            checks: vec![],
            reviews: vec![],
            mergeable: Mergeable::Yes,
            created: ago(60),
            updated: ago(50),
        };
        self.snapshot.mirror.pulls.insert(number, pr);
        self.pr_mut(number)
    }

    pub(super) fn pr_mut(&mut self, number: u64) -> &mut PullRequest {
        self.snapshot.mirror.pulls.get_mut(&number).unwrap()
    }

    pub(super) fn check(&mut self, pr: u64, name: &str, state: CheckState) {
        let (name, summary) = (name.to_owned(), String::new());
        self.pr_mut(pr).checks.push(Check {
            name,
            state,
            summary,
        });
    }

    /// A run with its lease; nothing of it lives.
    pub(super) fn run(&mut self, item: ItemId, attempt: u32, state: RunState) -> RunId {
        let id = RunId::new(ago(20), item, attempt);
        let pr = self.snapshot.mirror.pulls.get(&item.number);
        let (task, branch, start) = match pr {
            Some(pr) if item == ItemId::pr(pr.number) => {
                let reasons = vec!["it is red".to_owned()];
                (Task::Fix { reasons }, pr.head.clone(), pr.head_sha.clone())
            }
            _ => {
                let branch = format!("agent/{}-a{attempt}", item.slug());
                (Task::Implement, branch.parse().unwrap(), sha('0'))
            }
        };
        let run = Run {
            id: id.clone(),
            profile: "p".parse().unwrap(),
            item,
            task,
            agent: "claude".to_owned(),
            attempt,
            title: "Title".to_owned(),
            branch,
            base: "main".parse().unwrap(),
            start,
            merge: None,
            created: ago(20),
            text: None,
            resumes: 0,
            state,
        };
        let mut findings = RunFindings::default();
        findings.facts.secrets = Some(vec![]);
        let findings = run.state.end().map(|_| findings);
        let life = Life::Gone;
        let view = RunView {
            run,
            life,
            findings,
            session: false,
            tokens: None,
            usd_micros: None,
        };
        self.snapshot.runs.insert(id.clone(), view);
        let lease = Lease {
            item,
            run: id.clone(),
            at: ago(20),
        };
        self.snapshot.leases.insert(item, lease);
        id
    }

    pub(super) fn findings(&mut self, run: &RunId) -> &mut RunFindings {
        let view = self.snapshot.runs.get_mut(run).unwrap();
        view.findings.get_or_insert_with(RunFindings::default)
    }

    pub(super) fn life(&mut self, run: &RunId, life: Life) {
        self.snapshot.runs.get_mut(run).unwrap().life = life;
    }

    pub(super) fn touches(&mut self, run: &RunId, path: &str) {
        self.findings(run).facts.files = Some(vec![file(path)]);
    }

    pub(super) fn retry(&mut self, item: ItemId) -> &mut Retry {
        self.snapshot.retries.entry(item).or_insert(Retry {
            item,
            attempt: 1,
            failures: 0,
            last_run: None,
            reason: None,
            next: None,
            set: ago(10),
            blocked: false,
            label_seen: false,
            fixes: 0,
            repair_answered: false,
            dropped: false,
            dead_launches: 0,
            usd_micros: 0,
            tokens: 0,
            runs: 0,
            excuses: 0,
            avoid: BTreeSet::new(),
            started: None,
            alert: None,
        })
    }

    pub(super) fn hold(&mut self, name: &str, item: Option<ItemId>) {
        let hold = Hold {
            name: name.to_owned(),
            reason: "because".to_owned(),
            by: "ann".to_owned(),
            at: ago(1),
            item,
            rule: None,
        };
        self.snapshot.holds.insert(name.to_owned(), hold);
    }

    pub(super) fn approve(&mut self, pr: u64, head: char) {
        let approval = Approval {
            pr,
            head: sha(head),
            by: "ann".to_owned(),
            at: ago(1),
            merge: false,
        };
        self.snapshot.approvals.insert(pr, approval);
    }

    /// An outstanding intent.
    pub(super) fn intent(
        &mut self,
        origin: Origin,
        item: ItemId,
        payload: Payload,
    ) -> &mut IntentView {
        let fact = format!("{}", self.snapshot.intents.len());
        let intent = Intent::new(origin, Some(item), payload, fact, vec![], ago(5));
        self.outstanding(intent)
    }

    pub(super) fn outstanding(&mut self, intent: Intent) -> &mut IntentView {
        let view = IntentView {
            intent,
            failed: false,
        };
        self.snapshot.intents.push(view);
        self.snapshot.intents.last_mut().unwrap()
    }

    pub(super) fn plan(&self) -> Plan {
        crate::engine::plan::plan(&self.snapshot, &self.rules).unwrap()
    }

    /// Where an item stands.
    #[track_caller]
    pub(super) fn standing(&self, item: ItemId) -> Standing {
        let mut all = self.plan().standings.into_iter();
        let found = all.find(|standing| standing.item == item);
        found.unwrap_or_else(|| unreachable!("{item} stands nowhere"))
    }

    #[track_caller]
    pub(super) fn wait(&self, item: ItemId) -> Wait {
        self.standing(item).wait
    }

    #[track_caller]
    pub(super) fn lane(&self, item: ItemId) -> &'static str {
        self.standing(item).lane.as_str()
    }

    /// Items that the plan launches on, in order.
    pub(super) fn launched(&self) -> Vec<ItemId> {
        let item = |action: Action| match action {
            Action::Launch { item, .. } => Some(item),
            _ => None,
        };
        self.plan().actions.into_iter().filter_map(item).collect()
    }

    /// What the plan enqueues by itself.
    pub(super) fn enqueued(&self) -> Vec<Intent> {
        let intent = |action: Action| match action {
            Action::Enqueue { intent, .. } => Some(*intent),
            _ => None,
        };
        self.plan().actions.into_iter().filter_map(intent).collect()
    }

    /// Retry records that the plan sets by itself, in order.
    pub(super) fn retries_set(&self) -> Vec<Retry> {
        let retry = |action: Action| match action {
            Action::SetRetry { retry, .. } => Some(*retry),
            _ => None,
        };
        self.plan().actions.into_iter().filter_map(retry).collect()
    }

    /// The one judgement of the plan.
    #[track_caller]
    pub(super) fn judgement(&self) -> (Vec<Intent>, Retry, String) {
        let judge = |action: Action| match action {
            Action::Judge {
                intents,
                retry,
                summary,
                ..
            } => Some((intents, *retry, summary)),
            _ => None,
        };
        let mut all: Vec<_> = self.plan().actions.into_iter().filter_map(judge).collect();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

pub(super) fn file(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        old_path: None,
        kind: ChangeKind::Modified,
        insertions: 1,
        deletions: 0,
        binary: false,
    }
}

/// Kinds of intents, in order.
pub(super) fn kinds(intents: &[Intent]) -> Vec<&'static str> {
    intents.iter().map(|i| i.payload.kind().as_str()).collect()
}
