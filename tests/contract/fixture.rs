//! Forges to try, and short ways to say what is wanted of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use acp::domain::{
    Applied, BranchName, CheckState, Intent, IntentId, ItemId, MergeMethod, Mirror, Origin,
    Payload, PullRequest, ReviewVerdict, Sha,
};
use acp::forge::local::LocalForge;
use acp::forge::sim::{SharedRefs, SimForge, SimRefs};
use acp::forge::{Forge, ForgeError, Text};
use acp::git::testing::{TestRepo, git_program, shell};
use acp::sys::{Clock, SystemClock};
use jiff::Timestamp;

/// A forge with a branch `main`, and hands that push to it as a person does.
pub(crate) trait Fixture {
    /// The forge.
    fn forge(&self) -> &dyn Forge;
    /// Puts a commit with these files on `branch`, which begins at the tip of `main` if it is new.
    fn push(&self, branch: &str, files: &[(&str, &str)]) -> Sha;
    /// Deletes a branch.
    fn delete(&self, branch: &str);
    /// Makes `main` conflict with what `branch` did to the file `path`.
    fn make_conflict(&self, branch: &str, path: &str);
    /// Lets so much time pass that everything is looked at again that is not looked at in every pass.
    fn later(&self) {}
    /// From here on the forge's clock does not tick between one write and the next.
    fn hold_clock(&self) {}
    /// What of a mirror is the same however it came about.
    fn comparable(&self, mirror: &Mirror) -> Mirror {
        mirror.clone()
    }
}

/// A local forge in a temporary folder.
pub(crate) struct Local {
    source: TestRepo,
    pub(crate) dir: PathBuf,
    forge: LocalForge,
}

impl Local {
    pub(crate) fn new() -> Self {
        let source = TestRepo::new();
        source.commit(
            "main",
            None,
            &[("README.md", "hello\n"), ("base.txt", "1\n")],
        );
        let dir = source.root().join("forges/demo");
        let clock = SystemClock::new();
        let base = branch("main");
        assert!(LocalForge::create(&dir, source.dir(), &base, &clock, &git_program()).unwrap());
        let forge = Self::open_at(&dir);
        Self { source, dir, forge }
    }

    /// The same forge once more, elsewhere.
    pub(crate) fn copy(&self) -> Self {
        let source = TestRepo::new();
        let dir = source.root().join("demo");
        let (from, to) = (self.dir.display(), dir.display());
        shell(source.root(), &format!("cp -r '{from}' '{to}'"));
        let forge = Self::open_at(&dir);
        Self { source, dir, forge }
    }

    /// Another process on the forge in `dir`.
    pub(crate) fn open_at(dir: &std::path::Path) -> LocalForge {
        LocalForge::open(dir, Arc::new(SystemClock::new()), &git_program())
    }

    pub(crate) fn repo(&self) -> String {
        self.dir.join("repo.git").display().to_string()
    }

    pub(crate) fn git(&self, args: &str) -> String {
        shell(
            self.source.root(),
            &format!("git -C '{}' {args}", self.repo()),
        )
    }
}

impl Fixture for Local {
    fn forge(&self) -> &dyn Forge {
        &self.forge
    }

    fn push(&self, name: &str, files: &[(&str, &str)]) -> Sha {
        let repo = self.repo();
        self.source.run(&[
            "fetch",
            "-q",
            "--update-head-ok",
            &repo,
            "+refs/heads/*:refs/heads/*",
        ]);
        let there = self.forge.branch(&branch(name)).unwrap();
        let parent = match there {
            Some(tip) => tip,
            None => self.forge.branch(&branch("main")).unwrap().unwrap(),
        };
        let commit = self.source.commit(name, Some(&parent), files);
        let refs = format!("refs/heads/{name}:refs/heads/{name}");
        self.source.run(&["push", "-q", &repo, &refs]);
        commit
    }

    fn delete(&self, name: &str) {
        self.git(&format!("update-ref -d refs/heads/{name}"));
    }

    fn make_conflict(&self, _branch: &str, path: &str) {
        self.push("main", &[(path, "something else\n")]);
    }
}

/// A simulated forge.
pub(crate) struct Sim {
    pub(crate) forge: SimForge,
    refs: SharedRefs,
}

impl Sim {
    pub(crate) fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock::new()))
    }

    pub(crate) fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let refs = SimRefs::shared();
        let forge = SimForge::new(Arc::clone(&refs), clock, 7);
        let sim = Self { forge, refs };
        sim.push("main", &[]);
        sim
    }
}

impl Fixture for Sim {
    fn forge(&self) -> &dyn Forge {
        &self.forge
    }

    fn push(&self, name: &str, _files: &[(&str, &str)]) -> Sha {
        self.forge.push_to(&branch(name))
    }

    fn delete(&self, name: &str) {
        self.refs.lock().unwrap().set(&branch(name), None);
    }

    fn make_conflict(&self, name: &str, path: &str) {
        let head = self
            .refs
            .lock()
            .unwrap()
            .tip(&branch(name))
            .unwrap()
            .clone();
        self.forge.set_conflict(&head, vec![path.to_owned()]);
        self.push("main", &[]);
    }
}

pub(crate) fn branch(name: &str) -> BranchName {
    name.parse().unwrap()
}

pub(crate) fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// A new intent of a pass; each is another one, also with the same payload.
pub(crate) fn intent(item: Option<ItemId>, payload: Payload) -> Intent {
    intent_of(Origin::Pass, item, payload)
}

pub(crate) fn intent_of(origin: Origin, item: Option<ItemId>, payload: Payload) -> Intent {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let fact = COUNT.fetch_add(1, Ordering::SeqCst).to_string();
    Intent::new(origin, item, payload, fact, vec![], Timestamp::UNIX_EPOCH)
}

pub(crate) fn issue(title: &str, body: &str, labels: &[&str]) -> Intent {
    let payload = Payload::Issue {
        title: title.to_owned(),
        body: body.to_owned(),
        labels: names(labels),
    };
    intent(None, payload)
}

pub(crate) fn pull(head: &str, head_sha: &Sha, body: &str) -> Intent {
    pull_as(head, head_sha, body, false)
}

pub(crate) fn pull_as(head: &str, head_sha: &Sha, body: &str, draft: bool) -> Intent {
    let payload = Payload::Pr {
        head: branch(head),
        head_sha: head_sha.clone(),
        base: branch("main"),
        title: format!("Change from {head}"),
        body: body.to_owned(),
        draft,
    };
    intent(None, payload)
}

pub(crate) fn comment(item: ItemId, body: &str) -> Intent {
    let body = body.to_owned();
    intent(Some(item), Payload::Comment { body })
}

pub(crate) fn relabel(item: ItemId, add: &[&str], remove: &[&str]) -> Intent {
    let (add, remove) = (names(add), names(remove));
    intent(Some(item), Payload::Labels { add, remove })
}

pub(crate) fn close(item: ItemId) -> Intent {
    let reason = "done".to_owned();
    intent(Some(item), Payload::Close { reason })
}

pub(crate) fn ready(pr: u64) -> Intent {
    intent(Some(ItemId::pr(pr)), Payload::Ready { pr })
}

pub(crate) fn review(pr: u64, head: &Sha, verdict: ReviewVerdict) -> Intent {
    let payload = Payload::Review {
        head: head.clone(),
        verdict,
        body: "looked at it".to_owned(),
    };
    intent(Some(ItemId::pr(pr)), payload)
}

pub(crate) fn check(sha: &Sha, name: &str, state: CheckState) -> Intent {
    let payload = Payload::Check {
        sha: sha.clone(),
        name: name.to_owned(),
        state,
        summary: "12 tests".to_owned(),
    };
    intent(None, payload)
}

pub(crate) fn merge(pr: u64, head: &Sha, method: MergeMethod) -> Intent {
    let head = head.clone();
    intent(Some(ItemId::pr(pr)), Payload::Merge { head, method })
}

/// Carries an intent out that must not have happened before, and sees that it can be found afterwards.
#[track_caller]
pub(crate) fn apply(forge: &dyn Forge, intent: &Intent) -> Applied {
    assert_eq!(
        forge.find(intent).unwrap(),
        None,
        "found before: {intent:?}"
    );
    let applied = forge.apply(intent).unwrap();
    assert_eq!(forge.find(intent).unwrap().as_ref(), Some(&applied));
    applied
}

/// As [`apply`], for what gets a number.
#[track_caller]
pub(crate) fn open(forge: &dyn Forge, intent: &Intent) -> u64 {
    match apply(forge, intent) {
        Applied::Opened { number } => number,
        other => unreachable!("{other:?}"),
    }
}

/// What somebody does who does not know whether it happened: look, and send it only if it is not there.
#[track_caller]
pub(crate) fn adopt_or_apply(forge: &dyn Forge, intent: &Intent) -> Applied {
    match forge.find(intent).unwrap() {
        Some(applied) => applied,
        None => forge.apply(intent).unwrap(),
    }
}

/// The reason of a refusal.
#[track_caller]
pub(crate) fn refusal(forge: &dyn Forge, intent: &Intent) -> String {
    match forge.apply(intent).unwrap_err() {
        ForgeError::Refused { why, .. } => why,
        other => unreachable!("{other:?}"),
    }
}

/// A mirror from scratch.
#[track_caller]
pub(crate) fn mirror(forge: &dyn Forge) -> Mirror {
    let mut mirror = Mirror::default();
    forge.sync(&mut mirror, &branch("main")).unwrap();
    mirror
}

/// A pull request as a listing gives it.
#[track_caller]
pub(crate) fn listed(forge: &dyn Forge, number: u64) -> PullRequest {
    mirror(forge).pulls[&number].clone()
}

/// How many texts of an item, its own and its comments, carry the marker of `id`.
pub(crate) fn marked(text: &Text, id: &IntentId) -> usize {
    let marker = format!("<!-- acp:{id} -->");
    let comments = text.comments.iter().map(|comment| &comment.body);
    comments
        .chain([&text.body])
        .map(|body| body.matches(&marker).count())
        .sum()
}
