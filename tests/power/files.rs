//! Files and records: what was told to be written is there, whole.

use std::collections::BTreeMap;
use std::path::Path;

use acp::durable::{
    Versioned, create_dirs, publish, read_file, read_record, remove_file, write_atomic,
    write_record,
};
use serde::{Deserialize, Serialize};

use crate::script::{Script, Step, survives};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    n: u64,
    pad: String,
}

impl Versioned for Note {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "note";
}

/// A file and what is in it after the step; `None`: it is gone.
type After = (&'static str, Option<u64>);

const FILES: [&str; 4] = ["a/one", "a/two", "b/one", "b/c/record"];

fn text(n: u64) -> Vec<u8> {
    format!("{n:06}").repeat(50).into_bytes()
}

fn note(n: u64) -> Note {
    let pad = "x".repeat(200);
    Note { n, pad }
}

fn write_at_random(script: &Script<'_, After>) {
    let disk = script.disk();
    create_dirs(&disk.join("a")).unwrap();
    create_dirs(&disk.join("b/c")).unwrap();
    script.may_die(true);
    for n in 1..=script.roll(20) + 5 {
        let name = FILES[usize::try_from(script.roll(4)).unwrap()];
        let path = disk.join(name);
        match (name, script.roll(4)) {
            (_, 0) => script.step((name, None), || remove_file(&path).unwrap()),
            ("b/c/record", _) => script.step((name, Some(n)), || {
                write_record(&path, &note(n)).unwrap();
                true
            }),
            (_, 1) => script.step((name, Some(n)), || publish(&path, &text(n)).unwrap()),
            _ => script.step((name, Some(n)), || {
                write_atomic(&path, &text(n)).unwrap();
                true
            }),
        }
    }
}

fn content(disk: &Path, name: &str) -> Option<u64> {
    let path = disk.join(name);
    if name == "b/c/record" {
        let there = read_record::<Note>(&path).unwrap()?;
        assert_eq!(there, note(there.n));
        return Some(there.n);
    }
    let bytes = read_file(&path, 10_000).unwrap()?;
    let n = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.get(..6)?.parse().ok());
    assert_eq!(n.map(text), Some(bytes), "{name} is not whole");
    n
}

/// What a file may hold: what the last step that was done left, or any that began after it.
fn allowed(steps: &[Step<After>]) -> BTreeMap<&'static str, Vec<Option<u64>>> {
    let mut allowed: BTreeMap<_, Vec<_>> = FILES.map(|name| (name, vec![None])).into();
    for step in steps {
        let (name, after) = step.what;
        let of_file = allowed.entry(name).or_default();
        if step.done.is_some() {
            of_file.clear();
        }
        of_file.push(after);
    }
    allowed
}

#[test]
fn what_was_written_is_there_whole() {
    survives(write_at_random, |disk, steps| {
        for (name, allowed) in allowed(steps) {
            let found = content(disk, name);
            assert!(allowed.contains(&found), "{name}: {found:?} of {allowed:?}");
        }
    });
}
