//! The model itself: what the real forges do that adapters rely on or stumble over.

mod gitea;
mod limits;
mod pulls;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Fake, Flavor, Knobs, MemoryRepo};
use crate::domain::{Association, BranchName, Sha};
use crate::git::sim_refs::SimRefs;
use crate::http::{Headers, Method, Request, Response, Transport as _};
use crate::sys::StepClock;

struct Bench {
    fake: Arc<Fake>,
    repo: Arc<MemoryRepo>,
    clock: Arc<StepClock>,
    prefix: &'static str,
}

struct Got {
    status: u16,
    headers: Headers,
    body: Value,
}

fn branch(name: &str) -> BranchName {
    name.parse().unwrap()
}

impl Bench {
    fn new(flavor: Flavor) -> Self {
        let clock = Arc::new(StepClock::new(
            Timestamp::from_second(1_800_000_000).unwrap(),
        ));
        let repo = MemoryRepo::new(SimRefs::shared(), 7);
        let fake = Fake::new(flavor, Box::new(Arc::clone(&repo)), clock.clone(), 7);
        fake.add_person("bot", Association::Collaborator);
        fake.add_person("ann", Association::Collaborator);
        fake.add_person("eve", Association::None);
        for login in ["bot", "ann", "eve"] {
            fake.add_token(&format!("token-of-{login}"), login);
        }
        fake.push(&branch("main"), &[]).unwrap();
        let prefix = match flavor {
            Flavor::Github => "http://127.0.0.1:1",
            Flavor::Gitea => "http://127.0.0.1:1/api/v1",
        };
        Self {
            fake,
            repo,
            clock,
            prefix,
        }
    }

    fn send(&self, request: &Request) -> Got {
        let Response {
            status,
            headers,
            body,
        } = self.fake.send(request).unwrap();
        let body = match body.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).unwrap(),
        };
        Got {
            status,
            headers,
            body,
        }
    }

    fn request(&self, method: Method, path: &str, body: Option<Value>) -> Request {
        Request {
            method,
            url: format!("{}{path}", self.prefix),
            headers: Headers::new().with("Authorization", "token token-of-bot"),
            body: body.map(|body| body.to_string().into_bytes()),
            limit: Duration::from_secs(1),
        }
    }

    fn get(&self, path: &str) -> Got {
        self.send(&self.request(Method::Get, path, None))
    }

    fn write(&self, method: Method, path: &str, body: Value) -> Got {
        self.clock.step(SignedDuration::from_secs(1));
        self.send(&self.request(method, path, Some(body)))
    }

    fn post(&self, path: &str, body: Value) -> Got {
        self.write(Method::Post, path, body)
    }

    fn here(path: &str) -> String {
        format!("/repos/acme/widgets{path}")
    }

    /// A pull request of the bot's from a branch of its own; number and head.
    fn pull(&self, name: &str) -> (u64, Sha) {
        let head = self
            .fake
            .push(&branch(name), &[("a.txt", "one\n")])
            .unwrap();
        let body = json!({"title": "T", "head": name, "base": "main", "body": "Closes #1"});
        let made = self.post(&Self::here("/pulls"), body);
        assert_eq!(made.status, 201, "{}", made.body);
        (made.body["number"].as_u64().unwrap(), head)
    }

    fn knobs(&self, change: impl FnOnce(&mut Knobs)) {
        let mut knobs = self.fake.knobs();
        change(&mut knobs);
        self.fake.set_knobs(knobs);
    }
}
