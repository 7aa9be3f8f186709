//! Timing whole processes.

use std::ffi::OsString;
use std::io::{PipeReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A command that is started again and again.
#[derive(Debug, Clone)]
pub(crate) struct Acp {
    program: PathBuf,
    args: Vec<String>,
    dir: Option<PathBuf>,
    env: Vec<(&'static str, OsString)>,
}

impl Acp {
    /// acp in a folder, with a home.
    pub(crate) fn new(program: &Path, dir: &Path, home: &Path) -> Self {
        Self {
            program: program.to_owned(),
            args: vec![],
            dir: Some(dir.to_owned()),
            env: vec![("ACP_HOME", home.into()), ("HOME", home.into())],
        }
    }

    /// Any other program.
    pub(crate) fn other(program: &str, args: &[&str]) -> Self {
        Self {
            program: program.into(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            dir: None,
            env: vec![],
        }
    }

    pub(crate) fn at(self, dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
            ..self
        }
    }

    pub(crate) fn with(&self, args: &[&str]) -> Self {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Self {
            args,
            ..self.clone()
        }
    }

    /// With one more variable.
    pub(crate) fn var(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear();
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env("PATH", path).envs(self.env.iter().cloned());
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        if let Some(dir) = &self.dir {
            // acp believes in PWD as a shell sets it.
            command.current_dir(dir).env("PWD", dir);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Whether it ends with 0.
    pub(crate) fn works(&self) -> bool {
        self.command().status().unwrap().success()
    }

    pub(crate) fn stdout(&self) -> String {
        let output = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {errors}", self.args);
        String::from_utf8(output.stdout).unwrap()
    }

    fn time(&self) -> Duration {
        let mut command = self.command();
        let begun = Instant::now();
        let status = command.status().unwrap();
        let took = begun.elapsed();
        assert!(status.success(), "{:?} failed", self.args);
        took
    }

    /// The most memory that was resident until it wrote its answer. Its standard output is a pipe that is full, so it
    /// stands still there, and its record is read in peace. `None` where there is no `/proc`.
    pub(crate) fn resident(&self) -> Option<String> {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let size = rustix::pipe::fcntl_getpipe_size(&writer).unwrap();
        writer.write_all(&vec![0; size]).unwrap();
        let mut child = self.command().stdout(writer).spawn().unwrap();
        let most = stands_still(child.id(), &reader);
        drop(reader);
        child.kill().unwrap();
        child.wait().unwrap();
        let kilobytes: u32 = most?.parse().ok()?;
        Some(format!("{:.1} MB", f64::from(kilobytes) / 1e3))
    }
}

/// Waits until the process sleeps with nothing more to do, and reads its peak; at most three seconds.
fn stands_still(pid: u32, _full: &PipeReader) -> Option<String> {
    let mut last = None;
    for _ in 0..150 {
        std::thread::sleep(Duration::from_millis(20));
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.to_owned())
        };
        let now = (
            field("State:"),
            field("VmHWM:"),
            field("voluntary_ctxt_switches:"),
        );
        let still = now.0.as_deref() == Some("S") && last.as_ref() == Some(&now);
        if still {
            return now.1;
        }
        last = Some(now);
    }
    None
}

/// The medians of several commands, started in turn so that all meet the same machine.
pub(crate) fn medians<const N: usize>(commands: [&Acp; N], times: usize) -> [Duration; N] {
    let mut all: [Vec<Duration>; N] = std::array::from_fn(|_| vec![]);
    for command in commands {
        command.time();
    }
    for _ in 0..times {
        for (command, took) in commands.iter().zip(&mut all) {
            took.push(command.time());
        }
    }
    all.map(median)
}

pub(crate) fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

pub(crate) fn output(program: &str, args: &[&str]) -> String {
    Acp::other(program, args).stdout()
}
