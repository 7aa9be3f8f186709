//! A queue of messages in folders: one file per message, moved from folder to folder by renaming.
//!
//! `pending` → `claimed` → `done` or `failed`; back to `pending` by [`Maildir::requeue`] and [`Maildir::retry`]. A message
//! with a given id exists once. Files are written in `tmp` and get their name when they are whole.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::atomic::{publish_through, replace_through, sync_dir};
use super::dirs::{create_dirs, rename, rename_new, sync_move};
use super::error::Context as _;
use super::{DurableError, Lock, Rank, Result, crash_point, read_file, remove_file};

/// No message is larger.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;
/// The longest id; a file name has 255 bytes.
const ID_BYTES_MAX: usize = 128;
/// Digits of the number at the front of a name, so that names sort by it.
const SEQ_DIGITS: usize = 12;

/// Where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Waiting.
    Pending,
    /// Somebody is at it, or died over it.
    Claimed,
    /// Given up until somebody retries or drops it.
    Failed,
    /// Finished; kept so that the same message is not accepted again.
    Done,
}

impl Place {
    /// In the direction in which messages move without the queue's lock: who looks in this order misses none of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Claimed, Self::Failed, Self::Done];

    /// The name of the folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }
}

/// One message: the number that orders it, its id and its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its place in the order; a message that is done has none.
    pub seq: Option<u64>,
    /// Its id.
    pub id: String,
    /// Its file, as long as it is not moved.
    pub path: PathBuf,
}

/// What [`Maildir::enqueue`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// The message is new and waits as number `seq`.
    New {
        /// Its place in the order.
        seq: u64,
    },
    /// There is a message with that id; it stays as it is.
    Exists {
        /// Where it is.
        place: Place,
    },
}

/// A queue in a folder. Neither needs to exist before the first message.
#[derive(Debug, Clone)]
pub struct Maildir {
    root: PathBuf,
}

impl Maildir {
    /// The queue in the folder `root`. Creates nothing; a folder that does not exist is an empty queue.
    ///
    /// # Errors
    /// `Damaged` when `root` is something else than a folder.
    pub fn open(root: &Path) -> Result<Self> {
        if root.exists() && !root.is_dir() {
            return Err(DurableError::damaged(root, "not a folder"));
        }
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Adds a message durably unless one with that id exists in any place. `body` gets its number. Two fsyncs, one when it
    /// exists, more only when the folders are new. An id has letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// `Damaged` when `id` is no id or a file has a foreign name, `Busy` when the queue's lock is not free within 10 s,
    /// `Io` when the operating system refuses: the message is not in the queue then, unless only the last sync failed.
    pub fn enqueue(&self, id: &str, body: impl FnOnce(u64) -> Vec<u8>) -> Result<Enqueued> {
        self.check_id(id)?;
        for place in Place::ALL {
            create_dirs(&self.dir(place))?;
        }
        create_dirs(&self.temp_dir())?;
        let _lock = self.lock()?;
        let mut last = 0;
        for place in Place::ALL {
            if place == Place::Done {
                if self.done_path(id).symlink_metadata().is_ok() {
                    return self.exists(place);
                }
                continue;
            }
            for entry in self.list(place)? {
                if entry.id == id {
                    return self.exists(place);
                }
                last = last.max(entry.seq.unwrap_or(0));
            }
        }
        let seq = last + 1;
        let path = self.dir(Place::Pending).join(numbered_name(seq, id));
        crash_point("maildir.before_enqueue");
        if publish_through(&self.temp_dir(), &path, &body(seq))? {
            Ok(Enqueued::New { seq })
        } else {
            self.exists(Place::Pending)
        }
    }

    /// Says that a message is there. Whoever brought it there may have died before that was durable.
    fn exists(&self, place: Place) -> Result<Enqueued> {
        sync_dir(&self.dir(place))?;
        Ok(Enqueued::Exists { place })
    }

    /// The messages in one place: by number, those that are done by id.
    ///
    /// # Errors
    /// `Damaged` names a file that is no message, `Io` when the operating system refuses.
    pub fn list(&self, place: Place) -> Result<Vec<Entry>> {
        let dir = self.dir(place);
        let names = match std::fs::read_dir(&dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            names => names.doing("list", &dir)?,
        };
        let mut out = vec![];
        for name in names {
            let path = name.doing("list", &dir)?.path();
            if is_hidden(&path) {
                continue;
            }
            match parse(place, &path) {
                Some((seq, id)) => out.push(Entry { seq, id, path }),
                None => return Err(DurableError::damaged(&path, "not the name of a message")),
            }
        }
        out.sort();
        Ok(out)
    }

    /// The message with that id, wherever it is.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn find(&self, id: &str) -> Result<Option<(Place, Entry)>> {
        self.check_id(id)?;
        // A second time because a message that is moved back to `pending` in between can be missed once.
        for _ in 0..2 {
            for place in [Place::Pending, Place::Claimed, Place::Failed] {
                if let Some(entry) = self.list(place)?.into_iter().find(|entry| entry.id == id) {
                    return Ok(Some((place, entry)));
                }
            }
            let path = self.done_path(id);
            if path.symlink_metadata().is_ok() {
                let entry = Entry {
                    seq: None,
                    id: id.to_owned(),
                    path,
                };
                return Ok(Some((Place::Done, entry)));
            }
        }
        Ok(None)
    }

    /// The content of a message.
    ///
    /// # Errors
    /// `Io` when it has been moved or the operating system refuses, `Damaged` when it is not a regular file.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>> {
        read_file(&entry.path, LIMIT_BYTES)?
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            .doing("read", &entry.path)
    }

    /// Takes a pending message, durably: of several callers one gets it, the others `None`. Two fsyncs.
    ///
    /// # Errors
    /// `Busy` when the queue's lock is not free within 10 s, `Io` when the operating system refuses.
    pub fn claim(&self, entry: &Entry) -> Result<Option<Entry>> {
        let to = self.moved(entry, Place::Claimed)?;
        // Whoever enqueues syncs `pending`. Before the new name is durable that would lose the message in a power cut.
        let _lock = self.lock()?;
        crash_point("maildir.before_claim");
        match rename_new(&entry.path, &to.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // A power cut has left both names. The claimed one may tell of a dispatch: it is the truth.
                remove_file(&entry.path)?;
                return Ok(None);
            }
            claimed => claimed.doing("claim", &entry.path)?,
        }
        crash_point("maildir.after_claim");
        sync_move(&entry.path, &to.path)?;
        Ok(Some(to))
    }

    /// Replaces the content of a message where it is, durably. Two fsyncs.
    ///
    /// # Errors
    /// `Io` when it has been moved or the operating system refuses; the old content is then still there, unless only the
    /// last sync failed.
    pub fn update(&self, entry: &Entry, body: &[u8]) -> Result<()> {
        self.rewrite(entry, body)?;
        crash_point("maildir.before_update_sync");
        sync_dir(&self.dir_of(entry))
    }

    /// Moves a message to `done` with a new content, durably. Three fsyncs. A crash may leave it where it is with the new
    /// content; doing this again completes it.
    ///
    /// # Errors
    /// `Io` when it has been moved or the operating system refuses.
    pub fn complete(&self, entry: &Entry, body: &[u8]) -> Result<Entry> {
        self.rewrite(entry, body)?;
        self.move_to(entry, Place::Done)
    }

    /// Moves a message to `failed` with a new content, durably. Crashes and errors as in [`Self::complete`].
    ///
    /// # Errors
    /// `Io` when it has been moved or the operating system refuses.
    pub fn fail(&self, entry: &Entry, body: &[u8]) -> Result<Entry> {
        self.rewrite(entry, body)?;
        self.move_to(entry, Place::Failed)
    }

    /// Moves a claimed message back to `pending` with a new content, durably; it keeps its number. Crashes as in
    /// [`Self::complete`].
    ///
    /// # Errors
    /// `Busy` when the queue's lock is not free within 10 s; `Io` when it has been moved or the operating system refuses.
    pub fn requeue(&self, entry: &Entry, body: &[u8]) -> Result<Entry> {
        // Against the order in which `enqueue` looks, so it must not look meanwhile.
        let _lock = self.lock()?;
        self.rewrite(entry, body)?;
        self.move_to(entry, Place::Pending)
    }

    /// Moves a failed message back to `pending`, as [`Self::requeue`] does.
    ///
    /// # Errors
    /// As [`Self::requeue`].
    pub fn retry(&self, entry: &Entry, body: &[u8]) -> Result<Entry> {
        self.requeue(entry, body)
    }

    /// Removes a message durably; `Ok(false)` when it is not there any more. The same message is accepted again.
    ///
    /// # Errors
    /// `Io` when the operating system refuses.
    pub fn remove(&self, entry: &Entry) -> Result<bool> {
        remove_file(&entry.path)
    }

    /// Removes the names that a power cut has given back to messages: of a message with several the one that it got last
    /// is the truth. Whoever moves or forgets messages calls it first. No fsync when there are none.
    ///
    /// # Errors
    /// `Busy` when the queue's lock is not free within 10 s, otherwise as [`Self::list`].
    pub fn settle(&self) -> Result<usize> {
        if !self.root.is_dir() {
            return Ok(0);
        }
        // Without it a message could move back to `pending` in between, and its only name would be taken for an old one.
        let _lock = self.lock()?;
        let mut removed = 0;
        let mut newer = BTreeSet::new();
        let lists = [Place::Pending, Place::Claimed, Place::Failed].map(|place| self.list(place));
        for list in lists.into_iter().rev() {
            let list = list?;
            for entry in &list {
                if newer.contains(&entry.id) || self.done_path(&entry.id).exists() {
                    crash_point("maildir.before_settle");
                    removed += usize::from(remove_file(&entry.path)?);
                }
            }
            newer.extend(list.into_iter().map(|entry| entry.id));
        }
        Ok(removed)
    }

    /// Removes a message that is done, durably; `Ok(false)` when none has that id. The same message is accepted again.
    ///
    /// # Errors
    /// `Damaged` when `id` is no id, `Io` when the operating system refuses.
    pub fn forget_done(&self, id: &str) -> Result<bool> {
        self.check_id(id)?;
        remove_file(&self.done_path(id))
    }

    /// The folder in which files are written; [`super::sweep_leftovers`] clears it.
    pub fn temp_dir(&self) -> PathBuf {
        self.root.join("tmp")
    }

    fn rewrite(&self, entry: &Entry, body: &[u8]) -> Result<()> {
        // Writing it where it no longer is would make two of it.
        let exists = entry.path.symlink_metadata();
        exists.map(drop).doing("rewrite", &entry.path)?;
        crash_point("maildir.before_rewrite");
        replace_through(&self.temp_dir(), &entry.path, body)
    }

    fn move_to(&self, entry: &Entry, place: Place) -> Result<Entry> {
        let to = self.moved(entry, place)?;
        crash_point("maildir.before_move");
        rename(&entry.path, &to.path).doing("move", &entry.path)?;
        crash_point("maildir.before_move_sync");
        sync_move(&entry.path, &to.path)?;
        Ok(to)
    }

    /// `entry` as it is called in another place.
    fn moved(&self, entry: &Entry, place: Place) -> Result<Entry> {
        self.check_id(&entry.id)?;
        let (seq, path) = match (place, entry.seq) {
            (Place::Done, _) => (None, self.done_path(&entry.id)),
            (_, Some(seq)) => (
                Some(seq),
                self.dir(place).join(numbered_name(seq, &entry.id)),
            ),
            (_, None) => {
                let detail = "a message that is done has no number to go back with";
                return Err(DurableError::damaged(&entry.path, detail));
            }
        };
        Ok(Entry {
            seq,
            id: entry.id.clone(),
            path,
        })
    }

    fn dir(&self, place: Place) -> PathBuf {
        self.root.join(place.name())
    }

    fn dir_of(&self, entry: &Entry) -> PathBuf {
        entry.path.parent().unwrap_or(&self.root).to_owned()
    }

    fn done_path(&self, id: &str) -> PathBuf {
        self.dir(Place::Done).join(format!("{id}.json"))
    }

    fn lock(&self) -> Result<Lock> {
        Lock::acquire_short(&self.root.join("queue.lock"), Rank::Queue)
    }

    fn check_id(&self, id: &str) -> Result<()> {
        if is_id(id) {
            return Ok(());
        }
        let detail = format!("`{id}` cannot be the id of a message");
        Err(DurableError::damaged(&self.root, detail))
    }
}

fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(allowed)
}

fn numbered_name(seq: u64, id: &str) -> String {
    format!("{seq:0SEQ_DIGITS$}-{id}.json")
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

fn parse(place: Place, path: &Path) -> Option<(Option<u64>, String)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let (seq, id) = if place == Place::Done {
        (None, stem)
    } else {
        let (seq, id) = stem.split_once('-')?;
        let digits = seq.len() >= SEQ_DIGITS && seq.bytes().all(|byte| byte.is_ascii_digit());
        (Some(digits.then(|| seq.parse().ok()).flatten()?), id)
    };
    is_id(id).then(|| (seq, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use proptest::prelude::*;

    use super::super::crash::testing::crash_at;
    use super::super::write_atomic;
    use super::*;

    fn queue() -> (tempfile::TempDir, Maildir) {
        let dir = tempfile::tempdir().unwrap();
        let queue = Maildir::open(&dir.path().join("outbox")).unwrap();
        (dir, queue)
    }

    fn add(queue: &Maildir, id: &str) -> Enqueued {
        queue
            .enqueue(id, |seq| format!("{id} {seq}").into_bytes())
            .unwrap()
    }

    fn one(queue: &Maildir, place: Place) -> Entry {
        let mut list = queue.list(place).unwrap();
        assert_eq!(list.len(), 1, "{place:?}");
        list.remove(0)
    }

    fn places(queue: &Maildir) -> BTreeMap<String, Vec<Place>> {
        let mut out: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for place in Place::ALL {
            for entry in queue.list(place).unwrap() {
                out.entry(entry.id).or_default().push(place);
            }
        }
        out
    }

    #[test]
    fn looking_at_an_absent_queue_creates_nothing() {
        let (dir, queue) = queue();
        for place in Place::ALL {
            assert_eq!(queue.list(place).unwrap(), []);
        }
        assert_eq!(queue.find("x").unwrap(), None);
        assert!(!queue.forget_done("x").unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        write_atomic(&dir.path().join("file"), b"").unwrap();
        Maildir::open(&dir.path().join("file")).unwrap_err();
    }

    #[test]
    fn a_message_goes_its_way_and_keeps_its_number() {
        let (_dir, queue) = queue();
        assert_eq!(add(&queue, "a"), Enqueued::New { seq: 1 });
        assert_eq!(add(&queue, "b"), Enqueued::New { seq: 2 });
        let ids = |place| -> Vec<String> {
            let list = queue.list(place).unwrap().into_iter();
            list.map(|entry| entry.id).collect()
        };
        assert_eq!(ids(Place::Pending), ["a", "b"]);
        let a = queue.list(Place::Pending).unwrap().remove(0);
        assert_eq!(a.path.file_name().unwrap(), "000000000001-a.json");
        assert_eq!(queue.read(&a).unwrap(), b"a 1");

        let claimed = queue.claim(&a).unwrap().unwrap();
        assert_eq!(queue.claim(&a).unwrap(), None);
        queue.update(&claimed, b"sent").unwrap();
        assert_eq!(queue.read(&claimed).unwrap(), b"sent");
        let failed = queue.fail(&claimed, b"refused").unwrap();
        let exists = |place| Enqueued::Exists { place };
        assert_eq!(add(&queue, "a"), exists(Place::Failed));
        let again = queue.retry(&failed, b"again").unwrap();
        assert_eq!(
            (again.seq, ids(Place::Pending)),
            (Some(1), vec!["a".into(), "b".into()])
        );
        let claimed = queue.claim(&again).unwrap().unwrap();
        let again = queue.requeue(&claimed, b"later").unwrap();
        let claimed = queue.claim(&again).unwrap().unwrap();
        let done = queue.complete(&claimed, b"done").unwrap();
        assert_eq!(done.path.file_name().unwrap(), "a.json");
        assert_eq!(queue.find("a").unwrap(), Some((Place::Done, done.clone())));
        assert_eq!(add(&queue, "a"), exists(Place::Done));
        queue.requeue(&done, b"").unwrap_err();
        assert!(queue.forget_done("a").unwrap());
        assert_eq!(add(&queue, "a"), Enqueued::New { seq: 3 });
    }

    #[test]
    fn a_failed_message_can_be_dropped() {
        let (_dir, queue) = queue();
        add(&queue, "a");
        let claimed = queue.claim(&one(&queue, Place::Pending)).unwrap().unwrap();
        let failed = queue.fail(&claimed, b"").unwrap();
        assert!(queue.remove(&failed).unwrap());
        assert!(!queue.remove(&failed).unwrap());
        assert!(places(&queue).is_empty());
    }

    #[test]
    fn what_has_been_moved_is_not_written_where_it_was() {
        let (_dir, queue) = queue();
        add(&queue, "a");
        let pending = one(&queue, Place::Pending);
        queue.claim(&pending).unwrap().unwrap();
        queue.read(&pending).unwrap_err();
        queue.update(&pending, b"x").unwrap_err();
        queue.complete(&pending, b"x").unwrap_err();
        assert_eq!(places(&queue)["a"], [Place::Claimed]);
        assert_eq!(queue.read(&one(&queue, Place::Claimed)).unwrap(), b"a 1");
    }

    #[test]
    fn each_message_is_claimed_once() {
        let (_dir, queue) = queue();
        for i in 0..200 {
            add(&queue, &format!("m{i}"));
        }
        let claim_all = || {
            let mut mine = vec![];
            for entry in queue.list(Place::Pending).unwrap() {
                mine.extend(queue.claim(&entry).unwrap());
            }
            mine
        };
        let claimed: Vec<Entry> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim_all)).collect();
            let all = threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap());
            all.collect()
        });
        assert_eq!(claimed.len(), 200);
        assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 200);
        assert_eq!(queue.list(Place::Claimed).unwrap().len(), 200);
    }

    #[test]
    fn an_id_is_enqueued_once_by_many() {
        let (_dir, queue) = queue();
        let new: usize = std::thread::scope(|scope| {
            let queue = &queue;
            let add_all = |first: usize| {
                let ids = (0..16).map(move |i| format!("m{}", (first + i) % 16));
                ids.filter(|id| matches!(add(queue, id), Enqueued::New { .. }))
                    .count()
            };
            let threads: Vec<_> = (0..8)
                .map(|i| scope.spawn(move || add_all(2 * i)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(new, 16);
        let seqs = queue.list(Place::Pending).unwrap().into_iter();
        assert!(seqs.map(|entry| entry.seq.unwrap()).eq(1..=16));
    }

    #[test]
    fn an_id_is_enqueued_once_while_it_moves_back() {
        let (_dir, queue) = queue();
        add(&queue, "same");
        // Its number is why a second `same` would get another name.
        add(&queue, "other");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..20 {
                    let pending = queue.list(Place::Pending).unwrap().remove(0);
                    let claimed = queue.claim(&pending).unwrap().unwrap();
                    queue.requeue(&claimed, b"again").unwrap();
                }
                done.store(true, Relaxed);
            });
            while !done.load(Relaxed) {
                assert!(matches!(add(&queue, "same"), Enqueued::Exists { .. }));
            }
        });
    }

    #[test]
    fn a_claimed_message_is_the_truth_beside_a_pending_copy() {
        let (_dir, queue) = queue();
        add(&queue, "a");
        let pending = one(&queue, Place::Pending);
        let claimed = queue.claim(&pending).unwrap().unwrap();
        queue.update(&claimed, b"dispatched").unwrap();
        write_atomic(&pending.path, b"old").unwrap();
        assert_eq!(queue.claim(&pending).unwrap(), None);
        assert_eq!(places(&queue)["a"], [Place::Claimed]);
        assert_eq!(queue.read(&claimed).unwrap(), b"dispatched");
    }

    #[test]
    fn of_the_names_that_a_power_cut_left_the_last_one_stays() {
        let (_dir, queue) = queue();
        assert_eq!(queue.settle().unwrap(), 0);
        assert!(!queue.root.exists());
        add(&queue, "a");
        add(&queue, "b");
        let a = queue.find("a").unwrap().unwrap().1;
        let claimed = queue.claim(&a).unwrap().unwrap();
        let failed = queue.fail(&claimed, b"failed").unwrap();
        for old in [&a, &claimed] {
            write_atomic(&old.path, b"old").unwrap();
        }
        assert_eq!(queue.settle().unwrap(), 2);
        assert_eq!(places(&queue)["a"], [Place::Failed]);
        queue.complete(&failed, b"done").unwrap();
        for old in [&a, &claimed, &failed] {
            write_atomic(&old.path, b"old").unwrap();
        }
        assert_eq!((queue.settle().unwrap(), queue.settle().unwrap()), (3, 0));
        assert_eq!(places(&queue)["a"], [Place::Done]);
        assert_eq!(places(&queue)["b"], [Place::Pending]);
    }

    #[test]
    fn foreign_names_and_ids_are_refused_and_hidden_files_ignored() {
        let (_dir, queue) = queue();
        for id in ["", "a/b", "..", ".x", "ä", "a.b", &"x".repeat(200)] {
            queue.enqueue(id, |_| vec![]).unwrap_err();
            queue.find(id).unwrap_err();
            queue.forget_done(id).unwrap_err();
        }
        add(&queue, "a-b_C9");
        let pending = queue.root.join("pending");
        write_atomic(&pending.join(".tmp-x"), b"").unwrap();
        assert_eq!(one(&queue, Place::Pending).id, "a-b_C9");
        for name in [
            "note.txt",
            "1-a.json",
            "000000000002.json",
            "00000000000x-a.json",
        ] {
            write_atomic(&pending.join(name), b"").unwrap();
            let error = queue.list(Place::Pending).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            remove_file(&pending.join(name)).unwrap();
        }
    }

    #[test]
    fn a_crash_at_any_point_leaves_one_message_that_can_go_on() {
        type Step = fn(&Maildir);
        let steps: [(Step, &[u8]); 6] = [
            (
                |q| assert_ne!(add(q, "a"), Enqueued::Exists { place: Place::Done }),
                b"a 1",
            ),
            (|q| drop(q.claim(&one(q, Place::Pending)).unwrap()), b"a 1"),
            (
                |q| q.update(&one(q, Place::Claimed), b"sent").unwrap(),
                b"sent",
            ),
            (|q| drop(q.fail(&one(q, Place::Claimed), b"bad")), b"bad"),
            (
                |q| drop(q.retry(&one(q, Place::Failed), b"again")),
                b"again",
            ),
            (
                |q| {
                    let entry = q.find("a").unwrap().unwrap().1;
                    drop(q.complete(&entry, b"done"));
                },
                b"done",
            ),
        ];
        for crashing in 0..steps.len() {
            for n in 1.. {
                let (_dir, queue) = queue();
                steps[..crashing].iter().for_each(|(step, _)| step(&queue));
                let before = places(&queue);
                let old: &[u8] = crashing.checked_sub(1).map_or(b"", |i| steps[i].1);
                let (step, new) = steps[crashing];
                let crashed = crash_at(n, || step(&queue)).is_err();
                let after = places(&queue);
                if let Some(found) = after.get("a") {
                    assert_eq!(found.len(), 1);
                    let entry = queue.find("a").unwrap().unwrap().1;
                    let body = queue.read(&entry).unwrap();
                    assert!(body == old || body == new, "{body:?}");
                } else {
                    assert!(before.is_empty(), "lost");
                }
                if after == before {
                    step(&queue);
                }
                let entry = queue.find("a").unwrap().unwrap().1;
                assert_eq!(queue.read(&entry).unwrap(), new);
                assert_eq!(places(&queue)["a"].len(), 1);
                if !crashed {
                    break;
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_history_keeps_each_message_once_and_numbers_apart(
            steps in proptest::collection::vec((0..6_u8, 0..4_usize), 1..40),
        ) {
            let (_dir, queue) = queue();
            for (step, which) in steps {
                let nth = |place| {
                    let list = queue.list(place).unwrap();
                    list.get(which % list.len().max(1)).cloned()
                };
                match step {
                    0 => drop(add(&queue, &format!("m{which}"))),
                    1 => drop(nth(Place::Pending).map(|e| queue.claim(&e).unwrap().unwrap())),
                    2 => drop(nth(Place::Claimed).map(|e| queue.complete(&e, b"").unwrap())),
                    3 => drop(nth(Place::Claimed).map(|e| queue.fail(&e, b"").unwrap())),
                    4 => drop(nth(Place::Claimed).map(|e| queue.requeue(&e, b"").unwrap())),
                    _ => drop(nth(Place::Failed).map(|e| queue.retry(&e, b"").unwrap())),
                }
                prop_assert!(places(&queue).values().all(|found| found.len() == 1));
                let mut seqs = BTreeSet::new();
                for place in [Place::Pending, Place::Claimed, Place::Failed] {
                    for entry in queue.list(place).unwrap() {
                        prop_assert!(seqs.insert(entry.seq));
                    }
                }
            }
        }
    }
}
