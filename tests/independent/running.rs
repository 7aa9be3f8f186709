//! Programs that run beside a test and end with it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A running program; it is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    /// What it printed until it was ready.
    pub(crate) said: String,
    _stdin: Option<ChildStdin>,
}

impl Running {
    /// Starts it and waits until a line of its output holds `ready`.
    #[track_caller]
    pub(crate) fn start(command: &mut Command, ready: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take();
        let mut running = Self {
            child,
            said: String::new(),
            _stdin: stdin,
        };
        loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("{command:?} ended before it was ready: {}", running.said);
            };
            running.said.extend([&line, "\n"]);
            if line.contains(ready) {
                break;
            }
        }
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A file that `tests/tools/install` made.
#[track_caller]
pub(crate) fn tool(inside: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let path = target.join("test-tools").join(inside);
    assert!(
        path.exists(),
        "{} is missing: run `tests/tools/install forge forgejo`, or everything by `tests/run`",
        path.display()
    );
    path
}
