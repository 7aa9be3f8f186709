//! The world of one seed: a state folder, a forge, a clock, and the processes that come and go.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acp::domain::{Association, Rules, RunId, label};
use acp::durable::crash::{Crash, disarm, hits, simulate_after};
use acp::durable::sim::Recording;
use acp::engine::Engine;
use acp::forge::Forge;
use acp::forge::fake::Flavor;
use acp::forge::sim::{Faults, SimForge, SimRefs};
use acp::profile::load_text;
use acp::store::{Home, Lock, Store, as_other_process};
use acp::sys::{Clock, Env, Rng as _, SplitMix64, StepClock};
use acp::vcs::sim::SimVcs;
use jiff::{SignedDuration, Timestamp};

use crate::book::{Book, Counts};
use crate::hosted::Hosted;
use crate::news::{Ear, Heard};
use crate::town::{Simulated, Town};

/// Every so manieth world behind HTTP is a busy one.
const BUSY_EVERY: u64 = 3;
/// Lines of the trace that a failure shows.
const TOLD_LINES: usize = 60;

/// A wall clock that a seed sets, and a monotonic one that never goes back. Every sleep is at least two seconds, so that
/// waiting for a lock that nobody will let go of is over soon.
#[derive(Debug)]
pub(crate) struct SimClock {
    wall: StepClock,
    passed: AtomicU64,
}

impl SimClock {
    fn new(now: Timestamp) -> Self {
        Self {
            wall: StepClock::new(now),
            passed: AtomicU64::new(0),
        }
    }

    pub(crate) fn pass(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        self.passed.fetch_add(millis, Ordering::SeqCst);
        self.wall.step(SignedDuration::try_from(by).unwrap());
    }

    /// An administrator sets the wall clock.
    pub(crate) fn set_back(&self, by: Duration) {
        self.wall.step(-SignedDuration::try_from(by).unwrap());
    }
}

/// The forge's own clock, which nobody sets.
#[derive(Debug)]
pub(crate) struct ForgeClock(Arc<SimClock>, Timestamp);

impl Clock for ForgeClock {
    fn now(&self) -> Timestamp {
        self.1 + self.0.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) {
        self.0.sleep(duration);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.wall.now()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.passed.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) {
        self.pass(duration.max(Duration::from_secs(2)));
    }
}

/// What stands for the forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The simulated forge itself.
    Simulated,
    /// The adapter of GitHub over the model of it.
    Github,
    /// The adapter of Gitea over the model of it.
    Gitea,
    /// The simulated forge, and a disk of which a power cut leaves what is synced.
    Power,
}

/// Everything of one seed.
pub(crate) struct World {
    pub(crate) seed: u64,
    /// Whether much is merged while things go wrong.
    pub(crate) busy: bool,
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    pub(crate) clock: Arc<SimClock>,
    pub(crate) forge: Box<dyn Town>,
    /// The forge as each of the processes under way sees it, the innermost last.
    ports: RefCell<Vec<Rc<dyn Forge>>>,
    pub(crate) vcs: SimVcs,
    pub(crate) env: Env,
    /// Supervisors that have been started and have not begun: they hold their run's lock.
    pub(crate) waiting: RefCell<BTreeMap<RunId, Lock>>,
    /// Supervisors that are at work, the innermost last; `true`: it was killed while something else happened.
    pub(crate) at_work: RefCell<Vec<(RunId, bool)>>,
    /// Agents whose supervisor died: they hold their standard input.
    pub(crate) orphans: RefCell<BTreeMap<RunId, File>>,
    pub(crate) book: RefCell<Book>,
    /// What people were told.
    pub(crate) heard: Rc<Heard>,
    /// Nothing goes wrong any more.
    pub(crate) calm: Cell<bool>,
    /// When the processes that are under way began, the innermost last.
    pub(crate) began: RefCell<Vec<u64>>,
    tick: Cell<u64>,
    fuse: Cell<u64>,
    pub(crate) dice: SplitMix64,
    of_engine: SplitMix64,
    trace: RefCell<Vec<String>>,
    loud: bool,
    /// The disk, where its power may fail.
    pub(crate) recording: Option<Recording>,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        let dice = SplitMix64::seeded(seed);
        let shm = Path::new("/dev/shm");
        let dir = if shm.is_dir() {
            tempfile::tempdir_in(shm).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let rules = rules(&dice, is_busy(kind, seed));
        let recording = (kind == Kind::Power).then(|| Recording::start(dir.path()));
        let disk = recording.as_ref().map(Recording::disk);
        let home = Home::below(disk.as_deref().unwrap_or(dir.path()));
        let store = Store::new(home.layout(&rules.id));
        let clock = Arc::new(SimClock::new("2026-11-21T20:15:02Z".parse().unwrap()));
        let refs = SimRefs::shared();
        let of_forge = Arc::new(ForgeClock(Arc::clone(&clock), clock.now()));
        let hosted = |flavor| {
            let state = dir.path().to_owned();
            Hosted::new(flavor, &refs, of_forge.clone(), &clock, state, seed, &dice)
        };
        let forge: Box<dyn Town> = match kind {
            Kind::Simulated | Kind::Power => {
                let forge = SimForge::new(Arc::clone(&refs), of_forge, seed);
                Box::new(Simulated::new(forge, faults(&dice)))
            }
            Kind::Github => Box::new(hosted(Flavor::Github)),
            Kind::Gitea => Box::new(hosted(Flavor::Gitea)),
        };
        forge.push_to(&rules.repo.base);
        let loud = Env::from_process().text("ACP_SIM_SEED").is_some();
        let world = Self {
            seed,
            busy: is_busy(kind, seed),
            vcs: SimVcs::new(refs),
            store,
            rules,
            clock,
            forge,
            ports: RefCell::default(),
            env: Env::from_pairs([("PATH", "/usr/bin:/bin")]),
            waiting: RefCell::default(),
            at_work: RefCell::default(),
            orphans: RefCell::default(),
            book: RefCell::default(),
            heard: Heard::new(seed),
            calm: Cell::new(false),
            began: RefCell::default(),
            tick: Cell::new(0),
            fuse: Cell::new(0),
            of_engine: SplitMix64::seeded(dice.next_u64()),
            dice,
            trace: RefCell::default(),
            loud,
            recording,
            _dir: dir,
        };
        for _ in 0..=world.roll(3) {
            world.issue_opened(Association::Owner, &[label::READY]);
        }
        world
    }

    /// A number below `n`.
    pub(crate) fn roll(&self, n: u64) -> u64 {
        self.dice.next_u64() % n.max(1)
    }

    /// Whether something happens that happens so often in a thousand times; never once all is calm.
    pub(crate) fn chance(&self, per_thousand: u64) -> bool {
        !self.calm.get() && self.roll(1000) < per_thousand
    }

    pub(crate) fn pick<'a, T>(&self, list: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.roll(list.len() as u64)).unwrap();
        list.get(at)
    }

    /// The next moment in the order of events, however the clock is set.
    pub(crate) fn moment(&self) -> u64 {
        self.tick.set(self.tick.get() + 1);
        self.tick.get()
    }

    #[expect(clippy::print_stdout, reason = "the trace of a replayed seed")]
    pub(crate) fn say(&self, line: impl Into<String>) {
        let depth = self.began.borrow().len();
        let now = self.clock.now().strftime("%d %H:%M:%S").to_string();
        let line = format!("{now} {}{}", "  ".repeat(depth), line.into());
        if self.loud {
            println!("{line}");
        }
        self.trace.borrow_mut().push(line);
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = self.book.borrow().counts.clone();
        counts.merges += self.forge.tally().merges.len() as u64;
        counts.seeds = 1;
        counts
    }

    /// A simulated process: it may die at a crash point. `None`: it did.
    pub(crate) fn process<T>(&self, what: &str, work: impl FnOnce(&Engine<'_>) -> T) -> Option<T> {
        let outer = self.fuse.get().saturating_sub(hits());
        let fuse = if self.chance(300) {
            1 + self.roll(1 << (1 + self.roll(8)))
        } else {
            0
        };
        self.say(what);
        self.began.borrow_mut().push(self.moment());
        self.ports.borrow_mut().push(self.forge.port());
        self.fuse.set(fuse);
        simulate_after(fuse);
        let work = AssertUnwindSafe(|| self.with_engine(work));
        let done = as_other_process(|| catch_unwind(work));
        disarm();
        if done.is_err() {
            // It may have written what its death kept it from telling.
            self.note_labels();
        }
        self.began.borrow_mut().pop();
        drop(self.ports.borrow_mut().pop());
        self.fuse.set(outer);
        simulate_after(outer);
        match done {
            Ok(done) => Some(done),
            Err(payload) => {
                let Some(crash) = payload.downcast_ref::<Crash>() else {
                    resume_unwind(payload);
                };
                self.say(format!("  died at {}", crash.0));
                self.book.borrow_mut().counts.crashes += 1;
                self.book.borrow_mut().died_since_rest = true;
                let untold = crash.0.starts_with("atomic.") || crash.0 == "sim.after_request";
                self.book.borrow_mut().died_untold += u64::from(untold);
                None
            }
        }
    }

    /// Something that the process under way does not do: its death does not strike there.
    pub(crate) fn aside(&self, work: impl FnOnce()) {
        let left = self.fuse.get().saturating_sub(hits());
        self.fuse.set(0);
        disarm();
        as_other_process(work);
        self.fuse.set(left);
        simulate_after(left);
    }

    /// The forge as the process under way sees it.
    pub(crate) fn port(&self) -> Rc<dyn Forge> {
        let ports = self.ports.borrow();
        Rc::clone(ports.last().unwrap())
    }

    fn with_engine<T>(&self, work: impl FnOnce(&Engine<'_>) -> T) -> T {
        let ports = Ports(self);
        work(&Engine {
            store: &self.store,
            rules: &self.rules,
            forge: &ports,
            vcs: &ports,
            workers: &ports,
            clock: self.clock.as_ref(),
            rng: &self.of_engine,
            agent_missing: &|_| None,
            prompt: &|run, text| {
                self.check_prompt(run, text);
                Ok(format!("{}\n{}", run.title, text.body))
            },
            notifier: &|_| Some(Box::new(Ear(Rc::clone(&self.heard)))),
            say: &|line| self.say(format!("  > {line}")),
        })
    }

    /// From now on nothing goes wrong and nobody interferes.
    pub(crate) fn calm_down(&self) {
        self.calm.set(true);
        self.heard.calm_down();
        self.forge.calm();
    }

    /// Every step so far, without the folder in which it is played and the moment that a lock is really held since.
    pub(crate) fn trace(&self) -> Vec<String> {
        let locks = self.store.layout().locks();
        let folder = locks.parent().unwrap().display().to_string();
        let step = |line: &String| {
            // What a real lock tells of its holder is of this process and of the machine's clock.
            let told = [" is at work since ", " (pid "];
            let cut = told.iter().filter_map(|words| line.find(words)).min();
            let line = &line[..cut.unwrap_or(line.len())];
            line.replace(&folder, "FOLDER")
        };
        self.trace.borrow().iter().map(step).collect()
    }

    /// What went wrong, with the last steps before it.
    pub(crate) fn told(&self, panic: &str) -> String {
        let trace = self.trace.borrow();
        let from = trace.len().saturating_sub(TOLD_LINES);
        format!(
            "seed {} broke a promise; ACP_SIM_SEED={} replays it\n{}\n{}",
            self.seed,
            self.seed,
            trace[from..].join("\n"),
            panic,
        )
    }
}

/// The world as the ports of the engine.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a>(pub(crate) &'a World);

fn faults(dice: &SplitMix64) -> Faults {
    let up_to = |max: u64| u16::try_from(dice.next_u64() % (max + 1)).unwrap();
    if dice.next_u64().is_multiple_of(8) {
        return Faults::default();
    }
    Faults {
        lost_answer: up_to(350),
        unavailable: up_to(80),
        refused: up_to(6),
        limited: up_to(10),
        limited_for: Duration::from_secs(u64::from(up_to(900))),
        visible_within: Duration::from_secs(u64::from(up_to(60))),
        conflict: up_to(80),
    }
}

/// In a third of the worlds behind HTTP work goes well and nothing but the forge stands in its way.
fn is_busy(kind: Kind, seed: u64) -> bool {
    matches!(kind, Kind::Github | Kind::Gitea) && seed.is_multiple_of(BUSY_EVERY)
}

fn rules(dice: &SplitMix64, busy: bool) -> Rules {
    let one_of = |list: &[&str]| {
        let at = usize::try_from(dice.next_u64() % list.len() as u64).unwrap();
        list[at].to_owned()
    };
    // What lets most through stands first.
    let best = |list: &[&str]| {
        let any = one_of(list);
        if busy { list[0].to_owned() } else { any }
    };
    let text = format!(
        "schema: 1\n\
         forge: {{ kind: github, repo: o/r, token: {{ env: T }} }}\n\
         repo: {{ base: main, branch_prefix: acp/, verify: [{verify}] }}\n\
         agents: {{ use: command, fallback: [{fallback}], settings: {{ command: {{ argv: [the-agent], timeout: 20m }}, \
         second: {{ backend: command }} }} }}\n\
         sandbox: {{ kind: none, memory: 0B, processes: 0, file_size: 0B }}\n\
         limits: {{ workers: {workers}, pr: {pulls}, pr_reserved: {reserved}, launches_per_pass: {launches}, disk_free_min: 0B }}\n\
         retry: {{ delays: [1m, 5m], attempts_max: {attempts} }}\n\
         budget: {{ runs_per_day: {runs} }}\n\
         policy: {{ writes: {writes}, merge: {{ checks: present, reviews: {reviews}, auto_max: 40 }}, fix_rounds_max: 2 }}\n\
         notify: {{ to: {{ all: {{ kind: command, argv: [tell] }}, some: {{ kind: command, argv: [tell], priority: urgent }} }}, \
         digest: \"08:00\" }}\n",
        fallback = one_of(&["", "second"]),
        verify = one_of(&["", "make test"]),
        workers = one_of(&["1", "2", "3"]),
        pulls = one_of(&["1", "2"]),
        reserved = one_of(&["0", "1"]),
        launches = one_of(&["1", "3"]),
        attempts = one_of(&["1", "2", "3"]),
        runs = if busy {
            "50".to_owned()
        } else {
            one_of(&["4", "8", "50"])
        },
        writes = best(&["full", "full", "full", "full", "draft", "off"]),
        reviews = best(&["0", "0", "0", "1", "2"]),
    );
    let id = "web".parse().unwrap();
    let env = Env::default();
    match load_text(&id, Path::new("web.yaml"), &text, &env) {
        Ok(profile) => profile.rules,
        Err(error) => panic!("{error}\n{text}"),
    }
}
