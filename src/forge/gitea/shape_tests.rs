use serde_json::json;

use super::*;

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn an_issue_of_the_listing() {
    let issue: Issue = read(json!({
        "id": 71, "number": 7, "title": "Crash", "body": "Text", "state": "open", "is_locked": false, "comments": 2,
        "labels": [{"id": 3, "name": "agent-ready", "color": "0e8a16", "exclusive": false, "is_archived": false}],
        "user": {"id": 12, "login": "ann", "full_name": "", "is_admin": false},
        "created_at": "2026-11-21T04:00:00+01:00", "updated_at": "2026-11-21T03:00:01Z", "closed_at": null,
        "pull_request": null, "milestone": null, "assignees": null, "repository": {"full_name": "o/r"}
    }));
    assert_eq!((issue.number, issue.user.id), (7, 12));
    assert_eq!(issue.created_at.to_string(), "2026-11-21T03:00:00Z");
    assert!(issue.pull_request.is_none());
    // Whatever may be null is.
    let bare: Issue = read(json!({
        "number": 8, "title": null, "body": null, "state": "closed", "labels": null, "user": null,
        "created_at": "2026-11-21T03:00:00Z", "updated_at": "2026-11-21T03:00:00Z",
        "pull_request": {"merged": false, "merged_at": null, "draft": true, "html_url": ""}
    }));
    assert!(bare.pull_request.is_some() && bare.labels.is_empty() && bare.user.login.is_empty());
}

#[test]
fn a_pull_request_with_and_without_what_newer_versions_add() {
    let mut value = json!({
        "id": 72, "number": 8, "title": "WIP: x", "body": "", "state": "closed", "draft": true, "merged": true,
        "mergeable": false, "merge_commit_sha": "a".repeat(40), "merge_base": "b".repeat(40), "changed_files": 3,
        "labels": [], "user": {"id": -1, "login": "Ghost"},
        "base": {"label": "main", "ref": "main", "sha": "b".repeat(40), "repo_id": 1, "repo": {"id": 1}},
        "head": {"label": "w", "ref": "w", "sha": "c".repeat(40), "repo_id": 1, "repo": null},
        "created_at": "2026-11-21T03:00:00Z", "updated_at": "2026-11-21T03:00:00Z"
    });
    let pull: Pull = read(value.clone());
    assert!(pull.merged && !pull.is_open() && pull.draft == Some(true));
    assert_eq!((pull.head.repo_id, pull.changed_files), (Some(1), Some(3)));
    for gone in ["draft", "changed_files", "merge_commit_sha", "mergeable"] {
        value.as_object_mut().unwrap().remove(gone);
    }
    value["state"] = json!("open");
    value["merged"] = json!(false);
    value["head"] =
        json!({"label": "", "ref": "refs/pull/8/head", "sha": "c".repeat(40), "repo_id": null});
    let old: Pull = read(value);
    assert!(old.is_open() && old.draft.is_none() && old.changed_files.is_none());
    assert!(crate::forge::gitea::pulls::is_elsewhere(&old));
}

#[test]
fn statuses_reviews_and_events() {
    let none: Combined = read(json!({"state": "", "sha": "", "total_count": 0, "statuses": null}));
    assert!(none.statuses.is_empty());
    let some: Combined = read(json!({"state": "warning", "statuses": [{
        "id": 5, "status": "warning", "context": "ci/x", "description": null, "target_url": "", "creator": {"id": 3}
    }]}));
    assert_eq!(
        (some.statuses[0].word.as_str(), some.statuses[0].key()),
        ("warning", 5)
    );
    let review: Review = read(json!({
        "id": 9, "user": {"id": 12, "login": "ann"}, "team": null, "state": "APPROVED", "body": "", "stale": true,
        "official": true, "dismissed": false, "commit_id": "c".repeat(40), "submitted_at": "2026-11-21T03:00:00Z"
    }));
    assert!(review.official && !review.dismissed);
    let event: Event = read(json!({
        "id": 4, "type": "label", "body": "1", "user": {"id": 12, "login": "ann"}, "label": {"id": 3, "name": "x"},
        "created_at": "2026-11-21T03:00:00Z", "milestone": null, "assignee": null
    }));
    assert_eq!(event.label.unwrap().name, "x");
    let commit: Commit = read(json!({
        "sha": "c".repeat(40), "commit": {"message": "a\n\nAcp-Run: x", "tree": {}}, "author": null
    }));
    assert_eq!(commit.message, "a\n\nAcp-Run: x");
    let refs: Vec<Reference> =
        read(json!([{"ref": "refs/pull/5/head", "object": {"sha": "x", "type": "commit"}}]));
    assert_eq!(refs[0].object.sha, "x");
}
