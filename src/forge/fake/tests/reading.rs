//! What reads give: what did not change, since when, page by page, and how late.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::Flavor;
use super::{Bench, Got};
use crate::http::{Headers, Method};
use crate::sys::Clock as _;

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
