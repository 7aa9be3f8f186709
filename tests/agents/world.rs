//! A repository under control of acp, with one real agent and one provider; nothing of the machine's settings is seen.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::kinds;
use crate::machine::can_confine;
use crate::model::ModelServer;

/// A port on which nothing listens.
const NOBODY: &str = "http://127.0.0.1:9";

/// The longest that anything here may take: what happens is waited for, and on a busy machine it takes its time.
const LONGEST: Duration = Duration::from_mins(20);

/// How long one call works at most. Shorter than any sleep of an agent, so that one that sleeps is idle and not waited for.
const TURN: &str = "20s";

pub(crate) struct World {
    root: TempDir,
    provider: ModelServer,
    mode: String,
    vars: Vec<(&'static str, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: String,
    /// `CLASS: DETAIL` of a failure.
    pub(crate) reason: String,
    pub(crate) tokens: Option<u64>,
    pub(crate) usd_micros: Option<u64>,
    /// How often it went on with a session after the machine had died.
    pub(crate) resumes: u64,
    /// From its start to its end, as its record has them.
    pub(crate) took: Duration,
    /// Turns and calls that were counted.
    pub(crate) steps: u64,
    /// From the end of the run to the time at which what stood in its way is over.
    pub(crate) reset_secs: Option<i64>,
}

impl Ended {
    /// The class of its failure.
    pub(crate) fn class(&self) -> &str {
        assert_eq!(self.outcome, "failed", "{self:?}");
        self.reason.split(':').next().unwrap_or_default()
    }
}

impl World {
    /// `settings` are those of the agent in the profile, as YAML.
    pub(crate) fn new(agent: &str, mode: &str, settings: &str) -> Self {
        Self::of(&[(agent, mode, settings)])
    }

    /// The first agent is the profile's own and the others take its place, each with a provider that behaves as its mode
    /// says, and its settings as YAML.
    pub(crate) fn of(agents: &[(&str, &str, &str)]) -> Self {
        Self::with_provider_at(Ipv4Addr::LOCALHOST, agents)
    }

    /// An agent with a provider that works, and a network with that at `host` in it alone.
    pub(crate) fn alone(agent: &str, host: Ipv4Addr) -> Self {
        let world = Self::with_provider_at(host, &[(agent, "ok", &kinds::limits(agent, "ok"))]);
        // What a variable says is known without it.
        let hosts = if kinds::is_led_by_variable(agent) {
            String::new()
        } else {
            format!(", hosts: [\"{}\"]", world.provider.place())
        };
        world.also(&format!(
            "sandbox: {{ kind: bubblewrap, network: model-host-only{hosts} }}"
        ));
        world
    }

    fn with_provider_at(host: Ipv4Addr, agents: &[(&str, &str, &str)]) -> Self {
        // Not below /tmp: there Codex refuses to confine its commands.
        let root = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for folder in ["home/web", "acp", "tmp"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(
            root.path().join("gitconfig"),
            "[user]\nname = Test\nemail = test@example.invalid\n[init]\ndefaultBranch = main\n[maintenance]\nauto = false\n",
        )
        .unwrap();
        let provider = ModelServer::start(host, 0).unwrap();
        let mut vars = vec![];
        for (agent, mode, _) in agents {
            let base = match *mode {
                "refused" => NOBODY.to_owned(),
                mode => provider.base(mode),
            };
            vars.extend(kinds::set_up(agent, &root.path().join("home"), &base, mode));
        }
        let world = Self {
            root,
            provider,
            mode: agents[0].1.to_owned(),
            vars,
        };
        world.git(&["init", "-q"]);
        fs::write(world.checkout().join("README.md"), "hello\n").unwrap();
        world.git(&["add", "."]);
        world.git(&["commit", "-qm", "first"]);
        world.acp(&["init", "--yes", "--agent-command", "true"]);
        world.profile(agents);
        world
    }

    /// Adds a section to the profile.
    pub(crate) fn also(&self, section: &str) {
        let path = self.profile_path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}\n{section}\n")).unwrap();
    }

    /// What is in a file below HOME.
    pub(crate) fn read_home(&self, name: &str) -> String {
        fs::read_to_string(self.root.path().join("home").join(name)).unwrap()
    }

    /// Writes a file below HOME.
    pub(crate) fn home(&self, name: &str, text: &str) {
        let path = self.root.path().join("home").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn profile_path(&self) -> PathBuf {
        self.root.path().join("acp/config/profiles/web.yaml")
    }

    fn profile(&self, agents: &[(&str, &str, &str)]) {
        let path = self.profile_path();
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("\nagents:\n").unwrap();
        let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
        let names: Vec<&str> = agents.iter().map(|(name, ..)| *name).collect();
        let (first, others) = names.split_first().unwrap();
        let settings: Vec<String> = agents
            .iter()
            .map(|(name, _, settings)| format!("    {name}: {{ {settings} }}\n"))
            .collect();
        let settings = settings.concat();
        // A supervisor waits for a minute and more before it goes on with a session; where nothing comes back it is in vain.
        let is_dead = |mode: &str| ["refused", "html"].contains(&mode);
        let resumes = if agents.iter().any(|(_, mode, _)| is_dead(mode)) {
            0
        } else {
            2
        };
        let agents = format!(
            "\nagents:\n  use: {first}\n  fallback: [{}]\n  settings:\n{settings}\
             retry: {{ delays: [1h], attempts_max: 6, resumes_max: {resumes} }}\n\n",
            others.join(", ")
        );
        fs::write(&path, format!("{before}{agents}{after}")).unwrap();
    }

    fn checkout(&self) -> PathBuf {
        self.root.path().join("home/web")
    }

    fn command(&self, program: &str) -> Command {
        let tools = tools();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", tools.display());
        let root = self.root.path();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", root.join("home"))
            .env("ACP_HOME", root.join("acp"))
            .env("TMPDIR", root.join("tmp"))
            .env("TZ", "UTC")
            .env("USER", "tester")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", root.join("gitconfig"))
            .env("ACP_SANDBOX", sandbox())
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.checkout())
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn call(&self, program: &str, args: &[&str]) -> String {
        self.call_with(program, args, 0)
    }

    #[track_caller]
    fn call_with(&self, program: &str, args: &[&str], code: i32) -> String {
        let output = self.command(program).args(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{program} {args:?}: {output:?}"
        );
        text
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        self.call("git", args)
    }

    #[track_caller]
    pub(crate) fn acp(&self, args: &[&str]) -> String {
        self.call(env!("CARGO_BIN_EXE_acp"), args)
    }

    /// Opens an issue with this text, lets acp work until nothing moves, and says how its last run ended.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Ended {
        self.issue(script);
        self.until_idle()
    }

    /// Opens an issue with this text.
    #[track_caller]
    pub(crate) fn issue(&self, script: &str) {
        self.acp(&["issue", "create", "--title", "Add work", "--body", script]);
    }

    /// Lets acp work until nothing moves.
    #[track_caller]
    pub(crate) fn work(&self) {
        const MOVES: i32 = 75;
        let start = Instant::now();
        loop {
            let mut heartbeat = self.command(env!("CARGO_BIN_EXE_acp"));
            heartbeat.args(["heartbeat", "--until-idle", "--timeout", TURN]);
            let output = heartbeat.output().unwrap();
            println!("{}", String::from_utf8_lossy(&output.stdout));
            match output.status.code() {
                Some(0) => return,
                Some(MOVES) => assert!(start.elapsed() < LONGEST, "never idle: {output:?}"),
                _ => panic!("a heartbeat failed: {output:?}"),
            }
        }
    }

    /// Lets acp work until nothing moves, and says how its last run ended.
    #[track_caller]
    pub(crate) fn until_idle(&self) -> Ended {
        self.work();
        let runs = self.json(&["run", "list", "--all"]);
        let id = runs.as_array().unwrap().last().unwrap()["id"].clone();
        let id = id.as_str().unwrap();
        println!("{}", self.acp(&["run", "log", id]));
        let shown = self.json(&["run", "show", id]);
        let text = |key: &str| shown[key].as_str().unwrap_or_default().to_owned();
        let (record, findings) = (
            self.record(id, "run.json"),
            self.record(id, "findings.json"),
        );
        Ended {
            outcome: text("outcome"),
            reason: text("reason"),
            tokens: find(&findings, "tokens").and_then(Value::as_u64),
            usd_micros: find(&findings, "usd_micros").and_then(Value::as_u64),
            resumes: find(&record, "resumes")
                .and_then(Value::as_u64)
                .unwrap_or(0),
            took: took(&record),
            steps: find(&self.record(id, "usage.json"), "steps")
                .and_then(Value::as_u64)
                .unwrap_or(0),
            reset_secs: reset_secs(&record),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.json_with(args, 0)
    }

    /// The same of a verb that ends with this code.
    #[track_caller]
    pub(crate) fn json_with(&self, args: &[&str], code: i32) -> Value {
        let args = [args, &["--json"]].concat();
        let text = self.call_with(env!("CARGO_BIN_EXE_acp"), &args, code);
        let value: Value = serde_json::from_str(&text).unwrap();
        value["data"].clone()
    }

    /// A record of a run.
    fn record(&self, run: &str, name: &str) -> Value {
        let state = self.root.path().join("acp/state/web");
        let places = ["runs", "history"].map(|folder| state.join(folder).join(run).join(name));
        let text = places.iter().find_map(|path| fs::read_to_string(path).ok());
        serde_json::from_str(&text.unwrap()).unwrap()
    }

    /// A file of the merged base branch.
    #[track_caller]
    pub(crate) fn merged_file(&self, name: &str) -> String {
        self.git(&["pull", "-q", "acp", "main"]);
        let text = fs::read_to_string(self.checkout().join(name)).unwrap();
        text.trim_end().to_owned()
    }

    /// Starts what can start, and waits until a run has left a file of this name in its worktree.
    #[track_caller]
    pub(crate) fn until_there_is(&self, name: &str) {
        self.acp(&["heartbeat"]);
        let worktrees = self.root.path().join("acp/state/web/worktrees");
        let is_there = || {
            let all = fs::read_dir(&worktrees).into_iter().flatten().flatten();
            all.into_iter()
                .any(|worktree| worktree.path().join(name).exists())
        };
        let start = Instant::now();
        while !is_there() {
            assert!(start.elapsed() < LONGEST, "`{name}` was never written");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The machine goes away: every process of this world dies at once, supervisor and agent alike.
    pub(crate) fn crash(&self) {
        let start = Instant::now();
        loop {
            let alive = self.processes();
            if alive.is_empty() {
                return;
            }
            assert!(start.elapsed() < LONGEST, "these do not die: {alive:?}");
            for (pid, _) in alive {
                let mut kill = Command::new("kill");
                let _gone = kill.args(["-KILL", &pid]).stderr(Stdio::null()).status();
            }
        }
    }

    /// Number and command line of the processes that have this world's folders in their environment.
    fn processes(&self) -> Vec<(String, String)> {
        let mark = self.root.path().to_string_lossy().into_owned();
        let mut found = vec![];
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let env = fs::read(entry.path().join("environ")).unwrap_or_default();
            if String::from_utf8_lossy(&env).contains(&mark) {
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let pid = entry.file_name().to_string_lossy().into_owned();
                found.push((pid, String::from_utf8_lossy(&line).replace('\0', " ")));
            }
        }
        found
    }

    /// The port of the provider.
    pub(crate) fn provider_port(&self) -> u16 {
        self.provider
            .place()
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// How often the model was asked.
    pub(crate) fn calls(&self) -> u64 {
        self.provider.calls(&self.mode)
    }

    /// No process has this world's folders in its environment any more.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        let left = self.processes();
        assert!(left.is_empty(), "these live on: {left:?}");
    }
}

fn reset_secs(record: &Value) -> Option<i64> {
    let (reset, ended) = (time(record, "reset")?, time(record, "ended")?);
    Some(reset.duration_since(ended).as_secs())
}

fn took(record: &Value) -> Duration {
    let (started, ended) = (
        time(record, "started").unwrap(),
        time(record, "ended").unwrap(),
    );
    ended.duration_since(started).try_into().unwrap()
}

fn time(record: &Value, name: &str) -> Option<Timestamp> {
    find(record, name)?.as_str()?.parse().ok()
}

/// The first field of this name, at any depth.
fn find<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields
            .get(name)
            .or_else(|| fields.values().find_map(|value| find(value, name))),
        Value::Array(items) => items.iter().find_map(|item| find(item, name)),
        _ => None,
    }
}

/// By name wherever it can be: `auto` would go on without one.
fn sandbox() -> &'static str {
    static CAN_CONFINE: LazyLock<bool> = LazyLock::new(|| can_confine("real agents in a sandbox"));
    if *CAN_CONFINE { "bubblewrap" } else { "auto" }
}

/// The folder of the agents' programs.
fn tools() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let bin = target.join("test-tools/agents/node_modules/.bin");
    assert!(
        bin.join("claude").exists(),
        "there are no agents in `{}`; `tests/tools/install agents` installs them",
        bin.display()
    );
    bin
}
