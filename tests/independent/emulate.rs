//! The same loop against `emulate`, an emulation of GitHub that others wrote.
//!
//! It has no git, and commits of its own making: behind a tap each branch that acp pushes to git becomes a commit and a branch
//! of `emulate`, the names of commits are exchanged on the way, there and back, and pull requests are listed among the issues, as
//! on GitHub. It shows no file of a pull request, and no status: what changed is not known then, so acp waits for a person's yes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::calls::{call, split};
use crate::home::{GOOD, Home};
use crate::programs::{Forge, Kind, TOKEN, node};
use crate::running::{Running, tool};
use crate::tap::Tap;
use crate::wire::Message;

const OWNER: &str = "tok-of-the-owner";

/// The interface of `emulate`'s repository.
#[derive(Clone)]
struct Emulated {
    url: String,
}

impl Emulated {
    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        call(
            method,
            &format!("{}/repos/acme/widgets{path}", self.url),
            OWNER,
            body,
        )
    }

    #[track_caller]
    fn read(&self, path: &str) -> Value {
        self.ask("GET", path, &Value::Null)
    }
}

/// Exchanges the names of commits, and makes those of git known to `emulate`.
struct Exchange {
    emulated: Emulated,
    bare: PathBuf,
    /// Pairs of git's name and `emulate`'s.
    pairs: Vec<(String, String)>,
    branches: BTreeMap<String, String>,
}

impl Exchange {
    fn new(emulated: Emulated, bare: PathBuf) -> Self {
        let main = git(&bare, &["rev-parse", "refs/heads/main"]);
        let theirs = sha(&emulated.read("/git/ref/heads/main")["object"]);
        let branches = BTreeMap::from([("main".to_owned(), main.clone())]);
        Self {
            emulated,
            bare,
            pairs: vec![(main, theirs)],
            branches,
        }
    }

    fn theirs(&self, ours: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(git, _)| git == ours);
        pair.map(|(_, emulated)| emulated.as_str())
    }

    /// Branches that were pushed or deleted since the last request.
    fn follow(&mut self) {
        let refs = git(
            &self.bare,
            &[
                "for-each-ref",
                "--format=%(refname:short) %(objectname)",
                "refs/heads",
            ],
        );
        let now: BTreeMap<String, String> = refs
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, sha)| (name.to_owned(), sha.to_owned()))
            .collect();
        for (name, tip) in &now {
            if self.branches.get(name) == Some(tip) {
                continue;
            }
            let commit = self.commit(tip);
            let made = json!({"ref": format!("refs/heads/{name}"), "sha": commit, "force": true});
            let _made = if self.branches.contains_key(name) {
                self.emulated
                    .ask("PATCH", &format!("/git/refs/heads/{name}"), &made)
            } else {
                self.emulated.ask("POST", "/git/refs", &made)
            };
        }
        for gone in self.branches.keys().filter(|name| !now.contains_key(*name)) {
            let _gone =
                self.emulated
                    .ask("DELETE", &format!("/git/refs/heads/{gone}"), &Value::Null);
        }
        self.branches = now;
    }

    fn commit(&mut self, tip: &str) -> String {
        if let Some(known) = self.theirs(tip) {
            return known.to_owned();
        }
        let main = &self.pairs[0].1;
        let tree = sha(&self.emulated.read(&format!("/git/commits/{main}"))["tree"]);
        let message = git(&self.bare, &["log", "-1", "--format=%B", tip]);
        let commit = json!({"message": message, "tree": tree, "parents": [main]});
        let made = sha(&self.emulated.ask("POST", "/git/commits", &commit));
        self.pairs.push((tip.to_owned(), made.clone()));
        made
    }

    /// `emulate` has merged: so does git.
    fn merged(&mut self, theirs: &str, head: &str) {
        let tree = git(&self.bare, &["rev-parse", &format!("{head}^{{tree}}")]);
        let who = ["-c", "user.name=acme", "-c", "user.email=acme@localhost"];
        let make = [
            "commit-tree",
            "-p",
            "refs/heads/main",
            "-m",
            "merged",
            &tree,
        ];
        let made = git(&self.bare, &[&who[..], &make].concat());
        let _moved = git(&self.bare, &["update-ref", "refs/heads/main", &made]);
        self.branches.insert("main".to_owned(), made.clone());
        self.pairs.push((made, theirs.to_owned()));
    }

    fn exchanged(&self, text: &[u8], back: bool) -> Vec<u8> {
        let mut text = String::from_utf8_lossy(text).into_owned();
        for (ours, theirs) in &self.pairs {
            let (from, to) = if back { (theirs, ours) } else { (ours, theirs) };
            text = text.replace(from, to);
        }
        text.into_bytes()
    }

    fn answer(&mut self, mut asked: Message) -> Option<Message> {
        self.follow();
        let merge = asked.first.starts_with("PUT ") && asked.first.contains("/merge ");
        let head = merge
            .then(|| serde_json::from_slice::<Value>(&asked.body).ok())
            .flatten();
        asked.first = String::from_utf8(self.exchanged(asked.first.as_bytes(), false)).ok()?;
        asked.body = self.exchanged(&asked.body, false);
        // It unpacks nothing, and neither does the tap.
        asked.fields.remove("accept-encoding");
        let mut answer = asked.send(split(&self.emulated.url).0)?;
        if let Some(head) = head.filter(|_| answer.status() == 200) {
            let said: Value = serde_json::from_slice(&answer.body).ok()?;
            self.merged(&sha(&said), head["sha"].as_str()?);
        }
        self.add_pulls(&asked.first, &mut answer);
        answer.body = self.exchanged(&answer.body, true);
        Some(answer)
    }
}

impl Exchange {
    /// On GitHub every pull request is an issue too, and is listed among them; here it is not.
    fn add_pulls(&self, first: &str, answer: &mut Message) {
        let Some(target) = first.strip_prefix("GET /repos/acme/widgets/issues") else {
            return;
        };
        let target = target
            .split(' ')
            .next()
            .unwrap_or_default()
            .replace("%3A", ":");
        let issue = |mut pull: Value| {
            pull["pull_request"] = json!({"url": pull["url"], "merged_at": pull["merged_at"]});
            pull
        };
        if let Some(query) = target.strip_prefix('?') {
            let since = query
                .split('&')
                .find_map(|pair| pair.strip_prefix("since="))
                .unwrap_or_default();
            let mut all: Vec<Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
            let pulls = self.emulated.read("/pulls?state=all&per_page=100");
            all.extend(pulls.as_array().unwrap().iter().cloned().map(issue));
            all.retain(|item| item["updated_at"].as_str() >= Some(since));
            all.sort_by_key(|item| item["updated_at"].as_str().unwrap_or_default().to_owned());
            answer.body = json!(all).to_string().into_bytes();
        } else if answer.status() == 404 {
            let number = target.trim_start_matches('/');
            if number.parse::<u64>().is_ok() {
                let pull = issue(self.emulated.read(&format!("/pulls/{number}")));
                "HTTP/1.1 200 OK".clone_into(&mut answer.first);
                answer.body = pull.to_string().into_bytes();
            }
        }
    }
}

fn sha(value: &Value) -> String {
    value["sha"]
        .as_str()
        .unwrap_or_else(|| panic!("no sha in {value}"))
        .to_owned()
}

#[track_caller]
fn git(bare: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .arg("-C")
        .arg(bare)
        .args(args)
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {out:?}");
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// `emulate` on a free port of this machine. It takes no port 0: one that was free a moment ago is given to it.
fn start(folder: &Path) -> (Running, Emulated) {
    let seed = format!(
        "tokens:\n  {OWNER}: {{ login: acme, scopes: [repo, user] }}\n  {TOKEN}: {{ login: acp-bot, scopes: [repo] }}\n\
         github:\n  users:\n    - {{ login: acme }}\n    - {{ login: acp-bot }}\n\
         \x20 repos:\n    - {{ owner: acme, name: widgets, auto_init: true }}\n"
    );
    std::fs::write(folder.join("seed.yaml"), seed).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let mut command = node();
    command
        .arg(tool("forge/node_modules/emulate/dist/index.js"))
        .args([
            "start",
            "--service",
            "github",
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--seed",
            "seed.yaml",
        ])
        .current_dir(folder)
        .env("NO_COLOR", "1");
    let running = Running::start(&mut command, "Ready");
    (
        running,
        Emulated {
            url: format!("http://127.0.0.1:{port}"),
        },
    )
}

#[test]
fn an_issue_becomes_a_merged_change_on_an_emulation_that_others_wrote() {
    // Git, and nothing else of it.
    let forge = Forge::start(Kind::Github);
    let folder = tempfile::tempdir().unwrap();
    let (_program, emulated) = start(folder.path());
    let exchange = Arc::new(Mutex::new(Exchange::new(emulated.clone(), forge.bare())));
    let tap = Tap::start(move |asked| exchange.lock().unwrap().answer(asked));
    let home = Home::clone_of(&forge.bare());
    let git_url = format!("{}/acme/widgets.git", forge.url);
    let _made = home.init(Kind::Github, &tap.url(), &git_url, GOOD).ok();
    home.set("writes: draft", "writes: full");

    let issue = json!({"title": "Add work", "body": "Please.", "labels": ["agent-ready"]});
    assert_eq!(emulated.ask("POST", "/issues", &issue)["number"], 1);
    let _idle = home.until_idle();
    let pulls = emulated.read("/pulls?state=all");
    assert_eq!(pulls.as_array().unwrap().len(), 1, "{pulls}");
    let number = pulls[0]["number"].as_u64().unwrap();
    assert_eq!(pulls[0]["head"]["ref"], "agent/issue-1-a1");
    assert!(pulls[0]["body"].as_str().unwrap().contains("Closes #1"));
    assert_eq!(labels(&emulated, number), ["agent-human-review"]);
    assert_eq!(labels(&emulated, 1), ["agent-ready"]);
    // What it changes cannot be read there, so nothing goes on without a person.
    let item = format!("pr/{number}");
    let why = home.why(&item);
    assert!(
        why.contains("a person must look: the files of the change are not known"),
        "{why}"
    );
    assert_eq!(emulated.read(&format!("/pulls/{number}"))["merged"], false);
    let _approved = home.acp(&["pr", "approve", &number.to_string()]).ok();
    let _idle = home.until_idle();
    let pull = emulated.read(&format!("/pulls/{number}"));
    assert_eq!(pull["merged"], true, "{pull}");
    assert_eq!(emulated.read("/issues/1")["state"], "closed");
    assert_eq!(
        git(&forge.bare(), &["show", "main:work.txt"]),
        "work for issue/1"
    );
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    // Nothing went wrong, so there was nothing to remark.
    assert_eq!(emulated.read("/issues/1/comments"), json!([]));
}

/// The names of the labels of an item, sorted.
fn labels(emulated: &Emulated, number: u64) -> Vec<String> {
    let labels = emulated.read(&format!("/issues/{number}/labels"));
    let labels = labels.as_array().unwrap().iter();
    let mut names: Vec<String> = labels
        .map(|label| label["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
