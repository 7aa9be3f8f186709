//! Running a script on a recorded disk, and looking at what power cuts leave of it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use acp::durable::crash::{Crash, disarm, simulate_after};
use acp::durable::sim::Recording;
use acp::sys::{Env, Rng as _, SplitMix64};

/// Seeds of a normal test run, for each script.
const SEEDS: u64 = 150;
/// Power cuts tried on each script.
const CUTS: u64 = 30;

/// What a script did, in order.
pub(crate) struct Script<'a, S> {
    recording: &'a Recording,
    rng: SplitMix64,
    deadly: Cell<bool>,
    steps: RefCell<Vec<Step<S>>>,
}

/// One step: when it began, and when it was told to be done.
#[derive(Debug, Clone)]
pub(crate) struct Step<S> {
    pub(crate) what: S,
    pub(crate) began: usize,
    pub(crate) done: Option<usize>,
}

impl<S: Clone> Script<'_, S> {
    pub(crate) fn roll(&self, below: u64) -> u64 {
        self.rng.next_u64() % below
    }

    pub(crate) fn disk(&self) -> std::path::PathBuf {
        self.recording.disk()
    }

    /// Whether steps may die at a crash point from now on.
    pub(crate) fn may_die(&self, may: bool) {
        self.deadly.set(may);
    }

    /// Does something that counts as done once it returns `true`. It may die on the way.
    pub(crate) fn step(&self, what: S, work: impl FnOnce() -> bool) {
        let began = self.recording.now();
        let at = self.steps.borrow().len();
        self.steps.borrow_mut().push(Step {
            what,
            began,
            done: None,
        });
        let dies = self.deadly.get() && self.roll(6) == 0;
        simulate_after(if dies { 1 + self.roll(6) } else { 0 });
        let result = catch_unwind(AssertUnwindSafe(work));
        disarm();
        match result {
            Ok(true) => self.steps.borrow_mut()[at].done = Some(self.recording.now()),
            Ok(false) => {}
            Err(payload) => {
                if payload.downcast_ref::<Crash>().is_none() {
                    resume_unwind(payload);
                }
            }
        }
    }
}

/// Runs `script` with many seeds, and `check` on many disks that a power cut in it may leave. `check` gets the steps that
/// had begun by then; one that is not done has no `done`.
pub(crate) fn survives<S: Clone>(
    script: impl Fn(&Script<'_, S>),
    check: impl Fn(&Path, &[Step<S>]),
) {
    silence_crashes();
    let env = Env::from_process();
    let number = |name: &str| env.text(name).and_then(|text| text.parse::<u64>().ok());
    let (first, count) = match number("ACP_POWER_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("ACP_POWER_SEEDS").unwrap_or(SEEDS)),
    };
    for seed in first..first + count {
        play(seed, &script, &check);
    }
}

fn play<S: Clone>(seed: u64, script: &impl Fn(&Script<'_, S>), check: &impl Fn(&Path, &[Step<S>])) {
    let shm = Path::new("/dev/shm");
    let base = if shm.is_dir() {
        shm.to_owned()
    } else {
        std::env::temp_dir()
    };
    let recording = Recording::start(&base);
    let running = Script {
        recording: &recording,
        rng: SplitMix64::seeded(seed),
        deadly: Cell::new(false),
        steps: RefCell::new(vec![]),
    };
    let told = Told(seed);
    script(&running);
    let steps = running.steps.take();
    let history = recording.end();
    for cut in 0..CUTS {
        let rng = SplitMix64::seeded(seed.wrapping_mul(1_000).wrapping_add(cut));
        let events = u64::try_from(history.len()).unwrap();
        let at = usize::try_from(rng.next_u64() % (events + 1)).unwrap();
        let left = tempfile::tempdir_in(&base).unwrap();
        history.cut(at, &rng, left.path()).unwrap();
        let mut begun = steps.clone();
        begun.retain(|step| step.began <= at);
        for step in &mut begun {
            step.done = step.done.filter(|done| *done <= at);
        }
        check(left.path(), &begun);
    }
    drop(told);
}

/// Says the seed when a check fails.
struct Told(u64);

impl Drop for Told {
    #[expect(clippy::print_stderr, reason = "the message of a failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("ACP_POWER_SEED={} replays it", self.0);
        }
    }
}

/// A simulated death is no failure to be told.
fn silence_crashes() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Crash>() {
                before(info);
            }
        }));
    });
}
