//! A profile and its state, as passes would have left it.

use acp::domain::{Intent, ItemId, Origin, Payload, Phase, ProfileId, RunId};
use acp::store::{Home, Place, Store};
use jiff::Timestamp;

use crate::env::{NOW, TestEnv};

/// The smallest profile.
pub(crate) const PROFILE: &str = "schema: 1\nforge: { kind: local }\n";

/// A test with the profile `web`.
pub(crate) fn with_profile() -> TestEnv {
    let env = TestEnv::new();
    env.write("acp/config/profiles/web.yaml", PROFILE);
    env
}

pub(crate) fn store(env: &TestEnv) -> Store {
    let id: ProfileId = "web".parse().unwrap();
    Store::new(Home::below(&env.path("acp")).layout(&id))
}

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn run_id(number: u64) -> RunId {
    RunId::new(now(), ItemId::issue(number), 1)
}

/// Enqueues a comment on issue 1.
pub(crate) fn comment(env: &TestEnv, body: &str, needs: &[&Intent]) -> Intent {
    let payload = Payload::Comment {
        body: body.to_owned(),
    };
    let needs = needs.iter().map(|need| need.id.clone()).collect();
    let origin = Origin::Run(run_id(1));
    let item = Some(ItemId::issue(1));
    let intent = Intent::new(origin, item, payload, body.to_owned(), needs, now());
    assert!(store(env).outbox().unwrap().enqueue(&intent).unwrap());
    intent
}

/// Moves an intent on as a flusher does that sends it.
pub(crate) fn send(env: &TestEnv, intent: &Intent, end: Place) {
    let outbox = store(env).outbox().unwrap();
    let mut all = outbox.open_intents().unwrap().into_iter();
    let queued = all.find(|queued| queued.intent.id == intent.id).unwrap();
    let mut queued = outbox.claim(queued).unwrap().unwrap();
    queued.intent.phase = Phase::Dispatched;
    queued.intent.dispatched = Some(now());
    queued.intent.attempts = 2;
    queued.intent.last_error = Some("the forge said \u{1b}[31mno".to_owned());
    match end {
        Place::Pending => outbox.requeue(&queued).unwrap(),
        Place::Claimed => outbox.update(&queued).unwrap(),
        Place::Failed => outbox.fail(&queued).unwrap(),
        Place::Done => {
            queued.intent.phase = Phase::Confirmed;
            outbox.complete(&queued).unwrap();
        }
    }
}
