//! The model of a forge as a program, and programs that others wrote.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::calls::call;
use crate::running::{Running, tool};

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

/// Node 24, which some of the programs need.
pub(crate) fn node() -> Command {
    Command::new(tool("forge/node_modules/node/bin/node"))
}
