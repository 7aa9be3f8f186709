//! A trial of the sandbox from inside: a shell that tries to get at what no child of a run may have.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::{Network, TokenSource};
use crate::durable;
use crate::proc::{Cmd, Quick};
use crate::sandbox::{Backend, LocalDisk};
use crate::store::Home;

use super::confine::{self, Shown, confined, own_name};
use super::launch::LocalWorkers;
use super::surroundings::with_vars;

/// What the trial may take, and write.
const LIMITS: Quick = Quick {
    deadline: Duration::from_secs(20),
    output_bytes_max: 16 * 1024,
};
/// Names of the trial: of its folder, and of what it tries to leave outside.
const NAME: &str = "sandbox-trial";
/// Below HOME, with what they are to people.
const LOGINS: &[(&str, &str)] = &[
    (".ssh", "ssh keys"),
    (".gnupg", "gpg keys"),
    (".config/gh", "the login of gh"),
    (".aws", "the login of aws"),
    (".netrc", "passwords of .netrc"),
];
/// Each attempt prints `NAME out` when it got out and `NAME in` when it did not. Arguments: acp's configuration, acp's
/// state, a file to write outside, acp's pid, the name of the token's variable, then files to read.
const SCRIPT: &str = r#"
say() { if [ "$2" = 0 ]; then echo "$1 out"; else echo "$1 in"; fi; }
config=$1 state=$2 outside=$3 pid=$4 token=$5
shift 5
for file do
    { [ -r "$file" ] && [ -n "$(ls -A "$file" 2>/dev/null)" ] && [ -s "$file" ]; }; say "read:$file" $?
done
[ -n "$(ls -A "$config" 2>/dev/null)" ]; say config $?
[ -n "$(ls -A "$state/runs" 2>/dev/null)" ]; say state $?
(echo x > "$outside") 2>/dev/null
[ -w /usr ] || [ -w /etc ] || [ -w / ]; say system $?
acp --version > /dev/null 2>&1 && echo acp in
kill -0 "$pid" 2>/dev/null && tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -q acp; say processes $?
cat /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -q "^\($token\|ACP_HOME\|SSH_AUTH_SOCK\)="; say token $?
ls /run/docker.sock /run/dbus /run/user 2>/dev/null | grep -q .; say sockets $?
grep -v -e lo: -e '|' /proc/net/dev 2>/dev/null | grep -q :; say network $?
echo end
"#;

/// One attempt to get out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was tried, for people: `ssh keys cannot be read` is what holds.
    pub what: String,
    /// Whether the sandbox kept it.
    pub holds: bool,
}

/// What confines an agent's runs, and what it was seen to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// `bubblewrap`, `seatbelt`, `container` or `none`.
    pub backend: &'static str,
    /// Why there is none although the profile would like one.
    pub missing: Option<String>,
    /// The attempts; empty without a sandbox.
    pub findings: Vec<Finding>,
}

/// Makes the trial.
///
/// # Errors
/// Why it could not be made.
pub(super) fn of(workers: &LocalWorkers<'_>, agent: &str) -> Result<Proof, String> {
    let (backend, missing) = workers.confiner().backend(agent)?;
    let proof = Proof {
        backend: backend.name(),
        missing,
        findings: vec![],
    };
    if backend == Backend::None {
        return Ok(proof);
    }
    let around = workers.around();
    let worktree = around.layout.folder(NAME);
    let outside = around.layout.folder(&format!("{NAME}.escaped"));
    let io = |error: durable::DurableError| error.to_string();
    durable::create_dirs(&worktree).map_err(io)?;
    let tried = attempt(workers, &backend, &worktree, &outside);
    let ended = confine::end_container(&workers.confiner(), agent, &key(workers));
    let escaped = outside.exists();
    if escaped {
        durable::remove_file(&outside).map_err(io)?;
    }
    durable::remove_tree(&worktree).map_err(io)?;
    let mut findings = tried?;
    ended.map_err(|error| error.to_string())?;
    findings.push(Finding {
        what: "nothing can be left outside the worktree".to_owned(),
        holds: !escaped,
    });
    Ok(Proof { findings, ..proof })
}

/// Of the container of a trial, where that is the sandbox.
fn key(workers: &LocalWorkers<'_>) -> String {
    own_name(workers.around().layout, NAME)
}

fn attempt(
    workers: &LocalWorkers<'_>,
    backend: &Backend,
    worktree: &Path,
    outside: &Path,
) -> Result<Vec<Finding>, String> {
    let around = workers.around();
    let rules = &workers.rules;
    let vars = around.of_trial();
    let home = around.env.path("HOME").unwrap_or_default();
    let logins: Vec<(PathBuf, &str)> = LOGINS
        .iter()
        .map(|(path, name)| (home.join(path), *name))
        .filter(|(path, _)| path.exists())
        .collect();
    let own = Home::from_env(around.env).ok_or("neither ACP_HOME nor HOME is set")?;
    let token = match &rules.forge.token {
        Some(TokenSource::Env(name)) => name.as_str(),
        _ => "GITHUB_TOKEN",
    };
    let pid = std::process::id().to_string();
    let mut cmd = Cmd::new("/bin/sh").args(["-c", SCRIPT, "acp"]);
    cmd = cmd.arg(own.config).arg(around.layout.root()).arg(outside);
    cmd = cmd.args([pid.as_str(), token]);
    cmd = cmd.args(logins.iter().map(|(path, _)| path.as_os_str()));
    let shown = Shown {
        key: &key(workers),
        login: &[],
        vars: &vars,
        worktree,
        way: None,
        disk: &LocalDisk::default(),
    };
    let cmd = with_vars(cmd.dir(worktree), &vars);
    let cmd = confined(cmd, backend, &around, &rules.sandbox, &shown)?;
    let output = cmd.capture(&LIMITS, workers.clock);
    let text = match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => return Err(format!("the sandbox could not be tried: {error}")),
    };
    if !text.lines().any(|line| line == "end") {
        return Err("the sandbox could not be tried: the trial did not come to its end".to_owned());
    }
    let kept = |name: &str| {
        text.lines()
            .any(|line| line.strip_suffix(" in") == Some(name))
    };
    let of_logins = logins.iter().map(|(path, name)| Finding {
        what: format!("{name} cannot be read"),
        holds: kept(&format!("read:{}", path.display())),
    });
    let mut others = vec![
        ("config", "acp's configuration cannot be read"),
        ("state", "other runs cannot be read"),
        ("system", "the system cannot be written"),
        ("processes", "other processes cannot be seen"),
        ("token", "the forge's token is nowhere to be found"),
        ("sockets", "sockets of this machine are not there"),
    ];
    let container = matches!(backend, Backend::Container(_));
    if container {
        // Without it no agent can report.
        others.push(("acp", "`acp` can be started in it"));
    }
    match rules.sandbox.network {
        Network::On => {}
        Network::Off => others.push(("network", "there is no network")),
        Network::ModelHostOnly => {
            others.push(("network", "there is no network beside the way to the model"));
        }
    }
    // An image has its own system, which goes with the container.
    others.retain(|(name, _)| !(container && *name == "system"));
    let others = others.into_iter().map(|(name, what)| Finding {
        what: what.to_owned(),
        holds: kept(name),
    });
    Ok(of_logins.chain(others).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::rules;
    use super::*;
    use crate::store::Store;
    use crate::sys::{Env, SystemClock};

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_sandbox_the_trial_gets_out() {
        let root = tempfile::tempdir().unwrap();
        let at = |inside: &str| root.path().join(inside).display().to_string();
        for file in [
            "home/.ssh/id",
            "acp/config/config.toml",
            "acp/state/web/runs/r1/run.json",
        ] {
            let path = root.path().join(file);
            durable::create_dirs(path.parent().unwrap()).unwrap();
            durable::write_quick(&path, b"x").unwrap();
        }
        let path = "/usr/local/bin:/usr/bin:/bin".to_owned();
        let env = Env::from_pairs([
            ("HOME", at("home")),
            ("ACP_HOME", at("acp")),
            ("PATH", path),
        ]);
        let clock = SystemClock::new();
        let rules = rules();
        let store = Store::new(Home::below(&root.path().join("acp")).layout(&rules.id));
        let acp = std::env::current_exe().unwrap();
        let workers = LocalWorkers::new(store, rules, &env, &clock, crate::agent::by_name, acp);
        let outside = root.path().join("escaped");
        let found = attempt(&workers, &Backend::None, root.path(), &outside).unwrap();
        let kept = |what: &str| {
            found
                .iter()
                .find(|one| one.what.contains(what))
                .unwrap()
                .holds
        };
        for what in ["ssh keys", "configuration", "other runs", "other processes"] {
            assert!(!kept(what), "{what}: {found:?}");
        }
        assert!(outside.exists());
        assert!(of(&workers, "command").unwrap().findings.is_empty());
    }
}
