//! A folder for one test and what its children leave there.

use std::fs::{self, File};
use std::io::{Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::id;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acp::proc::{
    Cmd, Ended, Limits, Quick, Redactor, Report, RunTree, Verdict, Watch, members, supervise,
};
use acp::sys::{Clock as _, SystemClock};

/// Far more than anything here takes; only a hang gets there.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The variable that marks a process of a run.
pub(crate) const MARKER: &str = "ACP_OUT";

/// Held where orphans arise. The orphans of all tests come to this one process, and a run takes those that it finds
/// there for its own.
pub(crate) fn with_orphans() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub(crate) fn quick() -> Quick {
    Quick {
        deadline: PATIENCE,
        output_bytes_max: 1024 * 1024,
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        deadline: PATIENCE,
        stall: None,
        grace: millis(300),
        output_bytes_max: 64 * 1024 * 1024,
        log_bytes_max: 1024 * 1024,
        steps_max: None,
    }
}

/// Whether a run gets a cgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cgroups {
    Used,
    Unused,
}

pub(crate) const BOTH: [Cgroups; 2] = [Cgroups::Used, Cgroups::Unused];

pub(crate) struct World {
    dir: tempfile::TempDir,
    pub(crate) tree: RunTree,
}

impl World {
    pub(crate) fn new(cgroups: Cgroups) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = tempfile::tempdir().unwrap();
        let tree = tree(dir.path(), &format!("acp-test-{}-{n}", id()), cgroups);
        Self { dir, tree }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A shell script that runs in the folder with the run's marker in its environment.
    pub(crate) fn script(&self, text: &str) -> Cmd {
        script(self.dir.path(), text)
    }

    /// Supervises a script with a log of its own.
    pub(crate) fn run(&mut self, text: &str, limits: &Limits) -> (Report, Seen) {
        let mut seen = Seen::default();
        let report = self.run_watched(text, limits, &mut seen);
        (report, seen)
    }

    pub(crate) fn run_watched(
        &mut self,
        text: &str,
        limits: &Limits,
        watch: &mut dyn Watch,
    ) -> Report {
        let cmd = self.script(text);
        let mut log = File::create(self.path("log")).unwrap();
        let redact = Redactor::default();
        self.supervise(&cmd, null(), &mut log, &redact, limits, watch)
    }

    pub(crate) fn supervise(
        &mut self,
        cmd: &Cmd,
        stdin: File,
        log: &mut dyn Write,
        redact: &Redactor,
        limits: &Limits,
        watch: &mut dyn Watch,
    ) -> Report {
        let _alone = with_orphans();
        let (tree, clock) = (&mut self.tree, SystemClock::new());
        supervise(cmd, stdin, log, redact, limits, tree, &clock, watch)
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// A stream that stays open as long as a process has it open as descriptor 9: `exec 9>alive`.
    pub(crate) fn life(&self) -> Life {
        let path = self.path("alive");
        Cmd::new("mkfifo")
            .arg(&path)
            .read(&quick(), &SystemClock::new())
            .unwrap();
        // Without waiting for a writer.
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits();
        let flags = i32::try_from(nonblocking).unwrap();
        let reader = File::options()
            .read(true)
            .custom_flags(flags)
            .open(&path)
            .unwrap();
        Life { reader }
    }

    #[track_caller]
    pub(crate) fn assert_nothing_left(&self) {
        assert_eq!(members(&self.tree), Vec::<u32>::new());
        let cgroup = self.tree.cgroup();
        assert!(cgroup.is_none_or(|dir| !dir.exists()), "{cgroup:?} is left");
    }
}

pub(crate) fn null() -> File {
    File::open("/dev/null").unwrap()
}

pub(crate) fn tree(dir: &Path, key: &str, cgroups: Cgroups) -> RunTree {
    let tree = RunTree::new(key, MARKER, dir.join(".acp"));
    match cgroups {
        Cgroups::Used => tree,
        Cgroups::Unused => tree.without_cgroup(),
    }
}

pub(crate) fn script(dir: &Path, text: &str) -> Cmd {
    Cmd::new("/bin/sh")
        .args(["-c", text])
        .dir(dir)
        .env(MARKER, dir.join(".acp"))
}

/// The reading end of a stream that processes hold open while they live.
pub(crate) struct Life {
    reader: File,
}

impl Life {
    /// Whether every process that held it has ended. Right as soon as one of them has said something.
    pub(crate) fn is_over(&mut self) -> bool {
        let mut text = Vec::new();
        match self.reader.read_to_end(&mut text) {
            Ok(_) => true,
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => false,
            Err(e) => panic!("{e}"),
        }
    }

    /// Waits until every holder has ended.
    pub(crate) fn wait_over(&mut self) {
        wait_until("every holder has ended", || self.is_over());
    }
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = SystemClock::new();
    while !is_so() {
        assert!(clock.monotonic() < PATIENCE, "waited in vain: {what}");
        clock.sleep(millis(5));
    }
}

/// Runs `work` on a thread, so that a hang is a failed test.
pub(crate) fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Receiver<T> {
    let (send, receive) = channel();
    std::thread::spawn(move || send.send(work()));
    receive
}

/// Remembers lines.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) lines: Vec<String>,
}

impl Watch for Seen {
    fn line(&mut self, line: &str) -> Verdict {
        // A flood is not kept.
        if self.lines.len() < 1000 {
            self.lines.push(line.to_owned());
        }
        Verdict::Continue
    }

    fn cancelled(&mut self) -> bool {
        false
    }
}

/// Cancels when a line says so, or answers each line with a verdict.
pub(crate) struct Answers<F: FnMut(&str) -> Verdict> {
    pub(crate) verdict: F,
    pub(crate) cancel_at: Option<&'static str>,
    pub(crate) cancelled: bool,
}

impl<F: FnMut(&str) -> Verdict> Watch for Answers<F> {
    fn line(&mut self, line: &str) -> Verdict {
        self.cancelled |= self.cancel_at == Some(line);
        (self.verdict)(line)
    }

    fn cancelled(&mut self) -> bool {
        self.cancelled
    }
}

#[track_caller]
pub(crate) fn assert_ended(report: &Report, ended: &Ended) {
    assert_eq!(&report.ended, ended, "{report:?}");
    assert_eq!(report.survivors, Vec::<u32>::new());
}
