//! A forge behind HTTP: the adapter over a model of the forge, over a bare repository.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use acp::domain::{Association, ItemId, Mirror, RepoState, Sha};
use acp::forge::fake::{DiskRepo, Fake, Flavor, Knobs, Role};
use acp::forge::gitea::{self, Gitea, Objects};
use acp::forge::github::{Endpoints, Github, Settings};
use acp::forge::remote::{Client, Cost, Governor};
use acp::forge::{Forge, ForgeError};
use acp::git::testing::{TestRepo, git_program, shell};
use acp::http::{HttpError, Request, Response, Transport};
use acp::sys::{Clock as _, Secret, StepClock, SystemClock};
use jiff::{SignedDuration, Timestamp};

use crate::exchanges;
use crate::fixture::{Fixture, branch};

/// The account that acp writes under.
pub(crate) const BOT: &str = "acp";

/// No limits of its own; says what the forge says.
pub(crate) struct NoGovernor(Arc<StepClock>);

impl Governor for NoGovernor {
    fn admit(&self, _: Cost) -> Result<(), ForgeError> {
        Ok(())
    }

    fn note(&self, _: Cost, answer: &Response) -> Option<Timestamp> {
        let limited = answer.status == 429 || answer.headers.get("Retry-After").is_some();
        let wait = answer.headers.number("Retry-After").unwrap_or(60);
        let wait = SignedDuration::from_secs(i64::try_from(wait).unwrap());
        limited.then(|| self.0.now() + wait)
    }
}

type BeforeSending = Box<dyn FnMut(&Request) + Send>;

/// Carries requests to the model. Each write takes a second, so that one change can be told from the next, unless it is held.
pub(crate) struct Wire {
    pub(crate) fake: Arc<Fake>,
    clock: Arc<StepClock>,
    held: AtomicBool,
    before: Mutex<Option<BeforeSending>>,
    log: Mutex<Vec<String>>,
}

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let line = format!("{} {}", request.method.as_str(), request.url);
        self.log.lock().unwrap().push(line);
        if request.method.writes() && !self.held.load(Ordering::SeqCst) {
            self.clock.step(SignedDuration::from_secs(1));
        }
        let act = self.before.lock().unwrap().take();
        if let Some(mut act) = act {
            act(request);
            let mut place = self.before.lock().unwrap();
            if place.is_none() {
                *place = Some(act);
            }
        }
        let answer = self.fake.send(request)?;
        exchanges::keep(request, &answer);
        Ok(answer)
    }
}

pub(crate) struct Remote {
    /// The folder of it holds the bare repository.
    source: TestRepo,
    pub(crate) fake: Arc<Fake>,
    pub(crate) clock: Arc<StepClock>,
    pub(crate) wire: Arc<Wire>,
    forge: Box<dyn Forge>,
}

impl Remote {
    pub(crate) fn github() -> Self {
        Self::with(Flavor::Github, |wire, clock| {
            Box::new(github_as(wire, clock, "t0k"))
        })
    }

    pub(crate) fn gitea() -> Self {
        let mut remote = Self::with(Flavor::Gitea, |wire, clock| {
            Box::new(gitea_over(wire, clock, "t0k", None))
        });
        let objects = Objects {
            dir: remote.source.root().join("bare.git"),
            git: git_program(),
        };
        remote.forge = Box::new(gitea_as(&remote, "t0k", Some(objects)));
        remote
    }

    /// The Gitea adapter where the commits are not on this machine.
    pub(crate) fn without_objects(&self) -> Gitea {
        gitea_as(self, "t0k", None)
    }

    fn with(
        flavor: Flavor,
        adapter: impl FnOnce(Arc<Wire>, Arc<StepClock>) -> Box<dyn Forge>,
    ) -> Self {
        let source = TestRepo::new();
        let first = source.commit(
            "main",
            None,
            &[("README.md", "hello\n"), ("base.txt", "1\n")],
        );
        let bare = source.root().join("bare.git");
        let text = format!(
            "git clone -q --bare '{}' '{}'",
            source.dir().display(),
            bare.display()
        );
        shell(source.root(), &text);
        let clock = Arc::new(StepClock::new(
            Timestamp::from_second(1_795_000_000).unwrap(),
        ));
        // Deadlines of processes need a clock that moves by itself.
        let real = Arc::new(SystemClock::new());
        let repo = DiskRepo::new(&bare, &git_program(), real);
        let fake = Fake::new(flavor, Box::new(repo), clock.clone(), 7);
        fake.add_person(BOT, Association::Owner);
        fake.add_person("ann", Association::Member);
        fake.add_person("eve", Association::None);
        fake.add_token("t0k", BOT);
        fake.set_knobs(Knobs {
            secondary_limits: false,
            primary_limit: 0,
            ..fake.knobs()
        });
        let wire = Arc::new(Wire {
            fake: Arc::clone(&fake),
            clock: clock.clone(),
            held: AtomicBool::new(false),
            before: Mutex::default(),
            log: Mutex::default(),
        });
        let forge = adapter(Arc::clone(&wire), clock.clone());
        let remote = Self {
            source,
            fake,
            clock,
            wire,
            forge,
        };
        assert_eq!(remote.forge.branch(&branch("main")).unwrap(), Some(first));
        remote
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, time: SignedDuration) {
        self.clock.step(time);
    }

    /// Has something done before each request.
    pub(crate) fn before_each(&self, act: impl FnMut(&Request) + Send + 'static) {
        *self.wire.before.lock().unwrap() = Some(Box::new(act));
    }

    /// The requests since this was last asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.wire.log.lock().unwrap())
    }
}

/// The GitHub adapter over `wire`, as another process with `token`.
pub(crate) fn github_as(wire: Arc<Wire>, clock: Arc<StepClock>, token: &str) -> Github {
    let endpoints = Endpoints::of(None);
    let secret = Secret::new(token.to_owned());
    let account = endpoints.account(secret.clone(), "`GITHUB_TOKEN`".to_owned());
    let governor = Arc::new(NoGovernor(clock.clone()));
    let client = Client::new(wire, governor, clock, account);
    let settings = Settings {
        repo: "acme/widgets".to_owned(),
        branch_prefix: String::new(),
        graphql: endpoints.graphql.clone(),
        web: endpoints.git.clone(),
        git: endpoints.remote("acme/widgets", secret),
    };
    Github::new(client, settings).unwrap()
}

/// The Gitea adapter as another process with `token`.
pub(crate) fn gitea_as(remote: &Remote, token: &str, objects: Option<Objects>) -> Gitea {
    let (wire, clock) = (Arc::clone(&remote.wire), remote.clock.clone());
    gitea_over(wire, clock, token, objects)
}

fn gitea_over(
    wire: Arc<Wire>,
    clock: Arc<StepClock>,
    token: &str,
    objects: Option<Objects>,
) -> Gitea {
    let token = Secret::new(token.to_owned());
    let account = gitea::account("https://git.example.org", token.clone(), "`GITEA_TOKEN`");
    let governor = Arc::new(NoGovernor(clock.clone()));
    let client = Client::new(wire, governor, clock, account);
    let settings = gitea::Settings {
        base_url: "https://git.example.org".to_owned(),
        owner: "acme".to_owned(),
        name: "widgets".to_owned(),
        branch_prefix: String::new(),
        intake_labels: crate::fixture::names(&["agent-ready"]),
        draft_prefixes: vec![],
        objects,
        token,
    };
    Gitea::new(client, settings)
}

impl Fixture for Remote {
    fn forge(&self) -> &dyn Forge {
        self.forge.as_ref()
    }

    fn push(&self, name: &str, files: &[(&str, &str)]) -> Sha {
        self.clock.step(SignedDuration::from_secs(1));
        self.fake.push(&branch(name), files).unwrap()
    }

    fn delete(&self, name: &str) {
        self.fake.delete_branch(&branch(name)).unwrap();
    }

    fn make_conflict(&self, _branch: &str, path: &str) {
        self.push("main", &[(path, "something else\n")]);
    }

    fn later(&self) {
        self.wait(SignedDuration::from_mins(11));
    }

    fn hold_clock(&self) {
        self.wire.held.store(true, Ordering::SeqCst);
    }

    fn comparable(&self, mirror: &Mirror) -> Mirror {
        let mut mirror = mirror.clone();
        mirror.mark.clear();
        // What hung on a pull request when it was closed is kept, and not read again.
        for pr in mirror.pulls.values_mut().filter(|pr| !pr.is_open()) {
            pr.checks.clear();
            pr.reviews.clear();
        }
        mirror
    }
}

/// What both remote forges say of the repository as a whole, when they are asked.
#[test]
fn a_repository_that_takes_no_writes_says_why() {
    for remote in [Remote::github(), Remote::gitea()] {
        let ask = || remote.forge().repository().unwrap();
        assert_eq!(ask(), RepoState::default());
        remote.fake.set_role(BOT, Role::Read);
        assert!(ask().read_only && ask().closed_to_writes().is_none());
        assert!(ask().closed_to_account().unwrap().contains("only read"));
        remote.fake.set_role(BOT, Role::Write);
        remote.fake.archive(true);
        assert!(ask().archived && !ask().read_only);
        remote.fake.archive(false);
        remote.fake.rename("acme", "gadgets");
        let why = ask().closed_to_writes().unwrap();
        assert!(why.contains("`acme/gadgets`"), "{why}");
    }
}

/// A pass learns from a refused write; that the repository is open again it finds out by itself.
#[test]
fn a_repository_that_takes_writes_again_is_seen_within_minutes() {
    for remote in [Remote::github(), Remote::gitea()] {
        let forge = remote.forge();
        let mut known = crate::fixture::mirror(forge);
        known.repo.archived = true;
        remote.fake.archive(true);
        remote.wait(SignedDuration::from_mins(6));
        forge.sync(&mut known, &branch("main")).unwrap();
        assert!(known.repo.archived);
        remote.fake.archive(false);
        remote.wait(SignedDuration::from_mins(6));
        assert!(forge.sync(&mut known, &branch("main")).unwrap());
        assert!(!known.repo.archived);
    }
}

#[test]
fn every_item_has_a_page() {
    let page = |remote: &Remote, item| remote.forge().page(item).unwrap();
    let github = Remote::github();
    assert_eq!(
        page(&github, ItemId::issue(3)),
        "https://github.com/acme/widgets/issues/3"
    );
    assert_eq!(
        page(&github, ItemId::pr(4)),
        "https://github.com/acme/widgets/pull/4"
    );
    let gitea = Remote::gitea();
    assert_eq!(
        page(&gitea, ItemId::issue(3)),
        "https://git.example.org/acme/widgets/issues/3"
    );
    assert_eq!(
        page(&gitea, ItemId::pr(4)),
        "https://git.example.org/acme/widgets/pulls/4"
    );
}
