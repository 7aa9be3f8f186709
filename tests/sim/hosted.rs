//! A forge behind HTTP: the adapters with the real governor over the model of the forge, in the same process. Requests get
//! lost, repeated, refused and answered in halves, and between any two of them processes die and others act.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use acp::domain::{
    Association, BranchName, DiffFacts, Issue, ItemId, MergeMethod, Mirror, PullRequest, Sha, label,
};
use acp::durable::crash_point;
use acp::forge::fake::{Fake, Fate, Flavor, Knobs, MemoryRepo, Refusal, Shot};
use acp::forge::gitea::{self, Gitea};
use acp::forge::github::{self, Endpoints, Github};
use acp::forge::remote::{Client, Cost, FileGovernor, Governor, Limits, Token};
use acp::forge::sim::SharedRefs;
use acp::forge::{Forge, ForgeError};
use acp::http::{HttpError, Request, Response, Transport};
use acp::sys::{Clock, Rng as _, Secret, SplitMix64};
use jiff::Timestamp;

use crate::town::{Tally, Town};
use crate::world::{SimClock, World};

/// How long a request takes.
const REQUEST: Duration = Duration::from_millis(120);
/// The token of acp, and that of the test, which counts elsewhere.
const TOKENS: [(&str, &str); 2] = [("t0k", "acp-bot"), ("te5t", "tester")];

thread_local! {
    /// The world whose requests this thread plays.
    static HERE: RefCell<Weak<World>> = const { RefCell::new(Weak::new()) };
}

/// From now on something else may happen in `world` between any two requests.
pub(crate) fn between_requests_of(world: &Rc<World>) {
    HERE.set(Rc::downgrade(world));
}

/// What carries requests from a process to the model.
struct Wire {
    fake: Arc<Fake>,
    clock: Arc<SimClock>,
}

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        crash_point("sim.before_request");
        let answer = self.fake.send(request);
        self.clock.pass(REQUEST);
        let limited = |answer: &Response| matches!(answer.status, 403 | 429);
        // A limit that nobody lives to tell is met once more, and that is nobody's fault.
        if !answer.as_ref().is_ok_and(limited) {
            crash_point("sim.after_request");
        }
        answer
    }
}

/// The real governor. Something else may happen before each call, and not between its booking and its sending: that a
/// process can be stopped there is said in docs/forges.md.
struct Between(FileGovernor);

impl Governor for Between {
    fn admit(&self, cost: Cost) -> Result<(), ForgeError> {
        if let Some(world) = HERE.with_borrow(Weak::upgrade) {
            world.meddle(4);
            if cost == Cost::Write {
                // What was read for a write may be another when it is written.
                world.meddle_by(40, || world.other_labels());
            }
        }
        self.0.admit(cost)
    }

    fn note(&self, cost: Cost, answer: &Response) -> Option<Timestamp> {
        self.0.note(cost, answer)
    }
}

/// A process's clock that sleeps for exactly as long as it is asked to.
struct Exact(Arc<SimClock>);

impl Clock for Exact {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) {
        self.0.pass(duration);
    }
}

/// The model of a forge, and how processes reach it.
pub(crate) struct Hosted {
    pub(crate) fake: Arc<Fake>,
    repo: Arc<MemoryRepo>,
    clock: Arc<SimClock>,
    /// Where the governor keeps its file.
    state: PathBuf,
    /// Whether requests are delivered twice at times: then two texts may stand for a while.
    doubles: bool,
    deleted: RefCell<BTreeSet<u64>>,
}

impl Hosted {
    pub(crate) fn new(
        flavor: Flavor,
        refs: &SharedRefs,
        of_forge: Arc<dyn Clock>,
        clock: &Arc<SimClock>,
        state: PathBuf,
        seed: u64,
        dice: &SplitMix64,
    ) -> Self {
        let repo = MemoryRepo::new(Arc::clone(refs), seed);
        let fake = Fake::new(flavor, Box::new(Arc::clone(&repo)), of_forge, seed);
        // Who lacks administration learns nothing of people on Gitea.
        fake.add_person("acp-bot", Association::Owner);
        fake.add_person("tester", Association::Owner);
        fake.add_person("ann", Association::Owner);
        fake.add_person("mallory", Association::None);
        for (token, login) in TOKENS {
            fake.add_token(token, login);
        }
        let knobs = knobs(dice, flavor, fake.knobs());
        let conflicts = u16::try_from(dice.next_u64() % 80).unwrap();
        repo.set_conflict_per_mille(conflicts);
        let doubles = knobs.twice > 0;
        fake.set_knobs(knobs);
        Self {
            fake,
            repo,
            clock: Arc::clone(clock),
            state,
            doubles,
            deleted: RefCell::default(),
        }
    }

    fn adapter(&self, token: &str, state: &Path, carrier: Arc<dyn Transport>) -> Rc<dyn Forge> {
        let clock: Arc<dyn Clock> = Arc::new(Exact(Arc::clone(&self.clock)));
        let secret = Secret::new(token.to_owned());
        let limits = match self.fake.flavor() {
            Flavor::Github => Limits::STRICT,
            Flavor::Gitea => Limits::LOOSE,
        };
        let known = Token::known(secret.clone(), "`TOKEN`");
        let governor = FileGovernor::new(state, "forge.example", known, limits, Arc::clone(&clock));
        let client = |account| Client::new(carrier, Arc::new(Between(governor)), clock, account);
        match self.fake.flavor() {
            Flavor::Github => {
                let endpoints = Endpoints::of(Some("https://forge.example"));
                let account = endpoints.account(secret.clone(), "`TOKEN`".to_owned());
                let settings = github::Settings {
                    repo: "acme/widgets".to_owned(),
                    branch_prefix: "acp/".to_owned(),
                    graphql: endpoints.graphql.clone(),
                    web: endpoints.git.clone(),
                    git: endpoints.remote("acme/widgets", secret),
                };
                Rc::new(Github::new(client(account), settings).unwrap())
            }
            Flavor::Gitea => {
                let url = "https://forge.example";
                let account = gitea::account(url, secret.clone(), "`TOKEN`");
                let settings = gitea::Settings {
                    base_url: url.to_owned(),
                    owner: "acme".to_owned(),
                    name: "widgets".to_owned(),
                    branch_prefix: "acp/".to_owned(),
                    intake_labels: [label::READY.to_owned()].into(),
                    draft_prefixes: vec![],
                    objects: None,
                    token: secret,
                };
                Rc::new(Gitea::new(client(account), settings))
            }
        }
    }

    fn done(what: Result<(), Refusal>) {
        // The forge may refuse people too: a branch is gone, a change conflicts.
        drop(what);
    }
}

impl Town for Hosted {
    fn port(&self) -> Rc<dyn Forge> {
        let wire = Wire {
            fake: Arc::clone(&self.fake),
            clock: Arc::clone(&self.clock),
        };
        self.adapter(TOKENS[0].0, &self.state, Arc::new(wire))
    }

    fn truth(&self) -> Mirror {
        self.fake.truth()
    }

    fn listed(&self) -> Mirror {
        self.fake.reset_limits();
        let state = self.state.join("tester");
        let adapter = self.adapter(TOKENS[1].0, &state, self.fake.clone());
        let mut mirror = Mirror::default();
        adapter.sync(&mut mirror, &"main".parse().unwrap()).unwrap();
        let truth = self.truth();
        assert!(mirror.issues.keys().eq(truth.issues.keys()));
        mirror
    }

    fn tally(&self) -> Tally {
        let account = self.fake.account();
        let twice = account.written_twice();
        let written_twice = if self.doubles {
            vec![]
        } else {
            twice.into_iter().map(str::to_owned).collect()
        };
        Tally {
            written_twice,
            pulls_by_head: account.pulls_by_head,
            merges: account.merges,
            limits: if self.doubles {
                BTreeMap::new()
            } else {
                account.violations
            },
        }
    }

    fn calm(&self) {
        let now = self.fake.knobs();
        self.fake.set_knobs(Knobs {
            visible_within_ms: now.visible_within_ms,
            mergeable_unknown_reads: now.mergeable_unknown_reads,
            clock_offset: now.clock_offset,
            primary_limit: now.primary_limit,
            refuse_hasty_writes: true,
            etags: now.etags,
            body_chars_max: now.body_chars_max,
            ..Knobs::default()
        });
    }

    fn open_issue(&self, author: &str, _: Association, labels: &[&str]) -> u64 {
        self.fake
            .open_issue(author, "Something to do", "Do it.", labels)
            .unwrap()
    }

    fn comment(&self, author: &str, _: Association, item: ItemId, body: &str) {
        self.fake.comment(author, item.number, body).unwrap();
    }

    fn relabel(&self, by_ann: bool, item: ItemId, add: &[&str], remove: &[&str]) {
        let who = if by_ann { "ann" } else { "mallory" };
        for label in remove {
            Self::done(self.fake.unlabel(who, item.number, label));
        }
        if !add.is_empty() {
            Self::done(self.fake.label(who, item.number, add));
        }
    }

    fn edit_text(&self, issue: &Issue, body: &str) {
        let text = Some(body);
        Self::done(
            self.fake
                .edit_issue(&issue.author, issue.number, None, text),
        );
    }

    fn set_open(&self, item: ItemId, open: bool) {
        Self::done(if open {
            self.fake.reopen("ann", item.number)
        } else {
            self.fake.close("ann", item.number)
        });
    }

    fn merge(&self, number: u64) {
        let merged = self.fake.merge("ann", number, MergeMethod::Merge);
        Self::done(merged.map(|_| ()));
    }

    fn push_to(&self, branch: &BranchName) -> Sha {
        self.fake.push(branch, &[]).unwrap()
    }

    fn set_facts(&self, commit: &Sha, facts: DiffFacts) {
        self.repo.set_facts(commit, facts);
    }

    fn is_hosted(&self) -> bool {
        true
    }

    fn something_odd(&self, what: u64, issue: Option<u64>, pull: Option<&PullRequest>) -> String {
        let fork: BranchName = "acp/issue-1-a1".parse().unwrap();
        match (what, issue, pull) {
            (0, Some(n), _) => {
                if self.fake.delete_issue(n).is_ok() {
                    self.deleted.borrow_mut().insert(n);
                }
                format!("ann deletes issue/{n}")
            }
            (1, _, Some(pr)) if pr.is_open() && !pr.from_fork => {
                Self::done(self.fake.set_draft("ann", pr.number, !pr.draft));
                format!("ann makes pr/{} a draft or ready", pr.number)
            }
            (2, _, Some(pr)) if pr.is_open() => {
                Self::done(self.fake.set_check(&pr.head_sha, "ci", Some("failure")));
                format!("`ci` of pr/{} fails", pr.number)
            }
            (3, _, Some(pr)) if pr.is_open() => {
                Self::done(self.fake.set_check(&pr.head_sha, "ci", Some("success")));
                format!("`ci` of pr/{} is good", pr.number)
            }
            (4, ..) => {
                let main = "main".parse().unwrap();
                let opened = self
                    .fake
                    .open_fork_pull("mallory", &fork, &main, "Mine", "Take it.");
                Self::done(opened.map(|_| ()));
                "mallory opens a pull request from a fork".to_owned()
            }
            (5, _, Some(pr)) if !pr.is_open() && !pr.from_fork => {
                Self::done(self.fake.delete_branch(&pr.head));
                format!("ann deletes {}", pr.head)
            }
            _ => "nothing odd happens".to_owned(),
        }
    }

    fn lose_an_answer(&self, which: u64) {
        let path = ["/merge", "/merge", "/pulls"][usize::try_from(which % 3).unwrap()];
        self.fake.shoot(Shot {
            method: "WRITE".to_owned(),
            path: path.to_owned(),
            fate: Fate::LostAfter,
            times: 1,
        });
    }

    fn gone(&self) -> BTreeSet<u64> {
        self.deleted.borrow().clone()
    }

    fn standing_twice(&self) -> Vec<String> {
        let markers: BTreeMap<String, u64> = self.fake.markers();
        let twice = markers.into_iter().filter(|(_, n)| *n > 1);
        twice.map(|(id, _)| id).collect()
    }

    fn count_anew(&self) {
        drop(self.fake.take_account());
    }

    fn more_than_idle(&self) -> Option<String> {
        let account = self.fake.account();
        let is_idle = match self.fake.flavor() {
            Flavor::Github => account.requests == 1 && account.charged == 0,
            // The server has no validators: the listing of what changed is charged.
            Flavor::Gitea => account.requests == 1,
        };
        (!is_idle).then(|| format!("{:?} {:?}", account.by_route, account.by_status))
    }
}

/// What goes wrong on the way.
fn knobs(dice: &SplitMix64, flavor: Flavor, all_well: Knobs) -> Knobs {
    let below = |n: u64| dice.next_u64() % n;
    let often = |most: u16| u16::try_from(below(u64::from(most) + 1)).unwrap();
    if below(8) == 0 {
        return all_well;
    }
    // A second delivery is seen at once: what is seen later than the look for it stays.
    let doubles = below(3) == 0;
    let github = flavor == Flavor::Github;
    Knobs {
        not_sent: often(20),
        lost_before: often(30),
        lost_after: often(100),
        late: often(30),
        bad_gateway: often(15),
        unavailable: often(15),
        error_after: often(60),
        twice: if doubles { 1 + often(300) } else { 0 },
        html: often(6),
        truncated: often(12),
        limited: if github { often(5) } else { 0 },
        retry_after: 1 + below(300),
        limit_status_429: below(2) == 0,
        // The second delivery comes at once.
        refuse_hasty_writes: !doubles,
        primary_limit: if below(6) == 0 { 300 } else { 5000 },
        visible_within_ms: if doubles { 0 } else { below(25_000) },
        mergeable_unknown_reads: u32::from(often(3)),
        clock_offset: [0, 3600, -3600][usize::try_from(below(3)).unwrap()],
        ..all_well
    }
}
