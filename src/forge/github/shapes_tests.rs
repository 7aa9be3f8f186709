//! What GitHub answers, in its odd forms.

use serde_json::json;

use super::shapes::*;
use crate::domain::*;

const SHA: &str = "0123456789012345678901234567890123456789";

fn issue(change: &serde_json::Value) -> Seen {
    let mut doc = json!({
        "number": 7, "title": "t", "body": null, "state": "open", "user": null,
        "labels": ["old", {"name": "bug"}, {"name": null}], "author_association": "MEMBER",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z",
    });
    doc.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    serde_json::from_value::<IssueDoc>(doc).unwrap().into()
}

#[test]
fn an_issue_without_author_and_text_is_one_too() {
    let Seen::Issue(found) = issue(&json!({})) else {
        unreachable!("it is an issue");
    };
    assert_eq!(found.author, "ghost");
    assert_eq!(found.association, Association::Member);
    assert_eq!(found.digest, Some(text_digest("t", "")));
    let labels: Vec<&str> = found.labels.iter().map(String::as_str).collect();
    assert_eq!(labels, ["bug", "old"]);
    let long: String = "a漢🦀\u{202e}".chars().cycle().take(65_536).collect();
    let Seen::Issue(found) = issue(&json!({"body": long, "author_association": "FIRST_TIMER"}))
    else {
        unreachable!("it is an issue");
    };
    assert_eq!(found.digest, Some(text_digest("t", &long)));
    assert_eq!(found.association, Association::None);
    let pull = issue(&json!({"pull_request": {"url": "x"}, "draft": true}));
    assert!(matches!(pull, Seen::Pull(PullSeen { draft: true, .. })));
}

fn pull(change: &serde_json::Value) -> PullRequest {
    let end = |name: &str, id: u64| json!({"ref": name, "sha": SHA, "repo": {"id": id}});
    let mut doc = json!({
        "number": 9, "title": "t", "body": "Closes #4", "state": "open", "user": null,
        "head": end("agent/x", 1), "base": end("main", 1), "merged_at": null,
        "merge_commit_sha": SHA,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z",
    });
    doc.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    serde_json::from_value::<PullDoc>(doc)
        .unwrap()
        .into_domain()
}

#[test]
fn a_pull_request_tells_its_state_and_where_its_head_lives() {
    let plain = pull(&json!({}));
    assert_eq!((plain.closes, plain.from_fork), (Some(4), false));
    assert_eq!(plain.state, PrState::Open);
    let closed = pull(&json!({"state": "closed"}));
    assert_eq!(closed.state, PrState::Closed);
    let merged = pull(&json!({"state": "closed", "merged_at": "2026-01-02T00:00:00Z"}));
    let commit = Some(SHA.parse().unwrap());
    assert_eq!(merged.state, PrState::Merged { commit });
    for fork in [
        json!({"ref": "agent/x", "sha": SHA, "repo": null}),
        json!({"ref": "agent/x", "sha": SHA, "repo": {"id": 2}}),
        json!({"ref": "-x..y", "sha": SHA, "repo": {"id": 1}}),
    ] {
        assert!(pull(&json!({ "head": fork })).from_fork, "{fork}");
    }
}

#[test]
fn a_review_that_is_not_handed_in_is_none() {
    let review = |state: &str| {
        let doc = json!({"id": 1, "user": null, "body": null, "state": state,
            "commit_id": SHA, "submitted_at": "2026-01-02T00:00:00Z"});
        let doc: ReviewDoc = serde_json::from_value(doc).unwrap();
        doc.into_domain().map(|review| review.state)
    };
    assert_eq!(review("APPROVED"), Some(ReviewState::Approved));
    assert_eq!(
        review("CHANGES_REQUESTED"),
        Some(ReviewState::ChangesRequested)
    );
    assert_eq!(review("DISMISSED"), Some(ReviewState::Commented));
    assert_eq!(review("PENDING"), None);
}

#[test]
fn a_role_is_read_before_the_coarse_word() {
    let of = |permission: &str, name: Option<&str>| {
        role(&PermissionDoc {
            permission: permission.to_owned(),
            role_name: name.map(str::to_owned),
        })
    };
    assert_eq!(of("read", Some("triage")), Association::Collaborator);
    assert_eq!(of("admin", Some("admin")), Association::Owner);
    assert_eq!(of("write", Some("our own role")), Association::Collaborator);
    assert_eq!(of("read", Some("read")), Association::None);
    assert_eq!(of("none", None), Association::None);
}
