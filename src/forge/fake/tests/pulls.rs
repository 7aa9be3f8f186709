//! Pull requests, their checks and merges.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::{DiskRepo, Fake, Flavor, Protection};
use super::{Bench, branch};
use crate::domain::MergeMethod;
use crate::git::testing::{TestRepo, git_program};
use crate::http::{Headers, Method, Request, Transport as _};

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
