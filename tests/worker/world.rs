//! A profile with one run, whose supervisor is this test binary.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acp::agent::{self, Agent};
use acp::domain::{
    ItemId, Life, Outcome, Rules, Run, RunEvent, RunFindings, RunId, RunState, Sha, Task,
};
use acp::durable::{self, crash};
use acp::git::testing::{TestRepo, clock, git_program};
use acp::profile;
use acp::store::{Home, Lock, Store};
use acp::sys::Env;
use acp::vcs::Vcs as _;
use acp::vcs::git::{GitVcs, Remote};
use acp::worker::{
    LocalChildren, LocalWorkers, SupervisorCtx, Workers as _, own_from_stdin, supervise,
};

/// Far more than anything here takes; only a hang gets there.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// What an agent that has done its work leaves.
pub(crate) const IMPLEMENTED: &str =
    "printf 'OUTCOME=implemented\\nACTION=host-publish-issue-pr\\n' > \"$ACP_RESULT_FILE\"";

pub(crate) fn agents(name: &str) -> Option<&'static dyn Agent> {
    agent::by_name(name)
}

pub(crate) fn put(path: &Path, text: &str) {
    durable::write_quick(path, text.as_bytes()).unwrap();
}

pub(crate) struct World {
    pub(crate) forge: TestRepo,
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    pub(crate) env: Env,
    pub(crate) base: Sha,
    pub(crate) run: Run,
    acp: PathBuf,
}

impl World {
    /// A run that waits for its supervisor. `agent` is a shell script.
    pub(crate) fn new(agent: &str) -> Self {
        Self::with(agent, "")
    }

    /// The same with more settings for the agent.
    pub(crate) fn with(agent: &str, settings: &str) -> Self {
        let forge = TestRepo::new();
        let base = forge.commit(
            "main",
            None,
            &[("a.txt", "one\n"), (".gitignore", "build/\n")],
        );
        let root = forge.root().to_owned();
        let home = Home::below(&root.join("home"));
        let script = root.join("agent.sh");
        put(&script, agent);
        let profile = format!(
            "schema: 1\nforge: {{ kind: local, repo: demo }}\n\
             repo: {{ base: main, setup: [\"echo set up\"], verify: [\"test -s a.txt\", \"false\"] }}\n\
             sandbox: {{ kind: none, file_size: 0B }}\n\
             agents:\n  use: command\n  settings:\n    command:\n      shell: \"exec /bin/sh {}\"\n      \
             timeout: 60s\n      grace: 1s\n      {settings}\n",
            script.display()
        );
        fs::create_dir_all(home.config.join("profiles")).unwrap();
        put(&home.config.join("profiles/web.yaml"), &profile);
        let rules = rules(&root);
        let store = Store::new(home.layout(&rules.id));
        let env = Env::from_pairs([
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("HOME", root.to_str().unwrap()),
            ("GITHUB_TOKEN", "ghp_secret"),
            ("SSH_AUTH_SOCK", "/run/agent"),
            ("UNRELATED", "x"),
        ]);
        let acp = stand_in(&root);
        let run = run(&rules, &base);
        let world = Self {
            forge,
            store,
            rules,
            env,
            base,
            run,
            acp,
        };
        world.prepare();
        world
    }

    /// What the engine does before a supervisor begins.
    fn prepare(&self) {
        let alive = self.store.own_run(&self.run.id).unwrap().unwrap();
        vcs(self.forge.root(), &self.store).prepare().unwrap();
        self.make_worktree(&alive);
    }

    pub(crate) fn make_worktree(&self, alive: &Lock) {
        let vcs = vcs(self.forge.root(), &self.store);
        let layout = self.store.layout();
        let mut run = self.run.clone();
        durable::create_dirs(&layout.root().join("worktrees")).unwrap();
        vcs.add_worktree(&layout.worktree(&run.id), &run.start, None)
            .unwrap();
        run.apply(RunEvent::WorktreeReady).unwrap();
        self.store.put_run(&run, alive).unwrap();
    }

    pub(crate) fn workers(&self) -> LocalWorkers<'_> {
        LocalWorkers::new(
            self.store.clone(),
            self.rules.clone(),
            &self.env,
            clock(),
            agents,
            self.acp.clone(),
        )
    }

    /// The supervisor will abort at this point.
    pub(crate) fn crash_at(&self, point: &str) {
        put(&self.forge.root().join("crash-at"), point);
    }

    pub(crate) fn start(&self, workers: &LocalWorkers<'_>, prompt: Option<&str>) {
        let mut alive = self.store.own_run(&self.run.id).unwrap().unwrap();
        workers.start(&self.now(), prompt, &mut alive).unwrap();
    }

    /// Waits until the supervisor is gone; what lives of the run then.
    pub(crate) fn wait(&self, workers: &LocalWorkers<'_>) -> Life {
        let until = clock().monotonic() + PATIENCE;
        loop {
            workers.reap();
            let life = workers.life(&self.run.id);
            if life != Life::Supervised {
                return life;
            }
            assert!(clock().monotonic() < until, "{}", self.logs());
            clock().sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the file is there.
    pub(crate) fn wait_for(&self, name: &str) -> String {
        let path = self.worktree().join(name);
        let until = clock().monotonic() + PATIENCE;
        while !path.exists() {
            assert!(clock().monotonic() < until, "no {name}: {}", self.logs());
            clock().sleep(Duration::from_millis(20));
        }
        clock().sleep(Duration::from_millis(50));
        fs::read_to_string(path).unwrap()
    }

    /// A whole run with one supervisor.
    pub(crate) fn complete(&self) -> (Outcome, RunFindings) {
        let workers = self.workers();
        self.start(&workers, Some("the task\n"));
        assert_eq!(self.wait(&workers), Life::Gone, "{}", self.logs());
        self.end()
    }

    pub(crate) fn end(&self) -> (Outcome, RunFindings) {
        let run = self.now();
        let end = run.state.end();
        let end = end.unwrap_or_else(|| panic!("{:?}: {}", run.state, self.logs()));
        (
            end.outcome.clone(),
            self.store.findings(&run.id).unwrap().unwrap(),
        )
    }

    pub(crate) fn now(&self) -> Run {
        self.store.live_run(&self.run.id).unwrap().unwrap()
    }

    pub(crate) fn worktree(&self) -> PathBuf {
        self.store.layout().worktree(&self.run.id)
    }

    pub(crate) fn logs(&self) -> String {
        let layout = self.store.layout();
        let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
        let own = read(layout.supervisor_log(&self.run.id));
        let agent = read(layout.agent_log(&self.run.id));
        let end: String = agent.chars().take(4000).collect();
        format!("supervisor: {own}\nagent: {end}")
    }

    /// git on acp's clone.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let git = self.forge.git().at(self.store.layout().repo_git());
        git.call("test").args(args).line().unwrap()
    }
}

fn rules(root: &Path) -> Rules {
    let home = Home::below(&root.join("home"));
    let id = "web".parse().unwrap();
    let none = profile::Overrides::none();
    let loaded = profile::load(&home.config, &id, &Env::default(), &none);
    loaded.unwrap_or_else(|error| panic!("{error:?}")).rules
}

fn vcs(root: &Path, store: &Store) -> GitVcs<'static> {
    let remote = Remote::Path(root.join("repo.git"));
    GitVcs::new(store.layout().repo_git(), remote, git_program(), clock())
}

fn run(rules: &Rules, base: &Sha) -> Run {
    let now = clock().now();
    Run {
        id: RunId::new(now, ItemId::issue(12), 1),
        profile: rules.id.clone(),
        item: ItemId::issue(12),
        task: Task::Implement,
        agent: "command".into(),
        attempt: 1,
        title: "Add a greeting".into(),
        branch: "agent/issue-12-a1".parse().unwrap(),
        base: "main".parse().unwrap(),
        start: base.clone(),
        merge: None,
        created: now,
        text: None,
        resumes: 0,
        state: RunState::Reserved,
    }
}

/// A program that is started as acp is, and becomes the test below.
fn stand_in(root: &Path) -> PathBuf {
    let path = root.join("bin/acp");
    fs::create_dir_all(root.join("bin")).unwrap();
    let text = format!(
        "#!/bin/sh\nexport SUPERVISE_RUN=\"$3\" SUPERVISE_ROOT='{}'\n\
         exec '{}' --ignored --exact world::supervisor --nocapture\n",
        root.display(),
        std::env::current_exe().unwrap().display()
    );
    put(&path, &text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
#[ignore = "the body of the supervisors that the other tests start"]
fn supervisor() {
    let env = Env::from_process();
    let (Some(root), Some(run)) = (env.path("SUPERVISE_ROOT"), env.text("SUPERVISE_RUN")) else {
        return;
    };
    if let Ok(point) = fs::read_to_string(root.join("crash-at")) {
        crash::arm_abort(&point);
    }
    let rules = rules(&root);
    let store = Store::new(Home::below(&root.join("home")).layout(&rules.id));
    let id = run.parse().unwrap();
    let vcs = vcs(&root, &store);
    let ctx = SupervisorCtx {
        store: &store,
        vcs: &vcs,
        agents: &agents,
        children: &LocalChildren::default(),
        clock: clock(),
        env: &env,
        rules: &rules,
        acp: &root.join("bin/acp"),
    };
    let alive = own_from_stdin(&store, &id).unwrap();
    supervise(&ctx, &id, &alive).unwrap();
}
