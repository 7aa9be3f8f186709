//! Locks between processes: `flock` on a file that stays.
//!
//! The kernel releases a lock when its holder is gone, however it died. A lock file is therefore never removed, and what
//! is written in it is for people only. A lock that is waited for has a [`Rank`], and the order of ranks is asserted: see
//! `order.rs`.
//!
//! `fs2` and not the methods of `std::fs::File`, which came later: both call `flock` and exclude each other, so the
//! choice can be changed without a trace on disk. The calls are fully qualified because the methods of `File` have the
//! same names and would be taken instead, with other errors.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::{CWD, Mode, OFlags};
use serde::{Deserialize, Serialize};

use super::error::Context as _;
use super::order::{Holding, admit};
use super::read::open_regular;
use super::{DurableError, Rank, Result, read_file};
use crate::sys::{Clock, SystemClock};

/// The limit for locks that are held for a few system calls.
const SHORT_LIMIT: Duration = Duration::from_secs(10);
/// After this long the caller is told what is waited for.
const TELL_AFTER: Duration = Duration::from_secs(1);
/// The first and the longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// How often a lock is tried again that only probes ([`is_held`]) are in the way of.
const PROBES_MAX: u32 = 200;
/// After how many of these it pauses in between.
const PROBES_SPUN: u32 = 20;
/// What a holder writes is filled up with blanks to a multiple of this.
const HOLDER_BLOCK_BYTES: usize = 256;
/// More than any text that a holder writes.
const HOLDER_LIMIT_BYTES: u64 = 16 * 1024;

/// Who took a lock, as text for people. It stays in the file after the release and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The machine's name.
    pub host: String,
    /// The process, on that machine.
    pub pid: u32,
    /// What it is doing, like `acp heartbeat`.
    pub command: String,
    /// When it took the lock.
    pub since: Timestamp,
}

impl Holder {
    /// Whether it is a process of this machine.
    pub fn is_here(&self) -> bool {
        self.host == host_name()
    }
}

/// A lock that is held. It excludes other processes and other holders in this one. Dropping it releases it.
#[derive(Debug)]
#[must_use = "a lock that is dropped is released"]
pub struct Lock {
    /// Empty only after [`Lock::into_file`].
    file: Option<File>,
    /// Whether another process may have it too, which then keeps it.
    is_shared: bool,
    /// Its place in the order; the locks of a run have none.
    _rank: Option<Holding>,
}

impl Lock {
    /// Takes the lock at `path` if it is free; `None` if it is not. `what` is the command, for the holder's text.
    ///
    /// # Errors
    /// `Order` when the thread holds a later lock, `Damaged` when it is not a regular file, `Io` when it cannot be opened or locked.
    pub fn try_acquire(path: &Path, rank: Rank, what: &str) -> Result<Option<Self>> {
        admit(rank, path)?;
        let lock = Self::try_with_text(path, take_past_probes, what, &SystemClock::new())?;
        Ok(lock.map(|lock| lock.ranked(rank)))
    }

    /// Takes the lock at `path` if it is free, and leaves its file empty: for a lock that becomes the standard input of a
    /// child, which must read nothing from it and cannot write to it. It has no place in the order.
    ///
    /// # Errors
    /// `Damaged` when it is not a regular file, `Io` when it cannot be opened or locked.
    pub fn try_acquire_empty(path: &Path) -> Result<Option<Self>> {
        let lock = try_lock(path, take_past_probes, || {
            let flags = OFlags::RDONLY
                | OFlags::CREATE
                | OFlags::NOFOLLOW
                | OFlags::NONBLOCK
                | OFlags::CLOEXEC;
            Ok(rustix::fs::openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)?.into())
        })?;
        if lock.is_some() && path.metadata().is_ok_and(|meta| meta.len() > 0) {
            let emptied = OpenOptions::new().write(true).truncate(true).open(path);
            emptied.map(drop).doing("empty", path)?;
        }
        Ok(lock)
    }

    /// Takes the lock at `path`, waiting up to `limit` for it. After a second of waiting `waiting` is called once with the
    /// path and the holder, to tell the user.
    ///
    /// # Errors
    /// `Busy` after `limit`; `Order` when the thread holds a later lock; `Damaged` when it is not a regular file, `Io` when
    /// it cannot be opened or locked.
    pub fn acquire(
        path: &Path,
        rank: Rank,
        what: &str,
        limit: Duration,
        clock: &dyn Clock,
        waiting: &mut dyn FnMut(&Path, Option<&Holder>),
    ) -> Result<Self> {
        admit(rank, path)?;
        let take = if limit.is_zero() {
            take_past_probes
        } else {
            take_at_once
        };
        let mut attempt = || Self::try_with_text(path, take, what, clock);
        Ok(wait_for(path, limit, clock, &mut attempt, waiting)?.ranked(rank))
    }

    /// Takes a lock that is only ever held for a few system calls, without a holder's text.
    pub(super) fn acquire_short(path: &Path, rank: Rank) -> Result<Self> {
        admit(rank, path)?;
        let mut attempt = || try_lock(path, take_at_once, || open_for_text(path));
        let mut silent = |_: &Path, _: Option<&Holder>| {};
        let clock = SystemClock::new();
        let lock = wait_for(path, SHORT_LIMIT, &clock, &mut attempt, &mut silent)?;
        Ok(lock.ranked(rank))
    }

    fn unranked(file: File) -> Self {
        Self {
            file: Some(file),
            is_shared: false,
            _rank: None,
        }
    }

    fn ranked(mut self, rank: Rank) -> Self {
        Self {
            file: self.file.take(),
            is_shared: self.is_shared,
            _rank: Some(Holding::of(rank)),
        }
    }

    /// Gives the lock away as a file, to be handed to a child as its standard input. It is released when the last process
    /// that has the file is gone.
    ///
    /// # Panics
    /// Never: only this method takes the file out.
    pub fn into_file(mut self) -> File {
        self.file.take().expect("a lock has its file")
    }

    /// The same lock once more as a file, for a child that is to have it too. From here on it is released when the last
    /// process that has it is gone, and not by dropping this one.
    ///
    /// # Errors
    /// `Io` when the operating system refuses; the lock is as it was then.
    ///
    /// # Panics
    /// Never: only [`Lock::into_file`] takes the file out.
    pub fn share(&mut self, path: &Path) -> Result<File> {
        let file = self.file.as_ref().expect("a lock has its file");
        let file = file.try_clone().doing("share the lock", path)?;
        self.is_shared = true;
        Ok(file)
    }

    /// The lock at `path` as this process was started with it: its standard input is the locked file. `None` when it is
    /// another file, or somebody else holds the lock. Dropping it releases the lock although standard input stays open.
    ///
    /// # Errors
    /// `Io` when the operating system refuses.
    pub fn from_stdin(path: &Path) -> Result<Option<Self>> {
        let stdin = io::stdin().as_fd().try_clone_to_owned();
        Self::handed_over(stdin.doing("use standard input as", path)?.into(), path)
    }

    /// The lock at `path` in a file that was handed over by whoever has it. As [`Lock::from_stdin`].
    ///
    /// # Errors
    /// `Io` when the operating system refuses.
    pub fn handed_over(file: File, path: &Path) -> Result<Option<Self>> {
        // Looked at first: the lock of another file is none of ours to take or to release.
        let inode = |meta: std::fs::Metadata| (meta.dev(), meta.ino());
        let same = match (file.metadata(), path.symlink_metadata()) {
            (Ok(given), Ok(named)) => inode(given) == inode(named),
            _ => false,
        };
        // Taking it again succeeds at once where this open file has it already.
        let ours = same && take_past_probes(&file).doing("lock", path)?;
        Ok(ours.then(|| Self::unranked(file)))
    }

    /// Who took the lock last, if the text in it can be read.
    pub fn holder(path: &Path) -> Option<Holder> {
        let text = read_file(path, HOLDER_LIMIT_BYTES).ok()??;
        serde_json::from_slice(&text).ok()
    }

    fn try_with_text(
        path: &Path,
        take: Take,
        what: &str,
        clock: &dyn Clock,
    ) -> Result<Option<Self>> {
        let lock = try_lock(path, take, || open_for_text(path))?;
        if let Some(file) = lock.as_ref().and_then(|lock| lock.file.as_ref()) {
            // A full disk must not keep anybody from locking; the text is a courtesy.
            let _without_text = write_holder(file, what, clock.now());
        }
        Ok(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| !self.is_shared) {
            // Closing would do, unless another thread is between fork and exec: its child has this file until the exec.
            let _closing_releases_too = fs2::FileExt::unlock(file);
        }
    }
}

/// Whether somebody holds the lock at `path`. A file that does not exist is not held.
///
/// # Errors
/// `Damaged` when it is not a regular file, `Io` when it cannot be opened or locked.
pub fn is_held(path: &Path) -> Result<bool> {
    let Some(file) = open_regular(path)? else {
        return Ok(false);
    };
    // Shared, so that two who look do not see each other.
    let free = granted(fs2::FileExt::try_lock_shared(&file)).doing("probe the lock", path)?;
    if free {
        let _closing_releases_too = fs2::FileExt::unlock(&file);
    }
    Ok(!free)
}

/// Waits until nobody holds the lock at `path`, without a limit: only for one that is held by a process that does its own
/// work meanwhile, and that does not wait for the caller. A file that does not exist is not held.
///
/// # Errors
/// `Damaged` when it is not a regular file, `Io` when it cannot be opened or locked.
pub fn wait_until_free(path: &Path) -> Result<()> {
    let Some(file) = open_regular(path)? else {
        return Ok(());
    };
    loop {
        match fs2::FileExt::lock_shared(&file) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            taken => {
                taken.doing("wait for the lock", path)?;
                let _closing_releases_too = fs2::FileExt::unlock(&file);
                return Ok(());
            }
        }
    }
}

/// Opens the existing file `path` for reading and locks it, to be handed to a child that reads its content and by that
/// proves that it lives.
///
/// # Errors
/// `Busy` when it is locked already, `Damaged` when it is not a regular file, `Io` when it is missing or cannot be locked.
pub fn lock_for_reading(path: &Path) -> Result<File> {
    let file = open_regular(path)?
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
        .doing("open", path)?;
    if take_past_probes(&file).doing("lock", path)? {
        return Ok(file);
    }
    Err(DurableError::Busy {
        path: path.to_owned(),
        holder: None,
        waited: Duration::ZERO,
    })
}

fn wait_for(
    path: &Path,
    limit: Duration,
    clock: &dyn Clock,
    attempt: &mut dyn FnMut() -> Result<Option<Lock>>,
    waiting: &mut dyn FnMut(&Path, Option<&Holder>),
) -> Result<Lock> {
    let start = clock.monotonic();
    let (mut pause, longest) = PAUSES;
    let mut told = false;
    loop {
        if let Some(lock) = attempt()? {
            return Ok(lock);
        }
        let waited = clock.monotonic().saturating_sub(start);
        if waited >= limit {
            return Err(DurableError::Busy {
                path: path.to_owned(),
                holder: Lock::holder(path),
                waited,
            });
        }
        if !told && waited >= TELL_AFTER {
            told = true;
            waiting(path, Lock::holder(path).as_ref());
        }
        // Never shorter than the first pause: a clock may count whole milliseconds only.
        clock.sleep(pause.min(limit.saturating_sub(waited)).max(PAUSES.0));
        pause = (pause * 2).min(longest);
    }
}

fn try_lock(path: &Path, take: Take, open: impl Fn() -> io::Result<File>) -> Result<Option<Lock>> {
    // Twice or more only while the folder around the file is being moved or removed.
    for _ in 0..PROBES_MAX {
        let file = open().doing("open the lock", path)?;
        if !file.metadata().doing("inspect", path)?.is_file() {
            return Err(DurableError::damaged(path, "not a regular file"));
        }
        if !take(&file).doing("lock", path)? {
            return Ok(None);
        }
        let lock = Lock::unranked(file);
        if lock.is_the_file_at(path) {
            return Ok(Some(lock));
        }
    }
    Ok(None)
}

impl Lock {
    /// Whether the locked file still has its name: a lock on a file that was removed excludes nobody.
    fn is_the_file_at(&self, path: &Path) -> bool {
        let locked = self.file.as_ref().and_then(|file| file.metadata().ok());
        let named = path.symlink_metadata().ok();
        locked.map(|meta| (meta.dev(), meta.ino())) == named.map(|meta| (meta.dev(), meta.ino()))
    }
}

/// How the exclusive lock is taken: at one attempt, or past those who only look.
type Take = fn(&File) -> io::Result<bool>;

/// Takes the exclusive lock if no other one is held, not even by a probe. Enough for those who try again anyway.
fn take_at_once(file: &File) -> io::Result<bool> {
    granted(fs2::FileExt::try_lock_exclusive(file))
}

/// Takes the exclusive lock if no other exclusive one is held.
fn take_past_probes(file: &File) -> io::Result<bool> {
    for attempt in 0..PROBES_MAX {
        if take_at_once(file)? {
            return Ok(true);
        }
        // Granted beside a probe, which lets go at once; refused beside a holder.
        if !granted(fs2::FileExt::try_lock_shared(file))? {
            return Ok(false);
        }
        // Not kept while pausing: two who came here would be in each other's way for ever.
        fs2::FileExt::unlock(file)?;
        // A probe that the scheduler has put aside in between needs more than a turn.
        match attempt {
            0..PROBES_SPUN => std::thread::yield_now(),
            _ => SystemClock::new().sleep(PAUSES.0),
        }
    }
    Ok(false)
}

fn granted(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}

fn open_for_text(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)
}

fn host_name() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

fn write_holder(mut file: &File, what: &str, now: Timestamp) -> io::Result<()> {
    let holder = Holder {
        host: host_name(),
        pid: std::process::id(),
        command: what.to_owned(),
        since: now,
    };
    let mut text = serde_json::to_vec(&holder)?;
    // Over the text of the last holder and never shorter: a file that is emptied first costs an ext4 the write of a block
    // to the disk when it is closed, in every pass.
    text.resize(text.len().next_multiple_of(HOLDER_BLOCK_BYTES) - 1, b' ');
    text.push(b'\n');
    file.write_all(&text)?;
    let written = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if file.metadata()?.len() > written {
        file.set_len(written)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::Ordering::{Relaxed, SeqCst};

    use super::super::{as_other_process, create_dirs, remove_tree, write_atomic};
    use super::*;
    use crate::sys::StepClock;

    const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

    struct Sleeper(Child);

    impl Sleeper {
        #[expect(clippy::disallowed_methods, reason = "a real child, below `proc`")]
        fn start(stdin: Stdio) -> Self {
            let mut command = Command::new("sleep");
            Self(command.arg("600").stdin(stdin).spawn().unwrap())
        }
    }

    impl Drop for Sleeper {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    fn quiet(_: &Path, _: Option<&Holder>) {}

    /// Soon and not at once: another test may be between fork and exec, with a copy of every open file.
    fn assert_free_soon(path: &Path) {
        let limit = Duration::from_mins(1);
        let lock = Lock::acquire(
            path,
            Rank::Pass,
            "test",
            limit,
            &SystemClock::new(),
            &mut quiet,
        );
        drop(lock.unwrap());
    }

    #[test]
    fn a_lock_is_taken_over_with_its_open_file_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("alive.lock"), dir.path().join("other.lock"));
        let lock = Lock::try_acquire_empty(&path).unwrap().unwrap();
        let _other = Lock::try_acquire_empty(&other).unwrap().unwrap();
        let file = lock.into_file();
        let again = File::open(&path).unwrap();
        assert!(Lock::handed_over(again, &path).unwrap().is_none());
        assert!(
            Lock::handed_over(file.try_clone().unwrap(), &other)
                .unwrap()
                .is_none()
        );
        let taken = Lock::handed_over(file.try_clone().unwrap(), &path).unwrap();
        assert!(taken.is_some() && is_held(&path).unwrap());
        drop(taken);
        assert!(!is_held(&path).unwrap() && is_held(&other).unwrap());
    }

    #[test]
    fn two_holders_exclude_each_other_within_one_process() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        let lock = Lock::try_acquire(&path, Rank::Pass, "one").unwrap();
        assert!(lock.is_some());
        assert!(is_held(&path).unwrap());
        let two = || Lock::try_acquire(&path, Rank::Pass, "two").unwrap();
        assert!(as_other_process(two).is_none());
        assert!(Lock::try_acquire_empty(&path).unwrap().is_none());
        drop(lock);
        assert!(!is_held(&path).unwrap());
        assert!(path.exists(), "the file stays");
        assert!(two().is_some());
    }

    #[test]
    fn the_text_is_the_last_holders_whole_also_after_a_longer_or_foreign_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        let long = "w".repeat(3 * HOLDER_BLOCK_BYTES);
        write_atomic(&path, "x".repeat(5000).as_bytes()).unwrap();
        for what in ["acp heartbeat", &long, "acp sweep"] {
            drop(Lock::try_acquire(&path, Rank::Pass, what).unwrap());
            assert_eq!(Lock::holder(&path).unwrap().command, what);
        }
        let text = std::fs::read(&path).unwrap();
        assert_eq!(
            (text.len(), text.last()),
            (HOLDER_BLOCK_BYTES, Some(&b'\n'))
        );
    }

    #[test]
    fn a_missing_file_is_not_held_and_is_not_created_by_looking() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        assert!(!is_held(&path).unwrap());
        assert!(!path.exists());
        assert!(Lock::try_acquire(&dir.path().join("no/x.lock"), Rank::Pass, "x").is_err());
    }

    #[test]
    fn a_child_does_not_keep_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        let lock = Lock::try_acquire(&path, Rank::Pass, "parent")
            .unwrap()
            .unwrap();
        let _child = Sleeper::start(Stdio::null());
        // Without the unlock of `drop`, as when the parent is killed.
        drop(lock.into_file());
        assert_free_soon(&path);
    }

    #[test]
    fn a_lock_that_is_handed_on_lives_as_long_as_the_child() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alive.lock");
        let lock = Lock::try_acquire_empty(&path).unwrap().unwrap();
        let child = Sleeper::start(lock.into_file().into());
        assert!(is_held(&path).unwrap());
        assert!(
            Lock::try_acquire(&path, Rank::Pass, "other")
                .unwrap()
                .is_none()
        );
        assert_eq!(path.metadata().unwrap().len(), 0);
        drop(child);
        assert_free_soon(&path);
    }

    #[test]
    fn a_lock_that_is_shared_is_released_by_the_last_who_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alive.lock");
        for child_ends_first in [true, false] {
            let mut lock = Lock::try_acquire_empty(&path).unwrap().unwrap();
            let child = Sleeper::start(lock.share(&path).unwrap().into());
            if child_ends_first {
                drop(child);
                assert!(is_held(&path).unwrap());
                drop(lock);
            } else {
                drop(lock);
                assert!(is_held(&path).unwrap());
                drop(child);
            }
            assert_free_soon(&path);
        }
    }

    #[test]
    fn whoever_waits_goes_on_when_the_holder_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("launch.lock");
        wait_until_free(&path).unwrap();
        assert!(!path.exists());
        let lock = Lock::try_acquire_empty(&path).unwrap().unwrap();
        let child = Sleeper::start(lock.into_file().into());
        std::thread::scope(|scope| {
            let (begun, waits) = std::sync::mpsc::channel();
            let path = &path;
            let waiting = scope.spawn(move || {
                begun.send(()).unwrap();
                wait_until_free(path)
            });
            waits.recv().unwrap();
            assert!(!waiting.is_finished());
            drop(child);
            waiting.join().unwrap().unwrap();
        });
        // And it keeps nothing.
        assert!(Lock::try_acquire_empty(&path).unwrap().is_some());
    }

    #[test]
    fn an_empty_lock_empties_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alive.lock");
        write_atomic(&path, b"text").unwrap();
        let lock = Lock::try_acquire(&path, Rank::Pass, "other").unwrap();
        assert!(Lock::try_acquire_empty(&path).unwrap().is_none());
        assert_eq!(Lock::holder(&path).unwrap().command, "other", "untouched");
        drop(lock);
        let _lock = Lock::try_acquire_empty(&path).unwrap().unwrap();
        assert_eq!(path.metadata().unwrap().len(), 0);
    }

    #[test]
    fn the_holder_is_told_and_waiting_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        let clock = StepClock::new(NOW);
        let limit = Duration::from_secs(30);
        let _lock = Lock::acquire(
            &path,
            Rank::Pass,
            "acp heartbeat",
            limit,
            &clock,
            &mut quiet,
        )
        .unwrap();

        let mut told = vec![];
        let mut tell = |path: &Path, holder: Option<&Holder>| {
            told.push((path.to_owned(), holder.cloned().unwrap()));
        };
        let wait = || Lock::acquire(&path, Rank::Pass, "acp sweep", limit, &clock, &mut tell);
        let error = as_other_process(wait).unwrap_err();

        let holder = Lock::holder(&path).unwrap();
        assert_eq!(told, [(path.clone(), holder.clone())], "once");
        assert_eq!(holder.command, "acp heartbeat");
        assert_eq!((holder.pid, holder.since), (std::process::id(), NOW));
        assert!(!holder.host.is_empty());
        let expected = format!(
            "`acp heartbeat` (pid {} on {}, since {NOW}) still holds the lock `{}` after 30.0 s; \
             try again when it has let it go",
            holder.pid,
            holder.host,
            path.display()
        );
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_short_wait_is_not_told_and_no_wait_is_one_attempt() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        let clock = StepClock::new(NOW);
        let _lock =
            Lock::acquire(&path, Rank::Pass, "a", Duration::ZERO, &clock, &mut quiet).unwrap();
        for limit in [Duration::ZERO, Duration::from_millis(900)] {
            let mut told = false;
            let mut tell = |_: &Path, _: Option<&Holder>| told = true;
            let wait = || Lock::acquire(&path, Rank::Pass, "b", limit, &clock, &mut tell);
            let error = as_other_process(wait);
            assert!(matches!(error, Err(DurableError::Busy { waited, .. }) if waited == limit));
            assert!(!told);
        }
    }

    #[test]
    fn looking_never_makes_a_free_lock_seem_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        drop(Lock::try_acquire(&path, Rank::Pass, "first").unwrap());
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !done.load(Relaxed) {
                        is_held(&path).unwrap();
                    }
                });
            }
            let failed = (0..500)
                .filter(|_| Lock::try_acquire(&path, Rank::Pass, "x").unwrap().is_none())
                .count();
            done.store(true, Relaxed);
            assert_eq!(failed, 0);
        });
    }

    #[test]
    fn of_many_who_try_at_once_one_succeeds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass.lock");
        for _ in 0..100 {
            let start = std::sync::Barrier::new(4);
            let locks: Vec<Lock> = std::thread::scope(|scope| {
                let try_once = || {
                    start.wait();
                    Lock::try_acquire(&path, Rank::Pass, "x").unwrap()
                };
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(try_once)).collect();
                let results = threads.into_iter().map(|thread| thread.join().unwrap());
                results.flatten().collect()
            });
            assert_eq!(locks.len(), 1);
        }
    }

    #[test]
    fn of_many_waiters_each_gets_the_lock_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.lock");
        let inside = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _lock = Lock::acquire_short(&path, Rank::Queue).unwrap();
                        assert_eq!(inside.fetch_add(1, SeqCst), 0);
                        assert_eq!(inside.fetch_sub(1, SeqCst), 1);
                    }
                });
            }
        });
    }

    #[test]
    fn a_lock_on_a_removed_file_is_not_a_lock() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("run");
        create_dirs(&run).unwrap();
        let path = run.join("alive.lock");
        let lock = try_lock(&path, take_at_once, || {
            let file = open_for_text(&path)?;
            remove_tree(&run).unwrap();
            Ok(file)
        });
        assert!(lock.is_err(), "the folder is gone");
    }

    #[test]
    fn what_is_no_file_is_not_locked() {
        let dir = tempfile::tempdir().unwrap();
        let (fifo, link) = (dir.path().join("fifo"), dir.path().join("link"));
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(CWD, &fifo, kind, Mode::RUSR | Mode::WUSR, 0).unwrap();
        std::os::unix::fs::symlink("fifo", &link).unwrap();
        for path in [&fifo, &link] {
            Lock::try_acquire(path, Rank::Pass, "x").unwrap_err();
            Lock::try_acquire_empty(path).unwrap_err();
            lock_for_reading(path).unwrap_err();
            is_held(path).unwrap_err();
        }
    }

    #[test]
    fn a_prompt_is_locked_and_readable() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("prompt.md");
        lock_for_reading(&path).unwrap_err();
        write_atomic(&path, b"do it").unwrap();
        let file = lock_for_reading(&path).unwrap();
        assert!(is_held(&path).unwrap());
        let busy = lock_for_reading(&path).unwrap_err();
        assert!(matches!(busy, DurableError::Busy { .. }));
        assert_eq!(io::read_to_string(file).unwrap(), "do it");
        assert_free_soon(&path);
    }
}
