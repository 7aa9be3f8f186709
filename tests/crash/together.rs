//! Several processes at once, a person who stops everything, and disks that take nothing more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use super::view;
use super::world::{Ended, World, end};

fn world(titles: &[&str]) -> World {
    let world = World::new(Path::new(env!("CARGO_BIN_EXE_acp")));
    let _made = world.init_with(&[]).ok();
    world.quicken();
    for title in titles {
        let _made = world.acp(&["issue", "create", "--title", title]).ok();
    }
    world
}

/// Starts all calls, then waits for all.
fn at_once(world: &World, calls: &[Vec<&str>]) -> Vec<Ended> {
    std::thread::scope(|scope| {
        let running: Vec<_> = calls
            .iter()
            .map(|args| scope.spawn(|| world.acp(args)))
            .collect();
        running
            .into_iter()
            .map(|call| call.join().unwrap())
            .collect()
    })
}

/// A lock of the profile, held until it is dropped.
fn hold(world: &World, name: &str) -> fs::File {
    let file = fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(world.state().join("locks").join(name))
        .unwrap();
    flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
    file
}

#[track_caller]
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "{what} never happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_second_heartbeat_skips_and_says_so() {
    let world = world(&["Plain change No 1"]);
    let _first = world.acp(&["heartbeat"]).ok();
    let held = hold(&world, "pass.lock");
    let skipped = world.acp(&["heartbeat", "--json"]).ok().data();
    assert!(skipped["skipped"].is_string(), "{skipped}");
    drop(held);
    world.until_idle();
    view::assert_at_rest(&world);
}

#[test]
fn a_heartbeat_beside_a_flusher_leaves_the_outbox_to_it() {
    let world = world(&["Own word No 1"]);
    let _first = world.acp(&["heartbeat"]).ok();
    let held = hold(&world, "flush.lock");
    wait_for("an intent", || {
        let pass = world.acp(&["heartbeat", "--json"]).ok().data();
        assert_eq!(pass["sent"], serde_json::json!([]), "{pass}");
        fs::read_dir(world.state().join("outbox/pending"))
            .unwrap()
            .count()
            > 0
    });
    drop(held);
    world.until_idle();
    view::assert_at_rest(&world);
}

#[test]
fn many_heartbeats_at_once_come_to_the_end_of_one() {
    let titles = ["Plain change No 1", "Own word No 2", "Always fails No 3"];
    let alone = world(&titles);
    alone.until_idle();
    let crowd = world(&titles);
    let beat = vec!["heartbeat", "--until-idle", "--timeout", "60s"];
    for ended in at_once(&crowd, &vec![beat; 6]) {
        let _idle = ended.ok();
    }
    crowd.until_idle();
    view::assert_at_rest(&crowd);
    assert_eq!(view::of_forge(&crowd), view::of_forge(&alone));
}

#[test]
fn fifty_issues_created_at_once_have_fifty_numbers() {
    let world = world(&[]);
    let titles: Vec<String> = (1..=50)
        .map(|number| format!("Plain change No {number}"))
        .collect();
    let calls: Vec<Vec<&str>> = titles
        .iter()
        .map(|title| vec!["issue", "create", "--title", title])
        .collect();
    let printed: BTreeSet<String> = at_once(&world, &calls)
        .into_iter()
        .map(|ended| ended.ok().stdout.trim().to_owned())
        .collect();
    let wanted: BTreeSet<String> = (1..=50).map(|number| format!("issue/{number}")).collect();
    assert_eq!(printed, wanted);
    let listed = world.acp(&["issue", "list", "--json"]).ok().data();
    let found: BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["title"].as_str().unwrap())
        .collect();
    assert_eq!(found, titles.iter().map(String::as_str).collect());
}

#[test]
fn stop_ends_agents_that_resist_and_the_hold_stays() {
    let world = world(&["Never ends No 1", "Never ends No 2"]);
    let _launched = world.acp(&["heartbeat"]).ok();
    let started = || {
        let trees = fs::read_dir(world.state().join("worktrees")).unwrap();
        trees
            .flatten()
            .filter(|tree| tree.path().join("started.txt").exists())
            .count()
    };
    wait_for("two agents", || started() == 2);
    let mut stop = world.command(&["stop", "--json"]);
    let stopped = end(&mut stop).ok().data();
    assert_eq!(stopped["proven"], true, "{stopped}");
    assert_eq!(world.processes(), vec![]);
    world.until_idle();
    let pass = world.acp(&["heartbeat", "--json"]).ok().data();
    assert_eq!(pass["launched"], serde_json::json!([]), "{pass}");
    assert!(world.state().join("holds/stop.json").exists());
    let again = world.acp(&["stop", "--json"]).ok().data();
    assert_eq!(
        (&again["new_hold"], &again["runs"]),
        (&false.into(), &serde_json::json!([]))
    );
    view::assert_at_rest(&world);
    let _cleared = world.acp(&["hold", "clear", "stop"]).ok();
    let pass = world.acp(&["heartbeat", "--json"]).ok().data();
    assert_eq!(pass["launched"].as_array().unwrap().len(), 2, "{pass}");
    let _stopped = world.acp(&["stop"]).ok();
    world.no_process_is_left();
}

/// In a mount namespace of its own: a small disk for the state, which is filled, freed, made read-only and opened again.
const SMALL_DISK: &str = r#"
    mount -t tmpfs -o size=6m,mode=700 acp-test "$STATE" || exit
    echo mounted
    fill() { dd if=/dev/zero of="$STATE/fill" bs=4k 2>/dev/null || true; }
    full() { fill; acp "$@"; }
    empty() { rm "$STATE/fill"; }
    close() { mount -o remount,ro "$STATE"; }
    open() { mount -o remount,rw "$STATE"; }
"#;

/// Without mounts: no file may grow, and the folders are closed to their owner.
const STAND_INS: &str = r#"
    trap '' XFSZ
    echo limited
    full() { (ulimit -f 0; acp "$@"); }
    empty() { :; }
    close() { chmod -R a-w "$STATE"; }
    open() { chmod -R u+w "$STATE"; }
"#;

/// What is played on either.
const ON_THE_DISK: &str = r#"
    set -e
    acp() { "$ACP" "$@" || code=$?; echo "exit ${code:-0}: $1"; code=0; }
    eval "$INIT" >/dev/null
    printf 'limits: { disk_free_min: 0B }\nretry: { delays: [200ms] }\n' >>"$ACP_HOME/config/profiles/repo.yaml"
    acp issue create --title 'Plain change No 1'
    full issue create --title 'Plain change No 2'
    full heartbeat
    empty
    acp heartbeat --until-idle
    acp issue create --title 'Plain change No 3'
    close
    acp issue create --title 'Plain change No 4'
    acp heartbeat
    open
    acp heartbeat --until-idle
    acp issue list --all --plain
    cat "$STATE/forge/local/repo/events.jsonl" | grep -c '"step":"merged"'
"#;

/// Plays it there; `None` when this machine has no such disk.
fn play_on_disk(before: &[&str], disk: &str, begins: &str) -> Option<()> {
    let world = World::new(Path::new(env!("CARGO_BIN_EXE_acp")));
    let state = world.path("acp/state");
    fs::create_dir_all(&state).unwrap();
    let init = format!(
        "\"$ACP\" init --yes --no-remote --repo '{}' --agent-command 'sh {}'",
        world.path("repo").display(),
        world.path("agent.sh").display()
    );
    let environment = world.command(&[]);
    let mut command = Command::new(before[0]);
    command
        .env_clear()
        .envs(
            environment
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("ACP", env!("CARGO_BIN_EXE_acp"))
        .env("STATE", &state)
        .env("INIT", &init)
        .args(&before[1..])
        .args(["sh", "-c", &format!("{disk}{ON_THE_DISK}")])
        .stdin(Stdio::null());
    let ended = end(&mut command);
    if !ended.stdout.starts_with(begins) {
        return None;
    }
    let exits: Vec<&str> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("exit "))
        .collect();
    let wanted = [
        "exit 0: issue",
        "exit 74: issue",
        "exit 74: heartbeat",
        "exit 0: heartbeat",
        "exit 0: issue",
        "exit 74: issue",
        "exit 74: heartbeat",
        "exit 0: heartbeat",
        "exit 0: issue",
    ];
    assert_eq!(exits, wanted, "{ended:#?}");
    assert_eq!(ended.stderr.matches("error: ").count(), 4, "{ended:#?}");
    let closed = ended.stdout.matches("\tclosed\t").count();
    // The second and the fourth may have come into the outbox before the disk said no; then they come later.
    assert!((2..=4).contains(&closed), "{ended:#?}");
    let merged = ended.stdout.lines().last().unwrap();
    assert_eq!(merged, closed.to_string(), "{ended:#?}");
    world.no_process_is_left();
    Some(())
}

#[test]
fn a_full_and_a_read_only_disk_end_calls_with_74_and_lose_nothing() {
    let mounted = [&["unshare", "-m"][..], &["unshare", "-r", "-m"]]
        .into_iter()
        .find_map(|unshare| play_on_disk(unshare, SMALL_DISK, "mounted"));
    if mounted.is_none() {
        println!("no private mounts here: the stand-ins say it alone");
    }
}

#[test]
fn without_mounts_the_stand_ins_for_a_disk_say_the_same() {
    // Root without the power to ignore permissions; anybody else is like that already.
    let owner: &[&str] = if rustix::process::geteuid().is_root() {
        &[
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--",
            "env",
        ]
    } else {
        &["env"]
    };
    assert_eq!(play_on_disk(owner, STAND_INS, "limited"), Some(()));
}
