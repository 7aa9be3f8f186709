//! A thousand writes that wait, and two processes that send them in turns: no limit of the forge is ever met.

use std::path::Path;
use std::sync::Arc;

use acp::domain::{Association, Intent, ItemId, Origin, Payload, Writes};
use acp::engine::Engine;
use acp::forge::fake::{Fake, Flavor, Knobs, MemoryRepo};
use acp::forge::github::{Endpoints, Github, Settings};
use acp::forge::remote::{Client, FileGovernor, Limits, Token};
use acp::forge::sim::SimRefs;
use acp::forge::{Forge, ForgeError};
use acp::sys::{Clock, Secret, SplitMix64, StepClock};
use jiff::{SignedDuration, Timestamp};

use crate::world::{Kind, Ports, World};

const COMMENTS: u32 = 1000;

/// One process of acp.
fn process(fake: &Arc<Fake>, clock: &Arc<StepClock>, state: &Path) -> Github {
    let endpoints = Endpoints::of(None);
    let secret = Secret::new("t0k".to_owned());
    let token = Token::known(secret.clone(), "`TOKEN`");
    let host = "api.github.com";
    let governor = FileGovernor::new(state, host, token, Limits::STRICT, clock.clone());
    let account = endpoints.account(secret.clone(), "`TOKEN`".to_owned());
    let client = Client::new(fake.clone(), Arc::new(governor), clock.clone(), account);
    let settings = Settings {
        repo: "acme/widgets".to_owned(),
        branch_prefix: "acp/".to_owned(),
        graphql: endpoints.graphql.clone(),
        web: endpoints.git.clone(),
        git: endpoints.remote("acme/widgets", secret),
    };
    Github::new(client, settings).unwrap()
}

/// GitHub with an issue, and a folder for what processes keep together. Its limits are enforced, and so is a second between
/// two writes.
struct Drain {
    clock: Arc<StepClock>,
    fake: Arc<Fake>,
    issue: u64,
    state: tempfile::TempDir,
    began: Timestamp,
}

impl Drain {
    fn new() -> Self {
        let clock = Arc::new(StepClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
        let repo = MemoryRepo::new(SimRefs::shared(), 7);
        let fake = Fake::new(Flavor::Github, Box::new(repo), clock.clone(), 7);
        fake.add_person("acp-bot", Association::Collaborator);
        fake.add_token("t0k", "acp-bot");
        fake.set_knobs(Knobs {
            refuse_hasty_writes: true,
            ..fake.knobs()
        });
        let issue = fake
            .open_issue("acme", "Much to say", "All of it.", &[])
            .unwrap();
        let shm = Path::new("/dev/shm");
        let state = if shm.is_dir() {
            tempfile::tempdir_in(shm).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        Self {
            began: clock.now(),
            clock,
            fake,
            issue,
            state,
        }
    }

    fn process(&self) -> Github {
        process(&self.fake, &self.clock, self.state.path())
    }

    fn comment(&self, n: u32) -> Intent {
        let payload = Payload::Comment {
            body: format!("The {n}th."),
        };
        let item = Some(ItemId::issue(self.issue));
        let now = self.clock.now();
        Intent::new(Origin::Pass, item, payload, n.to_string(), vec![], now)
    }

    /// All was written once, no limit was met, and nothing waited for longer than limits ask.
    #[track_caller]
    fn assert_drained(&self) {
        let account = self.fake.account();
        assert_eq!(account.writes["comment"], u64::from(COMMENTS));
        assert!(account.written_twice().is_empty());
        assert!(account.violations.is_empty(), "{:?}", account.violations);
        let refused = account.by_status.keys().filter(|status| **status >= 400);
        assert_eq!(refused.count(), 0, "{:?}", account.by_status);
        let took = self.clock.now().duration_since(self.began);
        // 500 an hour, so the last one is sent after the second hour has begun; more would be waiting for nothing.
        assert!(took < SignedDuration::from_hours(4), "{took:?}");
    }
}

#[test]
fn a_thousand_writes_of_two_processes_drain_and_meet_no_limit() {
    let drain = Drain::new();
    let clock = &drain.clock;
    let processes = [drain.process(), drain.process()];
    for n in 0..COMMENTS {
        let mut intent = drain.comment(n);
        let turn = usize::try_from(n / 7 % 2).unwrap();
        loop {
            intent.dispatched = Some(clock.now());
            match processes[turn].apply(&intent) {
                Ok(_) => break,
                Err(ForgeError::Limited { until }) => {
                    let wait = until.duration_since(clock.now());
                    assert!(wait > SignedDuration::ZERO, "{until} has passed");
                    clock.step(wait);
                }
                // It was written, and the look for a second delivery has to wait.
                Err(ForgeError::Unknown { why, .. }) => {
                    assert!(why.contains("no more calls"), "{why}");
                    clock.step(SignedDuration::from_mins(1));
                    let found = processes[turn].find(&intent);
                    match found {
                        Ok(Some(_)) => break,
                        Ok(None) => unreachable!("it was written"),
                        Err(_) => clock.step(SignedDuration::from_hours(1)),
                    }
                }
                Err(error) => unreachable!("{error}"),
            }
        }
    }
    drain.assert_drained();
}

/// The same from the outbox: each flush is another process that knows of the others by the governor's file alone, and says
/// when the next one is worth while.
#[test]
fn a_thousand_writes_drain_from_the_outbox_by_flushes_that_meet_no_limit() {
    const FLUSHES_MAX: usize = 200;
    let drain = Drain::new();
    // Its store and its ports; nothing of it is at work.
    let mut world = World::new(Kind::Simulated, 1);
    world.rules.policy.writes = Writes::Full;
    let (ports, rng) = (Ports(&world), SplitMix64::seeded(1));
    let outbox = world.store.outbox().unwrap();
    for n in 0..COMMENTS {
        assert!(outbox.enqueue(&drain.comment(n)).unwrap());
    }
    let mut flushes = 0;
    while !outbox.open_intents().unwrap().is_empty() {
        flushes += 1;
        assert!(flushes <= FLUSHES_MAX, "so many flushes");
        let forge = drain.process();
        let engine = Engine {
            store: &world.store,
            rules: &world.rules,
            forge: &forge,
            vcs: &ports,
            workers: &ports,
            clock: &*drain.clock,
            rng: &rng,
            agent_missing: &|_| None,
            prompt: &|_, _| unreachable!("nothing is launched"),
            notifier: &|_| None,
            say: &|_| {},
        };
        let flushed = engine.flush().unwrap();
        let failed = flushed.sent.iter().find(|sent| sent.failed);
        assert_eq!((failed, &flushed.closed), (None, &None));
        let stopped = flushed.stopped.and_then(|stale| stale.next);
        let next = stopped.or(flushed.next);
        let wait = next.map(|next| next.duration_since(drain.clock.now()));
        // Without one the next flush goes on at once: this one has sent as many as it may.
        drain
            .clock
            .step(wait.unwrap_or_default().max(SignedDuration::ZERO));
    }
    drain.assert_drained();
    assert_eq!(outbox.done().unwrap().len(), COMMENTS as usize);
}
