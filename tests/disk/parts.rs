//! The parts, each played by a process of its own in a folder of its own.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use acp::durable::{
    DurableError, Enqueued, Journal, Lock, Maildir, Place, Rank, Result, append_log, crash,
    create_dirs, free_space_bytes, is_held, move_dir, publish, read_record, remove_file,
    remove_tree, write_atomic, write_quick, write_record,
};
use acp::sys::stats;
use serde::{Deserialize, Serialize};

/// More than the small disk and than the limit on files.
const TOO_MUCH: usize = 600 * 1024;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}

impl acp::durable::Versioned for Note {
    const FORMAT: u32 = 1;
    const NAME: &'static str = "note";
}

fn note(text: &str) -> Note {
    Note {
        text: text.to_owned(),
    }
}

/// A little state of each kind, all of it in the working folder.
struct State {
    record: &'static Path,
    queue: Maildir,
    journal: Journal,
}

impl State {
    fn here() -> Self {
        Self {
            record: Path::new("note.json"),
            queue: Maildir::open(Path::new("outbox")).unwrap(),
            journal: Journal::open(Path::new("journal.jsonl"), Path::new("journal.lock")),
        }
    }

    fn write(&self) {
        write_record(self.record, &note("old")).unwrap();
        self.queue.enqueue("first", |_| b"first".to_vec()).unwrap();
        self.journal.append(&"first").unwrap();
        drop(Lock::try_acquire(Path::new("pass.lock"), Rank::Pass, "test").unwrap());
    }

    /// Everything that [`Self::write`] wrote is there, and nothing else under a real name.
    fn assert_whole(&self) {
        assert_eq!(read_record(self.record).unwrap(), Some(note("old")));
        for (place, count) in [
            (Place::Pending, 1),
            (Place::Claimed, 0),
            (Place::Failed, 0),
            (Place::Done, 0),
        ] {
            assert_eq!(self.queue.list(place).unwrap().len(), count, "{place:?}");
        }
        let (place, entry) = self.queue.find("first").unwrap().unwrap();
        assert_eq!(place, Place::Pending);
        assert_eq!(self.queue.read(&entry).unwrap(), b"first");
        let read = self.journal.read::<String>(0).unwrap();
        assert_eq!((read.records, read.torn), (vec!["first".to_owned()], 0));
    }

    /// Everything that would write fails with an error that `expected` accepts.
    fn assert_each_write_fails(&self, bytes: usize, expected: fn(&DurableError) -> bool) {
        let body = "x".repeat(bytes);
        let (_, entry) = self.queue.find("first").unwrap().unwrap();
        let results: [(&str, Result<()>); 8] = [
            ("atomic", write_atomic(self.record, body.as_bytes())),
            ("quick", write_quick(self.record, body.as_bytes())),
            ("record", write_record(self.record, &note(&body))),
            (
                "publish",
                publish(Path::new("new"), body.as_bytes()).map(drop),
            ),
            (
                "enqueue",
                self.queue
                    .enqueue("second", |_| body.clone().into())
                    .map(drop),
            ),
            ("update", self.queue.update(&entry, body.as_bytes())),
            ("append", self.journal.append(&body)),
            ("append synced", self.journal.append_synced(&body).map(drop)),
        ];
        for (name, result) in results {
            let error = result.expect_err(name);
            assert!(expected(&error), "{name}: {error:?}");
        }
        assert!(!Path::new("new").exists());
        assert_eq!(leftovers(), Vec::<String>::new());
    }

    /// Everything that writes works.
    fn assert_goes_on(&self) {
        write_record(self.record, &note("new")).unwrap();
        let second = self
            .queue
            .enqueue("second", |_| b"second".to_vec())
            .unwrap();
        assert_eq!(second, Enqueued::New { seq: 2 });
        let (_, entry) = self.queue.find("first").unwrap().unwrap();
        let claimed = self.queue.claim(&entry).unwrap().unwrap();
        self.queue.complete(&claimed, b"done").unwrap();
        self.journal.append(&"second").unwrap();
        self.journal.sync().unwrap();
        let read = self.journal.read::<String>(0).unwrap();
        assert_eq!((read.records.len(), read.torn), (2, 0));
    }
}

/// Unfinished files that somebody left behind.
fn leftovers() -> Vec<String> {
    let entries = [".", "outbox/tmp", "outbox/pending"].map(|dir| fs::read_dir(dir).unwrap());
    let names = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".tmp-")).collect()
}

/// On a file system of 256 KiB.
pub(crate) fn full_disk() {
    let state = State::here();
    state.write();
    let filler = Path::new("filler");
    let page = [0; 4096];
    let full = (0..100)
        .find_map(|_| append_log(filler, &page).err())
        .unwrap();
    assert!(full.is_disk_full(), "{full:?}");
    assert_eq!(free_space_bytes(Path::new(".")).unwrap(), 0);

    for bytes in [8 * 1024, TOO_MUCH] {
        state.assert_each_write_fails(bytes, DurableError::is_disk_full);
        state.assert_whole();
    }
    // Locks and moves need no room: what runs can be ended and what waits can be claimed.
    let lock = Lock::try_acquire(Path::new("other.lock"), Rank::Pass, "test").unwrap();
    assert!(lock.is_some() && is_held(Path::new("other.lock")).unwrap());

    // Room for a part of a record: the part is cut off again.
    let length = filler.metadata().unwrap().len();
    fs::File::options()
        .write(true)
        .open(filler)
        .unwrap()
        .set_len(length - 4096)
        .unwrap();
    assert_eq!(free_space_bytes(Path::new(".")).unwrap(), 4096);
    let before = fs::read("journal.jsonl").unwrap();
    state.assert_each_write_fails(16 * 1024, DurableError::is_disk_full);
    assert_eq!(fs::read("journal.jsonl").unwrap(), before);
    assert_eq!(free_space_bytes(Path::new(".")).unwrap(), 4096);
    state.assert_whole();

    assert!(remove_file(filler).unwrap());
    state.assert_goes_on();
    clear();
}

/// Under a limit on the size of each file.
pub(crate) fn file_limit() {
    let state = State::here();
    state.write();
    state.assert_each_write_fails(TOO_MUCH, DurableError::is_disk_full);
    state.assert_whole();
    state.assert_goes_on();
    clear();
}

fn clear() {
    for entry in fs::read_dir(".").unwrap() {
        remove_tree(&entry.unwrap().path()).unwrap();
    }
}

/// Leaves a little state for the part after it.
pub(crate) fn prepare() {
    State::here().write();
    create_dirs(Path::new("folder/inner")).unwrap();
}

/// On what [`prepare`] left, read-only since: `mounted` so, or by permissions.
pub(crate) fn read_only(mounted: bool) {
    let state = State::here();
    let expected = if mounted {
        DurableError::is_read_only
    } else {
        |error: &DurableError| {
            matches!(error, DurableError::Io { source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied)
        }
    };
    state.assert_whole();
    state.assert_each_write_fails(10, expected);
    let folder = Path::new("folder");
    let (_, entry) = state.queue.find("first").unwrap().unwrap();
    let mut results = vec![
        ("claim", state.queue.claim(&entry).map(drop)),
        ("complete", state.queue.complete(&entry, b"").map(drop)),
        ("requeue", state.queue.requeue(&entry, b"").map(drop)),
        ("log", append_log(Path::new("agent.log"), b"")),
        ("create", create_dirs(&folder.join("new"))),
        ("move", move_dir(folder, Path::new("moved"))),
        ("remove", remove_file(state.record).map(drop)),
        (
            "lock",
            Lock::try_acquire(Path::new("pass.lock"), Rank::Pass, "").map(drop),
        ),
        (
            "lock",
            Lock::try_acquire_empty(Path::new("new.lock")).map(drop),
        ),
    ];
    if mounted {
        // Closed folders are opened by this on purpose.
        results.push(("remove tree", remove_tree(folder)));
    }
    for (name, result) in results {
        let error = result.expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
    }
    assert!(
        !is_held(Path::new("pass.lock")).unwrap(),
        "looking needs no writing"
    );
    assert!(folder.join("inner").is_dir());
    state.assert_whole();
}

/// As somebody whom permissions bind.
pub(crate) fn closed_tree() {
    let tree = Path::new("tree");
    for name in ["a/b/c", "d", "e/f"] {
        create_dirs(&tree.join(name)).unwrap();
        write_quick(&tree.join(name).join("file"), b"").unwrap();
    }
    for (name, mode) in [
        ("a/b/c", 0o500),
        ("a/b", 0),
        ("a", 0o500),
        ("d", 0),
        ("e/f", 0o100),
        ("", 0o500),
    ] {
        fs::set_permissions(tree.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::remove_dir_all(tree).unwrap_err();
    assert!(
        tree.join("d").exists(),
        "this process is bound by permissions"
    );
    remove_tree(tree).unwrap();
    assert!(!tree.exists());
}

/// Ends in the middle of the second write.
pub(crate) fn crash() {
    crash::log_to(Path::new("points"));
    crash::arm_abort("atomic.before_rename:2");
    for content in ["first", "second"] {
        write_atomic(Path::new("file"), content.as_bytes()).unwrap();
    }
}

/// In a process of its own, because the counter is one for the process.
pub(crate) fn syncs() {
    fn cost<T>(work: impl FnOnce() -> T) -> (u64, T) {
        let before = stats::FSYNCS.get();
        let result = work();
        (stats::FSYNCS.get() - before, result)
    }
    let (record, state) = (Path::new("note.json"), State::here());
    assert_eq!(cost(|| state.queue.list(Place::Pending).unwrap()).0, 0);
    assert_eq!(cost(|| create_dirs(Path::new("a/b")).unwrap()).0, 2);
    assert_eq!(cost(|| create_dirs(Path::new("a/b")).unwrap()).0, 0);
    assert_eq!(cost(|| write_atomic(record, b"").unwrap()).0, 2);
    assert_eq!(cost(|| write_quick(record, b"").unwrap()).0, 0);
    assert_eq!(cost(|| publish(record, b"").unwrap()), (0, false));
    assert_eq!(cost(|| remove_file(record).unwrap()), (1, true));
    assert_eq!(cost(|| remove_file(record).unwrap()), (0, false));
    assert_eq!(cost(|| publish(record, b"").unwrap()), (2, true));
    assert_eq!(
        cost(|| move_dir(Path::new("a/b"), Path::new("b")).unwrap()).0,
        2
    );
    assert_eq!(
        cost(|| move_dir(Path::new("b"), Path::new("c")).unwrap()).0,
        1
    );
    assert_eq!(cost(|| remove_tree(Path::new("a")).unwrap()).0, 1);
    assert_eq!(
        cost(|| Lock::try_acquire(Path::new("l"), Rank::Pass, "").unwrap()).0,
        0
    );

    let add = |id: &str| state.queue.enqueue(id, |_| vec![]).unwrap();
    add("a");
    assert_eq!(cost(|| add("b")), (2, Enqueued::New { seq: 2 }));
    assert_eq!(cost(|| add("b")).0, 1);
    let (_, entry) = state.queue.find("a").unwrap().unwrap();
    let (claiming, entry) = cost(|| state.queue.claim(&entry).unwrap().unwrap());
    assert_eq!(claiming, 2);
    assert_eq!(cost(|| state.queue.update(&entry, b"").unwrap()).0, 2);
    assert_eq!(cost(|| state.queue.complete(&entry, b"").unwrap()).0, 3);

    assert_eq!(cost(|| state.journal.sync().unwrap()).0, 0);
    assert_eq!(cost(|| state.journal.append(&1).unwrap()).0, 1);
    assert_eq!(cost(|| state.journal.append(&1).unwrap()).0, 0);
    assert_eq!(cost(|| state.journal.sync().unwrap()).0, 1);
    assert_eq!(cost(|| state.journal.append_synced(&1).unwrap()).0, 1);
}
