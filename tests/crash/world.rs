//! A machine of its own for each run of a scenario: home, repository, local forge, an agent that is a shell script.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What a profile of these tests says besides the built-in values.
const PROFILE: &str = "\
retry: { delays: [200ms], attempts_max: 2 }
budget: { runs_per_day: 5000 }
";

/// Red when a change says so.
const VERIFY: &str = r#"test "$(cat mended*.txt 2>/dev/null | grep -c red)" = 0"#;

/// Reads its task and does what the title of the item asks for.
const AGENT: &str = r#"
task=$(cat)
number=$(printf '%s' "$task" | grep -o 'No [0-9]*' | head -n 1 | tr -dc 0-9)
say() { printf 'OUTCOME=%s\nACTION=%s\n' "$1" "$2" >"$ACP_RESULT_FILE"; }
done_well() {
  case $ACP_ITEM in
    issue/*) say implemented host-publish-issue-pr ;;
    *) say updated-branch host-push-pr-branch ;;
  esac
}
case $task in
'# Review'*)
  if grep -q raw "reviewed$number.txt"; then
    echo "It is raw." >"$ACP_OUT/pr-comment.md"; say blocked host-comment-pr-blocker
  else
    say approved-local-review-passed host-approve-and-merge
  fi ;;
*"Reviewed"*)
  if test -e "reviewed$number.txt"; then echo done >"reviewed$number.txt"; else echo raw >"reviewed$number.txt"; fi
  done_well ;;
*"Plain change"*) echo plain >"plain$number.txt"; done_well ;;
*"Needs a person"*) mkdir -p .github/workflows; echo 'on: push' >".github/workflows/x$number.yml"; done_well ;;
*"Always fails"*) echo half >"half$number.txt"; exit 3 ;;
*"Own word"*) echo 'I need the password.' >"$ACP_OUT/issue-comment.md"; say blocked host-comment-blocker ;;
*"Red then mended"*)
  if test -e "mended$number.txt"; then echo ok >"mended$number.txt"; else echo red >"mended$number.txt"; fi
  done_well ;;
*"Shared"*)
  echo "line $number" >>shared.txt
  grep -v '^[<=>]\{7\}' shared.txt | sort -u >shared.new
  mv shared.new shared.txt
  done_well ;;
*"Never ends"*)
  trap '' TERM
  setsid sh -c 'trap "" TERM; (trap "" TERM; while :; do sleep 1; done) & while :; do sleep 1; done' &
  touch started.txt
  while :; do sleep 1; done ;;
esac
"#;

/// One home and what belongs to it.
pub(crate) struct World {
    root: TempDir,
    acp: PathBuf,
}

/// What came of a call.
#[must_use]
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; 128 and the signal when it was killed.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How `abort` ends a process.
pub(crate) const ABORTED: i32 = 128 + 6;

impl World {
    /// A checkout with one commit, and no profile yet.
    pub(crate) fn new(acp: &Path) -> Self {
        let world = Self {
            root: folder(),
            acp: acp.to_owned(),
        };
        for folder in ["home", "tmp", "repo", "acp"] {
            fs::create_dir(world.path(folder)).unwrap();
        }
        fs::write(
            world.path("gitconfig"),
            "[user]\nname = Test\nemail = test@example.invalid\n[init]\ndefaultBranch = main\n[commit]\ngpgSign = false\n",
        )
        .unwrap();
        fs::write(world.path("agent.sh"), AGENT).unwrap();
        fs::write(world.path("repo/shared.txt"), "line 0\n").unwrap();
        world.git(&["init", "-q", "-b", "main", "."]);
        world.git(&["add", "."]);
        world.git(&["commit", "-q", "-m", "first"]);
        world
    }

    /// The same with everything that `of` has so far.
    pub(crate) fn copy_of(of: &Self) -> Self {
        let world = Self {
            root: folder(),
            acp: of.acp.clone(),
        };
        let copied = Command::new("cp")
            .arg("-a")
            .arg(of.path("."))
            .arg(world.root.path())
            .status()
            .unwrap();
        assert!(copied.success());
        world
    }

    /// A path inside.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside)
    }

    /// The folder `ACP_HOME`.
    pub(crate) fn home(&self) -> PathBuf {
        self.path("acp")
    }

    /// The state of the profile.
    pub(crate) fn state(&self) -> PathBuf {
        self.path("acp/state/repo")
    }

    /// The folder of the local forge.
    pub(crate) fn forge(&self) -> PathBuf {
        self.path("acp/state/forge/local/repo")
    }

    fn git(&self, args: &[&str]) {
        let status = self
            .plain("git")
            .current_dir(self.path("repo"))
            .args(args)
            .status();
        assert!(status.unwrap().success());
    }

    fn plain(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LC_ALL", "C")
            .env("USER", "tester")
            // What is crashed here is acp; the agents write beside their worktrees.
            .env("ACP_SANDBOX", "none")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .current_dir(self.path("home"))
            .stdin(Stdio::null());
        command
    }

    /// A call of acp that was not started yet.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.plain(&self.acp);
        command.env("ACP_HOME", self.home()).args(args);
        command
    }

    /// Calls acp with these variables besides.
    pub(crate) fn acp_with(&self, vars: &[(&str, String)], args: &[&str]) -> Ended {
        let mut command = self.command(args);
        command.envs(vars.iter().map(|(name, value)| (name, value)));
        end(&mut command)
    }

    /// Calls acp.
    pub(crate) fn acp(&self, args: &[&str]) -> Ended {
        self.acp_with(&[], args)
    }

    /// `acp init` with these variables besides.
    pub(crate) fn init_with(&self, vars: &[(&str, String)]) -> Ended {
        let repo = self.path("repo");
        let agent = format!("sh {}", self.path("agent.sh").display());
        let args = ["init", "--yes", "--no-remote", "--verify", VERIFY, "--repo"];
        let args = [
            &args[..],
            &[repo.to_str().unwrap(), "--agent-command", &agent],
        ]
        .concat();
        self.acp_with(vars, &args)
    }

    /// Adds the settings of these tests to the profile.
    pub(crate) fn quicken(&self) {
        self.add_to_profile(PROFILE);
    }

    /// Adds lines to the profile.
    pub(crate) fn add_to_profile(&self, lines: &str) {
        let profile = self.profile();
        let mut text = fs::read_to_string(&profile).unwrap();
        text.push_str(lines);
        fs::write(&profile, text).unwrap();
    }

    /// Changes lines that `init` wrote.
    pub(crate) fn set_in_profile(&self, old: &str, new: &str) {
        let profile = self.profile();
        let text = fs::read_to_string(&profile).unwrap();
        assert!(text.contains(old), "no `{old}` in {text}");
        fs::write(&profile, text.replace(old, new)).unwrap();
    }

    fn profile(&self) -> PathBuf {
        self.path("acp/config/profiles/repo.yaml")
    }

    /// Passes until nothing moves.
    #[track_caller]
    pub(crate) fn until_idle(&self) {
        let ended = self.acp(&["heartbeat", "--until-idle", "--timeout", "100s"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    /// Processes that have this home in their environment or in their arguments, with what they are.
    pub(crate) fn processes(&self) -> Vec<(u32, String)> {
        processes_of(self.root.path())
    }

    /// Waits until there are none.
    #[track_caller]
    pub(crate) fn no_process_is_left(&self) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let left = self.processes();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left: {left:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A folder that goes with its world; with `ACP_TEST_KEEP` set it stays.
fn folder() -> TempDir {
    let mut dir = TempDir::new().unwrap();
    dir.disable_cleanup(std::env::var_os("ACP_TEST_KEEP").is_some());
    dir
}

/// Processes that name `folder`.
fn processes_of(folder: &Path) -> Vec<(u32, String)> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let names_it = |bytes: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
    let mut found = vec![];
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // A zombie has neither; what cannot be read is not ours.
        let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let arguments = read("cmdline");
        if names_it(&arguments) || names_it(&read("environ")) {
            let text = String::from_utf8_lossy(&arguments).replace('\0', " ");
            found.push((pid, text.trim().to_owned()));
        }
    }
    found
}

/// Runs a command to its end.
pub(crate) fn end(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let status = output.status;
    Ended {
        code: status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap()),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ended {
    /// It ended well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// `data` of standard output.
    #[track_caller]
    pub(crate) fn data(&self) -> serde_json::Value {
        let mut shown: serde_json::Value = serde_json::from_str(&self.stdout).unwrap();
        shown["data"].take()
    }
}
