//! A home, a state folder and an environment of its own for each test.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The moment at which every test begins.
pub(crate) const NOW: &str = "2026-11-21T03:15:02Z";

/// Where a test plays: nothing of the user's or the machine's settings is seen, nothing outside is touched.
pub(crate) struct TestEnv {
    root: TempDir,
    vars: Vec<(String, String)>,
}

/// What came of a call.
#[must_use]
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnv {
    pub(crate) fn new() -> Self {
        let root = TempDir::new_in(fast_folder()).unwrap();
        for folder in ["home", "acp", "tmp"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let env = Self { root, vars: vec![] };
        fs::write(
            env.path("gitconfig"),
            "[user]\nname = Test\nemail = test@example.invalid\n[init]\ndefaultBranch = main\n\
             [commit]\ngpgSign = false\n[core]\nautocrlf = false\n",
        )
        .unwrap();
        env
    }

    /// The same as inside a run at `item`; the folder is made.
    pub(crate) fn in_run(item: &str) -> Self {
        let env = Self::new();
        let out = env.path("out");
        fs::create_dir(&out).unwrap();
        env.var("ACP_OUT", out.to_str().unwrap())
            .var("ACP_RUN_ID", "20261121-031502-issue-12-a1")
            .var("ACP_ITEM", item)
    }

    /// Sets a variable for every later call.
    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path inside the test's folder.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside)
    }

    /// Writes a file inside the test's folder.
    pub(crate) fn write(&self, inside: &str, text: &str) -> PathBuf {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file inside the test's folder.
    #[track_caller]
    pub(crate) fn read(&self, inside: &str) -> String {
        fs::read_to_string(self.path(inside)).unwrap()
    }

    /// Where calls are made: in the checkout when there is one.
    fn stands(&self) -> PathBuf {
        let checkout = self.path("home/web");
        if checkout.is_dir() {
            checkout
        } else {
            self.path("home")
        }
    }

    /// A command with the test's environment and nothing else; it stands in the checkout, or in `home`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("ACP_HOME", self.path("acp"))
            .env("TMPDIR", self.path("tmp"))
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("USER", "tester")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("GIT_TERMINAL_PROMPT", "0")
            // The agents of most tests play with files of the test; tests/sandbox has those that are confined.
            .env("ACP_SANDBOX", "none")
            .env("ACP_TEST_NOW", NOW)
            .env("ACP_TEST_SEED", "7")
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.stands())
            .stdin(Stdio::null());
        command
    }

    /// A call of acp that was not started yet.
    pub(crate) fn acp_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_acp"));
        command.args(args);
        command
    }

    /// The same for an acp that is interrupted: what a shell starts in the background ignores that, and `env` undoes it.
    pub(crate) fn interruptible(&self, args: &[&str]) -> Command {
        let mut command = self.command("env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_acp")]);
        command.args(args);
        command
    }

    /// Calls acp.
    pub(crate) fn acp(&self, args: &[&str]) -> Ended {
        end(&mut self.acp_command(args), b"")
    }

    /// Calls acp at a terminal of its own, of the kind `term`, with these lines typed; `args` are words of a shell. What it
    /// prints and what it says come together, as a person sees them.
    pub(crate) fn at_terminal(&self, term: &str, args: &str, lines: &str) -> Ended {
        let call = format!("'{}' {args}", env!("CARGO_BIN_EXE_acp"));
        let mut command = self.command("script");
        command
            .env("TERM", term)
            .args(["--quiet", "--return", "--command", &call, "/dev/null"])
            .stdin(Stdio::piped());
        end(&mut command, lines.as_bytes())
    }

    /// Calls acp with this on its standard input.
    pub(crate) fn acp_with_input(&self, args: &[&str], input: &[u8]) -> Ended {
        end(&mut self.acp_command(args), input)
    }
}

/// A folder in memory where there is one with room: acp syncs every step, and what these tests prove needs no disk.
fn fast_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = fs2::available_space(memory).unwrap_or(0);
    if room > 4_000_000_000 {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

pub(crate) fn end(command: &mut Command, input: &[u8]) -> Ended {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // It may end without reading all of it.
        let _unread = stdin.write_all(input);
    }
    let output = child.wait_with_output().unwrap();
    let status = output.status;
    Ended {
        code: status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap()),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
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

    /// Standard output as one JSON object.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The error that `--json` gives, after a look that standard output is empty.
    #[track_caller]
    pub(crate) fn json_error(&self) -> serde_json::Value {
        assert_eq!(self.stdout, "");
        let error: serde_json::Value = serde_json::from_str(&self.stderr).unwrap();
        assert_eq!(error["schema"], "acp.error/1");
        assert_eq!(error["code"], self.code);
        error
    }

    /// Standard error holds this.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.stderr.contains(text), "no `{text}` in {self:?}");
    }

    /// It printed this among its data.
    #[track_caller]
    pub(crate) fn prints(&self, text: &str) {
        assert!(self.stdout.contains(text), "no `{text}` in {self:?}");
    }
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
