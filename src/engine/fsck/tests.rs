#![expect(
    clippy::disallowed_methods,
    reason = "a test damages files as nothing of acp does"
)]

mod clone;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::*;
use crate::domain::{
    Applied, Association, DayBudget, Hold, Intent, Issue, IssueState, ItemId, Lease, Mirror,
    Outcome, Phase, Reservation, Retry, Run, RunEnd, RunId, RunState, Step, label,
};
use crate::engine::testing::{Scene, start};
use crate::store::{Lock, Place, Store};

/// A run at work on issue 1 with all that belongs to it, one write that was confirmed and one that needs it.
struct Sound {
    scene: Scene,
    run: RunId,
    /// The supervisor's.
    alive: Option<Lock>,
    done: Intent,
    waits: Intent,
}

fn running() -> RunState {
    RunState::Running {
        started: start(),
        deadline: start() + SignedDuration::from_hours(1),
        step: Step::Agent,
        supervisor: None,
        leader: None,
        agent_end: None,
    }
}

fn judged() -> RunState {
    RunState::Judged {
        end: RunEnd {
            started: Some(start()),
            ended: start(),
            outcome: Outcome::NoChangeNeeded,
        },
        at: start(),
    }
}

fn issue(number: u64, state: IssueState, labels: &[&str]) -> Issue {
    Issue {
        number,
        title: "An issue".to_owned(),
        state,
        labels: labels.iter().map(|name| (*name).to_owned()).collect(),
        author: "ann".to_owned(),
        association: Association::Owner,
        created: start(),
        updated: start(),
        digest: None,
        schedule: None,
    }
}

fn retry(item: ItemId, attempt: u32) -> Retry {
    Retry {
        item,
        attempt,
        failures: 0,
        last_run: None,
        reason: None,
        next: None,
        set: start(),
        blocked: false,
        label_seen: false,
        fixes: 0,
        repair_answered: false,
        dropped: false,
        dead_launches: 0,
        usd_micros: 0,
        tokens: 0,
        runs: 0,
        excuses: 0,
        avoid: BTreeSet::new(),
        started: None,
        alert: None,
    }
}

/// A record as acp writes it.
fn record(content: &impl serde::Serialize) -> Vec<u8> {
    let mut value = serde_json::to_value(content).unwrap();
    value["format"] = 1.into();
    value.to_string().into_bytes()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
    entries.map(|entry| name(entry).unwrap()).collect()
}

/// Every file below a folder with its content.
fn everything(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut files, mut folders) = (vec![], vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for name in names(&folder) {
            let path = folder.join(name);
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

impl Sound {
    fn new() -> Self {
        let scene = Scene::new();
        let item = ItemId::issue(1);
        let run = scene.run(item, running());
        let alive = scene.store.own_run(&run).unwrap();
        let lease = Lease {
            item,
            run: run.clone(),
            at: start(),
        };
        scene.store.leases().put(&item.slug(), &lease).unwrap();
        let done = scene.comment("done", item, &[]);
        let outbox = scene.store.outbox().unwrap();
        let queued = outbox.open_intents().unwrap().remove(0);
        let mut queued = outbox.claim(queued).unwrap().unwrap();
        queued.intent.phase = Phase::Confirmed;
        queued.intent.applied = Some(Applied::Done);
        outbox.complete(&queued).unwrap();
        let waits = scene.comment("waits", item, &[&done]);
        let sound = Self {
            scene,
            run,
            alive,
            done,
            waits,
        };
        sound.reserve(false);
        fs::create_dir_all(sound.store().layout().worktree(&sound.run)).unwrap();
        let mut mirror = Mirror::default();
        let open = issue(1, IssueState::Open, &[label::RUNNING]);
        mirror.issues.insert(1, open);
        sound.store().put_mirror(&mirror).unwrap();
        sound.store().mark_sweep(start()).unwrap();
        sound
    }

    fn store(&self) -> &Store {
        &self.scene.store
    }

    fn reserve(&self, released: bool) {
        let reservation = Reservation {
            item: ItemId::issue(1),
            agent: "claude".to_owned(),
            backend: None,
            model: None,
            reserved_usd_micros: 0,
            reserved_tokens: 0,
            usd_micros: None,
            tokens: None,
            released,
        };
        let mut budget = DayBudget::default();
        budget.runs.insert(self.run.clone(), reservation);
        let day = Store::day(start());
        self.store().budgets().put(&day, &budget).unwrap();
    }

    /// Writes a run's record as its supervisor would.
    fn put_run(&self, change: impl FnOnce(&mut Run)) {
        let mut run = self.store().live_run(&self.run).unwrap().unwrap();
        change(&mut run);
        let path = self.path(&format!("runs/{}/run.json", self.run));
        fs::write(&path, record(&run)).unwrap();
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.store().layout().root().join(inside)
    }

    fn write(&self, inside: &str, bytes: &[u8]) {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    }

    /// Moves the file of an intent from one folder to another, as nothing of acp does.
    fn refile(&self, intent: &Intent, from: &str, to: &str, change: impl FnOnce(&mut Intent)) {
        let folder = self.path(&format!("outbox/{from}"));
        let name = names(&folder)
            .into_iter()
            .find(|name| name.contains(intent.id.as_str()));
        let name = name.unwrap();
        let mut there: Intent =
            serde_json::from_slice(&fs::read(folder.join(&name)).unwrap()).unwrap();
        fs::remove_file(folder.join(&name)).unwrap();
        change(&mut there);
        let name = match to {
            "done" => format!("{}.json", intent.id),
            _ => format!("{:012}-{}.json", there.seq, intent.id),
        };
        self.write(&format!("outbox/{to}/{name}"), &record(&there));
    }

    fn codes_at(&self, now: Timestamp) -> Vec<String> {
        let found = self.store().inventory(LEFTOVER_AGE, now);
        let unreadable = found.unreadable.iter().map(|_| "unreadable".to_owned());
        let flaws = check(&found, now).into_iter();
        unreadable
            .chain(flaws.map(|flaw| flaw.code.to_owned()))
            .collect()
    }

    #[track_caller]
    fn has(&self, codes: &[&str]) {
        assert_eq!(self.codes_at(start()), codes);
    }
}

#[test]
fn a_state_at_work_is_sound_and_is_not_touched() {
    let sound = Sound::new();
    let before = everything(sound.store().layout().root());
    sound.has(&[]);
    assert_eq!(everything(sound.store().layout().root()), before);
    let empty = Scene::new();
    let found = empty.store.inventory(LEFTOVER_AGE, start());
    assert!(found.unreadable.is_empty() && check(&found, start()).is_empty());
    assert!(!empty.store.layout().root().exists());
}

#[test]
fn records_that_are_damaged_newer_or_of_another_name_are_found() {
    let sound = Sound::new();
    sound.write("holds/x.json", b"{\"form");
    sound.write("retries/issue-9.json", b"{\"format\":99}");
    sound.has(&["unreadable", "unreadable"]);

    let sound = Sound::new();
    let other = retry(ItemId::issue(3), 1);
    sound.store().retries().put("issue-2", &other).unwrap();
    let hold = Hold {
        name: "deploy".to_owned(),
        reason: String::new(),
        by: "ann".to_owned(),
        at: start(),
        item: None,
        rule: None,
    };
    sound.store().holds().put("other", &hold).unwrap();
    sound
        .store()
        .budgets()
        .put("monday", &DayBudget::default())
        .unwrap();
    sound.has(&["misnamed", "misnamed", "misnamed"]);

    let sound = Sound::new();
    sound.write("journal.jsonl", b"00000000 {}\n00000000 {}\n");
    sound.has(&["unreadable"]);
}

#[test]
fn a_run_that_lacks_what_belongs_to_it_is_found() {
    let sound = Sound::new();
    fs::remove_file(sound.path("leases/issue-1.json")).unwrap();
    sound.has(&["run-without-lease"]);

    let mut sound = Sound::new();
    sound.alive = None;
    sound.has(&["run-unattended"]);

    let sound = Sound::new();
    fs::remove_dir_all(sound.store().layout().worktree(&sound.run)).unwrap();
    sound.has(&["worktree-gone"]);

    let sound = Sound::new();
    let day = Store::day(start());
    sound
        .store()
        .budgets()
        .put(&day, &DayBudget::default())
        .unwrap();
    sound.has(&["run-unbudgeted"]);
    sound.reserve(true);
    sound.has(&["run-unbudgeted"]);

    let sound = Sound::new();
    sound.write(&format!("history/{}/run.json", sound.run), b"");
    sound.has(&["unreadable", "run-twice"]);

    let sound = Sound::new();
    sound.put_run(|run| run.item = ItemId::issue(2));
    sound.has(&["lease-of-other-item", "misnamed", "run-without-lease"]);

    let sound = Sound::new();
    let folder = sound.path("runs/20261121-115900-issue-7-a1");
    fs::create_dir_all(&folder).unwrap();
    sound.has(&["run-without-record"]);
}

#[test]
fn two_runs_at_one_item_are_found() {
    let sound = Sound::new();
    let second = "20261121-120500-issue-1-a2";
    let id: RunId = second.parse().unwrap();
    let mut run = sound.store().live_run(&sound.run).unwrap().unwrap();
    (run.id, run.attempt) = (id.clone(), 2);
    let alive = sound.store().own_run(&id).unwrap().unwrap();
    sound.store().put_run(&run, &alive).unwrap();
    fs::create_dir_all(sound.store().layout().worktree(&id)).unwrap();
    sound.has(&["run-unbudgeted", "run-without-lease", "two-runs"]);
}

#[test]
fn what_a_run_left_behind_is_found() {
    let sound = Sound::new();
    sound.put_run(|run| run.state = judged());
    sound.has(&["lease-of-ended-run"]);
    let agent = sound.store().layout().agent_lock(&sound.run);
    let lock = Lock::try_acquire_empty(&agent).unwrap().unwrap();
    sound.has(&["lease-of-ended-run", "process-left"]);
    drop(lock);
    // An agent that reads its task from standard input holds that instead.
    let prompt = sound.store().layout().prompt(&sound.run);
    let lock = Lock::try_acquire_empty(&prompt).unwrap().unwrap();
    sound.has(&["lease-of-ended-run", "process-left"]);
    drop(lock);

    let sound = Sound::new();
    fs::remove_dir_all(sound.path(&format!("runs/{}", sound.run))).unwrap();
    sound.has(&["lease-without-run", "worktree-without-run"]);

    let sound = Sound::new();
    sound.put_run(|run| run.state = judged());
    fs::remove_file(sound.path("leases/issue-1.json")).unwrap();
    let mut closed = Mirror::default();
    closed.issues.insert(1, issue(1, IssueState::Closed, &[]));
    sound.store().put_mirror(&closed).unwrap();
    fs::remove_dir_all(sound.store().layout().worktree(&sound.run)).unwrap();
    sound.store().archive_run(&sound.run).unwrap();
    sound.has(&["attempt-forgotten"]);
    let item = ItemId::issue(1);
    sound
        .store()
        .retries()
        .put(&item.slug(), &retry(item, 1))
        .unwrap();
    sound.has(&[]);
    sound.write(
        &format!("history/{}.bundle", sound.run),
        b"# v2 git bundle\n1",
    );
    sound.has(&[]);
    sound.write(&format!("history/{}.bundle", sound.run), b"");
    let look = look(sound.store(), None, start());
    assert_eq!(look.flaws[0].code, "bundle-damaged");
}

#[test]
fn writes_that_never_come_to_an_end_are_found() {
    let sound = Sound::new();
    let done = sound.path(&format!("outbox/done/{}.json", sound.done.id));
    fs::remove_file(&done).unwrap();
    sound.has(&["need-missing"]);

    let sound = Sound::new();
    let first = sound.waits.id.clone();
    let second = sound
        .scene
        .comment("second", ItemId::issue(1), &[&sound.waits]);
    sound.refile(&sound.waits, "pending", "pending", |intent| {
        intent.needs = vec![second.id.clone()];
    });
    sound.has(&["needs-circle", "needs-circle"]);
    assert_ne!(first, second.id);

    let sound = Sound::new();
    sound.refile(&sound.waits, "pending", "claimed", |_| {});
    sound.has(&["claim-left"]);
    let flush = sound.scene.lock_elsewhere(crate::store::LockName::Flush);
    sound.has(&[]);
    drop(flush);

    let sound = Sound::new();
    sound.refile(&sound.waits, "pending", "done", |_| {});
    sound.has(&["done-unconfirmed"]);

    let sound = Sound::new();
    sound.refile(&sound.waits, "pending", "failed", |intent| {
        intent.phase = Phase::Confirmed;
    });
    sound.has(&["failed-confirmed"]);

    let sound = Sound::new();
    sound.refile(&sound.waits, "pending", "pending", |intent| intent.seq = 7);
    // It is filed under the number that it now has.
    sound.has(&[]);
    let name = format!("outbox/pending/{:012}-{}.json", 7, sound.waits.id);
    let bytes = fs::read(sound.path(&name)).unwrap();
    sound.write(
        &format!("outbox/failed/{:012}-{}.json", 8, sound.waits.id),
        &bytes,
    );
    sound.has(&["intent-twice", "misnamed"]);
    assert_eq!(Place::ALL.len(), 4);
}

#[test]
fn what_no_sweep_has_cleared_up_is_found_after_a_day() {
    let sound = Sound::new();
    sound.write("leases/.tmp-abcdef", b"half");
    sound.write("outbox/tmp/.tmp-abcdef", b"half");
    let written = sound.path("leases/.tmp-abcdef").metadata().unwrap();
    let written = Timestamp::try_from(written.modified().unwrap()).unwrap();
    let later = |minutes: i64| written + SignedDuration::from_mins(minutes);
    let temporary = |now| {
        let codes = sound.codes_at(now).into_iter();
        codes.filter(|code| code == "temporary-left").count()
    };
    assert_eq!((temporary(later(50)), temporary(later(70))), (0, 2));

    let sound = Sound::new();
    let mut closed = Mirror::default();
    closed.issues.insert(1, issue(1, IssueState::Closed, &[]));
    sound.store().put_mirror(&closed).unwrap();
    let day = |hours: i64| start() + SignedDuration::from_hours(hours);
    let left = |now| sound.codes_at(now).contains(&"done-leftover".to_owned());
    assert_eq!((left(day(23)), left(day(25))), (false, true));
}

#[test]
fn only_what_contradicts_the_forge_is_found() {
    let mut known = Mirror::default();
    for number in 1..=5 {
        let open = issue(number, IssueState::Open, &["agent-ready"]);
        known.issues.insert(number, open);
    }
    let mut listed = known.clone();
    assert_eq!(against_forge(&known, &listed), []);
    let change = |mirror: &mut Mirror, number, later: i64, state| {
        let issue = mirror.issues.get_mut(&number).unwrap();
        issue.state = state;
        issue.updated = start() + SignedDuration::from_secs(later);
    };
    // Newer on the forge, changed without a sign of it, gone, older.
    change(&mut listed, 1, 9, IssueState::Closed);
    change(&mut listed, 2, 0, IssueState::Closed);
    listed.issues.remove(&3);
    change(&mut listed, 4, -9, IssueState::Open);
    listed.issues.insert(6, issue(6, IssueState::Open, &[]));
    let codes: Vec<(String, &str)> = against_forge(&known, &listed)
        .into_iter()
        .map(|flaw| (flaw.about, flaw.code))
        .collect();
    let expected = [
        ("issue/2".to_owned(), "mirror-wrong"),
        ("issue/3".to_owned(), "not-on-forge"),
        ("issue/4".to_owned(), "mirror-ahead"),
    ];
    assert_eq!(codes, expected);
}
