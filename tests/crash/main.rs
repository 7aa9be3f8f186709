//! The real binary dies at every crash point and the next calls come to the same end as if it had not.
//!
//! Each scenario is played once for each role to learn which points it passes and how often; then once more for points
//! and hits of them, with the one process that gets there first aborting. `ACP_CRASH_ALL=1` plays every point of every
//! scenario, at its first, second and last hit; without it each point of each role dies in up to three of them.
//! `ACP_CRASH_ONLY=TEXT` plays those whose description holds the text.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]

mod scenario;
mod together;
mod view;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use scenario::{Arm, Role, SCENARIOS, STEPS, Step};
use world::World;

/// Points in the sources that no scenario passes, and why that is right.
const NOT_PASSED: &[(&str, &str)] = &[
    (
        "worker.set_up",
        "a profile with setup lines: tests/worker/life.rs",
    ),
    (
        "worker.door_open",
        "a sandbox with a network for the model alone: tests/sandbox/door.rs",
    ),
    (
        "worker.session_written",
        "an agent that names its session: src/worker/session_tests.rs",
    ),
    (
        "worker.spend_written",
        "an agent that says what it uses: src/worker/session_tests.rs",
    ),
    (
        "maildir.before_settle",
        "only after a power cut: the old name is still there, and the next flush settles it",
    ),
    (
        "act.intent_dropped",
        "a person closes an issue between a pass and its flush: tests/sim",
    ),
    (
        "journal.before_rotate",
        "a journal of 16 MiB: the unit tests of durable/journal.rs",
    ),
    (
        "journal.after_rotate",
        "a journal of 16 MiB: the unit tests of durable/journal.rs",
    ),
    (
        "desk.before_lease_clear",
        "a person clears a lease, which is still there, and types it again: tests/e2e/upkeep.rs",
    ),
    (
        "desk.before_retry",
        "a person retries a write, which is still in failed/, and types it again: tests/e2e/outbox.rs",
    ),
    (
        "desk.intent_dropped",
        "a person drops writes, first those that need it, and types it again: tests/e2e/outbox.rs",
    ),
];

/// Points that only a crash leads to, and the crash that does.
const AFTER_A_CRASH: &[(&str, Role, &str)] = &[
    ("act.before_lease_release", Role::Caller, "launch.leased"),
    ("act.before_lease_release", Role::Caller, "judge.judged"),
    ("launch.leased", Role::Caller, "launch.reserved"),
    ("run.written", Role::Caller, "launch.owned"),
    ("run.written", Role::Caller, "launch.starting"),
    (
        "run.reservation_released",
        Role::Caller,
        "launch.supervisor",
    ),
    ("rescue.after_ref", Role::Caller, "worktree.before_remove"),
    ("worktree.before_remove", Role::Caller, "rescue.before_move"),
    ("history.before_move", Role::Caller, "act.before_archive"),
    (
        "judge.intent_enqueued",
        Role::Caller,
        "judge.intent_enqueued",
    ),
    ("judge.retry_written", Role::Caller, "judge.settled"),
    ("flush.claimed", Role::Caller, "flush.answered"),
    ("forge.before_branch", Role::Caller, "forge.after_branch"),
    ("forge.after_files", Role::Caller, "forge.after_event"),
    ("flush.answered", Role::Caller, "remote.after_push"),
    ("maildir.before_move", Role::Caller, "maildir.before_move"),
    ("atomic.before_rename", Role::Caller, "pass.planned"),
    ("worker.detached", Role::Caller, "worker.detached"),
    ("run.reservation_released", Role::Caller, "launch.worktree"),
];

/// A point of one call of one scenario, and how often one process passes it there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    role: Role,
    point: String,
    scenario: usize,
    step: Step,
    hits: u64,
}

/// A death to be tried.
#[derive(Debug, Clone)]
struct Case {
    place: Place,
    hit: u64,
    /// The point at which the call after it dies too.
    again: Option<&'static str>,
}

struct Stage {
    prepared: Vec<World>,
    ends: Vec<Vec<String>>,
}

#[test]
fn every_crash_converges_to_the_uncrashed_end() {
    let began = Instant::now();
    let acp = Path::new(env!("CARGO_BIN_EXE_acp"));
    let mut stage = Stage {
        prepared: SCENARIOS.iter().map(|s| s.prepare(acp)).collect(),
        ends: vec![vec![]; SCENARIOS.len()],
    };
    let places = stage.learn();
    assert_all_points_are_known(&places);
    let all = std::env::var_os("ACP_CRASH_ALL").is_some();
    let only = std::env::var("ACP_CRASH_ONLY").unwrap_or_default();
    let mut cases = choose(&places, all);
    cases.extend(twice(&places));
    cases.retain(|case| case.text().contains(&only));
    let points: BTreeSet<_> = cases
        .iter()
        .map(|c| (c.place.role, &c.place.point))
        .collect();
    println!(
        "{} points and roles, {} places; learned in {:.0?}",
        points.len(),
        places.len(),
        began.elapsed()
    );
    let (died, failures) = stage.play_all(&cases);
    println!(
        "{} crashes of {} points and roles in {} scenarios: {died} died, {} went wrong; {:.0?}",
        cases.len(),
        points.len(),
        SCENARIOS.len(),
        failures.len(),
        began.elapsed()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // A hit that only happened because of the timing of the first time may not come again; most do.
    assert!(
        died * 10 >= cases.len() * 9,
        "{died} of {} died",
        cases.len()
    );
}

impl Stage {
    /// Plays every scenario uncrashed, once for each call and role that is listened to.
    fn learn(&mut self) -> Vec<Place> {
        let mut listen = vec![];
        for (index, scenario) in SCENARIOS.iter().enumerate() {
            for step in STEPS.into_iter().filter(|step| scenario.has(*step)) {
                listen.push((index, step, Role::Caller));
                if matches!(step, Step::Passes | Step::LastPasses) {
                    listen.push((index, step, Role::Supervisor));
                }
            }
        }
        let heard = Mutex::new(vec![]);
        let ends = Mutex::new(vec![]);
        in_parallel(listen.len(), |at| {
            let (index, step, role) = listen[at];
            let world = World::copy_of(&self.prepared[index]);
            let log = world.path("points");
            let vars = vec![
                ("ACP_TEST_CRASH_LOG", log.display().to_string()),
                ("ACP_TEST_CRASH_ROLE", role.as_str().to_owned()),
            ];
            let arm = Arm {
                step,
                vars,
                again: vec![],
            };
            let end = SCENARIOS[index].play(&world, Some(&arm));
            ends.lock().unwrap().push((index, end));
            let mut hits = BTreeMap::<String, u64>::new();
            for line in fs::read_to_string(&log).unwrap_or_default().lines() {
                let (point, count) = line.split_once(' ').unwrap();
                let most = hits.entry(point.to_owned()).or_default();
                *most = (*most).max(count.parse().unwrap());
            }
            heard
                .lock()
                .unwrap()
                .extend(hits.into_iter().map(|(point, hits)| Place {
                    role,
                    point,
                    scenario: index,
                    step,
                    hits,
                }));
        });
        for (index, end) in ends.into_inner().unwrap() {
            if self.ends[index].is_empty() {
                self.ends[index].clone_from(&end);
            }
            assert_eq!(self.ends[index], end, "{}", SCENARIOS[index].name);
        }
        let mut places = heard.into_inner().unwrap();
        places.sort();
        places
    }

    /// How many died, and what went wrong.
    fn play_all(&self, cases: &[Case]) -> (usize, Vec<String>) {
        let died = AtomicUsize::new(0);
        let failures = Mutex::new(vec![]);
        in_parallel(cases.len(), |at| {
            let case = &cases[at];
            let world = World::copy_of(&self.prepared[case.place.scenario]);
            let played = catch_unwind(AssertUnwindSafe(|| self.play(case, &world)));
            died.fetch_add(usize::from(world.path("died").exists()), Ordering::Relaxed);
            if played.is_err() {
                let kept =
                    std::env::var_os("ACP_CRASH_KEEP").map(|to| keep(&world, Path::new(&to), at));
                failures
                    .lock()
                    .unwrap()
                    .push(format!("{} {kept:?}", case.text()));
            }
            for (pid, _) in world.processes() {
                let pid = rustix::process::Pid::from_raw(pid.cast_signed());
                let _gone =
                    rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::KILL);
            }
        });
        (died.into_inner(), failures.into_inner().unwrap())
    }

    fn play(&self, case: &Case, world: &World) {
        let index = case.place.scenario;
        let arm = case.arm(world);
        let end = SCENARIOS[index].play(world, Some(&arm));
        if case.again.is_some() {
            assert!(world.path("died-again").exists(), "only one died");
        }
        let wanted = &self.ends[index];
        let missing: Vec<_> = wanted.iter().filter(|line| !end.contains(line)).collect();
        let extra: Vec<_> = end.iter().filter(|line| !wanted.contains(line)).collect();
        assert!(
            *wanted == end,
            "{}\nmissing: {missing:#?}\nextra: {extra:#?}",
            case.text()
        );
    }
}

fn keep(world: &World, to: &Path, at: usize) -> String {
    let to = to.join(format!("case-{at}"));
    let _there = fs::create_dir_all(&to);
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(world.path("."))
        .arg(&to)
        .status();
    assert!(copied.unwrap().success());
    to.display().to_string()
}

impl Case {
    fn arm(&self, world: &World) -> Arm {
        let vars = |spec: String, mark: &str| {
            vec![
                ("ACP_TEST_CRASH", spec),
                ("ACP_TEST_CRASH_ROLE", self.place.role.as_str().to_owned()),
                (
                    "ACP_TEST_CRASH_ONCE",
                    world.path(mark).display().to_string(),
                ),
            ]
        };
        Arm {
            step: self.place.step,
            vars: vars(format!("{}:{}", self.place.point, self.hit), "died"),
            again: self
                .again
                .map_or(vec![], |point| vars(format!("{point}:1"), "died-again")),
        }
    }

    fn text(&self) -> String {
        let again = self
            .again
            .map_or(String::new(), |point| format!(", then at {point}"));
        format!(
            "{} {}:{} in {:?} of `{}`{again}",
            self.place.role.as_str(),
            self.place.point,
            self.hit,
            self.place.step,
            SCENARIOS[self.place.scenario].name
        )
    }
}

/// The hits worth dying at.
fn hits(place: &Place) -> BTreeSet<u64> {
    BTreeSet::from([1, place.hits.min(2), place.hits])
}

/// Each point of each role in up to three places and at different hits, or all of them.
fn choose(places: &[Place], all: bool) -> Vec<Case> {
    let mut by_point = BTreeMap::<(Role, &str), Vec<&Place>>::new();
    for place in places {
        by_point
            .entry((place.role, &place.point))
            .or_default()
            .push(place);
    }
    let case = |place: &Place, hit| Case {
        place: place.clone(),
        hit,
        again: None,
    };
    let mut cases = vec![];
    for (turn, places) in by_point.values().enumerate() {
        if all {
            cases.extend(
                places
                    .iter()
                    .flat_map(|p| hits(p).into_iter().map(|hit| case(p, hit))),
            );
            continue;
        }
        let options: Vec<(&Place, u64)> = places
            .iter()
            .flat_map(|place| hits(place).into_iter().map(|hit| (*place, hit)))
            .collect();
        // Spread over the options, beginning elsewhere for each point, so that all scenarios and hits get their share.
        let wanted = options.len().min(3);
        let chosen: BTreeSet<usize> = (0..wanted)
            .map(|n| (turn + n * options.len() / wanted) % options.len())
            .collect();
        cases.extend(
            chosen
                .into_iter()
                .map(|at| case(options[at].0, options[at].1)),
        );
    }
    cases
}

/// Deaths of two calls in a row.
fn twice(places: &[Place]) -> Vec<Case> {
    let mut cases = vec![];
    for (second, role, first) in AFTER_A_CRASH {
        let place = places
            .iter()
            .find(|p| p.role == *role && p.point == *first && p.step == Step::Passes)
            .unwrap();
        cases.push(Case {
            place: place.clone(),
            hit: 1,
            again: Some(second),
        });
    }
    cases
}

/// Of two reasons for one point nobody knows which holds.
#[test]
fn no_point_is_excused_twice() {
    let mut seen = BTreeSet::new();
    let mut twice = vec![];
    for (point, _) in NOT_PASSED {
        if !seen.insert(point) {
            twice.push(point);
        }
    }
    assert!(twice.is_empty(), "{twice:?}");
}

/// Every point of the sources is passed, or excused.
fn assert_all_points_are_known(places: &[Place]) {
    let mut passed: BTreeSet<&str> = places.iter().map(|place| place.point.as_str()).collect();
    passed.extend(AFTER_A_CRASH.iter().map(|(second, ..)| *second));
    let excused: BTreeSet<&str> = NOT_PASSED.iter().map(|(point, _)| *point).collect();
    let mut known = BTreeSet::new();
    collect_points(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut known,
    );
    let missing: Vec<&String> = known
        .iter()
        .filter(|point| !passed.contains(point.as_str()) && !excused.contains(point.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "never passed and not excused: {missing:?}"
    );
    let stale: Vec<_> = excused
        .iter()
        .filter(|point| passed.contains(*point) || !known.contains(**point))
        .collect();
    assert!(stale.is_empty(), "excused, but passed or gone: {stale:?}");
}

/// The names in `crash_point("…")` below `folder`; simulated worlds apart.
fn collect_points(folder: &Path, known: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().unwrap() != "sim" {
                collect_points(&path, known);
            }
        } else if !path.ends_with("durable/crash.rs") {
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("crash_point(\"").skip(1) {
                known.insert(part.split('"').next().unwrap().to_owned());
            }
        }
    }
}

/// Does `work` for 0 to `count`, a few at a time.
fn in_parallel(count: usize, work: impl Fn(usize) + Sync) {
    let threads = std::env::var("ACP_CRASH_THREADS").map_or(4, |n| n.parse().unwrap());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(at) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < count)
                {
                    work(at);
                }
            });
        }
    });
}
