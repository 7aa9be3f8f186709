//! Clients that others wrote read what acp wrote.

use serde_json::{Value, json};

use crate::home::Home;
use crate::life::{OF_ALL_KINDS, check_and_review};
use crate::programs::{Forge, Kind, TOKEN, node};
use crate::running::tool;

/// A draft pull request of acp's (3) on issue 1, checked and looked at; a blocked issue (2); and a review of a pull request
/// that was handed over (4).
fn written(kind: Kind) -> (Forge, Home) {
    let forge = Forge::start(kind);
    let home = Home::at(&forge, OF_ALL_KINDS);
    check_and_review(&home);
    let (_work, _blocked) = (forge.issue("Add work"), forge.issue("Impossible"));
    let _idle = home.until_idle();
    let files = json!({"theirs.txt": "theirs\n"});
    let _pushed = forge.does("push", &json!({"branch": "theirs", "files": files}));
    let pull = json!({"head": "theirs", "base": "main", "title": "Theirs"});
    assert_eq!(forge.does("open-pull", &pull), 4);
    let handed_over = json!({"number": 4, "labels": ["agent-handoff"]});
    let _labelled = forge.does("label", &handed_over);
    let _idle = home.until_idle();
    (forge, home)
}

/// A pull request and its issue, as a client gave them.
#[track_caller]
fn is_what_acp_wrote(pull: &Value, issue: &Value) {
    assert_eq!(
        pull["title"].as_str().unwrap().trim_start_matches("WIP: "),
        "Add work"
    );
    assert_eq!(
        (pull["draft"].as_bool(), pull["state"].as_str()),
        (Some(true), Some("open"))
    );
    assert_eq!(
        (&pull["head"]["ref"], &pull["base"]["ref"]),
        (&"agent/issue-1-a1".into(), &"main".into())
    );
    assert!(
        pull["body"].as_str().unwrap().contains("Closes #1"),
        "{pull}"
    );
    assert_eq!(pull["user"]["login"], "acp-bot");
    let names = |item: &Value| -> Vec<String> {
        let labels = item["labels"].as_array().unwrap().iter();
        labels
            .map(|label| label["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(issue), ["agent-ready"]);
    // Its check is green, so there is nothing for a person to decide but whether it is to be merged.
    assert_eq!(names(pull), [""; 0]);
}

/// The body of the one text of acp's among these, less the marker that it ends with.
#[track_caller]
fn said<'a>(texts: &'a Value, login: &str) -> (&'a Value, &'a str) {
    let own = texts.as_array().unwrap().iter();
    let own: Vec<&Value> = own.filter(|one| one["user"]["login"] == login).collect();
    assert_eq!(own.len(), 1, "{texts}");
    let body = own[0]["body"].as_str().unwrap();
    let (text, marker) = body.rsplit_once("\n<!-- acp:").unwrap();
    assert_eq!(marker.len(), "0123456789abcdef -->".len(), "{body}");
    (own[0], text.trim_end())
}

/// What else acp wrote, as a client gave it: comments of the blocked issue and its labels, comments on acp's own pull request,
/// the statuses of its head, reviews of the other one, and that itself.
#[track_caller]
fn is_what_acp_said(all: &[Value]) {
    let [blocked, labels, own, statuses, reviews, head] = all else {
        panic!("{all:?}");
    };
    let (_, text) = said(blocked, "acp-bot");
    assert!(text.contains("needs a key"), "{text}");
    let labels = labels.as_array().unwrap().iter();
    let mut labels: Vec<&str> = labels.map(|one| one["name"].as_str().unwrap()).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["agent-blocked", "agent-ready"]);
    assert_eq!(said(own, "acp-bot").1, "I have read every line.");
    let statuses = statuses["statuses"].as_array().unwrap();
    let [status] = &statuses[..] else {
        panic!("{statuses:?}");
    };
    // One of the two calls it the one, the other the other.
    let state = status.get("state").unwrap_or(&status["status"]);
    assert_eq!(
        (&status["context"], state),
        (&json!("acp/verify"), &json!("success")),
        "{status}"
    );
    let (review, text) = said(reviews, "acp-bot");
    assert_eq!(text, "I have read every line.");
    let state = review["state"].as_str().unwrap();
    assert!(state.starts_with("COMMENT"), "{review}");
    assert_eq!(review["commit_id"], head["head"]["sha"]);
    let labels = head["labels"].as_array().unwrap().iter();
    let mut labels: Vec<&str> = labels.map(|one| one["name"].as_str().unwrap()).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["agent-handoff", "agent-human-review"]);
}

#[test]
fn gh_reads_what_acp_wrote() {
    let (forge, home) = written(Kind::Github);
    let gh = |path: &str| -> Value {
        let mut command = home.command("gh");
        // For this one host name `gh` speaks plain HTTP, by its proxy.
        command
            .env("GH_HOST", "github.localhost")
            .env("GH_ENTERPRISE_TOKEN", TOKEN)
            .env("HTTP_PROXY", &forge.url);
        let out = command
            .args(["api", "--paginate", path])
            .output()
            .expect("`gh` is installed");
        assert!(out.status.success(), "gh api {path}: {out:?}");
        // A page after the other, each a list of its own.
        let pages = serde_json::Deserializer::from_slice(&out.stdout).into_iter::<Value>();
        let mut pages = pages.map(Result::unwrap).collect::<Vec<_>>();
        if pages.len() == 1 {
            return pages.remove(0);
        }
        let lists = pages.iter().map(|page| page.as_array().unwrap().clone());
        Value::Array(lists.flatten().collect())
    };
    let pulls = gh("repos/acme/widgets/pulls?state=all&per_page=1");
    assert_eq!(pulls.as_array().unwrap().len(), 2);
    is_what_acp_wrote(
        &gh("repos/acme/widgets/pulls/3"),
        &gh("repos/acme/widgets/issues/1"),
    );
    assert_eq!(gh("user")["login"], "acp-bot");
    let head = forge.head(3);
    let paths = [
        "issues/2/comments",
        "issues/2/labels",
        "issues/3/comments",
        &format!("commits/{head}/status"),
        "pulls/4/reviews",
        "pulls/4",
    ];
    is_what_acp_said(&paths.map(|path| gh(&format!("repos/acme/widgets/{path}"))));
}

#[test]
fn gitea_js_reads_what_acp_wrote() {
    const READ: &str = "const { giteaApi } = require('gitea-js');
        const api = giteaApi(process.argv[1], { token: process.argv[2] });
        const at = ['acme', 'widgets'];
        Promise.all([
            api.repos.repoGetPullRequest(...at, 3), api.repos.issueGetIssue(...at, 1),
            api.repos.repoListPullRequests(...at, { state: 'all' }),
            api.repos.issueGetComments(...at, 2), api.repos.issueGetLabels(...at, 2),
            api.repos.issueGetComments(...at, 3),
            api.repos.repoGetCombinedStatusByRef(...at, process.argv[3]),
            api.repos.repoListPullReviews(...at, 4), api.repos.repoGetPullRequest(...at, 4),
        ]).then((all) => console.log(JSON.stringify(all.map((one) => one.data))));";
    let (forge, _home) = written(Kind::Gitea);
    let modules = tool("forge/node_modules/gitea-js");
    let folder = modules.parent().unwrap().parent().unwrap();
    let out = node()
        .current_dir(folder)
        .args(["-e", READ, &forge.url, TOKEN, &forge.head(3)])
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    let all: Value = serde_json::from_slice(&out.stdout).unwrap();
    is_what_acp_wrote(&all[0], &all[1]);
    assert_eq!(all[2].as_array().unwrap().len(), 2);
    is_what_acp_said(&all.as_array().unwrap()[3..]);
}
