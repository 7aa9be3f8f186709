//! A model of GitHub and of Gitea as they are seen over HTTP: it has a state and rules, not scripted answers. Adapters
//! speak to it as to the real ones, in the same process ([`Fake`] is a [`Transport`]) or through a loopback server.
//!
//! It keeps what the real ones keep: limits, conditional requests, redirects, permissions, mergeability that is computed
//! late. What goes wrong is set by [`Knobs`] and [`Shot`]s; what people do meanwhile, by the methods of [`Fake`]; what
//! was written, told by [`Account`].

mod account;
mod control;
mod exchange;
mod gitea;
mod github;
mod json;
mod knobs;
mod limits;
mod people;
mod repository;
mod state;
#[cfg(test)]
mod tests;
mod truth;
mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

pub use self::account::Account;

pub use self::knobs::{Fate, Knobs, Shot};
pub use self::people::Refusal;
pub use self::repository::{ChangedFile, DiskRepo, FakeRepo, Join, MemoryRepo, RepoError};
pub use self::state::{Protection, Role};

use self::exchange::{Answer, Ask};
use self::knobs::Dice;
use self::limits::Meter;
use self::state::{Settings, State};
use self::world::World;
use crate::domain::BranchName;
use crate::http::{Headers, HttpError, Method, Request, Response, Transport};
use crate::sys::Clock;

/// Whose interface is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// github.com and GitHub Enterprise.
    Github,
    /// Gitea 1.22 and Forgejo.
    Gitea,
}

/// The model. Clones of the `Arc` around it are the same forge, seen by several processes.
pub struct Fake {
    flavor: Flavor,
    repo: Box<dyn FakeRepo>,
    clock: Arc<dyn Clock>,
    dice: Dice,
    inner: Mutex<State>,
}

impl Fake {
    /// A forge with the empty repository `acme/widgets` over `repo`, owned by the person `acme`, default branch `main`.
    /// Nobody has a token yet. Nothing goes wrong until [`Self::set_knobs`].
    pub fn new(
        flavor: Flavor,
        repo: Box<dyn FakeRepo>,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Arc<Self> {
        let now = seconds(clock.now());
        let fake = Self {
            flavor,
            repo,
            clock,
            dice: Dice::seeded(seed),
            inner: Mutex::new(empty(flavor, now)),
        };
        fake.add_person("acme", crate::domain::Association::Owner);
        Arc::new(fake)
    }

    /// Whose interface it speaks.
    pub const fn flavor(&self) -> Flavor {
        self.flavor
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's clock, exact.
    fn now(&self, state: &State) -> Timestamp {
        let offset = SignedDuration::from_secs(state.knobs.clock_offset);
        let now = self.clock.now();
        now.checked_add(offset).unwrap_or(now)
    }

    fn world<'a>(&'a self, state: &'a mut State, counted: bool) -> World<'a> {
        let exact = self.now(state);
        World {
            now: seconds(exact),
            exact,
            repo: &*self.repo,
            dice: &self.dice,
            state,
            counted,
        }
    }

    /// What becomes of the next request: a shot that fits, else chance.
    fn fate(&self, state: &mut State, request: &Request) -> Fate {
        let fits = |shot: &Shot| {
            let method = match shot.method.as_str() {
                "" => true,
                "WRITE" => request.method.writes(),
                method => method.eq_ignore_ascii_case(request.method.as_str()),
            };
            method && request.url.contains(&shot.path)
        };
        let fate = match state.shots.iter().position(fits) {
            Some(at) => {
                let shot = &mut state.shots[at];
                let fate = shot.fate;
                shot.times = shot.times.saturating_sub(1);
                if shot.times == 0 {
                    state.shots.remove(at);
                }
                fate
            }
            None => self.dice.fate(&state.knobs, request.method.writes()),
        };
        if fate != Fate::Served {
            let fates = &mut state.account.fates;
            *fates.entry(format!("{fate:?}")).or_default() += 1;
        }
        fate
    }

    /// Serves a request as the forge does on a good day.
    fn serve(&self, state: &mut State, request: &Request) -> Response {
        let exact = self.now(state);
        state.account.requests += 1;
        let prefixes: &[&str] = match self.flavor {
            Flavor::Github => &["/api/v3"],
            Flavor::Gitea => &["/api/v1"],
        };
        let mut ask = Ask::read(request, prefixes);
        let route = format!("{} {}", ask.method.as_str(), general(&ask.path));
        *state.account.by_route.entry(route).or_default() += 1;
        let mut answer = self.admit(state, &mut ask, exact);
        if answer.status == 0 {
            let mut world = self.world(state, true);
            answer = match world.follow_branches() {
                Ok(()) => match self.flavor {
                    Flavor::Github => github::route(&mut world, &ask),
                    Flavor::Gitea => gitea::route(&mut world, &ask),
                },
                Err(problem) => match self.flavor {
                    Flavor::Github => github::refusal(&ask, &problem),
                    Flavor::Gitea => gitea::refusal(&ask, &problem),
                },
            };
            answer = conditional(state, &ask, answer);
            if self.flavor == Flavor::Github {
                answer = charge(state, &ask, answer, exact);
            }
        }
        let answer = common_headers(state, answer, exact, self.flavor);
        *state.account.by_status.entry(answer.status).or_default() += 1;
        answer.into_response()
    }

    /// Who asks, and whether the limits let it pass. Status 0: they do.
    fn admit(&self, state: &mut State, ask: &mut Ask<'_>, exact: Timestamp) -> Answer {
        let credential = ask.credential().map(str::to_owned);
        let token = credential
            .as_ref()
            .and_then(|c| state.tokens.get(c))
            .cloned();
        if state.denied || (credential.is_some() && token.is_none()) {
            return match self.flavor {
                Flavor::Github => github::bad_credentials(),
                Flavor::Gitea => gitea::bad_credentials(),
            };
        }
        ask.viewer = token;
        if self.flavor == Flavor::Gitea {
            return Answer::new(0, String::new());
        }
        // A GraphQL query goes by POST and writes nothing.
        let writes = ask.method.writes() && !github::is_query(ask);
        let broken = state.meter.secondary(writes, &state.knobs, exact);
        for limit in &broken {
            let counted = &mut state.account.violations;
            *counted.entry(limit.as_str().to_owned()).or_default() += 1;
        }
        if Meter::refuses(&broken, &state.knobs) {
            return secondary(state, exact);
        }
        let login = github::meter_of(ask);
        let limit = state.knobs.primary_limit;
        let window = *state.meter.window(&login, exact);
        if limit > 0 && window.used >= limit {
            return github::out_of_requests(state, ask, &login, exact);
        }
        Answer::new(0, String::new())
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let lost = |why: &str| HttpError::Lost {
            why: why.to_owned(),
        };
        let plain = |status: u16| {
            let page = format!("<html><body><h1>{status}</h1></body></html>");
            let headers = Headers::new().with("Content-Type", "text/html");
            Response {
                status,
                headers,
                body: page.into_bytes(),
            }
        };
        match self.fate(state, request) {
            Fate::Served => Ok(self.serve(state, request)),
            Fate::NotSent => Err(HttpError::NotSent {
                why: "connection refused".to_owned(),
            }),
            Fate::LostBefore => Err(lost("connection reset by peer")),
            Fate::LostAfter => {
                self.serve(state, request);
                Err(lost("connection closed before the answer"))
            }
            Fate::Late => {
                self.serve(state, request);
                drop(guard);
                self.clock.sleep(request.limit);
                Err(lost("no answer came in time"))
            }
            Fate::BadGateway => Ok(plain(502)),
            Fate::Unavailable => Ok(plain(503)),
            Fate::ErrorAfter => {
                self.serve(state, request);
                Ok(Answer::message(500, "Server Error").into_response())
            }
            Fate::Twice => {
                let first = self.serve(state, request);
                self.serve(state, request);
                Ok(first)
            }
            Fate::Html => {
                self.serve(state, request);
                Ok(plain(200))
            }
            Fate::Truncated => {
                let mut response = self.serve(state, request);
                response.body.truncate(response.body.len() / 2);
                Ok(response)
            }
            Fate::Limited => {
                let exact = self.now(state);
                let seconds = state.knobs.retry_after;
                state.meter.limit(seconds, exact);
                let answer = secondary(state, exact);
                Ok(common_headers(state, answer, exact, self.flavor).into_response())
            }
        }
    }
}

fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn empty(flavor: Flavor, now: Timestamp) -> State {
    let Ok(main) = "main".parse::<BranchName>() else {
        unreachable!("`main` is a name of a branch")
    };
    let settings = Settings {
        id: 4001,
        owner: "acme".to_owned(),
        name: "widgets".to_owned(),
        owner_is_organization: false,
        private: false,
        archived: false,
        has_issues: true,
        default_branch: main,
        delete_branch_on_merge: false,
        allow_merge: true,
        allow_squash: true,
        allow_rebase: true,
        old_names: BTreeSet::new(),
        created: now,
        updated: now,
        pushed: now,
    };
    let knobs = Knobs {
        etags: flavor == Flavor::Github,
        body_chars_max: match flavor {
            Flavor::Github => 65_536,
            Flavor::Gitea => usize::MAX,
        },
        ..Knobs::default()
    };
    State {
        settings,
        protection: BTreeMap::new(),
        users: BTreeMap::new(),
        tokens: BTreeMap::new(),
        labels: BTreeMap::new(),
        items: BTreeMap::new(),
        by_update: BTreeSet::new(),
        pulls: BTreeSet::new(),
        open_pulls: BTreeSet::new(),
        comments: BTreeMap::new(),
        comments_of: BTreeMap::new(),
        events: BTreeMap::new(),
        reviews: BTreeMap::new(),
        statuses: BTreeMap::new(),
        check_runs: BTreeMap::new(),
        forks: BTreeMap::new(),
        probes: BTreeMap::new(),
        diffs: BTreeMap::new(),
        next_number: 0,
        next_id: 10_000,
        knobs,
        shots: VecDeque::new(),
        meter: Meter::default(),
        account: Account::default(),
        denied: false,
    }
}

/// The refusal of a secondary limit that holds.
fn secondary(state: &State, exact: Timestamp) -> Answer {
    let until = state.meter.limited_until.unwrap_or(exact);
    let left = until.as_second() - exact.as_second();
    let status = if state.knobs.limit_status_429 {
        429
    } else {
        403
    };
    let words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. \
                 If you reach out to GitHub Support for help, please include the request ID.";
    let body = json::Obj::new()
        .text("documentation_url", "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits")
        .text("message", words)
        .end();
    Answer::new(status, body).with("Retry-After", left.max(1).to_string())
}

/// Gives answers to reads a validator, and takes back what the asker has already.
fn conditional(state: &State, ask: &Ask<'_>, answer: Answer) -> Answer {
    if !state.knobs.etags || ask.method != Method::Get || answer.status != 200 {
        return answer;
    }
    let mut hash = Sha256::new();
    for name in ["accept", "authorization"] {
        hash.update(ask.headers.get(name).unwrap_or_default());
        hash.update([0]);
    }
    hash.update(&answer.body);
    let digest = hash.finalize();
    let mut tag = String::with_capacity(70);
    tag.push_str("W/\"");
    for byte in digest {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        tag.push(char::from(HEX[usize::from(byte >> 4)]));
        tag.push(char::from(HEX[usize::from(byte & 15)]));
    }
    tag.push('"');
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = ask.headers.get("if-none-match").unwrap_or_default();
    let matches = known.split(',').any(|known| strip(known) == strip(&tag));
    if matches {
        let mut same = Answer::new(304, String::new());
        same.headers = answer.headers;
        return same.with("ETag", tag);
    }
    answer.with("ETag", tag)
}

/// Charges the request and says what is left.
fn charge(state: &mut State, ask: &Ask<'_>, answer: Answer, exact: Timestamp) -> Answer {
    let limit = state.knobs.primary_limit;
    let login = github::meter_of(ask);
    let window = state.meter.window(&login, exact);
    // Asking for the limit is free, and so is an answer that there is nothing new.
    if answer.status != 304 && ask.path != "/rate_limit" {
        window.used += 1;
        state.account.charged += 1;
    }
    if limit == 0 {
        return answer;
    }
    let window = *window;
    github::limit_headers(answer, limit, window.used, window.reset, &ask.path)
}

fn common_headers(state: &mut State, answer: Answer, exact: Timestamp, flavor: Flavor) -> Answer {
    let date = exact.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut answer = answer.with("Date", date);
    let json = match flavor {
        Flavor::Github => "application/json; charset=utf-8",
        Flavor::Gitea => "application/json;charset=utf-8",
    };
    if !answer.body.is_empty() && answer.headers.get("content-type").is_none() {
        answer = answer.with("Content-Type", json);
    }
    if flavor == Flavor::Github {
        let id = state.id();
        let id = format!("{:04X}:{:06X}:{id:08X}", id % 65_521, id * 31);
        answer = answer.with("X-GitHub-Request-Id", id);
    }
    answer
}

/// A path without the names and numbers in it.
fn general(path: &str) -> String {
    const WORDS: [&str; 3] = ["repos", "repositories", "users"];
    let mut out = String::with_capacity(path.len());
    let (mut names, mut last) = (0, "");
    for part in path.split('/').skip(1) {
        out.push('/');
        let number = part.bytes().all(|b| b.is_ascii_digit());
        let hash = part.len() == 40 && part.bytes().all(|b| b.is_ascii_hexdigit());
        let named = [
            "labels",
            "branches",
            "commits",
            "statuses",
            "collaborators",
            "heads",
        ]
        .contains(&last);
        if names > 0 || named || hash || (number && !part.is_empty()) {
            out.push_str("{}");
            names -= i32::from(names > 0);
        } else {
            out.push_str(part);
        }
        if WORDS.contains(&part) && out.len() == part.len() + 1 {
            names = if part == "repos" { 2 } else { 1 };
        }
        last = part;
    }
    out
}
