//! The release binary, without test hooks, and `kill -9` of whatever of it runs, for a minute.
//!
//! `ACP_RELEASE_BIN` names the binary; without it `target/release/acp` is taken, and built when it is not there.
//! `ACP_KILL_SECONDS` says how long.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]
#![expect(
    clippy::print_stdout,
    clippy::panic,
    reason = "outside of the test function it is the same test"
)]

#[path = "../crash/view.rs"]
mod view;
#[expect(dead_code, reason = "the crash suite uses more of it")]
#[path = "../crash/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use acp::sys::{Rng as _, SplitMix64};
use world::World;

/// Kinds of issues, and how many of each; 20 in all.
const KINDS: [(&str, usize); 6] = [
    ("Plain change", 8),
    ("Red then mended", 3),
    ("Shared", 4),
    ("Needs a person", 2),
    ("Always fails", 2),
    ("Own word", 1),
];

/// What every agent does first: a file that no other run writes, so that it can be said whether the work of a run is lost.
const OWN_WORK: &str = "mkdir -p by && echo \"$ACP_RUN_ID\" >\"by/$ACP_RUN_ID\"\n";

/// The arguments of one.
type Call = &'static [&'static str];

/// Passes and other calls that run at any time while processes are killed.
const CALLS: [Call; 6] = [
    &["heartbeat"],
    &["heartbeat"],
    &["reconcile"],
    &["outbox", "flush"],
    &["heartbeat", "--until-idle", "--timeout", "5s"],
    // Agents that fail open it, as they should; waiting for its time would leave little to kill.
    BREAKER_OFF,
];

/// A person's word that the agent may be tried again.
const BREAKER_OFF: Call = &["cooldown", "clear", "breaker:command"];

#[test]
fn killed_at_random_for_a_minute_nothing_is_lost_and_nothing_happens_twice() {
    let acp = release_binary();
    let seconds = std::env::var("ACP_KILL_SECONDS").map_or(60, |text| text.parse().unwrap());
    let world = World::new(&acp);
    let _made = world.init_with(&[]).ok();
    let agent = std::fs::read_to_string(world.path("agent.sh")).unwrap();
    std::fs::write(world.path("agent.sh"), format!("{OWN_WORK}{agent}")).unwrap();
    world.add_to_profile(
        "retry: { delays: [200ms], attempts_max: 5 }\nbudget: { runs_per_day: 5000 }\n",
    );
    // A crash costs an attempt: enough of them, so that it is the agents that decide.
    world.add_to_profile("limits: { workers: 6, pr: 4, launches_per_pass: 6 }\n");
    let mut titles = vec![];
    for (kind, count) in KINDS {
        titles.extend((1..=count).map(|number| format!("{kind} No {number}")));
    }
    let mut counts = Counts::default();
    let storm = Storm {
        world: &world,
        rng: SplitMix64::from_system(),
        end: Instant::now() + Duration::from_secs(seconds),
    };
    storm.rage(&titles, &mut counts);
    come_to_rest(&world);
    // Each time it opens some have failed for good.
    for _ in 0..20 {
        if world.acp(BREAKER_OFF).code != 0 {
            break;
        }
        come_to_rest(&world);
    }
    counts.judge(&world, &titles);
    println!("{counts:#?}");
    counts.assert_hit();
    nothing_seen_is_lost(&world, &counts.worked);
    view::assert_at_rest(&world);
    let _consistent = view::of_forge(&world);
}

/// Passes until nothing moves. A git that was hit may have left a lock of its own; acp takes it away when it is two minutes
/// old, and tries what it held up again.
#[track_caller]
fn come_to_rest(world: &World) {
    for _ in 0..4 {
        let ended = world.acp(&["heartbeat", "--until-idle", "--timeout", "100s"]);
        if ended.code != 75 {
            assert_eq!(ended.code, 0, "{ended:?}");
            return;
        }
    }
    panic!("it never came to rest");
}

fn release_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ACP_RELEASE_BIN") {
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let binary = target.join("release/acp");
    if !binary.exists() {
        println!("ACP_RELEASE_BIN is not set and there is no target/release/acp: building it");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--bin", "acp", "--manifest-path"])
            .arg(root.join("Cargo.toml"))
            .status();
        assert!(built.unwrap().success());
    }
    binary
}

/// What was done and seen.
#[derive(Debug, Default)]
struct Counts {
    kills: BTreeMap<&'static str, u32>,
    calls: u32,
    /// Calls of this test that a kill ended: what was hit was alive.
    ended_by_kill: u32,
    /// Runs whose supervisor was hit while files of its agent lay in the worktree.
    hit_at_work: BTreeSet<String>,
    /// Runs of which such files were ever seen.
    worked: BTreeSet<String>,
    git_hit: u32,
    breaker_closed: u32,
    merged: usize,
    blocked: usize,
    waiting: usize,
    runs: usize,
    crashed_runs: usize,
}

/// Calls and kills at the same time.
struct Storm<'a> {
    world: &'a World,
    rng: SplitMix64,
    end: Instant,
}

impl Storm<'_> {
    fn rage(self, titles: &[String], counts: &mut Counts) {
        let mut calls: Vec<(Call, Child)> = vec![];
        let mut titles = titles.iter();
        while Instant::now() < self.end {
            calls.retain_mut(|(args, call)| match call.try_wait().unwrap() {
                Some(status) => {
                    counts.ended_by_kill += u32::from(status.code().is_none());
                    self.assert_fine(args, status, counts);
                    false
                }
                None => true,
            });
            // Issues come bit by bit; their verb is not killed, or nobody could say how many there are to be.
            if self.below(3) == 0
                && let Some(title) = titles.next()
            {
                self.create(title);
            }
            if calls.len() < 4 {
                let call = CALLS[self.below(CALLS.len())];
                calls.push((call, self.start(call)));
                counts.calls += 1;
            }
            std::thread::sleep(Duration::from_millis(
                10 + u64::try_from(self.below(90)).unwrap(),
            ));
            counts.worked.extend(self.at_work());
            if self.below(2) == 0 {
                self.kill_one(counts);
            }
        }
        for (_, mut call) in calls {
            let _gone = call.kill();
            let _status = call.wait().unwrap();
        }
        for title in titles {
            self.create(title);
        }
    }

    fn below(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(self.rng.next_u64() % bound).unwrap()
    }

    /// A pass may find the state folder busy; it never finds it broken. A process that is about to become git still
    /// looks like acp and may have been hit; that ends the pass with an error, and the next one goes on.
    fn assert_fine(&self, call: Call, status: ExitStatus, counts: &mut Counts) {
        let said = self.said();
        match status.code() {
            None | Some(0 | 75) => {}
            // Nothing has opened it since, or not yet.
            Some(66) if call == BREAKER_OFF => counts.breaker_closed += 1,
            Some(69) if said.contains("git was ended by signal 9") => counts.git_hit += 1,
            Some(_) => panic!("{call:?} ended with {status}: {said}"),
        }
    }

    /// What calls have said on standard error so far.
    fn said(&self) -> String {
        std::fs::read_to_string(self.world.path("calls.log")).unwrap_or_default()
    }

    fn create(&self, title: &str) {
        let _made = self.world.acp(&["issue", "create", "--title", title]).ok();
    }

    fn start(&self, args: &[&str]) -> Child {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.world.path("calls.log"))
            .unwrap();
        self.world
            .command(args)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// Runs whose agent has left files in their worktree.
    fn at_work(&self) -> BTreeSet<String> {
        let worktrees = self.world.state().join("worktrees");
        let entries = std::fs::read_dir(worktrees).into_iter().flatten().flatten();
        let runs = entries.filter_map(|entry| {
            let run = entry.file_name().into_string().unwrap();
            // It is written before it is there as a whole.
            let file = std::fs::read_to_string(entry.path().join("by").join(&run));
            file.is_ok_and(|text| text.trim() == run).then_some(run)
        });
        runs.collect()
    }

    /// Any process of acp itself: passes and supervisors; git and agents are left to what their masters make of it.
    fn kill_one(&self, counts: &mut Counts) {
        let mut found: Vec<(u32, &str, String)> = vec![];
        for (pid, line) in self.world.processes() {
            let kind = match line.split(' ').nth(1) {
                Some("run") => "supervisor",
                Some("heartbeat") => "heartbeat",
                Some("reconcile") => "reconcile",
                Some("outbox") => "flush",
                _ => continue,
            };
            if line
                .split(' ')
                .next()
                .is_some_and(|program| program.ends_with("/acp"))
            {
                found.push((pid, kind, line));
            }
        }
        // Supervisors live longer than passes and would get all of it.
        let passes = found
            .iter()
            .filter(|(_, kind, _)| *kind != "supervisor")
            .count();
        if passes > 0 && self.below(2) > 0 {
            found.retain(|(_, kind, _)| *kind != "supervisor");
        }
        if found.is_empty() {
            return;
        }
        let (pid, kind, line) = &found[self.below(found.len())];
        let at_work = self.at_work();
        let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
        if rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok() {
            *counts.kills.entry(*kind).or_default() += 1;
            let hit = at_work.iter().filter(|run| line.contains(run.as_str()));
            counts.hit_at_work.extend(hit.cloned());
        }
    }
}

impl Counts {
    /// Every issue is where its kind leads to, or blocked because crashes used up its attempts; once.
    fn judge(&mut self, world: &World, titles: &[String]) {
        let issues = world.acp(&["issue", "list", "--all", "--json"]).ok().data();
        let pulls = world.acp(&["pr", "list", "--all", "--json"]).ok().data();
        let (issues, pulls) = (issues.as_array().unwrap(), pulls.as_array().unwrap());
        let distinct: BTreeSet<&str> = issues
            .iter()
            .map(|i| i["title"].as_str().unwrap())
            .collect();
        assert_eq!((issues.len(), distinct.len()), (titles.len(), titles.len()));
        for issue in issues {
            let title = issue["title"].as_str().unwrap();
            let of_it: Vec<_> = pulls.iter().filter(|pr| pr["title"] == title).collect();
            assert!(of_it.len() <= 1, "{of_it:?}");
            let number = issue["number"].to_string();
            let shown = world.acp(&["issue", "show", &number, "--json"]).ok().data();
            let comments = shown["comments"].as_array().unwrap().len();
            let is_blocked = |of: &serde_json::Value| {
                let labels = of["labels"].as_array().unwrap();
                labels.iter().any(|label| label == "agent-blocked")
            };
            if let Some(pr) = of_it.first() {
                let number = pr["number"].to_string();
                let shown = world.acp(&["pr", "show", &number, "--json"]).ok().data();
                let told = shown["comments"].as_array().unwrap().len();
                // It is told once that it is blocked, and the agents of this test say nothing there.
                assert_eq!(told, usize::from(is_blocked(pr)), "{shown}");
                assert_eq!(comments, 0, "{issue}");
            }
            match of_it.first() {
                Some(pr) if pr["merged"] == true => {
                    assert!(!title.starts_with("Needs a person"), "{pr}");
                    self.merged += 1;
                }
                Some(pr) if is_blocked(pr) => self.blocked += 1,
                Some(pr) => {
                    assert!(title.starts_with("Needs a person"), "{pr}");
                    self.waiting += 1;
                }
                None => {
                    assert!(is_blocked(issue), "{issue}");
                    assert_eq!(comments, 1, "{shown}");
                    self.blocked += 1;
                }
            }
        }
        assert_eq!(self.merged + self.blocked + self.waiting, titles.len());
        let runs = world.acp(&["run", "list", "--all", "--json"]).ok().data();
        let runs = runs.as_array().unwrap();
        self.runs = runs.len();
        let crashed = |run: &&serde_json::Value| {
            run["reason"]
                .as_str()
                .is_some_and(|why| why.starts_with("interrupted"))
        };
        self.crashed_runs = runs.iter().filter(crashed).count();
        all_merged_work_is_in_the_base(world, pulls);
    }

    /// A storm that hits nothing proves nothing.
    fn assert_hit(&self) {
        for role in ["supervisor", "heartbeat"] {
            assert!(self.kills.contains_key(role), "no {role} was hit: {self:?}");
        }
        assert!(self.ended_by_kill > 0, "no call was hit alive: {self:?}");
        assert!(
            !self.hit_at_work.is_empty(),
            "no run was hit with files in its worktree: {self:?}"
        );
    }
}

/// Whatever an agent was seen to have done is in the base, on a branch, in a worktree, or saved under the run's name.
#[track_caller]
fn nothing_seen_is_lost(world: &World, runs: &BTreeSet<String>) {
    let holds = |repository: &Path, name: &str, run: &str| {
        let path = format!("{name}:by/{run}");
        let found = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(["cat-file", "-e", &path])
            .stderr(Stdio::null())
            .status();
        found.unwrap().success()
    };
    let (forge, own) = (
        world.forge().join("repo.git"),
        world.state().join("repo.git"),
    );
    let heads = |repository: &Path| {
        let listed = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(["for-each-ref", "--format=%(refname)", "refs/heads"])
            .output();
        let text = String::from_utf8(listed.unwrap().stdout).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (published, kept) = (heads(&forge), heads(&own));
    let mut lost = vec![];
    for run in runs {
        let rescued = format!("refs/acp/rescue/{run}");
        let worktree = world.state().join("worktrees").join(run);
        let is_there = worktree.join("by").join(run).exists()
            || published.iter().any(|name| holds(&forge, name, run))
            || kept.iter().any(|name| holds(&own, name, run))
            || holds(&own, &rescued, run);
        if !is_there {
            lost.push(run);
        }
    }
    assert!(lost.is_empty(), "the work of {lost:?} is nowhere");
}

#[track_caller]
fn all_merged_work_is_in_the_base(world: &World, pulls: &[serde_json::Value]) {
    let read = |path: &str| {
        let shown = Command::new("git")
            .arg("-C")
            .arg(world.forge().join("repo.git"))
            .args(["show", &format!("main:{path}")])
            .output()
            .unwrap();
        String::from_utf8(shown.stdout).unwrap()
    };
    let merged = pulls.iter().filter(|pr| pr["merged"] == true);
    for title in merged.map(|pr| pr["title"].as_str().unwrap()) {
        let number = title.rsplit(' ').next().unwrap();
        let (path, holds) = match title.split(" No ").next().unwrap() {
            "Plain change" => (format!("plain{number}.txt"), "plain".to_owned()),
            "Red then mended" => (format!("mended{number}.txt"), "ok".to_owned()),
            "Shared" => ("shared.txt".to_owned(), format!("line {number}")),
            other => panic!("{other} was merged"),
        };
        let found = read(&path);
        assert!(found.lines().any(|line| line == holds), "{title}: {found}");
    }
}
