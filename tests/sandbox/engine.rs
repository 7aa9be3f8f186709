//! Agents, setup and verify commands in containers of a real engine: Podman with a storage of the test's own, and Docker
//! where `DOCKER_HOST` names a daemon. The image is made of what is on this machine; nothing is fetched.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::env::TestEnv;
use crate::place::{LAST_WORDS, SECRET, has_its_grace, log, look_in_commands, place};
use crate::repo::GOOD;

/// Commands of busybox that the image has.
const TOOLS: &[&str] = &[
    "cat", "cmp", "dd", "echo", "env", "grep", "head", "id", "ls", "mkdir", "rm", "seq", "setsid",
    "sh", "sleep", "sort", "stat", "tail", "test", "touch", "tr", "wc",
];
/// This machine may lack the rights that the engine's own limits need; these ask for none.
const CONTAINERS_CONF: &str = "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1000:1000\"]\n\
                               [engine]\nlock_type = \"file\"\nevents_logger = \"none\"\ncgroup_manager = \"cgroupfs\"\n";
/// What the tests' image is called until it has its own name.
const IMAGE: &str = "acp-test-tools:none";

/// A folder below one that the image has for itself.
const OF_THE_HOST: &str = "/usr/share/doc";

#[derive(Clone, Copy)]
enum Kind {
    Podman,
    Docker,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Podman => "podman",
            Self::Docker => "docker",
        }
    }
}

/// A repository under acp whose runs are in containers.
struct Contained {
    kind: Kind,
    env: TestEnv,
    /// Its own: a daemon is everybody's.
    image: String,
}

impl Contained {
    /// `None` where no engine can run a container; that is said aloud.
    fn new(kind: Kind, script: &str, sandbox: &str) -> Option<Self> {
        let env = place(script, &format!("  image: {IMAGE}\n{sandbox}"));
        let root = env.path("");
        let own = root.file_name().unwrap().to_string_lossy();
        let image = format!("acp-test-tools:{}", own.trim_start_matches('.'));
        env.set(IMAGE, &image);
        let env = match kind {
            Kind::Podman => {
                let at = |name: &str| env.path(&format!("engine/{name}")).display().to_string();
                let storage = format!(
                    "[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}\"\nrootless_storage_path = \"{0}\"\nrunroot = \"{1}\"\n",
                    at("graph"),
                    at("run")
                );
                env.write("engine/storage.conf", &storage);
                let (conf, storage) = (at("containers.conf"), at("storage.conf"));
                // By this name podman would look for subordinate ids.
                env.var("USER", "")
                    .var("CONTAINERS_CONF", &conf)
                    .var("CONTAINERS_STORAGE_CONF", &storage)
            }
            Kind::Docker => {
                let host = std::env::var("DOCKER_HOST");
                let Ok(host) = host else {
                    eprintln!("NOT SHOWN on this machine: docker: DOCKER_HOST names no daemon");
                    return None;
                };
                env.var("DOCKER_HOST", &host)
            }
        };
        let made = Self {
            kind,
            env: env.var("ACP_SANDBOX", kind.name()),
            image,
        };
        made.can_contain().then_some(made)
    }

    fn engine(&self, args: &[&str]) -> Result<String, String> {
        let output = self.env.command(self.kind.name()).args(args).output();
        let output = output.map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        if output.status.success() {
            Ok(out)
        } else {
            Err(err)
        }
    }

    /// Makes the image and runs one container. In CI not being able to is no excuse, unless the kernel refuses.
    fn can_contain(&self) -> bool {
        let mut why = String::new();
        // The second runtime is for machines where the first one of the distribution knows no such cgroups.
        for runtime in ["", "runtime = \"runc\"\n"] {
            if matches!(self.kind, Kind::Podman) {
                let conf = format!("{CONTAINERS_CONF}{runtime}");
                self.env.write("engine/containers.conf", &conf);
            }
            let tried = self.import().and_then(|()| self.run_one());
            match tried {
                Ok(_) => return true,
                Err(said) => why = said,
            }
        }
        let name = self.kind.name();
        let refused = [
            "not permitted",
            "permission denied",
            "namespace",
            "cgroup",
            "newuidmap",
            "subuid",
        ];
        let lower = why.to_lowercase();
        // The user that everything is done again as has no subordinate ids.
        let excused = std::env::var_os(crate::AGAIN).is_some()
            || refused.iter().any(|word| lower.contains(word));
        assert!(
            std::env::var_os("CI").is_none() || excused,
            "not shown: {name}: {why}"
        );
        eprintln!("NOT SHOWN on this machine: containers of {name}: {why}");
        false
    }

    fn run_one(&self) -> Result<String, String> {
        let mut args = vec!["run", "--rm", "--network=none", "--entrypoint=/bin/sh"];
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        if matches!(self.kind, Kind::Podman) && !root {
            args.push("--userns=keep-id");
        }
        args.extend([&self.image, "-c", "exit 0"]);
        self.engine(&args)
    }

    fn import(&self) -> Result<(), String> {
        let tree = self.env.path("engine/image");
        if !tree.exists() {
            make_tree(&tree)?;
        }
        let tar = self.env.path("engine/image.tar");
        let made = Command::new("tar")
            .args(["--owner=0", "--group=0", "-C"])
            .arg(&tree)
            .arg("-cf")
            .arg(&tar)
            .arg(".")
            .status();
        assert!(made.unwrap().success());
        self.engine(&["import", &tar.display().to_string(), &self.image])?;
        fs::remove_file(tar).unwrap();
        Ok(())
    }

    /// The containers that are there, running or not.
    fn containers(&self) -> Vec<String> {
        let listed = self
            .engine(&["ps", "--all", "--format", "{{.Names}}"])
            .unwrap();
        let root = self.env.path("");
        let worktrees = root.display().to_string();
        // A daemon may have containers of others.
        listed
            .lines()
            .filter(|name| {
                matches!(self.kind, Kind::Podman)
                    || self
                        .engine(&["inspect", name])
                        .is_ok_and(|text| text.contains(&worktrees))
            })
            .map(str::to_owned)
            .collect()
    }

    #[track_caller]
    fn assert_none_left(&self) {
        let begun = Instant::now();
        loop {
            let left = self.containers();
            if left.is_empty() {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{left:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Started, and its agent at work.
    fn begun(kind: Kind, script: &str) -> Option<Self> {
        let place = Self::new(kind, script, "  network: \"off\"\n")?;
        place.env.issue("Go on for ever");
        let _pass = place.env.acp(&["heartbeat"]).ok();
        place.env.wait_for("acp/state/web/worktrees", "started");
        assert_eq!(place.containers().len(), 1);
        Some(place)
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        if matches!(self.kind, Kind::Docker) {
            let _removed = self.engine(&["rmi", "--force", &self.image]);
            return;
        }
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        if !root {
            // A rootless one has files of other users, and a process that holds its user namespace.
            let graph = self.env.path("engine/graph").display().to_string();
            let _removed = self.engine(&["unshare", "rm", "-rf", &graph]);
            let _ended = self.engine(&["system", "migrate"]);
        }
    }
}

/// busybox, git, and the libraries of git and acp, at the paths that they have here.
fn make_tree(tree: &Path) -> Result<(), String> {
    let at = |path: &Path| tree.join(path.strip_prefix("/").unwrap());
    let copy = |from: &Path, to: &Path| {
        let to = at(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).map(|_| ())
    };
    let busybox = program("busybox").ok_or("`busybox` is not on PATH")?;
    copy(&busybox, Path::new("/bin/busybox")).unwrap();
    for tool in TOOLS {
        symlink("busybox", at(Path::new("/bin")).join(tool)).unwrap();
    }
    let git = program("git").ok_or("`git` is not on PATH")?;
    copy(&git, Path::new("/usr/bin/git")).unwrap();
    for program in [git.as_path(), Path::new(env!("CARGO_BIN_EXE_acp"))] {
        let output = Command::new("ldd").arg(program).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for library in text.split_whitespace().filter(|word| word.starts_with('/')) {
            copy(Path::new(library), Path::new(library)).unwrap();
        }
    }
    for folder in ["tmp", "var/tmp"] {
        let folder = tree.join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o1777)).unwrap();
    }
    Ok(())
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// What the log of the newest run says after this word.
#[track_caller]
fn said(text: &str, word: &str) -> String {
    let start = format!("{word} ");
    let line = text.lines().find_map(|line| line.split_once(&start));
    let (_, rest) = line.unwrap_or_else(|| panic!("no `{word}` in {text}"));
    rest.trim().to_owned()
}

fn an_issue_becomes_a_merged_change(kind: Kind) {
    let Some(place) = Contained::new(kind, "", "  network: \"off\"\n") else {
        return;
    };
    let env = &place.env;
    let at = |inside: &str| env.path(inside).display().to_string();
    // Not through `env.agent`: this one reads its prompt.
    env.write(
        "agent.sh",
        &format!(
            "cat > /tmp/got\n\
             cmp /tmp/got \"$ACP_PROMPT_FILE\" && echo PROMPT $(wc -c < /tmp/got)\n\
             echo CONTAINER $(ls -a / | tr '\\n' ' ')\n\
             echo HOME $HOME $(ls -a $HOME | tr '\\n' ' ')\n\
             test -e ~/.ssh || test -e ~/notes.txt || test -e '{elsewhere}' || test -e '{config}' || echo HIDDEN yes\n\
             touch ~/.own ~/.local-of-it /tmp/x && echo WRITABLE yes\n\
             touch '{repo}/x' 2>/dev/null || echo REPOSITORY read-only\n\
             git status --short > /dev/null && git log --oneline > /dev/null && echo GIT yes\n\
             echo NET $(grep -c : /proc/net/dev) $(grep -c lo: /proc/net/dev)\n\
             echo TMPDIR $TMPDIR\n\
             echo ACP $(acp --version)\n\
             env | sort\n\
             tr '\\0' '\\n' < /proc/1/environ\n\
             {GOOD}",
            elsewhere = at("elsewhere/notes.txt"),
            config = at("acp/config/config.toml"),
            repo = at("acp/state/web/repo.git"),
        ),
    );
    let look = "test ! -e ~/.ssh && test ! -e ~/notes.txt && test -z $GITHUB_TOKEN";
    look_in_commands(env, look);
    env.issue("Add work");
    let _idle = env.until_idle();
    let text = log(env);
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n"),
        "{text}"
    );
    assert!(
        said(&text, "PROMPT").parse::<u64>().unwrap() > 100,
        "{text}"
    );
    for (word, expected) in [
        ("HIDDEN", "yes"),
        ("WRITABLE", "yes"),
        ("REPOSITORY", "read-only"),
        ("GIT", "yes"),
        ("TMPDIR", "/tmp"),
    ] {
        assert_eq!(said(&text, word), expected, "{text}");
    }
    assert!(said(&text, "ACP").starts_with("acp "), "{text}");
    // Nothing but the loopback.
    let net = said(&text, "NET");
    let (all, own) = net.split_once(' ').unwrap();
    assert_eq!(all, own, "{text}");
    assert!(
        !text.contains(SECRET) && !text.contains("SSH_AUTH_SOCK"),
        "{text}"
    );
    assert!(
        !text.contains("CONTAINERS_CONF") && !text.contains("DOCKER_HOST="),
        "{text}"
    );
    place.assert_none_left();
}

fn limits_hold(kind: Kind) {
    let lines = "head -c 3000000 /dev/zero > big; echo \"BYTES $(wc -c < big)\"; rm -f big\n\
                 dd if=/dev/zero of=/dev/null bs=150M count=1 2>/dev/null && echo MEMORY\n\
                 (for n in $(seq 60); do sleep 2 & done; echo FORKED; wait) 2>&1\n";
    let limits = "  network: \"off\"\n  file_size: 1MB\n  memory: 64MB\n  processes: 40\n";
    let Some(place) = Contained::new(kind, &format!("{lines}{GOOD}"), limits) else {
        return;
    };
    place.env.issue("Use too much");
    let _idle = place.env.until_idle();
    let text = log(&place.env);
    let bytes: u64 = said(&text, "BYTES").parse().unwrap();
    assert!((900_000..=1_000_448).contains(&bytes), "{text}");
    assert!(!text.contains("MEMORY"), "{text}");
    assert!(!text.contains("FORKED"), "{text}");
}

fn the_exit_status_arrives(kind: Kind) {
    let script = "echo the last words\nexit 3\n";
    let Some(place) = Contained::new(kind, script, "  network: \"off\"\n") else {
        return;
    };
    place.env.issue("Fail");
    let _idle = place.env.until_idle();
    let why = place.env.why("issue/1").to_string();
    assert!(
        why.contains("exited with 3, its last words: the last words"),
        "{why}"
    );
    place.assert_none_left();
}

/// Ignores TERM and leaves a process in a session of its own with an environment of its own.
const STUBBORN: &str =
    "trap '' TERM\n(setsid env -i /bin/sleep 600 &)\n: > started\nwhile :; do sleep 1; done\n";

fn stop_leaves_no_container(kind: Kind) {
    let Some(place) = Contained::begun(kind, STUBBORN) else {
        return;
    };
    let begun = Instant::now();
    let _stopped = place.env.acp(&["stop"]).ok();
    assert_eq!(place.containers(), Vec::<String>::new());
    println!("stopped in {:?}", begun.elapsed());
}

fn a_timeout_leaves_no_container_and_there_is_a_grace(kind: Kind) {
    let Some(place) = Contained::new(kind, LAST_WORDS, "  network: \"off\"\n") else {
        return;
    };
    has_its_grace(&place.env, "4s");
    assert_eq!(place.containers(), Vec::<String>::new());
}

fn what_a_dead_supervisor_left_is_ended_by_the_next_pass(kind: Kind) {
    let Some(place) = Contained::begun(kind, STUBBORN) else {
        return;
    };
    let env = &place.env;
    let files = env.all_files("acp/state/web/runs");
    let record = files.iter().find(|(path, bytes)| {
        path.ends_with("run.json")
            && bytes.contains(&b'l')
            && !path.to_string_lossy().contains("issue-99")
    });
    let record: serde_json::Value = serde_json::from_slice(&record.unwrap().1).unwrap();
    let text = record.to_string();
    let pid = text.split("\"supervisor\":{").nth(1).unwrap();
    let pid = pid.split("\"pid\":").nth(1).unwrap();
    let pid: String = pid.chars().take_while(char::is_ascii_digit).collect();
    assert!(
        env.command("kill")
            .args(["-9", &pid])
            .status()
            .unwrap()
            .success()
    );
    // The client may die with it or not: the container is the engine's.
    env.agent(GOOD);
    let _idle = env.until_idle();
    assert_eq!(place.containers(), Vec::<String>::new());
    let pid: u32 = pid.parse().unwrap();
    assert!(fs::metadata(format!("/proc/{pid}")).is_err());
}

/// Whether an engine says that there is no such image.
fn is_unknown(why: &str) -> bool {
    why.contains("image not known") || why.to_lowercase().contains("no such image")
}

fn without_its_image_nothing_starts(kind: Kind) {
    let Some(place) = Contained::new(kind, GOOD, "  network: \"off\"\n") else {
        return;
    };
    let name = kind.name();
    let env = &place.env;
    let image = place.image.as_str();
    env.set(image, "localhost/nowhere:1");
    env.issue("Add work");
    let pass = env.acp(&["heartbeat"]);
    assert!(env.runs().is_empty(), "{pass:?}");
    let why = env.why("issue/1").to_string();
    assert!(
        why.contains(&format!("`sandbox.kind: {name}` cannot work: ")) && is_unknown(&why),
        "{why}"
    );
    // Another image is another trial.
    env.set("localhost/nowhere:1", image);
    let _idle = env.until_idle();
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n")
    );

    // It worked and does no more, and the first to see that is a launch.
    place.engine(&["rmi", "--force", image]).unwrap();
    let number = env.issue("Add more");
    let _idle = env.until_idle();
    let why = env.why(&format!("issue/{number}")).to_string();
    assert!(is_unknown(&why), "{why}");
    let runs = serde_json::Value::from(env.runs()).to_string();
    assert!(
        runs.contains("could-not-start") && !runs.contains("crashed"),
        "{runs}"
    );
}

fn the_proof_holds_and_leaves_nothing(kind: Kind) {
    let Some(place) = Contained::new(kind, "", "  network: \"off\"\n") else {
        return;
    };
    let env = &place.env;
    let before = env.all_files("acp").len();
    let doctor = env.acp(&["doctor", "--json"]);
    let text = &doctor.stdout;
    assert!(
        text.contains("container: tried ") && text.contains("none is open"),
        "{doctor:?}"
    );
    place.assert_none_left();
    // The note of the trial and its empty folder are new.
    assert!(
        env.all_files("acp").len() <= before + 2,
        "{:?}",
        env.all_files("acp")
    );
}

/// Also where an image has its own things, and whatever the name is.
fn what_the_profile_names_is_there(kind: Kind) {
    let Some(place) = Contained::new(kind, "", "  network: \"off\"\n") else {
        return;
    };
    let env = &place.env;
    let data = env.path("data, \"of\" mine");
    let shown = data.display();
    env.agent(&format!(
        "cat '{shown}/file'; touch '{shown}/x' 2>/dev/null || echo DATA read-only\n\
         test -n \"$(ls {OF_THE_HOST})\" && echo HOST yes\n\
         {GOOD}"
    ));
    fs::create_dir(&data).unwrap();
    fs::write(data.join("file"), "FILE of the profile\n").unwrap();
    let named = shown.to_string().replace('"', "\\\"");
    env.set(
        "  read: [",
        &format!("  read: [\"{named}\", \"{OF_THE_HOST}\", "),
    );
    env.issue("Add work");
    let _idle = env.until_idle();
    let text = log(env);
    assert_eq!(said(&text, "FILE"), "of the profile", "{text}");
    assert_eq!(said(&text, "DATA"), "read-only", "{text}");
    assert_eq!(said(&text, "HOST"), "yes", "{text}");
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n")
    );
    // What was made here belongs to whom acp runs as.
    let me = fs::metadata("/proc/self").unwrap().uid();
    let is_mine = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.uid() == me);
    let files = env.all_files("acp");
    assert!(files.iter().all(|(path, _)| is_mine(path)));
}

macro_rules! with_each_engine {
    ($($name:ident),* $(,)?) => {
        mod podman {
            $(#[test] fn $name() { super::$name(super::Kind::Podman); })*
        }
        mod docker {
            $(#[test] fn $name() { super::$name(super::Kind::Docker); })*
        }
    };
}

with_each_engine!(
    an_issue_becomes_a_merged_change,
    limits_hold,
    the_exit_status_arrives,
    stop_leaves_no_container,
    a_timeout_leaves_no_container_and_there_is_a_grace,
    what_a_dead_supervisor_left_is_ended_by_the_next_pass,
    without_its_image_nothing_starts,
    the_proof_holds_and_leaves_nothing,
    what_the_profile_names_is_there,
);
