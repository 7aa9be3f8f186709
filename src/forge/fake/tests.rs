//! The model itself: what the real forges do that adapters rely on or stumble over.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{DiskRepo, Fake, Fate, Flavor, Knobs, MemoryRepo, Protection, Role, Shot};
use crate::domain::{Association, BranchName, MergeMethod, Sha};
use crate::git::sim_refs::SimRefs;
use crate::git::testing::{TestRepo, git_program};
use crate::http::{Headers, HttpError, Method, Request, Response, Transport as _};
use crate::sys::{Clock as _, StepClock};

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

#[test]
fn an_unchanged_listing_is_304_and_not_charged() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let path = Bench::here("/issues?state=all&sort=updated");
    let first = bench.get(&path);
    let tag = first.headers.get("etag").unwrap().to_owned();
    let left = first.headers.number("x-ratelimit-remaining").unwrap();
    let mut request = bench.request(Method::Get, &path, None);
    request.headers.push("If-None-Match", tag.clone());
    let again = bench.send(&request);
    assert_eq!((again.status, &again.body), (304, &Value::Null));
    assert_eq!(again.headers.get("etag"), Some(tag.as_str()));
    assert_eq!(again.headers.number("x-ratelimit-remaining"), Some(left));
    assert_eq!(bench.fake.account().charged, 1);
    // Another credential has other validators.
    let mut other = request.clone();
    other.headers = Headers::new()
        .with("Authorization", "Bearer token-of-ann")
        .with("If-None-Match", tag);
    assert_eq!(bench.send(&other).status, 200);
    bench.fake.comment("ann", 1, "hello").unwrap();
    assert_eq!(bench.send(&request).status, 200);
}

#[test]
fn a_lost_answer_has_written_once_and_a_duplicate_twice() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let path = Bench::here("/issues/1/comments");
    let shoot = |fate| {
        bench.fake.shoot(Shot {
            method: "POST".to_owned(),
            path: "/comments".to_owned(),
            fate,
            times: 1,
        });
    };
    let body = |n: u32| Some(json!({"body": format!("x <!-- acp:{n} -->")}));
    let send = |n| {
        bench
            .fake
            .send(&bench.request(Method::Post, &path, body(n)))
    };
    shoot(Fate::LostAfter);
    assert!(matches!(send(1), Err(HttpError::Lost { .. })));
    shoot(Fate::LostBefore);
    assert!(matches!(send(2), Err(HttpError::Lost { .. })));
    shoot(Fate::NotSent);
    assert!(matches!(send(3), Err(HttpError::NotSent { .. })));
    shoot(Fate::ErrorAfter);
    assert_eq!(send(4).unwrap().status, 500);
    shoot(Fate::BadGateway);
    assert_eq!(send(5).unwrap().status, 502);
    shoot(Fate::Twice);
    assert_eq!(send(6).unwrap().status, 201);
    let account = bench.fake.account();
    let written: Vec<_> = account
        .by_marker
        .iter()
        .map(|(m, n)| (m.as_str(), *n))
        .collect();
    assert_eq!(written, [("1", 1), ("4", 1), ("6", 2)]);
    assert_eq!(account.written_twice(), ["6"]);
    assert_eq!(bench.get(&path).body.as_array().unwrap().len(), 4);
}

#[test]
fn since_is_inclusive_and_times_have_whole_seconds_of_the_servers_clock() {
    let bench = Bench::new(Flavor::Github);
    bench.clock.step(SignedDuration::from_millis(700));
    bench.knobs(|knobs| knobs.clock_offset = 3600);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let got = bench.get(&Bench::here("/issues"));
    let updated: Timestamp = got.body[0]["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(updated.as_millisecond() % 1000, 0);
    assert_eq!(updated.as_second(), bench.clock.now().as_second() + 3600);
    let date = jiff::fmt::rfc2822::parse(got.headers.get("date").unwrap()).unwrap();
    assert_eq!(date.timestamp(), updated);
    let count = |since: Timestamp| {
        let path = Bench::here(&format!("/issues?state=all&since={since}"));
        bench.get(&path).body.as_array().unwrap().len()
    };
    assert_eq!(count(updated), 1);
    assert_eq!(count(updated + SignedDuration::from_secs(1)), 0);
    assert_eq!(bench.get(&Bench::here("/issues?since=garbage")).status, 422);
}

#[test]
fn listings_have_pages_with_links_and_know_pull_requests() {
    let bench = Bench::new(Flavor::Github);
    for n in 0..5 {
        bench
            .fake
            .open_issue("ann", &format!("I{n}"), "", &["b ug"])
            .unwrap();
    }
    bench.pull("t");
    let first = bench.get(&Bench::here(
        "/issues?per_page=2&labels=b%20ug&direction=asc",
    ));
    let link = first.headers.get("link").unwrap();
    assert_eq!(
        link,
        "<http://127.0.0.1:1/repos/acme/widgets/issues?per_page=2&labels=b%20ug&direction=asc&page=2>; rel=\"next\", \
         <http://127.0.0.1:1/repos/acme/widgets/issues?per_page=2&labels=b%20ug&direction=asc&page=3>; rel=\"last\""
    );
    let numbers = |got: &Got| -> Vec<u64> {
        let items = got.body.as_array().unwrap().iter();
        items.map(|item| item["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&first), [1, 2]);
    let last = bench.get(&Bench::here(
        "/issues?per_page=2&labels=b%20ug&direction=asc&page=3",
    ));
    assert_eq!(numbers(&last), [5]);
    assert!(!last.headers.get("link").unwrap().contains("next"));
    let all = bench.get(&Bench::here("/issues"));
    assert_eq!(numbers(&all), [6, 5, 4, 3, 2, 1]);
    assert!(all.headers.get("link").is_none());
    assert!(all.body[0]["pull_request"]["merged_at"].is_null());
    assert!(all.body[1].get("pull_request").is_none());
    assert_eq!(bench.get(&Bench::here("/issues?page=9")).body, json!([]));
}

#[test]
fn pull_requests_are_refused_in_githubs_words() {
    let bench = Bench::new(Flavor::Github);
    bench.pull("t");
    let pulls = Bench::here("/pulls");
    let body = |head: &str| json!({"title": "T", "head": head, "base": "main"});
    let again = bench.post(&pulls, body("t"));
    assert_eq!(again.status, 422);
    assert_eq!(again.body["message"], "Validation Failed");
    assert_eq!(
        again.body["errors"][0]["message"],
        "A pull request already exists for acme:t."
    );
    let missing = bench.post(&pulls, body("nowhere"));
    assert_eq!(missing.body["errors"][0]["field"], "head");
    assert_eq!(missing.body["errors"][0]["code"], "invalid");
    let none = bench.post(&pulls, body("main"));
    assert_eq!(
        none.body["errors"][0]["message"],
        "No commits between main and main"
    );
    let long = json!({"body": "é".repeat(65_537)});
    let long = bench.post(&Bench::here("/issues/1/comments"), long);
    assert_eq!(long.status, 422);
    let words = "body is too long (maximum is 65536 characters)";
    assert_eq!(long.body["errors"][0]["message"], words);
    let fits = json!({"body": "\u{1F600}".repeat(65_536)});
    assert_eq!(
        bench.post(&Bench::here("/issues/1/comments"), fits).status,
        201
    );
    for (event, words) in [
        ("APPROVE", "Can not approve your own pull request"),
        (
            "REQUEST_CHANGES",
            "Can not request changes on your own pull request",
        ),
    ] {
        let review = json!({"event": event, "body": "x"});
        let review = bench.post(&Bench::here("/pulls/1/reviews"), review);
        assert_eq!(
            (review.status, &review.body["errors"]),
            (422, &json!([words]))
        );
    }
    let comment = json!({"event": "COMMENT", "body": "x"});
    assert_eq!(
        bench.post(&Bench::here("/pulls/1/reviews"), comment).status,
        200
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one pull request on its whole way")]
fn a_merge_is_refused_until_everything_is_there_and_closes_the_issue() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let (number, head) = bench.pull("t");
    let path = Bench::here(&format!("/pulls/{number}"));
    let merge = |body: Value| {
        let got = bench.write(Method::Put, &format!("{path}/merge"), body);
        (
            got.status,
            got.body["message"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let squash = || json!({"merge_method": "squash", "sha": head.as_str()});
    let state = || {
        bench.get(&path).body["mergeable_state"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(state(), "clean");

    bench.fake.set_draft("bot", number, true).unwrap();
    assert_eq!(
        merge(squash()),
        (405, "Pull Request is still a draft".to_owned())
    );
    assert_eq!(state(), "draft");
    bench.fake.set_draft("bot", number, false).unwrap();

    let moved = merge(json!({"sha": "0".repeat(40)}));
    assert_eq!(
        moved,
        (
            409,
            "Head branch was modified. Review and try the merge again.".to_owned()
        )
    );

    bench.fake.allow_methods(&[MergeMethod::Squash]);
    let words = "Merge commits are not allowed on this repository.";
    assert_eq!(merge(json!({})), (405, words.to_owned()));

    bench.repo.set_conflict(&head, vec!["a.txt".to_owned()]);
    // What is known of it is kept until base or head move.
    bench.fake.push(&branch("main"), &[]).unwrap();
    assert_eq!(state(), "dirty");
    assert_eq!(bench.get(&path).body["mergeable"], false);
    assert_eq!(
        merge(squash()),
        (405, "Pull Request is not mergeable".to_owned())
    );
    bench.repo.set_conflict(&head, vec![]);
    bench.fake.push(&branch("main"), &[]).unwrap();

    let rule = Protection {
        checks: vec!["ci".to_owned()],
        reviews: 1,
        ruleset: true,
        ..Protection::default()
    };
    bench.fake.protect(&branch("main"), Some(rule));
    assert_eq!(state(), "blocked");
    let words = "Repository rule violations found\n\nRequired status check \"ci\" is expected.\n\n\
                 At least 1 approving review is required by reviewers with write access.\n\n";
    assert_eq!(merge(squash()), (405, words.to_owned()));
    let rules = bench.get(&Bench::here("/rules/branches/main")).body;
    assert_eq!(
        rules[0]["parameters"]["required_status_checks"][0]["context"],
        "ci"
    );
    bench.fake.set_check(&head, "ci", Some("success")).unwrap();
    bench.fake.approve("eve", number).unwrap();
    assert_eq!(
        state(),
        "blocked",
        "an approval of somebody without write access"
    );
    bench.fake.approve("ann", number).unwrap();
    assert_eq!(state(), "clean");

    assert_eq!(
        merge(squash()),
        (200, "Pull Request successfully merged".to_owned())
    );
    assert_eq!(bench.get(&Bench::here("/issues/1")).body["state"], "closed");
    let merged = bench.get(&path).body;
    assert_eq!(
        (&merged["merged"], &merged["state"]),
        (&json!(true), &json!("closed"))
    );
    assert_eq!(merge(squash()).0, 405);
    assert_eq!(bench.fake.account().merges.get(&number), Some(&1));
}

#[test]
fn mergeability_is_computed_late_and_again_after_a_push() {
    let bench = Bench::new(Flavor::Github);
    bench.knobs(|knobs| knobs.mergeable_unknown_reads = 2);
    let (number, head) = bench.pull("t");
    let path = Bench::here(&format!("/pulls/{number}"));
    let read = || bench.get(&path).body["mergeable"].clone();
    assert_eq!(
        [read(), read(), read()],
        [Value::Null, Value::Null, json!(true)]
    );
    let before = bench.get(&path).body;
    bench.clock.step(SignedDuration::from_secs(5));
    let pushed = bench.fake.push(&branch("t"), &[]).unwrap();
    assert_ne!(pushed, head);
    let after = bench.get(&path).body;
    assert_eq!(after["mergeable"], Value::Null);
    assert_eq!(after["head"]["sha"], pushed.as_str());
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
}

#[test]
fn the_81st_write_of_a_minute_is_refused_and_so_is_the_501st_of_an_hour() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let path = Bench::here("/issues/1/comments");
    let write = || {
        let request = bench.request(Method::Post, &path, Some(json!({"body": "x"})));
        bench.send(&request)
    };
    for n in 0..80 {
        assert_eq!(write().status, 201, "{n}");
    }
    let refused = write();
    assert_eq!(refused.status, 403);
    assert_eq!(refused.headers.number("retry-after"), Some(60));
    let words = refused.body["message"].as_str().unwrap();
    assert!(
        words.starts_with("You have exceeded a secondary rate limit"),
        "{words}"
    );
    assert_eq!(bench.get(&path).status, 403, "reads are refused as well");
    let account = bench.fake.take_account();
    assert_eq!(
        (account.limits_broken(), account.writes["comment"]),
        (2, 80)
    );
    bench.clock.step(SignedDuration::from_secs(60));
    let mut written = 80;
    while write().status == 201 {
        written += 1;
        bench.clock.step(SignedDuration::from_secs(1));
    }
    assert_eq!(written, 500);
}

#[test]
fn the_hour_runs_out_and_begins_again() {
    let bench = Bench::new(Flavor::Github);
    bench.knobs(|knobs| knobs.primary_limit = 2);
    assert_eq!(
        bench.get("/user").headers.number("x-ratelimit-remaining"),
        Some(1)
    );
    assert_eq!(bench.get("/user").status, 200);
    let out = bench.get("/user");
    assert_eq!(
        (out.status, out.headers.number("x-ratelimit-remaining")),
        (403, Some(0))
    );
    let reset = i64::try_from(out.headers.number("x-ratelimit-reset").unwrap()).unwrap();
    let wait = reset - bench.clock.now().as_second();
    assert_eq!(wait, 3600);
    bench.clock.step(SignedDuration::from_secs(wait));
    assert_eq!(bench.get("/user").status, 200);
}

#[test]
fn a_renamed_repository_redirects_and_gone_issues_say_how() {
    let bench = Bench::new(Flavor::Github);
    for title in ["One", "Two", "Three"] {
        bench.fake.open_issue("ann", title, "", &[]).unwrap();
    }
    bench.fake.delete_issue(1).unwrap();
    bench.fake.transfer_issue(2, 77, 5).unwrap();
    assert_eq!(bench.get(&Bench::here("/issues/1")).status, 410);
    let moved = bench.get(&Bench::here("/issues/2"));
    let to = moved.headers.get("location").unwrap();
    assert_eq!(
        (moved.status, to),
        (301, "http://127.0.0.1:1/repositories/77/issues/5")
    );
    assert_eq!(bench.get(&Bench::here("/issues/9")).status, 404);
    bench.fake.rename("acme", "gadgets");
    let moved = bench.get(&Bench::here("/issues?state=all"));
    let to = moved.headers.get("location").unwrap();
    assert_eq!(
        (moved.status, to),
        (301, "http://127.0.0.1:1/repositories/4001/issues?state=all")
    );
    let there = bench.get(to.strip_prefix(bench.prefix).unwrap());
    assert_eq!(there.body[0]["number"], 3);
    let written = bench.post(&Bench::here("/issues/3/comments"), json!({"body": "x"}));
    assert_eq!(written.status, 307);
    assert_eq!(
        bench.get("/repos/acme/gadgets").body["full_name"],
        "acme/gadgets"
    );
    bench.fake.disable_issues(true);
    assert_eq!(bench.get("/repos/acme/gadgets/issues/3").status, 410);
    bench.fake.archive(true);
    let refused = bench.post(
        "/repos/acme/gadgets/issues/3/comments",
        json!({"body": "x"}),
    );
    assert_eq!(
        refused.body["message"],
        "Repository was archived so is read-only."
    );
}

#[test]
fn credentials_and_permissions_are_told_apart() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let with = |token: &str, method, path: &str| {
        let mut request = bench.request(method, path, Some(json!({"body": "x", "labels": ["l"]})));
        request.headers = Headers::new().with("Authorization", format!("Bearer {token}"));
        bench.send(&request)
    };
    let unknown = with("nonsense", Method::Get, "/user");
    assert_eq!(
        (unknown.status, &unknown.body["message"]),
        (401, &json!("Bad credentials"))
    );
    bench
        .fake
        .add_weak_token("weak", "bot", &["pull_requests=write"]);
    let path = Bench::here("/issues/1/comments");
    let refused = with("weak", Method::Post, &path);
    assert_eq!(refused.status, 403);
    let needed = refused.headers.get("x-accepted-github-permissions");
    assert_eq!(needed, Some("issues=write"));
    assert_eq!(with("token-of-eve", Method::Post, &path).status, 201);
    assert_eq!(
        with(
            "token-of-eve",
            Method::Post,
            &Bench::here("/issues/1/labels")
        )
        .status,
        403
    );
    bench.fake.make_private(true);
    assert_eq!(with("token-of-eve", Method::Get, &path).status, 404);
    bench.fake.set_role("eve", Role::Read);
    assert_eq!(with("token-of-eve", Method::Get, &path).status, 200);
    bench.fake.revoke("token-of-eve");
    assert_eq!(with("token-of-eve", Method::Get, &path).status, 401);
}

#[test]
fn graphql_makes_a_draft_ready_and_fails_with_status_200() {
    let bench = Bench::new(Flavor::Github);
    let (number, _) = bench.pull("t");
    bench.fake.set_draft("bot", number, true).unwrap();
    let path = Bench::here(&format!("/pulls/{number}"));
    let id = bench.get(&path).body["node_id"].clone();
    let query = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }";
    let ask = |id: Value| bench.post("/graphql", json!({"query": query, "variables": {"id": id}}));
    let done = ask(id);
    let pull = &done.body["data"]["markPullRequestReadyForReview"]["pullRequest"];
    assert_eq!(pull["isDraft"], false);
    assert_eq!(bench.get(&path).body["draft"], false);
    let failed = ask(json!("PR_nonsense"));
    assert_eq!(
        (failed.status, &failed.body["errors"][0]["type"]),
        (200, &json!("NOT_FOUND"))
    );
}

#[test]
fn writes_become_visible_late_and_labels_say_who() {
    let bench = Bench::new(Flavor::Github);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    bench.knobs(|knobs| knobs.visible_within_ms = 60_000);
    let made = bench.post(
        &Bench::here("/issues/1/labels"),
        json!({"labels": ["ready", "Ready"]}),
    );
    assert_eq!(made.body.as_array().unwrap().len(), 1);
    assert_eq!(
        bench.get(&Bench::here("/issues/1")).body["labels"],
        json!([])
    );
    bench.clock.step(SignedDuration::from_secs(60));
    let issue = bench.get(&Bench::here("/issues/1")).body;
    assert_eq!(issue["labels"][0]["name"], "ready");
    let event = &bench.get(&Bench::here("/issues/1/events")).body[0];
    assert_eq!(
        (&event["event"], &event["actor"]["login"]),
        (&json!("labeled"), &json!("bot"))
    );
    let gone = bench.request(Method::Delete, &Bench::here("/issues/1/labels/other"), None);
    assert_eq!(bench.send(&gone).status, 404);
}

#[test]
fn a_commit_takes_a_thousand_statuses_for_a_context() {
    let bench = Bench::new(Flavor::Github);
    bench.knobs(|knobs| knobs.secondary_limits = false);
    let sha = bench.fake.push(&branch("t"), &[]).unwrap();
    let path = Bench::here(&format!("/statuses/{sha}"));
    let write = |context: &str| {
        let body = json!({"state": "success", "context": context});
        bench.post(&path, body).status
    };
    assert!((0..1000).all(|_| write("a") == 201));
    assert_eq!((write("a"), write("b")), (422, 201));
    let combined = bench
        .get(&Bench::here(&format!("/commits/{sha}/status")))
        .body;
    assert_eq!(
        (&combined["state"], &combined["total_count"]),
        (&json!("success"), &json!(2))
    );
}

#[test]
fn a_fork_is_another_repository_and_a_gone_branch_closes() {
    let bench = Bench::new(Flavor::Github);
    let main = branch("main");
    let number = bench
        .fake
        .open_fork_pull("eve", &branch("x"), &main, "T", "")
        .unwrap();
    let pull = bench.get(&Bench::here(&format!("/pulls/{number}"))).body;
    assert_eq!(pull["head"]["repo"]["full_name"], "eve/widgets");
    assert_eq!(pull["head"]["label"], "eve:x");
    let found = bench.get(&Bench::here("/pulls?head=eve:x&state=all")).body;
    assert_eq!(found.as_array().unwrap().len(), 1);
    let (own, _) = bench.pull("t");
    let deleted = bench.request(Method::Delete, &Bench::here("/git/refs/heads/t"), None);
    assert_eq!(bench.send(&deleted).status, 204);
    let pull = bench.get(&Bench::here(&format!("/pulls/{own}"))).body;
    assert_eq!(
        (&pull["state"], &pull["merged"]),
        (&json!("closed"), &json!(false))
    );
    assert_eq!(bench.send(&deleted).status, 422);
}

#[test]
fn gitea_has_numbers_for_labels_titles_for_drafts_and_its_own_words() {
    let bench = Bench::new(Flavor::Gitea);
    bench.fake.open_issue("ann", "One", "", &[]).unwrap();
    let color = json!({"name": "ready", "color": "#00ff00"});
    let label = bench.post(&Bench::here("/labels"), color).body;
    let id = label["id"].as_u64().unwrap();
    let unknown = json!({"labels": [id, 999_999]});
    let on = bench.post(&Bench::here("/issues/1/labels"), unknown);
    assert_eq!((on.status, on.body.as_array().unwrap().len()), (200, 1));
    let edit = json!({"labels": [], "title": "Uno"});
    let edited = bench.write(Method::Patch, &Bench::here("/issues/1"), edit);
    assert_eq!(
        (edited.status, &edited.body["labels"][0]["name"]),
        (201, &json!("ready"))
    );
    let event = bench.get(&Bench::here("/issues/1/timeline")).body;
    assert_eq!(
        (&event[0]["type"], &event[0]["body"]),
        (&json!("label"), &json!("1"))
    );
    let off = bench.request(
        Method::Delete,
        &Bench::here(&format!("/issues/1/labels/{id}")),
        None,
    );
    assert_eq!(
        (bench.send(&off).status, bench.send(&off).status),
        (204, 204)
    );
    assert_eq!(bench.get(&Bench::here("/issues/1/labels")).body, json!([]));

    let (number, head) = bench.pull("a/b");
    let again = json!({"title": "T", "head": "a/b", "base": "main"});
    assert_eq!(bench.post(&Bench::here("/pulls"), again).status, 409);
    let by_name = bench.get(&Bench::here("/pulls/main/a%2Fb"));
    assert_eq!(by_name.body["number"], number);
    let path = Bench::here(&format!("/pulls/{number}"));
    bench.write(Method::Patch, &path, json!({"title": "WIP: T"}));
    let pull = bench.get(&path).body;
    assert_eq!(
        (&pull["draft"], &pull["mergeable"]),
        (&json!(true), &json!(false))
    );
    let merge = || {
        let body = json!({"Do": "squash", "head_commit_id": head.as_str()});
        bench.post(&format!("{path}/merge"), body).status
    };
    assert_eq!(merge(), 405);
    bench.write(Method::Patch, &path, json!({"title": "T"}));
    let stale = json!({"Do": "squash", "head_commit_id": "0".repeat(40)});
    assert_eq!(bench.post(&format!("{path}/merge"), stale).status, 409);
    assert_eq!(bench.get(&path).body["mergeable"], true);
    assert_eq!(merge(), 200);
    assert_eq!(bench.get(&Bench::here("/issues/1")).body["state"], "closed");
}

#[test]
fn gitea_pages_counts_and_redirects() {
    let bench = Bench::new(Flavor::Gitea);
    for n in 0..3 {
        bench
            .fake
            .open_issue("ann", &format!("I{n}"), "", &[])
            .unwrap();
    }
    bench.pull("t");
    let page = bench.get(&Bench::here("/issues?type=issues&limit=2"));
    assert_eq!(page.headers.get("x-total-count"), Some("3"));
    assert!(
        page.headers
            .get("link")
            .unwrap()
            .contains("/api/v1/repos/acme/widgets/issues?type=issues&limit=2&page=2")
    );
    assert!(page.headers.get("etag").is_none() && page.headers.get("x-ratelimit-limit").is_none());
    let pulls = bench.get(&Bench::here("/issues?type=pulls"));
    assert_eq!(pulls.body[0]["pull_request"]["merged"], false);
    bench.fake.rename("acme", "gadgets");
    let moved = bench.get(&Bench::here("/issues?page=1"));
    let to = moved.headers.get("location").unwrap();
    assert_eq!(
        (moved.status, to),
        (307, "/api/v1/repos/acme/gadgets/issues?page=1")
    );
    assert_eq!(bench.post("/graphql", json!({})).status, 404);
    bench.fake.archive(true);
    let refused = bench.post(
        "/repos/acme/gadgets/issues/1/comments",
        json!({"body": "x"}),
    );
    assert_eq!(refused.status, 423);
}

#[test]
fn a_repository_on_disk_merges_and_lists_its_patches() {
    let disk = TestRepo::new();
    let fork = disk.commit("main", None, &[("a", "1\n")]);
    let head = disk.commit("t", Some(&fork), &[("a", "2\n"), ("b", "x\ny\n")]);
    let time = Arc::new(crate::sys::SystemClock::new());
    let repo = DiskRepo::new(disk.dir(), &git_program(), time.clone());
    let fake = Fake::new(Flavor::Github, Box::new(repo), time, 1);
    let number = fake
        .open_pull("acme", &branch("t"), &branch("main"), "T", "")
        .unwrap();
    let url = format!("http://x/repos/acme/widgets/pulls/{number}/files");
    let request = Request {
        method: Method::Get,
        url,
        headers: Headers::new(),
        body: None,
        limit: Duration::from_secs(1),
    };
    let files: Value = serde_json::from_slice(&fake.send(&request).unwrap().body).unwrap();
    assert_eq!(files[0]["patch"], "@@ -1 +1 @@\n-1\n+2");
    assert_eq!(
        (&files[1]["filename"], &files[1]["additions"]),
        (&json!("b"), &json!(2))
    );
    let pushed = fake.push(&branch("t"), &[("c/d", "new\n")]).unwrap();
    assert_ne!(pushed, head);
    let merged = fake.merge("acme", number, MergeMethod::Squash).unwrap();
    let tip = crate::git::read_ref(disk.dir(), &branch("main")).unwrap();
    assert_eq!(tip.as_ref(), Some(&merged));
    assert_eq!(
        disk.run(&["cat-file", "-p", &format!("{merged}:c/d")]),
        "new"
    );
    assert!(crate::git::is_ancestor(&disk.git(), &fork, &merged).unwrap());
}
