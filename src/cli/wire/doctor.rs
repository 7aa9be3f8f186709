//! What `acp doctor` looks at outside the state folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Wiring, open, remote, service, setup};
use crate::agent;
use crate::cli::range::git_dir_of;
use crate::commands::{Apart, Machine, Reach, Session};
use crate::domain::{ForgeKind, Mirror, ProfileId, Rules, RunId, Sha, Timer};
use crate::forge::local::LocalForge;
use crate::forge::remote::{check, make_labels};
use crate::forge::{Forge, ForgeError};
use crate::git::{Git, GitError};
use crate::proc::{self, ProcessMark};
use crate::profile::{self, Overrides, Profile, ProfileError};
use crate::service::Look;
use crate::store::{Home, Store};
use crate::sys::{Clock, Env, SplitMix64, SystemClock};
use crate::ui::CliError;
use crate::worker::{LocalWorkers, Proof, Workers as _};

/// How long git may take to say its version. Less than the check is waited for, so that no process of git is left behind.
const VERSION_LIMIT: Duration = Duration::from_secs(8);
/// The same for each of the three calls that compare two branches.
const COMPARE_LIMIT: Duration = Duration::from_secs(3);

/// The machine, owned, so that a check that never comes back keeps nobody waiting.
struct ThisMachine {
    env: Env,
    clock: Arc<SystemClock>,
    home: Home,
}

/// What `doctor` asks.
pub(in crate::cli) fn machine(
    wiring: &Wiring<'_>,
    session: &Session<'_>,
) -> Result<Arc<dyn Machine>, CliError> {
    Ok(Arc::new(ThisMachine {
        env: wiring.env.clone(),
        clock: Arc::clone(&wiring.clock),
        home: open::home(session)?,
    }))
}

impl ThisMachine {
    fn wiring(&self) -> Wiring<'_> {
        Wiring {
            env: &self.env,
            clock: Arc::clone(&self.clock),
            rng: SplitMix64::from_system(),
        }
    }

    fn git(&self) -> Result<PathBuf, String> {
        open::find(&self.env, "git").ok_or_else(|| "git is not on PATH".to_owned())
    }

    fn reach_local(&self, rules: &Rules, git: &Path) -> Result<Reach, ForgeError> {
        let dir = self.home.local_forge(&rules.forge.repo);
        if !dir.is_dir() {
            return Err(ForgeError::Missing {
                what: format!("the local forge `{}`", dir.display()),
            });
        }
        let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&self.clock);
        let forge = LocalForge::open(&dir, clock, git);
        forge.sync(&mut Mirror::default(), &rules.repo.base)?;
        Ok(Reach {
            access: None,
            ahead: SignedDuration::ZERO,
            base: forge.branch(&rules.repo.base),
        })
    }
}

impl Machine for ThisMachine {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn profile(&self, id: &ProfileId) -> Result<Profile, ProfileError> {
        profile::load(&self.home.config, id, &self.env, &Overrides::none())
    }

    fn git_version(&self) -> Result<String, String> {
        let program = self.git()?;
        let git = Git::new(&program, "/nonexistent", &*self.clock);
        let version = git
            .version(Some(VERSION_LIMIT))
            .map_err(|error| error.to_string())?;
        Ok(format!("{version} (`{}`)", program.display()))
    }

    fn agent_missing(&self, rules: &Rules, name: &str) -> Option<String> {
        open::missing_agent(&self.env, rules, name)
    }

    fn notifiers(&self, rules: &Rules) -> Vec<(String, Option<String>)> {
        let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&self.clock);
        super::notify::unready(&self.env, &clock, rules)
    }

    fn is_alive(&self, pid: u32) -> bool {
        ProcessMark::of(pid).is_some()
    }

    fn reach(&self, rules: &Rules) -> Result<Reach, ForgeError> {
        // Only some calls need git; without it the rest can still be told.
        let git = self.git().unwrap_or_else(|_| PathBuf::from("git"));
        if rules.forge.kind == ForgeKind::Local {
            return self.reach_local(rules, &git);
        }
        let wiring = self.wiring();
        let connected = remote::connect(&wiring, &self.home.state, &rules.forge);
        let graphql = connected.addresses.graphql.as_deref();
        let access = check(
            &connected.client,
            rules.forge.kind,
            &rules.forge.repo,
            graphql,
        )?;
        let ahead = connected.client.ahead();
        let base = match remote::adapter(connected, &self.home, rules, &git) {
            Ok(forge) => forge.branch(&rules.repo.base),
            Err(error) => Err(ForgeError::Refused {
                tried: "read the base branch".to_owned(),
                why: error.message,
            }),
        };
        Ok(Reach {
            access: Some(access),
            ahead,
            base,
        })
    }

    fn make_labels(&self, rules: &Rules, wanted: &[String]) -> Result<Vec<String>, ForgeError> {
        let wiring = self.wiring();
        let connected = remote::connect(&wiring, &self.home.state, &rules.forge);
        let (kind, slug) = (rules.forge.kind, &rules.forge.repo);
        make_labels(&connected.client, kind, slug, wanted)
    }

    fn timer(&self, id: &ProfileId, timer: &Timer) -> Result<Look, String> {
        let manager = service::of_kind(&self.env, &*self.clock, timer.kind);
        manager.look(id, timer).map_err(|error| error.to_string())
    }

    fn own_program(&self) -> Option<PathBuf> {
        open::own_program().ok()
    }

    fn env(&self) -> &Env {
        &self.env
    }

    fn version_of(&self, program: &str) -> Option<String> {
        let program = open::find(&self.env, program)?;
        setup::version_of(&self.env, &*self.clock, &program)
    }

    fn sandbox(&self, rules: &Rules, agent: &str) -> Result<Proof, String> {
        let acp = open::own_program().map_err(|error| error.message)?;
        let store = Store::new(self.home.layout(&rules.id));
        let (env, clock) = (&self.env, &*self.clock);
        let workers = LocalWorkers::new(store, rules.clone(), env, clock, agent::by_name, acp);
        let proof = workers.prove_sandbox(agent);
        proof.map_err(|error| error.to_string())
    }

    fn processes_of_runs(&self, worktrees: &Path) -> Vec<(u32, RunId)> {
        let of_run = |(pid, out): (u32, std::ffi::OsString)| {
            let inside = Path::new(&out).strip_prefix(worktrees).ok()?;
            let name = inside.components().next()?.as_os_str().to_str()?;
            Some((pid, name.parse().ok()?))
        };
        let all = proc::find_with("ACP_OUT".as_ref());
        all.into_iter().filter_map(of_run).collect()
    }

    fn apart(&self, rules: &Rules, checkout: &Path) -> Result<Apart, String> {
        let forge = self.home.local_forge(&rules.forge.repo).join("repo.git");
        let git_dir = git_dir_of(checkout).map_err(|error| error.message)?;
        let there = Git::new(self.git()?, git_dir, &*self.clock);
        let words = |error: GitError| error.to_string();
        let tip = |git: &Git<'_>, what: &str| -> Result<Sha, String> {
            git.call(&format!("find the base branch in {what}"))
                .within(COMPARE_LIMIT)
                .args(["rev-parse", "--verify", "--quiet"])
                .arg(format!("refs/heads/{}^{{commit}}", rules.repo.base))
                .sha()
                .map_err(words)
        };
        let (own, forges) = (
            tip(&there, "the checkout")?,
            tip(&there.at(&forge), "the forge")?,
        );
        if own == forges {
            return Ok(Apart::default());
        }
        let counts = there
            .call("compare the checkout with the forge")
            .within(COMPARE_LIMIT)
            .env(
                "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                quoted(&forge.join("objects")),
            )
            .args(["rev-list", "--left-right", "--count"])
            .arg(format!("{own}...{forges}"))
            .line()
            .map_err(words)?;
        let mut counts = counts.split_whitespace().map(str::parse);
        match (counts.next(), counts.next()) {
            (Some(Ok(here)), Some(Ok(there))) => Ok(Apart {
                only_here: here,
                only_there: there,
            }),
            _ => Err("git's answer cannot be read".to_owned()),
        }
    }
}

/// A path in a list that colons divide, as git reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
