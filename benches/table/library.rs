//! Timing parts of the library.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use acp::domain::{
    Association, ChangeKind, Check, CheckState, DayBudget, DiffFacts, FileChange, Intent, Issue,
    IssueState, ItemId, Mergeable, Mirror, Origin, Payload, PrState, ProfileId, PullRequest, Rules,
    Sha, Snapshot, TrustBook, TrustNote, label,
};
use acp::engine::plan;
use acp::policy::pin_by_author;
use acp::profile;
use acp::store::{Home, Store};
use acp::sys::{Env, stats};
use jiff::Timestamp;

use crate::process::median;

fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn sha(n: u64) -> Sha {
    format!("{n:040x}").parse().unwrap()
}

fn rules() -> Rules {
    let id: ProfileId = "bench".parse().unwrap();
    let text = "schema: 1\nforge: { kind: local, repo: bench }\nagents: { use: command, settings: \
                { command: { shell: 'true' } } }\n";
    profile::load_text(&id, Path::new("bench.yaml"), text, &Env::default())
        .unwrap()
        .rules
}

/// Median of planning with open issues that wait for a slot, and open pull requests of five files each.
pub(crate) fn plan(issues: u64, pulls: u64) -> Duration {
    let (snapshot, rules) = (snapshot(issues, pulls), rules());
    let made = plan::plan(&snapshot, &rules).unwrap();
    assert_eq!(made.standings.len() as u64, issues + pulls);
    let time = |_| {
        let begun = Instant::now();
        black_box(plan::plan(black_box(&snapshot), black_box(&rules)).unwrap());
        begun.elapsed()
    };
    median((0..50).map(time).collect())
}

fn snapshot(issues: u64, pulls: u64) -> Snapshot {
    let mut mirror = Mirror {
        base_sha: Some(sha(1)),
        ..Mirror::default()
    };
    mirror.issues = (1..=issues).map(|n| (n, issue(n))).collect();
    mirror.pulls = (issues + 1..=issues + pulls)
        .map(|n| (n, pull(n, n - issues)))
        .collect();
    let facts = mirror.pulls.keys().map(|&n| (n, facts(n))).collect();
    let mut trust = TrustBook::default();
    for issue in mirror.issues.values() {
        let pin = pin_by_author(issue, issue.digest.clone(), now());
        let note = TrustNote {
            pin: Some(pin),
            ..TrustNote::default()
        };
        trust.put(issue.number, note);
    }
    Snapshot {
        now: now(),
        seed: 1,
        mirror,
        runs: BTreeMap::new(),
        unrecorded: BTreeMap::new(),
        unreadable: vec![],
        leases: BTreeMap::new(),
        retries: BTreeMap::new(),
        cooldowns: BTreeMap::new(),
        holds: BTreeMap::new(),
        approvals: BTreeMap::new(),
        intents: vec![],
        budget: DayBudget::default(),
        facts,
        asked_again: BTreeMap::new(),
        disk_free: Some(u64::MAX),
        agents_missing: BTreeMap::new(),
        stale: None,
        trust,
        labelled: BTreeMap::new(),
        reviews_own: false,
        gaps: vec![],
    }
}

fn issue(number: u64) -> Issue {
    Issue {
        number,
        title: format!("An issue of the usual length, number {number}"),
        state: IssueState::Open,
        labels: BTreeSet::from([label::READY.to_owned()]),
        author: "ann".to_owned(),
        association: Association::Owner,
        created: now(),
        updated: now(),
        digest: Some(format!("{number:016x}")),
        schedule: None,
    }
}

fn pull(number: u64, closes: u64) -> PullRequest {
    PullRequest {
        number,
        title: format!("A change, number {number}"),
        state: PrState::Open,
        draft: false,
        head: format!("agent/issue-{closes}-a1").parse().unwrap(),
        head_sha: sha(number),
        base: "main".parse().unwrap(),
        base_sha: sha(1),
        from_fork: false,
        labels: BTreeSet::new(),
        author: "acp".to_owned(),
        association: Association::Owner,
        closes: Some(closes),
        checks: vec![Check {
            name: "acp/verify".to_owned(),
            state: CheckState::Success,
            summary: String::new(),
        }],
        reviews: vec![],
        mergeable: Mergeable::Yes,
        created: now(),
        updated: now(),
    }
}

fn facts(number: u64) -> DiffFacts {
    let file = |n: u64| FileChange {
        path: format!("src/part{number}/file{n}.rs"),
        old_path: None,
        kind: ChangeKind::Modified,
        insertions: 10,
        deletions: 3,
        binary: false,
    };
    DiffFacts {
        files: Some((0..5).map(file).collect()),
        ddl: Some(false),
        secrets: Some(vec![]),
    }
}

/// Median of reading a mirror, and its size on disk in bytes.
pub(crate) fn mirror(scratch: &Path, issues: u64, pulls: u64) -> (Duration, u64) {
    let layout = Home::below(&scratch.join("mirror")).layout(&"bench".parse().unwrap());
    let index = layout.folder("forge").join("index.json");
    let store = Store::new(layout);
    let known = snapshot(issues, pulls).mirror;
    store.put_mirror(&known).unwrap();
    let time = |_| {
        let begun = Instant::now();
        let loaded = black_box(store.mirror().unwrap());
        let took = begun.elapsed();
        assert_eq!(loaded.issues.len(), known.issues.len());
        took
    };
    let bytes = std::fs::metadata(index).unwrap().len();
    (median((0..30).map(time).collect()), bytes)
}

/// Median of putting an intent into an outbox that grows, and the fsyncs of one.
pub(crate) fn enqueue(scratch: &Path, times: u32) -> (Duration, f64) {
    let home = Home::below(&scratch.join("enqueue"));
    let outbox = Store::new(home.layout(&"bench".parse().unwrap()))
        .outbox()
        .unwrap();
    let intent = |n: u32| {
        let body = "A comment of the usual length, which says what was done and why.".to_owned();
        let item = Some(ItemId::issue(u64::from(n)));
        Intent::new(
            Origin::Pass,
            item,
            Payload::Comment { body },
            n.to_string(),
            vec![],
            now(),
        )
    };
    // The first one makes the folders.
    assert!(outbox.enqueue(&intent(0)).unwrap());
    let before = stats::FSYNCS.get();
    let time = |n| {
        let intent = intent(n);
        let begun = Instant::now();
        assert!(outbox.enqueue(&intent).unwrap());
        begun.elapsed()
    };
    let took = median((1..=times).map(time).collect());
    let syncs = u32::try_from(stats::FSYNCS.get() - before).unwrap();
    (took, f64::from(syncs) / f64::from(times))
}

/// Median of writing a small file with one fsync: what the disk asks for.
pub(crate) fn write_and_sync(scratch: &Path, times: u32) -> Duration {
    let time = |n: u32| {
        let begun = Instant::now();
        let mut file = std::fs::File::create(scratch.join(format!("sync-{n}"))).unwrap();
        file.write_all(&[b'x'; 700]).unwrap();
        file.sync_all().unwrap();
        begun.elapsed()
    };
    median((0..times).map(time).collect())
}
