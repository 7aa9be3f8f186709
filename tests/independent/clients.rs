//! Clients that others wrote read what acp wrote.

use serde_json::Value;

use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind, TOKEN, node};
use crate::running::tool;

/// A draft pull request of acp's, with labels, on issue 1.
fn written(kind: Kind) -> (Forge, Home) {
    let forge = Forge::start(kind);
    let home = Home::at(&forge, GOOD);
    let _issue = forge.issue("Add work");
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
    assert_eq!(names(pull), ["agent-human-review"]);
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
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let pulls = gh("repos/acme/widgets/pulls?state=all&per_page=1");
    assert_eq!(pulls.as_array().unwrap().len(), 1);
    is_what_acp_wrote(
        &gh("repos/acme/widgets/pulls/2"),
        &gh("repos/acme/widgets/issues/1"),
    );
    assert_eq!(gh("user")["login"], "acp-bot");
}

#[test]
fn gitea_js_reads_what_acp_wrote() {
    const READ: &str = "const { giteaApi } = require('gitea-js');
        const api = giteaApi(process.argv[1], { token: process.argv[2] });
        const at = ['acme', 'widgets'];
        Promise.all([
            api.repos.repoGetPullRequest(...at, 2), api.repos.issueGetIssue(...at, 1),
            api.repos.repoListPullRequests(...at, { state: 'all' }),
        ]).then((all) => console.log(JSON.stringify(all.map((one) => one.data))));";
    let (forge, _home) = written(Kind::Gitea);
    let modules = tool("forge/node_modules/gitea-js");
    let folder = modules.parent().unwrap().parent().unwrap();
    let out = node()
        .current_dir(folder)
        .args(["-e", READ, &forge.url, TOKEN])
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    let all: Value = serde_json::from_slice(&out.stdout).unwrap();
    is_what_acp_wrote(&all[0], &all[1]);
    assert_eq!(all[2].as_array().unwrap().len(), 1);
}
