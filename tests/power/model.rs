//! The model itself loses what a disk may lose, and nothing else.

use std::collections::BTreeSet;
use std::fs::File;

use acp::durable::sim::Recording;
use acp::durable::{
    crash_point, create_dirs, move_dir, open_log, publish, read_file, write_atomic, write_quick,
};
use acp::sys::SplitMix64;

/// What is left of `script` by many cuts at its end, as `look` tells it.
fn left(
    script: impl Fn(&std::path::Path),
    look: impl Fn(&std::path::Path) -> String,
) -> BTreeSet<String> {
    let base = tempfile::tempdir().unwrap();
    let recording = Recording::start(base.path());
    script(&recording.disk());
    let history = recording.end();
    let mut seen = BTreeSet::new();
    for seed in 0..400 {
        let left = tempfile::tempdir().unwrap();
        let rng = SplitMix64::seeded(seed);
        history.cut(history.len(), &rng, left.path()).unwrap();
        seen.insert(look(left.path()));
    }
    seen
}

fn text(dir: &std::path::Path, name: &str) -> String {
    let bytes = read_file(&dir.join(name), 1000).unwrap();
    bytes.map_or("-".to_owned(), |bytes| {
        String::from_utf8(bytes).unwrap().replace('\0', "0")
    })
}

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn what_is_not_synced_may_be_old_missing_torn_or_zero() {
    let quick = |dir: &std::path::Path| {
        write_atomic(&dir.join("f"), b"old").unwrap();
        write_quick(&dir.join("f"), b"ab").unwrap();
    };
    let seen = left(quick, |dir| text(dir, "f"));
    assert_eq!(seen, set(&["", "00", "a", "a0", "ab", "old"]));
    let synced = |dir: &std::path::Path| write_atomic(&dir.join("f"), b"ab").unwrap();
    assert_eq!(left(synced, |dir| text(dir, "f")), set(&["ab"]));
}

#[test]
fn what_was_synced_of_a_growing_file_stays() {
    let grow = |dir: &std::path::Path| {
        assert!(publish(&dir.join("f"), b"ab").unwrap());
        let mut log = open_log(&dir.join("f")).unwrap();
        std::io::Write::write_all(&mut log, b"cd").unwrap();
        crash_point("power.appended");
    };
    let seen = left(grow, |dir| text(dir, "f"));
    assert_eq!(seen, set(&["ab", "ab00", "abc", "abc0", "abcd"]));
}

#[test]
fn a_rename_leaves_one_name_or_both_unless_the_old_folder_is_synced_first() {
    #[expect(clippy::disallowed_methods, reason = "a rename without a sync")]
    let rename = |dir: &std::path::Path| {
        create_dirs(&dir.join("a")).unwrap();
        create_dirs(&dir.join("b")).unwrap();
        write_atomic(&dir.join("a/f"), b"x").unwrap();
        std::fs::rename(dir.join("a/f"), dir.join("b/f")).unwrap();
    };
    let names = |dir: &std::path::Path| text(dir, "a/f") + &text(dir, "b/f");
    assert_eq!(left(rename, names), set(&["x-", "-x", "xx"]));
    let wrong = |dir: &std::path::Path| {
        rename(dir);
        // A write there syncs the old folder.
        write_atomic(&dir.join("a/g"), b"").unwrap();
    };
    assert_eq!(left(wrong, names), set(&["--", "-x"]));
    let moved = |dir: &std::path::Path| {
        create_dirs(&dir.join("a")).unwrap();
        create_dirs(&dir.join("b")).unwrap();
        write_atomic(&dir.join("a/f"), b"x").unwrap();
        move_dir(&dir.join("a/f"), &dir.join("b/f")).unwrap();
    };
    assert_eq!(left(moved, names), set(&["-x"]));
}

#[test]
fn a_folder_whose_name_is_not_synced_takes_its_files_with_it() {
    let unsynced = |dir: &std::path::Path| {
        std::fs::create_dir(dir.join("a")).unwrap();
        write_atomic(&dir.join("a/f"), b"x").unwrap();
        File::open(dir.join("a")).unwrap().sync_all().unwrap();
    };
    assert_eq!(left(unsynced, |dir| text(dir, "a/f")), set(&["-", "x"]));
}

/// Those of temporary files are random, and a seed must leave the same each time.
#[test]
fn what_is_left_does_not_hang_on_the_names() {
    let left_of = |names: [&str; 2], seed| {
        let base = tempfile::tempdir().unwrap();
        let recording = Recording::start(base.path());
        for (name, content) in names.iter().zip(["first", "second"]) {
            let mut file = File::create(recording.disk().join(name)).unwrap();
            std::io::Write::write_all(&mut file, content.as_bytes()).unwrap();
            crash_point("power.written");
        }
        let history = recording.end();
        let left = tempfile::tempdir().unwrap();
        let rng = SplitMix64::seeded(seed);
        history.cut(history.len(), &rng, left.path()).unwrap();
        names.map(|name| text(left.path(), name))
    };
    for seed in 0..100 {
        let (rising, falling) = (left_of(["a", "b"], seed), left_of(["b", "a"], seed));
        assert_eq!(rising, falling, "seed {seed}");
    }
}
