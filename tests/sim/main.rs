//! The seeded world: passes, flushes, supervisors and people take turns, processes die at random, answers are lost.
//!
//! One real process plays all of them. A simulated process is a function call, and its death is an unwinding that drops
//! its locks as a real death does. State, engine, supervisor and locks are the real ones; forge, clone, agents and
//! processes are simulated. After every step the invariants hold; at the end of a seed the world comes to rest.
//!
//! There are three worlds: over the simulated forge; over the adapters of GitHub and Gitea with the model of the forges
//! behind them, where the network fails as well, request by request; and over the simulated forge on a disk whose power
//! fails, which keeps of what was not synced any part.
//!
//! `ACP_SIM_SEED=n` replays one seed and prints its trace, `ACP_SIM_SEEDS=n` tries so many instead of 2,000,
//! `ACP_SIM_THREADS=n` spreads them over so many threads.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "the message of a failed test")]

mod book;
mod children;
mod drain;
mod forge;
mod hosted;
mod invariants;
mod news;
mod people;
mod power;
mod rest;
mod rounds;
mod steps;
mod town;
mod trust;
mod vcs;
mod workers;
mod world;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use acp::durable::crash::Crash;
use acp::sys::Env;

use book::Counts;
use world::{Kind, World};

/// Seeds of a normal test run, of each world.
const SEEDS: u64 = 2_000;
/// The same on a disk that is looked at whenever a process could die.
const SEEDS_POWER: u64 = 50;
/// Seeds over the adapters, each of which takes as long as many others.
const SEEDS_HOSTED: u64 = 2_000;
/// Failing seeds that are told before the rest is given up.
const TOLD_MAX: usize = 5;

#[test]
fn every_seed_keeps_the_promises_and_comes_to_rest() {
    every_seed(SEEDS, |_| Kind::Simulated);
}

/// What no process has synced may be gone, whole or in part. What the forge was told, it knows.
#[test]
fn every_seed_survives_power_cuts() {
    every_seed(SEEDS_POWER, |_| Kind::Power);
}

#[test]
fn every_seed_over_the_adapters_keeps_the_promises_and_comes_to_rest() {
    every_seed(SEEDS_HOSTED, |seed| {
        if seed % 4 == 0 {
            Kind::Gitea
        } else {
            Kind::Github
        }
    });
}

#[expect(clippy::print_stdout, reason = "what has happened, to be seen")]
fn every_seed(usual: u64, kind: fn(u64) -> Kind) {
    quiet_crashes();
    let env = Env::from_process();
    let number = |name: &str| env.text(name).and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("ACP_SIM_SEED") {
        let mut counts = Counts::default();
        if let Err(trace) = play(kind(seed), seed, &mut counts) {
            panic!("{trace}");
        }
        println!("{counts}");
        return;
    }
    let seeds = number("ACP_SIM_SEEDS").unwrap_or(usual);
    let threads = number("ACP_SIM_THREADS").unwrap_or_else(cores);
    let next = AtomicU64::new(1);
    let total = Mutex::new(Counts::default());
    let failed = Mutex::new(vec![]);
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::SeqCst);
        let enough = failed.lock().unwrap_or_else(PoisonError::into_inner).len() >= TOLD_MAX;
        if seed > seeds || enough {
            break;
        }
        let mut counts = Counts::default();
        if let Err(trace) = play(kind(seed), seed, &mut counts) {
            failed.lock().unwrap().push(trace);
        }
        total.lock().unwrap().add(&counts);
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    println!("{}", total.into_inner().unwrap());
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(2, |n| n.get() as u64)
}

/// One seed. The error is what went wrong with the last steps before it.
fn play(kind: Kind, seed: u64, counts: &mut Counts) -> Result<(), String> {
    let world = Rc::new(World::new(kind, seed));
    hosted::between_requests_of(&world);
    let played = catch_unwind(AssertUnwindSafe(|| {
        world.live();
        world.come_to_rest();
    }));
    counts.add(&world.counts());
    played.map_err(|_| world.told(&PANIC.take()))
}

/// What a seed plays is its own: not the machine's clock, its random numbers, or what was played before.
#[test]
fn a_seed_plays_the_same_thing_twice() {
    quiet_crashes();
    let traced = |kind, seed| {
        let world = Rc::new(World::new(kind, seed));
        hosted::between_requests_of(&world);
        world.live();
        world.come_to_rest();
        let mut trace = world.trace();
        trace.push(world.counts().to_string());
        trace
    };
    for (kind, seeds) in [
        (Kind::Simulated, 1..9),
        (Kind::Github, 1..4),
        (Kind::Gitea, 4..6),
        (Kind::Power, 1..6),
    ] {
        for seed in seeds {
            let (first, again) = (traced(kind, seed), traced(kind, seed));
            assert!(first.len() > 20, "{kind:?} {seed}: {first:?}");
            let both = first.iter().zip(&again);
            let differs = both.clone().position(|(one, other)| one != other);
            assert_eq!(
                (differs, first.len()),
                (None, again.len()),
                "{kind:?} {seed}: {:?}",
                differs.map(|at| (&first[at], &again[at]))
            );
        }
    }
    let (one, other) = (traced(Kind::Simulated, 1), traced(Kind::Simulated, 2));
    assert_ne!(one, other);
}

thread_local! {
    /// What the last panic of this thread said.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A simulated crash is no news; every other panic is told with its seed.
fn quiet_crashes() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<Crash>().is_none() {
            PANIC.set(info.to_string());
            if std::thread::current().name().is_some() {
                usual(info);
            }
        }
    }));
}
