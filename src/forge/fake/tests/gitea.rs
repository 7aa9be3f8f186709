//! Where Gitea is another forge than GitHub.

use serde_json::json;

use super::super::Flavor;
use super::Bench;
use crate::http::Method;

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
