//! What is refused or lost: limits, lost answers, credentials, and addresses that are no longer good.

use jiff::SignedDuration;
use serde_json::json;

use super::super::{Fate, Flavor, Role, Shot};
use super::Bench;
use crate::http::{Headers, HttpError, Method, Transport as _};
use crate::sys::Clock as _;

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
