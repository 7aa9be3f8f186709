//! Passes over the simulated forge, one deed at a time: which text is launched, and what the forge is asked.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

use acp::domain::{
    Applied, Association, BranchName, ChangeFacts, Intent, ItemId, Labelled, Life, Mirror, Plan,
    PullRequest, Rules, Run, RunId, Sha, Standing, Wait, label,
};
use acp::engine::{Engine, Pass, PassReport};
use acp::forge::sim::{SimForge, SimRefs};
use acp::forge::{Capabilities, Forge, ForgeError, GitRemote, Text};
use acp::profile::load_text;
use acp::store::{Home, Lock, Store};
use acp::sys::{Env, SplitMix64, StepClock};
use acp::vcs::sim::SimVcs;
use acp::worker::{Ended, WorkerError, Workers};
use jiff::SignedDuration;

/// The state of a profile.
struct Scene {
    store: Store,
    rules: Rules,
    rng: SplitMix64,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let id = "web".parse().unwrap();
        let text = "schema: 1\nforge: { kind: github, repo: o/r, token: { env: T } }\n";
        let profile = load_text(&id, Path::new("web.yaml"), text, &Env::default());
        let Ok(profile) = profile else {
            panic!("the profile is wrong")
        };
        Self {
            store: Store::new(Home::below(dir.path()).layout(&id)),
            rules: profile.rules,
            rng: SplitMix64::seeded(7),
            _dir: dir,
        }
    }
}

/// No supervisor ever starts: what a launch asks of an agent is all that counts here.
struct NoWorkers;

impl Workers for NoWorkers {
    fn start(&self, run: &Run, _: Option<&str>, _: &mut Lock) -> Result<(), WorkerError> {
        let (run, why) = (run.id.clone(), "nothing starts here".to_owned());
        Err(WorkerError::Start { run, why })
    }
    fn life(&self, _: &RunId) -> Life {
        Life::Gone
    }
    fn end(&self, _: &Run) -> Result<Ended, WorkerError> {
        Ok(Ended::default())
    }
    fn end_unrecorded(&self, _: &RunId) -> Result<Ended, WorkerError> {
        Ok(Ended::default())
    }
    fn reap(&self) {}
}

const PASS: Pass = Pass {
    verb: "heartbeat",
    launches: true,
    flushes: false,
    dry_run: false,
};

/// What somebody does on the forge.
type Deed = Box<dyn FnOnce(&SimForge)>;

/// A simulated forge that counts what it is asked, and that people change between a listing and a launch.
struct Watched {
    forge: SimForge,
    vcs: SimVcs,
    clock: Arc<StepClock>,
    labelled: Cell<usize>,
    texts: Cell<usize>,
    before_text: RefCell<Option<Deed>>,
    gone: Cell<bool>,
}

impl Watched {
    fn new() -> Self {
        let clock = Arc::new(StepClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
        let refs = SimRefs::shared();
        let forge = SimForge::new(Arc::clone(&refs), clock.clone(), 1);
        forge.push_to(&"main".parse().unwrap());
        Self {
            forge,
            vcs: SimVcs::new(refs),
            clock,
            labelled: Cell::new(0),
            texts: Cell::new(0),
            before_text: RefCell::default(),
            gone: Cell::new(false),
        }
    }

    fn opened(&self, author: &str, association: Association, text: &str) -> ItemId {
        let labels = [label::READY];
        let number = self
            .forge
            .open_issue(author, association, "T", text, &labels);
        ItemId::issue(number)
    }

    fn label(&self, who: &str, association: Association, item: ItemId) {
        self.step();
        let ready = [label::READY];
        self.forge
            .relabel_as(who, association, item, &[], &ready)
            .unwrap();
        self.forge
            .relabel_as(who, association, item, &ready, &[])
            .unwrap();
    }

    fn step(&self) {
        self.clock.step(SignedDuration::from_mins(1));
    }
}

impl Forge for Watched {
    fn capabilities(&self) -> Capabilities {
        self.forge.capabilities()
    }
    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        self.forge.sync(mirror, base)
    }
    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        self.texts.set(self.texts.get() + 1);
        if let Some(meanwhile) = self.before_text.borrow_mut().take() {
            meanwhile(&self.forge);
        }
        if self.gone.get() {
            let what = format!("number {number}");
            return Err(ForgeError::Missing { what });
        }
        self.forge.text(number)
    }
    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        self.labelled.set(self.labelled.get() + 1);
        self.forge.labelled(number, label)
    }
    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        self.forge.change(pr)
    }
    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.forge.branch(name)
    }
    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        self.forge.find(intent)
    }
    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        self.forge.apply(intent)
    }
    fn remote(&self) -> GitRemote {
        self.forge.remote()
    }
}

/// What was asked of agents: the prompts that a pass made, as title, body and comments.
struct Asked {
    report: PassReport,
    prompts: Vec<Text>,
}

fn pass(scene: &Scene, watched: &Watched) -> Asked {
    watched.clock.step(SignedDuration::from_secs(30));
    let prompts = RefCell::new(vec![]);
    let prompt = |run: &Run, text: &Text| {
        assert_eq!(run.title, text.title);
        prompts.borrow_mut().push(text.clone());
        Ok(String::new())
    };
    let engine = Engine {
        store: &scene.store,
        rules: &scene.rules,
        forge: watched,
        vcs: &watched.vcs,
        workers: &NoWorkers,
        clock: &*watched.clock,
        rng: &scene.rng,
        agent_missing: &|_| None,
        prompt: &prompt,
        notifier: &|_| None,
        say: &|_| {},
    };
    let report = engine.pass(PASS).unwrap();
    let prompts = prompts.take();
    Asked { report, prompts }
}

fn wait(plan: &Plan, item: ItemId) -> Option<Wait> {
    let of_item = |standing: &&Standing| standing.item == item;
    plan.standings
        .iter()
        .find(of_item)
        .map(|standing| standing.wait.clone())
}

#[test]
fn an_issue_of_a_stranger_waits_for_a_trusted_label_and_an_idle_pass_asks_nothing() {
    let (scene, watched) = (Scene::new(), Watched::new());
    let item = watched.opened("mallory", Association::None, "Do it.");
    for _ in 0..20 {
        let asked = pass(&scene, &watched);
        assert!(asked.prompts.is_empty());
        assert!(matches!(
            wait(&asked.report.plan, item),
            Some(Wait::NotTrusted { .. })
        ));
    }
    let tries = watched.labelled.get();
    assert!(tries <= 3, "asked {tries} times in 10 minutes");
    watched.label("mallory", Association::None, item);
    assert!(pass(&scene, &watched).prompts.is_empty());
    assert_eq!(watched.labelled.get(), tries + 1);
    watched.label("ann", Association::Member, item);
    let asked = pass(&scene, &watched);
    assert_eq!(asked.prompts.len(), 1);
    assert_eq!(watched.labelled.get(), tries + 2);
    let pin = scene.store.trust().unwrap().notes[&item.number].pin.clone();
    assert_eq!(pin.unwrap().by, "ann");
}

#[test]
fn only_so_many_are_asked_about_in_one_pass_and_all_get_their_turn() {
    let (scene, watched) = (Scene::new(), Watched::new());
    for _ in 0..50 {
        watched.opened("mallory", Association::None, "Do it.");
    }
    let mut before = 0;
    for expected in [20, 20, 10] {
        pass(&scene, &watched);
        assert_eq!(watched.labelled.get() - before, expected);
        before = watched.labelled.get();
    }
    let book = scene.store.trust().unwrap();
    assert!(book.notes.values().all(|note| note.asked.is_some()));
    assert_eq!(book.notes.len(), 50);
}

#[test]
fn a_text_that_changes_between_the_listing_and_the_launch_is_not_launched() {
    let (scene, watched) = (Scene::new(), Watched::new());
    let item = watched.opened("ann", Association::Owner, "Do it.");
    let number = item.number;
    let edit = move |forge: &SimForge| forge.edit_text(number, "T", "Do evil.").unwrap();
    *watched.before_text.borrow_mut() = Some(Box::new(edit));
    assert!(pass(&scene, &watched).prompts.is_empty());
    assert!(scene.store.run_ids().unwrap().is_empty());
    assert!(scene.store.leases().list().unwrap().is_empty());
    let read = watched.texts.get();
    let asked = pass(&scene, &watched);
    assert!(matches!(
        wait(&asked.report.plan, item),
        Some(Wait::TextChanged { .. })
    ));
    // Edited back it stays out, and nothing is read again and again.
    watched.forge.edit_text(number, "T", "Do it.").unwrap();
    assert!(pass(&scene, &watched).prompts.is_empty());
    assert_eq!(watched.texts.get(), read);
    watched.label("ann", Association::Owner, item);
    assert_eq!(pass(&scene, &watched).prompts.len(), 1);
}

#[test]
fn what_is_gone_is_read_once_and_is_no_failure() {
    let (scene, watched) = (Scene::new(), Watched::new());
    let item = watched.opened("ann", Association::Owner, "Do it.");
    watched.gone.set(true);
    let first = pass(&scene, &watched);
    assert!(
        first.report.problems.is_empty(),
        "{:?}",
        first.report.problems
    );
    for _ in 0..3 {
        let asked = pass(&scene, &watched);
        assert_eq!(wait(&asked.report.plan, item), Some(Wait::Gone));
    }
    assert_eq!(watched.texts.get(), 1);
    assert!(scene.store.retries().list().unwrap().is_empty());
    assert!(scene.store.run_ids().unwrap().is_empty());
    watched.gone.set(false);
    watched
        .forge
        .comment_as("ann", item, "It is back.")
        .unwrap();
    assert_eq!(pass(&scene, &watched).prompts.len(), 1);
}

#[test]
fn only_the_words_of_trusted_people_reach_an_agent() {
    let (scene, watched) = (Scene::new(), Watched::new());
    let item = watched.opened("mallory", Association::None, "Do it.");
    watched.label("ann", Association::Owner, item);
    for (who, association, body) in [
        ("ann", Association::Owner, "with care"),
        ("mallory", Association::None, "with evil"),
        ("helper[bot]", Association::Member, "with noise"),
        ("acp", Association::Owner, "of my own"),
    ] {
        watched
            .forge
            .comment_from(who, association, item, body)
            .unwrap();
    }
    let asked = pass(&scene, &watched);
    let [text] = asked.prompts.as_slice() else {
        panic!("{:?}", asked.prompts)
    };
    assert_eq!((text.title.as_str(), text.body.as_str()), ("T", "Do it."));
    let said: Vec<&str> = text.comments.iter().map(|c| c.body.as_str()).collect();
    assert_eq!(said, ["with care"]);
}
