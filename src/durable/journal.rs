//! An append-only file of JSON records, one per line, each with its checksum: `d44b3b7e {"n":1}`.
//!
//! A record is whole or absent, and one that was torn never takes the next one with it: whoever appends after a bad end
//! first closes it with a line `#torn`. A bad line anywhere else is damage and is reported, never skipped.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::atomic::{folder_of, sync_dir, sync_file};
use super::dirs::rename;
use super::error::Context as _;
use super::read::open_regular;
use super::{DurableError, Lock, Rank, Result, crash_point};

/// Size from which [`Journal::append`] starts a new file.
const ROTATE_BYTES: u64 = 16 * 1024 * 1024;
/// The most that one [`Journal::read`] takes in.
const READ_LIMIT_BYTES: u64 = 1024 * 1024 * 1024;
/// How much of the end is read at first to check the last line.
const TAIL_BYTES: u64 = 4 * 1024;
/// The line that closes a torn one.
const TORN: &[u8] = b"#torn";

/// A journal at a path, with the lock under which it is appended to. The file need not exist.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    lock_path: PathBuf,
    rotate_bytes: u64,
}

/// What [`Journal::read`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRead<T> {
    /// The records, oldest first.
    pub records: Vec<T>,
    /// How many lines were torn and skipped.
    pub torn: usize,
    /// The offset in bytes from which to read on. It lies before a torn line at the end, which may still be growing.
    pub end: u64,
}

impl Journal {
    /// The journal in the file `path`; [`Self::append`] takes the lock `lock_path`. Touches nothing.
    pub fn open(path: &Path, lock_path: &Path) -> Self {
        Self::with_rotation(path, lock_path, ROTATE_BYTES)
    }

    /// The same with another size in bytes from which [`Self::append`] starts a new file; the default is 16 MiB.
    pub fn with_rotation(path: &Path, lock_path: &Path, rotate_bytes: u64) -> Self {
        Self {
            path: path.to_owned(),
            lock_path: lock_path.to_owned(),
            rotate_bytes,
        }
    }

    /// Appends a record under the lock. Not durable before [`Self::sync`]. A journal that has become too large is first
    /// synced and renamed to `<name>.1`, replacing the one before. No fsync but for the first record of a file.
    ///
    /// # Errors
    /// `Busy` when the lock is not free within 10 s; `Io` when the operating system refuses: the record is not there then.
    pub fn append<T: Serialize>(&self, record: &T) -> Result<()> {
        let line = encode(record).doing("encode a record for", &self.path)?;
        let _lock = Lock::acquire_short(&self.lock_path, Rank::Journal)?;
        self.rotate_if_large()?;
        let file = self.open_to_append()?;
        append_line(&file, &line)
            .map(drop)
            .doing("append to", &self.path)
    }

    /// Appends a record durably and returns the offset after it. The caller holds the lock; the file is never renamed.
    /// One fsync, two for the first record.
    ///
    /// # Errors
    /// `Io` when the operating system refuses: the record is not there then, and the file is as long as before.
    pub fn append_synced<T: Serialize>(&self, record: &T) -> Result<u64> {
        let line = encode(record).doing("encode a record for", &self.path)?;
        let file = self.open_to_append()?;
        let (before, after) = append_line(&file, &line).doing("append to", &self.path)?;
        crash_point("journal.before_sync");
        if let Err(error) = sync_file(&file).doing("sync", &self.path) {
            // Told as failed, so it must not be there; what cannot be cut off now is closed by the next one.
            let _stays_torn = file.set_len(before);
            return Err(error);
        }
        Ok(after)
    }

    /// Makes everything appended so far durable. One fsync; none when there is no journal.
    ///
    /// # Errors
    /// `Io` when the operating system refuses.
    pub fn sync(&self) -> Result<()> {
        let Some(file) = open_regular(&self.path)? else {
            return Ok(());
        };
        crash_point("journal.before_sync_all");
        sync_file(&file).doing("sync", &self.path)
    }

    /// Reads the records from the offset `from`: 0 or an `end` of an earlier read. No file is an empty one. Takes no lock:
    /// a record that is just being appended counts as torn and is read next time.
    ///
    /// # Errors
    /// `Damaged` names the first bad line that is not a torn one, or says that `from` is not the start of a line;
    /// `TooLarge` beyond 1 GiB; `Io` when the operating system refuses.
    pub fn read<T: DeserializeOwned>(&self, from: u64) -> Result<JournalRead<T>> {
        let bytes = self.bytes_from(from)?;
        let mut reader = Reader::new(from);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            reader
                .take(line)
                .map_err(|detail| DurableError::damaged(&self.path, detail))?;
        }
        Ok(reader.finish())
    }

    fn bytes_from(&self, from: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![];
        if let Some(mut file) = open_regular(&self.path)? {
            let length = file.metadata().doing("inspect", &self.path)?.len();
            if length.saturating_sub(from) > READ_LIMIT_BYTES {
                return Err(DurableError::TooLarge {
                    path: self.path.clone(),
                    limit_bytes: READ_LIMIT_BYTES,
                });
            }
            // One byte more at the front: the end of the line before.
            let start = file.seek(SeekFrom::Start(from.saturating_sub(1)));
            start
                .and_then(|_| file.take(READ_LIMIT_BYTES).read_to_end(&mut bytes))
                .doing("read", &self.path)?;
        }
        if from > 0 {
            if bytes.first() != Some(&b'\n') {
                let detail = format!("no record ends at byte {from}, where one did before");
                return Err(DurableError::damaged(&self.path, detail));
            }
            bytes.remove(0);
        }
        Ok(bytes)
    }

    /// Opens the file, whose name is durable before the first record is in it: whoever syncs the file alone has then
    /// synced its records, also those of a process that died.
    fn open_to_append(&self) -> Result<File> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(&self.path)
            .doing("open", &self.path)?;
        if file.metadata().doing("inspect", &self.path)?.len() == 0 {
            crash_point("journal.before_name_sync");
            sync_dir(folder_of(&self.path))?;
        }
        Ok(file)
    }

    fn rotate_if_large(&self) -> Result<()> {
        let large = |meta: std::fs::Metadata| meta.len() >= self.rotate_bytes;
        if !self.path.symlink_metadata().is_ok_and(large) {
            return Ok(());
        }
        // Nobody syncs its records once it has its other name.
        if let Some(file) = open_regular(&self.path)? {
            sync_file(&file).doing("sync", &self.path)?;
        }
        let mut old = self.path.clone().into_os_string();
        old.push(".1");
        crash_point("journal.before_rotate");
        rename(&self.path, Path::new(&old)).doing("rename", &self.path)?;
        crash_point("journal.after_rotate");
        Ok(())
    }
}

fn encode<T: Serialize>(record: &T) -> io::Result<Vec<u8>> {
    let body = serde_json::to_vec(record)?;
    let mut line = format!("{:08x} ", crc32fast::hash(&body)).into_bytes();
    line.extend_from_slice(&body);
    line.push(b'\n');
    Ok(line)
}

/// The JSON text of a line, if its checksum holds.
fn body_of(line: &[u8]) -> Option<&[u8]> {
    let (sum, rest) = line.split_at_checked(8)?;
    let body = rest.strip_prefix(b" ")?;
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    (sum == crc32fast::hash(body)).then_some(body)
}

/// Writes one whole line or nothing. Returns the length before and after.
fn append_line(mut file: &File, line: &[u8]) -> io::Result<(u64, u64)> {
    let before = file.metadata()?.len();
    let mut bytes = closing_mark(file, before)?.to_vec();
    bytes.extend_from_slice(line);
    crash_point("journal.before_write");
    // One write(2), unless the disk is full.
    if let Err(error) = file.write_all(&bytes) {
        // What cannot be cut off is closed by the next append.
        let _stays_torn = file.set_len(before);
        return Err(error);
    }
    crash_point("journal.after_write");
    Ok((before, before + bytes.len() as u64))
}

/// What must be written first so that the end of the file is the end of a good line or of a closed torn one.
fn closing_mark(file: &File, length: u64) -> io::Result<&'static [u8]> {
    let mut window = TAIL_BYTES;
    loop {
        let start = length.saturating_sub(window);
        let mut tail = vec![0; usize::try_from(length - start).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut tail, start)?;
        let Some((b'\n', tail)) = tail.split_last() else {
            return Ok(if tail.is_empty() { b"" } else { b"\n#torn\n" });
        };
        let last = match tail.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => &tail[newline + 1..],
            None if start == 0 => tail,
            None => {
                window = window.saturating_mul(8);
                continue;
            }
        };
        let good = last == TORN || body_of(last).is_some();
        return Ok(if good { b"" } else { b"#torn\n" });
    }
}

/// Takes in line after line.
struct Reader<T> {
    from: u64,
    line: usize,
    at: u64,
    /// A bad line, which must turn out to be the last one or to be closed.
    bad: Option<(usize, u64)>,
    found: JournalRead<T>,
}

impl<T: DeserializeOwned> Reader<T> {
    fn new(from: u64) -> Self {
        Self {
            from,
            line: 0,
            at: from,
            bad: None,
            found: JournalRead {
                records: vec![],
                torn: 0,
                end: from,
            },
        }
    }

    fn take(&mut self, with_newline: &[u8]) -> Result<(), String> {
        let start = self.at;
        self.line += 1;
        self.at += with_newline.len() as u64;
        let line = with_newline.strip_suffix(b"\n");
        if line == Some(TORN) {
            self.found.torn += usize::from(self.bad.take().is_some());
        } else if let Some((body, None)) = line.and_then(body_of).map(|body| (body, self.bad)) {
            let record = serde_json::from_slice(body);
            let record = record.map_err(|error| self.at_line(self.line, &error.to_string()))?;
            self.found.records.push(record);
        } else if let Some((bad, _)) = self.bad {
            // Only the beginning of the closing line may follow: it was torn itself.
            if !TORN.starts_with(line.unwrap_or(with_newline)) {
                return Err(self.at_line(bad, "the checksum does not match"));
            }
        } else {
            self.bad = Some((self.line, start));
        }
        if self.bad.is_none() {
            self.found.end = self.at;
        }
        Ok(())
    }

    fn at_line(&self, line: usize, what: &str) -> String {
        match self.from {
            0 => format!("line {line}: {what}"),
            from => format!("line {line} after byte {from}: {what}"),
        }
    }

    fn finish(mut self) -> JournalRead<T> {
        self.found.torn += usize::from(self.bad.is_some());
        self.found
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::crash::testing::crash_at;
    use super::super::write_quick;
    use super::*;

    fn journal() -> (tempfile::TempDir, Journal) {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let journal = Journal::open(&at("journal.jsonl"), &at("journal.lock"));
        (dir, journal)
    }

    fn numbers(journal: &Journal) -> (Vec<u64>, usize) {
        let read = journal.read(0).unwrap();
        (read.records, read.torn)
    }

    fn edit(journal: &Journal, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(&journal.path).unwrap();
        change(&mut bytes);
        write_quick(&journal.path, &bytes).unwrap();
    }

    #[test]
    fn the_line_of_a_record_stays_as_it_is() {
        let (_dir, journal) = journal();
        journal.append(&json!({"n": 1})).unwrap();
        let text = fs::read_to_string(&journal.path).unwrap();
        assert_eq!(text, "d44b3b7e {\"n\":1}\n");
    }

    #[test]
    fn no_file_is_an_empty_journal_and_is_not_created() {
        let (dir, journal) = journal();
        assert_eq!(numbers(&journal), (vec![], 0));
        journal.sync().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn records_of_many_writers_are_whole_and_in_order() {
        let (_dir, journal) = journal();
        std::thread::scope(|scope| {
            for writer in 0..8_u64 {
                let journal = &journal;
                scope.spawn(move || {
                    for n in 0..100_u64 {
                        let record = json!({"writer": writer, "n": n, "pad": "x".repeat(3000)});
                        journal.append(&record).unwrap();
                    }
                });
            }
        });
        journal.sync().unwrap();
        let read: JournalRead<Value> = journal.read(0).unwrap();
        assert_eq!((read.records.len(), read.torn), (800, 0));
        for writer in 0..8 {
            let mine = read.records.iter().filter(|r| r["writer"] == writer);
            assert!(mine.map(|r| r["n"].as_u64().unwrap()).eq(0..100));
        }
    }

    #[test]
    fn a_torn_end_is_skipped_and_does_not_take_the_next_record() {
        let (_dir, journal) = journal();
        for n in 0..3 {
            journal.append(&n).unwrap();
        }
        edit(&journal, |bytes| bytes.truncate(bytes.len() - 2));
        assert_eq!(numbers(&journal), (vec![0, 1], 1));
        journal.append(&3).unwrap();
        assert_eq!(numbers(&journal), (vec![0, 1, 3], 1));
        journal.append(&4).unwrap();
        assert_eq!(numbers(&journal), (vec![0, 1, 3, 4], 1));
    }

    #[test]
    fn a_record_that_lost_only_its_newline_is_found_again() {
        let (_dir, journal) = journal();
        journal.append(&0).unwrap();
        edit(&journal, |bytes| bytes.truncate(bytes.len() - 1));
        let read: JournalRead<u64> = journal.read(0).unwrap();
        assert_eq!((read.records, read.torn, read.end), (vec![], 1, 0));
        journal.append(&1).unwrap();
        assert_eq!(numbers(&journal), (vec![0, 1], 0));
    }

    #[test]
    fn a_last_line_of_garbage_with_a_newline_is_closed_too() {
        let (_dir, journal) = journal();
        journal.append(&0).unwrap();
        let long = vec![0; 10_000];
        edit(&journal, |bytes| bytes.extend([&long[..], b"\n"].concat()));
        assert_eq!(numbers(&journal), (vec![0], 1));
        journal.append(&1).unwrap();
        assert_eq!(numbers(&journal), (vec![0, 1], 1));
    }

    #[test]
    fn a_bad_line_in_the_middle_is_damage() {
        let (_dir, journal) = journal();
        for n in 100..103 {
            journal.append(&n).unwrap();
        }
        edit(&journal, |bytes| bytes[13 + 10] ^= 1);
        let error = journal.read::<u64>(0).unwrap_err();
        assert!(matches!(error, DurableError::Damaged { .. }));
        let text = error.to_string();
        assert!(text.contains("line 2: the checksum"), "{text}");
    }

    #[test]
    fn a_good_line_of_another_type_is_damage() {
        let (_dir, journal) = journal();
        journal.append(&"text").unwrap();
        let text = journal.read::<u64>(0).unwrap_err().to_string();
        assert!(text.contains("line 1: invalid type"), "{text}");
    }

    #[test]
    fn reading_goes_on_where_it_ended() {
        let (_dir, journal) = journal();
        let first = journal.append_synced(&1).unwrap();
        let second = journal.append_synced(&2).unwrap();
        let read: JournalRead<u64> = journal.read(first).unwrap();
        assert_eq!((read.records, read.end), (vec![2], second));
        assert!(journal.read::<u64>(second).unwrap().records.is_empty());
        assert_eq!(second, journal.path.metadata().unwrap().len());
        for wrong in [first - 1, first + 1, second + 1, 10_000] {
            let error = journal.read::<u64>(wrong).unwrap_err();
            assert!(matches!(error, DurableError::Damaged { .. }), "{wrong}");
        }
    }

    #[test]
    fn a_large_journal_is_renamed_once() {
        let (dir, journal) = journal();
        let journal = Journal::with_rotation(&journal.path, &journal.lock_path, 40);
        for n in 100..109 {
            journal.append(&n).unwrap();
        }
        assert_eq!(numbers(&journal), (vec![108], 0));
        let old = Journal::open(&dir.path().join("journal.jsonl.1"), &journal.lock_path);
        assert_eq!(numbers(&old), ((104..108).collect(), 0));
    }

    #[test]
    fn a_crash_loses_at_most_the_record_being_appended() {
        for n in 1.. {
            let (_dir, journal) = journal();
            let journal = Journal::with_rotation(&journal.path, &journal.lock_path, 20);
            journal.append(&1).unwrap();
            journal.append(&2).unwrap();
            let crashed = crash_at(n, || {
                journal.append(&3).unwrap();
                journal.append_synced(&4).unwrap();
                journal.sync().unwrap();
            });
            journal.append_synced(&5).unwrap();
            let rotated =
                Journal::open(&journal.path.with_extension("jsonl.1"), &journal.lock_path);
            let mut all = numbers(&rotated).0;
            all.extend(numbers(&journal).0);
            let mut kept = vec![1, 2];
            kept.extend([3, 4].iter().filter(|n| all.contains(n)));
            kept.push(5);
            assert_eq!(all, kept);
            if crashed.is_ok() {
                assert_eq!(all, [1, 2, 3, 4, 5]);
                break;
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn after_any_cuts_every_later_record_is_readable(
            rounds in proptest::collection::vec((1..4_u64, 0..60_usize), 1..6),
        ) {
            let (_dir, journal) = journal();
            let mut next = 0;
            let mut alive: Vec<(u64, u64)> = vec![];
            for (records, cut) in rounds {
                for _ in 0..records {
                    let end = journal.append_synced(&next).unwrap();
                    alive.push((next, end));
                    next += 1;
                }
                edit(&journal, |bytes| bytes.truncate(bytes.len().saturating_sub(cut)));
                let length = journal.path.metadata().unwrap().len();
                alive.retain(|(_, end)| *end <= length);
                let (read, torn) = numbers(&journal);
                prop_assert!(alive.iter().all(|(n, _)| read.contains(n)));
                prop_assert!(read.is_sorted());
                prop_assert!(torn <= next.try_into().unwrap());
            }
            journal.append(&next).unwrap();
            let (read, _) = numbers(&journal);
            prop_assert_eq!(read.last(), Some(&next));
            prop_assert!(alive.iter().all(|(n, _)| read.contains(n)));
        }
    }
}
