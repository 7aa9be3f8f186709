//! Where every file is.

use std::path::{Path, PathBuf};

use crate::domain::{ProfileId, RunId};
use crate::sys::Env;

/// The three roots of acp's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Settings and profiles.
    pub config: PathBuf,
    /// State: what must not be lost.
    pub state: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Home {
    /// `ACP_HOME` with `config`, `state` and `cache` below it, else the XDG folders. `None`: neither it nor `HOME` is set.
    pub fn from_env(env: &Env) -> Option<Self> {
        if let Some(root) = env.path("ACP_HOME") {
            return Some(Self::below(&root));
        }
        let home = env.path("HOME");
        let folder = |name: &str, default: &str| {
            let set = env.path(name).filter(|path| path.is_absolute());
            set.or_else(|| Some(home.as_ref()?.join(default)))
                .map(|base| base.join("acp"))
        };
        Some(Self {
            config: folder("XDG_CONFIG_HOME", ".config")?,
            state: folder("XDG_STATE_HOME", ".local/state")?,
            cache: folder("XDG_CACHE_HOME", ".cache")?,
        })
    }

    /// The three roots below one folder.
    pub fn below(root: &Path) -> Self {
        Self {
            config: root.join("config"),
            state: root.join("state"),
            cache: root.join("cache"),
        }
    }

    /// The state of a profile.
    pub fn layout(&self, profile: &ProfileId) -> Layout {
        Layout {
            root: self.state.join(profile.as_str()),
        }
    }

    /// The folder of a local forge.
    pub fn local_forge(&self, name: &str) -> PathBuf {
        self.state.join("forge/local").join(name)
    }
}

/// The state folder of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder of records.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// acp's own bare clone.
    pub fn repo_git(&self) -> PathBuf {
        self.root.join("repo.git")
    }

    /// The worktree of a run.
    pub fn worktree(&self, run: &RunId) -> PathBuf {
        self.root.join("worktrees").join(run.as_str())
    }

    /// The folder of a run.
    pub fn run(&self, run: &RunId) -> PathBuf {
        self.root.join("runs").join(run.as_str())
    }

    /// All runs that are not archived.
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    /// Archived runs and bundles.
    pub fn history(&self) -> PathBuf {
        self.root.join("history")
    }

    /// Held for the life of a run's supervisor.
    pub fn alive_lock(&self, run: &RunId) -> PathBuf {
        self.run(run).join("alive.lock")
    }

    /// Held by the pass that makes a run's worktree, while the run's supervisor starts.
    pub fn launch_lock(&self, run: &RunId) -> PathBuf {
        self.run(run).join("launch.lock")
    }

    /// Held while a process of the run has it as its standard input.
    pub fn agent_lock(&self, run: &RunId) -> PathBuf {
        self.run(run).join("agent.lock")
    }

    /// What the agent is asked to do.
    pub fn prompt(&self, run: &RunId) -> PathBuf {
        self.run(run).join("prompt.md")
    }

    /// What a process of the run may have as its standard input, locked: the agent reads its task there, all others wait.
    pub fn held_by_agent(&self, run: &RunId) -> impl Iterator<Item = PathBuf> + use<> {
        [self.agent_lock(run), self.prompt(run)].into_iter()
    }

    /// What the children of a run printed.
    pub fn agent_log(&self, run: &RunId) -> PathBuf {
        self.run(run).join("agent.log")
    }

    /// What the supervisor itself had to say.
    pub fn supervisor_log(&self, run: &RunId) -> PathBuf {
        self.run(run).join("supervisor.log")
    }

    /// The folder of the socket that leads a run's agent to the model's hosts, while it works.
    pub fn door(&self, run: &RunId) -> PathBuf {
        self.run(run).join("door")
    }

    /// The bundle of a run's unpublished work.
    pub fn bundle(&self, run: &RunId) -> PathBuf {
        self.history().join(format!("{run}.bundle"))
    }

    /// The lock files.
    pub fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acp_home_wins_over_xdg_and_home() {
        let env = Env::from_pairs([("ACP_HOME", "/a"), ("HOME", "/h"), ("XDG_STATE_HOME", "/s")]);
        assert_eq!(Home::from_env(&env).unwrap().state, Path::new("/a/state"));
        let env = Env::from_pairs([
            ("HOME", "/h"),
            ("XDG_STATE_HOME", "/s"),
            ("XDG_CONFIG_HOME", "rel"),
        ]);
        let home = Home::from_env(&env).unwrap();
        assert_eq!(home.state, Path::new("/s/acp"));
        assert_eq!(home.config, Path::new("/h/.config/acp"));
        assert_eq!(Home::from_env(&Env::default()), None);
    }
}
