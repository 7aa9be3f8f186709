//! A container of Docker or Podman. Its processes belong to the engine, not to the run's tree: it has the run's name, and
//! is ended by it. The engine's client is of the tree; it holds the lock and hands standard input on.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::{Network, SandboxRules};
use crate::proc::{Cmd, Output, Quick};
use crate::sys::{Clock, Env};

use super::limits::{self, Scope};
use super::{Access, Mount, View};

/// What the image has itself.
const OF_THE_IMAGE: &[&str] = &[
    "/bin",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/opt",
    "/sbin",
    "/usr",
    "/run",
];
/// What the client of an engine finds its engine and its storage by, besides what every process has. For the client alone:
/// a container has of these only what its command is given.
pub const CLIENT_VARIABLES: &[&str] = &[
    "CONTAINERS_CONF",
    "CONTAINERS_CONF_OVERRIDE",
    "CONTAINERS_REGISTRIES_CONF",
    "CONTAINERS_STORAGE_CONF",
    "CONTAINER_CONNECTION",
    "CONTAINER_HOST",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_API_VERSION",
    "DOCKER_CERT_PATH",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "STORAGE_DRIVER",
    "STORAGE_OPTS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];
/// What every client has besides.
const OF_EVERYTHING: &[&str] = &["HOME", "TMPDIR"];
/// Puts folders of the machine's PATH that are shown after those of the image.
const WITH_PATH: &str = r#"PATH="$PATH$1"; export PATH; shift; exec "$@""#;
/// How long the first container of an image may take: some engines copy all of it.
const TRIAL: Duration = Duration::from_mins(1);
/// Ending a container may wait for its engine.
const END: Duration = Duration::from_secs(30);
const END_TRIES: u32 = 5;
const END_PAUSE: Duration = Duration::from_millis(200);
const OUTPUT_BYTES_MAX: usize = 4096;
/// The most of an engine's words in a message, in characters.
const SAID_MAX: usize = 1000;

/// An engine, and the image of its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// `docker` or `podman`, by its full path.
    pub program: PathBuf,
    /// Which of them: some of their words differ.
    pub is_podman: bool,
    /// The image.
    pub image: String,
    /// The environment of its client.
    pub vars: Vec<(OsString, OsString)>,
}

/// What of acp's environment the client of an engine has.
pub(super) fn client_variables(env: &Env) -> Vec<(OsString, OsString)> {
    let names = CLIENT_VARIABLES.iter().chain(OF_EVERYTHING);
    let pairs = names.filter_map(|name| Some(((*name).into(), env.raw(name)?.to_owned())));
    // A relative folder would be one of the worktree, in which the client starts.
    let path = env.raw("PATH").unwrap_or("/usr/bin:/bin".as_ref());
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let path = std::env::join_paths(folders).unwrap_or_default();
    pairs.chain([("PATH".into(), path)]).collect()
}

/// Whether an image has its own of what is at `path`.
pub fn is_of_an_image(path: &Path) -> bool {
    OF_THE_IMAGE.iter().any(|own| path.starts_with(own))
}

/// `cmd` in a fresh container called `key`. Values of variables are taken by the client from its own environment, so that
/// none is an argument that every user of the machine could read.
pub(super) fn around(
    cmd: &Cmd,
    engine: &Engine,
    view: &View,
    rules: &SandboxRules,
    key: &str,
) -> Cmd {
    let fixed = [
        "run",
        "--rm",
        "--interactive",
        "--init",
        "--name",
        key,
        "--pull=never",
        // The run has its log; the engine's would keep what acp takes out of that, and have no end.
        "--log-driver=none",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        // The grace is over when it is removed.
        "--stop-timeout=0",
    ];
    let mut args: Vec<OsString> = fixed.map(Into::into).to_vec();
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    args.push(format!("--user={}:{}", user.as_raw(), group.as_raw()).into());
    if engine.is_podman && !user.is_root() {
        // Else this user would be root inside, and the one named above nobody.
        args.push("--userns=keep-id".into());
    }
    if rules.network == Network::Off {
        args.push("--network=none".into());
    }
    if rules.memory_bytes_max > 0 {
        args.push(format!("--memory={}", rules.memory_bytes_max).into());
    }
    // Without a word of it podman has a limit of its own.
    let processes = match rules.processes_max {
        0 => "-1".to_owned(),
        n => n.to_string(),
    };
    args.push(format!("--pids-limit={processes}").into());
    let owner = (!engine.is_podman && !user.is_root())
        .then(|| format!(",uid={},gid={}", user.as_raw(), group.as_raw()));
    let owner = owner.unwrap_or_default();
    let is_root = user.is_root();
    for (at, mount) in view.mounts.iter().enumerate() {
        let path = mount.path.as_os_str();
        if !is_root {
            args.extend(between(&view.mounts[..at], mount).map(|path| private(path, &owner)));
        }
        match mount.access {
            Access::Read => args.push(bind(path, path, true)),
            Access::Write => args.push(bind(path, path, false)),
            Access::Private => args.push(private(&mount.path, &owner)),
            Access::NoFile => args.push(bind("/dev/null".as_ref(), path, true)),
            Access::Link(_) => {}
        }
    }
    if let Some(dir) = cmd.folder() {
        args.extend(["--workdir".into(), dir.into()]);
    }
    args.extend(variables(cmd));
    let inside = inside(cmd, view, rules, engine.is_podman && !is_root);
    args.extend([
        "--entrypoint".into(),
        inside.program().to_owned(),
        "--".into(),
        engine.image.clone().into(),
    ]);
    args.extend_from_slice(inside.arguments());
    let client = cmd.wrapped(engine.program.clone().into(), args);
    with_client_variables(client, engine)
}

/// The variables of a container. Their values the client has, but for those that it has as its own.
fn variables(cmd: &Cmd) -> Vec<OsString> {
    let mut args = vec![];
    for name in cmd.variable_names() {
        match name.to_str() {
            Some("PATH") => {}
            // What it names outside is not there inside.
            Some("TMPDIR") => args.push("--env=TMPDIR=/tmp".into()),
            Some(known) if known == "HOME" || CLIENT_VARIABLES.contains(&known) => {
                let mut arg = OsString::from(format!("--env={known}="));
                arg.push(cmd.variable(name).unwrap_or_default());
                args.push(arg);
            }
            _ => args.extend(["--env".into(), name.into()]),
        }
    }
    args
}

/// What the container starts: `cmd` below its limits, with the programs that are shown on its PATH. In one of a user
/// namespace of its own the limits of processes hold as well: on some machines an ordinary user's engine ignores its own.
fn inside(cmd: &Cmd, view: &View, rules: &SandboxRules, has_own_users: bool) -> Cmd {
    let path = cmd.variable("PATH".as_ref()).unwrap_or_default();
    let mut shown = OsString::new();
    for folder in std::env::split_paths(path).filter(|folder| has_programs(view, folder)) {
        shown.push(":");
        shown.push(folder);
    }
    let mut args: Vec<OsString> = vec!["-c".into(), WITH_PATH.into(), "acp".into(), shown];
    args.push(cmd.program().to_owned());
    args.extend_from_slice(cmd.arguments());
    let with_path = cmd.wrapped("/bin/sh".into(), args);
    if has_own_users {
        return limits::around(with_path, rules, Scope::OfTheSandbox);
    }
    // Memory and processes are the engine's to count. Asked for a limit of files it would drop those of its settings.
    let of_files = SandboxRules {
        file_bytes_max: rules.file_bytes_max,
        ..SandboxRules::off()
    };
    limits::around(with_path, &of_files, Scope::OfTheUser)
}

fn has_programs(view: &View, folder: &Path) -> bool {
    let is_shown = |mount: &Mount| matches!(mount.access, Access::Read | Access::Write);
    let above = view
        .mounts
        .iter()
        .filter(|mount| folder.starts_with(&mount.path));
    let nearest = above.max_by_key(|mount| mount.path.components().count());
    let mut inside = view.mounts.iter().filter(|mount| is_shown(mount));
    nearest.is_some_and(is_shown) || inside.any(|mount| mount.path.parent() == Some(folder))
}

/// The folders between `mount` and the private folder around it: the engine would make them as root's, and an ordinary user
/// could put nothing beside.
fn between<'m>(before: &'m [Mount], mount: &'m Mount) -> impl Iterator<Item = &'m Path> {
    let around = before
        .iter()
        .filter(|above| mount.path.starts_with(&above.path));
    let nearest = around.max_by_key(|above| above.path.components().count());
    let root = nearest.filter(|above| above.access == Access::Private);
    let known = |folder: &Path| {
        before.iter().any(|other| {
            // Another one came this way before.
            other.path.starts_with(folder)
        })
    };
    let mut folders: Vec<&Path> = root
        .into_iter()
        .flat_map(|root| {
            let above = mount.path.ancestors().skip(1);
            above.take_while(|folder| *folder != root.path)
        })
        .filter(|folder| !known(folder))
        .collect();
    folders.reverse();
    folders.into_iter()
}

/// Ends the container of a run; that there is none is no error of it.
fn end(engine: &Engine, key: &str) -> Cmd {
    // Also the volumes that an image asks for.
    let cmd = Cmd::new(&engine.program).args(["rm", "--force", "--volumes", key]);
    with_client_variables(cmd.env_clear(), engine)
}

/// Ends the container `key`, whether or not there is one.
///
/// # Errors
/// Why it may still be there.
pub fn end_container(engine: &Engine, key: &str, clock: &dyn Clock) -> Result<(), String> {
    let limits = Quick {
        deadline: END,
        output_bytes_max: OUTPUT_BYTES_MAX,
    };
    let mut left = END_TRIES;
    loop {
        let output = end(engine, key).capture(&limits, clock);
        let output = output.map_err(|error| error.to_string())?;
        let words = String::from_utf8_lossy(&output.stderr).to_lowercase();
        // Newer engines count that as done.
        if output.status.ok() || words.contains("no such container") {
            return Ok(());
        }
        left -= 1;
        if left == 0 {
            return Err(said(&output));
        }
        // What ended at the same moment the engine knows of a little later.
        clock.sleep(END_PAUSE);
    }
}

/// Tries what a run's containers use, and has one write the file `mark`: why it does not work here, or `None`.
///
/// # Errors
/// Why that cannot be told: it gave no answer in time, or could not be started at all.
pub fn container_works(
    engine: &Engine,
    rules: &SandboxRules,
    mark: &Path,
    key: &str,
    clock: &dyn Clock,
) -> Result<Option<String>, String> {
    let mount = |path: &Path, access| Mount {
        path: path.to_owned(),
        access,
    };
    let folder = mark.parent().unwrap_or(mark);
    let view = View {
        mounts: vec![
            mount(Path::new("/tmp"), Access::Private),
            mount(folder, Access::Write),
        ],
        way: None,
    };
    let cmd = Cmd::new("/bin/sh").args(["-c", r#": > "$1""#, "acp"]);
    let cmd = cmd.arg(mark).dir(folder).env_clear();
    let limits = Quick {
        deadline: TRIAL,
        output_bytes_max: OUTPUT_BYTES_MAX,
    };
    let output = around(&cmd, engine, &view, rules, key).capture(&limits, clock);
    let output = match output {
        Ok(output) if output.status.ok() => return Ok(None),
        Ok(output) => output,
        Err(error) => {
            // Its client was ended, and not what that had asked for.
            let _ended = end_container(engine, key, clock);
            return Err(error.to_string());
        }
    };
    Ok(Some(said(&output)))
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    // Warnings may come first.
    let error = lines().find(|line| line.to_lowercase().contains("error"));
    let line = error.or_else(|| lines().next_back());
    let visible = line.unwrap_or_default().chars().filter(|c| !c.is_control());
    let visible: String = visible.take(SAID_MAX).collect();
    if visible.is_empty() {
        "it says nothing".to_owned()
    } else {
        visible
    }
}

fn with_client_variables(cmd: Cmd, engine: &Engine) -> Cmd {
    let vars = engine.vars.iter();
    vars.fold(cmd, |cmd, (name, value)| cmd.env(name, value))
}

fn private(path: &Path, owner: &str) -> OsString {
    let mut arg = OsString::from("--tmpfs=");
    arg.push(path);
    // Without `exec` no script in a home or temporary folder could be run.
    arg.push(format!(":rw,exec,nosuid,nodev,mode=1777{owner}"));
    arg
}

fn bind(from: &OsStr, to: &OsStr, readonly: bool) -> OsString {
    let mut arg = OsString::from("--mount=type=bind,");
    if readonly {
        arg.push("readonly,");
    }
    arg.push(field("source=", from));
    arg.push(",");
    arg.push(field("target=", to));
    arg
}

/// One field of a line of comma-separated values.
fn field(name: &str, path: &OsStr) -> OsString {
    let bytes = path.as_bytes();
    if !bytes.iter().any(|byte| b",\"\r\n".contains(byte)) {
        let mut plain = OsString::from(name);
        plain.push(path);
        return plain;
    }
    let mut quoted = format!("\"{name}").into_bytes();
    for byte in bytes {
        quoted.extend(std::iter::repeat_n(
            *byte,
            if *byte == b'"' { 2 } else { 1 },
        ));
    }
    quoted.push(b'"');
    OsString::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(path: &str, access: Access) -> Mount {
        Mount {
            path: path.into(),
            access,
        }
    }

    fn engine(is_podman: bool) -> Engine {
        let env = Env::from_pairs([
            ("HOME", "/h"),
            ("PATH", "rel:/usr/bin"),
            ("DOCKER_HOST", "unix:///d.sock"),
            ("GITHUB_TOKEN", "hidden"),
        ]);
        Engine {
            program: "/usr/bin/docker".into(),
            is_podman,
            image: "tools:1".to_owned(),
            vars: client_variables(&env),
        }
    }

    #[test]
    fn a_container_has_the_name_of_the_run_and_no_value_of_a_variable() {
        let view = View {
            mounts: vec![
                mount("/tmp", Access::Private),
                mount("/s/repo.git", Access::Read),
                mount("/s/w", Access::Write),
                mount("/s/tools/acp", Access::Read),
                mount("/s/k,\"1\"", Access::NoFile),
            ],
            way: None,
        };
        let rules = SandboxRules {
            network: Network::Off,
            memory_bytes_max: 1000,
            processes_max: 7,
            file_bytes_max: 1024,
            ..SandboxRules::off()
        };
        let cmd = Cmd::new("/bin/sh").args(["-c", "true"]).dir("/s/w");
        let cmd = cmd.env_clear().env("KEY", "hidden").env("HOME", "/h");
        let cmd = cmd.env("PATH", "/usr/bin:/s/tools:/s/w/bin:/s/other");
        let cmd = cmd.env("TMPDIR", "/data");
        let made = around(&cmd, &engine(false), &view, &rules, "acp-r1");
        let shown = made.shown();
        for part in [
            "/usr/bin/docker run --rm --interactive --init --name acp-r1 --pull=never --log-driver=none --cap-drop=ALL ",
            " --network=none --memory=1000 --pids-limit=7 ",
            " --mount=type=bind,readonly,source=/s/repo.git,target=/s/repo.git ",
            " --mount=type=bind,source=/s/w,target=/s/w ",
            r#" '--mount=type=bind,readonly,source=/dev/null,"target=/s/k,""1"""' "#,
            " --workdir /s/w --env=HOME=/h --env KEY --env=TMPDIR=/tmp --entrypoint /bin/sh -- tools:1 -c 'ulimit -f 2 && ",
            " acp :/s/tools:/s/w/bin /bin/sh -c true",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(!shown.contains("hidden"), "{shown}");
        let limited = inside(&cmd, &view, &rules, true).shown();
        assert!(
            limited.contains("ulimit -f 2 && ulimit -d 1 && { ulimit -u 7 "),
            "{limited}"
        );
        assert_eq!(
            end(&engine(false), "acp-r1").shown(),
            "/usr/bin/docker rm --force --volumes acp-r1"
        );
        // The client finds its engine, and nothing in the worktree.
        let value = |name: &str| made.variable(name.as_ref());
        assert_eq!(value("DOCKER_HOST"), Some("unix:///d.sock".as_ref()));
        assert_eq!(value("PATH"), Some("/usr/bin".as_ref()));
        assert_eq!(value("GITHUB_TOKEN"), None);
    }

    #[test]
    fn the_folders_above_what_is_shown_are_an_ordinary_users_too() {
        let mounts = [
            mount("/h", Access::Private),
            mount("/h/.tool", Access::Read),
            mount("/h/.local/bin", Access::Read),
            mount("/h/.local/state/acp/w", Access::Write),
            mount("/h/.local/state/acp/repo.git", Access::Read),
        ];
        let made: Vec<&Path> = (0..mounts.len())
            .flat_map(|at| between(&mounts[..at], &mounts[at]))
            .collect();
        let expected = ["/h/.local", "/h/.local/state", "/h/.local/state/acp"];
        assert_eq!(made, expected.map(Path::new));
    }

    #[test]
    fn of_what_an_engine_says_the_error_is_shown() {
        let output = |stderr: &str| Output {
            status: crate::proc::Exit::Code(125),
            stdout: vec![],
            stderr: stderr.as_bytes().to_vec(),
            truncated: false,
        };
        let words = "time=\"now\" level=warning msg=\"old\"\n\nError: x: image not known\n";
        assert_eq!(said(&output(words)), "Error: x: image not known");
        assert_eq!(said(&output("\nWarning\nWhat\n")), "What");
        assert_eq!(said(&output("")), "it says nothing");
    }
}
