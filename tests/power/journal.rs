//! The journal: what was synced is there, in order, and the next record is never lost to a torn one.

use acp::durable::{Journal, JournalRead};
use std::path::Path;

use crate::script::{Script, Step, survives};

#[derive(Debug, Clone, Copy)]
enum Did {
    /// Appended without a sync.
    Append(u64),
    /// Appended durably.
    AppendSynced(u64),
    /// Synced everything before.
    Sync,
}

/// Small enough that a script reaches it once at most.
const ROTATE_BYTES: u64 = 700;

fn at(disk: &Path) -> (Journal, Journal) {
    let lock = disk.join("journal.lock");
    let open = |name: &str| Journal::with_rotation(&disk.join(name), &lock, ROTATE_BYTES);
    (open("journal.jsonl"), open("journal.jsonl.1"))
}

fn append_at_random(script: &Script<'_, Did>) {
    let (journal, _) = at(&script.disk());
    script.may_die(true);
    let record = |n: u64| (n, "x".repeat(20));
    for n in 1..=script.roll(30) {
        match script.roll(5) {
            0 => script.step(Did::AppendSynced(n), || {
                journal.append_synced(&record(n)).unwrap();
                true
            }),
            1 => script.step(Did::Sync, || {
                journal.sync().unwrap();
                true
            }),
            _ => script.step(Did::Append(n), || {
                journal.append(&record(n)).unwrap();
                true
            }),
        }
    }
}

fn read(disk: &Path) -> Vec<u64> {
    let (journal, old) = at(disk);
    let records = |journal: &Journal| {
        let read: JournalRead<(u64, String)> = journal.read(0).unwrap();
        read.records.into_iter().map(|(n, _)| n)
    };
    records(&old).chain(records(&journal)).collect()
}

/// What must be there, and all that may be.
fn expected(steps: &[Step<Did>]) -> (Vec<u64>, Vec<u64>) {
    let (mut durable, mut told, mut begun) = (vec![], vec![], vec![]);
    for step in steps {
        match step.what {
            Did::Append(n) | Did::AppendSynced(n) => {
                begun.push(n);
                told.extend(step.done.map(|_| n));
            }
            Did::Sync => {}
        }
        if step.done.is_some() && !matches!(step.what, Did::Append(_)) {
            durable.clone_from(&told);
        }
    }
    (durable, begun)
}

#[test]
fn what_was_synced_is_read_in_order_and_the_next_record_too() {
    survives(append_at_random, |disk, steps| {
        let (durable, begun) = expected(steps);
        let found = read(disk);
        let missing: Vec<_> = durable.iter().filter(|n| !found.contains(n)).collect();
        assert!(
            missing.is_empty(),
            "{missing:?} of {durable:?} are lost: {found:?}"
        );
        assert!(
            found.iter().all(|n| begun.contains(n)) && found.is_sorted(),
            "{found:?} of {begun:?}"
        );
        let (journal, _) = at(disk);
        journal.append_synced(&(9_999_u64, String::new())).unwrap();
        let mut more = found;
        more.push(9_999);
        // A record that had lost its newline alone comes back.
        let after: Vec<_> = read(disk);
        assert_eq!(after.last(), Some(&9_999));
        assert!(more.iter().all(|n| after.contains(n)));
    });
}
