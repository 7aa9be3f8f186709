//! A run without processes and without git: children and commits are scripted.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Child, Children, SupervisorCtx, WorkerError, supervise};
use crate::agent::{self, Agent};
use crate::domain::{
    AgentRules, AgentSettings, BudgetRules, CheckPolicy, DiffFacts, ForgeKind, ForgeRules, Hold,
    IntakeRules, ItemId, LimitRules, MergeMethod, MergeRules, PathRules, PolicyRules, RepoRules,
    RetryRules, RiskRules, Rules, Run, RunFindings, RunId, RunState, Sandbox, SandboxRules, Sha,
    Task, TokenSource, Writes,
};
use crate::durable;
use crate::proc::{Ended, Report, RunTree, Survivors, Watch};
use crate::store::{Home, Lock, Store};
use crate::sys::{Clock, Env, StepClock};
use crate::vcs::{Built, CommitSpec, Pushed, Vcs, VcsError, WorktreeLeft};

pub(super) const SHA: &str = "0123456789012345678901234567890123456789";

pub(super) fn sha() -> Sha {
    SHA.parse().unwrap()
}

pub(super) fn settings() -> AgentSettings {
    AgentSettings {
        model: None,
        argv: vec!["the-agent".into()],
        shell: None,
        args: vec![],
        env: vec![],
        timeout: Duration::from_mins(20),
        stall: Duration::from_mins(5),
        grace: Duration::from_secs(1),
        output_bytes_max: 1 << 20,
        steps_max: 0,
        sandbox: Sandbox::None,
    }
}

fn forge_rules() -> ForgeRules {
    ForgeRules {
        kind: ForgeKind::Github,
        repo: "owner/name".into(),
        base_url: None,
        git_url: None,
        token: Some(TokenSource::Env("MY_FORGE".into())),
    }
}

fn limits() -> LimitRules {
    LimitRules {
        workers: 1,
        heavy: 1,
        pr: 1,
        scheduled: 1,
        recurring: 1,
        launches_per_pass: 1,
        pr_reserved: 0,
        disk_free_min: 0,
        history_bytes_max: 0,
    }
}

pub(super) fn rules() -> Rules {
    Rules {
        notify: crate::domain::NotifyRules::default(),
        id: "web".parse().unwrap(),
        forge: forge_rules(),
        repo: RepoRules {
            path: None,
            base: "main".parse().unwrap(),
            branch_prefix: "agent/".into(),
            setup: vec!["make deps".into()],
            verify: vec!["make test".into(), "make lint".into()],
        },
        intake: IntakeRules {
            labels: BTreeSet::new(),
            trusted: BTreeSet::new(),
            users: BTreeSet::new(),
        },
        agents: AgentRules {
            use_: "command".into(),
            fallback: vec![],
            settings: BTreeMap::from([
                ("command".into(), settings()),
                ("claude".into(), settings()),
            ]),
            pool: BTreeMap::new(),
        },
        sandbox: SandboxRules::off(),
        limits: limits(),
        retry: RetryRules {
            delays: vec![],
            attempts_max: 1,
            resumes_max: 2,
        },
        budget: BudgetRules {
            runs_per_day: 0,
            tokens_per_day: 0,
            usd_micros_per_day: 0,
            runs_per_item: 0,
            tokens_per_item: 0,
            usd_micros_per_item: 0,
            usd_micros_per_run: 0,
            tokens_per_run: 0,
        },
        policy: PolicyRules {
            writes: Writes::Draft,
            merge: MergeRules {
                auto_max: 0,
                ask_max: 0,
                method: MergeMethod::Squash,
                checks: CheckPolicy::Required,
                reviews: 0,
            },
            paths: PathRules::default(),
            fix_rounds_max: 1,
        },
        risk: RiskRules {
            weights: BTreeMap::new(),
            ceilings: BTreeMap::new(),
            classes: BTreeMap::new(),
            low_max: 0,
            medium_max: 0,
            large_deletion_lines: 0,
        },
    }
}

/// What a scripted child does, by the last word of its command line or `agent`.
pub(super) type Script = Box<dyn Fn(&Path, &mut dyn Watch) -> Ended>;

/// Children that are functions.
pub(super) struct Scripted {
    pub(super) scripts: BTreeMap<&'static str, Script>,
    pub(super) started: RefCell<Vec<String>>,
    pub(super) commands: RefCell<Vec<String>>,
    pub(super) stdin: RefCell<Vec<String>>,
    pub(super) deadlines: RefCell<Vec<Duration>>,
    pub(super) survivors: Vec<u32>,
    pub(super) leftovers: Vec<u32>,
    /// What passes between the last line of a child and its end.
    pub(super) silence: Duration,
    worktree: PathBuf,
}

impl Children for Scripted {
    fn run(
        &self,
        mut child: Child<'_>,
        tree: &mut RunTree,
        clock: &dyn Clock,
        watch: &mut dyn Watch,
    ) -> Report {
        use std::io::Read as _;
        let shown = child.cmd.shown();
        let known = |name: &&&str| shown.contains(**name);
        let name = self.scripts.keys().find(known).copied().unwrap_or("agent");
        self.started.borrow_mut().push(name.to_owned());
        self.commands.borrow_mut().push(format!("{:?}", child.cmd));
        self.deadlines.borrow_mut().push(child.limits.deadline);
        let mut text = String::new();
        child.stdin.read_to_string(&mut text).unwrap();
        self.stdin.borrow_mut().push(text);
        writeln!(child.log, "output of {name}").unwrap();
        watch.started(tree);
        let script = self.scripts.get(name);
        let ended = script.map_or(Ended::Exited(0), |script| script(&self.worktree, watch));
        clock.sleep(self.silence);
        let ended = if watch.cancelled() {
            Ended::Cancelled
        } else {
            ended
        };
        Report {
            ended,
            left_behind: 0,
            survivors: if name == "agent" {
                self.survivors.clone()
            } else {
                vec![]
            },
            output_bytes: 0,
            dropped_bytes: 0,
            log_failed: None,
            duration: Duration::ZERO,
        }
    }

    fn end(&self, _tree: &RunTree, _grace: Duration, _clock: &dyn Clock) -> Survivors {
        self.started.borrow_mut().push("end".into());
        Survivors {
            pids: self.leftovers.clone(),
            ended: 0,
        }
    }
}

/// What a fake repository makes of a worktree.
type Build = Box<dyn FnMut(&CommitSpec<'_>) -> Result<Option<Sha>, VcsError>>;

/// A repository that answers every commit in the same way.
pub(super) struct FakeVcs {
    pub(super) built: RefCell<Build>,
    pub(super) kept: RefCell<Vec<String>>,
}

impl Vcs for FakeVcs {
    fn survey(&self) -> Result<crate::vcs::Survey, VcsError> {
        Ok(crate::vcs::Survey::default())
    }
    fn forge_branches(&self, _: &str) -> Result<BTreeSet<crate::domain::BranchName>, VcsError> {
        Ok(BTreeSet::new())
    }
    fn missing(&self, _: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError> {
        Ok(BTreeSet::new())
    }
    fn flaw_of_bundle(&self, _: &Path) -> Result<Option<String>, VcsError> {
        Ok(None)
    }
    fn prepare(&self) -> Result<(), VcsError> {
        Ok(())
    }
    fn add_worktree(&self, _: &Path, _: &Sha, _: Option<&Sha>) -> Result<(), VcsError> {
        Ok(())
    }
    fn build_commit(&self, spec: &CommitSpec<'_>) -> Result<Built, VcsError> {
        let commit = (self.built.borrow_mut())(spec)?;
        Ok(Built {
            commit,
            subject: spec.message.unwrap_or(spec.fallback).to_owned(),
            facts: DiffFacts::default(),
        })
    }
    fn keep(&self, branch: &crate::domain::BranchName, sha: &Sha) -> Result<(), VcsError> {
        self.kept.borrow_mut().push(format!("{branch} {sha}"));
        Ok(())
    }
    fn push(
        &self,
        _: &crate::domain::BranchName,
        _: &Sha,
        _: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        Ok(Pushed::Done)
    }
    fn delete_branch(&self, _: &crate::domain::BranchName, _: &Sha) -> Result<Pushed, VcsError> {
        Ok(Pushed::Done)
    }
    fn rescue(
        &self,
        _: &RunId,
        _: &Path,
        _: &Path,
        _: &Sha,
        _: Option<&Sha>,
        _: &Path,
    ) -> Result<Option<PathBuf>, VcsError> {
        Ok(None)
    }
    fn worktree(&self, _: &Path) -> WorktreeLeft {
        WorktreeLeft::Nothing
    }

    fn remove_worktree(&self, _: &Path) -> Result<(), VcsError> {
        Ok(())
    }
    fn is_ancestor(&self, _: &Sha, _: &Sha) -> Result<bool, VcsError> {
        Ok(true)
    }
}

/// A run in a folder of its own.
pub(super) struct Bench {
    pub(super) dir: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) run: Run,
    pub(super) rules: Rules,
    pub(super) children: Scripted,
    pub(super) vcs: FakeVcs,
    pub(super) clock: Rc<StepClock>,
    pub(super) env: Env,
    pub(super) agents: fn(&str) -> Option<&'static dyn Agent>,
}

impl Bench {
    /// A run that was launched: its worktree and prompt are there.
    pub(super) fn new(task: Task) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let rules = rules();
        let store = Store::new(Home::below(dir.path()).layout(&rules.id));
        let now: Timestamp = "2026-11-21T03:15:02Z".parse().unwrap();
        let item = match task {
            Task::Implement | Task::Scheduled => ItemId::issue(12),
            Task::Fix { .. } | Task::Review { .. } => ItemId::pr(12),
        };
        let run = Run {
            id: RunId::new(now, item, 1),
            profile: rules.id.clone(),
            item,
            task,
            agent: "command".into(),
            attempt: 1,
            title: "Add a greeting".into(),
            branch: "agent/issue-12-a1".parse().unwrap(),
            base: "main".parse().unwrap(),
            start: sha(),
            merge: None,
            created: now,
            text: None,
            resumes: 0,
            state: RunState::Starting,
        };
        let worktree = store.layout().worktree(&run.id);
        durable::create_dirs(&worktree).unwrap();
        let alive = store.own_run(&run.id).unwrap().unwrap();
        store.put_run(&run, &alive).unwrap();
        durable::write_atomic(&store.layout().prompt(&run.id), b"the task").unwrap();
        Self {
            children: Scripted {
                scripts: BTreeMap::new(),
                started: RefCell::default(),
                commands: RefCell::default(),
                stdin: RefCell::default(),
                deadlines: RefCell::default(),
                survivors: vec![],
                leftovers: vec![],
                silence: Duration::ZERO,
                worktree,
            },
            vcs: FakeVcs {
                built: RefCell::new(Box::new(|_| Ok(Some(sha())))),
                kept: RefCell::default(),
            },
            clock: Rc::new(StepClock::new(now)),
            env: Env::from_pairs([("PATH", "/usr/bin:rel:/bin"), ("HOME", "/home/u")]),
            agents: agent::by_name,
            dir,
            store,
            run,
            rules,
        }
    }

    /// What a child named `name` does in the worktree.
    pub(super) fn on(
        &mut self,
        name: &'static str,
        script: impl Fn(&Path, &mut dyn Watch) -> Ended + 'static,
    ) {
        self.children.scripts.insert(name, Box::new(script));
    }

    /// The agent writes these files into `ACP_OUT` and ends well.
    pub(super) fn agent_leaves(&mut self, files: &[(&'static str, &str)]) {
        let files: Vec<(&str, String)> = files.iter().map(|(n, t)| (*n, (*t).to_owned())).collect();
        self.on("the-agent", move |worktree, _| {
            for (name, text) in &files {
                durable::write_quick(&worktree.join(".acp").join(name), text.as_bytes()).unwrap();
            }
            Ended::Exited(0)
        });
    }

    pub(super) fn hold(&self, name: &str, item: Option<ItemId>) {
        let hold = Hold {
            item,
            ..self.hold_record(name)
        };
        self.store.holds().put(name, &hold).unwrap();
    }

    /// A hold on the whole profile that is not set yet.
    pub(super) fn hold_record(&self, name: &str) -> Hold {
        Hold {
            name: name.into(),
            reason: "because".into(),
            by: "ann".into(),
            at: self.clock.now(),
            item: None,
            rule: None,
        }
    }

    pub(super) fn supervise(&self) -> Result<(), WorkerError> {
        let alive: Lock = self.store.own_run(&self.run.id).unwrap().unwrap();
        let ctx = SupervisorCtx {
            store: &self.store,
            vcs: &self.vcs,
            agents: &self.agents,
            children: &self.children,
            clock: &*self.clock,
            env: &self.env,
            rules: &self.rules,
            acp: Path::new("/opt/acp/bin/acp"),
        };
        supervise(&ctx, &self.run.id, &alive)
    }

    pub(super) fn now(&self) -> Run {
        self.store.live_run(&self.run.id).unwrap().unwrap()
    }

    /// Outcome and findings of the finished run.
    pub(super) fn end(&self) -> (crate::domain::Outcome, RunFindings) {
        let outcome = self.now().state.end().unwrap().outcome.clone();
        let findings = self.store.findings(&self.run.id).unwrap().unwrap();
        (outcome, findings)
    }
}
