//! A thousand writes that wait, and two processes that send them in turns: no limit of the forge is ever met.

use std::path::Path;
use std::sync::Arc;

use acp::domain::{Association, Intent, ItemId, Origin, Payload};
use acp::forge::fake::{Fake, Flavor, Knobs, MemoryRepo};
use acp::forge::github::{Endpoints, Github, Settings};
use acp::forge::remote::{Client, FileGovernor, Limits, Token};
use acp::forge::sim::SimRefs;
use acp::forge::{Forge, ForgeError};
use acp::sys::{Clock, Secret, StepClock};
use jiff::SignedDuration;

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

#[test]
fn a_thousand_writes_of_two_processes_drain_and_meet_no_limit() {
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
    let dir = if shm.is_dir() {
        tempfile::tempdir_in(shm).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    };
    let processes = [
        process(&fake, &clock, dir.path()),
        process(&fake, &clock, dir.path()),
    ];
    let began = clock.now();
    for n in 0..COMMENTS {
        let payload = Payload::Comment {
            body: format!("The {n}th."),
        };
        let item = Some(ItemId::issue(issue));
        let fact = n.to_string();
        let mut intent = Intent::new(Origin::Pass, item, payload, fact, vec![], clock.now());
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
    let account = fake.account();
    assert_eq!(account.writes["comment"], u64::from(COMMENTS));
    assert!(account.written_twice().is_empty());
    assert!(account.violations.is_empty(), "{:?}", account.violations);
    let refused = account.by_status.keys().filter(|status| **status >= 400);
    assert_eq!(refused.count(), 0, "{:?}", account.by_status);
    let took = clock.now().duration_since(began);
    // 500 an hour, so the last one is sent after the second hour has begun; more would be waiting for nothing.
    assert!(took < SignedDuration::from_hours(4), "{took:?}");
}
