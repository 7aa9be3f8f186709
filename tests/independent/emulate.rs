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
use crate::life::{OF_ALL_KINDS, check_and_review};
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
    /// What acp has written: the first word and the path, and the status of the answer.
    written: Vec<(String, u16)>,
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
            written: vec![],
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
        if !asked.first.starts_with("GET ") {
            let line = asked.first.trim_end_matches(" HTTP/1.1").to_owned();
            self.written.push((line, answer.status()));
        }
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

/// A repository on `emulate` with git behind it, and a home of acp's whose profile is for it.
struct World {
    emulated: Emulated,
    home: Home,
    exchange: Arc<Mutex<Exchange>>,
    /// Git, and nothing else of it.
    forge: Forge,
    _program: Running,
    _tap: Tap,
    _folder: tempfile::TempDir,
}

impl World {
    fn with(script: &str) -> Self {
        let forge = Forge::start(Kind::Github);
        let folder = tempfile::tempdir().unwrap();
        let (program, emulated) = start(folder.path());
        let exchange = Exchange::new(emulated.clone(), forge.bare());
        let exchange = Arc::new(Mutex::new(exchange));
        let of_tap = Arc::clone(&exchange);
        let tap = Tap::start(move |asked| of_tap.lock().unwrap().answer(asked));
        let home = Home::clone_of(&forge.bare());
        let git_url = format!("{}/acme/widgets.git", forge.url);
        let _made = home.init(Kind::Github, &tap.url(), &git_url, script).ok();
        home.set("writes: draft", "writes: full");
        Self {
            emulated,
            home,
            exchange,
            forge,
            _program: program,
            _tap: tap,
            _folder: folder,
        }
    }

    /// An issue by the owner with the intake label.
    #[track_caller]
    fn issue(&self, title: &str) -> u64 {
        let issue = json!({"title": title, "body": "Please.", "labels": ["agent-ready"]});
        let made = self.emulated.ask("POST", "/issues", &issue);
        made["number"].as_u64().unwrap()
    }

    /// A pull request by the owner that is handed over.
    #[track_caller]
    fn handed_over(&self, branch: &str) -> u64 {
        let bare = self.forge.bare();
        let bare = bare.to_str().unwrap();
        let pushing = format!(
            "echo theirs > theirs.txt && git add theirs.txt && \
             git -c user.name=acme -c user.email=acme@localhost commit -q -m theirs && \
             git push -q '{bare}' HEAD:refs/heads/{branch}"
        );
        let pushed = self.home.command("sh").args(["-c", &pushing]).output();
        let pushed = pushed.unwrap();
        assert!(pushed.status.success(), "{pushed:?}");
        self.exchange.lock().unwrap().follow();
        let pull = json!({"title": "Theirs", "body": "Mine.", "head": branch, "base": "main"});
        let made = self.emulated.ask("POST", "/pulls", &pull);
        let number = made["number"].as_u64().unwrap();
        let path = format!("/issues/{number}/labels");
        let labels = json!({"labels": ["agent-handoff"]});
        let _labelled = self.emulated.ask("POST", &path, &labels);
        number
    }
}

#[test]
fn an_issue_becomes_a_merged_change_on_an_emulation_that_others_wrote() {
    let world = World::with(GOOD);
    let (emulated, home) = (&world.emulated, &world.home);
    assert_eq!(world.issue("Add work"), 1);
    let _idle = home.until_idle();
    let pulls = emulated.read("/pulls?state=all");
    assert_eq!(pulls.as_array().unwrap().len(), 1, "{pulls}");
    let number = pulls[0]["number"].as_u64().unwrap();
    assert_eq!(pulls[0]["head"]["ref"], "agent/issue-1-a1");
    assert!(pulls[0]["body"].as_str().unwrap().contains("Closes #1"));
    assert_eq!(labels(emulated, number), ["agent-human-review"]);
    assert_eq!(labels(emulated, 1), ["agent-ready"]);
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
        git(&world.forge.bare(), &["show", "main:work.txt"]),
        "work for issue/1"
    );
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    // Nothing went wrong, so there was nothing to remark.
    assert_eq!(emulated.read("/issues/1/comments"), json!([]));
}

/// The one text of acp's among these, which ends with its marker.
#[track_caller]
fn one_of_acps(texts: &Value) -> &Value {
    let own = texts.as_array().unwrap().iter();
    let own: Vec<&Value> = own
        .filter(|one| one["user"]["login"] == "acp-bot")
        .collect();
    assert_eq!(own.len(), 1, "{texts}");
    let body = own[0]["body"].as_str().unwrap();
    assert!(
        body.contains("\n<!-- acp:") && body.ends_with("-->"),
        "{body}"
    );
    own[0]
}

/// All that acp writes beside branches and pull requests: comments, checks, reviews, labels on and off, and the end of an issue.
#[test]
fn comments_checks_reviews_and_labels_arrive_on_that_emulation() {
    let world = World::with(OF_ALL_KINDS);
    let (emulated, home) = (&world.emulated, &world.home);
    check_and_review(home);
    assert_eq!((world.issue("Add work"), world.issue("Impossible")), (1, 2));
    let _idle = home.until_idle();

    // An agent that gives up says why, once, and the issue is left to people.
    let comments = emulated.read("/issues/2/comments");
    let told = one_of_acps(&comments)["body"].as_str().unwrap();
    assert!(told.contains("needs a key"), "{told}");
    assert_eq!(labels(emulated, 2), ["agent-blocked", "agent-ready"]);

    // Commit statuses are unknown there, so the check is a check run.
    let pull = emulated.read("/pulls/3");
    let head = sha(&pull["head"]);
    let runs = emulated.read(&format!("/commits/{head}/check-runs"));
    let run = &runs["check_runs"][0];
    assert_eq!(
        (&runs["total_count"], &run["name"], &run["conclusion"]),
        (&json!(1), &json!("acp/verify"), &json!("success")),
        "{runs}"
    );
    // Nobody reviews their own pull request: what the second agent said is a comment.
    assert_eq!(emulated.read("/pulls/3/reviews"), json!([]));
    let comments = emulated.read("/issues/3/comments");
    let told = one_of_acps(&comments)["body"].as_str().unwrap();
    assert!(told.starts_with("I have read every line."), "{told}");
    assert_eq!(labels(emulated, 3), ["agent-human-review"]);

    // Somebody else's is reviewed, at the commit that was read.
    let theirs = world.handed_over("theirs");
    let _idle = home.until_idle();
    let reviews = emulated.read(&format!("/pulls/{theirs}/reviews"));
    let review = one_of_acps(&reviews);
    assert!(
        review["body"]
            .as_str()
            .unwrap()
            .starts_with("I have read every line."),
        "{review}"
    );
    let pull = emulated.read(&format!("/pulls/{theirs}"));
    assert_eq!(
        (&review["state"], &review["commit_id"]),
        (&json!("COMMENTED"), &pull["head"]["sha"]),
        "{review}"
    );
    let comments = emulated.read(&format!("/issues/{theirs}/comments"));
    assert_eq!(comments, json!([]));

    // A person's yes merges it, and the issue is closed with it.
    let _approved = home.acp(&["pr", "approve", "3"]).ok();
    let _idle = home.until_idle();
    assert_eq!(emulated.read("/pulls/3")["merged"], true);
    assert_eq!(emulated.read("/issues/1")["state"], "closed");
    assert_eq!(emulated.read("/issues/2")["state"], "open");
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");

    let written = world.exchange.lock().unwrap().written.clone();
    let times = |line: &str| written.iter().filter(|(one, _)| one == line).count();
    let root = "/repos/acme/widgets";
    for line in [
        format!("POST {root}/issues/2/comments"),
        format!("POST {root}/check-runs"),
        format!("POST {root}/issues/3/comments"),
        format!("POST {root}/pulls/{theirs}/reviews"),
        format!("PUT {root}/pulls/3/merge"),
        format!("DELETE {root}/issues/3/labels/agent-human-review"),
        format!("PATCH {root}/issues/1"),
    ] {
        assert_eq!(times(&line), 1, "{line} in {written:#?}");
    }
    let refused = written.iter().filter(|(_, status)| *status >= 400);
    let refused: Vec<&(String, u16)> = refused.collect();
    let status = format!("POST {root}/statuses/{head}");
    assert_eq!(refused, [&(status, 404)], "{written:#?}");
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
