//! The binary against a model of each forge behind a socket of this machine: what it asks, what of that is charged, and how
//! long it takes apart from any network.
//!
//! The model's clock stands still and is moved by hand, so that a mirror settles without waiting; acp's own limits go by the
//! true time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use acp::domain::{Association, BranchName, Intent, ItemId, Origin, Payload};
use acp::forge::fake::{Account, DiskRepo, Fake, Flavor, MemoryRepo};
use acp::forge::github::{Endpoints, Github, Settings};
use acp::forge::remote::{Client, FileGovernor, Limits, Token};
use acp::forge::sim::SimRefs;
use acp::forge::{Forge as _, ForgeError};
use acp::git::testing::git_program;
use acp::sys::{Clock as _, Secret, StepClock, SystemClock};
use jiff::{SignedDuration, Timestamp};

use crate::forge_server::{ForgeServer, Site};
use crate::process::{self, Acp};
use crate::{PASSES, ms, row};

/// Issues that are known before anything is counted.
const ISSUES: u64 = 1_000;
/// Issues that change between two passes.
const CHANGED: u64 = 25;
/// How often that happens.
const ROUNDS: usize = 5;
/// Writes that wait at once.
const WRITES: u64 = 1_000;
/// Does what a short issue asks for.
const AGENT: &str = "cat > /dev/null; echo work > work.txt; \
                     printf 'OUTCOME=implemented\\nACTION=host-publish-issue-pr\\n' > \"$ACP_RESULT_FILE\"";

struct Remote {
    name: &'static str,
    fake: Arc<Fake>,
    clock: Arc<StepClock>,
    acp: Acp,
    bare: PathBuf,
    profile: PathBuf,
    _server: ForgeServer,
}

impl Remote {
    fn new(dir: &Path, binary: &Path, flavor: Flavor) -> Self {
        let (kind, name) = match flavor {
            Flavor::Github => ("github", "GitHub"),
            Flavor::Gitea => ("gitea", "Gitea"),
        };
        let dir = dir.join(kind);
        let (bare, repo, home) = (dir.join("repo.git"), dir.join("repo"), dir.join("home"));
        fs::create_dir_all(&home).unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let git = |args: &[&str]| Acp::other("git", args).at(&dir).stdout();
        git(&[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch=main",
            &text(&bare),
        ]);
        let clock = Arc::new(StepClock::new(now()));
        // Deadlines of processes need a clock that moves by itself.
        let disk = DiskRepo::new(&bare, &git_program(), Arc::new(SystemClock::new()));
        let fake = Fake::new(flavor, Box::new(disk), clock.clone(), 1);
        fake.add_person("acme", Association::Owner);
        fake.add_person("acp-bot", Association::Collaborator);
        fake.add_token("token-of-a-bench", "acp-bot");
        let main: BranchName = "main".parse().unwrap();
        fake.push(&main, &[("README.md", "# Widgets\n")]).unwrap();
        fake.create_label("agent-ready", false).unwrap();
        for n in 1..=ISSUES {
            let title = format!("An issue of the usual length, number {n}");
            fake.open_issue("acme", &title, "", &[]).unwrap();
            clock.step(SignedDuration::from_secs(1));
        }
        let server = ForgeServer::start(Site::new(Arc::clone(&fake), &bare).unwrap()).unwrap();
        git(&["clone", "--quiet", &text(&bare), &text(&repo)]);
        git(&["-C", &text(&repo), "remote", "remove", "origin"]);
        let acp = Acp::new(binary, &repo, &home)
            .var("GH_TOKEN", "token-of-a-bench")
            .var("GITEA_TOKEN", "token-of-a-bench")
            .var("ACP_SANDBOX", "none");
        let (url, git_url) = (server.url(), format!("{}/acme/widgets.git", server.url()));
        let line = ["init", "--yes", "--profile", "bench", "--forge", kind];
        let more = ["--slug", "acme/widgets", "--base-url", &url, "--git-url"];
        let rest = [git_url.as_str(), "--agent-command", AGENT];
        acp.with(&[&line[..], &more, &rest].concat()).stdout();
        Self {
            name,
            fake,
            clock,
            acp,
            bare,
            profile: home.join("config/profiles/bench.yaml"),
            _server: server,
        }
    }

    fn heartbeat(&self) -> Acp {
        self.acp.with(&["heartbeat"])
    }

    /// A mirror that knows everything, after so much time that nothing is new to it.
    fn settle(&self) {
        for _ in 0..3 {
            assert!(self.heartbeat().works(), "a heartbeat failed");
            self.clock.step(SignedDuration::from_hours(1));
        }
        assert!(self.heartbeat().works(), "a heartbeat failed");
    }

    fn row(&self, what: &str, target: &str, measured: &str) {
        row(&format!("{}: {what}", self.name), target, measured);
    }

    fn idle(&self) {
        self.settle();
        self.fake.take_account();
        let [time] = process::medians([&self.heartbeat()], PASSES);
        let passes = u64::try_from(PASSES).unwrap() + 1;
        let costs = costs(&self.fake.take_account(), passes);
        self.row(
            &format!("idle heartbeat, {ISSUES} issues"),
            "1 request, none charged",
            &format!("{costs}, {}", ms(time)),
        );
    }

    fn changed(&self) {
        let (mut times, mut account) = (vec![], Account::default());
        for round in 0..ROUNDS {
            for n in 1..=CHANGED {
                let title = format!("Another title, number {n}, round {round}");
                let edited = self.fake.edit_issue("acme", n, Some(&title), None);
                edited.unwrap();
            }
            self.clock.step(SignedDuration::from_secs(1));
            self.fake.take_account();
            let begun = Instant::now();
            assert!(self.heartbeat().works(), "a heartbeat failed");
            times.push(begun.elapsed());
            account = self.fake.take_account();
            self.settle();
        }
        let measured = format!("{}, {}", costs(&account, 1), ms(process::median(times)));
        self.row(
            &format!("heartbeat after {CHANGED} of {ISSUES} issues changed"),
            "no more with more issues",
            &measured,
        );
    }

    /// An issue with the intake label, a run, a pull request, a green check by somebody else, a merge.
    fn life(&self) {
        let text = fs::read_to_string(&self.profile).unwrap();
        fs::write(&self.profile, text.replace("writes: draft", "writes: full")).unwrap();
        let until_idle = self
            .acp
            .with(&["heartbeat", "--until-idle", "--timeout", "60s"]);
        self.fake.take_account();
        let mut took = Duration::ZERO;
        let turn = |took: &mut Duration| {
            let begun = Instant::now();
            until_idle.stdout();
            *took += begun.elapsed();
            self.clock.step(SignedDuration::from_mins(1));
        };
        let issue = self
            .fake
            .open_issue("acme", "Work", "Please.", &["agent-ready"]);
        let pull = issue.unwrap() + 1;
        turn(&mut took);
        let branch: BranchName = format!("agent/issue-{}-a1", pull - 1).parse().unwrap();
        let head = acp::git::read_ref(&self.bare, &branch).unwrap().unwrap();
        self.fake
            .set_status("acme", &head, "ci", "success")
            .unwrap();
        turn(&mut took);
        let account = self.fake.take_account();
        assert_eq!(account.merges.get(&pull), Some(&1), "{account:?}");
        let writes: u64 = account.writes.values().sum();
        self.row(
            "1 issue to merged pull request",
            "",
            &format!(
                "{}, {writes} writes a second apart, {:.1} s",
                costs(&account, 1),
                took.as_secs_f64()
            ),
        );
    }
}

/// Requests each time, and those of them that are charged. Gitea charges none.
fn costs(account: &Account, times: u64) -> String {
    let each = |count: u64| {
        if count.is_multiple_of(times) {
            (count / times).to_string()
        } else {
            format!("{}.{}", count / times, count % times * 10 / times)
        }
    };
    let requests = each(account.requests);
    let word = if requests == "1" {
        "request"
    } else {
        "requests"
    };
    format!("{requests} {word}, {} charged", each(account.charged))
}

pub(crate) fn rows(scratch: &Path, binary: &Path) {
    for flavor in [Flavor::Github, Flavor::Gitea] {
        let remote = Remote::new(scratch, binary, flavor);
        remote.idle();
        remote.changed();
        remote.life();
    }
}

fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

/// Comments that wait at once go out as fast as the limits let them: by a clock that is moved on while they are waited for.
pub(crate) fn drain(scratch: &Path) {
    let clock = Arc::new(StepClock::new(now()));
    let repo = MemoryRepo::new(SimRefs::shared(), 1);
    let fake = Fake::new(Flavor::Github, Box::new(repo), clock.clone(), 1);
    fake.add_person("acp-bot", Association::Collaborator);
    fake.add_token("token-of-a-bench", "acp-bot");
    let issue = fake.open_issue("acme", "Much to say", "", &[]).unwrap();
    let secret = Secret::new("token-of-a-bench".to_owned());
    let token = Token::known(secret.clone(), "a bench");
    let state = scratch.join("drain");
    let governor = FileGovernor::new(&state, "api", token, Limits::STRICT, clock.clone());
    let endpoints = Endpoints::of(None);
    let account = endpoints.account(secret.clone(), "a bench".to_owned());
    let client = Client::new(fake.clone(), Arc::new(governor), clock.clone(), account);
    let settings = Settings {
        repo: "acme/widgets".to_owned(),
        branch_prefix: "agent/".to_owned(),
        graphql: endpoints.graphql.clone(),
        web: endpoints.git.clone(),
        git: endpoints.remote("acme/widgets", secret),
    };
    let forge = Github::new(client, settings).unwrap();
    let begun = Instant::now();
    for n in 0..WRITES {
        let body = format!("The {n}th.");
        let item = Some(ItemId::issue(issue));
        let payload = Payload::Comment { body };
        let mut intent = Intent::new(
            Origin::Pass,
            item,
            payload,
            n.to_string(),
            vec![],
            clock.now(),
        );
        loop {
            intent.dispatched = Some(clock.now());
            match forge.apply(&intent) {
                Ok(_) => break,
                Err(ForgeError::Limited { until }) => {
                    clock.step(until.duration_since(clock.now()));
                }
                // It was written; whether it was delivered twice is looked at when calls are allowed again.
                Err(_) => {
                    clock.step(SignedDuration::from_mins(1));
                    if matches!(forge.find(&intent), Ok(Some(_))) {
                        break;
                    }
                }
            }
        }
    }
    let account = fake.account();
    let refused: u64 = account.by_status.range(400..).map(|(_, count)| count).sum();
    let simulated = clock.now().duration_since(now());
    let each = begun.elapsed() / u32::try_from(WRITES).unwrap();
    row(
        &format!("{WRITES} queued comments drained, simulated clock"),
        "no 403, 500 an hour",
        &format!(
            "{} h {} min, {} requests, {refused} refused; {} of work each",
            simulated.as_hours(),
            simulated.as_mins() % 60,
            account.requests,
            ms(each)
        ),
    );
}
