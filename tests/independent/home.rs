//! An empty home with a checkout, and acp in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::programs::{Forge, Kind, TOKEN};

/// An agent that does what it was asked, and writes down what it was given.
pub(crate) const GOOD: &str = "echo \"work for $ACP_ITEM\" > work.txt\nacp report implemented\n";

pub(crate) struct Home {
    root: TempDir,
}

/// What came of a call.
#[must_use]
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    /// A clone of what `git_url` holds in `home/web`, nothing else.
    #[track_caller]
    pub(crate) fn clone_of(bare: &Path) -> Self {
        let root = TempDir::new_in(fast_folder()).unwrap();
        let home = Self { root };
        for folder in ["home", "acp", "tmp", "bin"] {
            fs::create_dir(home.path(folder)).unwrap();
        }
        // Every call of git writes down its arguments.
        let git = String::from_utf8(run(Command::new("sh").args(["-c", "command -v git"])).stdout)
            .unwrap();
        let calls = home.path("git-calls");
        let shim = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{}'\nexec {} \"$@\"\n",
            calls.display(),
            git.trim()
        );
        fs::write(home.path("bin/git"), shim).unwrap();
        fs::set_permissions(home.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
        let clone = home
            .command("git")
            .arg("clone")
            .arg("-q")
            .arg(bare)
            .arg(home.path("home/web"))
            .output();
        assert!(clone.unwrap().status.success());
        let gone = home
            .command("git")
            .args(["remote", "remove", "origin"])
            .output();
        assert!(gone.unwrap().status.success());
        home
    }

    /// A home whose profile `web` is for the forge, with this script as the agent.
    #[track_caller]
    pub(crate) fn at(forge: &Forge, script: &str) -> Self {
        Self::behind(forge, &forge.url, script)
    }

    /// The same with another token than the usual one.
    #[track_caller]
    pub(crate) fn with_token(forge: &Forge, script: &str, token: &str) -> Self {
        let home = Self::clone_of(&forge.bare());
        home.token(token);
        let git = format!("{}/acme/widgets.git", forge.url);
        let _made = home.init(forge.kind, &forge.url, &git, script).ok();
        home
    }

    /// As [`Self::at`]; acp talks to `url`, which stands before the forge.
    #[track_caller]
    pub(crate) fn behind(forge: &Forge, url: &str, script: &str) -> Self {
        let home = Self::clone_of(&forge.bare());
        let git = format!("{}/acme/widgets.git", forge.url);
        let _made = home.init(forge.kind, url, &git, script).ok();
        home
    }

    /// `acp init` as a person calls it.
    pub(crate) fn init(&self, kind: Kind, url: &str, git: &str, script: &str) -> Ended {
        self.agent(script);
        let line = format!("sh '{}'", self.path("agent.sh").display());
        let args = [
            "init",
            "--yes",
            "--forge",
            kind.name(),
            "--slug",
            "acme/widgets",
        ];
        let more = [
            "--base-url",
            url,
            "--git-url",
            git,
            "--agent-command",
            &line,
        ];
        self.acp(&[&args[..], &more].concat())
    }

    /// Gives the agent another script. Each writes down its environment.
    pub(crate) fn agent(&self, script: &str) {
        let seen = self.path("agent-env");
        let text = format!("cat > /dev/null\nenv >> '{}'\n{script}", seen.display());
        fs::write(self.path("agent.sh"), text).unwrap();
    }

    /// `acp init` with a local forge.
    #[track_caller]
    pub(crate) fn init_local(&self, script: &str) -> Ended {
        self.agent(script);
        let line = format!("sh '{}'", self.path("agent.sh").display());
        self.acp(&["init", "--yes", "--agent-command", &line])
    }

    /// Adds lines to the profile.
    #[track_caller]
    pub(crate) fn add(&self, lines: &str) {
        let file = self.path("acp/config/profiles/web.yaml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{text}\n{lines}")).unwrap();
    }

    /// Sets one line of the profile that `init` wrote.
    #[track_caller]
    pub(crate) fn set(&self, old: &str, new: &str) {
        let file = self.path("acp/config/profiles/web.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "no `{old}` in {text}");
        fs::write(file, text.replace(old, new)).unwrap();
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside)
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let checkout = self.path("home/web");
        let path = std::env::var("PATH").unwrap();
        let token = fs::read_to_string(self.path("token")).unwrap_or_else(|_| TOKEN.to_owned());
        let mut command = Command::new(program);
        command
            .env_clear()
            // The agent is a script outside its worktree, which a sandbox would not show.
            .env("ACP_SANDBOX", "none")
            .env("HOME", self.path("home"))
            .env("ACP_HOME", self.path("acp"))
            .env("TMPDIR", self.path("tmp"))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("USER", "tester")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GH_TOKEN", &token)
            .env("GITEA_TOKEN", &token)
            .env(
                "ACP_TEST_NOW",
                fs::read_to_string(self.path("now")).unwrap_or_default(),
            )
            .current_dir(if checkout.is_dir() {
                checkout
            } else {
                self.path("home")
            })
            .stdin(Stdio::null());
        command
    }

    /// For every later call it is this much later than it is.
    pub(crate) fn later(&self, seconds: i64) {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        fs::write(self.path("now"), now.to_string()).unwrap();
    }

    /// Another token for every later call.
    pub(crate) fn token(&self, token: &str) {
        fs::write(self.path("token"), token).unwrap();
    }

    /// Calls acp.
    pub(crate) fn acp(&self, args: &[&str]) -> Ended {
        let out = self
            .command(env!("CARGO_BIN_EXE_acp"))
            .args(args)
            .output()
            .unwrap();
        let ended = Ended {
            code: out.status.code().unwrap_or(-1),
            stdout: String::from_utf8(out.stdout).unwrap(),
            stderr: String::from_utf8(out.stderr).unwrap(),
        };
        // Shown when the test fails.
        println!(
            "acp {}: {}\n{}{}",
            args.join(" "),
            ended.code,
            ended.stdout,
            ended.stderr
        );
        ended
    }

    /// The data of a call with `--json`.
    #[track_caller]
    pub(crate) fn data(&self, args: &[&str]) -> Value {
        let ended = self.acp(&[args, &["--json"]].concat()).ok();
        let json: Value = serde_json::from_str(&ended.stdout).unwrap();
        json["data"].clone()
    }

    /// What `why` says of it, for people.
    #[track_caller]
    pub(crate) fn why(&self, item: &str) -> String {
        self.acp(&["why", item]).ok().stdout
    }

    /// Passes until nothing moves by itself.
    #[track_caller]
    pub(crate) fn until_idle(&self) -> Ended {
        self.acp(&["heartbeat", "--until-idle", "--timeout", "60s"])
            .ok()
    }

    /// Every file below the home but the checkout's own: path and bytes.
    pub(crate) fn files(&self, inside: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut files, mut folders) = (vec![], vec![self.path(inside)]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push((entry.path(), fs::read(entry.path()).unwrap_or_default()));
                }
            }
        }
        files
    }
}

/// A folder in memory where there is one: acp syncs every step, and what these tests prove needs no disk.
fn fast_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = fs2::available_space(memory).unwrap_or(0);
    if room > 4_000_000_000 {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

impl Ended {
    /// It ended well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.with(0)
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// One of its streams holds this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let said = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(said, "no `{text}` in {self:?}");
        self
    }
}
