//! Programs that run beside a test and end with it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::wire::call;

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

/// Which forge is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Github,
    Gitea,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitea => "gitea",
        }
    }
}

/// The model of a forge as a program of its own.
pub(crate) struct Forge {
    _program: Running,
    folder: TempDir,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    pub(crate) kind: Kind,
}

/// The token of `acp-bot`, unlike any other text.
pub(crate) const TOKEN: &str = "tok-5e7c19ab2f3046d8";

impl Forge {
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_acp-fake-forge"));
        command
            .arg("--dir")
            .arg(folder.path())
            .args(["--token", TOKEN]);
        if kind == Kind::Gitea {
            command.arg("--gitea");
        }
        let program = Running::start(&mut command, "http://");
        let url = program.said.trim().to_owned();
        let forge = Self {
            _program: program,
            folder,
            url,
            kind,
        };
        let _made = forge.does("create-label", &serde_json::json!({"name": "agent-ready"}));
        forge
    }

    /// What people do, and faults.
    #[track_caller]
    pub(crate) fn does(&self, what: &str, arguments: &Value) -> Value {
        call("POST", &format!("{}/_fake/{what}", self.url), "", arguments)
    }

    /// What happened since the last time that it was reset.
    #[track_caller]
    pub(crate) fn account(&self) -> Value {
        call(
            "GET",
            &format!("{}/_fake/account", self.url),
            "",
            &Value::Null,
        )
    }

    /// The account from here on.
    pub(crate) fn reset_account(&self) {
        let _reset = self.does("reset-account", &Value::Null);
    }

    /// Reads by the interface, below the repository.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> Value {
        let root = match self.kind {
            Kind::Github => "",
            Kind::Gitea => "/api/v1",
        };
        let url = format!("{}{root}/repos/acme/widgets{path}", self.url);
        call("GET", &url, TOKEN, &Value::Null)
    }

    /// An issue by the owner with the intake label.
    #[track_caller]
    pub(crate) fn issue(&self, title: &str) -> u64 {
        let labels = ["agent-ready"];
        let issue = serde_json::json!({"title": title, "body": "Please.", "labels": labels});
        self.does("open-issue", &issue).as_u64().unwrap()
    }

    /// The commit that a pull request is at.
    #[track_caller]
    pub(crate) fn head(&self, number: u64) -> String {
        let pull = self.read(&format!("/pulls/{number}"));
        pull["head"]["sha"].as_str().unwrap().to_owned()
    }

    /// A status of a person's check at the head of a pull request.
    #[track_caller]
    pub(crate) fn status(&self, number: u64, state: &str) {
        let sha = self.head(number);
        let status = serde_json::json!({"sha": sha, "context": "ci", "state": state});
        let _set = self.does("set-status", &status);
    }

    /// The bare repository behind it.
    pub(crate) fn bare(&self) -> PathBuf {
        self.folder.path().join("repo.git")
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

/// Node 24, which some of the programs need.
pub(crate) fn node() -> Command {
    Command::new(tool("forge/node_modules/node/bin/node"))
}
