//! `acp init` for a forge behind HTTP, against a server on this machine that answers reads.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::env::TestEnv;

pub(crate) const TOKEN: &str = "hush-hush-token-value";

/// Answers by path, without a query: status, more header fields, body.
type Answers = BTreeMap<String, (u16, String, String)>;

pub(crate) struct Server {
    address: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    answers: Mutex<Answers>,
    seen: Mutex<Vec<String>>,
    stop: AtomicBool,
}

impl Server {
    /// A repository `o/r` whose interface begins at `root`.
    pub(crate) fn start(root: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            answers: Mutex::new(usual(root)),
            seen: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stop.load(Ordering::SeqCst) {
                    return;
                }
                served.serve(&mut stream.unwrap());
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn set(&self, path: &str, status: u16, fields: &str, body: &str) {
        let answer = (status, fields.to_owned(), body.to_owned());
        self.shared
            .answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), answer);
    }

    /// The heads of the requests since the last look.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(
            self.address.trim_start_matches("http://"),
        ));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn serve(&self, stream: &mut TcpStream) {
        let (mut head, mut byte) = (vec![], [0]);
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap();
        let path = target.split('?').next().unwrap();
        let answers = self.answers.lock().unwrap();
        let missing = (404, String::new(), "{\"message\":\"Not Found\"}".to_owned());
        let (status, fields, body) = answers.get(path).unwrap_or(&missing);
        let text = format!(
            "HTTP/1.1 {status} X\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        self.seen.lock().unwrap().push(head.clone());
        drop(stream.write_all(text.as_bytes()));
    }
}

fn usual(root: &str) -> Answers {
    let repo = "{\"full_name\":\"o/r\",\"archived\":false,\"private\":true,\"has_issues\":true,\
                \"default_branch\":\"trunk\",\"permissions\":{\"push\":true,\"pull\":true}}";
    [
        ("/user", "{\"login\":\"octo\\u001b[31mcat\",\"id\":1}"),
        ("/repos/o/r", repo),
        ("/repos/o/r/issues", "[]"),
        ("/repos/o/r/pulls", "[]"),
        ("/repos/o/r/labels", "[{\"name\":\"bug\"}]"),
        ("/repos/o/r/commits/trunk/check-runs", "{\"check_runs\":[]}"),
    ]
    .into_iter()
    .map(|(path, body)| {
        (
            format!("{root}{path}"),
            (200, String::new(), body.to_owned()),
        )
    })
    .collect()
}

pub(crate) fn init<'a>(server: &'a Server, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "init",
        "--yes",
        "--forge",
        "github",
        "--agent-command",
        "true",
        "--base-url",
        &server.address,
    ];
    [&args[..], more].concat()
}

const SLUG: [&str; 2] = ["--slug", "o/r"];

#[test]
fn the_token_is_checked_before_anything_is_written() {
    let env = TestEnv::repo().var("GH_TOKEN", TOKEN);
    let server = Server::start("");
    let made = env.acp(&init(&server, &SLUG)).ok();
    for words in [
        "the token from `GH_TOKEN` is octo",
        "it may: read issues, read pull requests, read checks",
        "only trying tells whether it may: push branches",
        "no label `agent-ready` yet",
        "base trunk",
    ] {
        assert!(
            format!("{}{}", made.stdout, made.stderr).contains(words),
            "{words}: {made:?}"
        );
    }
    assert!(!made.stdout.contains('\u{1b}'));
    let seen = server.seen();
    assert!(seen.iter().all(|head| head.starts_with("GET ")), "{seen:?}");
    let asks = |head: &String| {
        head.to_lowercase()
            .contains(&format!("authorization: bearer {TOKEN}\r\n"))
    };
    assert!(seen.iter().all(asks), "{seen:?}");
    let profile = env.read("acp/config/profiles/web.yaml");
    assert!(
        profile.contains("kind: github") && profile.contains("base: trunk"),
        "{profile}"
    );
    // The token is in no file, and the checkout is as it was.
    for (path, text) in env.everything() {
        assert!(!String::from_utf8_lossy(&text).contains(TOKEN), "{path:?}");
    }
    assert!(!env.git(&["remote"]).contains("acp"));
    // Again: nothing changes and nobody is asked.
    let again = env.data(&init(&server, &SLUG));
    assert_eq!(
        (&again["created"], &again["access"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert_eq!(server.seen(), [""; 0]);
    assert_eq!(env.read("acp/config/profiles/web.yaml"), profile);
}

#[test]
fn an_old_token_says_itself_what_it_may() {
    let env = TestEnv::repo().var("GITHUB_TOKEN", TOKEN);
    let server = Server::start("");
    server.set(
        "/user",
        200,
        "X-OAuth-Scopes: repo, read:org\r\n",
        "{\"login\":\"me\"}",
    );
    let made = env.data(&init(&server, &[&SLUG[..], &["--dry-run"]].concat()));
    let all = made["access"]["permissions"].as_array().unwrap();
    assert!(
        all.len() == 6 && all.iter().all(|may| may["has"] == true),
        "{made}"
    );
    server.set(
        "/user",
        200,
        "X-OAuth-Scopes: public_repo\r\n",
        "{\"login\":\"me\"}",
    );
    env.acp(&init(&server, &SLUG))
        .with(77)
        .says("may not push branches");
    assert!(!env.path("acp/config").exists());
}

#[test]
fn what_stands_against_it_is_said_and_nothing_is_written() {
    let server = Server::start("");
    let env = TestEnv::repo().var("GH_TOKEN", TOKEN);
    let refused = |code: i32, words: &str| {
        let ended = env.acp(&init(&server, &SLUG)).with(code);
        ended.says(words);
        assert!(!ended.stderr.contains(TOKEN), "{ended:?}");
        assert!(!env.path("acp/config").exists());
    };
    server.set(
        "/user",
        401,
        "",
        &format!("{{\"message\":\"Bad credentials {TOKEN}\"}}"),
    );
    refused(
        77,
        "the token from `GH_TOKEN` was refused: Bad credentials [redacted]",
    );
    server.set("/user", 200, "", "{\"login\":\"me\"}");
    server.set(
        "/repos/o/r/issues",
        403,
        "",
        "{\"message\":\"Resource not accessible\"}",
    );
    refused(
        77,
        "the token from `GH_TOKEN` (`me`) may not read issues in `o/r`",
    );
    server.set("/repos/o/r/issues", 200, "", "[]");
    let repo = |more: &str| format!("{{\"full_name\":\"o/r\",\"default_branch\":\"trunk\"{more}}}");
    server.set("/repos/o/r", 200, "", &repo(",\"archived\":true"));
    refused(77, "`o/r` is archived");
    server.set(
        "/repos/o/r",
        200,
        "",
        &repo(",\"permissions\":{\"pull\":true,\"push\":false}"),
    );
    refused(77, "may not push branches");
    server.set("/repos/o/r", 404, "", "{}");
    refused(66, "o/r");
    server.set("/repos/o/r", 503, "", "{\"message\":\"down\"}");
    refused(69, "down");
    server.set("/repos/o/r", 403, "Retry-After: 900\r\n", "{}");
    refused(75, "no more calls until");
}

#[test]
fn a_pause_that_a_forge_asks_for_holds_for_all_and_is_shown() {
    let server = Server::start("");
    let env = TestEnv::repo().var("GH_TOKEN", TOKEN);
    server.set("/repos/o/r", 403, "Retry-After: 900\r\n", "{}");
    env.acp(&init(&server, &SLUG))
        .with(75)
        .says("no more calls until");
    // Without asking, a person may know better.
    drop(server.seen());
    let made = env.data(&init(
        &server,
        &[&SLUG[..], &["--offline", "--base", "main"]].concat(),
    ));
    assert_eq!(made["created"], true);
    assert_eq!(server.seen(), [""; 0]);
    // The pause that the forge asked for holds for all, is shown, and is kept to.
    let list = env.data(&["cooldown", "list"]);
    assert!(
        list[0]["key"]
            .as_str()
            .unwrap()
            .starts_with("limit:127.0.0.1:"),
        "{list}"
    );
    let time = |key: &str| {
        list[0][key]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    assert_eq!(time("until").duration_since(time("set")).as_secs(), 900);
    let _pass = env.acp(&["heartbeat"]);
    assert_eq!(server.seen(), [""; 0]);
    let screen = env.acp(&["status", "--json"]).json();
    let limit = &screen["data"]["limits"][0];
    let host = limit["host"].as_str().unwrap();
    assert_eq!(
        (format!("limit:{host}"), &limit["until"]),
        (
            list[0]["key"].as_str().unwrap().to_owned(),
            &list[0]["until"]
        )
    );
    let human = env.acp(&["status"]).stdout;
    let words = format!("{host} takes calls again in 1");
    assert!(human.contains(&words), "{human}");
    let plain = env.acp(&["status", "--plain"]).stdout;
    assert!(plain.contains(&format!("\nlimit: {host}\n")), "{plain}");
    assert_eq!(server.seen(), [""; 0]);
}

#[test]
fn a_server_that_is_away_is_said() {
    let env = TestEnv::repo().var("GH_TOKEN", TOKEN);
    let args = [
        "init",
        "--yes",
        "--forge",
        "github",
        "--slug",
        "o/r",
        "--base-url",
        "http://127.0.0.1:1",
    ];
    env.acp(&args).with(69).says("refused");
    assert!(!env.path("acp/config").exists());
}

#[test]
fn a_gitea_is_found_by_the_checkouts_origin() {
    let server = Server::start("/api/v1");
    let env = TestEnv::repo().var("GITEA_TOKEN", TOKEN);
    let _added = env.git(&[
        "remote",
        "add",
        "origin",
        &format!("{}/o/r.git", server.address),
    ]);
    let args = [
        "init",
        "--yes",
        "--forge",
        "gitea",
        "--agent-command",
        "true",
    ];
    let made = env.data(&args);
    assert_eq!(made["repo"], "o/r");
    let seen = server.seen();
    assert!(
        seen.iter().all(|head| head.starts_with("GET /api/v1/")),
        "{seen:?}"
    );
    assert!(
        seen[0]
            .to_lowercase()
            .contains(&format!("authorization: token {TOKEN}\r\n"))
    );
    let profile = env.read("acp/config/profiles/web.yaml");
    assert!(profile.contains(&server.address), "{profile}");
}

/// Scopes of the token keep it from reading, the role of its account from writing; a Gitea does not tell what else a token may.
#[test]
fn what_a_gitea_token_may_and_lacks_is_said_in_words() {
    let server = Server::start("/api/v1");
    let env = TestEnv::repo().var("GITEA_TOKEN", TOKEN);
    let mut args = vec![
        "init",
        "--yes",
        "--forge",
        "gitea",
        "--agent-command",
        "true",
    ];
    args.extend(["--base-url", &server.address, "--slug", "o/r"]);
    let refused = |words: &str| {
        env.acp(&args).with(77).says(words);
        assert!(!env.path("acp/config").exists(), "{words}");
    };
    server.set("/api/v1/user", 200, "", "{\"login\":\"me\",\"id\":1}");
    let lacks = "{\"message\":\"token does not have at least one of required scope(s)\"}";
    server.set("/api/v1/repos/o/r/pulls", 403, "", lacks);
    refused("the token from `GITEA_TOKEN` (`me`) may not read pull requests in `o/r`");
    server.set("/api/v1/repos/o/r/issues", 403, "", lacks);
    refused("may not read issues, may not read pull requests in `o/r`");
    for list in ["issues", "pulls"] {
        server.set(&format!("/api/v1/repos/o/r/{list}"), 200, "", "[]");
    }
    let repo = |role: &str| {
        let text = format!(
            "{{\"full_name\":\"o/r\",\"default_branch\":\"trunk\",\"permissions\":{{{role}}}}}"
        );
        server.set("/api/v1/repos/o/r", 200, "", &text);
    };
    repo("\"admin\":false,\"push\":false,\"pull\":true");
    refused(
        "may not push branches, may not write issues and labels, may not write and merge pull requests in `o/r`",
    );
    repo("\"admin\":false,\"push\":true,\"pull\":true");
    let made = env.acp(&args).ok();
    let said = format!("{}{}", made.stdout, made.stderr);
    for words in [
        "the token from `GITEA_TOKEN` is me",
        "it may: read issues, read pull requests\n",
        "only trying tells whether it may: push branches, write issues and labels, write and merge pull requests\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_token_is_taken_from_where_it_is_said_to_be() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start("");
    let env = TestEnv::repo();
    let file = env.write("secret/token", "from-the-file\n");
    let from = format!("file:{}", file.display());
    let with = |from: &str| {
        env.acp(&init(
            &server,
            &[&SLUG[..], &["--token-from", from]].concat(),
        ))
    };
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&file, open).unwrap();
    with(&from).with(77).says("chmod 600");
    with("env:NOT_SET_HERE")
        .with(77)
        .says("`NOT_SET_HERE` is not set");
    let raw = with("ghp_0123456789abcdef0123456789abcdef0123").with(2);
    assert!(raw.stderr.contains("expected `env:NAME`"), "{raw:?}");
    assert_eq!(server.seen(), [""; 0]);
    let own = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&file, own).unwrap();
    let _made = with(&from).ok();
    assert!(server.seen()[0].contains("Bearer from-the-file\r\n"));
    let profile = env.read("acp/config/profiles/web.yaml");
    assert!(profile.contains("token: { file:"), "{profile}");
}
