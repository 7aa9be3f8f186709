//! The environment of a run's processes, built from nothing: what is not named here is not there.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::domain::{AgentSettings, Run, RunId, TokenSource};
use crate::proc::{Cmd, Redactor, RunTree};
use crate::sandbox::CLIENT_VARIABLES;
use crate::store::Layout;
use crate::sys::{Env, Secret};

/// The folder in the worktree that an agent may write results to.
pub(super) const OUT: &str = ".acp";
/// What a supervisor has in its environment, with the folder of its run: how it is found when its record is not there yet.
pub(super) const SUPERVISE: &str = "ACP_SUPERVISE";

/// Handed on when they are set: no tool works without some of them, and none is a secret.
const ALLOWED: &[&str] = &["HOME", "LANG", "LC_ALL", "LOGNAME", "TMPDIR", "TZ", "USER"];
/// PATH when acp has none itself.
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";
/// Never handed to an agent, also when a profile names them: with these it could write to the forge as acp does.
const DENIED: &[&str] = &[
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "GITLAB_TOKEN",
    "CI_JOB_TOKEN",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
];
/// Families that are denied: git's own switches, and what acp tells its processes.
const DENIED_PREFIXES: &[&str] = &["GIT_", "ACP_"];
/// What only a process of a run has.
const OF_A_RUN: &[&str] = &[
    "ACP_RUN_ID",
    "ACP_ITEM",
    "ACP_OUT",
    "ACP_PROMPT_FILE",
    "ACP_RESULT_FILE",
    SUPERVISE,
];
/// Parts of the names of variables whose values are taken out of logs.
const SECRET_PARTS: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "AUTH"];

/// Variables by name.
pub(super) type Vars = BTreeMap<OsString, OsString>;

/// Where a run's processes live: folders and the variables that all of them have.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) layout: &'a Layout,
    pub(super) env: &'a Env,
    /// acp's own binary.
    pub(super) acp: &'a Path,
    /// Where the forge's token comes from.
    pub(super) token: Option<&'a TokenSource>,
}

impl Surroundings<'_> {
    /// The environment of setup and verify commands: an agent's, without the agent's own login.
    pub(super) fn of_commands(&self, run: &Run, settings: &AgentSettings) -> Vars {
        let mut vars = self.base();
        self.pass(&mut vars, settings.env.iter().map(String::as_str));
        let out = self.out(run);
        let own: [(&str, OsString); 6] = [
            ("ACP_RUN_ID", run.id.as_str().into()),
            ("ACP_ITEM", run.item.to_string().into()),
            ("ACP_PROFILE", run.profile.as_str().into()),
            ("ACP_PROMPT_FILE", out.join("prompt.md").into()),
            ("ACP_RESULT_FILE", out.join("result.env").into()),
            ("ACP_OUT", out.into()),
        ];
        vars.extend(own.map(|(name, value)| (name.into(), value)));
        vars
    }

    /// The environment of a trial of the sandbox, which belongs to no run.
    pub(super) fn of_trial(&self) -> Vars {
        self.base()
    }

    /// The environment of the agent.
    pub(super) fn of_agent(
        &self,
        run: &Run,
        settings: &AgentSettings,
        own: &[(String, String)],
        pass: &[&str],
    ) -> Vars {
        let mut vars = self.base();
        vars.extend(own.iter().map(|(name, value)| (name.into(), value.into())));
        self.pass(&mut vars, pass.iter().copied());
        vars.extend(self.of_commands(run, settings));
        vars
    }

    /// What of acp's own environment an agent is handed of these names, and of those that the profile adds.
    pub(super) fn handed_on(&self, settings: &AgentSettings, pass: &[&str]) -> Vars {
        let mut vars = Vars::new();
        let named = settings.env.iter().map(String::as_str);
        self.pass(&mut vars, pass.iter().copied().chain(named));
        vars
    }

    /// The environment of a supervisor: what its children will be given, and where acp's files are.
    pub(super) fn of_supervisor(
        &self,
        run: &Run,
        settings: Option<&AgentSettings>,
        pass: &[&str],
    ) -> Vars {
        let mut vars = self.base();
        // It puts acp's folder there for its children. Twice there, a sandbox would take it for a folder of the person's.
        vars.insert("PATH".into(), self.path(None));
        self.pass(&mut vars, pass.iter().copied());
        let named = settings.map_or(&[][..], |settings| settings.env.as_slice());
        self.pass(&mut vars, named.iter().map(String::as_str));
        // Settings of acp itself: it must find the same files and the same profile as the pass that starts it.
        let of_acp = |name: &OsStr| {
            let name = name.to_string_lossy();
            (name.starts_with("ACP_") && !OF_A_RUN.contains(&name.as_ref()))
                || name.starts_with("XDG_")
                || CLIENT_VARIABLES.contains(&name.as_ref())
        };
        let own = self.env.iter().filter(|(name, _)| of_acp(name));
        vars.extend(own.map(|(name, value)| (name.into(), value.into())));
        vars.insert(SUPERVISE.into(), self.layout.run(&run.id).into());
        vars
    }

    /// The names among `settings.env` that are not handed on whatever a profile says.
    pub(super) fn refused<'s>(&self, settings: &'s AgentSettings) -> Vec<&'s str> {
        let names = settings.env.iter().map(String::as_str);
        names.filter(|name| self.is_denied(name)).collect()
    }

    /// `ACP_OUT` of a run.
    pub(super) fn out(&self, run: &Run) -> PathBuf {
        self.out_of(&run.id)
    }

    fn out_of(&self, run: &RunId) -> PathBuf {
        self.layout.worktree(run).join(OUT)
    }

    /// How the processes of a run are recognised.
    pub(super) fn tree(&self, run: &Run) -> RunTree {
        self.tree_of(&run.id)
    }

    /// The same where only the run's id is known.
    pub(super) fn tree_of(&self, run: &RunId) -> RunTree {
        RunTree::new(self.key_of(run), "ACP_OUT", self.out_of(run))
    }

    /// The run's name on this machine: of its cgroup, and of its container.
    pub(super) fn key(&self, run: &Run) -> String {
        self.key_of(&run.id)
    }

    /// The same where only the run's id is known.
    pub(super) fn key_of(&self, run: &RunId) -> String {
        // The run's id alone is not unique on a machine: two profiles, or two homes, may launch in the same second.
        let home = crc32fast::hash(self.layout.root().as_os_str().as_encoded_bytes());
        format!("acp-{run}-{home:08x}")
    }

    /// Takes the values of all variables that look like credentials out of logs, handed on or not.
    pub(super) fn redactor(&self) -> Redactor {
        let secret = |name: &OsStr| {
            let name = name.to_string_lossy().to_ascii_uppercase();
            SECRET_PARTS.iter().any(|part| name.contains(part))
        };
        let values = self.env.iter().filter(|(name, _)| secret(name));
        let values = values.map(|(_, value)| value.to_string_lossy().into_owned());
        let of_addresses = self.env.iter().flat_map(|(_, value)| logins(value));
        Redactor::new(values.chain(of_addresses).map(Secret::new))
    }

    fn base(&self) -> Vars {
        let mut vars = Vars::new();
        self.pass(&mut vars, ALLOWED.iter().copied());
        if !vars.contains_key(OsStr::new("LC_ALL")) {
            vars.entry("LANG".into())
                .or_insert_with(|| "C.UTF-8".into());
        }
        vars.insert("TERM".into(), "dumb".into());
        vars.insert("PATH".into(), self.path(self.acp.parent()));
        vars
    }

    /// acp's own PATH without relative folders, which would find programs in the worktree, and `own` last.
    fn path(&self, own: Option<&Path>) -> OsString {
        let given = self.env.raw("PATH").filter(|path| !path.is_empty());
        let given = given.unwrap_or(OsStr::new(PATH_DEFAULT));
        let mut folders: Vec<PathBuf> = std::env::split_paths(given)
            .filter(|folder| folder.is_absolute())
            .collect();
        folders.extend(own.map(Path::to_owned));
        std::env::join_paths(folders).unwrap_or_else(|_| PATH_DEFAULT.into())
    }

    fn pass<'n>(&self, vars: &mut Vars, names: impl Iterator<Item = &'n str>) {
        for name in names.filter(|name| !self.is_denied(name)) {
            vars.extend(self.env.raw(name).map(|value| (name.into(), value.into())));
        }
    }

    fn is_denied(&self, name: &str) -> bool {
        let name = name.to_ascii_uppercase();
        let is_token = matches!(self.token, Some(TokenSource::Env(token)) if token.eq_ignore_ascii_case(&name));
        is_token
            || DENIED.contains(&name.as_str())
            || DENIED_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
    }
}

/// What stands before the `@` of an address in `value`, and the password in it apart: a proxy's, a database's.
fn logins(value: &OsStr) -> Vec<String> {
    let value = value.to_string_lossy();
    let mut found = vec![];
    for (_, rest) in value
        .match_indices("://")
        .map(|(at, sign)| value.split_at(at + sign.len()))
    {
        let authority = rest
            .split(['/', '?', '#', ' ', ','])
            .next()
            .unwrap_or_default();
        let Some((login, _)) = authority.rsplit_once('@') else {
            continue;
        };
        // A name alone is none: `ssh://git@host`.
        let Some((_, password)) = login.split_once(':') else {
            continue;
        };
        found.extend([login.to_owned(), password.to_owned()]);
    }
    found
}

/// `cmd` with exactly these variables.
pub(super) fn with_vars(cmd: Cmd, vars: &Vars) -> Cmd {
    vars.iter()
        .fold(cmd.env_clear(), |cmd, (name, value)| cmd.env(name, value))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, settings};
    use super::*;
    use crate::domain::Task;

    fn text(vars: &Vars) -> Vec<String> {
        let pair = |(name, value): (&OsString, &OsString)| {
            format!("{}={}", name.display(), value.display())
        };
        vars.iter().map(pair).collect()
    }

    fn rich() -> Env {
        Env::from_pairs([
            ("PATH", "/usr/bin:rel::/bin:."),
            ("HOME", "/home/u"),
            ("GITHUB_TOKEN", "g"),
            ("gh_token", "g"),
            ("MY_FORGE", "f"),
            ("SSH_AUTH_SOCK", "/s"),
            ("GIT_DIR", "/d"),
            ("ACP_HOME", "/acp"),
            ("NODE_ENV", "test"),
            ("SECRET_OF_ACP", "hidden-value"),
            ("ANTHROPIC_API_KEY", "sk-own"),
            ("HTTPS_PROXY", "http://joe:hunter2-pass@proxy:3128/"),
            ("REMOTE", "ssh://gitgitgitgit@example.org/a"),
        ])
    }

    #[test]
    fn an_environment_is_built_from_nothing_and_never_holds_forge_tokens() {
        let bench = Bench::new(Task::Implement);
        let env = rich();
        let token = TokenSource::Env("MY_FORGE".into());
        let around = Surroundings {
            layout: bench.store.layout(),
            env: &env,
            acp: Path::new("/opt/acp/acp"),
            token: Some(&token),
        };
        let mut settings = settings();
        let names = [
            "NODE_ENV",
            "GITHUB_TOKEN",
            "gh_token",
            "MY_FORGE",
            "SSH_AUTH_SOCK",
            "GIT_DIR",
            "ACP_HOME",
            "UNSET",
        ];
        settings.env = names.map(str::to_owned).to_vec();
        let root = bench.store.layout().worktree(&bench.run.id);
        let out = root.join(".acp");
        let expected = [
            "ACP_ITEM=issue/12".to_owned(),
            format!("ACP_OUT={}", out.display()),
            "ACP_PROFILE=web".into(),
            format!("ACP_PROMPT_FILE={}/prompt.md", out.display()),
            format!("ACP_RESULT_FILE={}/result.env", out.display()),
            format!("ACP_RUN_ID={}", bench.run.id),
            "HOME=/home/u".into(),
            "LANG=C.UTF-8".into(),
            "NODE_ENV=test".into(),
            "PATH=/usr/bin:/bin:/opt/acp".into(),
            "TERM=dumb".into(),
        ];
        assert_eq!(text(&around.of_commands(&bench.run, &settings)), expected);

        let own = [("OWN".to_owned(), "1".to_owned())];
        let pass = ["ANTHROPIC_API_KEY", "MY_FORGE"];
        let agent = text(&around.of_agent(&bench.run, &settings, &own, &pass));
        let mut with_own = expected.to_vec();
        with_own.extend(["ANTHROPIC_API_KEY=sk-own".into(), "OWN=1".into()]);
        with_own.sort();
        assert_eq!(agent, with_own);
        let refused = [
            "GITHUB_TOKEN",
            "gh_token",
            "MY_FORGE",
            "SSH_AUTH_SOCK",
            "GIT_DIR",
            "ACP_HOME",
        ];
        assert_eq!(around.refused(&settings), refused);

        let supervisor = text(&around.of_supervisor(&bench.run, Some(&settings), &pass));
        let run = bench.store.layout().run(&bench.run.id);
        assert!(supervisor.contains(&format!("ACP_SUPERVISE={}", run.display())));
        assert!(supervisor.contains(&"ACP_HOME=/acp".to_owned()));
        assert!(
            !supervisor
                .iter()
                .any(|var| var.contains("FORGE") || var.starts_with("ACP_OUT"))
        );

        let log = around.redactor();
        assert_eq!(log.redact("a hidden-value b test"), "a [redacted] b test");
        let said = "by http://joe:hunter2-pass@proxy:3128 or hunter2-pass from gitgitgitgit";
        let shown = "by http://[redacted]@proxy:3128 or [redacted] from gitgitgitgit";
        assert_eq!(log.redact(said), shown);
    }

    /// Twice would show a sandbox the folder, and what lies beside it.
    #[test]
    fn the_folder_of_acp_is_put_on_the_path_once() {
        let bench = Bench::new(Task::Implement);
        let around = |env| Surroundings {
            layout: bench.store.layout(),
            env,
            acp: Path::new("/opt/acp/acp"),
            token: None,
        };
        let path = |vars: &Vars| vars[OsStr::new("PATH")].clone();
        let env = Env::from_pairs([("PATH", "/usr/bin:rel:/bin")]);
        let supervisor = around(&env).of_supervisor(&bench.run, None, &[]);
        assert_eq!(path(&supervisor), "/usr/bin:/bin");
        let env = Env::from_pairs([("PATH", "/usr/bin:/bin")]);
        let children = around(&env).of_commands(&bench.run, &settings());
        assert_eq!(path(&children), "/usr/bin:/bin:/opt/acp");
    }
}
