//! What acp costs on this machine, as a table. `benches/run` builds the release binary and calls this; nothing is asserted.
//!
//! Rows about the binary time whole processes, from before the start to after the end, beside `git --version` in the same
//! turn. Rows about the library call it in this process, which is built like the release but with the test hooks.
#![expect(clippy::unwrap_used, reason = "a failed unwrap ends the measurement")]
#![expect(clippy::print_stdout, reason = "the table goes to standard output")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench starts processes, reads the clock and writes files itself"
)]

#[path = "../../tests/fakes/forge_server.rs"]
mod forge_server;
mod library;
mod process;
mod remote;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use process::Acp;
use world::World;

/// How often a short process is started.
const STARTS: usize = 200;
/// How often the demonstration is played.
const DEMOS: usize = 3;
/// How often a pass is timed.
const PASSES: usize = 30;

fn main() {
    let small = std::env::args().any(|arg| arg == "--small");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(scratch).unwrap();
    let scratch = tempfile::tempdir_in(scratch).unwrap();
    machine();
    println!("| what | target | measured |\n|---|---|---|");
    match std::env::var_os("ACP_RELEASE_BIN").map(PathBuf::from) {
        Some(binary) if binary.is_file() => of_the_binary(&binary, scratch.path(), small),
        _ => row("the binary", "", "no ACP_RELEASE_BIN: run benches/run"),
    }
    of_the_library(scratch.path());
}

fn row(what: &str, target: &str, measured: &str) {
    println!("| {what} | {target} | {measured} |");
}

fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

fn machine() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model
        .and_then(|line| line.split_once(": "))
        .map(|(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!(
        "{} ({cores} cores), {} {}, {}\n",
        model.unwrap_or("an unknown processor"),
        std::env::consts::OS,
        read("/proc/sys/kernel/osrelease").trim(),
        process::output("git", &["--version"]).trim(),
    );
}

fn of_the_binary(binary: &Path, scratch: &Path, small: bool) {
    let size = std::fs::metadata(binary).unwrap().len();
    let world = World::new(&scratch.join("empty"), binary, 0, 0);
    let acp = world.acp();
    let git = Acp::other("git", &["--version"]);
    let version = acp.with(&["--version"]);
    let [git_time, version_time] = process::medians([&git, &version], STARTS);
    row("`git --version`", "beside the others", &ms(git_time));
    let start = |acp: &Acp, time: Duration| {
        let times = time.as_secs_f64() / git_time.as_secs_f64();
        let resident = acp.resident().unwrap_or("unknown".to_owned());
        format!("{}, {times:.1} x git, {resident} resident", ms(time))
    };
    row(
        "`acp --version`",
        "1.5 x git, 8 MB",
        &start(&version, version_time),
    );
    let flush = acp.with(&["outbox", "flush"]);
    if flush.works() {
        let [time] = process::medians([&flush], STARTS);
        row(
            "`acp outbox flush`, empty outbox",
            "1.5 x git, 8 MB",
            // Without `--json` it has nothing to write, and is gone before it can be looked at.
            &start(&acp.with(&["outbox", "flush", "--json"]), time),
        );
    } else {
        row(
            "`acp outbox flush`, empty outbox",
            "1.5 x git, 8 MB",
            "no such verb yet",
        );
    }
    idle(scratch, binary, 1_000, 100, "5 ms, 0 processes");
    if !small {
        idle(scratch, binary, 10_000, 1_000, "30 ms, 0 processes");
    }
    screens(scratch, binary, 10);
    screens(scratch, binary, 1_000);
    if !small {
        screens(scratch, binary, 10_000);
    }
    demo(&world);
    launch(scratch, binary);
    risk(scratch, &world);
    remote::rows(scratch, binary);
    let size = format!("{}.{} MB", size / 1_000_000, size / 100_000 % 10);
    row("release binary", "15 MB", &size);
}

fn idle(scratch: &Path, binary: &Path, issues: u64, runs: u64, target: &str) {
    let world = World::new(
        &scratch.join(format!("idle-{issues}")),
        binary,
        issues,
        runs,
    );
    let heartbeat = world.acp().with(&["heartbeat"]);
    // The first passes take the issues in and look everything through.
    for _ in 0..3 {
        assert!(heartbeat.works(), "a heartbeat failed");
    }
    let [time] = process::medians([&heartbeat], PASSES);
    let costs = world.acp().with(&["heartbeat", "--stats"]).stdout();
    let costs = costs.lines().find(|line| line.contains("processes"));
    let what = format!("idle heartbeat, {issues} issues, {runs} finished runs");
    let resident = heartbeat.resident().unwrap_or("unknown".to_owned());
    let costs = costs.unwrap_or("unknown").trim();
    row(
        &what,
        target,
        &format!("{}, {costs}, {resident} resident", ms(time)),
    );
}

/// The verbs that are looked at often.
fn screens(scratch: &Path, binary: &Path, runs: u64) {
    let world = World::looked_at(&scratch.join(format!("screens-{runs}")), binary, runs);
    for line in ["status", "board"] {
        let [time] = process::medians([&world.acp().with(&[line])], PASSES);
        let what = format!("`acp {line}`, {runs} runs, a tenth of them not archived");
        row(&what, "10 ms with 1000 runs", &ms(time));
    }
}

/// What a new user waits for once it is built.
fn demo(world: &World) {
    let demo = world.acp().with(&["demo"]);
    let [time] = process::medians([&demo], DEMOS);
    row("`acp demo`, after the build", "20 s", &ms(time));
}

fn launch(scratch: &Path, binary: &Path) {
    let world = World::new(&scratch.join("launch"), binary, 0, 0);
    let bwrap = Acp::other("bwrap", &["--unshare-user", "--ro-bind", "/", "/", "true"]);
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join("bwrap").is_file());
    let what = "launch, sandbox none: from pass start to agent started";
    launch_in(&world, "none", what, "worktree add + 15 ms");
    let what = "launch, sandbox bubblewrap: from pass start to agent started";
    if found && bwrap.works() {
        launch_in(&world, "bubblewrap", what, "worktree add + 25 ms");
    } else {
        row(what, "worktree add + 25 ms", "bwrap does not work here");
    }
}

fn launch_in(world: &World, sandbox: &'static str, what: &str, target: &str) {
    let (mut starts, mut adds, mut bares) = (vec![], vec![], vec![]);
    // The first one also tries the sandbox.
    world.pass_start_to_agent(sandbox);
    for _ in 0..15 {
        starts.push(world.pass_start_to_agent(sandbox));
        adds.push(world.worktree_add());
        bares.push(world.bare_agent());
    }
    let [start, add, bare] = [starts, adds, bares].map(process::median);
    let more = start.as_secs_f64() * 1e3 - add.as_secs_f64() * 1e3;
    let beyond = more - bare.as_secs_f64() * 1e3;
    let measured = format!(
        "{} = `git worktree add` {} + {more:.2} ms; {beyond:.2} ms beyond the bare agent command's {}",
        ms(start),
        ms(add),
        ms(bare)
    );
    row(what, target, &measured);
}

fn risk(scratch: &Path, world: &World) {
    let numstat = scratch.join("numstat");
    let lines = (0..100).map(|n| format!("{n}\t1\tsrc/part{n}/file{n}.rs\n"));
    std::fs::write(&numstat, lines.collect::<String>()).unwrap();
    let of_file = world
        .acp()
        .with(&["pr", "risk", "--numstat", numstat.to_str().unwrap()]);
    let [time] = process::medians([&of_file], STARTS);
    row("`acp pr risk --numstat`, 100 files", "5 ms", &ms(time));
    let of_range = world.acp().with(&["pr", "risk", "--range", "HEAD~1..HEAD"]);
    let diff = world.git(&["diff", "--numstat", "HEAD~1...HEAD"]);
    let [time, git] = process::medians([&of_range, &diff], PASSES);
    let measured = format!("{}; one `git diff --numstat` {}", ms(time), ms(git));
    row(
        "`acp pr risk --range`, 100 files",
        "5 ms beyond git",
        &measured,
    );
}

fn of_the_library(scratch: &Path) {
    let time = library::plan(10_000, 100);
    row(
        "planning alone, 10000 issues, 100 pull requests",
        "5 ms",
        &ms(time),
    );
    let (time, bytes) = library::mirror(scratch, 10_000, 100);
    let measured = format!("{}, {} kB", ms(time), bytes / 1000);
    row(
        "mirror of 10000 issues and 100 pull requests, loaded",
        "30 ms",
        &measured,
    );
    remote::drain(scratch);
    let (time, syncs) = library::enqueue(scratch, 500);
    let sync = library::write_and_sync(scratch, 500);
    let measured = format!(
        "{}, {syncs:.1} fsyncs; one write with one fsync {}",
        ms(time),
        ms(sync)
    );
    row("enqueue an intent, durable", "2 ms", &measured);
}
