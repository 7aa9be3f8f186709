//! An engine in a folder of its own, over a forge that answers as a test says.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::Engine;
use crate::domain::{
    Applied, BranchName, ChangeFacts, DiffFacts, Intent, IntentId, ItemId, Labelled, Life,
    Mergeable, Mirror, NotifierKind, NotifierRules, Origin, Payload, PrState, Priority,
    PullRequest, RepoState, Rules, Run, RunId, RunState, Sha, Task,
};
use crate::forge::{Capabilities, Forge, ForgeError, GitRemote, Text};
use crate::store::{Home, Lock, LockName, Place, Store, as_other_process};
use crate::sys::{SplitMix64, StepClock};
use crate::vcs::{Built, CommitSpec, Pushed, Survey, Vcs, VcsError, WorktreeLeft};
use crate::worker::{Ended, WorkerError, Workers};

/// A forge that does what a test has put down for it.
#[derive(Default)]
pub(super) struct Script {
    /// Answers of `apply`, in order; then everything succeeds.
    pub(super) apply: RefCell<VecDeque<Result<Applied, ForgeError>>>,
    /// Answers of `find`, in order; then nothing is found.
    pub(super) find: RefCell<VecDeque<Result<Option<Applied>, ForgeError>>>,
    /// What `change` says of a pull request.
    pub(super) change: RefCell<VecDeque<Result<ChangeFacts, ForgeError>>>,
    /// What the listing shows.
    pub(super) mirror: RefCell<Mirror>,
    /// What goes wrong with listings, in order; then they succeed.
    pub(super) sync: RefCell<VecDeque<ForgeError>>,
    /// Items of which the text can never be read.
    pub(super) unreadable: RefCell<BTreeSet<u64>>,
    /// Calls that were made: `sync`, `apply ID`, `find ID`.
    pub(super) calls: RefCell<Vec<String>>,
    /// The heads for which the last listing was told to look.
    pub(super) awaited: RefCell<BTreeSet<Sha>>,
    /// Done at the start of a listing: what somebody else does meanwhile.
    pub(super) before_sync: RefCell<Option<Box<dyn FnOnce()>>>,
    /// How late writes become visible.
    pub(super) visible_within: Duration,
    /// Whether it is on another machine.
    pub(super) remote: bool,
    /// What is said of the repository.
    pub(super) repo: RefCell<RepoState>,
    /// Answers of git to the removal of a branch, in order; then it is removed.
    pub(super) removals: Removals,
}

/// Answers to the removal of a branch, in order.
type Removals = RefCell<VecDeque<Result<Pushed, VcsError>>>;

pub(super) struct Scene {
    _root: TempDir,
    pub(super) store: Store,
    pub(super) rules: Rules,
    /// Shared with those that take their time while they are called.
    pub(super) clock: Rc<StepClock>,
    pub(super) forge: Script,
    pub(super) workers: NoWorkers,
    pub(super) clone: RefCell<Option<FakeClone>>,
    rng: SplitMix64,
}

/// What a clone holds.
#[derive(Default)]
pub(super) struct FakeClone {
    pub(super) survey: Survey,
    pub(super) commits: BTreeSet<Sha>,
}

pub(super) fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(super) fn sha(digit: char) -> Sha {
    digit.to_string().repeat(40).parse().unwrap()
}

/// An open pull request from acp's branch for issue `number` into `main`.
pub(super) fn open_pull(number: u64) -> PullRequest {
    PullRequest {
        number,
        title: String::new(),
        state: PrState::Open,
        draft: false,
        head: format!("agent/issue-{number}-a1").parse().unwrap(),
        head_sha: sha('c'),
        base: "main".parse().unwrap(),
        base_sha: sha('0'),
        from_fork: false,
        labels: BTreeSet::new(),
        author: "acp".to_owned(),
        association: crate::domain::Association::Owner,
        closes: None,
        checks: vec![],
        reviews: vec![],
        mergeable: Mergeable::Unknown,
        created: start(),
        updated: start(),
    }
}

/// Overwrites a file of the state folder with what is no record.
#[expect(
    clippy::disallowed_methods,
    reason = "a test damages files as nothing of acp does"
)]
pub(super) fn damage(store: &Store, name: &str) {
    let path = store.layout().root().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "no record").unwrap();
}

impl Scene {
    pub(super) fn new() -> Self {
        let root = TempDir::new().unwrap();
        let id = "p".parse().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&id));
        let text = "schema: 1\nforge: { kind: local }\n";
        let env = crate::sys::Env::default();
        let profile = crate::profile::load_text(&id, Path::new("p.yaml"), text, &env);
        Self {
            _root: root,
            store,
            rules: profile.unwrap().rules,
            clock: Rc::new(StepClock::new(start())),
            forge: Script::default(),
            workers: NoWorkers::default(),
            clone: RefCell::default(),
            rng: SplitMix64::seeded(7),
        }
    }

    pub(super) fn engine(&self) -> Engine<'_> {
        Engine {
            store: &self.store,
            rules: &self.rules,
            forge: &self.forge,
            vcs: self,
            workers: &self.workers,
            clock: &*self.clock,
            rng: &self.rng,
            agent_missing: &|_| None,
            prompt: &|_, _| Ok(String::new()),
            notifier: &|_| None,
            say: &|_| {},
        }
    }

    /// Enqueues a comment.
    pub(super) fn comment(&self, fact: &str, item: ItemId, needs: &[&Intent]) -> Intent {
        let body = String::new();
        self.enqueue(Origin::Pass, item, Payload::Comment { body }, fact, needs)
    }

    pub(super) fn enqueue(
        &self,
        origin: Origin,
        item: ItemId,
        payload: Payload,
        fact: &str,
        needs: &[&Intent],
    ) -> Intent {
        let needs = needs.iter().map(|need| need.id.clone()).collect();
        let now = crate::sys::Clock::now(&*self.clock);
        let intent = Intent::new(origin, Some(item), payload, fact.to_owned(), needs, now);
        assert!(self.store.outbox().unwrap().enqueue(&intent).unwrap());
        intent
    }

    /// Replaces the journal with what nobody can open as one.
    pub(super) fn break_journal(&self) {
        let path = self.store.layout().root().join("journal.jsonl");
        let _was_there = std::fs::remove_file(&path);
        std::fs::create_dir_all(&path).unwrap();
    }

    /// Overwrites a file of the state folder with what is no record.
    pub(super) fn damage(&self, name: &str) {
        damage(&self.store, name);
    }

    /// Takes a lock as another process.
    pub(super) fn lock_elsewhere(&self, name: LockName) -> Lock {
        let take = || self.store.try_lock(name, "another process");
        as_other_process(take).unwrap().unwrap()
    }

    /// Where an intent is, and what it says.
    #[track_caller]
    pub(super) fn find(&self, id: &IntentId) -> (Place, Intent) {
        self.store.outbox().unwrap().find(id).unwrap().unwrap()
    }

    /// A run with its record, and the lock given back.
    pub(super) fn run(&self, item: ItemId, state: RunState) -> RunId {
        let id = RunId::new(start(), item, 1);
        let run = Run {
            id: id.clone(),
            profile: self.rules.id.clone(),
            item,
            task: Task::Implement,
            agent: "claude".to_owned(),
            attempt: 1,
            title: String::new(),
            branch: "agent/issue-1-a1".parse().unwrap(),
            base: "main".parse().unwrap(),
            start: sha('0'),
            merge: None,
            created: start(),
            text: None,
            resumes: 0,
            state,
        };
        let lock = self.store.own_run(&id).unwrap().unwrap();
        self.store.put_run(&run, &lock).unwrap();
        id
    }
}

impl Forge for Script {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: "local",
            visible_within: self.visible_within,
            remote: self.remote,
            reviews_own: true,
        }
    }

    fn sync(&self, mirror: &mut Mirror, _: &BranchName) -> Result<bool, ForgeError> {
        if let Some(meanwhile) = self.before_sync.borrow_mut().take() {
            meanwhile();
        }
        self.calls.borrow_mut().push("sync".to_owned());
        self.awaited.replace(mirror.awaited.clone());
        if let Some(error) = self.sync.borrow_mut().pop_front() {
            mirror.issues.clear();
            return Err(error);
        }
        *mirror = self.mirror.borrow().clone();
        Ok(false)
    }

    fn repository(&self) -> Result<RepoState, ForgeError> {
        self.calls.borrow_mut().push("repository".to_owned());
        Ok(self.repo.borrow().clone())
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        if self.unreadable.borrow().contains(&number) {
            let what = format!("the comments of number {number}");
            let why = "it has more than 60 pages".to_owned();
            return Err(ForgeError::Unreadable { what, why });
        }
        Ok(Text::default())
    }

    fn labelled(&self, _: u64, _: &str) -> Result<Option<Labelled>, ForgeError> {
        Ok(None)
    }

    fn change(&self, _: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        let scripted = self.change.borrow_mut().pop_front();
        scripted.unwrap_or_else(|| {
            Ok(ChangeFacts {
                diff: DiffFacts {
                    files: Some(vec![]),
                    ddl: Some(false),
                    secrets: Some(vec![]),
                },
                mergeable: Mergeable::Yes,
            })
        })
    }

    fn branch(&self, _: &BranchName) -> Result<Option<Sha>, ForgeError> {
        Ok(None)
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        self.calls
            .borrow_mut()
            .push(format!("find {}", intent.fact));
        self.find.borrow_mut().pop_front().unwrap_or(Ok(None))
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        self.calls
            .borrow_mut()
            .push(format!("apply {}", intent.fact));
        let scripted = self.apply.borrow_mut().pop_front();
        scripted.unwrap_or(Ok(Applied::Done))
    }

    fn remote(&self) -> GitRemote {
        GitRemote::Path(PathBuf::new())
    }
}

fn unasked() -> VcsError {
    VcsError::NoGit("nothing was to be asked of the clone".to_owned())
}

/// A clone of which only pushes are asked, and what it holds where a test has put that down.
impl Vcs for Scene {
    fn survey(&self) -> Result<Survey, VcsError> {
        let clone = self.clone.borrow();
        clone
            .as_ref()
            .map(|clone| clone.survey.clone())
            .ok_or_else(unasked)
    }
    fn forge_branches(&self, _: &str) -> Result<BTreeSet<BranchName>, VcsError> {
        Ok(BTreeSet::new())
    }
    fn missing(&self, commits: &BTreeSet<Sha>) -> Result<BTreeSet<Sha>, VcsError> {
        let clone = self.clone.borrow();
        let there = clone.as_ref().ok_or_else(unasked)?;
        Ok(commits.difference(&there.commits).cloned().collect())
    }
    fn flaw_of_bundle(&self, _: &Path) -> Result<Option<String>, VcsError> {
        Ok(Some("it is none".to_owned()))
    }
    fn prepare(&self) -> Result<(), VcsError> {
        Err(unasked())
    }
    fn add_worktree(&self, _: &Path, _: &Sha, _: Option<&Sha>) -> Result<(), VcsError> {
        Err(unasked())
    }
    fn worktree(&self, _: &Path) -> WorktreeLeft {
        WorktreeLeft::Nothing
    }
    fn build_commit(&self, _: &CommitSpec<'_>) -> Result<Built, VcsError> {
        Err(unasked())
    }
    fn keep(&self, _: &BranchName, _: &Sha) -> Result<(), VcsError> {
        Err(unasked())
    }
    fn push(&self, _: &BranchName, _: &Sha, _: Option<&Sha>) -> Result<Pushed, VcsError> {
        Ok(Pushed::Done)
    }
    fn delete_branch(&self, branch: &BranchName, _: &Sha) -> Result<Pushed, VcsError> {
        self.forge
            .calls
            .borrow_mut()
            .push(format!("remove {branch}"));
        let scripted = self.forge.removals.borrow_mut().pop_front();
        scripted.unwrap_or(Ok(Pushed::Done))
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
        Err(unasked())
    }
    fn remove_worktree(&self, _: &Path) -> Result<(), VcsError> {
        Err(unasked())
    }
    fn is_ancestor(&self, _: &Sha, _: &Sha) -> Result<bool, VcsError> {
        Err(unasked())
    }
}

/// Runs of which nothing lives, or for a while only.
#[derive(Default)]
pub(super) struct NoWorkers {
    /// How often a run is still found alive.
    pub(super) looks: std::cell::Cell<u32>,
    /// When somebody logged the agents in.
    pub(super) login: std::cell::Cell<Option<Timestamp>>,
    /// What every run is known to have used: tokens and micro-dollars.
    pub(super) spent: std::cell::Cell<(Option<u64>, Option<u64>)>,
}

impl Workers for NoWorkers {
    fn start(&self, run: &Run, _: Option<&str>, _: &mut Lock) -> Result<(), WorkerError> {
        let (run, why) = (run.id.clone(), "nothing starts here".to_owned());
        Err(WorkerError::Start { run, why })
    }
    fn life(&self, _: &RunId) -> Life {
        match self.looks.get().checked_sub(1) {
            None => Life::Gone,
            Some(left) => {
                self.looks.set(left);
                Life::Supervised
            }
        }
    }
    fn end(&self, _: &Run) -> Result<Ended, WorkerError> {
        Ok(Ended::default())
    }
    fn end_unrecorded(&self, _: &RunId) -> Result<Ended, WorkerError> {
        Ok(Ended::default())
    }
    fn spent(&self, _: &RunId) -> Result<(Option<u64>, Option<u64>), WorkerError> {
        Ok(self.spent.get())
    }
    fn reap(&self) {}
    fn login_changed(&self, _: &str) -> Option<Timestamp> {
        self.login.get()
    }
}

/// A notifier that is a program, for what is worth little.
pub(super) fn quiet_program() -> NotifierRules {
    NotifierRules {
        kind: NotifierKind::Command,
        priority: Priority::Low,
        url: None,
        topic: None,
        chat: None,
        token: None,
        address: None,
        recipients: vec![],
        sender: None,
        argv: vec![],
        env: vec![],
    }
}
